"""What every test may ask for: migrated databases on SQLite and PostgreSQL, Valkey, a mail server, the app."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from tests.infra.platforms import platform_on

# Before anything reads settings: tests run on the defaults, whatever the developer's .env or shell says.
os.environ["ENV_FILE"] = ""

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from sessions_app.adapters.disk_files import DiskFiles
from sessions_app.frontend import build_if_needed
from sessions_app.models import Person
from sessions_app.models.database import open_engine
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import Settings, parse_settings
from sessions_app.wiring import build_video
from tests.doubles.clock import StoppedClock
from tests.doubles.mail_server import MailServer
from tests.infra import network
from tests.infra.ports import free_port
from tests.infra.served import ServedApp
from tests.infra.shared_run import SharedRun, WorkersPostgres
from tests.services.world import NOON, World, at

for _name in Settings.model_fields:
    os.environ.pop(_name.upper(), None)

# Time limits per example would measure the machine's other work.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

# Their assertions explain themselves as those of a test do.
pytest.register_assert_rewrite("tests.services.races")

ServeApp = Callable[..., ServedApp]


def pytest_configure(config: pytest.Config) -> None:
    # What is imported and collected lives as long as the run: looking for garbage in it only takes time.
    gc.disable()
    if not hasattr(config, "workerinput"):
        SharedRun.begin()
    network.forbid_outside()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        SharedRun.current().end()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop() -> Iterator[object]:
    gc.freeze()
    gc.enable()
    return (yield)


@pytest.fixture(autouse=True)
def _nobody_outside_is_reached() -> Iterator[None]:
    before = len(network.attempts)
    yield
    tried = network.attempts[before:]
    assert not tried, f"the test tried to reach the outside: {tried}"


@pytest.fixture(scope="session")
def shared_run() -> SharedRun:
    """The folder and servers that all workers of this run share."""
    return SharedRun.current()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of this test's own; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def worker() -> str:
    """The process that runs this test, among those of the run."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")


@pytest.fixture
def sqlite_url(shared_run: SharedRun, worker: str) -> str:
    """A migrated, empty SQLite database, where the kind makes no difference to the rule tested."""
    return shared_run.sqlite_of(worker)


@pytest.fixture(scope="session")
def workers_postgres(shared_run: SharedRun, worker: str) -> Iterator[WorkersPostgres]:
    """The PostgreSQL database of this worker's tests."""
    with shared_run.postgres_of(worker) as database:
        yield database


@pytest.fixture
def postgresql_url(workers_postgres: WorkersPostgres) -> str:
    """A migrated, empty PostgreSQL database, for what only it can do."""
    workers_postgres.empty()
    return workers_postgres.url


@pytest.fixture
def fresh_postgresql_url(shared_run: SharedRun) -> Iterator[str]:
    """A PostgreSQL database made for this test alone, for those that change the schema."""
    with shared_run.postgres_copy() as url:
        yield url


@pytest.fixture
def clock() -> StoppedClock:
    """Noon of a Tuesday, until the test moves it."""
    return StoppedClock(NOON)


@pytest.fixture(scope="session")
def engine_of() -> Callable[[str], Engine]:
    """The engine of an address, one for all tests of a worker: it compiles each statement once."""
    return cache(open_engine)


@pytest.fixture
def platform(
    database_url: str, engine_of: Callable[[str], Engine], clock: StoppedClock, tmp_path: Path
) -> Iterator[Platform]:
    """What use cases run on: an empty database of each kind, and the stopped clock."""
    settings = parse_settings(database_url=database_url, data_dir=tmp_path)
    files, video = DiskFiles(tmp_path / "materials"), build_video(settings, clock)
    engine = engine_of(settings.sqlalchemy_url)
    with platform_on(settings, clock, engine=engine, files=files, video=video) as made:
        yield made


@pytest.fixture
def world(platform: Platform, clock: StoppedClock) -> World:
    """One course, one instructor, and whoever the test adds."""
    return World(platform, clock)


@pytest.fixture
def student(world: World) -> Person:
    """Somebody enrolled in the world's course."""
    return world.student()


@pytest.fixture
def placed(world: World, student: Person) -> Placed:
    """The student's seat in a free session, two days from now."""
    return world.book(student, world.offering(), at(3, 10))


@pytest.fixture
def redis_url(shared_run: SharedRun) -> str:
    """An empty Valkey database."""
    import redis

    # One worker, one database: tests of a worker follow each other.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = shared_run.valkey().url(int(worker))
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """An SMTP server that keeps what it is given."""
    with MailServer() as server:
        yield server


@pytest.fixture(scope="session")
def built_pages() -> None:
    """The browser's part, built; by the first who asks, for all workers and later runs."""
    build_if_needed(parse_settings())


@pytest.fixture
def serve(built_pages: None, shared_run: SharedRun, tmp_path: Path) -> Iterator[ServeApp]:
    """Start the app with settings of the test's own: ``serve(HOLD_MINUTES="1", DEMO_DATA="0")``."""
    running: list[ServedApp] = []

    def start(**settings: str) -> ServedApp:
        folder = tmp_path / f"app{len(running)}"
        folder.mkdir()
        app = ServedApp(folder, free_port(), shared_run.owner, {"DEMO_DATA": "0", **settings})
        running.append(app)
        app.start()
        return app

    yield start
    for app in running:
        app.stop()
