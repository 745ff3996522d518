"""Live pages: a topic changes, and every open page that watches it looks again, as its own person.

A topic carries no facts (``services/live.py`` names them), so a lost or doubled call does no harm: a page reads
again when it loads. One process tells its own tabs; with Redis every process hears of every change. A burst of
changes reaches a tab at once and then at most once each ``PAUSE_SECONDS``.

It enqueues events with Reflex's event processor and asks its token manager whether a tab is still there; both are
private to Reflex 0.10.1, which is pinned.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import redis
import redis.asyncio
import reflex as rx
from reflex.event import Event

CHANNEL = "sessions:live"
PAUSE_SECONDS = 0.1
_SWEEP_EVERY = 1000

_logger = logging.getLogger(__name__)
_Watch = tuple[str, str]  # the tab's token and the name of its handler


class Hub:
    """Who watches what in this process."""

    def __init__(self) -> None:
        self._watching: dict[str, dict[_Watch, Event]] = defaultdict(dict)
        self._topics: dict[_Watch, frozenset[str]] = {}
        self._sweep_at = _SWEEP_EVERY
        self._resting: dict[_Watch, Event | None] = {}
        self._app: rx.App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = contextvars.Context()
        self._redis: redis.Redis | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def watch(self, state: rx.State, handler: Any, topics: Iterable[str]) -> None:
        """Have this tab run ``handler`` whenever one of ``topics`` changes; it watches nothing else any more.

        Call it from the page's ``on_load``: a tab that connects again thereby reads again.
        """
        event = Event.from_event_type(handler)[0]
        watch = (state.router.session.client_token, event.name)
        self._drop(watch)
        wanted = frozenset(topics)
        if wanted:
            self._topics[watch] = wanted
        for topic in wanted:
            self._watching[topic][watch] = event
        if len(self._topics) >= self._sweep_at:
            self._sweep()

    def leave(self, state: rx.State, handler: Any) -> None:
        """Have this tab watch nothing with ``handler`` any more."""
        self._drop((state.router.session.client_token, Event.from_event_type(handler)[0].name))

    def announce(self, topics: frozenset[str]) -> None:
        """Tell every page that watches one of the topics. From any thread; never raises, since it tells no facts."""
        if self._redis is not None:
            try:
                self._redis.publish(CHANNEL, json.dumps(sorted(topics)))
            except redis.RedisError:
                _logger.warning("Live updates reach only this process: Redis does not answer", exc_info=True)
            else:
                return
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closing: nobody is left to tell
                # Not in the context of whoever changed something: Reflex finds there for whom an event runs, so the
                # other tabs' events would run as that person.
                self._loop.call_soon_threadsafe(self._deliver, topics, context=self._context)

    @asynccontextmanager
    async def running(self, app: rx.App, *, redis_url: str = "") -> AsyncIterator[None]:
        """Deliver for as long as this process serves."""
        self._app, self._loop = app, asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        listener = None
        if redis_url:
            self._redis = redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
            listener = asyncio.create_task(self._listen(redis_url))
        try:
            yield
        finally:
            if listener is not None:
                listener.cancel()
                with suppress(asyncio.CancelledError):
                    await listener
            if self._redis is not None:
                self._redis.close()
            self._app = self._loop = self._redis = None

    async def _listen(self, redis_url: str) -> None:
        while True:
            try:
                async with redis.asyncio.Redis.from_url(redis_url) as client, client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._deliver(frozenset(json.loads(message["data"])))
            except redis.RedisError:
                _logger.warning("Live updates wait for Redis", exc_info=True)
                await asyncio.sleep(1)

    def _deliver(self, topics: frozenset[str]) -> None:
        due: dict[_Watch, Event] = {}
        for topic in topics:
            due.update(self._watching.get(topic, {}))
        for watch, event in due.items():
            if not self._is_here(watch[0]):
                self._drop(watch)
            elif watch in self._resting:
                self._resting[watch] = event
            else:
                self._nudge(watch, event)

    def _nudge(self, watch: _Watch, event: Event) -> None:
        if self._app is None or self._loop is None:
            return
        self._resting[watch] = None
        self._loop.call_later(PAUSE_SECONDS, self._rested, watch)
        task = self._loop.create_task(self._enqueue(self._app, watch[0], event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _rested(self, watch: _Watch) -> None:
        event = self._resting.pop(watch, None)
        if event is not None and watch in self._topics:
            self._nudge(watch, event)

    async def _enqueue(self, app: rx.App, token: str, event: Event) -> None:
        with app.set_contexts():
            await app.event_processor.enqueue(token, event)

    def _is_here(self, token: str) -> bool:
        if self._app is None or self._app.event_namespace is None:
            return False
        manager = self._app.event_namespace._token_manager
        record = manager.token_to_socket.get(token)
        return record is not None and record.instance_id == manager.instance_id

    def _drop(self, watch: _Watch) -> None:
        for topic in self._topics.pop(watch, frozenset()):
            self._watching[topic].pop(watch, None)
            if not self._watching[topic]:
                del self._watching[topic]

    def _sweep(self) -> None:
        """Forget tabs that are gone, so that topics nobody ever announces keep nothing for ever."""
        for watch in [watch for watch in self._topics if not self._is_here(watch[0])]:
            self._drop(watch)
        self._sweep_at = 2 * len(self._topics) + _SWEEP_EVERY


hub = Hub()
"""This process's hub."""
