"""The live board of those who oversee: today's sessions, requests near their end, seats that wait for money, and
outcomes that somebody disputes.

For staff alone, about everybody, and read only. "Today" is the local date of who looks. The number of statements is
fixed; more than MOST_ROWS of a kind are cut off, soonest first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.attendance import Outcome, is_present, minutes_present
from sessions_app.domain.availability import local_date, to_utc
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    TENTATIVE,
    UPCOMING,
    BookingStatus,
    SessionStatus,
)
from sessions_app.domain.errors import NotAllowed, NotFound
from sessions_app.domain.search_text import occurs, words_of
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AttendanceStay,
    AuditEntry,
    Booking,
    Payment,
    Person,
    Refund,
    SeatOutcome,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import access, attendance, calendars
from sessions_app.services.notifications import price_of
from sessions_app.services.unit_of_work import UnitOfWork

PAGE: Final = 25
MOST_ROWS: Final = 1000
SOON: Final = timedelta(minutes=30)
NEAR_EXPIRY: Final = timedelta(hours=6)
MOST_ENTRIES: Final = 60
_IS_OPEN: Final = and_(col(SeatOutcome.disputed_at).is_not(None), col(SeatOutcome.decided_at).is_(None))


class BoardState(StrEnum):
    """Where a row stands, in the order in which rows of one list are shown."""

    LATE = "late"  # should have begun, and nobody started it
    REQUEST = "pending"  # waits for the instructor, and will not wait much longer
    UNPAID = "unpaid"  # a hold or an accepted request whose money is due
    DISPUTE = "dispute"  # somebody says it was otherwise, and staff have not decided yet
    SOON = "soon"
    RUNNING = "in_progress"
    LATER = "scheduled"
    OVER = "completed"
    NO_SHOW = "no_show"


ATTENTION: Final = frozenset(
    {BoardState.LATE, BoardState.REQUEST, BoardState.UNPAID, BoardState.DISPUTE, BoardState.SOON}
)
_PEOPLE_COME: Final = frozenset({BoardState.SOON, BoardState.LATE, BoardState.RUNNING})
_RANK: Final = {state: place for place, state in enumerate(BoardState)}


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part."""

    person_id: str
    name: str
    zone: str
    avatar_url: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is in a session that takes place online: its host, and how many of its seats."""

    has_host: bool
    seats: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A session, or a seat that waits (``booking_id``); ``until`` ends the wait.

    ``presence`` is known while people may be in the room.
    """

    session_id: str
    booking_id: str
    state: BoardState
    title: str
    span: TimeSpan
    instructor: Party
    students: tuple[str, ...]
    is_group: bool
    capacity: int
    price: str
    until: datetime | None
    presence: Presence | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """One page of rows; ``counts`` are of all that match text and instructor, whatever the state asked for."""

    rows: tuple[BoardRow, ...]
    counts: Mapping[BoardState, int]
    total: int
    has_more: bool
    instructors: tuple[tuple[str, str], ...]
    wakes_at: datetime
    now: datetime


def board(
    work: UnitOfWork,
    *,
    zone: str,
    states: Collection[BoardState] = frozenset(BoardState),
    instructor_id: str = "",
    text: str = "",
    limit: int = PAGE,
) -> Board:
    """What goes on today in ``zone``. Raises Unauthenticated, NotAllowed to everybody but staff."""
    _require_staff(work)
    on = local_date(work.now, zone)
    day = TimeSpan(to_utc(on, 0, zone), to_utc(on + timedelta(days=1), 0, zone))
    disputed = _disputed(work)
    elsewhere = {row.session_id for row in disputed}
    today = [row for row in _sessions(work, day) if row.session_id not in elsewhere]
    every = [*today, *_waiting(work), *disputed]
    people = {row.instructor.person_id: row.instructor.name for row in every}
    words = words_of(text)
    matching = [
        row
        for row in every
        if instructor_id in ("", row.instructor.person_id)
        and occurs(words, row.title, row.instructor.name, *row.students)
    ]
    asked = sorted(
        (row for row in matching if row.state in states),
        key=lambda row: (_RANK[row.state], row.until or row.span.start, row.session_id),
    )
    return Board(
        rows=tuple(asked[:limit]),
        counts=Counter(row.state for row in matching),
        total=len(asked),
        has_more=len(asked) > limit,
        instructors=tuple(sorted(people.items(), key=lambda one: (one[1], one[0]))),
        wakes_at=_wakes_at(work.now, every),
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline. ``who`` is empty where the platform acted by itself; ``for_whom`` was served."""

    action: str
    at: datetime
    who: str
    role: str
    for_whom: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeatOnPanel:
    """One student of the session."""

    booking_id: str
    student: Party
    booked_by: str
    status: BookingStatus
    price: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """What staff weigh before they decide about one seat: who says what, and what the log says.

    ``outcome`` counts until then; ``is_confirmed`` where the instructor said so too, at the end or later.
    ``is_observed`` is false where no log can show anything (in person), ``is_intact`` where the log is not what was
    sealed.
    """

    booking_id: str
    student_name: str
    outcome: Outcome
    is_confirmed: bool
    by_name: str
    is_by_host: bool
    reason: str
    at: datetime
    is_observed: bool
    is_intact: bool
    host_minutes: int
    student_minutes: int
    minutes_together: int
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A session in full: who takes part, and all that happened to it, the latest first.

    ``presence`` is known while people may be in the room.
    """

    session_id: str
    title: str
    span: TimeSpan
    is_group: bool
    capacity: int
    state: BoardState | None
    instructor: Party
    seats: tuple[SeatOnPanel, ...]
    happenings: tuple[Happening, ...]
    now: datetime
    presence: Presence | None
    disputes: tuple[Dispute, ...]


def panel(work: UnitOfWork, *, session_id: str) -> Panel:
    """A session and its timeline. Raises Unauthenticated, NotAllowed to everybody but staff, NotFound."""
    _require_staff(work)
    row = work.db.exec(
        select(TeachingSession, Person)
        .join(Person, col(Person.id) == col(TeachingSession.instructor_id))
        .where(col(TeachingSession.id) == session_id)
    ).first()
    if row is None:
        raise NotFound
    session, instructor = row
    booker = aliased(Person)
    seats = work.db.exec(
        select(Booking, Person, booker.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(booker, col(booker.id) == col(Booking.booked_by_id))
        .where(col(Booking.session_id) == session_id)
        .order_by(col(Booking.created_at), col(Booking.id))
    ).all()
    state = _state(session, [booking for booking, _, _ in seats], work.now)
    there = _there(work, [session_id])[session_id]
    return Panel(
        session_id=session.id,
        title=session.title,
        span=TimeSpan(session.starts_at, session.ends_at),
        is_group=session.session_type is SessionType.GROUP,
        capacity=session.capacity,
        state=state,
        instructor=_party(instructor),
        seats=tuple(
            SeatOnPanel(
                booking.id,
                _party(student),
                booked_by if booking.booked_by_id != student.id else "",
                booking.status,
                price_of(booking),
                booking.id in there,
            )
            for booking, student, booked_by in seats
        ),
        happenings=_happenings(work, session_id, [booking.id for booking, _, _ in seats]),
        now=work.now,
        presence=_presence(session, state, there),
        disputes=_disputes(work, session, {booking.id: (booking, student) for booking, student, _ in seats}),
    )


def _require_staff(work: UnitOfWork) -> None:
    access.require_person(work)
    if not work.actor.is_staff:
        raise NotAllowed


def _party(person: Person) -> Party:
    return Party(person.id, person.name, person.timezone, person.avatar_url)


def _sessions(work: UnitOfWork, day: TimeSpan) -> list[BoardRow]:
    rows = work.db.exec(
        select(TeachingSession, Person)
        .join(Person, col(Person.id) == col(TeachingSession.instructor_id))
        .where(
            col(TeachingSession.status).in_(
                (SessionStatus.SCHEDULED, SessionStatus.IN_PROGRESS, SessionStatus.COMPLETED)
            ),
            col(TeachingSession.starts_at) < day.end,
            col(TeachingSession.ends_at) > day.start,
        )
        .order_by(col(TeachingSession.starts_at), col(TeachingSession.id))
        .limit(MOST_ROWS)
    ).all()
    seats: dict[str, list[tuple[Booking, str]]] = defaultdict(list)
    seated = work.db.exec(
        select(Booking, Person.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .where(
            col(Booking.starts_at) < day.end,
            col(Booking.ends_at) > day.start,
            col(Booking.status).in_(UPCOMING | ATTENDED_OR_MISSED),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    for booking, name in seated:
        seats[booking.session_id].append((booking, name))
    there = _there(work, [session.id for session, _ in rows])
    found = []
    for session, instructor in rows:
        bookings = [booking for booking, _ in seats[session.id]]
        state = _state(session, bookings, work.now)
        if state is not None:
            found.append(
                BoardRow(
                    session_id=session.id,
                    booking_id="",
                    state=state,
                    title=session.title,
                    span=TimeSpan(session.starts_at, session.ends_at),
                    instructor=_party(instructor),
                    students=tuple(name for _, name in seats[session.id]),
                    is_group=session.session_type is SessionType.GROUP,
                    capacity=session.capacity,
                    price=" + ".join(dict.fromkeys(map(price_of, bookings))),
                    until=None,
                    presence=_presence(session, state, there[session.id]),
                )
            )
    return found


def _state(session: TeachingSession, seats: Sequence[Booking], now: datetime) -> BoardState | None:
    """Where a whole session stands; None for one that is only asked for, or called off."""
    if session.status is SessionStatus.IN_PROGRESS:
        return BoardState.RUNNING
    if session.status is SessionStatus.COMPLETED:
        statuses = {seat.status for seat in seats}
        is_missed = BookingStatus.NO_SHOW in statuses and BookingStatus.COMPLETED not in statuses
        return BoardState.NO_SHOW if is_missed else BoardState.OVER
    if session.status is not SessionStatus.SCHEDULED:
        return None
    if session.ends_at <= now:
        return BoardState.OVER
    if session.starts_at <= now:
        return BoardState.LATE
    return BoardState.SOON if session.starts_at <= now + SOON else BoardState.LATER


def _there(work: UnitOfWork, session_ids: Collection[str]) -> dict[str, set[str | None]]:
    """The seats that somebody sits on now, by session; None among them: the instructor is there."""
    rows = work.db.exec(
        select(AttendanceStay).where(
            col(AttendanceStay.session_id).in_(session_ids), col(AttendanceStay.left_at).is_(None)
        )
    )
    there: dict[str, set[str | None]] = defaultdict(set)
    for row in rows:
        if is_present([attendance.stay_of(row)], now=work.now):
            there[row.session_id].add(row.booking_id)
    return there


def _presence(
    session: TeachingSession, state: BoardState | None, there: Collection[str | None]
) -> Presence | None:
    if session.modality is not Modality.ONLINE or state not in _PEOPLE_COME:
        return None
    return Presence(has_host=None in there, seats=sum(seat is not None for seat in there))


def _waiting(work: UnitOfWork) -> list[BoardRow]:
    """Requests that end soon, and seats whose money is due, on whatever day they are."""
    instructor, student = aliased(Person), aliased(Person)
    near = and_(
        col(Booking.status) == BookingStatus.PENDING,
        col(Booking.frees_at) <= work.now + NEAR_EXPIRY,
    )
    rows = work.db.exec(
        select(Booking, TeachingSession, instructor, student.name)
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .join(instructor, col(instructor.id) == col(Booking.instructor_id))
        .join(student, col(student.id) == col(Booking.student_id))
        .where(
            col(Booking.status).in_(TENTATIVE),
            calendars.still_counts(col(Booking.frees_at), work.now),
            or_(near, col(Booking.status) != BookingStatus.PENDING),
        )
        .order_by(col(Booking.frees_at), col(Booking.id))
        .limit(MOST_ROWS)
    )
    return [
        BoardRow(
            session_id=session.id,
            booking_id=booking.id,
            state=BoardState.REQUEST if booking.status is BookingStatus.PENDING else BoardState.UNPAID,
            title=booking.title,
            span=TimeSpan(booking.starts_at, booking.ends_at),
            instructor=_party(teacher),
            students=(name,),
            is_group=session.session_type is SessionType.GROUP,
            capacity=session.capacity,
            price=price_of(booking),
            until=booking.frees_at,
        )
        for booking, session, teacher, name in rows
    ]


def _disputed(work: UnitOfWork) -> list[BoardRow]:
    """Seats whose outcome is disputed and not decided, on whatever day they were."""
    instructor, student = aliased(Person), aliased(Person)
    rows = work.db.exec(
        select(Booking, TeachingSession, instructor, student.name)
        .join(SeatOutcome, col(SeatOutcome.booking_id) == col(Booking.id))
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .join(instructor, col(instructor.id) == col(Booking.instructor_id))
        .join(student, col(student.id) == col(Booking.student_id))
        .where(_IS_OPEN)
        .order_by(col(SeatOutcome.disputed_at), col(Booking.id))
        .limit(MOST_ROWS)
    )
    return [
        BoardRow(
            session_id=session.id,
            booking_id=booking.id,
            state=BoardState.DISPUTE,
            title=booking.title,
            span=TimeSpan(booking.starts_at, booking.ends_at),
            instructor=_party(teacher),
            students=(name,),
            is_group=False,
            capacity=session.capacity,
            price=price_of(booking),
            until=None,
        )
        for booking, session, teacher, name in rows
    ]


def _disputes(
    work: UnitOfWork, session: TeachingSession, seats: Mapping[str, tuple[Booking, Person]]
) -> tuple[Dispute, ...]:
    rows = work.db.exec(
        select(SeatOutcome, Person)
        .join(Person, col(Person.id) == col(SeatOutcome.disputed_by_id))
        .where(col(SeatOutcome.session_id) == session.id, _IS_OPEN)
        .order_by(col(SeatOutcome.disputed_at), col(SeatOutcome.booking_id))
    ).all()
    if not rows:
        return ()
    log, is_intact = attendance.log_of(work, session.id), attendance.is_intact(work, session.id)
    return tuple(
        Dispute(
            booking_id=settled.booking_id,
            student_name=seats[settled.booking_id][1].name,
            outcome=settled.outcome,
            is_confirmed=settled.confirmed_at is not None,
            by_name=by.name,
            is_by_host=by.id == session.instructor_id,
            reason=settled.dispute_reason,
            at=settled.disputed_at or work.now,
            is_observed=session.modality is Modality.ONLINE,
            is_intact=is_intact is not False,
            host_minutes=minutes_present(log.of_instructor()),
            student_minutes=minutes_present(log.of_seat(seats[settled.booking_id][0])),
            minutes_together=settled.minutes_together,
            late_minutes=settled.late_minutes,
        )
        for settled, by in rows
    )


def _happenings(work: UnitOfWork, session_id: str, booking_ids: Collection[str]) -> tuple[Happening, ...]:
    actor, served = aliased(Person), aliased(Person)
    payments = select(Payment.id).where(col(Payment.booking_id).in_(booking_ids))
    refunds = select(Refund.id).where(col(Refund.booking_id).in_(booking_ids))
    rows = work.db.exec(
        select(AuditEntry, actor.name, served.name)
        .outerjoin(actor, col(actor.id) == col(AuditEntry.actor_id))
        .outerjoin(served, col(served.id) == col(AuditEntry.on_behalf_of_id))
        .where(
            or_(
                col(AuditEntry.subject_id).in_([session_id, *booking_ids]),
                col(AuditEntry.subject_id).in_(payments),
                col(AuditEntry.subject_id).in_(refunds),
            )
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(MOST_ENTRIES)
    )
    return tuple(
        Happening(entry.action, entry.at, who or "", entry.actor_role, for_whom or "", entry.details)
        for entry, who, for_whom in rows
    )


def _wakes_at(now: datetime, rows: Sequence[BoardRow]) -> datetime:
    """When to look again though nothing was announced; at most a minute ahead, for "3 min late" to be true."""
    instants = [
        at
        for row in rows
        for at in (row.span.start - SOON, row.span.start, row.span.end, row.until)
        if at is not None
    ]
    ahead = now + timedelta(minutes=1)
    return min((at for at in instants if now < at < ahead), default=ahead)
