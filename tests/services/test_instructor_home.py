"""The instructor's home shows their own day and figures, in a fixed number of statements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import InvalidInput, NotAllowed, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.pricing import PayWith
from sessions_app.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Booking,
    InstructorProfile,
    Person,
    Review,
    TeachingSession,
)
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import analytics, cancellations, requests
from sessions_app.services.analytics import Step
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import instructor_home
from sessions_app.services.queries.instructor_home import BlockKind, DayPart, Figures, Reviewed, Today
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.statements import counted
from tests.services.world import World, acting, at

MONDAY, SATURDAY = 0, 5


def day_of(world: World, person: Person | None = None) -> Today:
    return world.platform.read(instructor_home.today, acting(person or world.instructor))


def figures_of(world: World, period: int = 28, person: Person | None = None) -> Figures:
    return world.platform.read(instructor_home.figures, acting(person or world.instructor), period=period)


def over(world: World, placed: Placed, status: BookingStatus = BookingStatus.COMPLETED) -> None:
    """The session took place, as its end would write it."""

    def store(work: UnitOfWork) -> None:
        work.db.get_one(Booking, placed.booking.id).status = status
        session = work.db.get_one(TeachingSession, placed.session.id)
        session.status, session.ended_at = SessionStatus.COMPLETED, work.now

    world.platform.run(store, Actor.system())


def searched(world: World, on: date, *, times: int, instructor: Person | None = None) -> None:
    """Visitors looked for a time on that date and found none."""
    who = (instructor or world.instructor).id
    for _ in range(times):
        facts: analytics.Facts = {"st_id": who, "offering_id": "off_1", "date": on.isoformat()}
        world.platform.run(analytics.record, Actor.anonymous(), (Step.SEARCH_UNMET, facts))


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


class TestFigures:
    def test_sessions_are_counted_by_what_became_of_them(self, world: World, student: Person) -> None:
        offering = world.offering()
        taught, missed, called_off, asked = (
            world.book(student, offering, at(day, 10)) for day in range(2, 6)
        )
        over(world, taught)
        over(world, missed, BookingStatus.NO_SHOW)
        world.platform.run(cancellations.cancel, acting(student), booking_id=called_off.booking.id)
        world.clock.set(at(5, 12))

        shown = figures_of(world, 7)

        totals = shown.now_totals
        assert (totals.sessions, totals.completed, totals.no_shows, totals.cancelled) == (3, 1, 1, 1)
        assert totals.completion == 33
        assert [day.on for day in shown.days] == [date(2026, 11, 29) + timedelta(days=n) for n in range(7)]
        assert len(shown.points) == 7
        assert world.session(asked.session.id).status is SessionStatus.SCHEDULED

    def test_a_hold_let_go_and_a_request_withdrawn_were_never_cancelled_sessions(
        self, world: World, student: Person
    ) -> None:
        held = world.hold(student, world.offering(), at(2, 10))
        asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(3, 10))
        for placed in (held, asked):
            world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
        world.clock.set(at(5, 12))
        assert figures_of(world, 7).now_totals.cancelled == 0

    def test_the_period_before_ends_at_the_same_time_of_day(self, world: World, student: Person) -> None:
        offering = world.offering()
        for day in (2, 9):
            over(world, world.book(student, offering, at(day, 10)))
        world.clock.set(at(9, 9))
        assert (figures_of(world, 7).now_totals.sessions, figures_of(world, 7).before.sessions) == (0, 0)
        world.clock.set(at(9, 10, 1))
        assert (figures_of(world, 7).now_totals.sessions, figures_of(world, 7).before.sessions) == (1, 1)

    def test_hours_filled_are_booked_minutes_of_offered_minutes(self, world: World, student: Person) -> None:
        over(world, world.book(student, world.offering(), at(2, 10)))
        world.add(AvailabilityOverride(instructor_id=world.instructor.id, on_date=date(2026, 12, 4)))
        world.clock.set(at(5, 0))
        shown = figures_of(world, 7)
        # Twelve hours a day from 29 November to 4 December, the last of them away; today has not opened yet.
        assert [day.offered_minutes for day in shown.days] == [720, 720, 720, 720, 720, 0, 0]
        assert (shown.now_totals.booked_minutes, shown.now_totals.utilisation) == (60, 2)

    def test_time_that_was_taken_counts_as_offered_whatever_the_hours_say_now(
        self, world: World, student: Person
    ) -> None:
        over(world, world.book(student, world.offering(), at(2, 10)))
        world.add(AvailabilityOverride(instructor_id=world.instructor.id, on_date=date(2026, 12, 2)))
        world.clock.set(at(2, 23))
        today = figures_of(world, 7).days[-1]
        assert (today.offered_minutes, today.booked_minutes) == (60, 60)

    def test_the_minutes_of_a_day_follow_its_clock(self, world: World) -> None:
        night = world.new_instructor("Chloé Dubois", zone="Europe/Paris")
        world.add(AvailabilityOverride(
            instructor_id=night.id, on_date=date(2026, 10, 25), start_minute=0, end_minute=1440
        ))  # fmt: skip
        world.clock.set(datetime(2026, 10, 26, 12, tzinfo=UTC))
        by_date = {day.on: day.offered_minutes for day in figures_of(world, 7, night).days}
        assert by_date[date(2026, 10, 25)] == 25 * 60

    def test_the_week_is_whole_from_monday_to_sunday(self, world: World, student: Person) -> None:
        world.book(student, world.offering(), at(4, 10))
        week = figures_of(world).week
        assert (week[0].on, week[-1].on) == (date(2026, 11, 30), date(2026, 12, 6))
        assert [day.booked_minutes for day in week] == [0, 0, 0, 0, 60, 0, 0]
        assert all(day.offered_minutes == 720 for day in week)

    def test_students_are_counted_once_and_new_ones_apart(self, world: World) -> None:
        offering, old, new = world.offering(), world.student("Old"), world.student("New")
        over(world, world.book(old, offering, at(2, 10)))
        world.clock.set(at(11, 12))
        for start in (at(12, 10), at(13, 10)):
            over(world, world.book(old, offering, start))
        over(world, world.book(new, offering, at(14, 10)))
        world.clock.set(at(14, 12))
        shown = figures_of(world, 7)
        assert (shown.students, shown.new_students) == (2, 1)

    def test_what_students_chose_and_booked_is_one_wish(self, world: World, student: Person) -> None:
        facts: analytics.Facts = {"time": "2026-12-07T17:00:00Z", "st_id": world.instructor.id}
        world.platform.run(analytics.record, acting(student), (Step.TIME_SELECTED, facts))
        world.book(student, world.offering(), at(7, 17))
        world.platform.run(analytics.record, Actor.anonymous(), (Step.TIME_SELECTED, facts))
        assert figures_of(world).wishes == {(MONDAY, 17): 2}

    def test_a_time_as_an_address_had_it_does_no_harm(self, world: World) -> None:
        facts: analytics.Facts = {"time": "tomorrow", "st_id": world.instructor.id}
        world.platform.run(analytics.record, Actor.anonymous(), (Step.TIME_SELECTED, facts))
        assert figures_of(world).wishes == {}

    def test_reviews_are_averaged_without_those_staff_hid(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(), at(2, 10))
        for number, (stars, hidden) in enumerate(((5, None), (4, None), (1, world.clock.now()))):
            author = world.student(f"Author {number}")
            world.add(Review(
                booking_id=placed.booking.id, author_id=author.id, written_by_id=author.id,
                instructor_id=world.instructor.id, rating=stars, hidden_at=hidden,
                created_at=world.clock.now() - timedelta(days=60 * number), updated_at=world.clock.now(),
            ))  # fmt: skip
        assert figures_of(world).reviews == Reviewed(count=2, average=4.5, new=1)

    def test_another_period_is_refused(self, world: World) -> None:
        with pytest.raises(InvalidInput):
            figures_of(world, 365)


class TestHoursToOpen:
    @pytest.fixture
    def weekdays_only(self, world: World) -> Person:
        """Open from Monday to Friday, 9 to 17."""
        person = world.new_instructor("Bea Weekdays")
        world.platform.run(
            lambda work: [
                work.db.delete(rule)
                for rule in work.db.exec(select(AvailabilityRule)).all()
                if rule.instructor_id == person.id and rule.day_of_week in (0, 6)
            ],
            Actor.system(),
        )
        return person

    def test_the_weekday_most_searched_in_vain_is_named_with_its_most_wished_part(
        self, world: World, student: Person, weekdays_only: Person
    ) -> None:
        searched(world, date(2026, 12, 5), times=4, instructor=weekdays_only)
        searched(world, date(2026, 12, 6), times=3, instructor=weekdays_only)
        world.book(student, world.offering(weekdays_only), at(3, 18))
        advice = figures_of(world, person=weekdays_only).advice
        assert advice
        assert (advice.weekday, advice.part, advice.searches) == (SATURDAY, DayPart.EVENING, 4)

    def test_one_person_who_looks_again_and_again_is_one_search(
        self, world: World, student: Person, weekdays_only: Person
    ) -> None:
        facts: analytics.Facts = {"st_id": weekdays_only.id, "offering_id": "off_1", "date": "2026-12-05"}
        for _ in range(9):
            world.platform.run(analytics.record, acting(student), (Step.SEARCH_UNMET, facts))
        assert figures_of(world, person=weekdays_only).advice is None

    def test_a_day_that_is_open_already_is_not_advised(self, world: World) -> None:
        searched(world, date(2026, 12, 5), times=9)
        world.platform.run(
            lambda work: [
                setattr(rule, "end_minute", 1320) for rule in work.db.exec(select(AvailabilityRule)).all()
            ],
            Actor.system(),
        )
        assert figures_of(world).advice is None

    def test_searches_with_somebody_else_are_not_mine(self, world: World, weekdays_only: Person) -> None:
        searched(world, date(2026, 12, 5), times=9)
        assert figures_of(world, person=weekdays_only).advice is None


class TestWhoMaySee:
    @pytest.mark.parametrize("query", [instructor_home.today, instructor_home.figures])
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
        assert figures_of(world, person=other).now_totals.sessions == 0


@pytest.mark.parametrize("query", [instructor_home.today, instructor_home.figures])
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
