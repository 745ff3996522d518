"""Counts tries with the ``limits`` library: in Redis when there is one, else in this process.

A lost Redis must not lock everybody out nor open the doors: meanwhile each process counts for itself.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter

from sessions_app.domain.ports import Limit

_logger = logging.getLogger(__name__)
_EXACT_UP_TO = 100


class CountingLimiter:
    """A ``RateLimiter`` on one storage, with a second one for when the first does not answer."""

    def __init__(self, redis_url: str = "") -> None:
        self.blocking = bool(redis_url)
        self._local = _Counters(MemoryStorage())
        self._shared = (
            _Counters(
                RedisStorage(redis_url, wrap_exceptions=True, socket_timeout=1, socket_connect_timeout=1)
            )
            if redis_url
            else None
        )

    def spend(self, limit: Limit, key: str) -> int:
        """Count one try; see the port."""
        return self._ask(lambda counters: counters.spend(limit, key))

    def wait(self, limit: Limit, key: str) -> int:
        """Answer without counting; see the port."""
        return self._ask(lambda counters: counters.wait(limit, key))

    def _ask(self, question: Callable[[_Counters], int]) -> int:
        if self._shared is not None:
            try:
                return question(self._shared)
            except StorageError:
                _logger.warning("Redis does not answer; this process counts tries for itself.")
        return question(self._local)


class _Counters:
    """Small limits are counted exactly, try by try; large ones by two counters a key, which costs no memory."""

    def __init__(self, storage: Storage) -> None:
        self._exact = MovingWindowRateLimiter(storage)
        self._large = SlidingWindowCounterRateLimiter(storage)

    def spend(self, limit: Limit, key: str) -> int:
        strategy, item = self._for(limit)
        return 0 if strategy.hit(item, limit.name, key) else self._seconds(strategy, item, limit, key)

    def wait(self, limit: Limit, key: str) -> int:
        strategy, item = self._for(limit)
        return 0 if strategy.test(item, limit.name, key) else self._seconds(strategy, item, limit, key)

    def _for(self, limit: Limit) -> tuple[RateLimiter, RateLimitItemPerSecond]:
        strategy = self._exact if limit.count <= _EXACT_UP_TO else self._large
        return strategy, RateLimitItemPerSecond(limit.count, limit.seconds)

    @staticmethod
    def _seconds(strategy: RateLimiter, item: RateLimitItemPerSecond, limit: Limit, key: str) -> int:
        opens_at = strategy.get_window_stats(item, limit.name, key).reset_time
        return min(limit.seconds, max(1, math.ceil(opens_at - time.time())))
