"""Given …: one message of every kind to every part it goes to, in two zones, with the facts as they are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sessions_app.domain.ports import Mail
from sessions_app.services import mail
from sessions_app.services.notifications import NotificationKind, Part
from sessions_app.settings import parse_settings

K = NotificationKind
SETTINGS = parse_settings(
    app_url="https://sessions.example",
    mail_from="Sessions <no-reply@sessions.example>",
    support_email="help@sessions.example",
    secret_key="a secret of the tests, long enough to be taken",
)
SENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

ADA = {
    "id": "usr_ada",
    "name": "Ada Lindqvist",
    "email": "ada@example.org",
    "timezone": "Europe/Paris",
    "hour_cycle": "",
    "locale": "en",
}
NOAH = {**ADA, "id": "usr_noah", "name": "Noah Berger", "email": "noah@example.org"}
MIRA = {**ADA, "id": "usr_mira", "name": "Mira Berger", "email": "mira@example.org"}
IN_NEW_YORK = {"timezone": "America/New_York", "hour_cycle": "h12", "locale": "en-US"}

BOOKED_FACTS: dict[str, Any] = {
    "booking_id": "bkg_1",
    "session_id": "ses_1",
    "title": "First session, Linear Algebra",
    "course": "Linear Algebra",
    "starts_at": "2026-12-01T15:00:00Z",
    "ends_at": "2026-12-01T16:00:00Z",
    "sequence": 0,
    "status": "scheduled",
    "method": "REQUEST",
    "instructor": ADA,
    "student": NOAH,
    "price_label": "€28.00",
    "pay_with": "card",
    "free_until": "2026-11-30T15:00:00Z",
    "partial_until": "2026-12-01T03:00:00Z",
    "partial_percent": 50,
    "respond_by": None,
    "message": "I am stuck on exercise 4.\nCould we start there?",
    "topic": "",
    "response": "",
    "modality": "online",
    "place": "",
    "cancelled_by": None,
    "reason": "",
    "was_starts_at": None,
    "refund": None,
    "pay_by": None,
    "is_proposed": False,
    "is_by_host": False,
    "offering_id": "off_1",
    "alternatives": [],
}
CHANGES: dict[NotificationKind, dict[str, Any]] = {
    K.BOOKED: {},
    K.REQUESTED: {
        "status": "pending",
        "method": None,
        "respond_by": "2026-11-23T09:30:00Z",
        "topic": "The spectral theorem",
    },
    K.ACCEPTED: {"response": "With pleasure. Please bring your notes."},
    K.PROPOSED: {
        "status": "pending",
        "method": None,
        "sequence": 1,
        "respond_by": "2026-11-23T09:30:00Z",
        "was_starts_at": "2026-11-30T09:00:00Z",
        "is_proposed": True,
        "response": "I teach a class at that hour. Would this do?",
    },
    K.TOPIC_SUGGESTED: {"method": None, "topic": "The spectral theorem"},
    K.REMINDER_DAY: {
        "method": None,
        "starts_at": "2026-11-22T09:30:00Z",
        "ends_at": "2026-11-22T10:30:00Z",
        "free_until": "2026-11-21T09:30:00Z",
        "partial_until": "2026-11-21T21:30:00Z",
    },
    K.REMINDER_HOUR: {
        "method": None,
        "starts_at": "2026-11-21T10:30:00Z",
        "ends_at": "2026-11-21T11:30:00Z",
        "free_until": "2026-11-20T10:30:00Z",
        "partial_until": "2026-11-20T22:30:00Z",
    },
    K.REMINDER_QUARTER: {
        "method": None,
        "starts_at": "2026-11-21T09:45:00Z",
        "ends_at": "2026-11-21T10:45:00Z",
        "free_until": "2026-11-20T09:45:00Z",
        "partial_until": "2026-11-20T21:45:00Z",
    },
    K.PAYMENT_DUE: {
        "status": "accepted",
        "method": None,
        "pay_by": "2026-11-21T21:30:00Z",
        "is_by_host": True,
        "response": "As we said on the phone.",
    },
    K.REJECTED: {"status": "rejected", "method": None, "response": "I am away that day."},
    K.EXPIRED: {"status": "expired", "method": None, "pay_with": "credits", "price_label": "1 credit"},
    K.RESCHEDULED: {"sequence": 1, "was_starts_at": "2026-11-30T09:00:00Z", "reason": "My train is late."},
    K.CANCELLED: {
        "sequence": 2,
        "status": "cancelled",
        "method": "CANCEL",
        "cancelled_by": "student",
        "refund": {"percent": 50, "label": "€14.00", "is_nothing": False},
    },
    K.REQUEST_CANCELLED: {
        "sequence": 1,
        "status": "cancelled",
        "method": None,
        "cancelled_by": "student",
        "reason": "I found the answer myself.",
    },
    K.COMPLETED: {
        "status": "completed",
        "method": None,
        "after": {"outcome": "completed", "dispute_until": "2026-12-04T16:02:00Z"},
    },
    K.MISSED: {
        "status": "no_show",
        "method": None,
        "after": {"outcome": "student_no_show", "dispute_until": "2026-12-04T16:15:00Z"},
        "refund": {"percent": 0, "label": "€0.00", "is_nothing": True},
    },
    K.DISPUTE_DECIDED: {
        "status": "no_show",
        "method": None,
        "after": {"outcome": "instructor_no_show"},
        "reason": "The log shows nobody but Noah.",
        "refund": {"percent": 100, "label": "€28.00", "is_nothing": False},
    },
    K.LESSON_REPORT: {
        "status": "completed",
        "method": None,
        "after": {"report": "We found every eigenvector of exercise 4.", "homework": "Exercises 5 and 6."},
    },
    K.REFUND_ISSUED: {
        "method": None,
        "refund": {"percent": 25, "label": "€7.00", "is_nothing": False},
    },
    K.REVIEW_REQUEST: {"status": "completed", "method": None},
    K.PAYMENT_RETURNED: {
        "status": "expired",
        "method": None,
        "refund": {"percent": 100, "label": "€28.00", "is_nothing": False},
    },
}
STUDENT_SIDE_ONLY = (
    K.PROPOSED,
    K.PAYMENT_DUE,
    K.REJECTED,
    K.EXPIRED,
    K.PAYMENT_RETURNED,
    K.REFUND_ISSUED,
    K.COMPLETED,
    K.LESSON_REPORT,
    K.REVIEW_REQUEST,
)


@dataclass(frozen=True)
class Message:
    """What the outbox hands to rendering."""

    kind: str
    to_address: str
    facts: dict[str, Any]
    dedupe_key: str = ""
    name: str = field(default="", compare=False)

    def rendered(self, now: datetime = SENT) -> Mail:
        return mail.render(self, SETTINGS, now)


def about_session(kind: NotificationKind, part: Part = Part.STUDENT, **facts: Any) -> Message:
    """The message of this kind to this part; ``facts`` replace the usual ones."""
    whole = {**BOOKED_FACTS, **CHANGES[kind], "part": part.value, **facts}
    card = {Part.STUDENT: whole["student"], Part.INSTRUCTOR: whole["instructor"], Part.GUARDIAN: MIRA}[part]
    whole.setdefault("recipient", card)
    address = whole["recipient"]["email"]
    return Message(kind, address, whole, f"{kind}/bkg_1/{whole['sequence']}/{whole['recipient']['id']}")


def password_reset() -> Message:
    facts = {"recipient": NOAH, "reset_id": "pwr_1", "expires_at": "2026-11-21T10:30:00Z"}
    return Message(K.PASSWORD_RESET, NOAH["email"], facts, "password-reset/pwr_1")


def unread_messages(*texts: str, count: int = 1, sender: str = "", title: str = "") -> Message:
    facts = {
        "recipient": NOAH,
        "conversation_id": "cnv_1",
        "since": 0,
        "count": count,
        "sender": sender,
        "title": title,
        "texts": list(texts),
    }
    return Message(K.MESSAGE_RECEIVED, NOAH["email"], facts, "message-received/cnv_1/usr_noah/0")


def every_message() -> Iterator[Message]:
    """Each template, each part, read in Paris and (where the student's side lives there) in New York."""
    for kind in CHANGES:
        for part in Part:
            if part is Part.INSTRUCTOR and kind in STUDENT_SIDE_ONLY:
                continue
            for zone, moved in (("paris", {}), ("new-york", IN_NEW_YORK)):
                student = {**NOAH, **moved}
                facts: dict[str, Any] = {"student": student}
                if part is Part.GUARDIAN:
                    facts["recipient"] = {**MIRA, **moved}
                message = about_session(kind, part, **facts)
                yield Message(
                    message.kind,
                    message.to_address,
                    message.facts,
                    message.dedupe_key,
                    f"{kind}.{part}.{zone}",
                )
    one = unread_messages("Please bring exercise 4.\nSee https://example.org/4", sender=ADA["name"])
    yield replace(one, name=f"{one.kind}.pair.paris")
    many = unread_messages("First", "Second", "Third", count=5, title="Probability, group of six")
    yield replace(many, name=f"{many.kind}.group.paris")
    reset = password_reset()
    yield Message(reset.kind, reset.to_address, reset.facts, reset.dedupe_key, f"{reset.kind}.paris")
