"""What of the story lies behind: sessions never held, those nobody has judged yet, and where people write."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.models import Booking, Conversation, LessonNotes, Review, TeachingSession
from sessions_app.services import seats
from sessions_app.services.unit_of_work import UnitOfWork

_DUE = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


def over_and_open(work: UnitOfWork, *, instructor_ids: Collection[str]) -> list[TeachingSession]:
    """Sessions of these instructors that should have been held by now, and nobody started; oldest first."""
    statement = (
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id).in_(instructor_ids),
            col(TeachingSession.ends_at) <= work.now,
            col(TeachingSession.status) == SessionStatus.SCHEDULED,
        )
        .order_by(col(TeachingSession.starts_at))
    )
    return list(work.db.exec(statement).all())


def expected(work: UnitOfWork, *, session_id: str) -> list[Booking]:
    """The seats of those who were to come."""
    return [seat for seat in seats.seats_of(work, session_id) if seat.status in _DUE]


def to_be_reviewed(work: UnitOfWork, *, student_id: str, instructor_id: str) -> Booking | None:
    """The student's last completed session with this instructor; None where they have judged one already."""
    judged = select(Review.id).where(
        col(Review.author_id) == student_id, col(Review.instructor_id) == instructor_id
    )
    if work.db.exec(judged.limit(1)).first() is not None:
        return None
    return work.db.exec(_completed(student_id, instructor_id)).first()


def to_be_noted(work: UnitOfWork, *, student_id: str, instructor_id: str) -> Booking | None:
    """The last completed session of the two; None where something was written about one already."""
    completed = _completed(student_id, instructor_id)
    noted = completed.join(LessonNotes, col(LessonNotes.booking_id) == col(Booking.id))
    return None if work.db.exec(noted).first() is not None else work.db.exec(completed).first()


def _completed(student_id: str, instructor_id: str) -> SelectOfScalar[Booking]:
    completed = select(Booking).where(
        col(Booking.student_id) == student_id,
        col(Booking.instructor_id) == instructor_id,
        col(Booking.status) == BookingStatus.COMPLETED,
    )
    return completed.order_by(col(Booking.ends_at).desc()).limit(1)


def conversation(work: UnitOfWork, *, instructor_id: str, student_id: str | None) -> str | None:
    """The conversation of a pair, or without a student that of the instructor's next group; None before there is
    one.
    """
    mine = select(Conversation.id).where(col(Conversation.instructor_id) == instructor_id)
    if student_id is not None:
        return work.db.exec(mine.where(col(Conversation.student_id) == student_id)).first()
    ahead = mine.join(TeachingSession, col(TeachingSession.id) == col(Conversation.session_id)).where(
        col(TeachingSession.starts_at) > work.now
    )
    return work.db.exec(ahead.order_by(col(TeachingSession.starts_at))).first()
