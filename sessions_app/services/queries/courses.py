"""Courses as people see them: the list, one course with its content, and who teaches it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from sessions_app.domain import search_text
from sessions_app.domain.availability import local_date
from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Course, CourseUnit, DeferredEnrollment, Enrollment, Subject
from sessions_app.models.catalogue import DeferredStatus
from sessions_app.services import access, calendars, slots
from sessions_app.services.queries import discovery, offers, paging, reviews
from sessions_app.services.queries.offers import Instructor, OfferingFacts
from sessions_app.services.queries.paging import Page
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A student of the actor's side (themselves, or a child of theirs) in a course."""

    enrollment_id: str
    student_id: str
    deferred: DeferredStatus | None


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course as a list shows it. ``cheapest`` is its offering with the lowest price.

    ``has_one_price`` when nothing that is paid costs anything else.
    """

    id: str
    title: str
    summary: str
    subject_id: str
    subject: str
    session_count: int
    instructors: tuple[str, ...]
    cheapest: OfferingFacts | None
    has_one_price: bool
    has_free: bool
    enrolled: tuple[Enrolled, ...]

    @property
    def enrollment_id(self) -> str | None:
        """The enrollment of the actor's side; the first where a guardian has several children in the course."""
        return self.enrolled[0].enrollment_id if self.enrolled else None


@dataclass(frozen=True, slots=True)
class Unit:
    """One step of a course's content."""

    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class CourseInstructor:
    """An instructor of a course. ``next_free`` and ``week`` are about the first of ``offerings``."""

    id: str
    name: str
    avatar_url: str | None
    headline: str
    timezone: str
    students_taught: int
    rating: float | None
    offerings: tuple[OfferingFacts, ...]
    next_free: datetime | None
    week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CourseDetail:
    """Everything the page of a course shows; instructors by the soonest free time."""

    card: CourseCard
    description: str
    units: tuple[Unit, ...]
    instructors: tuple[CourseInstructor, ...]
    today: date


def listing(
    work: UnitOfWork,
    *,
    text: str = "",
    subject_id: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CourseCard]:
    """The active courses in their own order, a page at a time. Raises InvalidInput (``limit``, ``cursor``)."""
    statement = (
        select(Course, Subject.name)
        .join(Subject, col(Subject.id) == col(Course.subject_id))
        .where(col(Course.is_active))
    )
    if subject_id is not None:
        statement = statement.where(col(Course.subject_id) == subject_id)
    words = search_text.words_of(text)
    rows = [
        (course, subject)
        for course, subject in work.db.exec(statement)
        if search_text.occurs(words, course.title, course.summary, subject)
    ]
    teaching = _teaching(offers.instructors(work))
    enrolled = _enrolled(work, [course.id for course, _ in rows])
    places = {course.id: course.position for course, _ in rows}
    cards = [_card(course, subject, teaching.get(course.id, []), enrolled) for course, subject in rows]
    return paging.page(cards, lambda card: (places[card.id], card.title, card.id), limit=limit, cursor=cursor)


def titles(work: UnitOfWork, *, limit: int) -> tuple[str, ...]:
    """The titles of the first active courses."""
    statement = select(Course.title).where(col(Course.is_active))
    in_order = statement.order_by(col(Course.position), col(Course.title), col(Course.id))
    return tuple(work.db.exec(in_order.limit(limit)).all())


def detail(work: UnitOfWork, *, course_id: str, zone: str) -> CourseDetail:
    """One active course. Raises NotFound."""
    row = work.db.exec(
        select(Course, Subject.name)
        .join(Subject, col(Subject.id) == col(Course.subject_id))
        .where(col(Course.id) == course_id, col(Course.is_active))
    ).first()
    if row is None:
        raise NotFound
    course, subject = row
    units = work.db.exec(
        select(CourseUnit).where(col(CourseUnit.course_id) == course.id).order_by(col(CourseUnit.position))
    )
    teaching = offers.instructors(work, course_id=course.id)
    taught_by = _with_times(work, teaching, zone=zone)
    return CourseDetail(
        card=_card(course, subject, teaching, _enrolled(work, [course.id])),
        description=course.description,
        units=tuple(Unit(unit.title, unit.summary) for unit in units),
        instructors=tuple(sorted(taught_by, key=_soonest)),
        today=local_date(work.now, zone),
    )


def brief(work: UnitOfWork, *, course_id: str) -> CourseCard:
    """One active course as a list shows it. Raises NotFound."""
    row = work.db.exec(
        select(Course, Subject.name)
        .join(Subject, col(Subject.id) == col(Course.subject_id))
        .where(col(Course.id) == course_id, col(Course.is_active))
    ).first()
    if row is None:
        raise NotFound
    course, subject = row
    teaching = offers.instructors(work, course_id=course.id)
    return _card(course, subject, teaching, _enrolled(work, [course.id]))


def instructors(work: UnitOfWork, *, course_id: str, zone: str = "UTC") -> tuple[CourseInstructor, ...]:
    """Who teaches a course, by name, with what can be booked of it in the instructor's own order.

    Raises NotFound for an unknown or inactive course.
    """
    course = work.db.get(Course, course_id)
    if course is None or not course.is_active:
        raise NotFound
    return tuple(_with_times(work, offers.instructors(work, course_id=course_id), zone=zone))


def _with_times(work: UnitOfWork, teaching: list[Instructor], *, zone: str) -> list[CourseInstructor]:
    ids = [person.id for person in teaching]
    taught = offers.students_taught(work, ids)
    ratings = reviews.averages(work, ids)
    reach = TimeSpan(work.now, work.now + slots.MAX_RANGE)
    loaded = calendars.load(work, ids, reach)
    today = local_date(work.now, zone)
    found = []
    for person in teaching:
        first = person.offers[0]
        free = slots.list_with(loaded[person.id], first.row, reach, now=work.now).slots
        found.append(
            CourseInstructor(
                id=person.id,
                name=person.name,
                avatar_url=person.avatar_url,
                headline=person.headline,
                timezone=person.timezone,
                students_taught=taught[person.id],
                rating=ratings.get(person.id),
                offerings=tuple(offer.facts for offer in person.offers),
                next_free=free[0].span.start if free else None,
                week=discovery.week_of(free, today, zone),
            )
        )
    return found


def _soonest(person: CourseInstructor) -> tuple[bool, str, str]:
    start = person.next_free
    return start is None, f"{start:%Y-%m-%dT%H:%M}" if start else "", person.name


def _teaching(everybody: list[Instructor]) -> dict[str, list[Instructor]]:
    found: dict[str, list[Instructor]] = {}
    for person in everybody:
        for course_id in dict.fromkeys(offer.facts.course_id for offer in person.offers):
            if course_id is not None:
                found.setdefault(course_id, []).append(person)
    return found


def _card(
    course: Course, subject: str, teaching: list[Instructor], enrolled: dict[str, list[Enrolled]]
) -> CourseCard:
    offered = [offer for person in teaching for offer in person.offers if offer.facts.course_id == course.id]
    return CourseCard(
        id=course.id,
        title=course.title,
        summary=course.summary,
        subject_id=course.subject_id,
        subject=subject,
        session_count=course.session_count,
        instructors=tuple(person.name for person in teaching),
        cheapest=discovery.cheapest_of(offered).facts if offered else None,
        has_one_price=len({offer.facts.price_label for offer in offered if not offer.facts.is_free}) < 2,
        has_free=any(offer.facts.is_free for offer in offered),
        enrolled=tuple(enrolled.get(course.id, ())),
    )


def _enrolled(work: UnitOfWork, course_ids: Collection[str]) -> dict[str, list[Enrolled]]:
    """The enrollments of the actor, or of a guardian's children, by course."""
    if work.actor.person_id is None:
        return {}
    learners = access.child_ids(work) if work.actor.role is Role.GUARDIAN else [work.actor.person_id]
    rows = work.db.exec(
        select(Enrollment, DeferredEnrollment)
        .outerjoin(DeferredEnrollment, col(DeferredEnrollment.enrollment_id) == col(Enrollment.id))
        .where(col(Enrollment.student_id).in_(learners), col(Enrollment.course_id).in_(course_ids))
        .order_by(col(Enrollment.created_at), col(Enrollment.id))
    )
    found: dict[str, list[Enrolled]] = {}
    for enrollment, deferred in rows:
        found.setdefault(enrollment.course_id, []).append(
            Enrolled(enrollment.id, enrollment.student_id, deferred.status if deferred else None)
        )
    return found
