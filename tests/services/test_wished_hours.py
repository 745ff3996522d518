"""What students looked for is counted once, and the hours to open are those that would have met it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from sessions_app.domain.permissions import Actor
from sessions_app.models import AvailabilityRule, Person
from sessions_app.services import analytics
from sessions_app.services.analytics import Step
from sessions_app.services.queries import instructor_figures
from sessions_app.services.queries.instructor_figures import Figures
from sessions_app.services.queries.wished_hours import DayPart
from tests.services.world import World, acting, at

MONDAY, SATURDAY = 0, 5


def figures_of(world: World, person: Person | None = None) -> Figures:
    return world.platform.read(instructor_figures.figures, acting(person or world.instructor))


def searched(world: World, on: date, *, times: int, instructor: Person | None = None) -> None:
    """Visitors looked for a time on that date and found none."""
    who = (instructor or world.instructor).id
    for _ in range(times):
        facts: analytics.Facts = {"st_id": who, "offering_id": "off_1", "date": on.isoformat()}
        world.platform.run(analytics.record, Actor.anonymous(), (Step.SEARCH_UNMET, facts))


class TestWishes:
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
        advice = figures_of(world, weekdays_only).advice
        assert advice
        assert (advice.weekday, advice.part, advice.searches) == (SATURDAY, DayPart.EVENING, 4)

    def test_one_person_who_looks_again_and_again_is_one_search(
        self, world: World, student: Person, weekdays_only: Person
    ) -> None:
        facts: analytics.Facts = {"st_id": weekdays_only.id, "offering_id": "off_1", "date": "2026-12-05"}
        for _ in range(9):
            world.platform.run(analytics.record, acting(student), (Step.SEARCH_UNMET, facts))
        assert figures_of(world, weekdays_only).advice is None

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
        assert figures_of(world, weekdays_only).advice is None
