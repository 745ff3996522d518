"""Two people meet in one room page; who has no seat is refused by page, API and token."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor
from sessions_app.models import AttendanceStay, Person, SeatOutcome, TeachingSession
from sessions_app.services import api_tokens, seats
from sessions_app.services.unit_of_work import UnitOfWork
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import Visitor
from tests.journeys.venue import Venue
from tests.services.world import acting


class Hall(Venue):
    """One student with a seat, a video server, and ways in."""

    def __init__(self, venue: Venue) -> None:
        super().__init__(venue.site, venue.world, venue.bring)
        self.jitsi = self.site.video
        self.student = self.world.student(zone="Europe/Paris")
        start = (self.world.clock.now() + timedelta(days=5)).replace(hour=10, minute=0, second=0)
        self.placed = self.world.book(self.student, self.world.offering(), start)

    @property
    def path(self) -> str:
        return f"/session/{self.placed.session.id}/room"

    def begins_in(self, **ahead: float) -> None:
        """Have the session begin so far from now."""
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(**ahead)

        def move(work: UnitOfWork) -> None:
            session = work.db.get_one(TeachingSession, self.placed.session.id)
            seats.move_session(work, session, start, start + timedelta(hours=1))

        self.world.platform.run(move, Actor.system())

    def visit(self, person: Person, *, screen: Screen = DESKTOP, theme: Theme = "light") -> Visitor:
        """Somebody signed in, whose browser may reach the video."""
        visitor = super().visit(person, screen=screen, theme=theme)
        visitor.allow(re.escape(f"outside: http://{self.jitsi.domain}/"))
        return visitor

    def ask(self, visitor: Visitor, person: Person, verb: str) -> tuple[int, dict[str, object]]:
        """Ask the API as this person."""
        token = self.world.platform.run(
            lambda work: api_tokens._begin(work, person_id=person.id).access_token, acting(person)
        )
        answer = visitor.context.request.post(
            f"/api/sessions/{self.placed.session.id}/{verb}", headers={"Authorization": f"Bearer {token}"}
        )
        return answer.status, answer.json()

    def outcome(self) -> SeatOutcome:
        return self.world.platform.read(
            lambda work: work.db.get_one(SeatOutcome, self.placed.booking.id), Actor.system()
        )


@pytest.fixture
def hall(venue: Venue) -> Hall:
    return Hall(venue)


def video_of(page: Page) -> str:
    """What the video in the page says."""
    said = page.frame_locator("iframe[title='Video of the session']").locator("p")
    expect(said).to_be_visible()
    return said.inner_text()


def test_two_meet_in_one_room_and_its_end_is_noted(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    noah, ada = hall.visit(hall.student), hall.visit(hall.world.instructor, screen=PHONE)
    noah.open(hall.path)
    expect(noah.page.get_by_role("heading", name="Ready to join?")).to_be_visible()
    noah.page.get_by_role("button", name="Join").click()
    expect(noah.page.get_by_role("heading", name="Ada lets you in")).to_be_visible()
    expect(noah.page.locator("iframe")).to_have_count(0)

    ada.open(hall.path)
    expect(ada.page.get_by_text("Noah is waiting.")).to_be_visible()
    expect(ada.page.get_by_text("In the lobby", exact=True)).to_be_visible()
    ada.page.get_by_role("button", name="Start session").click()

    assert "Ada Lindqvist, moderator" in video_of(ada.page)
    assert "Noah Berger, participant" in video_of(noah.page)
    rooms = {admission.room for admission in hall.jitsi.admissions}
    assert len(rooms) == 1
    assert hall.jitsi.refusals == []
    expect(ada.page.get_by_text("In the room")).to_be_visible()

    noah.reload()
    assert "Noah Berger" in video_of(noah.page)  # back in without a click

    ada.page.get_by_role("button", name="End session").click()
    expect(ada.page.get_by_role("heading", name="Session completed")).to_be_visible()
    ada.page.get_by_label("Report").fill("We did exercise 4.")
    ada.page.get_by_label("Homework for next time").fill("Exercise 5")
    ada.page.get_by_label("Private note").fill("Slow down.")
    ada.page.get_by_role("button", name="Save notes").click()
    expect(ada.page.get_by_text("Notes saved")).to_be_visible()

    expect(noah.page.get_by_role("heading", name="Session completed")).to_be_visible()
    expect(noah.page.get_by_text("We did exercise 4.")).to_be_visible()
    expect(noah.page.get_by_text("Exercise 5")).to_be_visible()
    expect(noah.page.get_by_text("Slow down.")).to_have_count(0)
    assert hall.world.booking(hall.placed.booking.id).status is BookingStatus.COMPLETED
    assert hall.outcome().outcome is Outcome.COMPLETED

    noah.page.get_by_text("That is not what happened").click()
    noah.page.get_by_label("What happened?").fill("  ")
    noah.page.get_by_role("button", name="Send").click()
    expect(noah.page.get_by_label("What happened?")).to_have_attribute("aria-invalid", "true")
    noah.page.get_by_label("What happened?").fill("It ended after a minute.")
    noah.page.get_by_role("button", name="Send").click()
    expect(noah.page.get_by_text("We are looking into this")).to_be_visible()
    assert hall.outcome().disputed_at is not None


def test_who_did_not_come_is_named_once_they_were_waited_for(hall: Hall) -> None:
    hall.begins_in(minutes=-14.9)
    ada = hall.visit(hall.world.instructor)
    ada.open(hall.path)
    ada.page.get_by_role("button", name="Start session").click()
    expect(ada.page.get_by_text("Who has not come counts as absent from")).to_be_visible()
    hall.begins_in(minutes=-15.1)
    ada.reload()
    missing = ada.page.get_by_role("checkbox", name="Noah Berger did not come")
    expect(missing).to_be_checked()  # nobody saw him; the instructor may say otherwise
    missing.uncheck()
    missing.check()
    ada.page.get_by_role("button", name="End session").click()
    expect(ada.page.get_by_role("heading", name="Session missed")).to_be_visible()
    expect(ada.page.get_by_text("Noah did not come")).to_be_visible()
    assert hall.outcome().outcome is Outcome.STUDENT_NO_SHOW

    noah = hall.visit(hall.student, screen=PHONE)
    noah.open(hall.path)
    expect(noah.page.get_by_text("You did not come")).to_be_visible()


def test_an_instructor_meets_at_an_address_of_their_own(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    ada, noah = hall.visit(hall.world.instructor), hall.visit(hall.student, screen=PHONE)
    ada.open("/settings")
    ada.page.get_by_label("Your own meeting link").fill("http://meet.example/ada")
    ada.page.get_by_role("button", name="Save link").click()
    expect(ada.page.get_by_text("Please enter the whole address").first).to_be_visible()
    ada.page.get_by_label("Your own meeting link").fill("https://meet.example/ada")
    ada.page.get_by_role("button", name="Save link").click()
    expect(ada.page.get_by_text("Link saved")).to_be_visible()
    ada.open(hall.path)
    ada.page.get_by_role("button", name="Start session").click()
    expect(ada.page.get_by_role("link", name="Open the meeting")).to_be_visible()
    noah.open(hall.path)
    assert "meet.example" not in noah.page.content()
    noah.page.get_by_role("button", name="Join").click()
    expect(noah.page.get_by_role("link", name="Open the meeting")).to_have_attribute(
        "href", "https://meet.example/ada"
    )


def test_who_has_no_seat_is_refused_by_page_api_and_token(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    ada, mina = hall.visit(hall.world.instructor), hall.world.student("Mina")
    ada.open(hall.path)
    ada.page.get_by_role("button", name="Start session").click()
    video_of(ada.page)
    room = hall.jitsi.admissions[0].room

    stranger = hall.visit(mina)
    stranger.open(hall.path)
    expect(stranger.page.get_by_role("heading", name="We cannot find this session")).to_be_visible()
    assert room not in stranger.page.content()
    status, body = hall.ask(stranger, mina, "join")
    assert (status, body["error"]["code"]) == (404, "not_found")  # type: ignore[index]
    assert hall.jitsi.verdict(room, "") == "no token"


def test_a_cancelled_seat_loses_access_at_once(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    noah, ada = hall.visit(hall.student), hall.visit(hall.world.instructor)
    noah.open(hall.path)
    noah.page.get_by_role("button", name="Join").click()
    expect(noah.page.get_by_role("heading", name="Ada lets you in")).to_be_visible()

    # Through the app, so that the open page hears of it.
    token = hall.world.platform.run(
        lambda work: api_tokens._begin(work, person_id=hall.world.instructor.id).access_token,
        acting(hall.world.instructor),
    )
    cancelled = ada.context.request.patch(
        f"/api/sessions/{hall.placed.session.id}/status",
        data={"status": "CANCELLED", "notes": "I am ill"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert cancelled.status == 200

    expect(noah.page.get_by_role("heading", name="Nothing to join")).to_be_visible()
    status, body = hall.ask(noah, hall.student, "join")
    assert (status, body["error"]["code"]) == (409, "invalid_transition")  # type: ignore[index]
    assert hall.jitsi.admissions == []


def test_a_recording_waits_for_the_students_consent(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    noah, ada = hall.visit(hall.student), hall.visit(hall.world.instructor)
    ada.open(hall.path)
    ada.page.get_by_role("switch", name="Ask to record").click()
    expect(ada.page.get_by_text("0 of 1 agreed.")).to_be_visible()
    noah.open(hall.path)
    noah.page.get_by_role("button", name="I agree", exact=True).click()
    expect(noah.page.get_by_text("You agreed to be recorded.")).to_be_visible()
    expect(ada.page.get_by_text("Everybody agreed: you may record.")).to_be_visible()


def test_the_heartbeat_keeps_a_tab_in_and_each_tab_counts(hall: Hall) -> None:
    hall.begins_in(minutes=4)
    noah = hall.visit(hall.student)
    noah.open(hall.path)
    noah.page.get_by_role("button", name="Join").click()
    expect(noah.page.get_by_role("heading", name="Ada lets you in")).to_be_visible()
    noah.page.wait_for_timeout(2000)
    noah.page.evaluate("dispatchEvent(new Event('online'))")  # what a returning connection does

    def seen() -> list[AttendanceStay]:
        from sqlmodel import select

        return hall.world.platform.read(
            lambda work: list(work.db.exec(select(AttendanceStay))), Actor.system()
        )

    expect(noah.page.get_by_role("heading", name="Ada lets you in")).to_be_visible()
    for _ in range(50):
        if seen()[0].last_seen_at > seen()[0].joined_at:
            break
        noah.page.wait_for_timeout(100)
    (stay,) = seen()
    assert stay.last_seen_at > stay.joined_at

    second = noah.context.new_page()
    noah.watch(second)
    second.goto(f"{hall.site.app.url}{hall.path}")
    second.get_by_role("button", name="Join").click()
    expect(second.get_by_role("heading", name="Ada lets you in")).to_be_visible()
    assert len({stay.tab for stay in seen()}) == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_moment_of_the_page_can_be_used_by_everybody(hall: Hall, screen: Screen, theme: Theme) -> None:
    noah, ada = (
        hall.visit(person, screen=screen, theme=theme) for person in (hall.student, hall.world.instructor)
    )
    noah.open(hall.path)
    expect(noah.page.get_by_role("button", name="Join")).to_be_disabled()
    assert_accessible(noah.page)
    hall.begins_in(minutes=4)
    noah.reload()
    noah.page.get_by_role("button", name="Join").click()
    expect(noah.page.get_by_role("heading", name="Ada lets you in")).to_be_visible()
    assert_accessible(noah.page)
    ada.open(hall.path)
    ada.page.get_by_role("button", name="Start session").click()
    video_of(ada.page)
    assert_accessible(ada.page)
    ada.page.get_by_role("button", name="End session").click()
    expect(ada.page.get_by_role("heading", name="Session completed")).to_be_visible()
    assert_accessible(ada.page)
    expect(noah.page.get_by_role("heading", name="Session completed")).to_be_visible()
    noah.page.get_by_text("That is not what happened").click()
    assert_accessible(noah.page)
