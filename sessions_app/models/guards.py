"""The overlap guards: the database itself refuses a double booking, whoever writes.

PostgreSQL uses exclusion constraints (btree_gist, a trusted extension), SQLite triggers that abort with the same
name, so that one table of names maps both databases' errors. Expiry cannot be part of a guard (no clock in a
constraint): overdue holds are released in the same transaction before the insert.

SQLite batch migrations drop triggers with the table they rebuild: call ``create_guards`` again after one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from sessions_app.domain.booking_lifecycle import OCCUPYING, OCCUPYING_SESSION
from sessions_app.models.base import words


@dataclass(frozen=True, slots=True)
class Guard:
    """Rows of ``table`` with the same ``who`` and an ``active`` status never overlap in [low, high)."""

    name: str
    table: str
    who: str
    low: str
    high: str
    active: str


GUARDS = (
    Guard(
        name="ex_teaching_session_instructor_overlap",
        table="teaching_session",
        who="instructor_id",
        low="starts_at",
        high="blocked_until",
        active=words(OCCUPYING_SESSION),
    ),
    Guard(
        name="ex_booking_student_overlap",
        table="booking",
        who="student_id",
        low="starts_at",
        high="ends_at",
        active=words(OCCUPYING),
    ),
)


def create_guards(connection: Connection) -> None:
    """Create both guards on the connected database; on SQLite, replace them when they exist."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
    for guard in GUARDS:
        for statement in _statements(guard, connection.dialect.name):
            connection.execute(text(statement))


def drop_guards(connection: Connection) -> None:
    """Remove both guards, for a migration's way back."""
    for guard in GUARDS:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {guard.table} DROP CONSTRAINT IF EXISTS {guard.name}"))
        else:
            for moment in ("insert", "update"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {guard.name}_{moment}"))


def _statements(guard: Guard, dialect: str) -> list[str]:
    g = guard
    if dialect == "postgresql":
        return [
            f"ALTER TABLE {g.table} ADD CONSTRAINT {g.name} EXCLUDE USING gist ("
            f"{g.who} WITH =, tstzrange({g.low}, {g.high}, '[)') WITH &&) WHERE (status IN ({g.active}))"
        ]
    refuse = (  # every piece is a constant of this module
        f"WHEN NEW.status IN ({g.active}) AND EXISTS (SELECT 1 FROM {g.table} o "  # noqa: S608
        f"WHERE o.{g.who} = NEW.{g.who} AND o.status IN ({g.active}) "
        f"AND o.{g.high} > NEW.{g.low} AND o.{g.low} < NEW.{g.high} AND o.id IS NOT NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{g.name}'); END"
    )
    return [
        f"DROP TRIGGER IF EXISTS {g.name}_insert",
        f"CREATE TRIGGER {g.name}_insert BEFORE INSERT ON {g.table} {refuse}",
        f"DROP TRIGGER IF EXISTS {g.name}_update",
        f"CREATE TRIGGER {g.name}_update BEFORE UPDATE OF {g.who}, {g.low}, {g.high}, status "
        f"ON {g.table} {refuse}",
    ]
