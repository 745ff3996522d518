"""``/booking/confirmation?session=``: what became of a booking. It only reads, and follows changes while open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from sessions_app.domain.errors import Conflict, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.services import analytics, bookings, live
from sessions_app.services.queries import confirmation
from sessions_app.services.queries.confirmation import Confirmation, Outcome
from sessions_app.state.base import AppState, public, require
from sessions_app.state.hub import hub
from sessions_app.state.wizard.outcome import OutcomeView, outcome

_SUCCESS = (Outcome.BOOKED, Outcome.REQUESTED)


class ConfirmationState(AppState):
    """One tab's confirmation; ``is_gone`` for a session in which the viewer has no seat."""

    view: OutcomeView = OutcomeView()
    is_gone: bool = False

    _session_id: str = ""
    _step: Confirmation | None = None

    @rx.event
    @require()
    async def load(self) -> AsyncIterator[Any]:
        """Show the booking that the address names."""
        self._session_id = self.router.url.query_parameters.get("session", "")[:64]
        await self._draw()
        if self._identity is not None:
            hub.watch(self, ConfirmationState.refresh, {live.person_topic(self._identity.person_id)})
        yield
        await self._count()

    @rx.event
    @public
    async def refresh(self) -> AsyncIterator[Any]:
        """Something about the person's bookings changed."""
        if not self._session_id or self._identity is None:
            return
        was = self.view.kind
        await self._draw()
        yield
        if self.view.kind != was:
            await self._count()

    @rx.event
    @public
    async def leave(self) -> None:
        """The page is left: watch nothing."""
        if self.router.url.path.rstrip("/") != "/booking/confirmation":
            hub.leave(self, ConfirmationState.refresh)
            self.view, self._step, self._session_id = OutcomeView(), None, ""

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def hold_next_week(self) -> Any:
        """Hold the same time next week, and go on to confirm it."""
        step = self._step
        if step is None or step.same_time_next_week is None:
            return None
        try:
            placed = await self._run(
                bookings.hold,
                offering_id=step.offering_id,
                starts_at=step.same_time_next_week.start,
                student_id=step.student_id,
                replaces_former=True,
            )
        except Conflict as refused:
            self._say(refused.message, kind="sun")
            await self._draw()
            return None
        return rx.redirect(f"{self.view.again_href}?booking={placed.booking.id}")

    async def _draw(self) -> None:
        try:
            step = await self._read(confirmation.confirmation, session_id=self._session_id)
        except NotFound:
            self.is_gone, self.view, self._step = True, OutcomeView(), None
            return
        self._step, self.is_gone = step, False
        view = outcome(step, self._viewer())
        if view != self.view:
            self.view = view

    async def _count(self) -> None:
        if self._step is not None and self._step.outcome in _SUCCESS:
            await self._run(analytics.record_success_once, session_id=self._session_id)
