"""What the dashboard shows, worded: from what ``services/queries`` read and how the viewer sees times to text.

Pure: frozen dataclasses of text, numbers and flags come out, ready to draw. Each booking on it is worded by
``dashboard_seat``, the dialog that asks before cancelling by ``cancelling_views``; every other sentence that a person
reads on the dashboard is written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import price_label
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import short_name
from sessions_app.models import Booking
from sessions_app.services.bookings import Placed
from sessions_app.services.queries.dashboard import (
    CourseStanding,
    Dashboard,
    HistoryEntry,
    Learner,
    MoneyState,
    Seat,
    Tab,
)
from sessions_app.state.dashboard_seat import SeatView, seat_view
from sessions_app.state.views import NO_WAIT, WaitView
from sessions_app.state.wizard.parts import policy_line

LATER_TITLE = "We'll notify you when you're ready to schedule"
LATER_BODY = "You can schedule anytime from your dashboard."
_IN_ADDRESS = ("tab", "child", "reschedule", "month", "date")
_SOON = timedelta(hours=24)
_NO_SEAT = SeatView()


@dataclass(frozen=True)
class DayView:
    """The bookings of one day; an empty ``label`` where each row says its own date."""

    key: str
    label: str
    seats: tuple[SeatView, ...]


@dataclass(frozen=True)
class NextView:
    """The next session. ``wait`` counts down within a day; ``words`` say it otherwise.

    ``policy`` says what cancelling what was paid gives back now, and until when.
    """

    exists: bool = False
    is_soon: bool = False
    words: str = ""
    wait: WaitView = NO_WAIT
    room: str = ""
    when: str = ""
    policy: str = ""
    seat: SeatView = _NO_SEAT


@dataclass(frozen=True)
class CourseView:
    """A course of the student, and how far they are."""

    enrollment_id: str
    title: str
    href: str
    book_href: str
    learner: str
    percent: int
    progress: str
    progress_label: str
    is_deferred: bool
    is_open: bool


@dataclass(frozen=True)
class EntryView:
    """One line of the payment history."""

    id: str
    date: str
    what: str
    learner: str
    detail: str
    amount: str
    backs: tuple[str, ...]


@dataclass(frozen=True)
class ChoiceView:
    """One child in the filter."""

    value: str
    label: str


@dataclass(frozen=True)
class DashboardView:
    """The whole page. ``wakes`` is when something on it changes by itself."""

    ready: bool = False
    greeting: str = ""
    today: str = ""
    learners: tuple[ChoiceView, ...] = ()
    learner: str = ""
    tab: str = Tab.UPCOMING.value
    upcoming_count: int = 0
    requests_count: int = 0
    past_count: int = 0
    cancelled_count: int = 0
    next: NextView = NextView()
    days: tuple[DayView, ...] = ()
    is_empty: bool = False
    has_more: bool = False
    waiting: tuple[SeatView, ...] = ()
    proposals: tuple[SeatView, ...] = ()
    recent: tuple[SeatView, ...] = ()
    see_all: str = ""
    courses: tuple[CourseView, ...] = ()
    credits: str = ""
    history: tuple[EntryView, ...] = ()
    has_more_history: bool = False
    wakes: WaitView = NO_WAIT


def address(query: Mapping[str, str]) -> str:
    """The page's address with what is shown, and with a question if ``query`` has one; nothing else is kept."""
    kept = {name: query.get(name, "") for name in _IN_ADDRESS}
    written = urlencode({name: value for name, value in kept.items() if value and value != Tab.UPCOMING})
    return f"/dashboard?{written}" if written else "/dashboard"


def page_of(home: Dashboard, viewer: Viewer, *, first_name: str) -> DashboardView:
    """The page as this person sees it."""
    return DashboardView(
        ready=True,
        greeting=f"{_time_of_day(viewer, home.now)}, {first_name}",
        today=f"{_today(viewer, home.now)}, times shown in {viewer.long_zone_label(home.now)}",
        learners=_learner_choices(home.learners),
        learner=home.chosen_id,
        tab=home.tab.value,
        upcoming_count=home.counts[Tab.UPCOMING],
        requests_count=home.counts[Tab.REQUESTS],
        past_count=home.counts[Tab.PAST],
        cancelled_count=home.counts[Tab.CANCELLED],
        next=_next(home.next, viewer, home.now),
        days=_days(home, viewer),
        is_empty=not home.seats and not (home.tab is Tab.UPCOMING and home.next),
        has_more=home.has_more,
        waiting=tuple(
            seat_view(seat, viewer, home.now, with_date=True)
            for seat in home.waiting
            if Action.ANSWER not in seat.can
        ),
        proposals=tuple(
            seat_view(seat, viewer, home.now, with_date=True)
            for seat in home.waiting
            if Action.ANSWER in seat.can
        ),
        recent=tuple(seat_view(seat, viewer, home.now, with_date=True) for seat in home.recent),
        see_all=f"See all {home.counts[Tab.PAST]}",
        courses=tuple(_course(course) for course in home.courses),
        credits=_credits(home),
        history=tuple(_entry(entry, viewer, home.now) for entry in home.history),
        has_more_history=home.has_more_history,
        wakes=WaitView.of(home.now, home.wakes_at, home.now),
    )


def booked_words(placed: Placed) -> tuple[str, str]:
    """What became of a hold that was finished here."""
    if placed.booking.status is BookingStatus.PENDING:
        return "Request sent", "You find it under Requests until it is answered."
    return "Session Booked!", "You find it under Upcoming."


def attending_words(booking: Booking, viewer: Viewer) -> tuple[str, str]:
    """What "I'll be there" comes to."""
    return "Thank you", f"See you on {viewer.moment(booking.starts_at)}."


def taken_words(booking: Booking, viewer: Viewer) -> tuple[str, str]:
    """What became of a request whose proposed time was taken."""
    if booking.status is BookingStatus.ACCEPTED and booking.pay_by:
        return "Time agreed", f"Pay by {viewer.moment(booking.pay_by)} to confirm it."
    return "Session Booked!", "You find it under Upcoming."


def _time_of_day(viewer: Viewer, now: datetime) -> str:
    hour = viewer.local(now).hour
    return "Good morning" if 4 <= hour < 12 else "Good afternoon" if 12 <= hour < 18 else "Good evening"


def _today(viewer: Viewer, now: datetime) -> str:
    return viewer.long_day(now).rpartition(" ")[0]


def _learner_choices(learners: Sequence[Learner]) -> tuple[ChoiceView, ...]:
    if len(learners) < 2:
        return ()
    return (ChoiceView("", "Everybody"), *(ChoiceView(one.id, one.name) for one in learners))


def _next(seat: Seat | None, viewer: Viewer, now: datetime) -> NextView:
    if seat is None:
        return NextView()
    view = seat_view(seat, viewer, now, with_date=True)
    is_today = viewer.date_of(seat.starts_at) == viewer.date_of(now)
    span = viewer.span(seat.starts_at, seat.ends_at)
    is_soon = seat.starts_at - now <= _SOON
    is_running = seat.starts_at <= now
    if is_running:
        words = f"Running until {viewer.time(seat.ends_at)}"
    elif is_soon:
        words = "Starts in"
    else:
        words = f"Next session {viewer.relative_day(seat.starts_at, now=now).lower()}"
    return NextView(
        exists=True,
        is_soon=is_soon,
        words=words,
        wait=WaitView.of(now, seat.starts_at, now) if is_soon and not is_running else NO_WAIT,
        room="The room is open" if view.join == "open" else view.join_note,
        when=span if is_today else f"{viewer.day(seat.starts_at, now=now)}, {span}",
        policy=_policy(seat, viewer, now),
        seat=view,
    )


def _policy(seat: Seat, viewer: Viewer, now: datetime) -> str:
    is_paid = bool(seat.credits) or not seat.price.is_zero
    if not is_paid or Action.CANCEL not in seat.can or not seat.cancel.is_allowed:
        return ""
    return policy_line(
        viewer,
        now=now,
        free_until=seat.due.free_until,
        partial_until=seat.due.partial_until,
        partial_percent=seat.due.partial_percent,
        cancel_until=seat.due.cancel_until,
    )


def _days(home: Dashboard, viewer: Viewer) -> tuple[DayView, ...]:
    if home.tab in (Tab.PAST, Tab.CANCELLED):
        rows = tuple(seat_view(seat, viewer, home.now, with_date=True) for seat in home.seats)
        return (DayView("all", "", rows),) if rows else ()
    return tuple(
        DayView(
            on.isoformat(),
            viewer.named_day(seats[0].starts_at, now=home.now),
            tuple(seat_view(seat, viewer, home.now, with_date=False) for seat in seats),
        )
        for on, seats in (
            (on, list(some))
            for on, some in groupby(home.seats, key=lambda seat: viewer.date_of(seat.starts_at))
        )
    )


def _course(course: CourseStanding) -> CourseView:
    count, done = course.session_count, min(course.sessions_done, course.session_count)
    return CourseView(
        enrollment_id=course.enrollment_id,
        title=course.title,
        href=f"/courses/{course.course_id}",
        book_href=f"/courses/{course.course_id}/book",
        learner=course.learner.name,
        percent=100 * done // count if count else 0,
        progress=f"{done} of {count}" if count else "",
        progress_label=f"{done} of {count} sessions done",
        is_deferred=course.is_deferred,
        is_open=course.is_open,
    )


def _credits(home: Dashboard) -> str:
    names = {one.id: short_name(one.name) for one in home.learners}

    def label(amount: int) -> str:
        return "1 credit" if amount == 1 else f"{amount} credits"

    if len(home.credits) == 1:
        return label(*home.credits.values())
    return ", ".join(f"{names[person]} {label(amount)}" for person, amount in home.credits.items())


_STATES = {
    MoneyState.PAID: "Paid",
    MoneyState.PROCESSING: "Being processed",
    MoneyState.RESERVED: "Reserved until your request is answered",
    MoneyState.RELEASED: "Released, never taken",
    MoneyState.PARTLY_REFUNDED: "Partly refunded",
    MoneyState.REFUNDED: "Refunded",
    MoneyState.REVIEW: "Being checked by our team",
    MoneyState.SPENT: "Spent",
    MoneyState.RETURNED: "Returned",
    MoneyState.GRANTED: "Received",
}


def _entry(entry: HistoryEntry, viewer: Viewer, now: datetime) -> EntryView:
    if entry.amount is not None:
        amount = entry.amount.label
    else:
        sign = "+" if entry.credits > 0 else "−"
        amount = f"{sign}{price_label(None, abs(entry.credits))}"
    return EntryView(
        id=entry.id,
        date=viewer.day(entry.at, now=now),
        what=entry.what,
        learner=entry.learner.name,
        detail=" · ".join(part for part in (entry.method, _STATES[entry.state]) if part),
        amount=amount,
        backs=tuple(
            f"{back.amount.label} back on {viewer.day(back.at, now=now)}"
            if back.is_done
            else f"{back.amount.label} on its way back"
            for back in entry.refunds
        ),
    )
