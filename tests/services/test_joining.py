"""What the join page says, from the booking until after the end, to each who takes part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app.domain.errors import NotFound, Unauthenticated
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.ports import Protection
from sessions_app.models import Person
from sessions_app.models.catalogue import BookingMode, Modality, SessionType
from sessions_app.services import cancellations, lesson_notes, outcomes, sessions
from sessions_app.services.bookings import Details, Placed
from sessions_app.services.queries import joining
from sessions_app.services.queries.joining import JoinPage
from sessions_app.state.room_views import RoomView, room_view
from tests.services.world import World, acting, at

PARIS = Viewer("Europe/Paris", "h23")


def page(world: World, person: Person, placed: Placed) -> JoinPage:
    return world.platform.read(joining.join_page, acting(person), session_id=placed.session.id)


def view(world: World, person: Person, placed: Placed, *, is_in: bool = False) -> RoomView:
    return room_view(page(world, person, placed), PARIS, is_in=is_in, label="Instructor")


def test_from_the_booking_on_it_says_what_when_and_with_whom(
    world: World, student: Person, placed: Placed
) -> None:
    seen = view(world, student, placed)
    assert (seen.kind, seen.title, seen.when) == (
        "soon",
        "One-to-one session, Linear Algebra",
        "Thu 3 Dec, 11:00 – 12:00, Europe/Paris",
    )
    assert (seen.label, seen.other) == ("Opens Thu 3 Dec, 10:50", "Thu 3 Dec, 10:00 in UTC")
    assert [(who.name, who.role, who.here) for who in seen.people] == [("Ada Lindqvist", "Instructor", "")]
    assert seen.until == ""
    world.clock.set(at(3, 9))
    assert (view(world, student, placed).counts, view(world, student, placed).until) == (
        "Opens in",
        "2026-12-03T09:50:00+00:00",
    )


def test_each_moment_has_its_own_page(world: World, student: Person, placed: Placed) -> None:
    ada, run = world.instructor, world.platform.run
    world.clock.set(at(3, 9, 50))
    assert view(world, student, placed).kind == "ready"
    assert view(world, ada, placed).can_start
    run(sessions.join, acting(student), session_id=placed.session.id)
    assert view(world, student, placed, is_in=True).kind == "lobby"
    (who,) = view(world, ada, placed).people
    assert (who.name, who.here, who.booking_id) == ("Noah Berger", "lobby", placed.booking.id)
    run(sessions.start, acting(ada), session_id=placed.session.id)
    run(sessions.join, acting(ada), session_id=placed.session.id)
    assert view(world, student, placed, is_in=True).kind == "in"
    assert view(world, student, placed).lead == "Ada is already in the room."
    assert (view(world, ada, placed).can_start, view(world, ada, placed).can_end) == (False, True)
    world.clock.set(at(3, 10, 30))
    run(sessions.end, acting(ada), session_id=placed.session.id)
    assert view(world, student, placed, is_in=True).kind == "done"


def test_nobody_is_marked_absent_before_they_were_waited_for(world: World, placed: Placed) -> None:
    ada = world.instructor
    world.clock.set(at(3, 10))
    world.platform.run(sessions.start, acting(ada), session_id=placed.session.id)
    world.clock.set(at(3, 10, 14))
    assert not view(world, ada, placed).people[0].can_be_absent
    assert view(world, ada, placed).end_hint == "Who has not come counts as absent from 11:15 on."
    world.clock.set(at(3, 10, 15))
    assert view(world, ada, placed).people[0].can_be_absent


def test_the_page_itself_never_holds_the_room(world: World, student: Person, placed: Placed) -> None:
    world.clock.set(at(3, 9, 55))
    way = world.platform.run(sessions.join, acting(world.instructor), session_id=placed.session.id).entrance
    assert way is not None
    for person in (student, world.instructor):
        assert way.room not in repr(page(world, person, placed))
        assert way.room not in repr(view(world, person, placed))


def test_it_says_plainly_what_protects_the_room(world: World, student: Person, placed: Placed) -> None:
    assert page(world, student, placed).protection is Protection.NAME
    assert "nobody can guess it" in view(world, student, placed).protection


def test_nobody_else_learns_of_it(world: World, placed: Placed) -> None:
    with pytest.raises(NotFound):
        page(world, world.student("Mina"), placed)
    with pytest.raises((NotFound, Unauthenticated)):
        world.platform.read(joining.join_page, Actor.anonymous(), session_id=placed.session.id)


def test_staff_may_look_but_not_join(world: World, placed: Placed) -> None:
    world.clock.set(at(3, 10))
    seen = view(world, world.person("Ann", Role.ASSISTANT), placed)
    assert (seen.kind, seen.can_start, seen.can_end) == ("watch", False, False)


def test_a_cancelled_session_has_nothing_to_join(world: World, student: Person, placed: Placed) -> None:
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    world.clock.set(at(3, 9, 55))
    for person in (student, world.instructor):
        assert view(world, person, placed, is_in=True).kind == "off"
        assert not page(world, person, placed).can_join


def test_a_request_is_not_called_cancelled(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(3, 10))
    for person in (student, world.instructor):
        seen = view(world, person, placed)
        assert (seen.kind, seen.heading) == ("off", "Not booked yet")


def test_who_meets_in_person_is_told_the_place(world: World, student: Person) -> None:
    placed = world.book(student, world.offering(modality=Modality.IN_PERSON, place="Room 4"), at(3, 10))
    world.clock.set(at(3, 9, 55))
    assert (view(world, student, placed).kind, view(world, student, placed).place) == ("place", "Room 4")
    assert view(world, world.instructor, placed).can_start


def test_in_a_group_students_see_how_many_and_not_who(world: World, student: Person) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=3)
    placed = world.book(student, group, at(3, 10))
    for name in ("Mina Secret", "Omar Secret"):
        world.book(world.student(name), group, at(3, 10))
    seen = view(world, student, placed)
    assert seen.others == "2 more students have a seat."
    assert "Secret" not in repr(page(world, student, placed))
    assert len(view(world, world.instructor, placed).people) == 3


def test_afterwards_it_says_what_became_of_it_and_who_may_object(
    world: World, student: Person, placed: Placed
) -> None:
    world.clock.set(at(3, 11, 15))
    sessions.sweep(world.platform)
    (mine,) = view(world, student, placed).outcomes
    assert (mine.badge, mine.title, mine.can_object, mine.can_confirm) == (
        "no_show",
        "Nobody came",
        True,
        False,
    )
    assert view(world, world.instructor, placed).outcomes[0].can_confirm
    world.platform.run(
        outcomes.dispute, acting(student), booking_id=placed.booking.id, reason="We met elsewhere"
    )
    (mine,) = view(world, student, placed).outcomes
    assert (mine.badge, mine.can_object) == ("dispute", False)
    assert mine.note == "We are looking into this and will write to you."
    world.clock.set(at(3, 11, 15) + timedelta(hours=73))
    assert not view(world, world.instructor, placed).outcomes[0].can_confirm


def test_private_notes_are_only_for_whom_they_belong_to(
    world: World, student: Person, placed: Placed
) -> None:
    ada, guardian = world.instructor, world.guardian_of(student)
    world.clock.set(at(3, 10))
    world.platform.run(sessions.start, acting(ada), session_id=placed.session.id)
    world.platform.run(
        lesson_notes.write_report,
        acting(ada),
        booking_id=placed.booking.id,
        report="Shared words",
        private_note="Hidden words",
    )
    world.platform.run(
        lesson_notes.write_own_note, acting(student), booking_id=placed.booking.id, note="My words"
    )
    for person, report, private, own in (
        (ada, True, True, False),
        (student, True, False, True),
        (guardian, True, False, False),
        (world.person("Ann", Role.ASSISTANT), True, False, False),
    ):
        seen = repr(page(world, person, placed))
        assert ("Shared words" in seen, "Hidden words" in seen, "My words" in seen) == (report, private, own)


def test_the_topic_is_there_for_both_sides_and_in_a_group_each_sees_their_own(
    world: World, student: Person
) -> None:
    alone = world.book(student, world.offering(), at(9, 10), details=Details(topic="Eigenvalues"))
    assert page(world, student, alone).topic == page(world, world.instructor, alone).topic == "Eigenvalues"

    group = world.offering(session_type=SessionType.GROUP, capacity=4)
    mine = world.book(student, group, at(9, 14), details=Details(topic="Eigenvalues"))
    other = world.student("Mira Holm")
    world.book(other, group, at(9, 14))
    assert page(world, student, mine).topic == "Eigenvalues"
    assert page(world, other, mine).topic == page(world, world.instructor, mine).topic == ""
