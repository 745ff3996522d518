"""The instructor's answer to a request."""

from __future__ import annotations

from sessions_app.domain.booking_lifecycle import BookingEvent, advance
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.permissions import Action
from sessions_app.models import Booking
from sessions_app.models.money import PaymentStatus
from sessions_app.services import (
    access,
    audit,
    bookings,
    credits,
    expiry,
    live,
    notifications,
    refunds,
    seats,
)
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork


def accept(work: UnitOfWork, *, booking_id: str, response: str = "") -> Booking:
    """Say yes: the session is scheduled and what was authorised is taken. Raises IllegalTransition when too late."""
    loaded = access.load_booking(work, booking_id, action=Action.ACCEPT, lock=True)
    booking, session = loaded.booking, loaded.session
    expiry.lapse(work, booking, session)
    advance(booking.status, BookingEvent.ACCEPT)
    booking.instructor_response = _checked(response)
    booking.decided_at = work.now
    booking.sequence += 1
    for payment in refunds.payments_of(work, booking.id):
        if payment.status is PaymentStatus.AUTHORISED:
            refunds.ask_capture(work, payment)
    bookings.secure(work, booking, session, BookingEvent.ACCEPT)
    return booking


def reject(work: UnitOfWork, *, booking_id: str, response: str = "") -> Booking:
    """Say no: the time is free again and everything reserved is released."""
    loaded = access.load_booking(work, booking_id, action=Action.REJECT, lock=True)
    booking, session = loaded.booking, loaded.session
    expiry.lapse(work, booking, session)
    booking.status = advance(booking.status, BookingEvent.REJECT)
    booking.instructor_response = _checked(response)
    booking.decided_at = booking.updated_at = work.now
    booking.frees_at = booking.respond_by = None
    booking.sequence += 1
    work.db.add(booking)
    refunds.release_authorisation(work, booking)
    credits.give_back(
        work, booking, credits.spent_on(work, booking.id) if booking.credits else 0, cause="rejected"
    )
    seats.refresh(work, session, booking)
    audit.record(work, "booking.rejected", "booking", booking.id)
    notifications.queue(work, NotificationKind.REJECTED, booking, session, reason=response)
    live.booking_changed(work, booking)
    return booking


def _checked(response: str) -> str:
    if len(response) > bookings.MESSAGE_LIMIT:
        raise InvalidInput(
            f"Please keep the answer under {bookings.MESSAGE_LIMIT} characters.", field="notes"
        )
    return response.strip()
