"""One use case, one transaction: the only place that begins, commits and rolls back.

``Platform`` is what a process has (engine, settings, clock, gateways); ``UnitOfWork`` is what one use case gets:
an open transaction, who acts, and the instant at which all of it happens.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import CursorResult, Engine, Executable, Insert, bindparam, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel

from sessions_app.domain.errors import (
    AlreadyBooked,
    Conflict,
    DomainError,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TemporarilyUnavailable,
)
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import (
    Clock,
    FileStore,
    Mailer,
    Payments,
    RateLimiter,
    VideoKind,
    VideoProvider,
)
from sessions_app.models.database import writers_turn
from sessions_app.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=SQLModel)

CONFLICTS: dict[str, type[Conflict]] = {
    "ex_teaching_session_instructor_overlap": SlotTaken,
    "ex_booking_student_overlap": StudentBusy,
    "uq_booking_one_seat": AlreadyBooked,
    "ck_teaching_session_seats_within_capacity": SessionFull,
}
_SQLITE_ONE_SEAT = "UNIQUE constraint failed: booking.session_id, booking.student_id"
_RETRYABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
_ATTEMPTS = 6


@dataclass(frozen=True)
class Platform:
    """What every use case of this process shares. Built by ``wiring`` or by a test.

    ``announce`` tells open pages that something about these topics changed; it is called after the commit and may
    lose a call, so it carries no facts.

    ``limiter`` None counts nothing, for jobs and tests; whoever answers the outside has one. ``files`` None keeps no
    files. ``video`` are the ways to meet online; without any, nobody can join a session.
    """

    engine: Engine
    settings: Settings
    clock: Clock
    payments: Payments
    mailer: Mailer | None
    announce: Callable[[frozenset[str]], None] = lambda topics: None
    limiter: RateLimiter | None = None
    files: FileStore | None = None
    video: Mapping[VideoKind, VideoProvider] = field(default_factory=dict)

    def run(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], T],
        actor: Actor,
        /,
        *args: P.args,
        **facts: P.kwargs,
    ) -> T:
        """Run a changing use case in one transaction, again when the database asks for it.

        Raises what the use case raises; constraint violations arrive as the Conflict they mean.
        """
        return self._attempt(use_case, actor, False, *args, **facts)

    def read(
        self,
        query: Callable[Concatenate[UnitOfWork, P], T],
        actor: Actor,
        /,
        *args: P.args,
        **facts: P.kwargs,
    ) -> T:
        """Run a query in one read-only transaction."""
        return self._attempt(query, actor, True, *args, **facts)

    def _attempt(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], T],
        actor: Actor,
        read_only: bool,
        /,
        *args: P.args,
        **facts: P.kwargs,
    ) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            work = UnitOfWork(self, actor, read_only=read_only)
            try:
                with work:
                    return use_case(work, *args, **facts)
            except DomainError as refused:
                self._explain(work, refused)
                raise
            except IntegrityError as error:
                conflict = conflict_of(error)
                if isinstance(conflict, DomainError):
                    self._explain(work, conflict)
                raise conflict from error
            except DBAPIError as error:
                if not is_retryable(error):
                    raise
                if attempt == _ATTEMPTS:
                    raise TemporarilyUnavailable from error
                time.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    def _explain(self, refused: UnitOfWork, error: DomainError) -> None:
        if refused.explanation is not None:
            with UnitOfWork(self, refused.actor, read_only=True) as work:
                refused.explanation(work, error)


class UnitOfWork:
    """One transaction of one actor at one instant. Leaving it normally commits; an error leaves no trace."""

    def __init__(self, platform: Platform, actor: Actor, *, read_only: bool = False) -> None:
        self.platform = platform
        self.settings = platform.settings
        self.actor = actor
        self.now: datetime = platform.clock.now()
        self._read_only = read_only
        self._appended: defaultdict[type[SQLModel], list[dict[str, Any]]] = defaultdict(list)
        self._topics: set[str] = set()
        self.explanation: Callable[[UnitOfWork, DomainError], None] | None = None
        self.db: Session

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            if not self._read_only:
                stack.enter_context(writers_turn(self.platform.engine))
            connection = stack.enter_context(self.platform.engine.connect())
            if self._read_only:
                connection = connection.execution_options(read_only=True)
                if connection.dialect.name == "postgresql":
                    connection = connection.execution_options(postgresql_readonly=True)
            self._connection = connection
            self.db = stack.enter_context(Session(bind=connection, expire_on_commit=False))
            self._open = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if kind is None:
                for model, rows in self._appended.items():
                    self.execute(_insert(model), rows)
                self.db.commit()
            else:
                # Rolls back, and what was read stays readable for the explanation of a refusal.
                self.db.close()
        if kind is None and self._topics:
            self.platform.announce(frozenset(self._topics))

    def execute(
        self, statement: Executable, values: dict[str, Any] | list[dict[str, Any]]
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement past the ORM, after all that waits to be written: columns in, columns out, no objects.

        It costs half of what ``db.exec`` costs, for the statements of which every booking needs a dozen.
        """
        self.db.flush()
        if not self.db.in_transaction():
            self.db.connection()
        return self._connection.execute(statement, values)

    def store(self, row: SQLModel) -> None:
        """Insert a new row at once, past the ORM's unit of work; from then on it is like any other that was loaded.

        It costs half of ``db.add`` and ``db.flush``. The model has a key of its own making, not the database's.
        """
        self.execute(_insert(type(row)), _columns_of(row))
        make_transient_to_detached(row)
        self.db.add(row)

    def append(self, model: type[SQLModel], **values: Any) -> None:
        """Have a row of an append-only table written with the commit, together with all others of that table.

        No object is made and nothing in this transaction reads it back. What is not given has the model's default.
        """
        self._appended[model].append(_defaults(model) | values)

    def known(self, model: type[R], key: str) -> R | None:
        """The row with this key if this transaction holds it already; never asks the database."""
        row: R | None = self.db.identity_map.get(inspect(model).identity_key_from_primary_key((key,)))
        return row

    def announce(self, topics: frozenset[str]) -> None:
        """Tell open pages about these topics once the change is stored; for live updates only, never for facts."""
        self._topics |= topics

    def on_refusal(self, explain: Callable[[UnitOfWork, DomainError], None]) -> None:
        """Have ``explain`` add facts to a refusal, in a fresh read-only transaction after the rollback."""
        self.explanation = explain

    def lock(self, **keys: str) -> None:
        """Wait until no other transaction works on these keys (PostgreSQL); SQLite's writer lock serves already.

        Locks are taken in the order given. Name ``instructor`` before ``student``, in one call or several, so that
        two bookings never wait for each other.
        """
        if self._connection.dialect.name != "postgresql" or self._read_only:
            return
        numbers = {kind: _lock_number(kind, key) for kind, key in keys.items()}
        self.execute(_locking(*keys), numbers)


def _lock_number(kind: str, key: str) -> int:
    digest = hashlib.blake2b(f"{kind}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@cache
def _locking(*kinds: str) -> Executable:
    # A select list is worked off from left to right.
    return select(*(func.pg_advisory_xact_lock(bindparam(kind)) for kind in kinds))


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return insert(inspect(model).local_table)


def _columns_of(row: SQLModel) -> dict[str, Any]:
    return {name: row.__dict__[name] for name in type(row).model_fields}


@cache
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    keys = {column.name for column in inspect(model).primary_key}
    fields = model.model_fields.items()
    return {name: field.default for name, field in fields if not field.is_required() and name not in keys}


def conflict_of(error: IntegrityError) -> Exception:
    """The Conflict that a violated constraint means; the error itself when no person could act on it."""
    message = str(error.orig)
    diagnostics = getattr(error.orig, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    for constraint, conflict in CONFLICTS.items():
        if name == constraint or (name is None and constraint in message):
            return conflict()
    return AlreadyBooked() if _SQLITE_ONE_SEAT in message else error


def is_retryable(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when run again (serialization, deadlock, lock timeout, busy)."""
    if getattr(error.orig, "sqlstate", None) in _RETRYABLE_SQLSTATES:
        return True
    return "database is locked" in str(error.orig)
