"""Spans are half-open, in UTC, and their algebra is that of sets of instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.timespans import TimeSpan, intersect, merge, subtract

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def span(start: int, end: int) -> TimeSpan:
    return TimeSpan(NOON + timedelta(minutes=start), NOON + timedelta(minutes=end))


def minutes_in(spans: tuple[TimeSpan, ...] | list[TimeSpan]) -> set[int]:
    return {
        minute
        for s in spans
        for minute in range(int((s.start - NOON).seconds / 60), int((s.end - NOON).seconds / 60))
    }


@st.composite
def spans(draw: st.DrawFn) -> list[TimeSpan]:
    edges = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6))
    return [span(start, start + length) for start, length in edges]


def test_spans_that_touch_do_not_overlap() -> None:
    assert not span(0, 60).overlaps(span(60, 120))
    assert not span(60, 120).overlaps(span(0, 60))
    assert span(0, 61).overlaps(span(60, 120))


def test_a_span_contains_its_start_and_not_its_end() -> None:
    assert span(0, 60).contains(NOON)
    assert not span(0, 60).contains(NOON + timedelta(minutes=60))


def test_minutes_are_whole_and_elapsed() -> None:
    assert span(0, 90).minutes == 90
    assert TimeSpan(NOON, NOON + timedelta(seconds=119)).minutes == 1


@pytest.mark.parametrize("end", [NOON, NOON - timedelta(seconds=1)])
def test_a_span_ends_after_its_start(end: datetime) -> None:
    with pytest.raises(ValueError, match="must end after its start"):
        TimeSpan(NOON, end)


def test_a_span_refuses_naive_and_local_instants() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        TimeSpan(NOON.replace(tzinfo=None), NOON)
    with pytest.raises(ValueError, match="not in UTC"):
        TimeSpan(NOON, NOON.replace(tzinfo=timezone(timedelta(hours=-1))))
    with pytest.raises(ValueError, match="not in UTC"):
        TimeSpan(NOON, NOON.replace(tzinfo=ZoneInfo("Europe/Paris"), hour=20))


def test_a_zone_that_is_on_utc_counts_as_utc() -> None:
    london = ZoneInfo("Europe/London")
    made = TimeSpan(NOON.replace(tzinfo=london), NOON.replace(hour=13, tzinfo=london))
    assert made == span(0, 60)
    assert made.start.tzinfo is UTC
    assert made.end.tzinfo is UTC


@given(spans())
def test_merging_keeps_the_instants_and_leaves_gaps(some: list[TimeSpan]) -> None:
    merged = merge(some)
    assert minutes_in(merged) == minutes_in(some)
    assert all(a.end < b.start for a, b in pairwise(merged))


@given(spans(), spans())
def test_subtracting_and_intersecting_are_those_of_sets(some: list[TimeSpan], others: list[TimeSpan]) -> None:
    left, common = subtract(some, others), intersect(some, others)
    assert minutes_in(left) == minutes_in(some) - minutes_in(others)
    assert minutes_in(common) == minutes_in(some) & minutes_in(others)
    for made in (left, common):
        assert list(made) == sorted(made)
        assert not any(a.overlaps(b) for a, b in pairwise(made))
    assert merge([*left, *common]) == merge(some)
