"""The states of landing, directory, profile and courses, driven by events as a browser would."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.permissions import Actor
from sessions_app.models import Enrollment, Person
from sessions_app.state.courses import CourseListState, CourseState
from sessions_app.state.discover import PAGE, DiscoverState
from sessions_app.state.instructor_profile import InstructorProfileState
from tests.services.world import World
from tests.state.conftest import Tab, cookie_of


@pytest.fixture
def course(world: World) -> str:
    world.offering(price_minor=3200)
    return world.course.id


def redirected_to(events: list[Any]) -> str:
    [event] = events
    return next(str(value) for name, value in event.args if str(name) == "path")


def enrolled(world: World, person: Person) -> int:
    def query(work):
        return len(work.db.exec(select(Enrollment).where(col(Enrollment.student_id) == person.id)).all())

    return world.platform.read(query, Actor.system())


class TestDiscovery:
    def test_shows_the_search_of_the_address(self, tab: Tab, world: World, course: str) -> None:
        world.offering(world.new_instructor("Chloé Dubois"), title="Essay", price_minor=2800)
        tab.connect(path="/?q=chloe&sort=name")

        tab.send(DiscoverState, "open_landing")

        state = tab.state(DiscoverState)
        assert [card.person.name for card in state.cards] == ["Chloé Dubois"]
        assert (state.loaded, state.busy, state.more) == (True, False, "")
        assert state.summary == "1 with free times this week"
        assert state.filters.text == "chloe"
        assert state.ribbon.rows
        assert [example.label for example in state.examples] == ["Linear Algebra"]

    def test_sends_no_more_than_what_is_shown(self, tab: Tab, world: World, course: str) -> None:
        tab.send(DiscoverState, "open_landing")

        sent = str(tab.state(DiscoverState).dict())
        assert world.instructor.email not in sent
        assert "_cursor" not in sent

    def test_adds_the_next_page(self, tab: Tab, world: World, course: str) -> None:
        for number in range(PAGE + 1):
            world.offering(world.new_instructor(f"Instructor {number}"), price_minor=3200)
        tab.send(DiscoverState, "open_directory")
        state = tab.state(DiscoverState)
        assert (len(state.cards), state.more) == (PAGE, "Show 2 more")

        tab.send(DiscoverState, "show_more")

        assert (len(state.cards), state.more) == (PAGE + 2, "")
        assert len({card.person.id for card in state.cards}) == PAGE + 2
        tab.send(DiscoverState, "show_more")
        assert len(state.cards) == PAGE + 2

    def test_a_search_keeps_the_other_filters_and_leads_to_the_results(
        self, tab: Tab, world: World, course: str
    ) -> None:
        tab.connect(path="/instructors?type=group&from=2026-12-05")

        events = tab.send(DiscoverState, "search", form={"q": "algebra", "when": "week"})

        assert "/instructors?q=algebra&type=group&when=week#results" in redirected_to(events)

    def test_dates_are_chosen_together(self, tab: Tab, world: World, course: str) -> None:
        events = tab.send(DiscoverState, "choose_dates", form={"from": "2026-12-05", "to": "2026-12-06"})

        assert "/?from=2026-12-05&to=2026-12-06#results" in redirected_to(events)

    @pytest.mark.parametrize("form", [{}, {"q": None}, {"q": {"a": 1}}, {"when": ["x"]}])
    def test_a_malformed_form_is_no_error(self, tab: Tab, world: World, form: dict[str, Any]) -> None:
        assert tab.send(DiscoverState, "search", form=form)
        assert tab.send(DiscoverState, "choose_dates", form=form)

    def test_nobody_found_leaves_the_way_back(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path="/?q=nothing")

        tab.send(DiscoverState, "open_landing")

        state = tab.state(DiscoverState)
        assert (state.cards, state.summary, state.filters.is_any) == ([], "", True)
        assert state.filters.clear_href == "/"


class TestProfile:
    def test_shows_the_instructor_of_the_address(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path=f"/instructors/{world.instructor.id}/")

        tab.send(InstructorProfileState, "open_profile")

        state = tab.state(InstructorProfileState)
        assert (state.loaded, state.missing) == (True, False)
        assert state.profile.person.name == world.instructor.name
        assert state.profile.price == "€32.00"
        assert len(state.profile.times) == 6
        assert state.profile.times[0].href.startswith(f"/book/{world.instructor.id}?offering=")

    def test_says_so_when_there_is_none(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path=f"/instructors/{world.instructor.id}")
        tab.send(InstructorProfileState, "open_profile")
        tab.connect(path="/instructors/usr_nowhere")

        tab.send(InstructorProfileState, "open_profile")

        state = tab.state(InstructorProfileState)
        assert (state.loaded, state.missing, state.profile.person.name) == (True, True, "")


class TestCourses:
    def test_are_listed_and_narrowed_by_subject(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path="/courses")
        tab.send(CourseListState, "open_courses")
        state = tab.state(CourseListState)
        assert [card.title for card in state.cards] == ["Linear Algebra"]
        [subject] = state.subjects
        assert (subject.label, subject.is_on) == ("Mathematics", False)

        tab.connect(path=f"{subject.href}&q=nothing")
        tab.send(CourseListState, "open_courses")
        assert state.cards == []
        assert state.subjects[0].is_on
        assert state.subjects[0].href == "/courses?q=nothing"

    def test_a_search_goes_to_its_address(self, tab: Tab, world: World) -> None:
        assert "/courses?q=linear+algebra" in redirected_to(
            tab.send(CourseListState, "search", form={"q": " linear algebra "})
        )


class TestCourse:
    def test_opens_on_the_tab_of_the_address(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path=f"/courses/{course}?tab=content")

        tab.send(CourseState, "open_course")

        state = tab.state(CourseState)
        assert (state.tab, state.page.card.title) == ("content", "Linear Algebra")
        assert [teacher.book_label for teacher in state.page.teachers] == ["Book with Ada Lindqvist"]
        tab.send(CourseState, "select_tab", key="overview")
        assert state.tab == "overview"
        tab.send(CourseState, "select_tab", key="nonsense")
        assert state.tab == "overview"

    def test_a_student_enrolls_and_is_told(self, tab: Tab, world: World, course: str) -> None:
        student = world.student(enrolled=False)
        tab.connect(path=f"/courses/{course}", cookie=cookie_of(world, student))
        tab.send(CourseState, "open_course")
        assert not tab.state(CourseState).page.card.is_enrolled

        tab.send(CourseState, "enroll", student_id="")

        state = tab.state(CourseState)
        assert state.page.enrolled_label == "Enrolled"
        assert [toast.title for toast in state.toasts] == ["You are enrolled"]
        assert enrolled(world, student) == 1

    def test_a_guardian_enrolls_the_child_they_chose(self, tab: Tab, world: World, course: str) -> None:
        one, two = world.student("Léa", enrolled=False), world.student("Théo", enrolled=False)
        tab.connect(path=f"/courses/{course}", cookie=cookie_of(world, world.guardian_of(one, two)))
        tab.send(CourseState, "open_course")
        assert [child.name for child in tab.state(CourseState).page.to_enroll] == ["Léa", "Théo"]

        tab.send(CourseState, "enroll", student_id=two.id)

        state = tab.state(CourseState)
        assert [child.name for child in state.page.to_enroll] == ["Léa"]
        assert [toast.title for toast in state.toasts] == ["Théo is enrolled"]

    def test_a_visitor_is_led_to_the_sign_in_and_back(self, tab: Tab, world: World, course: str) -> None:
        tab.connect(path=f"/courses/{course}")

        events = tab.send(CourseState, "enroll", student_id="")

        assert f"/login?next=%2Fcourses%2F{course}" in redirected_to(events)

    def test_nobody_enrolls_a_stranger(self, tab: Tab, world: World, course: str) -> None:
        student, stranger = world.student("One"), world.student("Two", enrolled=False)
        tab.connect(path=f"/courses/{course}", cookie=cookie_of(world, student))

        tab.send(CourseState, "enroll", student_id=stranger.id)

        assert tab.state(CourseState).problem.code == "not_allowed"
        assert enrolled(world, stranger) == 0

    def test_an_unknown_course_says_so(self, tab: Tab, world: World) -> None:
        tab.connect(path="/courses/crs_nowhere")

        tab.send(CourseState, "open_course")

        assert tab.state(CourseState).missing
