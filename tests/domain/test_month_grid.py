"""Which days a month calendar shows."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.month_grid import (
    MONDAY,
    SUNDAY,
    first_of_week,
    month_after,
    month_before,
    weeks_of,
)

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
weekdays = st.integers(MONDAY, SUNDAY)


@given(month=days, today=days, first=weekdays)
def test_the_grid_is_whole_weeks_without_a_gap(month: date, today: date, first: int) -> None:
    grid = [day for week in weeks_of(month, today=today, first_weekday=first) for day in week]
    assert grid[0].weekday() == first
    assert grid == [grid[0] + timedelta(days=offset) for offset in range(len(grid))]
    assert 28 <= len(grid) <= 42


@given(month=days, today=days, first=weekdays)
def test_every_day_of_the_month_from_today_on_is_shown(month: date, today: date, first: int) -> None:
    shown = {day for week in weeks_of(month, today=today, first_weekday=first) for day in week}
    day = month.replace(day=1)
    while day < month_after(month):
        assert day in shown or day < today
        day += timedelta(days=1)


def test_late_in_a_month_the_first_weeks_of_the_next_take_the_place_of_those_that_passed() -> None:
    grid = weeks_of(date(2026, 11, 1), today=date(2026, 11, 21))
    assert grid[0][0] == date(2026, 11, 16)
    assert grid[-1][-1] == date(2026, 12, 27)


def test_early_in_a_month_nothing_is_dropped() -> None:
    grid = weeks_of(date(2026, 12, 1), today=date(2026, 12, 12))
    assert (grid[0][0], grid[-1][-1]) == (date(2026, 11, 30), date(2027, 1, 3))


@given(month=days)
def test_the_month_after_the_month_before_is_the_same_month(month: date) -> None:
    assert month_after(month_before(month)) == month.replace(day=1)


@given(day=days, first=weekdays)
def test_a_week_begins_with_its_first_weekday_at_most_six_days_before(day: date, first: int) -> None:
    begins = first_of_week(day, first)
    assert begins.weekday() == first
    assert timedelta(0) <= day - begins < timedelta(days=7)


def test_a_month_of_whole_weeks_still_holds_its_edges_when_weeks_begin_with_sunday() -> None:
    grid = weeks_of(date(2026, 11, 1), today=date(2026, 11, 3), first_weekday=SUNDAY)
    assert (grid[0][0], grid[-1][-1]) == (date(2026, 11, 1), date(2026, 12, 5))
