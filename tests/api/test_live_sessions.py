"""Join, leave, start and end over HTTP: who may, when, and what each refusal is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sessions_app.domain.permissions import Role
from sessions_app.models import Person
from sessions_app.services import cancellations
from sessions_app.services.bookings import Placed
from tests.api.calls import Caller, details, refusal
from tests.services.world import World, acting, at

Call = Callable[[Person], Caller]


@pytest.fixture
def student(world: World) -> Person:
    return world.student()


def path(placed: Placed, verb: str) -> str:
    return f"/api/sessions/{placed.session.id}/{verb}"


def test_before_the_opening_it_is_too_early_and_says_when(
    world: World, student: Person, placed: Placed, call: Call
) -> None:
    world.clock.set(at(3, 9, 49))
    answer = call(student).post(path(placed, "join"))
    assert refusal(answer) == (409, "too_early")
    assert details(answer)["opens_at"] == "2026-12-03T09:50:00Z"


def test_a_student_waits_on_our_page_and_then_gets_the_room(
    world: World, student: Person, placed: Placed, call: Call
) -> None:
    world.clock.set(at(3, 9, 55))
    waiting = call(student).post(path(placed, "join"))
    assert waiting.status_code == 200
    assert waiting.json()["in_lobby"] is True
    assert waiting.json()["room_url"].endswith(f"/session/{placed.session.id}/room")
    assert waiting.json()["opens_at"] == "2026-12-03T09:50:00Z"

    host = call(world.instructor)
    room = host.post(path(placed, "join")).json()["room_url"]
    assert room.startswith("https://meet.jit.si/s-")
    assert host.patch(path(placed, "status"), {"status": "IN_PROGRESS"}).json()["status"] == "in_progress"
    entered = call(student).post(path(placed, "join")).json()
    assert (entered["room_url"], entered["in_lobby"]) == (room, False)

    world.clock.set(at(3, 10, 35))
    assert call(student).post(path(placed, "leave")).json() == {"minutes": 40}
    done = host.patch(path(placed, "status"), {"status": "COMPLETED", "notes": "Excellent progress"})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert refusal(host.patch(path(placed, "status"), {"status": "IN_PROGRESS"})) == (
        409,
        "invalid_transition",
    )
    assert refusal(call(student).post(path(placed, "join"))) == (409, "invalid_transition")
    (report,) = world.mails("lesson-report")
    assert report.facts["after"]["report"] == "Excellent progress"


def test_who_takes_no_part_learns_nothing(world: World, placed: Placed, call: Call) -> None:
    world.clock.set(at(3, 10))
    stranger = call(world.student("Mina"))
    for verb in ("join", "leave"):
        assert refusal(stranger.post(path(placed, verb))) == (404, "not_found")
    assert refusal(stranger.patch(path(placed, "status"), {"status": "in_progress"})) == (404, "not_found")
    staff = call(world.person("Ann", Role.ASSISTANT))
    assert refusal(staff.post(path(placed, "join"))) == (403, "not_allowed")


def test_a_cancelled_seat_is_refused_at_once(
    world: World, student: Person, placed: Placed, call: Call
) -> None:
    world.clock.set(at(3, 9, 55))
    assert call(student).post(path(placed, "join")).status_code == 200
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    assert refusal(call(student).post(path(placed, "join"))) == (409, "invalid_transition")


def test_a_student_neither_starts_nor_ends(world: World, student: Person, placed: Placed, call: Call) -> None:
    world.clock.set(at(3, 10))
    for status in ("IN_PROGRESS", "COMPLETED"):
        answer = call(student).patch(path(placed, "status"), {"status": status})
        assert refusal(answer) == (403, "not_allowed")


def test_starting_too_early_and_too_late_has_a_name(world: World, placed: Placed, call: Call) -> None:
    host = call(world.instructor)
    world.clock.set(at(3, 9))
    early = host.patch(path(placed, "status"), {"status": "IN_PROGRESS"})
    assert refusal(early) == (409, "too_early")
    assert details(early)["opens_at"] == "2026-12-03T09:50:00Z"
    world.clock.set(at(3, 11))
    assert refusal(host.patch(path(placed, "status"), {"status": "IN_PROGRESS"})) == (409, "too_late")


def test_what_can_be_done_is_told(world: World, student: Person, placed: Placed, call: Call) -> None:
    def can(person: Person) -> set[str]:
        return set(call(person).get(f"/api/sessions/{placed.session.id}").json()["can"])

    world.clock.set(at(3, 9, 50) - timedelta(seconds=1))
    assert not {"join", "start"} & (can(student) | can(world.instructor))
    world.clock.set(at(3, 9, 50))
    assert "join" in can(student)
    assert {"join", "start"} <= can(world.instructor)
    assert "start" not in can(student)
    call(world.instructor).patch(path(placed, "status"), {"status": "in_progress"})
    assert "finish" in can(world.instructor)
    assert "start" not in can(world.instructor)
