"""What is said about the money of one booking, in one word, from its payments and its credit postings."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Payment
from sessions_app.models.money import PaymentStatus


class PaymentState(StrEnum):
    """Where the money of a booking stands, credits included."""

    NOT_REQUIRED = "not_required"  # nothing was ever due
    DUE = "due"  # the seat waits for it
    PROCESSING = "processing"  # a slow method was chosen
    AUTHORISED = "authorised"  # reserved on the card until the instructor answers
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    NOT_PAID = "not_paid"  # the booking ended before anything was taken
    REVIEW = "review"  # the gateway told another amount: a person looks


_WAITS = frozenset({BookingStatus.HELD, BookingStatus.ACCEPTED})


def payment_state(
    pay_with: PayWith, status: BookingStatus, payments: Iterable[Payment], postings: Iterable[int]
) -> PaymentState:
    """The state of a booking. ``postings`` are its credit movements: negative spent, positive returned."""
    if pay_with is PayWith.FREE:
        return PaymentState.NOT_REQUIRED
    if pay_with is PayWith.CREDITS:
        moved = list(postings)
        taken, returned = -sum(n for n in moved if n < 0), sum(n for n in moved if n > 0)
        reached = set[PaymentStatus]()
    else:
        made = list(payments)
        taken = sum(payment.captured_minor for payment in made)
        returned = sum(payment.refunded_minor for payment in made)
        reached = {payment.status for payment in made}
    if taken:
        if not returned:
            return PaymentState.PAID
        return PaymentState.REFUNDED if returned >= taken else PaymentState.PARTIALLY_REFUNDED
    for told, state in (
        (PaymentStatus.REVIEW, PaymentState.REVIEW),
        (PaymentStatus.AUTHORISED, PaymentState.AUTHORISED),
        (PaymentStatus.PROCESSING, PaymentState.PROCESSING),
    ):
        if told in reached:
            return state
    return PaymentState.DUE if status in _WAITS else PaymentState.NOT_PAID
