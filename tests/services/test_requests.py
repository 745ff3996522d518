"""Requests: accepted, declined, or answered with another time, which the student then takes or leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import GatewayPayment, PageState
from sessions_app.models import Booking, Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.models.money import PaymentStatus
from sessions_app.services import (
    bookings,
    cancellations,
    checkout,
    expiry,
    gateway_tasks,
    moves,
    payments,
    requests,
    slots,
)
from sessions_app.services.sandbox_checkout import Press
from tests.services.test_card_payments import open_page, press
from tests.services.world import World, acting, at


@pytest.fixture
def offering(world: World) -> Offering:
    return world.offering(booking_mode=BookingMode.REQUEST)


@pytest.fixture
def asked(world: World, student: Person, offering: Offering) -> Booking:
    return world.book(student, offering, at(3, 10)).booking


def propose(world: World, booking: Booking, day: int, hour: int, **facts: object) -> Booking:
    return world.platform.run(
        requests.propose,
        acting(world.instructor),
        booking_id=booking.id,
        starts_at=at(day, hour),
        **facts,  # type: ignore[arg-type]
    )


def take(world: World, student: Person, booking: Booking) -> Booking:
    return world.platform.run(requests.accept_proposal, acting(student), booking_id=booking.id)


def void_at_gateway(world: World, booking: Booking) -> None:
    """The bank gives the reserved money up by itself, as it does after some days."""
    [payment] = world.payments(booking.id)
    told = GatewayPayment(
        checkout_id=payment.checkout_id or "",
        intent_id=payment.intent_id,
        reference=payment.id,
        state=PageState.VOIDED,
        amount=Money(payment.amount_minor, payment.currency),
        captured_minor=0,
        refunded_minor=0,
        url=payment.page_url or "",
    )
    world.platform.run(payments.settle, Actor.system(), told)


# Another time is proposed.


def test_a_proposed_time_waits_for_the_student_and_says_what_was_asked(world: World, asked: Booking) -> None:
    proposed = propose(world, asked, 4, 14, message="I teach a class then.")

    assert (proposed.status, proposed.starts_at) == (BookingStatus.PENDING, at(4, 14))
    assert proposed.asked_starts_at == at(3, 10)
    assert proposed.respond_by == world.clock.now() + timedelta(hours=48)
    assert proposed.instructor_response == "I teach a class then."
    [mail] = world.mails("session-proposed")
    assert mail.facts["starts_at"] == "2026-12-04T14:00:00Z"
    assert mail.facts["was_starts_at"] == "2026-12-03T10:00:00Z"
    assert mail.facts["part"] == "student"


def test_nobody_else_gets_a_time_that_is_proposed_and_the_asked_one_is_free(
    world: World, asked: Booking, offering: Offering
) -> None:
    propose(world, asked, 4, 14)
    other = world.student("Mira Holm")

    with pytest.raises(SlotTaken):
        world.book(other, offering, at(4, 14))
    assert world.book(other, offering, at(3, 10)).booking.status is BookingStatus.PENDING


def test_the_student_takes_the_proposed_time_and_the_session_is_booked(
    world: World, student: Person, asked: Booking
) -> None:
    propose(world, asked, 4, 14)

    taken = take(world, student, asked)

    assert (taken.status, taken.starts_at) == (BookingStatus.SCHEDULED, at(4, 14))
    assert {mail.facts["part"] for mail in world.mails("session-accepted")} == {"student", "instructor"}
    assert all(mail.facts["method"] == "REQUEST" for mail in world.mails("session-accepted"))


def test_the_card_held_for_a_request_is_charged_when_the_student_takes_the_proposed_time(
    world: World, student: Person
) -> None:
    held = world.book(student, world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST), at(3, 10))
    press(world, student, open_page(world, student, held), Press.PAY)
    propose(world, held.booking, 4, 14)

    assert take(world, student, held.booking).status is BookingStatus.SCHEDULED
    gateway_tasks.run_due(world.platform)
    assert [payment.status for payment in world.payments(held.booking.id)] == [PaymentStatus.PAID]


def test_without_money_on_hold_the_time_taken_is_to_be_paid(world: World, student: Person) -> None:
    held = world.book(student, world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST), at(3, 10))
    press(world, student, open_page(world, student, held), Press.PAY)
    void_at_gateway(world, held.booking)
    propose(world, held.booking, 4, 14)

    taken = take(world, student, held.booking)

    assert taken.status is BookingStatus.ACCEPTED
    assert taken.pay_by == taken.frees_at == world.clock.now() + timedelta(hours=12)
    [mail] = world.mails("session-payment-due")
    assert mail.facts["pay_by"] == "2026-12-02T00:00:00Z"

    again = world.booking(held.booking.id)
    page = checkout.open_page(
        world.platform, acting(student), booking_id=again.id, return_url="/booking/confirmation"
    )
    press(world, student, page.url.removeprefix("/test-pay/"), Press.PAY)
    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED


def test_a_request_whose_card_is_not_held_any_more_is_accepted_to_be_paid(
    world: World, student: Person
) -> None:
    held = world.book(student, world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST), at(3, 10))
    press(world, student, open_page(world, student, held), Press.PAY)
    void_at_gateway(world, held.booking)

    world.platform.run(requests.accept, acting(world.instructor), booking_id=held.booking.id)

    assert world.booking(held.booking.id).status is BookingStatus.ACCEPTED


def test_a_time_agreed_on_and_never_paid_is_free_again(world: World, student: Person) -> None:
    held = world.book(student, world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST), at(3, 10))
    press(world, student, open_page(world, student, held), Press.PAY)
    void_at_gateway(world, held.booking)
    propose(world, held.booking, 4, 14)
    take(world, student, held.booking)

    world.clock.advance(hours=12)
    expiry.sweep(world.platform)

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    assert world.mails("session-expired")[-1].facts["pay_by"] is not None


def test_credits_kept_for_a_request_pay_for_the_time_taken(world: World, student: Person) -> None:
    world.give_credits(student, 1)
    placed = world.book(
        student, world.offering(price_minor=None, credits=1, booking_mode=BookingMode.REQUEST), at(3, 10)
    )
    propose(world, placed.booking, 4, 14)

    assert take(world, student, placed.booking).status is BookingStatus.SCHEDULED
    assert world.balance(student) == 0


def test_declining_a_proposed_time_ends_the_request_and_gives_everything_back(
    world: World, student: Person, offering: Offering
) -> None:
    world.give_credits(student, 1)
    paid = world.offering(price_minor=None, credits=1, booking_mode=BookingMode.REQUEST)
    placed = world.book(student, paid, at(3, 10))
    propose(world, placed.booking, 4, 14)

    world.platform.run(requests.decline_proposal, acting(student), booking_id=placed.booking.id)

    ended = world.booking(placed.booking.id)
    assert (ended.status, ended.cancelled_by) == (BookingStatus.CANCELLED, "student")
    assert world.balance(student) == 1
    assert world.book(world.student("Mira Holm"), offering, at(4, 14))


def test_a_card_held_for_a_request_is_released_when_the_proposed_time_is_declined(
    world: World, student: Person
) -> None:
    held = world.book(student, world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST), at(3, 10))
    press(world, student, open_page(world, student, held), Press.PAY)
    propose(world, held.booking, 4, 14)

    world.platform.run(requests.decline_proposal, acting(student), booking_id=held.booking.id)
    gateway_tasks.run_due(world.platform)

    assert [payment.status for payment in world.payments(held.booking.id)] == [PaymentStatus.VOIDED]


def test_a_proposal_that_is_not_answered_expires_and_frees_its_time(
    world: World, student: Person, asked: Booking, offering: Offering
) -> None:
    propose(world, asked, 6, 14)
    world.clock.advance(hours=48)

    with pytest.raises(IllegalTransition):
        take(world, student, asked)
    assert world.book(world.student("Mira Holm"), offering, at(6, 14))
    assert world.booking(asked.id).status is BookingStatus.EXPIRED
    [mail] = world.mails("session-expired")
    assert mail.facts["is_proposed"] is True


def test_a_proposed_time_is_never_waited_for_past_its_start(world: World, asked: Booking) -> None:
    assert propose(world, asked, 2, 9).respond_by == at(2, 9)


def test_the_student_takes_a_request_back_while_a_time_is_proposed(
    world: World, student: Person, asked: Booking
) -> None:
    propose(world, asked, 4, 14)
    world.platform.run(cancellations.cancel, acting(student), booking_id=asked.id)
    assert world.booking(asked.id).status is BookingStatus.CANCELLED
    with pytest.raises(IllegalTransition):
        take(world, student, asked)


def test_the_instructor_can_still_decline_what_they_proposed(world: World, asked: Booking) -> None:
    propose(world, asked, 4, 14)
    world.platform.run(requests.reject, acting(world.instructor), booking_id=asked.id)
    assert world.booking(asked.id).status is BookingStatus.REJECTED


def test_a_second_proposal_replaces_the_first_and_keeps_what_was_asked(world: World, asked: Booking) -> None:
    propose(world, asked, 4, 14)
    again = propose(world, asked, 5, 9)
    assert (again.starts_at, again.asked_starts_at) == (at(5, 9), at(3, 10))
    assert len(world.mails("session-proposed")) == 2


def test_instructors_propose_outside_their_hours_when_they_mean_it(world: World, asked: Booking) -> None:
    with pytest.raises(OutsideAvailability):
        propose(world, asked, 4, 21)
    assert propose(world, asked, 4, 21, ignores_hours=True).starts_at == at(4, 21)


def test_a_time_that_is_taken_on_either_side_cannot_be_proposed(
    world: World, student: Person, asked: Booking, offering: Offering
) -> None:
    free = world.offering()
    world.book(world.student("Mira Holm"), free, at(4, 14))
    with pytest.raises(SlotTaken):
        propose(world, asked, 4, 14, ignores_hours=True)
    elsewhere = world.offering(world.new_instructor("Bo Wind"))
    world.book(student, elsewhere, at(4, 17))
    with pytest.raises(StudentBusy):
        propose(world, asked, 4, 17)
    assert world.booking(asked.id).starts_at == at(3, 10)


def test_the_same_time_is_no_proposal(world: World, asked: Booking) -> None:
    with pytest.raises(InvalidInput):
        propose(world, asked, 3, 10)


def test_only_the_student_side_answers_a_proposal_and_only_the_instructor_makes_one(
    world: World, student: Person, asked: Booking
) -> None:
    with pytest.raises(NotAllowed):
        world.platform.run(requests.propose, acting(student), booking_id=asked.id, starts_at=at(4, 14))
    propose(world, asked, 4, 14)
    with pytest.raises(NotAllowed):
        take(world, world.instructor, asked)
    with pytest.raises(NotFound):
        take(world, world.student("Mira Holm"), asked)
    with pytest.raises(IllegalTransition):
        world.platform.run(requests.accept, acting(world.instructor), booking_id=asked.id)


def test_a_guardian_answers_for_their_child(world: World, asked: Booking, student: Person) -> None:
    guardian = world.guardian_of(student)
    propose(world, asked, 4, 14)
    assert take(world, guardian, asked).status is BookingStatus.SCHEDULED


def test_nothing_is_answered_where_nothing_was_proposed(
    world: World, student: Person, asked: Booking
) -> None:
    with pytest.raises(IllegalTransition):
        take(world, student, asked)


def test_a_group_seat_is_proposed_another_session_of_the_group(world: World, student: Person) -> None:
    group = world.offering(
        session_type=SessionType.GROUP, capacity=4, booking_mode=BookingMode.REQUEST, title="Seminar"
    )
    placed = world.book(student, group, at(3, 10))
    neighbour = world.book(world.student("Mira Holm"), group, at(3, 10)).booking

    propose(world, placed.booking, 4, 14)

    moved = world.booking(placed.booking.id)
    assert (moved.starts_at, moved.session_id != placed.session.id) == (at(4, 14), True)
    assert world.booking(neighbour.id).starts_at == at(3, 10)
    assert world.session(placed.session.id).seats_taken == 1


def test_two_students_taking_and_booking_one_time_at_once_never_share_it(
    world: World, student: Person, asked: Booking, offering: Offering
) -> None:
    propose(world, asked, 4, 14)
    rivals = world.crowd(8)

    with ThreadPoolExecutor(9) as pool:
        taken = pool.submit(take, world, student, asked)
        rushed = [pool.submit(world.book, rival, offering, at(4, 14)) for rival in rivals]

    assert taken.result().status is BookingStatus.SCHEDULED
    assert all(isinstance(one.exception(), SlotTaken) for one in rushed)


# Several at once.


def test_accepting_several_requests_tells_which_could_not_be(
    world: World, student: Person, asked: Booking, offering: Offering
) -> None:
    late = world.book(world.student("Mira Holm"), offering, at(4, 10)).booking
    gone = world.book(world.student("Yara Sol"), offering, at(5, 10)).booking
    world.platform.run(cancellations.cancel, Actor.system(), booking_id=gone.id)

    answered = requests.accept_each(
        world.platform, acting(world.instructor), booking_ids=[asked.id, gone.id, late.id, asked.id]
    )

    assert [(one.booking_id, one.refused is None) for one in answered] == [
        (asked.id, True),
        (gone.id, False),
        (late.id, True),
    ]
    assert world.booking(late.id).status is BookingStatus.SCHEDULED


def test_anothers_requests_are_not_accepted_with_ones_own(world: World, asked: Booking) -> None:
    other = world.new_instructor("Bo Wind")
    [answered] = requests.accept_each(world.platform, acting(other), booking_ids=[asked.id])
    assert isinstance(answered.refused, NotFound)


def test_too_many_requests_at_once_are_refused(world: World) -> None:
    ids = [f"bkg_{number}" for number in range(requests.MOST_AT_ONCE + 1)]
    with pytest.raises(InvalidInput):
        requests.accept_each(world.platform, acting(world.instructor), booking_ids=ids)


# Called off by the instructor.


def test_who_is_cancelled_on_is_offered_the_nearest_other_times(
    world: World, student: Person, offering: Offering
) -> None:
    placed = world.book(student, world.offering(), at(3, 10))
    world.platform.run(
        cancellations.cancel_session,
        acting(world.instructor),
        session_id=placed.session.id,
        reason="I am ill.",
    )
    [mail] = [mail for mail in world.mails("session-cancelled") if mail.facts["part"] == "student"]
    starts = mail.facts["alternatives"]
    assert len(starts) == 3
    assert all(not "2026-12-03T09:00:01Z" <= start < "2026-12-03T11:00:00Z" for start in starts)
    assert mail.facts["reason"] == "I am ill."


def test_who_cancels_themselves_is_offered_nothing(world: World, student: Person) -> None:
    placed = world.book(student, world.offering(), at(3, 10))
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    assert all(mail.facts["alternatives"] == [] for mail in world.mails("session-cancelled"))


# Moved by the instructor.


def test_instructors_move_a_session_outside_their_hours_only_when_they_mean_it(
    world: World, student: Person
) -> None:
    booking = world.book(student, world.offering(), at(3, 10)).booking
    with pytest.raises(OutsideAvailability):
        world.platform.run(
            moves.reschedule, acting(world.instructor), booking_id=booking.id, starts_at=at(3, 21, 10)
        )
    moved = world.platform.run(
        moves.reschedule,
        acting(world.instructor),
        booking_id=booking.id,
        starts_at=at(3, 21, 10),
        ignores_hours=True,
    )
    assert moved.booking.starts_at == at(3, 21, 10)


def test_students_are_bound_by_the_hours_whatever_they_send(world: World, student: Person) -> None:
    booking = world.book(student, world.offering(), at(3, 10)).booking
    with pytest.raises(OutsideAvailability):
        world.platform.run(
            moves.reschedule,
            acting(student),
            booking_id=booking.id,
            starts_at=at(3, 21),
            ignores_hours=True,
        )


def test_a_move_within_the_notice_joins_the_group_that_is_there(world: World, student: Person) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=4)
    tomorrow, there = (
        world.book(student, group, at(3, 10)),
        world.book(world.student("Mira"), group, at(2, 10)),
    )
    world.clock.set(at(2, 1))
    moved = world.platform.run(
        moves.reschedule,
        acting(world.instructor),
        booking_id=tomorrow.booking.id,
        starts_at=at(2, 10),
    )
    assert moved.session.id == there.session.id
    assert world.session(there.session.id).seats_taken == 2


def test_the_times_offered_instead_can_be_booked(world: World, student: Person) -> None:
    placed = world.book(student, world.offering(), at(3, 10))
    world.platform.run(cancellations.cancel_session, acting(world.instructor), session_id=placed.session.id)
    booking = world.booking(placed.booking.id)
    [first, *_] = world.platform.read(slots.instead_of, acting(student), booking)
    again = world.platform.run(
        bookings.book, acting(student), offering_id=booking.offering_id, starts_at=first.span.start
    )
    assert again.booking.status is BookingStatus.SCHEDULED
