"""A booking through the service against a bare conflict-checked insert on the same database, in the same run.

Ours does what a booking needs: access, enrolment, the slot engine, the price, session, seat, audit and two messages.
The reference is one transaction that looks for an overlap and inserts one row, by the driver alone.

The clients are threads of the processes that a deployment has: one on SQLite, two workers on PostgreSQL. Eight
clients book times of eight instructors for different students, the median of five rounds; the rivals all want one
time of one instructor.

    python -m benchmarks.booking
"""

from __future__ import annotations

import gc
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Engine

from benchmarks.report import ms, table, verdict
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.errors import Conflict
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models.database import open_engine
from sessions_app.models.migrate import migrate
from sessions_app.services import bookings
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra import postgres
from tests.services.world import NOON, World

CLIENTS = 8
ALONE = 120
ROUNDS = 5
BOOKINGS = 160
RIVALS = 20
# psycopg prepares what a connection ran five times, and PostgreSQL plans it five times more: only then is it as in a
# server that has been up for a minute.
WARM_UPS = 12
TARGET_MS = 6.0
TARGET_RATE = 200.0
TARGET_LOSER_MS = 100.0
_FIRST_START = NOON.replace(hour=8) + timedelta(days=2)
_OVERLAP = "SELECT 1 FROM taken WHERE who = {0} AND starts < {0} AND ends > {0}"
_INSERT = "INSERT INTO taken (who, starts, ends) VALUES ({0}, {0}, {0})"


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    name: str
    reference_ms: float
    booking_ms: float
    rate: float
    winners: int
    slowest_loser_ms: float


def main() -> int:
    """Measure both databases and print; 1 when a target is missed."""
    figures = [measure("SQLite", url, reference, processes=1) for url, reference in sqlite()]
    figures += [
        measure("PostgreSQL, 2 workers", url, reference, processes=2) for url, reference in postgresql()
    ]
    table(
        "A booking through the service (target: median ≤ 6 ms on SQLite, ≥ 200/s with 8 clients on both)",
        ["database", "bare insert", "booking", "ratio", f"{CLIENTS} clients", ""],
        [
            [
                each.name,
                ms(each.reference_ms),
                ms(each.booking_ms),
                f"{each.booking_ms / each.reference_ms:,.0f} ×",
                f"{each.rate:,.0f}/s",
                verdict(is_met=_is_fast(each)),
            ]
            for each in figures
        ],
    )
    table(
        f"{RIVALS} at once for one time (target: one winner, losers answered in < 100 ms)",
        ["database", "winners", "slowest loser", ""],
        [
            [
                each.name,
                str(each.winners),
                ms(each.slowest_loser_ms),
                verdict(is_met=each.winners == 1 and each.slowest_loser_ms < TARGET_LOSER_MS),
            ]
            for each in figures
        ],
    )
    is_met = all(
        _is_fast(each) and each.winners == 1 and each.slowest_loser_ms < TARGET_LOSER_MS for each in figures
    )
    return 0 if is_met else 1


def _is_fast(figures: Figures) -> bool:
    is_quick = figures.booking_ms <= TARGET_MS or figures.name.startswith("PostgreSQL")
    return is_quick and figures.rate >= TARGET_RATE


def measure(name: str, url: str, reference: Callable[[int], None], *, processes: int) -> Figures:
    """All figures of one database."""
    with _platform(url) as platform:
        world = World(platform, StoppedClock(NOON))
        offerings = [world.offering(world.new_instructor(f"I{n}")) for n in range(CLIENTS + 1)]
        alone = [_Wish(each.id, offerings[0].id, _start(n)) for n, each in enumerate(world.crowd(ALONE))]
        one_by_one = [_book(platform, wish).ms for wish in alone]
        crowd = world.crowd(WARM_UPS * CLIENTS + ROUNDS * BOOKINGS)
        sought = [world.offering(world.new_instructor(f"Sought {n}")) for n in range(WARM_UPS + 1)]
        rivals = world.crowd(RIVALS)
    bare = [_timed(partial(reference, number)) for number in range(400)]
    apart = [
        _Wish(student.id, offerings[1 + n % CLIENTS].id, _start(n // CLIENTS))
        for n, student in enumerate(crowd)
    ]
    warm, timed = apart[: WARM_UPS * CLIENTS], apart[WARM_UPS * CLIENTS :]
    with Workers(url, processes) as workers:
        workers.book_all(warm, clients=CLIENTS)
        rounds = [timed[at : at + BOOKINGS] for at in range(0, len(timed), BOOKINGS)]
        rate = median(workers.rate(wishes, clients=CLIENTS) for wishes in rounds)
        # A refusal is another path than a booking, which has to become warm as well.
        for offering in sought:
            answers = workers.book_all(
                [_Wish(each.id, offering.id, _start(0)) for each in rivals], clients=RIVALS
            )
    losers = [answer.ms for answer in answers if not answer.is_won]
    return Figures(name, median(bare), median(one_by_one), rate, RIVALS - len(losers), max(losers))


@dataclass(frozen=True)
class _Wish:
    student_id: str
    offering_id: str
    starts_at: datetime


@dataclass(frozen=True)
class _Answer:
    is_won: bool
    ms: float


class Workers:
    """So many processes on one database, each with its own engine, like the workers of a deployment."""

    def __init__(self, url: str, processes: int) -> None:
        self._processes = processes
        spawning = get_context("spawn")
        self._pool = ProcessPoolExecutor(
            processes, spawning, initializer=_open, initargs=(url, spawning.Barrier(processes))
        )

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown()

    def book_all(self, wishes: list[_Wish], *, clients: int) -> list[_Answer]:
        """Have ``clients`` threads, spread over the processes, book these wishes; one answer for each."""
        shares = [wishes[number :: self._processes] for number in range(self._processes)]
        threads = [clients // self._processes] * self._processes
        return [answer for share in self._pool.map(_serve, shares, threads) for answer in share]

    def rate(self, wishes: list[_Wish], *, clients: int) -> float:
        """How many of these wishes, none of them for the time of another, become bookings a second."""
        began = perf_counter()
        answers = self.book_all(wishes, clients=clients)
        assert all(answer.is_won for answer in answers)
        return len(wishes) / (perf_counter() - began)


_opened: tuple[Platform, Barrier]


def _open(url: str, barrier: Barrier) -> None:
    global _opened  # noqa: PLW0603 - how a process pool hands something to its workers
    engine = open_engine(url)
    _opened = _platform_on(engine, url), barrier
    # As the product does when it starts: what is loaded for good is not looked through for garbage.
    gc.collect()
    gc.freeze()


def _serve(wishes: list[_Wish], threads: int) -> list[_Answer]:
    platform, barrier = _opened
    barrier.wait()
    with ThreadPoolExecutor(threads) as clients:
        return list(clients.map(partial(_book, platform), wishes))


@contextmanager
def _platform(url: str) -> Iterator[Platform]:
    engine = open_engine(url)
    yield _platform_on(engine, url)
    engine.dispose()


def _platform_on(engine: Engine, url: str) -> Platform:
    clock = StoppedClock(NOON)
    return Platform(
        engine=engine,
        settings=parse_settings(database_url=url),
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=None,
    )


def _start(number: int) -> datetime:
    """The number-th start of a calendar of eight sessions a day."""
    return _FIRST_START + timedelta(days=number // 8, minutes=90 * (number % 8))


def _book(platform: Platform, wish: _Wish) -> _Answer:
    actor = Actor(person_id=wish.student_id, role=Role.STUDENT)
    began = perf_counter()
    try:
        platform.run(bookings.book, actor, offering_id=wish.offering_id, starts_at=wish.starts_at)
        is_won = True
    except Conflict:
        is_won = False
    return _Answer(is_won, (perf_counter() - began) * 1000)


def _timed(call: Callable[[], Any]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000


@contextmanager
def _closing(connection: Any) -> Iterator[Any]:
    try:
        yield connection
    finally:
        connection.close()


def sqlite() -> Iterator[tuple[str, Callable[[int], None]]]:
    """A migrated SQLite database and the bare insert on one like it."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ours.db'}"
        migrate(url)
        with _closing(sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)) as bare:
            bare.execute("PRAGMA journal_mode=WAL")
            bare.execute("PRAGMA synchronous=NORMAL")
            bare.execute("CREATE TABLE taken (who INTEGER, starts INTEGER, ends INTEGER)")
            bare.execute("CREATE INDEX ix_taken ON taken (who, starts)")

            def insert(number: int) -> None:
                bare.execute("BEGIN IMMEDIATE")
                assert bare.execute(_OVERLAP.format("?"), (1, number + 1, number)).fetchone() is None
                bare.execute(_INSERT.format("?"), (1, number, number + 1))
                bare.execute("COMMIT")

            yield url, insert


def postgresql() -> Iterator[tuple[str, Callable[[int], None]]]:
    """A migrated, durable PostgreSQL database and the bare insert beside it."""
    with postgres.running(is_durable=True) as server:
        url = server.url().replace("postgresql://", "postgresql+psycopg://", 1)
        migrate(url)
        with _closing(psycopg.connect(server.url())) as bare:
            bare.execute("CREATE TABLE taken (who INTEGER, starts INTEGER, ends INTEGER)")
            bare.execute("CREATE INDEX ix_taken ON taken (who, starts)")
            bare.commit()

            def insert(number: int) -> None:
                assert bare.execute(_OVERLAP.format("%s"), (1, number + 1, number)).fetchone() is None
                bare.execute(_INSERT.format("%s"), (1, number, number + 1))
                bare.commit()

            yield url, insert


if __name__ == "__main__":
    sys.exit(main())
