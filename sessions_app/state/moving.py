"""The dashboard's reschedule dialog: ``/dashboard?reschedule=…``, with the month and the day in the address too.

Days and months are addresses to go to, as in the wizard; a start chosen waits for the button that says to when.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import reflex as rx

from sessions_app.domain.errors import (
    DomainError,
    NotFound,
    OutsideAvailability,
    SessionFull,
    SlotTaken,
    StudentBusy,
)
from sessions_app.domain.permissions import Role
from sessions_app.services import live, moves
from sessions_app.services.queries import rescheduling
from sessions_app.services.queries.rescheduling import NewTimes
from sessions_app.state import moving_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.dashboard import UNKNOWN, DashboardState
from sessions_app.state.hub import hub
from sessions_app.state.moving_views import CLOSED, MoveAddress, MoveView
from sessions_app.state.wizard.parts import RowView, parse_start

_LOST = (SlotTaken, SessionFull, StudentBusy, OutsideAvailability)


class MoveState(AppState):
    """One tab's dialog. ``others`` are the nearest free times after one was lost."""

    moving: MoveView = CLOSED
    others: rx.Field[list[RowView]] = rx.field(default_factory=list)
    busy: str = ""

    _here: MoveAddress = MoveAddress("")

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def open(self) -> None:
        """Show the dialog if the address asks for it."""
        self._here = MoveAddress.parse(self.router.url.query_parameters)
        self.others, self.busy = [], ""
        if not self._here.booking_id:
            self.moving = CLOSED
            hub.leave(self, MoveState.refresh)
            return
        try:
            times = await self._draw()
        except DomainError:
            self.moving = CLOSED
            raise
        hub.watch(self, MoveState.refresh, [live.calendar_topic(times.instructor_id)])

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def refresh(self) -> None:
        """The instructor's calendar changed: show what is free now, and keep the choice while it is."""
        if self.moving == CLOSED or self.busy:
            return
        await self._draw(_parsed(self.moving.chosen) if self.moving.chosen else None)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def ask(self, booking_id: str) -> Any:
        """Go to the dialog of a booking; "back" leaves it again."""
        here = MoveAddress.parse(dict(self.router.url.query_parameters) | {"reschedule": str(booking_id)})
        return rx.redirect(here.to())

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def keep(self) -> Any:
        """Close the dialog and change nothing."""
        self.moving, self.others = CLOSED, []
        return rx.redirect(self._here.closed, replace=True)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def choose(self, start: str) -> None:
        """Take a start; nothing is moved yet."""
        self.others = []
        await self._draw(_parsed(start))

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def move(self) -> AsyncIterator[Any]:
        """Move the booking to the start chosen."""
        wanted = self.moving.chosen
        if not wanted or self.busy:
            return
        start = _parsed(wanted)
        self.busy, self.others = "move", []
        yield
        try:
            placed = await self._run(moves.reschedule, booking_id=self.moving.booking_id, starts_at=start)
        except _LOST:
            await self._lost(start)
            raise
        except DomainError:
            await self._draw()
            raise
        finally:
            self.busy = ""
        self.moving = CLOSED
        self._say(*views.moved_words(placed.booking, self._viewer()))
        yield DashboardState.refresh
        yield rx.redirect(self._here.closed, replace=True)

    async def _draw(self, start: datetime | None = None) -> NewTimes:
        """Draw the dialog with ``start`` chosen. Raises SlotTaken when that is not free any more."""
        viewer, here = self._viewer(), self._here
        try:
            times = await self._read(
                rescheduling.new_times,
                booking_id=here.booking_id,
                zone=viewer.known_zone,
                month=here.month,
                on=here.on,
                first_weekday=self._first_weekday(),
            )
        except NotFound:
            raise NotFound(UNKNOWN) from None
        chosen = times.span_at(start) if start else None
        self.moving = views.move_view(times, viewer, here, chosen)
        if start is not None and chosen is None:
            self.others = views.other_rows(times.nearest(start), viewer)
            raise SlotTaken
        return times

    async def _lost(self, start: datetime) -> None:
        """Show the dialog afresh, with the times nearest to the one that was lost."""
        times = await self._draw()
        self.others = views.other_rows(times.nearest(start), self._viewer())


def _parsed(start: Any) -> datetime:
    try:
        return parse_start(str(start))
    except ValueError:
        raise SlotTaken from None
