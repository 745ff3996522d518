"""Calendar files by the rules of RFC 5545 and 5546 that peers broke (ux.md 9, complaints 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.models.catalogue import Modality
from sessions_app.services import calendar_files
from sessions_app.services.calendar_files import Attendee, EventStatus, SeatEvent
from sessions_app.settings import parse_settings
from tests.services.world import World, tomorrow_at

SETTINGS = parse_settings(
    app_url="https://sessions.example:8443", mail_from="Sessions <no-reply@sessions.example>"
)
SENT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)
EVENT = SeatEvent(
    uid="bkg_1",
    session_id="ses_1",
    sequence=2,
    title="Maths with Ada",
    starts_at=datetime(2026, 12, 1, 15, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 16, tzinfo=UTC),
    instructor_name="Ada Byron",
    topic="Eigenvalues",
)
NOAH = Attendee("noah@example.org", "Noah Berger")


def invited(event: SeatEvent = EVENT, attendee: Attendee = NOAH) -> bytes:
    return calendar_files.invitation(event, attendee, settings=SETTINGS, now=SENT)


def cancelled(event: SeatEvent = EVENT) -> bytes:
    return calendar_files.cancellation(event, NOAH, settings=SETTINGS, now=SENT)


def published(*events: SeatEvent, name: str | None = None) -> bytes:
    return calendar_files.publication(events, settings=SETTINGS, now=SENT, name=name)


def unfolded(file: bytes) -> list[str]:
    return file.decode().replace("\r\n ", "").split("\r\n")


def test_an_invitation_letter_by_letter() -> None:
    assert unfolded(invited()) == [
        "BEGIN:VCALENDAR",
        "PRODID:-//Sessions//Sessions//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:bkg_1@sessions.example",
        "DTSTAMP:20261121T093015Z",
        "SEQUENCE:2",
        "DTSTART:20261201T150000Z",
        "DTEND:20261201T160000Z",
        "SUMMARY:Maths with Ada",
        "DESCRIPTION:Topic: Eigenvalues\\nJoin: https://sessions.example:8443/session/ses_1/room",
        "LOCATION:https://sessions.example:8443/session/ses_1/room",
        "URL:https://sessions.example:8443/session/ses_1/room",
        "STATUS:CONFIRMED",
        'ORGANIZER;CN="Ada Byron":mailto:no-reply@sessions.example',
        'ATTENDEE;CN="Noah Berger";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE'
        ":mailto:noah@example.org",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Maths with Ada",
        "TRIGGER:-PT15M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_cancellation_cancels_what_the_invitation_made() -> None:
    event = Calendar.from_ical(cancelled()).walk("VEVENT")[0]
    assert "METHOD:CANCEL" in unfolded(cancelled())
    assert event["STATUS"] == "CANCELLED"
    made = Calendar.from_ical(invited()).walk("VEVENT")[0]
    for same in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART", "DTEND"):
        assert event[same] == made[same]
    assert event.walk("VALARM") == []


def test_a_moved_session_keeps_its_uid_and_counts_on() -> None:
    day = timedelta(days=1)
    moved = replace(EVENT, sequence=3, starts_at=EVENT.starts_at + day, ends_at=EVENT.ends_at + day)
    before, after = (Calendar.from_ical(invited(event)).walk("VEVENT")[0] for event in (EVENT, moved))
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (2, 3)


def test_a_published_file_names_no_attendee_and_holds_any_number_of_events() -> None:
    other = replace(EVENT, uid="bkg_2", status=EventStatus.TENTATIVE)
    file = published(EVENT, other)
    assert "METHOD:PUBLISH" in unfolded(file)
    assert b"ATTENDEE" not in file
    events = Calendar.from_ical(file).walk("VEVENT")
    assert [event["UID"] for event in events] == ["bkg_1@sessions.example", "bkg_2@sessions.example"]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "TENTATIVE"]
    assert b"X-WR-CALNAME:My sessions\r\n" in published(name="My sessions")


def test_method_belongs_to_the_calendar_and_never_to_the_event() -> None:
    for file in (invited(), cancelled(), published(EVENT)):
        calendar = Calendar.from_ical(file)
        assert "METHOD" in calendar
        assert all("METHOD" not in event for event in calendar.walk("VEVENT"))


def test_lines_end_in_crlf_and_hold_at_most_75_octets() -> None:
    long = replace(EVENT, title="Mathématiques « appliquées » " * 6)
    for file in (invited(long), published(long)):
        assert b"\n" not in file.replace(b"\r\n", b"")
        assert max(len(line) for line in file.split(b"\r\n")) <= 75


def test_times_are_utc_whatever_zone_they_come_in() -> None:
    auckland = timezone(timedelta(hours=13))
    local = replace(EVENT, starts_at=EVENT.starts_at.astimezone(auckland))
    assert "DTSTART:20261201T150000Z" in unfolded(invited(local))


def test_a_session_in_person_is_where_it_takes_place() -> None:
    room = replace(EVENT, modality=Modality.IN_PERSON, place="Room 12; 2nd floor")
    lines = unfolded(invited(room))
    assert "LOCATION:Room 12\\; 2nd floor" in lines
    assert "URL:https://sessions.example:8443/session/ses_1/room" in lines


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (BookingStatus.PENDING, EventStatus.TENTATIVE),
        (BookingStatus.SCHEDULED, EventStatus.CONFIRMED),
        (BookingStatus.COMPLETED, EventStatus.CONFIRMED),
        (BookingStatus.CANCELLED, EventStatus.CANCELLED),
        (BookingStatus.REJECTED, EventStatus.CANCELLED),
    ],
)
def test_a_booking_says_in_a_calendars_words_how_sure_it_is(status: BookingStatus, word: EventStatus) -> None:
    assert calendar_files.status_of(status) is word


def test_a_booking_becomes_the_event_that_its_mails_speak_of(world: World) -> None:
    placed = world.book(world.student(), world.offering(place="Room 12"), tomorrow_at(world.clock, 15))
    event = SeatEvent.of_booking(
        placed.booking, placed.session, instructor_name="Ada Lindqvist", other_name="Noah Berger"
    )
    assert (event.uid, event.sequence) == (placed.booking.id, placed.booking.sequence)
    assert event.title == f"{placed.booking.title} with Noah"
    assert (event.starts_at, event.ends_at) == (placed.booking.starts_at, placed.booking.ends_at)
    assert (event.place, event.status) == ("Room 12", EventStatus.CONFIRMED)
    assert event.link_entry(SETTINGS).title == event.title
    assert event.link_entry(SETTINGS).location == calendar_files.join_page(SETTINGS, placed.session.id)


@given(typed=st.text(max_size=80))
def test_typed_text_adds_no_line_and_no_property(typed: str) -> None:
    hostile = replace(EVENT, title=typed, topic=typed, place=typed, instructor_name=typed)
    known = {line.split(":")[0].split(";")[0] for line in unfolded(invited())}
    file = invited(hostile, Attendee(f"noah{typed}@example.org", typed))
    names = [line.split(":")[0].split(";")[0] for line in unfolded(file)]
    assert set(names) <= known
    assert len(names) <= 27
    event = Calendar.from_ical(file).walk("VEVENT")[0]
    assert event["UID"] == "bkg_1@sessions.example"
