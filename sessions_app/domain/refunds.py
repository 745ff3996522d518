"""How much of what was paid goes back when a booking ends early.

Decides the percentage from the policy frozen on the booking, the notice given and who cancels, and the
amounts from the percentage. Moving the money is the work of ``services/refunds.py``. Source: product.md C-10
and C-11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sessions_app.domain.money import Money, round_half_up


class CancelledBy(StrEnum):
    """On whose side a booking ended; a guardian cancels for the student."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """What a student gets back by the notice they give, in whole hours before the start.

    From ``free_hours`` on everything, from ``partial_hours`` on ``partial_percent``, with less notice
    nothing. ``no_refund_hours`` only repeats to people where that last band is sure to apply. Raises
    ValueError unless free ≥ partial ≥ no refund ≥ 0 hours and the percentage lies between 0 and 100.
    """

    name: str
    free_hours: int
    partial_hours: int
    no_refund_hours: int
    partial_percent: int

    def __post_init__(self) -> None:
        if not self.free_hours >= self.partial_hours >= self.no_refund_hours >= 0:
            raise ValueError("refund hours must not grow from free to partial to no refund, nor be negative")
        if not 0 <= self.partial_percent <= 100:
            raise ValueError(f"a partial refund is 0 to 100 percent, not {self.partial_percent}")

    def to_json(self) -> dict[str, Any]:
        """A plain dict that ``from_json`` reads back to an equal policy."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> RefundPolicy:
        """The policy that ``to_json`` wrote. Raises TypeError or ValueError for anything else."""
        return cls(**stored)


def tiered(
    *, free_hours: int = 24, partial_hours: int = 12, no_refund_hours: int = 12, partial_percent: int = 50
) -> RefundPolicy:
    """The policy of document 001: free, then partial, then nothing."""
    return RefundPolicy("tiered", free_hours, partial_hours, no_refund_hours, partial_percent)


FULL = RefundPolicy("full", free_hours=0, partial_hours=0, no_refund_hours=0, partial_percent=100)
"""The policy of document 003: everything, whenever the student cancels."""

POLICY_NAMES = ("tiered", FULL.name)
"""The policies an offering may name."""


@dataclass(frozen=True, slots=True)
class RefundDecision:
    """What goes back, and until when (UTC, the instant itself included) it would be all or a part."""

    percent: int
    amount: Money
    credits: int
    free_until: datetime
    partial_until: datetime


def percent_due(policy: RefundPolicy, *, starts_at: datetime, at: datetime, by: CancelledBy) -> int:
    """The percentage that goes back when ``by`` cancels at ``at`` a session that starts at ``starts_at``.

    Instructor and platform always give all back. For the student the notice is elapsed time, so a night on
    which clocks change counts its real hours; exactly 24 hours are 24 hours. After the start the notice is 0
    hours, as it is for a student who does not come. Raises ValueError for a datetime without an offset.
    """
    free_until, partial_until = _deadlines(policy, starts_at)
    moment = min(_utc(at), _utc(starts_at))
    if by is not CancelledBy.STUDENT or moment <= free_until:
        return 100
    return policy.partial_percent if moment <= partial_until else 0


def refund_due(
    policy: RefundPolicy,
    *,
    starts_at: datetime,
    at: datetime,
    by: CancelledBy,
    paid: Money,
    credits_paid: int,
) -> RefundDecision:
    """What goes back of the money and the credits paid so far, halves rounded up for the payer.

    Nothing paid, nothing due, whatever the percentage. Raises ValueError for a datetime without an offset.
    """
    percent = percent_due(policy, starts_at=starts_at, at=at, by=by)
    free_until, partial_until = _deadlines(policy, starts_at)
    return RefundDecision(
        percent=percent,
        amount=paid.share(percent),
        credits=round_half_up(credits_paid * percent, 100),
        free_until=free_until,
        partial_until=partial_until,
    )


@dataclass(frozen=True, slots=True)
class Band:
    """A span of notice with one percentage, ending at ``ends_at`` (UTC, included).

    ``share`` is how much of 100 it takes where the bands are drawn; they sum to 100.
    """

    percent: int
    ends_at: datetime
    share: int


_DRAWN_SHARES = (60, 22, 18)


def bands(policy: RefundPolicy, *, starts_at: datetime) -> tuple[Band, ...]:
    """What a student gets back over time, as bands that end with the start; those without length are left out.

    Raises ValueError for a datetime without an offset.
    """
    free_until, partial_until = _deadlines(policy, starts_at)
    ends = (free_until, partial_until, _utc(starts_at))
    found: list[tuple[int, datetime, int]] = []
    for percent, ends_at, share in zip((100, policy.partial_percent, 0), ends, _DRAWN_SHARES, strict=True):
        if not found or ends_at > found[-1][1]:
            found.append((percent, ends_at, share))
    whole = sum(share for _, _, share in found)
    drawn = [Band(percent, ends_at, round_half_up(100 * share, whole)) for percent, ends_at, share in found]
    left = 100 - sum(band.share for band in drawn)
    return (replace(drawn[0], share=drawn[0].share + left), *drawn[1:])


def place_in(drawn: Sequence[Band], *, begins_at: datetime, at: datetime) -> int:
    """Where ``at`` lies on the drawn bands, 0 to 100, when the first begins at ``begins_at``."""
    start, before, moment = _utc(begins_at), 0, _utc(at)
    for band in drawn:
        if moment <= band.ends_at:
            passed, length = (
                max(timedelta(0), moment - start),
                max(timedelta(seconds=1), band.ends_at - start),
            )
            return before + min(band.share, band.share * passed // length)
        start, before = band.ends_at, before + band.share
    return 100


def _deadlines(policy: RefundPolicy, starts_at: datetime) -> tuple[datetime, datetime]:
    start = _utc(starts_at)
    return start - timedelta(hours=policy.free_hours), start - timedelta(hours=policy.partial_hours)


def _utc(moment: datetime) -> datetime:
    # Python subtracts two datetimes of one zone by their wall clocks, an hour off across a clock change.
    if moment.tzinfo is None:
        raise ValueError(f"an instant has an offset, unlike {moment.isoformat()}")
    return moment.astimezone(UTC)
