"""What this process's screens work with: the platform, and who is signed in. Set once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform


@dataclass(frozen=True)
class Surroundings:
    """One process's platform, and its memory of who is who."""

    platform: Platform
    identities: Identities


_current: list[Surroundings] = []


def use(surroundings: Surroundings) -> None:
    """Have every screen of this process work with these from now on."""
    _current[:] = [surroundings]


def current() -> Surroundings:
    """The surroundings in use. Raises RuntimeError before ``use`` was called."""
    if not _current:
        raise RuntimeError("state.surroundings.use() has not been called; the composition root does that")
    return _current[0]
