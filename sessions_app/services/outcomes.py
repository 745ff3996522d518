"""What becomes of each seat when its session is over: the status, the money, the message, and who may object.

    the instructor ends it     their word counts, but not against evidence that it was they who were absent
    the sweeper ends it        the evidence counts
    afterwards                 the instructor confirms, either side disputes within DISPUTE_WINDOW_HOURS, staff decide

Money (product.md C): the instructor absent gives everything back; the student absent, what a cancellation without any
notice gives; a dispute that staff uphold, everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sessions_app.domain.attendance import HELD, INSTRUCTOR_ABSENT, Outcome, Proposal
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    BookingEvent,
    BookingStatus,
    advance,
)
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, TooLate
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy, refund_due
from sessions_app.models import AttendanceAmendment, Booking, SeatOutcome, TeachingSession
from sessions_app.services import (
    access,
    audit,
    credits,
    live,
    notifications,
    refunds,
    reviews,
    seats,
    slots,
    terms,
)
from sessions_app.services.notifications import NotificationKind, Refunded
from sessions_app.services.unit_of_work import UnitOfWork

REASON_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Word:
    """What the instructor says about one seat when ending the session."""

    came: bool


def judge(proposal: Proposal, word: Word | None) -> Outcome:
    """What counts, of the evidence and the instructor's word (None: nobody said anything).

    Raises InvalidInput (``absent``) when somebody is called absent whom the log shows in the room.
    """
    if word is None or proposal.outcome is Outcome.INSTRUCTOR_NO_SHOW:
        return proposal.outcome
    if word.came:
        return proposal.outcome if proposal.outcome in HELD else Outcome.COMPLETED
    if proposal.outcome in HELD and proposal.minutes_together:
        raise InvalidInput(
            f"The log shows this student with you for {proposal.minutes_together} minutes.", field="absent"
        )
    return Outcome.STUDENT_NO_SHOW


def settle(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    proposal: Proposal,
    *,
    word: Word | None,
) -> SeatOutcome:
    """Give an upcoming seat of a session that has ended its last status, with all that follows from it."""
    outcome = judge(proposal, word)
    booking.status = advance(booking.status, _event(booking.status, outcome))
    booking.updated_at = work.now
    work.db.add(booking)
    seats.refresh(work, session, booking)
    settled = SeatOutcome(
        booking_id=booking.id,
        session_id=session.id,
        proposed=proposal.outcome,
        outcome=outcome,
        minutes_together=proposal.minutes_together,
        late_minutes=proposal.late_minutes,
        proposed_at=work.now,
        dispute_until=work.now + timedelta(hours=work.settings.dispute_window_hours),
    )
    is_confirmed = word is not None and outcome is not Outcome.INSTRUCTOR_NO_SHOW
    if is_confirmed:
        settled.confirmed_at, settled.confirmed_by_id = work.now, work.actor.person_id
    work.db.add(settled)
    refunded = None
    if outcome not in HELD:
        by = CancelledBy.INSTRUCTOR if outcome in INSTRUCTOR_ABSENT else CancelledBy.STUDENT
        refunded = _give_back(work, booking, by=by, cause=outcome.value)
    audit.record(
        work,
        f"booking.{booking.status.value}",
        "booking",
        booking.id,
        outcome=outcome.value,
        proposed=proposal.outcome.value,
        minutes=proposal.minutes_together,
    )
    kind = NotificationKind.COMPLETED if outcome in HELD else NotificationKind.MISSED
    notifications.queue(
        work,
        kind,
        booking,
        session,
        refunded=refunded,
        after={"outcome": outcome.value, "dispute_until": slots.rfc3339(settled.dispute_until)},
    )
    if outcome in HELD and outcome is not Outcome.TECHNICAL:
        reviews.invite(work, booking, session)
    live.booking_changed(work, booking)
    return settled


def confirm(work: UnitOfWork, *, booking_id: str) -> SeatOutcome:
    """The instructor agrees with what the evidence proposed. Raises IllegalTransition when it is settled already."""
    loaded = access.load_booking(work, booking_id, action=Action.FINISH, lock=True)
    settled = _outcome_of(work, booking_id)
    if settled.confirmed_at is not None or settled.disputed_at is not None or settled.decided_at is not None:
        raise IllegalTransition("This has been settled already.")
    settled.confirmed_at, settled.confirmed_by_id = work.now, work.actor.person_id
    work.db.add(settled)
    audit.record(work, "outcome.confirmed", "booking", booking_id, outcome=settled.outcome.value)
    _announce(work, loaded.booking)
    return settled


def dispute(work: UnitOfWork, *, booking_id: str, reason: str) -> SeatOutcome:
    """Either side says that it was otherwise; staff will decide.

    Raises InvalidInput (``reason``) without one, TooLate after DISPUTE_WINDOW_HOURS, IllegalTransition when it is
    disputed or decided already, NotAllowed to others.
    """
    reason = reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        raise InvalidInput(f"Please say in at most {REASON_LIMIT} characters what happened.", field="reason")
    loaded = access.load_booking(work, booking_id, action=Action.VIEW, lock=True)
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD, Relation.INSTRUCTOR):
        raise NotAllowed
    settled = _outcome_of(work, booking_id)
    if settled.disputed_at is not None or settled.decided_at is not None:
        raise IllegalTransition("We are looking at this already.")
    if work.now > settled.dispute_until:
        raise TooLate("The time to object has passed.", until=slots.rfc3339(settled.dispute_until))
    settled.disputed_at, settled.disputed_by_id = work.now, work.actor.person_id
    settled.dispute_reason = reason
    work.db.add(settled)
    audit.record(work, "outcome.disputed", "booking", booking_id, outcome=settled.outcome.value)
    _announce(work, loaded.booking)
    return settled


def decide(work: UnitOfWork, *, booking_id: str, outcome: Outcome, note: str) -> SeatOutcome:
    """Staff say what it was, once, and why (``note``, which both sides read); the sealed log stays, an amendment is
    added.

    Where the instructor was absent after all, or the session was cut off (``technical``), everything that was paid
    goes back. Both sides get a mail. Raises NotAllowed to others, InvalidInput (``note``) without a reason,
    IllegalTransition before the session is over and when it was decided already.
    """
    loaded = access.load_booking(work, booking_id, action=Action.AMEND, lock=True)
    note = note.strip()
    if not note or len(note) > REASON_LIMIT:
        raise InvalidInput(
            f"Please say in at most {REASON_LIMIT} characters why it was decided so.", field="note"
        )
    booking, session = loaded.booking, loaded.session
    author = access.require_person(work)
    settled = _outcome_of(work, booking_id)
    if settled.decided_at is not None:
        raise IllegalTransition("This has been decided already.")
    work.db.add(
        AttendanceAmendment(
            booking_id=booking_id,
            author_id=author,
            was=settled.outcome,
            becomes=outcome,
            note=note,
            at=work.now,
        )
    )
    settled.outcome = outcome
    settled.decided_at, settled.decided_by_id, settled.decision_note = work.now, author, note
    work.db.add(settled)
    audit.record(work, "outcome.decided", "booking", booking_id, outcome=outcome.value)
    refunded = None
    if outcome in INSTRUCTOR_ABSENT | {Outcome.TECHNICAL} and refunds.has_been_paid(work, booking):
        if booking.status is BookingStatus.COMPLETED:
            booking.status = advance(booking.status, BookingEvent.UPHOLD_DISPUTE)
        refunded = _give_back(work, booking, by=CancelledBy.PLATFORM, cause="dispute_upheld")
    notifications.queue(
        work,
        NotificationKind.DISPUTE_DECIDED,
        booking,
        session,
        refunded=refunded,
        reason=note,
        after={"outcome": outcome.value},
        key="decided",
    )
    _announce(work, booking)
    return settled


def _event(status: BookingStatus, outcome: Outcome) -> BookingEvent:
    if status is BookingStatus.IN_PROGRESS:
        return BookingEvent.FINISH if outcome in HELD else BookingEvent.MARK_NO_SHOW
    return BookingEvent.SWEEP_COMPLETED if outcome in HELD else BookingEvent.SWEEP_NO_SHOW


def _give_back(work: UnitOfWork, booking: Booking, *, by: CancelledBy, cause: str) -> Refunded | None:
    """What the policy gives back of what is left of the payment; None when nothing was paid."""
    if not refunds.has_been_paid(work, booking):
        return None
    decision = refund_due(
        terms.frozen_policy(booking),
        starts_at=booking.starts_at,
        at=booking.starts_at,
        by=by,
        paid=refunds.paid_for(work, booking),
        credits_paid=credits.spent_on(work, booking.id) if booking.pay_with is PayWith.CREDITS else 0,
    )
    refunds.request(work, booking, decision, reason=cause)
    credits.give_back(work, booking, decision.credits, cause=cause)
    return Refunded(decision.percent, decision.amount, decision.credits)


def _outcome_of(work: UnitOfWork, booking_id: str) -> SeatOutcome:
    settled = work.db.get(SeatOutcome, booking_id)
    if settled is None:
        booking = work.db.get(Booking, booking_id)
        if booking is None:
            raise NotFound
        is_over = booking.status in ATTENDED_OR_MISSED
        raise IllegalTransition("This is settled." if is_over else "The session is not over.")
    work.db.refresh(settled)
    return settled


def _announce(work: UnitOfWork, booking: Booking) -> None:
    live.booking_changed(work, booking)
    live.room_changed(work, booking.session_id)
