"""``/api/health``: 200 while everything this deployment needs answers, 503 with the part that does not."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from sessions_app import __version__
from sessions_app.api.dependencies import PlatformDep
from sessions_app.domain.errors import TemporarilyUnavailable
from sessions_app.services import health
from sessions_app.services.health import PartState

router = APIRouter(prefix="/api", tags=["health"])


class HealthAnswer(BaseModel):
    """All is well; ``off`` is a part that this deployment does without."""

    status: Literal["ok"] = "ok"
    version: str
    database: PartState
    redis: PartState
    scheduler: PartState


@router.get("/health")
def check(request: Request, platform: PlatformDep) -> HealthAnswer:
    """Whether the database, Redis and the scheduler answer; 503 names each in ``details``."""
    found = health.check(platform, request.app.state.probes)
    if found.failing:
        raise TemporarilyUnavailable(
            f"Not answering: {', '.join(found.failing)}.",
            version=__version__,
            database=found.database.value,
            redis=found.redis.value,
            scheduler=found.scheduler.value,
        )
    return HealthAnswer(
        version=__version__, database=found.database, redis=found.redis, scheduler=found.scheduler
    )
