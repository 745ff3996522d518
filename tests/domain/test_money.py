"""Money is whole minor units: nothing is lost, nothing appears, nothing mixes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.money import (
    Money,
    minor_digits,
    price_label,
    read_amount,
    round_half_up,
    write_amount,
)

minors = st.integers(-(10**15), 10**15)
euros = minors.map(lambda minor: Money(minor, "EUR"))
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize("minor", [1.0, "1", True, None, Fraction(1)])
def test_an_amount_is_a_whole_number_of_minor_units(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "eur", "EU", "EURO", "E1R", "ÉUR", "EUR\n"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        Money(1, currency)


def test_two_currencies_do_not_mix() -> None:
    euro, dollar = Money(100, "EUR"), Money(100, "USD")
    for combine in (
        lambda: euro + dollar, lambda: euro - dollar, lambda: euro < dollar,
        lambda: euro <= dollar, lambda: euro > dollar, lambda: euro >= dollar,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="cannot be combined"):
            combine()
    assert euro != dollar


@given(euros, euros)
def test_what_is_added_can_be_taken_away_again(a: Money, b: Money) -> None:
    assert a + b - b == a
    assert a - b == -(b - a)
    assert (a - a).is_zero
    assert a + Money.zero("EUR") == a


@given(euros, euros)
def test_amounts_of_one_currency_are_ordered_as_their_minor_units(a: Money, b: Money) -> None:
    assert (a < b, a <= b, a > b, a >= b) == (
        a.minor < b.minor, a.minor <= b.minor, a.minor > b.minor, a.minor >= b.minor,
    )  # fmt: skip


@given(euros, weights)
def test_the_parts_of_a_split_sum_to_exactly_the_whole(whole: Money, weights: list[int]) -> None:
    assert sum(whole.split(weights), Money.zero("EUR")) == whole


@given(euros, weights)
def test_each_part_of_a_split_is_less_than_one_unit_from_its_exact_share(
    whole: Money, weights: list[int]
) -> None:
    for part, weight in zip(whole.split(weights), weights, strict=True):
        assert abs(part.minor - Fraction(whole.minor * weight, sum(weights))) < 1


@given(euros, weights)
def test_whoever_weighs_nothing_gets_nothing(whole: Money, weights: list[int]) -> None:
    parts = whole.split(weights)
    assert all(part.is_zero for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(euros, weights)
def test_a_negative_amount_splits_as_its_opposite(whole: Money, weights: list[int]) -> None:
    assert (-whole).split(weights) == tuple(-part for part in whole.split(weights))


def test_what_is_left_over_goes_to_the_largest_remainder_and_on_a_tie_to_the_first() -> None:
    assert [part.minor for part in Money(100, "EUR").split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(10, "EUR").split([4, 3, 8])] == [3, 2, 5]  # 2.67, 2.00, 5.33


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1], [-1]])
def test_there_is_no_split_without_a_positive_weight_or_with_a_negative_one(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        Money(100, "EUR").split(weights)


@pytest.mark.parametrize(
    ("minor", "percent", "share"),
    [(3200, 50, 1600), (3201, 50, 1601), (1, 50, 1), (1, 49, 0), (3200, 10, 320), (5, 10, 1), (4, 10, 0)],
)
def test_a_share_rounds_half_a_minor_unit_up(minor: int, percent: int, share: int) -> None:
    assert Money(minor, "EUR").share(percent) == Money(share, "EUR")


@given(euros, st.integers(0, 100))
def test_a_share_is_the_nearest_unit_to_the_exact_percentage(amount: Money, percent: int) -> None:
    error = amount.share(percent).minor - Fraction(amount.minor * percent, 100)
    assert -Fraction(1, 2) < error <= Fraction(1, 2)


@given(st.integers(0, 10**15), st.integers(0, 100))
def test_a_share_of_a_price_lies_between_nothing_and_all_of_it(minor: int, percent: int) -> None:
    assert Money.zero("EUR") <= Money(minor, "EUR").share(percent) <= Money(minor, "EUR")


@pytest.mark.parametrize("percent", [-1, 101])
def test_nobody_shares_more_than_all_or_less_than_nothing(percent: int) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        Money(1, "EUR").share(percent)


@given(minors, st.integers(1, 10**6))
def test_rounding_half_up_is_exact_on_whole_numbers_of_any_size(numerator: int, denominator: int) -> None:
    error = round_half_up(numerator, denominator) - Fraction(numerator, denominator)
    assert -Fraction(1, 2) < error <= Fraction(1, 2)


# ISO 4217, list one: the currencies in use whose minor unit is not a hundredth.
EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    2: "EUR USD GBP CHF INR CNY HUF TWD COP MRU MGA XXX",
}


@pytest.mark.parametrize(
    ("currency", "digits"), [(code, digits) for digits, codes in EXPONENTS.items() for code in codes.split()]
)
def test_currencies_have_two_decimals_unless_iso_4217_says_otherwise(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("minor", "currency", "label"),
    [
        (3200, "EUR", "€32.00"), (500, "USD", "$5.00"), (500, "JPY", "¥500"), (1250, "KWD", "KWD 1.250"),
        (5, "EUR", "€0.05"), (0, "EUR", "€0.00"), (0, "JPY", "¥0"), (111110, "EUR", "€1,111.10"),
        (-400, "EUR", "−€4.00"), (-5, "KWD", "−KWD 0.005"), (120050, "CHF", "CHF 1,200.50"),
    ],
)  # fmt: skip
def test_an_amount_reads_as_people_write_it(minor: int, currency: str, label: str) -> None:
    assert Money(minor, currency).label == label


@given(minors, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_no_digit_of_an_amount_is_lost_in_its_label(minor: int, currency: str) -> None:
    digits = "".join(char for char in Money(minor, currency).label if char.isdecimal())
    assert int(digits) == abs(minor)


@pytest.mark.parametrize(
    ("minor", "credits", "label"),
    [
        (None, None, "Free"), (0, None, "Free"), (0, 0, "Free"), (3200, None, "€32.00"),
        (None, 1, "1 credit"), (0, 2, "2 credits"), (3200, 1, "€32.00 or 1 credit"),
    ],
)  # fmt: skip
def test_a_price_reads_as_each_way_to_pay_it(minor: int | None, credits: int | None, label: str) -> None:
    assert price_label(None if minor is None else Money(minor, "EUR"), credits) == label


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("32", "EUR", 3200),
        (" €32.5 ", "EUR", 3250),
        ("32,00", "EUR", 3200),
        ("1\u202f250", "EUR", 125000),
        ("EUR 7", "EUR", 700),
        ("-4", "EUR", -400),
        ("0", "EUR", 0),
        ("500", "JPY", 500),
        ("1.25", "KWD", 1250),
    ],
)
def test_a_typed_price_is_read_as_people_write_it(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, currency) == Money(minor, currency)
    assert read_amount(write_amount(Money(minor, currency)), currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("", "EUR"), ("free", "EUR"), ("3.999", "EUR"), ("5.0", "JPY"), ("1.2.3", "EUR"), ("1e3", "EUR")],
)
def test_what_is_no_price_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        read_amount(text, currency)
