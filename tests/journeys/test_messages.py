"""Two people write to each other, each in a browser of their own; a review is written, answered and reported."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Booking, Person
from sessions_app.services import conversations
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import UnitOfWork
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.journeys.together import at_once
from tests.journeys.venue import Venue
from tests.services.world import acting

HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} https://example.org/a?b=1&c=2."


class Talk(Venue):
    """A student, an instructor, and a session they have booked."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue.site, venue.world, venue.bring)
        self.student = self.world.student(zone="Europe/Paris")
        in_two_days = self.world.clock.now() + timedelta(days=2)
        self.placed: Placed = self.world.book(
            self.student, self.world.offering(), in_two_days.replace(hour=10, minute=0, second=0)
        )

    def conversation(self) -> str:
        return self.world.platform.run(
            conversations.of_booking, acting(self.student), booking_id=self.placed.booking.id
        )

    def written(self, person: Person, text: str) -> None:
        self.world.count += 1
        self.world.platform.run(
            conversations.send,
            acting(person),
            conversation_id=self.conversation(),
            body=text,
            key=f"key{self.world.count}",
        )

    def is_over(self) -> None:
        def end(work: UnitOfWork) -> None:
            work.db.get_one(Booking, self.placed.booking.id).status = BookingStatus.COMPLETED

        self.world.platform.run(end, Actor.system())


@pytest.fixture
def talk(venue: Venue) -> Talk:
    return Talk(venue)


def say(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def thread(page: Page) -> Locator:
    return page.get_by_role("log")


def test_two_people_write_to_each_other_live(talk: Talk) -> None:
    student, host = talk.visit(talk.student), talk.visit(talk.world.instructor)
    student.open("/dashboard")
    student.page.get_by_role("button", name="Message").first.click()
    expect(student.page.get_by_role("heading", name="Ada Lindqvist")).to_be_visible()
    host.open("/messages")
    host.page.get_by_role("link", name=re.compile("Noah Berger")).click()
    expect(host.page.get_by_role("heading", name="Noah Berger")).to_be_visible()

    say(student.page, HOSTILE)
    expect(thread(host.page)).to_contain_text(HOSTILE)
    link = host.page.get_by_role("link", name="https://example.org/a?b=1&c=2", exact=True)
    expect(link).to_have_attribute("href", "https://example.org/a?b=1&c=2")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(student.page.get_by_label("Message", exact=True)).to_have_value("")

    at_once(
        lambda: say(host.page, "An answer"),
        thread(host.page).get_by_text("An answer"),
        thread(student.page).get_by_text("An answer"),
    )

    box = student.page.get_by_label("Message", exact=True)
    box.fill("one")
    student.page.keyboard.press("Shift+Enter")
    student.page.keyboard.type("two")
    student.page.keyboard.press("Enter")
    expect(thread(host.page)).to_contain_text("one\ntwo")


def test_the_navigation_counts_what_is_unread_and_reading_clears_it(talk: Talk) -> None:
    for text in ("One", "Two"):
        talk.written(talk.world.instructor, text)
    student = talk.visit(talk.student)
    student.open("/courses")
    bar = student.page.get_by_role("navigation", name="Main", exact=True)
    expect(bar.get_by_role("link", name=re.compile("Messages"))).to_contain_text("2")

    bar.get_by_role("link", name=re.compile("Messages")).click()
    student.page.get_by_role("link", name=re.compile("Ada Lindqvist")).first.click()
    expect(thread(student.page)).to_contain_text("Two")
    expect(bar.get_by_role("link", name=re.compile("Messages"))).not_to_contain_text("2")


def test_a_phone_shows_the_list_or_the_thread(talk: Talk) -> None:
    talk.written(talk.world.instructor, "Bring exercise 4")
    student = talk.visit(talk.student, screen=PHONE)
    student.open("/messages")
    row = student.page.get_by_role("link", name=re.compile(r"Ada Lindqvist.+\d\d:\d\d"))
    expect(row).to_contain_text("Bring exercise 4")
    row.click()
    expect(row).to_have_count(0)
    say(student.page, "I will")
    expect(thread(student.page)).to_contain_text("I will")
    student.page.get_by_role("link", name="All conversations").click()
    expect(row).to_contain_text("I will")


def test_earlier_messages_come_a_page_at_a_time(talk: Talk) -> None:
    for number in range(45):
        talk.written(talk.student if number % 3 else talk.world.instructor, f"Number {number}.")
    student = talk.visit(talk.student)
    student.open(f"/messages?with={talk.conversation()}")
    shown = thread(student.page)
    expect(shown.get_by_text("Number 44.")).to_be_in_viewport()
    expect(shown.get_by_text("Number 4.", exact=True)).to_have_count(0)
    student.page.get_by_role("button", name="Show earlier messages").click()
    expect(shown.get_by_text("Number 4.", exact=True)).to_have_count(1)


def test_a_blocked_conversation_says_so_to_both(talk: Talk) -> None:
    student, host = talk.visit(talk.student), talk.visit(talk.world.instructor)
    student.open(f"/messages?with={talk.conversation()}")
    host.open(f"/messages?with={talk.conversation()}")
    student.page.get_by_role("button", name="More about this conversation").click()
    student.page.get_by_role("menuitem", name="Block conversation").click()
    expect(student.page.get_by_text("You blocked this conversation.")).to_be_visible()
    expect(host.page.get_by_text("You cannot write in this conversation any more.")).to_be_visible()
    expect(host.page.get_by_label("Message", exact=True)).to_have_count(0)


def test_a_review_is_written_answered_reported_and_hidden(talk: Talk) -> None:
    talk.is_over()
    student = talk.visit(talk.student)
    student.open("/dashboard?tab=past")
    student.page.get_by_role("button", name="Write a review").first.click()
    dialog = student.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish review").click()
    expect(dialog.get_by_text("Please choose one to five stars.")).to_be_visible()
    dialog.get_by_role("radio", name="1 star: Poor").focus()
    student.page.keyboard.press("Space")
    for _ in range(3):
        student.page.keyboard.press("ArrowRight")
    dialog.get_by_label(re.compile("What should others know")).fill("Patient <b>and</b> clear")
    dialog.get_by_role("button", name="Publish review").click()
    expect(student.page.get_by_text("You rated it 4").first).to_be_visible()

    profile = f"/instructors/{talk.world.instructor.id}"
    host = talk.visit(talk.world.instructor)
    host.open(profile)
    expect(host.page.get_by_text("Patient <b>and</b> clear")).to_be_visible()
    host.page.get_by_role("button", name="Answer").click()
    host.page.get_by_label("Everybody can read it").fill("Thank you")
    host.page.get_by_role("button", name="Publish answer").click()
    expect(host.page.get_by_text("Thank you")).to_be_visible()
    host.page.get_by_role("button", name="Report").click()
    host.page.get_by_role("button", name="Report review").click()
    expect(host.page.get_by_text("Thank you, we will look at it")).to_be_visible()

    staff = talk.visit(talk.world.person("Asha Assistant", Role.ASSISTANT))
    staff.open("/messages")
    staff.page.get_by_role("button", name="Hide").click()
    expect(staff.page.get_by_text("Review hidden")).to_be_visible()
    student.open(profile)
    expect(student.page.get_by_text("No reviews yet.")).to_be_visible()


@pytest.mark.parametrize(
    ("screen", "theme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")], ids=str
)
def test_axe_finds_nothing_serious(talk: Talk, screen: Screen, theme: Theme) -> None:
    talk.written(talk.student, HOSTILE)
    talk.written(talk.world.instructor, "Two\nlines")
    for person in (talk.student, talk.world.instructor, talk.world.person("Asha", Role.ASSISTANT)):
        visitor = talk.visit(person, screen=screen, theme=theme)
        visitor.open("/messages")
        expect(visitor.page.get_by_role("link", name=re.compile("Two lines"))).to_be_visible()
        assert_accessible(visitor.page)
        visitor.open(f"/messages?with={talk.conversation()}")
        expect(thread(visitor.page)).to_contain_text("Two")
        assert_accessible(visitor.page)
