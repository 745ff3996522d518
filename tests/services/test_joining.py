"""Who is told where a session meets, and when."""

from __future__ import annotations

import pytest

from sessions_app.domain.errors import NotFound, Unauthenticated
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Actor
from sessions_app.models import Person
from sessions_app.models.catalogue import Modality
from sessions_app.services import bookings
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import joining
from sessions_app.services.queries.joining import JoinPage
from sessions_app.state.room import room_view
from tests.services.world import World, acting, at


def page(world: World, person: Person, placed: Placed) -> JoinPage:
    return world.platform.read(joining.join_page, acting(person), session_id=placed.session.id)


@pytest.fixture
def student(world: World) -> Person:
    return world.student()


@pytest.fixture
def placed(world: World, student: Person) -> Placed:
    return world.book(student, world.offering(), at(3, 10))


def test_the_room_is_told_from_ten_minutes_before_until_the_end(
    world: World, student: Person, placed: Placed
) -> None:
    assert (page(world, student, placed).opens_at, page(world, student, placed).room_url) == (
        at(3, 9, 50),
        "",
    )
    world.clock.set(at(3, 9, 50))
    assert page(world, student, placed).room_url.startswith("https://meet.jit.si/sessions-")
    world.clock.set(at(3, 11))
    assert (page(world, student, placed).room_url, page(world, student, placed).is_on) == ("", False)


def test_everybody_who_takes_part_gets_the_same_room(world: World, student: Person, placed: Placed) -> None:
    guardian = world.guardian_of(student)
    world.clock.set(at(3, 9, 55))
    rooms = {page(world, who, placed).room_url for who in (student, guardian, world.instructor)}
    assert len(rooms) == 1
    assert placed.session.id not in rooms.pop()


def test_nobody_else_learns_of_it(world: World, placed: Placed) -> None:
    with pytest.raises(NotFound):
        page(world, world.student("Mina"), placed)
    with pytest.raises((NotFound, Unauthenticated)):
        world.platform.read(joining.join_page, Actor.anonymous(), session_id=placed.session.id)


def test_a_cancelled_session_has_no_room(world: World, student: Person, placed: Placed) -> None:
    world.platform.run(bookings.cancel, acting(student), booking_id=placed.booking.id)
    world.clock.set(at(3, 9, 55))
    assert (page(world, student, placed).room_url, page(world, student, placed).is_on) == ("", False)


def test_who_meets_in_person_is_told_the_place(world: World, student: Person) -> None:
    placed = world.book(student, world.offering(modality=Modality.IN_PERSON, place="Room 4"), at(3, 10))
    world.clock.set(at(3, 9, 55))
    seen = page(world, student, placed)
    assert (seen.room_url, seen.place) == ("", "Room 4")
    assert room_view(seen, Viewer("UTC")).kind == "place"


def test_the_page_says_when_in_the_viewers_zone(world: World, student: Person, placed: Placed) -> None:
    seen = room_view(page(world, student, placed), Viewer("Asia/Kolkata", "h23"))
    assert (seen.kind, seen.day, seen.span) == (
        "soon",
        "Thursday 3 December",
        "15:30 – 16:30, Asia/Kolkata (UTC+05:30)",
    )
    assert seen.other == "Thu 3 Dec, 10:00 in UTC"
    assert seen.lead == "The room opens on Thu 3 Dec, 15:20. Come back to this page then."
