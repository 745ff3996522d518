"""What can be learnt and booked: subjects, courses, enrollments, offerings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from sessions_app.models.base import enum_field, instant, new_id, one_of


class SessionType(StrEnum):
    """For one student, or for several."""

    INDIVIDUAL = "individual"
    GROUP = "group"


class TopicType(StrEnum):
    """Whether the topic is set by the offering or agreed with the student."""

    FIXED = "fixed"
    FLEXIBLE = "flexible"


class BookingMode(StrEnum):
    """Whether a booking stands at once or waits for the instructor's yes."""

    INSTANT = "instant"
    REQUEST = "request"


class Modality(StrEnum):
    """Where the session takes place."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    HYBRID = "hybrid"


class Visibility(StrEnum):
    """Who may see an offering: everyone, the students of its course, or who was given its link."""

    EVERYONE = "everyone"
    ENROLLED = "enrolled"
    LINK = "link"


class DeferredStatus(StrEnum):
    """Where a "Schedule Later" stands."""

    WAITING = "waiting"
    NOTIFIED = "notified"
    SCHEDULED = "scheduled"
    ABANDONED = "abandoned"


class Subject(SQLModel, table=True):
    """A field of knowledge, such as Mathematics."""

    id: str = Field(default_factory=lambda: new_id("sub"), primary_key=True)
    name: str = Field(unique=True, max_length=80)
    position: int = 0


class Course(SQLModel, table=True):
    """A taught programme. ``price_minor`` set: every session of the course costs that (0: included)."""

    __table_args__ = (
        CheckConstraint("price_minor IS NULL OR price_minor >= 0", name="price_not_negative"),
        CheckConstraint("session_count >= 0", name="session_count_not_negative"),
    )

    id: str = Field(default_factory=lambda: new_id("crs"), primary_key=True)
    title: str = Field(max_length=160)
    summary: str = Field(default="", max_length=300)
    description: str = ""
    subject_id: str = Field(foreign_key="subject.id", index=True)
    session_count: int = 0
    price_minor: int | None = None
    currency: str = Field(default="EUR", max_length=3)
    is_active: bool = True
    position: int = Field(default=0, index=True)


class CourseUnit(SQLModel, table=True):
    """One step of a course's content."""

    __tablename__ = "course_unit"

    id: str = Field(default_factory=lambda: new_id("unt"), primary_key=True)
    course_id: str = Field(foreign_key="course.id", index=True)
    position: int = 0
    title: str = Field(max_length=160)
    summary: str = Field(default="", max_length=400)


class Enrollment(SQLModel, table=True):
    """A student in a course."""

    __table_args__ = (UniqueConstraint("student_id", "course_id", name="uq_enrollment_once"),)

    id: str = Field(default_factory=lambda: new_id("enr"), primary_key=True)
    student_id: str = Field(foreign_key="person.id")
    course_id: str = Field(foreign_key="course.id", index=True)
    created_at: datetime = instant()


class DeferredEnrollment(SQLModel, table=True):
    """A student of a course who chose "Schedule Later"."""

    __tablename__ = "deferred_enrollment"
    __table_args__ = (one_of("status", DeferredStatus),)

    enrollment_id: str = Field(primary_key=True, foreign_key="enrollment.id")
    status: DeferredStatus = enum_field(DeferredStatus, DeferredStatus.WAITING)
    proposed_instructor_id: str | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = instant()
    updated_at: datetime = instant()


class InstructorSubject(SQLModel, table=True):
    """An instructor qualified for a subject."""

    __tablename__ = "instructor_subject"

    instructor_id: str = Field(primary_key=True, foreign_key="person.id")
    subject_id: str = Field(primary_key=True, foreign_key="subject.id", index=True)


class InstructorCourse(SQLModel, table=True):
    """An instructor teaching a course; inactive keeps the history but takes no bookings."""

    __tablename__ = "instructor_course"

    instructor_id: str = Field(primary_key=True, foreign_key="person.id")
    course_id: str = Field(primary_key=True, foreign_key="course.id", index=True)
    is_active: bool = True


class Offering(SQLModel, table=True):
    """What can be booked with an instructor.

    ``price_minor`` None means "no price of its own": the hourly rate applies, unless ``credits`` is set and the
    offering is payable in credits only. 0 is free. A group with fewer than ``minimum_seats`` people
    ``minimum_cutoff_hours`` before its start (None: the deployment's) does not take place. ``cancel_notice_hours``,
    ``reschedule_notice_hours`` and ``reschedule_limit`` bind its students (None: as everywhere in the deployment).
    """

    __table_args__ = (
        one_of("session_type", SessionType),
        one_of("topic_type", TopicType),
        one_of("booking_mode", BookingMode),
        one_of("modality", Modality),
        one_of("visibility", Visibility),
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity_range"),
        CheckConstraint("session_type = 'group' OR capacity = 1", name="individual_has_one_seat"),
        CheckConstraint("minimum_seats BETWEEN 1 AND capacity", name="minimum_seats_range"),
        CheckConstraint("price_minor IS NULL OR price_minor >= 0", name="price_not_negative"),
        CheckConstraint("credits IS NULL OR credits > 0", name="credits_positive"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration_range"),
        CheckConstraint(
            "cancel_notice_hours IS NULL OR cancel_notice_hours >= 0", name="cancel_notice_hours_not_negative"
        ),
        CheckConstraint(
            "reschedule_notice_hours IS NULL OR reschedule_notice_hours >= 0",
            name="reschedule_notice_hours_not_negative",
        ),
        CheckConstraint(
            "reschedule_limit IS NULL OR reschedule_limit >= 0", name="reschedule_limit_not_negative"
        ),
        Index("ix_offering_instructor", "instructor_id", "is_active", "position"),
    )

    id: str = Field(default_factory=lambda: new_id("off"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    course_id: str | None = Field(default=None, foreign_key="course.id", index=True)
    subject_id: str | None = Field(default=None, foreign_key="subject.id", index=True)
    title: str = Field(max_length=160)
    description: str = ""
    requirements: str = ""
    duration_minutes: int
    session_type: SessionType = enum_field(SessionType, SessionType.INDIVIDUAL)
    capacity: int = 1
    minimum_seats: int = 1
    minimum_cutoff_hours: int | None = None
    topic_type: TopicType = enum_field(TopicType, TopicType.FIXED)
    booking_mode: BookingMode = enum_field(BookingMode, BookingMode.INSTANT)
    modality: Modality = enum_field(Modality, Modality.ONLINE)
    place: str = Field(default="", max_length=200)
    price_minor: int | None = None
    currency: str = Field(default="EUR", max_length=3)
    credits: int | None = None
    cancellation_policy: str = Field(default="tiered", max_length=20)
    cancel_notice_hours: int | None = None
    reschedule_notice_hours: int | None = None
    reschedule_limit: int | None = None
    requires_enrollment: bool = True
    visibility: Visibility = enum_field(Visibility, Visibility.EVERYONE)
    is_active: bool = True
    position: int = 0
    created_at: datetime = instant()
    updated_at: datetime = instant()


class Material(SQLModel, table=True):
    """A file that belongs to an offering. ``stored_as`` names its content, which copies of the offering share."""

    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size_positive"),
        Index("ix_material_offering", "offering_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("mat"), primary_key=True)
    offering_id: str = Field(foreign_key="offering.id")
    name: str = Field(max_length=160)
    media_type: str = Field(max_length=100)
    size_bytes: int
    sha256: str = Field(max_length=64)
    stored_as: str = Field(max_length=64, index=True)
    created_at: datetime = instant()
