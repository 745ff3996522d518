"""Document 002's one way to move a session along: a status word, by whoever may bring it about.

Decides which use case a word means for whom: an instructor's "cancelled" ends the session for everybody, a student's
their own seat. What happens then is decided in ``bookings`` and ``requests``.
"""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import InvalidInput, NotFound
from sessions_app.domain.permissions import Action
from sessions_app.models import Booking, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import access, bookings, cancellations, requests, seats, sessions
from sessions_app.services.unit_of_work import UnitOfWork


class TargetStatus(StrEnum):
    """What a session can be asked to become."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_ACTIONS = {
    TargetStatus.ACCEPTED: Action.ACCEPT,
    TargetStatus.REJECTED: Action.REJECT,
    TargetStatus.CONFIRMED: Action.CONFIRM_ATTENDANCE,
    TargetStatus.IN_PROGRESS: Action.START,
    TargetStatus.COMPLETED: Action.FINISH,
    TargetStatus.CANCELLED: Action.CANCEL,
}
_OF_THE_WHOLE = (TargetStatus.IN_PROGRESS, TargetStatus.COMPLETED)
_LEAVES = {
    TargetStatus.ACCEPTED: BookingStatus.PENDING,
    TargetStatus.REJECTED: BookingStatus.PENDING,
    TargetStatus.CONFIRMED: BookingStatus.SCHEDULED,
}


def change(
    work: UnitOfWork,
    *,
    session_id: str,
    to: TargetStatus,
    notes: str = "",
    booking_id: str | None = None,
) -> None:
    """Bring a session, or with ``booking_id`` one seat of it, to a status.

    Raises NotFound to who takes no part in it, NotAllowed to who does but may not, InvalidInput (``booking_id``) when
    one of several seats must be chosen, and what the use case raises.
    """
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    is_host = work.actor.person_id == session.instructor_id or work.actor.is_staff
    if to is TargetStatus.CANCELLED and is_host and booking_id is None:
        cancellations.cancel_session(work, session_id=session_id, reason=notes)
        return
    if to in _OF_THE_WHOLE:
        _run(work, session, to, notes=notes, is_host=is_host)
        return
    seat = _seat_of_host(work, session, to, booking_id) if is_host else _own_seat(work, session, to)
    if booking_id not in (None, seat):
        raise NotFound
    if to is TargetStatus.ACCEPTED:
        requests.accept(work, booking_id=seat, response=notes)
    elif to is TargetStatus.REJECTED:
        requests.reject(work, booking_id=seat, response=notes)
    elif to is TargetStatus.CONFIRMED:
        bookings.confirm_attendance(work, booking_id=seat)
    else:
        cancellations.cancel(work, booking_id=seat, reason=notes, seat_only=True)


def _run(work: UnitOfWork, session: TeachingSession, to: TargetStatus, *, notes: str, is_host: bool) -> None:
    """Start or end the session; a student who asks is told that it is not theirs to do."""
    if not is_host:
        access.seat_in(work, session.id, action=_ACTIONS[to])
    if to is TargetStatus.IN_PROGRESS:
        sessions.start(work, session_id=session.id)
    else:
        sessions.end(work, session_id=session.id, report=notes)


def _own_seat(work: UnitOfWork, session: TeachingSession, to: TargetStatus) -> str:
    return access.seat_in(work, session.id, action=_ACTIONS[to]).booking.id


def _seat_of_host(
    work: UnitOfWork, session: TeachingSession, to: TargetStatus, booking_id: str | None
) -> str:
    if booking_id is not None:
        known = select(Booking.id).where(col(Booking.id) == booking_id, col(Booking.session_id) == session.id)
        found = work.db.exec(known).first()
        if found is None:
            raise NotFound
        return found
    if session.session_type is SessionType.INDIVIDUAL:
        return access.seat_in(work, session.id, action=Action.VIEW).booking.id
    waiting = [seat.id for seat in seats.seats_of(work, session.id) if seat.status is _LEAVES[to]]
    if len(waiting) != 1:
        raise InvalidInput("Please say whose seat is meant.", field="booking_id", choices=waiting)
    return waiting[0]
