"""A review follows a completed session, can be answered and reported, and counts from three up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooLate,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Booking, GuardianLink, Person, Review
from sessions_app.models.messages import OutboxState
from sessions_app.services import outbox, reviews
from sessions_app.services.bookings import Placed
from sessions_app.services.queries import courses, dashboard, discovery, instructors
from sessions_app.services.queries import reviews as queries
from sessions_app.services.queries.dashboard import Tab
from sessions_app.services.queries.discovery import Search
from sessions_app.services.queries.reviews import ReviewList
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.statements import counted
from tests.services.world import World, acting, at


def had(
    world: World, student: Person, *, day: int = 3, status: BookingStatus = BookingStatus.COMPLETED
) -> Placed:
    """A session that is over, as its end would write it."""
    placed = world.book(student, world.offering(), at(day, 10))

    def end(work: UnitOfWork) -> None:
        work.db.get_one(Booking, placed.booking.id).status = status

    world.platform.run(end, Actor.system())
    return placed


def write(world: World, person: Person, placed: Placed, rating: Any = 5, body: str = "") -> Review:
    return world.platform.run(
        reviews.write, acting(person), booking_id=placed.booking.id, rating=rating, body=body
    )


def reviewed(world: World, *, rating: int = 5, day: int = 3, name: str = "Noah Berger") -> Review:
    student = world.student(name)
    return write(world, student, had(world, student, day=day), rating)


def shown_to(world: World, actor: Actor) -> ReviewList:
    return world.platform.read(queries.of_instructor, actor, instructor_id=world.instructor.id)


def report(world: World, person: Person, review: Review, reason: str = "") -> None:
    world.platform.run(reviews.report, acting(person), review_id=review.id, reason=reason)


@pytest.fixture
def staff(world: World) -> Person:
    return world.person("Asha Assistant", Role.ASSISTANT)


class TestWriting:
    @pytest.mark.parametrize("status", sorted(set(BookingStatus) - {BookingStatus.COMPLETED}))
    def test_only_a_completed_session_is_reviewed(
        self, world: World, student: Person, status: BookingStatus
    ) -> None:
        with pytest.raises(IllegalTransition):
            write(world, student, had(world, student, status=status))

    @pytest.mark.parametrize("rating", [0, 6, -1, True, "5", 4.5, None])
    def test_a_rating_is_one_to_five(self, world: World, student: Person, rating: Any) -> None:
        with pytest.raises(InvalidInput) as refused:
            write(world, student, had(world, student), rating)
        assert refused.value.field == "rating"

    def test_a_text_has_its_limit(self, world: World, student: Person) -> None:
        with pytest.raises(InvalidInput) as refused:
            write(world, student, had(world, student), 5, "x" * (reviews.TEXT_LENGTH + 1))
        assert refused.value.field == "body"

    def test_it_can_be_changed_for_14_days_and_stays_one(self, world: World, student: Person) -> None:
        placed = had(world, student)
        first = write(world, student, placed, 2, "Too fast")
        world.clock.advance(days=14)
        changed = write(world, student, placed, 4, "Better later")
        assert changed.id == first.id
        assert [row.rating for row in shown_to(world, Actor.anonymous()).rows] == [4]

        world.clock.advance(seconds=1)
        with pytest.raises(TooLate):
            write(world, student, placed, 5)

    def test_nobody_else_reviews_it(self, world: World, student: Person, staff: Person) -> None:
        placed = had(world, student)
        with pytest.raises(NotFound):
            write(world, world.student("Other Student"), placed)
        for person in (world.instructor, staff):
            with pytest.raises(NotAllowed):
                write(world, person, placed)

    def test_a_guardian_writes_for_a_child_and_not_twice(self, world: World) -> None:
        child = world.student("Lina Guard")
        guardian = world.guardian_of(child)
        placed = had(world, child)
        first = write(world, guardian, placed, 3)
        assert (first.author_id, first.written_by_id) == (child.id, guardian.id)
        assert write(world, child, placed, 4).id == first.id

    def test_a_guardian_without_the_right_to_view_writes_none(self, world: World, student: Person) -> None:
        guardian = world.guardian_of()
        world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_view=False))
        with pytest.raises(NotAllowed):
            write(world, guardian, had(world, student))


class TestAverages:
    def test_an_average_is_told_from_three_visible_reviews_up(self, world: World, staff: Person) -> None:
        made = [reviewed(world, rating=rating, day=day) for day, rating in ((3, 5), (4, 4))]

        def everywhere() -> set[float | None]:
            read = world.platform.read
            found = read(discovery.find, Actor.anonymous(), Search(zone="UTC"))
            return {
                found.page.items[0].rating,
                read(
                    instructors.detail, Actor.anonymous(), instructor_id=world.instructor.id, zone="UTC"
                ).rating,
                read(courses.instructors, Actor.anonymous(), course_id=world.course.id)[0].rating,
            }

        assert everywhere() == {None}
        made.append(reviewed(world, rating=3, day=5))
        assert everywhere() == {4.0}
        world.platform.run(reviews.decide, acting(staff), review_id=made[0].id, hide=True)
        assert everywhere() == {None}

    @pytest.mark.parametrize("count", [1, 5])
    def test_averages_cost_one_statement_whatever_there_is(self, world: World, count: int) -> None:
        people = [world.instructor.id, *(world.new_instructor(f"Teacher {n}").id for n in range(count))]
        with counted(world.platform.engine) as statements:
            world.platform.read(queries.averages, Actor.anonymous(), people)
        assert len(statements) == 1

    def test_the_list_names_students_by_first_name_and_initial(self, world: World) -> None:
        reviewed(world, name="Noah Berger")
        reviewed(world, name="Zoë", day=4)
        listed = shown_to(world, Actor.anonymous())
        assert {row.author for row in listed.rows} == {"Noah B.", "Zoë"}
        assert (listed.total, listed.counts) == (2, (0, 0, 0, 0, 2))
        assert not any(row.can_answer or row.can_report for row in listed.rows)


class TestAnswers:
    def test_the_instructor_answers_once_and_may_change_it_for_14_days(self, world: World) -> None:
        review = reviewed(world)

        def answer(person: Person, body: str) -> None:
            world.platform.run(reviews.answer, acting(person), review_id=review.id, body=body)

        answer(world.instructor, "Thank you")
        world.clock.advance(days=14)
        answer(world.instructor, "Thank you!")
        [row] = shown_to(world, Actor.anonymous()).rows
        assert row.answer == "Thank you!"
        world.clock.advance(seconds=1)
        with pytest.raises(TooLate):
            answer(world.instructor, "Again")
        with pytest.raises(NotAllowed):
            answer(world.new_instructor("Other Instructor"), "Me too")
        with pytest.raises(InvalidInput):
            answer(world.instructor, " \n ")


class TestReports:
    def test_anybody_signed_in_reports_once_and_staff_decide(self, world: World, staff: Person) -> None:
        review = reviewed(world)
        for _ in range(2):
            report(world, world.instructor, review, "Not about me")
        report(world, world.student("Reader"), review)
        with pytest.raises(Unauthenticated):
            world.platform.run(reviews.report, Actor.anonymous(), review_id=review.id)

        [waiting] = world.platform.read(queries.reported, acting(staff))
        assert (waiting.count, waiting.reasons) == (2, ("Not about me",))
        assert shown_to(world, Actor.anonymous()).total == 1  # it is visible until somebody decides

        world.platform.run(reviews.decide, acting(staff), review_id=review.id, hide=True)
        assert not world.platform.read(queries.reported, acting(staff))
        assert not shown_to(world, Actor.anonymous()).rows
        with pytest.raises(NotFound):
            report(world, world.student("Late Reader"), review)
        world.platform.run(reviews.decide, acting(staff), review_id=review.id, hide=False)
        assert shown_to(world, Actor.anonymous()).total == 1

    def test_nobody_reports_their_own_or_decides_without_being_staff(
        self, world: World, student: Person
    ) -> None:
        review = write(world, student, had(world, student))
        with pytest.raises(NotAllowed):
            report(world, student, review)
        for person in (student, world.instructor):
            with pytest.raises(NotAllowed):
                world.platform.run(reviews.decide, acting(person), review_id=review.id, hide=True)
            with pytest.raises(NotAllowed):
                world.platform.read(queries.reported, acting(person))


class TestInvitation:
    def invite(self, world: World, placed: Placed) -> None:
        def asked(work: UnitOfWork) -> None:
            booking = work.db.get_one(Booking, placed.booking.id)
            reviews.invite(work, booking, placed.session)

        world.platform.run(asked, Actor.system())

    def test_the_students_side_is_asked_and_the_instructor_is_not(
        self, world: World, student: Person
    ) -> None:
        self.invite(world, had(world, student))
        assert [mail.to_address for mail in world.mails("review-request")] == [student.email]

    def test_who_has_written_already_is_not_asked(self, world: World, student: Person) -> None:
        placed = had(world, student)
        self.invite(world, placed)
        write(world, student, placed)
        world.clock.advance(hours=2)
        outbox.deliver_due(world.platform)
        assert [mail.state for mail in world.mails("review-request")] == [OutboxState.STALE]


def test_the_dashboard_offers_a_review_and_shows_the_one_written(world: World, student: Person) -> None:
    placed = had(world, student)

    def past() -> dashboard.Seat:
        home = world.platform.read(dashboard.dashboard, acting(student), tab=Tab.PAST)
        return home.seats[0]

    assert past().rating is None
    assert past().is_review_open
    write(world, student, placed, 4)
    assert (past().rating, past().is_review_open) == (4, True)
    world.clock.advance(days=14, seconds=1)
    assert not past().is_review_open
    opened = world.platform.read(queries.draft, acting(student), booking_id=placed.booking.id)
    assert (opened.rating, opened.is_open) == (4, False)
    assert opened.editable_until == world.clock.now() - timedelta(seconds=1)
