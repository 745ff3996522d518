"""The API on a database of the test's own, called without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from sessions_app.api.app import build_api
from sessions_app.models import Person
from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform
from tests.api.calls import Caller
from tests.services.world import World

ORIGIN = "http://localhost:8000"


@pytest.fixture
def identities(platform: Platform) -> Identities:
    return Identities(platform)


@pytest.fixture
def api(platform: Platform, identities: Identities) -> Iterator[TestClient]:
    """An API client without cookies; redirects are answers, not followed."""
    with TestClient(build_api(platform, identities), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def call(api: TestClient, platform: Platform) -> Callable[[Person], Caller]:
    """``call(student).post("/api/sessions", {...})``: the API as somebody."""
    return lambda person: Caller(api, platform, person)


@pytest.fixture
def student(world: World, call: Callable[[Person], Caller]) -> Caller:
    """The API as somebody enrolled in the world's course."""
    return call(world.student())
