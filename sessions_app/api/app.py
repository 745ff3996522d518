"""The REST API as one application: its routers, its errors, its guard, and how it stands beside the pages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from sessions_app import __version__
from sessions_app.api import (
    auth,
    coaches,
    courses,
    errors,
    feeds,
    health,
    instructor,
    offerings,
    payments,
    reference,
    session_bookings,
    sessions,
    sts,
)
from sessions_app.api.dependencies import SIGN_INS_AT_ONCE
from sessions_app.api.protection import ApiGuard
from sessions_app.services.health import Probe
from sessions_app.services.identity import Identities
from sessions_app.services.kept_answers import KeptAnswers
from sessions_app.services.unit_of_work import Platform

ROUTERS: Sequence[APIRouter] = (
    auth.router,
    courses.router,
    sts.router,
    coaches.router,
    sessions.router,
    session_bookings.router,
    instructor.router,
    offerings.router,
    payments.router,
    feeds.router,
    health.router,
    reference.router,
)
"""Every router of the product, in the order of the documentation."""

NO_PROBES: Mapping[str, Probe] = MappingProxyType({})


def build_api(
    platform: Platform, identities: Identities, *, probes: Mapping[str, Probe] = NO_PROBES
) -> FastAPI:
    """The API on ``platform``; every path begins with ``/api``. ``probes`` are those of ``services/health``."""
    api = FastAPI(
        title=f"{platform.settings.app_name} API",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=errors.EVERYWHERE,
    )
    api.state.platform = platform
    api.state.identities = identities
    api.state.sign_in_turns = asyncio.Semaphore(SIGN_INS_AT_ONCE)
    api.state.listing_turns = asyncio.Semaphore(sts.LISTINGS_AT_ONCE)
    api.state.probes = probes
    api.state.slot_answers = KeptAnswers[str](platform)
    api.state.routers = ROUTERS
    for router in ROUTERS:
        api.include_router(router)
    errors.install(api)
    api.add_middleware(ApiGuard, platform=platform)
    return api


def beside(api: ASGIApp, pages: ASGIApp) -> ASGIApp:
    """Put the API before another application: ``/api`` and all below is its own, also what does not exist there."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_api = scope["type"] == "http" and (path == "/api" or path.startswith("/api/"))
        await (api if is_api else pages)(scope, receive, send)

    return choose
