"""Student and instructor agree on a topic, on both their screens, until the session starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, TooLate
from sessions_app.domain.topics import TopicState
from sessions_app.models import Booking, Person
from sessions_app.models.catalogue import SessionType, TopicType
from sessions_app.models.messages import OutboxState
from sessions_app.services import cancellations, outbox, topics
from sessions_app.services.bookings import Details
from sessions_app.services.topics import TopicChanged
from tests.doubles.postbox import Postbox
from tests.services.world import World, acting, at


def booked(world: World, student: Person, topic: str = "", **facts: object) -> Booking:
    offering = world.offering(**({"topic_type": TopicType.FLEXIBLE} | facts))
    return world.book(student, offering, at(3, 10), details=Details(topic=topic)).booking


def suggest(world: World, person: Person, booking: Booking, topic: str) -> Booking:
    return world.platform.run(topics.suggest, acting(person), booking_id=booking.id, topic=topic)


def agree(world: World, person: Person, booking: Booking, topic: str) -> Booking:
    return world.platform.run(topics.agree, acting(person), booking_id=booking.id, topic=topic)


def test_a_topic_named_with_the_booking_waits_for_the_instructor(world: World, student: Person) -> None:
    assert booked(world, student, "Eigenvalues").topic_state is TopicState.BY_STUDENT


def test_a_booking_without_a_topic_leaves_it_open(world: World, student: Person) -> None:
    assert booked(world, student).topic_state is TopicState.OPEN


def test_the_instructor_edits_the_student_agrees_and_it_is_settled(world: World, student: Person) -> None:
    booking = booked(world, student, "Eigenvalues")

    edited = suggest(world, world.instructor, booking, "  Eigenvalues,  then diagonalisation ")
    assert (edited.custom_topic, edited.topic_state) == (
        "Eigenvalues, then diagonalisation",
        TopicState.BY_INSTRUCTOR,
    )
    assert agree(world, student, booking, edited.custom_topic).topic_state is TopicState.LOCKED
    for person in (student, world.instructor):
        with pytest.raises(IllegalTransition):
            suggest(world, person, booking, "Something else")


def test_nobody_agrees_to_a_topic_that_was_changed_meanwhile(world: World, student: Person) -> None:
    booking = booked(world, student, "Eigenvalues")
    suggest(world, student, booking, "Determinants")
    with pytest.raises(TopicChanged) as refused:
        agree(world, world.instructor, booking, "Eigenvalues")
    assert refused.value.details["topic"] == "Determinants"


def test_the_topic_of_a_fixed_offering_or_of_a_group_is_not_negotiated(world: World, student: Person) -> None:
    fixed = booked(world, student, "Eigenvalues", topic_type=TopicType.FIXED)
    with pytest.raises(IllegalTransition):
        suggest(world, world.instructor, fixed, "Determinants")
    world.platform.run(cancellations.cancel, acting(student), booking_id=fixed.id)
    group = booked(world, student, "Eigenvalues", session_type=SessionType.GROUP, capacity=3)
    with pytest.raises(IllegalTransition):
        suggest(world, world.instructor, group, "Determinants")


def test_topics_are_settled_before_the_session_starts(world: World, student: Person) -> None:
    booking = booked(world, student)
    world.clock.set(at(3, 10))
    with pytest.raises(TooLate):
        suggest(world, student, booking, "Eigenvalues")


@pytest.mark.parametrize("topic", ["", "   ", "x" * 201])
def test_a_topic_has_a_word_and_an_end(world: World, student: Person, topic: str) -> None:
    with pytest.raises(InvalidInput):
        suggest(world, student, booked(world, student), topic)


def test_only_those_of_the_session_speak_about_its_topic(world: World, student: Person) -> None:
    booking = booked(world, student, "Eigenvalues")
    for stranger in (world.student("Mira Holm"), world.new_instructor("Bo Wind")):
        with pytest.raises(NotFound):
            suggest(world, stranger, booking, "Determinants")
    guardian = world.guardian_of(student)
    assert suggest(world, guardian, booking, "Determinants").topic_state is TopicState.BY_STUDENT


def test_guardians_without_the_right_to_book_do_not_speak(world: World, student: Person) -> None:
    from sessions_app.models import GuardianLink

    booking = booked(world, student, "Eigenvalues")
    guardian = world.guardian_of(student)

    def take_the_right(work) -> None:  # type: ignore[no-untyped-def]
        link = work.db.get_one(GuardianLink, (guardian.id, student.id))
        link.can_book = False
        work.db.add(link)

    world.platform.run(take_the_right, acting(guardian))
    with pytest.raises(NotAllowed):
        suggest(world, guardian, booking, "Determinants")


def due(world: World) -> list[tuple[str, OutboxState]]:
    """The mails about topics once their time has come: to whom, and what became of them."""
    world.clock.advance(minutes=6)
    outbox.deliver_due(replace(world.platform, mailer=Postbox()))
    return [(mail.to_address, mail.state) for mail in world.mails("topic-suggested")]


def test_whoever_has_not_answered_a_topic_after_a_while_hears_of_it(world: World, student: Person) -> None:
    booking = booked(world, student)
    suggest(world, student, booking, "Eigenvalues")
    assert due(world) == [(world.instructor.email, OutboxState.SENT)]
    suggest(world, world.instructor, booking, "Eigenvectors")
    assert due(world)[1:] == [(student.email, OutboxState.SENT)]


def test_a_topic_that_was_answered_replaced_or_called_off_is_not_mailed(
    world: World, student: Person
) -> None:
    booking = booked(world, student)
    suggest(world, student, booking, "Eigenvalues")
    suggest(world, student, booking, "Determinants")
    suggest(world, student, booking, "Eigenvalues")
    assert [state for _, state in due(world)] == [OutboxState.STALE, OutboxState.STALE, OutboxState.SENT]
    suggest(world, world.instructor, booking, "Eigenvectors")
    agree(world, student, booking, "Eigenvectors")
    assert due(world)[-1] == (student.email, OutboxState.STALE)

    offering = world.offering(topic_type=TopicType.FLEXIBLE)
    other = world.book(world.student("Mia"), offering, at(4, 10)).booking
    suggest(world, world.instructor, other, "Matrices")
    world.platform.run(cancellations.cancel, acting(world.instructor), booking_id=other.id)
    assert due(world)[-1][1] is OutboxState.STALE
