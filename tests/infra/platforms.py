"""What use cases run on, for a test that reaches a database from its own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.ports import Clock
from sessions_app.models.database import open_engine
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import Settings


@contextmanager
def platform_on(
    settings: Settings, clock: Clock, *, pool_size: int = 16, engine: Engine | None = None, **others: Any
) -> Iterator[Platform]:
    """The database that ``settings`` name, with the payments pretended in it; ``others`` are further adapters.

    ``engine`` is one that knows this database already; none of its connections outlives the block.
    """
    engine = engine or open_engine(settings.sqlalchemy_url, pool_size=pool_size)
    adapters = {"payments": SandboxGateway(engine, clock), "mailer": None} | others
    try:
        yield Platform(engine=engine, settings=settings, clock=clock, **adapters)
    finally:
        engine.dispose()
