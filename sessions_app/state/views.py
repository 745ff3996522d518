"""View values that every screen shares: small, frozen, ready to show. Never rows.

Everything in a state's public vars is sent to the browser whether the page shows it or not, so these hold what may
be seen and nothing else.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.domain.local_labels import zone_city
from sessions_app.services.identity import Identity


@dataclass(frozen=True)
class VisitorView:
    """Who looks, for the frame of every page. ``ready`` once the server has spoken."""

    ready: bool = False
    signed_in: bool = False
    person_id: str = ""
    name: str = ""
    first_name: str = ""
    initials: str = ""
    colour: int = 1
    role: str = ""
    zone: str = "UTC"
    zone_city: str = "UTC"
    hour_cycle: str = ""

    @classmethod
    def of(cls, identity: Identity | None, *, zone: str, hour_cycle: str) -> VisitorView:
        """The person, or nobody, with the zone and the clock ("h12", "h23") they see times in."""
        seen = {"zone": zone, "zone_city": zone_city(zone), "hour_cycle": hour_cycle}
        if identity is None:
            return cls(ready=True, **seen)
        return cls(
            ready=True,
            signed_in=True,
            person_id=identity.person_id,
            name=identity.name,
            first_name=identity.name.split()[0],
            initials=initials(identity.name),
            colour=avatar_colour(identity.person_id),
            role=identity.role.value,
            **seen,
        )


@dataclass(frozen=True)
class Problem:
    """A refusal as the page shows it; an empty ``code`` means there is none."""

    code: str = ""
    message: str = ""
    field: str = ""


NO_PROBLEM = Problem()


@dataclass(frozen=True)
class WaitView:
    """A countdown: instants in ISO 8601, and how many seconds a full ring stands for. No ``until``: none."""

    until: str = ""
    now: str = ""
    total: int = 1

    @classmethod
    def of(cls, since: datetime, until: datetime | None, now: datetime) -> WaitView:
        """From ``since``, when the ring was full, to ``until``; none where there is no end or it has passed."""
        if until is None or until <= now:
            return cls()
        total = max(1, (until - since) // timedelta(seconds=1))
        return cls(until.isoformat(timespec="seconds"), now.isoformat(timespec="seconds"), total)


NO_WAIT = WaitView()


@dataclass(frozen=True)
class Toast:
    """A short message; ``kind`` is ok, info, sun or danger."""

    id: str
    title: str
    body: str
    kind: str


def initials(name: str) -> str:
    """One or two capitals for an avatar: "Ada Lindqvist" is AL."""
    words = name.split()
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper()


def avatar_colour(person_id: str) -> int:
    """1 to 8, the same for a person for ever (DESIGN 2)."""
    return zlib.crc32(person_id.encode()) % 8 + 1
