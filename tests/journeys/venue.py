"""A served app with a small world of the test's own in place of the demo data, and browsers for its people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sessions_app.models import Person
from sessions_app.settings import Settings
from tests.doubles.jitsi_server import JitsiServer
from tests.infra.browser import DESKTOP, Screen, Theme
from tests.infra.served import ServedApp
from tests.infra.visitor import NewVisitor, Visitor
from tests.services.world import World, sign_in


@dataclass(frozen=True)
class BareSite:
    """The app on an empty SQLite database, and the video server it leads to. Shared by a worker's journeys."""

    app: ServedApp
    database: Path
    settings: Settings
    video: JitsiServer


class Venue:
    """One test's world in the bare site, and ways into it."""

    def __init__(self, site: BareSite, world: World, bring: NewVisitor) -> None:
        self.site, self.world, self.bring = site, world, bring

    def visit(self, person: Person, *, screen: Screen = DESKTOP, theme: Theme = "light") -> Visitor:
        """Somebody signed in, with a browser of their own."""
        visitor = self.bring(self.site.app.url, screen=screen, theme=theme)
        visitor.sign_in(sign_in(self.world.platform, person))
        return visitor
