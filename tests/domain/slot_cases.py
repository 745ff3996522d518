"""Random calendars, days and questions for the property tests of slots; a seed always makes the same one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sessions_app.domain.availability import Calendar, DateOverride, PublishedTime, WeeklyRule
from sessions_app.domain.slots import BusyKind, BusySpan, JoinableSession, SlotRules
from sessions_app.domain.timespans import TimeSpan
from tests.domain.slot_reference import Question

NO_SWITCH = datetime(2026, 12, 15, 12, tzinfo=UTC)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def next_switches(zone: str, after: datetime, days: int = 370) -> list[datetime]:
    """The instants in the following year at which the clock of a zone is put forward or back."""
    info = ZoneInfo(zone)
    found = []
    early, offset = after, after.astimezone(info).utcoffset()
    for _ in range(days):
        late = early + timedelta(days=1)
        late_offset = late.astimezone(info).utcoffset()
        if late_offset != offset:
            low, high = early, late
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                if middle.astimezone(info).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            found.append(high)
        early, offset = late, late_offset
    return found


def day_windows(random: Random) -> tuple[tuple[int, int], ...]:
    """The hours of a day; often at the edges of it, where switches and midnight are."""
    edges = [0, 30, 60, 90, 120, 150, 180, 200, 240, 540, 720, 780, 1020, 1320, 1380, 1410, 1440]
    found = []
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        start, end = sorted(random.sample(edges, 2))
        found.append((start, end))
    return tuple(found)


def calendar_around(random: Random, zone: str, at: datetime) -> Calendar:
    """Hours, exceptions and published times around an instant."""
    shape = random.random()
    rules: list[WeeklyRule] = []
    for day in range(7):
        windows = day_windows(random)
        if shape < 0.08:
            windows = ((0, 1440),)
        elif shape < 0.3:
            windows = random.choice((((0, 1440),), ((0, 120), (120, 1440)), ((60, 1440),), ((0, 1380),)))
        rules += [WeeklyRule(day, start, end) for start, end in windows]
    today = at.date()
    overrides = []
    for offset in random.sample(range(-4, 4), random.choice((0, 1, 2))):
        overrides.append(DateOverride(today + timedelta(days=offset), day_windows(random)))
    published = []
    for number in range(random.choice((0, 0, 1, 2))):
        start = at + minutes(random.randrange(-2000, 2000, 5))
        published.append(
            PublishedTime(
                id=f"published-{number}",
                span=TimeSpan(start, start + minutes(random.choice((30, 60, 60, 90)))),
                seats=random.choice((1, 3, 30)),
                session_type=random.choice(("individual", "group")),
                offering_id=random.choice((None, "offering", "another")),
            )
        )
    return Calendar(zone, tuple(rules), tuple(overrides), tuple(published))


def question_around(random: Random, zone: str, at: datetime) -> Question:
    """Everything somebody could ask the engine about the days around an instant."""
    rules = SlotRules(
        step_minutes=random.choice((5, 15, 30, 30, 45, 60, 100)),
        buffer_minutes=random.choice((0, 5, 15, 15, 60)),
        notice_minutes=random.choice((0, 60, 720)),
        horizon_days=random.choice((1, 3, 28, 28, 28, 28)),
        day_cap=random.choice((0, 0, 1, 2)),
        min_duration=random.choice((30,) * 12 + (61,)),
        max_duration=random.choice((240,) * 12 + (59,)),
        week_cap=random.choice((0, 0, 0, 1, 3)),
        not_same_day=random.random() < 0.3,
    )
    duration = random.choice((30, 45, 60, 60, 90, 240))
    session_type = random.choice(("individual", "group"))
    busy, joinable = [], []
    for number in range(random.choice((0, 1, 3, 8))):
        start = at + minutes(random.randrange(-2400, 2400, 5))
        kind = random.choice(tuple(BusyKind))
        length = random.choice((30, 60, 60, 120, duration))
        busy.append(BusySpan(TimeSpan(start, start + minutes(length)), kind))
        if kind is BusyKind.SESSION and session_type == "group" and random.random() < 0.5:
            joinable.append(JoinableSession(f"session-{number}", busy[-1].span, random.choice((0, 1, 5))))
    student_busy = []
    for _ in range(random.choice((0, 0, 1, 3))):
        start = at + minutes(random.randrange(-2400, 2400, 7))
        student_busy.append(TimeSpan(start, start + minutes(random.choice((30, 61)))))
    return Question(
        calendar=calendar_around(random, zone, at),
        rules=rules,
        now=at + minutes(random.randrange(-6000, 600)) + timedelta(seconds=random.choice((0, 0, 1, 59.5))),
        duration_minutes=duration,
        capacity=random.choice((1, 4, 25)),
        session_type=session_type,
        busy=busy,
        joinable=joinable,
        student_busy=student_busy,
    )


def window_around(at: datetime) -> TimeSpan:
    """A day and a quarter before and after, on whole minutes."""
    at = at.replace(second=0, microsecond=0)
    return TimeSpan(at - minutes(1800), at + minutes(1800))


def any_day(random: Random) -> date:
    return date(2026, 11, 1) + timedelta(days=random.randrange(365))
