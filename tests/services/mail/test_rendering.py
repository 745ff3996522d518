"""What mails promise beyond their words: zones, policies, people's input, colours, clients without images."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from sessions_app.services import mail
from sessions_app.services.mail import palette
from sessions_app.services.notifications import NotificationKind, Part
from tests.services.mail.examples import (
    ADA,
    IN_NEW_YORK,
    NOAH,
    SENT,
    SETTINGS,
    Message,
    about_session,
    every_message,
    password_reset,
)
from tests.services.mail.golden import words_of

K = NotificationKind
MESSAGES = {message.name: message for message in every_message()}


def test_the_subject_says_what_with_whom_when_and_where_the_clock_stands() -> None:
    assert about_session(K.BOOKED, course="Maths").rendered().subject == (
        "[Booked] Maths with Ada — Tue 1 Dec, 16:00 (Paris)"
    )


def test_a_session_outside_any_course_goes_by_its_title() -> None:
    outside = about_session(K.BOOKED, course="", title="Mock exam").rendered()
    assert outside.subject.startswith("[Booked] Mock exam with Ada")
    assert "Who: Ada Lindqvist\n    Mock exam\n" in outside.text


def test_a_long_course_never_pushes_the_time_out_of_the_subject() -> None:
    long = about_session(
        K.BOOKED, course="Linear Algebra, from vectors to eigenvalues and beyond them"
    ).rendered()
    assert len(long.subject) < 110
    assert long.subject.endswith("… with Ada — Tue 1 Dec, 16:00 (Paris)")


def test_each_reader_gets_their_own_zone_first_and_the_other_partys_beside_it() -> None:
    far = {**NOAH, **IN_NEW_YORK}
    to_student = about_session(K.BOOKED, student=far).rendered().text
    assert "When: 10:00 am in New York (UTC−5)\n    4:00 pm in Paris (UTC+1) for Ada" in to_student
    to_instructor = about_session(K.BOOKED, Part.INSTRUCTOR, student=far).rendered().text
    assert "When: 16:00 in Paris (UTC+1)\n    10:00 in New York (UTC−5) for Noah" in to_instructor
    assert "Same time for Ada" in about_session(K.BOOKED).rendered().text


def test_when_it_is_another_day_for_the_other_party_the_day_is_named() -> None:
    in_tokyo = {**NOAH, "timezone": "Asia/Tokyo"}
    late = about_session(
        K.BOOKED,
        Part.INSTRUCTOR,
        student=in_tokyo,
        starts_at="2026-12-01T18:00:00Z",
        ends_at="2026-12-01T19:00:00Z",
    )
    assert "Wed 2 Dec, 03:00 in Tokyo (UTC+9) for Noah" in late.rendered().text


def test_near_a_clock_change_even_the_subject_carries_the_offset() -> None:
    repeated = about_session(K.BOOKED, starts_at="2026-10-25T01:30:00Z", ends_at="2026-10-25T02:30:00Z")
    rendered = repeated.rendered()
    assert rendered.subject.endswith("— Sun 25 Oct, 02:30 UTC+1 (Paris, UTC+1)")
    assert "02:30 UTC+1 – 03:30 UTC+1" in rendered.text
    week_later = about_session(K.BOOKED, starts_at="2026-10-29T15:00:00Z", ends_at="2026-10-29T16:00:00Z")
    assert week_later.rendered().subject.endswith("— Thu 29 Oct, 16:00 (Paris, UTC+1)")


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (
            "2026-11-30T15:00:00",
            "Cancel: Free until Mon 30 Nov, 16:00\n    Half back until Tue 1 Dec, 04:00, then nothing",
        ),
        (
            "2026-11-30T15:00:01",
            "Cancel: Half back until Tue 1 Dec, 04:00\n    After that nothing comes back",
        ),
        ("2026-12-01T03:00:00", "Cancel: Nothing comes back any more"),
    ],
)
def test_the_policy_line_names_the_deadlines_that_are_still_ahead(sent: str, line: str) -> None:
    now = datetime.fromisoformat(sent).replace(tzinfo=UTC)
    assert line in about_session(K.BOOKED).rendered(now).text


def test_what_is_free_can_be_cancelled_until_it_starts() -> None:
    free = about_session(K.BOOKED, pay_with="free", price_label="Free").rendered().text
    assert "Price: Free\nCancel: Free until the session starts\n" in free


def test_a_seat_that_cannot_be_cancelled_to_the_last_says_until_when_it_can() -> None:
    def said(cancel_until: str, **facts: str) -> str:
        return about_session(K.BOOKED, cancel_until=cancel_until, **facts).rendered().text

    same = "2026-11-30T15:00:00Z"  # as long as it is free
    assert "Cancel: Free until Mon 30 Nov, 16:00\n    After that it cannot be cancelled" in said(same)
    free = said("2026-11-29T15:00:00Z", pay_with="free", price_label="Free")
    assert "Cancel: Free until Sun 29 Nov, 16:00\n" in free
    later = said("2026-12-01T09:00:00Z")
    assert (
        "Half back until Tue 1 Dec, 04:00, then nothing. It can be cancelled until Tue 1 Dec, 10:00" in later
    )
    assert "Cancel: Not possible any more" in said("2026-11-20T09:00:00Z")


def test_a_policy_with_one_deadline_says_one() -> None:
    all_or_nothing = about_session(K.BOOKED, partial_percent=0).rendered().text
    assert "Cancel: Free until Mon 30 Nov, 16:00\n    After that nothing comes back" in all_or_nothing


def test_only_the_reminder_a_day_before_asks_whether_one_comes_and_only_who_has_not_said() -> None:
    link = "I'll be there: https://sessions.example/dashboard?booking=bkg_1"
    assert link in about_session(K.REMINDER_DAY).rendered().text
    assert "Noah will be there: " in about_session(K.REMINDER_DAY, Part.GUARDIAN).rendered().text
    for other in (
        about_session(K.REMINDER_HOUR),
        about_session(K.REMINDER_DAY, Part.INSTRUCTOR),
        about_session(K.REMINDER_DAY, status="confirmed"),
    ):
        assert "be there" not in other.rendered().text


@pytest.mark.parametrize(
    ("part", "by", "line"),
    [
        (Part.STUDENT, "student", "The session is cancelled, as asked for on your side."),
        (Part.STUDENT, "instructor", "Ada Lindqvist cancelled this session."),
        (Part.STUDENT, "platform", "Sessions cancelled this session."),
        (Part.INSTRUCTOR, "student", "Noah Berger cancelled this session."),
        (Part.INSTRUCTOR, "instructor", "You cancelled this session."),
    ],
)
def test_a_cancellation_says_who_cancelled(part: Part, by: str, line: str) -> None:
    assert line in about_session(K.CANCELLED, part, cancelled_by=by).rendered().text


def test_a_cancellation_states_the_refund() -> None:
    nothing = {"percent": 0, "label": "Free", "is_nothing": True}
    assert "Refund: €14.00\n    50 % of what was paid" in about_session(K.CANCELLED).rendered().text
    assert "Refund: Nothing comes back" in about_session(K.CANCELLED, refund=nothing).rendered().text
    assert "Refund" not in about_session(K.CANCELLED, refund=None).rendered().text
    credits = {"percent": 100, "label": "1 credit", "is_nothing": False}
    by_credits = about_session(K.CANCELLED, refund=credits, pay_with="credits").rendered().text
    assert "Refund: 1 credit\n    All of what was paid goes back to the credit account" in by_credits


def test_a_payment_that_comes_back_says_whether_the_session_stays() -> None:
    twice = about_session(K.PAYMENT_RETURNED, status="scheduled").rendered().text
    assert "the session stays booked" in twice
    assert "had gone to somebody else" in about_session(K.PAYMENT_RETURNED).rendered().text
    cancelled = about_session(K.PAYMENT_RETURNED, status="cancelled", cancelled_by="student").rendered().text
    assert "arrived after the session was cancelled" in cancelled


@pytest.mark.parametrize(
    ("part", "by", "line"),
    [
        (Part.STUDENT, "student", "The request is taken back, as asked for on your side."),
        (Part.STUDENT, "instructor", "Ada Lindqvist cancelled this request."),
        (Part.STUDENT, "platform", "Sessions cancelled this request."),
        (Part.INSTRUCTOR, "student", "Noah Berger took this request back."),
        (Part.INSTRUCTOR, "instructor", "You cancelled this request."),
    ],
)
def test_a_cancelled_request_says_who_cancelled_and_what_becomes_of_the_money(
    part: Part, by: str, line: str
) -> None:
    mail = about_session(K.REQUEST_CANCELLED, part, cancelled_by=by).rendered()
    assert line in mail.text
    assert ("€28.00 held on the card is released" in mail.text) == (part is Part.STUDENT)
    assert mail.calendar is None


@pytest.mark.parametrize(
    ("part", "outcome", "said"),
    [
        (Part.STUDENT, "completed", "the session took place"),
        (Part.STUDENT, "student_no_show", "you did not come"),
        (Part.GUARDIAN, "student_no_show", "Noah Berger did not come"),
        (Part.INSTRUCTOR, "student_no_show", "Noah Berger did not come"),
        (Part.INSTRUCTOR, "instructor_no_show", "you did not come"),
        (Part.STUDENT, "instructor_no_show", "Ada Lindqvist did not come"),
        (Part.STUDENT, "technical", "the connection broke off"),
    ],
)
def test_a_decision_says_what_counts_and_why(part: Part, outcome: str, said: str) -> None:
    mail = about_session(K.DISPUTE_DECIDED, part, after={"outcome": outcome}).rendered()
    assert f"It now counts that {said}." in mail.text.replace("\n", " ")
    assert "The log shows nobody but Noah." in mail.text
    assert "Refund: €28.00" in mail.text
    assert mail.calendar is None


def test_a_decision_without_money_speaks_of_none() -> None:
    assert "Refund" not in about_session(K.DISPUTE_DECIDED, refund=None).rendered().text


def test_a_refund_by_staff_says_whether_the_session_stays() -> None:
    issued = about_session(K.REFUND_ISSUED).rendered().text
    assert "The session stays booked." in issued
    assert "Refund: €7.00\n    25 % of what was paid goes back" in issued
    assert "stays booked" not in about_session(K.REFUND_ISSUED, status="completed").rendered().text


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_each_mail_has_both_parts_and_only_absolute_addresses(message: Message) -> None:
    rendered = message.rendered()
    page = Page(rendered.html)
    assert rendered.text.strip()
    assert "\n\n\n" not in rendered.text
    assert page.headings == 1
    assert page.images == 0
    assert page.scripts == 0
    assert page.language == "en"
    assert all(target.startswith("https://") for target in page.targets)
    assert "None" not in " ".join(words_of(rendered.html)) + rendered.text
    assert len(rendered.html) < 30_000  # Gmail cuts at 102 kB


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_the_calendar_part_and_its_method_go_together(message: Message) -> None:
    rendered = message.rendered()
    if rendered.calendar is None:
        assert rendered.calendar_method is None
        return
    calendar = Calendar.from_ical(rendered.calendar)
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == rendered.calendar_method
    assert event["UID"] == "bkg_1@sessions.example"
    assert event["ATTENDEE"] == f"mailto:{message.to_address}"
    assert event["ORGANIZER"] == "mailto:no-reply@sessions.example"
    assert event["ORGANIZER"].params["CN"] == "Ada Lindqvist"
    assert event.decoded("DTSTAMP") == SENT


def test_the_message_id_depends_on_the_message_alone() -> None:
    once, again = (
        about_session(K.BOOKED).rendered(),
        about_session(K.BOOKED).rendered(SENT + timedelta(hours=1)),
    )
    assert once.message_id == again.message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@sessions\.example>", once.message_id)
    assert once.message_id != about_session(K.BOOKED, Part.INSTRUCTOR).rendered().message_id


def test_the_student_side_answers_the_instructor_and_the_instructor_the_support() -> None:
    assert about_session(K.BOOKED).rendered().reply_to == "ada@example.org"
    assert about_session(K.BOOKED, Part.INSTRUCTOR).rendered().reply_to == "help@sessions.example"
    assert password_reset().rendered().reply_to == "help@sessions.example"


@pytest.mark.parametrize("kind", [K.BOOKED, K.CANCELLED, K.REJECTED])
def test_what_people_type_is_text_and_nothing_else(kind: NotificationKind) -> None:
    script = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>{{ 7*7 }}"
    rendered = about_session(
        kind,
        title=script,
        course=script,
        topic=script,
        message=script,
        response=script,
        reason=script,
        place=script,
        instructor={**ADA, "name": script},
        student={**NOAH, "name": script},
    ).rendered()
    page = Page(rendered.html)
    assert page.scripts == page.images == 0
    assert "<script" not in rendered.html
    assert "49" not in " ".join(words_of(rendered.html))


@given(typed=st.text(max_size=60))
def test_no_typed_text_can_begin_a_header(typed: str) -> None:
    rendered = about_session(
        K.BOOKED, course=f"Maths\r\nBcc: all@example.org{typed}", student={**NOAH, "name": f"{typed}\nX: y"}
    ).rendered()
    assert len(rendered.subject.splitlines()) == 1
    assert len(rendered.to_name.splitlines()) <= 1


def test_a_subject_is_given_without_laying_the_mail_out() -> None:
    for message in MESSAGES.values():
        assert mail.subject_of(message, SETTINGS, SENT) == message.rendered().subject


def test_the_colours_are_those_of_the_tokens() -> None:
    css = Path("assets/tokens.css").read_text(encoding="utf-8")
    by_day, by_night = css.split(":root {")[1], css.split(".dark {")[1]
    for ours, theirs in ((palette.LIGHT, by_day), (palette.DARK, by_night)):
        for name, colour in ours.items():
            assert re.search(rf"^\s*--{name}: {colour};", theirs, re.MULTILINE), name


def test_the_facts_are_those_that_notifications_write() -> None:
    with pytest.raises(KeyError):
        mail.render(Message(K.BOOKED, "noah@example.org", {"part": "student"}), SETTINGS, SENT)


class Page(HTMLParser):
    """What a mail program makes of the HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings = self.images = self.scripts = 0
        self.language: str | None = ""
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.headings += tag == "h1"
        self.images += tag == "img"
        self.scripts += tag == "script" or any(name.startswith("on") for name, _ in attributes)
        if tag == "html":
            self.language = dict(attributes)["lang"]
        if tag == "a":
            self.targets.append(dict(attributes)["href"] or "")
