"""The confirm step of the wizard: a chosen time with its frozen terms, and whether it is still held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import Conflict, NotFound
from sessions_app.domain.permissions import Action
from sessions_app.domain.pricing import PayWith, Quote, ways_to_pay
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Course, Offering, Payment, Person
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType
from sessions_app.models.money import PaymentStatus
from sessions_app.services import access, credits, slots, terms
from sessions_app.services.queries import wizard
from sessions_app.services.queries.wizard import Student
from sessions_app.services.unit_of_work import UnitOfWork


class HoldState(StrEnum):
    """Where a chosen time stands when somebody comes back to it."""

    LIVE = "live"
    ENDED = "ended"  # nobody else has taken it
    TAKEN = "taken"
    DONE = "done"  # it became a booking, or was one that is over


@dataclass(frozen=True, slots=True)
class HeldStep:
    """A hold as its student sees it. ``credits`` is the student's balance.

    ``ways`` are the ways to pay that the frozen quote offers, ``pay_with`` the one the hold stands on.
    ``alternatives`` are up to three bookable starts near a time that was taken.
    """

    booking_id: str
    session_id: str
    state: HoldState
    span: TimeSpan
    expires_at: datetime | None
    held_seconds: int
    instructor_id: str
    instructor_name: str
    avatar_url: str | None
    offering_id: str
    offering_title: str
    duration_minutes: int
    session_type: SessionType
    topic_type: TopicType
    booking_mode: BookingMode
    modality: Modality
    place: str
    requirements: str
    course_id: str | None
    course_title: str
    quote: Quote
    pay_with: PayWith
    ways: tuple[PayWith, ...]
    credits: int
    free_until: datetime
    partial_until: datetime
    cancel_until: datetime | None
    partial_percent: int
    students: tuple[Student, ...]
    student_id: str
    message: str
    topic: str
    reminders: bool
    has_payment_page: bool
    alternatives: tuple[TimeSpan, ...]
    now: datetime


def held(work: UnitOfWork, *, booking_id: str) -> HeldStep:
    """The hold behind ``booking_id``. Raises NotFound to everybody it does not belong to."""
    loaded = access.load_booking(work, booking_id, action=Action.BOOK)
    booking = loaded.booking
    row = work.db.exec(
        select(Offering, Person, Course)
        .join(Person, col(Person.id) == col(Offering.instructor_id))
        .outerjoin(Course, col(Course.id) == col(Offering.course_id))
        .where(col(Offering.id) == booking.offering_id)
    ).first()
    if row is None:
        raise NotFound
    offering, instructor, course = row
    state, alternatives = _state(work, booking, offering)
    quote = Quote.from_json(booking.quote)
    due = terms.deadlines(booking)
    pages = work.db.exec(select(Payment.status).where(col(Payment.booking_id) == booking.id)).all()
    total = work.settings.payment_hold_minutes if pages else work.settings.hold_minutes
    return HeldStep(
        booking_id=booking.id,
        session_id=booking.session_id,
        state=state,
        span=TimeSpan(booking.starts_at, booking.ends_at),
        expires_at=booking.hold_expires_at,
        held_seconds=total * 60,
        instructor_id=instructor.id,
        instructor_name=instructor.name,
        avatar_url=instructor.avatar_url,
        offering_id=offering.id,
        offering_title=loaded.session.title,
        duration_minutes=TimeSpan(booking.starts_at, booking.ends_at).minutes,
        session_type=offering.session_type,
        topic_type=offering.topic_type,
        booking_mode=offering.booking_mode,
        modality=loaded.session.modality,
        place=loaded.session.place,
        requirements=offering.requirements,
        course_id=booking.course_id,
        course_title=course.title if course else "",
        quote=quote,
        pay_with=booking.pay_with,
        ways=ways_to_pay(quote),
        credits=credits.balance_of(work, booking.student_id),
        free_until=due.free_until,
        partial_until=due.partial_until,
        cancel_until=due.cancel_until,
        partial_percent=due.partial_percent,
        students=wizard.students_of(work),
        student_id=booking.student_id,
        message=booking.student_message,
        topic=booking.custom_topic,
        reminders=booking.reminders,
        has_payment_page=PaymentStatus.OPEN in pages,
        alternatives=alternatives,
        now=work.now,
    )


def _state(work: UnitOfWork, booking: Booking, offering: Offering) -> tuple[HoldState, tuple[TimeSpan, ...]]:
    if booking.status is BookingStatus.HELD:
        if booking.hold_expires_at is not None and booking.hold_expires_at > work.now:
            return HoldState.LIVE, ()
    elif booking.hold_expires_at is None:
        return HoldState.DONE, ()
    # To hold it once more would replace whatever the student holds now.
    replaced = work.db.exec(
        select(Booking).where(
            col(Booking.student_id) == booking.student_id, col(Booking.status) == BookingStatus.HELD
        )
    ).first()
    try:
        slots.judge(work, offering, booking.starts_at, student_id=booking.student_id, moving=replaced)
    except Conflict:
        wish = slots.Wish(
            offering.id,
            booking.student_id,
            booking.starts_at,
            moving_booking_id=replaced.id if replaced else None,
        )
        return HoldState.TAKEN, tuple(slot.span for slot in slots.nearest_to(work, wish))
    return HoldState.ENDED, ()
