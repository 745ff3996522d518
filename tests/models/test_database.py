"""Connections: what the engines of both databases do beyond SQLAlchemy's own."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from sessions_app.models.database import open_engine

_OFTEN = 8  # psycopg prepares what a connection ran five times


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url, pool_size=1)
    yield engine
    engine.dispose()


@pytest.fixture
def another(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url, pool_size=1)
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


def lose(connection: Connection, another: Engine) -> None:
    """End its server process, in a transaction."""
    process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with another.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})


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


@pytest.mark.parametrize("then", [subjects, Connection.rollback])
def test_a_connection_lost_in_a_transaction_says_so_and_is_replaced(
    engine: Engine, another: Engine, then: Callable[[Connection], object]
) -> None:
    def use_what_is_lost() -> None:
        with engine.connect() as connection:
            lose(connection, another)
            then(connection)

    with pytest.raises(OperationalError):
        use_what_is_lost()

    with engine.connect() as connection:
        assert subjects(connection) == 0
