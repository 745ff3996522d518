"""Answers that are given again while they cannot have changed.

An answer made from the database and the clock is right again as long as nobody committed a change, no hold or request
has lapsed meanwhile, and the whole second is the same: the slot engine counts in whole seconds. So nothing has to be
told of changes, and nothing can be forgotten. Kept in this process alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import bindparam, func
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import TENTATIVE
from sessions_app.domain.permissions import Actor
from sessions_app.models import Booking
from sessions_app.models.base import is_one_of
from sessions_app.models.change_token import ChangeToken
from sessions_app.services.unit_of_work import Platform, UnitOfWork

T = TypeVar("T")
MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    token: object
    since: datetime
    until: datetime
    answer: T


class KeptAnswers(Generic[T]):
    """The answers of one process to one kind of question."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._token = ChangeToken(platform.engine)
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept[T]] = {}

    def answer(self, question: Hashable, make: Callable[[UnitOfWork], T], actor: Actor) -> T:
        """The kept answer if it is still right, else what ``make`` reads; ``question`` names all it depends on."""
        # Before anything is read: a change that comes in between makes the kept answer look older than it is.
        token = self._token.read()
        kept, now = self._kept.get(question), self._platform.clock.now()
        is_same = kept is not None and token is not None and kept.token == token
        if kept is not None and is_same and kept.since <= now < kept.until:
            return kept.answer
        answer, since, until = self._platform.read(_made, actor, make)
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[question] = _Kept(token, since, until, answer)
        return answer


_NEXT_LAPSE = select(func.min(col(Booking.frees_at))).where(
    col(Booking.frees_at) > bindparam("now"), is_one_of(col(Booking.status), TENTATIVE)
)


def _made(work: UnitOfWork, make: Callable[[UnitOfWork], T]) -> tuple[T, datetime, datetime]:
    answer = make(work)
    lapses_at = work.execute(_NEXT_LAPSE, {"now": work.now}).scalar_one()
    # The engine rounds the present up to a whole second, which is the last instant that reads the same.
    whole = work.now.replace(microsecond=0)
    next_second = whole if whole == work.now else whole + timedelta(seconds=1)
    until = next_second + timedelta(microseconds=1)
    return answer, work.now, until if lapses_at is None else min(until, lapses_at)
