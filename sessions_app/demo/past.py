"""Which sessions of the story are over and were never held, and who was to come to them."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.models import Booking, TeachingSession
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
