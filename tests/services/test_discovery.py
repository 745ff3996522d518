from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sessions_app.domain.errors import InvalidInput, NotFound
from sessions_app.domain.permissions import Actor
from sessions_app.models import (
    Course,
    CourseUnit,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Person,
    Subject,
)
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import enrollments, sessions
from sessions_app.services.queries import courses, discovery, instructors
from sessions_app.services.queries.discovery import Found, Search, Sort
from tests.services.statements import counted
from tests.services.world import NOON, World, acting, at

ANYONE = Actor.anonymous()
PRICE = 3200


def found(
    world: World, *, zone: str = "UTC", limit: int = 12, cursor: str | None = None, **wish: Any
) -> Found:
    return world.platform.read(discovery.find, ANYONE, Search(zone=zone, **wish), limit=limit, cursor=cursor)


def names(world: World, **wish: Any) -> list[str]:
    return [card.name for card in found(world, **wish).page.items]


def teaching(world: World, name: str, *, limits: dict[str, Any] | None = None, **offering: Any) -> Person:
    person = world.new_instructor(name, **(limits or {}))
    world.offering(person, **({"price_minor": PRICE} | offering))
    return person


@pytest.fixture
def ada(world: World) -> Person:
    world.offering(price_minor=PRICE)
    return world.instructor


class TestWhoIsFound:
    def test_an_instructor_with_something_to_book(self, world: World, ada: Person) -> None:
        world.new_instructor("Nothing Offered")

        assert names(world) == [ada.name]

    def test_not_one_who_left_or_hides_or_no_longer_teaches_the_course(
        self, world: World, ada: Person
    ) -> None:
        left, hidden, stopped = (
            teaching(world, "Left"),
            teaching(world, "Hidden", limits={"is_listed": False}),
            teaching(world, "Stopped"),
        )

        def change(work):
            work.db.get_one(Person, left.id).deactivated_at = work.now
            work.db.get_one(InstructorCourse, (stopped.id, world.course.id)).is_active = False

        world.platform.run(change, Actor.system())

        assert names(world) == [ada.name]
        assert world.platform.read(instructors.detail, ANYONE, instructor_id=hidden.id, zone="UTC").lead

    def test_an_offering_of_a_subject_asks_for_the_qualification(self, world: World) -> None:
        physics = world.add(Subject(name="Physics"))
        qualified, other = (
            teaching(world, "Qualified", course_id=None, subject_id=physics.id),
            teaching(world, "Other", course_id=None, subject_id=physics.id),
        )
        world.add(InstructorSubject(instructor_id=qualified.id, subject_id=physics.id))

        assert names(world) == [qualified.name]
        assert other.name not in names(world, subject_id=physics.id)


class TestWords:
    @pytest.mark.parametrize("words", ["LINDQVIST", "lindqvist ada", "algèbra linear", "mathematics", "sine"])
    def test_match_names_subjects_courses_and_offerings_in_any_case_and_accent(
        self, world: World, words: str
    ) -> None:
        world.offering(title="Cosine clinic")
        teaching(world, "Łukasz Żółkiewski", title="Drawing")

        assert world.instructor.name in names(world, text=words)

    def test_match_letters_that_take_no_accent_apart(self, world: World, ada: Person) -> None:
        lukasz = teaching(world, "Łukasz Żółkiewski")

        assert names(world, text="lukasz zolkiewski") == [lukasz.name]

    def test_must_all_match_one_offering(self, world: World) -> None:
        world.offering(title="Proofs")
        world.offering(title="Drawing")

        assert names(world, text="proofs drawing") == []

    def test_that_match_nothing_find_nobody(self, world: World, ada: Person) -> None:
        assert names(world, text="underwater basket weaving") == []

    def test_of_sql_are_just_words(self, world: World, ada: Person) -> None:
        assert names(world, text="%_'; DROP TABLE person; --") == []


class TestFilters:
    def test_by_course_and_subject(self, world: World, ada: Person) -> None:
        physics = world.add(Subject(name="Physics"))
        course = world.add(Course(title="Mechanics", subject_id=physics.id))
        other = world.new_instructor("Other")
        world.add(InstructorCourse(instructor_id=other.id, course_id=course.id))
        world.offering(other, course_id=course.id, price_minor=PRICE)

        assert names(world, subject_id=physics.id) == [other.name]
        assert names(world, course_id=world.course.id) == [ada.name]

    def test_by_kind_and_mode(self, world: World, ada: Person) -> None:
        group = teaching(world, "Group", session_type=SessionType.GROUP, capacity=6)
        asked = teaching(world, "Asked", booking_mode=BookingMode.REQUEST)

        assert names(world, session_type=SessionType.GROUP) == [group.name]
        assert asked.name not in names(world, booking_mode=BookingMode.INSTANT)

    def test_by_price_and_what_the_card_then_shows(self, world: World, ada: Person) -> None:
        world.offering(price_minor=0, title="First session")
        dear = teaching(world, "Dear", price_minor=9900)
        by_credits = teaching(world, "Credits", price_minor=None, credits=1)

        assert dear.name not in names(world, max_minor=PRICE)
        assert by_credits.name not in names(world, max_minor=PRICE)
        [card] = found(world, is_free=True).page.items
        assert (card.name, card.lead.price_label) == (ada.name, "Free")
        labels = {card.name: card.lead.price_label for card in found(world).page.items}
        assert labels == {ada.name: "€32.00", dear.name: "€99.00", by_credits.name: "1 credit"}

    def test_by_date_in_the_viewers_zone(self, world: World, ada: Person) -> None:
        # Ada is open from 08:00 to 20:00 UTC; in Auckland that is 21:00 to 09:00.
        on = date(2026, 12, 5)

        assert names(world, from_on=on, to_on=on) == [ada.name]
        [card] = found(world, from_on=on, to_on=on).page.items
        assert card.next_free == at(5, 8)
        [card] = found(world, zone="Pacific/Auckland", from_on=on, to_on=on).page.items
        assert card.next_free == at(4, 11)

    def test_by_a_date_beyond_the_horizon_nobody(self, world: World, ada: Person) -> None:
        assert names(world, from_on=date(2027, 1, 20), to_on=date(2027, 1, 21)) == []
        assert names(world, from_on=date(2029, 1, 1), to_on=date(2029, 1, 2)) == []
        assert names(world, from_on=date(2020, 1, 1), to_on=date(2020, 1, 2)) == []

    def test_by_evenings(self, world: World, ada: Person) -> None:
        [card] = found(world, evenings=True).page.items
        assert card.next_free == at(2, 17)
        [card] = found(world, evenings=True, zone="Asia/Tokyo").page.items
        assert card.next_free == at(2, 8)
        assert names(world, evenings=True, zone="America/New_York") == []

    def test_dates_in_the_wrong_order_are_refused(self, world: World, ada: Person) -> None:
        with pytest.raises(InvalidInput) as refused:
            found(world, from_on=date(2026, 12, 5), to_on=date(2026, 12, 4))
        assert refused.value.field == "to"


class TestCards:
    def test_show_the_next_free_time_and_the_week(self, world: World, ada: Person) -> None:
        [card] = found(world).page.items

        # Notice of 12 hours from noon: tomorrow from 08:00, starts every 30 minutes until 19:00.
        assert card.next_free == at(2, 8)
        assert card.week == (0, 23, 23, 23, 23, 23, 23)
        assert (card.rating, card.students_taught) == (None, 0)

    def test_say_when_nothing_is_free(self, world: World, ada: Person) -> None:
        def close(work):
            work.db.get_one(InstructorProfile, ada.id).horizon_days = 1
            work.db.get_one(InstructorProfile, ada.id).notice_minutes = 43_200

        world.platform.run(close, Actor.system())

        [card] = found(world).page.items
        assert (card.next_free, card.week) == (None, (0,) * 7)

    def test_leave_out_what_is_taken(self, world: World, ada: Person) -> None:
        offering = world.offering(price_minor=0)
        world.book(world.student(), offering, at(2, 8))

        [card] = found(world).page.items
        assert card.next_free == at(2, 9, 30)

    def test_are_sorted_as_asked(self, world: World, ada: Person) -> None:
        quick = teaching(world, "Zora Quick", limits={"notice_minutes": 0}, price_minor=9900)
        cheap = teaching(world, "Éva Cheap", limits={"notice_minutes": 2880}, price_minor=500)

        assert names(world) == [quick.name, ada.name, cheap.name]
        assert names(world, sort=Sort.PRICE) == [cheap.name, ada.name, quick.name]
        assert names(world, sort=Sort.NAME) == [ada.name, cheap.name, quick.name]

    def test_come_in_pages_that_together_are_all(self, world: World, ada: Person) -> None:
        for number in range(4):
            teaching(world, f"Instructor {number}")
        seen: list[str] = []
        cursor = None
        while True:
            page = found(world, sort=Sort.NAME, limit=2, cursor=cursor).page
            seen += [card.name for card in page.items]
            assert page.total == 5
            if page.next_cursor is None:
                break
            cursor = page.next_cursor

        assert seen == sorted(seen)
        assert len(set(seen)) == 5

    @pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzFd", "é"])
    def test_a_foreign_cursor_is_refused(self, world: World, ada: Person, cursor: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            found(world, cursor=cursor)
        assert refused.value.field == "cursor"


class TestRibbon:
    def test_joins_starts_that_follow_each_other(self, world: World) -> None:
        soon = teaching(world, "Soon", limits={"notice_minutes": 60})

        ribbon = world.platform.read(discovery.day_ribbon, ANYONE, zone="UTC")

        assert (ribbon.on, ribbon.is_today) == (date(2026, 12, 1), True)
        [row] = ribbon.rows
        assert (row.name, row.price_label) == (soon.name, "€32.00")
        assert [(span.start, span.end) for span in row.spans] == [(at(1, 13), at(1, 20))]

    def test_is_about_the_next_day_when_nobody_is_free_any_more(self, world: World, ada: Person) -> None:
        ribbon = world.platform.read(discovery.day_ribbon, ANYONE, zone="UTC")

        assert (ribbon.on, ribbon.is_today) == (date(2026, 12, 2), False)
        assert [row.name for row in ribbon.rows] == [ada.name]

    def test_is_empty_when_nobody_teaches(self, world: World) -> None:
        ribbon = world.platform.read(discovery.day_ribbon, ANYONE, zone="UTC")

        assert (ribbon.rows, ribbon.is_today) == ((), True)


class TestCourses:
    def test_are_listed_in_their_order_with_what_the_actor_is_in(self, world: World, ada: Person) -> None:
        world.add(Course(title="Second", subject_id=world.course.subject_id, position=1))
        student = world.student()

        page = world.platform.read(courses.listing, acting(student))

        assert [card.title for card in page.items] == ["Linear Algebra", "Second"]
        assert [card.enrollment_id is not None for card in page.items] == [True, False]
        assert [card.instructors for card in page.items] == [(ada.name,), ()]
        anonymous = world.platform.read(courses.listing, ANYONE)
        assert [card.enrolled for card in anonymous.items] == [(), ()]

    def test_are_shown_from_the_lowest_price_that_is_paid(self, world: World, ada: Person) -> None:
        world.offering(price_minor=0, title="First session")
        world.offering(price_minor=1200, session_type=SessionType.GROUP, capacity=6)

        [card] = world.platform.read(courses.listing, ANYONE).items

        assert (card.cheapest.price_label, card.has_one_price, card.has_free) == ("€12.00", False, True)

    def test_a_guardian_sees_the_enrollments_of_the_children(self, world: World, ada: Person) -> None:
        child = world.student()
        guardian = world.guardian_of(child, world.student("Other", enrolled=False))

        [card] = world.platform.read(courses.listing, acting(guardian)).items

        assert [one.student_id for one in card.enrolled] == [child.id]

    def test_a_page_shows_content_instructors_and_waiting(self, world: World, ada: Person) -> None:
        world.add(CourseUnit(course_id=world.course.id, position=1, title="Matrices"))
        world.add(CourseUnit(course_id=world.course.id, position=0, title="Vectors"))
        student = world.student()
        enrolled = world.platform.run(enrollments.enroll, acting(student), course_id=world.course.id)
        world.platform.run(enrollments.defer, acting(student), enrollment_id=enrolled.id)

        page = world.platform.read(courses.detail, acting(student), course_id=world.course.id, zone="UTC")

        assert [unit.title for unit in page.units] == ["Vectors", "Matrices"]
        assert [(one.name, one.next_free) for one in page.instructors] == [(ada.name, at(2, 8))]
        assert page.card.enrolled[0].deferred == "waiting"

    def test_instructors_keep_the_order_of_their_offerings(self, world: World) -> None:
        for place, title in enumerate(("Third", "First", "Second")):
            world.offering(title=title, position=(place + 2) % 3)

        [one] = world.platform.read(courses.instructors, ANYONE, course_id=world.course.id)

        assert [offering.title for offering in one.offerings] == ["First", "Second", "Third"]

    def test_an_unknown_or_closed_one_is_not_found(self, world: World) -> None:
        closed = world.add(Course(title="Closed", subject_id=world.course.subject_id, is_active=False))

        for course_id in ("crs_nowhere", closed.id):
            with pytest.raises(NotFound):
                world.platform.read(courses.detail, ANYONE, course_id=course_id, zone="UTC")
            with pytest.raises(NotFound):
                world.platform.read(courses.instructors, ANYONE, course_id=course_id)


class TestProfile:
    def test_shows_offerings_and_the_next_times(self, world: World, ada: Person) -> None:
        profile = world.platform.read(instructors.detail, ANYONE, instructor_id=ada.id, zone="UTC")

        assert [offering.price_label for offering in profile.offerings] == ["€32.00"]
        assert profile.lead is not None
        assert profile.lead.starts[:2] == (at(2, 8), at(2, 8, 30))
        assert profile.now == NOON

    def test_of_somebody_who_is_no_instructor_is_not_found(self, world: World) -> None:
        for person_id in (world.student().id, "usr_nowhere"):
            with pytest.raises(NotFound):
                world.platform.read(instructors.detail, ANYONE, instructor_id=person_id, zone="UTC")

    def test_counts_each_student_once_and_only_completed_sessions(self, world: World, ada: Person) -> None:
        offering = world.offering(price_minor=0)
        student = world.student()
        for day in (3, 4):
            placed = world.book(student, offering, at(day, 9))
            world.clock.set(at(day, 9))
            for step in (sessions.start, sessions.end):
                world.platform.run(step, acting(ada), session_id=placed.session.id)
        world.book(world.student("Ahead"), offering, at(9, 9))

        profile = world.platform.read(instructors.detail, ANYONE, instructor_id=ada.id, zone="UTC")
        assert profile.students_taught == 1


class TestCost:
    @pytest.mark.parametrize("query", ["find", "ribbon", "courses", "course"])
    def test_a_query_takes_as_many_statements_for_one_as_for_many(self, world: World, query: str) -> None:
        group = {"session_type": SessionType.GROUP, "capacity": 6, "price_minor": 0}
        first = world.offering(price_minor=PRICE), world.offering(**group)
        world.book(world.student(), first[1], at(3, 10))
        reads = {
            "find": lambda: found(world, text="linear", subject_id=world.course.subject_id),
            "ribbon": lambda: world.platform.read(discovery.day_ribbon, ANYONE, zone="UTC"),
            "courses": lambda: world.platform.read(courses.listing, acting(world.student("Reader"))),
            "course": lambda: world.platform.read(
                courses.detail, ANYONE, course_id=world.course.id, zone="UTC"
            ),
        }
        read = reads[query]
        read()
        with counted(world.platform.engine) as few:
            read()
        for number in range(6):
            person = teaching(world, f"Instructor {number}")
            world.book(world.student(f"Student {number}"), world.offering(person, **group), at(3, 10))
            world.add(Course(title=f"Course {number}", subject_id=world.course.subject_id))
        with counted(world.platform.engine) as many:
            read()

        assert len(many) == len(few)
        assert len(many) <= 11

    def test_the_horizon_is_seen_to_its_end(self, world: World, ada: Person) -> None:
        def far(work):
            work.db.get_one(InstructorProfile, ada.id).horizon_days = 60
            work.db.get_one(InstructorProfile, ada.id).notice_minutes = 43_200

        world.platform.run(far, Actor.system())

        [card] = found(world).page.items
        assert card.next_free == NOON + timedelta(days=30)
