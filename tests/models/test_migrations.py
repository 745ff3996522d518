"""Migrations run once, whoever starts first, and both ways."""

import multiprocessing
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("kind", ["sqlite_url", "fresh_postgresql_url"])
def test_the_way_down_leaves_nothing_and_the_way_up_works_again(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(kind)
    command.downgrade(alembic_config(url), "base")
    assert tables(url) <= {"alembic_version"}

    migrate(url)

    assert "teaching_session" in tables(url)
    command.check(alembic_config(url))
