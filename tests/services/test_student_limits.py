"""What an offering asks of its students before they cancel or move: frozen on the booking, and for them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import InvalidInput, TooLate
from sessions_app.domain.permissions import Action
from sessions_app.domain.rescheduling import Barrier
from sessions_app.models import Person
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import cancellations, moves, offerings
from sessions_app.services.bookings import Placed
from sessions_app.services.offerings import Draft
from sessions_app.services.queries import cancelling, confirmation, dashboard
from sessions_app.services.queries.confirmation import Confirmation
from sessions_app.services.queries.dashboard import Seat
from tests.services.world import World, acting, at


def booked(world: World, student: Person, **limits: Any) -> Placed:
    return world.book(student, world.offering(**limits), at(9, 10))


def cancel(world: World, person: Person, placed: Placed) -> None:
    world.platform.run(cancellations.cancel, acting(person), booking_id=placed.booking.id)


def move(world: World, person: Person, placed: Placed, to: datetime) -> None:
    world.platform.run(moves.reschedule, acting(person), booking_id=placed.booking.id, starts_at=to)


def seat_of(world: World, student: Person) -> Seat:
    seat = world.platform.read(dashboard.dashboard, acting(student)).next
    assert seat is not None
    return seat


def test_too_late_to_cancel_says_until_when_it_was_possible(world: World, student: Person) -> None:
    placed = booked(world, student, cancel_notice_hours=48)
    world.clock.set(at(7, 10))
    assert seat_of(world, student).cancel.is_allowed
    world.clock.set(at(7, 10, 1))
    with pytest.raises(TooLate) as refused:
        cancel(world, student, placed)
    assert refused.value.details == {"until": "2026-12-07T10:00:00Z"}
    with pytest.raises(TooLate):
        world.platform.read(cancelling.preview, acting(student), booking_id=placed.booking.id)
    seat = seat_of(world, student)
    assert (seat.cancel.is_allowed, seat.cancel.until) == (False, at(7, 10))
    assert Action.CANCEL in seat.can
    assert world.booking(placed.booking.id).status is BookingStatus.SCHEDULED


def test_the_host_is_bound_by_none_of_it(world: World, student: Person) -> None:
    placed = booked(world, student, cancel_notice_hours=48, reschedule_notice_hours=48, reschedule_limit=0)
    world.clock.set(at(9, 8))
    move(world, world.instructor, placed, at(9, 14))
    cancel(world, world.instructor, placed)
    assert world.booking(placed.booking.id).status is BookingStatus.CANCELLED


def test_a_request_can_be_taken_back_at_any_time(world: World, student: Person) -> None:
    placed = booked(world, student, cancel_notice_hours=720, booking_mode=BookingMode.REQUEST)
    cancel(world, student, placed)
    assert world.booking(placed.booking.id).status is BookingStatus.CANCELLED


def test_moving_has_a_notice_and_a_number_of_its_own(world: World, student: Person) -> None:
    placed = booked(world, student, reschedule_notice_hours=2, reschedule_limit=1)
    world.clock.set(at(8, 23))  # the deployment's twelve hours have passed
    move(world, student, placed, at(10, 10))
    assert seat_of(world, student).move.barrier is Barrier.LIMIT
    with pytest.raises(TooLate):
        move(world, student, placed, at(11, 10))


def test_a_change_of_the_offering_touches_no_booking(world: World, student: Person) -> None:
    offering = world.offering()
    placed = world.book(student, offering, at(9, 10))
    draft = replace(Draft.of(offering), cancel_notice_hours=720, reschedule_limit=0)
    world.platform.run(offerings.edit, acting(world.instructor), offering_id=offering.id, draft=draft)
    cancel(world, student, placed)
    assert world.booking(placed.booking.id).status is BookingStatus.CANCELLED


def test_what_is_told_about_cancelling_never_promises_more_than_is_possible(
    world: World, student: Person
) -> None:
    placed = booked(world, student, cancel_notice_hours=48)
    told: Confirmation = world.platform.read(
        confirmation.confirmation, acting(student), session_id=placed.session.id
    )
    assert (told.free_until, told.partial_until, told.cancel_until) == (at(7, 10),) * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("cancel_notice_hours", -1), ("reschedule_notice_hours", 721), ("reschedule_limit", 21)],
)
def test_limits_have_limits(world: World, field: str, value: int) -> None:
    offering = world.offering()
    draft = replace(Draft.of(offering), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as refused:
        world.platform.run(offerings.edit, acting(world.instructor), offering_id=offering.id, draft=draft)
    assert refused.value.details["fields"].keys() == {field}
