"""States without a browser: a tab's tree, the cookie of its connection, and events sent to it by name."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from reflex.istate.data import RouterData
from reflex.state import State
from reflex_base.event import Event, EventSpec

from sessions_app.models import Person
from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform
from sessions_app.state import surroundings
from sessions_app.state.base import AppState
from sessions_app.state.session_binding import SessionBinding
from sessions_app.state.surroundings import Surroundings
from tests.services.world import World, sign_in

S = TypeVar("S", bound=AppState)
T = TypeVar("T")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """States know no database; the services' tests run on both kinds."""
    return sqlite_url


@pytest.fixture
def identities(platform: Platform) -> Iterator[Identities]:
    """Who is who, for the states of this test."""
    made = Identities(platform)
    before = list(surroundings._current)
    surroundings.use(Surroundings(platform, made))
    yield made
    surroundings._current[:] = before


@dataclass
class Tab:
    """One tab: its state on the server, and the connection that speaks for it now."""

    root: State = field(default_factory=lambda: State(_reflex_internal_init=True))  # type: ignore[call-arg]

    def connect(self, *, cookie: str = "", path: str = "/") -> None:
        """Speak over a connection with this cookie, from this page."""
        headers = {"cookie": cookie, "origin": "http://localhost:8000"}
        self.root.router = RouterData.from_router_data({"headers": headers, "pathname": path, "asPath": path})

    def state(self, kind: type[S]) -> S:
        """The tab's state of this kind."""
        found: S = run(self.root.get_state(kind))
        return found

    def send(self, kind: type[S], handler: str, *, by_itself: bool = False, **payload: Any) -> list[Any]:
        """Send an event as the connection does: through the binding, then to the handler. Returns its events.

        ``by_itself``: nobody asked, as with a live update or what runs when a page opens.
        """

        async def process() -> list[Any]:
            origin = {} if by_itself else {"pathname": "/"}
            event = Event(name=f"{kind.get_full_name()}.{handler}", payload=payload, router_data=origin)
            await SessionBinding().preprocess(None, self.root, event)
            state = await self.root.get_state(kind)
            made = kind.event_handlers[handler].fn(state, **payload)
            if inspect.isasyncgen(made):
                return [event async for event in made if event is not None]
            answer = await made
            return [] if answer is None else [answer]

        return run(process())


def cookie_of(world: World, person: Person) -> str:
    """The cookie of somebody who signed in."""
    return f"sid={sign_in(world.platform, person)}"


def redirected_to(events: list[Any]) -> str:
    """Where the last of these events leads."""
    leading = [event for event in events if isinstance(event, EventSpec)]
    paths = [str(value) for event in leading for name, value in event.args if str(name) == "path"]
    return paths[-1].strip('"')


def run(steps: Coroutine[Any, Any, T]) -> T:
    """Run to the end."""
    return asyncio.run(steps)


@pytest.fixture
def tab(identities: Identities) -> Tab:
    """A tab that was just opened."""
    made = Tab()
    made.connect()
    return made
