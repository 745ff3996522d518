"""``/dashboard``: the home of students and guardians.

The address says which tab and child are shown and which dialog is open (``?tab=``, ``?child=``, ``?cancel=``), so
links in mails lead straight to their question and reload shows the same. How things are worded is decided in
``dashboard_views.py`` and its neighbours; what may be done, by the use cases.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx

from sessions_app.domain.errors import DomainError, NotFound, PriceChanged
from sessions_app.domain.permissions import Role
from sessions_app.services import (
    bookings,
    cancellations,
    checkout,
    enrollments,
    live,
    moves,
    requests,
    topics,
)
from sessions_app.services.queries import cancelling
from sessions_app.services.queries import dashboard as queries
from sessions_app.services.queries.dashboard import HISTORY_PAGE, MOST_ROWS, PAGE, Dashboard, Tab
from sessions_app.state import cancelling_views
from sessions_app.state import dashboard_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.cancelling_views import CLOSED, CancelView
from sessions_app.state.dashboard_seat import SeatView
from sessions_app.state.dashboard_views import DashboardView
from sessions_app.state.hub import hub
from sessions_app.state.schedule_views import TopicView

UNKNOWN = "We cannot find that session. It may belong to another account."
_LONGEST_ID = 64


class DashboardState(AppState):
    """One tab's dashboard. ``busy`` names what is being done: "cancel", "attend", "pay" … with the booking's id."""

    view: DashboardView = DashboardView()
    cancelling: CancelView = CLOSED
    naming: TopicView = TopicView()
    busy: str = ""

    _tab: str = Tab.UPCOMING.value
    _learner: str = ""
    _asked: str = ""
    _limit: int = PAGE
    _history_limit: int = HISTORY_PAGE
    _method: str = ""

    # ------------------------------------------------------------ what is shown

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def open(self) -> None:
        """Show what the address asks for."""
        query: Mapping[str, str] = self.router.url.query_parameters
        tab, learner = _tab_of(query.get("tab", "")), query.get("child", "")[:_LONGEST_ID]
        if (tab.value, learner) != (self._tab, self._learner):
            self._limit = PAGE
        self._tab, self._learner, self.busy = tab.value, learner, ""
        home = await self._load()
        people = {one.id for one in home.learners} | {self.visitor.person_id}
        hub.watch(self, DashboardState.refresh, map(live.person_topic, people))
        asked, self._asked = self._asked, query.get("cancel", "")[:_LONGEST_ID]
        if asked or self._asked:
            # A dialog opened by hand outlives an address that changes late, as the reschedule dialog's does.
            self.cancelling = CLOSED
        if self._asked:
            await self._ask(self._asked)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def refresh(self) -> None:
        """Something changed, or time went by: look again."""
        if self.view.ready:
            await self._load()

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def select_tab(self, tab: str) -> Any:
        """Show another list."""
        return rx.redirect(self._address(tab=_tab_of(tab).value), replace=True)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def select_learner(self, learner_id: str) -> Any:
        """Show one child, or with an empty id all of them."""
        return rx.redirect(self._address(child=str(learner_id)[:_LONGEST_ID]), replace=True)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def show_more(self) -> None:
        """Show more of the list."""
        self._limit = min(self._limit + PAGE, MOST_ROWS)
        await self._load()

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def show_more_history(self) -> None:
        """Show more payments."""
        self._history_limit = min(self._history_limit + PAGE, MOST_ROWS)
        await self._load()

    # ------------------------------------------------------------ cancelling

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def ask_to_cancel(self, booking_id: str) -> None:
        """Open the dialog that states what goes back."""
        await self._ask(str(booking_id))

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def keep(self) -> Any:
        """Close the dialog and change nothing."""
        self.cancelling = CLOSED
        return self._clean_address()

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def cancel(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Cancel as stated in the dialog."""
        asked = self.cancelling
        if asked == CLOSED or self.busy:
            return
        self.busy = "cancel"
        yield
        try:
            made = await self._run(
                cancellations.cancel_as_stated,
                booking_id=asked.booking_id,
                percent=asked.percent,
                reason=str(form.get("reason", "")).strip(),
            )
        except PriceChanged:
            await self._ask(asked.booking_id)
            raise
        except DomainError:
            self.cancelling = CLOSED
            await self._load()
            raise
        finally:
            self.busy = ""
        self.cancelling = CLOSED
        self._say(asked.done, cancelling_views.cancelled_words(made, self._method))
        await self._load()
        if (away := self._clean_address()) is not None:
            yield away

    # ------------------------------------------------------------ answering

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def accept_time(self, booking_id: str) -> AsyncIterator[Any]:
        """Take the time that was proposed."""
        self.busy = f"accept {booking_id}"
        yield
        try:
            booking = await self._run(requests.accept_proposal, booking_id=str(booking_id))
        finally:
            self.busy = ""
            await self._load()
        self._say(*views.taken_words(booking, self._viewer()))

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def decline_time(self, booking_id: str) -> AsyncIterator[Any]:
        """Turn the time down that was proposed, which ends the request."""
        self.busy = f"decline {booking_id}"
        yield
        try:
            made = await self._run(requests.decline_proposal, booking_id=str(booking_id))
        finally:
            self.busy = ""
            await self._load()
        self._say("Proposed time declined", cancelling_views.cancelled_words(made, ""))

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def ask_topic(self, booking_id: str) -> None:
        """Open the dialog that suggests a topic."""
        seat = next((one for one in self._shown() if one.id == booking_id), None)
        if seat is None:
            raise NotFound(UNKNOWN)
        self.naming = TopicView(seat.id, seat.topic, f"{seat.instructor}, {seat.title}")

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def keep_topic(self) -> None:
        """Close that dialog and change nothing."""
        self.naming = TopicView()

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def suggest_topic(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Suggest the topic in the field."""
        if not self.naming.booking_id or self.busy:
            return
        self.busy = "topic"
        yield
        try:
            await self._run(
                topics.suggest, booking_id=self.naming.booking_id, topic=str(form.get("topic", ""))
            )
        finally:
            self.busy = ""
            await self._load()
        self.naming = TopicView()
        self._say("Topic suggested")

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def agree_topic(self, booking_id: str, topic: str) -> None:
        """Agree to the topic on the table."""
        try:
            await self._run(topics.agree, booking_id=str(booking_id), topic=str(topic))
        finally:
            await self._load()
        self._say("Topic agreed")

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def ask_change(self, booking_id: str) -> None:
        """Ask the instructor to change what the student's side may not change any more."""
        try:
            await self._run(moves.ask_to_allow, booking_id=str(booking_id))
        finally:
            await self._load()
        self._say("Request sent", "The answer comes in your messages, or as a new time.")

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def attend(self, booking_id: str) -> AsyncIterator[Any]:
        """Say "I'll be there", for oneself or for a child."""
        self.busy = f"attend {booking_id}"
        yield
        try:
            booking = await self._run(bookings.confirm_attendance, booking_id=str(booking_id))
        finally:
            self.busy = ""
            await self._load()
        self._say(*views.attending_words(booking, self._viewer()))

    # ------------------------------------------------------------ going on

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def pay(self, booking_id: str) -> AsyncIterator[Any]:
        """Open the payment page of a booking that waits for its money."""
        seat = next((one for one in self._shown() if one.id == booking_id), None)
        if seat is None:
            raise NotFound(UNKNOWN)
        self.busy = f"pay {seat.id}"
        yield
        try:
            opened = await self._call(
                checkout.open_page,
                self._actor(),
                booking_id=seat.id,
                return_url=f"/booking/confirmation?session={seat.session_id}",
            )
        except DomainError:
            await self._load()
            raise
        finally:
            self.busy = ""
        yield rx.redirect(opened.url)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def finish(self, booking_id: str) -> AsyncIterator[Any]:
        """Book the time that is held, where no card is needed."""
        self.busy = f"finish {booking_id}"
        yield
        try:
            placed = await self._run(bookings.confirm, booking_id=str(booking_id))
        finally:
            self.busy = ""
            await self._load()
        self._say(*views.booked_words(placed))

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def schedule_later(self, enrollment_id: str) -> None:
        """Put a course off; the student chooses a time whenever they like."""
        await self._run(enrollments.defer, enrollment_id=str(enrollment_id))
        self._say(views.LATER_TITLE, views.LATER_BODY)
        await self._load()

    # ------------------------------------------------------------ how

    async def _load(self) -> Dashboard:
        home = await self._read(
            queries.dashboard,
            tab=Tab(self._tab),
            learner_id=self._learner,
            limit=self._limit,
            history_limit=self._history_limit,
        )
        view = views.page_of(home, self._viewer(), first_name=self.visitor.first_name)
        if view != self.view:
            self.view = view
        return home

    async def _ask(self, booking_id: str) -> None:
        try:
            preview = await self._read(cancelling.preview, booking_id=booking_id)
        except NotFound:
            raise NotFound(UNKNOWN) from None
        self._method = preview.method
        self.cancelling = cancelling_views.cancel_view(preview, self._viewer())

    def _shown(self) -> list[SeatView]:
        listed = [seat for day in self.view.days for seat in day.seats]
        return [self.view.next.seat, *listed, *self.view.waiting]

    def _address(self, **changes: str) -> str:
        return views.address({"tab": self._tab, "child": self._learner} | changes)

    def _clean_address(self) -> Any:
        """Leave the address without its question, so that a reload does not ask again."""
        asks = "cancel" in self.router.url.query_parameters
        return rx.redirect(self._address(), replace=True) if asks else None


def _tab_of(text: Any) -> Tab:
    try:
        return Tab(text)
    except ValueError:
        return Tab.UPCOMING
