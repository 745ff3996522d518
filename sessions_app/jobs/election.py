"""Which process runs the jobs: exactly one leads, and another takes over when it dies.

One host elects by a lock on a file in DATA_DIR, which the kernel releases with the process; several hosts by an
expiring key in Redis. A lock alone is no fence, a stalled leader may overlap for a moment: every job is safe to run
twice.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from pathlib import Path
from typing import IO, Protocol

import redis

from sessions_app.settings import Settings

TERM_SECONDS = 6
RENEW_SECONDS = 2


class Election(Protocol):
    """A way to have one leader among processes."""

    def leads(self) -> bool:
        """Try to become or stay leader; say whether this process is. To be called every RENEW_SECONDS."""
        ...

    def somebody_leads(self) -> bool:
        """Whether any process has led within the last term."""
        ...

    def resign(self) -> None:
        """Let another process lead at once."""
        ...


def election_for(settings: Settings) -> Election:
    """By Redis where there is one, else by a file in DATA_DIR."""
    if settings.redis_url:
        return RedisElection(redis.Redis.from_url(settings.redis_url))
    return FileElection(settings.data_dir / "scheduler.lock")


class FileElection:
    """Elects by ``flock``. The file's modification time is the leader's sign of life."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: IO[bytes] | None = None

    def leads(self) -> bool:
        """Hold the lock, or try to get it without waiting."""
        if self._lock is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            candidate = self._path.open("ab")
            try:
                fcntl.flock(candidate, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                candidate.close()
                return False
            self._lock = candidate
        os.utime(self._path)
        return True

    def somebody_leads(self) -> bool:
        """Whether the file was touched within the last term."""
        try:
            return time.time() - self._path.stat().st_mtime < TERM_SECONDS
        except FileNotFoundError:
            return False

    def resign(self) -> None:
        """Release the lock, if held."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class RedisElection:
    """Elects by a key that expires unless its owner renews it."""

    KEY = "sessions:scheduler"
    _IF_OURS = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end return "
    _RENEW = _IF_OURS + "redis.call('expire', KEYS[1], ARGV[2])"
    _RELEASE = _IF_OURS + "redis.call('del', KEYS[1])"

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._token = secrets.token_hex(16)

    def leads(self) -> bool:
        """Take the free key, or renew our own."""
        if self._client.set(self.KEY, self._token, nx=True, ex=TERM_SECONDS):
            return True
        return bool(self._client.eval(self._RENEW, 1, self.KEY, self._token, TERM_SECONDS))

    def somebody_leads(self) -> bool:
        """Whether the key is there."""
        return bool(self._client.exists(self.KEY))

    def resign(self) -> None:
        """Give up the key, if it is ours."""
        self._client.eval(self._RELEASE, 1, self.KEY, self._token)
