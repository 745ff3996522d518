"""Searching for a time zone while typing."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from sessions_app.domain.local_labels import Viewer
from sessions_app.services import zones
from sessions_app.services.zones import Zone
from sessions_app.state.base import AppState, public

MOST_SHOWN = 8
LONGEST_SEARCH = 80


@dataclass(frozen=True)
class ZoneView:
    """One zone to choose: where it is, and what its clocks show now ("UTC+5:45 · 17:49")."""

    name: str
    city: str
    country: str
    clock: str


class ZoneSearchState(AppState):
    """What was typed and what it finds; what is chosen belongs to the page that asks."""

    text: str = ""
    found: rx.Field[list[ZoneView]] = rx.field(default_factory=list)
    has_searched: bool = False

    @rx.event
    @public
    async def search(self, text: str) -> None:
        """Show the zones that match ``text``, or common ones while it is empty."""
        self.text = str(text)[:LONGEST_SEARCH]
        now = self._platform().clock.now()
        matches = zones.find(self.text, now=now, limit=MOST_SHOWN)
        self.found = [self._shown(zone) for zone in matches]
        self.has_searched = True

    def _shown(self, zone: Zone) -> ZoneView:
        now = self._platform().clock.now()
        there = Viewer(zone.name, self.visitor.hour_cycle)
        return ZoneView(zone.name, zone.city, zone.country, f"{there.offset(now)} · {there.time(now)}")
