"""The last step of the wizard: what became of a booking, as its own student or their guardian sees it.

Nobody else's seat, name or number is ever part of it. The page only reads; payments are settled by the inbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from sessions_app.domain import calendar_links
from sessions_app.domain.booking_lifecycle import UPCOMING, BookingStatus
from sessions_app.domain.errors import Conflict, NotFound
from sessions_app.domain.money import Money, price_label
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Course, Offering, Payment, Person, Refund, TeachingSession
from sessions_app.models.catalogue import Modality
from sessions_app.models.money import PaymentStatus
from sessions_app.services import access, credits, materials, notifications, refunds, slots, terms
from sessions_app.services.calendar_files import SeatEvent
from sessions_app.services.materials import MaterialFacts
from sessions_app.services.unit_of_work import UnitOfWork

_OWN = frozenset({Relation.OWN_SEAT, Relation.OWN_CHILD})
_MONEY_UNDER_WAY = frozenset(
    {PaymentStatus.PROCESSING, PaymentStatus.AUTHORISED, PaymentStatus.PAID, PaymentStatus.REVIEW}
)


class Outcome(StrEnum):
    """What the page says in its heading."""

    BOOKED = "booked"
    REQUESTED = "requested"
    PROCESSING = "processing"  # the payment was made or a slow method chosen; its word is on the way
    UNPAID = "unpaid"  # still held, the payment page not finished
    ACCEPTED = "accepted"  # the instructor said yes, the price is due
    DECLINED = "declined"  # the instructor said no
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    RETURNED = "returned"  # paid, but the seat was gone
    COMPLETED = "completed"
    MISSED = "missed"


_OUTCOMES = {
    BookingStatus.PENDING: Outcome.REQUESTED,
    BookingStatus.ACCEPTED: Outcome.ACCEPTED,
    BookingStatus.SCHEDULED: Outcome.BOOKED,
    BookingStatus.CONFIRMED: Outcome.BOOKED,
    BookingStatus.IN_PROGRESS: Outcome.BOOKED,
    BookingStatus.COMPLETED: Outcome.COMPLETED,
    BookingStatus.NO_SHOW: Outcome.MISSED,
    BookingStatus.REJECTED: Outcome.DECLINED,
    BookingStatus.EXPIRED: Outcome.EXPIRED,
    BookingStatus.CANCELLED: Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    """Where the session can be added to a calendar."""

    google: str
    outlook: str
    file: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One booking, whole. ``student_name`` is given where the viewer booked for somebody else.

    ``paid_with`` is the card's label; ``refund`` what went or goes back; ``pay_at`` the page that still has to be
    paid; ``opens_at`` when the join page opens. ``told`` is the address the mail goes to.
    """

    booking_id: str
    session_id: str
    outcome: Outcome
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    instructor_id: str
    instructor_name: str
    instructor_zone: str
    avatar_url: str | None
    student_id: str
    student_name: str | None
    told: str | None
    offering_id: str
    title: str
    course_id: str | None
    course_title: str
    topic: str
    modality: Modality
    place: str
    opens_at: datetime
    price: str
    is_free: bool
    is_paid: bool
    paid_with: str
    refund: str | None
    free_until: datetime
    partial_until: datetime
    cancel_until: datetime | None
    partial_percent: int
    is_full_refund: bool
    respond_by: datetime | None
    held_until: datetime | None
    pay_at: str | None
    response: str
    calendar: CalendarLinks | None
    can_change: bool
    same_time_next_week: TimeSpan | None
    files: tuple[MaterialFacts, ...]
    now: datetime


def confirmation(work: UnitOfWork, *, session_id: str) -> Confirmation:
    """The viewer's own seat in a session. Raises NotFound to everybody without one, and to its instructor."""
    loaded = access.seat_in(work, session_id, action=Action.VIEW)
    if loaded.relation not in _OWN:
        raise NotFound
    booking, session = loaded.booking, loaded.session
    instructor = work.db.get_one(Person, booking.instructor_id)
    student = work.db.get_one(Person, booking.student_id)
    offering = work.db.get_one(Offering, booking.offering_id)
    course = work.db.get(Course, booking.course_id) if booking.course_id else None
    paid = refunds.payments_of(work, booking.id)
    latest = paid[-1] if paid else None
    due = terms.deadlines(booking)
    outcome = _outcome(booking, paid)
    viewer = (
        student if loaded.relation is Relation.OWN_SEAT else work.db.get_one(Person, work.actor.person_id)
    )
    return Confirmation(
        booking_id=booking.id,
        session_id=session.id,
        outcome=outcome,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        instructor_id=instructor.id,
        instructor_name=instructor.name,
        instructor_zone=instructor.timezone,
        avatar_url=instructor.avatar_url,
        student_id=student.id,
        student_name=None if loaded.relation is Relation.OWN_SEAT else student.name,
        told=viewer.email,
        offering_id=offering.id,
        title=session.title,
        course_id=booking.course_id,
        course_title=course.title if course else "",
        topic=booking.custom_topic,
        modality=session.modality,
        place=session.place,
        opens_at=booking.starts_at - timedelta(minutes=work.settings.join_early_minutes),
        price=notifications.price_of(booking),
        is_free=booking.pay_with is PayWith.FREE,
        is_paid=refunds.has_been_paid(work, booking),
        paid_with=latest.method_label if latest else "",
        refund=_refund(work, booking),
        free_until=due.free_until,
        partial_until=due.partial_until,
        cancel_until=due.cancel_until,
        partial_percent=due.partial_percent,
        is_full_refund=due.free_until == booking.starts_at,
        respond_by=booking.respond_by,
        held_until=booking.hold_expires_at if booking.status is BookingStatus.HELD else booking.pay_by,
        pay_at=latest.page_url if latest and latest.status is PaymentStatus.OPEN else None,
        response=booking.instructor_response,
        calendar=_links(work, booking, session, instructor) if booking.status in UPCOMING else None,
        can_change=outcome in (Outcome.BOOKED, Outcome.REQUESTED) and booking.starts_at > work.now,
        same_time_next_week=_next_week(work, booking, offering) if outcome is Outcome.BOOKED else None,
        files=materials.of_booking(work, booking),
        now=work.now,
    )


def _outcome(booking: Booking, paid: list[Payment]) -> Outcome:
    states = {payment.status for payment in paid}
    if booking.status is BookingStatus.HELD:
        return Outcome.PROCESSING if states & _MONEY_UNDER_WAY else Outcome.UNPAID
    if PaymentStatus.LOST_RACE in states and booking.status is BookingStatus.EXPIRED:
        return Outcome.RETURNED
    if booking.status is BookingStatus.EXPIRED and states & {PaymentStatus.PROCESSING}:
        return Outcome.PROCESSING
    return _OUTCOMES[booking.status]


def _next_week(work: UnitOfWork, booking: Booking, offering: Offering) -> TimeSpan | None:
    """The same time on the student's wall a week later, if it can be booked now."""
    zone = ZoneInfo(booking.timezone)
    wall = booking.starts_at.astimezone(zone).replace(tzinfo=None) + timedelta(days=7)
    starts_at = wall.replace(tzinfo=zone).astimezone(UTC)
    try:
        return slots.judge(work, offering, starts_at, student_id=booking.student_id).span
    except Conflict:
        return None


def _refund(work: UnitOfWork, booking: Booking) -> str | None:
    """What went back or is on its way, in words; None for nothing."""
    rows = work.db.exec(select(Refund.amount_minor).where(col(Refund.booking_id) == booking.id)).all()
    money = Money(sum(rows), booking.currency)
    returned = booking.credits - credits.spent_on(work, booking.id) if booking.credits else 0
    if money.is_zero and returned <= 0:
        return None
    return price_label(money, returned or None)


def _links(work: UnitOfWork, booking: Booking, session: TeachingSession, instructor: Person) -> CalendarLinks:
    entry = SeatEvent.of_booking(
        booking,
        session,
        instructor_name=instructor.name,
        other_name=instructor.name,
    ).link_entry(work.settings)
    return CalendarLinks(
        google=calendar_links.google(entry),
        outlook=calendar_links.outlook_com(entry),
        file=f"/api/sessions/{session.id}/calendar-export?format=ics",
    )
