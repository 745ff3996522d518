"""Somebody's first day as an instructor: sign up, open hours, offer something, and run the week it fills.

Nothing is prepared behind the pages but the courses there are. Everybody has a browser of their own, and what one
does stands on the other's screen within a second.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.infra.browser import DESKTOP, PHONE, Screen
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.hands import FINGER, KEYS, MOUSE, Hand
from tests.journeys.teaching import block, drag, offering_row, save_hours, say_what_is_taught, sign_up
from tests.journeys.together import at_once

ALONE, TOGETHER = "Private lesson", "Problem hour"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = 1, 2, 3, 4
HOLIDAY = (7, 11)


def next_week(day: int) -> date:
    """A day of next week in Paris, where everybody here lives; 0 is Monday."""
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Paris")).date()
    return today + timedelta(days=7 - today.weekday() + day)


@dataclass(frozen=True)
class Learner:
    """A student with a browser of their own."""

    name: str
    visitor: Visitor
    hand: Hand

    @property
    def page(self) -> Page:
        """What they look at."""
        return self.visitor.page

    def look(self, host: str, title: str) -> None:
        """From the instructor's page to the calendar of an offering, and into its course where that is needed."""
        if not self.page.url.endswith(host):
            self.visitor.open(host)
        offered = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=title))
        self.hand.press(offered.get_by_role("link", name="Choose a time"))
        expect(self.page.get_by_role("grid")).to_be_visible()
        enroll = self.page.get_by_role("button", name="Enroll now")
        if enroll.count():
            self.hand.press(enroll)
            expect(enroll).to_have_count(0)

    def choose(self, day: date) -> None:
        """To the times of a day."""
        self.hand.press(self.day(day))
        expect(self.times(day).first).to_be_visible()

    def day(self, day: date) -> Locator:
        """A day of the calendar, which is turned to its month."""
        days = self.page.locator("[role=grid] [data-date]")
        cell = self.page.locator(f"[role=grid] [data-date='{day}']")
        if not cell.count():
            turn = "Next" if (days.first.get_attribute("data-date") or "") < day.isoformat() else "Previous"
            self.hand.press(self.page.get_by_role("button", name=f"{turn} month"))
        expect(cell).to_be_visible()
        return cell

    def times(self, day: date) -> Locator:
        """What is free on the day that is open."""
        return self.page.get_by_role("group", name=f"{day:%A} {day.day} {day:%B %Y}").get_by_role("button")

    def take(self, day: date, hour: int) -> None:
        """To the last step of a booking."""
        self.hand.press(self.times(day).and_(self.page.get_by_label(f"{hour:02}:00 to")))

    def book(self) -> None:
        """The last step."""
        self.hand.press(self.page.get_by_role("button", name="Book Session"))

    def request(self, host: str, day: date, hour: int, seen: Locator) -> None:
        """Ask for a private lesson; the instructor has ``seen`` it at once."""
        self.look(host, ALONE)
        self.choose(day)
        self.take(day, hour)
        at_once(self.book, self.page.get_by_role("heading", name=re.compile("^Request sent")), seen)
        self.go_home()
        self.hand.press(self.page.get_by_role("tab", name="Requests"))
        expect(self.page.get_by_role("tabpanel").get_by_text("Requested")).to_be_visible()

    def go_home(self) -> None:
        """From what was booked to the dashboard."""
        self.hand.press(self.page.get_by_role("link", name="Back to Dashboard"))
        expect(self.page.get_by_role("tab", name="Upcoming")).to_be_visible()

    def planned(self, day: date, hour: int) -> Locator:
        """A session on their dashboard, by its day and time."""
        return self.page.get_by_text(re.compile(f"{day.day} .*{hour:02}:00")).locator("visible=true").first


@pytest.mark.parametrize(
    ("hand", "screen"),
    [(MOUSE, DESKTOP), (FINGER, PHONE), (KEYS, DESKTOP)],
    ids=["desktop", "phone", "keyboard-alone"],
)
def test_a_new_instructor_opens_hours_and_runs_the_week_they_fill(
    new_visitor: NewVisitor, backstage: Backstage, hand: Hand, screen: Screen
) -> None:
    teacher = new_visitor(screen=screen)
    page = teacher.page
    sign_up(teacher, f"Nora {secrets.token_hex(3).title()}", role="To teach", after="/instructor", hand=hand)
    expect(page.get_by_role("heading", name="Three steps until students book you")).to_be_visible()
    hand.press(page.get_by_role("link", name="Set hours"))
    keep_hours(page, hand)
    today = page.get_by_role("link", name="Today", exact=True).locator("visible=true")
    hand.press(today)
    hand.press(page.get_by_role("link", name="Make an offering"))
    offer(page, hand, backstage.course().title)
    hand.press(today)
    host = page.get_by_role("link", name="See your page").get_attribute("href")
    assert host is not None

    teacher.open(f"/instructor/bookings?day={next_week(TUESDAY)}")
    requests = page.get_by_role("region", name="Requests")
    alma, bruno = (
        Learner(name, new_visitor(screen=screen), hand) for name in ("Alma Okafor", "Bruno Keller")
    )
    for learner in (alma, bruno):
        sign_up(learner.visitor, learner.name, role="To learn", after=host, hand=hand)

    def answer(name: str) -> Locator:
        return requests.get_by_role("button", name=name)

    # The weekly hours, the date that has others, and the holiday.
    alma.look(host, ALONE)
    for day, free in ((TUESDAY, "15 times available"), (FRIDAY, "3 times available")):
        expect(alma.day(next_week(day))).to_have_attribute("aria-label", re.compile(f", {free}$"))
    for day in HOLIDAY:
        expect(alma.day(next_week(day))).to_have_attribute("aria-disabled", "true")

    # Asked and accepted.
    alma.request(host, next_week(TUESDAY), 9, requests.get_by_text(alma.name))
    nothing_asked = alma.page.get_by_text("No open requests")
    at_once(lambda: hand.press(answer("Accept")), page.get_by_text("Request accepted"), nothing_asked)
    expect(block(page, alma.name)).to_be_visible()

    # Asked and declined.
    bruno.request(host, next_week(WEDNESDAY), 10, requests.get_by_text(bruno.name))
    hand.press(answer("Decline"))
    dialog = page.get_by_role("dialog", name="Decline this request?")
    hand.write(dialog.get_by_label("Your answer to Bruno"), "I am away that morning.")
    at_once(
        lambda: hand.press(dialog.get_by_role("button", name="Decline")),
        page.get_by_text("Request declined"),
        bruno.page.get_by_text("No open requests"),
    )

    # Asked, another time proposed, and that accepted in one click.
    bruno.request(host, next_week(THURSDAY), 10, requests.get_by_text(bruno.name))
    hand.press(answer("Propose another time"))
    dialog = page.get_by_role("dialog", name="Propose another time")
    place(dialog, hand, next_week(THURSDAY), "14:00")
    your_answer = bruno.page.locator(
        "section", has=bruno.page.get_by_role("heading", name="Your answer, please")
    )
    at_once(
        lambda: hand.press(dialog.get_by_role("button", name="Propose this time")),
        page.get_by_text("Time proposed").first,
        your_answer,
    )
    at_once(
        lambda: hand.press(your_answer.get_by_role("button", name="Accept")),
        bruno.page.get_by_text("Session Booked!"),
        page.get_by_text("Nobody waits for an answer."),
    )

    # A group fills, before the eyes of somebody who looks at its times.
    for learner in (alma, bruno):
        learner.look(host, TOGETHER)
        learner.choose(next_week(WEDNESDAY))
    at_once(
        lambda: alma.take(next_week(WEDNESDAY), 13),
        alma.page.get_by_role("heading", name="Details and confirm"),
        bruno.page.get_by_role("button", name="13:00 to 14:00, 3 of 4 seats left"),
    )
    taken = page.get_by_role("tabpanel").get_by_text("of 4 seats taken")
    at_once(alma.book, alma.page.get_by_role("heading", name="Session Booked!"), taken)
    expect(taken).to_contain_text("1 of 4")
    bruno.take(next_week(WEDNESDAY), 13)
    at_once(bruno.book, bruno.page.get_by_role("heading", name="Session Booked!"), taken.nth(1))
    expect(taken).to_contain_text(["2 of 4", "2 of 4"])

    # Both sessions move: one is dragged where there is a mouse, the other moves by its menu, with keys at a desktop.
    for learner in (alma, bruno):
        learner.go_home()
    if hand is MOUSE:
        wednesday = page.locator(f"[data-day='{next_week(WEDNESDAY)}']")
        drag(block(page, alma.name), to_day=wednesday, hours=2)
        dialog = page.get_by_role("dialog", name="Move this session")
        expect(dialog).to_contain_text("→")
    else:
        dialog = open_move(page, hand, alma.name)
        place(dialog, hand, next_week(WEDNESDAY), "11:00")
    move(page, hand, dialog, alma.planned(next_week(WEDNESDAY), 11))
    if screen is PHONE:
        teacher.open(f"/instructor/bookings?day={next_week(THURSDAY)}")
    keys = KEYS if hand is MOUSE else hand
    dialog = open_move(page, keys, bruno.name)
    place(dialog, keys, next_week(FRIDAY), "10:00")
    move(page, keys, dialog, bruno.planned(next_week(FRIDAY), 10))


def keep_hours(page: Page, hand: Hand) -> None:
    """Weekdays from 9 to 17, on Friday of next week until 11, and away in the week after it."""
    hand.press(page.get_by_role("button", name="Start from a pattern"))
    hand.press(page.get_by_role("menuitem", name="Weekdays 9–17"))
    expect(page.get_by_role("switch", name="Friday")).to_be_checked()
    add = page.get_by_role("button", name="Add a date override")
    dialog = page.get_by_role("dialog", name="Date override")

    hand.press(add)
    choose_days(dialog, hand, next_week(FRIDAY), next_week(FRIDAY))
    hand.press(dialog.get_by_role("radio", name="Other hours"))
    hand.write(dialog.get_by_label("End"), "11:00")
    hand.press(dialog.get_by_role("button", name="Apply"))
    expect(page.get_by_text("09:00 – 11:00")).to_be_visible()

    hand.press(add)
    choose_days(dialog, hand, *map(next_week, HOLIDAY))
    expect(dialog.get_by_text("5 days")).to_be_visible()
    hand.press(dialog.get_by_role("button", name="Apply"))
    expect(page.get_by_role("list").get_by_text("Unavailable").last).to_be_visible()
    save_hours(page, hand=hand)


def choose_days(dialog: Locator, hand: Hand, first: date, last: date) -> None:
    hand.write_date(dialog.get_by_label("First day"), first)
    hand.write_date(dialog.get_by_label("Last day"), last)
    hand.press(dialog.get_by_role("button", name="Add days"))


def offer(page: Page, hand: Hand, course: str) -> None:
    """One-to-one on request, and a group of four that is booked at once; both free."""
    say_what_is_taught(page, course, hand=hand)
    hand.press(page.get_by_role("link", name="Make your first offering"))
    hand.write(page.get_by_role("textbox", name="Title"), ALONE)
    hand.press(page.get_by_role("radio", name="Free"))
    hand.press(page.get_by_role("radio", name="You accept each request"))
    hand.press(page.get_by_role("button", name="Create offering"))
    expect(offering_row(page, ALONE)).to_contain_text("Free")

    hand.press(page.get_by_role("link", name="New offering"))
    hand.write(page.get_by_role("textbox", name="Title"), TOGETHER)
    hand.press(page.get_by_role("radio", name="Free"))
    hand.press(page.get_by_role("radio", name="A group"))
    hand.write(page.get_by_role("textbox", name="Seats"), "4")
    hand.press(page.get_by_role("button", name="Create offering"))
    expect(offering_row(page, TOGETHER)).to_contain_text("Group of 4")


def open_move(page: Page, hand: Hand, name: str) -> Locator:
    """The dialog that moves a session, from the session's menu."""
    hand.press(block(page, name))
    hand.press(page.get_by_role("menuitem", name="Move to…").locator("visible=true"))
    return page.get_by_role("dialog", name="Move this session")


def place(dialog: Locator, hand: Hand, day: date, time: str) -> None:
    hand.write_date(dialog.get_by_label("Date", exact=True), day)
    hand.write(dialog.get_by_label("Time", exact=True), time)


def move(page: Page, hand: Hand, dialog: Locator, seen: Locator) -> None:
    """Move it there; the student has ``seen`` it at once."""
    at_once(
        lambda: hand.press(dialog.get_by_role("button", name="Move session")),
        page.get_by_text("It is now on").last,
        seen,
    )
