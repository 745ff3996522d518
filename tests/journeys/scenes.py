"""Every view of the product that somebody can come to: each route, each step of a booking, each refusal, each dialog.

A tour takes one visitor through some of them and calls ``look`` at each, with its name. What is looked at belongs
to the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import UPCOMING
from sessions_app.models import Booking, Course, Offering, Person
from sessions_app.pages import PAGES
from sessions_app.services.unit_of_work import UnitOfWork
from tests.infra.visitor import Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.wizard import (
    BY_CREDITS,
    FREE,
    ON_REQUEST,
    PAID,
    book_page,
    held_by,
    open_times,
    start_of,
    times,
    to_confirm,
)

Look = Callable[[str], None]
Tour = Callable[[Visitor, Backstage, Look], None]

_SAMPLES = "/dev/kit"  # shows waiting among all the rest
PLAIN_ROUTES = [page.route for page in PAGES if "[" not in page.route and page.route != "/404"]


def settled(page: Page) -> None:
    """Wait until the page shows what it came to show."""
    expect(page.get_by_role("status", name=re.compile("^Loading"))).to_have_count(0)


def look_at_each(routes: Iterable[str], visitor: Visitor, look: Look) -> None:
    """Open each of these routes; the page that several of them send one to is looked at once."""
    seen: set[tuple[str, bool]] = set()
    for route in routes:
        visitor.open(route)
        if route != _SAMPLES:
            settled(visitor.page)
        address = urlsplit(visitor.page.url)
        # Asked to come back to another page each time, and said so in the same words.
        place = (address.path, bool(address.query))
        if place not in seen:
            seen.add(place)
            look(route)


def everybodys_pages(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """What opens without signing in, and where the rest sends one."""
    look_at_each(PLAIN_ROUTES, visitor, look)
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look("/courses/[course_id]")
    page.get_by_role("tab", name="Content").click()
    look("course content")
    visitor.open(f"/instructors/{backstage.person('instructor@demo.test').id}")
    expect(page.get_by_role("heading", level=1, name="Ada Lindqvist")).to_be_visible()
    look("/instructors/[instructor_id]")
    visitor.allow("404")
    visitor.open("/nowhere/at/all")
    look("/404")


def a_students_pages(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """The same signed in, with a full and an empty dashboard."""
    noah = backstage.person("student@demo.test")
    backstage.sign_in(visitor, noah)
    page = visitor.page
    look_at_each(PLAIN_ROUTES, visitor, look)
    visitor.open("/dashboard")
    for tab in ("Requests", "Past", "Cancelled"):
        page.get_by_role("tab", name=tab).click()
        look(f"dashboard, {tab}")
    page.get_by_role("button", name=re.compile("^Account")).click()
    look("account menu")
    page.keyboard.press("Escape")
    seat = backstage.do(lambda work: work.db.get_one(Booking, _any_seat(work, noah)))
    visitor.open(f"/session/{seat.session_id}/room")
    settled(page)
    look("/session/[session_id]/room")
    visitor.open(f"/booking/confirmation?session={seat.session_id}")
    settled(page)
    look("/booking/confirmation")
    backstage.sign_in(visitor, backstage.new_student(is_enrolled=False))
    visitor.open("/dashboard")
    settled(page)
    look("dashboard, empty")


def an_instructors_pages(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """Where an instructor works."""
    backstage.sign_in(visitor, backstage.person("instructor@demo.test"))
    look_at_each(
        [route for route in PLAIN_ROUTES if route.startswith("/instructor/") or route == "/dashboard"],
        visitor,
        look,
    )


def the_steps_of_a_booking(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """Instructor, date and time, details, payment, done; and a request that is answered."""
    backstage.sign_in(visitor, backstage.new_student(with_credits=2))
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}/book")
    expect(page.get_by_role("button", name="Select Ada Lindqvist")).to_be_visible()
    look("/courses/[course_id]/book")
    visitor.open(f"/book/{backstage.person('instructor@demo.test').id}")
    expect(page.get_by_role("grid")).to_be_visible()
    look("/book/[instructor_id]")
    visitor.open(book_page(backstage, offering=backstage.offering(PAID).id))
    open_times(page)
    look("times of a day")
    page.get_by_role("button", name="Change time zone").click()
    page.get_by_role("searchbox").fill("new york")
    expect(page.get_by_role("button", name=re.compile("New York"))).to_be_visible()
    look("dialog, time zone")
    page.keyboard.press("Escape")
    times(page).first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    look("details")
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_text("TEST MODE")).to_be_visible()
    expect(page.get_by_role("button", name="Pay", exact=True)).to_be_visible()
    look("/test-pay/[token]")
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look("payment, declined")
    page.get_by_role("button", name="Pay by a slow method").click()
    expect(page.get_by_role("button", name="The money arrives")).to_be_visible()
    look("payment, under way")
    page.get_by_role("link", name="See your booking meanwhile").click()
    expect(page.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    look("confirmation, payment under way")
    page.go_back()
    page.get_by_role("button", name="The money arrives").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    look("confirmation, paid")
    visitor.open(book_page(backstage, offering=backstage.offering(ON_REQUEST).id))
    to_confirm(page)
    look("details of a request")
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name=re.compile("^Request sent"))).to_be_visible()
    look("confirmation, requested")
    visitor.open("/booking/confirmation?session=ses_none")
    expect(page.get_by_text("We cannot find that booking")).to_be_visible()
    look("confirmation, unknown")
    visitor.open(f"/courses/{backstage.course().id}/book")
    page.get_by_role("button", name="Schedule Later").click()
    expect(page.get_by_text("You can schedule anytime from your dashboard")).to_be_visible()
    look("scheduled for later")


def the_refusals_of_a_booking(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """Nobody there, nothing free, gone, over, not covered, not allowed."""
    student = backstage.new_student(is_enrolled=False)
    backstage.sign_in(visitor, student)
    page, alert = visitor.page, visitor.page.get_by_role("alert")
    subject = backstage.course().subject_id
    course = Course(title="Nobody's yet", subject_id=subject, position=98)
    backstage.do(lambda work: work.db.add(course))
    visitor.open(f"/courses/{course.id}/book")
    expect(alert).to_contain_text("No instructors available")
    look("no instructor")
    visitor.open(book_page(backstage))
    expect(alert).to_contain_text("You must be enrolled")
    look("not enrolled")
    page.get_by_role("button", name="Enroll now").click()
    expect(alert).to_have_count(0)

    never = _unoffered(backstage)
    visitor.open(book_page(backstage, offering=never.id))
    settled(page)
    expect(page.get_by_role("grid")).to_be_visible()
    look("nothing free this month")
    backstage.do(lambda work: work.db.delete(work.db.get_one(Offering, never.id)))

    here = backstage.offering(FREE)
    visitor.open(book_page(backstage, offering=here.id))
    open_times(page)
    wanted = times(page).first
    backstage.book(backstage.new_student("Faster"), here, start_of(page, wanted))
    wanted.click()
    expect(alert).to_contain_text("no longer available")
    look("time lost")

    visitor.open(book_page(backstage, offering=backstage.offering(BY_CREDITS).id))
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    expect(alert).to_contain_text("Insufficient Credits")
    look("no credits")

    visitor.open(book_page(backstage, offering=here.id))
    to_confirm(page)
    backstage.edit_booking(held_by(page), policy={})
    page.get_by_role("button", name="Book Session").click()
    expect(alert).to_contain_text("Unable to book")
    look("our fault")

    backstage.sign_in(visitor, backstage.new_student())
    visitor.open(book_page(backstage, offering=here.id))
    to_confirm(page)
    over = backstage.platform.clock.now() - timedelta(minutes=1)
    backstage.edit_booking(held_by(page), hold_expires_at=over, frees_at=over)
    visitor.reload()
    settled(page)
    look("hold over")


def the_dialogs_of_a_student(visitor: Visitor, backstage: Backstage, look: Look) -> None:
    """Cancelling, moving, choosing a zone in the settings, a password refused."""
    student = backstage.new_student()
    backstage.sign_in(visitor, student)
    page = visitor.page
    here, there = backstage.offering(FREE), backstage.offering(FREE, "instructor2@demo.test")
    backstage.book(student, here, backstage.common_start(here, there))
    visitor.open("/dashboard")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("button", name="Keep session")).to_be_focused()
    look("dialog, cancel")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Reschedule", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("grid")).to_be_visible()
    look("dialog, reschedule")
    visitor.open("/settings")
    page.get_by_role("button", name="Change time zone").click()
    page.get_by_role("searchbox").fill("tokyo")
    expect(page.get_by_role("button", name=re.compile("Tokyo"))).to_be_visible()
    look("settings, time zone")
    # Leaving the search empties it, and what it then asks the server a moment later would take a refusal away.
    visitor.open("/settings")
    page.get_by_label("Present password", exact=True).fill("not the one")
    page.get_by_label("New password", exact=True).fill("long enough to be taken")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_label("Present password", exact=True)).to_have_attribute("aria-invalid", "true")
    look("settings, password refused")


TOURS: tuple[Tour, ...] = (
    everybodys_pages,
    a_students_pages,
    an_instructors_pages,
    the_steps_of_a_booking,
    the_refusals_of_a_booking,
    the_dialogs_of_a_student,
)


def _any_seat(work: UnitOfWork, student: Person) -> str:
    seats = select(Booking.id).where(col(Booking.student_id) == student.id, col(Booking.status).in_(UPCOMING))
    found = work.db.exec(seats.order_by(col(Booking.starts_at).desc())).first()
    assert found is not None
    return found


def _unoffered(backstage: Backstage) -> Offering:
    """Something that fits into no window of its instructor's week."""
    like = backstage.offering(FREE)
    facts = like.model_dump(exclude={"id", "title", "duration_minutes"})
    made = Offering(**facts, title="A whole weekend", duration_minutes=480)
    backstage.do(lambda work: work.db.add(made))
    return made
