"""Everything the slot engine needs to know about instructors, with one statement per table.

Decides which rows still count: an overdue hold or request is as good as gone, for every reader at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple, get_type_hints

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Executable,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    text,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlalchemy.types import TypeEngine
from sqlmodel import col, select

from sessions_app.domain.availability import Calendar, DateOverride, PublishedTime, WeeklyRule
from sessions_app.domain.booking_lifecycle import OCCUPYING, OCCUPYING_SESSION, TENTATIVE, SessionStatus
from sessions_app.domain.schedules import Limits
from sessions_app.domain.slots import BusyKind, BusySpan, JoinableSession, SlotRules
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Booking,
    InstructorProfile,
    Offering,
    Person,
    PublishedSlot,
    TeachingSession,
)
from sessions_app.models.base import UTCDateTime, is_one_of
from sessions_app.models.catalogue import SessionType
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.settings import Settings

# A day cap counts whole local days, and a session may begin the day before the window; a week cap counts weeks.
_MARGIN = timedelta(days=2)
_WEEK_MARGIN = timedelta(days=9)


def still_counts(frees_at: SQLColumnExpression[datetime | None], now: Any) -> ColumnElement[bool]:
    """SQL for "has not lapsed": no end set, or the end lies ahead."""
    return or_(frees_at.is_(None), frees_at > now)


def is_overdue(now: Any) -> ColumnElement[bool]:
    """SQL for a seat that waits for its end: not final, and its end is reached."""
    return and_(is_one_of(col(Booking.status), TENTATIVE), col(Booking.frees_at) <= now)


# Built once: putting a statement together costs as much as running it, and every booking runs all of these.
_INSTRUCTORS: BindParameter[Any] = bindparam("instructors", expanding=True)
_PEOPLE = (
    select(InstructorProfile, Person.timezone)
    .join(Person, col(Person.id) == col(InstructorProfile.person_id))
    .where(col(InstructorProfile.person_id).in_(_INSTRUCTORS))
)
_OFFERING = (
    select(Offering, InstructorProfile, Person.timezone)
    .join(InstructorProfile, col(InstructorProfile.person_id) == col(Offering.instructor_id))
    .join(Person, col(Person.id) == col(Offering.instructor_id))
    .where(col(Offering.id) == bindparam("offering"))
)


class _Part(IntEnum):
    """Which table a row of a calendar is of; they are read in this order."""

    WEEKLY = 1
    OVERRIDE = 2
    PUBLISHED = 3
    SESSION = 4
    SEAT = 5
    OVERDUE = 6


class _Row(NamedTuple):
    """A row of a calendar, of whichever table, with the types that a column has where its table has it."""

    part: int
    owner: str
    day_of_week: int
    start_minute: int
    end_minute: int
    on_date: date
    id: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    seats_taken: int
    session_type: str
    status: str
    offering_id: str


_TYPES: dict[type, TypeEngine[Any]] = {
    int: Integer(),
    str: String(),
    date: Date(),
    datetime: UTCDateTime(),
}
_COLUMNS = {
    name: _TYPES[kind] for name, kind in get_type_hints(_Row).items() if name not in {"part", "owner"}
}


def _part(kind: _Part, owner: Mapped[str], **given: Any) -> Select[Any]:
    """One table's rows in the shape that all share, with whose they are; what it does not have is NULL."""
    columns = [literal_column(str(int(kind)), Integer).label("part"), owner.label("owner")]
    for name, type_ in _COLUMNS.items():
        # The first part tells the types of all; in every part they would make the statement longer than 4,096
        # characters, and then psycopg takes it apart at each run.
        missing = cast(null(), type_) if kind is _Part.WEEKLY else null()
        columns.append(given.get(name, missing).label(name))
    return select(*columns)


def _in_order(*parts: Select[Any]) -> CompoundSelect[Any]:
    return union_all(*parts).order_by(text("part, on_date, start_minute"))


_PATTERN_PARTS = (
    _part(
        _Part.WEEKLY,
        col(AvailabilityRule.instructor_id),
        day_of_week=col(AvailabilityRule.day_of_week),
        start_minute=col(AvailabilityRule.start_minute),
        end_minute=col(AvailabilityRule.end_minute),
    ).where(col(AvailabilityRule.instructor_id).in_(_INSTRUCTORS), col(AvailabilityRule.is_active)),
    _part(
        _Part.OVERRIDE,
        col(AvailabilityOverride.instructor_id),
        on_date=col(AvailabilityOverride.on_date),
        start_minute=col(AvailabilityOverride.start_minute),
        end_minute=col(AvailabilityOverride.end_minute),
    ).where(
        col(AvailabilityOverride.instructor_id).in_(_INSTRUCTORS),
        # Also those long past: around the clock, the last day off is where the grid of starts begins.
        col(AvailabilityOverride.on_date) <= bindparam("last_day"),
    ),
    _part(
        _Part.PUBLISHED,
        col(PublishedSlot.instructor_id),
        id=col(PublishedSlot.id),
        starts_at=col(PublishedSlot.starts_at),
        ends_at=col(PublishedSlot.ends_at),
        seats=col(PublishedSlot.seats),
        session_type=type_coerce(col(PublishedSlot.session_type), String()),
        offering_id=col(PublishedSlot.offering_id),
    ).where(
        col(PublishedSlot.instructor_id).in_(_INSTRUCTORS),
        col(PublishedSlot.starts_at) < bindparam("end"),
        col(PublishedSlot.starts_at) >= bindparam("start"),
    ),
)
_SESSIONS = _part(
    _Part.SESSION,
    col(TeachingSession.instructor_id),
    id=col(TeachingSession.id),
    starts_at=col(TeachingSession.starts_at),
    ends_at=col(TeachingSession.ends_at),
    seats=col(TeachingSession.capacity),
    seats_taken=col(TeachingSession.seats_taken),
    session_type=type_coerce(col(TeachingSession.session_type), String()),
    status=type_coerce(col(TeachingSession.status), String()),
    offering_id=col(TeachingSession.offering_id),
).where(
    col(TeachingSession.instructor_id).in_(_INSTRUCTORS),
    is_one_of(col(TeachingSession.status), OCCUPYING_SESSION),
    col(TeachingSession.starts_at) < bindparam("taken_end"),
    col(TeachingSession.ends_at) > bindparam("taken_start"),
    still_counts(col(TeachingSession.frees_at), bindparam("now")),
)
_SEATS = _part(
    _Part.SEAT,
    col(Booking.student_id),
    id=col(Booking.id),
    starts_at=col(Booking.starts_at),
    ends_at=col(Booking.ends_at),
).where(
    col(Booking.student_id) == bindparam("student"),
    is_one_of(col(Booking.status), OCCUPYING),
    col(Booking.starts_at) < bindparam("end"),
    col(Booking.ends_at) > bindparam("start"),
    still_counts(col(Booking.frees_at), bindparam("now")),
)
_OVERDUE = _part(_Part.OVERDUE, col(Booking.student_id), id=col(Booking.id)).where(
    or_(
        col(Booking.instructor_id).in_(_INSTRUCTORS),
        col(Booking.student_id) == bindparam("student"),
    ),
    is_overdue(bindparam("now")),
)
_PATTERN = _in_order(*_PATTERN_PARTS)
_CALENDARS = _in_order(*_PATTERN_PARTS, _SESSIONS)
_AROUND_STUDENT = _in_order(*_PATTERN_PARTS, _SESSIONS, _SEATS, _OVERDUE)


@dataclass(frozen=True, slots=True)
class Host:
    """An instructor with what is their own to decide about their calendar."""

    profile: InstructorProfile
    zone: str


@dataclass(frozen=True, slots=True)
class OccupiedTime:
    """A session that takes the instructor's time and has not lapsed."""

    session_id: str
    offering_id: str
    span: TimeSpan
    is_tentative: bool
    is_joinable_kind: bool
    seats_left: int
    seats_taken: int


@dataclass(frozen=True)
class InstructorCalendar:
    """One instructor's pattern, limits and occupied times around a window."""

    instructor_id: str
    calendar: Calendar
    rules: SlotRules
    occupied: tuple[OccupiedTime, ...] = field(default=())

    def busy(self, *, without_session: str | None = None) -> list[BusySpan]:
        """What the engine must keep clear of; ``without_session`` is left out (a session being moved)."""
        return [
            BusySpan(time.span, BusyKind.HELD if time.is_tentative else BusyKind.SESSION)
            for time in self.occupied
            if time.session_id != without_session
        ]

    def joinable(self, offering_id: str, *, without_session: str | None = None) -> list[JoinableSession]:
        """Group sessions of the offering that somebody may still join."""
        return [
            JoinableSession(time.session_id, time.span, time.seats_left)
            for time in self.occupied
            if time.is_joinable_kind
            and time.offering_id == offering_id
            and time.session_id != without_session
        ]


@dataclass(frozen=True, slots=True)
class AroundStudent:
    """An instructor's calendar, when the student is busy, and the bookings of either that wait for their end.

    Those in ``overdue`` count no more; but until they are ended, the database's guards still refuse their time.
    """

    calendar: InstructorCalendar
    student_busy: list[TimeSpan]
    overdue: list[str]


def slot_rules(profile: InstructorProfile | Limits, settings: Settings) -> SlotRules:
    """The instructor's limits, each falling back to the deployment's setting."""

    def chosen(own: int | None, default: int) -> int:
        return default if own is None else own

    return SlotRules(
        step_minutes=chosen(profile.step_minutes, settings.slot_interval_minutes),
        buffer_minutes=chosen(profile.buffer_minutes, settings.buffer_minutes),
        notice_minutes=0
        if profile.not_same_day
        else chosen(profile.notice_minutes, settings.min_lead_time_hours * 60),
        horizon_days=chosen(profile.horizon_days, settings.max_ahead_days),
        day_cap=chosen(profile.day_cap, settings.max_sessions_per_day),
        week_cap=chosen(profile.week_cap, 0),
        not_same_day=profile.not_same_day,
        min_duration=settings.min_session_duration,
        max_duration=settings.max_session_duration,
    )


def load(
    work: UnitOfWork, instructor_ids: Collection[str], window: TimeSpan
) -> dict[str, InstructorCalendar]:
    """The calendars of these instructors around ``window``; unknown ids are left out."""
    return load_of(work, hosts(work, instructor_ids), window)


def hosts(work: UnitOfWork, instructor_ids: Collection[str]) -> list[Host]:
    """These instructors; unknown ids are left out."""
    rows = work.db.exec(_PEOPLE, params={"instructors": list(instructor_ids)})
    return [Host(profile, zone) for profile, zone in rows]


def offering_with_host(work: UnitOfWork, offering_id: str) -> tuple[Offering, Host] | None:
    """An offering and who gives it, in one statement."""
    row = work.db.exec(_OFFERING, params={"offering": offering_id}).first()
    return None if row is None else (row[0], Host(row[1], row[2]))


def load_of(work: UnitOfWork, people: Sequence[Host], window: TimeSpan) -> dict[str, InstructorCalendar]:
    """``load`` for instructors whose profiles are known already."""
    return _read(work, _CALENDARS, people, window).calendars(work, people)


def around_student(
    work: UnitOfWork,
    host: Host,
    window: TimeSpan,
    *,
    student_id: str | None,
    without_booking: str | None = None,
) -> AroundStudent:
    """All that stands for and against a time in ``window``, for this student with this instructor, by one statement.

    ``without_booking`` is a seat that the student would leave for it; no ``student_id`` is somebody without seats.
    """
    statement = _CALENDARS if student_id is None else _AROUND_STUDENT
    rows = _read(work, statement, [host], window, student=student_id)
    return AroundStudent(
        calendar=rows.calendars(work, [host])[host.profile.person_id],
        student_busy=rows.student_busy(without_booking),
        overdue=rows.overdue,
    )


def pattern(work: UnitOfWork, host: Host, window: TimeSpan) -> Calendar:
    """When one instructor is open around ``window``, whatever takes their time: hours, dates, published times."""
    return _read(work, _PATTERN, [host], window).calendars(work, [host])[host.profile.person_id].calendar


def student_busy(
    work: UnitOfWork, student_id: str, window: TimeSpan, *, without_booking: str | None = None
) -> list[TimeSpan]:
    """The spans in which the student already has a seat."""
    return _read(work, _SEATS, [], window, student=student_id).student_busy(without_booking)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What one statement brought, sorted by whose it is."""

    rules: dict[str, list[WeeklyRule]] = field(default_factory=lambda: defaultdict(list))
    dates: dict[str, dict[date, list[tuple[int, int]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    published: dict[str, list[PublishedTime]] = field(default_factory=lambda: defaultdict(list))
    occupied: dict[str, list[OccupiedTime]] = field(default_factory=lambda: defaultdict(list))
    seats: list[tuple[str, TimeSpan]] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)

    def calendars(self, work: UnitOfWork, people: Sequence[Host]) -> dict[str, InstructorCalendar]:
        """Whose calendar is how."""
        return {
            (key := host.profile.person_id): InstructorCalendar(
                instructor_id=key,
                calendar=Calendar(
                    zone=host.zone,
                    rules=tuple(self.rules[key]),
                    overrides=tuple(
                        DateOverride(on, tuple(windows)) for on, windows in self.dates[key].items()
                    ),
                    published=tuple(self.published[key]),
                ),
                rules=slot_rules(host.profile, work.settings),
                occupied=tuple(self.occupied[key]),
            )
            for host in people
        }

    def student_busy(self, without_booking: str | None) -> list[TimeSpan]:
        """When the student has a seat, but for that of a booking which moves."""
        return [span for booking_id, span in self.seats if booking_id != without_booking]


def _read(
    work: UnitOfWork,
    statement: Executable,
    people: Sequence[Host],
    window: TimeSpan,
    *,
    student: str | None = None,
) -> _Rows:
    around = TimeSpan(window.start - _MARGIN, window.end + _MARGIN)
    weeks = _WEEK_MARGIN if any(host.profile.week_cap for host in people) else _MARGIN
    result = work.execute(
        statement,
        {
            "instructors": [host.profile.person_id for host in people],
            "last_day": around.end.date(),
            "start": around.start,
            "end": around.end,
            "taken_start": window.start - weeks,
            "taken_end": window.end + weeks,
            "student": student,
            "now": work.now,
        },
    )
    # SQLAlchemy's own rows take five times as long to ask for a column, and calendars have hundreds of rows.
    rows = [_Row._make(row) for row in result.all()]
    groups = [row.id for row in rows if row.part == _Part.SESSION and row.session_type == SessionType.GROUP]
    lapsed = _lapsed_seats(work, groups) if groups else {}
    found = _Rows()
    for row in rows:
        if row.part == _Part.WEEKLY:
            rule = WeeklyRule(row.day_of_week, row.start_minute, row.end_minute)
            found.rules[row.owner].append(rule)
        elif row.part == _Part.OVERRIDE:
            windows = found.dates[row.owner][row.on_date]
            if row.start_minute is not None:
                windows.append((row.start_minute, row.end_minute))
        elif row.part == _Part.PUBLISHED:
            found.published[row.owner].append(_published_time(row))
        elif row.part == _Part.SESSION:
            found.occupied[row.owner].append(_occupied_time(row, lapsed.get(row.id, 0)))
        elif row.part == _Part.SEAT:
            found.seats.append((row.id, TimeSpan(row.starts_at, row.ends_at)))
        else:
            found.overdue.append(row.id)
    return found


def _published_time(row: _Row) -> PublishedTime:
    return PublishedTime(
        id=row.id,
        span=TimeSpan(row.starts_at, row.ends_at),
        seats=row.seats,
        session_type=row.session_type,
        offering_id=row.offering_id,
    )


def _occupied_time(row: _Row, lapsed: int) -> OccupiedTime:
    return OccupiedTime(
        session_id=row.id,
        offering_id=row.offering_id,
        span=TimeSpan(row.starts_at, row.ends_at),
        is_tentative=row.status == SessionStatus.TENTATIVE,
        is_joinable_kind=row.session_type == SessionType.GROUP and row.status != SessionStatus.IN_PROGRESS,
        seats_left=row.seats - row.seats_taken + lapsed,
        seats_taken=row.seats_taken - lapsed,
    )


def _lapsed_seats(work: UnitOfWork, session_ids: Collection[str]) -> dict[str, int]:
    rows = work.db.exec(
        select(Booking.session_id, func.count())
        .where(col(Booking.session_id).in_(session_ids), is_overdue(work.now))
        .group_by(col(Booking.session_id))
    )
    return dict(rows.all())


def offering_span(offering: Offering, starts_at: datetime) -> TimeSpan:
    """The span a session of this offering takes when it begins at ``starts_at``."""
    return TimeSpan(starts_at, starts_at + timedelta(minutes=offering.duration_minutes))
