"""Script, markup and line breaks in every text that people write: shown as written, and never more than text.

One small world in which every such field is hostile; then every page, mail, calendar file and API answer that shows
any of them is opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import icalendar
import pytest
from playwright.sync_api import expect

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Course, CourseUnit, Enrollment, InstructorProfile, Person, Subject
from sessions_app.models.catalogue import BookingMode, Modality, TopicType
from sessions_app.services import accounts, cancellations, checkout, moves, requests
from sessions_app.services.bookings import Details
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.conftest import ServeApp
from tests.doubles.clock import StoppedClock
from tests.doubles.mail_server import MailServer
from tests.infra.browser import DESKTOP
from tests.infra.platforms import platform_on
from tests.infra.served import ServedApp
from tests.infra.visitor import NewVisitor, Visitor
from tests.services.world import World, acting, sign_in

EVIL = '"><img src=x onerror=hit()><script>hit()</script>[m](javascript:hit()){{7*7}}'
LINES = f"{EVIL}\r\nATTENDEE:mailto:evil@example.org\r\nEND:VEVENT\nBcc: evil@example.org"

# What would be there if any of it had become more than text.
INJECTED = """() => window.wasHit
  || [...document.scripts].filter(one => one.textContent.trim() === 'hit()').length
  || document.querySelectorAll('img[src=x], [onerror], [onclick], a[href^="javascript:" i]').length"""


def evil(field: str) -> str:
    return f"{field}{EVIL}"


class Stage:
    """A served app whose every text is hostile."""

    def __init__(self, app: ServedApp, platform: Platform, clock: StoppedClock) -> None:
        self.app, self.platform = app, platform
        self.world = world = World(platform, clock)
        self.ada, self.course = world.instructor, world.course
        self.student = self._person(Role.STUDENT, "Student")
        self.guardian = self._person(Role.GUARDIAN, "Guardian")
        self.child = platform.run(
            accounts.add_child, acting(self.guardian), name=evil("Child"), timezone="Europe/Paris"
        )
        platform.run(self._write, Actor.system())
        for person_id in (self.student.id, self.child.person_id):
            world.add(Enrollment(student_id=person_id, course_id=self.course.id, created_at=clock.now()))
        facts = {
            "title": evil("Offering"),
            "description": evil("Description"),
            "requirements": evil("Bring"),
            "place": evil("Place"),
            "topic_type": TopicType.FLEXIBLE,
            "modality": Modality.HYBRID,
        }
        self.free = world.offering(**facts)
        self.asked = world.offering(**facts, booking_mode=BookingMode.REQUEST)
        self.paid = world.offering(**facts, price_minor=2500)
        said = Details(message=LINES, topic=evil("Topic"), requirements=LINES)
        self.booked = world.book(self.student, self.free, self.day(3), details=said)
        self.accepted = world.book(self.student, self.asked, self.day(4), details=said)
        ada = acting(self.ada)
        platform.run(requests.accept, ada, booking_id=self.accepted.booking.id, response=evil("Answer"))
        refused = world.book(self.student, self.asked, self.day(5), details=said)
        platform.run(requests.reject, ada, booking_id=refused.booking.id, response=evil("Refusal"))
        for_child = world.book(
            self.guardian, self.free, self.day(6), student_id=self.child.person_id, details=said
        )
        platform.run(
            moves.reschedule, ada, booking_id=for_child.booking.id, starts_at=self.day(7), reason=LINES
        )
        gone = world.book(self.student, self.free, self.day(8), details=said)
        platform.run(cancellations.cancel, acting(self.student), booking_id=gone.booking.id, reason=LINES)
        self.unpaid = world.book(self.student, self.paid, self.day(9), details=said)
        self.payment_page = checkout.open_page(
            platform,
            acting(self.student),
            booking_id=self.unpaid.booking.id,
            return_url="/booking/confirmation",
        ).url

    def day(self, days: int) -> datetime:
        return (self.world.clock.now() + timedelta(days=days)).replace(hour=10, minute=0, second=0)

    def _person(self, role: Role, name: str) -> Person:
        identity = accounts.sign_up(
            self.platform,
            name=evil(name),
            email=f"{name.lower()}@example.org",
            password="correct horse battery",
            role=role,
            timezone="Europe/Paris",
        )
        return self.platform.read(lambda work: work.db.get_one(Person, identity.person_id), Actor.system())

    def _write(self, work: UnitOfWork) -> None:
        work.db.get_one(Person, self.ada.id).name = evil("Teacher")
        profile = work.db.get_one(InstructorProfile, self.ada.id)
        profile.headline, profile.bio = evil("Headline"), LINES
        course = work.db.get_one(Course, self.course.id)
        course.title, course.summary, course.description = evil("Course"), evil("Summary"), LINES
        work.db.get_one(Subject, course.subject_id).name = EVIL[:80]
        work.db.add(CourseUnit(course_id=course.id, position=1, title=evil("Unit"), summary=evil("Part")))

    def visit(self, bring: NewVisitor, person: Person | None) -> Visitor:
        visitor = bring(self.app.url, screen=DESKTOP)
        visitor.context.add_init_script("window.hit = () => { window.wasHit = true; return 1 }")
        visitor.page.on("dialog", lambda dialog: visitor.problems.append(f"dialog: {dialog.message}"))
        if person is not None:
            visitor.sign_in(sign_in(self.platform, person))
        return visitor


@pytest.fixture
def letters() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def stage(serve: ServeApp, sqlite_url: str, letters: MailServer, tmp_path: Path) -> Iterator[Stage]:
    app = serve(DATABASE_URL=sqlite_url, RATE_LIMIT_PER_MINUTE="0", SMTP_URL=letters.url)
    clock = StoppedClock(datetime.now(UTC).replace(microsecond=0))
    settings = parse_settings(database_url=sqlite_url, port=app.port, data_dir=tmp_path)
    with platform_on(settings, clock) as platform:
        yield Stage(app, platform, clock)


def test_hostile_text_is_shown_as_it_was_written(
    stage: Stage, letters: MailServer, new_visitor: NewVisitor
) -> None:
    ada, course = stage.ada.id, stage.course.id
    confirmation = "/booking/confirmation?session="
    query = quote(EVIL)

    def look(visitor: Visitor, path: str, *fields: str) -> None:
        visitor.open(path)
        for field in fields:
            expect(visitor.page.locator("body")).to_contain_text(evil(field))
        assert not visitor.page.evaluate(INJECTED), path

    nobody = stage.visit(new_visitor, None)
    nobody.allow("404")
    look(nobody, f"/?q={query}")
    expect(nobody.page.get_by_label("Subject or topic")).to_have_value(EVIL)
    look(nobody, "/", "Teacher")
    look(nobody, "/courses", "Course", "Summary")
    look(nobody, f"/courses/{course}", "Course", "Teacher")
    nobody.page.get_by_role("tab", name="Content").click()
    expect(nobody.page.get_by_text(evil("Unit"))).to_be_visible()
    assert not nobody.page.evaluate(INJECTED)
    look(nobody, "/instructors", "Teacher")
    look(nobody, f"/instructors/{ada}", "Teacher", "Headline", "Offering")
    look(nobody, f"/login?next={query}&email={query}")
    look(nobody, f"/book/{query}?tz={query}&offering={query}&booking={query}&student={query}&slot={query}")

    student = stage.visit(new_visitor, stage.student)
    look(student, f"/courses/{course}/book", "Course", "Teacher")
    look(student, f"/book/{ada}", "Teacher", "Offering")
    look(student, f"{confirmation}{stage.booked.session.id}", "Teacher", "Topic", "Place")
    look(student, f"{confirmation}{stage.accepted.session.id}", "Answer")
    look(student, "/dashboard", "Teacher", "Course")
    for tab in ("requests", "past", "cancelled"):
        look(student, f"/dashboard?tab={tab}")
    look(student, f"/dashboard?cancel={stage.booked.booking.id}", "Teacher")
    look(student, f"/dashboard?reschedule={stage.booked.booking.id}")
    look(student, f"/session/{stage.booked.session.id}/room", "Course")
    look(student, urlsplit(stage.payment_page).path, "Course")
    look(student, f"/book/{ada}?booking={stage.unpaid.booking.id}", "Bring")
    expect(student.page.get_by_label("Message to your instructor")).to_have_value(re.compile('^"><img'))
    look(student, "/settings")
    expect(student.page.get_by_label("Your name")).to_have_value(evil("Student"))

    guardian = stage.visit(new_visitor, stage.guardian)
    look(guardian, "/dashboard", "Child")
    look(guardian, "/settings", "Child")

    _judge_mails(stage, letters, nobody)
    _judge_calendar(stage, student)
    _judge_answers(student, stage)


def _judge_mails(stage: Stage, letters: MailServer, nobody: Visitor) -> None:
    students = letters.wait_for("student@example.org", count=6)
    theirs = letters.wait_for(stage.ada.email or "", count=6)
    guardians = letters.wait_for("guardian@example.org", count=2)
    for mail in (*students, *theirs, *guardians):
        for name, value in mail.message.items():
            assert "\n" not in str(value), name
        assert "Bcc" not in mail.message
        assert mail.to in (("student@example.org",), ("guardian@example.org",), (stage.ada.email,))
        Harmless().feed(mail.html)
        assert "49" not in mail.subject, "a template ran what somebody wrote"
    assert any(EVIL in mail.text for mail in theirs)
    page = nobody.page
    for tag in ("Booked", "Cancelled"):
        nobody.open("/dev/mailbox")
        page.get_by_role("link").filter(has_text=f"[{tag}]").first.click()
        expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_be_visible()
        assert not page.evaluate(INJECTED)
        assert not page.frames[-1].evaluate(INJECTED)
        page.get_by_role("tab", name="Plain text").click()
        expect(page.get_by_role("tabpanel")).to_contain_text(EVIL)
        assert not page.evaluate(INJECTED)


class Harmless(HTMLParser):
    """Fails on any element or attribute that our templates do not write themselves."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "img", "iframe", "object", "form"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert not (value or "").strip().lower().startswith("javascript:"), value


def _judge_calendar(stage: Stage, student: Visitor) -> None:
    answer = student.context.request.get(
        f"/api/sessions/{stage.booked.session.id}/calendar-export?format=ics"
    )
    calendar = icalendar.Calendar.from_ical(answer.body())
    (event,) = calendar.walk("VEVENT")
    assert "ATTENDEE" not in event
    assert evil("Course")[:40] in str(event["SUMMARY"])


def _judge_answers(student: Visitor, stage: Stage) -> None:
    answer = student.context.request.get("/api/courses")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert evil("Course") in [course["title"] for course in json.loads(answer.body())["items"]]
    # Names are one line, whatever was sent, and an unknown zone is no zone.
    for facts in ({"name": "Ada\x00"}, {"timezone": EVIL}):
        with pytest.raises(InvalidInput):
            stage.platform.run(accounts.change_profile, acting(stage.student), **facts)
    kept = stage.platform.run(accounts.change_profile, acting(stage.student), name="Ada\r\nBcc: x@y.org")
    assert kept.name == "Ada Bcc: x@y.org"
