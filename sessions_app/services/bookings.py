"""Booking a seat: hold a time, confirm it, or let it go.

    hold ──> confirm ──> free or credits: scheduled (instant) or pending (on request)
                    └──> card: still held, ``checkout`` takes over

``book`` is both in one step, for programs. What a refusal means is in ``domain/errors.py``; which times can be held
is decided by the one engine in ``domain/slots.py``. What comes later has rooms of its own: answers of instructors in
``requests``, cancelling in ``cancellations``, another time in ``moves``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain import topics
from sessions_app.domain.booking_lifecycle import OCCUPYING, BookingEvent, BookingStatus, advance
from sessions_app.domain.errors import (
    AlreadyBooked,
    Conflict,
    HoldExpired,
    IllegalTransition,
    InstructorUnavailable,
    InvalidInput,
    NotEnrolled,
    NotFound,
    PriceChanged,
    StudentBusy,
    TooLate,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import MESSAGE_LIMIT, TOPIC_LIMIT, one_line, title_within
from sessions_app.domain.pricing import PayWith, Quote, payment_plan
from sessions_app.domain.refunds import CancelledBy
from sessions_app.domain.slots import Slot
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.topics import Side, TopicState
from sessions_app.models import (
    Booking,
    Course,
    Enrollment,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Offering,
    Person,
    TeachingSession,
)
from sessions_app.models.base import is_one_of
from sessions_app.models.catalogue import BookingMode, SessionType, TopicType, Visibility
from sessions_app.services import (
    access,
    audit,
    calendars,
    cancellations,
    conversations,
    credits,
    enrollments,
    expiry,
    live,
    notifications,
    qualification,
    seats,
    slots,
    terms,
)
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Details:
    """What a student may say when confirming; all of it optional."""

    message: str = ""
    topic: str = ""
    requirements: str = ""
    reminders: bool = True

    def __post_init__(self) -> None:
        if len(self.message) > MESSAGE_LIMIT:
            raise InvalidInput(f"Please keep the message under {MESSAGE_LIMIT} characters.", field="message")
        if len(self.topic) > TOPIC_LIMIT:
            raise InvalidInput(f"Please keep the topic under {TOPIC_LIMIT} characters.", field="custom_topic")
        if len(self.requirements) > MESSAGE_LIMIT:
            raise InvalidInput(
                f"Please keep the requirements under {MESSAGE_LIMIT} characters.", field="requirements"
            )


@dataclass(frozen=True, slots=True)
class Placed:
    """A booking as it stands after a step. ``is_new`` is false when the same hold was given again."""

    booking: Booking
    session: TeachingSession
    is_new: bool = True

    @property
    def needs_card(self) -> bool:
        """Whether the seat waits for a card payment."""
        return self.booking.status is BookingStatus.HELD and self.booking.pay_with is PayWith.CARD


def hold(
    work: UnitOfWork,
    *,
    offering_id: str,
    starts_at: datetime,
    student_id: str | None = None,
    pay_with: PayWith | None = None,
    replaces_former: bool = False,
    agreed: Money | None = None,
) -> Placed:
    """Keep a time for a student for HOLD_MINUTES, with the price and the policy frozen.

    The same time asked for again gives the same hold, its end unmoved. ``replaces_former`` releases the student's
    other unfinished holds first (the wizard's way). Refusals come in the order of contract.md: NotFound,
    NotAllowed, NotEnrolled, InstructorUnavailable, AlreadyBooked, OutsideAvailability, SessionFull, SlotTaken,
    StudentBusy, PriceChanged, InsufficientCredits.
    """
    agreement = _agree(
        work,
        offering_id=offering_id,
        starts_at=starts_at,
        student_id=student_id,
        pay_with=pay_with,
        replaces_former=replaces_former,
        agreed=agreed,
    )
    if isinstance(agreement, Placed):
        return agreement
    booking, session = hold_agreed(work, agreement)
    seats.refresh(work, session, booking)
    return Placed(booking, session)


def confirm(
    work: UnitOfWork,
    *,
    booking_id: str,
    details: Details | None = None,
    student_id: str | None = None,
    pay_with: PayWith | None = None,
) -> Placed:
    """Finish a hold as far as it goes without a card; one that needs a card stays held for ``checkout``.

    ``student_id`` moves the seat to another child of the same guardian. Raises HoldExpired when the hold has
    ended, InsufficientCredits, StudentBusy, NotEnrolled.
    """
    loaded = access.load_booking(work, booking_id, action=Action.BOOK, lock=True)
    booking, session = loaded.booking, loaded.session
    _require_live_hold(work, booking)
    offered = offered_of(work, booking.offering_id)
    if student_id is not None:
        _hand_over(work, booking, offered, student_id)
    if pay_with is not None:
        _settle_plan(booking, payment_plan(Quote.from_json(booking.quote), pay_with))
    _finish(work, booking, session, offered, details)
    return Placed(booking, session)


def hand_over(work: UnitOfWork, *, booking_id: str, student_id: str) -> Placed:
    """Give a held time to another child of the same guardian; that child's other unfinished holds end.

    Raises HoldExpired, NotAllowed, NotEnrolled, and StudentBusy with alternatives that are free for that child.
    """
    loaded = access.load_booking(work, booking_id, action=Action.BOOK, lock=True)
    booking = loaded.booking
    _require_live_hold(work, booking)
    wish = slots.Wish(booking.offering_id, student_id, booking.starts_at, moving_booking_id=booking.id)
    slots.offer_alternatives(work, wish)
    _hand_over(work, booking, offered_of(work, booking.offering_id), student_id, replaces_former=True)
    live.booking_changed(work, booking)
    return Placed(booking, loaded.session)


def book(
    work: UnitOfWork,
    *,
    offering_id: str,
    starts_at: datetime,
    student_id: str | None = None,
    pay_with: PayWith | None = None,
    agreed: Money | None = None,
    agreed_credits: int | None = None,
    details: Details | None = None,
) -> Placed:
    """Hold and confirm in one step; raises what both raise.

    ``agreed`` and ``agreed_credits`` are the price that the client saw: PriceChanged when it is another. A hold that
    this student already has is given back as it is (``is_new`` false), unfinished.
    """
    agreement = _agree(
        work,
        offering_id=offering_id,
        starts_at=starts_at,
        student_id=student_id,
        pay_with=pay_with,
        agreed=agreed,
        agreed_credits=agreed_credits,
    )
    if isinstance(agreement, Placed):
        return agreement
    booking, session = hold_agreed(work, agreement)
    _finish(work, booking, session, agreement.offered, details)
    return Placed(booking, session)


def release(work: UnitOfWork, *, booking_id: str) -> None:
    """Give up an unfinished hold, so that the time is free again at once; nothing for any other booking."""
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL, lock=True)
    if loaded.booking.status is BookingStatus.HELD:
        cancellations.end(work, loaded.booking, loaded.session, BookingEvent.CANCEL, CancelledBy.STUDENT)


def renew(work: UnitOfWork, *, booking_id: str) -> Placed:
    """Hold the time of an ended hold once more, for the same student; a live hold is given back as it is.

    Raises what ``hold`` raises: the time may have gone to somebody else meanwhile.
    """
    loaded = access.load_booking(work, booking_id, action=Action.BOOK, lock=True)
    booking = loaded.booking
    if booking.status is BookingStatus.HELD:
        if booking.hold_expires_at is not None and booking.hold_expires_at > work.now:
            return Placed(booking, loaded.session, is_new=False)
        # Its payment page may still keep the seat; the new hold gets a page of its own.
        cancellations.end(work, booking, loaded.session, BookingEvent.CANCEL, CancelledBy.STUDENT)
    return hold(
        work,
        offering_id=booking.offering_id,
        starts_at=booking.starts_at,
        student_id=booking.student_id,
        replaces_former=True,
    )


def confirm_attendance(work: UnitOfWork, *, booking_id: str) -> Booking:
    """The student says "I'll be there". Raises IllegalTransition unless scheduled, TooLate once it should run."""
    loaded = access.load_booking(work, booking_id, action=Action.CONFIRM_ATTENDANCE, lock=True)
    booking = loaded.booking
    confirmed = advance(booking.status, BookingEvent.CONFIRM_ATTENDANCE)
    if booking.starts_at <= work.now:
        raise TooLate("The session has begun.", until=slots.rfc3339(booking.starts_at))
    booking.status, booking.updated_at = confirmed, work.now
    work.db.add(booking)
    seats.refresh(work, loaded.session, booking)
    audit.record(work, "booking.confirmed", "booking", booking.id)
    live.booking_changed(work, booking)
    return booking


def secure(work: UnitOfWork, booking: Booking, session: TeachingSession, event: BookingEvent) -> None:
    """Make a seat real: money or credits are final, or nothing was due. Everybody is told."""
    booking.status = advance(booking.status, event)
    booking.hold_expires_at = booking.respond_by = booking.pay_by = booking.frees_at = None
    booking.updated_at = work.now
    seats.refresh(work, session, booking)
    enrollments.settle_deferral(work, student_id=booking.student_id, course_id=booking.course_id)
    conversations.begin(work, booking, session)
    audit.record(work, "booking.scheduled", "booking", booking.id, by=event.value)
    kind = NotificationKind.ACCEPTED if event is BookingEvent.ACCEPT else NotificationKind.BOOKED
    notifications.queue(work, kind, booking, session)
    live.booking_changed(work, booking)


def send_request(work: UnitOfWork, booking: Booking, session: TeachingSession, event: BookingEvent) -> None:
    """Put a request before the instructor, to be answered by min(now + REQUEST_TTL_HOURS, start − notice)."""
    profile = work.db.get(InstructorProfile, booking.instructor_id)
    if profile is None:
        raise InstructorUnavailable
    rules = calendars.slot_rules(profile, work.settings)
    latest = work.now + timedelta(hours=work.settings.request_ttl_hours)
    too_late = rules.notice_begins(booking.starts_at, work.db.get_one(Person, profile.person_id).timezone)
    respond_by = max(min(latest, too_late), work.now + timedelta(minutes=5))
    booking.status = advance(booking.status, event)
    booking.hold_expires_at = None
    booking.respond_by = booking.frees_at = respond_by
    booking.updated_at = work.now
    seats.refresh(work, session, booking)
    audit.record(work, "booking.requested", "booking", booking.id)
    notifications.queue(work, NotificationKind.REQUESTED, booking, session)
    live.booking_changed(work, booking)


def ask_payment(work: UnitOfWork, booking: Booking, session: TeachingSession) -> None:
    """Keep a seat that has the instructor's yes until it is paid: PAY_AFTER_ACCEPT_HOURS, at most till the start."""
    booking.status = advance(booking.status, BookingEvent.ACCEPT_UNPAID)
    due = work.now + timedelta(hours=work.settings.pay_after_accept_hours)
    booking.pay_by = booking.frees_at = min(due, booking.starts_at)
    booking.hold_expires_at = booking.respond_by = None
    booking.updated_at = work.now
    seats.refresh(work, session, booking)
    audit.record(work, "booking.accepted", "booking", booking.id)
    notifications.queue(work, NotificationKind.PAYMENT_DUE, booking, session)
    live.booking_changed(work, booking)


# Built once, as every booking runs them.
_OFFERED = (
    select(  # type: ignore[call-overload]
        Offering,
        InstructorProfile,
        Person,
        Course,
        InstructorCourse.is_active,
        InstructorSubject.subject_id,
    )
    .join(InstructorProfile, col(InstructorProfile.person_id) == col(Offering.instructor_id))
    .join(Person, col(Person.id) == col(Offering.instructor_id))
    .outerjoin(Course, col(Course.id) == col(Offering.course_id))
    .outerjoin(InstructorCourse, qualification.OF_COURSE)
    .outerjoin(InstructorSubject, qualification.OF_SUBJECT)
    .where(col(Offering.id) == bindparam("offering"))
)
_Student = aliased(Person)
_ASKED_FOR = (
    _OFFERED.add_columns(_Student, Enrollment.id)
    .outerjoin(_Student, col(_Student.id) == bindparam("student"))
    .outerjoin(
        Enrollment,
        and_(
            col(Enrollment.student_id) == col(_Student.id),
            col(Enrollment.course_id) == col(Offering.course_id),
        ),
    )
)
_ENROLLED = select(Enrollment.id).where(
    col(Enrollment.student_id) == bindparam("student"), col(Enrollment.course_id) == bindparam("course")
)
_SAME_SEAT = select(Booking.id, Booking.session_id).where(
    col(Booking.student_id) == bindparam("student"),
    col(Booking.offering_id) == bindparam("offering"),
    col(Booking.starts_at) == bindparam("start"),
    is_one_of(col(Booking.status), OCCUPYING),
    calendars.still_counts(col(Booking.frees_at), bindparam("now")),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering with its host and its price now. ``is_qualified``: the host still teaches what is offered."""

    offering: Offering
    profile: InstructorProfile
    host: Person
    course: Course | None
    is_qualified: bool
    quote: Quote

    @property
    def title(self) -> str:
        """What a booking of it is called."""
        # Each title fits its own column, both together may not fit a booking's.
        return one_line(title_within(self.course.title if self.course else "", self.offering.title))


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that was found right about a seat before anything of it is written. ``quote`` is what is agreed."""

    offered: Offered
    student: Person
    slot: Slot
    plan: PayWith
    quote: Quote


def offered_of(work: UnitOfWork, offering_id: str) -> Offered:
    """The offering with its host and price. Raises NotFound."""
    row = work.db.exec(_OFFERED, params={"offering": offering_id}).first()
    if row is None:
        raise NotFound
    return _offered(row)


def _offered(row: Sequence[Any]) -> Offered:
    offering, profile, host, course, teaches_course, teaches_subject = row
    if offering.course_id:
        is_qualified = bool(teaches_course)
    else:
        is_qualified = offering.subject_id is None or teaches_subject is not None
    return Offered(
        offering=offering,
        profile=profile,
        host=host,
        course=course,
        is_qualified=is_qualified,
        quote=terms.quote_for(offering, profile, course),
    )


def _agree(
    work: UnitOfWork,
    *,
    offering_id: str,
    starts_at: datetime,
    student_id: str | None,
    pay_with: PayWith | None,
    agreed: Money | None,
    agreed_credits: int | None = None,
    replaces_former: bool = False,
) -> Agreement | Placed:
    """What is to be written, or the unfinished hold that the student has on this time already."""
    student_id = access.chosen_student(work, student_id)
    row = work.db.exec(_ASKED_FOR, params={"offering": offering_id, "student": student_id}).first()
    if row is None:
        raise NotFound
    *facts, found, enrollment_id = row
    offered = _offered(facts)
    plan = payment_plan(offered.quote, pay_with)
    student = access.require_student(work, student_id, found)
    require_bookable(work, offered, student, is_enrolled=enrollment_id is not None)
    host = calendars.Host(offered.profile, offered.host.timezone)
    slots.offer_alternatives(work, slots.Wish(offering_id, student.id, starts_at), (offered.offering, host))
    work.lock(instructor=offered.offering.instructor_id, student=student.id)
    if replaces_former:
        if (same := _seat_already_taken(work, offered.offering, student, starts_at)) is not None:
            return same
        _release_former_holds(work, student.id)
    try:
        slot = slots.judge(
            work, offered.offering, starts_at, student_id=student.id, host=host, ends_overdue=True
        )
    except Conflict:
        # A seat of one's own at this time refuses it like anybody else's, so it is looked for only now.
        if (same := _seat_already_taken(work, offered.offering, student, starts_at)) is not None:
            return same
        raise
    _require_agreed(offered.quote, agreed, agreed_credits)
    return Agreement(offered, student, slot, plan, offered.quote)


def hold_agreed(work: UnitOfWork, agreement: Agreement) -> tuple[Booking, TeachingSession]:
    """The seat as a hold, and its session; ``seats.refresh`` stores both."""
    offered, student, plan, quote = agreement.offered, agreement.student, agreement.plan, agreement.quote
    expires_at = work.now + timedelta(minutes=work.settings.hold_minutes)
    session = seats.session_at(
        work,
        agreement.slot,
        offered.offering,
        timezone=offered.host.timezone,
        buffer_minutes=calendars.slot_rules(offered.profile, work.settings).buffer_minutes,
        frees_at=expires_at,
    )
    booking = Booking(
        session_id=session.id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        instructor_id=session.instructor_id,
        student_id=student.id,
        booked_by_id=work.actor.person_id or student.id,
        offering_id=offered.offering.id,
        course_id=offered.offering.course_id,
        status=BookingStatus.HELD,
        hold_expires_at=expires_at,
        frees_at=expires_at,
        pay_with=plan,
        price_minor=quote.total.minor if plan is PayWith.CARD else 0,
        currency=quote.total.currency,
        credits=(quote.credits or 0) if plan is PayWith.CREDITS else 0,
        quote=quote.to_json(),
        policy=terms.policy_for(offered.offering, work.settings).to_json(),
        limits=terms.limits_of(offered.offering).to_json(),
        title=offered.title,
        timezone=student.timezone,
        wall_start=f"{session.starts_at.astimezone(ZoneInfo(student.timezone)):%Y-%m-%dT%H:%M}",
        topic_state=_first_topic_state(offered.offering),
        created_at=work.now,
        updated_at=work.now,
    )
    audit.record(work, "booking.held", "booking", booking.id, session_id=session.id, student_id=student.id)
    live.booking_changed(work, booking)
    return booking, session


def _finish(
    work: UnitOfWork, booking: Booking, session: TeachingSession, offered: Offered, details: Details | None
) -> None:
    """Take a live hold as far as it goes without a card."""
    if details is not None:
        booking.student_message = details.message.strip()
        suggest_first_topic(booking, details.topic, Side.STUDENT)
        booking.requirements = details.requirements.strip()
        booking.reminders = details.reminders
    booking.updated_at = work.now
    if booking.pay_with is PayWith.CARD:
        seats.refresh(work, session, booking)
        return
    if offered.offering.booking_mode is BookingMode.REQUEST:
        send_request(work, booking, session, BookingEvent.SUBMIT)
    else:
        secure(work, booking, session, BookingEvent.PAY)
    if booking.pay_with is PayWith.CREDITS:
        credits.spend(work, booking)


def _first_topic_state(offering: Offering) -> TopicState:
    # A group has one topic for all, which is not one student's to agree.
    is_open = offering.topic_type is TopicType.FLEXIBLE and offering.session_type is SessionType.INDIVIDUAL
    return TopicState.OPEN if is_open else TopicState.FIXED


def suggest_first_topic(booking: Booking, topic: str, side: Side) -> None:
    """Write down the topic named with the booking itself; where the offering sets it, it is no suggestion."""
    booking.custom_topic = topic.strip()
    if booking.custom_topic and topics.may_suggest(booking.topic_state):
        booking.topic_state = topics.suggest(booking.topic_state, side)


def require_bookable(
    work: UnitOfWork, offered: Offered, student: Person, *, is_enrolled: bool | None = None
) -> None:
    """Raise NotEnrolled or InstructorUnavailable where this student cannot have this offering at all.

    ``is_enrolled`` tells whether they are in its course; None has it looked up.
    """
    offering = offered.offering
    is_for_enrolled = offering.requires_enrollment or offering.visibility is Visibility.ENROLLED
    if offering.course_id and is_for_enrolled and not is_enrolled:
        require_enrolled(work, offering.course_id, student)
    if not (offering.is_active and offered.host.deactivated_at is None and offered.is_qualified):
        raise InstructorUnavailable


def require_enrolled(work: UnitOfWork, course_id: str, student: Person) -> None:
    """Raise NotEnrolled unless the student is in the course."""
    enrolled = work.execute(_ENROLLED, {"student": student.id, "course": course_id})
    if enrolled.first() is None:
        raise NotEnrolled(course_id=course_id)


def _seat_already_taken(
    work: UnitOfWork, offering: Offering, student: Person, starts_at: datetime
) -> Placed | None:
    row = work.execute(
        _SAME_SEAT, {"student": student.id, "offering": offering.id, "start": starts_at, "now": work.now}
    ).first()
    if row is None:
        return None
    booking = work.db.get_one(Booking, row.id)
    session = work.db.get_one(TeachingSession, row.session_id)
    if booking.status is not BookingStatus.HELD:
        raise AlreadyBooked(booking_id=booking.id, session_id=session.id)
    return Placed(booking, session, is_new=False)


def _hand_over(
    work: UnitOfWork, booking: Booking, offered: Offered, student_id: str, *, replaces_former: bool = False
) -> None:
    if student_id == booking.student_id:
        return
    student = access.student_for(work, student_id)
    work.lock(student=student.id)
    require_bookable(work, offered, student)
    if replaces_former:
        _release_former_holds(work, student.id)
    _require_free_student(work, student.id, booking)
    slots.require_below_cap(work, student.id)
    booking.student_id, booking.timezone = student.id, student.timezone
    booking.wall_start = f"{booking.starts_at.astimezone(ZoneInfo(student.timezone)):%Y-%m-%dT%H:%M}"
    booking.updated_at = work.now
    work.db.add(booking)
    audit.record(work, "booking.handed_over", "booking", booking.id, student_id=student.id)


def _release_former_holds(work: UnitOfWork, student_id: str) -> None:
    rows = work.db.exec(
        select(Booking, TeachingSession)
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .where(
            col(Booking.student_id) == student_id,
            col(Booking.status) == BookingStatus.HELD,
            calendars.still_counts(col(Booking.frees_at), work.now),
        )
    ).all()
    for booking, session in rows:
        cancellations.end(work, booking, session, BookingEvent.CANCEL, CancelledBy.STUDENT)


def _require_agreed(quote: Quote, agreed: Money | None, agreed_credits: int | None) -> None:
    if agreed in (None, quote.total) and agreed_credits in (None, quote.credits or 0):
        return
    raise PriceChanged(
        price={"amount": quote.total.minor, "currency": quote.total.currency, "credits": quote.credits}
    )


def _require_live_hold(work: UnitOfWork, booking: Booking) -> None:
    if booking.status is BookingStatus.HELD and booking.frees_at is not None and booking.frees_at > work.now:
        return
    if booking.status in (BookingStatus.HELD, BookingStatus.EXPIRED):
        raise HoldExpired(booking_id=booking.id)
    raise IllegalTransition(status=booking.status.value)


def _require_free_student(work: UnitOfWork, student_id: str, booking: Booking) -> None:
    expiry.release_lapsed(work, instructor_id=booking.instructor_id, student_id=student_id)
    span = TimeSpan(booking.starts_at, booking.ends_at)
    others = calendars.student_busy(work, student_id, span, without_booking=booking.id)
    if any(other.overlaps(span) for other in others):
        raise StudentBusy


def _settle_plan(booking: Booking, plan: PayWith) -> None:
    quote = Quote.from_json(booking.quote)
    booking.pay_with = plan
    booking.price_minor = quote.total.minor if plan is PayWith.CARD else 0
    booking.credits = (quote.credits or 0) if plan is PayWith.CREDITS else 0
