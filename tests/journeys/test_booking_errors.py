"""Every sentence that product.md promises on the way to a booking, read off the screen: states, errors, ways out."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from sessions_app.domain.availability import dow_sunday0
from sessions_app.domain.permissions import Actor
from sessions_app.domain.schedules import WeeklyWindow
from sessions_app.models import Course
from sessions_app.services import availability, requests
from tests.infra.browser import DESKTOP, PHONE
from tests.infra.visitor import NewVisitor
from tests.journeys.backstage import Backstage
from tests.journeys.wizard import (
    BY_CREDITS,
    FREE,
    ON_REQUEST,
    book_page,
    held_by,
    open_times,
    start_of,
    times,
    to_confirm,
)

# Collects what is on a button only while the server works.
REMEMBER_BUSY = """() => {
  window.said = [];
  new MutationObserver(() => {
    const button = [...document.querySelectorAll('button')].find(one => one.textContent.includes('Booking…'));
    if (button) window.said.push(button.textContent);
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


# From now on no cell of a table can be made: the next month is one too many.
BREAK_TABLES = """() => {
  const make = Document.prototype.createElement;
  Document.prototype.createElement = function (tag, ...rest) {
    if (String(tag).toLowerCase() === 'td') throw new Error('broken on purpose');
    return make.call(this, tag, ...rest);
  };
}"""


def seen(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The first element with this text that can be seen; pages hold more than a narrow screen shows."""
    return page.get_by_text(text).locator("visible=true").first


def test_every_refusal_is_said_on_a_phone_with_its_way_out(
    new_visitor: NewVisitor, backstage: Backstage
) -> None:
    visitor = new_visitor(screen=PHONE)
    student = backstage.new_student(is_enrolled=False)
    backstage.sign_in(visitor, student)
    page = visitor.page
    alert = page.get_by_role("alert")
    here, there = backstage.offering(FREE), backstage.offering(FREE, "instructor2@demo.test")

    # Nobody teaches it.
    course = Course(title="Nobody's yet", subject_id=backstage.course().subject_id, position=98)
    backstage.do(lambda work: work.db.add(course))
    visitor.open(f"/courses/{course.id}/book")
    expect(alert).to_contain_text("No instructors available. Try later.")
    expect(page.get_by_role("button", name="Schedule Later")).to_be_visible()

    # Not enrolled, wherever it matters; enrolling leads on from the same place.
    visitor.open(f"/courses/{backstage.course().id}/book")
    page.get_by_role("button", name="Schedule Later").click()
    expect(alert).to_contain_text("You must be enrolled to book.")
    page.get_by_role("button", name="Enroll now").click()
    expect(alert).to_have_count(0)
    expect(page.get_by_role("button", name="Select Ada Lindqvist")).to_be_visible()

    # Somebody was faster.
    visitor.open(book_page(backstage, offering=here.id))
    open_times(page)
    wanted = times(page).first
    backstage.book(backstage.new_student("Faster"), here, start_of(page, wanted))
    wanted.click()
    expect(alert).to_contain_text("This time is no longer available. Select another.")
    expect(alert.get_by_role("button")).to_have_count(3)

    # A session of one's own, made meanwhile, is in the way.
    start = backstage.common_start(here, there)
    local = start.astimezone(ZoneInfo("Europe/Paris"))
    visitor.open(book_page(backstage, offering=here.id, date=f"{local:%Y-%m-%d}"))
    wanted = page.get_by_role("button", name=re.compile(f"^{local:%H:%M} to "))
    expect(wanted).to_be_visible()
    backstage.book(student, there, start)
    wanted.click()
    expect(alert).to_contain_text("You have another session at this time.")
    expect(alert.get_by_role("link", name="See your sessions")).to_have_attribute("href", "/dashboard")

    # No credits.
    visitor.open(book_page(backstage, offering=backstage.offering(BY_CREDITS).id))
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    expect(alert).to_contain_text("Insufficient Credits. You need 1, you have 0.")
    alert.get_by_role("link", name="Choose another session").click()
    expect(page.get_by_role("button", name="Next available")).to_be_visible()

    # Something breaks on our side.
    visitor.open(book_page(backstage, offering=here.id))
    to_confirm(page)
    backstage.edit_booking(held_by(page), policy={})
    page.get_by_role("button", name="Book Session").click()
    expect(alert).to_contain_text("Unable to book. Please try again.")
    expect(alert).to_contain_text(re.compile(r"Reference [0-9a-f]{12}"))


def test_what_stands_on_every_step(new_visitor: NewVisitor, backstage: Backstage) -> None:
    visitor = new_visitor(screen=DESKTOP)
    backstage.sign_in(visitor, backstage.new_student())
    page, course = visitor.page, backstage.course().title
    offering = backstage.offering(ON_REQUEST)

    visitor.open(f"/courses/{backstage.course().id}/book")
    expect(page.get_by_role("heading", name="Book a Session", level=1)).to_be_visible()
    expect(page.get_by_text(f"for {course}").first).to_be_visible()
    expect(page.get_by_role("link", name="Back to the course")).to_be_visible()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Select Ada Lindqvist"))
    expect(card).to_contain_text(re.compile(r"\d+ students"))

    visitor.open(book_page(backstage, offering=offering.id))
    expect(page.get_by_text("Times shown in Europe/Paris")).to_be_visible()
    page.get_by_role("button", name="Change time zone").click()
    page.get_by_role("searchbox").fill("tokyo")
    page.get_by_role("button", name=re.compile("Tokyo")).click()
    expect(page.get_by_text("Times shown in Asia/Tokyo")).to_be_visible()
    expect(page.get_by_role("link", name="Set as default in settings")).to_have_attribute("href", "/settings")

    visitor.open(book_page(backstage, offering=offering.id))
    today = page.get_by_role("grid").get_by_role("button", name=re.compile("today"))
    expect(today).to_have_count(1)
    for day in page.get_by_role("grid").get_by_role("button", name=re.compile(", past$")).all():
        expect(day).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="This week").click()
    expect(page.get_by_role("button", name="This week")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Next available").click()
    minutes = f"{offering.duration_minutes} min"
    expect(page.get_by_text(re.compile(rf"^\d+ times?, {minutes}")).first).to_be_visible()
    starts = start_of(page, times(page).first).astimezone(ZoneInfo("Europe/Paris"))
    times(page).first.click()

    expect(page.get_by_role("heading", name="Details and confirm")).to_be_visible()
    for fact in (course, "Ada Lindqvist", f"{starts:%A %-d %B}", f"{starts:%H:%M} – ", minutes, "Paris"):
        expect(seen(page, re.compile(re.escape(fact)))).to_be_visible()
    expect(page.get_by_role("checkbox", name="Remind me", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Suggest a topic", exact=True).fill("Bases")
    page.get_by_role("textbox", name="Message to your instructor", exact=True).fill("Hello")
    booked = held_by(page)
    page.evaluate(REMEMBER_BUSY)
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name=re.compile("^Request sent — Ada answers by"))).to_be_visible()
    assert page.evaluate("window.said.length") > 0, "the button never said that it is booking"

    ada = backstage.person("instructor@demo.test")
    backstage.platform.run(
        requests.accept,
        Actor(person_id=ada.id, role=ada.role),
        booking_id=booked,
        response="With pleasure. Bring your sketches.",
    )
    visitor.reload()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(page.get_by_text("With pleasure. Bring your sketches.")).to_be_visible()
    expect(page.get_by_text(f"{starts:%H:%M} in Europe/Paris")).to_be_visible()
    expect(page.get_by_role("heading", name="Add to calendar")).to_be_visible()


def test_a_day_without_times_says_why_and_an_empty_calendar_says_it_once(
    new_visitor: NewVisitor, backstage: Backstage
) -> None:
    page = (visitor := new_visitor(screen=DESKTOP)).page
    newcomer = backstage.new_instructor()
    soon = (backstage.platform.clock.now() + timedelta(days=3)).astimezone(ZoneInfo("Europe/Paris"))
    one_day = (WeeklyWindow(dow_sunday0(soon.date()), 9 * 60, 17 * 60),)
    set_hours = partial(
        backstage.platform.run, availability.set_weekly, Actor.system(), instructor_id=newcomer.id
    )
    set_hours(windows=one_day)
    visitor.open(f"/book/{newcomer.id}")
    expect(times(page).first).to_be_visible()
    shown = times(page).count()
    resting = soon + timedelta(days=1)
    # Forced: it is announced as not available, and yet says why when pressed.
    page.get_by_role("grid").get_by_role(
        "button", name=f"{resting:%A} {resting.day} {resting:%B %Y}, no times"
    ).click(force=True)
    said = page.get_by_role("status").filter(has_text=f"Ines does not teach on {resting:%A}s")
    expect(said).to_be_visible()
    expect(times(page)).to_have_count(shown)

    visitor.open(f"/book/{newcomer.id}?date={resting:%Y-%m-%d}")
    expect(seen(page, f"Ines does not teach on {resting:%A}s")).to_be_visible()
    expect(page.get_by_text("Next free times")).to_be_visible()

    set_hours(windows=())
    visitor.open(f"/book/{newcomer.id}")
    nothing = page.get_by_text(re.compile("^Scheduling is only available up to 28 days in advance"))
    expect(nothing.first).to_be_visible()
    expect(nothing.locator("visible=true")).to_have_count(1)
    backstage.retire_newcomers()


def test_a_page_that_cannot_be_drawn_says_what_is_safe_and_loads_again(
    new_visitor: NewVisitor, backstage: Backstage
) -> None:
    visitor = new_visitor(screen=PHONE)
    visitor.allow("broken on purpose")
    page = visitor.page
    visitor.open(f"/book/{backstage.person('instructor@demo.test').id}")
    expect(page.get_by_role("grid")).to_be_visible()
    page.evaluate(BREAK_TABLES)
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("heading", name="This page could not be shown")).to_be_visible()
    expect(page.get_by_text("What you booked or sent is safe.")).to_be_visible()
    page.get_by_role("link", name="Load it again").click()
    expect(page.get_by_role("grid")).to_be_visible()
    expect(page).to_have_url(re.compile("month="))
