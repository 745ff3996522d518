"""Cancelling: who may end a seat or a session, what goes back, and who is told.

What a cancellation gives back is decided in ``domain/refunds.py`` from the policy frozen on the booking; the money
moves in ``services/refunds.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sessions_app.domain.booking_lifecycle import TENTATIVE, BookingEvent, BookingStatus, advance
from sessions_app.domain.errors import IllegalTransition, PriceChanged, TooLate
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.plain_text import require_short
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy, RefundDecision, refund_due
from sessions_app.models import Booking, TeachingSession
from sessions_app.services import (
    access,
    audit,
    credits,
    expiry,
    live,
    notifications,
    refunds,
    seats,
    slots,
    terms,
    video,
)
from sessions_app.services.notifications import NotificationKind, Refunded
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancellation and what goes back; ``refund`` is None when nothing was paid."""

    booking: Booking
    refund: RefundDecision | None


def preview_cancel(work: UnitOfWork, *, booking_id: str) -> RefundDecision:
    """What would go back if the actor cancelled now."""
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL)
    return _decide(work, loaded.booking, _side_of(loaded.relation))


def cancel(
    work: UnitOfWork,
    *,
    booking_id: str,
    reason: str = "",
    waives_refund: bool = False,
    seat_only: bool = False,
) -> Cancelled:
    """End a booking; return what goes back under the policy frozen on it.

    By the student's side: their own seat. By the instructor: the session with all its seats, or with ``seat_only``
    this one, everything back. By staff: this seat, everything back. ``waives_refund`` is honoured from who paid and
    from staff, and means nothing from others. Raises IllegalTransition when it is over, started or cancelled already,
    TooLate to a student's side that the offering lets cancel until earlier only.
    """
    require_short(reason)
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL, lock=True)
    side = _side_of(loaded.relation)
    if side is CancelledBy.INSTRUCTOR and not seat_only:
        mine = next(
            (c for c in _cancel_all(work, loaded.session, side, reason) if c.booking.id == booking_id), None
        )
        if mine is None:
            raise IllegalTransition(status=loaded.booking.status.value)
        return mine
    expiry.lapse(work, loaded.booking, loaded.session)
    if side is CancelledBy.STUDENT:
        require_may_cancel(work, loaded.booking)
    waives = waives_refund and _may_waive(work, loaded)
    return _cancel_seat(work, loaded.booking, loaded.session, side, reason, waives_refund=waives)


def cancel_as_stated(work: UnitOfWork, *, booking_id: str, percent: int, reason: str = "") -> Cancelled:
    """``cancel`` for somebody who was told that ``percent`` goes back: nobody gets less than was said.

    Raises PriceChanged when it is another percentage by now, and what ``cancel`` raises.
    """
    decision = preview_cancel(work, booking_id=booking_id)
    if decision.percent != percent:
        raise PriceChanged("What goes back has changed while you were reading. Please look again.")
    return cancel(work, booking_id=booking_id, reason=reason)


def cancel_session(work: UnitOfWork, *, session_id: str, reason: str = "") -> list[Cancelled]:
    """End a session for everybody, all of the money back; for its instructor and staff.

    Raises NotFound to anybody else, IllegalTransition when no seat of it is left to end.
    """
    require_short(reason)
    session = access.load_session(work, session_id, action=Action.CANCEL)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    is_host = work.actor.person_id == session.instructor_id
    side = CancelledBy.INSTRUCTOR if is_host else CancelledBy.PLATFORM
    cancelled = _cancel_all(work, session, side, reason)
    if not cancelled:
        raise IllegalTransition(status=session.status.value)
    return cancelled


def end(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    event: BookingEvent,
    side: CancelledBy,
    *,
    reason: str = "",
) -> None:
    """End a seat by ``event``, whatever it was, and free its time; no money but what was only authorised moves.

    The booking must be locked. Raises IllegalTransition.
    """
    booking.status = advance(booking.status, event)
    booking.cancelled_by = side.value
    booking.cancel_reason = reason
    booking.sequence += 1
    # hold_expires_at stays on what ended as a hold: who comes back to it is asked whether to hold it once more.
    booking.frees_at = booking.respond_by = booking.pay_by = None
    booking.updated_at = work.now
    work.db.add(booking)
    refunds.release_authorisation(work, booking)
    if booking.hold_expires_at is None:  # whoever only held a time was never told a room
        video.forget_room(work, session.id)
        live.room_changed(work, session.id)
    seats.refresh(work, session, booking)
    audit.record(work, "booking.cancelled", "booking", booking.id, by=side.value, reason=reason[:200])
    live.booking_changed(work, booking)


def _cancel_all(
    work: UnitOfWork, session: TeachingSession, side: CancelledBy, reason: str
) -> list[Cancelled]:
    return [
        _cancel_seat(work, seat, session, side, reason, waives_refund=False)
        for seat in seats.seats_of(work, session.id)
        if not expiry.lapse(work, seat, session)
    ]


def require_may_cancel(work: UnitOfWork, booking: Booking) -> None:
    """Raise TooLate to a student's side that ``terms.may_cancel`` refuses; nothing once the session has begun."""
    verdict = terms.may_cancel(booking, work.now)
    # After the start it is another refusal's turn to say so.
    if not verdict.is_allowed and booking.starts_at > work.now:
        raise TooLate("It is too late to cancel this session.", until=slots.rfc3339(verdict.until))


def _may_waive(work: UnitOfWork, loaded: access.Loaded) -> bool:
    """Whether the money, or the credits, that a waiver leaves are the actor's to leave."""
    if loaded.relation in (Relation.STAFF, Relation.SYSTEM):
        return True
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        return False
    payers = {payment.payer_id for payment in refunds.payments_of(work, loaded.booking.id)}
    return payers <= {work.actor.person_id}


def _side_of(relation: Relation) -> CancelledBy:
    if relation in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        return CancelledBy.STUDENT
    return CancelledBy.INSTRUCTOR if relation is Relation.INSTRUCTOR else CancelledBy.PLATFORM


def _decide(work: UnitOfWork, booking: Booking, side: CancelledBy) -> RefundDecision:
    # Until a seat is final nothing has been earned: whoever takes a request back gets everything.
    payer_side = CancelledBy.PLATFORM if booking.status in TENTATIVE else side
    return refund_due(
        terms.frozen_policy(booking),
        starts_at=booking.starts_at,
        at=work.now,
        by=payer_side,
        paid=refunds.paid_for(work, booking),
        credits_paid=credits.spent_on(work, booking.id) if booking.pay_with is PayWith.CREDITS else 0,
    )


def _cancel_seat(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    side: CancelledBy,
    reason: str,
    *,
    waives_refund: bool,
) -> Cancelled:
    was = booking.status
    decision = _decide(work, booking, side)
    paid_anything = refunds.has_been_paid(work, booking)
    if not waives_refund:
        refunds.request(work, booking, decision, reason=f"cancelled_by_{side}")
        credits.give_back(work, booking, decision.credits, cause="cancel")
    event = BookingEvent.CANCEL if side is CancelledBy.STUDENT else BookingEvent.CANCEL_BY_INSTRUCTOR
    end(work, booking, session, event, side, reason=reason)
    if was is not BookingStatus.HELD:
        # A request that waits has sent no invitation, so there is none to take back.
        kind = NotificationKind.REQUEST_CANCELLED if was in TENTATIVE else NotificationKind.CANCELLED
        refunded = Refunded(decision.percent, decision.amount, decision.credits) if paid_anything else None
        others = () if side is CancelledBy.STUDENT else slots.instead_of(work, booking)
        notifications.queue(
            work,
            kind,
            booking,
            session,
            refunded=None if waives_refund else refunded,
            reason=reason,
            alternatives=[slots.rfc3339(slot.span.start) for slot in others],
        )
    if waives_refund:
        decision = replace(decision, percent=0, amount=Money.zero(booking.currency), credits=0)
    return Cancelled(booking, decision if paid_anything else None)
