"""What people are told, as outbox rows in the transaction of the change itself.

Each row carries the facts of its change, so that a mail always says what happened, whenever it is sent; how it is
worded is decided in ``services/mail``. One address gets one mail an event, however many parts it plays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select

from sessions_app.domain.money import Money, price_label
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.topics import TopicState
from sessions_app.models import Booking, Course, GuardianLink, OutboxMessage, Person, TeachingSession
from sessions_app.services import terms
from sessions_app.services.unit_of_work import UnitOfWork


class NotificationKind(StrEnum):
    """What happened, which names the template too."""

    BOOKED = "session-booked"
    REQUESTED = "session-requested"
    ACCEPTED = "session-accepted"
    PROPOSED = "session-proposed"  # another time than the one asked for
    TOPIC_SUGGESTED = "topic-suggested"  # and neither agreed to nor replaced for a while
    PAYMENT_DUE = "session-payment-due"  # said yes to, and still to be paid
    REJECTED = "session-rejected"
    EXPIRED = "session-expired"
    RESCHEDULED = "session-rescheduled"
    CANCELLED = "session-cancelled"
    REQUEST_CANCELLED = "request-cancelled"  # before it was accepted, so no calendar knows of it
    PAYMENT_RETURNED = "payment-returned"
    COMPLETED = "session-completed"
    MISSED = "session-missed"
    DISPUTE_DECIDED = "dispute-decided"  # by staff; what goes back stands in it
    LESSON_REPORT = "lesson-report"
    REFUND_ISSUED = "refund-issued"  # by staff; what a cancellation gives back stands in its own message
    REVIEW_REQUEST = "review-request"
    MESSAGE_RECEIVED = "message-received"  # and not read for a while
    REMINDER_DAY = "session-reminder-24h"
    REMINDER_HOUR = "session-reminder-1h"
    REMINDER_QUARTER = "session-reminder-15m"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a template's name


REMINDERS = frozenset(
    {NotificationKind.REMINDER_DAY, NotificationKind.REMINDER_HOUR, NotificationKind.REMINDER_QUARTER}
)


class Part(StrEnum):
    """What the recipient is to the booking; decides the wording."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    GUARDIAN = "guardian"


EVERYBODY = frozenset(Part)


_CALENDAR_METHOD = {
    NotificationKind.BOOKED: "REQUEST",
    NotificationKind.ACCEPTED: "REQUEST",
    NotificationKind.RESCHEDULED: "REQUEST",
    NotificationKind.CANCELLED: "CANCEL",
}
_STUDENT_SIDE_ONLY = frozenset(
    {
        NotificationKind.PROPOSED,
        NotificationKind.PAYMENT_DUE,
        NotificationKind.REJECTED,
        NotificationKind.EXPIRED,
        NotificationKind.PAYMENT_RETURNED,
        NotificationKind.REFUND_ISSUED,
        NotificationKind.COMPLETED,
        NotificationKind.LESSON_REPORT,
        NotificationKind.REVIEW_REQUEST,
    }
)


@dataclass(frozen=True, slots=True)
class Refunded:
    """What goes back with a cancellation, for the text of the mail."""

    percent: int
    amount: Money
    credits: int


def queue(
    work: UnitOfWork,
    kind: NotificationKind,
    booking: Booking,
    session: TeachingSession,
    *,
    refunded: Refunded | None = None,
    reason: str = "",
    was_starts_at: str | None = None,
    payer_id: str | None = None,
    key: str | None = None,
    alternatives: Sequence[str] = (),
    after: Mapping[str, str] | None = None,
    wait: timedelta = timedelta(0),
    parts: Collection[Part] = EVERYBODY,
    spared: Collection[str] = (),
    crowd: int = 0,
) -> None:
    """Queue one message to each address that this event concerns: of ``parts``, without the people ``spared``.

    ``payer_id`` is whose money the message is about: a guardian who paid hears of it too. ``key`` tells apart
    events that may happen several times while the booking's ``sequence`` stands still. It is sent after ``wait``, and
    what waits holds nothing else up. ``crowd`` people stand for the one student where it is about a whole group.

    ``facts`` hold: booking_id, session_id, part, title, course, starts_at and ends_at (RFC 3339 UTC), sequence,
    method (None: no calendar part), status (of the booking after the event), instructor, student and recipient
    ({id, name, email, timezone, hour_cycle, locale}), price_label, pay_with, free_until, partial_until,
    partial_percent, respond_by, pay_by, is_proposed, is_by_host, message, topic, response, place, modality, refund
    (None or {percent, label, is_nothing}), reason, cancelled_by, was_starts_at, offering_id, alternatives (starts of
    free times, RFC 3339 UTC), after (of a session that is over: some of {outcome, dispute_until, report, homework},
    else None), crowd. ``services/mail/facts.py`` reads them.
    """
    people = _people(work, {booking.student_id, booking.instructor_id, booking.booked_by_id})
    facts = {
        **_facts(work, booking, session, people),
        "method": _CALENDAR_METHOD.get(kind),
        "reason": reason,
        "was_starts_at": was_starts_at,
        "refund": _refund_facts(refunded),
        "alternatives": list(alternatives),
        "after": None if after is None else dict(after),
        "crowd": crowd,
    }
    told: set[str] = set()
    for part, person in _recipients(work, kind, booking, people, payer_id):
        if part not in parts or person.id in spared or not person.email or person.email in told:
            continue
        told.add(person.email)
        work.append(
            OutboxMessage,
            dedupe_key=f"{kind}/{booking.id}/{key or booking.sequence}/{person.id}",
            stream=f"{f'{kind}/' if wait else ''}{booking.id}:{person.email}",
            kind=kind,
            recipient_id=person.id,
            to_address=person.email,
            booking_id=booking.id,
            facts={**facts, "part": part.value, "recipient": _card(person)},
            available_at=work.now + wait,
            created_at=work.now,
        )


def queue_to_person(
    work: UnitOfWork,
    kind: NotificationKind,
    person: Person,
    *,
    key: str,
    wait: timedelta = timedelta(0),
    **facts: Any,
) -> None:
    """Queue a message that is about no booking, such as a password reset; nothing for a person without email.

    It is sent after ``wait``, with ``facts`` beside the recipient's card.
    """
    if not person.email:
        return
    work.append(
        OutboxMessage,
        dedupe_key=f"{kind}/{key}",
        stream=f"{key if wait else person.id}:{person.email}",
        kind=kind,
        recipient_id=person.id,
        to_address=person.email,
        facts={**facts, "recipient": _card(person)},
        available_at=work.now + wait,
        created_at=work.now,
    )


_PEOPLE = select(Person).where(col(Person.id).in_(bindparam("ids", expanding=True)))
_GUARDIANS = select(GuardianLink.guardian_id).where(
    col(GuardianLink.child_id) == bindparam("child"), col(GuardianLink.can_view)
)


def _people(work: UnitOfWork, ids: Collection[str]) -> dict[str, Person]:
    known = [person for person_id in ids if (person := work.known(Person, person_id))]
    others = set(ids) - {person.id for person in known}
    if others:
        known += work.db.exec(_PEOPLE, params={"ids": list(others)})
    return {person.id: person for person in known}


def _recipients(
    work: UnitOfWork,
    kind: NotificationKind,
    booking: Booking,
    people: dict[str, Person],
    payer_id: str | None,
) -> list[tuple[Part, Person]]:
    host_side = [(Part.INSTRUCTOR, people[booking.instructor_id])]
    # A topic goes to the side that has not spoken.
    if kind is NotificationKind.TOPIC_SUGGESTED and booking.topic_state is TopicState.BY_STUDENT:
        return host_side
    student_side = [(Part.STUDENT, people[booking.student_id])]
    linked = work.execute(_GUARDIANS, {"child": booking.student_id}).scalars()
    # A guardian hears of what they booked or paid, and of everything about a child without an address of their own.
    hearing = [
        guardian_id
        for guardian_id in linked
        if guardian_id in (booking.booked_by_id, payer_id) or not people[booking.student_id].email
    ]
    student_side += [(Part.GUARDIAN, guardian) for guardian in _people(work, hearing).values()]
    if kind in _STUDENT_SIDE_ONLY or kind is NotificationKind.TOPIC_SUGGESTED:
        return student_side
    return [*student_side, *host_side]


def _facts(
    work: UnitOfWork, booking: Booking, session: TeachingSession, people: dict[str, Person]
) -> dict[str, Any]:
    course = work.db.get(Course, booking.course_id) if booking.course_id else None
    deadlines = terms.deadlines(booking)
    return {
        "booking_id": booking.id,
        "session_id": booking.session_id,
        "title": booking.title,
        "course": course.title if course else "",
        "starts_at": _text(booking.starts_at),
        "ends_at": _text(booking.ends_at),
        "sequence": booking.sequence,
        "status": booking.status.value,
        "instructor": _card(people[booking.instructor_id]),
        "student": _card(people[booking.student_id]),
        "price_label": price_of(booking),
        "pay_with": booking.pay_with.value,
        "free_until": _text(deadlines.free_until),
        "partial_until": _text(deadlines.partial_until),
        "cancel_until": _text(deadlines.cancel_until),
        "partial_percent": deadlines.partial_percent,
        "respond_by": _text(booking.respond_by),
        "pay_by": _text(booking.pay_by),
        "is_proposed": booking.proposed_at is not None,
        "is_by_host": booking.booked_by_id == booking.instructor_id,
        "offering_id": booking.offering_id,
        "message": booking.student_message,
        "topic": booking.custom_topic,
        "response": booking.instructor_response,
        "modality": session.modality.value,
        "place": session.place,
        "cancelled_by": booking.cancelled_by,
    }


def _refund_facts(refunded: Refunded | None) -> dict[str, Any] | None:
    if refunded is None:
        return None
    return {
        "percent": refunded.percent,
        "label": price_label(refunded.amount, refunded.credits or None),
        "is_nothing": refunded.amount.is_zero and not refunded.credits,
    }


def price_of(booking: Booking) -> str:
    """What the seat costs, in words: "Free", "€32.00", "1 credit"."""
    if booking.pay_with is PayWith.CREDITS:
        return price_label(Money.zero(booking.currency), booking.credits)
    return price_label(Money(booking.price_minor, booking.currency), None)


def _card(person: Person) -> dict[str, str]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email or "",
        "timezone": person.timezone,
        "hour_cycle": person.hour_cycle,
        "locale": person.locale,
    }


def _text(instant: Any) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"
