"""What a message says when it is sent, for those that are about the present and not about one change.

Most mails say what happened, whenever they are sent. These look again in the transaction that takes them up: what
was read meanwhile is not told, and what came meanwhile is told with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.reminders import serves
from sessions_app.domain.topics import Side
from sessions_app.models import Booking, OutboxMessage, Review
from sessions_app.services import conversations, reminders, topics
from sessions_app.services.notifications import REMINDERS, NotificationKind, Part
from sessions_app.services.unit_of_work import UnitOfWork


def renew(work: UnitOfWork, message: OutboxMessage) -> bool:
    """Bring a message's facts to where things stand; False when it has nothing to say any more."""
    look_again = _LOOKS.get(message.kind)
    return look_again is None or look_again(work, message)


def _unread(work: UnitOfWork, message: OutboxMessage) -> bool:
    facts = message.facts
    found = conversations.unread_mail(
        work,
        conversation_id=facts["conversation_id"],
        reader_id=facts["recipient"]["id"],
        since=facts["since"],
    )
    if found is None:
        return False
    message.facts = {
        **facts,
        "count": found.count,
        "sender": found.sender,
        "title": found.title,
        "texts": list(found.texts),
    }
    work.db.add(message)
    return True


def _review(work: UnitOfWork, message: OutboxMessage) -> bool:
    # Meanwhile somebody may have written it, or staff decided that the session was missed after all.
    written = select(Review.id).where(col(Review.booking_id) == col(Booking.id)).exists()
    asked = select(Booking.id).where(
        col(Booking.id) == message.booking_id, col(Booking.status) == BookingStatus.COMPLETED, ~written
    )
    return work.db.exec(asked).first() is not None


def _topic(work: UnitOfWork, message: OutboxMessage) -> bool:
    booking = work.db.get(Booking, message.booking_id)
    side = Side.INSTRUCTOR if message.facts["part"] == Part.INSTRUCTOR else Side.STUDENT
    if booking is None or not topics.waits_for(work, booking, side):
        return False
    replaced = select(OutboxMessage.id).where(
        col(OutboxMessage.booking_id) == booking.id,
        col(OutboxMessage.kind) == NotificationKind.TOPIC_SUGGESTED,
        col(OutboxMessage.recipient_id) == message.recipient_id,
        col(OutboxMessage.id) > message.id,
    )
    return work.db.exec(replaced).first() is None


def _reminder(work: UnitOfWork, message: OutboxMessage) -> bool:
    booking = work.db.get(Booking, message.booking_id)
    if booking is None or booking.status not in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED):
        return False
    is_same = booking.starts_at == datetime.fromisoformat(message.facts["starts_at"])
    (reminder,) = (one for one, kind in reminders.KINDS.items() if kind == message.kind)
    return is_same and serves(reminder, booking.starts_at, work.now)


_LOOKS: dict[str, Callable[[UnitOfWork, OutboxMessage], bool]] = {
    NotificationKind.MESSAGE_RECEIVED: _unread,
    NotificationKind.REVIEW_REQUEST: _review,
    NotificationKind.TOPIC_SUGGESTED: _topic,
    **dict.fromkeys(REMINDERS, _reminder),
}

LOOKING_AGAIN = frozenset(_LOOKS)
"""The kinds whose facts are those of the sending."""
