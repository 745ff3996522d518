"""What an instructor's figures count, and by whose clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.permissions import Actor
from sessions_app.models import AvailabilityOverride, Booking, Person, Review, TeachingSession
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import cancellations
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import instructor_figures
from sessions_app.services.queries.instructor_figures import Figures, Reviewed
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.world import World, acting, at


def figures_of(world: World, period: int = 28, person: Person | None = None) -> Figures:
    return world.platform.read(instructor_figures.figures, acting(person or world.instructor), period=period)


def over(world: World, placed: Placed, status: BookingStatus = BookingStatus.COMPLETED) -> None:
    """The session took place, as its end would write it."""

    def store(work: UnitOfWork) -> None:
        work.db.get_one(Booking, placed.booking.id).status = status
        session = work.db.get_one(TeachingSession, placed.session.id)
        session.status, session.ended_at = SessionStatus.COMPLETED, work.now

    world.platform.run(store, Actor.system())


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
