"""When an instructor is open: weekly rules, dates that replace them, and times published one by one.

This is the only place where local time becomes UTC. Wall times become instants as Python's ``zoneinfo`` does
with ``fold=0``: a time that occurs twice means its first occurrence, a time that the clock skips is read with
the offset from before the switch, and ``24:00`` is the next midnight. Rules are kept in wall time, so "Monday
09:00" stays 09:00 on both sides of a switch. The edges of a window are converted one by one, so a window
across the switch lasts an hour more or less than its wall times suggest.

It does not decide which start may be booked; ``slots.py`` does.

Inside, instants are whole seconds since 1970 and dates are ordinals; each (zone, date) is looked up in the
zone database once and remembered.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.zones import is_zone

MINUTES_A_DAY: Final = 1440

Range = tuple[int, int]
"""A half-open range of whole seconds since 1970, or of minutes of a day where the name says so."""

_WHOLE_DAY: Final = [(0, MINUTES_A_DAY)]
_SECONDS_A_DAY: Final = 86_400

# Dates further out have neighbours that datetime cannot express.
_FIRST_ORDINAL: Final = date(2, 1, 1).toordinal()
_LAST_ORDINAL: Final = date(9998, 12, 31).toordinal()
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()

# Open around the clock, a window has no beginning to count starts from; one of these midnights stands in.
_ENDLESS_FROM: Final = (_FIRST_ORDINAL, date(1970, 1, 4).toordinal(), date(2026, 1, 4).toordinal())


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Open on this weekday (0 = Sunday) between two minutes of the day; 1440 is the next local midnight."""

    day_of_week: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class DateOverride:
    """What holds on one local date instead of the weekly rules; without windows the instructor is away.

    Windows are (start minute, end minute). There is at most one override a date.
    """

    on: date
    windows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PublishedTime:
    """A start the instructor offers besides the hours: exactly this span, for this type, with so many seats.

    ``offering_id`` None means any offering of that type and length.
    """

    id: str
    span: TimeSpan
    seats: int
    session_type: str
    offering_id: str | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that an instructor said about when they teach. ``zone`` is the IANA name of its wall times."""

    zone: str
    rules: tuple[WeeklyRule, ...] = ()
    overrides: tuple[DateOverride, ...] = ()
    published: tuple[PublishedTime, ...] = ()


# ---------------------------------------------------------------- wall time to instants


def dow_sunday0(day: date) -> int:
    """The weekday as tables and API count it: 0 is Sunday, 6 is Saturday. No other conversion exists."""
    return day.toordinal() % 7


def monday_of(ordinal: int) -> int:
    """The ordinal of the Monday with which the week of a date begins; caps count such weeks."""
    return ordinal - (ordinal - 1) % 7


def zone_named(name: str) -> ZoneInfo:
    """The zone of that IANA name; InvalidInput for a name the zone database does not hold."""
    if not is_zone(name):
        raise InvalidInput(f"There is no time zone named {name[:60]!r}.", field="timezone")
    return ZoneInfo(name)


def to_utc(day: date, minute: int, zone: str) -> datetime:
    """The instant at which the wall clock of ``zone`` shows that minute (0 to 1440) of that date."""
    return instant_at(edge_second(zone, day.toordinal(), minute))


def local_date(instant: datetime, zone: str) -> date:
    """The date a calendar on the wall in ``zone`` shows at that instant."""
    return date.fromordinal(local_ordinal(second_of(instant), zone))


def is_nonexistent(local: datetime, zone: str) -> bool:
    """Whether the clock of ``zone`` skips this naive wall time, as it does in spring."""
    before, after = _offsets(local, zone)
    return before < after


def is_ambiguous(local: datetime, zone: str) -> bool:
    """Whether the clock of ``zone`` shows this naive wall time twice, as it does in autumn."""
    before, after = _offsets(local, zone)
    return before > after


def parse_wall(local: datetime, zone: str, fold: int = 0) -> datetime:
    """The instant meant by a wall time that a person or program typed.

    An ambiguous time is its first occurrence, with ``fold`` 1 its second. Raises InvalidInput for an unknown
    zone and for a time that the clock skips, instead of silently moving it.
    """
    if is_nonexistent(local, zone):
        raise InvalidInput(f"{local:%H:%M} does not exist on {local:%Y-%m-%d} in {zone}: the clock skips it.")
    return local.replace(tzinfo=zone_named(zone), fold=fold).astimezone(UTC)


def _offsets(local: datetime, zone: str) -> tuple[timedelta, timedelta]:
    aware = local.replace(tzinfo=zone_named(zone))
    first, second = aware.replace(fold=0).utcoffset(), aware.replace(fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first, second


# ---------------------------------------------------------------- the same in seconds, for the engine


def second_of(instant: datetime) -> int:
    """Seconds since 1970, rounded down; what the engine counts in."""
    return math.floor(instant.timestamp())


def second_after(instant: datetime) -> int:
    """Seconds since 1970, rounded up: the first whole second at or after the instant."""
    return math.ceil(instant.timestamp())


def range_of(span: TimeSpan) -> Range:
    """The whole seconds that a span touches."""
    return math.floor(span.start.timestamp()), math.ceil(span.end.timestamp())


def instant_at(second: int) -> datetime:
    """The aware UTC instant so many seconds after 1970 began."""
    return datetime.fromtimestamp(second, UTC)


def edge_second(zone: str, ordinal: int, minute: int) -> int:
    """``to_utc`` in seconds: the instant of a minute of the local date with that ordinal."""
    midnight, is_even = _day(zone, ordinal)
    return midnight + 60 * minute if is_even else _looked_up(zone, ordinal, minute)


def local_ordinal(second: int, zone: str) -> int:
    """The ordinal of the local date at that instant, kept away from the ends of the calendar."""
    second = min(max(second, _second_of_ordinal(_FIRST_ORDINAL)), _second_of_ordinal(_LAST_ORDINAL))
    return datetime.fromtimestamp(second, zone_named(zone)).toordinal()


def _second_of_ordinal(ordinal: int) -> int:
    return (ordinal - _EPOCH_ORDINAL) * _SECONDS_A_DAY


@lru_cache(maxsize=16_384)
def _day(zone: str, ordinal: int) -> tuple[int, bool]:
    """The second at which a local date begins, and whether its clock runs through without a switch."""
    midnight, next_midnight = _looked_up(zone, ordinal, 0), _looked_up(zone, ordinal, MINUTES_A_DAY)
    return midnight, next_midnight - midnight == _SECONDS_A_DAY


def _looked_up(zone: str, ordinal: int, minute: int) -> int:
    days, minute = divmod(minute, MINUTES_A_DAY)
    wall = datetime.fromordinal(ordinal + days).replace(hour=minute // 60, minute=minute % 60)
    return second_of(wall.replace(tzinfo=zone_named(zone)))


# ---------------------------------------------------------------- open windows


def open_windows(calendar: Calendar, window: TimeSpan) -> tuple[TimeSpan, ...]:
    """The merged open windows that touch ``window``, sorted.

    They are not clipped to it: starts are counted from the real beginning of each, also when 24:00 meets
    00:00 and it began days before. A beginning is therefore always exact; an end is exact or lies at least a
    local day after ``window``. Published times are no windows and are not in here.
    """
    ranges = open_ranges(calendar, second_of(window.start), second_after(window.end))
    return tuple(TimeSpan(instant_at(start), instant_at(end)) for start, end in ranges)


def open_ranges(calendar: Calendar, start: int, end: int) -> list[Range]:
    """``open_windows`` in seconds, for the window from ``start`` to ``end``."""
    hours = _Hours(calendar)
    # A switch can carry the end of a window past midnight, hence a day more on either side.
    first = max(local_ordinal(start, calendar.zone) - 1, _FIRST_ORDINAL)
    last = min(local_ordinal(end, calendar.zone) + 1, _LAST_ORDINAL)
    begins_on = hours.run_begins_on(first)
    if begins_on is None:
        ranges = hours.opened(first, last)
        ranges[0] = (hours.endless_beginning(first), ranges[0][1])
    else:
        ranges = hours.opened(begins_on, last)
    return [(begin, close) for begin, close in ranges if close > start and begin < end]


def away_ordinals(calendar: Calendar) -> frozenset[int]:
    """The ordinals of the local dates on which an override closes the whole day."""
    return frozenset(override.on.toordinal() for override in calendar.overrides if not override.windows)


class _Hours:
    """Which minutes of each local date are open, and what instants they are."""

    def __init__(self, calendar: Calendar) -> None:
        self._zone = calendar.zone
        week: list[list[Range]] = [[] for _ in range(7)]
        for rule in calendar.rules:
            week[rule.day_of_week].append((rule.start_minute, rule.end_minute))
        self._week = week
        self._dates = {override.on.toordinal(): override.windows for override in calendar.overrides}

    def opened(self, first: int, last: int) -> list[Range]:
        """The merged windows, in seconds, of the local dates from ``first`` to ``last``, both included."""
        zone, week, dates = self._zone, self._week, self._dates
        ranges: list[Range] = []
        for ordinal in range(first, last + 1):
            windows: Sequence[Range] = dates[ordinal] if ordinal in dates else week[ordinal % 7]
            if not windows:
                continue
            midnight, is_even = _day(zone, ordinal)
            for start, end in windows:
                if is_even:
                    ranges.append((midnight + 60 * start, midnight + 60 * end))
                else:
                    ranges.append((_looked_up(zone, ordinal, start), _looked_up(zone, ordinal, end)))
        return merged(ranges)

    def run_begins_on(self, ordinal: int) -> int | None:
        """The date on which the windows began that run on, without a gap, into this one; None: never."""
        is_whole_week = all(merged(windows) == _WHOLE_DAY for windows in self._week)
        other_dates = [day for day, windows in self._dates.items() if merged(windows) != _WHOLE_DAY]
        while ordinal > _FIRST_ORDINAL:
            if is_whole_week:
                earlier = [day for day in other_dates if day <= ordinal]
                if not earlier:
                    return None
                ordinal = max(earlier)
            if not self._is_unbroken(ordinal):
                break
            ordinal -= 1
        return ordinal

    def _is_unbroken(self, ordinal: int) -> bool:
        """Whether a date is open from its first instant to its last; a skipped hour breaks nothing."""
        begins, ends = _day(self._zone, ordinal)[0], _day(self._zone, ordinal + 1)[0]
        return any(start <= begins and ends <= end for start, end in self.opened(ordinal - 1, ordinal))

    def endless_beginning(self, ordinal: int) -> int:
        """The second from which starts are counted when a window that has no beginning reaches the date."""
        return _day(self._zone, max(day for day in _ENDLESS_FROM if day <= ordinal))[0]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Join ranges that overlap or touch and drop the empty ones; sorted and disjoint."""
    joined: list[Range] = []
    last_end: int | None = None
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if last_end is not None and start <= last_end:
            if end > last_end:
                joined[-1] = (joined[-1][0], end)
                last_end = end
        else:
            joined.append((start, end))
            last_end = end
    return joined


# ---------------------------------------------------------------- checking what an instructor enters


def check_weekly(rules: Mapping[int, WeeklyRule], *, minimum_minutes: int, field: str = "schedule") -> None:
    """Refuse a weekly pattern that cannot be meant: InvalidInput whose field names a rule's key: ``schedule[2]``.

    ``minimum_minutes`` is the shortest window that can hold a session. Windows of one day may touch, not
    overlap.
    """
    for index, rule in rules.items():
        if not 0 <= rule.day_of_week <= 6:
            raise InvalidInput("A weekday is a number from 0 (Sunday) to 6.", field=f"{field}[{index}]")
    for day in range(7):
        of_the_day = [
            (index, (rule.start_minute, rule.end_minute))
            for index, rule in rules.items()
            if rule.day_of_week == day
        ]
        _check_day(of_the_day, minimum_minutes, field)


def check_windows(windows: Sequence[tuple[int, int]], *, minimum_minutes: int, field: str = "slots") -> None:
    """Refuse windows of one date that cannot be meant, as ``check_weekly`` does; none means away."""
    _check_day(list(enumerate(windows)), minimum_minutes, field)


def _check_day(windows: list[tuple[int, Range]], minimum_minutes: int, field: str) -> None:
    for index, (start, end) in windows:
        where = f"{field}[{index}]"
        if not (0 <= start <= MINUTES_A_DAY and 0 <= end <= MINUTES_A_DAY):
            raise InvalidInput("Times of a day run from 00:00 to 24:00.", field=where)
        if start >= end:
            raise InvalidInput(
                f"{_times((start, end))} ends before it starts. "
                "For hours past midnight, end at 24:00 and go on at 00:00 of the next day.",
                field=where,
            )
        if end - start < minimum_minutes:
            raise InvalidInput(
                f"{_times((start, end))} is shorter than a session ({minimum_minutes} minutes).",
                field=where,
            )
    in_order = sorted(windows, key=lambda item: item[1])
    for (_, earlier), (index, later) in pairwise(in_order):
        if later[0] < earlier[1]:
            raise InvalidInput(
                f"{_times(later)} overlaps {_times(earlier)}.",
                field=f"{field}[{index}]",
            )


def _times(window: Range) -> str:
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in window)
    return f"{start} to {end}"
