"""Migrations run once, whoever starts first, and both ways."""

import multiprocessing
from pathlib import Path

from alembic import command
from sqlalchemy import inspect

from sessions_app.models.database import open_engine
from sessions_app.models.migrate import alembic_config, migrate


def tables(url: str) -> set[str]:
    engine = open_engine(url, pool_size=1)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_several_starters_at_once_migrate_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(migrate, [url] * 3)

    assert "booking" in tables(url)


def test_the_way_down_leaves_nothing_and_the_way_up_works_again(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "base")
    assert tables(database_url) <= {"alembic_version"}

    migrate(database_url)

    assert "teaching_session" in tables(database_url)
    command.check(alembic_config(database_url))
