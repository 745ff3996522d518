"""Until when, and how often, a student may move a booking. Hosts may always.

Decides only the student's side's limits; whether the new time is free is decided in ``slots.py``. Source:
product.md D, RESCHEDULE_NOTICE_HOURS and RESCHEDULE_LIMIT.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Barrier(StrEnum):
    """What keeps a student from moving a booking."""

    NOTICE = "notice"  # too close to the start
    LIMIT = "limit"  # moved as often as allowed


@dataclass(frozen=True, slots=True)
class MoveRules:
    """The notice in whole hours before the start, and how many moves a booking has."""

    notice_hours: int
    limit: int


@dataclass(frozen=True, slots=True)
class MoveVerdict:
    """What is in the way of moving a booking (None: nothing), and the last instant (UTC, included) to do it."""

    barrier: Barrier | None
    until: datetime
    limit: int


def may_move(rules: MoveRules, *, starts_at: datetime, moves_made: int, at: datetime) -> MoveVerdict:
    """Whether a student may move a booking at ``at``; the notice is elapsed time, whatever the clocks do.

    Raises ValueError for a datetime without an offset.
    """
    if starts_at.tzinfo is None or at.tzinfo is None:
        raise ValueError("instants have an offset")
    until = starts_at.astimezone(UTC) - timedelta(hours=rules.notice_hours)
    if at.astimezone(UTC) > until:
        return MoveVerdict(Barrier.NOTICE, until, rules.limit)
    barrier = Barrier.LIMIT if moves_made >= rules.limit else None
    return MoveVerdict(barrier, until, rules.limit)
