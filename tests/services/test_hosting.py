"""Instructors book for the students they teach."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
)
from sessions_app.domain.topics import TopicState
from sessions_app.models import Offering, Person
from sessions_app.models.catalogue import TopicType
from sessions_app.services import checkout, expiry, hosting
from sessions_app.services.bookings import Placed
from sessions_app.services.hosting import Charge
from sessions_app.services.sandbox_checkout import Press
from tests.services.test_card_payments import press
from tests.services.world import World, acting, at


def book_for(
    world: World,
    student: Person,
    offering: Offering,
    day: int,
    hour: int,
    charge: Charge = Charge.FREE,
    **facts: object,
) -> Placed:
    return world.platform.run(
        hosting.book_for,
        acting(world.instructor),
        offering_id=offering.id,
        student_id=student.id,
        starts_at=at(day, hour),
        charge=charge,
        **facts,  # type: ignore[arg-type]
    )


def test_a_free_session_stands_at_once_and_both_sides_are_told(world: World, student: Person) -> None:
    placed = book_for(world, student, world.offering(price_minor=3200), 3, 10, message="As agreed.")

    booking = world.booking(placed.booking.id)
    assert (booking.status, booking.price_minor) == (BookingStatus.SCHEDULED, 0)
    assert booking.booked_by_id == world.instructor.id
    mails = {mail.facts["part"]: mail.facts for mail in world.mails("session-booked")}
    assert set(mails) == {"student", "instructor"}
    assert mails["student"]["is_by_host"] is True
    assert mails["student"]["response"] == "As agreed."


def test_a_session_to_be_paid_waits_for_the_student_and_is_booked_once_paid(
    world: World, student: Person
) -> None:
    placed = book_for(world, student, world.offering(price_minor=3200), 3, 10, Charge.CARD)
    booking = world.booking(placed.booking.id)
    assert (booking.status, booking.pay_by) == (
        BookingStatus.ACCEPTED,
        world.clock.now() + timedelta(hours=12),
    )
    assert [mail.facts["part"] for mail in world.mails("session-payment-due")] == ["student"]

    page = checkout.open_page(
        world.platform, acting(student), booking_id=booking.id, return_url="/booking/confirmation"
    )
    press(world, student, page.url.removeprefix("/test-pay/"), Press.PAY)
    assert world.booking(booking.id).status is BookingStatus.SCHEDULED


def test_a_session_that_is_not_paid_in_time_is_free_again(world: World, student: Person) -> None:
    offering = world.offering(price_minor=3200)
    placed = book_for(world, student, offering, 3, 10, Charge.CARD)
    world.clock.advance(hours=12)
    assert world.book(world.student("Mira Holm"), offering, at(3, 10))
    expiry.sweep(world.platform)
    assert world.booking(placed.booking.id).status is BookingStatus.EXPIRED


def test_credits_pay_at_once_and_too_few_are_nobody_elses_to_know(world: World, student: Person) -> None:
    offering = world.offering(price_minor=None, credits=2)
    world.give_credits(student, 1)
    with pytest.raises(InvalidInput) as refused:
        book_for(world, student, offering, 3, 10, Charge.CREDITS)
    assert "1" not in refused.value.message
    assert world.booking_ids() == []

    world.give_credits(student, 2)
    placed = book_for(world, student, offering, 3, 10, Charge.CREDITS)
    assert placed.booking.status is BookingStatus.SCHEDULED
    assert world.balance(student) == 1


def test_a_way_to_pay_that_the_offering_does_not_have_is_refused(world: World, student: Person) -> None:
    with pytest.raises(InvalidInput) as refused:
        book_for(world, student, world.offering(price_minor=3200), 3, 10, Charge.CREDITS)
    assert refused.value.field == "charge"


def test_the_own_hours_are_overridden_when_meant_the_own_bookings_never(
    world: World, student: Person
) -> None:
    offering = world.offering()
    with pytest.raises(OutsideAvailability):
        book_for(world, student, offering, 3, 21)
    book_for(world, student, offering, 3, 21, ignores_hours=True)
    other = world.student("Mira Holm")
    with pytest.raises(SlotTaken):
        book_for(world, other, offering, 3, 21, ignores_hours=True)
    with pytest.raises(SlotTaken):  # not after it without the rest in between either
        book_for(world, other, offering, 3, 22, ignores_hours=True)


def test_a_time_in_the_past_cannot_be_booked(world: World, student: Person) -> None:
    with pytest.raises(OutsideAvailability):
        book_for(world, student, world.offering(), 1, 9, ignores_hours=True)


def test_a_student_is_never_in_two_places(world: World, student: Person) -> None:
    world.book(student, world.offering(world.new_instructor("Bo Wind")), at(3, 10))
    with pytest.raises(StudentBusy):
        book_for(world, student, world.offering(), 3, 10)


def test_within_their_own_notice_instructors_book(world: World, student: Person) -> None:
    assert book_for(world, student, world.offering(), 1, 14).booking.status is BookingStatus.SCHEDULED


def test_only_own_students_and_the_enrolled_are_booked_for(world: World, student: Person) -> None:
    stranger = world.student("Ola Fremd", enrolled=False)
    open_offering = world.offering(course_id=None)
    with pytest.raises(NotFound):
        book_for(world, stranger, open_offering, 3, 10)
    world.book(stranger, open_offering, at(4, 10))
    assert book_for(world, stranger, open_offering, 3, 10)
    with pytest.raises(NotEnrolled):
        book_for(world, stranger, world.offering(), 3, 15)
    names = [pupil.name for pupil in world.platform.read(hosting.pupils, acting(world.instructor))]
    assert names == sorted([student.name, stranger.name])


def test_anothers_offering_and_other_roles_are_refused(world: World, student: Person) -> None:
    with pytest.raises(NotFound):
        book_for(world, student, world.offering(world.new_instructor("Bo Wind")), 3, 10)
    with pytest.raises(NotAllowed):
        world.platform.run(
            hosting.book_for,
            acting(student),
            offering_id=world.offering().id,
            student_id=student.id,
            starts_at=at(3, 10),
            charge=Charge.FREE,
        )


def test_a_topic_named_by_the_instructor_waits_for_the_student(world: World, student: Person) -> None:
    placed = book_for(
        world, student, world.offering(topic_type=TopicType.FLEXIBLE), 3, 10, topic="Exam questions"
    )
    assert placed.booking.topic_state is TopicState.BY_INSTRUCTOR
