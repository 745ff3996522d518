"""A week is drawn on one axis, also when one of its days has 23 or 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.availability import to_utc
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.week_axis import Piece, WeekAxis

SPRING = WeekAxis.of(date(2027, 3, 22), "Europe/Paris")  # Sunday 28 has 23 hours
AUTUMN = WeekAxis.of(date(2027, 10, 25), "Europe/Paris")  # Sunday 31 has 25 hours
PLAIN = WeekAxis.of(date(2026, 12, 7), "Europe/Paris")
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "UTC")


def test_an_hour_stands_on_one_line_on_every_day_of_a_plain_week() -> None:
    assert {PLAIN.minute_of(to_utc(day, 540, "Europe/Paris")) for day in PLAIN.days} == {540}
    assert PLAIN.length == 1440
    assert list(PLAIN.voids()) == []


def test_the_hour_that_spring_skips_is_a_void_on_that_day_alone() -> None:
    assert list(SPRING.voids()) == [Piece(date(2027, 3, 28), 120, 180)]
    [piece] = SPRING.pieces(
        TimeSpan(to_utc(date(2027, 3, 28), 60, "Europe/Paris"), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
    )
    assert piece == Piece(date(2027, 3, 28), 60, 210)


def test_the_hour_that_autumn_repeats_is_there_twice() -> None:
    sunday = date(2027, 10, 31)
    first, second = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert (AUTUMN.minute_of(first), AUTUMN.minute_of(second)) == (150, 210)
    assert AUTUMN.length == 1500
    assert Piece(sunday, 180, 240) not in list(AUTUMN.voids())
    assert len(list(AUTUMN.voids())) == 6
    assert {AUTUMN.minute_of(to_utc(day, 540, "Europe/Paris")) for day in AUTUMN.days} == {600}
    assert [hour for _, hour in AUTUMN.hours()].count(2) == 2


def test_a_span_over_midnight_is_seen_on_both_days() -> None:
    span = TimeSpan(
        to_utc(date(2026, 12, 8), 1410, "Europe/Paris"), to_utc(date(2026, 12, 9), 30, "Europe/Paris")
    )
    assert list(PLAIN.pieces(span)) == [
        Piece(date(2026, 12, 8), 1410, 1440),
        Piece(date(2026, 12, 9), 0, 30),
    ]


def test_a_span_that_ends_at_midnight_is_seen_on_one_day() -> None:
    span = TimeSpan(
        to_utc(date(2026, 12, 8), 1380, "Europe/Paris"), to_utc(date(2026, 12, 9), 0, "Europe/Paris")
    )
    assert list(PLAIN.pieces(span)) == [Piece(date(2026, 12, 8), 1380, 1440)]


@pytest.mark.parametrize("zone", ZONES)
@given(start=st.integers(0, 2 * 366 * 1440))
def test_what_is_drawn_somewhere_is_dropped_there(zone: str, start: int) -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start)
    day = instant.astimezone(ZoneInfo(zone)).date()
    axis = WeekAxis.of(day - timedelta(days=day.weekday()), zone)
    assert axis.instant_at(day, axis.minute_of(instant)) == instant


@pytest.mark.parametrize("zone", ZONES)
@given(week=st.integers(0, 110))
def test_a_day_is_as_long_as_it_is(zone: str, week: int) -> None:
    axis = WeekAxis.of(date(2026, 1, 5) + timedelta(weeks=week), zone)
    for day in axis.days:
        begins, ends = to_utc(day, 0, zone), to_utc(day + timedelta(days=1), 0, zone)
        void = sum(piece.bottom - piece.top for piece in axis.voids() if piece.on == day)
        assert axis.length - void == (ends - begins) // timedelta(minutes=1)
