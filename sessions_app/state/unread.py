"""How many messages wait to be read, for the navigation of every page."""

from __future__ import annotations

import reflex as rx

from sessions_app.services import conversations
from sessions_app.services.queries import conversations as queries
from sessions_app.state.base import AppState, public
from sessions_app.state.hub import hub


class UnreadState(AppState):
    """The count of one tab, live. Nobody signed in has none."""

    count: int = 0

    @rx.event
    @public
    async def open(self) -> None:
        """Count, and go on counting: every page asks for it when it opens."""
        if self._identity is None:
            self.count = 0
            hub.leave(self, UnreadState.refresh)
            return
        hub.watch(self, UnreadState.refresh, await self._read(conversations.topics))
        await self._count()

    @rx.event
    @public
    async def refresh(self) -> None:
        """Something was written or read: count again."""
        await self._count()

    async def _count(self) -> None:
        count = 0 if self._identity is None else await self._read(queries.unread)
        if count != self.count:
            self.count = count
