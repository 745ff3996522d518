"""When people are reminded of a session: 24 hours, 1 hour and 15 minutes before (product.md C-12).

A reminder whose instant lay in the past when the seat was booked or moved is skipped, never sent late. When nothing
ran for a while, the last one missed stands for those before it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Reminder(StrEnum):
    """One of the reminders, by how long before the start it is."""

    DAY = "24h"
    HOUR = "1h"
    QUARTER = "15m"


BEFORE: Final = {
    Reminder.DAY: timedelta(hours=24),
    Reminder.HOUR: timedelta(hours=1),
    Reminder.QUARTER: timedelta(minutes=15),
}
"""In the order in which they come."""


def due_at(reminder: Reminder, starts_at: datetime) -> datetime:
    """When people are reminded of a session that starts then."""
    return starts_at - BEFORE[reminder]


def next_at(starts_at: datetime, now: datetime) -> datetime | None:
    """The first reminder's instant after ``now``; None when there is none any more."""
    ahead = (due_at(reminder, starts_at) for reminder in BEFORE)
    return next((at for at in ahead if at > now), None)


def due(starts_at: datetime, now: datetime) -> Reminder | None:
    """The latest reminder whose instant has come; None before the first, and once the session has begun."""
    if now >= starts_at:
        return None
    come = [reminder for reminder in BEFORE if due_at(reminder, starts_at) <= now]
    return come[-1] if come else None


def serves(reminder: Reminder, starts_at: datetime, now: datetime) -> bool:
    """Whether it still says something: the session has not begun, and no later reminder's instant has come."""
    return due(starts_at, now) is reminder
