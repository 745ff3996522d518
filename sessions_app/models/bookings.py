"""TeachingSession takes the instructor's time; Booking is one student's seat in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from sessions_app.domain.booking_lifecycle import OCCUPYING, BookingStatus, SessionStatus
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.topics import TopicState
from sessions_app.models.base import enum_field, instant, new_id, one_of, words
from sessions_app.models.catalogue import Modality, SessionType

_IS_OCCUPYING = text(f"status IN ({words(OCCUPYING)})")
_HAS_END = text("frees_at IS NOT NULL")


class TeachingSession(SQLModel, table=True):
    """A span of an instructor's time, with its seats.

    ``blocked_until`` is the end plus the instructor's buffer: the overlap guard works on
    [starts_at, blocked_until). ``frees_at`` is the instant from which a tentative session no longer blocks
    anybody (None once a seat is final), so that a dead worker cannot keep a calendar blocked. ``minimum_by`` is
    when it is decided whether ``minimum_seats`` are taken (None: nothing to decide any more), ``remind_at`` when its
    people are reminded next (None: no more).
    """

    __tablename__ = "teaching_session"
    __table_args__ = (
        one_of("status", SessionStatus),
        one_of("session_type", SessionType),
        one_of("modality", Modality),
        CheckConstraint("starts_at < ends_at", name="times_in_order"),
        CheckConstraint("blocked_until >= ends_at", name="buffer_not_negative"),
        CheckConstraint("seats_taken BETWEEN 0 AND capacity", name="seats_within_capacity"),
        CheckConstraint("capacity BETWEEN 1 AND 20", name="capacity_range"),
        UniqueConstraint("id", "starts_at", "ends_at", name="uq_teaching_session_times"),
        Index("ix_teaching_session_instructor", "instructor_id", "starts_at"),
        Index("ix_teaching_session_starts", "starts_at"),
    )

    id: str = Field(default_factory=lambda: new_id("ses"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    offering_id: str = Field(foreign_key="offering.id", index=True)
    course_id: str | None = Field(default=None, foreign_key="course.id")
    title: str = Field(max_length=200)
    session_type: SessionType = enum_field(SessionType, SessionType.INDIVIDUAL)
    modality: Modality = enum_field(Modality, Modality.ONLINE)
    place: str = Field(default="", max_length=200)
    capacity: int = 1
    seats_taken: int = 0
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    blocked_until: datetime = instant()
    status: SessionStatus = enum_field(SessionStatus, SessionStatus.TENTATIVE)
    frees_at: datetime | None = instant(nullable=True)
    timezone: str = Field(max_length=64)
    minimum_seats: int = 1
    minimum_by: datetime | None = instant(nullable=True, index=True)
    remind_at: datetime | None = instant(nullable=True, index=True)
    created_at: datetime = instant()
    started_at: datetime | None = instant(nullable=True)
    ended_at: datetime | None = instant(nullable=True)


class Booking(SQLModel, table=True):
    """One student's seat, with the terms frozen when it was made.

    The times are a copy of the session's, kept true by a composite foreign key with ON UPDATE CASCADE: moving a
    session is one UPDATE that re-checks every student's other sessions. ``frees_at`` is the instant from which
    every reader treats the seat as free (None: never); ``hold_expires_at`` is what the student is shown.
    ``proposed_at`` is set once the instructor asked for another time than ``asked_starts_at``, the student's own.
    ``sequence`` is the calendar file's SEQUENCE (RFC 5545): +1 at each change of time, place or status.
    """

    __table_args__ = (
        one_of("status", BookingStatus),
        one_of("pay_with", PayWith),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        CheckConstraint("reschedule_count >= 0", name="reschedule_count_not_negative"),
        ForeignKeyConstraint(
            ["session_id", "starts_at", "ends_at"],
            ["teaching_session.id", "teaching_session.starts_at", "teaching_session.ends_at"],
            name="fk_booking_session_times",
            onupdate="CASCADE",
        ),
        Index(
            "uq_booking_one_seat",
            "session_id",
            "student_id",
            unique=True,
            sqlite_where=_IS_OCCUPYING,
            postgresql_where=_IS_OCCUPYING,
        ),
        Index("ix_booking_student", "student_id", "starts_at"),
        Index("ix_booking_session", "session_id", "starts_at", "ends_at"),
        # Most seats are final and have none: an index without them stays small, and costs a booking nothing.
        Index("ix_booking_frees_at", "frees_at", sqlite_where=_HAS_END, postgresql_where=_HAS_END),
    )

    id: str = Field(default_factory=lambda: new_id("bkg"), primary_key=True)
    session_id: str
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    instructor_id: str = Field(foreign_key="person.id", index=True)
    student_id: str = Field(foreign_key="person.id")
    booked_by_id: str = Field(foreign_key="person.id", index=True)
    offering_id: str = Field(foreign_key="offering.id")
    course_id: str | None = Field(default=None, foreign_key="course.id", index=True)
    status: BookingStatus = enum_field(BookingStatus, BookingStatus.HELD)
    hold_expires_at: datetime | None = instant(nullable=True)
    respond_by: datetime | None = instant(nullable=True)
    proposed_at: datetime | None = instant(nullable=True)
    asked_starts_at: datetime | None = instant(nullable=True)
    pay_by: datetime | None = instant(nullable=True)
    frees_at: datetime | None = instant(nullable=True)

    pay_with: PayWith = enum_field(PayWith)
    price_minor: int = 0
    currency: str = Field(max_length=3)
    credits: int = 0
    quote: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)

    title: str = Field(max_length=200)
    custom_topic: str = Field(default="", max_length=200)
    topic_state: TopicState = enum_field(TopicState, TopicState.FIXED)
    student_message: str = ""
    requirements: str = ""
    instructor_response: str = ""
    reminders: bool = True
    timezone: str = Field(max_length=64)
    wall_start: str = Field(max_length=16)

    reschedule_count: int = 0
    sequence: int = 0
    cancelled_by: str | None = Field(default=None, max_length=16)
    cancel_reason: str = ""
    created_at: datetime = instant()
    updated_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
