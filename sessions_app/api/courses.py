"""Courses: finding them, enrolling, who teaches them, and "Schedule Later"."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from sessions_app.api.dependencies import ActorDep, AnyoneDep, PlatformDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import OPEN_TO_VISITORS, STUDENT_ID, Id, PageQuery, PathId
from sessions_app.api.schemas import Incoming
from sessions_app.domain.errors import NotAllowed, NotFound, Unauthenticated
from sessions_app.models.catalogue import BookingMode, DeferredStatus, Modality, SessionType, TopicType
from sessions_app.services import enrollments
from sessions_app.services.queries import courses as reading
from sessions_app.services.queries import paging
from sessions_app.services.queries.courses import CourseCard, CourseInstructor
from sessions_app.services.queries.offers import OfferingFacts

router = APIRouter(prefix="/api", tags=["courses"])


class CoursesQuery(PageQuery):
    """Which courses: those in which all words of ``q`` occur, of one subject."""

    q: str = Field("", max_length=200)
    subject_id: Id | None = None


class Subject(BaseModel):
    """A field of knowledge."""

    id: str
    name: str


class CourseAnswer(BaseModel):
    """A course, and whether the caller (or a child of theirs) is in it."""

    id: str
    title: str
    summary: str
    subject: Subject
    session_count: int
    enrolled: bool
    enrollment_id: str | None

    @classmethod
    def of(cls, card: CourseCard) -> CourseAnswer:
        """The course as it is sent."""
        return cls(
            id=card.id,
            title=card.title,
            summary=card.summary,
            subject=Subject(id=card.subject_id, name=card.subject),
            session_count=card.session_count,
            enrolled=card.enrollment_id is not None,
            enrollment_id=card.enrollment_id,
        )


class Courses(BaseModel):
    """A page of courses."""

    items: list[CourseAnswer]
    next_cursor: str | None


class OfferedPrice(BaseModel):
    """Integer minor units, credits, or both to choose from. Amount 0 without credits is free."""

    amount: int
    currency: str
    credits: int | None


class OfferingAnswer(BaseModel):
    """What can be booked with an instructor."""

    id: str
    title: str
    description: str
    duration_minutes: int
    session_type: SessionType
    topic_type: TopicType
    booking_mode: BookingMode
    modality: Modality
    price: OfferedPrice
    capacity: int

    @classmethod
    def of(cls, facts: OfferingFacts) -> OfferingAnswer:
        """The offering as it is sent."""
        return cls(
            id=facts.id,
            title=facts.title,
            description=facts.description,
            duration_minutes=facts.duration_minutes,
            session_type=facts.session_type,
            topic_type=facts.topic_type,
            booking_mode=facts.booking_mode,
            modality=facts.modality,
            price=OfferedPrice(
                amount=facts.total.minor, currency=facts.total.currency, credits=facts.credits
            ),
            capacity=facts.capacity,
        )


class InstructorAnswer(BaseModel):
    """An instructor of a course. ``rating`` is null until there are enough reviews."""

    id: str
    name: str
    avatar_url: str | None
    timezone: str
    headline: str
    students_taught: int
    rating: float | None
    offerings: list[OfferingAnswer]

    @classmethod
    def of(cls, person: CourseInstructor) -> InstructorAnswer:
        """The instructor as they are sent."""
        return cls(
            id=person.id,
            name=person.name,
            avatar_url=person.avatar_url,
            timezone=person.timezone,
            headline=person.headline,
            students_taught=person.students_taught,
            rating=person.rating,
            offerings=[OfferingAnswer.of(facts) for facts in person.offerings],
        )


class Instructors(BaseModel):
    """A page of instructors."""

    items: list[InstructorAnswer]
    next_cursor: str | None


class EnrollRequest(Incoming):
    """Who is to be enrolled: the caller, unless a guardian or staff say another student."""

    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)


class Enrolled(BaseModel):
    """The student's place in the course."""

    enrollment_id: str


class Deferred(BaseModel):
    """A student who will be scheduled later."""

    enrollment_id: str
    status: DeferredStatus


@router.get("/courses", responses=refusals(Unauthenticated), openapi_extra=OPEN_TO_VISITORS)
def courses(query: Annotated[CoursesQuery, Query()], platform: PlatformDep, actor: AnyoneDep) -> Courses:
    """The courses, in their own order."""
    page = platform.read(
        reading.listing,
        actor,
        text=query.q,
        subject_id=query.subject_id,
        limit=query.limit,
        cursor=query.cursor,
    )
    return Courses(items=[CourseAnswer.of(card) for card in page.items], next_cursor=page.next_cursor)


@router.get(
    "/courses/{course_id}", responses=refusals(Unauthenticated, NotFound), openapi_extra=OPEN_TO_VISITORS
)
def course(course_id: PathId, platform: PlatformDep, actor: AnyoneDep) -> CourseAnswer:
    """One course."""
    return CourseAnswer.of(platform.read(reading.brief, actor, course_id=course_id))


@router.post("/courses/{course_id}/enroll", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def enroll(
    course_id: PathId, platform: PlatformDep, actor: ActorDep, body: EnrollRequest | None = None
) -> Enrolled:
    """Enroll in a course; who is in it already stays as they are."""
    enrollment = platform.run(
        enrollments.enroll, actor, course_id=course_id, student_id=body.student_id if body else None
    )
    return Enrolled(enrollment_id=enrollment.id)


@router.get(
    "/courses/{course_id}/sts", responses=refusals(Unauthenticated, NotFound), openapi_extra=OPEN_TO_VISITORS
)
def instructors(
    course_id: PathId, query: Annotated[PageQuery, Query()], platform: PlatformDep, actor: AnyoneDep
) -> Instructors:
    """Who teaches a course, by name, with what can be booked of it in their own order."""
    everybody = platform.read(reading.instructors, actor, course_id=course_id)
    page = paging.page(
        everybody, lambda person: (person.name, person.id), limit=query.limit, cursor=query.cursor
    )
    return Instructors(
        items=[InstructorAnswer.of(person) for person in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/enrollments/{enrollment_id}/deferred", responses=refusals(Unauthenticated, NotFound, NotAllowed)
)
def defer(enrollment_id: PathId, platform: PlatformDep, actor: ActorDep) -> Deferred:
    """Schedule Later: the student waits for a time and may choose one whenever they like."""
    deferred = platform.run(enrollments.defer, actor, enrollment_id=enrollment_id)
    return Deferred(enrollment_id=deferred.enrollment_id, status=deferred.status)
