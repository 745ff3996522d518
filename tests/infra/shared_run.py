"""One test run: its folder and the servers that all its workers share, each started by whoever needs it first."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg

from sessions_app.models.migrate import migrate
from tests.infra import postgres, valkey
from tests.infra.cache import locked
from tests.infra.postgres import Postgres
from tests.infra.valkey import Valkey

_FOLDER, _OWNER = "SESSIONS_TEST_RUN", "SESSIONS_TEST_RUN_OWNER"
_TEMPLATE = "migrated"
# A function of the connection's own, so that its statements are planned once; with triggers and foreign keys out of
# the way, so that the order of the tables does not matter.
_MAKE_EMPTY_ALL_TABLES = """
SET session_replication_role = replica;
DO $$
DECLARE statements text;
BEGIN
  SELECT string_agg(format('DELETE FROM %I;', tablename), ' ') INTO statements FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version';
  EXECUTE format(
    'CREATE FUNCTION pg_temp.empty_all_tables() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || statements || ' END'
  );
END $$
"""
# What a failed test left connected would hold locks.
_END_ALL_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class _Server(Protocol):
    @property
    def port(self) -> int: ...


# Kept for as long as this worker lives: the servers outlive it and end with the run.
_started: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class WorkersPostgres:
    """A PostgreSQL database that one test after the other of a worker uses: its SQLAlchemy address, and a connection
    to empty it by.
    """

    url: str
    _connection: psycopg.Connection

    def empty(self) -> None:
        """Leave no row, and nobody connected."""
        self._connection.execute(_END_ALL_OTHERS)
        self._connection.execute("SELECT pg_temp.empty_all_tables()")


@dataclass(frozen=True)
class SharedRun:
    """The folder of the run, and the process whose end ends its servers."""

    folder: Path
    owner: int

    @classmethod
    def begin(cls) -> SharedRun:
        """Make the folder; workers started afterwards find it through the environment."""
        folder = Path(tempfile.mkdtemp(prefix="sessions-tests-", dir=postgres.reachable_temporary_folder()))
        folder.chmod(0o711)
        os.environ[_FOLDER], os.environ[_OWNER] = str(folder), str(os.getpid())
        return cls.current()

    @classmethod
    def current(cls) -> SharedRun:
        """The run this process belongs to."""
        return cls(Path(os.environ[_FOLDER]), int(os.environ[_OWNER]))

    def end(self) -> None:
        """Stop the servers and remove the folder."""
        for record in self.folder.glob("*.server"):
            guard = json.loads(record.read_text())["guard"]
            with suppress(ProcessLookupError):
                os.kill(guard, signal.SIGTERM)
        for process in _started:
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def postgres(self) -> Postgres:
        """The run's PostgreSQL."""
        return Postgres(self._port_of("postgres", lambda folder: postgres.start(folder, owner=self.owner)))

    def valkey(self) -> Valkey:
        """The run's Valkey."""
        return Valkey(self._port_of("valkey", lambda folder: valkey.start(folder, owner=self.owner)))

    def sqlite_copy(self, target: Path) -> str:
        """Copy the migrated SQLite database to ``target``; return its SQLAlchemy address."""
        shutil.copyfile(self._sqlite_template(), target)
        return f"sqlite:///{target}"

    def sqlite_of(self, worker: str) -> str:
        """The worker's own migrated SQLite database, made anew; return its SQLAlchemy address."""
        database = self.folder / f"worker_{worker}.db"
        for ending in ("", "-wal", "-shm"):
            # Whoever still has the former one open keeps that one.
            Path(f"{database}{ending}").unlink(missing_ok=True)
        return self.sqlite_copy(database)

    def empty_sqlite(self, target: Path) -> None:
        """Make a copy empty again, under whoever has it open."""
        with (
            closing(sqlite3.connect(self._sqlite_template())) as template,
            closing(sqlite3.connect(target)) as copy,
        ):
            template.backup(copy)

    def _sqlite_template(self) -> Path:
        template = self.folder / f"{_TEMPLATE}.db"
        self._once("sqlite-template", lambda: migrate(f"sqlite:///{template}"))
        return template

    @contextmanager
    def postgres_of(self, worker: str) -> Iterator[WorkersPostgres]:
        """The worker's own migrated PostgreSQL database, for as long as the worker lives.

        Emptying it takes a tenth of the time of copying the template for each test. A test that changes the schema
        takes ``postgres_copy``.
        """
        server, name = self.postgres(), f"worker_{worker}"
        with psycopg.connect(server.url(), autocommit=True) as admin:
            self._once(f"postgres-{name}", lambda: self._copy_template(admin, name))
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute(_MAKE_EMPTY_ALL_TABLES)
            yield WorkersPostgres(_sqlalchemy(server.url(name)), connection)

    @contextmanager
    def postgres_copy(self) -> Iterator[str]:
        """A fresh copy of the migrated PostgreSQL database, dropped afterwards; yields its SQLAlchemy address."""
        server, name = self.postgres(), f"copy_{uuid4().hex}"
        with psycopg.connect(server.url(), autocommit=True) as admin:
            self._copy_template(admin, name)
            try:
                yield _sqlalchemy(server.url(name))
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _copy_template(self, admin: psycopg.Connection, name: str) -> None:
        def make_template() -> None:
            admin.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(_sqlalchemy(self.postgres().url(_TEMPLATE)))

        self._once("postgres-template", make_template)
        # Files are copied faster than the log is written when nothing waits for the disk.
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")

    def _port_of(self, name: str, start: Callable[[Path], tuple[_Server, subprocess.Popen[bytes]]]) -> int:
        record = self.folder / f"{name}.server"

        def start_it() -> None:
            folder = self.folder / name
            folder.mkdir()
            server, guard = start(folder)
            _started.append(guard)
            record.write_text(json.dumps({"port": server.port, "guard": guard.pid}))

        self._once(name, start_it)
        return int(json.loads(record.read_text())["port"])

    def _once(self, name: str, work: Callable[[], None]) -> None:
        done = self.folder / f"{name}.done"
        if done.exists():
            return
        with locked(self.folder / f"{name}.lock"):
            if not done.exists():
                work()
                done.touch()


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
