"""The join page of a session, right from the booking on until long after its end: one read for whoever takes part.

It says what, when and with whom, who is there, what became of it and what was noted. Where the room is, is not in it:
an address is only given by ``services/sessions.join``, to who may come in at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from sessions_app.domain import attendance as evidence
from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import (
    ATTENDED_OR_MISSED,
    TENTATIVE,
    UPCOMING,
    BookingStatus,
    SessionStatus,
)
from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.ports import Protection, VideoKind
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AttendanceSeal,
    Booking,
    LessonNotes,
    LiveSession,
    Person,
    SeatOutcome,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality
from sessions_app.services import access, attendance, materials, recording, sessions, video
from sessions_app.services.materials import MaterialFacts
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one seat; ``may_object`` while its time runs and nobody has."""

    outcome: Outcome
    minutes_together: int
    late_minutes: int
    is_confirmed: bool
    is_disputed: bool
    is_decided: bool
    dispute_reason: str
    decision_note: str
    dispute_until: datetime
    may_object: bool


@dataclass(frozen=True, slots=True)
class SeatHere:
    """One student's seat as the instructor sees it, and the student's side their own.

    Private notes are there only for whom they belong to. ``agrees`` to be recorded: None without an answer.
    """

    booking_id: str
    student_id: str
    student_name: str
    status: BookingStatus
    is_present: bool
    was_present: bool
    agrees: bool | None
    settled: Settled | None
    report: str = ""
    homework: str = ""
    private_note: str = ""
    student_note: str = ""
    may_note: bool = False


@dataclass(frozen=True, slots=True)
class JoinPage:
    """One session for one who takes part.

    ``seats`` are all that stand or stood to the end for the instructor, else the viewer's own; ``others`` counts
    further students. ``is_on`` while it is to come or under way, ``is_tentative`` while no seat in it, or not the
    viewer's, is final. ``can_join`` is whether this person's seat lets them in now. ``absent_from`` is when somebody
    who has not come may be called absent. ``topic`` is that of the viewer's seat, or of the only one there is.
    """

    session_id: str
    title: str
    is_host: bool
    is_staff: bool
    instructor_id: str
    instructor_name: str
    is_instructor_present: bool
    other_zone: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    absent_from: datetime
    started_at: datetime | None
    ended_at: datetime | None
    modality: Modality
    place: str
    is_on: bool
    is_tentative: bool
    can_join: bool
    room_made_at: datetime | None
    provider: VideoKind
    protection: Protection | None
    can_record: bool
    wants_recording: bool
    is_recording_agreed: bool
    seats: tuple[SeatHere, ...]
    others: int
    files: tuple[MaterialFacts, ...]
    seal: str
    now: datetime
    topic: str = ""


def join_page(work: UnitOfWork, *, session_id: str) -> JoinPage:
    """The session as the actor joins it. Raises NotFound to everybody who has no part in it, NotAllowed to a guardian
    without the right to look.
    """
    access.require_person(work)
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    is_host = work.actor.person_id == session.instructor_id
    own = None
    relation = Relation.INSTRUCTOR
    if not is_host:
        loaded = access.seat_in(work, session_id, action=Action.JOIN)
        own, relation = loaded.booking, loaded.relation
    is_staff = relation is Relation.STAFF
    standing = _standing(work, session_id)
    shown = standing if is_host or is_staff else [] if own is None else [own]
    people = _people(work, {session.instructor_id, *(seat.student_id for seat in [*standing, *shown])})
    log = attendance.log_of(work, session_id)
    room = work.db.get(LiveSession, session_id)
    kind = room.provider if room is not None else video.kind_for(work, session.instructor_id)[0]
    provider = work.platform.video.get(kind)
    instructor = people[session.instructor_id]
    other = people[shown[0].student_id] if is_host and shown else instructor
    status = _status(session, own, shown, work.now)
    is_on = status in UPCOMING and session.ended_at is None
    opens_at = sessions.opens_at(session, work.settings)
    wait = timedelta(minutes=work.settings.no_show_wait_minutes)
    seal = work.db.get(AttendanceSeal, session_id)
    answers = recording.answers(work, session_id)
    wanted = room is not None and room.wants_recording
    seat = own or (shown[0] if len(shown) == 1 else None)
    return JoinPage(
        topic="" if seat is None else seat.custom_topic,
        session_id=session.id,
        title=own.title if own is not None else shown[0].title if len(shown) == 1 else session.title,
        is_host=is_host,
        is_staff=is_staff,
        instructor_id=instructor.id,
        instructor_name=instructor.name,
        is_instructor_present=evidence.is_present(log.of_instructor(), now=work.now),
        other_zone=other.timezone,
        status=status,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        opens_at=opens_at,
        absent_from=evidence.counts_as_absent_from(TimeSpan(session.starts_at, session.ends_at), wait=wait),
        started_at=session.started_at,
        ended_at=session.ended_at,
        modality=session.modality,
        place=session.place,
        is_on=is_on,
        is_tentative=status in TENTATIVE or session.status is SessionStatus.TENTATIVE,
        can_join=is_on
        and not is_staff
        and session.modality is not Modality.IN_PERSON
        and opens_at <= work.now < sessions.closes_at(session),
        room_made_at=room.room_made_at if room is not None and room.room else None,
        provider=kind,
        protection=provider.protection if provider is not None else None,
        can_record=is_host and provider is not None and provider.can_record,
        wants_recording=wanted,
        is_recording_agreed=wanted and recording.all_agree(standing, answers),
        seats=tuple(_seats(work, shown, people, log, answers, is_host=is_host, is_staff=is_staff)),
        others=len([seat for seat in standing if own is not None and seat.id != own.id]),
        files=_files(work, session, own),
        seal=seal.digest if seal is not None and (is_host or is_staff) else "",
        now=work.now,
    )


def _files(work: UnitOfWork, session: TeachingSession, own: Booking | None) -> tuple[MaterialFacts, ...]:
    if own is not None:
        return materials.of_booking(work, own)
    return materials.files_of(work, [session.offering_id]).get(session.offering_id, ())


def _status(
    session: TeachingSession, own: Booking | None, shown: Sequence[Booking], now: datetime
) -> BookingStatus:
    """The viewer's own seat's status; to the instructor the session's, or what its one seat has come to."""
    if own is not None:
        return effective_status(own, now)
    if session.ended_at is None and session.started_at is not None and shown:
        return BookingStatus.IN_PROGRESS
    if len(shown) == 1:
        return effective_status(shown[0], now)
    if not shown:
        return BookingStatus.CANCELLED
    return BookingStatus.COMPLETED if session.ended_at is not None else BookingStatus.SCHEDULED


def _standing(work: UnitOfWork, session_id: str) -> list[Booking]:
    rows = select(Booking).where(
        col(Booking.session_id) == session_id, col(Booking.status).in_(UPCOMING | ATTENDED_OR_MISSED)
    )
    return list(work.db.exec(rows.order_by(col(Booking.created_at), col(Booking.id))))


def _people(work: UnitOfWork, ids: set[str]) -> dict[str, Person]:
    return {person.id: person for person in work.db.exec(select(Person).where(col(Person.id).in_(ids)))}


def _seats(
    work: UnitOfWork,
    shown: Sequence[Booking],
    people: dict[str, Person],
    log: attendance.Log,
    answers: dict[str, bool],
    *,
    is_host: bool,
    is_staff: bool,
) -> list[SeatHere]:
    ids = [seat.id for seat in shown]
    settled = {
        row.booking_id: row
        for row in work.db.exec(select(SeatOutcome).where(col(SeatOutcome.booking_id).in_(ids)))
    }
    notes = {
        row.booking_id: row
        for row in work.db.exec(select(LessonNotes).where(col(LessonNotes.booking_id).in_(ids)))
    }
    found = []
    for seat in shown:
        noted = notes.get(seat.id) or LessonNotes(booking_id=seat.id, updated_at=work.now)
        stays = log.of_seat(seat)
        outcome = settled.get(seat.id)
        me = work.actor.person_id
        student = people[seat.student_id]
        # A child without an account keeps its note through its guardian; a child with one keeps it to itself.
        may_note = not is_host and not is_staff and (me == student.id or student.email is None)
        asked = answers.get(me or "") if not is_host and not is_staff else answers.get(seat.student_id)
        found.append(
            SeatHere(
                booking_id=seat.id,
                student_id=seat.student_id,
                student_name=student.name,
                status=effective_status(seat, work.now),
                is_present=evidence.is_present(stays, now=work.now),
                was_present=bool(stays),
                agrees=asked if asked is not None else answers.get(seat.booked_by_id),
                settled=None if outcome is None else _settled(outcome, work.now),
                report=noted.report,
                homework=noted.homework,
                private_note=noted.private_note if is_host else "",
                student_note=noted.student_note if may_note else "",
                may_note=may_note,
            )
        )
    return found


def _settled(row: SeatOutcome, now: datetime) -> Settled:
    return Settled(
        outcome=row.outcome,
        minutes_together=row.minutes_together,
        late_minutes=row.late_minutes,
        is_confirmed=row.confirmed_at is not None,
        is_disputed=row.disputed_at is not None,
        is_decided=row.decided_at is not None,
        dispute_reason=row.dispute_reason,
        decision_note=row.decision_note,
        dispute_until=row.dispute_until,
        may_object=row.disputed_at is None and row.decided_at is None and now <= row.dispute_until,
    )
