"""The instructor's home shows their own day and figures, in a fixed number of statements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import NotAllowed, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking, InstructorProfile, Person, TeachingSession
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import requests
from sessions_app.services.queries import instructor_figures, instructor_home
from sessions_app.services.queries.instructor_home import BlockKind, Today
from tests.services.statements import counted
from tests.services.world import World, acting, at


def day_of(world: World, person: Person | None = None) -> Today:
    return world.platform.read(instructor_home.today, acting(person or world.instructor))


def crowded(world: World, count: int) -> None:
    """So many sessions of an hour, eight a day from 60 days ago on, with their students; every 20th a group's."""
    offering = world.offering()
    students = world.crowd(10)
    rows: list[Any] = []
    for number in range(count):
        start = at(1, 8) - timedelta(days=60 - number // 8) + timedelta(hours=number % 8)
        is_over = start < world.clock.now()
        session = TeachingSession(
            instructor_id=world.instructor.id,
            offering_id=offering.id,
            title="Algebra",
            session_type=SessionType.GROUP if number % 20 == 0 else SessionType.INDIVIDUAL,
            capacity=3 if number % 20 == 0 else 1,
            seats_taken=1,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            blocked_until=start + timedelta(hours=1),
            status=SessionStatus.COMPLETED if is_over else SessionStatus.SCHEDULED,
            timezone="UTC",
            created_at=start - timedelta(days=2),
        )
        booking = Booking(
            session_id=session.id,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            instructor_id=world.instructor.id,
            student_id=students[number % 10].id,
            booked_by_id=students[number % 10].id,
            offering_id=offering.id,
            status=BookingStatus.COMPLETED if is_over else BookingStatus.SCHEDULED,
            pay_with=PayWith.FREE,
            currency="EUR",
            title="Algebra",
            timezone="UTC",
            wall_start=f"{start:%Y-%m-%dT%H:%M}",
            created_at=start - timedelta(days=2),
            updated_at=start - timedelta(days=2),
        )
        rows += [session, booking]
    world.add(rows[0], *rows[1:])


class TestToday:
    def test_the_day_holds_sessions_requests_and_holds_and_nothing_of_other_days(
        self, world: World, student: Person
    ) -> None:
        offering = world.offering()
        on_request = world.offering(booking_mode=BookingMode.REQUEST)
        world.book(student, offering, at(2, 10))
        world.book(world.student("Mina Asks"), on_request, at(2, 19))
        world.book(world.student("Later"), offering, at(3, 10))
        world.clock.set(at(2, 1))
        world.hold(world.student("Paul Holds"), offering, at(2, 14))

        shown = day_of(world)

        assert (shown.day.start, shown.day.end) == (at(2, 0), at(3, 0))
        assert [(block.kind, block.people[0].name) for block in shown.blocks] == [
            (BlockKind.SESSION, "Noah Berger"),
            (BlockKind.HELD, "Paul Holds"),
            (BlockKind.REQUEST, "Mina Asks"),
        ]

    def test_what_lapsed_is_gone_before_anybody_swept_it(self, world: World, student: Person) -> None:
        world.clock.set(at(2, 1))
        world.hold(student, world.offering(), at(2, 14))
        world.clock.advance(minutes=11)
        assert day_of(world).blocks == ()

    def test_a_running_session_is_next_until_it_ends(self, world: World, student: Person) -> None:
        first = world.book(student, world.offering(), at(2, 10))
        second = world.book(student, world.offering(), at(4, 10))
        world.clock.set(at(2, 10, 30))
        shown = day_of(world)
        assert shown.next
        assert (shown.next.session_id, shown.next.kind) == (
            first.session.id,
            BlockKind.RUNNING,
        )
        world.clock.set(at(2, 11))
        shown = day_of(world)
        assert shown.next
        assert shown.next.session_id == second.session.id
        assert [block.kind for block in shown.blocks] == [BlockKind.OVER]

    def test_the_three_requests_that_end_first_are_shown_and_all_are_counted(self, world: World) -> None:
        on_request = world.offering(booking_mode=BookingMode.REQUEST)
        asked = [world.book(world.student(f"Student {day}"), on_request, at(day, 10)) for day in (9, 3, 8, 2)]
        shown = day_of(world)
        # At most 48 hours, or the notice before the start: the second, then the third of December end first.
        ends = [request.waits_until for request in shown.requests]
        assert ends == sorted(ends, key=lambda end: end or at(31, 0))
        assert shown.requests[0].booking_id == asked[3].booking.id
        assert (len(shown.requests), shown.request_count) == (3, 4)

    def test_a_request_that_waits_for_the_student_is_not_asked_again(
        self, world: World, student: Person
    ) -> None:
        placed = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(9, 10))
        world.platform.run(
            requests.propose, acting(world.instructor), booking_id=placed.booking.id, starts_at=at(9, 15)
        )
        assert (day_of(world).requests, day_of(world).request_count) == ((), 0)

    def test_it_says_who_booked_for_whom(self, world: World) -> None:
        child = world.student("Théo")
        guardian = world.guardian_of(child)
        world.book(guardian, world.offering(), at(2, 10), student_id=child.id)
        shown = day_of(world)
        assert shown.next
        assert (shown.next.people[0].name, shown.next.people[0].booked_by) == (
            "Théo",
            "Greta Guard",
        )

    @pytest.mark.parametrize(
        ("now", "hours"),
        [(datetime(2026, 10, 25, 9, tzinfo=UTC), 25), (datetime(2026, 3, 29, 9, tzinfo=UTC), 23)],
        ids=["autumn", "spring"],
    )
    def test_a_day_is_as_long_as_it_is(self, world: World, now: datetime, hours: int) -> None:
        paris = world.new_instructor("Chloé Dubois", zone="Europe/Paris")
        world.clock.set(now)
        shown = day_of(world, paris)
        assert shown.day.minutes == 60 * hours

    def test_what_a_new_instructor_still_has_to_do_is_known(self, world: World, student: Person) -> None:
        fresh = world.person("Nora New", Role.INSTRUCTOR)
        world.add(InstructorProfile(person_id=fresh.id))
        setup = day_of(world, fresh).setup
        assert (setup.has_hours, setup.has_offering, setup.has_bookings, setup.is_done) == (
            False, False, False, False,
        )  # fmt: skip
        world.book(student, world.offering(), at(2, 10))
        assert day_of(world).setup.is_done

    def test_it_wakes_at_what_changes_by_itself(self, world: World, student: Person) -> None:
        world.book(student, world.offering(), at(2, 10))
        world.clock.set(at(2, 9, 49) + timedelta(seconds=30))
        assert day_of(world).wakes_at == at(2, 9, 50)
        world.clock.set(at(2, 8))
        assert day_of(world).wakes_at == at(2, 8, 1)


class TestWhoMaySee:
    @pytest.mark.parametrize("query", [instructor_home.today, instructor_figures.figures])
    def test_only_instructors_and_only_their_own(self, world: World, student: Person, query: Any) -> None:
        world.book(student, world.offering(), at(2, 10))
        with pytest.raises(Unauthenticated):
            world.platform.read(query, Actor.anonymous())
        for role in (Role.ASSISTANT, Role.GUARDIAN):
            with pytest.raises(NotAllowed):
                world.platform.read(query, acting(world.person("Somebody", role)))
        with pytest.raises(NotAllowed):
            world.platform.read(query, acting(student))
        other = world.new_instructor("Other")
        assert day_of(world, other).next is None
        assert world.platform.read(instructor_figures.figures, acting(other)).now_totals.sessions == 0


@pytest.mark.parametrize("query", [instructor_home.today, instructor_figures.figures])
def test_the_number_of_statements_does_not_grow_with_the_bookings(world: World, query: Any) -> None:
    def asked() -> int:
        with counted(world.platform.engine) as statements:
            world.platform.read(query, acting(world.instructor))
        return len(statements)

    crowded(world, 5)
    few = asked()
    other = world.new_instructor("Full")
    world.instructor = other
    crowded(world, 500)
    assert asked() == few
    assert few <= 9
