"""The address under which a person's calendar program reads their sessions."""

from __future__ import annotations

from urllib.parse import quote

import reflex as rx

from sessions_app.services import feeds
from sessions_app.state.base import AppState, require


class CalendarFeedState(AppState):
    """The address in the settings; the texts are empty while there is none.

    ``is_hidden`` when there is one that works and cannot be shown again (see ``feeds.Subscription``).
    """

    is_hidden: bool = False
    address: str = ""
    webcal: str = ""
    google: str = ""

    @rx.event
    @require()
    async def open(self) -> None:
        """Show the address, if there is one."""
        found = await self._read(feeds.subscription)
        self.is_hidden = found.exists and not found.address
        self._show(found.address)

    @rx.event
    @require()
    async def renew(self) -> None:
        """Make an address, or another one in its place; the former ends."""
        had_one = bool(self.address) or self.is_hidden
        self._show(await self._run(feeds.renew))
        self.is_hidden = False
        if had_one:
            self._say("New calendar address", "The former one no longer works.")

    @rx.event
    @require()
    async def remove(self) -> None:
        """End the address."""
        await self._run(feeds.remove)
        self._show("")
        self.is_hidden = False
        self._say("Calendar address removed", "Calendars that used it get nothing more.")

    def _show(self, address: str) -> None:
        self.address = address
        self.webcal = f"webcal://{self.address.partition('://')[2]}" if address else ""
        self.google = (
            f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}" if address else ""
        )
