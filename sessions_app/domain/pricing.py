"""What a session costs, why, and how it is paid.

Decides the price rule (course price > offering price > hourly rate), the frozen quote and the means of
payment. How amounts round is decided in ``money.py``, what a cancellation gives back in ``refunds.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.money import Money, price_label, round_half_up


class PriceRule(StrEnum):
    """Which of the possible prices was taken, from the strongest to the weakest."""

    COURSE_PRICE = "course_price"
    OFFERING_PRICE = "offering_price"
    HOURLY_RATE = "hourly_rate"
    FREE = "free"


class PayWith(StrEnum):
    """How a price is settled."""

    FREE = "free"
    CARD = "card"
    CREDITS = "credits"


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of a quote; the lines sum to its total."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """A price at one moment, kept on the booking as it was agreed.

    ``total`` is the money price and ``credits`` the price in credits; where both are given either settles it,
    where the total is zero and credits are given only they do. ``trace`` names each rule considered and its
    fate.
    """

    total: Money
    credits: int | None
    rule: PriceRule
    lines: tuple[QuoteLine, ...]
    trace: tuple[str, ...]

    @property
    def is_free(self) -> bool:
        """Whether nothing is due, neither money nor credits."""
        return self.total.is_zero and self.credits is None

    def to_json(self) -> dict[str, Any]:
        """A plain dict that ``from_json`` reads back to an equal quote."""
        return {
            "amount": self.total.minor,
            "currency": self.total.currency,
            "credits": self.credits,
            "rule": self.rule.value,
            "lines": [{"label": line.label, "amount": line.amount.minor} for line in self.lines],
            "trace": list(self.trace),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Quote:
        """The quote that ``to_json`` wrote. Raises KeyError or ValueError for anything else."""
        currency = stored["currency"]
        return cls(
            total=Money(stored["amount"], currency),
            credits=stored["credits"],
            rule=PriceRule(stored["rule"]),
            lines=tuple(
                QuoteLine(line["label"], Money(line["amount"], currency)) for line in stored["lines"]
            ),
            trace=tuple(stored["trace"]),
        )


def quote(
    *,
    course_price: Money | None,
    offering_price: Money | None,
    hourly_rate: Money | None,
    credits: int | None,
    duration_minutes: int,
    currency: str,
) -> Quote:
    """Price one seat: course price, else offering price, else hourly rate × minutes / 60 rounded half up.

    ``None`` means not set; a price of 0 is set, and free. An offering with ``credits`` (0 counts as none) and
    no money price is payable in credits only, so the hourly rate does not apply to it. A course that includes
    its sessions (price 0) asks for no credits either. ``currency`` is that of a quote without any money
    price. Raises ValueError for a negative price or credits, or a duration that is not positive.
    """
    if duration_minutes <= 0:
        raise ValueError(f"a session lasts some minutes, not {duration_minutes}")
    if (credits or 0) < 0 or any(p and p.minor < 0 for p in (course_price, offering_price, hourly_rate)):
        raise ValueError("a price is not negative")
    credits = credits or None
    nothing = Money.zero(currency)
    trace: list[str] = []

    def priced(rule: PriceRule, total: Money, credits: int | None, label: str) -> Quote:
        trace.append(f"{rule.value}: applied, {price_label(total, credits)}")
        lines = () if total.is_zero else (QuoteLine(label, total),)
        return Quote(total, credits, rule, lines, tuple(trace))

    if course_price is not None:
        included = course_price.is_zero
        return priced(
            PriceRule.COURSE_PRICE, course_price, None if included else credits, "Session in this course"
        )
    trace.append("course_price: skipped, the course sets none")

    if offering_price is not None or credits is not None:
        total = nothing if offering_price is None else offering_price
        return priced(PriceRule.OFFERING_PRICE, total, credits, "Session")
    trace.append("offering_price: skipped, the offering sets none")

    if hourly_rate is not None:
        total = Money(round_half_up(hourly_rate.minor * duration_minutes, 60), hourly_rate.currency)
        label = f"{duration_minutes} min at {hourly_rate.label} an hour"
        return priced(PriceRule.HOURLY_RATE, total, None, label)
    trace.append("hourly_rate: skipped, the instructor sets none")

    return priced(PriceRule.FREE, nothing, None, "Free")


def ways_to_pay(quote: Quote) -> tuple[PayWith, ...]:
    """The ways in which the quote can be settled, card before credits; a free one only by paying nothing."""
    if quote.is_free:
        return (PayWith.FREE,)
    card = () if quote.total.is_zero else (PayWith.CARD,)
    return card if quote.credits is None else (*card, PayWith.CREDITS)


def payment_plan(quote: Quote, wanted: PayWith | None) -> PayWith:
    """How the quote is settled: as wanted, else the first way it offers.

    Raises InvalidInput (field ``pay_with``, ``details.choices``) for a way that the quote does not offer.
    """
    offered = ways_to_pay(quote)
    if wanted is None:
        return offered[0]
    if wanted not in offered:
        choices = " or ".join(offered)
        raise InvalidInput(
            f"This session cannot be paid that way. Choose {choices}.",
            field="pay_with",
            choices=[way.value for way in offered],
        )
    return wanted
