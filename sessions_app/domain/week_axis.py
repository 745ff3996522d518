"""Where an instant stands on a drawn week: seven local days side by side on one axis of wall-clock minutes.

All days share the axis, so that "09:00" is one line. In a week in which the clock repeats some minutes the axis
holds them twice, and the days that do not repeat them have a void there; minutes that the clock skips are a void on
that day. So a day of 23 or 25 hours is drawn as long as it is, and nothing is drawn over anything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sessions_app.domain.availability import to_utc, zone_named
from sessions_app.domain.timespans import TimeSpan

DAY: Final = 1440
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a span on one day: from ``top`` to ``bottom`` on the axis, in minutes."""

    on: date
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class WeekAxis:
    """The axis of one week. ``repeat_from`` and ``repeated`` are wall minutes; 0 repeated in most weeks."""

    zone: str
    days: tuple[date, ...]
    repeat_on: date | None = None
    repeat_from: int = 0
    repeated: int = 0

    @classmethod
    def of(cls, first: date, zone: str, days: int = 7) -> WeekAxis:
        """The axis of ``days`` local days from ``first``."""
        all_days = tuple(first + timedelta(days=number) for number in range(days))
        for day in all_days:
            change = _change_on(day, zone)
            if change is not None and change[1] < 0:
                return cls(zone, all_days, day, change[0] + change[1], -change[1])
        return cls(zone, all_days)

    @property
    def length(self) -> int:
        """Minutes from the top to the bottom of a drawn day."""
        return DAY + self.repeated

    @property
    def window(self) -> TimeSpan:
        """The whole week, in UTC."""
        return TimeSpan(
            to_utc(self.days[0], 0, self.zone), to_utc(self.days[-1] + timedelta(days=1), 0, self.zone)
        )

    def minute_of(self, instant: datetime) -> int:
        """Where the instant stands on its own day."""
        local = instant.astimezone(zone_named(self.zone))
        wall = 60 * local.hour + local.minute
        is_after = wall >= self.repeat_from + self.repeated or (local.fold and local.date() == self.repeat_on)
        return wall + self.repeated if self.repeated and is_after else wall

    def pieces(self, span: TimeSpan) -> Iterator[Piece]:
        """What is seen of a span, day by day; nothing of what lies outside the week."""
        zone = zone_named(self.zone)
        first = span.start.astimezone(zone).date()
        last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
        for day in self.days:
            if first <= day <= last:
                top = self.minute_of(span.start) if day == first else 0
                ends_here = span.end.astimezone(zone).date() == day
                bottom = self.minute_of(span.end) if ends_here else self.length
                if top < bottom:
                    yield Piece(day, top, bottom)

    def voids(self) -> Iterator[Piece]:
        """The minutes of the axis that a day does not have."""
        for day in self.days:
            if self.repeated and day != self.repeat_on:
                begins = self.repeat_from + self.repeated
                yield Piece(day, begins, begins + self.repeated)
            change = _change_on(day, self.zone)
            if change is not None and change[1] > 0:
                yield Piece(day, change[0], change[0] + change[1])

    def instant_at(self, day: date, minute: int) -> datetime:
        """The instant that stands at ``minute`` of a day; one in a void is the next that exists."""
        minute = min(max(minute, 0), self.length)
        begins = self.repeat_from + self.repeated
        fold = 0
        if self.repeated and minute >= begins:
            if minute < begins + self.repeated:
                minute, fold = (minute - self.repeated, 1) if day == self.repeat_on else (begins, 0)
            else:
                minute -= self.repeated
        if minute >= DAY:
            return to_utc(day + timedelta(days=1), 0, self.zone)
        wall = datetime.combine(day, time(minute // 60, minute % 60), zone_named(self.zone))
        return wall.replace(fold=fold).astimezone(UTC)

    def hours(self) -> Iterator[tuple[int, int]]:
        """Each full hour of the axis: its minute and the hour of the clock, the repeated ones twice."""
        for hour in range(24):
            wall = 60 * hour
            is_after = self.repeated and wall >= self.repeat_from + self.repeated
            yield (wall + self.repeated if is_after else wall), hour
            if self.repeated and self.repeat_from <= wall < self.repeat_from + self.repeated:
                yield wall + self.repeated, hour


def _change_on(day: date, zone: str) -> tuple[int, int] | None:
    """The wall minute at which the clock jumps on a local day, as shown just before, and by how many minutes."""
    begin, end = to_utc(day, 0, zone), to_utc(day + timedelta(days=1), 0, zone)
    tz = zone_named(zone)
    # From the minute before: where midnight itself is skipped, the day begins after the change.
    before, after = (
        (begin - _MINUTE).astimezone(tz).utcoffset() or timedelta(),
        (end - _MINUTE).astimezone(tz).utcoffset() or timedelta(),
    )
    if before == after:
        return None
    low, high = -1, (end - begin) // _MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if (begin + middle * _MINUTE).astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high, (after - before) // _MINUTE
