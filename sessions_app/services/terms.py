"""The terms of an offering at this moment: its price and its cancellation policy, to be frozen on a booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.domain import pricing, refunds, rescheduling
from sessions_app.domain.booking_lifecycle import TENTATIVE
from sessions_app.domain.money import Money
from sessions_app.domain.pricing import Quote
from sessions_app.domain.refunds import CancelledBy, RefundPolicy
from sessions_app.domain.rescheduling import CancelVerdict, MoveRules, MoveVerdict, StudentLimits
from sessions_app.models import Booking, Course, InstructorProfile, Offering
from sessions_app.settings import Settings


def quote_for(offering: Offering, profile: InstructorProfile, course: Course | None) -> Quote:
    """Price one seat: course price, else the offering's, else the instructor's hourly rate (product.md C-8)."""

    def money(minor: int | None, currency: str) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return pricing.quote(
        course_price=money(course.price_minor, course.currency) if course else None,
        offering_price=money(offering.price_minor, offering.currency),
        hourly_rate=money(profile.hourly_rate_minor, profile.currency),
        credits=offering.credits,
        duration_minutes=offering.duration_minutes,
        currency=offering.currency,
    )


def policy_for(offering: Offering, settings: Settings) -> RefundPolicy:
    """The refund policy that the offering names, with the deployment's hours."""
    if offering.cancellation_policy == refunds.FULL.name:
        return refunds.FULL
    return refunds.tiered(
        free_hours=settings.free_cancellation_hours,
        partial_hours=settings.partial_refund_hours,
        no_refund_hours=settings.no_refund_hours,
        partial_percent=settings.partial_refund_percent,
    )


def frozen_policy(booking: Booking) -> RefundPolicy:
    """The policy that was shown when the booking was made."""
    return RefundPolicy.from_json(booking.policy)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when (UTC, inclusive) a student gets everything, or a part, back, and may cancel (None: to the start)."""

    free_until: datetime
    partial_until: datetime
    partial_percent: int
    cancel_until: datetime | None


def deadlines(booking: Booking) -> Deadlines:
    """What a seat's student is told: the deadlines of the frozen policy, none later than cancelling is possible."""
    policy = frozen_policy(booking)
    decision = refunds.refund_due(
        policy,
        starts_at=booking.starts_at,
        at=booking.starts_at,
        by=CancelledBy.STUDENT,
        paid=Money.zero(booking.currency),
        credits_paid=0,
    )
    limit = booking.starts_at - timedelta(hours=_cancel_notice(booking))
    return Deadlines(
        min(decision.free_until, limit),
        min(decision.partial_until, limit),
        policy.partial_percent,
        limit if limit < booking.starts_at else None,
    )


def may_move(booking: Booking, settings: Settings, now: datetime) -> MoveVerdict:
    """Whether the student's side may still move a booking: by the limits frozen on it, else the deployment's."""
    own = StudentLimits.from_json(booking.limits)
    notice, limit = own.reschedule_notice_hours, own.reschedule_limit
    rules = MoveRules(
        settings.reschedule_notice_hours if notice is None else notice,
        settings.reschedule_limit if limit is None else limit,
    )
    return rescheduling.may_move(
        rules, starts_at=booking.starts_at, moves_made=booking.reschedule_count, at=now
    )


def may_cancel(booking: Booking, now: datetime) -> CancelVerdict:
    """Whether the student's side may still cancel a seat, by the limit frozen on it. What is not final always may."""
    hours = 0 if booking.status in TENTATIVE else _cancel_notice(booking)
    return rescheduling.may_cancel(notice_hours=hours, starts_at=booking.starts_at, at=now)


def _cancel_notice(booking: Booking) -> int:
    return StudentLimits.from_json(booking.limits).cancel_notice_hours or 0


def limits_of(offering: Offering) -> StudentLimits:
    """What the offering asks of its students now, to be frozen on a booking."""
    return StudentLimits(
        offering.cancel_notice_hours, offering.reschedule_notice_hours, offering.reschedule_limit
    )
