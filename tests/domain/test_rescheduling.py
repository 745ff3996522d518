"""Until when, and how often, a student may move a booking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain.rescheduling import Barrier, MoveRules, StudentLimits, may_cancel, may_move

RULES = MoveRules(notice_hours=12, limit=2)
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
DEADLINE = START - timedelta(hours=12)


@pytest.mark.parametrize(
    ("at", "barrier"),
    [(DEADLINE, None), (DEADLINE + timedelta(seconds=1), Barrier.NOTICE), (START, Barrier.NOTICE)],
)
def test_the_last_instant_of_the_notice_still_counts(at: datetime, barrier: Barrier | None) -> None:
    verdict = may_move(RULES, starts_at=START, moves_made=0, at=at)
    assert (verdict.barrier, verdict.until) == (barrier, DEADLINE)


@pytest.mark.parametrize(("moves", "barrier"), [(0, None), (1, None), (2, Barrier.LIMIT), (3, Barrier.LIMIT)])
def test_a_booking_has_so_many_moves(moves: int, barrier: Barrier | None) -> None:
    assert may_move(RULES, starts_at=START, moves_made=moves, at=DEADLINE).barrier is barrier


def test_too_late_is_said_before_too_often() -> None:
    assert may_move(RULES, starts_at=START, moves_made=9, at=START).barrier is Barrier.NOTICE


def test_the_notice_is_elapsed_time_on_the_night_the_clocks_change() -> None:
    paris = ZoneInfo("Europe/Paris")
    start = datetime(2026, 10, 25, 8, 0, tzinfo=paris)
    until = may_move(RULES, starts_at=start, moves_made=0, at=DEADLINE).until
    assert until.astimezone(paris).isoformat() == "2026-10-24T21:00:00+02:00"


def test_an_instant_has_an_offset() -> None:
    with pytest.raises(ValueError, match="offset"):
        may_move(RULES, starts_at=START.replace(tzinfo=None), moves_made=0, at=START)


@pytest.mark.parametrize(("late_by", "is_allowed"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_cancelling_ends_the_notice_before_the_start_to_the_second(
    late_by: timedelta, is_allowed: bool
) -> None:
    last = START - timedelta(hours=48)
    verdict = may_cancel(notice_hours=48, starts_at=START, at=last + late_by)
    assert (verdict.is_allowed, verdict.until) == (is_allowed, last)


def test_limits_survive_being_stored_and_an_empty_row_has_none() -> None:
    limits = StudentLimits(48, None, 0)
    assert StudentLimits.from_json(limits.to_json()) == limits
    assert StudentLimits.from_json({}) == StudentLimits()
