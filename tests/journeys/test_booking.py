"""Booking a session as people do it: on a desktop and a phone, by pointer and by keyboard alone."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.demo_accounts import DEMO_PASSWORD
from sessions_app.domain.local_labels import WEEKDAYS
from sessions_app.models import Course, Person
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.conftest import Site
from tests.journeys.wizard import (
    BY_CREDITS,
    FREE,
    ON_REQUEST,
    PAID,
    book_page,
    held_by,
    open_times,
    pick_offering,
    start_of,
    times,
    to_confirm,
)

desktop = pytest.mark.parametrize("screen", [DESKTOP], ids=["desktop"], indirect=True)


@pytest.fixture
def student(backstage: Backstage, visitor: Visitor) -> Person:
    """The visitor, signed in as a student nobody else knows."""
    person = backstage.new_student()
    backstage.sign_in(visitor, person)
    return person


def step_of(page: Page) -> str:
    current = page.locator("[aria-current=step]:visible")
    expect(current).to_have_count(1)
    return current.inner_text()


# --- whole ways


def test_a_free_session_from_the_course(visitor: Visitor, site: Site, backstage: Backstage) -> None:
    person = backstage.new_student("Mia Novak", is_enrolled=False)
    backstage.sign_in(visitor, person)
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}")
    page.get_by_role("link", name="Book a Session").click()
    expect(page.get_by_role("heading", name="Book a Session", level=1)).to_be_visible()

    page.get_by_role("button", name="Select Ada Lindqvist").click()
    expect(page.get_by_role("grid")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("You must be enrolled to book.")
    page.get_by_role("button", name="Enroll now").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    open_times(page)
    chosen = times(page).last
    name, day_page = chosen.get_attribute("aria-label"), page.url
    chosen.click()

    expect(page.get_by_role("checkbox", name="Remind me", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Message to your instructor", exact=True).fill("See you soon")
    expect(page.get_by_role("button", name="Book Session")).to_have_count(1)
    page.get_by_role("button", name="Book Session").click()

    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    assert urlsplit(page.url).path.rstrip("/") == "/booking/confirmation"
    for link in ("Google Calendar", "Outlook", "Apple Calendar (.ics)", "Back to Dashboard"):
        expect(page.get_by_role("link", name=link)).to_be_visible()
    expect(page.get_by_role("link", name="Book Another Session")).to_be_visible()
    assert person.email is not None
    [mail] = site.mail.wait_for(person.email)
    assert "BEGIN:VCALENDAR" in mail.calendar

    page.reload()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    visitor.open(day_page[day_page.index("/courses") :])
    expect(page.get_by_role("region", name="Times")).to_be_visible()
    expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_a_paid_session_from_the_instructor(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    ada = backstage.person("instructor@demo.test")
    visitor.open(f"/book/{ada.id}")
    pick_offering(page, PAID)
    to_confirm(page)
    expect(page.get_by_text("€32.00").locator("visible=true").first).to_be_visible()
    expect(
        page.get_by_text(re.compile("^You pay on the next screen")).locator("visible=true")
    ).to_be_visible()
    page.get_by_role("button", name="Book Session").click()

    expect(page.get_by_text("TEST MODE")).to_be_visible()
    page.get_by_role("button", name="Decline", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(r"Your card was declined\. The time is held for you until \d\d:\d\d\.")
    )
    page.get_by_role("button", name="Pay", exact=True).click()

    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(page.get_by_text("€32.00 with Test card •••• 4242")).to_be_visible()


def test_a_request(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(ON_REQUEST).id))
    to_confirm(page)
    page.get_by_role("textbox", name="Suggest a topic", exact=True).fill("Diagonalising a 3 × 3 matrix")
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name=re.compile(r"^Request sent — Ada answers by"))).to_be_visible()
    expect(page.get_by_text("Diagonalising a 3 × 3 matrix")).to_be_visible()


def test_a_visitor_signs_in_and_goes_on_with_the_very_time(visitor: Visitor, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage))
    open_times(page)
    label = times(page).last.get_attribute("aria-label") or ""
    times(page).last.click()
    page.get_by_label("Email").fill("student2@demo.test")
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    visitor.navigate(lambda: page.get_by_role("button", name="Sign in", exact=True).click())
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    expect(page.get_by_text(label.replace(" to ", " – ")).locator("visible=true").first).to_be_visible()


def press_until(page: Page, target: Locator, key: str = "Tab", limit: int = 60) -> None:
    """Press a key until the target has the focus, as somebody without a pointer does."""
    for _ in range(limit):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} cannot be reached by {key}")


def test_by_keyboard_alone(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}/book")
    select = page.get_by_role("button", name="Select Ada Lindqvist")
    expect(select).to_be_visible()
    press_until(page, select)
    page.keyboard.press("Enter")

    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    press_until(page, grid.locator("[tabindex='0']"))
    page.keyboard.press("ArrowRight")
    moved = page.evaluate("document.activeElement.dataset.date")
    page.keyboard.press("ArrowDown")
    week_later = page.evaluate("document.activeElement.dataset.date")
    assert datetime.fromisoformat(week_later) - datetime.fromisoformat(moved) == timedelta(days=7)
    for _ in range(7):
        if page.evaluate("document.activeElement.getAttribute('aria-disabled')") != "true":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-times]")).to_be_focused()

    press_until(page, times(page).first)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Details and confirm")
    expect(heading).to_be_focused()
    press_until(page, page.get_by_role("textbox", name="Message to your instructor"))
    page.keyboard.type("By keyboard")
    press_until(page, page.get_by_role("button", name="Book Session"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()


@pytest.mark.parametrize(("locale", "first", "last"), [("en-US", 6, 5), ("fr-FR", 0, 6)])
def test_weeks_are_those_of_the_locale_and_home_and_end_are_their_days(
    new_visitor: NewVisitor, screen: Screen, backstage: Backstage, locale: str, first: int, last: int
) -> None:
    visitor = new_visitor(screen=screen, locale=locale)
    page = visitor.page
    visitor.open(book_page(backstage))
    grid = page.get_by_role("grid")
    expect(grid.get_by_role("columnheader").first).to_have_text(WEEKDAYS[first][:2])
    expect(grid.get_by_role("columnheader").last).to_have_text(WEEKDAYS[last][:2])
    week = grid.get_by_role("row").nth(2).locator("[data-date]")
    days = [date.fromisoformat(day.get_attribute("data-date") or "") for day in week.all()]
    assert [(day - days[0]).days for day in days] == list(range(7))
    assert (days[0].weekday(), days[-1].weekday()) == (first, last)
    for day in week.all():
        for key, edge in (("Home", week.first), ("End", week.last)):
            day.focus()
            page.keyboard.press(key)
            expect(edge).to_be_focused()


def test_a_guardian_books_for_a_child(visitor: Visitor, backstage: Backstage) -> None:
    anna, ben = backstage.new_student("Anna Novak"), backstage.new_student("Ben Novak")
    backstage.sign_in(visitor, backstage.new_guardian(anna, ben))
    page = visitor.page
    visitor.open(book_page(backstage))
    to_confirm(page)
    page.get_by_role("combobox", name="Who is it for?").select_option("Ben Novak")
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(page.get_by_text("for Ben Novak")).to_be_visible()


def test_schedule_later(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}/book")
    page.get_by_role("button", name="Schedule Later").click()
    expect(page.get_by_text("We'll notify you when you're ready to schedule")).to_be_visible()
    expect(page.get_by_text("You can schedule anytime from your dashboard")).to_be_visible()
    expect(page.get_by_role("link", name="Continue to Dashboard")).to_have_attribute("href", "/dashboard")
    visitor.reload()
    expect(page.get_by_text("You can schedule anytime from your dashboard")).to_be_visible()


# --- where one is


def test_the_address_is_where_one_is(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(f"/courses/{backstage.course().id}/book")
    page.get_by_role("button", name="Select Ada Lindqvist").click()
    expect(page.get_by_role("grid")).to_be_visible()
    assert "Date & time" in step_of(page)
    open_times(page)
    day = parse_qs(urlsplit(page.url).query)["date"]
    visitor.reload()
    expect(times(page).first).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["date"] == day
    times(page).first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    assert "Details & confirm" in step_of(page)
    page.get_by_role("textbox", name="Message to your instructor").fill("Kept")
    page.get_by_role("checkbox", name="Remind me").focus()
    visitor.reload()
    expect(page.get_by_role("textbox", name="Message to your instructor")).to_have_value("Kept")
    page.go_back()
    expect(times(page).first).to_be_visible()
    expect(page.get_by_text("Held for you").locator("visible=true").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("grid")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Select Ada Lindqvist")).to_be_visible()


def test_a_phone_shows_one_zone_at_a_time(new_visitor: NewVisitor, backstage: Backstage) -> None:
    visitor = new_visitor(screen=PHONE)
    backstage.sign_in(visitor, backstage.new_student())
    page = visitor.page
    visitor.open(book_page(backstage))
    expect(page.get_by_role("grid")).to_be_visible()
    expect(times(page)).to_have_count(0)
    open_times(page)
    expect(page.get_by_role("grid")).to_have_count(0)
    strip = page.get_by_role("group", name="Day").get_by_role("button")
    expect(page.get_by_role("group", name="Day").locator("[aria-pressed=true]")).to_be_in_viewport()
    assert strip.count() > 7
    page.get_by_role("group", name="Day").get_by_role("button", name=re.compile("no times")).first.click()
    expect(page.get_by_text("Next free times").locator("visible=true")).to_be_visible()
    expect(page.get_by_role("group", name="Day").locator("[aria-pressed=true]")).to_have_accessible_name(
        re.compile("no times")
    )
    page.get_by_role("button", name="Back to the month").click()
    expect(page.get_by_role("grid")).to_be_visible()


@desktop
def test_the_zone_is_changed_in_place(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage))
    expect(page.get_by_text("Times shown in Europe/Paris")).to_be_visible()
    before = start_of(page, times(page).first)
    page.get_by_role("button", name="Change time zone").click()
    page.get_by_role("searchbox").fill("kathm")
    page.get_by_role("button", name=re.compile("Kathmandu")).click()
    expect(page.get_by_text("Times shown in Asia/Kathmandu")).to_be_visible()
    expect(page).to_have_url(re.compile("tz=Asia/Kathmandu"))
    there = (before + timedelta(hours=5, minutes=45)).strftime("%H:%M")
    expect(page.get_by_role("button", name=re.compile(f"^{there} to "))).to_be_visible()

    page.get_by_role("radiogroup", name="Time format").get_by_role("radio", name="12 h").click()
    expect(times(page).first).to_have_attribute("aria-label", re.compile(r"\d:\d\d [ap]m to \d+:\d\d [ap]m"))


@desktop
def test_this_week_and_the_months(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage))
    month = page.locator("#month")
    first = month.inner_text()
    expect(page.get_by_role("button", name="Previous month")).to_be_disabled()
    page.get_by_role("button", name="Next month").click()
    expect(month).not_to_have_text(first)
    page.get_by_role("button", name="Previous month").click()
    expect(month).to_have_text(first)
    page.get_by_role("button", name="This week").click()
    expect(page.get_by_role("button", name="This week")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("group", name=re.compile(r"^\w+ \d+ \w+ \d{4}$")).first).to_be_visible()


# --- somebody else


@desktop
def test_a_time_is_gone_for_everybody_at_once(
    visitor: Visitor, student: Person, new_visitor: NewVisitor, backstage: Backstage
) -> None:
    watching = new_visitor(screen=DESKTOP)
    backstage.sign_in(watching, backstage.new_student("Other"))
    for person in (visitor, watching):
        person.open(book_page(backstage, offering=backstage.offering(FREE).id))
        open_times(person.page)
    label = times(visitor.page).first.get_attribute("aria-label") or ""
    expect(watching.page.get_by_role("button", name=label, exact=True)).to_be_visible()
    times(visitor.page).first.click()
    expect(visitor.page.get_by_role("button", name="Book Session")).to_be_visible()
    expect(watching.page.get_by_role("button", name=label, exact=True)).to_have_count(0)
    visitor.page.get_by_role("button", name="Book Session").click()
    expect(visitor.page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(watching.page.get_by_role("button", name=label, exact=True)).to_have_count(0)


@desktop
def test_a_confirmation_follows_the_money(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(PAID).id))
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    page.get_by_role("button", name="Pay by a slow method").click()
    expect(page.get_by_role("button", name="The payment fails")).to_be_visible()
    second = visitor.context.new_page()
    visitor.watch(second)
    second.goto(page.get_by_role("link", name="See your booking meanwhile").get_attribute("href") or "")
    expect(second.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    page.get_by_role("button", name="The money arrives").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(second.get_by_role("heading", name="Session Booked!")).to_be_visible()


@desktop
def test_paying_after_the_hold_ended_still_gets_a_free_time(
    visitor: Visitor, student: Person, backstage: Backstage
) -> None:
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(PAID).id))
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    page.get_by_role("button", name="Pay after the hold ended").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()


# --- what can stand in the way


def test_a_time_that_is_gone_offers_three_others(
    visitor: Visitor, student: Person, backstage: Backstage
) -> None:
    page = visitor.page
    offering = backstage.offering(FREE)
    visitor.open(book_page(backstage, offering=offering.id))
    open_times(page)
    wanted = times(page).first
    backstage.book(backstage.new_student("Faster"), offering, start_of(page, wanted))
    label = wanted.get_attribute("aria-label") or ""
    wanted.click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This time is no longer available. Select another.")
    expect(alert.get_by_role("button")).to_have_count(3)
    expect(page.get_by_role("button", name=label, exact=True)).to_have_count(0)
    alert.get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()


@desktop
def test_another_session_at_this_time(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    here, there = backstage.offering(FREE), backstage.offering(FREE, "instructor2@demo.test")
    start = backstage.common_start(here, there)
    local = start.astimezone(ZoneInfo("Europe/Paris"))
    visitor.open(book_page(backstage, offering=here.id, date=f"{local:%Y-%m-%d}"))
    wanted = page.get_by_role("button", name=re.compile(f"^{local:%H:%M} to "))
    expect(wanted).to_be_visible()
    backstage.book(student, there, start)
    wanted.click()
    expect(page.get_by_role("alert")).to_contain_text("You have another session at this time.")
    expect(page.get_by_text(re.compile("^You have Linear Algebra.* at "))).to_be_visible()


@desktop
def test_a_hold_that_ended_is_asked_about(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage))
    to_confirm(page)
    page.get_by_role("textbox", name="Message to your instructor").fill("Kept")
    held = held_by(page)
    past = backstage.platform.clock.now() - timedelta(seconds=1)
    backstage.edit_booking(held, hold_expires_at=past, frees_at=past)
    # Forced: the sweeper may have told the page already, which then asks by itself and lets nobody press.
    page.get_by_role("button", name="Book Session").click(force=True)
    expect(page.get_by_role("alert")).to_contain_text("Your hold ended. The time is still free — keep it?")
    expect(page.get_by_role("button", name="Book Session")).to_be_disabled()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Message to your instructor")).to_have_value("Kept")
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()


@desktop
def test_credits_that_do_not_suffice(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(BY_CREDITS).id))
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("alert")).to_contain_text("Insufficient Credits. You need 1, you have 0.")


@desktop
def test_what_breaks_on_our_side(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    page = visitor.page
    visitor.open(book_page(backstage))
    to_confirm(page)
    held = held_by(page)
    backstage.edit_booking(held, policy={})
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("alert")).to_contain_text("Unable to book. Please try again.")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Reference [0-9a-f]{12}"))


@desktop
def test_a_course_nobody_teaches(visitor: Visitor, student: Person, backstage: Backstage) -> None:
    subject = backstage.course().subject_id
    course = Course(title="Empty so far", subject_id=subject, position=99)
    backstage.do(lambda work: work.db.add(course))
    visitor.open(f"/courses/{course.id}/book")
    expect(visitor.page.get_by_role("alert")).to_contain_text("No instructors available. Try later.")
    expect(visitor.page.get_by_role("button", name="Schedule Later")).to_be_visible()


# --- for everybody


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_step_has_a_serious_barrier_or_scrolls_sideways(
    new_visitor: NewVisitor, screen: Screen, theme: Theme, backstage: Backstage
) -> None:
    visitor = new_visitor(screen=screen, theme=theme)
    backstage.sign_in(visitor, backstage.new_student())
    page = visitor.page

    def judge() -> None:
        assert_accessible(page)
        for width in (320, screen.width):
            page.set_viewport_size({"width": width, "height": screen.height})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} is {wide} px wide on a screen of {width}"

    visitor.open(f"/courses/{backstage.course().id}/book")
    expect(page.get_by_role("button", name="Select Ada Lindqvist")).to_be_visible()
    judge()
    visitor.open(book_page(backstage, offering=backstage.offering(PAID).id))
    expect(page.get_by_role("grid")).to_be_visible()
    judge()
    open_times(page)
    judge()
    times(page).first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    judge()
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("button", name="Pay", exact=True)).to_be_visible()
    judge()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    judge()
