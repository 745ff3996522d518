"""Whether anything in the database changed: a token that is the same exactly while nobody commits a change.

SQLite counts the commits of other connections (``PRAGMA data_version``), PostgreSQL tells which transactions are
visible (``pg_current_snapshot``). Both see what every process does. A token is read on a connection of its own, which
never writes: SQLite does not count a connection's own commits.
"""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError


class ChangeToken:
    """Reads the token of one database. Thread-safe; the connection is opened when first asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Any = None
        is_sqlite = engine.dialect.name == "sqlite"
        self._question = "PRAGMA data_version" if is_sqlite else "SELECT pg_current_snapshot()::text"
        event.listen(engine, "engine_disposed", lambda _: self._close())

    def read(self) -> object | None:
        """The token now; None when the database does not answer. Equal tokens: nothing was changed in between."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                cursor = self._connection.cursor()
                try:
                    token: object = cursor.execute(self._question).fetchone()[0]
                    return token
                finally:
                    cursor.close()
            except (DBAPIError, self._engine.dialect.loaded_dbapi.Error):
                self._forget()
                return None

    def _open(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._engine.dialect.name != "sqlite":
            connection.autocommit = True
        return connection

    def _close(self) -> None:
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
