"""The instructor's home: today, who is next and who asks for a time.

``today`` is read again whenever something changes or a minute has gone by. It is scoped in SQL to the acting
instructor, and the number of its statements is fixed, however many bookings there are. Local dates and hours are the
instructor's. How the last weeks went, below the day, has a room of its own, ``instructor_figures``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, func, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.availability import local_date, to_utc
from sessions_app.domain.booking_lifecycle import (
    OCCUPYING,
    OCCUPYING_SESSION,
    TENTATIVE,
    BookingStatus,
    SessionStatus,
)
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Booking,
    Offering,
    Person,
    PublishedSlot,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import access, calendars
from sessions_app.services.notifications import price_of
from sessions_app.services.unit_of_work import UnitOfWork

REQUESTS_SHOWN: Final = 3
LOOK_AGAIN: Final = timedelta(minutes=1)


class BlockKind(StrEnum):
    """What a block of the day is."""

    SESSION = "session"
    RUNNING = "running"
    OVER = "over"
    REQUEST = "request"
    UNPAID = "unpaid"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody with a seat; ``booked_by`` is the guardian's name where that is somebody else."""

    person_id: str
    name: str
    zone: str
    avatar_url: str | None
    booked_by: str
    status: BookingStatus
    topic: str
    message: str
    waits_until: datetime | None
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One session and who sits in it; ``seats_taken`` counts seats that are real."""

    session_id: str
    kind: BlockKind
    title: str
    span: TimeSpan
    is_group: bool
    capacity: int
    seats_taken: int
    modality: Modality
    place: str
    opens_at: datetime
    people: tuple[Attendee, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for the instructor's answer."""

    booking_id: str
    student_id: str
    student_name: str
    avatar_url: str | None
    booked_by: str
    span: TimeSpan
    title: str
    topic: str
    message: str
    price: str
    waits_from: datetime
    waits_until: datetime | None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a new instructor has done already."""

    has_hours: bool
    has_offering: bool
    has_bookings: bool

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to be told about."""
        return self.has_hours and self.has_offering and self.has_bookings


@dataclass(frozen=True, slots=True)
class Today:
    """The instructor's day at ``now``; ``wakes_at`` is when to look again though nothing was announced."""

    instructor_id: str
    zone: str
    day: TimeSpan
    blocks: tuple[Block, ...]
    next: Block | None
    requests: tuple[Request, ...]
    request_count: int
    setup: Setup
    wakes_at: datetime
    now: datetime


def today(work: UnitOfWork) -> Today:
    """The acting instructor's day. Raises Unauthenticated, NotAllowed to everybody else."""
    me = access.require_instructor(work)
    zone = work.db.exec(select(Person.timezone).where(col(Person.id) == me)).one()
    on = local_date(work.now, zone)
    day = TimeSpan(to_utc(on, 0, zone), to_utc(on + timedelta(days=1), 0, zone))
    sessions = work.db.exec(_of_day(me, day, work.now)).all()
    coming = work.db.exec(_next(me, work.now)).first()
    seats = _attendees(work, [*sessions, *([coming] if coming else [])])
    blocks = tuple(_block(work, session, seats[session.id]) for session in sessions)
    following = _block(work, coming, seats[coming.id]) if coming else None
    requests = _requests(work, me)
    return Today(
        instructor_id=me,
        zone=zone,
        day=day,
        blocks=blocks,
        next=following,
        requests=requests,
        request_count=_request_count(work, me),
        setup=_setup(work, me),
        wakes_at=_wakes_at(work.now, [*blocks, *([following] if following else [])], requests),
        now=work.now,
    )


def _of_day(me: str, day: TimeSpan, now: datetime) -> Any:
    shown = or_(
        and_(
            col(TeachingSession.status).in_(OCCUPYING_SESSION),
            calendars.still_counts(col(TeachingSession.frees_at), now),
        ),
        col(TeachingSession.status) == SessionStatus.COMPLETED,
    )
    return (
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.starts_at) < day.end,
            col(TeachingSession.ends_at) > day.start,
            shown,
        )
        .order_by(col(TeachingSession.starts_at), col(TeachingSession.id))
    )


def _next(me: str, now: datetime) -> Any:
    return (
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.status).in_((SessionStatus.SCHEDULED, SessionStatus.IN_PROGRESS)),
            col(TeachingSession.ends_at) > now,
        )
        .order_by(col(TeachingSession.starts_at), col(TeachingSession.id))
        .limit(1)
    )


def _attendees(work: UnitOfWork, sessions: Sequence[TeachingSession]) -> dict[str, list[Attendee]]:
    booker = aliased(Person)
    rows = work.db.exec(
        select(Booking, Person, booker.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(booker, col(booker.id) == col(Booking.booked_by_id))
        .where(
            col(Booking.session_id).in_({session.id for session in sessions}),
            col(Booking.status).in_((*OCCUPYING, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)),
            calendars.still_counts(col(Booking.frees_at), work.now),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    found: dict[str, list[Attendee]] = defaultdict(list)
    for booking, student, booked_by in rows:
        found[booking.session_id].append(
            Attendee(
                person_id=student.id,
                name=student.name,
                zone=student.timezone,
                avatar_url=student.avatar_url,
                booked_by=booked_by if booking.booked_by_id != student.id else "",
                status=booking.status,
                topic=booking.custom_topic,
                message=booking.student_message,
                waits_until=booking.frees_at if booking.status in TENTATIVE else None,
                is_proposed=booking.proposed_at is not None,
            )
        )
    return found


def _block(work: UnitOfWork, session: TeachingSession, people: Sequence[Attendee]) -> Block:
    return Block(
        session_id=session.id,
        kind=_kind(session, people, work.now),
        title=session.title,
        span=TimeSpan(session.starts_at, session.ends_at),
        is_group=session.session_type is SessionType.GROUP,
        capacity=session.capacity,
        seats_taken=sum(one.status not in TENTATIVE for one in people),
        modality=session.modality,
        place=session.place,
        opens_at=session.starts_at - timedelta(minutes=work.settings.join_early_minutes),
        people=tuple(people),
    )


def _kind(session: TeachingSession, people: Sequence[Attendee], now: datetime) -> BlockKind:
    if session.status is SessionStatus.TENTATIVE:
        statuses = {one.status for one in people}
        if BookingStatus.PENDING in statuses:
            return BlockKind.REQUEST
        return BlockKind.UNPAID if BookingStatus.ACCEPTED in statuses else BlockKind.HELD
    if session.status is SessionStatus.COMPLETED or session.ends_at <= now:
        return BlockKind.OVER
    has_begun = session.status is SessionStatus.IN_PROGRESS or session.starts_at <= now
    return BlockKind.RUNNING if has_begun else BlockKind.SESSION


def _waiting(me: str, now: datetime) -> tuple[Any, ...]:
    return (
        col(Booking.instructor_id) == me,
        col(Booking.status) == BookingStatus.PENDING,
        col(Booking.proposed_at).is_(None),  # else the student answers
        calendars.still_counts(col(Booking.frees_at), now),
    )


def _requests(work: UnitOfWork, me: str) -> tuple[Request, ...]:
    booker = aliased(Person)
    rows = work.db.exec(
        select(Booking, Person, booker.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(booker, col(booker.id) == col(Booking.booked_by_id))
        .where(*_waiting(me, work.now))
        .order_by(col(Booking.respond_by), col(Booking.id))
        .limit(REQUESTS_SHOWN)
    )
    return tuple(
        Request(
            booking_id=booking.id,
            student_id=student.id,
            student_name=student.name,
            avatar_url=student.avatar_url,
            booked_by=booked_by if booking.booked_by_id != student.id else "",
            span=TimeSpan(booking.starts_at, booking.ends_at),
            title=booking.title,
            topic=booking.custom_topic,
            message=booking.student_message,
            price=price_of(booking),
            waits_from=booking.updated_at,
            waits_until=booking.respond_by,
        )
        for booking, student, booked_by in rows
    )


def _request_count(work: UnitOfWork, me: str) -> int:
    return work.db.exec(select(func.count()).select_from(Booking).where(*_waiting(me, work.now))).one()


def _setup(work: UnitOfWork, me: str) -> Setup:
    hours = select(AvailabilityRule.id).where(
        col(AvailabilityRule.instructor_id) == me, col(AvailabilityRule.is_active)
    )
    dates = select(AvailabilityOverride.id).where(
        col(AvailabilityOverride.instructor_id) == me, col(AvailabilityOverride.start_minute).is_not(None)
    )
    published = select(PublishedSlot.id).where(col(PublishedSlot.instructor_id) == me)
    offered = select(Offering.id).where(col(Offering.instructor_id) == me, col(Offering.is_active))
    booked = select(Booking.id).where(col(Booking.instructor_id) == me)
    row = work.db.execute(
        sql_select(or_(hours.exists(), dates.exists(), published.exists()), offered.exists(), booked.exists())
    ).one()
    return Setup(bool(row[0]), bool(row[1]), bool(row[2]))


def _wakes_at(now: datetime, blocks: Iterable[Block], requests: Iterable[Request]) -> datetime:
    instants = [at for block in blocks for at in (block.opens_at, block.span.start, block.span.end)]
    instants += [request.waits_until for request in requests if request.waits_until]
    return min((at for at in instants if now < at < now + LOOK_AGAIN), default=now + LOOK_AGAIN)
