"""What the dashboard shows, worded: from what ``services/queries`` read and how the viewer sees times to text.

Pure: frozen dataclasses of text, numbers and flags come out, ready to draw. Every sentence that a person reads on
the dashboard and in its dialogs is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from sessions_app.domain import topics
from sessions_app.domain.booking_lifecycle import TENTATIVE, UPCOMING, BookingStatus
from sessions_app.domain.local_labels import MONTHS, Viewer, counted, same_clock
from sessions_app.domain.money import Money, price_label
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.domain.refunds import Band, CancelledBy
from sessions_app.domain.rescheduling import Barrier, CancelVerdict, MoveVerdict
from sessions_app.domain.topics import Side, TopicState
from sessions_app.models import Booking
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.bookings import Placed
from sessions_app.services.cancellations import Cancelled
from sessions_app.services.queries.cancelling import CancelPreview
from sessions_app.services.queries.dashboard import (
    CourseStanding,
    Dashboard,
    HistoryEntry,
    Learner,
    MoneyState,
    Seat,
    Tab,
)
from sessions_app.state.views import avatar_colour, initials
from sessions_app.state.wizard.parts import policy_line

LATER_TITLE = "We'll notify you when you're ready to schedule"
LATER_BODY = "You can schedule anytime from your dashboard."
_IN_ADDRESS = ("tab", "child", "reschedule", "month", "date")
_SOON = timedelta(hours=24)
_BEFORE_START = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


@dataclass(frozen=True)
class WaitView:
    """A countdown: instants in ISO 8601, and how many seconds a full ring stands for. No ``until``: none."""

    until: str = ""
    now: str = ""
    total: int = 1


@dataclass(frozen=True)
class SeatView:
    """One booking. ``strong`` and ``small`` are its time; ``spoken`` says it in full for assistive technology.

    ``notes`` stand behind the instructor's name, ``said`` below. ``proposal`` is a time that waits for an answer,
    ``was`` the one that was asked for; ``again_href`` leads to other times after the other side said no. An empty
    ``move_blocked`` or ``cancel_blocked`` means that it is possible, ``ask_change`` names the control that asks for
    it all the same; ``join`` is "", soon (``join_note`` says when) or open.
    ``attend`` and ``review`` name the controls that say "I'll be there" and that open the review; ``files`` says how
    many materials the session's page has.
    """

    id: str = ""
    session_id: str = ""
    status: str = ""
    badge: str = ""
    strong: str = ""
    small: str = ""
    spoken: str = ""
    title: str = ""
    instructor: str = ""
    instructor_href: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    notes: str = ""
    said: str = ""
    proposal: str = ""
    was: str = ""
    topic: str = ""
    topic_note: str = ""
    can_agree: bool = False
    can_suggest: bool = False
    again_href: str = ""
    learner: str = ""
    wait: WaitView = WaitView()
    price: str = ""
    can_pay: bool = False
    can_finish: bool = False
    can_cancel: bool = False
    can_move: bool = False
    move_blocked: str = ""
    cancel_blocked: str = ""
    ask_change: str = ""
    join: str = ""
    join_note: str = ""
    message_href: str = ""
    attend: str = ""
    review: str = ""
    files: str = ""


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
    wait: WaitView = WaitView()
    room: str = ""
    when: str = ""
    policy: str = ""
    seat: SeatView = SeatView()


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
    wakes: WaitView = WaitView()


@dataclass(frozen=True)
class BandView:
    """A span of notice on the refund bar, ``share`` per cent wide."""

    name: str
    until: str
    share: int
    level: int


@dataclass(frozen=True)
class CancelView:
    """The dialog that asks before cancelling. ``percent`` is what was stated and must hold."""

    booking_id: str = ""
    heading: str = ""
    month: str = ""
    day: str = ""
    when: str = ""
    what: str = ""
    sentence: str = ""
    amount: str = ""
    percent: int = 100
    bands: tuple[BandView, ...] = ()
    bar_label: str = ""
    now_at: int = 0
    reason_label: str = ""
    can_move: bool = False
    keep: str = "Keep session"
    confirm: str = "Cancel session"
    done: str = "Session cancelled"


CLOSED = CancelView()


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
        wakes=_wait(home.now, home.wakes_at, home.now),
    )


def seat_view(seat: Seat, viewer: Viewer, now: datetime, *, with_date: bool) -> SeatView:
    """One booking; ``with_date`` where no heading above it names the day."""
    begins, _, ends = viewer.span(seat.starts_at, seat.ends_at).partition(" – ")
    day = viewer.day(seat.starts_at, now=now)
    join, join_note = _join(seat, viewer, now)
    status, badge = _badge(seat, viewer, now)
    return SeatView(
        id=seat.booking_id,
        session_id=seat.session_id,
        status=status,
        badge=badge,
        strong=day if with_date else begins,
        small=f"{begins} – {ends}" if with_date else f"to {ends}",
        spoken=f"{viewer.long_day(seat.starts_at)}, {viewer.spoken_span(seat.starts_at, seat.ends_at)}",
        title=seat.title,
        instructor=seat.instructor_name,
        instructor_href=f"/instructors/{seat.instructor_id}",
        initials=initials(seat.instructor_name),
        colour=avatar_colour(seat.instructor_id),
        photo=seat.avatar_url or "",
        notes=" · ".join(_notes(seat, viewer, now)),
        said=_said(seat),
        proposal=f"{viewer.named_day(seat.starts_at, now=now)}, {begins} – {ends}"
        if Action.ANSWER in seat.can
        else "",
        was=f"instead of {viewer.moment(seat.asked_starts_at, now=now)}" if seat.asked_starts_at else "",
        again_href=f"/book/{seat.instructor_id}?offering={seat.offering_id}" if _is_owed(seat, now) else "",
        topic=seat.topic,
        topic_note=_topic_note(seat),
        can_agree=Action.AGREE_TOPIC in seat.can and topics.may_agree(seat.topic_state, Side.STUDENT),
        can_suggest=Action.AGREE_TOPIC in seat.can and topics.may_suggest(seat.topic_state),
        learner=seat.learner.name,
        wait=_wait(seat.waits_from, seat.waits_until, now),
        price=price_label(seat.price, seat.credits),
        can_pay=Action.PAY in seat.can,
        can_finish=Action.BOOK in seat.can,
        can_cancel=Action.CANCEL in seat.can,
        can_move=Action.RESCHEDULE in seat.can,
        move_blocked=why_not_moved(seat.move, viewer, now),
        cancel_blocked=why_not_cancelled(seat.cancel, viewer, now),
        ask_change=_ask_change(seat),
        join=join,
        join_note=join_note,
        message_href=f"/messages?with={seat.booking_id}" if Action.MESSAGE in seat.can else "",
        files=counted(seat.files, "file"),
        attend=_will_be_there(seat) if Action.CONFIRM_ATTENDANCE in seat.can else "",
        review=_review_words(seat),
    )


def _ask_change(seat: Seat) -> str:
    may_not_move = Action.RESCHEDULE in seat.can and seat.move.barrier is not None
    may_not_cancel = Action.CANCEL in seat.can and not seat.cancel.is_allowed
    is_blocked = may_not_move or may_not_cancel
    # In a group everybody would read it, and only whole groups are moved.
    is_asked_alone = seat.session_type is SessionType.INDIVIDUAL and Action.MESSAGE in seat.can
    return f"Ask {short_name(seat.instructor_name)} to allow it" if is_blocked and is_asked_alone else ""


def _will_be_there(seat: Seat) -> str:
    return f"{short_name(seat.learner.name)} will be there" if seat.learner.name else "I'll be there"


def _review_words(seat: Seat) -> str:
    if Action.REVIEW not in seat.can or not seat.is_review_open:
        return ""
    return "Write a review" if seat.rating is None else "Edit review"


def why_not_moved(verdict: MoveVerdict, viewer: Viewer, now: datetime) -> str:
    """The reason, with the exact deadline, in the viewer's zone; empty when moving is possible."""
    if verdict.barrier is Barrier.NOTICE:
        return f"Rescheduling was possible until {viewer.moment(verdict.until, now=now)}."
    if verdict.barrier is Barrier.LIMIT:
        if verdict.limit == 0:
            return "Sessions cannot be rescheduled here."
        times = "once" if verdict.limit == 1 else f"{verdict.limit} times"
        return f"Already rescheduled {times}, which is the most."
    return ""


def why_not_cancelled(verdict: CancelVerdict, viewer: Viewer, now: datetime) -> str:
    """The reason, with the exact deadline, in the viewer's zone; empty when cancelling is possible."""
    if verdict.is_allowed:
        return ""
    return f"Cancelling was possible until {viewer.moment(verdict.until, now=now)}."


def cancel_view(preview: CancelPreview, viewer: Viewer) -> CancelView:
    """The dialog, with the refund stated before anybody decides."""
    local = viewer.local(preview.starts_at)
    weekday = viewer.long_day(preview.starts_at).split()[0]
    sentence, amount = _refund_sentence(preview, viewer)
    thing = "request" if preview.is_request else "session"
    people = [preview.instructor_name, *([f"for {preview.student_name}"] if preview.student_name else [])]
    return CancelView(
        booking_id=preview.booking_id,
        heading=f"Cancel this {thing}?",
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        when=f"{weekday}, {viewer.span(preview.starts_at, preview.ends_at)}",
        what=", ".join([preview.title, *people]),
        sentence=sentence,
        amount=amount,
        percent=preview.decision.percent,
        bands=tuple(_bands(preview.bands, viewer)),
        bar_label=_bar_label(preview, viewer),
        now_at=preview.now_at,
        reason_label=f"Reason, shared with {short_name(preview.instructor_name)}",
        can_move=preview.can_move,
        keep=f"Keep {thing}",
        confirm=f"Cancel {thing}",
        done=f"{thing.capitalize()} cancelled",
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


def cancelled_words(made: Cancelled, method: str) -> str:
    """What was done about the money, after cancelling."""
    if made.refund is None:
        return "Nothing was paid, so nothing is due."
    if made.refund.credits:
        return f"You get {price_label(None, made.refund.credits)} back."
    if made.refund.amount.is_zero:
        return "Nothing goes back, as the policy you booked under says."
    return f"You get {made.refund.amount.label} back{f' to {method}' if method else ''}."


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
        wait=_wait(now, seat.starts_at, now) if is_soon and not is_running else WaitView(),
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


def _badge(seat: Seat, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if seat.is_paying and seat.status in (BookingStatus.HELD, BookingStatus.ACCEPTED):
        return "processing", ""
    if seat.status in _BEFORE_START and seat.ends_at <= now:
        return BookingStatus.COMPLETED.value, "Ended"
    if Action.ANSWER in seat.can:
        return seat.status.value, "Your answer"
    if seat.status is BookingStatus.ACCEPTED and seat.waits_until:
        is_today = viewer.date_of(seat.waits_until) == viewer.date_of(now)
        label = viewer.time(seat.waits_until) if is_today else viewer.moment(seat.waits_until)
        return seat.status.value, f"Pay by {label}"
    return seat.status.value, ""


def _notes(seat: Seat, viewer: Viewer, now: datetime) -> Iterable[str]:
    if seat.status in TENTATIVE | UPCOMING:
        if not same_clock(seat.starts_at, viewer.zone, seat.instructor_zone):
            yield _other_clock(seat, viewer)
        if seat.session_type is SessionType.GROUP:
            yield f"{seat.seats_taken} of {seat.capacity} seats taken"
        if seat.modality is not Modality.ONLINE and seat.place:
            yield one_line(seat.place)
    if seat.status is BookingStatus.CONFIRMED and seat.starts_at > now:
        yield _will_be_there(seat) if seat.learner.name else "You said you'll be there"
    if seat.status is BookingStatus.CANCELLED and seat.cancelled_by == CancelledBy.INSTRUCTOR:
        yield f"cancelled by {short_name(seat.instructor_name)}"
    if seat.rating is not None:
        yield f"You rated it {seat.rating}"
    if not seat.returned.is_zero:
        done = "refunded" if seat.is_return_done else "on its way back"
        yield f"{seat.returned.label} {done}"
    if seat.returned_credits:
        yield f"{price_label(None, seat.returned_credits)} returned"


def _other_clock(seat: Seat, viewer: Viewer) -> str:
    there = Viewer(seat.instructor_zone, viewer.hour_cycle)
    same_date = there.date_of(seat.starts_at) == viewer.date_of(seat.starts_at)
    day = "" if same_date else f"{there.day(seat.starts_at).split()[0]} "
    return f"{day}{there.time(seat.starts_at)} in {there.city}"


def _said(seat: Seat) -> str:
    said = one_line(seat.response)
    return f"{short_name(seat.instructor_name)}: “{said}”" if said else ""


def _is_owed(seat: Seat, now: datetime) -> bool:
    """Whether a session still ahead came to nothing by the other side's doing."""
    by_others = seat.cancelled_by in (CancelledBy.INSTRUCTOR, CancelledBy.PLATFORM)
    is_lost = seat.status is BookingStatus.REJECTED or (seat.status is BookingStatus.CANCELLED and by_others)
    return is_lost and seat.starts_at > now


def _topic_note(seat: Seat) -> str:
    by = {
        TopicState.BY_STUDENT: "suggested by you",
        TopicState.BY_INSTRUCTOR: f"suggested by {short_name(seat.instructor_name)}",
        TopicState.LOCKED: "agreed",
    }
    return by.get(seat.topic_state, "") if seat.topic else ""


def _wait(since: datetime, until: datetime | None, now: datetime) -> WaitView:
    if until is None or until <= now:
        return WaitView()
    total = max(1, (until - since) // timedelta(seconds=1))
    return WaitView(until.isoformat(timespec="seconds"), now.isoformat(timespec="seconds"), total)


def _join(seat: Seat, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if Action.JOIN not in seat.can:
        return "", ""
    if seat.opens_at <= now:
        return "open", ""
    is_same_day = viewer.date_of(seat.opens_at) == viewer.date_of(seat.starts_at)
    at = viewer.time(seat.opens_at) if is_same_day else viewer.moment(seat.opens_at)
    return "soon", f"Join opens at {at}"


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


def _refund_sentence(preview: CancelPreview, viewer: Viewer) -> tuple[str, str]:
    """What goes back, as a sentence and as an amount."""
    method = preview.method or "your card"
    if not preview.reserved.is_zero:
        return f"Nothing was taken. We release what is reserved on {method}.", preview.reserved.label
    if preview.credits_paid:
        return _credits_sentence(preview, viewer)
    if preview.paid.is_zero:
        words = "Nothing was charged, so there is nothing to give back."
        return words, "" if preview.is_request else Money.zero(preview.paid.currency).label
    percent, amount = preview.decision.percent, preview.decision.amount
    if percent == 0:
        return _nothing_back(preview, viewer), amount.label
    return f"You get {_share(percent)} of it back, to {method}.", amount.label


def _credits_sentence(preview: CancelPreview, viewer: Viewer) -> tuple[str, str]:
    back = preview.decision.credits
    if not back:
        return _nothing_back(preview, viewer), "0 credits"
    label = price_label(None, back)
    if back == preview.credits_paid:
        return f"You get your {'credit' if back == 1 else 'credits'} back.", label
    return f"You get {label} of {preview.credits_paid} back.", label


def _nothing_back(preview: CancelPreview, viewer: Viewer) -> str:
    ends = [band.ends_at for band in preview.bands if band.percent]
    last = max(ends, default=preview.decision.free_until)
    return f"You get nothing back: that was possible until {viewer.moment(last, now=preview.now)}."


def _share(percent: int) -> str:
    return {100: "all", 50: "half"}.get(percent, f"{percent} %")


def _bands(drawn: Sequence[Band], viewer: Viewer) -> Iterable[BandView]:
    before: datetime | None = None
    for band in drawn:
        is_last = band is drawn[-1]
        near = before is not None and viewer.date_of(band.ends_at) - viewer.date_of(before) <= timedelta(1)
        short = f"{viewer.day(band.ends_at).split()[0]} {viewer.time(band.ends_at)}"
        until = short if near else f"until {viewer.moment(band.ends_at)}"
        if is_last:
            until = "then" if band.percent == 0 else "until the start"
        level = 0 if band.percent == 0 else 2 if band.percent == 100 else 1
        yield BandView(
            _share(band.percent).capitalize() if band.percent else "None", until, band.share, level
        )
        before = band.ends_at


def _bar_label(preview: CancelPreview, viewer: Viewer) -> str:
    if not preview.bands:
        return ""
    parts = [
        f"{_share(band.percent)} until {viewer.long_day(band.ends_at)} {viewer.time(band.ends_at)}"
        for band in preview.bands
        if band.percent
    ]
    if preview.bands[-1].percent == 0:
        parts.append("then nothing")
    now = _share(preview.decision.percent) if preview.decision.percent else "nothing"
    return f"Refund by time: {', '.join(parts)}. Now: {now}."
