"""Ending what was waited for too long: holds, requests, and acceptances nobody paid.

Every reader already treats an overdue seat as free (``frees_at``); these functions make the rows say so, before
each write to the same calendar and by the sweeper.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, or_
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import TENTATIVE, BookingEvent, BookingStatus, advance
from sessions_app.domain.permissions import Actor
from sessions_app.models import Booking, TeachingSession
from sessions_app.services import audit, calendars, credits, live, notifications, refunds, seats, sweeping
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import Platform, UnitOfWork

_OVERDUE = select(Booking.id).where(
    or_(
        col(Booking.instructor_id) == bindparam("instructor"),
        col(Booking.student_id) == bindparam("student"),
    ),
    calendars.is_overdue(bindparam("now")),
)


def release_lapsed(work: UnitOfWork, *, instructor_id: str, student_id: str) -> None:
    """Expire what is overdue on this instructor's calendar or for this student. The instructor must be locked."""
    rows = work.execute(_OVERDUE, {"instructor": instructor_id, "student": student_id, "now": work.now})
    end_overdue(work, rows.scalars().all())


def end_overdue(work: UnitOfWork, booking_ids: Iterable[str]) -> None:
    """Expire these bookings, where they are still overdue. Their instructors and students must be locked."""
    for booking_id in booking_ids:
        booking = work.db.get_one(Booking, booking_id)
        lapse(work, booking, work.db.get_one(TeachingSession, booking.session_id))


def lapse(work: UnitOfWork, booking: Booking, session: TeachingSession) -> bool:
    """Expire one booking if it is overdue; return whether it was."""
    if booking.status not in TENTATIVE or booking.frees_at is None or booking.frees_at > work.now:
        return False
    was = booking.status
    booking.status = advance(was, BookingEvent.TIME_OUT)
    booking.frees_at = None
    booking.updated_at = work.now
    work.db.add(booking)
    refunds.release_authorisation(work, booking)
    credits.give_back(
        work, booking, credits.spent_on(work, booking.id) if booking.credits else 0, cause="expired"
    )
    seats.refresh(work, session, booking)
    audit.record(work, "booking.expired", "booking", booking.id, was=was.value)
    if was is not BookingStatus.HELD:
        notifications.queue(work, NotificationKind.EXPIRED, booking, session)
    live.booking_changed(work, booking)
    return True


def sweep(platform: Platform) -> int:
    """Expire everything overdue, each in its own transaction; return how many were. One that fails is left out."""
    return sweeping.each(platform, platform.read(_overdue_ids, Actor.system()), _lapse_one, what="booking")


def _overdue_ids(work: UnitOfWork) -> list[str]:
    # All of them: a batch could fill up with those that fail.
    statement = select(Booking.id).where(calendars.is_overdue(work.now)).order_by(col(Booking.frees_at))
    return list(work.db.exec(statement).all())


def _lapse_one(work: UnitOfWork, booking_id: str) -> bool:
    booking = work.db.get(Booking, booking_id)
    if booking is None:
        return False
    work.lock(instructor=booking.instructor_id, student=booking.student_id)
    work.db.refresh(booking)
    session = work.db.get_one(TeachingSession, booking.session_id)
    return lapse(work, booking, session)
