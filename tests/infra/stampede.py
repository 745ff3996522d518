"""Many people at once: several processes with many threads each, let go at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Any, Self

from sqlalchemy import text

from sessions_app.domain.errors import DomainError
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models.database import open_engine
from sessions_app.services import bookings, moves
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra import apart
from tests.infra.platforms import platform_on

_PATIENCE = 60  # seconds until every process has imported and connected


@dataclass(frozen=True)
class Attempt:
    """One person trying to hold, book or reschedule."""

    verb: str
    person_id: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """``won``, or the code of the refusal, with its details."""

    word: str
    details: dict[str, Any] = field(default_factory=dict)


Rush = Callable[[Sequence[Attempt]], list[Outcome]]
"""Lets all attempts go at once and says what became of each, in their order."""


class Processes:
    """Several processes, which take their time to start and therefore serve one ``Rush`` after the other."""

    def __init__(self, count: int = 3) -> None:
        context = apart.processes()
        self._count = count
        # Whoever waits at the barrier takes no second share, so each process gets one.
        self._pool = ProcessPoolExecutor(
            count,
            mp_context=context,
            initializer=_prepare,
            initargs=(context.Barrier(count, timeout=_PATIENCE),),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def into(self, database_url: str, *, now: datetime) -> Rush:
        """A rush straight into the services on this database, at ``now``."""
        return lambda attempts: self._rush(database_url, now, attempts)

    def _rush(self, database_url: str, now: datetime, attempts: Sequence[Attempt]) -> list[Outcome]:
        futures = [
            self._pool.submit(_run_share, database_url, now, list(attempts[i :: self._count]))
            for i in range(self._count)
        ]
        outcomes: list[Outcome | None] = [None] * len(attempts)
        for i, future in enumerate(futures):
            outcomes[i :: self._count] = future.result()
        return [outcome for outcome in outcomes if outcome is not None]


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


_lines: list[Barrier] = []


def _prepare(line: Barrier) -> None:
    _lines.append(line)


def _run_share(database_url: str, now: datetime, share: list[Attempt]) -> list[Outcome]:
    settings = parse_settings(database_url=database_url)
    with (
        platform_on(settings, StoppedClock(now), pool_size=max(8, len(share))) as platform,
        ThreadPoolExecutor(len(share) or 1) as threads,
    ):
        _lines[0].wait()
        return list(threads.map(lambda attempt: _try(platform, attempt), share))


_USE_CASES: dict[str, Callable[..., object]] = {
    "hold": bookings.hold,
    "book": bookings.book,
    "reschedule": moves.reschedule,
}


def _try(platform: Platform, attempt: Attempt) -> Outcome:
    try:
        platform.run(_USE_CASES[attempt.verb], Actor(attempt.person_id, Role.STUDENT), **attempt.facts)
    except DomainError as refused:
        return Outcome(refused.code, refused.details)
    return Outcome("won")
