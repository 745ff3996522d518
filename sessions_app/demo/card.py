"""Paying by card inside the story: the booking, the test gateway's page and its word, in one transaction.

Made step by step, each would be seen by the jobs of a server running beside it, which would then act on the story
as if it happened now: expire its holds, and send its messages.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sessions_app.domain.money import Money
from sessions_app.domain.ports import GatewayPayment, PageState
from sessions_app.models import Payment, SandboxPayment
from sessions_app.models.money import PaymentStatus
from sessions_app.models.sandbox_payments import SandboxPaymentStatus
from sessions_app.services import bookings, expiry, payments
from sessions_app.services.bookings import Details, Placed
from sessions_app.services.unit_of_work import UnitOfWork


def book_and_pay(
    work: UnitOfWork,
    *,
    offering_id: str,
    starts_at: datetime,
    student_id: str,
    details: Details,
    is_late: bool = False,
) -> Placed:
    """Book and pay on the test page. ``is_late``: the hold ended first, and the seat was still free."""
    placed = bookings.book(
        work, offering_id=offering_id, starts_at=starts_at, student_id=student_id, details=details
    )
    booking = placed.booking
    told = _paid_page(work, placed)
    if is_late:
        booking.hold_expires_at = booking.frees_at = work.now
        expiry.lapse(work, booking, placed.session)
    payments.settle(work, told)
    return placed


def _paid_page(work: UnitOfWork, placed: Placed) -> GatewayPayment:
    booking = placed.booking
    token = secrets.token_urlsafe(24)
    checkout_id, intent_id = f"cs_test_{secrets.token_hex(12)}", f"pi_test_{secrets.token_hex(12)}"
    ends_at = work.now + timedelta(minutes=31)
    payment = Payment(
        booking_id=booking.id,
        payer_id=booking.booked_by_id,
        provider=work.platform.payments.name,
        amount_minor=booking.price_minor,
        currency=booking.currency,
        status=PaymentStatus.OPEN,
        checkout_id=checkout_id,
        intent_id=intent_id,
        page_url=f"/test-pay/{token}",
        page_expires_at=ends_at,
        return_url=f"/booking/confirmation?session={placed.session.id}",
        created_at=work.now,
    )
    work.db.add(payment)
    work.db.flush()
    work.db.add(
        SandboxPayment(
            checkout_id=checkout_id,
            intent_id=intent_id,
            key=payment.id,
            token=token,
            reference=payment.id,
            description=booking.title,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            captured_minor=payment.amount_minor,
            captures_later=False,
            status=SandboxPaymentStatus.PAID,
            return_url=payment.return_url,
            expires_at=ends_at,
            created_at=work.now,
        )
    )
    return GatewayPayment(
        checkout_id=checkout_id,
        intent_id=intent_id,
        reference=payment.id,
        state=PageState.PAID,
        amount=Money(payment.amount_minor, payment.currency),
        captured_minor=payment.amount_minor,
        refunded_minor=0,
        url=f"/test-pay/{token}",
        method_label="Test card •••• 4242",
    )
