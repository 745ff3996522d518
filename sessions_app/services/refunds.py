"""Giving money back: intents stored with the change that causes them, carried out by ``gateway_tasks``."""

from __future__ import annotations

from sqlmodel import col, select

from sessions_app.domain.money import Money
from sessions_app.domain.refunds import RefundDecision
from sessions_app.models import Booking, GatewayTask, Payment, Refund
from sessions_app.models.money import PaymentStatus, TaskKind
from sessions_app.services import audit, credits
from sessions_app.services.unit_of_work import UnitOfWork


def payments_of(work: UnitOfWork, booking_id: str) -> list[Payment]:
    """All payments of a booking, oldest first."""
    statement = select(Payment).where(col(Payment.booking_id) == booking_id)
    return list(work.db.exec(statement.order_by(col(Payment.created_at), col(Payment.id))).all())


def paid_for(work: UnitOfWork, booking: Booking) -> Money:
    """What was captured for the booking and not given back, in its currency."""
    total = Money.zero(booking.currency)
    for payment in payments_of(work, booking.id):
        total += Money(payment.captured_minor - payment.refunded_minor, payment.currency)
    return total


def has_been_paid(work: UnitOfWork, booking: Booking) -> bool:
    """Whether anything, money or credits, was taken for the booking."""
    if booking.credits:
        return credits.spent_on(work, booking.id) > 0
    return bool(booking.price_minor) and not paid_for(work, booking).is_zero


def request(work: UnitOfWork, booking: Booking, decision: RefundDecision, *, reason: str) -> None:
    """Store the refund that the decision allows, from the booking's payments, oldest first."""
    left = decision.amount
    for payment in payments_of(work, booking.id):
        available = Money(payment.captured_minor - payment.refunded_minor, payment.currency)
        share = min(left, available, key=lambda money: money.minor)
        if not share.is_zero:
            request_from(work, payment, share, percent=decision.percent, reason=reason)
            left -= share


def request_from(work: UnitOfWork, payment: Payment, amount: Money, *, percent: int, reason: str) -> Refund:
    """Store one refund of one payment, with the gateway task that carries it out."""
    refund = Refund(
        payment_id=payment.id,
        booking_id=payment.booking_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        percent=percent,
        reason=reason,
        created_at=work.now,
    )
    payment.refunded_minor += amount.minor
    work.db.add(refund)
    work.db.add(payment)
    work.db.flush()
    work.db.add(
        GatewayTask(
            key=f"refund:{refund.id}",
            kind=TaskKind.REFUND,
            payment_id=payment.id,
            refund_id=refund.id,
            amount_minor=amount.minor,
            available_at=work.now,
            created_at=work.now,
        )
    )
    audit.record(
        work,
        "refund.requested",
        "refund",
        refund.id,
        amount=amount.minor,
        currency=amount.currency,
        percent=percent,
        reason=reason,
    )
    return refund


def release_authorisation(work: UnitOfWork, booking: Booking) -> None:
    """Ask the gateway to give up what is only reserved for this booking."""
    for payment in payments_of(work, booking.id):
        if payment.status is PaymentStatus.AUTHORISED:
            ask_void(work, payment)


def ask_void(work: UnitOfWork, payment: Payment) -> None:
    """Store the task that releases an authorised payment, once."""
    _ask(work, payment, TaskKind.VOID)


def ask_capture(work: UnitOfWork, payment: Payment) -> None:
    """Store the task that takes an authorised payment, once."""
    _ask(work, payment, TaskKind.CAPTURE)


def _ask(work: UnitOfWork, payment: Payment, kind: TaskKind) -> None:
    key = f"{kind}:{payment.id}"
    if work.db.get(GatewayTask, key) is None:
        work.db.add(
            GatewayTask(
                key=key,
                kind=kind,
                payment_id=payment.id,
                amount_minor=payment.amount_minor,
                available_at=work.now,
                created_at=work.now,
            )
        )
