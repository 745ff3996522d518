"""What is noted about a session: the report and homework for both sides, and a private note for each.

A report is a message when it is first written; after that it changes quietly.
"""

from __future__ import annotations

from sessions_app.domain.booking_lifecycle import ATTENDED_OR_MISSED, BookingStatus
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed
from sessions_app.domain.permissions import Action, Relation
from sessions_app.models import Booking, LessonNotes, Person, TeachingSession
from sessions_app.services import access, audit, live, notifications
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork

REPORT_LIMIT = 4000
HOMEWORK_LIMIT = 2000
NOTE_LIMIT = 4000
_OPEN = ATTENDED_OR_MISSED | {BookingStatus.IN_PROGRESS}


def write_report(
    work: UnitOfWork, *, booking_id: str, report: str, homework: str = "", private_note: str = ""
) -> LessonNotes:
    """The instructor's notes on one seat, from the start of the session on: shared, homework, their own.

    Raises IllegalTransition before it has begun, InvalidInput for what is too long, NotAllowed to others.
    """
    _require_short(report, REPORT_LIMIT, "report")
    _require_short(homework, HOMEWORK_LIMIT, "homework")
    _require_short(private_note, NOTE_LIMIT, "private_note")
    loaded = access.load_booking(work, booking_id, action=Action.FINISH, lock=True)
    if loaded.booking.status not in _OPEN:
        raise IllegalTransition("Notes can be written once the session has begun.")
    notes = notes_of(work, booking_id)
    notes.report, notes.homework = report.strip(), homework.strip()
    notes.private_note, notes.updated_at = private_note.strip(), work.now
    work.db.add(notes)
    audit.record(work, "notes.written", "booking", booking_id)
    if loaded.booking.status in ATTENDED_OR_MISSED:
        tell_report(work, loaded.booking, loaded.session, notes)
    live.booking_changed(work, loaded.booking)
    live.room_changed(work, loaded.session.id)
    return notes


def tell_report(work: UnitOfWork, booking: Booking, session: TeachingSession, notes: LessonNotes) -> None:
    """Send the shared notes to the student's side, the first time that there are any."""
    if notes.reported_at is not None or not (notes.report or notes.homework):
        return
    notes.reported_at = work.now
    work.db.add(notes)
    notifications.queue(
        work,
        NotificationKind.LESSON_REPORT,
        booking,
        session,
        after={"report": notes.report, "homework": notes.homework},
        key="report",
    )


def write_own_note(work: UnitOfWork, *, booking_id: str, note: str) -> LessonNotes:
    """The student's own note, for nobody else; a guardian keeps it for a child without an account.

    Raises NotAllowed to others, InvalidInput for what is too long.
    """
    _require_short(note, NOTE_LIMIT, "note")
    loaded = access.load_booking(work, booking_id, action=Action.VIEW, lock=True)
    student = work.db.get_one(Person, loaded.booking.student_id)
    if loaded.relation is not Relation.OWN_SEAT and not (
        loaded.relation is Relation.OWN_CHILD and student.email is None
    ):
        raise NotAllowed
    notes = notes_of(work, booking_id)
    notes.student_note, notes.updated_at = note.strip(), work.now
    work.db.add(notes)
    return notes


def notes_of(work: UnitOfWork, booking_id: str) -> LessonNotes:
    """The notes of a seat; empty ones, not stored yet, where there are none."""
    return work.db.get(LessonNotes, booking_id) or LessonNotes(booking_id=booking_id, updated_at=work.now)


def _require_short(text: str, limit: int, field: str) -> None:
    if len(text) > limit:
        raise InvalidInput(f"Please keep this under {limit:,} characters.", field=field)
