"""Weekly hours while somebody edits them: intervals that may still be wrong, and what each edit does to them.

Everything here is a value and every edit makes a new one, so that undoing is keeping the one before. What was typed
and cannot be read stays as it was typed. What may be saved is decided in ``schedules``; ``problems_of`` finds the
same faults early and offers a way out of each.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sessions_app.domain.availability import MINUTES_A_DAY
from sessions_app.domain.schedules import WeeklyWindow

_TYPED: Final = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*h?\s*(a|p|am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
_USUAL: Final = (540, 1020)
_AN_HOUR: Final = 60


def parse_typed(text: str, *, is_end: bool = False) -> int | None:
    """The minute of the day that a person typed: "9", "0930", "17:30", "5:30p", "12 am", "24:00"; None: unreadable.

    Midnight as an end (``is_end``) is the end of the day.
    """
    match = _TYPED.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()[:1]
    if minute > 59 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    total = 60 * hour + minute
    if total > MINUTES_A_DAY:
        return None
    return MINUTES_A_DAY if is_end and total == 0 else total


def typed_label(minute: int, hour_cycle: str) -> str:
    """The minute as a field shows it, and as ``parse_typed`` reads it back: "17:30" or, for h12, "5:30 pm"."""
    if hour_cycle != "h12":
        return f"{minute // 60:02}:{minute % 60:02}"
    hour = minute // 60 % 24
    return f"{hour % 12 or 12}:{minute % 60:02} {'am' if hour < 12 else 'pm'}"


@dataclass(frozen=True, slots=True)
class Interval:
    """Hours within a day, by minutes; None with the text that was typed and could not be read.

    ``key`` stays the same while the interval is edited.
    """

    key: int
    start: int | None
    end: int | None
    start_text: str = ""
    end_text: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: on with its intervals, or off, which keeps them.

    ``kept`` are hours that a program switched off within a day that is on; they are carried along unseen.
    """

    is_on: bool = False
    intervals: tuple[Interval, ...] = ()
    kept: tuple[WeeklyWindow, ...] = ()

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """The intervals that can be read, as they are offered; none while the day is off."""
        if not self.is_on:
            return ()
        return tuple(
            (one.start, one.end) for one in self.intervals if one.start is not None and one.end is not None
        )


Week = tuple[Day, ...]
"""Seven days, Sunday first."""


class Fault(StrEnum):
    """What is wrong with an interval."""

    UNREADABLE = "unreadable"
    REVERSED = "reversed"
    SHORT = "short"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault of the interval at ``index``; an overlap lasts ``minutes`` and is with the interval ``other``."""

    index: int
    fault: Fault
    minutes: int = 0
    other: int = -1


class Pattern(StrEnum):
    """A week to start from."""

    WEEKDAYS = "weekdays"
    EVENINGS = "evenings"
    CLEAR = "clear"


# ---------------------------------------------------------------- to and from what is stored


def week_of(windows: Iterable[WeeklyWindow]) -> Week:
    """The stored hours as a week to edit; a day with nothing but switched-off hours is off."""
    by_day: list[list[WeeklyWindow]] = [[] for _ in range(7)]
    for window in windows:
        by_day[window.day_of_week].append(window)
    days = []
    for of_day in by_day:
        active = [window for window in of_day if window.is_active]
        shown = active or of_day
        days.append(
            Day(
                is_on=bool(active),
                intervals=intervals_of([(one.start_minute, one.end_minute) for one in shown]),
                kept=tuple(window for window in of_day if not window.is_active) if active else (),
            )
        )
    return tuple(days)


def intervals_of(windows: Sequence[tuple[int, int]]) -> tuple[Interval, ...]:
    """Windows as intervals to edit."""
    return tuple(Interval(key, start, end) for key, (start, end) in enumerate(sorted(windows)))


def windows_of(week: Week) -> tuple[WeeklyWindow, ...]:
    """The week as it is stored, by day and start; what cannot be read is left out."""
    found = []
    for number, day in enumerate(week):
        readable = [
            (one.start, one.end) for one in day.intervals if one.start is not None and one.end is not None
        ]
        windows = [WeeklyWindow(number, start, end, day.is_on) for start, end in readable]
        found += sorted([*windows, *day.kept], key=lambda one: (one.start_minute, one.end_minute))
    return tuple(found)


# ---------------------------------------------------------------- edits of one day


def switched(day: Day) -> Day:
    """Off keeps the hours; on brings them back, or usual ones where there never were any."""
    if day.is_on:
        return replace(day, is_on=False)
    return replace(day, is_on=True, intervals=day.intervals or intervals_of([_USUAL]))


def added(day: Day) -> Day:
    """One more interval: an hour after the last one, else in the first gap; an off day comes back on instead."""
    if not day.is_on:
        return switched(day)
    taken = sorted(day.windows)
    if not taken:
        return replace(day, intervals=(*day.intervals, Interval(_next_key(day), *_USUAL)))
    gap = _gap_for_an_hour(taken)
    if gap is None:
        return day
    return replace(day, intervals=(*day.intervals, Interval(_next_key(day), *gap)))


def removed(day: Day, key: int) -> Day:
    """Without the interval; without its last one the day is off."""
    left = tuple(one for one in day.intervals if one.key != key)
    return replace(day, is_on=day.is_on and bool(left), intervals=left)


def typed(day: Day, key: int, edge: str, text: str) -> Day:
    """The interval with its ``start`` or ``end`` as typed.

    A start at or after the end pushes the end along, as long as the interval was, but not past midnight.
    """
    return replace(
        day,
        intervals=tuple(_typed(one, edge, text) if one.key == key else one for one in day.intervals),
    )


def _typed(interval: Interval, edge: str, text: str) -> Interval:
    text = " ".join(text.split())[:20]
    if edge == "end":
        end = parse_typed(text, is_end=True)
        return replace(interval, end=end, end_text=text if end is None else "")
    start = parse_typed(text)
    pushed = interval.end
    if (
        start is not None
        and interval.start is not None
        and pushed is not None
        and pushed <= start < MINUTES_A_DAY
    ):
        length = max(pushed - interval.start, _AN_HOUR)
        pushed = min(start + length, MINUTES_A_DAY)
    return replace(interval, start=start, start_text=text if start is None else "", end=pushed)


def joined(day: Day, index: int) -> Day:
    """The interval joined with all it overlaps."""
    one = day.intervals[index]
    if one.start is None or one.end is None:
        return day
    start, end, gone = one.start, one.end, set[int]()
    for other in day.intervals:
        if other.key == one.key or other.start is None or other.end is None:
            continue
        if other.start < end and start < other.end:
            start, end = min(start, other.start), max(end, other.end)
            gone.add(other.key)
    kept = tuple(
        replace(each, start=start, end=end) if each.key == one.key else each
        for each in day.intervals
        if each.key not in gone
    )
    return replace(day, intervals=kept)


def _gap_for_an_hour(taken: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    last = max(end for _, end in taken)
    for start in (last + _AN_HOUR, last):
        if start + _AN_HOUR <= MINUTES_A_DAY:
            return start, start + _AN_HOUR
    free_from = 0
    for begin, end in taken:
        if begin - free_from >= _AN_HOUR:
            return begin - _AN_HOUR, begin
        free_from = max(free_from, end)
    return None


def _next_key(day: Day) -> int:
    return 1 + max((one.key for one in day.intervals), default=-1)


# ---------------------------------------------------------------- edits of the week


def with_day(week: Week, number: int, day: Day) -> Week:
    """The week with one day changed."""
    return (*week[:number], day, *week[number + 1 :])


def copied(week: Week, source: int, targets: Collection[int]) -> Week:
    """The hours of ``source`` on the other days too; off where it is off, keeping what they had."""
    day = week[source]
    return tuple(
        replace(other, is_on=day.is_on, intervals=day.intervals if day.is_on else other.intervals)
        if number in targets and number != source
        else other
        for number, other in enumerate(week)
    )


def patterned(week: Week, pattern: Pattern) -> Week:
    """The week of a pattern; days it leaves out are off and keep their hours."""
    hours = {Pattern.WEEKDAYS: (540, 1020), Pattern.EVENINGS: (1020, 1260)}.get(pattern)
    if hours is None:
        return tuple(Day() for _ in week)
    return tuple(
        Day(is_on=True, intervals=intervals_of([hours])) if 1 <= number <= 5 else replace(day, is_on=False)
        for number, day in enumerate(week)
    )


def split_at_midnight(week: Week, number: int, index: int) -> Week:
    """Hours that end before they start, such as 22:00 to 02:00, as they are meant: to 24:00, and on the next day."""
    interval = week[number].intervals[index]
    if interval.start is None or interval.end is None or interval.end >= interval.start:
        return week
    evening = replace(interval, end=MINUTES_A_DAY)
    day = week[number]
    week = with_day(
        week,
        number,
        replace(day, intervals=tuple(evening if one.key == interval.key else one for one in day.intervals)),
    )
    following = (number + 1) % 7
    morning = week[following]
    mine = morning.intervals if morning.is_on else ()
    key = 1 + max((one.key for one in mine), default=-1)
    added_to = replace(morning, is_on=True, intervals=(Interval(key, 0, interval.end), *mine))
    return with_day(week, following, added_to)


# ---------------------------------------------------------------- what is wrong


def problems_of(day: Day, *, minimum_minutes: int) -> tuple[Trouble, ...]:
    """The faults of a day that is on, by interval; of two that overlap, the earlier has it."""
    if not day.is_on:
        return ()
    found: dict[int, Trouble] = {}
    for index, one in enumerate(day.intervals):
        if one.start is None or one.end is None:
            found[index] = Trouble(index, Fault.UNREADABLE)
        elif one.end <= one.start:
            found[index] = Trouble(index, Fault.REVERSED)
        elif one.end - one.start < minimum_minutes:
            found[index] = Trouble(index, Fault.SHORT)
    sound = sorted(
        (one.start, one.end, index)
        for index, one in enumerate(day.intervals)
        if index not in found and one.start is not None and one.end is not None
    )
    widest: tuple[int, int, int] | None = None
    for start, end, index in sound:
        if widest is not None and start < widest[1]:
            overlap = min(end, widest[1]) - start
            found.setdefault(widest[2], Trouble(widest[2], Fault.OVERLAP, overlap, index))
        if widest is None or end > widest[1]:
            widest = (start, end, index)
    return tuple(found[index] for index in sorted(found))
