"""When an instructor can be booked: reading and changing weekly hours, dates, limits and zone.

Every change is the instructor's own or staff's, is judged whole before anything is written, never touches a booking
(product.md C-26), counts up ``calendar_version`` and is announced to pages that show free times. Times published one
by one are in ``published_slots``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete
from sqlmodel import col, select

from sessions_app.domain import schedules
from sessions_app.domain.availability import DateOverride, local_date
from sessions_app.domain.errors import InvalidInput, ScheduleChanged
from sessions_app.domain.schedules import LIMIT_RANGES, Limits, Schedule, WeeklyWindow
from sessions_app.models import AvailabilityOverride, AvailabilityRule, InstructorProfile, Person
from sessions_app.services import access, accounts, audit, live
from sessions_app.services.unit_of_work import UnitOfWork

Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class StoredSchedule:
    """A schedule as it stands, and its version: what ``save`` wants back to notice that somebody else saved."""

    instructor_id: str
    version: int
    schedule: Schedule


def stored(work: UnitOfWork, *, instructor_id: str) -> StoredSchedule:
    """The whole schedule, switched-off hours included, with the dates from today on.

    For the instructor and staff: NotAllowed to others, NotFound without such an instructor.
    """
    person, profile = access.load_profile(work, instructor_id)
    return _read(work, person, profile)


def shown(work: UnitOfWork, *, instructor_id: str) -> Schedule:
    """The schedule as the actor may see it: to others than the instructor and staff, without hours switched off, and
    without limits of their own. Raises NotFound without such an instructor.
    """
    if access.may_edit_calendar(work, instructor_id):
        return stored(work, instructor_id=instructor_id).schedule
    person, profile = access.instructor(work, instructor_id)
    schedule = _read(work, person, profile).schedule
    active = tuple(window for window in schedule.windows if window.is_active)
    return replace(schedule, windows=active, limits=Limits())


def save(work: UnitOfWork, *, instructor_id: str, schedule: Schedule, version: int) -> StoredSchedule:
    """Store a whole schedule; dates gone by stay as they are.

    Raises InvalidInput with the place (``schedules.check``), ScheduleChanged when ``version`` is not the current one.
    """
    person, profile = access.load_profile(work, instructor_id, lock=True)
    _refresh(work, person, profile)
    if profile.calendar_version != version:
        raise ScheduleChanged(version=profile.calendar_version)
    return _store(work, person, profile, schedule)


def set_weekly(
    work: UnitOfWork, *, instructor_id: str, windows: Sequence[WeeklyWindow], timezone: str | None = None
) -> StoredSchedule:
    """Replace the whole weekly pattern (a day left out is closed), and the zone when given; dates and limits stay.

    Raises InvalidInput (``schedule[2]``, ``timezone``).
    """
    person, profile = access.load_profile(work, instructor_id, lock=True)
    _refresh(work, person, profile)
    before = _read(work, person, profile).schedule
    return _store(
        work, person, profile, replace(before, windows=tuple(windows), zone=timezone or before.zone)
    )


def set_dates(
    work: UnitOfWork, *, instructor_id: str, dates: Collection[date], windows: Windows | None
) -> StoredSchedule:
    """Have these dates hold these windows instead of the weekly hours; none: away; None: weekly hours again.

    Raises InvalidInput (``dates``, ``dates[0].slots[1]``), also for a date gone by.
    """
    person, profile = access.load_profile(work, instructor_id, lock=True)
    _refresh(work, person, profile)
    schedule = _read(work, person, profile).schedule
    today = local_date(work.now, schedule.zone)
    if any(on < today for on in dates):
        raise InvalidInput("This date has passed.", field="dates")
    for on in dates:
        schedule = schedule.with_date(on, windows)
    return _store(work, person, profile, schedule)


def past_dates(work: UnitOfWork, *, instructor_id: str, before: date) -> tuple[DateOverride, ...]:
    """The dates gone by that had hours of their own; around the clock, the grid of starts begins with the last."""
    return tuple(one for one in _overrides(work, instructor_id) if one.on < before)


def touch(work: UnitOfWork, profile: InstructorProfile) -> None:
    """Count a change of what can be booked and have pages that show it look again."""
    profile.calendar_version += 1
    work.db.add(profile)
    live.calendar_changed(work, profile.person_id)


def _refresh(work: UnitOfWork, person: Person, profile: InstructorProfile) -> None:
    """What was read before the lock was ours may be old."""
    work.db.refresh(person)
    work.db.refresh(profile)


def _read(work: UnitOfWork, person: Person, profile: InstructorProfile) -> StoredSchedule:
    rows = work.db.exec(
        select(AvailabilityRule)
        .where(col(AvailabilityRule.instructor_id) == person.id)
        .order_by(col(AvailabilityRule.day_of_week), col(AvailabilityRule.start_minute))
    )
    windows = tuple(
        WeeklyWindow(row.day_of_week, row.start_minute, row.end_minute, row.is_active) for row in rows
    )
    today = local_date(work.now, person.timezone)
    schedule = Schedule(
        zone=person.timezone,
        windows=windows,
        overrides=tuple(one for one in _overrides(work, person.id) if one.on >= today),
        limits=Limits(
            **{name: getattr(profile, name) for name in LIMIT_RANGES}, not_same_day=profile.not_same_day
        ),
    )
    return StoredSchedule(person.id, profile.calendar_version, schedule)


def _overrides(work: UnitOfWork, instructor_id: str) -> list[DateOverride]:
    rows = work.db.exec(
        select(AvailabilityOverride)
        .where(col(AvailabilityOverride.instructor_id) == instructor_id)
        .order_by(col(AvailabilityOverride.on_date), col(AvailabilityOverride.start_minute))
    )
    windows: dict[date, list[tuple[int, int]]] = {}
    for row in rows:
        of_the_date = windows.setdefault(row.on_date, [])
        if row.start_minute is not None and row.end_minute is not None:
            of_the_date.append((row.start_minute, row.end_minute))
    return [DateOverride(on, tuple(spans)) for on, spans in windows.items()]


def _store(
    work: UnitOfWork, person: Person, profile: InstructorProfile, schedule: Schedule
) -> StoredSchedule:
    schedule = replace(schedule, zone=accounts.require_zone(schedule.zone))
    schedules.check(schedule, minimum_minutes=work.settings.min_session_duration)
    before = _read(work, person, profile).schedule
    changed = [
        name
        for name in ("zone", "windows", "overrides", "limits")
        if getattr(before, name) != getattr(schedule, name)
    ]
    if not changed:
        return StoredSchedule(person.id, profile.calendar_version, schedule)
    if "windows" in changed:
        _write_windows(work, person.id, schedule.windows)
    if "overrides" in changed or "zone" in changed:
        _write_overrides(work, person.id, schedule, today=local_date(work.now, schedule.zone))
    for name in LIMIT_RANGES:
        setattr(profile, name, getattr(schedule.limits, name))
    profile.not_same_day = schedule.limits.not_same_day
    person.timezone = schedule.zone
    work.db.add(person)
    touch(work, profile)
    audit.record(work, "availability.changed", "person", person.id, parts=changed)
    work.db.flush()
    return _read(work, person, profile)


def _write_windows(work: UnitOfWork, instructor_id: str, windows: Sequence[WeeklyWindow]) -> None:
    work.db.execute(delete(AvailabilityRule).where(col(AvailabilityRule.instructor_id) == instructor_id))
    work.db.add_all(
        AvailabilityRule(
            instructor_id=instructor_id,
            day_of_week=window.day_of_week,
            start_minute=window.start_minute,
            end_minute=window.end_minute,
            is_active=window.is_active,
        )
        for window in windows
    )


def _write_overrides(work: UnitOfWork, instructor_id: str, schedule: Schedule, *, today: date) -> None:
    work.db.execute(
        delete(AvailabilityOverride).where(
            col(AvailabilityOverride.instructor_id) == instructor_id,
            col(AvailabilityOverride.on_date) >= min([today, *(one.on for one in schedule.overrides)]),
        )
    )
    for override in schedule.overrides:
        windows: Sequence[tuple[int | None, int | None]] = override.windows or [(None, None)]
        work.db.add_all(
            AvailabilityOverride(
                instructor_id=instructor_id, on_date=override.on, start_minute=start, end_minute=end
            )
            for start, end in windows
        )
