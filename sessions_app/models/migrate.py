"""Bring a database to the newest schema, once, whoever starts first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import make_url

from sessions_app.models.database import open_engine

PROJECT = Path(__file__).resolve().parents[2]
_ADVISORY_KEY = 7_331_001


def alembic_config(url: str) -> Config:
    """Alembic's configuration for ``url``, independent of the working directory."""
    config = Config(str(PROJECT / "alembic.ini"))
    config.set_main_option("script_location", str(PROJECT / "alembic"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Upgrade ``url`` to head. Concurrent starters wait for the first and then find nothing to do."""
    with _only_one(url):
        command.upgrade(alembic_config(url), "head")


@contextmanager
def _only_one(url: str) -> Iterator[None]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database) + ".migrating")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    engine = open_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})
                connection.commit()
    finally:
        engine.dispose()
