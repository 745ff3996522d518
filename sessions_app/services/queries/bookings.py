"""Bookings and sessions as their people see them: lists, one session, and its events for a calendar.

Every query is scoped in SQL to the actor: themselves, their children, the sessions they teach; staff see all. Each
runs a fixed number of statements, however many rows there are. A hold or request that is overdue reads as expired
although nobody has swept it yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import OCCUPYING, TENTATIVE, BookingStatus, SessionStatus
from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Action, Relation, Role
from sessions_app.domain.pricing import PayWith
from sessions_app.models import (
    Booking,
    GuardianLink,
    LedgerEntry,
    Payment,
    Person,
    Review,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import access, calendars, options
from sessions_app.services.calendar_files import SeatEvent
from sessions_app.services.options import effective_status
from sessions_app.services.payment_state import PaymentState, payment_state
from sessions_app.services.queries.cursors import Listing, Place
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Party:
    """The instructor or the student of a booking."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """One booking. Amounts are in minor units; the price is what this seat costs as it is paid.

    ``rating`` (None: none) and ``feedback`` are the student's review, as far as the viewer may see it.
    """

    booking_id: str
    session_id: str
    offering_id: str
    course_id: str | None
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    title: str
    instructor: Party
    student: Party
    pay_with: PayWith
    amount_minor: int
    currency: str
    credits: int | None
    payment_status: PaymentState
    hold_expires_at: datetime | None
    respond_by: datetime | None
    timezone: str
    message: str
    custom_topic: str
    requirements: str
    instructor_response: str
    rating: int | None
    feedback: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as one person sees it.

    ``seat`` is the viewer's own booking or, of a one-to-one, the student's; None for the instructor and staff of a
    group, who find all of them in ``seats`` (None for everybody else). ``status`` is that of ``seat``, of a group
    the session's. ``timezone`` is the viewer's side's.
    """

    session_id: str
    offering_id: str
    course_id: str | None
    status: BookingStatus
    session_type: SessionType
    modality: Modality
    place: str
    capacity: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    title: str
    instructor: Party
    seat: SeatView | None
    seats: tuple[SeatView, ...] | None
    can: tuple[Action, ...]


def listing(
    work: UnitOfWork,
    *,
    person_id: str | None = None,
    as_role: Role | None = None,
    statuses: Collection[BookingStatus] | None = None,
    starts_from: datetime | None = None,
    starts_before: datetime | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Listing[SeatView]:
    """The bookings that concern ``person_id`` (None: whatever the actor may see), the latest start first.

    ``as_role`` student or instructor keeps those in which the person is that. Raises Unauthenticated, NotFound for
    somebody the actor may not ask about, InvalidInput (``cursor``).
    """
    conditions = [_scope(work, person_id)]
    if as_role is not None:
        side = Booking.instructor_id if as_role is Role.INSTRUCTOR else Booking.student_id
        conditions.append(col(side) == person_id)
    if statuses is not None:
        conditions.append(_has_status(statuses, work.now))
    if starts_from is not None:
        conditions.append(col(Booking.starts_at) >= starts_from)
    if starts_before is not None:
        conditions.append(col(Booking.starts_at) < starts_before)
    if cursor is not None:
        place = Place.decoded(cursor)
        conditions.append(
            or_(
                col(Booking.starts_at) < place.at,
                and_(col(Booking.starts_at) == place.at, col(Booking.id) < place.id),
            )
        )
    rows = work.db.exec(
        select(Booking)
        .where(*conditions)
        .order_by(col(Booking.starts_at).desc(), col(Booking.id).desc())
        .limit(limit + 1)
    ).all()
    shown = rows[:limit]
    last = Place(shown[-1].starts_at, shown[-1].id).encoded() if len(rows) > limit else None
    return Listing(tuple(views(work, shown)), last)


def seat(work: UnitOfWork, booking_id: str) -> SeatView:
    """One booking of the actor's own, or one they oversee. Raises NotFound."""
    return views(work, [access.load_booking(work, booking_id, action=Action.VIEW).booking])[0]


def detail(work: UnitOfWork, *, session_id: str) -> SessionView:
    """One session for who takes part in it, and for staff. Raises NotFound to anybody else."""
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    is_host = work.actor.person_id == session.instructor_id
    if not (is_host or work.actor.is_staff or work.actor.is_system):
        loaded = access.seat_in(work, session_id, action=Action.VIEW)
        own = views(work, [loaded.booking])[0]
        _, rights = access.relation_to(
            work, student_id=own.student.id, instructor_id=loaded.booking.instructor_id
        )
        return _session_view(
            session,
            instructor=own.instructor,
            seat=own,
            seats=None,
            status=own.status,
            timezone=loaded.booking.timezone,
            can=_possible(work, loaded.booking, loaded.relation, rights),
        )
    relation = Relation.INSTRUCTOR if is_host else Relation.STAFF
    return _host_view(work, session, relation)


def views(work: UnitOfWork, bookings: Sequence[Booking]) -> list[SeatView]:
    """The views of these bookings, in their order, in at most four statements."""
    people = _people(work, {p for booking in bookings for p in (booking.student_id, booking.instructor_id)})
    payments = _payments(work, [b.id for b in bookings if b.pay_with is PayWith.CARD])
    postings = _postings(work, [b.id for b in bookings if b.pay_with is PayWith.CREDITS])
    reviews = _reviews(work, [b.id for b in bookings if b.ends_at <= work.now])
    found = []
    for booking in bookings:
        status = effective_status(booking, work.now)
        review = reviews.get(booking.id)
        found.append(
            SeatView(
                booking_id=booking.id,
                session_id=booking.session_id,
                offering_id=booking.offering_id,
                course_id=booking.course_id,
                status=status,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                title=booking.title,
                instructor=people[booking.instructor_id],
                student=people[booking.student_id],
                pay_with=booking.pay_with,
                amount_minor=booking.price_minor,
                currency=booking.currency,
                credits=booking.credits or None,
                payment_status=payment_state(
                    booking.pay_with, status, payments[booking.id], postings[booking.id]
                ),
                hold_expires_at=booking.hold_expires_at if status is BookingStatus.HELD else None,
                respond_by=booking.respond_by if status is BookingStatus.PENDING else None,
                timezone=booking.timezone,
                message=booking.student_message,
                custom_topic=booking.custom_topic,
                requirements=booking.requirements,
                instructor_response=booking.instructor_response,
                rating=review.rating if review else None,
                feedback=review.body if review else "",
            )
        )
    return found


def calendar_events(work: UnitOfWork, *, session_id: str) -> list[SeatEvent]:
    """The session's events in the actor's calendar: their own seat, or every live seat of a session they teach.

    Each has the identity of its invitation, so that a file downloaded adds nothing twice. Raises NotFound to anybody
    else.
    """
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    is_host = work.actor.person_id == session.instructor_id
    if is_host or work.actor.is_staff:
        all_seats = _seats_of(work, session_id)
        live = [row for row in all_seats if effective_status(row, work.now) in OCCUPYING]
        shown = live or all_seats[-1:]
    else:
        shown = [access.seat_in(work, session_id, action=Action.VIEW).booking]
    people = _people(work, {p for row in shown for p in (row.student_id, row.instructor_id)})
    return [
        SeatEvent.of_booking(
            row,
            session,
            instructor_name=people[row.instructor_id].name,
            other_name=people[row.student_id if is_host else row.instructor_id].name,
        )
        for row in shown
    ]


def _host_view(work: UnitOfWork, session: TeachingSession, relation: Relation) -> SessionView:
    rows = _seats_of(work, session.id)
    seats = tuple(views(work, rows))
    seat, can = None, {action for row in rows for action in _possible(work, row, relation, frozenset())}
    status = _group_status(session, [seat.status for seat in seats])
    if session.session_type is SessionType.INDIVIDUAL:
        live = [row for row in rows if effective_status(row, work.now) in OCCUPYING]
        row = (live or rows)[-1]
        seat, can = seats[rows.index(row)], set(_possible(work, row, relation, frozenset()))
        status = seat.status
    return _session_view(
        session,
        instructor=seats[0].instructor,
        seat=seat,
        seats=seats,
        status=status,
        timezone=session.timezone,
        can=tuple(sorted(can)),
    )


def _session_view(
    session: TeachingSession,
    *,
    instructor: Party,
    seat: SeatView | None,
    seats: tuple[SeatView, ...] | None,
    status: BookingStatus,
    timezone: str,
    can: tuple[Action, ...],
) -> SessionView:
    return SessionView(
        session_id=session.id,
        offering_id=session.offering_id,
        course_id=session.course_id,
        status=status,
        session_type=session.session_type,
        modality=session.modality,
        place=session.place,
        capacity=session.capacity,
        starts_at=session.starts_at if seat is None else seat.starts_at,
        ends_at=session.ends_at if seat is None else seat.ends_at,
        timezone=timezone,
        title=session.title if seat is None else seat.title,
        instructor=instructor,
        seat=seat,
        seats=seats,
        can=tuple(one for one in can if one is not Action.JOIN or session.modality is not Modality.IN_PERSON),
    )


def _group_status(session: TeachingSession, seats: Iterable[BookingStatus]) -> BookingStatus:
    """A group's status in the words of bookings; until a seat is final, that of the seat which is furthest."""
    if session.status is not SessionStatus.TENTATIVE:
        return BookingStatus(session.status.value)
    reached = set(seats)
    order = (BookingStatus.ACCEPTED, BookingStatus.PENDING, BookingStatus.HELD)
    return next((status for status in order if status in reached), BookingStatus.EXPIRED)


def _possible(
    work: UnitOfWork, booking: Booking, relation: Relation, rights: frozenset[str]
) -> tuple[Action, ...]:
    return options.possible(
        booking,
        effective_status(booking, work.now),
        relation,
        rights,
        settings=work.settings,
        now=work.now,
    )


def _scope(work: UnitOfWork, person_id: str | None) -> ColumnElement[bool]:
    """What the actor may see of the bookings that concern somebody; NotFound where that is nothing by right."""
    me = access.require_person(work)
    if person_id is None or person_id == me:
        return true() if work.actor.is_staff and person_id is None else _own(work, me)
    concerns = or_(col(Booking.student_id) == person_id, col(Booking.instructor_id) == person_id)
    if work.actor.is_staff:
        if work.db.get(Person, person_id) is None:
            raise NotFound
        return concerns
    if work.actor.role is Role.GUARDIAN:
        link = work.db.get(GuardianLink, (me, person_id))
        if link is not None and link.can_view:
            return col(Booking.student_id) == person_id
    if work.actor.role is Role.INSTRUCTOR:
        taught = and_(col(Booking.student_id) == person_id, col(Booking.instructor_id) == me)
        if work.db.exec(select(Booking.id).where(taught).limit(1)).first() is not None:
            return taught
    raise NotFound


def _own(work: UnitOfWork, me: str) -> ColumnElement[bool]:
    if work.actor.role is Role.INSTRUCTOR:
        return col(Booking.instructor_id) == me
    if work.actor.role is Role.GUARDIAN:
        children = select(GuardianLink.child_id).where(
            col(GuardianLink.guardian_id) == me, col(GuardianLink.can_view)
        )
        return col(Booking.student_id).in_(children)
    return col(Booking.student_id) == me


def _has_status(statuses: Collection[BookingStatus], now: datetime) -> ColumnElement[bool]:
    """SQL for "its effective status is one of these"."""
    stands = or_(col(Booking.status).not_in(TENTATIVE), calendars.still_counts(col(Booking.frees_at), now))
    return or_(
        and_(col(Booking.status).in_(statuses), stands),
        calendars.is_overdue(now) if BookingStatus.EXPIRED in statuses else false(),
    )


def _seats_of(work: UnitOfWork, session_id: str) -> list[Booking]:
    rows = select(Booking).where(col(Booking.session_id) == session_id)
    return list(work.db.exec(rows.order_by(col(Booking.created_at), col(Booking.id))).all())


def _people(work: UnitOfWork, ids: Collection[str]) -> dict[str, Party]:
    rows = work.db.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
    return {person_id: Party(person_id, name) for person_id, name in rows}


def _payments(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, list[Payment]]:
    found: dict[str, list[Payment]] = defaultdict(list)
    if booking_ids:
        for payment in work.db.exec(select(Payment).where(col(Payment.booking_id).in_(booking_ids))):
            found[payment.booking_id].append(payment)
    return found


def _postings(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = defaultdict(list)
    if booking_ids:
        rows = select(LedgerEntry.booking_id, LedgerEntry.amount)
        for booking_id, amount in work.db.exec(rows.where(col(LedgerEntry.booking_id).in_(booking_ids))):
            found[booking_id].append(amount)
    return found


def _reviews(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, Review]:
    if not booking_ids:
        return {}
    me = work.actor.person_id
    # What staff keep from everybody stays with who wrote it.
    is_shown = or_(
        col(Review.hidden_at).is_(None), col(Review.author_id) == me, col(Review.written_by_id) == me
    )
    rows = select(Review).where(col(Review.booking_id).in_(booking_ids), is_shown)
    return {review.booking_id: review for review in work.db.exec(rows)}
