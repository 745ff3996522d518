"""The rules of bookable starts once more, as slowly and plainly as they can be said.

It walks minute by minute and asks every rule of every open minute in aware datetimes. It shares dataclasses
with ``sessions_app/domain/slots.py`` and no algorithm: no ranges, no merging, no cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sessions_app.domain import slots
from sessions_app.domain.availability import Calendar
from sessions_app.domain.slots import BusyKind, JoinableSession, Reason
from sessions_app.domain.timespans import TimeSpan

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

SUNDAY_FIRST = {"Sun": 0, "Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6}

# Windows that never close have no beginning; the product counts their starts from this midnight.
ENDLESS_FROM = date(2026, 1, 4)


@dataclass(frozen=True, kw_only=True)
class Question(slots.Question):
    """A question with the usual answers to what a test leaves open, and what the reference remembers of it."""

    duration_minutes: int = 60
    capacity: int = 1
    session_type: str = "individual"
    offering_id: str = "offering"
    open_minutes: dict[int, int] = field(default_factory=dict)


def wall(day: date, minute: int, zone: str) -> datetime:
    """A wall time as zoneinfo reads it with fold 0; minute 1440 is the next midnight."""
    if minute == 1440:
        day, minute = day + DAY, 0
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone), fold=0)
    return local.astimezone(UTC)


def windows_of(calendar: Calendar, day: date) -> list[tuple[datetime, datetime]]:
    """The open windows of one local date."""
    replaced = [override.windows for override in calendar.overrides if override.on == day]
    if replaced:
        minutes = list(replaced[0])
    else:
        weekday = SUNDAY_FIRST[day.strftime("%a")]
        minutes = [(r.start_minute, r.end_minute) for r in calendar.rules if r.day_of_week == weekday]
    return [(wall(day, start, calendar.zone), wall(day, end, calendar.zone)) for start, end in minutes]


def minute_number(instant: datetime) -> int:
    """Minutes since 1970, rounded down; only used to look an instant up in a table of minutes."""
    return int((instant - EPOCH) // MINUTE)


def open_minutes(calendar: Calendar, around: TimeSpan) -> dict[int, int]:
    """Every open minute near ``around``, and the first minute of the unbroken run it belongs to."""
    runs: dict[int, int] = {}
    for first in (around.start.date() - 9 * DAY, ENDLESS_FROM):
        marked: set[int] = set()
        day = first
        while day <= around.end.date() + 2 * DAY:
            for start, end in windows_of(calendar, day):
                marked.update(range(minute_number(start), minute_number(end)))
            day += DAY
        runs.clear()
        for minute in sorted(marked):
            runs[minute] = runs.get(minute - 1, minute)
        # A run that was already open when the walk began may have begun earlier: walk from further back.
        beginning = minute_number(wall(first, 0, calendar.zone))
        asked = range(minute_number(around.start), minute_number(around.end))
        if all(runs.get(minute) != beginning for minute in asked):
            break
    return runs


def refusals(question: Question, start: datetime) -> Iterator[Reason]:
    """Every reason against a start, in the order of contract.md."""
    q, rules, zone = question, question.rules, ZoneInfo(question.calendar.zone)
    length = timedelta(minutes=q.duration_minutes)
    end = start + length
    local_start, local_now = start.astimezone(zone).date(), q.now.astimezone(zone).date()

    if start < q.now:
        yield Reason.PAST
    if (local_start - local_now).days > rules.horizon_days:
        yield Reason.HORIZON
    is_too_soon = start - q.now < rules.notice_minutes * MINUTE
    if start >= q.now and (is_too_soon or (rules.not_same_day and local_start == local_now)):
        yield Reason.NOTICE

    joined = joined_at(q, start)
    if joined is None:
        has_length = rules.min_duration <= q.duration_minutes <= rules.max_duration
        if not has_length:
            yield Reason.DURATION
        if not published_at(q, start):
            yield from hour_refusals(q, start, end if has_length else start + MINUTE, local_start)
        if rules.day_cap:
            that_day = [
                b
                for b in q.busy
                if b.kind != BusyKind.EXTERNAL and b.span.start.astimezone(zone).date() == local_start
            ]
            if len(that_day) >= rules.day_cap:
                yield Reason.DAY_CAP
        if rules.week_cap:
            that_week = [
                b
                for b in q.busy
                if b.kind != BusyKind.EXTERNAL
                and b.span.start.astimezone(zone).isocalendar()[:2] == local_start.isocalendar()[:2]
            ]
            if len(that_week) >= rules.week_cap:
                yield Reason.WEEK_CAP
        yield from busy_refusals(q, start, end)
    elif joined.seats_left == 0:
        yield Reason.SEAT_FULL

    if any(start < s.end and s.start < end for s in q.student_busy):
        yield Reason.STUDENT_BUSY


def joined_at(q: Question, start: datetime) -> JoinableSession | None:
    length = timedelta(minutes=q.duration_minutes)
    for session in q.joinable:
        if session.span == TimeSpan(start, start + length):
            return session
    return None


def published_at(q: Question, start: datetime) -> list[Any]:
    length = timedelta(minutes=q.duration_minutes)
    return [
        time
        for time in q.calendar.published
        if time.span == TimeSpan(start, start + length)
        and time.session_type == q.session_type
        and (time.offering_id is None or time.offering_id == q.offering_id)
    ]


def hour_refusals(q: Question, start: datetime, end: datetime, local_start: date) -> Iterator[Reason]:
    runs, first, last = q.open_minutes, minute_number(start), minute_number(end)
    if first not in runs:
        away = any(o.on == local_start and not o.windows for o in q.calendar.overrides)
        yield Reason.OVERRIDE_DAY_OFF if away else Reason.OUTSIDE_HOURS
        return
    if not set(range(first, last)) <= runs.keys():
        yield Reason.OUTSIDE_HOURS
    if (start - EPOCH - runs[first] * MINUTE) % (q.rules.step_minutes * MINUTE):
        yield Reason.OFF_GRID


def busy_refusals(q: Question, start: datetime, end: datetime) -> list[Reason]:
    buffer = q.rules.buffer_minutes * MINUTE
    in_the_way: set[Reason] = set()
    for b in q.busy:
        gap = max(b.span.start - end, start - b.span.end)
        if gap < timedelta(0):
            in_the_way.add(
                {
                    BusyKind.SESSION: Reason.BUSY,
                    BusyKind.HELD: Reason.HELD,
                    BusyKind.EXTERNAL: Reason.EXTERNAL_BUSY,
                }[b.kind]
            )
        elif gap < buffer:
            in_the_way.add(Reason.BUFFER)
    order = [Reason.BUFFER, Reason.BUSY, Reason.HELD, Reason.EXTERNAL_BUSY]
    return [reason for reason in order if reason in in_the_way]


def bookable(question: Question, window: TimeSpan) -> list[tuple[datetime, int, str | None, str | None]]:
    """Start, seats left, joined session and published time of every bookable start in the window."""
    question.open_minutes.clear()
    question.open_minutes.update(open_minutes(question.calendar, window))
    seats = 1 if question.session_type == "individual" else min(question.capacity, 20)
    first, last = minute_number(window.start), minute_number(window.end)
    starts = {EPOCH + minute * MINUTE for minute in range(first, last) if minute in question.open_minutes}
    starts.update(time.span.start for time in question.calendar.published)
    starts.update(session.span.start for session in question.joinable)
    found: list[tuple[datetime, int, str | None, str | None]] = []
    for start in sorted(start for start in starts if window.contains(start)):
        if any(refusals(question, start)):
            continue
        joined, published = joined_at(question, start), published_at(question, start)
        if joined:
            found.append((start, joined.seats_left, joined.session_id, None))
        elif published:
            found.append((start, min(seats, published[0].seats), None, published[0].id))
        else:
            found.append((start, seats, None, None))
    return found
