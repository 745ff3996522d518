"""Counting what a query or a change asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The SELECTs sent to the engine inside the block, as they come."""
    with _noted(engine, ("SELECT", "WITH")) as seen:
        yield seen


@contextmanager
def all_counted(engine: Engine) -> Iterator[list[str]]:
    """Every statement sent to the engine inside the block, as they come; not what begins and ends transactions."""
    with _noted(engine, ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")) as seen:
        yield seen


@contextmanager
def _noted(engine: Engine, kinds: tuple[str, ...]) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(kinds):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
