"""Prepaid credits: a balance is the sum of postings that are never changed.

Decides whether a balance covers a price and how each posting is named. A reason is unique in the whole
ledger: it names the cause, so the same cause cannot post twice however often it is retried.
"""

from __future__ import annotations

from sessions_app.domain.errors import InsufficientCredits


def spend(balance: int, amount: int) -> int:
    """What is left after paying ``amount`` credits, never less than 0.

    Raises InsufficientCredits (``details``: need, have) when the balance is too small, ValueError for an
    amount that is not positive.
    """
    if amount <= 0:
        raise ValueError(f"one spends at least one credit, not {amount}")
    if balance < amount:
        raise InsufficientCredits(
            f"Insufficient Credits. You need {amount}, you have {balance}.", need=amount, have=balance
        )
    return balance - amount


def spend_reason(booking_id: str) -> str:
    """The reason under which a booking is paid for, once."""
    return f"spend:{booking_id}"


def return_reason(booking_id: str, cause: str = "cancel") -> str:
    """The reason under which a booking's credits come back, once for each cause."""
    return f"refund:{booking_id}:{cause}"


def grant_reason(source: str, key: str) -> str:
    """The reason under which credits are given: by what or whom, and the giver's own key for it."""
    return f"grant:{source}:{key}"
