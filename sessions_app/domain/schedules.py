"""What an instructor edits: weekly hours with those switched off, dates that replace them, limits and zone.

Decides what can be meant and what cannot; ``availability.Calendar`` is what the slot engine reads of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sessions_app.domain.availability import (
    Calendar,
    DateOverride,
    PublishedTime,
    WeeklyRule,
    check_weekly,
    check_windows,
    zone_named,
)
from sessions_app.domain.errors import InvalidInput

MOST_WINDOWS_A_DAY: Final = 24
MOST_DATES: Final = 1000

LIMIT_RANGES: Final = {
    "notice_minutes": (0, 43_200),
    "buffer_minutes": (0, 240),
    "step_minutes": (5, 240),
    "horizon_days": (1, 730),
    "day_cap": (0, 96),
    "week_cap": (0, 500),
}
"""Smallest and largest of each limit, in its own unit; the tables refuse others too."""

_LIMIT_WORDS: Final = {
    "notice_minutes": "The notice is 0 to 720 hours.",
    "buffer_minutes": "The buffer is 0 to 240 minutes.",
    "step_minutes": "Sessions may start every 5 to 240 minutes.",
    "horizon_days": "Students can book 1 to 730 days ahead.",
    "day_cap": "Sessions a day are 0 (no limit) to 96.",
    "week_cap": "Sessions a week are 0 (no limit) to 500.",
}


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """Hours of a weekday (0 = Sunday) in minutes of the day; not active: kept, but the day is switched off."""

    day_of_week: int
    start_minute: int
    end_minute: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """The instructor's own limits; None follows the deployment's setting. Caps: 0 is no limit.

    ``not_same_day`` takes the place of the notice in minutes, which is kept for when it is taken back.
    """

    notice_minutes: int | None = None
    buffer_minutes: int | None = None
    step_minutes: int | None = None
    horizon_days: int | None = None
    day_cap: int | None = None
    week_cap: int | None = None
    not_same_day: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything about when an instructor teaches but the times published one by one."""

    zone: str
    windows: tuple[WeeklyWindow, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    limits: Limits = Limits()

    def calendar(
        self, *, past: Sequence[DateOverride] = (), published: tuple[PublishedTime, ...] = ()
    ) -> Calendar:
        """What the engine reads; ``past`` are the dates gone by, which the schedule no longer holds."""
        return Calendar(
            zone=self.zone,
            rules=tuple(
                WeeklyRule(window.day_of_week, window.start_minute, window.end_minute)
                for window in self.windows
                if window.is_active
            ),
            overrides=(*past, *self.overrides),
            published=published,
        )

    def with_date(self, on: date, windows: tuple[tuple[int, int], ...] | None) -> Schedule:
        """The schedule with these windows on that date; none: away; None: the weekly hours again."""
        kept = [override for override in self.overrides if override.on != on]
        if windows is not None:
            kept.append(DateOverride(on, windows))
        return replace(self, overrides=tuple(sorted(kept, key=lambda override: override.on)))


def check(schedule: Schedule, *, minimum_minutes: int) -> None:
    """Refuse a schedule that cannot be meant: InvalidInput whose field names the place.

    Fields: ``timezone``, ``schedule[2]``, ``dates[0]``, ``dates[0].slots[1]``, and a limit's own name.
    """
    zone_named(schedule.zone)
    check_windows_of_week(schedule.windows, minimum_minutes=minimum_minutes)
    check_dates(schedule.overrides, minimum_minutes=minimum_minutes)
    check_limits(schedule.limits)


def check_windows_of_week(windows: Sequence[WeeklyWindow], *, minimum_minutes: int) -> None:
    """``availability.check_weekly``, also for hours that are switched off. Raises InvalidInput."""
    for day in range(7):
        if sum(window.day_of_week == day for window in windows) > MOST_WINDOWS_A_DAY:
            raise InvalidInput(f"A day has {MOST_WINDOWS_A_DAY} intervals at most.", field="schedule")
    # What is switched off is only kept: it may lie across hours that are offered.
    for is_active in (True, False):
        rules = {
            index: WeeklyRule(window.day_of_week, window.start_minute, window.end_minute)
            for index, window in enumerate(windows)
            if window.is_active is is_active
        }
        check_weekly(rules, minimum_minutes=minimum_minutes)


def check_dates(overrides: Sequence[DateOverride], *, minimum_minutes: int) -> None:
    """Refuse dates given twice, too many of them, and windows that cannot be meant. Raises InvalidInput."""
    if len(overrides) > MOST_DATES:
        raise InvalidInput(f"At most {MOST_DATES} dates can have hours of their own.", field="dates")
    if len({override.on for override in overrides}) < len(overrides):
        raise InvalidInput("Each date can have hours of its own only once.", field="dates")
    for index, override in enumerate(overrides):
        if len(override.windows) > MOST_WINDOWS_A_DAY:
            raise InvalidInput(f"A day has {MOST_WINDOWS_A_DAY} intervals at most.", field=f"dates[{index}]")
        check_windows(override.windows, minimum_minutes=minimum_minutes, field=f"dates[{index}].slots")


def check_limits(limits: Limits) -> None:
    """Refuse a limit outside its range. Raises InvalidInput with the limit's name as field."""
    for name, (least, most) in LIMIT_RANGES.items():
        value = getattr(limits, name)
        if value is not None and not least <= value <= most:
            raise InvalidInput(_LIMIT_WORDS[name], field=name)
