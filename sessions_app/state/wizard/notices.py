"""What stands in the way of a booking, and the way out: each refusal as the wizard words it (product.md A7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sessions_app.domain.errors import (
    AlreadyBooked,
    DomainError,
    InsufficientCredits,
    InvalidInput,
    NotEnrolled,
    OutsideAvailability,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TemporarilyUnavailable,
)
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.state.wizard.parts import Look, NoticeView, span_row

_TIME_GONE = "This time is no longer available. Select another."
_FAILED = "Unable to book. Please try again."
_FIELDS = frozenset({"message", "custom_topic", "requirements", "student_id", "pay_with"})

HOLD_ENDED = NoticeView(
    code="hold_ended", kind="sun", title="Your hold ended. The time is still free — keep it?", action="keep"
)


def is_beside_a_field(refused: DomainError) -> bool:
    """Whether the refusal is about one field of the form, and shown there instead of above it."""
    return isinstance(refused, InvalidInput) and refused.field in _FIELDS


def notice_of(refused: DomainError, look: Look, *, support: str, has_card: bool) -> NoticeView:
    """The refusal in words, with what can be done about it.

    ``support`` is the address that helps when something broke; ``has_card`` when a card can pay for what is held.
    """
    match refused:
        case DomainError(details={"reference": reference}):
            body = f"Reference {reference}. If it happens again, write to {support}."
            return NoticeView(code=refused.code, title=_FAILED, body=body)
        case TemporarilyUnavailable():
            return NoticeView(code=refused.code, title=_FAILED, body=refused.message)
        case NotEnrolled():
            return NoticeView(code=refused.code, kind="info", title=refused.message, action="enroll")
        case DomainError(details={"reason": Reason.STUDENT_CAP}):
            return _beside_yours(NoticeView(code=refused.code, kind="info", title=refused.message))
        case SessionFull():
            return lost(_alternatives(refused), look, code=refused.code, title=refused.message)
        case SlotTaken() | OutsideAvailability():
            return lost(_alternatives(refused), look, code=refused.code)
        case StudentBusy():
            return _beside_yours(lost(_alternatives(refused), look, code=refused.code, title=refused.message))
        case AlreadyBooked(details={"session_id": session_id}):
            href = f"/booking/confirmation?session={session_id}"
            return NoticeView(code=refused.code, title=refused.message, link_label="See it", link_href=href)
        case InsufficientCredits():
            return _short_of_credits(refused, look, has_card=has_card)
    return NoticeView(code=refused.code, title=refused.message)


def lost(
    nearest: tuple[TimeSpan, ...], look: Look, *, code: str = "slot_taken", title: str = _TIME_GONE
) -> NoticeView:
    """The time is somebody else's now; ``nearest`` are free instead."""
    rows = tuple(span_row(span, look.viewer, with_day=True) for span in nearest)
    body = "These are the nearest free times. What you wrote is kept." if rows else "What you wrote is kept."
    return NoticeView(code=code, title=title, body=body, rows=rows)


def _beside_yours(notice: NoticeView) -> NoticeView:
    return replace(notice, link_label="See your sessions", link_href="/dashboard")


def _short_of_credits(refused: DomainError, look: Look, *, has_card: bool) -> NoticeView:
    """The ways that are left: a card where the offering has a price, else what else can be booked."""
    return NoticeView(
        code=refused.code,
        title=refused.message,
        body="Your time is still held. Pay by card, or choose another session."
        if has_card
        else "Your time is still held. Another session may be free or payable by card.",
        action="card" if has_card else "",
        link_label="Choose another session",
        # Without the day: there phones show the times alone, and not what else can be chosen.
        link_href=look.address.to(booking="", on=None, slot=None, proof=""),
    )


def _alternatives(refused: DomainError) -> tuple[TimeSpan, ...]:
    """The free times that a refusal carries."""
    return tuple(
        TimeSpan(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
        for one in refused.details.get("alternatives", [])
    )
