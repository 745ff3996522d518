"""Composition root: builds the platform, mounts the API beside the pages, starts what runs by itself."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import reflex as rx
from starlette.types import ASGIApp

from sessions_app import demo
from sessions_app.api.app import beside, build_api
from sessions_app.api.http_headers import HttpHeaders
from sessions_app.components import document
from sessions_app.jobs import scheduler
from sessions_app.models.migrate import migrate
from sessions_app.pages import PAGES
from sessions_app.pages.error import error_boundary
from sessions_app.services.identity import Identities
from sessions_app.settings import load_settings
from sessions_app.state import quiet_logs, surroundings
from sessions_app.state.hub import hub
from sessions_app.state.session_binding import SessionBinding
from sessions_app.state.surroundings import Surroundings
from sessions_app.state.unread import UnreadState
from sessions_app.wiring import build_platform, build_probes

quiet_logs.install()
settings = load_settings()
platform = build_platform(settings, announce=hub.announce)
identities = Identities(platform)
surroundings.use(Surroundings(platform, identities))


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Bring the database up to date, fill an empty one, then run the jobs for as long as this process serves."""
    await asyncio.to_thread(migrate, settings.sqlalchemy_url)
    if settings.loads_demo_data:
        await asyncio.to_thread(demo.load_if_empty, platform)
    jobs = scheduler.running(platform)
    async with hub.running(app, redis_url=settings.redis_url):
        await asyncio.to_thread(jobs.__enter__)
        # What is loaded now stays: the collector need not walk it again and hold up somebody's click.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            await asyncio.to_thread(jobs.__exit__, None, None, None)


app = rx.App(
    **document.options(error_boundary),
    backend_exception_handler=quiet_logs.log_failure,
)
app.add_middleware(SessionBinding(), index=0)
app.register_lifespan_task(running)
for page in PAGES:
    if not (page.only_in_development and settings.is_production):
        document.add_page(
            app,
            page.draw,
            page.route,
            title=page.title,
            description=page.description,
            script=page.script,
            on_load=[*page.opening, UnreadState.open],
        )


def served() -> ASGIApp:
    """What the server serves: API and pages side by side, the headers around both.

    Around Reflex and not as its ``api_transformer``: Reflex would route a request first, which the API needs not pay,
    and answer a path with a line break itself, without our headers and our form of errors.
    """
    api = build_api(platform, identities, probes=build_probes(settings))
    return HttpHeaders(beside(api, app()), settings=settings)
