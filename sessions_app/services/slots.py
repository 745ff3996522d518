"""Which times of an offering can be booked, and why others cannot. Listing and booking ask the same engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from sessions_app.domain import instants
from sessions_app.domain import slots as engine
from sessions_app.domain.booking_lifecycle import OCCUPYING
from sessions_app.domain.errors import (
    DomainError,
    InvalidInput,
    OutsideAvailability,
    SessionFull,
    SlotTaken,
    StudentBusy,
)
from sessions_app.domain.instants import MAX_DAYS
from sessions_app.domain.slots import Question, Reason, Slot, SlotListing
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Offering, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import calendars, expiry
from sessions_app.services.calendars import Host, InstructorCalendar
from sessions_app.services.unit_of_work import UnitOfWork

MAX_RANGE = timedelta(days=MAX_DAYS)
_HOSTS_LIMITS = frozenset({Reason.NOTICE, Reason.HORIZON})
_HOSTS_HOURS = frozenset(
    {Reason.OVERRIDE_DAY_OFF, Reason.OUTSIDE_HOURS, Reason.OFF_GRID, Reason.DAY_CAP, Reason.WEEK_CAP}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A start that somebody wants: whose, of which offering, and which booking is being moved there, if any."""

    offering_id: str
    student_id: str | None
    starts_at: datetime
    moving_booking_id: str | None = None


def listing(
    work: UnitOfWork,
    offering: Offering,
    window: TimeSpan,
    *,
    student_id: str | None,
    moving: Booking | None = None,
) -> SlotListing:
    """The starts in ``window`` that this student could book now; None is somebody with no session anywhere."""
    (host,) = calendars.hosts(work, [offering.instructor_id])
    return list_of(work, host, offering, window, student_id=student_id, moving=moving)


def list_of(
    work: UnitOfWork,
    host: Host,
    offering: Offering,
    window: TimeSpan,
    *,
    student_id: str | None,
    moving: Booking | None = None,
) -> SlotListing:
    """``listing`` where the instructor is loaded already."""
    if student_id is not None and is_at_cap(work, student_id, moving):
        return SlotListing((), Reason.STUDENT_CAP)
    around = calendars.around_student(
        work, host, window, student_id=student_id, without_booking=moving.id if moving else None
    )
    asked = question(
        around.calendar,
        offering,
        student_busy=around.student_busy,
        without_session=session_left_by(work, moving),
        minutes=_minutes(offering, moving),
        now=work.now,
    )
    return engine.open_slots(asked, window)


def list_with(
    loaded: InstructorCalendar, offering: Offering, window: TimeSpan, *, now: datetime
) -> SlotListing:
    """What anybody could book, from a calendar loaded already, for screens that show several instructors."""
    return engine.open_slots(question(loaded, offering, student_busy=(), now=now), window)


def question(
    loaded: InstructorCalendar,
    offering: Offering,
    *,
    student_busy: Sequence[TimeSpan],
    without_session: str | None = None,
    minutes: int | None = None,
    now: datetime,
) -> Question:
    """What the engine is asked about an offering, from facts alone: ``without_session`` would be left.

    ``minutes`` is the length wanted where it is not the offering's.
    """
    return Question(
        calendar=loaded.calendar,
        rules=loaded.rules,
        busy=loaded.busy(without_session=without_session),
        joinable=loaded.joinable(offering.id, without_session=without_session),
        student_busy=student_busy,
        offering_id=offering.id,
        session_type=offering.session_type,
        duration_minutes=minutes or offering.duration_minutes,
        capacity=offering.capacity,
        now=now,
    )


def judge(
    work: UnitOfWork,
    offering: Offering,
    starts_at: datetime,
    *,
    student_id: str,
    moving: Booking | None = None,
    by_host: bool = False,
    ignores_hours: bool = False,
    host: Host | None = None,
    leaving: str | None = None,
    ends_overdue: bool = False,
) -> Slot:
    """The slot at ``starts_at``, by the same engine that lists them.

    ``host`` is the instructor where they are loaded already, ``leaving`` a session that moves with all its seats.
    ``ends_overdue`` is for who takes a new seat there, under the instructor's lock: seats of both that wait for their
    end are ended, so that the database's guards find the time free as well.
    ``by_host`` leaves out the instructor's own notice and horizon, ``ignores_hours`` also their hours, grid and caps;
    never their sessions and buffer. Raises OutsideAvailability, SessionFull, SlotTaken or StudentBusy with
    ``details.reason``.
    """
    minutes = _minutes(offering, moving)
    window = TimeSpan(starts_at, starts_at + timedelta(minutes=minutes))
    if host is None:
        (host,) = calendars.hosts(work, [offering.instructor_id])
    around = calendars.around_student(
        work, host, window, student_id=student_id, without_booking=moving.id if moving else None
    )
    asked = question(
        around.calendar,
        offering,
        student_busy=around.student_busy,
        without_session=leaving or session_left_by(work, moving),
        minutes=minutes,
        now=work.now,
    )
    waived = (_HOSTS_LIMITS if by_host else frozenset()) | (_HOSTS_HOURS if ignores_hours else frozenset())
    require_below_cap(work, student_id, moving)
    slot = _allowed(asked, window, waived)
    if ends_overdue:
        expiry.end_overdue(work, around.overdue)
    return slot


def _allowed(asked: Question, window: TimeSpan, waived: frozenset[Reason]) -> Slot:
    verdict = engine.judge(asked, window.start)
    if isinstance(verdict, Slot):
        return verdict
    reasons = [reason for reason in verdict if reason not in waived]
    if reasons:
        raise engine.refusal(reasons)
    for session in asked.joinable:
        if session.span == window:
            return Slot(window, session.seats_left, session_id=session.session_id)
    return Slot(window, asked.capacity)


def offer_alternatives(work: UnitOfWork, wish: Wish, known: tuple[Offering, Host] | None = None) -> None:
    """Have a refusal of this wish carry up to three nearest bookable slots in ``details.alternatives``.

    They are looked up after the rollback, without holding any lock; ``known`` is the offering and who gives it, where
    they are loaded already.
    """

    def explain(later: UnitOfWork, error: DomainError) -> None:
        if isinstance(error, (SlotTaken, SessionFull, StudentBusy, OutsideAvailability)):
            error.details["alternatives"] = alternatives(later, wish, known)

    work.on_refusal(explain)


def alternatives(
    work: UnitOfWork, wish: Wish, known: tuple[Offering, Host] | None = None
) -> list[dict[str, object]]:
    """The slots of ``nearest_to`` as JSON: id, start, end, seats_left."""
    known = known or calendars.offering_with_host(work, wish.offering_id)
    if known is None:
        return []
    offering, host = known
    return [
        {
            "id": slot_id(offering.instructor_id, slot.span),
            "start": rfc3339(slot.span.start),
            "end": rfc3339(slot.span.end),
            "seats_left": slot.seats_left,
        }
        for slot in _nearest(work, wish, offering, host)
    ]


def nearest_to(work: UnitOfWork, wish: Wish, *, besides: TimeSpan | None = None) -> tuple[Slot, ...]:
    """The three bookable slots nearest to the wish, none that overlaps ``besides``; fewer only where fewer exist."""
    known = calendars.offering_with_host(work, wish.offering_id)
    return () if known is None else _nearest(work, wish, *known, besides=besides)


def instead_of(work: UnitOfWork, booking: Booking) -> tuple[Slot, ...]:
    """Up to three bookable slots nearest to a session that was called off, none at the time it had."""
    lost = TimeSpan(booking.starts_at, booking.ends_at)
    wish = Wish(booking.offering_id, booking.student_id, booking.starts_at)
    return nearest_to(work, wish, besides=lost)


def session_left_by(work: UnitOfWork, moving: Booking | None) -> str | None:
    """The session that becomes free when this booking leaves it: a one-to-one, or a group's last seat."""
    if moving is None:
        return None
    session = work.db.get(TeachingSession, moving.session_id)
    if session is None:
        return None
    return session.id if session.session_type is SessionType.INDIVIDUAL or session.seats_taken <= 1 else None


def is_at_cap(work: UnitOfWork, student_id: str, moving: Booking | None = None) -> bool:
    """Whether the student has MAX_ACTIVE_BOOKINGS_PER_STUDENT seats ahead without ``moving``; 0 is no limit."""
    if not work.settings.max_active_bookings_per_student:
        return False
    ahead = select(func.count()).where(
        col(Booking.student_id) == student_id,
        col(Booking.status).in_(OCCUPYING),
        col(Booking.ends_at) > work.now,
        calendars.still_counts(col(Booking.frees_at), work.now),
        col(Booking.id) != (moving.id if moving else ""),
    )
    return is_cap(work, work.db.exec(ahead).one())


def require_below_cap(work: UnitOfWork, student_id: str, moving: Booking | None = None) -> None:
    """Raise OutsideAvailability (``details.reason`` student_cap) for a student who ``is_at_cap``."""
    if is_at_cap(work, student_id, moving):
        cap = work.settings.max_active_bookings_per_student
        raise OutsideAvailability(
            f"No more than {cap} sessions ahead can be booked at a time.",
            reason=Reason.STUDENT_CAP.value,
            limit=cap,
        )


def is_cap(work: UnitOfWork, seats_ahead: int) -> bool:
    """Whether a student with so many seats ahead may book no further one."""
    return 0 < work.settings.max_active_bookings_per_student <= seats_ahead


def slot_id(instructor_id: str, span: TimeSpan) -> str:
    """The deterministic id of product.md C-18: ``slot_<instructor>_<utcstart>_<minutes>``."""
    return f"slot_{instructor_id}_{span.start:%Y%m%dT%H%M%SZ}_{span.minutes}"


def parse_slot_id(text: str, *, field: str = "time_slot_id") -> tuple[str, datetime, int]:
    """Instructor id, start (UTC) and minutes of a slot id. Raises InvalidInput (``field``)."""
    try:
        head, start, minutes = text.rsplit("_", 2)
        if not head.startswith("slot_") or not minutes.isdecimal() or len(minutes) > len("1440"):
            raise ValueError(text)
        at = datetime.strptime(start, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput("This is not the id of a slot.", field=field) from None
    instants.require_year(at.year, field)
    return head.removeprefix("slot_"), at, int(minutes)


def rfc3339(instant: datetime) -> str:
    """A UTC instant as the API writes it: whole seconds and Z."""
    # isoformat is ten times as fast as a format string, and lists write thousands of these.
    return instant.isoformat()[:19] + "Z"


def _minutes(offering: Offering, moving: Booking | None) -> int:
    """The length: a booking that moves keeps the one it was made with, whatever the offering is now."""
    if moving is None:
        return offering.duration_minutes
    return TimeSpan(moving.starts_at, moving.ends_at).minutes


def _nearest(
    work: UnitOfWork, wish: Wish, offering: Offering, host: Host, *, besides: TimeSpan | None = None
) -> tuple[Slot, ...]:
    moving = work.db.get(Booking, wish.moving_booking_id) if wish.moving_booking_id else None
    horizon = calendars.slot_rules(host.profile, work.settings).horizon_days
    end = min(work.now + timedelta(days=horizon + 2), work.now + MAX_RANGE)
    window = TimeSpan(work.now, end)
    found = list_of(work, host, offering, window, student_id=wish.student_id, moving=moving)
    if besides is not None:
        found = SlotListing(tuple(slot for slot in found.slots if not slot.span.overlaps(besides)))
    return engine.nearest(wish.starts_at, found)
