"""The home of students and guardians shows theirs and nobody else's, in a fixed number of statements."""

from __future__ import annotations

from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    IllegalTransition,
    NotAllowed,
    NotFound,
    PriceChanged,
    TooLate,
    Unauthenticated,
)
from sessions_app.domain.permissions import Action, Actor, Role
from sessions_app.domain.rescheduling import Barrier
from sessions_app.models import Booking, GuardianLink, Material, Person, TeachingSession
from sessions_app.models.catalogue import BookingMode, Modality, SessionType
from sessions_app.services import (
    bookings,
    cancellations,
    checkout,
    enrollments,
    gateway_tasks,
    requests,
    sandbox_checkout,
)
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import cancelling, courses, dashboard
from sessions_app.services.queries.cancelling import CancelPreview
from sessions_app.services.queries.dashboard import Dashboard, MoneyState, Tab
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.statements import counted
from tests.services.world import World, acting, at

PRICE = 3200


def home(world: World, person: Person, **asked: Any) -> Dashboard:
    return world.platform.read(dashboard.dashboard, acting(person), **asked)


def ids(shown: Dashboard) -> list[str]:
    """All bookings of the tab, the next one too."""
    first = [shown.next] if shown.next and shown.tab is Tab.UPCOMING else []
    return [seat.booking_id for seat in (*first, *shown.seats)]


def open_page(world: World, payer: Person, placed: Placed) -> str:
    opened = checkout.open_page(
        world.platform, acting(payer), booking_id=placed.booking.id, return_url="/booking/confirmation"
    )
    return opened.url.rpartition("/")[2]


def pay(world: World, payer: Person, placed: Placed) -> None:
    token = open_page(world, payer, placed)
    sandbox_checkout.press(world.platform, acting(payer), token=token, button=Press.PAY)


def paid(world: World, student: Person, start: Any, **offering: Any) -> Placed:
    placed = world.book(student, world.offering(price_minor=PRICE, **offering), start)
    pay(world, student, placed)
    return placed


def preview(world: World, person: Person, placed: Placed) -> CancelPreview:
    return world.platform.read(cancelling.preview, acting(person), booking_id=placed.booking.id)


def over(world: World, placed: Placed, status: BookingStatus = BookingStatus.COMPLETED) -> None:
    """The session took place, as its end would write it."""

    def store(work: UnitOfWork) -> None:
        booking = work.db.get_one(Booking, placed.booking.id)
        booking.status = status
        work.db.get_one(TeachingSession, placed.session.id).ended_at = work.now

    world.platform.run(store, Actor.system())


class TestSayingThatOneComes:
    def test_it_is_offered_from_two_days_before_to_the_start_and_once(
        self, world: World, student: Person
    ) -> None:
        placed = world.book(student, world.offering(), at(9, 10))

        def is_asked() -> bool:
            seat = home(world, student).next
            return seat is not None and Action.CONFIRM_ATTENDANCE in seat.can

        world.clock.set(at(7, 9, 59))
        assert not is_asked()
        assert home(world, student).wakes_at == at(7, 10)
        world.clock.set(at(7, 10))
        assert is_asked()
        world.platform.run(bookings.confirm_attendance, acting(student), booking_id=placed.booking.id)
        assert not is_asked()
        assert world.booking(placed.booking.id).status is BookingStatus.CONFIRMED

    def test_it_is_over_once_the_session_should_run(self, world: World, student: Person) -> None:
        world.book(student, world.offering(), at(9, 10))
        world.clock.set(at(9, 10))
        seat = home(world, student).next
        assert seat is not None
        assert Action.CONFIRM_ATTENDANCE not in seat.can

    def test_a_guardian_says_it_for_a_child_whom_they_may_book_for(self, world: World) -> None:
        theo = world.student("Théo")
        guardian = world.guardian_of(theo)
        placed = world.book(theo, world.offering(), at(9, 10))
        world.clock.set(at(8, 10))
        seat = home(world, guardian).next
        assert seat is not None
        assert Action.CONFIRM_ATTENDANCE in seat.can
        world.platform.run(bookings.confirm_attendance, acting(guardian), booking_id=placed.booking.id)
        assert world.booking(placed.booking.id).status is BookingStatus.CONFIRMED

    def test_nobody_says_it_for_somebody_else(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(), at(9, 10))
        for person, refusal in ((world.instructor, NotAllowed), (world.student("Mina"), NotFound)):
            with pytest.raises(refusal):
                world.platform.run(bookings.confirm_attendance, acting(person), booking_id=placed.booking.id)

    def test_it_blocks_nothing(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(9, 10))
        world.clock.set(at(8, 9))
        world.platform.run(bookings.confirm_attendance, acting(student), booking_id=placed.booking.id)
        seat = home(world, student).next
        assert seat is not None
        assert {Action.CANCEL, Action.RESCHEDULE, Action.JOIN} <= seat.can
        assert preview(world, student, placed).decision.percent == 100


class TestWhoSeesWhat:
    def test_a_student_sees_their_own_and_nobody_elses(self, world: World, student: Person) -> None:
        offering = world.offering()
        mine = world.book(student, offering, at(3, 10))
        other = world.student("Mina Other")
        world.book(other, offering, at(3, 14))

        shown = home(world, student)

        assert ids(shown) == [mine.booking.id]
        assert shown.counts == {Tab.UPCOMING: 1, Tab.REQUESTS: 0, Tab.PAST: 0, Tab.CANCELLED: 0}
        assert [course.learner.id for course in shown.courses] == [student.id]

    def test_a_guardian_sees_all_their_children_and_chooses_one(self, world: World) -> None:
        theo, nora = world.student("Théo"), world.student("Nora")
        stranger = world.student("Stranger")
        guardian = world.guardian_of(theo, nora)
        offering = world.offering()
        of_theo = world.book(theo, offering, at(3, 10))
        of_nora = world.book(guardian, offering, at(3, 14), student_id=nora.id)
        world.book(stranger, offering, at(4, 10))

        assert ids(home(world, guardian)) == [of_theo.booking.id, of_nora.booking.id]
        assert [learner.name for learner in home(world, guardian).learners] == ["Nora", "Théo"]
        chosen = home(world, guardian, learner_id=nora.id)
        assert (ids(chosen), chosen.chosen_id) == ([of_nora.booking.id], nora.id)
        assert chosen.counts[Tab.UPCOMING] == 1
        assert list(chosen.credits) == [nora.id]

    def test_somebody_elses_child_cannot_be_chosen(self, world: World, student: Person) -> None:
        guardian = world.guardian_of(world.student("Théo"))
        world.book(student, world.offering(), at(3, 10))

        shown = home(world, guardian, learner_id=student.id)

        assert (ids(shown), shown.chosen_id) == ([], "")

    def test_a_guardian_who_may_not_look_sees_nothing(self, world: World, student: Person) -> None:
        guardian = world.person("Greta", Role.GUARDIAN)
        world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_view=False))
        world.book(student, world.offering(), at(3, 10))

        assert (ids(home(world, guardian)), home(world, guardian).courses) == ([], ())

    def test_a_guardian_is_offered_what_their_rights_allow(self, world: World, student: Person) -> None:
        guardian = world.person("Greta", Role.GUARDIAN)
        world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_cancel=False))
        world.book(student, world.offering(), at(3, 10))

        seat = home(world, guardian).next

        assert seat is not None
        assert seat.can == {Action.JOIN, Action.MESSAGE, Action.CONFIRM_ATTENDANCE}

    def test_it_is_no_home_of_instructors_and_strangers(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            home(world, world.instructor)
        with pytest.raises(Unauthenticated):
            world.platform.read(dashboard.dashboard, Actor.anonymous())


class TestWhichTab:
    def test_the_next_session_stands_alone_and_counts(self, world: World, student: Person) -> None:
        offering = world.offering()
        later = world.book(student, offering, at(5, 10))
        sooner = world.book(student, offering, at(3, 10))

        shown = home(world, student)

        assert shown.next is not None
        assert shown.next.booking_id == sooner.booking.id
        assert [seat.booking_id for seat in shown.seats] == [later.booking.id]
        assert shown.counts[Tab.UPCOMING] == 2

    def test_a_request_waits_until_it_is_answered(self, world: World, student: Person) -> None:
        asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(4, 10))

        shown = home(world, student, tab=Tab.REQUESTS)

        assert ids(shown) == [asked.booking.id]
        assert [seat.booking_id for seat in shown.waiting] == [asked.booking.id]
        assert shown.waiting[0].waits_until == world.booking(asked.booking.id).respond_by
        assert shown.waiting[0].can == {Action.CANCEL}

        world.platform.run(requests.accept, acting(world.instructor), booking_id=asked.booking.id)

        assert ids(home(world, student)) == [asked.booking.id]

    def test_an_unpaid_hold_asks_for_its_money(self, world: World, student: Person) -> None:
        held = world.book(student, world.offering(price_minor=PRICE), at(4, 10))

        shown = home(world, student)

        assert shown.next is None
        assert ids(shown) == [held.booking.id]
        assert shown.seats[0].can == {Action.PAY, Action.CANCEL}
        assert shown.seats[0].waits_until == held.booking.hold_expires_at

    def test_a_hold_that_needs_no_card_can_be_finished(self, world: World, student: Person) -> None:
        world.hold(student, world.offering(), at(4, 10))

        assert home(world, student).seats[0].can == {Action.BOOK, Action.CANCEL}

    def test_an_overdue_request_is_read_as_expired(self, world: World, student: Person) -> None:
        asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(9, 10))
        world.clock.advance(hours=49)

        shown = home(world, student, tab=Tab.CANCELLED)

        assert [(seat.booking_id, seat.status) for seat in shown.seats] == [
            (asked.booking.id, BookingStatus.EXPIRED)
        ]
        assert shown.counts == {Tab.UPCOMING: 0, Tab.REQUESTS: 0, Tab.PAST: 0, Tab.CANCELLED: 1}

    def test_times_chosen_and_let_go_were_never_bookings(self, world: World, student: Person) -> None:
        offering = world.offering()
        world.hold(student, offering, at(4, 10))
        world.hold(student, offering, at(4, 12), replaces_former=True)
        world.clock.advance(minutes=11)

        assert set(home(world, student).counts.values()) == {0}

    def test_money_that_lost_the_race_is_shown_with_its_return(self, world: World, student: Person) -> None:
        held = world.book(student, world.offering(price_minor=PRICE), at(4, 10))
        token = open_page(world, student, held)
        world.platform.run(sandbox_checkout._end_hold, acting(student), token=token)
        world.book(world.student("Mina"), world.offering(), at(4, 10))
        sandbox_checkout.press(world.platform, acting(student), token=token, button=Press.PAY)

        (seat,) = home(world, student, tab=Tab.CANCELLED).seats
        assert (seat.status, seat.returned.minor) == (BookingStatus.EXPIRED, PRICE)

    def test_what_took_place_is_past_latest_first(self, world: World, student: Person) -> None:
        offering = world.offering()
        first, second = world.book(student, offering, at(2, 10)), world.book(student, offering, at(3, 10))
        over(world, first)
        over(world, second, BookingStatus.NO_SHOW)

        shown = home(world, student, tab=Tab.PAST)

        assert ids(shown) == [second.booking.id, first.booking.id]
        assert [seat.can for seat in shown.seats] == [{Action.MESSAGE}, {Action.MESSAGE, Action.REVIEW}]
        assert [seat.booking_id for seat in home(world, student).recent] == ids(shown)

    def test_a_session_whose_time_is_over_is_past_before_anybody_closes_it(
        self, world: World, student: Person
    ) -> None:
        placed = world.book(student, world.offering(), at(2, 10))
        world.clock.set(at(2, 11))

        assert ids(home(world, student, tab=Tab.PAST)) == [placed.booking.id]
        assert home(world, student).next is None

    def test_a_cancelled_booking_says_what_goes_back(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(9, 10))
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)

        (seat,) = home(world, student, tab=Tab.CANCELLED).seats
        assert (seat.returned.minor, seat.is_return_done, seat.can) == (PRICE, False, frozenset())
        gateway_tasks.run_due(world.platform)
        (seat,) = home(world, student, tab=Tab.CANCELLED).seats
        assert seat.is_return_done

    def test_long_lists_come_in_parts(self, world: World, student: Person) -> None:
        offering = world.offering()
        for hour in range(8, 20, 2):
            world.book(student, offering, at(4, hour))
            world.book(student, offering, at(5, hour))

        shown = home(world, student, limit=4)
        assert (len(shown.seats), shown.has_more, shown.counts[Tab.UPCOMING]) == (4, True, 12)
        assert not home(world, student, limit=11).has_more


class TestWhatCanBeDone:
    def test_moving_is_offered_with_its_deadline_and_refused_after_it(
        self, world: World, student: Person
    ) -> None:
        world.book(student, world.offering(), at(3, 10))
        seat = home(world, student).next
        assert seat is not None
        assert Action.RESCHEDULE in seat.can
        assert (seat.move.barrier, seat.move.until) == (None, at(2, 22))

        world.clock.set(at(2, 22, 1))
        seat = home(world, student).next
        assert seat is not None
        assert Action.RESCHEDULE in seat.can
        assert seat.move.barrier is Barrier.NOTICE

    def test_nothing_is_offered_once_it_has_begun_but_joining(self, world: World, student: Person) -> None:
        world.book(student, world.offering(), at(3, 10))
        world.clock.set(at(3, 10, 5))

        seat = home(world, student).next
        assert seat is not None
        assert seat.can == {Action.JOIN, Action.MESSAGE}

    def test_a_place_has_no_room_to_join(self, world: World, student: Person) -> None:
        world.book(student, world.offering(modality=Modality.IN_PERSON, place="Room 4"), at(3, 10))

        seat = home(world, student).next
        assert seat is not None
        assert Action.JOIN not in seat.can

    def test_it_wakes_when_something_changes_by_itself(self, world: World, student: Person) -> None:
        world.book(student, world.offering(), at(3, 10))
        assert home(world, student).wakes_at == at(2, 22)
        world.clock.set(at(2, 23))
        assert home(world, student).wakes_at == at(3, 9, 50)


class TestCoursesAndMoney:
    def test_a_course_shows_what_is_done_and_what_is_put_off(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(), at(2, 10))
        over(world, placed)
        (course,) = home(world, student).courses
        assert (course.sessions_done, course.session_count, course.is_deferred) == (1, 10, False)

        world.platform.run(enrollments.defer, acting(student), enrollment_id=course.enrollment_id)

        (course,) = home(world, student).courses
        assert course.is_deferred
        card = world.platform.read(courses.listing, acting(student)).items[0]
        assert card.enrollment_id == course.enrollment_id

    def test_credits_and_their_movements_are_shown(self, world: World, student: Person) -> None:
        world.give_credits(student, 5)
        world.clock.advance(minutes=1)
        placed = world.book(student, world.offering(price_minor=None, credits=2), at(9, 10))
        world.clock.advance(minutes=1)
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)

        shown = home(world, student)

        assert shown.credits == {student.id: 5}
        assert [(entry.credits, entry.state) for entry in shown.history] == [
            (2, MoneyState.RETURNED),
            (-2, MoneyState.SPENT),
            (5, MoneyState.GRANTED),
        ]

    def test_a_payment_is_listed_with_its_refund(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(3, 10))
        (entry,) = home(world, student).history
        assert (entry.amount and entry.amount.minor, entry.state) == (PRICE, MoneyState.PAID)
        assert entry.method

        world.clock.set(at(2, 16))
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)

        (entry,) = home(world, student).history
        assert entry.state is MoneyState.PARTLY_REFUNDED
        assert [(back.amount.minor, back.is_done) for back in entry.refunds] == [(PRICE // 2, False)]

    def test_a_page_nobody_paid_on_is_no_payment(self, world: World, student: Person) -> None:
        held = world.book(student, world.offering(price_minor=PRICE), at(4, 10))
        open_page(world, student, held)

        assert home(world, student).history == ()

    def test_the_history_comes_in_parts(self, world: World, student: Person) -> None:
        for amount in range(1, 8):
            world.give_credits(student, amount)

        shown = home(world, student, history_limit=5)
        assert (len(shown.history), shown.has_more_history) == (5, True)
        assert not home(world, student, history_limit=7).has_more_history


def test_materials_are_counted_for_those_with_a_seat_alone(world: World, student: Person) -> None:
    offering, on_request = world.offering(), world.offering(booking_mode=BookingMode.REQUEST)
    for number, one in enumerate((offering, offering, on_request)):
        world.add(
            Material(
                offering_id=one.id,
                name=f"Sheet {number}.pdf",
                media_type="application/pdf",
                size_bytes=10,
                sha256="0" * 64,
                stored_as=f"{number:040}",
                created_at=world.clock.now(),
            )
        )
    first = world.book(student, offering, at(3, 10))
    world.book(student, on_request, at(4, 10))
    world.book(student, world.offering(), at(5, 10))
    given_up = world.book(student, offering, at(6, 10))
    world.platform.run(cancellations.cancel, acting(student), booking_id=given_up.booking.id)
    shown = home(world, student)
    assert shown.next is not None
    assert (shown.next.files, [seat.files for seat in shown.seats]) == (2, [0])
    assert [seat.files for seat in shown.waiting] == [0], "not before the answer"
    assert [seat.files for seat in home(world, student, tab=Tab.CANCELLED).seats] == [0]
    over(world, first)
    assert [seat.files for seat in home(world, student, tab=Tab.PAST).seats] == [2]


def test_the_number_of_statements_is_fixed(world: World, student: Person) -> None:
    guardian = world.guardian_of(student, world.student("Nora"))
    world.give_credits(student, 5)
    offering, group = world.offering(), world.offering(session_type=SessionType.GROUP, capacity=6)
    world.book(student, offering, at(3, 10))
    paid(world, student, at(4, 10))

    def asked(person: Person) -> int:
        with counted(world.platform.engine) as statements:
            home(world, person)
        return len(statements)

    before, before_guardian = asked(student), asked(guardian)
    for day in range(5, 12):
        world.book(student, offering, at(day, 10))
        world.book(student, group, at(day, 14))
        paid(world, student, at(day, 17))
    cancelled = paid(world, student, at(15, 10))
    world.platform.run(cancellations.cancel, acting(student), booking_id=cancelled.booking.id)

    assert (asked(student), asked(guardian)) == (before, before_guardian)
    assert before <= 16
    assert before_guardian <= 17


class TestBeforeCancelling:
    def test_all_of_it_goes_back_in_time(self, world: World, student: Person) -> None:
        seen = preview(world, student, paid(world, student, at(9, 10)))

        assert (seen.decision.percent, seen.decision.amount.minor) == (100, PRICE)
        assert [band.percent for band in seen.bands] == [100, 50, 0]
        assert 0 <= seen.now_at <= 60
        assert seen.method
        assert seen.can_move

    def test_half_of_it_later_and_nothing_at_last(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(3, 10))
        world.clock.set(at(2, 12))
        assert preview(world, student, placed).decision.amount.minor == PRICE // 2
        world.clock.set(at(3, 9))
        seen = preview(world, student, placed)
        assert (seen.decision.amount.minor, seen.can_move) == (0, False)

    def test_what_is_reserved_for_a_request_is_released(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(9, 10), booking_mode=BookingMode.REQUEST)

        seen = preview(world, student, placed)

        assert (seen.is_request, seen.reserved.minor, seen.paid.minor, seen.bands) == (True, PRICE, 0, ())

    def test_a_guardian_is_told_whose_session_it_is(self, world: World, student: Person) -> None:
        guardian = world.guardian_of(student)
        placed = world.book(student, world.offering(), at(9, 10))
        assert preview(world, guardian, placed).student_name == student.name
        assert preview(world, student, placed).student_name is None

    def test_only_its_own_side_is_asked(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(), at(9, 10))
        for other in (world.student("Mina"), world.instructor, world.person("Asta", Role.ASSISTANT)):
            with pytest.raises(NotFound):
                preview(world, other, placed)

    def test_what_is_over_or_has_begun_cannot_be_cancelled(self, world: World, student: Person) -> None:
        gone = world.book(student, world.offering(), at(9, 10))
        world.platform.run(cancellations.cancel, acting(student), booking_id=gone.booking.id)
        with pytest.raises(IllegalTransition):
            preview(world, student, gone)
        begun = world.book(student, world.offering(), at(3, 10))
        world.clock.set(at(3, 10, 1))
        with pytest.raises(TooLate):
            preview(world, student, begun)

    def test_nobody_gets_less_than_they_were_told(self, world: World, student: Person) -> None:
        placed = paid(world, student, at(9, 10))
        told = preview(world, student, placed).decision.percent
        world.clock.set(at(8, 12))

        with pytest.raises(PriceChanged):
            world.platform.run(
                cancellations.cancel_as_stated, acting(student), booking_id=placed.booking.id, percent=told
            )

        assert world.booking(placed.booking.id).status is BookingStatus.SCHEDULED
        told = preview(world, student, placed).decision.percent
        made = world.platform.run(
            cancellations.cancel_as_stated, acting(student), booking_id=placed.booking.id, percent=told
        )
        assert made.refund is not None
        assert made.refund.amount.minor == PRICE // 2
        assert [refund.amount_minor for refund in world.refunds(placed.booking.id)] == [PRICE // 2]
