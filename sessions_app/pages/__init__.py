"""The pages of the product. Adding one is adding its line to ``PAGES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import reflex as rx

from sessions_app.pages import (
    availability,
    board,
    book,
    confirmation,
    course,
    courses,
    dashboard,
    dev_kit,
    dev_mailbox,
    instructor_bookings,
    instructor_home,
    instructor_offerings,
    instructor_profile,
    instructors,
    landing,
    messages,
    not_found,
    room,
    settings,
    sign_in,
    test_pay,
)
from sessions_app.pages import help as help_pages
from sessions_app.state.availability import AvailabilityState
from sessions_app.state.board import BoardPageState
from sessions_app.state.book import BookState
from sessions_app.state.calendar_feed import CalendarFeedState
from sessions_app.state.confirmation import ConfirmationState
from sessions_app.state.courses import CourseListState, CourseState
from sessions_app.state.dashboard import DashboardState
from sessions_app.state.discover import DiscoverState
from sessions_app.state.instructor_bookings import InstructorBookingsState
from sessions_app.state.instructor_home import InstructorHomeState
from sessions_app.state.instructor_profile import InstructorProfileState
from sessions_app.state.meeting_place import MeetingPlaceState
from sessions_app.state.messages import MessagesState
from sessions_app.state.moving import MoveState
from sessions_app.state.offerings import OfferingsState
from sessions_app.state.profile_reviews import ProfileReviewsState
from sessions_app.state.reviewing import ReviewState
from sessions_app.state.room import RoomState
from sessions_app.state.settings import SettingsState
from sessions_app.state.sign_in import SignInState
from sessions_app.state.test_pay import TestPayState


@dataclass(frozen=True)
class Page:
    """A route, what stands there, its title, and the events of its opening.

    ``description`` is the sentence search engines show; ``script`` is one of ``assets`` that no other page needs;
    ``only_in_development`` leaves it out in production.
    """

    route: str
    draw: Callable[[], rx.Component]
    title: str
    description: str = ""
    script: str = ""
    on_load: Any = None
    only_in_development: bool = False

    @property
    def opening(self) -> list[Any]:
        """The events of its opening, as a list."""
        if self.on_load is None:
            return []
        return list(self.on_load) if isinstance(self.on_load, list) else [self.on_load]


PAGES: tuple[Page, ...] = (
    Page(
        "/",
        landing.landing,
        "Find an instructor",
        landing.DESCRIPTION,
        on_load=DiscoverState.open_landing,
    ),
    Page("/courses", courses.courses, "Courses", courses.DESCRIPTION, on_load=CourseListState.open_courses),
    Page(
        "/courses/[course_id]", course.course, "Course", course.DESCRIPTION, on_load=CourseState.open_course
    ),
    Page(
        "/instructors",
        instructors.instructors,
        "Instructors",
        instructors.DESCRIPTION,
        on_load=DiscoverState.open_directory,
    ),
    Page(
        "/instructors/[instructor_id]",
        instructor_profile.instructor_profile,
        "Instructor",
        instructor_profile.DESCRIPTION,
        on_load=[InstructorProfileState.open_profile, ProfileReviewsState.open_reviews],
    ),
    Page("/login", sign_in.sign_in, "Sign in", on_load=SignInState.open),
    Page("/signup", sign_in.sign_up, "Create an account", on_load=SignInState.open),
    Page("/forgot-password", sign_in.forgot_password, "Forgotten password", on_load=SignInState.open),
    Page(
        "/settings",
        settings.settings,
        "Settings",
        on_load=[SettingsState.open, MeetingPlaceState.open, CalendarFeedState.open],
    ),
    Page("/courses/[course_id]/book", book.book, "Book a Session", on_load=BookState.load),
    Page("/book/[instructor_id]", book.book, "Book a Session", on_load=BookState.load),
    Page("/booking/confirmation", confirmation.confirmation, "Your booking", on_load=ConfirmationState.load),
    Page("/test-pay/[token]", test_pay.test_pay, "Test payment", on_load=TestPayState.load),
    Page(
        "/dashboard",
        dashboard.dashboard,
        "Home",
        on_load=[DashboardState.open, MoveState.open, ReviewState.open],
    ),
    Page(
        "/instructor/availability",
        availability.availability,
        "Weekly hours",
        script="/hours.js",
        on_load=AvailabilityState.open,
    ),
    Page("/assistant", board.board, "Live board", on_load=BoardPageState.open),
    Page("/instructor", instructor_home.instructor_home, "Today", on_load=InstructorHomeState.open),
    Page(
        "/instructor/offerings",
        instructor_offerings.instructor_offerings,
        "Offerings",
        script="/editor.js",
        on_load=OfferingsState.open,
    ),
    Page(
        "/instructor/bookings",
        instructor_bookings.instructor_bookings,
        "Bookings",
        script="/week.js",
        on_load=InstructorBookingsState.open,
    ),
    Page(
        "/session/[session_id]/room",
        room.room,
        "Join your session",
        script="/room.js",
        on_load=RoomState.load,
    ),
    Page("/messages", messages.messages, "Messages", script="/messages.js", on_load=MessagesState.open),
    Page("/help", help_pages.index, "Help"),
    *(
        Page(guide.route, partial(help_pages.guide_page, guide), guide.title, guide.summary)
        for guide in help_pages.guides()
    ),
    Page("/404", not_found.not_found, "Not found"),
    Page("/dev/kit", dev_kit.dev_kit, "Components", only_in_development=True),
    Page(
        dev_mailbox.ROUTE,
        dev_mailbox.dev_mailbox,
        "Outgoing messages",
        on_load=dev_mailbox.DevMailboxState.load,
        only_in_development=True,
    ),
)
