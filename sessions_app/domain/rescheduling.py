"""Until when a student may cancel a booking, and until when and how often move it. Hosts may always.

Decides only the student's side's limits; whether the new time is free is decided in ``slots.py``, what goes back in
``refunds.py``. Source: product.md D, RESCHEDULE_NOTICE_HOURS and RESCHEDULE_LIMIT; an offering may set its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Barrier(StrEnum):
    """What keeps a student from moving a booking."""

    NOTICE = "notice"  # too close to the start
    LIMIT = "limit"  # moved as often as allowed


@dataclass(frozen=True, slots=True)
class StudentLimits:
    """What an offering asks of its students, in whole hours before the start and in moves.

    None leaves it to the deployment, which lets students cancel until the start.
    """

    cancel_notice_hours: int | None = None
    reschedule_notice_hours: int | None = None
    reschedule_limit: int | None = None

    def to_json(self) -> dict[str, int | None]:
        """A plain dict that ``from_json`` reads back to equal limits."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, int | None]) -> StudentLimits:
        """The limits that ``to_json`` wrote; an empty dict has none. Raises TypeError for anything else."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class CancelVerdict:
    """Whether a student may still cancel, and the last instant (UTC, included) to do it."""

    is_allowed: bool
    until: datetime


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
    until = _last_instant(rules.notice_hours, starts_at, at)
    if at.astimezone(UTC) > until:
        return MoveVerdict(Barrier.NOTICE, until, rules.limit)
    barrier = Barrier.LIMIT if moves_made >= rules.limit else None
    return MoveVerdict(barrier, until, rules.limit)


def may_cancel(*, notice_hours: int, starts_at: datetime, at: datetime) -> CancelVerdict:
    """Whether a student may cancel a seat that is final at ``at``; the notice is elapsed time.

    Raises ValueError for a datetime without an offset.
    """
    until = _last_instant(notice_hours, starts_at, at)
    return CancelVerdict(at.astimezone(UTC) <= until, until)


def _last_instant(notice_hours: int, starts_at: datetime, at: datetime) -> datetime:
    if starts_at.tzinfo is None or at.tzinfo is None:
        raise ValueError("instants have an offset")
    return starts_at.astimezone(UTC) - timedelta(hours=notice_hours)
