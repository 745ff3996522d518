"""The states of the dashboard and its dialogs, driven by events as a browser would."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Role
from sessions_app.models import Person
from sessions_app.services import cancellations, checkout, sandbox_checkout
from sessions_app.services.bookings import Placed
from sessions_app.services.sandbox_checkout import Press
from sessions_app.state.base import AppState
from sessions_app.state.cancelling_views import CLOSED
from sessions_app.state.dashboard import DashboardState
from sessions_app.state.dashboard_views import LATER_BODY, LATER_TITLE
from sessions_app.state.moving import MoveState
from sessions_app.state.moving_views import CLOSED as NOT_MOVING
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of, redirected_to

PRICE = 3200


def compact(start: datetime) -> str:
    return f"{start:%Y%m%dT%H%M%SZ}"


@pytest.fixture
def student(world: World) -> Person:
    return world.student(zone="Europe/Paris")


@pytest.fixture
def paid(world: World, student: Person) -> Placed:
    placed = world.book(student, world.offering(price_minor=PRICE), at(9, 10))
    opened = checkout.open_page(
        world.platform, acting(student), booking_id=placed.booking.id, return_url="/booking/confirmation"
    )
    token = opened.url.rpartition("/")[2]
    sandbox_checkout.press(world.platform, acting(student), token=token, button=Press.PAY)
    return placed


@pytest.fixture
def opened(tab: Tab, world: World, student: Person) -> Any:
    """Open an address as the student, as a page load does."""
    cookie = cookie_of(world, student)

    def open_at(path: str = "/dashboard") -> DashboardState:
        tab.connect(cookie=cookie, path=path)
        tab.send(DashboardState, "open")
        if "reschedule" in path:
            tab.send(MoveState, "open")
        return tab.state(DashboardState)

    return open_at


class TestOpening:
    def test_the_home_is_shown_in_the_persons_own_zone(self, opened: Any, paid: Placed) -> None:
        state = opened()
        assert state.view.greeting == "Good afternoon, Noah"
        assert (state.view.next.seat.id, state.view.next.when) == (
            paid.booking.id,
            "Wed 9 Dec, 11:00 – 12:00",
        )

    def test_the_address_chooses_the_tab(self, opened: Any, world: World, paid: Placed) -> None:
        assert opened("/dashboard?tab=cancelled").view.tab == "cancelled"
        assert opened("/dashboard?tab=nonsense").view.tab == "upcoming"

    def test_the_address_of_a_mail_opens_the_question(self, opened: Any, tab: Tab, paid: Placed) -> None:
        state = opened(f"/dashboard?cancel={paid.booking.id}")
        assert (state.cancelling.booking_id, state.cancelling.amount) == (paid.booking.id, "€32.00")
        opened(f"/dashboard?reschedule={paid.booking.id}")
        assert tab.state(MoveState).moving.booking_id == paid.booking.id
        assert tab.state(DashboardState).cancelling == CLOSED

    def test_a_question_asked_by_hand_outlives_a_late_change_of_address(
        self, opened: Any, tab: Tab, paid: Placed
    ) -> None:
        opened(f"/dashboard?reschedule={paid.booking.id}")
        tab.send(DashboardState, "ask_to_cancel", booking_id=paid.booking.id)
        assert opened().cancelling.booking_id == paid.booking.id

    @pytest.mark.parametrize("question", ["cancel", "reschedule"])
    def test_a_question_about_somebody_elses_session_is_refused_kindly(
        self, opened: Any, tab: Tab, world: World, question: str
    ) -> None:
        other = world.book(world.student("Mina"), world.offering(), at(9, 10))
        opened(f"/dashboard?{question}={other.booking.id}")
        assert tab.state(AppState).problem.message.startswith("We cannot find that session.")
        assert (tab.state(DashboardState).cancelling, tab.state(MoveState).moving) == (CLOSED, NOT_MOVING)
        assert tab.state(DashboardState).view.ready

    def test_it_is_closed_to_visitors_and_instructors(self, tab: Tab, world: World) -> None:
        tab.connect(path="/dashboard")
        assert redirected_to(tab.send(DashboardState, "open")).startswith("/login")
        tab.connect(cookie=cookie_of(world, world.instructor), path="/dashboard")
        assert redirected_to(tab.send(DashboardState, "open")) == "/"
        assert not tab.state(DashboardState).view.ready


class TestAskingToMove:
    def test_who_is_too_late_asks_and_is_told_where_the_answer_comes(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        assert opened().view.next.seat.ask_change == ""
        world.clock.set(at(9, 9))
        assert opened().view.next.seat.ask_change == "Ask Ada to allow it"
        tab.send(DashboardState, "ask_change", booking_id=paid.booking.id)
        assert tab.state(AppState).toasts[-1].title == "Request sent"


class TestSayingThatOneComes:
    def test_one_press_says_it_and_the_row_then_does(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        world.clock.set(at(8, 11))
        state = opened(f"/dashboard?booking={paid.booking.id}")
        assert world.booking(paid.booking.id).status is BookingStatus.SCHEDULED  # a link alone says nothing
        assert (state.view.next.seat.attend, state.view.next.seat.status) == ("I'll be there", "scheduled")

        tab.send(DashboardState, "attend", booking_id=paid.booking.id)

        seat = tab.state(DashboardState).view.next.seat
        assert (seat.attend, seat.status, seat.notes) == (
            "",
            "confirmed",
            "10:00 in UTC · You said you'll be there",
        )
        assert world.booking(paid.booking.id).status is BookingStatus.CONFIRMED
        assert tab.state(DashboardState).busy == ""

    def test_it_is_refused_for_somebody_elses_seat(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        other = world.book(world.student("Mina"), world.offering(), at(10, 10))
        opened()
        tab.send(DashboardState, "attend", booking_id=other.booking.id)
        assert world.booking(other.booking.id).status is BookingStatus.SCHEDULED


class TestCancelling:
    def test_the_refund_is_stated_made_and_said(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        opened()
        tab.send(DashboardState, "ask_to_cancel", booking_id=paid.booking.id)
        asked = tab.state(DashboardState).cancelling
        assert asked.sentence == "You get all of it back, to Test card •••• 4242."

        tab.send(DashboardState, "cancel", form={"reason": "I am ill"})

        assert world.booking(paid.booking.id).status is BookingStatus.CANCELLED
        assert world.booking(paid.booking.id).cancel_reason == "I am ill"
        assert [refund.amount_minor for refund in world.refunds(paid.booking.id)] == [PRICE]
        state = tab.state(DashboardState)
        assert (state.cancelling, state.busy, state.view.cancelled_count) == (CLOSED, "", 1)
        assert [(toast.title, toast.body) for toast in state.toasts] == [
            ("Session cancelled", "You get €32.00 back to Test card •••• 4242.")
        ]

    def test_keeping_changes_nothing_and_leaves_a_clean_address(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        opened(f"/dashboard?tab=past&cancel={paid.booking.id}")
        assert redirected_to(tab.send(DashboardState, "keep")) == "/dashboard?tab=past"
        assert tab.state(DashboardState).cancelling == CLOSED
        assert world.booking(paid.booking.id).status is BookingStatus.SCHEDULED

    def test_when_less_would_go_back_by_now_it_asks_again(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        opened()
        tab.send(DashboardState, "ask_to_cancel", booking_id=paid.booking.id)
        world.clock.set(at(8, 12))

        tab.send(DashboardState, "cancel", form={})

        state = tab.state(DashboardState)
        assert world.booking(paid.booking.id).status is BookingStatus.SCHEDULED
        assert (state.cancelling.amount, state.problem.code) == ("€16.00", "price_changed")

    def test_what_was_cancelled_meanwhile_says_so(
        self, opened: Any, tab: Tab, world: World, student: Person, paid: Placed
    ) -> None:
        opened()
        tab.send(DashboardState, "ask_to_cancel", booking_id=paid.booking.id)
        world.platform.run(cancellations.cancel, acting(student), booking_id=paid.booking.id)

        tab.send(DashboardState, "cancel", form={})

        state = tab.state(DashboardState)
        assert (state.cancelling, state.problem.code, state.view.cancelled_count) == (
            CLOSED,
            "invalid_transition",
            1,
        )

    @pytest.mark.parametrize("nonsense", [{"a": 1}, 7, "", "bkg_unknown"])
    def test_nonsense_is_refused(self, opened: Any, tab: Tab, nonsense: Any) -> None:
        opened()
        tab.send(DashboardState, "ask_to_cancel", booking_id=nonsense)
        assert tab.state(AppState).problem.code == "not_found"


class TestMoving:
    def test_a_time_is_chosen_and_then_moved_to(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        opened(f"/dashboard?reschedule={paid.booking.id}&date=2026-12-10")
        assert tab.state(MoveState).moving.grid.name == "December"

        tab.send(MoveState, "choose", start=compact(at(10, 14)))
        assert tab.state(MoveState).moving.confirm == "Move to Thu 10 Dec, 15:00 – 16:00"
        assert world.booking(paid.booking.id).starts_at == at(9, 10)

        events = tab.send(MoveState, "move")

        moved = world.booking(paid.booking.id)
        assert (moved.starts_at, moved.reschedule_count, moved.price_minor) == (at(10, 14), 1, PRICE)
        assert redirected_to(events) == "/dashboard"
        assert tab.state(MoveState).moving == NOT_MOVING
        assert tab.state(AppState).toasts[0].title == "Session rescheduled"

    def test_days_and_months_are_addresses(self, opened: Any, tab: Tab, paid: Placed) -> None:
        opened(f"/dashboard?tab=past&reschedule={paid.booking.id}")
        moving = tab.state(MoveState).moving
        hrefs = [day.href for week in moving.grid.weeks for day in week.days if day.iso == "2026-12-10"]
        assert hrefs == [f"/dashboard?tab=past&reschedule={paid.booking.id}&date=2026-12-10"]
        assert redirected_to(tab.send(MoveState, "keep")) == "/dashboard?tab=past"

    def test_its_month_has_weeks_as_the_device_begins_them(
        self, tab: Tab, world: World, student: Person, paid: Placed
    ) -> None:
        path = f"/dashboard?reschedule={paid.booking.id}&date=2026-12-10"
        tab.connect(cookie=f"ws=7; {cookie_of(world, student)}", path=path)
        tab.send(DashboardState, "open")
        tab.send(MoveState, "open")
        grid = tab.state(MoveState).moving.grid
        assert (grid.weekdays[0].name, grid.weeks[0].days[0].iso) == ("Sunday", "2026-11-29")

    def test_a_time_that_was_lost_is_answered_with_three_others(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        opened(f"/dashboard?reschedule={paid.booking.id}")
        tab.send(MoveState, "choose", start=compact(at(10, 14)))
        world.book(world.student("Mina"), world.offering(), at(10, 14))

        tab.send(MoveState, "move")

        state = tab.state(MoveState)
        assert (state.problem.code, state.busy, state.moving.chosen) == ("slot_taken", "", "")
        assert state.problem.message == "This time is no longer available. Select another."
        assert len(state.others) == 3
        assert world.booking(paid.booking.id).starts_at == at(9, 10)

        tab.send(MoveState, "choose", start=state.others[0].start)
        assert tab.state(MoveState).others == []
        tab.send(MoveState, "move")
        assert world.booking(paid.booking.id).reschedule_count == 1

    def test_too_late_says_until_when_it_was_possible(
        self, opened: Any, tab: Tab, world: World, paid: Placed
    ) -> None:
        world.clock.set(at(8, 23))
        opened(f"/dashboard?reschedule={paid.booking.id}")
        moving = tab.state(MoveState).moving
        assert moving.blocked == "Rescheduling was possible until Tue 8 Dec, 23:00."
        assert tab.state(DashboardState).view.next.seat.move_blocked == moving.blocked

    @pytest.mark.parametrize("nonsense", ["", "tomorrow", {"a": 1}, "20261210T140700Z"])
    def test_a_start_nobody_offers_is_not_chosen(
        self, opened: Any, tab: Tab, paid: Placed, nonsense: Any
    ) -> None:
        opened(f"/dashboard?reschedule={paid.booking.id}")
        tab.send(MoveState, "choose", start=nonsense)
        state = tab.state(MoveState)
        assert (state.moving.chosen, state.problem.code) == ("", "slot_taken")
        assert tab.send(MoveState, "move") == []


class TestGoingOn:
    def test_an_unpaid_booking_leads_to_its_payment_page(
        self, opened: Any, tab: Tab, world: World, student: Person
    ) -> None:
        held = world.book(student, world.offering(price_minor=PRICE), at(4, 10))
        opened()
        assert redirected_to(tab.send(DashboardState, "pay", booking_id=held.booking.id)).startswith(
            "/test-pay/"
        )
        (payment,) = world.payments(held.booking.id)
        assert payment.return_url == f"/booking/confirmation?session={held.session.id}"

    def test_nobody_pays_for_what_they_do_not_see(self, opened: Any, tab: Tab, world: World) -> None:
        held = world.book(world.student("Mina"), world.offering(price_minor=PRICE), at(4, 10))
        opened()
        assert tab.send(DashboardState, "pay", booking_id=held.booking.id) == []
        assert tab.state(AppState).problem.code == "not_found"

    def test_a_hold_that_needs_no_card_is_booked_here(
        self, opened: Any, tab: Tab, world: World, student: Person
    ) -> None:
        held = world.hold(student, world.offering(), at(4, 10))
        opened()
        tab.send(DashboardState, "finish", booking_id=held.booking.id)
        assert world.booking(held.booking.id).status is BookingStatus.SCHEDULED
        assert tab.state(AppState).toasts[0].title == "Session Booked!"

    def test_schedule_later_is_kept_and_said(self, opened: Any, tab: Tab) -> None:
        (course,) = opened().view.courses
        tab.send(DashboardState, "schedule_later", enrollment_id=course.enrollment_id)
        state = tab.state(DashboardState)
        assert state.view.courses[0].is_deferred
        assert [(toast.title, toast.body) for toast in state.toasts] == [(LATER_TITLE, LATER_BODY)]

    def test_lists_grow_when_asked(self, opened: Any, tab: Tab, world: World, student: Person) -> None:
        for amount in range(1, 8):
            world.give_credits(student, amount)
        assert len(opened().view.history) == 5
        tab.send(DashboardState, "show_more_history")
        state = tab.state(DashboardState)
        assert (len(state.view.history), state.view.has_more_history) == (7, False)
        tab.send(DashboardState, "show_more")
        assert tab.state(DashboardState).view.ready

    def test_a_guardian_filters_by_child(self, tab: Tab, world: World, student: Person) -> None:
        nora = world.student("Nora")
        guardian = world.guardian_of(student, nora)
        world.book(student, world.offering(), at(4, 10))
        assert guardian.role is Role.GUARDIAN
        tab.connect(cookie=cookie_of(world, guardian), path=f"/dashboard?child={nora.id}")
        tab.send(DashboardState, "open")
        state = tab.state(DashboardState)
        assert (state.view.learner, state.view.upcoming_count) == (nora.id, 0)
        assert redirected_to(tab.send(DashboardState, "select_learner", learner_id="")) == "/dashboard"

    def test_it_looks_again_when_something_changed(
        self, opened: Any, tab: Tab, world: World, student: Person
    ) -> None:
        assert opened().view.upcoming_count == 0
        world.book(student, world.offering(), at(4, 10))
        tab.send(DashboardState, "refresh")
        assert tab.state(DashboardState).view.upcoming_count == 1
