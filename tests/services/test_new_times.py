"""Where a booking can be moved: exactly the times that moving takes, within the limits of its own side."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sessions_app.domain.errors import IllegalTransition, NotAllowed, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.domain.rescheduling import Barrier
from sessions_app.domain.slots import Reason
from sessions_app.models import GuardianLink, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import moves
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import rescheduling
from sessions_app.services.queries.rescheduling import NewTimes
from tests.services.statements import counted
from tests.services.world import World, acting, at


def new_times(world: World, person: Person, placed: Placed, *, zone: str = "UTC", **asked: Any) -> NewTimes:
    return world.platform.read(
        rescheduling.new_times, acting(person), booking_id=placed.booking.id, zone=zone, **asked
    )


def starts(times: NewTimes) -> set[object]:
    return {slot.span.start for slot in times.starts}


def test_its_own_time_is_not_in_the_way_of_its_neighbours(
    world: World, student: Person, placed: Placed
) -> None:
    free = starts(new_times(world, student, placed))

    assert {at(3, 9, 30), at(3, 10, 30)} <= free
    assert at(3, 10) not in free


def test_what_is_listed_is_taken_and_what_is_taken_is_not_listed(
    world: World, student: Person, placed: Placed
) -> None:
    world.book(world.student("Mina"), world.offering(), at(4, 10))
    world.book(student, world.offering(world.new_instructor("Max")), at(5, 10))

    free = starts(new_times(world, student, placed))

    assert {at(4, 10), at(4, 9, 30), at(5, 10), at(5, 9, 30)}.isdisjoint(free)
    assert at(4, 12) in free
    world.platform.run(moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(4, 12))


def test_a_day_asked_for_is_shown_else_the_first_free_one(
    world: World, student: Person, placed: Placed
) -> None:
    times = new_times(world, student, placed)
    assert (times.on, times.shown_on, times.today) == (None, date(2026, 12, 2), date(2026, 12, 1))
    assert times.counts[date(2026, 12, 2)] > 0

    asked = new_times(world, student, placed, on=date(2026, 12, 9))
    assert (asked.on, asked.shown_on, asked.day_reason) == (date(2026, 12, 9), date(2026, 12, 9), None)
    assert new_times(world, student, placed, on=date(2027, 8, 1)).on is None


def test_dates_are_counted_where_the_viewer_is(world: World, student: Person, placed: Placed) -> None:
    in_kolkata = new_times(world, student, placed, zone="Asia/Kolkata", on=date(2026, 12, 4))
    times = [slot.span.start for slot in in_kolkata.starts if slot.span.start < at(3, 18, 30)]
    assert in_kolkata.counts[date(2026, 12, 3)] == len([start for start in times if start >= at(2, 18, 30)])


def test_a_month_without_a_start_says_why(world: World, student: Person, placed: Placed) -> None:
    world.clock.set(at(2, 12))
    times = new_times(world, student, placed, on=date(2026, 12, 2))
    assert times.day_reason is Reason.NOTICE


def test_too_late_or_too_often_nothing_is_listed_but_the_reason(
    world: World, student: Person, placed: Placed
) -> None:
    world.clock.set(at(2, 22, 1))
    late = new_times(world, student, placed)
    assert (late.verdict.barrier, late.verdict.until, late.starts) == (Barrier.NOTICE, at(2, 22), ())

    world.clock.set(at(1, 12))
    for start in (at(4, 10), at(5, 10)):
        world.platform.run(moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=start)
    assert new_times(world, student, placed).verdict.barrier is Barrier.LIMIT


def test_the_nearest_times_stand_beside_one_that_was_lost(
    world: World, student: Person, placed: Placed
) -> None:
    times = new_times(world, student, placed)
    assert [span.start for span in times.nearest(at(4, 12, 10))] == [at(4, 11, 30), at(4, 12), at(4, 12, 30)]
    assert times.span_at(at(4, 12)) is not None
    assert times.span_at(at(4, 12, 10)) is None


def test_a_seat_can_move_to_another_session_of_its_group(world: World, student: Person) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    placed = world.book(student, group, at(3, 10))
    mina = world.student("Mina")
    world.book(mina, group, at(3, 10))
    world.book(mina, group, at(4, 10))

    times = new_times(world, student, placed)

    assert times.is_group
    (joined,) = [slot for slot in times.starts if slot.span.start == at(4, 10)]
    assert joined.seats_left == 5
    assert at(3, 10) not in starts(times)


def test_only_its_own_side_is_asked(world: World, student: Person, placed: Placed) -> None:
    for other in (world.student("Mina"), world.instructor, world.person("Asta", Role.ASSISTANT)):
        with pytest.raises(NotFound):
            new_times(world, other, placed)
    guardian = world.person("Greta", Role.GUARDIAN)
    world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_cancel=False))
    with pytest.raises(NotAllowed):
        new_times(world, guardian, placed)
    assert new_times(world, world.guardian_of(student), placed).student_name == student.name


def test_a_request_or_what_has_begun_cannot_be_moved(world: World, student: Person, placed: Placed) -> None:
    asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(9, 10))
    with pytest.raises(IllegalTransition):
        new_times(world, student, asked)
    world.clock.set(at(3, 10))
    with pytest.raises(IllegalTransition):
        new_times(world, student, placed)


def test_the_number_of_statements_does_not_grow(world: World, student: Person, placed: Placed) -> None:
    def asked() -> int:
        with counted(world.platform.engine) as statements:
            new_times(world, student, placed)
        return len(statements)

    before = asked()
    other = world.student("Mina")
    for day in range(5, 15):
        world.book(other, world.offering(), at(day, 10))
    assert asked() == before
