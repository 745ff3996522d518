"""The scheduler: every job gets its turn soon, however long its interval."""

from __future__ import annotations

import threading

import pytest

from sessions_app.jobs.scheduler import JOBS, Job, running
from sessions_app.services import materials
from sessions_app.services.unit_of_work import Platform


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def test_a_daily_job_runs_soon_after_the_start(platform: Platform) -> None:
    ran = threading.Event()

    with running(platform, jobs=(Job("daily", 86_400, lambda _: ran.set()),), first_within=0.05):
        assert ran.wait(20)


def test_files_that_nobody_has_are_swept_daily() -> None:
    assert (86_400, materials.sweep) in [(job.seconds, job.run) for job in JOBS]
