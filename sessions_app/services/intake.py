"""Booking from what a program sends: which offering is meant, and what the program gets back.

A program may name an offering, or describe it by instructor, course or subject, and length; ``resolve`` finds the one
that fits. Whether it can be booked then is decided in ``services/bookings.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from sqlmodel import col, select

from sessions_app.domain import instants
from sessions_app.domain.errors import InstructorUnavailable, InvalidInput, NotFound
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.search_text import folded
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Course, InstructorProfile, Offering, Person, Subject
from sessions_app.services import access, bookings, moves, slots
from sessions_app.services.bookings import Details, Placed
from sessions_app.services.queries.bookings import SeatView, views
from sessions_app.services.queries.offers import is_listed_for
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted, as far as it was said. ``minutes`` is the length asked for.

    ``picks_first`` settles a choice between several offerings by the instructor's own order (document 002 has no
    field to name one); ``by_credits`` then says whether it is to be one payable in credits.
    """

    instructor_id: str | None
    offering_id: str | None = None
    course_id: str | None = None
    subject: str | None = None
    minutes: int | None = None
    picks_first: bool = False
    by_credits: bool = False


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """The price that the client saw; None where it did not say."""

    amount_minor: int | None = None
    currency: str | None = None
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The booking after the step. ``is_new`` is false for a hold that the student had already."""

    seat: SeatView
    is_new: bool


def book(
    work: UnitOfWork,
    *,
    wanted: Wanted,
    starts_at: datetime,
    student_id: str | None,
    pay_with: PayWith | None = None,
    agreed: AgreedPrice | None = None,
    details: Details | None = None,
) -> Receipt:
    """Book the offering that is meant. Raises what ``resolve`` and ``bookings.book`` raise."""
    access.require_person(work)
    offering = resolve(work, wanted, student_id=student_id)
    agreed = agreed or AgreedPrice()
    money = (
        None
        if agreed.amount_minor is None
        else Money(agreed.amount_minor, agreed.currency or offering.currency)
    )
    placed = bookings.book(
        work,
        offering_id=offering.id,
        starts_at=starts_at,
        student_id=student_id,
        pay_with=pay_with,
        agreed=money,
        agreed_credits=agreed.credits,
        details=details,
    )
    return receipt(work, placed)


@dataclass(frozen=True, slots=True)
class WallTimes:
    """Document 002's way to say when: a date and times on one clock, the coach's where ``timezone`` is None."""

    on: date
    start_minute: int
    end_minute: int | None
    minutes: int | None
    timezone: str | None = None
    fold: int = 0


def book_by_subject(
    work: UnitOfWork,
    *,
    coach_id: str,
    subject: str | None,
    times: WallTimes,
    student_id: str | None,
    offering_id: str | None = None,
    credits_to_use: int | None = None,
    details: Details | None = None,
) -> Receipt:
    """Book the coach's offering of a subject (an id or a name) and a length.

    ``credits_to_use`` above 0 asks for one payable in credits, at that price; else for one that is free or paid by
    card. Raises as ``book``, and InvalidInput for times that do not exist or do not agree.
    """
    access.require_person(work)
    coach = work.db.get(Person, coach_id)
    if coach is None:
        raise NotFound
    zone = times.timezone or coach.timezone
    start = instants.at_minute(times.on, times.start_minute, zone, field="start_time", fold=times.fold)
    end = None
    if times.end_minute is not None:
        end = instants.at_minute(times.on, times.end_minute, zone, field="end_time", fold=times.fold)
    minutes = instants.length_asked(
        start,
        end,
        times.minutes,
        shortest=work.settings.min_session_duration,
        longest=work.settings.max_session_duration,
        end_field="end_time",
    )
    return book(
        work,
        wanted=Wanted(
            instructor_id=coach_id,
            offering_id=offering_id,
            subject=subject,
            minutes=minutes,
            picks_first=True,
            by_credits=bool(credits_to_use),
        ),
        starts_at=start,
        student_id=student_id,
        pay_with=PayWith.CREDITS if credits_to_use else None,
        agreed=AgreedPrice(credits=credits_to_use or None),
        details=details,
    )


def reschedule(work: UnitOfWork, *, booking_id: str, slot_id: str, reason: str = "") -> Receipt:
    """Move a booking onto a slot of the same offering, by the slot's id. Raises as ``moves.reschedule``.

    InvalidInput (``new_time_slot_id``) for a slot of another instructor or of another length.
    """
    instructor_id, starts_at, minutes = slots.parse_slot_id(slot_id, field="new_time_slot_id")
    booking = access.load_booking(work, booking_id, action=Action.RESCHEDULE).booking
    if instructor_id != booking.instructor_id:
        raise InvalidInput("A session stays with its instructor.", field="new_time_slot_id")
    booked = TimeSpan(booking.starts_at, booking.ends_at).minutes
    require_length(booked, minutes, field="new_time_slot_id")
    return receipt(work, moves.reschedule(work, booking_id=booking_id, starts_at=starts_at, reason=reason))


def receipt(work: UnitOfWork, placed: Placed) -> Receipt:
    """What a program gets back about a booking."""
    return Receipt(views(work, [placed.booking])[0], placed.is_new)


def resolve(work: UnitOfWork, wanted: Wanted, *, student_id: str | None) -> Offering:
    """The one offering that is meant.

    Raises NotFound for what does not exist, InvalidInput (``offering_id``, ``details.choices``) when several or none
    fit the length, and, for an offering of somebody or something else, in the order of refusals NotAllowed,
    NotEnrolled or InstructorUnavailable.
    """
    if wanted.instructor_id is not None and work.db.get(InstructorProfile, wanted.instructor_id) is None:
        raise NotFound
    if wanted.course_id is not None and work.db.get(Course, wanted.course_id) is None:
        raise NotFound
    if wanted.offering_id is not None:
        return _named(work, wanted.offering_id, wanted, student_id)
    if wanted.instructor_id is None:
        raise InvalidInput("Please say whom the session is with.", field="st_id")
    offered = _offered(work, wanted)
    if not offered:
        _refuse(work, wanted.course_id, student_id)
    fitting = [one for one in offered if wanted.minutes in (None, one.duration_minutes)]
    if wanted.picks_first and fitting:
        return fitting[0]
    if len(fitting) != 1:
        raise InvalidInput(
            "Please say which of these is meant.",
            field="offering_id",
            choices=[
                {"id": one.id, "title": one.title, "duration_minutes": one.duration_minutes}
                for one in offered
            ],
        )
    return fitting[0]


def require_length(offered: int, minutes: int | None, *, field: str) -> None:
    """Raise InvalidInput (``field``) when the length asked for is not the one ``offered``."""
    if minutes not in (None, offered):
        raise InvalidInput(f"This session lasts {offered} minutes.", field=field, duration_minutes=offered)


def _named(work: UnitOfWork, offering_id: str, wanted: Wanted, student_id: str | None) -> Offering:
    offering = work.db.get(Offering, offering_id)
    if offering is None:
        raise NotFound
    require_length(offering.duration_minutes, wanted.minutes, field="scheduled_end")
    is_theirs = wanted.instructor_id in (None, offering.instructor_id)
    if not is_theirs or wanted.course_id not in (None, offering.course_id):
        _refuse(work, wanted.course_id or offering.course_id, student_id)
    return offering


def _offered(work: UnitOfWork, wanted: Wanted) -> list[Offering]:
    """What the instructor offers in the course or subject, in their own order."""
    statement = (
        select(Offering, Course.subject_id)
        .outerjoin(Course, col(Course.id) == col(Offering.course_id))
        .where(
            col(Offering.instructor_id) == wanted.instructor_id, col(Offering.is_active), is_listed_for(work)
        )
    )
    if wanted.course_id is not None:
        statement = statement.where(col(Offering.course_id) == wanted.course_id)
    statement = statement.order_by(
        col(Course.position).nulls_last(), col(Offering.position), col(Offering.id)
    )
    rows = work.db.exec(statement).all()
    if wanted.subject is not None:
        subjects = _subjects_named(work, wanted.subject)
        rows = [(one, of_course) for one, of_course in rows if {one.subject_id, of_course} & subjects]
    if wanted.picks_first:
        return [one for one, _ in rows if _is_paid_so(one, by_credits=wanted.by_credits)]
    return [one for one, _ in rows]


def _is_paid_so(offering: Offering, *, by_credits: bool) -> bool:
    if by_credits:
        return offering.credits is not None
    return offering.credits is None or offering.price_minor is not None


def _subjects_named(work: UnitOfWork, name: str) -> set[str | None]:
    """The subjects of that id or that name, in any case and accents. Raises NotFound for none."""
    rows = work.db.exec(select(Subject.id, Subject.name))
    found: set[str | None] = {
        subject_id for subject_id, known in rows if name == subject_id or folded(name) == folded(known)
    }
    if not found:
        raise NotFound
    return found


def _refuse(work: UnitOfWork, course_id: str | None, student_id: str | None) -> NoReturn:
    """Say why something that is not offered cannot be booked, in the order of refusals."""
    student = access.student_for(work, student_id)
    if course_id is not None:
        bookings.require_enrolled(work, course_id, student)
    raise InstructorUnavailable
