"""Which open pages must look again after a change. Topics only, never facts: a page re-reads as its own person."""

from __future__ import annotations

from sessions_app.models import Booking
from sessions_app.services.unit_of_work import UnitOfWork

BOARD_TOPIC = "board"
"""Everybody's sessions, for those who oversee them."""

REPORTS_TOPIC = "reports"
"""The reviews that wait for the staff's decision."""


def person_topic(person_id: str) -> str:
    """Everything about one person's own bookings."""
    return f"person:{person_id}"


def calendar_topic(instructor_id: str) -> str:
    """The free times of one instructor."""
    return f"calendar:{instructor_id}"


def messages_topic(person_id: str) -> str:
    """The conversations of one person: a new message, one that was read, one that was closed."""
    return f"messages:{person_id}"


def conversation_topic(conversation_id: str) -> str:
    """One conversation, for those who have it open."""
    return f"conversation:{conversation_id}"


def booking_changed(work: UnitOfWork, booking: Booking) -> None:
    """Have the pages of both sides and of everybody choosing a time look again, once this is committed."""
    topics = frozenset(
        {
            person_topic(booking.student_id),
            person_topic(booking.booked_by_id),
            person_topic(booking.instructor_id),
            calendar_topic(booking.instructor_id),
            BOARD_TOPIC,
        }
    )
    work.announce(topics)


def calendar_changed(work: UnitOfWork, instructor_id: str) -> None:
    """Have everybody choosing a time with this instructor look again, once this is committed."""
    work.announce(frozenset({calendar_topic(instructor_id)}))


def offerings_changed(work: UnitOfWork, instructor_id: str) -> None:
    """Have the instructor's own pages and everybody choosing a time with them look again."""
    work.announce(frozenset({person_topic(instructor_id), calendar_topic(instructor_id)}))


def room_topic(session_id: str) -> str:
    """One session as it takes place: who is there, whether it has begun, who agreed to what."""
    return f"room:{session_id}"


def room_changed(work: UnitOfWork, session_id: str) -> None:
    """Have the open pages of a session and of those who oversee look again, once this is committed."""
    work.announce(frozenset({room_topic(session_id), BOARD_TOPIC}))
