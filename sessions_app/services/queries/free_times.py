"""The free times of an offering, and an instructor's busy times and hours, for programs that show a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from sessions_app.domain.availability import Calendar, local_date
from sessions_app.domain.errors import InvalidInput, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.domain.slots import SlotListing
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import InstructorCourse, InstructorProfile, InstructorSubject, Offering, Person
from sessions_app.services import access, calendars, qualification, slots
from sessions_app.services.calendars import Host
from sessions_app.services.queries import offers
from sessions_app.services.queries.cursors import Listing, Place
from sessions_app.services.unit_of_work import UnitOfWork

AHEAD = timedelta(days=1000)
"""How far ahead the dates that replace the weekly hours are told: beyond any horizon."""


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """What can be booked of an offering; ``is_offered`` is false when nothing of it can be, whatever the time."""

    instructor_id: str
    listing: SlotListing
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering with its instructor; ``is_bookable`` unless nothing of it can be booked, whatever the time."""

    offering: Offering
    host: Host
    is_bookable: bool


def free_times(
    work: UnitOfWork,
    *,
    instructor_id: str,
    offering_id: str,
    window: TimeSpan,
    student_id: str | None = None,
) -> FreeTimes:
    """The starts in ``window`` that the student could take: ``student_id``, else the actor if they book for one.

    Raises NotFound for an offering that is not this instructor's, NotAllowed for somebody else's student.
    """
    found = offered(work, instructor_id=instructor_id, offering_id=offering_id)
    student = student_asking(work, student_id)
    if not found.is_bookable:
        return FreeTimes(instructor_id, SlotListing(()), is_offered=False)
    listing = slots.list_of(work, found.host, found.offering, window, student_id=student)
    return FreeTimes(instructor_id, listing)


def offered(work: UnitOfWork, *, instructor_id: str, offering_id: str) -> Offered:
    """The offering and whether it can be booked at all. Raises NotFound when it is not this instructor's."""
    row = work.db.exec(_OFFERED, params={"offering": offering_id, "instructor": instructor_id}).first()
    if row is None:
        raise NotFound
    offering, profile, zone, deactivated_at, teaches_course, teaches_subject = row
    if not offers.may_find(work, offering):
        raise NotFound
    if offering.course_id:
        is_qualified = bool(teaches_course)
    else:
        is_qualified = offering.subject_id is None or teaches_subject is not None
    is_bookable = offering.is_active and deactivated_at is None and is_qualified
    return Offered(offering, calendars.Host(profile, zone), is_bookable)


def busy_times(
    work: UnitOfWork,
    *,
    instructor_id: str,
    window: TimeSpan,
    limit: int = 100,
    cursor: str | None = None,
) -> Listing[TimeSpan]:
    """What occupies the instructor in ``window``, as it is, by start; nobody's name. Raises NotFound."""
    _require_instructor(work, instructor_id)
    loaded = calendars.load(work, [instructor_id], window)[instructor_id]
    after = Place.decoded(cursor) if cursor else None
    rows = sorted(
        (time.span.start, time.session_id, time.span)
        for time in loaded.occupied
        if time.span.overlaps(window)
    )
    left = [row for row in rows if after is None or row[:2] > (after.at, after.id)]
    shown = left[:limit]
    more = Place(shown[-1][0], shown[-1][1]).encoded() if len(left) > limit else None
    return Listing(tuple(span for _, _, span in shown), more)


def hours(work: UnitOfWork, *, instructor_id: str) -> Calendar:
    """The instructor's weekly hours and the dates from today on that replace them. Raises NotFound."""
    _require_instructor(work, instructor_id)
    loaded = calendars.load(work, [instructor_id], TimeSpan(work.now, work.now + AHEAD))[instructor_id]
    today = local_date(work.now, loaded.calendar.zone)
    return Calendar(
        zone=loaded.calendar.zone,
        rules=tuple(sorted(loaded.calendar.rules, key=lambda rule: (rule.day_of_week, rule.start_minute))),
        overrides=tuple(
            sorted((one for one in loaded.calendar.overrides if one.on >= today), key=lambda one: one.on)
        ),
    )


# Built once, as every look at a calendar runs it.
_OFFERED = (
    select(  # type: ignore[call-overload]
        Offering,
        InstructorProfile,
        Person.timezone,
        Person.deactivated_at,
        InstructorCourse.is_active,
        InstructorSubject.subject_id,
    )
    .join(InstructorProfile, col(InstructorProfile.person_id) == col(Offering.instructor_id))
    .join(Person, col(Person.id) == col(Offering.instructor_id))
    .outerjoin(InstructorCourse, qualification.OF_COURSE)
    .outerjoin(InstructorSubject, qualification.OF_SUBJECT)
    .where(col(Offering.id) == bindparam("offering"), col(Offering.instructor_id) == bindparam("instructor"))
)


def student_asking(work: UnitOfWork, student_id: str | None) -> str | None:
    """For whom the times are judged; nobody in particular for visitors, hosts and who has yet to choose a child."""
    if student_id is None:
        if work.actor.role is Role.STUDENT:
            return work.actor.person_id
        if work.actor.role is not Role.GUARDIAN:
            return None
    try:
        return access.student_for(work, student_id).id
    except InvalidInput:
        return None


def _require_instructor(work: UnitOfWork, instructor_id: str) -> None:
    known = select(InstructorProfile.person_id).join(
        Person, col(Person.id) == col(InstructorProfile.person_id)
    )
    row = work.db.exec(
        known.where(col(Person.id) == instructor_id, col(Person.deactivated_at).is_(None))
    ).first()
    if row is None:
        raise NotFound
