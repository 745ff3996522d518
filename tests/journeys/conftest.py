"""Journeys: a person at the built app in a real Chromium. Each visitor's unseen problems fail the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine

from sessions_app.settings import parse_settings
from sessions_app.wiring import build_video
from tests.doubles.clock import StoppedClock
from tests.doubles.jitsi_server import JitsiServer
from tests.doubles.mail_server import MailServer
from tests.infra.browser import DESKTOP, PHONE, Screen, launch
from tests.infra.platforms import platform_on
from tests.infra.ports import free_port
from tests.infra.served import ServedApp
from tests.infra.shared_run import SharedRun
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage, behind
from tests.journeys.venue import BareSite, Venue
from tests.services.world import World

ARTIFACTS = Path(__file__).resolve().parents[2] / ".test-artifacts"

# Playwright's own 5 s are too short for a machine that does other work; what is there at once costs nothing.
expect.set_options(timeout=15_000)


@dataclass(frozen=True)
class Site:
    """The app with its demo data, and the mail server it sends to. Shared by a worker's journeys: clean up, or use
    people of your own.
    """

    app: ServedApp
    mail: MailServer

    @property
    def url(self) -> str:
        """Its origin, without a slash at the end."""
        return self.app.url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def site(
    built_pages: None, shared_run: SharedRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The app with demo data on SQLite."""
    with MailServer() as mail:
        settings = {"DEMO_DATA": "1", "SMTP_URL": mail.url, "RATE_LIMIT_PER_MINUTE": "0"}
        with ServedApp(tmp_path_factory.mktemp("site"), free_port(), shared_run.owner, settings) as app:
            yield Site(app, mail)


@pytest.fixture
def backstage(site: Site, engine_of: Callable[[str], Engine]) -> Iterator[Backstage]:
    """What happens behind the pages of the shared site."""
    with behind(site.app, engine_of) as made:
        yield made
        made.retire_newcomers()


@pytest.fixture(scope="session")
def bare_site(
    built_pages: None, shared_run: SharedRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BareSite]:
    """The app without demo data, for the worlds of ``venue``."""
    folder = tmp_path_factory.mktemp("bare")
    database = folder / "bare.db"
    with JitsiServer(app_id="sessions", secret="what the video server and we know, and nobody else") as video:
        settings = {
            "DEMO_DATA": "0",
            "DATABASE_URL": shared_run.sqlite_copy(database),
            "RATE_LIMIT_PER_MINUTE": "0",
            "JITSI_DOMAIN": video.domain,
            "JITSI_APP_ID": video.app_id,
            "JITSI_APP_SECRET": video.secret,
            "SESSION_RECORDING": "1",
        }
        with ServedApp(folder, free_port(), shared_run.owner, settings) as app:
            same = {name.lower(): value for name, value in settings.items()}
            seen = parse_settings(port=app.port, data_dir=app.data_dir, **same)
            yield BareSite(app, database, seen, video)


@pytest.fixture
def venue(
    bare_site: BareSite,
    shared_run: SharedRun,
    engine_of: Callable[[str], Engine],
    new_visitor: NewVisitor,
) -> Iterator[Venue]:
    """A world of this test's own, now, behind a served app. Whoever was there before is gone."""
    shared_run.empty_sqlite(bare_site.database)
    bare_site.video.forget()
    clock = StoppedClock(datetime.now(UTC).replace(microsecond=0))
    video = build_video(bare_site.settings, clock)
    engine = engine_of(bare_site.settings.sqlalchemy_url)
    with platform_on(bare_site.settings, clock, engine=engine, video=video) as platform:
        yield Venue(bare_site, World(platform, clock), new_visitor)


# As long as Playwright runs in a thread, no other test there may start an event loop: so it ends with this folder.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium for the journeys of this folder."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    """A desktop and a phone; ``@pytest.mark.parametrize("screen", [PHONE], indirect=True)`` for one of them."""
    chosen: Screen = request.param
    return chosen


@pytest.fixture
def new_visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[NewVisitor]:
    """Bring people: ``new_visitor(site.url, screen=PHONE, theme="dark", timezone="Asia/Kolkata")``."""
    visitors: list[Visitor] = []

    def bring(origin: str | None = None, **how: object) -> Visitor:
        visitor = Visitor(browser, origin or request.getfixturevalue("site").url, **how)  # type: ignore[arg-type]
        visitors.append(visitor)
        return visitor

    yield bring
    problems = [problem for visitor in visitors for problem in visitor.unexpected_problems()]
    has_failed = bool(problems) or getattr(request.node, "has_failed", True)
    name = re.sub(r"[^\w-]+", "-", request.node.name).strip("-")
    for number, visitor in enumerate(visitors, 1):
        visitor.leave(picture=ARTIFACTS / f"{name}-{number}.png" if has_failed else None)
    assert not problems, f"unseen problems: {problems}"


@pytest.fixture
def visitor(new_visitor: NewVisitor, screen: Screen) -> Visitor:
    """One person, once on a desktop and once on a phone."""
    return new_visitor(screen=screen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.has_failed = report.failed  # type: ignore[attr-defined]
    return report
