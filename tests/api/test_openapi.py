"""The OpenAPI document against the API itself: whatever is sent, no 500 and no answer that is not documented."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sessions_app.api.app import build_api
from sessions_app.domain.permissions import Role
from sessions_app.models import Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import api_tokens, feeds, materials
from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform
from tests.services.world import World, acting, at

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The document is the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def cast(world: World) -> list[Person]:
    """Somebody of each role, with bookings in several states."""
    student = world.student()
    world.give_credits(student, 5)
    group = world.offering(session_type=SessionType.GROUP, capacity=3)
    world.book(student, world.offering(), at(3, 10))
    world.book(student, group, at(4, 10))
    world.book(student, world.offering(price_minor=3200), at(5, 10))
    return [student, world.guardian_of(student), world.instructor, world.person("Ann", Role.ASSISTANT)]


@pytest.fixture
def known(world: World, cast: list[Person]) -> dict[str, list[str]]:
    """Ids that exist, by the names of fields that hold them."""
    # Random ids find nothing, and nothing is soon tested.
    sessions = [world.booking(one).session_id for one in world.booking_ids()]
    offerings = [world.booking(one).offering_id for one in world.booking_ids()]
    people = [person.id for person in cast]
    material = materials.add(
        world.platform,
        acting(world.instructor),
        offering_id=offerings[0],
        name="Worksheet.pdf",
        content=b"%PDF-1.7 of the test",
    ).id
    feed = world.platform.run(feeds.renew, acting(cast[0])).rpartition("/")[2].removesuffix(".ics")
    start = f"slot_{world.instructor.id}_20261207T100000Z_60"
    return {
        "st_id": [world.instructor.id],
        "coach_id": [world.instructor.id],
        "instructor_id": [world.instructor.id],
        "student_id": [people[0]],
        "user_id": people,
        "course_id": [world.course.id],
        "session_id": sessions,
        "booking_id": world.booking_ids(),
        "offering_id": offerings,
        "material_id": [material],
        "token": [feed],
        "time_slot_id": [start],
        "new_time_slot_id": [start],
        "scheduled_start": ["2026-12-07T10:00:00Z"],
        "scheduled_end": ["2026-12-07T11:00:00Z"],
        "scheduled_date": ["2026-12-07"],
        "start_time": ["10:00"],
        "end_time": ["11:00"],
        "timezone": ["Europe/Paris"],
        "from": ["2026-12-07"],
        "to": ["2026-12-08"],
        "start_date": ["2026-12-07"],
        "return_url": ["/done"],
        "duration": [60],  # type: ignore[list-item]
    }


def test_no_call_finds_a_500_or_an_undocumented_answer(
    platform: Platform, cast: list[Person], known: dict[str, list[str]]
) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", build_api(platform, Identities(platform)))
    tokens = [
        platform.run(
            lambda work, p=person: api_tokens._begin(work, person_id=p.id).access_token, acting(person)
        )
        for person in cast
    ]
    statuses: set[int] = set()

    def check(operation: Any, mode: GenerationMode) -> None:
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def run(case: Case, data: st.DataObject) -> None:
            token = data.draw(st.sampled_from([*tokens, None]))
            for values in (case.path_parameters, case.query, case.body):
                if isinstance(values, dict):
                    _make_plausible(values, known, data)
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            answer = case.call(headers=headers)
            statuses.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        # Where nothing is sent, nothing can be wrong.
        with suppress(Unsatisfiable):
            run()

    for result in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            check(result.ok(), mode)

    assert {200, 201, 401, 403, 404, 409, 422} <= statuses, statuses


def _make_plausible(values: dict[str, Any], known: dict[str, list[str]], data: st.DataObject) -> None:
    """Let most fields hold what exists, so that calls get somewhere."""
    for name in set(values) & set(known):
        if data.draw(st.integers(0, 4)):
            values[name] = data.draw(st.sampled_from(known[name]))
