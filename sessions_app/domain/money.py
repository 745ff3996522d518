"""Amounts of money: whole minor units of one currency, exact under sharing and splitting.

Decides how amounts add up, how they are rounded and how they read. Prices are decided in ``pricing.py``, what
is given back in ``refunds.py``. No float and no division by 100 anywhere: a yen has no minor unit, a Kuwaiti
dinar has a thousand (ISO 4217). Payment providers that count some currencies differently convert in their
adapter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import total_ordering

_MINOR_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
# A currency that shares its symbol with a better-known one is written by its code: $ is the US dollar, ¥ the yen.
_SYMBOLS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "NGN": "₦",
    "PHP": "₱", "TRY": "₺", "UAH": "₴", "VND": "₫",
}  # fmt: skip


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2, unless ISO 4217 says otherwise."""
    return _MINOR_DIGITS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units (cents, yen, fils) of a currency (three capital letters, ISO 4217).

    Arithmetic and order exist within one currency only; mixing two raises ValueError. Amounts may be
    negative, as differences are. Raises TypeError for a fractional amount, ValueError for a malformed
    currency.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"an amount is a whole number of minor units, not {self.minor!r}")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValueError(f"a currency is three capital letters, not {self.currency!r}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in this currency."""
        return cls(0, currency)

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing to pay."""
        return self.minor == 0

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be combined")
        return other.minor

    def share(self, percent: int) -> Money:
        """``percent`` of the amount (0 to 100), half a minor unit rounded up: in a refund, for the payer."""
        if not 0 <= percent <= 100:
            raise ValueError(f"a share is 0 to 100 percent, not {percent}")
        return Money(round_half_up(self.minor * percent, 100), self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Parts in proportion to ``weights`` that sum to exactly this amount (largest remainder).

        What whole units leave over goes, one unit each, to the parts that lost most; on a tie to the earlier.
        Raises ValueError unless the weights are not negative and at least one is positive.
        """
        whole = sum(weights)
        if whole <= 0 or min(weights) < 0:
            raise ValueError(f"cannot split by the weights {list(weights)}")
        sign = -1 if self.minor < 0 else 1
        exact = [divmod(abs(self.minor) * weight, whole) for weight in weights]
        units = [unit for unit, _ in exact]
        by_loss = sorted(range(len(exact)), key=lambda part: -exact[part][1])
        for part in by_loss[: abs(self.minor) - sum(units)]:
            units[part] += 1
        return tuple(Money(sign * unit, self.currency) for unit in units)

    @property
    def label(self) -> str:
        """As people read it: "€32.00", "−€4.00", "¥500", "KWD 1.250", "€1,111.10"."""
        digits = minor_digits(self.currency)
        units, fraction = divmod(abs(self.minor), 10**digits)
        sign = "−" if self.minor < 0 else ""
        prefix = _SYMBOLS.get(self.currency, f"{self.currency} ")
        return f"{sign}{prefix}{units:,}" + (f".{fraction:0{digits}}" if digits else "")


def read_amount(text: str, currency: str) -> Money:
    """What somebody typed into a price field: "32", "32.5", "32,00", "€ 1 250". Negative amounts are read too.

    Raises ValueError for anything else, also for more decimals than the currency has.
    """
    digits = minor_digits(currency)
    bare = text.strip().removeprefix(currency).removeprefix(_SYMBOLS.get(currency, currency))
    bare = re.sub(r"[\s\u2009\u202f']", "", bare)
    found = re.fullmatch(r"([-−]?)(\d{1,12})(?:[.,](\d+))?", bare)
    if found is None or len(found[3] or "") > digits:
        raise ValueError(f"{text!r} is no amount of {currency}")
    minor = int(found[2]) * 10**digits + int((found[3] or "").ljust(digits, "0") or "0")
    return Money(-minor if found[1] else minor, currency)


def write_amount(money: Money) -> str:
    """The amount as ``read_amount`` reads it back: "32.00", "500" in yen."""
    digits = minor_digits(money.currency)
    units, fraction = divmod(abs(money.minor), 10**digits)
    sign = "-" if money.minor < 0 else ""
    return f"{sign}{units}" + (f".{fraction:0{digits}}" if digits else "")


def round_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to the quotient, a half going up. The denominator is positive."""
    return (2 * numerator + denominator) // (2 * denominator)


def price_label(money: Money | None, credits: int | None) -> str:
    """A price as people read it: "Free", "€32.00", "1 credit", "2 credits", "€32.00 or 1 credit"."""
    parts = []
    if money is not None and not money.is_zero:
        parts.append(money.label)
    if credits:
        parts.append("1 credit" if credits == 1 else f"{credits} credits")
    return " or ".join(parts) or "Free"
