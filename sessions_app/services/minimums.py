"""Groups that need a minimum of people: looked at once, at the cut-off that the session was made with.

Only seats that are real count: who has not paid or has not been accepted by then is told as everybody else.
"""

from __future__ import annotations

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import OCCUPYING_SESSION, UPCOMING
from sessions_app.domain.permissions import Actor
from sessions_app.models import TeachingSession
from sessions_app.services import audit, cancellations, seats, sweeping
from sessions_app.services.unit_of_work import Platform, UnitOfWork


def sweep(platform: Platform) -> int:
    """Call off every group whose minimum is not reached at its cut-off; return how many were called off."""
    return sweeping.each(platform, platform.read(_due, Actor.system()), decide, what="session")


def decide(work: UnitOfWork, session_id: str) -> bool:
    """Let one session take place for good, or cancel all its seats with everything back; True when called off.

    Nothing for one that is decided already or not due, so that it may run twice.
    """
    session = work.db.get_one(TeachingSession, session_id)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    if session.minimum_by is None or session.minimum_by > work.now:
        return False
    session.minimum_by = None
    work.db.add(session)
    work.db.flush()
    if session.status not in OCCUPYING_SESSION or session.starts_at <= work.now:
        return False
    taken = sum(seat.status in UPCOMING for seat in seats.seats_of(work, session.id))
    if taken >= session.minimum_seats:
        return False
    audit.record(
        work, "session.minimum_missed", "session", session.id, taken=taken, minimum=session.minimum_seats
    )
    reason = f"Fewer than {session.minimum_seats} people booked this group by the cut-off."
    return bool(cancellations.cancel_session(work, session_id=session.id, reason=reason))


def _due(work: UnitOfWork) -> list[str]:
    statement = select(TeachingSession.id).where(col(TeachingSession.minimum_by) <= work.now)
    return list(work.db.exec(statement.order_by(col(TeachingSession.minimum_by))).all())
