"""The slots endpoint as it is served, against a bare Starlette answer on the same server, in the same run.

Eight clients ask the running product for four weeks of an instructor's free times. "New" asks another range each
time, so that no kept answer serves and everything is read and computed; "unchanged" asks the same again and again.
SQLite is served by one worker, PostgreSQL by two that share Valkey, the way each is deployed.

    python -m benchmarks.endpoints
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, repeat
from pathlib import Path

from sqlmodel import Session, col, select

from benchmarks import bare
from benchmarks.report import table, verdict
from sessions_app.frontend import build_if_needed
from sessions_app.models import Offering, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.models.database import open_engine
from sessions_app.settings import parse_settings
from tests.infra import guarded, postgres, valkey
from tests.infra.ports import free_port
from tests.infra.served import ServedApp

CLIENTS = 8
SECONDS = 4.0
TARGET_NEW = 300.0
TARGET_UNCHANGED = 1000.0


@dataclass(frozen=True)
class Figures:
    """Requests a second."""

    name: str
    reference: float
    new: float
    unchanged: float


def main() -> int:
    """Measure both databases and print; 1 when a target is missed."""
    build_if_needed(parse_settings())
    with tempfile.TemporaryDirectory() as folder, bare.served(Path(folder)) as port:
        reference = _rate(port, repeat("/"))
    figures = [_measure(name, app, url, reference) for name, app, url in _served()]
    table(
        f"Free times of four weeks, {CLIENTS} clients (target: new ≥ 300/s, unchanged ≥ 1,000/s)",
        ["served by", "bare answer", "new", "ratio", "unchanged", "ratio", ""],
        [
            [
                each.name,
                f"{each.reference:,.0f}/s",
                f"{each.new:,.0f}/s",
                f"{each.new / each.reference:.2f}",
                f"{each.unchanged:,.0f}/s",
                f"{each.unchanged / each.reference:.2f}",
                verdict(is_met=_is_met(each)),
            ]
            for each in figures
        ],
    )
    return 0 if all(_is_met(each) for each in figures) else 1


def _is_met(figures: Figures) -> bool:
    return figures.new >= TARGET_NEW and figures.unchanged >= TARGET_UNCHANGED


def _measure(name: str, app: ServedApp, database_url: str, reference: float) -> Figures:
    address = _slots_address(bookable(database_url))
    ranges = (address.format(start=_text(_today() + timedelta(minutes=n))) for n in count(1))
    same = repeat(address.format(start=_text(_today())))
    return Figures(name, reference, new=_rate(app.port, ranges), unchanged=_rate(app.port, same))


def _rate(port: int, paths: Iterator[str]) -> float:
    def run(seconds: float) -> float:
        return asyncio.run(bare.requests_per_second(port, paths, clients=CLIENTS, seconds=seconds))

    run(1.0)  # to warm up
    return run(SECONDS)


def bookable(database_url: str) -> Offering:
    """A one-to-one offering of the demo data."""
    engine = open_engine(database_url)
    with Session(engine) as database:
        offered = (
            select(Offering)
            .join(Person, col(Person.id) == col(Offering.instructor_id))
            .where(col(Offering.session_type) == SessionType.INDIVIDUAL, col(Offering.is_active))
        )
        # By what is the same in each run: ids are random, and instructors have from 90 to 320 free times.
        offering = database.exec(offered.order_by(col(Person.email), col(Offering.title))).first()
    engine.dispose()
    assert offering is not None, "the demo data offer nothing"
    return offering


def _slots_address(offering: Offering) -> str:
    """The address of its free times, their beginning left open."""
    end = _text(_today() + timedelta(days=28))
    return f"/api/sts/{offering.instructor_id}/slots?offering_id={offering.id}&from={{start}}&to={end}"


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _served() -> Iterator[tuple[str, ServedApp, str]]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as app:
        yield "SQLite, 1 worker", app, f"sqlite:///{app.data_dir / 'sessions.db'}"
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres.running() as database,
        _redis(Path(folder)) as redis_url,
    ):
        url = database.url().replace("postgresql://", "postgresql+psycopg://", 1)
        with running(Path(folder), DATABASE_URL=url, REDIS_URL=redis_url, WORKERS="2") as app:
            yield "PostgreSQL, 2 workers", app, url


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[ServedApp]:
    """The built product with its demo data on a free port, without a limit on requests."""
    usual = {"DEMO_DATA": "1", "RATE_LIMIT_PER_MINUTE": "0"}
    app = ServedApp(folder, free_port(), os.getpid(), usual | settings)
    app.start()
    try:
        yield app
    finally:
        app.stop()


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    server, guard = valkey.start(folder, owner=os.getpid())
    try:
        yield server.url()
    finally:
        guarded.stop(guard)


if __name__ == "__main__":
    sys.exit(main())
