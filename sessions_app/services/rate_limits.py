"""How often somebody may try what is worth guarding, and the refusal when it was too often.

The counts live behind the ``RateLimiter`` port, not in the database: they are worth nothing tomorrow.
"""

from __future__ import annotations

from sessions_app.domain.errors import RateLimited
from sessions_app.domain.ports import Limit
from sessions_app.services.unit_of_work import Platform

SIGN_IN_BY_ACCOUNT = Limit("sign-in-account", count=10, seconds=15 * 60)
SIGN_IN_BY_ADDRESS = Limit("sign-in-address", count=100, seconds=15 * 60)
FORGOTTEN_BY_ADDRESS = Limit("forgotten-address", count=5, seconds=60 * 60)


def spend(platform: Platform, limit: Limit, key: str) -> None:
    """Count one try. Raises RateLimited (``details.retry_after`` in seconds) beyond the limit."""
    if platform.limiter is not None:
        _refuse_while(platform.limiter.spend(limit, key))


def require_left(platform: Platform, limit: Limit, key: str) -> None:
    """Raise RateLimited when the limit is used up, without counting this try."""
    if platform.limiter is not None:
        _refuse_while(platform.limiter.wait(limit, key))


def api_limit(platform: Platform) -> Limit | None:
    """How often a caller may use the API; None when the deployment switched the limit off."""
    per_minute = platform.settings.rate_limit_per_minute
    return Limit("api", count=per_minute, seconds=60) if per_minute else None


def _refuse_while(seconds: int) -> None:
    if seconds:
        raise RateLimited(retry_after=seconds)
