"""What can be booked now, with whom and for how much: the facts that every screen about instructors starts from.

An offering counts when ``bookings`` would take it: it is active, its instructor is, and they still teach its course
or its subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, bindparam, func, or_
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.money import Money, price_label
from sessions_app.domain.pricing import Quote
from sessions_app.models import (
    Booking,
    Course,
    Enrollment,
    GuardianLink,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Offering,
    Person,
    Subject,
)
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType, Visibility
from sessions_app.services import qualification, terms
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OfferingFacts:
    """An offering as it can be booked now. Nothing due in money or credits means free."""

    id: str
    subject_id: str | None
    course_id: str | None
    course_title: str
    title: str
    description: str
    requirements: str
    duration_minutes: int
    session_type: SessionType
    topic_type: TopicType
    booking_mode: BookingMode
    modality: Modality
    capacity: int
    total: Money
    credits: int | None

    @property
    def is_free(self) -> bool:
        """Whether nothing is due, neither money nor credits."""
        return self.total.is_zero and not self.credits

    @property
    def price_label(self) -> str:
        """The price as people read it: "Free", "€32.00", "1 credit"."""
        return price_label(self.total, self.credits)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offering's row, which the slot engine asks for, beside its facts and the course it belongs to."""

    row: Offering
    facts: OfferingFacts
    course: Course | None


@dataclass(frozen=True, slots=True)
class Instructor:
    """Somebody who can be booked. ``offers`` stand in the instructor's own order."""

    id: str
    name: str
    avatar_url: str | None
    headline: str
    bio: str
    timezone: str
    is_listed: bool
    since: datetime
    offers: tuple[Offer, ...]


# Built once, as every step of the wizard runs it.
_BOOKABLE = (
    select(Offering, Person, InstructorProfile, Course)
    .join(Person, col(Person.id) == col(Offering.instructor_id))
    .join(InstructorProfile, col(InstructorProfile.person_id) == col(Offering.instructor_id))
    .outerjoin(Course, col(Course.id) == col(Offering.course_id))
    .outerjoin(InstructorCourse, qualification.OF_COURSE)
    .outerjoin(InstructorSubject, qualification.OF_SUBJECT)
    .where(
        col(Offering.is_active),
        col(Person.deactivated_at).is_(None),
        or_(
            and_(col(Course.is_active), col(InstructorCourse.is_active)),
            and_(
                col(Offering.course_id).is_(None),
                or_(
                    col(Offering.subject_id).is_(None),
                    col(InstructorSubject.instructor_id).is_not(None),
                ),
            ),
        ),
    )
    .order_by(
        col(Person.name),
        col(Person.id),
        col(Course.position).nulls_last(),
        col(Course.id),
        col(Offering.position),
        col(Offering.id),
    )
)
_SUBJECTS = (
    select(InstructorSubject.instructor_id, Subject)
    .join(Subject, col(Subject.id) == col(InstructorSubject.subject_id))
    .where(col(InstructorSubject.instructor_id).in_(bindparam("instructors", expanding=True)))
    .order_by(col(Subject.position), col(Subject.name))
)


def is_listed_for(work: UnitOfWork, *, named: str | None = None) -> ColumnElement[bool]:
    """The condition that the actor may find an offering: by who may see it, and by ``named``, the id in a link.

    What is for enrolled students is seen by them, their guardians, the instructor and staff; what is for those with
    the link, by whoever names it.
    """
    sees_all = work.actor.is_staff or work.actor.is_system
    return _listed_for(None if sees_all else work.actor.person_id, sees_all, named)


@lru_cache(maxsize=4096)
def _listed_for(person_id: str | None, sees_all: bool, named: str | None) -> ColumnElement[bool]:
    # Kept, as somebody who chooses a time asks again with every day they look at.
    is_open: list[ColumnElement[bool]] = [col(Offering.visibility) == Visibility.EVERYONE]
    if named is not None:
        is_open.append(and_(col(Offering.visibility) == Visibility.LINK, col(Offering.id) == named))
    for_students = col(Offering.visibility) == Visibility.ENROLLED
    if sees_all:
        is_open.append(for_students)
    elif person_id is not None:
        children = select(GuardianLink.child_id).where(
            col(GuardianLink.guardian_id) == person_id, col(GuardianLink.can_view)
        )
        is_in = (
            select(Enrollment.id)
            .where(
                col(Enrollment.course_id) == col(Offering.course_id),
                or_(
                    col(Enrollment.student_id) == person_id,
                    col(Enrollment.student_id).in_(children),
                ),
            )
            .exists()
        )
        is_own = col(Offering.instructor_id) == person_id
        is_open.append(and_(for_students, or_(is_own, is_in)))
    return or_(*is_open)


def may_find(work: UnitOfWork, offering: Offering) -> bool:
    """``is_listed_for`` of one offering that was named; asks the database only where it has to."""
    if offering.visibility is not Visibility.ENROLLED:
        return True
    statement = select(Offering.id).where(col(Offering.id) == offering.id, is_listed_for(work))
    return work.db.exec(statement).first() is not None


def instructors(
    work: UnitOfWork,
    *,
    course_id: str | None = None,
    instructor_id: str | None = None,
    named: str | None = None,
) -> list[Instructor]:
    """Everybody with something to book that the actor may find, in one statement, by name.

    Of one course or one instructor where asked; ``named`` is the id of an offering that a link leads to.
    """
    conditions = [is_listed_for(work, named=named)]
    if course_id is not None:
        conditions.append(col(Offering.course_id) == course_id)
    if instructor_id is not None:
        conditions.append(col(Offering.instructor_id) == instructor_id)
    rows = work.db.exec(_BOOKABLE.where(*conditions)).all()
    offers: dict[str, list[Offer]] = defaultdict(list)
    people: dict[str, tuple[Person, InstructorProfile]] = {}
    for offering, person, profile, course in rows:
        people[person.id] = (person, profile)
        offers[person.id].append(
            Offer(offering, _facts(offering, course, terms.quote_for(offering, profile, course)), course)
        )
    return [
        Instructor(
            id=person.id,
            name=person.name,
            avatar_url=person.avatar_url,
            headline=profile.headline,
            bio=profile.bio,
            timezone=person.timezone,
            is_listed=profile.is_listed,
            since=person.created_at,
            offers=tuple(offers[person.id]),
        )
        for person, profile in people.values()
    ]


def subjects_of(work: UnitOfWork, instructor_ids: Collection[str]) -> dict[str, tuple[Subject, ...]]:
    """The subjects each instructor is qualified for, in the order of the subjects."""
    rows = work.db.exec(_SUBJECTS, params={"instructors": list(instructor_ids)})
    found: dict[str, list[Subject]] = defaultdict(list)
    for instructor_id, subject in rows:
        found[instructor_id].append(subject)
    return defaultdict(tuple, {person_id: tuple(subjects) for person_id, subjects in found.items()})


def students_taught(work: UnitOfWork, instructor_ids: Collection[str]) -> dict[str, int]:
    """How many different students completed a session with each; 0 where none did."""
    rows = work.db.exec(
        select(Booking.instructor_id, func.count(col(Booking.student_id).distinct()))
        .where(
            col(Booking.instructor_id).in_(instructor_ids),
            col(Booking.status) == BookingStatus.COMPLETED,
        )
        .group_by(col(Booking.instructor_id))
    )
    return defaultdict(int, dict(rows.all()))


def _facts(offering: Offering, course: Course | None, quote: Quote) -> OfferingFacts:
    return OfferingFacts(
        id=offering.id,
        subject_id=course.subject_id if course else offering.subject_id,
        course_id=offering.course_id,
        course_title=course.title if course else "",
        title=offering.title,
        description=offering.description,
        requirements=offering.requirements,
        duration_minutes=offering.duration_minutes,
        session_type=offering.session_type,
        topic_type=offering.topic_type,
        booking_mode=offering.booking_mode,
        modality=offering.modality,
        capacity=offering.capacity,
        total=quote.total,
        credits=quote.credits,
    )
