"""Reminders come 24 hours, 1 hour and 15 minutes before, and none of them late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.domain.reminders import Reminder, due, due_at, next_at, serves

START = datetime(2026, 12, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "comes_next"),
    [
        (timedelta(days=3), Reminder.DAY),
        (timedelta(hours=24, seconds=1), Reminder.DAY),
        (timedelta(hours=24), Reminder.HOUR),
        (timedelta(hours=23), Reminder.HOUR),
        (timedelta(minutes=59), Reminder.QUARTER),
        (timedelta(minutes=15), None),
        (timedelta(0), None),
    ],
)
def test_what_is_past_when_it_is_booked_is_skipped(before: timedelta, comes_next: Reminder | None) -> None:
    expected = None if comes_next is None else due_at(comes_next, START)
    assert next_at(START, START - before) == expected


@pytest.mark.parametrize(
    ("before", "reminder"),
    [
        (timedelta(hours=24, seconds=1), None),
        (timedelta(hours=24), Reminder.DAY),
        (timedelta(hours=1, seconds=1), Reminder.DAY),
        (timedelta(hours=1), Reminder.HOUR),
        (timedelta(minutes=15), Reminder.QUARTER),
        (timedelta(seconds=1), Reminder.QUARTER),
        (timedelta(0), None),
        (-timedelta(hours=1), None),
    ],
)
def test_the_latest_that_came_stands_for_those_before_until_the_start(
    before: timedelta, reminder: Reminder | None
) -> None:
    now = START - before
    assert due(START, now) is reminder
    assert [one for one in Reminder if serves(one, START, now)] == [one for one in (reminder,) if one]
