"""What the cancel dialog says before anybody decides: which session, what goes back now, and how that changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sessions_app.domain import refunds as policies
from sessions_app.domain.booking_lifecycle import TENTATIVE, TRANSITIONS, BookingEvent, BookingStatus
from sessions_app.domain.errors import IllegalTransition, NotFound, TooLate
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import Band, RefundDecision
from sessions_app.models import Person
from sessions_app.models.money import PaymentStatus
from sessions_app.services import access, cancellations, credits, refunds, terms
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """One booking that can be cancelled now, and what goes back if it is.

    ``paid`` and ``credits_paid`` are what was taken; ``reserved`` is only on the card and will be released.
    ``method`` names the card. ``bands`` are drawn where something was taken for a seat that is final, ``now_at``
    (0 to 100) is the place of ``now`` on them.
    """

    booking_id: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    title: str
    instructor_name: str
    student_name: str | None
    decision: RefundDecision
    paid: Money
    credits_paid: int
    reserved: Money
    method: str
    bands: tuple[Band, ...]
    now_at: int
    can_move: bool
    now: datetime

    @property
    def is_request(self) -> bool:
        """Whether nothing is final yet: a hold or a request is taken back."""
        return self.status in TENTATIVE


def preview(work: UnitOfWork, *, booking_id: str) -> CancelPreview:
    """The booking as its own side may cancel it now.

    Raises NotFound to everybody else, NotAllowed to a guardian without the right, IllegalTransition for what is over
    or cancelled already, TooLate once it has begun or as early as the offering asks.
    """
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL)
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        raise NotFound
    booking = loaded.booking
    status = effective_status(booking, work.now)
    if (status, BookingEvent.CANCEL) not in TRANSITIONS:
        raise IllegalTransition("This session is over or was cancelled already.", status=status.value)
    if booking.starts_at <= work.now:
        raise TooLate("This session has begun, so it cannot be cancelled any more.")
    cancellations.require_may_cancel(work, booking)
    payments = refunds.payments_of(work, booking.id)
    reserved = sum(payment.amount_minor for payment in payments if payment.status is PaymentStatus.AUTHORISED)
    named = next((payment.method_label for payment in reversed(payments) if payment.method_label), "")
    paid = refunds.paid_for(work, booking)
    spent = credits.spent_on(work, booking.id) if booking.pay_with is PayWith.CREDITS else 0
    drawn: tuple[Band, ...] = ()
    if status not in TENTATIVE and (spent or not paid.is_zero):
        drawn = policies.bands(terms.frozen_policy(booking), starts_at=booking.starts_at)
    student = work.db.get_one(Person, booking.student_id)
    verdict = terms.may_move(booking, work.settings, work.now)
    can_move = (status, BookingEvent.RESCHEDULE) in TRANSITIONS and verdict.barrier is None
    return CancelPreview(
        booking_id=booking.id,
        status=status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        title=booking.title,
        instructor_name=work.db.get_one(Person, booking.instructor_id).name,
        student_name=student.name if loaded.relation is Relation.OWN_CHILD else None,
        decision=cancellations.preview_cancel(work, booking_id=booking_id),
        paid=paid,
        credits_paid=spent,
        reserved=Money(reserved, booking.currency),
        method=named,
        bands=drawn,
        now_at=policies.place_in(drawn, begins_at=booking.created_at, at=work.now),
        can_move=can_move,
        now=work.now,
    )
