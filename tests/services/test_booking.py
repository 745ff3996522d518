from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import (
    AlreadyBooked,
    HoldExpired,
    IllegalTransition,
    InstructorUnavailable,
    InsufficientCredits,
    NotAllowed,
    NotEnrolled,
    NotFound,
    OutsideAvailability,
    PriceChanged,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TooLate,
)
from sessions_app.domain.money import Money
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.slots import Reason, SlotListing
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Course, Enrollment, InstructorCourse, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import bookings, cancellations, checkout, expiry, moves, requests, slots
from tests.services.world import World, acting, at


def test_a_free_instant_booking_is_scheduled_at_once(world: World) -> None:
    student, offering = world.student(), world.offering()

    placed = world.book(student, offering, at(3, 10))

    assert world.booking(placed.booking.id).status is BookingStatus.SCHEDULED
    assert world.session(placed.session.id).status is SessionStatus.SCHEDULED
    assert [mail.to_address for mail in world.mails("session-booked")] == [
        student.email,
        world.instructor.email,
    ]


def test_a_hold_keeps_the_time_from_others_and_tells_nobody(world: World) -> None:
    offering = world.offering()
    world.hold(world.student(), offering, at(3, 10))

    with pytest.raises(SlotTaken) as refused:
        world.hold(world.student(), offering, at(3, 10))

    alternatives = refused.value.details["alternatives"]
    assert [slot["start"] for slot in alternatives] == [
        "2026-12-03T08:30:00Z",
        "2026-12-03T11:30:00Z",
        "2026-12-03T08:00:00Z",
    ]
    assert world.mails() == []


def test_an_overdue_hold_is_free_for_everybody_without_any_sweeper(world: World) -> None:
    offering = world.offering()
    first = world.hold(world.student(), offering, at(3, 10))
    world.clock.advance(minutes=10)

    second = world.hold(world.student(), offering, at(3, 10))

    assert world.booking(first.booking.id).status is BookingStatus.EXPIRED
    assert world.booking(second.booking.id).status is BookingStatus.HELD


def test_the_sweeper_expires_what_is_overdue_once(world: World) -> None:
    held = world.hold(world.student(), world.offering(), at(3, 10))
    world.clock.advance(minutes=11)

    assert expiry.sweep(world.platform) == 1
    assert expiry.sweep(world.platform) == 0
    assert world.session(held.session.id).status is SessionStatus.CANCELLED


def test_the_same_time_again_gives_the_same_hold_with_its_end_unmoved(world: World) -> None:
    student, offering = world.student(), world.offering()
    first = world.hold(student, offering, at(3, 10))
    world.clock.advance(minutes=3)

    again = world.hold(student, offering, at(3, 10))

    assert again.booking.id == first.booking.id
    assert not again.is_new
    assert again.booking.hold_expires_at == first.booking.hold_expires_at


def test_a_seat_that_is_booked_already_is_refused_as_such(world: World) -> None:
    student, offering = world.student(), world.offering()
    world.book(student, offering, at(3, 10))

    with pytest.raises(AlreadyBooked):
        world.book(student, offering, at(3, 10))


def test_a_new_hold_in_the_wizard_releases_the_former_one(world: World) -> None:
    student, offering = world.student(), world.offering()
    former = world.hold(student, offering, at(3, 10))

    world.hold(student, offering, at(3, 10, 30), replaces_former=True)

    assert world.booking(former.booking.id).status is BookingStatus.CANCELLED


def test_a_student_is_never_in_two_sessions_at_once(world: World) -> None:
    student, other = world.student(), world.new_instructor("Bo Ek")
    world.book(student, world.offering(), at(3, 10))

    with pytest.raises(StudentBusy):
        world.book(student, world.offering(other), at(3, 10, 30))


def test_sessions_of_a_student_may_touch(world: World) -> None:
    student, other = world.student(), world.new_instructor("Bo Ek")
    world.book(student, world.offering(), at(3, 10))

    assert world.book(student, world.offering(other), at(3, 11)).booking.status is BookingStatus.SCHEDULED


def test_confirming_after_the_hold_ended_says_so(world: World) -> None:
    student = world.student()
    held = world.hold(student, world.offering(), at(3, 10))
    world.clock.advance(minutes=10)

    with pytest.raises(HoldExpired):
        world.platform.run(bookings.confirm, acting(student), booking_id=held.booking.id)


def test_who_is_not_enrolled_cannot_book_the_course(world: World) -> None:
    with pytest.raises(NotEnrolled):
        world.book(world.student(enrolled=False), world.offering(), at(3, 10))


def test_an_instructor_who_left_the_course_cannot_be_booked(world: World) -> None:
    offering = world.offering()
    world.platform.run(
        lambda work: setattr(
            work.db.get_one(InstructorCourse, (world.instructor.id, world.course.id)), "is_active", False
        ),
        acting(world.instructor),
    )

    with pytest.raises(InstructorUnavailable):
        world.book(world.student(), offering, at(3, 10))


@pytest.mark.parametrize(
    ("starts_at", "reason"),
    [
        (at(1, 11), "past"),
        (at(1, 20), "notice"),
        (at(30, 10), "horizon"),
        (at(3, 21), "outside_hours"),
        (at(3, 10, 10), "off_grid"),
    ],
)
def test_a_time_outside_the_rules_names_the_rule(world: World, starts_at: object, reason: str) -> None:
    with pytest.raises(OutsideAvailability) as refused:
        world.book(world.student(), world.offering(), starts_at)  # type: ignore[arg-type]

    assert refused.value.details["reason"] == reason
    assert len(refused.value.details["alternatives"]) == 3


def test_another_price_than_agreed_is_refused(world: World) -> None:
    with pytest.raises(PriceChanged):
        world.book(world.student(), world.offering(price_minor=3200), at(3, 10), agreed=Money(3000, "EUR"))


def test_credits_are_spent_once_and_come_back_by_the_policy(world: World) -> None:
    student, offering = world.student(), world.offering(price_minor=None, credits=2)
    world.give_credits(student, 5)

    placed = world.book(student, offering, at(3, 10))
    assert placed.booking.pay_with is PayWith.CREDITS
    assert world.balance(student) == 3

    world.clock.set(at(3, 10) - timedelta(hours=13))
    cancelled = world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    assert cancelled.refund is not None
    assert (cancelled.refund.percent, cancelled.refund.credits) == (50, 1)
    assert world.balance(student) == 4


def test_too_few_credits_leave_no_trace(world: World) -> None:
    student, offering = world.student(), world.offering(price_minor=None, credits=1)

    with pytest.raises(InsufficientCredits):
        world.book(student, offering, at(3, 10))

    assert world.book(world.student(), world.offering(), at(3, 10)).is_new


def test_a_free_request_waits_for_the_instructor_and_blocks_the_time(world: World) -> None:
    student, offering = world.student(), world.offering(booking_mode=BookingMode.REQUEST)

    placed = world.book(student, offering, at(8, 10))

    assert placed.booking.status is BookingStatus.PENDING
    assert placed.booking.respond_by == world.clock.now() + timedelta(hours=48)
    with pytest.raises(SlotTaken):
        world.book(world.student(), world.offering(), at(8, 10))


def test_a_request_close_to_its_start_is_answered_before_the_notice(world: World) -> None:
    placed = world.book(world.student(), world.offering(booking_mode=BookingMode.REQUEST), at(2, 14))

    assert placed.booking.respond_by == at(2, 2)


def test_an_unanswered_request_expires_with_a_message_and_its_credits_back(world: World) -> None:
    student = world.student()
    offering = world.offering(booking_mode=BookingMode.REQUEST, price_minor=None, credits=1)
    world.give_credits(student, 1)
    placed = world.book(student, offering, at(8, 10))
    assert world.balance(student) == 0
    world.clock.advance(hours=48)

    expiry.sweep(world.platform)

    assert world.booking(placed.booking.id).status is BookingStatus.EXPIRED
    assert world.balance(student) == 1
    assert [mail.to_address for mail in world.mails("session-expired")] == [student.email]


def test_an_accepted_request_is_scheduled_and_a_declined_one_frees_the_time(world: World) -> None:
    student, offering = world.student(), world.offering(booking_mode=BookingMode.REQUEST)
    yes, no = world.book(student, offering, at(8, 10)), world.book(student, offering, at(9, 10))
    host = acting(world.instructor)

    world.platform.run(requests.accept, host, booking_id=yes.booking.id, response="Gladly")
    world.platform.run(requests.reject, host, booking_id=no.booking.id, response="I travel")

    assert world.booking(yes.booking.id).status is BookingStatus.SCHEDULED
    assert world.booking(no.booking.id).status is BookingStatus.REJECTED
    assert world.book(world.student(), world.offering(), at(9, 10)).is_new


def test_a_student_cannot_accept_their_own_request(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(8, 10))

    with pytest.raises(NotAllowed):
        world.platform.run(requests.accept, acting(student), booking_id=placed.booking.id)


def test_a_stranger_cannot_tell_a_booking_from_none(world: World) -> None:
    placed = world.book(world.student(), world.offering(), at(3, 10))

    with pytest.raises(NotFound):
        world.platform.run(cancellations.cancel, acting(world.student()), booking_id=placed.booking.id)


def test_cancelling_frees_the_time_and_tells_both(world: World) -> None:
    student, offering = world.student(), world.offering()
    placed = world.book(student, offering, at(3, 10))

    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="I am ill")

    assert world.session(placed.session.id).status is SessionStatus.CANCELLED
    cancels = world.mails("session-cancelled")
    assert {mail.to_address for mail in cancels} == {student.email, world.instructor.email}
    assert {mail.facts["sequence"] for mail in cancels} == {1}
    assert world.book(world.student(), offering, at(3, 10)).is_new


def test_a_second_cancel_is_refused(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)

    with pytest.raises(IllegalTransition):
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)


def test_rescheduling_keeps_the_booking_and_moves_session_and_seat_together(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))

    moved = world.platform.run(
        moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(4, 9)
    )

    booking, session = world.booking(placed.booking.id), world.session(placed.session.id)
    assert moved.booking.id == placed.booking.id
    assert (booking.starts_at, session.starts_at) == (at(4, 9), at(4, 9))
    assert (booking.reschedule_count, booking.sequence) == (1, 1)
    assert session.blocked_until == at(4, 10, 15)


def test_rescheduling_by_half_an_hour_is_not_in_its_own_way(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))

    world.platform.run(
        moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(3, 10, 30)
    )

    assert world.booking(placed.booking.id).starts_at == at(3, 10, 30)


def test_a_student_moves_a_session_twice_at_most(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))
    for day in (4, 5):
        world.platform.run(
            moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(day, 9)
        )

    with pytest.raises(TooLate):
        world.platform.run(
            moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(6, 9)
        )


def test_rescheduling_onto_a_taken_time_leaves_the_booking_where_it_was(world: World) -> None:
    student, offering = world.student(), world.offering()
    placed = world.book(student, offering, at(3, 10))
    world.book(world.student(), offering, at(4, 10))

    with pytest.raises(SlotTaken) as refused:
        world.platform.run(
            moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(4, 10)
        )

    assert len(refused.value.details["alternatives"]) == 3
    assert world.booking(placed.booking.id).starts_at == at(3, 10)


def test_an_instructor_cancels_all_seats_of_a_group(world: World) -> None:
    offering = world.offering(session_type=SessionType.GROUP, capacity=3)
    seats = [world.book(world.student(), offering, at(3, 10)) for _ in range(3)]
    assert len({seat.session.id for seat in seats}) == 1

    world.platform.run(cancellations.cancel, acting(world.instructor), booking_id=seats[0].booking.id)

    assert {world.booking(seat.booking.id).status for seat in seats} == {BookingStatus.CANCELLED}
    assert world.session(seats[0].session.id).status is SessionStatus.CANCELLED


def test_a_full_group_says_so_and_a_freed_seat_can_be_had_again(world: World) -> None:
    offering = world.offering(session_type=SessionType.GROUP, capacity=2)
    students = [world.student(), world.student()]
    seats = [world.book(student, offering, at(3, 10)) for student in students]
    late = world.student()
    with pytest.raises(SessionFull):
        world.book(late, offering, at(3, 10))

    world.platform.run(cancellations.cancel, acting(students[0]), booking_id=seats[0].booking.id)

    assert world.book(late, offering, at(3, 10)).session.id == seats[0].session.id


def test_one_seat_of_a_group_moves_alone(world: World) -> None:
    offering = world.offering(session_type=SessionType.GROUP, capacity=3)
    mover, stayer = world.student(), world.student()
    moved, stays = world.book(mover, offering, at(3, 10)), world.book(stayer, offering, at(3, 10))

    world.platform.run(moves.reschedule, acting(mover), booking_id=moved.booking.id, starts_at=at(4, 10))

    assert world.booking(moved.booking.id).starts_at == at(4, 10)
    assert world.booking(stays.booking.id).starts_at == at(3, 10)
    assert world.session(stays.session.id).seats_taken == 1


def test_a_guardian_books_for_a_child_without_an_address_and_gets_the_mail(world: World) -> None:
    child = world.student(email=None)
    guardian = world.guardian_of(child)

    placed = world.book(guardian, world.offering(), at(3, 10))

    assert placed.booking.student_id == child.id
    assert [mail.to_address for mail in world.mails("session-booked")] == [
        guardian.email,
        world.instructor.email,
    ]


def test_nobody_books_for_somebody_elses_child(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.book(world.student(), world.offering(), at(3, 10), student_id=world.student().id)


def test_a_hold_is_handed_over_only_where_the_other_child_could_have_taken_it(world: World) -> None:
    anna, ben = world.student("Anna"), world.student("Ben", zone="Asia/Tokyo")
    dora, stranger = world.student("Dora", enrolled=False), world.student("Other")
    guardian = world.guardian_of(anna, ben, dora)
    offering, elsewhere = world.offering(), world.offering(world.new_instructor("Bo Berg"))
    world.book(ben, elsewhere, at(4, 10))
    former = world.hold(ben, elsewhere, at(5, 10))
    held = world.hold(guardian, offering, at(4, 10), student_id=anna.id).booking.id

    def give(child: Person, booking_id: str = held) -> None:
        world.platform.run(bookings.hand_over, acting(guardian), booking_id=booking_id, student_id=child.id)

    with pytest.raises(StudentBusy) as refused:
        give(ben)
    assert at(4, 10) not in [
        datetime.fromisoformat(one["start"]) for one in refused.value.details["alternatives"]
    ]
    with pytest.raises(NotEnrolled):
        give(dora)
    with pytest.raises(NotAllowed):
        give(stranger)
    assert world.booking(held).student_id == anna.id
    assert world.booking(former.booking.id).status is BookingStatus.HELD

    free = world.hold(guardian, offering, at(6, 10), student_id=anna.id).booking.id
    give(ben, free)
    assert (world.booking(free).student_id, world.booking(free).timezone) == (ben.id, "Asia/Tokyo")
    assert world.booking(former.booking.id).status is BookingStatus.CANCELLED


def test_a_student_books_no_more_sessions_ahead_than_the_setting_allows(world: World) -> None:
    world.platform = replace(
        world.platform,
        settings=world.platform.settings.model_copy(update={"max_active_bookings_per_student": 2}),
    )
    student, offering = world.student(), world.offering()
    first, held = world.book(student, offering, at(3, 10)), world.hold(student, offering, at(4, 10))

    def listing() -> SlotListing:
        window = TimeSpan(at(2, 0), at(20, 0))
        return world.platform.read(slots.listing, acting(student), offering, window, student_id=student.id)

    for start in (at(5, 10), at(6, 10)):
        with pytest.raises(OutsideAvailability) as refused:
            world.book(student, offering, start)
        assert refused.value.details == {"reason": "student_cap", "limit": 2, "alternatives": []}
    assert (listing().slots, listing().reason) == ((), Reason.STUDENT_CAP)
    # The same hold again, a hold that replaces it, and another time for what is booked add no seat.
    assert world.hold(student, offering, at(4, 10)).booking.id == held.booking.id
    world.hold(student, offering, at(5, 10), replaces_former=True)
    world.platform.run(moves.reschedule, acting(student), booking_id=first.booking.id, starts_at=at(6, 10))
    # What has lapsed or is cancelled counts no more.
    world.clock.advance(minutes=11)
    assert listing().slots
    world.book(student, offering, at(7, 10))


def test_a_student_at_the_cap_is_told_of_it_for_a_taken_time_too(world: World) -> None:
    world.platform = replace(
        world.platform,
        settings=world.platform.settings.model_copy(update={"max_active_bookings_per_student": 1}),
    )
    student, offering = world.student(), world.offering()
    world.book(student, offering, at(3, 10))
    world.book(world.student(), offering, at(4, 10))

    with pytest.raises(OutsideAvailability) as refused:
        world.book(student, offering, at(4, 10))

    assert refused.value.details["reason"] == "student_cap"


def test_the_longest_titles_fit_a_booking(world: World) -> None:
    course = world.add(Course(title="C" * 160, subject_id=world.course.subject_id))
    student = world.student()
    world.add(
        InstructorCourse(instructor_id=world.instructor.id, course_id=course.id),
        Enrollment(student_id=student.id, course_id=course.id, created_at=world.clock.now()),
    )
    offering = world.offering(title="O" * 160, course_id=course.id, price_minor=100)
    placed = world.book(student, offering, at(3, 10))
    assert len(placed.booking.title) == 200
    opened = checkout.open_page(
        world.platform, acting(student), booking_id=placed.booking.id, return_url="/dashboard"
    )
    assert opened.url


def test_the_same_address_gets_one_mail_an_event(world: World) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)

    keys = [mail.dedupe_key for mail in world.mails()]
    assert len(keys) == len(set(keys)) == 4
