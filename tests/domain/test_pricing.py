"""Course price before offering price before hourly rate; a price of zero is a price."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.money import Money
from sessions_app.domain.pricing import PayWith, PriceRule, Quote, payment_plan, quote


def euro(minor: int | None) -> Money | None:
    return None if minor is None else Money(minor, "EUR")


def quoted(
    course: int | None = None,
    offering: int | None = None,
    hourly: int | None = None,
    credits: int | None = None,
    minutes: int = 60,
) -> Quote:
    return quote(
        course_price=euro(course),
        offering_price=euro(offering),
        hourly_rate=euro(hourly),
        credits=credits,
        duration_minutes=minutes,
        currency="EUR",
    )


prices = st.none() | st.integers(0, 10**9)
credit_prices = st.none() | st.integers(0, 100)
quotes = st.builds(quoted, prices, prices, prices, credit_prices, st.integers(1, 1440))


@pytest.mark.parametrize(
    ("course", "offering", "hourly", "total", "rule"),
    [
        (3000, 2500, 4000, 3000, PriceRule.COURSE_PRICE),
        (None, 2500, 4000, 2500, PriceRule.OFFERING_PRICE),
        (None, None, 4000, 4000, PriceRule.HOURLY_RATE),
        (None, None, None, 0, PriceRule.FREE),
        (0, 2500, 4000, 0, PriceRule.COURSE_PRICE),
        (None, 0, 4000, 0, PriceRule.OFFERING_PRICE),
        (None, None, 0, 0, PriceRule.HOURLY_RATE),
    ],
)
def test_the_strongest_price_that_is_set_wins_even_if_it_is_zero(
    course: int | None, offering: int | None, hourly: int | None, total: int, rule: PriceRule
) -> None:
    priced = quoted(course, offering, hourly)
    assert (priced.total, priced.rule) == (Money(total, "EUR"), rule)
    assert priced.is_free == (total == 0)


@pytest.mark.parametrize(
    ("hourly", "minutes", "total"),
    [
        (3200, 60, 3200),
        (3200, 45, 2400),
        (3200, 50, 2667),
        (1, 30, 1),
        (1, 29, 0),
        (1001, 90, 1502),
        (7, 240, 28),
    ],
)
def test_an_hourly_rate_is_charged_by_the_minute_and_rounded_half_up(
    hourly: int, minutes: int, total: int
) -> None:
    assert quoted(hourly=hourly, minutes=minutes).total == Money(total, "EUR")


@given(st.integers(0, 10**9), st.integers(1, 1440))
def test_the_minutes_of_an_hourly_rate_are_exact_to_half_a_cent(hourly: int, minutes: int) -> None:
    error = quoted(hourly=hourly, minutes=minutes).total.minor - Fraction(hourly * minutes, 60)
    assert -Fraction(1, 2) < error <= Fraction(1, 2)


def test_an_offering_in_credits_only_is_not_charged_by_the_hour() -> None:
    priced = quoted(hourly=4000, credits=1)
    assert (priced.total, priced.credits, priced.is_free) == (Money.zero("EUR"), 1, False)


def test_an_offering_may_be_paid_in_money_or_in_credits() -> None:
    priced = quoted(offering=3200, credits=2)
    assert (priced.total, priced.credits) == (Money(3200, "EUR"), 2)


def test_a_course_that_includes_its_sessions_asks_for_no_credits_either() -> None:
    assert quoted(course=0, offering=3200, credits=2).is_free
    assert quoted(course=1000, credits=2).credits == 2


def test_no_credits_is_no_credit_price() -> None:
    assert quoted(credits=0).is_free
    assert quoted(credits=0, hourly=4000).total == Money(4000, "EUR")


def test_a_quote_keeps_the_currency_of_the_price_that_won() -> None:
    priced = quote(
        course_price=None, offering_price=Money(500, "JPY"), hourly_rate=Money(4000, "EUR"),
        credits=None, duration_minutes=60, currency="EUR",
    )  # fmt: skip
    assert priced.total == Money(500, "JPY")


def test_the_trace_names_each_rule_considered_and_why_it_won_or_was_skipped() -> None:
    assert quoted(hourly=3200, minutes=45).trace == (
        "course_price: skipped, the course sets none",
        "offering_price: skipped, the offering sets none",
        "hourly_rate: applied, €24.00",
    )
    assert quoted(course=0, offering=3200).trace == ("course_price: applied, Free",)


@given(quotes)
def test_the_lines_of_a_quote_sum_to_its_total(priced: Quote) -> None:
    assert sum((line.amount for line in priced.lines), Money.zero("EUR")) == priced.total


@given(quotes)
def test_exactly_the_last_rule_of_a_trace_was_applied(priced: Quote) -> None:
    *skipped, last = priced.trace
    assert last.startswith(f"{priced.rule.value}: applied")
    assert all(": skipped" in line for line in skipped)


@given(quotes)
def test_a_quote_survives_being_stored_as_json(priced: Quote) -> None:
    assert Quote.from_json(json.loads(json.dumps(priced.to_json()))) == priced


@pytest.mark.parametrize(
    "facts",
    [{"course": -1}, {"offering": -1}, {"hourly": -1}, {"credits": -1}, {"minutes": 0}, {"minutes": -60}],
)
def test_no_price_is_negative_and_no_session_empty(facts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="not"):
        quoted(**facts)


FREE, CARD_ONLY = quoted(), quoted(offering=3200)
CREDITS_ONLY, BOTH = quoted(credits=1), quoted(offering=3200, credits=1)


@pytest.mark.parametrize(
    ("priced", "wanted", "plan"),
    [
        (FREE, None, PayWith.FREE), (FREE, PayWith.FREE, PayWith.FREE),
        (CARD_ONLY, None, PayWith.CARD), (CARD_ONLY, PayWith.CARD, PayWith.CARD),
        (CREDITS_ONLY, None, PayWith.CREDITS), (CREDITS_ONLY, PayWith.CREDITS, PayWith.CREDITS),
        (BOTH, None, PayWith.CARD), (BOTH, PayWith.CARD, PayWith.CARD),
        (BOTH, PayWith.CREDITS, PayWith.CREDITS),
    ],
)  # fmt: skip
def test_the_payer_chooses_among_what_is_offered_and_card_comes_first(
    priced: Quote, wanted: PayWith | None, plan: PayWith
) -> None:
    assert payment_plan(priced, wanted) is plan


@pytest.mark.parametrize(
    ("priced", "wanted", "choices"),
    [
        (FREE, PayWith.CARD, ["free"]), (FREE, PayWith.CREDITS, ["free"]),
        (CARD_ONLY, PayWith.CREDITS, ["card"]), (CARD_ONLY, PayWith.FREE, ["card"]),
        (CREDITS_ONLY, PayWith.CARD, ["credits"]), (BOTH, PayWith.FREE, ["card", "credits"]),
    ],
)  # fmt: skip
def test_a_way_to_pay_that_is_not_offered_is_refused_naming_the_others(
    priced: Quote, wanted: PayWith, choices: list[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        payment_plan(priced, wanted)
    assert refused.value.field == "pay_with"
    assert refused.value.details["choices"] == choices


@given(quotes)
def test_a_free_session_is_never_charged_and_a_priced_one_never_given_away(priced: Quote) -> None:
    assert (payment_plan(priced, None) is PayWith.FREE) == priced.is_free
