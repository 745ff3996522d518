"""What the kit's functions accept: values known at compile time, or vars known in the browser."""

from __future__ import annotations

from typing import Any, TypeAlias

import reflex as rx

Text: TypeAlias = str | rx.Var[str]
Flag: TypeAlias = bool | rx.Var[bool]
Number: TypeAlias = int | rx.Var[int]
Children: TypeAlias = rx.Component | rx.Var[Any] | str
Handler: TypeAlias = Any
"""An event handler, an event with its arguments bound, or a list of them: whatever ``on_click`` takes."""


def node_id(value: Text) -> rx.Var[str]:
    """An ``id`` for labels and scripts.

    A var, so that Reflex keeps no reference to the node and a form sends its fields by ``name`` alone.
    """
    return rx.Var.create(value)


def is_empty(value: Text | None) -> bool:
    """Whether nothing can ever be shown: not given, or an empty text known at compile time."""
    return value is None or (isinstance(value, str) and value == "")


def is_given(value: Text) -> Flag:
    """Whether a text says something, as a plain flag or as a var that follows it."""
    return value != ""


def when(condition: Flag, shown: Children, otherwise: Children | None = None) -> Children:
    """``rx.cond`` that decides at compile time where it can, so that constant parts leave no code behind."""
    if isinstance(condition, bool):
        return shown if condition else (otherwise if otherwise is not None else rx.fragment())
    return rx.cond(condition, shown, otherwise if otherwise is not None else rx.fragment())
