"""Everything the slot engine needs to know about instructors, with one statement per table.

Decides which rows still count: an overdue hold or request is as good as gone, for every reader at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
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
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel, col, select

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
from sessions_app.models.base import UTCDateTime
from sessions_app.models.catalogue import SessionType
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.settings import Settings

# A day cap counts whole local days, and a session may begin the day before the window; a week cap counts weeks.
_MARGIN = timedelta(days=2)
_WEEK_MARGIN = timedelta(days=9)


def still_counts(frees_at: SQLColumnExpression[datetime | None], now: Any) -> ColumnElement[bool]:
    """SQL for "has not lapsed": no end set, or the end lies ahead."""
    return or_(frees_at.is_(None), frees_at > now)


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
    """Which table a row of the pattern is of; they are read in this order."""

    WEEKLY = 1
    OVERRIDE = 2
    PUBLISHED = 3


_PATTERN_COLUMNS: dict[str, TypeEngine[Any]] = {
    "day_of_week": Integer(),
    "start_minute": Integer(),
    "end_minute": Integer(),
    "on_date": Date(),
    "id": String(),
    "starts_at": UTCDateTime(),
    "ends_at": UTCDateTime(),
    "seats": Integer(),
    "session_type": String(),
    "offering_id": String(),
}


def _part(kind: _Part, source: type[SQLModel], **given: Any) -> Select[Any]:
    """One table's rows in the shape that all three share; what it does not have is NULL."""
    columns = [literal_column(str(int(kind)), Integer).label("part"), col(source.instructor_id)]  # type: ignore[attr-defined]
    for name, type_ in _PATTERN_COLUMNS.items():
        columns.append((given[name] if name in given else cast(null(), type_)).label(name))
    return select(*columns).where(col(source.instructor_id).in_(_INSTRUCTORS))  # type: ignore[attr-defined]


_PATTERN = union_all(
    _part(
        _Part.WEEKLY,
        AvailabilityRule,
        day_of_week=col(AvailabilityRule.day_of_week),
        start_minute=col(AvailabilityRule.start_minute),
        end_minute=col(AvailabilityRule.end_minute),
    ).where(col(AvailabilityRule.is_active)),
    _part(
        _Part.OVERRIDE,
        AvailabilityOverride,
        on_date=col(AvailabilityOverride.on_date),
        start_minute=col(AvailabilityOverride.start_minute),
        end_minute=col(AvailabilityOverride.end_minute),
    ).where(
        # Also those long past: around the clock, the last day off is where the grid of starts begins.
        col(AvailabilityOverride.on_date) <= bindparam("last_day")
    ),
    _part(
        _Part.PUBLISHED,
        PublishedSlot,
        id=col(PublishedSlot.id),
        starts_at=col(PublishedSlot.starts_at),
        ends_at=col(PublishedSlot.ends_at),
        seats=col(PublishedSlot.seats),
        session_type=type_coerce(col(PublishedSlot.session_type), String()),
        offering_id=col(PublishedSlot.offering_id),
    ).where(
        col(PublishedSlot.starts_at) < bindparam("end"), col(PublishedSlot.starts_at) >= bindparam("start")
    ),
).order_by(text("part, on_date, start_minute"))
_OCCUPIED = select(  # type: ignore[call-overload]
    TeachingSession.id,
    TeachingSession.instructor_id,
    TeachingSession.offering_id,
    TeachingSession.starts_at,
    TeachingSession.ends_at,
    TeachingSession.status,
    TeachingSession.session_type,
    TeachingSession.capacity,
    TeachingSession.seats_taken,
).where(
    col(TeachingSession.instructor_id).in_(_INSTRUCTORS),
    col(TeachingSession.status).in_(OCCUPYING_SESSION),
    col(TeachingSession.starts_at) < bindparam("end"),
    col(TeachingSession.ends_at) > bindparam("start"),
    still_counts(col(TeachingSession.frees_at), bindparam("now")),
)
_STUDENT_BUSY = select(Booking.id, Booking.starts_at, Booking.ends_at).where(
    col(Booking.student_id) == bindparam("student"),
    col(Booking.status).in_(OCCUPYING),
    col(Booking.starts_at) < bindparam("end"),
    col(Booking.ends_at) > bindparam("start"),
    still_counts(col(Booking.frees_at), bindparam("now")),
)


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
    instructor_ids = [host.profile.person_id for host in people]
    around = TimeSpan(window.start - _MARGIN, window.end + _MARGIN)
    patterns = _patterns(work, people, around)
    if any(host.profile.week_cap for host in people):
        around = TimeSpan(window.start - _WEEK_MARGIN, window.end + _WEEK_MARGIN)
    occupied = _occupied(work, instructor_ids, around)
    return {
        instructor_id: InstructorCalendar(
            instructor_id=instructor_id,
            calendar=patterns[instructor_id],
            rules=slot_rules(host.profile, work.settings),
            occupied=tuple(occupied[instructor_id]),
        )
        for instructor_id, host in zip(instructor_ids, people, strict=True)
    }


def pattern(work: UnitOfWork, host: Host, window: TimeSpan) -> Calendar:
    """When one instructor is open around ``window``, whatever takes their time: hours, dates, published times."""
    around = TimeSpan(window.start - _MARGIN, window.end + _MARGIN)
    return _patterns(work, [host], around)[host.profile.person_id]


def student_busy(
    work: UnitOfWork, student_id: str, window: TimeSpan, *, without_booking: str | None = None
) -> list[TimeSpan]:
    """The spans in which the student already has a seat."""
    rows = work.execute(
        _STUDENT_BUSY,
        {
            "student": student_id,
            "start": window.start - _MARGIN,
            "end": window.end + _MARGIN,
            "now": work.now,
        },
    )
    return [TimeSpan(start, end) for booking_id, start, end in rows if booking_id != without_booking]


def _patterns(work: UnitOfWork, people: Sequence[Host], around: TimeSpan) -> dict[str, Calendar]:
    rows = work.execute(
        _PATTERN,
        {
            "instructors": [host.profile.person_id for host in people],
            "last_day": around.end.date(),
            "start": around.start,
            "end": around.end,
        },
    )
    rules: dict[str, list[WeeklyRule]] = defaultdict(list)
    dates: dict[str, dict[date, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    published: dict[str, list[PublishedTime]] = defaultdict(list)
    for row in rows:
        if row.part == _Part.WEEKLY:
            rules[row.instructor_id].append(WeeklyRule(row.day_of_week, row.start_minute, row.end_minute))
        elif row.part == _Part.OVERRIDE:
            windows = dates[row.instructor_id][row.on_date]
            if row.start_minute is not None:
                windows.append((row.start_minute, row.end_minute))
        else:
            published[row.instructor_id].append(
                PublishedTime(
                    id=row.id,
                    span=TimeSpan(row.starts_at, row.ends_at),
                    seats=row.seats,
                    session_type=row.session_type,
                    offering_id=row.offering_id,
                )
            )
    return {
        (key := host.profile.person_id): Calendar(
            zone=host.zone,
            rules=tuple(rules[key]),
            overrides=tuple(DateOverride(on, tuple(windows)) for on, windows in dates[key].items()),
            published=tuple(published[key]),
        )
        for host in people
    }


def _occupied(
    work: UnitOfWork, instructor_ids: Collection[str], around: TimeSpan
) -> dict[str, list[OccupiedTime]]:
    rows: Sequence[Any] = work.execute(
        _OCCUPIED,
        {
            "instructors": instructor_ids,
            "start": around.start,
            "end": around.end,
            "now": work.now,
        },
    ).all()
    groups = [row.id for row in rows if row.session_type == SessionType.GROUP]
    lapsed = _lapsed_seats(work, groups) if groups else {}
    found: dict[str, list[OccupiedTime]] = defaultdict(list)
    for row in rows:
        gone = lapsed.get(row.id, 0)
        found[row.instructor_id].append(
            OccupiedTime(
                session_id=row.id,
                offering_id=row.offering_id,
                span=TimeSpan(row.starts_at, row.ends_at),
                is_tentative=row.status == SessionStatus.TENTATIVE,
                is_joinable_kind=row.session_type == SessionType.GROUP
                and row.status != SessionStatus.IN_PROGRESS,
                seats_left=row.capacity - row.seats_taken + gone,
                seats_taken=row.seats_taken - gone,
            )
        )
    return found


def _lapsed_seats(work: UnitOfWork, session_ids: Collection[str]) -> dict[str, int]:
    rows = work.db.exec(
        select(Booking.session_id, func.count())
        .where(
            col(Booking.session_id).in_(session_ids),
            col(Booking.status).in_(TENTATIVE),
            col(Booking.frees_at) <= work.now,
        )
        .group_by(col(Booking.session_id))
    )
    return dict(rows.all())


def offering_span(offering: Offering, starts_at: datetime) -> TimeSpan:
    """The span a session of this offering takes when it begins at ``starts_at``."""
    return TimeSpan(starts_at, starts_at + timedelta(minutes=offering.duration_minutes))
