"""Whether the parts this process needs are there: for load balancers and monitors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text

from sessions_app.domain.permissions import Actor
from sessions_app.services.unit_of_work import Platform, UnitOfWork

_logger = logging.getLogger(__name__)

Probe = Callable[[], bool]
"""Whether a part answers as it should; raising means that it does not."""


class PartState(StrEnum):
    """How a part is."""

    OK = "ok"
    DOWN = "down"
    OFF = "off"  # this deployment has none


@dataclass(frozen=True, slots=True)
class Health:
    """The parts, each on its own."""

    database: PartState
    redis: PartState
    scheduler: PartState

    @property
    def failing(self) -> tuple[str, ...]:
        """The parts that are down."""
        parts = {"database": self.database, "redis": self.redis, "scheduler": self.scheduler}
        return tuple(name for name, state in parts.items() if state is PartState.DOWN)


def check(platform: Platform, probes: Mapping[str, Probe]) -> Health:
    """Ask every part now. ``probes`` are those of redis and scheduler, where there are any."""
    return Health(
        database=_state("database", lambda: platform.read(_answers, Actor.anonymous())),
        redis=_state("redis", probes.get("redis")),
        scheduler=_state("scheduler", probes.get("scheduler")),
    )


def _state(name: str, probe: Probe | None) -> PartState:
    if probe is None:
        return PartState.OFF
    try:
        return PartState.OK if probe() else PartState.DOWN
    except Exception as error:  # whatever went wrong, the part is not well
        _logger.warning("%s does not answer: %s", name, type(error).__name__)
        return PartState.DOWN


def _answers(work: UnitOfWork) -> bool:
    return bool(work.db.execute(text("SELECT 1")).scalar() == 1)
