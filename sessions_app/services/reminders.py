"""Reminders by mail: a session knows the instant of its next one, and the job that reaches it queues the messages.

Queueing and moving on to the next instant are one transaction, so each reminder is queued once, whoever runs the job.
What has become untrue until it is sent is not sent (``freshness``). Which reminders there are is decided in
``domain/reminders.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlmodel import col, or_, select

from sessions_app.domain import reminders
from sessions_app.domain.booking_lifecycle import UPCOMING, SessionStatus
from sessions_app.domain.permissions import Actor
from sessions_app.domain.reminders import Reminder
from sessions_app.models import Booking, GuardianLink, Preference, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import notifications, seats, sweeping
from sessions_app.services.notifications import NotificationKind, Part
from sessions_app.services.unit_of_work import Platform, UnitOfWork

KINDS = {
    Reminder.DAY: NotificationKind.REMINDER_DAY,
    Reminder.HOUR: NotificationKind.REMINDER_HOUR,
    Reminder.QUARTER: NotificationKind.REMINDER_QUARTER,
}
PREFERENCES = {reminder: f"reminder.email.{reminder}" for reminder in Reminder}
"""The names under which a person switches each of them off."""

_STUDENT_SIDE = frozenset({Part.STUDENT, Part.GUARDIAN})


def sweep(platform: Platform) -> int:
    """Queue the reminders whose instant has come; return for how many sessions somebody was reminded."""
    return sweeping.each(platform, platform.read(_due, Actor.system()), remind, what="session")


def remind(work: UnitOfWork, session_id: str) -> bool:
    """Remind everybody of one session who wants to be; True when a reminder was due.

    Nothing for a session that is not due, so that it may run twice. Who booked after the reminder's instant has just
    read about the session and is left out; a student who wanted none for this booking too. The instructor of a group
    gets one for all.
    """
    session = work.db.get_one(TeachingSession, session_id)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    if session.remind_at is None or session.remind_at > work.now:
        return False
    session.remind_at = reminders.next_at(session.starts_at, work.now)
    work.db.add(session)
    reminder = reminders.due(session.starts_at, work.now)
    if reminder is None or session.status is not SessionStatus.SCHEDULED:
        return False
    since = reminders.due_at(reminder, session.starts_at)
    here = [seat for seat in seats.seats_of(work, session.id) if seat.status in UPCOMING]
    told = [seat for seat in here if seat.created_at <= since]
    if not told:
        return False
    kind, spared = KINDS[reminder], _spared(work, reminder, session, here)
    for seat in told:
        if seat.reminders:
            notifications.queue(work, kind, seat, session, parts=_STUDENT_SIDE, spared=spared)
    crowd = len(here) if session.session_type is SessionType.GROUP else 0
    notifications.queue(
        work, kind, told[0], session, parts=frozenset({Part.INSTRUCTOR}), spared=spared, crowd=crowd
    )
    return True


def _due(work: UnitOfWork) -> list[str]:
    statement = select(TeachingSession.id).where(col(TeachingSession.remind_at) <= work.now)
    return list(work.db.exec(statement.order_by(col(TeachingSession.remind_at))).all())


def _spared(
    work: UnitOfWork, reminder: Reminder, session: TeachingSession, here: Sequence[Booking]
) -> Collection[str]:
    """Who of all those concerned has switched this reminder off."""
    students = [seat.student_id for seat in here]
    guardians = select(GuardianLink.guardian_id).where(col(GuardianLink.child_id).in_(students))
    rows = select(Preference.person_id).where(
        col(Preference.name) == PREFERENCES[reminder],
        col(Preference.value) == "off",
        or_(
            col(Preference.person_id).in_([session.instructor_id, *students]),
            col(Preference.person_id).in_(guardians),
        ),
    )
    return set(work.db.exec(rows))
