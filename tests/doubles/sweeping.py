"""A process of its own that closes forgotten sessions, at the same moment as others."""

from __future__ import annotations

from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from sessions_app.domain.permissions import Actor
from sessions_app.services import sessions
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra.platforms import platform_on


def sweep(database_url: str, now: datetime, all_ready: Barrier, closed: Queue[int]) -> None:
    """Find what is due, wait until everybody has found it, then close it; tell how many were closed here."""
    settings = parse_settings(_env_file=None, database_url=database_url)
    with platform_on(settings, StoppedClock(now)) as platform:
        due = platform.read(sessions._due_ids, Actor.system())
        all_ready.wait(60)
        closed.put(sum(platform.run(sessions._sweep_one, Actor.system(), one) for one in due))
