"""Spending never takes a credit balance below zero, and each posting is named by its cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.errors import InsufficientCredits
from sessions_app.domain.ledger import grant_reason, return_reason, spend, spend_reason


def test_too_few_credits_are_refused_saying_what_is_needed_and_what_is_there() -> None:
    with pytest.raises(InsufficientCredits) as refused:
        spend(0, 1)
    assert str(refused.value) == "Insufficient Credits. You need 1, you have 0."
    assert refused.value.details == {"need": 1, "have": 0}


@given(st.integers(0, 1000), st.lists(st.integers(1, 100)))
def test_however_often_one_spends_the_balance_never_falls_below_zero(start: int, amounts: list[int]) -> None:
    left, spent = start, 0
    for amount in amounts:
        try:
            left = spend(left, amount)
            spent += amount
        except InsufficientCredits:
            assert amount > left
        assert left == start - spent >= 0


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_or_less_cannot_be_spent(amount: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        spend(5, amount)


def test_each_cause_has_one_reason_and_no_two_share_it() -> None:
    reasons = [
        spend_reason("b1"), spend_reason("b2"),
        return_reason("b1"), return_reason("b1", "instructor"), return_reason("b2"),
        grant_reason("demo", "s1"), grant_reason("staff", "s1"), grant_reason("staff", "s2"),
    ]  # fmt: skip
    assert len(set(reasons)) == len(reasons)
    assert spend_reason("b1") == spend_reason("b1")
