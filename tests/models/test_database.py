"""Connections: what the engines of both databases do beyond SQLAlchemy's own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from sessions_app.models.database import open_engine

_OFTEN = 8  # psycopg prepares what a connection ran five times


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=1)
    yield engine
    engine.dispose()


def ask_often(connection: Connection) -> None:
    for number in range(_OFTEN):
        connection.execute(text("SELECT CAST(:number AS INTEGER) AS asked_often"), {"number": number})


def prepared(connection: Connection) -> int:
    found = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked_often%'")
    return int(connection.execute(found).scalar_one())


def add_subject(connection: Connection, name: str) -> None:
    connection.execute(
        text("INSERT INTO subject (id, name, position) VALUES (:name, :name, 0)"), {"name": name}
    )


def subjects(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM subject")).scalar_one())


def test_what_is_prepared_outlives_a_rollback(engine: Engine) -> None:
    with engine.connect() as connection:
        ask_often(connection)
        add_subject(connection, "latin")
        connection.rollback()

        assert prepared(connection) == 1
        assert subjects(connection) == 0


def test_what_is_prepared_outlives_a_transaction_that_failed(engine: Engine) -> None:
    with engine.connect() as connection:
        ask_often(connection)
        add_subject(connection, "latin")
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1 / 0"))
        connection.rollback()

        assert prepared(connection) == 1
        assert subjects(connection) == 0
