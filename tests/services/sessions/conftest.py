"""A session that was booked, and who teaches it."""

from __future__ import annotations

import pytest

from sessions_app.models import Person
from tests.services.sessions.hall import Hall
from tests.services.world import World


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


@pytest.fixture
def ada(world: World) -> Person:
    return world.instructor
