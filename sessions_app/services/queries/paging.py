"""One page of a sorted list, and the cursor of the next."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sessions_app.domain.errors import InvalidInput

T = TypeVar("T")
MAX_LIMIT = 100

Key = Sequence[str | int]
"""What a list is sorted by, ending in an id, so that no two are equal."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, how many there are in all, and where to go on (None: that was all)."""

    items: tuple[T, ...]
    total: int
    next_cursor: str | None


def page(items: Sequence[T], key: Callable[[T], Key], *, limit: int, cursor: str | None = None) -> Page[T]:
    """The items after ``cursor`` in the order of ``key``.

    A cursor names a place, not an item, so that it holds when items come and go. Raises InvalidInput (``limit``,
    ``cursor``).
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"Ask for 1 to {MAX_LIMIT} at a time.", field="limit")
    in_order = sorted(items, key=lambda item: list(key(item)))
    first = 0
    if cursor:
        try:
            first = bisect_right(in_order, _decoded(cursor), key=lambda item: list(key(item)))
        except TypeError:
            raise InvalidInput("This is not a cursor of this list.", field="cursor") from None
    some = tuple(in_order[first : first + limit])
    has_more = first + limit < len(in_order)
    return Page(some, len(in_order), _encoded(key(some[-1])) if has_more else None)


def _encoded(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def _decoded(cursor: str) -> list[Any]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or not key:
        raise InvalidInput("This is not a cursor of this list.", field="cursor")
    return key
