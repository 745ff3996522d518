"""The slot engine against a plain one written with zoneinfo and datetime, in the same run.

Workload: an instructor in America/New_York, Monday to Friday 09:00 to 12:00 and 13:00 to 17:00, sessions of
60 minutes that start every 15, a buffer of 15 minutes, 4 hours of notice, and random busy hours. Both engines
have to name the same starts, or nothing is measured. "Cold" is ours with empty caches, as in a new process.

    python -m benchmarks.slots
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.report import medians_ms, ms, table, verdict
from sessions_app.domain import availability, slots
from sessions_app.domain.availability import Calendar, WeeklyRule
from sessions_app.domain.slots import BusyKind, BusySpan, Question, SlotListing, SlotRules, open_slots
from sessions_app.domain.timespans import TimeSpan

NOW = datetime(2026, 11, 2, 7, 10, tzinfo=UTC)
RULES = SlotRules(
    step_minutes=15,
    buffer_minutes=15,
    notice_minutes=240,
    horizon_days=730,
    day_cap=0,
    min_duration=30,
    max_duration=240,
)
HOURS = tuple(WeeklyRule(day, *window) for day in range(1, 6) for window in ((540, 720), (780, 1020)))
NEW_YORK = Calendar("America/New_York", HOURS)


@dataclass(frozen=True)
class Workload:
    """One instructor, one range, so many busy hours."""

    name: str
    days: int
    busy: tuple[BusySpan, ...]
    calendar: Calendar = NEW_YORK

    @property
    def window(self) -> TimeSpan:
        """The range asked for."""
        return TimeSpan(NOW, NOW + timedelta(days=self.days))


def workload(
    name: str, days: int, busy_count: int, *, calendar: Calendar = NEW_YORK, seed: int = 1
) -> Workload:
    """Random busy hours, on quarters, over the whole range."""
    random = Random(seed)
    midnight = NOW.replace(hour=0, minute=0)
    starts = sorted(random.sample(range(days * 96), busy_count))
    busy = tuple(
        BusySpan(TimeSpan(start, start + timedelta(hours=1)), BusyKind.SESSION)
        for start in (midnight + timedelta(minutes=15 * quarter) for quarter in starts)
    )
    return Workload(name, days, busy, calendar)


def ours(work: Workload) -> SlotListing:
    """The engine of the product."""
    question = Question(
        calendar=work.calendar,
        rules=RULES,
        busy=work.busy,
        offering_id="offering",
        session_type="individual",
        duration_minutes=60,
        capacity=1,
        now=NOW,
    )
    return open_slots(question, work.window)


def naive(work: Workload) -> list[datetime]:
    """The engine most people would write: walk the days, convert each start, scan all that is busy."""
    zone = ZoneInfo(work.calendar.zone)
    length, step = timedelta(minutes=60), timedelta(minutes=RULES.step_minutes)
    buffer, earliest = timedelta(minutes=RULES.buffer_minutes), NOW + timedelta(minutes=RULES.notice_minutes)
    found = []
    day, last = work.window.start.astimezone(zone).date(), work.window.end.astimezone(zone).date()
    while day <= last:
        for rule in work.calendar.rules:
            if rule.day_of_week != day.isoweekday() % 7:
                continue
            opens, closes = wall(day, rule.start_minute, zone), wall(day, rule.end_minute, zone)
            start = opens.astimezone(UTC)
            while start + length <= closes.astimezone(UTC):
                if (
                    start >= earliest
                    and work.window.start <= start < work.window.end
                    and not any(
                        start < taken.span.end + buffer and taken.span.start - buffer < start + length
                        for taken in work.busy
                    )
                ):
                    found.append(start)
                start += step
        day += timedelta(days=1)
    return sorted(found)


def wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A wall time of a date."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)


def forget_everything() -> None:
    """Empty the caches of zone edges and slots."""
    availability._day.cache_clear()
    slots._plain_slots.cache_clear()


def cold(work: Workload) -> SlotListing:
    """Our engine as the first caller after a start meets it."""
    forget_everything()
    return ours(work)


def main() -> int:
    """Measure, print, and answer 1 when a target is missed."""
    workloads = [
        workload("4 weeks, 40 busy", 28, 40),
        workload("4 weeks, 400 busy", 28, 400),
        workload("52 weeks, 400 busy", 364, 400),
    ]
    rows, all_met = [], True
    for work in workloads:
        expected = naive(work)
        assert [slot.span.start for slot in ours(work).slots] == expected, "the engines disagree"
        reference, warm, first = medians_ms(partial(naive, work), partial(ours, work), partial(cold, work))
        ratio = reference / warm
        is_met = ratio >= 25
        all_met = all_met and is_met
        rows.append(
            [
                work.name,
                str(len(expected)),
                ms(reference),
                ms(warm),
                ms(first),
                f"{ratio:.0f} x",
                verdict(is_met=is_met),
            ]
        )
    table(
        "Slot engine, per call (target: 25 times the plain one)",
        ["workload", "slots", "plain", "ours", "ours, cold", "plain / ours", "target"],
        rows,
    )
    return 0 if all_met and measure_directory() else 1


def measure_directory() -> bool:
    """Fifty instructors in many zones over a month: what "find me a time" asks of the engine."""
    zones = ["America/New_York", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo"]
    many = [
        workload(f"{i}", 31, 40, calendar=replace(NEW_YORK, zone=zones[i % len(zones)]), seed=i)
        for i in range(50)
    ]
    for work in many:
        assert [slot.span.start for slot in ours(work).slots] == naive(work), "the engines disagree"
    reference, warm = medians_ms(
        lambda: [naive(work) for work in many], lambda: [ours(work) for work in many]
    )
    is_met = warm <= 30
    table(
        "50 instructors x 31 days, 40 busy each (target: 30 ms)",
        ["plain", "ours", "plain / ours", "target"],
        [[ms(reference), ms(warm), f"{reference / warm:.0f} x", verdict(is_met=is_met)]],
    )
    return is_met


if __name__ == "__main__":
    sys.exit(main())
