"""What a booking is at this moment, and what somebody can do with it: the API's ``status`` and ``can``.

The use cases judge again when asked; nothing here is a permission of its own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sessions_app.domain.booking_lifecycle import (
    TENTATIVE,
    TRANSITIONS,
    UPCOMING,
    BookingEvent,
    BookingStatus,
)
from sessions_app.domain.permissions import Action, Relation, allowed
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking
from sessions_app.services import terms
from sessions_app.settings import Settings

_HOSTS = frozenset({Relation.INSTRUCTOR, Relation.STAFF, Relation.SYSTEM})
_EVENTS = {
    Action.ACCEPT: BookingEvent.ACCEPT,
    Action.REJECT: BookingEvent.REJECT,
    Action.CONFIRM_ATTENDANCE: BookingEvent.CONFIRM_ATTENDANCE,
    Action.RESCHEDULE: BookingEvent.RESCHEDULE,
    Action.START: BookingEvent.START,
    Action.FINISH: BookingEvent.FINISH,
}


def effective_status(booking: Booking, now: datetime) -> BookingStatus:
    """The status, or expired for what is overdue and not swept yet."""
    is_overdue = booking.status in TENTATIVE and booking.frees_at is not None and booking.frees_at <= now
    return BookingStatus.EXPIRED if is_overdue else booking.status


def possible(
    booking: Booking,
    status: BookingStatus,
    relation: Relation,
    rights: frozenset[str],
    *,
    settings: Settings,
    now: datetime,
) -> tuple[Action, ...]:
    """The actions that ``relation`` could carry out now on a booking whose effective status is ``status``."""
    is_host = relation in _HOSTS
    cancel = BookingEvent.CANCEL_BY_INSTRUCTOR if is_host else BookingEvent.CANCEL
    events = _EVENTS | {Action.CANCEL: cancel}
    can = [action for action, event in events.items() if (status, event) in TRANSITIONS]
    if booking.pay_with is PayWith.CARD and status in (BookingStatus.HELD, BookingStatus.ACCEPTED):
        can.append(Action.PAY)
    has_begun = booking.starts_at <= now
    is_open = booking.starts_at - timedelta(minutes=settings.join_early_minutes) <= now < booking.ends_at
    if status in UPCOMING and is_open and relation is not Relation.STAFF:
        can.append(Action.JOIN)
    impossible = {
        Action.START: not is_open,
        Action.CONFIRM_ATTENDANCE: has_begun,
        Action.CANCEL: not is_host and not has_begun and not terms.may_cancel(booking, now).is_allowed,
        Action.RESCHEDULE: not is_host and terms.may_move(booking, settings, now).barrier is not None,
    }
    return tuple(
        sorted(
            action
            for action in can
            if allowed(action, relation, guardian_rights=rights) and not impossible.get(action, False)
        )
    )
