from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    CardDeclined,
    HoldExpired,
    IllegalTransition,
    InvalidInput,
    NotFound,
    TemporarilyUnavailable,
)
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import GatewayPayment, GatewayRefused, GatewayUnavailable, PageRequest
from sessions_app.models import InboundEvent, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.models.messages import InboundState
from sessions_app.models.money import PaymentStatus, RefundStatus
from sessions_app.services import (
    bookings,
    cancellations,
    checkout,
    expiry,
    gateway_tasks,
    inbox,
    payments,
    requests,
    sandbox_checkout,
)
from sessions_app.services.bookings import Placed
from sessions_app.services.sandbox_checkout import Press, SandboxPage
from sessions_app.services.unit_of_work import Platform
from tests.services.world import World, acting, at


def open_page(world: World, student: Person, placed: Placed) -> str:
    opened = checkout.open_page(
        world.platform, acting(student), booking_id=placed.booking.id, return_url="/booking/confirmation"
    )
    return opened.url.removeprefix("/test-pay/")


def press(world: World, student: Person, token: str, button: Press) -> SandboxPage:
    return sandbox_checkout.press(world.platform, acting(student), token=token, button=button)


@pytest.fixture
def held(world: World, student: Person) -> Placed:
    return world.book(student, world.offering(price_minor=3200), at(3, 10))


@pytest.fixture
def token(world: World, student: Person, held: Placed) -> str:
    return open_page(world, student, held)


def test_a_card_booking_stays_held_until_it_is_paid(world: World, student: Person, held: Placed) -> None:
    assert held.needs_card
    assert world.mails() == []

    press(world, student, open_page(world, student, held), Press.PAY)

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED
    (payment,) = world.payments(held.booking.id)
    assert (payment.status, payment.captured_minor) == (PaymentStatus.PAID, 3200)
    assert len(world.mails("session-booked")) == 2


def test_opening_the_page_moves_the_end_of_the_hold_once(world: World, student: Person, held: Placed) -> None:
    world.clock.advance(minutes=2)
    open_page(world, student, held)
    end = world.booking(held.booking.id).hold_expires_at
    assert end == world.clock.now() + timedelta(minutes=15)

    world.clock.advance(minutes=5)
    open_page(world, student, held)

    assert world.booking(held.booking.id).hold_expires_at == end


def test_opening_the_page_twice_gives_one_page(world: World, student: Person, held: Placed) -> None:
    assert open_page(world, student, held) == open_page(world, student, held)
    assert len(world.payments(held.booking.id)) == 1


def test_a_declined_card_leaves_hold_and_page_open_for_another(
    world: World, student: Person, held: Placed, token: str
) -> None:
    with pytest.raises(CardDeclined):
        press(world, student, token, Press.DECLINE)
    assert world.booking(held.booking.id).status is BookingStatus.HELD

    press(world, student, token, Press.PAY)

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED


def test_a_second_press_of_pay_changes_nothing(
    world: World, student: Person, held: Placed, token: str
) -> None:
    press(world, student, token, Press.PAY)

    with pytest.raises(IllegalTransition):
        press(world, student, token, Press.PAY)

    assert len(world.mails("session-booked")) == 2
    assert world.refunds(held.booking.id) == []


def test_the_same_news_any_number_of_times_has_one_effect(
    world: World, student: Person, held: Placed, token: str
) -> None:
    page = press(world, student, token, Press.PAY)

    for _ in range(3):
        payments.sync(world.platform, page.checkout_id)

    assert len(world.mails("session-booked")) == 2


def test_a_lost_event_is_made_good_by_reading_the_gateway(
    world: World, student: Person, held: Placed, token: str
) -> None:
    page = world.platform.read(sandbox_checkout.view, acting(student), token=token)
    world.platform.run(sandbox_checkout._press, acting(student), token=token, button=Press.PAY)
    world.platform.run(lambda work: work.db.delete(work.db.exec(_all_events()).one()), Actor.system())
    assert inbox.handle_due(world.platform) == 0

    payments.sync(world.platform, page.checkout_id)

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED


def _all_events():  # type: ignore[no-untyped-def]
    from sqlmodel import select

    return select(InboundEvent)


def test_an_open_page_keeps_the_seat_until_the_sweeper_has_closed_it(
    world: World, student: Person, held: Placed, token: str
) -> None:
    other = world.student()
    world.clock.advance(minutes=16)
    assert expiry.sweep(world.platform) == 0

    assert checkout.close_overdue_pages(world.platform) == 1

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    assert world.hold(other, world.offering(), at(3, 10)).is_new
    with pytest.raises(IllegalTransition):
        press(world, student, token, Press.PAY)


def test_the_sweeper_settles_a_page_that_turns_out_to_be_paid(
    world: World, student: Person, held: Placed, token: str
) -> None:
    world.platform.run(sandbox_checkout._press, acting(student), token=token, button=Press.PAY)
    world.clock.advance(minutes=16)

    assert checkout.close_overdue_pages(world.platform) == 0

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED


def test_a_gateway_out_of_reach_blocks_the_seat_for_33_minutes_at_most(
    world: World, student: Person, held: Placed, token: str
) -> None:
    world.clock.advance(minutes=32)
    assert expiry.sweep(world.platform) == 0

    world.clock.advance(minutes=1)

    assert expiry.sweep(world.platform) == 1


def test_money_that_comes_late_gets_the_seat_when_it_is_still_free(
    world: World, student: Person, held: Placed, token: str
) -> None:
    press(world, student, token, Press.PAY_LATE)

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED
    assert world.session(held.session.id).seats_taken == 1


def test_money_that_comes_late_goes_back_in_full_when_the_seat_is_gone(
    world: World, student: Person, held: Placed, token: str
) -> None:
    world.platform.run(sandbox_checkout._end_hold, acting(student), token=token)
    world.book(world.student(), world.offering(), at(3, 10))

    press(world, student, token, Press.PAY)
    gateway_tasks.run_due(world.platform)

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    (payment,) = world.payments(held.booking.id)
    (refund,) = world.refunds(held.booking.id)
    assert payment.status is PaymentStatus.LOST_RACE
    assert (refund.amount_minor, refund.status) == (3200, RefundStatus.DONE)
    assert [mail.to_address for mail in world.mails("payment-returned")] == [student.email]


def test_money_that_comes_late_goes_back_when_the_instructor_called_the_session_off(
    world: World, student: Person
) -> None:
    offering = world.offering(price_minor=3200, session_type=SessionType.GROUP, capacity=3)
    held = world.book(student, offering, at(3, 10))
    stays = world.book(world.student(), offering, at(3, 10))
    token = open_page(world, student, held)
    world.platform.run(sandbox_checkout._end_hold, acting(student), token=token)
    world.platform.run(cancellations.cancel, acting(world.instructor), booking_id=stays.booking.id)

    press(world, student, token, Press.PAY)

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    assert [refund.amount_minor for refund in world.refunds(held.booking.id)] == [3200]


def test_lost_race_is_final_even_when_the_seat_is_free_once_more(
    world: World, student: Person, held: Placed, token: str
) -> None:
    world.platform.run(sandbox_checkout._end_hold, acting(student), token=token)
    rival = world.student()
    taken = world.book(rival, world.offering(), at(3, 10))
    page = press(world, student, token, Press.PAY)
    world.platform.run(cancellations.cancel, acting(rival), booking_id=taken.booking.id)

    payments.sync(world.platform, page.checkout_id)

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    assert len(world.refunds(held.booking.id)) == 1


def test_money_for_a_cancelled_hold_goes_back(
    world: World, student: Person, held: Placed, token: str
) -> None:
    world.platform.run(bookings.release, acting(student), booking_id=held.booking.id)

    press(world, student, token, Press.PAY)

    assert world.booking(held.booking.id).status is BookingStatus.CANCELLED
    assert [refund.amount_minor for refund in world.refunds(held.booking.id)] == [3200]


def test_a_slow_method_keeps_the_seat_until_the_money_arrives(
    world: World, student: Person, held: Placed, token: str
) -> None:
    press(world, student, token, Press.PAY_SLOWLY)
    world.clock.advance(hours=5)
    expiry.sweep(world.platform)
    checkout.close_overdue_pages(world.platform)
    assert world.booking(held.booking.id).status is BookingStatus.HELD

    press(world, student, token, Press.MONEY_ARRIVES)

    assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED


def test_a_slow_method_that_fails_frees_the_seat(
    world: World, student: Person, held: Placed, token: str
) -> None:
    press(world, student, token, Press.PAY_SLOWLY)
    press(world, student, token, Press.MONEY_FAILS)

    assert world.booking(held.booking.id).status is BookingStatus.EXPIRED
    assert world.hold(world.student(), world.offering(), at(3, 10)).is_new


def test_another_amount_than_asked_is_never_confirmed(
    world: World, student: Person, held: Placed, token: str
) -> None:
    page = world.platform.read(sandbox_checkout.view, acting(student), token=token)
    world.platform.run(sandbox_checkout._press, acting(student), token=token, button=Press.PAY)
    told = world.platform.payments.read_page(page.checkout_id)

    world.platform.run(payments.settle, Actor.system(), replace(told, amount=replace(told.amount, minor=1)))

    assert world.booking(held.booking.id).status is BookingStatus.HELD
    assert world.payments(held.booking.id)[0].status is PaymentStatus.REVIEW


@pytest.mark.parametrize(
    ("hours_before", "percent", "back"), [(24, 100, 3201), (23.99, 50, 1601), (12, 50, 1601), (11.99, 0, 0)]
)
def test_cancelling_gives_back_what_the_policy_says(
    world: World, student: Person, hours_before: float, percent: int, back: int
) -> None:
    placed = world.book(student, world.offering(price_minor=3201), at(3, 10))
    press(world, student, open_page(world, student, placed), Press.PAY)
    world.clock.set(at(3, 10) - timedelta(hours=hours_before))
    stated = world.platform.read(cancellations.preview_cancel, acting(student), booking_id=placed.booking.id)

    made = world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    gateway_tasks.run_due(world.platform)

    assert made.refund == stated
    assert (stated.percent, stated.amount.minor) == (percent, back)
    assert sum(refund.amount_minor for refund in world.refunds(placed.booking.id)) == back
    page = world.platform.payments.read_page(world.payments(placed.booking.id)[0].checkout_id or "")
    assert page.refunded_minor == back


def test_an_instructor_who_cancels_gives_everything_back_at_any_time(
    world: World, student: Person, held: Placed, token: str
) -> None:
    press(world, student, token, Press.PAY)
    world.clock.set(at(3, 9, 59))

    made = world.platform.run(cancellations.cancel, acting(world.instructor), booking_id=held.booking.id)

    assert made.refund is not None
    assert made.refund.amount.minor == 3200


def test_the_payer_may_give_up_the_refund(world: World, student: Person, held: Placed, token: str) -> None:
    press(world, student, token, Press.PAY)

    made = world.platform.run(
        cancellations.cancel, acting(student), booking_id=held.booking.id, waives_refund=True
    )

    assert made.refund is not None
    assert (made.refund.percent, made.refund.amount.minor) == (0, 0)
    assert world.refunds(held.booking.id) == []


class TestOnRequest:
    @pytest.fixture
    def held(self, world: World, student: Person) -> Placed:
        offering = world.offering(price_minor=3200, booking_mode=BookingMode.REQUEST)
        return world.book(student, offering, at(8, 10))

    def test_the_card_is_reserved_at_request_and_taken_at_accept(
        self, world: World, student: Person, held: Placed, token: str
    ) -> None:
        press(world, student, token, Press.PAY)
        assert world.booking(held.booking.id).status is BookingStatus.PENDING
        assert world.payments(held.booking.id)[0].captured_minor == 0

        world.platform.run(requests.accept, acting(world.instructor), booking_id=held.booking.id)
        gateway_tasks.run_due(world.platform)

        (payment,) = world.payments(held.booking.id)
        assert (payment.status, payment.captured_minor) == (PaymentStatus.PAID, 3200)
        assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED
        assert world.refunds(held.booking.id) == []

    def test_a_declined_request_takes_nothing(
        self, world: World, student: Person, held: Placed, token: str
    ) -> None:
        press(world, student, token, Press.PAY)

        world.platform.run(requests.reject, acting(world.instructor), booking_id=held.booking.id)
        gateway_tasks.run_due(world.platform)

        (payment,) = world.payments(held.booking.id)
        assert (payment.status, payment.captured_minor) == (PaymentStatus.VOIDED, 0)

    def test_an_expired_request_takes_nothing(
        self, world: World, student: Person, held: Placed, token: str
    ) -> None:
        press(world, student, token, Press.PAY)
        world.clock.advance(hours=48)

        expiry.sweep(world.platform)
        gateway_tasks.run_due(world.platform)

        assert world.payments(held.booking.id)[0].status is PaymentStatus.VOIDED

    def test_cancelling_an_accepted_request_before_its_capture_gives_back_what_is_captured(
        self, world: World, student: Person, held: Placed, token: str
    ) -> None:
        press(world, student, token, Press.PAY)
        world.platform.run(requests.accept, acting(world.instructor), booking_id=held.booking.id)

        world.platform.run(cancellations.cancel, acting(student), booking_id=held.booking.id)
        for _ in range(3):
            gateway_tasks.run_due(world.platform)

        (payment,) = world.payments(held.booking.id)
        page = world.platform.payments.read_page(payment.checkout_id or "")
        assert page.captured_minor - page.refunded_minor == 0


def test_nobody_opens_the_page_of_somebody_else(world: World, held: Placed) -> None:
    with pytest.raises(NotFound):
        open_page(world, world.student(), held)


def test_a_page_is_not_opened_for_a_hold_that_ended(world: World, student: Person, held: Placed) -> None:
    world.clock.advance(minutes=10)

    with pytest.raises(HoldExpired):
        open_page(world, student, held)


@pytest.mark.parametrize(
    "return_url",
    [
        "//evil.example/x",
        "https://evil.example",
        "http://localhost:8000.evil.example/",
        "javascript:alert(1)",
        "/\\evil.example",
        "/x\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_the_gateway_returns_to_our_own_site_only(
    world: World, student: Person, held: Placed, return_url: str
) -> None:
    with pytest.raises(InvalidInput):
        checkout.open_page(world.platform, acting(student), booking_id=held.booking.id, return_url=return_url)


class DeafGateway:
    """Does the work of the real one for the first calls, and loses the answer."""

    name = "sandbox"

    def __init__(self, platform: Platform, deaf_calls: int) -> None:
        self._real = platform.payments
        self._left = deaf_calls

    def open_page(self, request: PageRequest, *, key: str) -> GatewayPayment:
        told = self._real.open_page(request, key=key)
        if self._left:
            self._left -= 1
            raise GatewayUnavailable("read timed out")
        return told


def test_an_answer_lost_by_the_gateway_makes_no_second_page(
    world: World, student: Person, held: Placed
) -> None:
    world.platform = replace(world.platform, payments=DeafGateway(world.platform, 1))  # type: ignore[arg-type]
    with pytest.raises(TemporarilyUnavailable):
        open_page(world, student, held)
    assert world.booking(held.booking.id).status is BookingStatus.HELD

    open_page(world, student, held)

    assert len(world.payments(held.booking.id)) == 1


class BrokenGateway:
    """Fails at every call about one page, as it is told to; works for the others."""

    name = "sandbox"

    def __init__(self, platform: Platform, checkout_id: str, fault: Exception) -> None:
        self._real = platform.payments
        self._checkout_id = checkout_id
        self._fault = fault

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        call = getattr(self._real, verb)

        def answer(checkout_id: str, *args: Any, **facts: Any) -> Any:
            if checkout_id == self._checkout_id:
                raise self._fault
            return call(checkout_id, *args, **facts)

        return answer


@pytest.fixture
def two_pages(world: World) -> list[tuple[Person, Placed, str]]:
    """Two students, each with an open page; the first is the one to break."""
    made = []
    for hour in (10, 12):
        student = world.student()
        placed = world.book(student, world.offering(price_minor=3200), at(3, hour))
        made.append((student, placed, open_page(world, student, placed)))
    return made


def break_first(
    world: World, two_pages: list[tuple[Person, Placed, str]], fault: Exception
) -> tuple[Placed, Placed]:
    (_, broken, _), (_, sound, _) = two_pages
    checkout_id = world.payments(broken.booking.id)[0].checkout_id or ""
    gateway = BrokenGateway(world.platform, checkout_id, fault)
    world.platform = replace(world.platform, payments=gateway)  # type: ignore[arg-type]
    return broken, sound


@pytest.mark.parametrize("fault", [RuntimeError("a fault of ours"), GatewayRefused("no_such_page")])
def test_an_event_that_cannot_be_handled_keeps_no_other_waiting_and_parks_in_the_end(
    world: World, two_pages: list[tuple[Person, Placed, str]], fault: Exception
) -> None:
    for student, _, token in two_pages:
        world.platform.run(sandbox_checkout._press, acting(student), token=token, button=Press.PAY)
    broken, sound = break_first(world, two_pages, fault)

    assert inbox.handle_due(world.platform) == 1

    assert world.booking(sound.booking.id).status is BookingStatus.SCHEDULED
    assert world.booking(broken.booking.id).status is BookingStatus.HELD
    for _ in range(inbox.MAX_ATTEMPTS):
        world.clock.advance(minutes=11)
        assert inbox.handle_due(world.platform) == 0
    states = world.platform.read(
        lambda work: {event.state for event in work.db.exec(_all_events())}, Actor.system()
    )
    assert states == {InboundState.HANDLED, InboundState.PARKED}


def test_a_page_that_the_gateway_does_not_know_keeps_no_other_open(
    world: World, two_pages: list[tuple[Person, Placed, str]]
) -> None:
    broken, sound = break_first(world, two_pages, GatewayRefused("no_such_page"))
    world.clock.advance(minutes=16)

    checkout.reconcile(world.platform)
    assert checkout.close_overdue_pages(world.platform) == 1

    assert world.booking(sound.booking.id).status is BookingStatus.EXPIRED
    assert world.booking(broken.booking.id).status is BookingStatus.HELD


def test_a_task_that_cannot_be_done_keeps_no_other_waiting_and_is_tried_again(
    world: World, two_pages: list[tuple[Person, Placed, str]]
) -> None:
    for student, placed, token in two_pages:
        press(world, student, token, Press.PAY)
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    real = world.platform.payments
    broken, sound = break_first(world, two_pages, RuntimeError("a fault of ours"))

    assert gateway_tasks.run_due(world.platform) == 1

    assert world.refunds(sound.booking.id)[0].status is RefundStatus.DONE
    assert world.refunds(broken.booking.id)[0].status is RefundStatus.REQUESTED
    world.platform = replace(world.platform, payments=real)
    world.clock.advance(minutes=2)
    assert gateway_tasks.run_due(world.platform) == 1
    assert world.refunds(broken.booking.id)[0].status is RefundStatus.DONE
