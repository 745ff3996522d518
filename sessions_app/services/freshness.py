"""What a message says when it is sent, for those that are about the present and not about one change.

Most mails say what happened, whenever they are sent. These look again in the transaction that takes them up: what
was read meanwhile is not told, and what came meanwhile is told with it.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.models import Booking, OutboxMessage, Review
from sessions_app.services import conversations
from sessions_app.services.notifications import NotificationKind
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


_LOOKS: dict[str, Callable[[UnitOfWork, OutboxMessage], bool]] = {
    NotificationKind.MESSAGE_RECEIVED: _unread,
    NotificationKind.REVIEW_REQUEST: _review,
}

LOOKING_AGAIN = frozenset(_LOOKS)
"""The kinds whose facts are those of the sending."""
