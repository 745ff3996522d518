"""The dashboard as students and guardians use it: cancel, reschedule, put off, on both screens and by keyboard."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import TeachingSession
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import checkout, sandbox_checkout, seats, slots
from sessions_app.services.bookings import Placed
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.unit_of_work import UnitOfWork
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.journeys.together import at_once
from tests.journeys.venue import Venue
from tests.services.world import acting

PRICE = 2800


class Home(Venue):
    """A student, their sessions, and ways into them."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue.site, venue.world, venue.bring)
        self.student = self.world.student(zone="Europe/Paris")

    def day(self, days: int, hour: int = 10) -> datetime:
        return (self.world.clock.now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0)

    def paid(self, start: datetime) -> Placed:
        placed = self.world.book(self.student, self.world.offering(price_minor=PRICE), start)
        opened = checkout.open_page(
            self.world.platform,
            acting(self.student),
            booking_id=placed.booking.id,
            return_url="/booking/confirmation",
        )
        token = opened.url.rpartition("/")[2]
        sandbox_checkout.press(self.world.platform, acting(self.student), token=token, button=Press.PAY)
        return placed


@pytest.fixture
def home(venue: Venue) -> Home:
    return Home(venue)


def test_a_session_is_cancelled_with_the_refund_stated_before_and_made_after(
    home: Home, screen: Screen
) -> None:
    placed = home.paid(home.day(5))
    person = home.visit(home.student, screen=screen)
    page = person.page
    person.open("/dashboard")

    page.get_by_role("button", name="Cancel", exact=True).click()

    dialog = page.get_by_role("dialog", name="Cancel this session?")
    expect(dialog.get_by_text("You get all of it back, to Test card •••• 4242.")).to_be_visible()
    expect(dialog.get_by_text("€28.00")).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep session")).to_be_focused()
    dialog.get_by_label("Reason, shared with Ada").select_option("I am ill")
    dialog.get_by_role("button", name="Cancel session").click()

    expect(page.get_by_text("You get €28.00 back to Test card •••• 4242.")).to_be_visible()
    expect(dialog).to_be_hidden()
    (refund,) = home.world.refunds(placed.booking.id)
    assert refund.amount_minor == PRICE
    page.get_by_role("tab", name="Cancelled").click()
    expect(
        page.get_by_role("tabpanel").get_by_text(re.compile("€28.00 (refunded|on its way back)"))
    ).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?tab=cancelled$"))


def test_keeping_a_session_keeps_it_and_gives_the_focus_back(home: Home) -> None:
    home.paid(home.day(5))
    person = home.visit(home.student)
    page = person.page
    person.open("/dashboard")
    cancel = page.get_by_role("button", name="Cancel", exact=True)

    cancel.click()
    expect(page.get_by_role("button", name="Keep session")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(cancel).to_be_focused()


def test_a_session_is_rescheduled_and_keeps_its_payment(home: Home, screen: Screen) -> None:
    placed = home.paid(home.day(5))
    person = home.visit(home.student, screen=screen)
    page = person.page
    person.open("/dashboard")

    page.get_by_role("button", name="Reschedule", exact=True).click()
    dialog = page.get_by_role("dialog", name="Reschedule this session")
    expect(dialog.get_by_role("grid")).to_have_count(1)
    wanted = home.day(7)
    day = dialog.get_by_role("button", name=re.compile(f" {wanted.day} .*available"))
    if not day.count():
        dialog.get_by_role("button", name="Next month").click()
    day.click()
    times = dialog.get_by_role("group", name=f"{wanted:%A %-d %B %Y}")
    expect(times).to_be_visible()
    times.get_by_role("button").nth(2).click()
    move = dialog.get_by_role("button", name=re.compile("^Move to "))
    expect(move).to_be_enabled()
    said = move.inner_text().removeprefix("Move to ")
    move.click()

    expect(page.get_by_text("Session rescheduled")).to_be_visible()
    expect(dialog).to_be_hidden()
    # The next-session card shows the new time; its words for assistive technology are longer.
    expect(page.get_by_role("region").filter(has_text=said.split(", ")[1]).first).to_be_visible()
    moved = home.world.booking(placed.booking.id)
    assert moved.starts_at.date() == wanted.date()
    assert (moved.reschedule_count, len(home.world.payments(placed.booking.id))) == (1, 1)
    expect(page).to_have_url(re.compile("^[^?]*$"))


def test_a_lost_time_is_said_with_three_others(home: Home) -> None:
    home.paid(home.day(5))
    person = home.visit(home.student)
    page = person.page
    person.open("/dashboard")
    page.get_by_role("button", name="Reschedule", exact=True).click()
    dialog = page.get_by_role("dialog")
    wanted = home.day(2)  # at any hour it has more times than one
    dialog.get_by_role("button", name=re.compile(rf"{wanted:%A} {wanted.day} .*available")).click()
    times = dialog.get_by_role("group", name=f"{wanted:%A %-d %B %Y}")
    times.get_by_role("button").nth(3).click()
    move = dialog.get_by_role("button", name=re.compile("^Move to "))
    expect(move).to_be_enabled()
    label = times.get_by_role("button").nth(3).get_attribute("aria-label") or ""
    _take_the_time(home, wanted, label)

    move.click()

    expect(dialog.get_by_role("alert")).to_contain_text("This time is no longer available. Select another.")
    others = dialog.get_by_text("The nearest free times").locator("..").get_by_role("button")
    expect(others).to_have_count(3)
    others.first.click()
    dialog.get_by_role("button", name=re.compile("^Move to ")).click()
    expect(page.get_by_text("Session rescheduled")).to_be_visible()


def _take_the_time(home: Home, day: datetime, label: str) -> None:
    """Somebody else books the start that ``label`` ("11:00 to 12:00", in Paris) names on the date of ``day``."""
    offering = home.world.offering()
    other = home.world.student("Mina Other")
    now = home.world.clock.now()
    free = home.world.platform.read(
        slots.listing, Actor.system(), offering, TimeSpan(now, now + timedelta(days=3)), student_id=other.id
    )
    begins = label.split(" to ", maxsplit=1)[0]
    start = next(
        slot.span.start
        for slot in free.slots
        if f"{slot.span.start.astimezone(ZoneInfo('Europe/Paris')):%F %H:%M}" == f"{day:%F} {begins}"
    )
    home.world.book(other, offering, start)


def test_a_course_is_put_off_and_stays_so(home: Home, screen: Screen) -> None:
    person = home.visit(home.student, screen=screen)
    page = person.page
    person.open("/dashboard")
    expect(page.get_by_text("Nothing planned yet")).to_be_visible()

    page.get_by_role("button", name="Schedule Later").click()

    expect(page.get_by_text("We'll notify you when you're ready to schedule")).to_be_visible()
    expect(page.get_by_text("You can schedule anytime from your dashboard").first).to_be_visible()
    expect(page.get_by_role("button", name="Schedule Later")).to_be_hidden()
    person.reload()
    expect(
        page.get_by_role("main").get_by_text("You can schedule anytime from your dashboard")
    ).to_be_visible()


def test_everything_is_reached_by_keyboard(home: Home) -> None:
    home.paid(home.day(5))
    person = home.visit(home.student)
    page = person.page
    person.open("/dashboard")

    _tab_to(page, "Reschedule")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Reschedule this session")
    expect(dialog.get_by_role("button", name="Keep this time")).to_be_focused()
    _tab_to(page, re.compile("available"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-times]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name=re.compile("^Move to "))).to_be_enabled()
    _tab_to(page, re.compile("^Move to "))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Session rescheduled")).to_be_visible()
    expect(dialog).to_be_hidden()

    _tab_to(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keep session")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You get €28.00 back")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()

    _tab_to(page, re.compile("^Upcoming"))
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Cancelled")).to_have_attribute("aria-selected", "true")


def _tab_to(page: Page, name: str | re.Pattern[str]) -> None:
    """Press Tab until the control with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => (document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '')"
        )
        text = " ".join(str(focused).split())
        if text == name if isinstance(name, str) else name.search(text):
            return
    raise AssertionError(f"no way to {name} by keyboard")


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], indirect=["screen"])
def test_axe_finds_nothing_serious_on_the_page_and_in_its_dialogs(
    home: Home, screen: Screen, theme: Theme
) -> None:
    home.paid(home.day(5))
    home.world.book(home.student, home.world.offering(booking_mode=BookingMode.REQUEST), home.day(6))
    home.world.book(home.student, home.world.offering(price_minor=PRICE), home.day(7))
    person = home.visit(home.student, screen=screen, theme=theme)
    page = person.page
    person.open("/dashboard")
    expect(page.get_by_role("button", name="Continue to payment")).to_be_visible()
    _judge(page)

    page.get_by_role("button", name="Cancel", exact=True).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    _judge(page)
    page.get_by_role("dialog").get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("dialog", name="Reschedule this session").get_by_role("grid")).to_be_visible()
    _judge(page)


def _judge(page: Page) -> None:
    """Ask axe once nothing moves any more: colours of what fades in are not those it is seen in."""
    page.evaluate("() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => null)))")
    assert_accessible(page)


def test_the_links_of_mails_open_their_question(home: Home) -> None:
    placed = home.paid(home.day(5))
    person = home.visit(home.student)

    person.open(f"/dashboard?cancel={placed.booking.id}")
    expect(person.page.get_by_role("dialog", name="Cancel this session?")).to_be_visible()
    person.page.get_by_role("button", name="Keep session").click()
    expect(person.page.get_by_role("dialog")).to_be_hidden()
    expect(person.page).to_have_url(re.compile(r"/dashboard/?$"))

    person.open(f"/dashboard?reschedule={placed.booking.id}")
    expect(person.page.get_by_role("dialog", name="Reschedule this session")).to_be_visible()


def test_who_says_that_they_come_is_seen_as_confirmed_by_the_instructor_at_once(
    home: Home, screen: Screen
) -> None:
    placed = home.paid(home.world.clock.now().replace(minute=0, second=0) + timedelta(hours=20))
    person, teacher = home.visit(home.student, screen=screen), home.visit(home.world.instructor)
    teacher.open("/instructor/bookings")
    person.open(f"/dashboard?booking={placed.booking.id}")
    badge = teacher.page.get_by_role("tabpanel").get_by_text("Confirmed", exact=True)
    expect(badge).to_be_hidden()

    at_once(
        person.page.get_by_role("button", name="I'll be there").click,
        person.page.get_by_text("You said you'll be there"),
        badge,
    )
    expect(person.page.get_by_role("button", name="I'll be there")).to_be_hidden()
    assert home.world.booking(placed.booking.id).status is BookingStatus.CONFIRMED


@pytest.mark.parametrize("screen", [PHONE], indirect=True)
def test_whoever_is_too_late_to_move_asks_the_instructor_in_one_press(home: Home, screen: Screen) -> None:
    placed = home.paid(home.day(5))

    def begin_soon(work: UnitOfWork) -> None:
        session = work.db.get_one(TeachingSession, placed.session.id)
        start = home.world.clock.now().replace(minute=0, second=0) + timedelta(hours=6)
        seats.move_session(work, session, start, start + timedelta(hours=1))

    home.world.platform.run(begin_soon, Actor.system())
    person, teacher = home.visit(home.student, screen=screen), home.visit(home.world.instructor)
    teacher.open("/messages")
    person.open("/dashboard")
    expect(person.page.get_by_text(re.compile("Rescheduling was possible until")).first).to_be_visible()

    at_once(
        person.page.get_by_role("button", name="Ask Ada to allow it").click,
        person.page.get_by_text("Request sent"),
        teacher.page.get_by_text(re.compile("Please allow a change")).first,
    )
    assert_accessible(person.page)


def test_what_changes_elsewhere_is_seen_without_a_reload(home: Home) -> None:
    home.paid(home.day(5))
    first, second = home.visit(home.student), home.visit(home.student)
    first.open("/dashboard")
    second.open("/dashboard")
    expect(first.page.get_by_role("tab", name="Cancelled")).to_contain_text("0")

    second.page.get_by_role("button", name="Cancel", exact=True).click()
    second.page.get_by_role("button", name="Cancel session").click()

    expect(first.page.get_by_role("tab", name="Cancelled")).to_contain_text("1")
    expect(first.page.get_by_text("Nothing planned yet")).to_be_visible()


def test_a_guardian_sees_the_children_and_chooses_one(home: Home, screen: Screen) -> None:
    nora = home.world.student("Nora Berger")
    guardian = home.world.guardian_of(home.student, nora)
    home.paid(home.day(5))
    person = home.visit(guardian, screen=screen)
    person.open("/dashboard")
    main = person.page.get_by_role("main")
    expect(main.get_by_text("for Noah Berger").first).to_be_visible()

    person.page.get_by_role("button", name="Nora Berger").click()

    expect(main.get_by_text("Nothing planned yet")).to_be_visible()
    expect(person.page.get_by_role("button", name="Nora Berger")).to_have_attribute("aria-pressed", "true")


def test_the_room_opens_ten_minutes_before_and_joining_leads_there(home: Home, screen: Screen) -> None:
    placed = home.paid(home.day(5))
    person = home.visit(home.student, screen=screen)
    page = person.page
    person.open(f"/session/{placed.session.id}/room")
    expect(page.get_by_role("heading", name="Your session is booked")).to_be_visible()
    expect(page.get_by_role("button", name="Join")).to_be_disabled()

    start = home.world.clock.now() + timedelta(minutes=8)

    def begin_soon(work: UnitOfWork) -> None:
        session = work.db.get_one(TeachingSession, placed.session.id)
        seats.move_session(work, session, start, start + timedelta(hours=1))

    home.world.platform.run(begin_soon, Actor.system())
    person.open("/dashboard")
    expect(page.get_by_text("The room is open")).to_be_visible()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Ready to join?")).to_be_visible()
    expect(page.get_by_role("button", name="Join")).to_be_enabled()

    stranger = home.visit(home.world.student("Mina"))
    stranger.open(f"/session/{placed.session.id}/room")
    expect(stranger.page.get_by_text("We cannot find this session")).to_be_visible()
