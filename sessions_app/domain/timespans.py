"""Half-open spans of time and their algebra.

A span owns its start and not its end, so two sessions that touch do not overlap. Everything here is in UTC:
which local time an instant is called is decided in ``availability.py``, which of the spans may be booked in
``slots.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset():
        raise ValueError(f"{instant.isoformat()} is not in UTC")
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """The instants from ``start`` up to, not including, ``end``; both aware and in UTC.

    Raises ValueError for a naive instant, for one in another zone, and when it would be empty or reversed.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            object.__setattr__(self, "start", _utc(self.start))
            object.__setattr__(self, "end", _utc(self.end))
        if self.start >= self.end:
            raise ValueError(f"a span must end after its start: {self.start} to {self.end}")

    def overlaps(self, other: TimeSpan) -> bool:
        """Whether the two share an instant; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies inside: the start does, the end does not."""
        return self.start <= instant < self.end

    @property
    def minutes(self) -> int:
        """Whole elapsed minutes."""
        return (self.end - self.start) // _MINUTE


def merge(spans: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    """Join what overlaps or touches; the answer is sorted and disjoint."""
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = TimeSpan(merged[-1].start, span.end)
        else:
            merged.append(span)
    return tuple(merged)


def subtract(spans: Iterable[TimeSpan], holes: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    """What is left of the spans outside all holes; sorted and disjoint."""
    gaps = merge(holes)
    left: list[TimeSpan] = []
    first = 0
    for span in merge(spans):
        while first < len(gaps) and gaps[first].end <= span.start:
            first += 1
        start = span.start
        for hole in gaps[first:]:
            if hole.start >= span.end:
                break
            if hole.start > start:
                left.append(TimeSpan(start, hole.start))
            start = hole.end
        if start < span.end:
            left.append(TimeSpan(start, span.end))
    return tuple(left)


def intersect(a: Iterable[TimeSpan], b: Iterable[TimeSpan]) -> tuple[TimeSpan, ...]:
    """What lies in both; sorted and disjoint."""
    ours, theirs = merge(a), merge(b)
    common: list[TimeSpan] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        start, end = max(ours[i].start, theirs[j].start), min(ours[i].end, theirs[j].end)
        if start < end:
            common.append(TimeSpan(start, end))
        if ours[i].end <= theirs[j].end:
            i += 1
        else:
            j += 1
    return tuple(common)
