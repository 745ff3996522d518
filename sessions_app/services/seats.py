"""Seats of a teaching session: taking one, leaving one, and what the session is because of them.

Every function here runs under the instructor's lock (``UnitOfWork.lock``), and the database's guards and CHECKs
judge last.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import inspect
from sqlmodel import col, select

from sessions_app.domain import reminders
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    OCCUPYING,
    TENTATIVE,
    BookingStatus,
    SessionStatus,
    session_after,
)
from sessions_app.domain.errors import SessionFull
from sessions_app.domain.refunds import CancelledBy
from sessions_app.domain.slots import Slot
from sessions_app.models import Booking, Offering, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services.unit_of_work import UnitOfWork


def session_at(
    work: UnitOfWork,
    slot: Slot,
    offering: Offering,
    *,
    timezone: str,
    buffer_minutes: int,
    frees_at: datetime | None,
) -> TeachingSession:
    """The group session that the slot joins, or a new tentative one at the slot's span with one seat taken.

    A new one is not stored yet: ``refresh`` stores it, as it then is, before the seat in it.
    """
    if slot.session_id is not None:
        session = work.db.get(TeachingSession, slot.session_id)
        if session is not None:
            return session
    return TeachingSession(
        instructor_id=offering.instructor_id,
        offering_id=offering.id,
        course_id=offering.course_id,
        title=offering.title,
        session_type=offering.session_type,
        modality=offering.modality,
        place=offering.place,
        capacity=1 if offering.session_type is SessionType.INDIVIDUAL else slot.seats_left,
        starts_at=slot.span.start,
        ends_at=slot.span.end,
        blocked_until=slot.span.end + timedelta(minutes=buffer_minutes),
        seats_taken=1,
        frees_at=frees_at,
        timezone=timezone,
        minimum_seats=offering.minimum_seats,
        minimum_by=_minimum_by(work, offering, slot.span.start),
        remind_at=reminders.next_at(slot.span.start, work.now),
        created_at=work.now,
    )


def _minimum_by(work: UnitOfWork, offering: Offering, starts_at: datetime) -> datetime | None:
    """When the minimum is looked at: the cut-off, or for a session opened later than that, halfway to its start."""
    if offering.session_type is SessionType.INDIVIDUAL or offering.minimum_seats <= 1:
        return None
    hours = offering.minimum_cutoff_hours
    cutoff = timedelta(hours=work.settings.group_minimum_cutoff_hours if hours is None else hours)
    return max(starts_at - cutoff, work.now + (starts_at - work.now) / 2)


def refresh(work: UnitOfWork, session: TeachingSession, changed: Booking) -> None:
    """Make the session what its seats say after ``changed``: status, seats taken, until when it blocks.

    Both are stored. Raises SessionFull when more seats are taken than there are.
    """
    seats: list[tuple[BookingStatus, datetime | None]]
    if session.capacity == 1:
        # Only one seat ever occupies a one-to-one session, so the others need not be read.
        seats = [(changed.status, changed.frees_at)] if changed.session_id == session.id else []
    else:
        _store(work, session, changed)
        rows = select(Booking.status, Booking.frees_at).where(col(Booking.session_id) == session.id)
        seats = [(BookingStatus(status), frees_at) for status, frees_at in work.db.exec(rows)]
    statuses = [status for status, _ in seats]
    taken = sum(status in OCCUPYING or status in ATTENDED_OR_MISSED for status in statuses)
    if taken > session.capacity:
        raise SessionFull
    session.seats_taken = taken
    session.status = session_after(
        session.status, statuses, started=session.started_at is not None, ended=session.ended_at is not None
    )
    session.frees_at = None
    if session.status is SessionStatus.TENTATIVE:
        ends = [frees_at for status, frees_at in seats if status in TENTATIVE]
        session.frees_at = None if None in ends else max(end for end in ends if end is not None)
    _store(work, session, changed)


def _store(work: UnitOfWork, session: TeachingSession, seat: Booking) -> None:
    # The session first: the foreign key between them is known to the database, not to the ORM's ordering.
    for row in (session, seat):
        if inspect(row).transient:
            work.store(row)
        else:
            work.db.add(row)
            work.db.flush()


def move_session(work: UnitOfWork, session: TeachingSession, start: datetime, end: datetime) -> None:
    """Move a session and, by the composite foreign key, every seat in it: one UPDATE, checked by both guards."""
    buffer = session.blocked_until - session.ends_at
    if session.minimum_by is not None:
        session.minimum_by = max(session.minimum_by + (start - session.starts_at), work.now)
    session.starts_at, session.ends_at, session.blocked_until = start, end, end + buffer
    session.remind_at = reminders.next_at(start, work.now)
    work.db.add(session)
    work.db.flush()


def seats_of(work: UnitOfWork, session_id: str) -> list[Booking]:
    """The occupying seats of a session, oldest first."""
    statement = select(Booking).where(
        col(Booking.session_id) == session_id, col(Booking.status).in_(OCCUPYING)
    )
    return list(work.db.exec(statement.order_by(col(Booking.created_at), col(Booking.id))).all())


def session_of(work: UnitOfWork, booking: Booking) -> TeachingSession:
    """The session of a booking, as it is now."""
    session = work.db.get_one(TeachingSession, booking.session_id)
    work.db.refresh(session)
    return session


def was_called_off(work: UnitOfWork, session_id: str) -> bool:
    """Whether the instructor or the platform cancelled a seat of this session: then nobody gets in any more."""
    called_off = select(Booking.id).where(
        col(Booking.session_id) == session_id,
        col(Booking.cancelled_by).in_([CancelledBy.INSTRUCTOR, CancelledBy.PLATFORM]),
    )
    return work.db.exec(called_off).first() is not None
