"""What a schedule means for students, before it is saved: its starts, when they are, and what it leaves outside.

The answer comes from the slot engine that lists and books, asked once about the draft and once about what is stored,
with the instructor's real sessions in both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlmodel import col, select

from sessions_app.domain import availability as hours
from sessions_app.domain import schedules
from sessions_app.domain.availability import Calendar
from sessions_app.domain.month_grid import MONDAY, first_of_week
from sessions_app.domain.schedules import Schedule
from sessions_app.domain.slots import Question, Reason, SlotListing, open_slots
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Offering, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import availability, calendars
from sessions_app.services.calendars import InstructorCalendar
from sessions_app.services.unit_of_work import UnitOfWork

USUAL_DAYS = 28
MOST_DAYS = 366
MOST_OUTSIDE = 50
_USUAL_MINUTES = 60
_ALL_FUTURE = timedelta(days=1000)


@dataclass(frozen=True, slots=True)
class Kind:
    """The sessions whose starts are counted; without any offering yet, one-to-one ones of an hour."""

    offering_id: str
    title: str
    minutes: int
    session_type: SessionType
    seats: int


@dataclass(frozen=True, slots=True)
class Outside:
    """A session that is booked and lies outside the hours of the draft. It stays."""

    session_id: str
    title: str
    span: TimeSpan
    seats_taken: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a week's map: how many starts it has, and whether a session is in it."""

    starts: int
    is_booked: bool


@dataclass(frozen=True)
class Report:
    """What students would see of a draft.

    ``total`` starts in ``days`` local dates from ``today``, ``before`` in the stored schedule; ``reason`` says why
    there are none. ``counts`` are starts by date. ``week`` has 24 hours for each date from ``week_from`` on.
    """

    zone: str
    kind: Kind
    kinds: tuple[Kind, ...]
    today: date
    days: int
    total: int
    before: int
    reason: Reason | None
    counts: dict[date, int]
    last_day: date
    week_from: date
    week: tuple[tuple[Hour, ...], ...]
    outside: tuple[Outside, ...]
    outside_count: int


def report(
    work: UnitOfWork,
    *,
    instructor_id: str,
    draft: Schedule | None = None,
    offering_id: str | None = None,
    days: int = USUAL_DAYS,
    week_of: date | None = None,
    first_weekday: int = MONDAY,
) -> Report:
    """What students would see of ``draft`` (None: of what is stored), by starts of one kind of session.

    ``days`` is at most 366; the week drawn is the one of ``week_of``, from its ``first_weekday`` on (Monday 0 …
    Sunday 6). For the instructor and staff. Raises InvalidInput where the draft cannot be meant.
    """
    stored = availability.stored(work, instructor_id=instructor_id)
    schedule = draft or stored.schedule
    if draft is not None:
        schedules.check(draft, minimum_minutes=work.settings.min_session_duration)
    kinds = _kinds(work, instructor_id)
    kind = next((one for one in kinds if one.offering_id == offering_id), kinds[0])
    loaded = calendars.load(work, [instructor_id], TimeSpan(work.now, work.now + _ALL_FUTURE))[instructor_id]
    drafted = _drafted(work, loaded, stored.schedule, schedule)
    zone, days = schedule.zone, min(max(days, 1), MOST_DAYS)
    today = hours.local_date(work.now, zone)
    last_day = today + timedelta(days=drafted.rules.horizon_days)
    window = TimeSpan(work.now, hours.to_utc(max(last_day, today + timedelta(days=days)), 1440, zone))
    listing = _listing(drafted, kind, window, work.now)
    starts = [hours.second_of(slot.span.start) for slot in listing.slots]
    ends_counting = hours.edge_second(zone, today.toordinal() + days, 0)
    total = bisect_left(starts, ends_counting)
    before = total
    if schedule != stored.schedule:
        counted = TimeSpan(work.now, hours.instant_at(ends_counting))
        before = len(_listing(loaded, kind, counted, work.now).slots)
    outside = _outside(drafted, work.now)
    week_from = first_of_week(week_of or today, first_weekday)
    return Report(
        zone=zone,
        kind=kind,
        kinds=kinds,
        today=today,
        days=days,
        total=total,
        before=before,
        reason=_reason(listing, drafted, kind, work.now, days) if total == 0 else None,
        counts=_by_date(starts, zone),
        last_day=last_day,
        week_from=week_from,
        week=_week(starts, loaded, week_from, zone),
        outside=_described(work, outside[:MOST_OUTSIDE]),
        outside_count=len(outside),
    )


def _kinds(work: UnitOfWork, instructor_id: str) -> tuple[Kind, ...]:
    rows = work.db.exec(
        select(Offering)
        .where(col(Offering.instructor_id) == instructor_id, col(Offering.is_active))
        .order_by(col(Offering.position), col(Offering.created_at), col(Offering.id))
    )
    kinds: dict[tuple[int, SessionType], Kind] = {}
    for row in rows:
        # Offerings of one length and type have the same starts, unless times are published for one of them.
        kinds.setdefault(
            (row.duration_minutes, row.session_type),
            Kind(row.id, row.title, row.duration_minutes, row.session_type, row.capacity),
        )
    least, most = work.settings.min_session_duration, work.settings.max_session_duration
    usual = Kind("", "", min(max(_USUAL_MINUTES, least), most), SessionType.INDIVIDUAL, 1)
    return tuple(kinds.values()) or (usual,)


def _drafted(
    work: UnitOfWork, loaded: InstructorCalendar, stored: Schedule, schedule: Schedule
) -> InstructorCalendar:
    if schedule == stored:
        return loaded
    today = hours.local_date(work.now, stored.zone)
    past = tuple(one for one in loaded.calendar.overrides if one.on < today)
    return replace(
        loaded,
        calendar=schedule.calendar(past=past, published=loaded.calendar.published),
        rules=calendars.slot_rules(schedule.limits, work.settings),
    )


def _listing(loaded: InstructorCalendar, kind: Kind, window: TimeSpan, now: datetime) -> SlotListing:
    question = Question(
        calendar=loaded.calendar,
        rules=loaded.rules,
        busy=loaded.busy(),
        joinable=loaded.joinable(kind.offering_id),
        offering_id=kind.offering_id,
        session_type=kind.session_type,
        duration_minutes=kind.minutes,
        capacity=kind.seats,
        now=now,
    )
    return open_slots(question, window)


def _reason(
    listing: SlotListing, drafted: InstructorCalendar, kind: Kind, now: datetime, days: int
) -> Reason | None:
    if listing.reason is not None:
        return listing.reason
    # There are starts, but only after the days counted.
    zone = drafted.calendar.zone
    end = hours.to_utc(hours.local_date(now, zone) + timedelta(days=days), 0, zone)
    return _listing(drafted, kind, TimeSpan(now, end), now).reason


def _by_date(starts: Sequence[int], zone: str) -> dict[date, int]:
    counts: dict[date, int] = {}
    at = 0
    while at < len(starts):
        ordinal = hours.local_ordinal(starts[at], zone)
        following = bisect_left(starts, hours.edge_second(zone, ordinal + 1, 0), at + 1)
        counts[date.fromordinal(ordinal)] = following - at
        at = following
    return counts


def _week(
    starts: Sequence[int], loaded: InstructorCalendar, week_from: date, zone: str
) -> tuple[tuple[Hour, ...], ...]:
    busy = [hours.range_of(time.span) for time in loaded.occupied]
    days = []
    for ordinal in range(week_from.toordinal(), week_from.toordinal() + 7):
        edges = [hours.edge_second(zone, ordinal, 60 * hour) for hour in range(25)]
        around = [taken for taken in busy if taken[0] < edges[-1] and taken[1] > edges[0]]
        days.append(
            tuple(
                Hour(
                    starts=bisect_left(starts, end) - bisect_left(starts, start),
                    is_booked=any(taken[0] < end and taken[1] > start for taken in around),
                )
                for start, end in pairwise(edges)
            )
        )
    return tuple(days)


def _outside(drafted: InstructorCalendar, now: datetime) -> list[tuple[str, TimeSpan, int]]:
    coming = sorted(
        (
            (time.session_id, time.span, time.seats_taken)
            for time in drafted.occupied
            if time.span.start > now
        ),
        key=lambda one: one[1].start,
    )
    if not coming:
        return []
    open_now = _windows(drafted.calendar, TimeSpan(coming[0][1].start, coming[-1][1].end))
    begins = [window[0] for window in open_now]
    published = {time.span for time in drafted.calendar.published}
    outside = []
    for session in coming:
        start, end = hours.range_of(session[1])
        at = bisect_left(begins, start + 1) - 1
        is_inside = at >= 0 and open_now[at][1] >= end
        if not is_inside and session[1] not in published:
            outside.append(session)
    return outside


def _windows(calendar: Calendar, window: TimeSpan) -> list[hours.Range]:
    return hours.open_ranges(calendar, hours.second_of(window.start), hours.second_after(window.end))


def _described(work: UnitOfWork, outside: Sequence[tuple[str, TimeSpan, int]]) -> tuple[Outside, ...]:
    if not outside:
        return ()
    ids = [session_id for session_id, _, _ in outside]
    titles = dict(
        work.db.exec(
            select(TeachingSession.id, TeachingSession.title).where(col(TeachingSession.id).in_(ids))
        ).all()
    )
    return tuple(Outside(session_id, titles[session_id], span, taken) for session_id, span, taken in outside)
