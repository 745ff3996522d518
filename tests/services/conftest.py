"""A small world for every service test, on each real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.models.database import open_engine
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.services.world import NOON, World


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOON)


@pytest.fixture
def platform(database_url: str, clock: StoppedClock, tmp_path: Path) -> Iterator[Platform]:
    engine = open_engine(database_url)
    settings = parse_settings(database_url=database_url, data_dir=tmp_path)
    yield Platform(
        engine=engine, settings=settings, clock=clock, payments=SandboxGateway(engine, clock), mailer=None
    )
    engine.dispose()


@pytest.fixture
def world(platform: Platform, clock: StoppedClock) -> World:
    return World(platform, clock)
