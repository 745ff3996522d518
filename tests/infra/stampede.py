"""Many people at once: several processes with many threads each, let go at the same moment."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.errors import DomainError
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models.database import open_engine
from sessions_app.services import bookings
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock

_HEAD_START = 1.5  # seconds for every process to import and connect


@dataclass(frozen=True)
class Attempt:
    """One person trying one use case of ``bookings``."""

    verb: str
    person_id: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """``won``, or the code of the refusal, with its details."""

    word: str
    details: dict[str, Any] = field(default_factory=dict)


def stampede(
    database_url: str, attempts: Sequence[Attempt], *, now: datetime, processes: int = 3
) -> list[Outcome]:
    """Run all attempts at once and say what became of each."""
    shares = [list(attempts[i::processes]) for i in range(processes)]
    context = multiprocessing.get_context("spawn")
    start = time.time() + _HEAD_START
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(_run_share, database_url, share, now, start) for share in shares]
        return [outcome for future in futures for outcome in future.result()]


def tally(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How often each outcome came."""
    return dict(Counter(outcome.word for outcome in outcomes))


def overlaps(database_url: str) -> int:
    """Pairs of rows that the guards should have made impossible, counted by the slowest means."""
    engine = open_engine(database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            instructors = connection.execute(
                text(
                    "SELECT count(*) FROM teaching_session a JOIN teaching_session b "
                    "ON a.instructor_id = b.instructor_id AND a.id < b.id "
                    "AND a.starts_at < b.blocked_until AND b.starts_at < a.blocked_until "
                    "WHERE a.status IN ('tentative','scheduled','in_progress') "
                    "AND b.status IN ('tentative','scheduled','in_progress')"
                )
            ).scalar_one()
            students = connection.execute(
                text(
                    "SELECT count(*) FROM booking a JOIN booking b "
                    "ON a.student_id = b.student_id AND a.id < b.id "
                    "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at "
                    "WHERE a.status IN ('held','pending','accepted','scheduled','confirmed','in_progress') "
                    "AND b.status IN ('held','pending','accepted','scheduled','confirmed','in_progress')"
                )
            ).scalar_one()
            seats = connection.execute(
                text(
                    "SELECT count(*) FROM teaching_session s WHERE s.seats_taken <> (SELECT count(*) FROM booking b "
                    "WHERE b.session_id = s.id AND b.status IN "
                    "('held','pending','accepted','scheduled','confirmed','in_progress'))"
                )
            ).scalar_one()
    finally:
        engine.dispose()
    return int(instructors) + int(students) + int(seats)


def _run_share(database_url: str, share: list[Attempt], now: datetime, start: float) -> list[Outcome]:
    engine = open_engine(database_url, pool_size=max(8, len(share)))
    clock = StoppedClock(now)
    platform = Platform(
        engine=engine,
        settings=parse_settings(database_url=database_url),
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=None,
    )
    try:
        with ThreadPoolExecutor(len(share) or 1) as threads:
            time.sleep(max(0.0, start - time.time()))
            return list(threads.map(lambda attempt: _try(platform, attempt), share))
    finally:
        engine.dispose()


def _try(platform: Platform, attempt: Attempt) -> Outcome:
    use_case = getattr(bookings, attempt.verb)
    try:
        platform.run(use_case, Actor(attempt.person_id, Role.STUDENT), **attempt.facts)
    except DomainError as refused:
        return Outcome(refused.code, refused.details)
    return Outcome("won")
