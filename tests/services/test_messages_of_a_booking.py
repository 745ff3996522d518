"""From a change of a booking to the mails in the inboxes it concerns (contract.md, Messages)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar, Event

from sessions_app.adapters.smtp import SmtpMailer
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import bookings, cancellations, moves, outbox
from sessions_app.services.bookings import Details
from sessions_app.services.unit_of_work import Platform
from tests.doubles.mail_server import Delivery, MailServer
from tests.services.world import World, acting, tomorrow_at


@pytest.fixture
def inbox(platform: Platform, mail_server: MailServer) -> Iterator[Platform]:
    """The platform, sending to the mail server."""
    mailer = SmtpMailer(
        mail_server.url, mail_from="Sessions <no-reply@sessions.example>", clock=platform.clock
    )
    yield replace(platform, mailer=mailer)
    mailer.close()


def event_of(delivery: Delivery) -> tuple[str, Event]:
    calendar = Calendar.from_ical(delivery.calendar)
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


def test_each_party_hears_of_a_booking_its_move_and_its_end_in_that_order(
    world: World, inbox: Platform, mail_server: MailServer
) -> None:
    student = world.student(zone="America/New_York")
    offering = world.offering()
    start = tomorrow_at(world.clock, 15) + timedelta(days=2)
    placed = world.book(student, offering, start, details=Details(message="See you soon"))
    world.platform.run(
        moves.reschedule,
        acting(student),
        booking_id=placed.booking.id,
        starts_at=start + timedelta(hours=2),
    )
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="I am ill")
    outbox.deliver_due(inbox)

    for person in (student, world.instructor):
        assert person.email is not None
        deliveries = mail_server.sent_to(person.email)
        assert [delivery.subject.split("]")[0] for delivery in deliveries] == [
            "[Booked",
            "[Rescheduled",
            "[Cancelled",
        ]
        events = [event_of(delivery) for delivery in deliveries]
        assert [method for method, _ in events] == ["REQUEST", "REQUEST", "CANCEL"]
        sequences = [event["SEQUENCE"] for _, event in events]
        assert sequences == sorted(set(sequences))
        assert len({event["UID"] for _, event in events}) == 1
        assert {event["ATTENDEE"] for _, event in events} == {f"mailto:{person.email}"}
        assert [event.decoded("DTSTART") for _, event in events] == [
            start,
            start + timedelta(hours=2),
            start + timedelta(hours=2),
        ]
        for delivery in deliveries:
            assert delivery.text
            assert delivery.html
    assert len(mail_server.all()) == 6


def test_a_request_taken_back_before_it_was_accepted_leaves_calendars_alone(
    world: World, inbox: Platform, mail_server: MailServer
) -> None:
    student = world.student()
    offering = world.offering(booking_mode=BookingMode.REQUEST)
    placed = world.book(student, offering, tomorrow_at(world.clock, 15))
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="I am ill")
    outbox.deliver_due(inbox)

    for person in (student, world.instructor):
        assert person.email is not None
        deliveries = mail_server.sent_to(person.email)
        assert [delivery.subject.split("]")[0] for delivery in deliveries] == [
            "[Requested",
            "[Request cancelled",
        ]
        types = {part.get_content_type() for delivery in deliveries for part in delivery.message.walk()}
        assert "text/calendar" not in types


def test_a_child_without_an_address_is_told_through_its_guardian(
    world: World, inbox: Platform, mail_server: MailServer
) -> None:
    child = world.student("Lea Guard", email=None)
    guardian = world.guardian_of(child)
    start = tomorrow_at(world.clock, 15)
    world.platform.run(
        bookings.book, acting(guardian), offering_id=world.offering().id, starts_at=start, student_id=child.id
    )
    outbox.deliver_due(inbox)
    assert guardian.email is not None
    (delivery,) = mail_server.sent_to(guardian.email)
    assert delivery.subject.startswith("[Booked] Lea: ")
    assert "Lea Guard meets Ada Lindqvist" in delivery.text
    assert len(mail_server.all()) == 2
