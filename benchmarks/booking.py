"""A booking through the service against a bare conflict-checked insert on the same database, in the same run.

Ours does what a booking needs: access, enrolment, the slot engine, the price, session, seat, audit and two messages.
The reference is one transaction that looks for an overlap and inserts one row, by the driver alone.

    python -m benchmarks.booking
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.report import ms, table, verdict
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.errors import DomainError
from sessions_app.models import Offering, Person
from sessions_app.models.database import open_engine
from sessions_app.models.migrate import migrate
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra import postgres
from tests.services.world import NOON, World

CLIENTS = 8
BOOKINGS = 240
RIVALS = 20
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
    figures = [measure("SQLite", url, reference) for url, reference in sqlite()]
    figures += [measure("PostgreSQL", url, reference) for url, reference in postgresql()]
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
    is_met = all(_is_fast(each) and each.winners == 1 for each in figures)
    return 0 if is_met else 1


def _is_fast(figures: Figures) -> bool:
    is_quick = figures.booking_ms <= TARGET_MS or figures.name != "SQLite"
    return is_quick and figures.rate >= TARGET_RATE


def measure(name: str, url: str, reference: Callable[[int], None]) -> Figures:
    """All figures of one database."""
    clock = StoppedClock(NOON)
    engine = open_engine(url)
    platform = Platform(
        engine=engine,
        settings=parse_settings(database_url=url),
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=None,
    )
    world = World(platform, clock)
    offerings = [world.offering(world.new_instructor(f"I{n}"), duration_minutes=60) for n in range(CLIENTS)]
    students = world.crowd(BOOKINGS)
    one_by_one = [_timed(partial(_book, world, students[i], offerings[0], i)) for i in range(120)]
    bare = [_timed(partial(reference, i)) for i in range(400)]
    began = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(
            threads.map(
                lambda n: _book(
                    world, students[n], offerings[1 + n % (CLIENTS - 1)], 120 + n // (CLIENTS - 1)
                ),
                range(BOOKINGS),
            )
        )
    rate = BOOKINGS / (perf_counter() - began)
    winners, losers = _rivalry(world)
    engine.dispose()
    return Figures(name, median(bare), median(one_by_one), rate, winners, max(losers))


def _rivalry(world: World) -> tuple[int, list[float]]:
    offering = world.offering(world.new_instructor("Sought"))
    won: list[float] = []
    lost: list[float] = []

    def compete(student: Person) -> None:
        began = perf_counter()
        try:
            world.book(student, offering, _start(0))
            won.append(perf_counter() - began)
        except DomainError:
            lost.append((perf_counter() - began) * 1000)

    rivals = world.crowd(RIVALS)
    with ThreadPoolExecutor(RIVALS) as threads:
        list(threads.map(compete, rivals))
    return len(won), lost


def _start(number: int) -> datetime:
    """The number-th start of a calendar of nine sessions a day."""
    return _FIRST_START + timedelta(days=number // 8, minutes=90 * (number % 8))


def _book(world: World, student: Person, offering: Offering, number: int) -> None:
    world.book(student, offering, _start(number))


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
