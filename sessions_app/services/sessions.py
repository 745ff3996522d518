"""The session as it takes place: join, be there, leave, start, end, and what ends by itself.

    opens_at              start          end        end + 15 min
    ──┬──────────────────────┬─────────────┬──────────────┬──
      join (lobby) ── start ─┴─ in progress ─┴─ end        sweeper closes what nobody closed

Students wait in the lobby until the instructor starts. Nobody without a seat that stands gets an address or a token.
Every change to the log of one session happens under its lock, so that what is sealed is whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from sessions_app.domain import attendance as evidence
from sessions_app.domain.attendance import SWEEP_AFTER
from sessions_app.domain.booking_lifecycle import (
    TENTATIVE,
    UPCOMING,
    BookingEvent,
    BookingStatus,
    SessionEvent,
    SessionStatus,
    advance,
    advance_session,
)
from sessions_app.domain.errors import (
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooEarly,
    TooLate,
)
from sessions_app.domain.permissions import Action, Actor
from sessions_app.domain.ports import Entrance, Guest
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Person, SeatOutcome, TeachingSession
from sessions_app.models.catalogue import Modality
from sessions_app.services import (
    access,
    attendance,
    audit,
    expiry,
    lesson_notes,
    live,
    outcomes,
    recording,
    seats,
    slots,
    sweeping,
    video,
)
from sessions_app.services.options import effective_status
from sessions_app.services.outcomes import Word
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import Settings

_RUNNABLE = (SessionStatus.SCHEDULED, SessionStatus.IN_PROGRESS)
_DUE = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody is in. ``entrance`` is None while a student waits in the lobby.

    Another ``room_made_at`` is another room.
    """

    session_id: str
    is_host: bool
    opens_at: datetime
    room_made_at: datetime | None
    entrance: Entrance | None


def opens_at(session: TeachingSession, settings: Settings) -> datetime:
    """When the session can first be joined."""
    return session.starts_at - timedelta(minutes=settings.join_early_minutes)


def closes_at(session: TeachingSession) -> datetime:
    """When it can be joined no more: its end; once started, until it would be closed by itself."""
    return session.ends_at if session.started_at is None else session.ends_at + SWEEP_AFTER


def join(work: UnitOfWork, *, session_id: str, tab: str = attendance.API_TAB) -> Joined:
    """Come in, or come in again; the room is made by whoever comes first.

    Raises NotFound, NotAllowed, IllegalTransition for a seat that does not stand, TooEarly (``opens_at``), TooLate.
    """
    part = _locked(work, session_id)
    _require_open(work, part)
    room = video.open_room(work, part.session)
    if attendance.note_presence(work, session_id, booking_id=_seat_id(part), tab=tab):
        audit.record(work, "session.joined", "session", session_id)
        live.room_changed(work, session_id)
    entrance = video.entrance(work, room, guest_of(work, part)) if _is_let_in(part) else None
    return Joined(
        session_id, part.is_host, opens_at(part.session, work.settings), room.room_made_at, entrance
    )


def heartbeat(work: UnitOfWork, *, session_id: str, tab: str) -> bool:
    """The tab is still there; False when it must look again: the seat is gone, or the session is over."""
    try:
        part = _locked(work, session_id)
        _require_open(work, part)
    except (NotFound, NotAllowed, IllegalTransition, TooEarly, TooLate):
        return False
    if attendance.note_presence(work, session_id, booking_id=_seat_id(part), tab=tab):
        live.room_changed(work, session_id)
    return True


def leave(work: UnitOfWork, *, session_id: str, tab: str | None = None) -> int:
    """Go, with one tab or with all; the whole minutes one was there. Leaving twice is leaving once."""
    part = _locked(work, session_id)
    before = part.session.ended_at is None
    if not before:
        mine = [
            row for row in attendance.log_of(work, session_id).rows if row.person_id == work.actor.person_id
        ]
        return evidence.minutes_present(attendance.stay_of(row) for row in mine)
    minutes = attendance.note_leaving(work, session_id, tab=tab)
    audit.record(work, "session.left", "session", session_id, minutes=minutes)
    live.room_changed(work, session_id)
    return minutes


def start(work: UnitOfWork, *, session_id: str) -> TeachingSession:
    """The instructor begins: whoever waits in the lobby is let in.

    Raises TooEarly before the room opens, TooLate after the end, IllegalTransition unless it is scheduled.
    """
    session = _lock_whole(work, session_id, Action.START)
    begun = advance_session(session.status, SessionEvent.START)
    if work.now < opens_at(session, work.settings):
        raise _too_early(session, work.settings)
    if work.now >= session.ends_at:
        raise TooLate("The session's time is over.", until=slots.rfc3339(session.ends_at))
    session.started_at, session.status = work.now, begun
    work.db.add(session)
    for seat in seats.seats_of(work, session.id):
        if seat.status in _DUE:
            seat.status = advance(seat.status, BookingEvent.START)
            seat.updated_at = work.now
            work.db.add(seat)
            seats.refresh(work, session, seat)
            live.booking_changed(work, seat)
    audit.record(work, "session.started", "session", session.id)
    live.room_changed(work, session.id)
    return session


def end(
    work: UnitOfWork, *, session_id: str, absent: Collection[str] = (), report: str = ""
) -> list[SeatOutcome]:
    """The instructor ends it: the log is sealed, each seat is settled; ``absent`` are the seats nobody came for.

    Raises IllegalTransition unless it is in progress, TooEarly (``opens_at``) when somebody is called absent before
    they have been waited for, InvalidInput (``absent``) for who was there, or is no seat of it.
    """
    session = _lock_whole(work, session_id, Action.FINISH)
    session.status = advance_session(session.status, SessionEvent.FINISH)
    if absent:
        _require_waited(work, session)
    return _close(work, session, absent=frozenset(absent), is_by_hand=True, report=report)


def sweep(platform: Platform) -> int:
    """Close every session that ended a while ago and nobody closed; how many this process closed."""
    return sweeping.each(platform, platform.read(_due_ids, Actor.system()), _sweep_one, what="session")


def guest_of(work: UnitOfWork, part: access.Part) -> Guest:
    """The acting person as the room knows them; a guardian comes under the name of the child."""
    me = work.db.get_one(Person, work.actor.person_id)
    shown = me if part.booking is None else work.db.get_one(Person, part.booking.student_id)
    return Guest(
        person_id=me.id,
        name=shown.name,
        email=me.email or "",
        is_host=part.is_host,
        opens_at=opens_at(part.session, work.settings),
        closes_at=part.session.ends_at,
        may_record=part.is_host and recording.is_agreed(work, part.session),
    )


def _locked(work: UnitOfWork, session_id: str) -> access.Part:
    part = access.part_in(work, session_id)
    work.lock(session=session_id)
    work.db.refresh(part.session)
    if part.booking is not None:
        work.db.refresh(part.booking)
    return part


def _lock_whole(work: UnitOfWork, session_id: str, action: Action) -> TeachingSession:
    session = access.load_session(work, session_id, action=action)
    work.lock(instructor=session.instructor_id)
    work.lock(session=session_id)
    work.db.refresh(session)
    return session


def _seat_id(part: access.Part) -> str | None:
    return None if part.booking is None else part.booking.id


def _is_let_in(part: access.Part) -> bool:
    return part.is_host or part.session.started_at is not None


def _require_open(work: UnitOfWork, part: access.Part) -> None:
    session = part.session
    if part.booking is not None:
        status = effective_status(part.booking, work.now)
        if status not in UPCOMING:
            raise IllegalTransition("This seat is not booked any more.", status=status.value)
    elif session.status not in _RUNNABLE:
        raise IllegalTransition("There is nothing to join.", status=session.status.value)
    if session.modality is Modality.IN_PERSON:
        raise IllegalTransition("You meet in person.", place=session.place)
    if work.now < opens_at(session, work.settings):
        raise _too_early(session, work.settings)
    if session.ended_at is not None or work.now >= closes_at(session):
        raise TooLate("The session is over.", until=slots.rfc3339(closes_at(session)))


def _too_early(session: TeachingSession, settings: Settings) -> TooEarly:
    minutes = settings.join_early_minutes
    opening = slots.rfc3339(opens_at(session, settings))
    return TooEarly(f"The room opens {minutes} minutes before the session.", opens_at=opening)


def _require_waited(work: UnitOfWork, session: TeachingSession) -> None:
    span = TimeSpan(session.starts_at, session.ends_at)
    wait = timedelta(minutes=work.settings.no_show_wait_minutes)
    from_then = evidence.counts_as_absent_from(span, wait=wait)
    if work.now < from_then:
        minutes = work.settings.no_show_wait_minutes
        raise TooEarly(
            f"Please wait {minutes} minutes for somebody before you call them absent.",
            opens_at=slots.rfc3339(from_then),
        )


def _close(
    work: UnitOfWork, session: TeachingSession, *, absent: frozenset[str], is_by_hand: bool, report: str = ""
) -> list[SeatOutcome]:
    """End the session now, seal its log, settle its seats. The session must be locked, its status final already."""
    session.ended_at = work.now
    work.db.add(session)
    work.db.flush()
    attendance.seal(work, session)
    here = seats.seats_of(work, session.id)
    if not absent <= {seat.id for seat in here if seat.status in UPCOMING}:
        raise InvalidInput("That is no seat of this session.", field="absent")
    for seat in here:
        if seat.status in TENTATIVE:  # what nobody paid or answered until now never will be
            seat.frees_at = work.now
            expiry.lapse(work, seat, session)
    upcoming = [seat for seat in here if seat.status in UPCOMING]
    proposed = attendance.proposals(work, session, upcoming, attendance.log_of(work, session.id))
    settled = []
    for seat in upcoming:
        word = Word(came=seat.id not in absent) if is_by_hand else None
        settled.append(outcomes.settle(work, seat, session, proposed[seat.id], word=word))
        notes = lesson_notes.notes_of(work, seat.id)
        if report.strip():
            notes.report, notes.updated_at = report.strip(), work.now
        lesson_notes.tell_report(work, seat, session, notes)
    audit.record(work, "session.ended" if is_by_hand else "session.swept", "session", session.id)
    live.room_changed(work, session.id)
    return settled


def _due_ids(work: UnitOfWork) -> list[str]:
    statement = select(TeachingSession.id).where(
        col(TeachingSession.status).in_(_RUNNABLE),
        col(TeachingSession.ended_at).is_(None),
        col(TeachingSession.ends_at) <= work.now - SWEEP_AFTER,
    )
    return list(work.db.exec(statement.order_by(col(TeachingSession.ends_at))).all())


def _sweep_one(work: UnitOfWork, session_id: str) -> bool:
    session = _lock_whole(work, session_id, Action.FINISH)
    is_due = (
        session.status in _RUNNABLE and session.ended_at is None and session.ends_at <= work.now - SWEEP_AFTER
    )
    if not is_due:  # another process closed it while we waited
        return False
    was_started = session.status is SessionStatus.IN_PROGRESS
    session.status = advance_session(
        session.status, SessionEvent.FINISH if was_started else SessionEvent.SWEEP
    )
    _close(work, session, absent=frozenset(), is_by_hand=False)
    return True
