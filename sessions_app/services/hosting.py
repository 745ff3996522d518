"""Instructors book for their students: a new session for somebody they teach.

Their own hours, notice and horizon do not bind them, their own bookings and buffer do. What the student pays is the
instructor's choice among the offering's ways, or nothing; a card price makes the seat ``accepted``, to be paid by the
student (product.md C-5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingEvent
from sessions_app.domain.errors import (
    InstructorUnavailable,
    InsufficientCredits,
    InvalidInput,
    NotEnrolled,
    NotFound,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Role
from sessions_app.domain.plain_text import short_name
from sessions_app.domain.pricing import PayWith, PriceRule, Quote, payment_plan
from sessions_app.domain.topics import Side
from sessions_app.models import Booking, Enrollment, InstructorCourse, Person
from sessions_app.services import access, bookings, calendars, credits, seats, slots
from sessions_app.services.bookings import Agreement, Details, Placed
from sessions_app.services.unit_of_work import UnitOfWork


class Charge(StrEnum):
    """What the student pays: nothing, credits at once, or by card within PAY_AFTER_ACCEPT_HOURS."""

    FREE = "free"
    CREDITS = "credits"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student whom the instructor may book for."""

    id: str
    name: str


def pupils(work: UnitOfWork) -> list[Pupil]:
    """The acting instructor's own students, and those enrolled in a course they teach, by name."""
    rows = work.db.exec(_pupils(access.require_person(work)).order_by(col(Person.name), col(Person.id)))
    return [Pupil(person.id, person.name) for person in rows]


def book_for(
    work: UnitOfWork,
    *,
    offering_id: str,
    student_id: str,
    starts_at: datetime,
    charge: Charge,
    topic: str = "",
    message: str = "",
    ignores_hours: bool = False,
) -> Placed:
    """Give a student a seat at a time of the instructor's choice.

    Raises NotFound for another's offering or student, InvalidInput (``charge``) for a way the offering does not have,
    NotEnrolled, InsufficientCredits, and what ``bookings.hold`` raises about the time.
    """
    host_id = access.require_instructor(work)
    offered = bookings.offered_of(work, offering_id)
    student = work.db.exec(_pupils(host_id).where(col(Person.id) == student_id)).first()
    if offered.offering.instructor_id != host_id or student is None:
        raise NotFound
    said = Details(message=message, topic=topic)
    _require_bookable(work, offered, student)
    quote, plan = _price(offered.quote, charge)
    slots.offer_alternatives(work, slots.Wish(offering_id, student.id, starts_at))
    work.lock(instructor=host_id, student=student.id)
    slot = slots.judge(
        work,
        offered.offering,
        starts_at,
        student_id=student.id,
        by_host=True,
        ignores_hours=ignores_hours,
        host=calendars.Host(offered.profile, offered.host.timezone),
        ends_overdue=True,
    )
    agreement = Agreement(offered=offered, student=student, slot=slot, plan=plan, quote=quote)
    booking, session = bookings.hold_agreed(work, agreement)
    booking.instructor_response = said.message.strip()
    booking.decided_at = work.now
    bookings.suggest_first_topic(booking, said.topic, Side.INSTRUCTOR)
    seats.refresh(work, session, booking)
    if plan is PayWith.CARD:
        bookings.ask_payment(work, booking, session)
        return Placed(booking, session)
    if plan is PayWith.CREDITS:
        _spend(work, booking, student)
    bookings.secure(work, booking, session, BookingEvent.PAY)
    return Placed(booking, session)


def _require_bookable(work: UnitOfWork, offered: bookings.Offered, student: Person) -> None:
    try:
        bookings.require_bookable(work, offered, student)
    except NotEnrolled:
        raise NotEnrolled(
            f"{short_name(student.name)} is not enrolled in this course.",
            course_id=offered.offering.course_id,
        ) from None
    except InstructorUnavailable:
        raise InvalidInput("This offering takes no bookings.", field="offering_id") from None


def _spend(work: UnitOfWork, booking: Booking, student: Person) -> None:
    try:
        credits.spend(work, booking)
    except InsufficientCredits:
        # How many credits somebody has is theirs to know.
        raise InvalidInput(
            f"{short_name(student.name)} does not have enough credits.", field="charge"
        ) from None


def _price(quote: Quote, charge: Charge) -> tuple[Quote, PayWith]:
    if charge is Charge.FREE:
        given = Quote(
            total=Money.zero(quote.total.currency),
            credits=None,
            rule=PriceRule.FREE,
            lines=(),
            trace=(*quote.trace, "free: given by the instructor"),
        )
        return given, PayWith.FREE
    try:
        return quote, payment_plan(quote, PayWith(charge))
    except InvalidInput as refused:
        raise InvalidInput(refused.message, field="charge", **refused.details) from None


def _pupils(instructor_id: str):  # type: ignore[no-untyped-def]
    taught = select(Booking.student_id).where(col(Booking.instructor_id) == instructor_id)
    enrolled = (
        select(Enrollment.student_id)
        .join(InstructorCourse, col(InstructorCourse.course_id) == col(Enrollment.course_id))
        .where(col(InstructorCourse.instructor_id) == instructor_id, col(InstructorCourse.is_active))
    )
    return select(Person).where(
        col(Person.role) == Role.STUDENT,
        col(Person.deactivated_at).is_(None),
        or_(col(Person.id).in_(taught), col(Person.id).in_(enrolled)),
    )
