"""From the first page to the booked session and beyond: newcomers, closed payment pages, calendar files, siblings."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
from playwright.sync_api import expect

from sessions_app.domain.permissions import Actor
from sessions_app.models import Booking
from tests.infra.browser import DESKTOP, PHONE
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.conftest import Site
from tests.journeys.wizard import FREE, PAID, book_page, held_by, open_times, times, to_confirm


def booking(backstage: Backstage, booking_id: str) -> Booking:
    return backstage.platform.read(lambda work: work.db.get_one(Booking, booking_id), Actor.system())


def test_a_newcomer_goes_from_a_course_to_a_booked_session(
    visitor: Visitor, site: Site, backstage: Backstage
) -> None:
    page, email = visitor.page, f"{secrets.token_hex(6)}@example.org"
    visitor.open(f"/courses/{backstage.course().id}")
    page.get_by_role("link", name="Book a Session").click()
    page.get_by_role("button", name="Select Ada Lindqvist").click()
    open_times(page)
    day = page.url.partition("date=")[2][:10]
    times(page).last.click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill("Zoë Newcomer")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill("a long enough one")
    page.get_by_role("radio", name="To learn").check()
    visitor.navigate(lambda: page.get_by_role("button", name="Create account").click())

    # Back at the very day, with what is missing and the way to get it.
    expect(page.get_by_role("alert")).to_contain_text("You must be enrolled to book.")
    assert f"date={day}" in page.url
    page.get_by_role("button", name="Enroll now").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    times(page).last.click()
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    [mail] = site.mail.wait_for(email)
    assert "METHOD:REQUEST" in mail.calendar
    page.get_by_role("link", name="Back to Dashboard").click()
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()


def test_a_closed_payment_page_is_found_again_on_the_dashboard(
    visitor: Visitor, backstage: Backstage
) -> None:
    backstage.sign_in(visitor, backstage.new_student())
    visitor.open(book_page(backstage, offering=backstage.offering(PAID).id))
    to_confirm(visitor.page)
    paid = held_by(visitor.page)
    visitor.page.get_by_role("button", name="Book Session").click()
    expect(visitor.page.get_by_role("button", name="Pay", exact=True)).to_be_visible()

    page = visitor.context.new_page()
    visitor.watch(page)
    visitor.page.close()
    page.goto("/dashboard")
    page.get_by_role("button", name="Continue to payment").first.click()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    assert booking(backstage, paid).status == "scheduled"
    page.goto("/dashboard")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Continue to payment")).to_have_count(0)


def test_a_hold_left_behind_is_finished_from_the_dashboard(
    new_visitor: NewVisitor, backstage: Backstage
) -> None:
    visitor = new_visitor(screen=PHONE)
    backstage.sign_in(visitor, backstage.new_student())
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(FREE).id))
    to_confirm(page)
    visitor.open("/dashboard")
    page.get_by_role("button", name="Confirm booking").first.click()
    expect(page.get_by_text("Session Booked!")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()


def test_the_calendar_file_of_the_confirmation_is_for_its_own_people(
    new_visitor: NewVisitor, backstage: Backstage
) -> None:
    visitor, other, nobody = (new_visitor(screen=DESKTOP) for _ in range(3))
    backstage.sign_in(visitor, backstage.new_student())
    backstage.sign_in(other, backstage.new_student("Other"))
    page = visitor.page
    visitor.open(book_page(backstage, offering=backstage.offering(FREE).id))
    to_confirm(page)
    booked = held_by(page)
    page.get_by_role("button", name="Book Session").click()
    link = page.get_by_role("link", name="Apple Calendar (.ics)")
    expect(link).to_be_visible()

    with page.expect_download() as opened:
        link.click()
    assert opened.value.suggested_filename == "session.ics"
    calendar = icalendar.Calendar.from_ical(Path(opened.value.path()).read_bytes())
    (event,) = calendar.walk("VEVENT")
    kept = booking(backstage, booked)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (kept.starts_at, kept.ends_at)
    assert event["DTSTART"].to_ical().endswith(b"Z")
    assert str(calendar["METHOD"]) == "PUBLISH"

    address = link.get_attribute("href") or ""
    assert other.context.request.get(address).status == 404
    assert nobody.context.request.get(address).status == 401


def test_a_guardian_sees_the_times_that_are_free_for_the_child_chosen(
    visitor: Visitor, backstage: Backstage
) -> None:
    here, there = backstage.offering(FREE), backstage.offering(FREE, "instructor2@demo.test")
    anna, ben = backstage.new_student("Anna Novak"), backstage.new_student("Ben Novak")
    start = backstage.common_start(here, there)
    backstage.book(ben, there, start)
    backstage.sign_in(visitor, backstage.new_guardian(anna, ben))
    page = visitor.page
    local = start.astimezone(ZoneInfo("Europe/Paris"))
    wanted = page.get_by_role("button", name=re.compile(f"^{local:%H:%M} to "))
    who = page.get_by_role("combobox", name="Who is it for?")

    visitor.open(book_page(backstage, offering=here.id, date=f"{local:%Y-%m-%d}"))
    expect(who).to_have_value(anna.id)
    expect(wanted).to_be_visible()
    who.select_option("Ben Novak")
    expect(page).to_have_url(re.compile(f"student={ben.id}"))
    expect(wanted).to_have_count(0)
    who.select_option("Anna Novak")
    wanted.click()

    # Ben is busy then: the choice at the last step leads to times he can have.
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    who.select_option("Ben Novak")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You have another session at this time.")
    expect(who).to_have_value(ben.id)
    alert.get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    expect(who).to_have_value(ben.id)
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()
    expect(page.get_by_text("for Ben Novak")).to_be_visible()


def test_the_links_that_leave_the_product_are_loaded_by_the_browser(new_visitor: NewVisitor) -> None:
    visitor = new_visitor(screen=DESKTOP)
    visitor.open("/help")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.get_by_role("link", name="Skip to content")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.closest('main') !== null")
    with visitor.page.expect_navigation(url=re.compile("/api/docs$")) as arrived:
        visitor.page.get_by_role("contentinfo").get_by_role("link", name="API").click()
    assert arrived.value is not None
    assert arrived.value.status == 200
