"""Passwords: which are accepted, and how they are hashed (argon2id, OWASP's 19 MiB and two passes).

Hashing is meant to cost: about 30 ms of a core and 19 MiB each. So it never happens inside a transaction, and only a
few run at a time, so that a crowd at the door leaves the cores to those inside.
"""

from __future__ import annotations

import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from passlib.context import CryptContext

from sessions_app.domain.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 256
AT_ONCE = max(2, os.cpu_count() or 2)

_context = CryptContext(
    schemes=["argon2"], argon2__memory_cost=19_456, argon2__rounds=2, argon2__parallelism=1
)
_turns = threading.BoundedSemaphore(AT_ONCE)


def require_acceptable(password: str) -> None:
    """Raise InvalidInput (field ``password``) unless the password has 10 to 256 characters."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Please use at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"Please use at most {MAX_LENGTH} characters.", field="password")


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn to hash or verify."""
    with _turns:
        yield


def hashed(password: str) -> str:
    """The hash to store. Call it outside transactions, within ``turn()``."""
    return str(_context.hash(_normal(password)))


def verified(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether ``password`` is the one hashed in ``stored``, and a stronger hash when parameters have risen.

    ``stored`` None (nobody, or somebody who cannot sign in) takes as long as a wrong password and is refused.
    """
    if len(password) > MAX_LENGTH or stored is None:
        _context.dummy_verify()
        return False, None
    is_right, stronger = _context.verify_and_update(_normal(password), stored)
    return bool(is_right), stronger


def _normal(password: str) -> str:
    # The same characters typed on two systems may arrive composed or decomposed.
    return unicodedata.normalize("NFKC", password)
