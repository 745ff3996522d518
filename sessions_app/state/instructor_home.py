"""``/instructor``: the instructor's day, requests and figures.

The day is read again when something is announced and each minute; the figures only when something is announced. The
address says which period is shown (``?days=7``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Role
from sessions_app.services import live, requests
from sessions_app.services.queries import instructor_figures, instructor_home
from sessions_app.state import instructor_home_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.instructor_figures_views import FiguresView, figures_view
from sessions_app.state.instructor_home_views import (
    NOT_DECLINING,
    DeclineView,
    HomeView,
    RequestView,
)

_USUAL_PERIOD = 28
_GONE = "That request is not open any more."


class InstructorHomeState(AppState):
    """One tab's home. ``busy`` names what is being done: "accept" or "decline" with the booking's id."""

    home: HomeView = HomeView()
    figures: FiguresView = FiguresView()
    declining: DeclineView = NOT_DECLINING
    busy: str = ""

    _period: int = _USUAL_PERIOD

    @rx.event
    @require(Role.INSTRUCTOR)
    async def open(self) -> None:
        """Show the day and the period of the address."""
        asked = self.router.url.query_parameters.get("days", "")
        self._period = (
            int(asked) if asked in {str(days) for days in instructor_figures.PERIODS} else _USUAL_PERIOD
        )
        self.busy, self.declining = "", NOT_DECLINING
        hub.watch(self, InstructorHomeState.refresh, {live.person_topic(self.visitor.person_id)})
        await self._load()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def refresh(self) -> None:
        """Something changed: look again."""
        if self.home.ready:
            await self._load()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def tick(self) -> None:
        """Time went by: look at the day again."""
        if self.home.ready:
            await self._load_day()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def choose_period(self, days: str) -> Any:
        """Show another period."""
        return rx.redirect(f"/instructor?days={days}", replace=True) if days.isdigit() else None

    @rx.event
    @require(Role.INSTRUCTOR)
    async def accept(self, booking_id: str) -> AsyncIterator[Any]:
        """Say yes to a request."""
        request = self._shown(booking_id)
        self.busy = f"accept {request.id}"
        yield
        try:
            booking = await self._run(requests.accept, booking_id=request.id)
        finally:
            self.busy = ""
            await self._load()
        if booking.status is BookingStatus.ACCEPTED:
            self._say("Request accepted", f"{request.first_name} has to pay now; the time stays reserved.")
        else:
            self._say("Request accepted", f"The session with {request.first_name} is scheduled.")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_decline(self, booking_id: str) -> None:
        """Open the dialog that asks for a word to the student."""
        self.declining = views.decline_view(self._shown(booking_id))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def keep(self) -> None:
        """Close the dialog and change nothing."""
        self.declining = NOT_DECLINING

    @rx.event
    @require(Role.INSTRUCTOR)
    async def decline(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Say no, as the dialog says."""
        asked = self.declining
        if asked == NOT_DECLINING or self.busy:
            return
        self.busy = f"decline {asked.booking_id}"
        yield
        try:
            await self._run(
                requests.reject,
                booking_id=asked.booking_id,
                response=str(form.get("response", "")).strip(),
            )
        finally:
            self.busy, self.declining = "", NOT_DECLINING
            await self._load()
        self._say("Request declined", "The time is free again.")

    async def _load(self) -> None:
        await self._load_day()
        figures = figures_view(await self._read(instructor_figures.figures, period=self._period))
        if figures != self.figures:
            self.figures = figures

    async def _load_day(self) -> None:
        today = await self._read(instructor_home.today)
        view = views.home_view(today, self._viewer(), origin=self._platform().settings.public_url)
        if view != self.home:
            self.home = view

    def _shown(self, booking_id: str) -> RequestView:
        request = next((one for one in self.home.requests if one.id == booking_id), None)
        if request is None:
            raise NotFound(_GONE)
        return request
