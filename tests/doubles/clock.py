"""A clock that stands still until told otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta


class StoppedClock:
    """Fulfils ``Clock``; a test moves it by hand."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, **span: float) -> None:
        self._at += timedelta(**span)

    def set(self, at: datetime) -> None:
        self._at = at
