"""Which time zones exist, for checking what people and browsers send."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

# Files that some systems keep beside the zones; none of them names a place.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Every IANA name this machine knows, with the old spellings that browsers still send."""
    return frozenset(available_timezones()) - _NOT_ZONES


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA zone such as Europe/Paris."""
    return name in known_zones()
