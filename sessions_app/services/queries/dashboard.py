"""The home of students and guardians: what is next, every booking by tab, courses, credits and payments.

Everything is scoped in SQL to the actor: a student's own, a guardian's children they may view. The number of
statements is fixed, however many bookings there are. What is overdue reads as expired although nobody has swept it
yet. Times that were chosen and let go again, unpaid, were never bookings to anybody and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain import topics
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    OCCUPYING,
    TRANSITIONS,
    UPCOMING,
    BookingEvent,
    BookingStatus,
)
from sessions_app.domain.errors import NotAllowed
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation, Role, allowed
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.rescheduling import CancelVerdict, MoveVerdict
from sessions_app.domain.topics import TopicState
from sessions_app.models import (
    Booking,
    Course,
    CreditAccount,
    DeferredEnrollment,
    Enrollment,
    GuardianLink,
    LedgerEntry,
    Payment,
    Person,
    Refund,
    Review,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.models.money import PaymentStatus, RefundStatus
from sessions_app.services import access, calendars, conversations, enrollments, materials, reviews, terms
from sessions_app.services.options import effective_status
from sessions_app.services.terms import Deadlines
from sessions_app.services.unit_of_work import UnitOfWork

PAGE = 20
MOST_ROWS = 200
WAITING_SHOWN = 5
RECENT_SHOWN = 3
HISTORY_PAGE = 5
ASKED_WHETHER_THERE = timedelta(hours=48)
"""How long before a session its student is asked to say "I'll be there"; the reminder a day before asks too."""


class Tab(StrEnum):
    """The lists of bookings."""

    UPCOMING = "upcoming"
    REQUESTS = "requests"
    PAST = "past"
    CANCELLED = "cancelled"


class MoneyState(StrEnum):
    """Where one entry of the payment history stands."""

    PAID = "paid"
    PROCESSING = "processing"
    RESERVED = "reserved"  # on the card until the instructor answers
    RELEASED = "released"  # was reserved, never taken
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    REVIEW = "review"  # a person looks at it
    SPENT = "spent"  # credits
    RETURNED = "returned"  # credits
    GRANTED = "granted"  # credits


@dataclass(frozen=True, slots=True)
class Learner:
    """Whose home this is: the student, or one child of a guardian with the guardian's rights over them."""

    id: str
    name: str
    relation: Relation
    rights: frozenset[str]

    def allows(self, action: Action) -> bool:
        """Whether the viewer may do this to the learner's bookings at all."""
        return allowed(action, self.relation, guardian_rights=self.rights)


@dataclass(frozen=True, slots=True)
class Seat:
    """One booking as its own side sees it.

    ``can`` are the actions whose control is shown; that a move is offered does not say it is still possible, ``move``
    does. ``asked_starts_at`` is what was asked for where another time is proposed. ``waits_from`` and ``waits_until``
    bound what the booking waits for (the hold, the answer, the money). ``returned`` and ``returned_credits`` went or
    go back; ``is_return_done`` once the gateway has said so. ``due`` is until when cancelling gives everything, or a
    part of it, back. ``rating`` is that of its review, None without one. ``files`` counts the materials that this
    seat gives a right to.
    """

    booking_id: str
    session_id: str
    offering_id: str
    course_id: str | None
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    title: str
    instructor_id: str
    instructor_name: str
    instructor_zone: str
    avatar_url: str | None
    learner: Learner
    session_type: SessionType
    capacity: int
    seats_taken: int
    modality: Modality
    place: str
    pay_with: PayWith
    price: Money
    credits: int
    is_paying: bool
    response: str
    topic: str
    topic_state: TopicState
    asked_starts_at: datetime | None
    cancelled_by: str | None
    returned: Money
    returned_credits: int
    is_return_done: bool
    waits_from: datetime
    waits_until: datetime | None
    opens_at: datetime
    move: MoveVerdict
    cancel: CancelVerdict
    due: Deadlines
    can: frozenset[Action]
    rating: int | None = None
    is_review_open: bool = False
    files: int = 0


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """A course of a learner, and how far they are. ``is_deferred`` while they mean to choose a time later."""

    enrollment_id: str
    course_id: str
    title: str
    learner: Learner
    sessions_done: int
    session_count: int
    is_deferred: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """One refund of a payment."""

    amount: Money
    at: datetime
    is_done: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One payment by card, or one movement of credits (positive: received)."""

    id: str
    at: datetime
    what: str
    learner: Learner
    amount: Money | None
    credits: int
    method: str
    state: MoneyState
    refunds: tuple[MoneyBack, ...] = ()


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows at ``now``.

    ``counts`` include ``next``, which ``seats`` leave out. ``wakes_at`` is the next instant at which something on it
    changes by itself (None: nothing does).
    """

    learners: tuple[Learner, ...]
    chosen_id: str
    tab: Tab
    counts: Mapping[Tab, int]
    next: Seat | None
    seats: tuple[Seat, ...]
    has_more: bool
    waiting: tuple[Seat, ...]
    recent: tuple[Seat, ...]
    courses: tuple[CourseStanding, ...]
    credits: Mapping[str, int]
    history: tuple[HistoryEntry, ...]
    has_more_history: bool
    wakes_at: datetime | None
    now: datetime


def dashboard(
    work: UnitOfWork,
    *,
    tab: Tab = Tab.UPCOMING,
    learner_id: str = "",
    limit: int = PAGE,
    history_limit: int = HISTORY_PAGE,
) -> Dashboard:
    """The actor's home. ``learner_id`` keeps one child's part; one who is no child of the actor's keeps all.

    Raises Unauthenticated, NotAllowed to everybody but students and guardians.
    """
    everybody = _learners(work)
    shown = [one for one in everybody if one.id == learner_id] or everybody
    people = {one.id: one for one in shown}
    limit, history_limit = min(limit, MOST_ROWS), min(history_limit, MOST_ROWS)
    of_them = col(Booking.student_id).in_(people)

    soonest = _rows(work, of_them, _is_secured(work.now), order=_FORWARD, limit=1)
    next_id = soonest[0][0].id if soonest else ""
    in_tab = and_(_conditions(work.now)[tab], col(Booking.id) != next_id)
    listed = _rows(work, of_them, in_tab, order=_ORDERS[tab], limit=limit + 1)
    waiting = _rows(work, of_them, _conditions(work.now)[Tab.REQUESTS], order=_BY_ANSWER, limit=WAITING_SHOWN)
    recent = _rows(work, of_them, _conditions(work.now)[Tab.PAST], order=_BACKWARD, limit=RECENT_SHOWN)
    make = _SeatMaker(work, people, [*soonest, *listed, *waiting, *recent])
    seats = make.all(listed[:limit])
    upcoming = make.all(soonest)
    asked = make.all(waiting)
    history, has_more_history = _history(work, people, history_limit)
    return Dashboard(
        learners=tuple(everybody),
        chosen_id=learner_id if learner_id in people and len(everybody) > 1 else "",
        tab=tab,
        counts=_counts(work, of_them),
        next=upcoming[0] if upcoming else None,
        seats=seats,
        has_more=len(listed) > limit,
        waiting=asked,
        recent=make.all(recent),
        courses=_courses(work, people),
        credits=_credits(work, people),
        history=history,
        has_more_history=has_more_history,
        wakes_at=_wakes_at(work.now, [*upcoming, *seats, *asked]),
        now=work.now,
    )


def _learners(work: UnitOfWork) -> list[Learner]:
    me = access.require_person(work)
    if work.actor.role is Role.STUDENT:
        return [Learner(me, "", Relation.OWN_SEAT, frozenset())]
    if work.actor.role is not Role.GUARDIAN:
        raise NotAllowed
    rows = work.db.exec(
        select(GuardianLink, Person.name)
        .join(Person, col(Person.id) == col(GuardianLink.child_id))
        .where(col(GuardianLink.guardian_id) == me, col(GuardianLink.can_view))
        .order_by(col(Person.name), col(Person.id))
    )
    return [Learner(link.child_id, name, Relation.OWN_CHILD, link.rights) for link, name in rows]


_Row = tuple[Booking, TeachingSession, Person]
_FORWARD = (col(Booking.starts_at), col(Booking.id))
_BACKWARD = (col(Booking.starts_at).desc(), col(Booking.id).desc())
_BY_ANSWER = (col(Booking.respond_by), col(Booking.id))
_ORDERS = {
    Tab.UPCOMING: _FORWARD,
    Tab.REQUESTS: _FORWARD,
    Tab.PAST: _BACKWARD,
    Tab.CANCELLED: _BACKWARD,
}
_BEFORE_START = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
_GIVEN_UP = (BookingStatus.CANCELLED, BookingStatus.REJECTED, BookingStatus.EXPIRED)


def _is_secured(now: datetime) -> ColumnElement[bool]:
    """The seat is real and its session is not over."""
    return or_(
        and_(col(Booking.status).in_(_BEFORE_START), col(Booking.ends_at) > now),
        col(Booking.status) == BookingStatus.IN_PROGRESS,
    )


def _conditions(now: datetime) -> dict[Tab, ColumnElement[bool]]:
    counts = calendars.still_counts(col(Booking.frees_at), now)
    to_pay = col(Booking.status).in_((BookingStatus.HELD, BookingStatus.ACCEPTED))
    lapsed = calendars.is_overdue(now)
    took_money = (
        select(Payment.id)
        .where(col(Payment.booking_id) == col(Booking.id), col(Payment.captured_minor) > 0)
        .exists()
    )
    return {
        Tab.UPCOMING: or_(_is_secured(now), and_(to_pay, counts)),
        Tab.REQUESTS: and_(col(Booking.status) == BookingStatus.PENDING, counts),
        Tab.PAST: or_(
            col(Booking.status).in_(ATTENDED_OR_MISSED),
            and_(col(Booking.status).in_(_BEFORE_START), col(Booking.ends_at) <= now),
        ),
        # The end of a hold stays on what never became more than a hold.
        Tab.CANCELLED: and_(
            or_(col(Booking.status).in_(_GIVEN_UP), lapsed),
            or_(col(Booking.hold_expires_at).is_(None), took_money),
        ),
    }


def _counts(work: UnitOfWork, of_them: ColumnElement[bool]) -> dict[Tab, int]:
    conditions = _conditions(work.now)
    counted = sql_select(*(func.count().filter(conditions[tab]) for tab in Tab))
    row = work.db.execute(counted.select_from(Booking).where(of_them)).one()
    return dict(zip(list(Tab), row, strict=True))


def _rows(work: UnitOfWork, *conditions: ColumnElement[bool], order: Sequence[Any], limit: int) -> list[_Row]:
    instructor = aliased(Person)
    statement = (
        select(Booking, TeachingSession, instructor)
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .join(instructor, col(instructor.id) == col(Booking.instructor_id))
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
    )
    return [(booking, session, person) for booking, session, person in work.db.exec(statement)]


class _SeatMaker:
    """Makes seats out of rows, having read what all of them need at once."""

    def __init__(self, work: UnitOfWork, people: Mapping[str, Learner], rows: Collection[_Row]) -> None:
        self._work = work
        self._people = people
        ids = {booking.id for booking, _, _ in rows}
        self._payments = _payments(work, ids)
        self._refunds = _refunds(work, ids)
        self._postings = _postings(work, ids)
        self._reviews = _reviews(work, ids)
        self._files = materials.counts_of(work, {booking.offering_id for booking, _, _ in rows})

    def all(self, rows: Iterable[_Row]) -> tuple[Seat, ...]:
        return tuple(self._seat(*row) for row in rows)

    def _seat(self, booking: Booking, session: TeachingSession, instructor: Person) -> Seat:
        work, settings = self._work, self._work.settings
        status = effective_status(booking, work.now)
        learner = self._people[booking.student_id]
        refunds = self._refunds[booking.id]
        review = self._reviews.get(booking.id)
        is_paying = any(
            payment.status in (PaymentStatus.PROCESSING, PaymentStatus.AUTHORISED)
            for payment in self._payments[booking.id]
        )
        return Seat(
            booking_id=booking.id,
            session_id=session.id,
            offering_id=booking.offering_id,
            course_id=booking.course_id,
            status=status,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            title=booking.title,
            instructor_id=instructor.id,
            instructor_name=instructor.name,
            instructor_zone=instructor.timezone,
            avatar_url=instructor.avatar_url,
            learner=learner,
            session_type=session.session_type,
            capacity=session.capacity,
            seats_taken=session.seats_taken,
            modality=session.modality,
            place=session.place,
            pay_with=booking.pay_with,
            price=Money(booking.price_minor, booking.currency),
            credits=booking.credits,
            is_paying=is_paying,
            response=booking.instructor_response,
            topic=booking.custom_topic,
            topic_state=booking.topic_state,
            asked_starts_at=booking.asked_starts_at
            if status is BookingStatus.PENDING and booking.proposed_at
            else None,
            cancelled_by=booking.cancelled_by,
            returned=Money(sum(refund.amount_minor for refund in refunds), booking.currency),
            returned_credits=sum(amount for amount in self._postings[booking.id] if amount > 0),
            is_return_done=all(refund.status is RefundStatus.DONE for refund in refunds),
            waits_from=booking.updated_at,
            waits_until=_waits_until(booking, status),
            opens_at=booking.starts_at - timedelta(minutes=settings.join_early_minutes),
            move=terms.may_move(booking, settings, work.now),
            cancel=terms.may_cancel(booking, work.now),
            due=terms.deadlines(booking),
            can=frozenset(
                action
                for action in _offered(booking, session, status, work.now, is_paying=is_paying)
                if learner.allows(action)
            ),
            rating=review.rating if review else None,
            is_review_open=review is None or work.now <= review.created_at + reviews.EDITABLE,
            files=self._files.get(booking.offering_id, 0) if status in materials.HAS_SEAT else 0,
        )


def _offered(
    booking: Booking, session: TeachingSession, status: BookingStatus, now: datetime, *, is_paying: bool
) -> Iterable[Action]:
    """What the state of the booking has a control for, whoever looks."""
    is_ahead = booking.starts_at > now
    if is_ahead and (status, BookingEvent.CANCEL) in TRANSITIONS:
        yield Action.CANCEL
    if is_ahead and (status, BookingEvent.RESCHEDULE) in TRANSITIONS:
        yield Action.RESCHEDULE
    is_near = is_ahead and booking.starts_at - ASKED_WHETHER_THERE <= now
    if is_near and (status, BookingEvent.CONFIRM_ATTENDANCE) in TRANSITIONS:
        yield Action.CONFIRM_ATTENDANCE
    if status in (BookingStatus.HELD, BookingStatus.ACCEPTED) and not is_paying:
        yield Action.PAY if booking.pay_with is PayWith.CARD else Action.BOOK
    if status in conversations.REAL:
        yield Action.MESSAGE
    if status is BookingStatus.COMPLETED:
        yield Action.REVIEW
    if status is BookingStatus.PENDING and booking.proposed_at is not None:
        yield Action.ANSWER
    is_open = is_ahead and status in OCCUPYING and status is not BookingStatus.HELD
    if is_open and topics.may_suggest(booking.topic_state):
        yield Action.AGREE_TOPIC
    if status in UPCOMING and booking.ends_at > now and session.modality is not Modality.IN_PERSON:
        yield Action.JOIN


def _waits_until(booking: Booking, status: BookingStatus) -> datetime | None:
    if status is BookingStatus.HELD:
        return booking.hold_expires_at
    if status is BookingStatus.PENDING:
        return booking.respond_by
    return booking.pay_by if status is BookingStatus.ACCEPTED else None


def _payments(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = defaultdict(list)
    for payment in work.db.exec(select(Payment).where(col(Payment.booking_id).in_(booking_ids))):
        found[payment.booking_id].append(payment)
    return found


def _refunds(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, list[Refund]]:
    found: dict[str, list[Refund]] = defaultdict(list)
    rows = select(Refund).where(col(Refund.booking_id).in_(booking_ids))
    for refund in work.db.exec(rows.order_by(col(Refund.created_at), col(Refund.id))):
        found[refund.booking_id].append(refund)
    return found


def _postings(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = defaultdict(list)
    rows = select(LedgerEntry.booking_id, LedgerEntry.amount)
    for booking_id, amount in work.db.exec(rows.where(col(LedgerEntry.booking_id).in_(booking_ids))):
        found[booking_id].append(amount)
    return found


def _reviews(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, Review]:
    rows = work.db.exec(select(Review).where(col(Review.booking_id).in_(booking_ids)))
    return {review.booking_id: review for review in rows}


def _courses(work: UnitOfWork, people: Mapping[str, Learner]) -> tuple[CourseStanding, ...]:
    done = {
        (student_id, course_id): count
        for student_id, course_id, count in work.db.exec(
            select(Booking.student_id, Booking.course_id, func.count())
            .where(
                col(Booking.student_id).in_(people),
                col(Booking.course_id).is_not(None),
                col(Booking.status) == BookingStatus.COMPLETED,
            )
            .group_by(col(Booking.student_id), col(Booking.course_id))
        )
    }
    rows = work.db.exec(
        select(Enrollment, Course, DeferredEnrollment)
        .join(Course, col(Course.id) == col(Enrollment.course_id))
        .outerjoin(DeferredEnrollment, col(DeferredEnrollment.enrollment_id) == col(Enrollment.id))
        .where(col(Enrollment.student_id).in_(people))
        .order_by(col(Course.position), col(Course.title), col(Enrollment.created_at), col(Enrollment.id))
    )
    return tuple(
        CourseStanding(
            enrollment_id=enrollment.id,
            course_id=course.id,
            title=course.title,
            learner=people[enrollment.student_id],
            sessions_done=done.get((enrollment.student_id, course.id), 0),
            session_count=course.session_count,
            is_deferred=deferred is not None and deferred.status in enrollments.OPEN_DEFERRALS,
            is_open=course.is_active,
        )
        for enrollment, course, deferred in rows
    )


def _credits(work: UnitOfWork, people: Mapping[str, Learner]) -> dict[str, int]:
    rows = work.db.exec(
        select(CreditAccount.student_id, func.sum(LedgerEntry.amount))
        .join(LedgerEntry, col(LedgerEntry.account_id) == col(CreditAccount.id))
        .where(col(CreditAccount.student_id).in_(people))
        .group_by(col(CreditAccount.student_id))
    )
    balances = {student_id: int(total) for student_id, total in rows}
    return {person_id: balances.get(person_id, 0) for person_id in people}


_paid_or_made = func.coalesce(col(Payment.paid_at), col(Payment.created_at))
_NEVER_PAID = (PaymentStatus.CREATING, PaymentStatus.OPEN, PaymentStatus.EXPIRED)
_UNTAKEN = {
    PaymentStatus.PROCESSING: MoneyState.PROCESSING,
    PaymentStatus.AUTHORISED: MoneyState.RESERVED,
    PaymentStatus.VOIDED: MoneyState.RELEASED,
    PaymentStatus.REVIEW: MoneyState.REVIEW,
}


def _history(
    work: UnitOfWork, people: Mapping[str, Learner], limit: int
) -> tuple[tuple[HistoryEntry, ...], bool]:
    paid = work.db.exec(
        select(Payment, Booking)
        .join(Booking, col(Booking.id) == col(Payment.booking_id))
        .where(col(Booking.student_id).in_(people), col(Payment.status).not_in(_NEVER_PAID))
        .order_by(_paid_or_made.desc(), col(Payment.id).desc())
        .limit(limit + 1)
    ).all()
    posted = work.db.exec(
        select(LedgerEntry, CreditAccount.student_id, Booking.title)
        .join(CreditAccount, col(CreditAccount.id) == col(LedgerEntry.account_id))
        .outerjoin(Booking, col(Booking.id) == col(LedgerEntry.booking_id))
        .where(col(CreditAccount.student_id).in_(people))
        .order_by(col(LedgerEntry.created_at).desc(), col(LedgerEntry.id).desc())
        .limit(limit + 1)
    ).all()
    refunds = _refunds(work, {booking.id for _, booking in paid})
    entries = [
        *(_card_entry(payment, booking, people, refunds[booking.id]) for payment, booking in paid),
        *(_credit_entry(posting, people[student_id], title) for posting, student_id, title in posted),
    ]
    entries.sort(key=lambda entry: (entry.at, entry.id), reverse=True)
    return tuple(entries[:limit]), len(entries) > limit


def _card_entry(
    payment: Payment, booking: Booking, people: Mapping[str, Learner], refunds: Sequence[Refund]
) -> HistoryEntry:
    own = [refund for refund in refunds if refund.payment_id == payment.id]
    return HistoryEntry(
        id=payment.id,
        at=payment.paid_at or payment.created_at,
        what=booking.title,
        learner=people[booking.student_id],
        amount=Money(payment.amount_minor, payment.currency),
        credits=0,
        method=payment.method_label,
        state=_card_state(payment),
        refunds=tuple(
            MoneyBack(
                Money(refund.amount_minor, refund.currency),
                refund.done_at or refund.created_at,
                is_done=refund.status is RefundStatus.DONE,
            )
            for refund in own
        ),
    )


def _card_state(payment: Payment) -> MoneyState:
    if payment.captured_minor and payment.refunded_minor:
        is_whole = payment.refunded_minor >= payment.captured_minor
        return MoneyState.REFUNDED if is_whole else MoneyState.PARTLY_REFUNDED
    return MoneyState.PAID if payment.captured_minor else _UNTAKEN.get(payment.status, MoneyState.PROCESSING)


def _credit_entry(posting: LedgerEntry, learner: Learner, title: str | None) -> HistoryEntry:
    if posting.amount < 0:
        state = MoneyState.SPENT
    else:
        state = MoneyState.RETURNED if posting.booking_id else MoneyState.GRANTED
    return HistoryEntry(
        id=posting.id,
        at=posting.created_at,
        what=title or posting.note or "Credits",
        learner=learner,
        amount=None,
        credits=posting.amount,
        method="Credits",
        state=state,
    )


def _wakes_at(now: datetime, seats: Iterable[Seat]) -> datetime | None:
    instants = [
        instant
        for seat in seats
        for instant in (
            seat.starts_at - ASKED_WHETHER_THERE,
            seat.opens_at,
            seat.starts_at,
            seat.ends_at,
            seat.waits_until,
            seat.move.until,
            seat.cancel.until,
        )
        if instant is not None and instant > now
    ]
    return min(instants, default=None)
