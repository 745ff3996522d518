"""Cursors of lists that the database sorts: the place after the last row sent, which holds when rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from sessions_app.domain.errors import InvalidInput

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page of a list, and the cursor of the next; None: that was all."""

    items: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list sorted by an instant, then by id, goes on."""

    at: datetime
    id: str

    def encoded(self) -> str:
        """The place as an opaque text."""
        text = json.dumps([(self.at - _EPOCH) // _MICROSECOND, self.id])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, cursor: str) -> Place:
        """The place that ``encoded`` wrote. Raises InvalidInput (``cursor``) for anything else."""
        try:
            micros, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if type(micros) is not int or type(row_id) is not str:
                raise ValueError(cursor)
            at = _EPOCH + micros * _MICROSECOND
        except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
            raise InvalidInput("This is not a cursor of this list.", field="cursor") from None
        return cls(at, row_id)
