"""The session as it took place: its room, who was there, what became of each seat, and what was noted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.ports import VideoKind
from sessions_app.models.base import enum_field, instant, new_id, one_of


class InstructorVideo(SQLModel, table=True):
    """How one instructor meets, where that is not the deployment's way. ``link`` is their own address (https)."""

    __tablename__ = "instructor_video"
    __table_args__ = (one_of("provider", VideoKind),)

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    provider: VideoKind = enum_field(VideoKind)
    link: str = Field(default="", max_length=500)


class LiveSession(SQLModel, table=True):
    """The room of a teaching session, made at the first legal join; gone when the session moves.

    ``room`` is what the provider knows: a room's name, a channel, or an address. ``wants_recording`` is the
    instructor's wish; it comes true when every participant has consented.
    """

    __tablename__ = "live_session"
    __table_args__ = (one_of("provider", VideoKind),)

    session_id: str = Field(primary_key=True, foreign_key="teaching_session.id")
    provider: VideoKind = enum_field(VideoKind)
    room: str = Field(default="", max_length=500)
    room_made_at: datetime | None = instant(nullable=True)
    wants_recording: bool = False


class AttendanceStay(SQLModel, table=True):
    """One tab of one person in one session, from joining to its last sign of life.

    ``booking_id`` is the seat it counts for (None: the instructor); a guardian's stay counts for the child's seat.
    """

    __tablename__ = "attendance_stay"
    __table_args__ = (
        CheckConstraint("joined_at <= last_seen_at", name="times_in_order"),
        UniqueConstraint("session_id", "person_id", "tab", "joined_at", name="uq_attendance_stay_once"),
        Index("ix_attendance_stay_person", "person_id", "session_id"),
    )

    id: str = Field(default_factory=lambda: new_id("sty"), primary_key=True)
    session_id: str = Field(foreign_key="teaching_session.id", index=True)
    booking_id: str | None = Field(default=None, foreign_key="booking.id")
    person_id: str = Field(foreign_key="person.id")
    tab: str = Field(max_length=40)
    joined_at: datetime = instant()
    last_seen_at: datetime = instant()
    left_at: datetime | None = instant(nullable=True)


class AttendanceSeal(SQLModel, table=True):
    """The log of a session as it was when the session ended, and its SHA-256."""

    __tablename__ = "attendance_seal"

    session_id: str = Field(primary_key=True, foreign_key="teaching_session.id")
    digest: str = Field(max_length=64)
    log: str
    sealed_at: datetime = instant()
    sealed_by_id: str | None = Field(default=None, foreign_key="person.id")


class AttendanceAmendment(SQLModel, table=True):
    """What staff found to be otherwise than the sealed log says. Append-only: the log itself never changes."""

    __tablename__ = "attendance_amendment"
    __table_args__ = (one_of("was", Outcome), one_of("becomes", Outcome))

    id: int | None = Field(default=None, primary_key=True)
    booking_id: str = Field(foreign_key="booking.id", index=True)
    author_id: str = Field(foreign_key="person.id")
    was: Outcome = enum_field(Outcome)
    becomes: Outcome = enum_field(Outcome)
    note: str = Field(default="", max_length=1000)
    at: datetime = instant()


class SeatOutcome(SQLModel, table=True):
    """What became of one seat: what the evidence proposed, and what people said to it.

    ``outcome`` is what counts now. The instructor confirms or not; either side may dispute until ``dispute_until``;
    staff decide.
    """

    __tablename__ = "seat_outcome"
    __table_args__ = (
        one_of("proposed", Outcome),
        one_of("outcome", Outcome),
        CheckConstraint("minutes_together >= 0 AND late_minutes >= 0", name="minutes_not_negative"),
        Index("ix_seat_outcome_session", "session_id"),
        Index("ix_seat_outcome_open_disputes", "disputed_at", "decided_at"),
    )

    booking_id: str = Field(primary_key=True, foreign_key="booking.id")
    session_id: str = Field(foreign_key="teaching_session.id")
    proposed: Outcome = enum_field(Outcome)
    outcome: Outcome = enum_field(Outcome)
    minutes_together: int = 0
    late_minutes: int = 0
    proposed_at: datetime = instant()
    confirmed_at: datetime | None = instant(nullable=True)
    confirmed_by_id: str | None = Field(default=None, foreign_key="person.id")
    dispute_until: datetime = instant()
    disputed_at: datetime | None = instant(nullable=True)
    disputed_by_id: str | None = Field(default=None, foreign_key="person.id")
    dispute_reason: str = Field(default="", max_length=1000)
    decided_at: datetime | None = instant(nullable=True)
    decided_by_id: str | None = Field(default=None, foreign_key="person.id")
    decision_note: str = Field(default="", max_length=1000)


class RecordingConsent(SQLModel, table=True):
    """Whether one person agreed to be recorded in one session; the latest answer, with its instant."""

    __tablename__ = "recording_consent"

    session_id: str = Field(primary_key=True, foreign_key="teaching_session.id")
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    agrees: bool
    at: datetime = instant()


class LessonNotes(SQLModel, table=True):
    """What was noted about one seat: for both sides, for the instructor alone, for the student alone."""

    __tablename__ = "lesson_notes"

    booking_id: str = Field(primary_key=True, foreign_key="booking.id")
    report: str = Field(default="", max_length=4000)
    homework: str = Field(default="", max_length=2000)
    private_note: str = Field(default="", max_length=4000)
    student_note: str = Field(default="", max_length=4000)
    reported_at: datetime | None = instant(nullable=True)
    updated_at: datetime = instant()
