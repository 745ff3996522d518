"""Everything the slot engine needs to know about instructors, with one statement per table.

Decides which rows still count: an overdue hold or request is as good as gone, for every reader at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlmodel import col, select

from sessions_app.domain.availability import Calendar, DateOverride, PublishedTime, WeeklyRule
from sessions_app.domain.booking_lifecycle import OCCUPYING, OCCUPYING_SESSION, TENTATIVE, SessionStatus
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
from sessions_app.models.catalogue import SessionType
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.settings import Settings

# A day cap counts whole local days, and a session may begin the day before the window.
_MARGIN = timedelta(days=2)


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


def slot_rules(profile: InstructorProfile, settings: Settings) -> SlotRules:
    """The instructor's limits, each falling back to the deployment's setting."""

    def chosen(own: int | None, default: int) -> int:
        return default if own is None else own

    return SlotRules(
        step_minutes=chosen(profile.step_minutes, settings.slot_interval_minutes),
        buffer_minutes=chosen(profile.buffer_minutes, settings.buffer_minutes),
        notice_minutes=chosen(profile.notice_minutes, settings.min_lead_time_hours * 60),
        horizon_days=chosen(profile.horizon_days, settings.max_ahead_days),
        day_cap=chosen(profile.day_cap, settings.max_sessions_per_day),
        min_duration=settings.min_session_duration,
        max_duration=settings.max_session_duration,
    )


def load(
    work: UnitOfWork, instructor_ids: Collection[str], window: TimeSpan
) -> dict[str, InstructorCalendar]:
    """The calendars of these instructors around ``window``; unknown ids are left out."""
    around = TimeSpan(window.start - _MARGIN, window.end + _MARGIN)
    people = work.db.exec(
        select(InstructorProfile, Person.timezone)
        .join(Person, col(Person.id) == col(InstructorProfile.person_id))
        .where(col(InstructorProfile.person_id).in_(instructor_ids))
    ).all()
    weekly = _weekly_rules(work, instructor_ids)
    overrides = _overrides(work, instructor_ids, around)
    published = _published(work, instructor_ids, around)
    occupied = _occupied(work, instructor_ids, around)
    return {
        profile.person_id: InstructorCalendar(
            instructor_id=profile.person_id,
            calendar=Calendar(
                zone=zone,
                rules=tuple(weekly[profile.person_id]),
                overrides=tuple(overrides[profile.person_id]),
                published=tuple(published[profile.person_id]),
            ),
            rules=slot_rules(profile, work.settings),
            occupied=tuple(occupied[profile.person_id]),
        )
        for profile, zone in people
    }


def student_busy(
    work: UnitOfWork, student_id: str, window: TimeSpan, *, without_booking: str | None = None
) -> list[TimeSpan]:
    """The spans in which the student already has a seat."""
    statement = select(Booking.id, Booking.starts_at, Booking.ends_at).where(
        col(Booking.student_id) == student_id,
        col(Booking.status).in_(OCCUPYING),
        col(Booking.starts_at) < window.end + _MARGIN,
        col(Booking.ends_at) > window.start - _MARGIN,
        still_counts(col(Booking.frees_at), work.now),
    )
    return [
        TimeSpan(start, end)
        for booking_id, start, end in work.db.exec(statement)
        if booking_id != without_booking
    ]


def still_counts(frees_at: SQLColumnExpression[datetime | None], now: datetime) -> ColumnElement[bool]:
    """SQL for "has not lapsed": no end set, or the end lies ahead."""
    return or_(frees_at.is_(None), frees_at > now)


def _weekly_rules(work: UnitOfWork, instructor_ids: Collection[str]) -> dict[str, list[WeeklyRule]]:
    found: dict[str, list[WeeklyRule]] = defaultdict(list)
    rows = work.db.exec(
        select(
            AvailabilityRule.instructor_id,
            AvailabilityRule.day_of_week,
            AvailabilityRule.start_minute,
            AvailabilityRule.end_minute,
        ).where(col(AvailabilityRule.instructor_id).in_(instructor_ids), col(AvailabilityRule.is_active))
    )
    for instructor_id, day, start, end in rows:
        found[instructor_id].append(WeeklyRule(day, start, end))
    return found


def _overrides(
    work: UnitOfWork, instructor_ids: Collection[str], around: TimeSpan
) -> dict[str, list[DateOverride]]:
    windows: dict[tuple[str, date], list[tuple[int, int]]] = defaultdict(list)
    rows = work.db.exec(
        select(AvailabilityOverride)
        .where(
            col(AvailabilityOverride.instructor_id).in_(instructor_ids),
            # Also those long past: around the clock, the last day off is where the grid of starts begins.
            col(AvailabilityOverride.on_date) <= around.end.date(),
        )
        .order_by(col(AvailabilityOverride.on_date), col(AvailabilityOverride.start_minute))
    )
    for row in rows:
        window = windows[row.instructor_id, row.on_date]
        if row.start_minute is not None and row.end_minute is not None:
            window.append((row.start_minute, row.end_minute))
    found: dict[str, list[DateOverride]] = defaultdict(list)
    for (instructor_id, on), spans in windows.items():
        found[instructor_id].append(DateOverride(on, tuple(spans)))
    return found


def _published(
    work: UnitOfWork, instructor_ids: Collection[str], around: TimeSpan
) -> dict[str, list[PublishedTime]]:
    found: dict[str, list[PublishedTime]] = defaultdict(list)
    rows = work.db.exec(
        select(PublishedSlot).where(
            col(PublishedSlot.instructor_id).in_(instructor_ids),
            col(PublishedSlot.starts_at) < around.end,
            col(PublishedSlot.starts_at) >= around.start,
        )
    )
    for row in rows:
        found[row.instructor_id].append(
            PublishedTime(
                id=row.id,
                span=TimeSpan(row.starts_at, row.ends_at),
                seats=row.seats,
                session_type=row.session_type,
                offering_id=row.offering_id,
            )
        )
    return found


def _occupied(
    work: UnitOfWork, instructor_ids: Collection[str], around: TimeSpan
) -> dict[str, list[OccupiedTime]]:
    rows: Sequence[Any] = work.db.exec(
        select(  # type: ignore[call-overload]
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
            col(TeachingSession.instructor_id).in_(instructor_ids),
            col(TeachingSession.status).in_(OCCUPYING_SESSION),
            col(TeachingSession.starts_at) < around.end,
            col(TeachingSession.ends_at) > around.start,
            still_counts(col(TeachingSession.frees_at), work.now),
        )
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
