"""Recording a session: the instructor asks, every participant answers, and it is possible only while all agree.

What is kept here is the consent. The recording itself is the provider's, under its own access rules; where a provider
gives us a file, it is shown by a signed link that expires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import UPCOMING
from sessions_app.domain.errors import IllegalTransition, NotAllowed
from sessions_app.models import Booking, RecordingConsent, TeachingSession
from sessions_app.services import access, audit, live, video
from sessions_app.services.unit_of_work import UnitOfWork


def ask(work: UnitOfWork, *, session_id: str, wanted: bool) -> None:
    """The instructor asks for a recording, or takes it back.

    Raises NotAllowed to others, IllegalTransition where none can be made.
    """
    part = access.part_in(work, session_id)
    if not part.is_host:
        raise NotAllowed
    room = video.details(work, part.session)
    if wanted and not is_possible(work, part.session):
        raise IllegalTransition("Sessions cannot be recorded here.")
    if room.wants_recording != wanted:
        room.wants_recording = wanted
        work.db.add(room)
        audit.record(work, "recording.asked" if wanted else "recording.taken_back", "session", session_id)
        live.room_changed(work, session_id)


def answer(work: UnitOfWork, *, session_id: str, agrees: bool) -> None:
    """The acting participant agrees to be recorded, or does not; the latest answer counts.

    Raises NotFound and NotAllowed to who takes no part, IllegalTransition to who is not asked.
    """
    part = access.part_in(work, session_id)
    if part.is_host or not video.details(work, part.session).wants_recording:
        raise IllegalTransition("Nobody asks for a recording.")
    person_id = access.require_person(work)
    kept = work.db.get(RecordingConsent, (session_id, person_id))
    kept = kept or RecordingConsent(session_id=session_id, person_id=person_id, agrees=agrees, at=work.now)
    kept.agrees, kept.at = agrees, work.now
    work.db.add(kept)
    audit.record(work, "recording.agreed" if agrees else "recording.refused", "session", session_id)
    live.room_changed(work, session_id)


def answers(work: UnitOfWork, session_id: str) -> dict[str, bool]:
    """Who has answered, and how, by person."""
    rows = select(RecordingConsent).where(col(RecordingConsent.session_id) == session_id)
    return {row.person_id: row.agrees for row in work.db.exec(rows)}


def is_possible(work: UnitOfWork, session: TeachingSession) -> bool:
    """Whether the session's provider can record, and this deployment lets it."""
    provider = work.platform.video.get(video.kind_for(work, session.instructor_id)[0])
    return provider is not None and provider.can_record


def is_agreed(work: UnitOfWork, session: TeachingSession) -> bool:
    """Whether the instructor asked and every participant, a guardian for a child without an account, agreed."""
    room = video.details(work, session)
    if not room.wants_recording:
        return False
    seats = work.db.exec(
        select(Booking).where(col(Booking.session_id) == session.id, col(Booking.status).in_(UPCOMING))
    ).all()
    return all_agree(seats, answers(work, session.id))


def all_agree(seats: Sequence[Booking], given: Mapping[str, bool]) -> bool:
    """Whether somebody of each seat's side agreed and nobody of it refused; not while there is no seat."""
    sides = [{given.get(seat.student_id), given.get(seat.booked_by_id)} for seat in seats]
    return bool(sides) and all(True in side and False not in side for side in sides)
