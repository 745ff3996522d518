"""``/instructor/bookings``: requests, the week and every booking of an instructor.

The address says which day, list and filter are shown (``?day=``, ``?tab=``, ``?q=``), so that reload and links in
mails show the same. How things are worded is decided in ``schedule_views.py``; what may be done, by the use cases.
Dragging costs no round trip: the browser says once where a session was dropped (``assets/week.js``), and a dialog
asks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import reflex as rx

from sessions_app.domain.availability import parse_wall, to_utc
from sessions_app.domain.errors import InvalidInput, NotFound, OutsideAvailability
from sessions_app.domain.month_grid import first_of_week
from sessions_app.domain.permissions import Role
from sessions_app.domain.week_axis import WeekAxis
from sessions_app.services import cancellations, hosting, live, moves, requests, topics
from sessions_app.services.hosting import Charge
from sessions_app.services.queries import schedule as queries
from sessions_app.services.queries.schedule import MOST_ROWS, PAGE, Filter, Schedule, Tab
from sessions_app.state import schedule_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.schedule_views import (
    Address,
    DeclineView,
    HostCancelView,
    NewView,
    PlaceView,
    ScheduleView,
    TopicView,
)

_MORNING = 600
UNKNOWN = "We cannot find that session. It may belong to another account."


class InstructorBookingsState(AppState):
    """One tab's page. ``busy`` names what is being done: "accept" with an id, "accept all", "dialog"."""

    view: ScheduleView = ScheduleView()
    declining: DeclineView = DeclineView()
    placing: PlaceView = PlaceView()
    creating: NewView = NewView()
    cancelling: HostCancelView = HostCancelView()
    naming: TopicView = TopicView()
    busy: str = ""

    _here: Address = Address()
    _limit: int = PAGE
    _picked: tuple[str, ...] = ()
    _warned: str = ""

    # ------------------------------------------------------------ what is shown

    @rx.event
    @require(Role.INSTRUCTOR)
    async def open(self) -> None:
        """Show what the address asks for."""
        here = Address.parse(self.router.url.query_parameters)
        if (here.tab, here.keep) != (self._here.tab, self._here.keep):
            self._limit = PAGE
        self._here, self.busy = here, ""
        seen = await self._load()
        hub.watch(
            self,
            InstructorBookingsState.refresh,
            [live.person_topic(seen.instructor_id), live.calendar_topic(seen.instructor_id)],
        )

    @rx.event
    @require(Role.INSTRUCTOR)
    async def refresh(self) -> None:
        """Something changed, or time went by: look again."""
        if self.view.ready:
            await self._load()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def select_tab(self, tab: str) -> Any:
        """Show another list."""
        wanted = Tab(tab) if tab in set(Tab) else Tab.UPCOMING
        return rx.redirect(self._here.to(tab=wanted), replace=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def search(self, form: dict[str, Any]) -> Any:
        """Show what fits of the list."""
        asked = {name: str(value) for name, value in form.items()}
        keep = Address.parse(asked).keep
        return rx.redirect(self._here.to(keep=keep), replace=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def clear_search(self) -> Any:
        """Show the whole list again."""
        return rx.redirect(self._here.to(keep=Filter()), replace=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def show_more(self) -> None:
        """Show more of the list."""
        self._limit = min(self._limit + PAGE, MOST_ROWS)
        await self._load()

    # ------------------------------------------------------------ requests

    @rx.event
    @require(Role.INSTRUCTOR)
    async def accept(self, booking_id: str) -> AsyncIterator[Any]:
        """Say yes to a request."""
        self.busy = f"accept {booking_id}"
        yield
        try:
            await self._run(requests.accept, booking_id=str(booking_id))
        finally:
            self.busy = ""
            await self._load()
        self._say("Request accepted", "Everybody is told, and it stands in your week.")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def pick(self, booking_id: str, is_picked: bool) -> None:
        """Choose a request to be accepted with others, or leave it out again."""
        others = tuple(one for one in self._picked if one != booking_id)
        self._picked = (*others, str(booking_id))[-requests.MOST_AT_ONCE :] if is_picked else others
        await self._load()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def accept_picked(self) -> AsyncIterator[Any]:
        """Say yes to all requests that were chosen."""
        shown = {one.id: one for one in self.view.requests if one.can_accept}
        wanted = [one for one in self._picked if one in shown]
        if not wanted or self.busy:
            return
        self.busy = "accept all"
        yield
        try:
            answered = await self._call(requests.accept_each, self._actor(), booking_ids=wanted)
        finally:
            self.busy = ""
        self._picked = tuple(one.booking_id for one in answered if one.refused is not None)
        await self._load()
        accepted = sum(one.refused is None for one in answered)
        if accepted:
            self._say("One request accepted" if accepted == 1 else f"{accepted} requests accepted")
        lost = [
            f"{shown[one.booking_id].name}: {one.refused.message}"
            for one in answered
            if one.refused is not None
        ]
        if lost:
            self._say("Not accepted", " ".join(lost), kind="danger")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_decline(self, booking_id: str) -> None:
        """Open the dialog that declines a request."""
        self.declining = views.decline_view(await self._seat(booking_id), self._viewer())

    @rx.event
    @require(Role.INSTRUCTOR)
    async def decline(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Say no, with an answer."""
        booking_id = self.declining.booking_id
        if not booking_id or self.busy:
            return
        self.busy = "dialog"
        yield
        try:
            await self._run(requests.reject, booking_id=booking_id, response=_text(form, "response"))
        finally:
            self.busy = ""
            await self._load()
        self.declining = DeclineView()
        self._say("Request declined", "The time is free again.")

    # ------------------------------------------------------------ another time

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_propose(self, booking_id: str) -> None:
        """Open the dialog that proposes another time for a request."""
        await self._ask_place("propose", booking_id)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_move(self, booking_id: str) -> None:
        """Open the dialog that moves a session."""
        await self._ask_place("move", booking_id)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_move_group(self, booking_id: str) -> None:
        """Open the dialog that moves the group of a booking with everybody in it."""
        await self._ask_place("move", booking_id, whole_group=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def dropped(self, form: dict[str, Any]) -> None:
        """A block was dropped somewhere in the week: ask whether it shall go there."""
        session_id = _text(form, "session")
        block = next(
            (one for day in self.view.week.days for one in day.blocks if one.session_id == session_id), None
        )
        if block is None or not block.can_drag:
            return
        start = self._instant_of_drop(form)
        mode = "move" if block.can_move else "propose"
        await self._ask_place(mode, block.id, to=start, whole_group=block.is_group)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def take_near(self, start: str) -> None:
        """Put one of the nearest free times into the fields."""
        to, asked = _instant(start), self.placing
        if asked.mode and to is not None:
            await self._ask_place(asked.mode, asked.id, to=to, whole_group=asked.is_group)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def place(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Move the session, or propose the time, as the fields say."""
        asked = self.placing
        if not asked.mode or self.busy:
            return
        start = self._typed(form)
        self.busy = "dialog"
        yield
        facts = {"starts_at": start, "ignores_hours": self._warned == start.isoformat()}
        message = _text(form, "message")
        try:
            if asked.mode == "propose":
                await self._run(requests.propose, booking_id=asked.id, message=message, **facts)
            elif asked.is_group:
                await self._run(
                    moves.reschedule_session, session_id=asked.session_id, reason=message, **facts
                )
            else:
                await self._run(moves.reschedule, booking_id=asked.id, reason=message, **facts)
        except OutsideAvailability as refused:
            if not (why := views.why_outside(str(refused.details.get("reason", "")))):
                raise
            self._warned = start.isoformat()
            local = self._viewer().local(start)
            self.placing = replace(
                asked,
                warning=why,
                confirm=f"{asked.confirm.removesuffix(' anyway')} anyway",
                date=f"{local:%Y-%m-%d}",
                time=f"{local:%H:%M}",
            )
            return
        finally:
            self.busy = ""
            await self._load()
        self.placing = PlaceView()
        moment = self._viewer().moment(start)
        if asked.mode == "propose":
            self._say("Time proposed", f"{moment} is kept until it is answered.")
        else:
            self._say("Session moved", f"It is now on {moment}.")

    # ------------------------------------------------------------ a new session

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_new(self) -> None:
        """Open the dialog for a new session, in the morning of the day shown or within the hour."""
        soon = self._platform().clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        morning = soon
        if self._here.on is not None:
            morning = to_utc(self._here.on, _MORNING, self._viewer().known_zone)
        await self._open_new(max(soon, morning))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_new_at(self, form: dict[str, Any]) -> None:
        """Open the dialog for a new session where the week was clicked."""
        await self._open_new(self._instant_of_drop(form))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def create(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Book the session for the student."""
        if not self.creating.is_open or self.busy:
            return
        start = self._typed(form)
        try:
            charge = Charge(_text(form, "charge"))
        except ValueError:
            raise InvalidInput("Please say what the student pays.", field="charge") from None
        self.busy = "dialog"
        yield
        try:
            placed = await self._run(
                hosting.book_for,
                offering_id=_text(form, "offering"),
                student_id=_text(form, "student"),
                starts_at=start,
                charge=charge,
                topic=_text(form, "topic"),
                message=_text(form, "message"),
                ignores_hours=self._warned == start.isoformat(),
            )
        except OutsideAvailability as refused:
            if not (why := views.why_outside(str(refused.details.get("reason", "")))):
                raise
            self._warned = start.isoformat()
            self.creating = replace(self.creating, warning=why, confirm="Book anyway")
            return
        except NotFound:
            raise InvalidInput("Please choose a student and an offering.", field="student") from None
        finally:
            self.busy = ""
            await self._load()
        self.creating = NewView()
        moment = self._viewer().moment(placed.booking.starts_at)
        self._say("Session booked", f"{moment}. The student is told.")

    # ------------------------------------------------------------ cancelling and topics

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_cancel(self, booking_id: str) -> None:
        """Open the dialog that cancels a session, or of a group one seat."""
        seat = await self._seat(booking_id)
        self.cancelling = views.cancel_view(seat, self._viewer(), whole_session=not seat.is_group)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_to_cancel_session(self, booking_id: str) -> None:
        """Open the dialog that cancels the session of a booking for everybody in it."""
        seat = await self._seat(booking_id)
        self.cancelling = views.cancel_view(seat, self._viewer(), whole_session=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def cancel(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Cancel as the dialog says, with everything back."""
        asked = self.cancelling
        if not asked.id or self.busy:
            return
        self.busy = "dialog"
        yield
        reason = _text(form, "reason")
        try:
            if asked.is_session:
                await self._run(cancellations.cancel_session, session_id=asked.id, reason=reason)
            else:
                await self._run(cancellations.cancel, booking_id=asked.id, reason=reason, seat_only=True)
        finally:
            self.busy = ""
            await self._load()
        self.cancelling = HostCancelView()
        self._say("Seat cancelled" if asked.is_seat else "Session cancelled", "Everything paid goes back.")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_topic(self, booking_id: str) -> None:
        """Open the dialog that suggests a topic."""
        self.naming = views.topic_view(await self._seat(booking_id))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def suggest_topic(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Suggest the topic in the field."""
        booking_id = self.naming.booking_id
        if not booking_id or self.busy:
            return
        self.busy = "dialog"
        yield
        try:
            await self._run(topics.suggest, booking_id=booking_id, topic=_text(form, "topic"))
        finally:
            self.busy = ""
            await self._load()
        self.naming = TopicView()
        self._say("Topic suggested")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def agree_topic(self, booking_id: str, topic: str) -> None:
        """Agree to the student's topic."""
        try:
            await self._run(topics.agree, booking_id=str(booking_id), topic=str(topic))
        finally:
            await self._load()
        self._say("Topic agreed")

    @rx.event
    @require(Role.INSTRUCTOR)
    async def keep(self) -> None:
        """Close whatever dialog is open and change nothing."""
        self._close()

    # ------------------------------------------------------------ how

    async def _load(self) -> Schedule:
        here = self._here
        seen = await self._read(
            queries.schedule,
            first=here.on,
            first_weekday=self._first_weekday(),
            tab=here.tab,
            keep=here.keep,
            limit=self._limit,
        )
        view = views.page_of(seen, self._viewer(), here, self._picked)
        if view != self.view:
            self.view = view
        return seen

    async def _seat(self, booking_id: str) -> queries.HostSeat:
        self._close()
        try:
            return await self._read(queries.seat_of, booking_id=str(booking_id))
        except NotFound:
            raise NotFound(UNKNOWN) from None

    async def _ask_place(
        self, mode: str, booking_id: str, *, to: datetime | None = None, whole_group: bool = False
    ) -> None:
        self._close()
        try:
            found = await self._read(queries.other_times, booking_id=str(booking_id), wanted=to)
        except NotFound:
            raise NotFound(UNKNOWN) from None
        self.placing = views.place_view(found, self._viewer(), mode=mode, to=to, whole_group=whole_group)

    async def _open_new(self, start: datetime) -> None:
        self._close()
        facts = await self._read(queries.new_session_facts)
        if not facts.pupils:
            raise InvalidInput("You have no students yet: they appear once somebody enrolls or books.")
        if not facts.offerings:
            raise InvalidInput("You have no active offering to book.")
        self.creating = views.new_view(facts, self._viewer(), at=start, now=self._platform().clock.now())

    def _close(self) -> None:
        self.declining, self.placing, self.creating = DeclineView(), PlaceView(), NewView()
        self.cancelling, self.naming, self._warned = HostCancelView(), TopicView(), ""

    def _typed(self, form: dict[str, Any]) -> datetime:
        """The instant that the fields "Date" and "Time" say, on the instructor's clock."""
        try:
            local = datetime.fromisoformat(f"{_text(form, 'date')}T{_text(form, 'time')}")
            if local.tzinfo is not None:
                raise ValueError
        except ValueError:
            raise InvalidInput("Please give a date and a time.", field="time") from None
        return parse_wall(local, self._viewer().known_zone)

    def _instant_of_drop(self, form: dict[str, Any]) -> datetime:
        try:
            day, minute = date.fromisoformat(_text(form, "day")), int(_text(form, "minute"))
        except ValueError:
            raise InvalidInput("That is no time of this week.") from None
        axis = WeekAxis.of(first_of_week(day, self._first_weekday()), self._viewer().known_zone)
        return axis.instant_at(day, minute)


def _text(form: dict[str, Any], name: str) -> str:
    return str(form.get(name, "") or "").strip()


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
