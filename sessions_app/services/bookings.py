"""Booking a seat: hold a time, confirm it, cancel it, move it.

    hold ──> confirm ──> free or credits: scheduled (instant) or pending (on request)
                    └──> card: still held, ``checkout`` takes over

``book`` is both in one step, for programs. What a refusal means is in ``domain/errors.py``; which times can be held
is decided by the one engine in ``domain/slots.py``; answers of instructors are in ``services/requests.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
from sqlmodel import col, select

from sessions_app.domain import topics
from sessions_app.domain.booking_lifecycle import OCCUPYING, TENTATIVE, BookingEvent, BookingStatus, advance
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
    SlotTaken,
    StudentBusy,
    TooLate,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.plain_text import one_line, title_within
from sessions_app.domain.pricing import PayWith, Quote, payment_plan
from sessions_app.domain.refunds import CancelledBy, RefundDecision, refund_due
from sessions_app.domain.rescheduling import Barrier
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
from sessions_app.models.catalogue import BookingMode, SessionType, TopicType, Visibility
from sessions_app.services import (
    access,
    audit,
    calendars,
    conversations,
    credits,
    enrollments,
    expiry,
    live,
    notifications,
    qualification,
    refunds,
    seats,
    slots,
    terms,
    video,
)
from sessions_app.services.notifications import NotificationKind, Refunded
from sessions_app.services.unit_of_work import UnitOfWork

MESSAGE_LIMIT = 1000
TOPIC_LIMIT = 200


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


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancellation and what goes back; ``refund`` is None when nothing was paid."""

    booking: Booking
    refund: RefundDecision | None


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
        _end(work, loaded.booking, loaded.session, BookingEvent.CANCEL, CancelledBy.STUDENT)


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
        _end(work, booking, loaded.session, BookingEvent.CANCEL, CancelledBy.STUDENT)
    return hold(
        work,
        offering_id=booking.offering_id,
        starts_at=booking.starts_at,
        student_id=booking.student_id,
        replaces_former=True,
    )


def preview_cancel(work: UnitOfWork, *, booking_id: str) -> RefundDecision:
    """What would go back if the actor cancelled now."""
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL)
    return _decide(work, loaded.booking, _side_of(loaded.relation))


def cancel(
    work: UnitOfWork,
    *,
    booking_id: str,
    reason: str = "",
    waives_refund: bool = False,
    seat_only: bool = False,
) -> Cancelled:
    """End a booking; return what goes back under the policy frozen on it.

    By the student's side: their own seat. By the instructor: the session with all its seats, or with ``seat_only``
    this one, everything back. By staff: this seat, everything back. ``waives_refund`` is honoured from who paid and
    from staff, and means nothing from others. Raises IllegalTransition when it is over, started or cancelled already.
    """
    _require_short(reason)
    loaded = access.load_booking(work, booking_id, action=Action.CANCEL, lock=True)
    side = _side_of(loaded.relation)
    if side is CancelledBy.INSTRUCTOR and not seat_only:
        mine = next(
            (c for c in _cancel_all(work, loaded.session, side, reason) if c.booking.id == booking_id), None
        )
        if mine is None:
            raise IllegalTransition(status=loaded.booking.status.value)
        return mine
    expiry.lapse(work, loaded.booking, loaded.session)
    waives = waives_refund and _may_waive(work, loaded)
    return _cancel_seat(work, loaded.booking, loaded.session, side, reason, waives_refund=waives)


def cancel_session(work: UnitOfWork, *, session_id: str, reason: str = "") -> list[Cancelled]:
    """End a session for everybody, all of the money back; for its instructor and staff.

    Raises NotFound to anybody else, IllegalTransition when no seat of it is left to end.
    """
    _require_short(reason)
    session = access.load_session(work, session_id, action=Action.CANCEL)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    is_host = work.actor.person_id == session.instructor_id
    side = CancelledBy.INSTRUCTOR if is_host else CancelledBy.PLATFORM
    cancelled = _cancel_all(work, session, side, reason)
    if not cancelled:
        raise IllegalTransition(status=session.status.value)
    return cancelled


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


def reschedule(
    work: UnitOfWork, *, booking_id: str, starts_at: datetime, reason: str = "", ignores_hours: bool = False
) -> Placed:
    """Move a booking to another start of the same offering; id, price and payment stay.

    The student's side is bound by RESCHEDULE_NOTICE_HOURS and RESCHEDULE_LIMIT (TooLate), the instructor by neither,
    and with ``ignores_hours`` not by their own hours either. Raises what ``hold`` raises about the new time, and
    IllegalTransition unless scheduled.
    """
    loaded = access.load_booking(work, booking_id, action=Action.RESCHEDULE, lock=True)
    booking, session = loaded.booking, loaded.session
    advance(booking.status, BookingEvent.RESCHEDULE)
    by_host = loaded.relation in (Relation.INSTRUCTOR, Relation.STAFF, Relation.SYSTEM)
    if not by_host:
        _require_may_move(work, booking)
    if starts_at == booking.starts_at:
        raise InvalidInput("This is the time it has already.", field="starts_at")
    offered = offered_of(work, booking.offering_id)
    slots.offer_alternatives(
        work, slots.Wish(booking.offering_id, booking.student_id, starts_at, moving_booking_id=booking.id)
    )
    expiry.release_lapsed(work, instructor_id=booking.instructor_id, student_id=booking.student_id)
    slot = slots.judge(
        work,
        offered.offering,
        starts_at,
        student_id=booking.student_id,
        moving=booking,
        by_host=by_host,
        ignores_hours=by_host and ignores_hours,
    )
    was = slots.rfc3339(booking.starts_at)
    session = place_at(work, booking, session, slot, offered)
    booking.status = advance(booking.status, BookingEvent.RESCHEDULE)
    booking.reschedule_count += 0 if by_host else 1
    booking.sequence += 1
    booking.updated_at = work.now
    work.db.add(booking)
    seats.refresh(work, session, booking)
    audit.record(work, "booking.rescheduled", "booking", booking.id, was=was, reason=reason[:200])
    notifications.queue(
        work, NotificationKind.RESCHEDULED, booking, session, was_starts_at=was, reason=reason[:MESSAGE_LIMIT]
    )
    live.booking_changed(work, booking)
    return Placed(booking, session)


def reschedule_session(
    work: UnitOfWork, *, session_id: str, starts_at: datetime, reason: str = "", ignores_hours: bool = False
) -> TeachingSession:
    """Move a session with all its seats, for its instructor and staff: all move, or nobody.

    Raises what ``reschedule`` raises, and StudentBusy when anybody seated has another session then.
    """
    session = access.load_session(work, session_id, action=Action.RESCHEDULE)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    first = next(iter(seats.seats_of(work, session.id)), None)
    if first is None or session.starts_at <= work.now:
        raise IllegalTransition(status=session.status.value)
    if session.session_type is SessionType.INDIVIDUAL:
        moved = reschedule(
            work, booking_id=first.id, starts_at=starts_at, reason=reason, ignores_hours=ignores_hours
        )
        return moved.session
    if starts_at == session.starts_at:
        raise InvalidInput("This is the time it has already.", field="starts_at")
    _require_short(reason)
    expiry.release_lapsed(work, instructor_id=session.instructor_id, student_id=first.student_id)
    everybody = seats.seats_of(work, session.id)
    offered = offered_of(work, session.offering_id)
    slot = slots.judge(
        work,
        offered.offering,
        starts_at,
        student_id=first.student_id,
        moving=first,
        by_host=True,
        ignores_hours=ignores_hours,
        leaving=session.id,
    )
    if slot.session_id is not None:
        raise SlotTaken
    was = slots.rfc3339(session.starts_at)
    seats.move_session(work, session, slot.span.start, slot.span.end)
    for seat in everybody:
        _moved_along(work, seat, session, was=was, reason=reason)
    audit.record(work, "session.rescheduled", "session", session.id, was=was, reason=reason[:200])
    return session


def _moved_along(
    work: UnitOfWork, booking: Booking, session: TeachingSession, *, was: str, reason: str
) -> None:
    work.db.refresh(booking)
    booking.wall_start = f"{booking.starts_at.astimezone(ZoneInfo(booking.timezone)):%Y-%m-%dT%H:%M}"
    booking.sequence += 1
    booking.updated_at = work.now
    if booking.status not in TENTATIVE:
        booking.status = advance(booking.status, BookingEvent.RESCHEDULE)
        notifications.queue(
            work, NotificationKind.RESCHEDULED, booking, session, was_starts_at=was, reason=reason
        )
    work.db.add(booking)
    seats.refresh(work, session, booking)
    live.booking_changed(work, booking)


def place_at(
    work: UnitOfWork, booking: Booking, session: TeachingSession, slot: Slot, offered: Offered
) -> TeachingSession:
    """Give a seat the time of a slot that was judged; return the session that it is in now.

    A one-to-one session moves as it is, a group's seat changes sessions; either way the room that was known is given
    up. The caller refreshes the seats.
    """
    video.forget_room(work, session.id)
    if session.session_type is SessionType.INDIVIDUAL:
        seats.move_session(work, session, slot.span.start, slot.span.end)
        work.db.refresh(booking)
    else:
        session = _change_group(work, booking, session, slot, offered)
    booking.wall_start = f"{booking.starts_at.astimezone(ZoneInfo(booking.timezone)):%Y-%m-%dT%H:%M}"
    return session


def cancel_as_stated(work: UnitOfWork, *, booking_id: str, percent: int, reason: str = "") -> Cancelled:
    """``cancel`` for somebody who was told that ``percent`` goes back: nobody gets less than was said.

    Raises PriceChanged when it is another percentage by now, and what ``cancel`` raises.
    """
    decision = preview_cancel(work, booking_id=booking_id)
    if decision.percent != percent:
        raise PriceChanged("What goes back has changed while you were reading. Please look again.")
    return cancel(work, booking_id=booking_id, reason=reason)


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
_ENROLLED = select(Enrollment.id).where(
    col(Enrollment.student_id) == bindparam("student"), col(Enrollment.course_id) == bindparam("course")
)
_SAME_SEAT = select(Booking.id, Booking.session_id).where(
    col(Booking.student_id) == bindparam("student"),
    col(Booking.offering_id) == bindparam("offering"),
    col(Booking.starts_at) == bindparam("start"),
    col(Booking.status).in_(OCCUPYING),
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
    access.require_person(work)
    offered = offered_of(work, offering_id)
    plan = payment_plan(offered.quote, pay_with)
    student = access.student_for(work, student_id)
    require_bookable(work, offered, student)
    host = calendars.Host(offered.profile, offered.host.timezone)
    slots.offer_alternatives(work, slots.Wish(offering_id, student.id, starts_at), (offered.offering, host))
    work.lock(instructor=offered.offering.instructor_id, student=student.id)
    expiry.release_lapsed(work, instructor_id=offered.offering.instructor_id, student_id=student.id)
    if replaces_former:
        if (same := _seat_already_taken(work, offered.offering, student, starts_at)) is not None:
            return same
        _release_former_holds(work, student.id)
    try:
        slot = slots.judge(work, offered.offering, starts_at, student_id=student.id, host=host)
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


def require_bookable(work: UnitOfWork, offered: Offered, student: Person) -> None:
    """Raise NotEnrolled or InstructorUnavailable where this student cannot have this offering at all."""
    offering = offered.offering
    is_for_enrolled = offering.requires_enrollment or offering.visibility is Visibility.ENROLLED
    if offering.course_id and is_for_enrolled:
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
        _SAME_SEAT, {"student": student.id, "offering": offering.id, "start": starts_at}
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
        .where(col(Booking.student_id) == student_id, col(Booking.status) == BookingStatus.HELD)
    ).all()
    for booking, session in rows:
        _end(work, booking, session, BookingEvent.CANCEL, CancelledBy.STUDENT)


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


def _require_may_move(work: UnitOfWork, booking: Booking) -> None:
    verdict = terms.may_move(booking, work.settings, work.now)
    if verdict.barrier is Barrier.NOTICE:
        raise TooLate("It is too late to move this session.", until=slots.rfc3339(verdict.until))
    if verdict.barrier is Barrier.LIMIT:
        raise TooLate(f"A session can be moved {verdict.limit} times.", limit=verdict.limit)


def _change_group(
    work: UnitOfWork, booking: Booking, left: TeachingSession, slot: Slot, offered: Offered
) -> TeachingSession:
    """Take a seat in another session of the group's offering; the session left may thereby end."""
    if left.seats_taken <= 1 and slot.session_id is None:
        seats.move_session(work, left, slot.span.start, slot.span.end)
        work.db.refresh(booking)
        return left
    joined = seats.session_at(
        work,
        slot,
        offered.offering,
        timezone=offered.host.timezone,
        buffer_minutes=calendars.slot_rules(offered.profile, work.settings).buffer_minutes,
        frees_at=None,
    )
    work.db.add(joined)
    work.db.flush()
    booking.session_id, booking.starts_at, booking.ends_at = joined.id, joined.starts_at, joined.ends_at
    work.db.add(booking)
    seats.refresh(work, left, booking)
    return joined


def _require_short(reason: str) -> None:
    if len(reason) > MESSAGE_LIMIT:
        raise InvalidInput(f"Please keep the reason under {MESSAGE_LIMIT} characters.", field="reason")


def _cancel_all(
    work: UnitOfWork, session: TeachingSession, side: CancelledBy, reason: str
) -> list[Cancelled]:
    return [
        _cancel_seat(work, seat, session, side, reason, waives_refund=False)
        for seat in seats.seats_of(work, session.id)
        if not expiry.lapse(work, seat, session)
    ]


def _may_waive(work: UnitOfWork, loaded: access.Loaded) -> bool:
    """Whether the money, or the credits, that a waiver leaves are the actor's to leave."""
    if loaded.relation in (Relation.STAFF, Relation.SYSTEM):
        return True
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        return False
    payers = {payment.payer_id for payment in refunds.payments_of(work, loaded.booking.id)}
    return payers <= {work.actor.person_id}


def _side_of(relation: Relation) -> CancelledBy:
    if relation in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        return CancelledBy.STUDENT
    return CancelledBy.INSTRUCTOR if relation is Relation.INSTRUCTOR else CancelledBy.PLATFORM


def _decide(work: UnitOfWork, booking: Booking, side: CancelledBy) -> RefundDecision:
    # Until a seat is final nothing has been earned: whoever takes a request back gets everything.
    payer_side = CancelledBy.PLATFORM if booking.status in TENTATIVE else side
    return refund_due(
        terms.frozen_policy(booking),
        starts_at=booking.starts_at,
        at=work.now,
        by=payer_side,
        paid=refunds.paid_for(work, booking),
        credits_paid=credits.spent_on(work, booking.id) if booking.pay_with is PayWith.CREDITS else 0,
    )


def _cancel_seat(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    side: CancelledBy,
    reason: str,
    *,
    waives_refund: bool,
) -> Cancelled:
    was = booking.status
    decision = _decide(work, booking, side)
    paid_anything = refunds.has_been_paid(work, booking)
    if not waives_refund:
        refunds.request(work, booking, decision, reason=f"cancelled_by_{side}")
        credits.give_back(work, booking, decision.credits, cause="cancel")
    event = BookingEvent.CANCEL if side is CancelledBy.STUDENT else BookingEvent.CANCEL_BY_INSTRUCTOR
    _end(work, booking, session, event, side, reason=reason)
    if was is not BookingStatus.HELD:
        # A request that waits has sent no invitation, so there is none to take back.
        kind = NotificationKind.REQUEST_CANCELLED if was in TENTATIVE else NotificationKind.CANCELLED
        refunded = Refunded(decision.percent, decision.amount, decision.credits) if paid_anything else None
        others = () if side is CancelledBy.STUDENT else slots.instead_of(work, booking)
        notifications.queue(
            work,
            kind,
            booking,
            session,
            refunded=None if waives_refund else refunded,
            reason=reason,
            alternatives=[slots.rfc3339(slot.span.start) for slot in others],
        )
    if waives_refund:
        decision = replace(decision, percent=0, amount=Money.zero(booking.currency), credits=0)
    return Cancelled(booking, decision if paid_anything else None)


def _end(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    event: BookingEvent,
    side: CancelledBy,
    *,
    reason: str = "",
) -> None:
    booking.status = advance(booking.status, event)
    booking.cancelled_by = side.value
    booking.cancel_reason = reason
    booking.sequence += 1
    # hold_expires_at stays on what ended as a hold: who comes back to it is asked whether to hold it once more.
    booking.frees_at = booking.respond_by = booking.pay_by = None
    booking.updated_at = work.now
    work.db.add(booking)
    refunds.release_authorisation(work, booking)
    if booking.hold_expires_at is None:  # whoever only held a time was never told a room
        video.forget_room(work, session.id)
        live.room_changed(work, session.id)
    seats.refresh(work, session, booking)
    audit.record(work, "booking.cancelled", "booking", booking.id, by=side.value, reason=reason[:200])
    live.booking_changed(work, booking)
