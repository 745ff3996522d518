"""The instructor's home as its state shows it, driven by events as a browser would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import InstructorProfile, Person
from sessions_app.models.catalogue import BookingMode, Modality
from sessions_app.services import analytics, requests
from sessions_app.services.analytics import Step
from sessions_app.services.queries.instructor_home import Block, BlockKind, Setup, Today
from sessions_app.state.base import AppState
from sessions_app.state.instructor_home import InstructorHomeState
from sessions_app.state.instructor_home_views import (
    HOUR_HEIGHT,
    NOT_DECLINING,
    RibbonView,
    ribbon_view,
)
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of, redirected_to


@pytest.fixture
def opened(tab: Tab, world: World) -> Any:
    """Open the home as an instructor, as a page load does."""

    def open_at(path: str = "/instructor", person: Person | None = None) -> InstructorHomeState:
        tab.connect(cookie=cookie_of(world, person or world.instructor), path=path)
        tab.send(InstructorHomeState, "open")
        return tab.state(InstructorHomeState)

    return open_at


class TestOpening:
    def test_the_day_is_said_in_a_sentence(self, opened: Any, world: World) -> None:
        offering = world.offering()
        for hour in (10, 14):
            world.book(world.student(f"Student {hour}"), offering, at(2, hour))
        world.book(world.student("Mina"), world.offering(booking_mode=BookingMode.REQUEST), at(9, 10))
        world.clock.set(at(2, 9, 41))
        home = opened().home
        assert (home.title, home.lead) == (
            "Wednesday 2 December",
            "Two sessions, one request. You finish at 15:00.",
        )
        assert (home.next.who, home.next.when, home.next.note) == (
            "Student 10",
            "10:00 – 11:00",
            "Students can enter from 09:50.",
        )
        assert (home.next.label, home.next.href.endswith("/room")) == ("Start session", True)

    def test_the_address_chooses_the_period(self, opened: Any, world: World) -> None:
        world.book(world.student(), world.offering(), at(2, 10))
        assert opened("/instructor?days=7").figures.period == "7"
        assert opened("/instructor?days=365").figures.period == "28"
        assert opened().figures.strip[0].label == "Sessions, 28 days"
        assert opened().figures.csv_href == "/api/instructor/figures.csv?days=28"

    def test_a_new_instructor_sees_three_steps(self, opened: Any, world: World) -> None:
        fresh = world.person("Nora New", Role.INSTRUCTOR)
        world.add(InstructorProfile(person_id=fresh.id))
        home = opened(person=fresh).home
        assert [(step.action, step.is_done) for step in home.steps] == [
            ("Set hours", False), ("Make an offering", False), ("See your page", False),
        ]  # fmt: skip
        assert home.steps[2].body.endswith(f"/instructors/{fresh.id}")
        assert home.lead == "No sessions."

    def test_it_is_closed_to_everybody_else(self, tab: Tab, world: World) -> None:
        tab.connect(path="/instructor")
        assert redirected_to(tab.send(InstructorHomeState, "open")).startswith("/login")
        for person in (world.student(), world.person("Ann", Role.ASSISTANT)):
            tab.connect(cookie=cookie_of(world, person), path="/instructor")
            assert redirected_to(tab.send(InstructorHomeState, "open")) == "/"
            assert not tab.state(InstructorHomeState).home.ready

    def test_hours_to_open_are_advised(self, opened: Any, world: World) -> None:
        world.book(world.student(), world.offering(), at(2, 10))
        facts: analytics.Facts = {
            "st_id": world.instructor.id, "offering_id": "off_1", "date": "2026-12-05",
        }  # fmt: skip
        for _ in range(3):
            world.platform.run(analytics.record, Actor.anonymous(), (Step.SEARCH_UNMET, facts))
        # Open from 8 to 20 every day: an evening to 22 is more than half open, so there is nothing to advise.
        assert opened().figures.advised == ""

    def test_what_was_looked_for_is_a_map_of_weekdays_and_hours(self, opened: Any, world: World) -> None:
        world.book(world.student(), world.offering(), at(2, 17))
        figures = opened().figures
        assert figures.heat_hours == ("08", "10", "12", "14", "16", "18", "20", "22")
        wednesday = figures.heat[2]
        assert (wednesday.day, [cell.level for cell in wednesday.cells]) == ("Wed", [0, 0, 0, 0, 4, 0, 0, 0])


class TestAnswering:
    @pytest.fixture
    def asked(self, world: World) -> Any:
        return world.book(world.student("Mina"), world.offering(booking_mode=BookingMode.REQUEST), at(9, 10))

    def test_a_request_is_accepted_and_that_is_said(
        self, opened: Any, tab: Tab, world: World, asked: Any
    ) -> None:
        assert opened().home.requests[0].when == "Wed 9 Dec, 10:00, Free"
        tab.send(InstructorHomeState, "accept", booking_id=asked.booking.id)
        state = tab.state(InstructorHomeState)
        assert world.booking(asked.booking.id).status is BookingStatus.SCHEDULED
        assert (state.home.requests, state.busy) == ((), "")
        assert [toast.title for toast in state.toasts] == ["Request accepted"]

    def test_a_request_is_declined_with_a_word(self, opened: Any, tab: Tab, world: World, asked: Any) -> None:
        opened()
        tab.send(InstructorHomeState, "ask_to_decline", booking_id=asked.booking.id)
        assert tab.state(InstructorHomeState).declining.label == "Answer to Mina (optional)"
        tab.send(InstructorHomeState, "decline", form={"response": " I am away. "})
        booking = world.booking(asked.booking.id)
        assert (booking.status, booking.instructor_response) == (BookingStatus.REJECTED, "I am away.")
        assert tab.state(InstructorHomeState).declining == NOT_DECLINING

    def test_keeping_it_changes_nothing(self, opened: Any, tab: Tab, world: World, asked: Any) -> None:
        opened()
        tab.send(InstructorHomeState, "ask_to_decline", booking_id=asked.booking.id)
        tab.send(InstructorHomeState, "keep")
        tab.send(InstructorHomeState, "decline", form={})
        assert world.booking(asked.booking.id).status is BookingStatus.PENDING

    def test_what_was_answered_elsewhere_is_refused_and_the_list_is_true_again(
        self, opened: Any, tab: Tab, world: World, asked: Any
    ) -> None:
        opened()
        world.platform.run(requests.reject, acting(world.instructor), booking_id=asked.booking.id)
        tab.send(InstructorHomeState, "accept", booking_id=asked.booking.id)
        assert tab.state(AppState).problem.message
        assert tab.state(InstructorHomeState).home.requests == ()

    def test_another_instructors_request_is_unknown(
        self, opened: Any, tab: Tab, world: World, asked: Any
    ) -> None:
        opened(person=world.new_instructor("Other"))
        for handler in ("accept", "ask_to_decline"):
            tab.send(InstructorHomeState, handler, booking_id=asked.booking.id)
            assert tab.state(AppState).problem.message == "That request is not open any more."
        assert world.booking(asked.booking.id).status is BookingStatus.PENDING

    def test_a_live_update_shows_what_is_new(self, opened: Any, tab: Tab, world: World) -> None:
        opened()
        world.book(world.student("Paul"), world.offering(), at(2, 14))
        tab.send(InstructorHomeState, "refresh", by_itself=True)
        assert tab.state(InstructorHomeState).home.next.who == "Paul"
        tab.send(InstructorHomeState, "tick", by_itself=True)


class TestRibbon:
    def ribbon(self, now: datetime, zone: str, *spans: TimeSpan, hours: int = 24) -> RibbonView:
        local = now.astimezone(Viewer(zone).local(now).tzinfo).replace(hour=0, minute=0, second=0)
        start = local.astimezone(UTC)
        blocks = tuple(
            Block(
                f"ses_{number}", BlockKind.SESSION, "Algebra", span, False, 1, 1, Modality.ONLINE, "",
                span.start - timedelta(minutes=10), (),
            )
            for number, span in enumerate(spans)
        )  # fmt: skip
        today = Today(
            "usr_1", zone, TimeSpan(start, start + timedelta(hours=hours)), blocks, None, (), 0,
            Setup(True, True, True), now + timedelta(minutes=1), now,
        )  # fmt: skip
        return ribbon_view(today, Viewer(zone, "h23"))

    def test_the_axis_reaches_from_nine_to_six_and_as_far_as_something_is_on(self) -> None:
        early = TimeSpan(at(2, 6, 30), at(2, 7, 30))
        drawn = self.ribbon(at(2, 12), "UTC", early)
        assert (drawn.hours[0].label, drawn.hours[-1].label) == ("06:00", "18:00")
        assert drawn.blocks[0].top == f"calc({HOUR_HEIGHT // 2}px + 2px)"
        assert drawn.now_top == f"{6 * HOUR_HEIGHT}px"

    def test_the_line_of_now_is_left_out_at_night(self) -> None:
        assert self.ribbon(at(2, 23), "UTC").now_top == ""

    def test_an_hour_that_the_clock_repeats_is_drawn_twice(self) -> None:
        night = TimeSpan(datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
        drawn = self.ribbon(datetime(2026, 10, 25, 9, tzinfo=UTC), "Europe/Paris", night, hours=25)
        assert [hour.label for hour in drawn.hours][:4] == ["01:00", "02:00", "02:00", "03:00"]
        assert drawn.blocks[0].height == f"{3 * HOUR_HEIGHT - 4}px"
        assert "UTC" in drawn.blocks[0].span

    def test_an_hour_that_the_clock_skips_takes_no_room(self) -> None:
        night = TimeSpan(datetime(2026, 3, 29, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, tzinfo=UTC))
        drawn = self.ribbon(datetime(2026, 3, 29, 9, tzinfo=UTC), "Europe/Paris", night, hours=23)
        assert [hour.label for hour in drawn.hours][:3] == ["01:00", "03:00", "04:00"]
        assert [hour.top for hour in drawn.hours][:3] == ["0px", f"{HOUR_HEIGHT}px", f"{2 * HOUR_HEIGHT}px"]

    def test_a_session_over_midnight_is_cut_at_the_end_of_the_day(self) -> None:
        late = TimeSpan(at(2, 23), at(3, 1))
        drawn = self.ribbon(at(2, 12), "UTC", late)
        assert drawn.hours[-1].label == "00:00"
        assert drawn.blocks[0].height == f"{HOUR_HEIGHT - 4}px"
