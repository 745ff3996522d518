"""Editing hours with 500 future bookings: the report on a draft, and saving it, against the engine's own time.

Workload: an instructor in Paris, Monday to Friday 9:00 to 12:00 and 14:00 to 18:00, 500 sessions in the year to come.
The preview counts the starts of 52 weeks in the draft and in what is stored, lists booked sessions outside, and draws
a week. The reference is the slot engine alone, asked the same two questions in memory.

    python -m benchmarks.availability
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.report import medians_ms, ms, table, verdict
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.booking_lifecycle import SessionStatus
from sessions_app.domain.permissions import Actor
from sessions_app.domain.schedules import Limits, Schedule, WeeklyWindow
from sessions_app.domain.slots import open_slots
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Offering, TeachingSession
from sessions_app.models.database import open_engine
from sessions_app.models.migrate import migrate
from sessions_app.services import availability, calendars, slots
from sessions_app.services.calendars import InstructorCalendar
from sessions_app.services.queries import schedule_report
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra import postgres
from tests.services.world import World, acting

SESSIONS = 500
DAYS = 364
TARGET_RATIO = 10.0
TARGET_SAVE_MS = 50.0
NOW = datetime(2026, 11, 2, 7, 10, tzinfo=UTC)
WEEK = tuple(WeeklyWindow(day, *hours) for day in range(1, 6) for hours in ((540, 720), (840, 1080)))
STORED = Schedule("Europe/Paris", WEEK, limits=Limits(horizon_days=DAYS, notice_minutes=240, week_cap=40))
DRAFT = replace(STORED, windows=(*WEEK[:-1], WeeklyWindow(5, 840, 960), WeeklyWindow(6, 600, 780)))


@dataclass(frozen=True)
class Figures:
    """What was measured on one database."""

    name: str
    engine_ms: float
    preview_ms: float
    usual_ms: float
    save_ms: float

    @property
    def is_met(self) -> bool:
        """Whether the preview costs a small multiple of the engine, and saving goes unnoticed."""
        return self.preview_ms <= TARGET_RATIO * self.engine_ms and self.save_ms <= TARGET_SAVE_MS


def main() -> int:
    """Measure both databases and print; 1 when a target is missed."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        figures.append(measure("SQLite", url))
    with postgresql() as url:
        figures.append(measure("PostgreSQL", url))
    table(
        f"Editing hours with {SESSIONS} future sessions (target: a preview of 52 weeks within "
        f"{TARGET_RATIO:.0f} times the engine's own time, saving in {TARGET_SAVE_MS:.0f} ms)",
        ["database", "engine, twice 52 weeks", "preview, 52 weeks", "ratio", "preview, 28 days", "save", ""],
        [
            [
                each.name,
                ms(each.engine_ms),
                ms(each.preview_ms),
                f"{each.preview_ms / each.engine_ms:.1f} ×",
                ms(each.usual_ms),
                ms(each.save_ms),
                verdict(is_met=each.is_met),
            ]
            for each in figures
        ],
    )
    return 0 if all(each.is_met for each in figures) else 1


@contextmanager
def postgresql() -> Iterator[str]:
    """An empty PostgreSQL of the benchmark's own."""
    with postgres.running() as server:
        yield server.url().replace("postgresql://", "postgresql+psycopg://", 1)


def measure(name: str, url: str) -> Figures:
    """Fill a database and time the two questions and the answer's saving."""
    migrate(url)
    engine = open_engine(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            clock = StoppedClock(NOW)
            platform = Platform(
                engine=engine,
                settings=parse_settings(database_url=url, data_dir=Path(folder)),
                clock=clock,
                payments=SandboxGateway(engine, clock),
                mailer=None,
            )
            return timed(name, World(platform, clock))
    finally:
        engine.dispose()


def timed(name: str, world: World) -> Figures:
    """The times on one filled database."""
    platform, actor = world.platform, acting(world.instructor)
    me = world.instructor.id
    offering = world.offering()
    platform.run(availability.save, actor, instructor_id=me, schedule=STORED, version=0)
    platform.run(fill, Actor.system(), offering)

    def preview(days: int) -> schedule_report.Report:
        return platform.read(schedule_report.report, actor, instructor_id=me, draft=DRAFT, days=days)

    whole = TimeSpan(NOW, NOW + timedelta(days=DAYS))
    loaded = platform.read(calendars.load, actor, [me], whole)[me]
    assert len(loaded.occupied) == SESSIONS
    drafted = replace(loaded, calendar=DRAFT.calendar())
    report = preview(DAYS)
    assert (report.total, report.before) == (
        starts(drafted, offering, whole),
        starts(loaded, offering, whole),
    )
    assert report.outside_count > 0
    versions = count(1)

    def save() -> None:
        version = next(versions)
        platform.run(
            availability.save,
            actor,
            instructor_id=me,
            schedule=(DRAFT, STORED)[version % 2 == 0],
            version=version,
        )

    engine_ms, preview_ms, usual_ms = medians_ms(
        lambda: (starts(drafted, offering, whole), starts(loaded, offering, whole)),
        lambda: preview(DAYS),
        lambda: preview(schedule_report.USUAL_DAYS),
    )
    (save_ms,) = medians_ms(save)
    return Figures(name, engine_ms, preview_ms, usual_ms, save_ms)


def fill(work: UnitOfWork, offering: Offering) -> None:
    """500 sessions in the stored hours of the year to come, by a fixed seed; some lie outside the draft's."""
    random = Random(1)
    days = [NOW.date() + timedelta(days=n) for n in range(1, DAYS) if (NOW + timedelta(days=n)).weekday() < 5]
    for on in random.sample([(day, hour) for day in days for hour in (8, 10, 13, 15)], SESSIONS):
        start = datetime(on[0].year, on[0].month, on[0].day, on[1], tzinfo=UTC)
        work.db.add(
            TeachingSession(
                instructor_id=offering.instructor_id,
                offering_id=offering.id,
                title=offering.title,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                blocked_until=start + timedelta(hours=1, minutes=15),
                seats_taken=1,
                status=SessionStatus.SCHEDULED,
                timezone="Europe/Paris",
                created_at=NOW,
            )
        )


def starts(loaded: InstructorCalendar, offering: Offering, window: TimeSpan) -> int:
    """How many starts the engine alone finds."""
    return len(open_slots(slots.question(loaded, offering, student_busy=(), now=NOW), window).slots)


if __name__ == "__main__":
    sys.exit(main())
