"""Which days a calendar shows: whole weeks, and near the end of a month the first weeks of the next.

Weeks begin with the weekday that the person is used to (Monday 0 … Sunday 6). What is counted by the week, such as
a limit of sessions, has weeks of its own in ``availability.py``, the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

Week = tuple[date, date, date, date, date, date, date]

MONDAY: Final = 0
SUNDAY: Final = 6

_PASSED_WEEKS_SHOWN: Final = 2


def first_of_month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return first_of_month(first_of_month(month) + timedelta(days=31))


def month_before(month: date) -> date:
    """The first day of the previous month."""
    return first_of_month(first_of_month(month) - timedelta(days=1))


def first_of_week(day: date, first_weekday: int = MONDAY) -> date:
    """The first day of the day's week."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def weeks_of(month: date, *, today: date, first_weekday: int = MONDAY) -> tuple[Week, ...]:
    """The weeks that hold the month's days, in order.

    Once two weeks of the month of ``today`` have passed, passed weeks give their places to weeks of the next month,
    so that the last days of a month do not leave an almost empty calendar.
    """
    weeks = list(_weeks_from(first_of_month(month), first_weekday, until=month_after(month)))
    if first_of_month(today) != first_of_month(month):
        return tuple(weeks)
    passed = sum(week[-1] < today for week in weeks)
    dropped = passed if passed >= _PASSED_WEEKS_SHOWN else 0
    following = weeks[-1][-1] + timedelta(days=1)
    more = list(_weeks_from(following, first_weekday, until=following + timedelta(days=7 * dropped)))
    return tuple(weeks[dropped:] + more[:dropped])


def _weeks_from(day: date, first_weekday: int, *, until: date) -> Iterator[Week]:
    start = first_of_week(day, first_weekday)
    while start < until:
        week = [start + timedelta(days=offset) for offset in range(7)]
        yield (week[0], week[1], week[2], week[3], week[4], week[5], week[6])
        start += timedelta(days=7)
