"""Holding a session that is over: the moves that the room makes on the day, made afterwards at their own instants."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingEvent, BookingStatus, advance
from sessions_app.models import Booking, TeachingSession
from sessions_app.services import audit, live, seats
from sessions_app.services.unit_of_work import UnitOfWork

_DUE = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


def start(work: UnitOfWork, *, session_id: str) -> None:
    """The instructor opens the session, on time; nothing where nobody is due any more."""
    due = _seats(work, session_id, _DUE)
    if not due:
        return
    session = work.db.get_one(TeachingSession, session_id)
    session.started_at = session.starts_at
    for seat in due:
        _move(work, seat, session, BookingEvent.START)
    audit.record(work, "session.started", "session", session.id)


def finish(work: UnitOfWork, *, session_id: str, absent: Collection[str] = ()) -> None:
    """The session ends, on time; the students in ``absent`` did not come. Nothing where nobody began."""
    begun = _seats(work, session_id, (BookingStatus.IN_PROGRESS,))
    if not begun:
        return
    session = work.db.get_one(TeachingSession, session_id)
    session.ended_at = session.ends_at
    for seat in begun:
        missed = seat.student_id in absent
        _move(work, seat, session, BookingEvent.MARK_NO_SHOW if missed else BookingEvent.FINISH)
    audit.record(work, "session.finished", "session", session.id)


def over_and_open(work: UnitOfWork, *, instructor_ids: Collection[str]) -> list[TeachingSession]:
    """Sessions of these instructors that should have been held by now, and nobody closed; oldest first."""
    statement = (
        select(TeachingSession)
        .join(Booking, col(Booking.session_id) == col(TeachingSession.id))
        .where(
            col(TeachingSession.instructor_id).in_(instructor_ids),
            col(TeachingSession.ends_at) <= work.now,
            col(TeachingSession.ended_at).is_(None),
            col(Booking.status).in_(_DUE),
        )
        .order_by(col(TeachingSession.starts_at))
        .distinct()
    )
    return list(work.db.exec(statement).all())


def _seats(work: UnitOfWork, session_id: str, statuses: Collection[BookingStatus]) -> list[Booking]:
    statement = select(Booking).where(
        col(Booking.session_id) == session_id, col(Booking.status).in_(statuses)
    )
    return list(work.db.exec(statement).all())


def _move(work: UnitOfWork, seat: Booking, session: TeachingSession, event: BookingEvent) -> None:
    seat.status = advance(seat.status, event)
    seat.updated_at = work.now
    work.db.add(seat)
    seats.refresh(work, session, seat)
    audit.record(work, f"booking.{seat.status}", "booking", seat.id)
    live.booking_changed(work, seat)
