"""An instructor's week at the built app: answer requests, move sessions by mouse and by keyboard, book for a student.

Two people look on, each in a browser of their own: what one does, the other sees without a reload.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.models import Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType, TopicType
from sessions_app.services.bookings import Details, Placed
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.journeys.teaching import block, drag
from tests.journeys.together import at_once
from tests.journeys.venue import Venue


class School(Venue):
    """An instructor, a student, and ways into their weeks."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue.site, venue.world, venue.bring)
        self.student = self.world.student("Noah Berger")
        self.monday = self._next_monday()

    def _next_monday(self) -> datetime:
        now = self.world.clock.now()
        return (now + timedelta(days=7 - now.weekday())).replace(hour=0, minute=0, second=0)

    def at(self, day: int, hour: int) -> datetime:
        """An hour of next week, 0 for its Monday; everybody here lives in UTC."""
        return self.monday + timedelta(days=day, hours=hour)

    def request(self, day: int, hour: int, student: Person | None = None, **facts: Any) -> Placed:
        offering = self.offering(booking_mode=BookingMode.REQUEST)
        details = Details(message="I am stuck on exercise 4.", **facts)
        return self.world.book(student or self.student, offering, self.at(day, hour), details=details)

    def offering(self, **facts: Any) -> Offering:
        return self.world.offering(**({"title": "Tutorial"} | facts))

    def week(self, **how: Any) -> Page:
        """The instructor's page with next week."""
        teacher = self.visit(self.world.instructor, **how)
        teacher.open(f"/instructor/bookings?day={self.monday:%Y-%m-%d}")
        return teacher.page

    def home(self, path: str = "/dashboard", **how: Any) -> Page:
        """The student's dashboard."""
        student = self.visit(self.student, **how)
        student.open(path)
        return student.page


@pytest.fixture
def school(venue: Venue) -> School:
    return School(venue)


def test_an_instructor_accepts_a_request_and_the_student_sees_it(school: School) -> None:
    school.request(1, 10)
    week, home = school.week(), school.home("/dashboard?tab=requests")
    expect(week.get_by_text("I am stuck on exercise 4.")).to_be_visible()
    expect(home.get_by_role("tabpanel").get_by_text("Requested")).to_be_visible()

    at_once(
        week.get_by_role("region", name="Requests").get_by_role("button", name="Accept").click,
        week.get_by_text("Request accepted"),
        home.get_by_text("No open requests"),
    )
    expect(week.get_by_text("Nobody waits for an answer.")).to_be_visible()
    expect(block(week, "Noah Berger")).to_be_visible()


def test_an_instructor_declines_with_an_answer(school: School) -> None:
    placed = school.request(1, 10)
    week, home = school.week(), school.home("/dashboard?tab=requests")

    week.get_by_role("region", name="Requests").get_by_role("button", name="Decline").click()
    dialog = week.get_by_role("dialog", name="Decline this request?")
    dialog.get_by_label("Your answer to Noah").fill("I am away that day.")
    at_once(
        dialog.get_by_role("button", name="Decline").click,
        week.get_by_text("Request declined"),
        home.get_by_text("No open requests"),
    )
    booking = school.world.booking(placed.booking.id)
    assert (booking.status, booking.instructor_response) == (BookingStatus.REJECTED, "I am away that day.")


def test_another_time_is_proposed_and_the_student_accepts_in_one_click(school: School) -> None:
    placed = school.request(1, 10)
    week, home = school.week(), school.home()

    week.get_by_role("region", name="Requests").get_by_role("button", name="Propose another time").click()
    dialog = week.get_by_role("dialog", name="Propose another time")
    dialog.get_by_label("Date", exact=True).fill(f"{school.at(3, 0):%Y-%m-%d}")
    dialog.get_by_label("Time", exact=True).fill("14:00")
    at_once(
        dialog.get_by_role("button", name="Propose this time").click,
        week.get_by_text("Time proposed").first,
        home.get_by_role("heading", name="Your answer, please"),
    )
    expect(home.get_by_text("proposes this time")).to_contain_text("10:00")

    answer = home.locator("section", has=home.get_by_role("heading", name="Your answer, please"))
    at_once(
        answer.get_by_role("button", name="Accept").click,
        home.get_by_text("Session Booked!"),
        week.get_by_text("Nobody waits for an answer."),
    )
    booking = school.world.booking(placed.booking.id)
    assert (booking.status, booking.starts_at) == (BookingStatus.SCHEDULED, school.at(3, 14))


def test_a_proposed_time_outside_the_open_hours_is_meant(school: School) -> None:
    placed = school.request(1, 10)
    week = school.week()
    week.get_by_role("region", name="Requests").get_by_role("button", name="Propose another time").click()
    dialog = week.get_by_role("dialog")
    dialog.get_by_label("Date", exact=True).fill(f"{school.at(3, 0):%Y-%m-%d}")
    dialog.get_by_label("Time", exact=True).fill("21:00")
    dialog.get_by_role("button", name="Propose this time").click()
    expect(dialog.get_by_text("This is outside your open hours.")).to_be_visible()
    assert school.world.booking(placed.booking.id).proposed_at is None

    dialog.get_by_role("button", name="Propose this time anyway").click()
    expect(week.get_by_text("Time proposed").first).to_be_visible()
    assert school.world.booking(placed.booking.id).starts_at == school.at(3, 21)


def test_a_session_is_dragged_asked_about_and_moved_on_both_screens(school: School) -> None:
    placed = school.world.book(school.student, school.offering(), school.at(1, 10))
    week, home = school.week(), school.home()
    expect(home.get_by_text("to 11:00").or_(home.get_by_text("10:00 – 11:00")).first).to_be_visible()
    wednesday = week.locator(f'[data-day="{school.at(2, 0):%Y-%m-%d}"]')
    drag(block(week, "Noah Berger"), to_day=wednesday, hours=2)

    dialog = week.get_by_role("dialog", name="Move this session")
    expect(dialog).to_contain_text("→")
    assert school.world.booking(placed.booking.id).starts_at == school.at(1, 10)
    at_once(
        dialog.get_by_role("button", name="Move session").click,
        week.get_by_text("Session moved"),
        home.get_by_text("12:00 – 13:00").or_(home.get_by_text("to 13:00")).first,
    )
    assert school.world.booking(placed.booking.id).starts_at == school.at(2, 12)


def test_a_drag_is_given_up_with_escape_and_a_plain_click_opens_the_menu(school: School) -> None:
    school.world.book(school.student, school.offering(), school.at(1, 10))
    week = school.week()
    session = block(week, "Noah Berger")
    session.scroll_into_view_if_needed()
    box = session.bounding_box()
    assert box is not None
    week.mouse.move(box["x"] + 20, box["y"] + 12)
    week.mouse.down()
    week.mouse.move(box["x"] + 20, box["y"] + 80, steps=4)
    week.keyboard.press("Escape")
    week.mouse.up()
    expect(week.get_by_role("dialog")).to_have_count(0)

    session.click()
    expect(week.get_by_role("menuitem", name="Move to…")).to_be_visible()


def test_by_keyboard_alone_a_session_is_moved(school: School) -> None:
    placed = school.world.book(school.student, school.offering(), school.at(1, 10))
    week = school.week()
    block(week, "Noah Berger").focus()
    week.keyboard.press("Enter")
    item = week.get_by_role("menuitem", name="Move to…")
    expect(item).to_be_visible()
    for _ in range(6):
        if item.evaluate("node => node === document.activeElement"):
            break
        week.keyboard.press("ArrowDown")
    week.keyboard.press("Enter")
    dialog = week.get_by_role("dialog", name="Move this session")
    expect(dialog).to_be_visible()
    dialog.get_by_role("group", name="The nearest free times").get_by_role("button").first.focus()
    week.keyboard.press("Enter")
    expect(dialog).to_contain_text("→")
    dialog.get_by_role("button", name="Move session").focus()
    week.keyboard.press("Enter")
    expect(week.get_by_text("Session moved")).to_be_visible()
    assert school.world.booking(placed.booking.id).starts_at != school.at(1, 10)


def test_open_time_is_clicked_and_a_student_booked_into_it(school: School) -> None:
    school.offering()
    week, home = school.week(), school.home()
    thursday = week.locator(f'[data-day="{school.at(3, 0):%Y-%m-%d}"]')
    thursday.scroll_into_view_if_needed()
    thursday.click(position={"x": 40, "y": 2 * 52 + 10})
    dialog = week.get_by_role("dialog", name="New session for a student")
    expect(dialog.get_by_label("Time", exact=True)).to_have_value("10:00")
    dialog.get_by_label("Student", exact=True).select_option("Noah Berger")
    at_once(
        dialog.get_by_role("button", name="Book session").click,
        week.get_by_text("Session booked"),
        home.get_by_text("Tutorial").first,
    )
    expect(block(week, "Noah Berger")).to_be_visible()


def test_a_cancelled_session_says_why_and_leaves_both_screens(school: School) -> None:
    placed = school.world.book(school.student, school.offering(), school.at(1, 10))
    week, home = school.week(), school.home()
    block(week, "Noah Berger").click()
    week.get_by_role("menuitem", name="Cancel session…").click()
    dialog = week.get_by_role("dialog", name="Cancel this session?")
    dialog.get_by_label("Reason").fill("I am ill.")
    at_once(
        dialog.get_by_role("button", name="Cancel session").click,
        week.get_by_text("Session cancelled"),
        home.get_by_text("Nothing planned yet"),
    )
    expect(block(week, "Noah Berger")).to_have_count(0)
    assert school.world.booking(placed.booking.id).cancel_reason == "I am ill."


def test_a_topic_is_suggested_edited_and_agreed_on(school: School) -> None:
    offering = school.offering(topic_type=TopicType.FLEXIBLE)
    school.world.book(school.student, offering, school.at(1, 10), details=Details(topic="Eigenvalues"))
    week, home = school.week(), school.home()

    week.get_by_role("tabpanel").get_by_role("button", name="Suggest another topic").click()
    dialog = week.get_by_role("dialog", name="Suggest a topic")
    expect(dialog.get_by_label("Topic", exact=True)).to_have_value("Eigenvalues")
    dialog.get_by_label("Topic", exact=True).fill("Eigenvalues by hand")
    dialog.get_by_role("button", name="Suggest", exact=True).click()
    expect(week.get_by_text("Topic suggested")).to_be_visible()

    home.goto("/dashboard")
    agree = home.get_by_role("button", name="Agree to topic")
    at_once(
        agree.first.click,
        home.get_by_text("Topic agreed"),
        week.get_by_role("tabpanel").get_by_text("agreed"),
    )


def test_several_requests_are_accepted_together(school: School) -> None:
    for number, student in enumerate(school.world.crowd(3)):
        school.request(1, 9 + 2 * number, student)
    week = school.week()
    requests = week.get_by_role("region", name="Requests")
    boxes = requests.get_by_role("checkbox")
    boxes.nth(0).check()
    expect(requests.get_by_role("button", name="Accept 1 selected")).to_be_enabled()
    boxes.nth(1).check()
    requests.get_by_role("button", name="Accept 2 selected").click()
    expect(week.get_by_text("2 requests accepted")).to_be_visible()
    expect(requests.get_by_role("button", name="Accept", exact=True)).to_have_count(1)


def test_bookings_are_searched_and_the_address_keeps_it(school: School) -> None:
    mira = school.world.student("Mira Holm")
    offering = school.offering()
    school.world.book(school.student, offering, school.at(1, 10))
    school.world.book(mira, offering, school.at(2, 10))
    week = school.week()
    rows = week.get_by_role("tabpanel")
    week.get_by_label("Search by student or title").fill("mira")
    week.get_by_role("button", name="Search").click()
    expect(rows.get_by_text("Noah Berger")).to_have_count(0)
    expect(rows.get_by_text("Mira Holm")).to_be_visible()
    assert "q=mira" in week.url
    week.get_by_label("Search by student or title").fill("zzz")
    week.get_by_role("button", name="Search").click()
    rows.get_by_role("button", name="Show all").click()
    expect(rows.get_by_text("Noah Berger")).to_be_visible()


def test_a_phone_shows_one_day_and_goes_to_the_next(school: School) -> None:
    school.world.book(school.student, school.offering(), school.at(1, 10))
    week = school.week(screen=PHONE)
    expect(block(week, "Noah Berger")).to_be_hidden()
    week.get_by_role("link", name="Next day").click()
    expect(block(week, "Noah Berger")).to_be_visible()
    assert week.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
def test_the_page_and_its_dialogs_are_accessible(school: School, screen: Screen, theme: Theme) -> None:
    school.request(1, 10, topic="Eigenvalues")
    school.request(1, 14, school.world.student("Mira Holm"))
    group = school.offering(session_type=SessionType.GROUP, capacity=6, minimum_seats=3)
    for student in school.world.crowd(2):
        school.world.book(student, group, school.at(2, 10))
    week = school.week(screen=screen, theme=theme)
    expect(week.get_by_role("heading", name="Requests")).to_be_visible()
    assert_accessible(week)

    week.get_by_role("region", name="Requests").get_by_role("button", name="Decline").first.click()
    expect(week.get_by_role("dialog")).to_be_visible()
    assert_accessible(week)
    week.keyboard.press("Escape")
    expect(week.get_by_role("dialog")).to_have_count(0)
    week.get_by_role("button", name="New session").click()
    expect(week.get_by_role("dialog")).to_be_visible()
    assert_accessible(week)
