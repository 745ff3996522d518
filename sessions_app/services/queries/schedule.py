"""An instructor's week and bookings: what takes their time, who asks, and every booking by list.

Everything is scoped in SQL to the acting instructor. The number of statements is fixed, however many bookings there
are. What is overdue reads as expired although nobody has swept it yet; times that were chosen and let go again were
never bookings to anybody and are left out. Local dates are the instructor's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from sessions_app.domain import topics
from sessions_app.domain.availability import local_date, open_windows, to_utc
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    OCCUPYING,
    TRANSITIONS,
    UPCOMING,
    BookingEvent,
    BookingStatus,
    SessionStatus,
)
from sessions_app.domain.month_grid import MONDAY, first_of_week
from sessions_app.domain.permissions import Action
from sessions_app.domain.search_text import occurs, words_of
from sessions_app.domain.slots import Slot
from sessions_app.domain.timespans import TimeSpan, merge
from sessions_app.domain.topics import Side, TopicState
from sessions_app.domain.week_axis import WeekAxis
from sessions_app.models import Booking, Offering, Payment, Person, TeachingSession
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import access, calendars, slots
from sessions_app.services.hosting import Pupil, pupils
from sessions_app.services.notifications import price_of
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork

PAGE = 20
MOST_ROWS = 200
MOST_REQUESTS = 50
MOST_SIFTED = 1000
_GIVEN_UP = (BookingStatus.CANCELLED, BookingStatus.REJECTED, BookingStatus.EXPIRED)
_BEFORE_START = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


class Tab(StrEnum):
    """The lists of bookings."""

    UPCOMING = "upcoming"
    UNPAID = "unpaid"
    PAST = "past"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to keep of a list: part of a student's name or of the title, an offering, local dates (inclusive)."""

    text: str = ""
    offering_id: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return self != Filter()


@dataclass(frozen=True, slots=True)
class HostSeat:
    """One booking as its instructor sees it.

    ``asked_starts_at`` is what the student asked for when another time is proposed and waits for them
    (``is_proposed``). ``waits_from`` and ``waits_until`` bound the wait for an answer or for money.
    """

    booking_id: str
    session_id: str
    status: BookingStatus
    student_id: str
    student_name: str
    student_zone: str
    avatar_url: str | None
    title: str
    starts_at: datetime
    ends_at: datetime
    is_group: bool
    capacity: int
    seats_taken: int
    modality: Modality
    price: str
    message: str
    response: str
    topic: str
    topic_state: TopicState
    cancelled_by: str | None
    cancel_reason: str
    is_proposed: bool
    asked_starts_at: datetime | None
    waits_from: datetime
    waits_until: datetime | None
    can: frozenset[Action]
    may_suggest_topic: bool
    may_agree_topic: bool


class BlockKind(StrEnum):
    """What a block of the week is."""

    SESSION = "session"
    RUNNING = "running"
    REQUEST = "request"
    PROPOSED = "proposed"
    UNPAID = "unpaid"
    HELD = "held"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Block:
    """One session in the week, with who sits in it. ``booking_id`` is its first seat, ``who`` empty for a group."""

    session_id: str
    booking_id: str
    kind: BlockKind
    title: str
    who: str
    span: TimeSpan
    is_group: bool
    seats_taken: int
    capacity: int
    minimum_seats: int
    minimum_by: datetime | None
    waits_until: datetime | None
    can: frozenset[Action]
    has_room: bool


@dataclass(frozen=True, slots=True)
class ScheduleWeek:
    """Seven local days from ``axis.days[0]``: what is taken, the rest after it, open hours and days away."""

    axis: WeekAxis
    today: date
    blocks: tuple[Block, ...]
    buffers: tuple[TimeSpan, ...]
    open: tuple[TimeSpan, ...]
    away: frozenset[date]
    step_minutes: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The whole page at ``now``. ``wakes_at`` is when something on it next changes by itself.

    ``counts`` are bookings, so each seat of a group counts; ``sessions_ahead`` are sessions.
    """

    week: ScheduleWeek
    requests: tuple[HostSeat, ...]
    request_count: int
    tab: Tab
    counts: Mapping[Tab, int]
    sessions_ahead: int
    listed: tuple[HostSeat, ...]
    has_more: bool
    offerings: tuple[tuple[str, str], ...]
    wakes_at: datetime | None
    now: datetime
    instructor_id: str


@dataclass(frozen=True, slots=True)
class NewSessionFacts:
    """What a new session is made of: the students and the offerings that take bookings."""

    pupils: tuple[Pupil, ...]
    offerings: tuple[Offering, ...]


@dataclass(frozen=True, slots=True)
class OtherTimes:
    """A booking that is to get another time, and the free ones nearest to the one wanted."""

    seat: HostSeat
    near: tuple[Slot, ...]


def schedule(
    work: UnitOfWork,
    *,
    first: date | None = None,
    first_weekday: int = MONDAY,
    tab: Tab = Tab.UPCOMING,
    keep: Filter | None = None,
    limit: int = PAGE,
) -> Schedule:
    """The acting instructor's page; ``first`` is any day of the week to show. Raises NotAllowed to other roles.

    The week begins with ``first_weekday`` (Monday 0 … Sunday 6).
    """
    me = access.require_instructor(work)
    [host] = calendars.hosts(work, [me])
    today = local_date(work.now, host.zone)
    shown = first or today
    axis = WeekAxis.of(first_of_week(shown, first_weekday), host.zone)
    keep = keep or Filter()
    limit = min(limit, MOST_ROWS)

    of_me = col(Booking.instructor_id) == me
    conditions = _conditions(work.now)
    asking = and_(col(Booking.status) == BookingStatus.PENDING, _counts_still(work.now))
    requests = _rows(work, of_me, asking, order=_BY_ANSWER, limit=MOST_REQUESTS)
    kept = _kept(keep, host.zone)
    in_tab = and_(of_me, conditions[tab], *kept)
    # A name is looked for without accents and case, which no database does alike: what else fits is read and sifted.
    words = words_of(keep.text)
    rows = _rows(work, in_tab, order=_ORDERS[tab], limit=MOST_SIFTED if words else limit + 1)
    rows = [row for row in rows if occurs(words, row[2].name, row[0].title, row[0].custom_topic)]
    request_count, sessions_ahead, counts = _tally(work, of_me, asking, conditions)
    seats = tuple(_seat(work, *row) for row in requests)
    listed = tuple(_seat(work, *row) for row in rows[:limit])
    week = _week(work, host, axis, today)
    return Schedule(
        week=week,
        requests=seats,
        request_count=request_count,
        tab=tab,
        counts=counts,
        sessions_ahead=sessions_ahead,
        listed=listed,
        has_more=len(rows) > limit,
        offerings=tuple(_offering_names(work, me)),
        wakes_at=_wakes_at(work.now, [*seats, *listed], week.blocks),
        now=work.now,
        instructor_id=me,
    )


def seat_of(work: UnitOfWork, *, booking_id: str) -> HostSeat:
    """One booking of the acting instructor's. Raises NotFound for another's."""
    access.require_instructor(work)
    loaded = access.load_booking(work, booking_id, action=Action.VIEW)
    student = work.db.get_one(Person, loaded.booking.student_id)
    return _seat(work, loaded.booking, loaded.session, student)


def other_times(work: UnitOfWork, *, booking_id: str, wanted: datetime | None = None) -> OtherTimes:
    """The free times nearest to ``wanted`` (default: the time it has) for one of the acting instructor's bookings."""
    seat = seat_of(work, booking_id=booking_id)
    booking = work.db.get_one(Booking, booking_id)
    wish = slots.Wish(
        booking.offering_id, booking.student_id, wanted or booking.starts_at, moving_booking_id=booking.id
    )
    near = slots.nearest_to(work, wish, besides=TimeSpan(booking.starts_at, booking.ends_at))
    return OtherTimes(seat, tuple(sorted(near, key=lambda slot: slot.span.start)))


def new_session_facts(work: UnitOfWork) -> NewSessionFacts:
    """Whom the acting instructor may book for, and what."""
    me = access.require_instructor(work)
    active = select(Offering).where(col(Offering.instructor_id) == me, col(Offering.is_active))
    found = work.db.exec(active.order_by(col(Offering.position), col(Offering.title), col(Offering.id)))
    return NewSessionFacts(tuple(pupils(work)), tuple(found.all()))


# ------------------------------------------------------------------ lists

_Row = tuple[Booking, TeachingSession, Person]
_FORWARD = (col(Booking.starts_at), col(Booking.id))
_BACKWARD = (col(Booking.starts_at).desc(), col(Booking.id).desc())
_BY_ANSWER = (col(Booking.respond_by), col(Booking.id))
_ORDERS = {Tab.UPCOMING: _FORWARD, Tab.UNPAID: _FORWARD, Tab.PAST: _BACKWARD, Tab.CANCELLED: _BACKWARD}


def _counts_still(now: datetime) -> ColumnElement[bool]:
    return calendars.still_counts(col(Booking.frees_at), now)


def _conditions(now: datetime) -> dict[Tab, ColumnElement[bool]]:
    lapsed = calendars.is_overdue(now)
    took_money = (
        select(Payment.id)
        .where(col(Payment.booking_id) == col(Booking.id), col(Payment.captured_minor) > 0)
        .exists()
    )
    return {
        Tab.UPCOMING: or_(
            and_(col(Booking.status).in_(_BEFORE_START), col(Booking.ends_at) > now),
            col(Booking.status) == BookingStatus.IN_PROGRESS,
        ),
        Tab.UNPAID: and_(col(Booking.status) == BookingStatus.ACCEPTED, _counts_still(now)),
        Tab.PAST: or_(
            col(Booking.status).in_(ATTENDED_OR_MISSED),
            and_(col(Booking.status).in_(_BEFORE_START), col(Booking.ends_at) <= now),
        ),
        # The end of a hold stays on what never became more than a hold.
        Tab.CANCELLED: and_(
            or_(col(Booking.status).in_(_GIVEN_UP), lapsed),
            or_(col(Booking.hold_expires_at).is_(None), took_money),
        ),
    }


def _kept(keep: Filter, zone: str) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if keep.offering_id:
        kept.append(col(Booking.offering_id) == keep.offering_id)
    if keep.first is not None:
        kept.append(col(Booking.starts_at) >= to_utc(keep.first, 0, zone))
    if keep.last is not None:
        kept.append(col(Booking.starts_at) < to_utc(keep.last + timedelta(days=1), 0, zone))
    return kept


def _tally(
    work: UnitOfWork,
    of_me: ColumnElement[bool],
    asking: ColumnElement[bool],
    conditions: Mapping[Tab, ColumnElement[bool]],
) -> tuple[int, int, dict[Tab, int]]:
    counted = sql_select(
        func.count().filter(asking),
        func.count(col(Booking.session_id).distinct()).filter(conditions[Tab.UPCOMING]),
        *(func.count().filter(conditions[tab]) for tab in Tab),
    ).select_from(Booking)
    requests, sessions, *tabs = work.db.execute(counted.where(of_me)).one()
    return requests, sessions, dict(zip(list(Tab), tabs, strict=True))


def _rows(work: UnitOfWork, *conditions: ColumnElement[bool], order: Sequence[Any], limit: int) -> list[_Row]:
    statement = (
        select(Booking, TeachingSession, Person)
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .join(Person, col(Person.id) == col(Booking.student_id))
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
    )
    return [(booking, session, person) for booking, session, person in work.db.exec(statement)]


def _seat(work: UnitOfWork, booking: Booking, session: TeachingSession, student: Person) -> HostSeat:
    status = effective_status(booking, work.now)
    is_ahead = booking.starts_at > work.now
    is_open = is_ahead and status in OCCUPYING and status is not BookingStatus.HELD
    is_waiting = status is BookingStatus.PENDING
    is_proposed = is_waiting and booking.proposed_at is not None
    return HostSeat(
        booking_id=booking.id,
        session_id=session.id,
        status=status,
        student_id=student.id,
        student_name=student.name,
        student_zone=student.timezone,
        avatar_url=student.avatar_url,
        title=booking.title,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        is_group=session.session_type is SessionType.GROUP,
        capacity=session.capacity,
        seats_taken=session.seats_taken,
        modality=session.modality,
        price=price_of(booking),
        message=booking.student_message,
        response=booking.instructor_response,
        topic=booking.custom_topic,
        topic_state=booking.topic_state,
        cancelled_by=booking.cancelled_by,
        cancel_reason=booking.cancel_reason,
        is_proposed=is_proposed,
        asked_starts_at=booking.asked_starts_at if is_proposed else None,
        waits_from=booking.proposed_at or booking.created_at if is_waiting else booking.updated_at,
        waits_until=booking.respond_by
        if is_waiting
        else booking.pay_by
        if status is BookingStatus.ACCEPTED
        else None,
        can=frozenset(_offered(status, session, is_ahead=is_ahead, is_proposed=is_proposed, now=work.now)),
        may_suggest_topic=is_open and topics.may_suggest(booking.topic_state),
        may_agree_topic=is_open and topics.may_agree(booking.topic_state, Side.INSTRUCTOR),
    )


def _offered(
    status: BookingStatus, session: TeachingSession, *, is_ahead: bool, is_proposed: bool, now: datetime
) -> Iterable[Action]:
    """What the state of a booking has a control for on its instructor's screen."""
    if status is BookingStatus.PENDING:
        yield from (Action.REJECT, Action.PROPOSE)
        if not is_proposed:
            yield Action.ACCEPT
    elif (status, BookingEvent.CANCEL_BY_INSTRUCTOR) in TRANSITIONS and status is not BookingStatus.HELD:
        yield Action.CANCEL
    if is_ahead and (status, BookingEvent.RESCHEDULE) in TRANSITIONS:
        yield Action.RESCHEDULE
    if status in UPCOMING and session.ends_at > now and session.modality is not Modality.IN_PERSON:
        yield Action.JOIN


def _offering_names(work: UnitOfWork, me: str) -> Iterable[tuple[str, str]]:
    named = select(Offering.id, Offering.title).where(col(Offering.instructor_id) == me)
    yield from work.db.exec(named.order_by(col(Offering.position), col(Offering.title)))


# ------------------------------------------------------------------ the week

_SHOWN = (
    SessionStatus.TENTATIVE,
    SessionStatus.SCHEDULED,
    SessionStatus.IN_PROGRESS,
    SessionStatus.COMPLETED,
)


def _week(work: UnitOfWork, host: calendars.Host, axis: WeekAxis, today: date) -> ScheduleWeek:
    me, window = host.profile.person_id, axis.window
    loaded = calendars.load_of(work, [host], window)[me]
    sessions = work.db.exec(
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.status).in_(_SHOWN),
            col(TeachingSession.starts_at) < window.end,
            col(TeachingSession.blocked_until) > window.start,
            calendars.still_counts(col(TeachingSession.frees_at), work.now),
        )
        .order_by(col(TeachingSession.starts_at))
    ).all()
    seats = _seats_by_session(work, [session.id for session in sessions])
    blocks = [_block(work, session, seats[session.id]) for session in sessions if seats[session.id]]
    published = [time.span for time in loaded.calendar.published if time.span.overlaps(window)]
    return ScheduleWeek(
        axis=axis,
        today=today,
        blocks=tuple(block for block in blocks if block.span.overlaps(window)),
        buffers=tuple(
            TimeSpan(session.ends_at, session.blocked_until)
            for session in sessions
            if session.blocked_until > max(session.ends_at, work.now) and seats[session.id]
        ),
        open=merge([*open_windows(loaded.calendar, window), *published]),
        away=frozenset(
            override.on
            for override in loaded.calendar.overrides
            if not override.windows and override.on in axis.days
        ),
        step_minutes=loaded.rules.step_minutes,
    )


def _seats_by_session(
    work: UnitOfWork, session_ids: Sequence[str]
) -> dict[str, list[tuple[Booking, Person]]]:
    found: dict[str, list[tuple[Booking, Person]]] = defaultdict(list)
    rows = work.db.exec(
        select(Booking, Person)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .where(
            col(Booking.session_id).in_(session_ids),
            col(Booking.status).in_(OCCUPYING | ATTENDED_OR_MISSED),
            _counts_still(work.now),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    for booking, person in rows:
        found[booking.session_id].append((booking, person))
    return found


def _block(work: UnitOfWork, session: TeachingSession, seats: Sequence[tuple[Booking, Person]]) -> Block:
    booking, person = seats[0]
    is_group = session.session_type is SessionType.GROUP
    is_ahead = session.starts_at > work.now
    kind = _kind(work, session, [each for each, _ in seats])
    one = _seat(work, booking, session, person)
    can = one.can
    if is_group:
        movable = {Action.RESCHEDULE} if kind is BlockKind.SESSION else set()
        can = frozenset({Action.CANCEL, Action.JOIN, *movable} if is_ahead else ())
    return Block(
        session_id=session.id,
        booking_id=booking.id,
        kind=kind,
        title=session.title,
        who="" if is_group else person.name,
        span=TimeSpan(session.starts_at, session.ends_at),
        is_group=is_group,
        seats_taken=len(seats),
        capacity=session.capacity,
        minimum_seats=session.minimum_seats,
        minimum_by=session.minimum_by,
        waits_until=one.waits_until,
        can=can,
        has_room=session.modality is not Modality.IN_PERSON,
    )


def _kind(work: UnitOfWork, session: TeachingSession, seats: Sequence[Booking]) -> BlockKind:
    statuses = {seat.status for seat in seats}
    if statuses & (UPCOMING | ATTENDED_OR_MISSED):
        if session.ends_at <= work.now or session.status is SessionStatus.COMPLETED:
            return BlockKind.PAST
        return BlockKind.RUNNING if session.starts_at <= work.now else BlockKind.SESSION
    if BookingStatus.PENDING in statuses:
        return BlockKind.PROPOSED if all(seat.proposed_at for seat in seats) else BlockKind.REQUEST
    return BlockKind.UNPAID if BookingStatus.ACCEPTED in statuses else BlockKind.HELD


def _wakes_at(now: datetime, seats: Iterable[HostSeat], blocks: Iterable[Block]) -> datetime | None:
    instants = [
        *(
            instant
            for seat in seats
            for instant in (seat.starts_at, seat.ends_at, seat.waits_until)
            if instant is not None
        ),
        *(instant for block in blocks for instant in (block.span.start, block.span.end)),
    ]
    return min((instant for instant in instants if instant > now), default=None)
