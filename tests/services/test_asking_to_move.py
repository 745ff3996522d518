"""Who may not move a session any more asks its instructor, in the conversation of both."""

from __future__ import annotations

import pytest
from sqlmodel import select

from sessions_app.domain.errors import IllegalTransition, NotAllowed, NotFound, TooLate
from sessions_app.domain.permissions import Actor
from sessions_app.models import Message, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import conversations, moves
from sessions_app.services.bookings import Placed
from sessions_app.services.queries.conversations import inbox
from tests.services.world import World, acting, at


@pytest.fixture
def placed(world: World, student: Person) -> Placed:
    return world.book(student, world.offering(title="Tutorial"), at(9, 10))


def ask(world: World, person: Person, placed: Placed) -> str:
    return world.platform.run(moves.ask_to_allow, acting(person), booking_id=placed.booking.id)


def messages(world: World) -> list[Message]:
    return world.platform.read(lambda work: list(work.db.exec(select(Message))), Actor.system())


def test_the_request_is_a_message_to_the_instructor_sent_once_for_each_time(
    world: World, student: Person, placed: Placed
) -> None:
    world.clock.set(at(8, 23))
    conversation_id = ask(world, student, placed)
    assert ask(world, student, placed) == conversation_id
    (message,) = messages(world)
    assert (message.conversation_id, message.author_id) == (conversation_id, student.id)
    assert "Please allow a change of “Tutorial" in message.body
    assert "Wed 9 Dec, 10:00 (UTC)" in message.body

    host = acting(world.instructor)
    world.platform.run(moves.reschedule, host, booking_id=placed.booking.id, starts_at=at(9, 14))
    world.clock.set(at(9, 3))
    ask(world, student, placed)
    assert len(messages(world)) == 2


def test_whoever_may_move_it_themselves_is_told_so(world: World, student: Person, placed: Placed) -> None:
    world.clock.set(at(8, 22))
    with pytest.raises(IllegalTransition, match="You can move or cancel this session yourself"):
        ask(world, student, placed)


def test_nobody_asks_about_what_has_begun_or_is_somebody_elses(
    world: World, student: Person, placed: Placed
) -> None:
    world.clock.set(at(8, 23))
    with pytest.raises(NotFound):
        ask(world, world.student("Mina"), placed)
    with pytest.raises(NotAllowed):
        ask(world, world.instructor, placed)
    world.clock.set(at(9, 10))
    with pytest.raises(TooLate):
        ask(world, student, placed)
    assert messages(world) == []


def test_in_a_group_where_all_would_read_it_it_is_not_sent(world: World, student: Person) -> None:
    seat = world.book(student, world.offering(session_type=SessionType.GROUP, capacity=4), at(9, 10))
    world.clock.set(at(8, 23))
    with pytest.raises(NotAllowed):
        ask(world, student, seat)
    assert messages(world) == []


def test_a_conversation_that_was_blocked_stays_silent(world: World, student: Person, placed: Placed) -> None:
    host = acting(world.instructor)
    conversation_id = world.platform.run(conversations.of_booking, host, booking_id=placed.booking.id)
    world.platform.run(conversations.block, host, conversation_id=conversation_id, blocked=True)
    world.clock.set(at(8, 23))
    with pytest.raises(NotAllowed):
        ask(world, student, placed)


def test_asking_from_the_dashboard_reads_no_message_that_waits(
    world: World, student: Person, placed: Placed
) -> None:
    host = acting(world.instructor)
    conversation_id = world.platform.run(conversations.of_booking, host, booking_id=placed.booking.id)
    world.platform.run(
        conversations.send, host, conversation_id=conversation_id, body="Bring the sheet.", key="1"
    )
    world.clock.set(at(8, 23))
    ask(world, student, placed)
    (row,) = world.platform.read(inbox, acting(student)).rows
    assert row.unread == 1
