"""Who is told of a change, and how often."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from sessions_app.state.book import BookState
from sessions_app.state.confirmation import ConfirmationState
from sessions_app.state.hub import PAUSE_SECONDS, Hub


@dataclass
class Page:
    """The part of Reflex that the hub talks to: which tabs are open, and what they were told."""

    told: list[tuple[str, str]] = field(default_factory=list)
    tabs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        manager = SimpleNamespace(token_to_socket=self.tabs, instance_id="here")
        self.event_namespace = SimpleNamespace(_token_manager=manager)
        self.event_processor = self

    def set_contexts(self) -> Any:
        return nullcontext()

    async def enqueue(self, token: str, event: Any) -> None:
        self.told.append((token, event.name.rpartition(".")[2]))

    def tab(self, token: str) -> Any:
        self.tabs[token] = SimpleNamespace(instance_id="here")
        return SimpleNamespace(router=SimpleNamespace(session=SimpleNamespace(client_token=token)))


def run(steps: Callable[[Hub, Page], Coroutine[Any, Any, None]], *, redis_url: str = "") -> Page:
    page = Page()

    async def serve() -> None:
        hub = Hub()
        async with hub.running(page, redis_url=redis_url):  # type: ignore[arg-type]
            await steps(hub, page)

    asyncio.run(serve())
    return page


async def settle() -> None:
    await asyncio.sleep(PAUSE_SECONDS * 1.5)


def test_only_those_who_watch_the_topic_are_told() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        hub.watch(page.tab("two"), BookState.refresh, {"calendar:bob"})
        hub.announce(frozenset({"calendar:ada", "person:eve"}))
        await settle()

    assert run(steps).told == [("one", "refresh")]


def test_a_tab_that_watches_several_topics_of_one_change_is_told_once() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada", "person:eve"})
        hub.announce(frozenset({"calendar:ada", "person:eve"}))
        await asyncio.sleep(0.01)

    assert len(run(steps).told) == 1


def test_a_burst_is_told_at_once_and_at_its_end() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        for _ in range(50):
            hub.announce(frozenset({"calendar:ada"}))
        await asyncio.sleep(0.01)
        assert len(page.told) == 1
        await settle()

    assert len(run(steps).told) == 2


def test_what_is_watched_anew_replaces_what_was() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        tab = page.tab("one")
        hub.watch(tab, BookState.refresh, {"calendar:ada"})
        hub.watch(tab, BookState.refresh, {"calendar:bob"})
        hub.watch(tab, ConfirmationState.refresh, {"person:eve"})
        hub.announce(frozenset({"calendar:ada"}))
        await settle()
        assert page.told == []
        hub.announce(frozenset({"person:eve"}))
        await settle()
        hub.leave(tab, BookState.refresh)
        hub.announce(frozenset({"calendar:bob"}))
        await settle()

    assert run(steps).told == [("one", "refresh")]


def test_a_closed_tab_is_forgotten() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        del page.tabs["one"]
        hub.announce(frozenset({"calendar:ada"}))
        await settle()
        assert not hub._watching
        assert not hub._topics

    assert run(steps).told == []


def test_tabs_that_nobody_ever_announces_to_do_not_pile_up() -> None:
    async def steps(hub: Hub, page: Page) -> None:
        for number in range(2500):
            tab = page.tab(f"tab{number}")
            hub.watch(tab, BookState.refresh, {f"person:{number}"})
            del page.tabs[f"tab{number}"]
        assert len(hub._topics) < 1500

    run(steps)


def test_a_change_may_be_announced_from_any_thread_and_before_anybody_serves() -> None:
    Hub().announce(frozenset({"calendar:ada"}))

    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        thread = threading.Thread(target=hub.announce, args=(frozenset({"calendar:ada"}),))
        thread.start()
        thread.join()
        await settle()

    assert run(steps).told == [("one", "refresh")]


WHO = contextvars.ContextVar("who", default="nobody")


def test_nobodys_page_looks_again_as_the_person_who_made_the_change() -> None:
    seen: list[str] = []

    async def steps(hub: Hub, page: Page) -> None:
        async def enqueue(token: str, event: Any) -> None:
            seen.append(WHO.get())

        page.enqueue = enqueue  # type: ignore[method-assign]
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        WHO.set("ada")  # as Reflex sets whose event this is, also in the threads that use cases run in
        await asyncio.to_thread(hub.announce, frozenset({"calendar:ada"}))
        await asyncio.to_thread(hub.announce, frozenset({"calendar:ada"}))
        await settle()

    run(steps)
    assert seen == ["nobody", "nobody"]


def test_with_redis_every_process_hears(redis_url: str) -> None:
    async def steps(hub: Hub, page: Page) -> None:
        other, elsewhere = Hub(), Page()
        async with other.running(elsewhere, redis_url=redis_url):  # type: ignore[arg-type]
            hub.watch(page.tab("here"), BookState.refresh, {"calendar:ada"})
            other.watch(elsewhere.tab("there"), BookState.refresh, {"calendar:ada"})
            for _ in range(100):  # until both have subscribed
                await asyncio.to_thread(hub.announce, frozenset({"calendar:ada"}))
                await asyncio.sleep(0.05)
                if page.told and elsewhere.told:
                    return

    page = run(steps, redis_url=redis_url)
    assert page.told
    assert page.told[0] == ("here", "refresh")


def test_without_an_answer_from_redis_this_process_still_hears(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def steps(hub: Hub, page: Page) -> None:
        hub.watch(page.tab("one"), BookState.refresh, {"calendar:ada"})
        await asyncio.to_thread(hub.announce, frozenset({"calendar:ada"}))
        await settle()

    assert run(steps, redis_url="redis://127.0.0.1:1/0").told == [("one", "refresh")]
