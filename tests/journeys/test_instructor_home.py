"""The instructor's home and the live board at the built app: what a student does shows on both without a reload."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Role
from sessions_app.models import InstructorProfile
from sessions_app.services import outcomes, sessions
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.journeys.test_instructor_bookings import School
from tests.journeys.together import seen_at_once
from tests.journeys.venue import Venue
from tests.services.world import acting


@pytest.fixture
def school(venue: Venue) -> School:
    return School(venue)


def test_a_student_books_and_instructor_and_assistant_see_it_at_once(school: School, screen: Screen) -> None:
    school.offering()
    teacher, student = school.visit(school.world.instructor, screen=screen), school.visit(school.student)
    staff = school.visit(school.world.person("Priya Nair", Role.ASSISTANT), screen=screen)
    teacher.open("/instructor")
    staff.open("/assistant")
    expect(staff.page.get_by_text("Nothing is on today.")).to_be_visible()
    expect(teacher.page.get_by_text("Nothing is planned today.")).to_be_visible()

    student.open(f"/book/{school.world.instructor.id}?date={school.monday:%Y-%m-%d}")
    times = student.page.get_by_role("group", name=f"{school.monday:%A %-d %B %Y}")
    times.get_by_role("button").first.click()
    book = student.page.get_by_role("button", name=re.compile("^Book Session"))
    expect(book).to_be_visible()
    seen_at_once(staff.page.get_by_role("button", name=re.compile("Tutorial")))
    expect(staff.page.get_by_text("Ada Lindqvist with Noah Berger")).to_be_visible()
    book.click()
    expect(student.page.get_by_text("Session Booked!")).to_be_visible()

    seen_at_once(teacher.page.get_by_role("region", name="Next").get_by_text("Noah Berger"))
    seen_at_once(staff.page.get_by_text("Nothing is on today."))


def test_requests_are_answered_from_home(school: School, screen: Screen) -> None:
    yes, no = school.request(1, 10), school.request(2, 10, school.world.student("Mina Novak"))
    teacher = school.visit(school.world.instructor, screen=screen)
    page = teacher.page
    teacher.open("/instructor")
    requests = page.get_by_role("region", name="Requests")
    expect(requests.get_by_role("listitem")).to_have_count(2)

    requests.get_by_role("listitem").filter(has_text="Noah").get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The session with Noah is scheduled.")).to_be_visible()
    requests.get_by_role("listitem").filter(has_text="Mina").get_by_role("button", name="Decline").click()
    dialog = page.get_by_role("dialog", name="Decline this request?")
    expect(dialog.get_by_role("button", name="Keep request")).to_be_focused()
    dialog.get_by_label("Answer to Mina (optional)").fill("I am away that day.")
    dialog.get_by_role("button", name="Decline request").click()
    expect(page.get_by_text("Request declined")).to_be_visible()
    expect(requests.get_by_text("Nobody waits for an answer.")).to_be_visible()

    assert school.world.booking(yes.booking.id).status is BookingStatus.SCHEDULED
    assert school.world.booking(no.booking.id).instructor_response == "I am away that day."


def test_blocking_time_opens_the_dialog_itself(school: School, screen: Screen) -> None:
    teacher = school.visit(school.world.instructor, screen=screen)
    page = teacher.page
    teacher.open("/instructor")
    page.get_by_role("link", name="Block time").click()
    dialog = page.get_by_role("dialog", name="Date override")
    expect(dialog).to_be_visible()
    expect(page).to_have_url(re.compile(r"/instructor/availability/?$"))
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("link", name="Block time")).to_be_visible()


def test_figures_of_another_period_and_as_a_file(school: School) -> None:
    school.world.book(school.student, school.offering(), school.at(0, 10))
    teacher = school.visit(school.world.instructor)
    teacher.open("/instructor")
    teacher.page.get_by_role("radio", name="7 days").click()
    expect(teacher.page.get_by_text("Sessions, 7 days")).to_be_visible()
    expect(teacher.page).to_have_url(re.compile(r"\?days=7$"))
    with teacher.page.expect_download() as download:
        teacher.page.get_by_role("link", name="Download CSV").click()
    text = Path(download.value.path()).read_text()
    assert text.startswith("date,sessions,completed")
    assert len(text.splitlines()) == 8


def test_a_sessions_timeline_is_opened_by_keyboard_and_kept_in_the_address(
    school: School, screen: Screen
) -> None:
    school.world.hold(school.student, school.offering(), school.at(0, 10))
    staff = school.visit(school.world.person("Priya Nair", Role.ADMIN), screen=screen)
    page = staff.page
    staff.open("/assistant?show=unpaid")
    page.get_by_role("button", name=re.compile("Tutorial")).focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary").filter(has_text="Timeline")
    expect(panel.get_by_text("By Noah Berger, student")).to_be_visible()
    staff.reload()
    expect(panel.get_by_text("Time held")).to_be_visible()
    assert_accessible(page)
    panel.get_by_role("button", name="Close panel").click()
    expect(panel).to_be_hidden()


def test_a_dispute_is_decided_on_its_session_and_both_sides_read_why(school: School, screen: Screen) -> None:
    world, now = school.world, school.world.clock.now()
    world.clock.set(now - timedelta(days=3))
    yesterday = (now - timedelta(days=1)).replace(hour=10, minute=0, second=0)
    placed = world.book(school.student, school.offering(), yesterday)
    world.clock.set(now)
    sessions.sweep(world.platform)
    world.platform.run(
        outcomes.dispute,
        acting(school.student),
        booking_id=placed.booking.id,
        reason="We met, but in another room.",
    )
    staff = school.visit(world.person("Priya Nair", Role.ASSISTANT), screen=screen)
    page = staff.page
    staff.open("/assistant")
    page.get_by_role("button", name=re.compile("^Disputes")).click()
    page.get_by_role("button", name="Tutorial").click()
    dispute = page.get_by_role("region", name="Dispute about Noah Berger’s seat")
    expect(dispute.get_by_text("Noah objects: “We met, but in another room.”")).to_be_visible()
    expect(dispute.get_by_text("both together for 0 min")).to_be_visible()
    assert_accessible(page)

    decide = dispute.get_by_role("button", name="Decide")
    decide.click()
    expect(dispute.get_by_role("alert")).to_have_text("Please choose what it was.")
    dispute.get_by_role("radio", name="It took place").check()
    decide.click()
    why = dispute.get_by_role("textbox", name="Why?")
    expect(why).to_have_attribute("aria-invalid", "true")
    expect(dispute.get_by_role("radio", name="It took place")).to_be_checked()
    why.fill("Ada showed us the other room.")
    decide.click()
    expect(page.get_by_text("Dispute decided")).to_be_visible()
    expect(dispute).to_be_hidden()

    student = school.visit(school.student)
    student.open(f"/session/{placed.session.id}/room")
    expect(student.page.get_by_text("We looked into it. Ada showed us the other room.")).to_be_visible()


def test_the_board_is_closed_to_everybody_else(school: School) -> None:
    student = school.visit(school.student)
    student.open("/assistant")
    expect(student.page).not_to_have_url(re.compile("/assistant"))
    expect(student.page.get_by_role("heading", name="Board")).to_have_count(0)


@pytest.mark.parametrize(
    ("screen", "theme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)
def test_axe_finds_nothing_serious(school: School, screen: Screen, theme: Theme) -> None:
    school.request(1, 10)
    school.world.book(school.world.student("Mina Novak"), school.offering(), school.at(0, 10))
    fresh = school.world.person("Nora New", Role.INSTRUCTOR)
    school.world.add(InstructorProfile(person_id=fresh.id))
    staff = school.world.person("Priya Nair", Role.ASSISTANT)
    for person, path, heading in (
        (school.world.instructor, "/instructor", "Requests"),
        (fresh, "/instructor", "Three steps until students book you"),
        (staff, "/assistant", "Board"),
    ):
        visitor = school.visit(person, screen=screen, theme=theme)
        visitor.open(path)
        expect(visitor.page.get_by_role("heading", name=heading)).to_be_visible()
        assert_accessible(visitor.page)
