"""A rate limiter that counts by the test's clock."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sessions_app.domain.ports import Limit
from tests.doubles.clock import StoppedClock


class ClockedLimiter:
    """Fulfils ``RateLimiter`` exactly, in the time of a ``StoppedClock``."""

    blocking = False

    def __init__(self, clock: StoppedClock) -> None:
        self._clock = clock
        self._tries: dict[tuple[str, str], list[datetime]] = defaultdict(list)

    def spend(self, limit: Limit, key: str) -> int:
        seconds = self.wait(limit, key)
        if not seconds:
            self._tries[limit.name, key].append(self._clock.now())
        return seconds

    def wait(self, limit: Limit, key: str) -> int:
        window = timedelta(seconds=limit.seconds)
        recent = [at for at in self._tries[limit.name, key] if at > self._clock.now() - window]
        self._tries[limit.name, key] = recent
        if len(recent) < limit.count:
            return 0
        return int((recent[0] + window - self._clock.now()).total_seconds())
