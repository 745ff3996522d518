"""Document 000's payment calls, on the same payments as the hosted page (product.md C-51 to C-54).

A program may ask for the intent of a booking, say that it was paid, or, as staff, give money back. Nothing a program
says about money is believed: amounts are compared with the booking, and what was paid is read at the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, or_, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    HoldExpired,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    PriceChanged,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Actor
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy, refund_due
from sessions_app.models import Booking, Payment, Refund
from sessions_app.models.money import PaymentStatus
from sessions_app.services import (
    access,
    audit,
    bookings,
    checkout,
    intake,
    live,
    notifications,
    payments,
    refunds,
    seats,
    terms,
)
from sessions_app.services.intake import Receipt
from sessions_app.services.notifications import NotificationKind, Refunded
from sessions_app.services.queries import bookings as reading
from sessions_app.services.queries.bookings import SeatView
from sessions_app.services.unit_of_work import Platform, UnitOfWork


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as the API tells it; ``url`` is the page where it can be paid, None once that is closed."""

    intent_id: str | None
    checkout_id: str | None
    url: str | None
    amount: Money
    status: PaymentStatus
    seat: SeatView


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the client believes a booking to be; None where it did not say."""

    student_id: str | None = None
    instructor_id: str | None = None


def open_intent(
    platform: Platform, actor: Actor, *, booking_id: str, amount: Money, claimed: Claimed, return_url: str
) -> Intent:
    """Open the payment of a booking, or give the one that is open.

    Raises NotAllowed when the booking is somebody else's than claimed, PriceChanged for another amount or currency,
    and what ``checkout.open_page`` raises.
    """
    platform.read(_require_as_claimed, actor, booking_id=booking_id, amount=amount, claimed=claimed)
    page = checkout.open_page(platform, actor, booking_id=booking_id, return_url=return_url)
    return platform.read(_intent, actor, gateway_id=page.checkout_id)


def refresh_intent(platform: Platform, actor: Actor, *, intent_id: str) -> Intent:
    """Read a payment at the gateway and let its booking follow. Raises NotFound, TemporarilyUnavailable."""
    known = platform.read(_intent, actor, gateway_id=intent_id)
    if known.checkout_id is not None:
        payments.sync(platform, known.checkout_id)
    return platform.read(_intent, actor, gateway_id=intent_id)


def confirm_booking(platform: Platform, actor: Actor, *, booking_id: str, gateway_id: str | None) -> Receipt:
    """Finish a booking: one that needs no card at once, one by card when the gateway says that it is paid.

    Repeated, it changes nothing. Raises NotFound for a payment of another booking, PriceChanged when another amount
    was paid, HoldExpired, and IllegalTransition while nothing is paid or once the booking is over.
    """
    seat = platform.read(reading.seat, actor, booking_id)
    if seat.pay_with is not PayWith.CARD:
        if seat.status is BookingStatus.HELD:
            return platform.run(_finish, actor, booking_id=booking_id)
        return _settled(seat)
    if gateway_id is None:
        raise InvalidInput("Please say which payment this is about.", field="payment_intent_id")
    intent = platform.read(_intent, actor, gateway_id=gateway_id)
    if intent.seat.booking_id != booking_id:
        raise NotFound
    intent = refresh_intent(platform, actor, intent_id=gateway_id)
    if intent.status is PaymentStatus.REVIEW:
        raise PriceChanged("Another amount was paid than was due. We are looking at it.")
    if intent.seat.status is BookingStatus.HELD and intent.status is not PaymentStatus.PROCESSING:
        raise IllegalTransition("This has not been paid yet.", payment_status=intent.status.value)
    return _settled(intent.seat)


def give_back(work: UnitOfWork, *, intent_id: str, amount_minor: int | None, reason: str = "") -> Refund:
    """Staff give money of a payment back, the whole rest when no amount is said; beyond the policy is audited.

    Who paid and the student hear of it; the ``reason`` stays in the audit.

    Raises NotAllowed to everybody else, NotFound, IllegalTransition when there is nothing left to give back,
    InvalidInput (``amount``) for more than that.
    """
    access.require_person(work)
    if not work.actor.is_staff:
        raise NotAllowed
    payment = _payment(work, intent_id)
    booking = work.db.get_one(Booking, payment.booking_id)
    work.lock(instructor=booking.instructor_id, student=booking.student_id)
    work.db.refresh(payment)
    left = payment.captured_minor - payment.refunded_minor
    if left == 0:
        raise IllegalTransition("Nothing of this payment is left to give back.", status=payment.status.value)
    amount = Money(left if amount_minor is None else amount_minor, payment.currency)
    if not 0 < amount.minor <= left:
        raise InvalidInput("Please give back a part of what was paid.", field="amount", available=left)
    due = _due_by_policy(work, booking, payment)
    percent = 100 * amount.minor // payment.captured_minor
    refund = refunds.request_from(work, payment, amount, percent=percent, reason="staff")
    notifications.queue(
        work,
        NotificationKind.REFUND_ISSUED,
        booking,
        seats.session_of(work, booking),
        refunded=Refunded(percent, amount, 0),
        payer_id=payment.payer_id,
        key=refund.id,
    )
    live.booking_changed(work, booking)
    if amount.minor > due:
        audit.record(
            work,
            "refund.beyond_policy",
            "refund",
            refund.id,
            amount=amount.minor,
            due=due,
            currency=amount.currency,
            reason=reason[:200],
        )
    return refund


def _require_as_claimed(work: UnitOfWork, *, booking_id: str, amount: Money, claimed: Claimed) -> None:
    booking = access.load_booking(work, booking_id, action=Action.PAY).booking
    if claimed.student_id not in (None, booking.student_id):
        raise NotAllowed
    if claimed.instructor_id not in (None, booking.instructor_id):
        raise NotAllowed
    due = Money(booking.price_minor, booking.currency)
    if amount != due:
        raise PriceChanged(price={"amount": due.minor, "currency": due.currency, "credits": None})


def _intent(work: UnitOfWork, *, gateway_id: str) -> Intent:
    """The payment of a booking that the actor may pay. Raises NotFound to anybody else."""
    payment = _payment(work, gateway_id)
    booking = access.load_booking(work, payment.booking_id, action=Action.PAY).booking
    return Intent(
        intent_id=payment.intent_id,
        checkout_id=payment.checkout_id,
        url=payment.page_url if payment.status is PaymentStatus.OPEN else None,
        amount=Money(payment.amount_minor, payment.currency),
        status=payment.status,
        seat=reading.views(work, [booking])[0],
    )


def _payment(work: UnitOfWork, gateway_id: str) -> Payment:
    found = work.db.exec(
        select(Payment).where(
            or_(col(Payment.intent_id) == gateway_id, col(Payment.checkout_id) == gateway_id)
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def _finish(work: UnitOfWork, *, booking_id: str) -> Receipt:
    return intake.receipt(work, bookings.confirm(work, booking_id=booking_id))


def _settled(seat: SeatView) -> Receipt:
    if seat.status is BookingStatus.EXPIRED:
        raise HoldExpired(booking_id=seat.booking_id)
    if seat.status in (BookingStatus.CANCELLED, BookingStatus.REJECTED):
        raise IllegalTransition(status=seat.status.value)
    return Receipt(seat, is_new=False)


def _due_by_policy(work: UnitOfWork, booking: Booking, payment: Payment) -> int:
    """What the booking's policy would still give back now of this payment, in minor units."""
    decision = refund_due(
        terms.frozen_policy(booking),
        starts_at=booking.starts_at,
        at=work.now,
        by=CancelledBy(booking.cancelled_by or CancelledBy.STUDENT),
        paid=Money(payment.captured_minor, payment.currency),
        credits_paid=0,
    )
    return max(0, decision.amount.minor - payment.refunded_minor)
