"""The instructor's answer to a request: yes, no, or another time, which the student then answers.

A time that is proposed is reserved: the request itself moves there, so the same guards keep it that keep every
request, and the student's yes cannot come too late (docs/decisions/0011-a-proposal-moves-the-request.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.domain import plain_text
from sessions_app.domain.booking_lifecycle import BookingEvent, BookingStatus, advance
from sessions_app.domain.errors import DomainError, IllegalTransition, InvalidInput
from sessions_app.domain.permissions import Action, Actor
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking, TeachingSession
from sessions_app.models.money import PaymentStatus
from sessions_app.services import (
    access,
    audit,
    bookings,
    cancellations,
    credits,
    expiry,
    live,
    moves,
    notifications,
    refunds,
    seats,
    slots,
)
from sessions_app.services.cancellations import Cancelled
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import Platform, UnitOfWork

MOST_AT_ONCE = 50
DECLINED = "The proposed time does not suit."


@dataclass(frozen=True, slots=True)
class Answered:
    """One request of several: accepted, or why not."""

    booking_id: str
    refused: DomainError | None = None


def accept(work: UnitOfWork, *, booking_id: str, response: str = "") -> Booking:
    """Say yes: the session is scheduled and what was authorised is taken.

    A request whose card is not held any more is ``accepted`` instead, to be paid. Raises IllegalTransition when too
    late, or while the student has a proposed time to answer.
    """
    loaded = access.load_booking(work, booking_id, action=Action.ACCEPT, lock=True)
    booking, session = loaded.booking, loaded.session
    expiry.lapse(work, booking, session)
    if booking.status is BookingStatus.PENDING and booking.proposed_at is not None:
        raise IllegalTransition("The other side has to answer the time you proposed.")
    advance(booking.status, BookingEvent.ACCEPT)
    booking.instructor_response = _checked(response)
    _settle(work, booking, session)
    return booking


def accept_each(platform: Platform, actor: Actor, *, booking_ids: Sequence[str]) -> list[Answered]:
    """Say yes to several requests, each in its own transaction: one that cannot be accepted stops no other.

    Raises InvalidInput for more than MOST_AT_ONCE.
    """
    if len(booking_ids) > MOST_AT_ONCE:
        raise InvalidInput(f"Accept at most {MOST_AT_ONCE} requests at once.", field="booking_ids")
    answered = []
    for booking_id in dict.fromkeys(booking_ids):
        try:
            platform.run(accept, actor, booking_id=booking_id)
        except DomainError as refused:
            answered.append(Answered(booking_id, refused))
        else:
            answered.append(Answered(booking_id))
    return answered


def propose(
    work: UnitOfWork, *, booking_id: str, starts_at: datetime, message: str = "", ignores_hours: bool = False
) -> Booking:
    """Ask for another time: the request moves there and waits for the student, REQUEST_TTL_HOURS at most.

    Proposing again replaces the former proposal. Notice and horizon do not bind the instructor, nor with
    ``ignores_hours`` their hours. Raises what ``bookings.hold`` raises about the time, and IllegalTransition unless
    pending.
    """
    loaded = access.load_booking(work, booking_id, action=Action.PROPOSE, lock=True)
    booking, session = loaded.booking, loaded.session
    expiry.lapse(work, booking, session)
    advance(booking.status, BookingEvent.PROPOSE)
    if starts_at == booking.starts_at:
        raise InvalidInput("This is the time it has already.", field="starts_at")
    message = _checked(message)
    asked = booking.asked_starts_at or booking.starts_at
    session = moves.place_at(work, booking, session, starts_at, by_host=True, ignores_hours=ignores_hours)
    booking.asked_starts_at, booking.proposed_at = asked, work.now
    booking.instructor_response = message
    latest = work.now + timedelta(hours=work.settings.request_ttl_hours)
    booking.respond_by = booking.frees_at = min(latest, booking.starts_at)
    booking.sequence += 1
    booking.updated_at = work.now
    seats.refresh(work, session, booking)
    audit.record(work, "booking.proposed", "booking", booking.id, asked=slots.rfc3339(asked))
    notifications.queue(work, NotificationKind.PROPOSED, booking, session, was_starts_at=slots.rfc3339(asked))
    live.booking_changed(work, booking)
    return booking


def accept_proposal(work: UnitOfWork, *, booking_id: str) -> Booking:
    """The student's side takes the proposed time; money as in ``accept``. Raises IllegalTransition when too late."""
    loaded = access.load_booking(work, booking_id, action=Action.ANSWER, lock=True)
    booking, session = loaded.booking, loaded.session
    expiry.lapse(work, booking, session)
    _require_proposal(booking)
    _settle(work, booking, session)
    return booking


def decline_proposal(work: UnitOfWork, *, booking_id: str, reason: str = "") -> Cancelled:
    """The student's side says no: the request ends, the time is free and everything reserved is released."""
    loaded = access.load_booking(work, booking_id, action=Action.ANSWER, lock=True)
    expiry.lapse(work, loaded.booking, loaded.session)
    _require_proposal(loaded.booking)
    return cancellations.cancel(work, booking_id=booking_id, reason=reason.strip() or DECLINED)


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


def _settle(work: UnitOfWork, booking: Booking, session: TeachingSession) -> None:
    """Both sides said yes: take what was authorised, or ask for the money where none is."""
    booking.decided_at = work.now
    booking.sequence += 1
    authorised = [
        payment
        for payment in refunds.payments_of(work, booking.id)
        if payment.status is PaymentStatus.AUTHORISED
    ]
    if booking.pay_with is PayWith.CARD and not authorised:
        bookings.ask_payment(work, booking, session)
        return
    for payment in authorised:
        refunds.ask_capture(work, payment)
    bookings.secure(work, booking, session, BookingEvent.ACCEPT)


def _require_proposal(booking: Booking) -> None:
    if booking.status is not BookingStatus.PENDING or booking.proposed_at is None:
        raise IllegalTransition("No proposed time waits for an answer.", status=booking.status.value)


def _checked(response: str) -> str:
    if len(response) > plain_text.MESSAGE_LIMIT:
        raise InvalidInput(
            f"Please keep the answer under {plain_text.MESSAGE_LIMIT} characters.", field="notes"
        )
    return response.strip()
