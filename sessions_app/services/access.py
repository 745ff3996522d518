"""The one door to rows that belong to somebody: fetch, authorise and lock in one call.

Unknown and forbidden look the same (NotFound); NotAllowed is only said to those who may know of the booking.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import OCCUPYING
from sessions_app.domain.errors import InvalidInput, NotAllowed, NotFound, Unauthenticated
from sessions_app.domain.permissions import Action, Relation, Role, allowed, may_know
from sessions_app.models import Booking, GuardianLink, InstructorProfile, Person, TeachingSession
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Loaded:
    """A booking with its session, and what the actor is to it."""

    booking: Booking
    session: TeachingSession
    relation: Relation


def require_person(work: UnitOfWork) -> str:
    """The id of the signed-in person. Raises Unauthenticated."""
    if work.actor.person_id is None:
        raise Unauthenticated
    return work.actor.person_id


def require_instructor(work: UnitOfWork) -> str:
    """The id of the signed-in instructor. Raises Unauthenticated, NotAllowed to others."""
    person_id = require_person(work)
    if work.actor.role is not Role.INSTRUCTOR:
        raise NotAllowed
    return person_id


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody is to a session: its instructor (``booking`` None), or whose seat they come for."""

    session: TeachingSession
    booking: Booking | None

    @property
    def is_host(self) -> bool:
        """Whether they teach it."""
        return self.booking is None


def load_booking(work: UnitOfWork, booking_id: str, *, action: Action, lock: bool = False) -> Loaded:
    """The booking, if the actor may do ``action`` to it. ``lock`` makes this transaction the only writer.

    Raises NotFound where the actor may not know of it, NotAllowed where the action is not theirs.
    """
    found = _fetch(work, booking_id)
    if found is None:
        raise NotFound
    booking, session = found
    relation, rights = relation_to(work, student_id=booking.student_id, instructor_id=booking.instructor_id)
    if relation is Relation.STRANGER and _has_seat(work, booking.session_id):
        relation = Relation.PARTICIPANT
    if not may_know(relation):
        raise NotFound
    if not allowed(action, relation, guardian_rights=rights):
        raise NotAllowed
    if lock:
        work.lock(instructor=booking.instructor_id, student=booking.student_id)
        work.db.refresh(booking)
        work.db.refresh(session)
    return Loaded(booking, session, relation)


def load_session(work: UnitOfWork, session_id: str, *, action: Action) -> TeachingSession:
    """A whole session, for its instructor and staff. Raises NotFound to anybody else."""
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    own = work.actor.person_id == session.instructor_id
    relation = Relation.INSTRUCTOR if own else _general_relation(work)
    if relation is None:
        raise NotFound
    if not allowed(action, relation, guardian_rights=frozenset()):
        raise NotAllowed
    return session


def load_profile(
    work: UnitOfWork, instructor_id: str, *, lock: bool = False
) -> tuple[Person, InstructorProfile]:
    """An instructor with their limits, for themselves and staff. ``lock`` makes this transaction the only writer.

    Instructors are public: NotAllowed to anybody else, NotFound only where there is no such instructor.
    """
    require_person_or_system(work)
    if lock:
        work.lock(instructor=instructor_id)
    person, profile = instructor(work, instructor_id)
    if not may_edit_calendar(work, instructor_id):
        raise NotAllowed
    return person, profile


def instructor(work: UnitOfWork, instructor_id: str) -> tuple[Person, InstructorProfile]:
    """An instructor as everybody may know of them. Raises NotFound."""
    person, profile = work.db.get(Person, instructor_id), work.db.get(InstructorProfile, instructor_id)
    if person is None or profile is None or person.deactivated_at is not None:
        raise NotFound
    return person, profile


def may_edit_calendar(work: UnitOfWork, instructor_id: str) -> bool:
    """Whether the calendar is the actor's own, or theirs to oversee."""
    return work.actor.person_id == instructor_id or _general_relation(work) is not None


def require_person_or_system(work: UnitOfWork) -> None:
    """Refuse those who are nobody yet. Raises Unauthenticated."""
    if not work.actor.is_system:
        require_person(work)


def seat_in(work: UnitOfWork, session_id: str, *, action: Action) -> Loaded:
    """The actor's own (or their child's) seat in a session; for its instructor and staff, its first seat.

    Of several, one that is taken comes before one that was given up, a later one before an earlier. Raises NotFound
    to anybody else.
    """
    seats = work.db.exec(
        select(Booking).where(col(Booking.session_id) == session_id).order_by(col(Booking.created_at).desc())
    ).all()
    people = {work.actor.person_id, *(child_ids(work) if work.actor.role is Role.GUARDIAN else ())}
    own = [seat for seat in seats if seat.student_id in people]
    taken = next((seat for seat in own if seat.status in OCCUPYING), None)
    candidate = taken or next(iter(own), seats[-1] if seats else None)
    if candidate is None:
        raise NotFound
    loaded = load_booking(work, candidate.id, action=action)
    if loaded.relation is Relation.PARTICIPANT:
        raise NotFound
    return loaded


def part_in(work: UnitOfWork, session_id: str) -> Part:
    """What the actor is to the session. Raises NotFound to who takes no part, NotAllowed to staff."""
    require_person(work)
    session = work.db.get(TeachingSession, session_id)
    if session is None:
        raise NotFound
    if work.actor.person_id == session.instructor_id:
        return Part(session, None)
    loaded = seat_in(work, session_id, action=Action.JOIN)
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        raise NotAllowed("Only those who take part can join a session.")
    return Part(loaded.session, loaded.booking)


def student_for(work: UnitOfWork, student_id: str | None, *, action: Action = Action.BOOK) -> Person:
    """The student the actor books for: themselves, a child of theirs, or for staff anybody.

    Raises what ``chosen_student`` and ``require_student`` raise.
    """
    chosen = chosen_student(work, student_id)
    return require_student(work, chosen, work.db.get(Person, chosen), action=action)


def chosen_student(work: UnitOfWork, student_id: str | None) -> str:
    """Whom the actor means: the one named, or where nobody is, themselves or their only child.

    Raises Unauthenticated, InvalidInput (field ``student_id``) when a guardian must choose.
    """
    person_id = require_person(work)
    if student_id is not None or work.actor.role is not Role.GUARDIAN:
        return student_id or person_id
    children = child_ids(work)
    if len(children) != 1:
        raise InvalidInput("Please say who the session is for.", field="student_id")
    return children[0]


def require_student(
    work: UnitOfWork, student_id: str, found: Person | None, *, action: Action = Action.BOOK
) -> Person:
    """``found``, who has this id, if they are a student and the actor may do ``action`` for them.

    Raises NotAllowed; NotFound only to staff, who may know that there is nobody.
    """
    relation, rights = relation_to(work, student_id=student_id, instructor_id=None)
    if not allowed(action, relation, guardian_rights=rights):
        raise NotAllowed
    if found is None:
        raise NotFound
    if found.role is not Role.STUDENT:
        raise NotAllowed("Sessions are booked for students.")
    return found


def relation_to(
    work: UnitOfWork, *, student_id: str, instructor_id: str | None
) -> tuple[Relation, frozenset[str]]:
    """What the actor is to a student's booking, and a guardian's rights over that student."""
    if (general := _general_relation(work)) is not None:
        return general, frozenset()
    if work.actor.person_id == student_id:
        return Relation.OWN_SEAT, frozenset()
    if instructor_id is not None and work.actor.person_id == instructor_id:
        return Relation.INSTRUCTOR, frozenset()
    if work.actor.role is Role.GUARDIAN:
        link = work.db.get(GuardianLink, (work.actor.person_id, student_id))
        if link is not None:
            return Relation.OWN_CHILD, link.rights
    return Relation.STRANGER, frozenset()


def child_ids(work: UnitOfWork) -> list[str]:
    """The children of the acting guardian, in a stable order."""
    links = select(GuardianLink.child_id).where(col(GuardianLink.guardian_id) == work.actor.person_id)
    return list(work.db.exec(links.order_by(col(GuardianLink.child_id))).all())


def _general_relation(work: UnitOfWork) -> Relation | None:
    if work.actor.is_system:
        return Relation.SYSTEM
    return Relation.STAFF if work.actor.is_staff else None


def _fetch(work: UnitOfWork, booking_id: str) -> tuple[Booking, TeachingSession] | None:
    statement = (
        select(Booking, TeachingSession)
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .where(col(Booking.id) == booking_id)
    )
    row = work.db.exec(statement).first()
    return None if row is None else (row[0], row[1])


def _has_seat(work: UnitOfWork, session_id: str) -> bool:
    if work.actor.person_id is None:
        return False
    seat = select(Booking.id).where(
        col(Booking.session_id) == session_id, col(Booking.student_id) == work.actor.person_id
    )
    return work.db.exec(seat).first() is not None
