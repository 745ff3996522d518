"""Times that an instructor publishes one by one, besides the weekly hours (document 003).

A published time can be changed and removed only while nobody has booked it: then the session itself is moved or
cancelled instead (product.md C-26). Times gone by that nobody booked are cleaned up (C-36).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from sessions_app.domain.availability import local_date
from sessions_app.domain.booking_lifecycle import OCCUPYING_SESSION
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotFound, SlotTaken
from sessions_app.domain.permissions import Actor
from sessions_app.domain.slots import MAX_SEATS
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import InstructorProfile, Offering, Person, PublishedSlot, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import access, audit, availability, calendars
from sessions_app.services.unit_of_work import Platform, UnitOfWork

MOST_PUBLISHED = 500


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """What is published: a start, a length, for one or for a group, and for which offering (None: any that fits)."""

    starts_at: datetime
    duration_minutes: int
    session_type: SessionType = SessionType.INDIVIDUAL
    seats: int = 1
    offering_id: str | None = None

    @property
    def span(self) -> TimeSpan:
        """The time it takes."""
        return TimeSpan(self.starts_at, self.starts_at + timedelta(minutes=self.duration_minutes))


@dataclass(frozen=True, slots=True)
class PublishedView:
    """A published time; ``is_booked`` locks it, ``is_bookable`` is false where no offering of theirs fits it."""

    id: str
    instructor_id: str
    facts: SlotFacts
    is_booked: bool
    is_bookable: bool


def listed(work: UnitOfWork, *, instructor_id: str) -> list[PublishedView]:
    """The published times that have not ended, by start; for the instructor and staff."""
    access.load_profile(work, instructor_id)
    rows = work.db.exec(
        select(PublishedSlot)
        .where(col(PublishedSlot.instructor_id) == instructor_id, col(PublishedSlot.ends_at) > work.now)
        .order_by(col(PublishedSlot.starts_at), col(PublishedSlot.id))
    ).all()
    return _views(work, instructor_id, list(rows))


@dataclass(frozen=True, slots=True)
class Fitting:
    """An active offering that a time can be published for."""

    offering_id: str
    title: str
    duration_minutes: int
    session_type: SessionType


def offerings(work: UnitOfWork, *, instructor_id: str) -> list[Fitting]:
    """The instructor's active offerings in their own order; for the instructor and staff."""
    access.load_profile(work, instructor_id)
    rows = work.db.exec(
        select(Offering)
        .where(col(Offering.instructor_id) == instructor_id, col(Offering.is_active))
        .order_by(col(Offering.position), col(Offering.created_at), col(Offering.id))
    )
    return [Fitting(row.id, row.title, row.duration_minutes, row.session_type) for row in rows]


def owner(work: UnitOfWork, *, slot_id: str) -> str:
    """Whose published time it is; NotFound to anybody but them and staff."""
    row = work.db.get(PublishedSlot, slot_id)
    # The ids of others' published times are not public.
    if row is None or not access.may_edit_calendar(work, row.instructor_id):
        access.require_person_or_system(work)
        raise NotFound
    return row.instructor_id


def publish(work: UnitOfWork, *, instructor_id: str, facts: SlotFacts) -> PublishedView:
    """Offer one more time.

    Raises InvalidInput (``start``, ``duration``, ``seats``, ``offering_id``), SlotTaken when another published time
    or a session is in the way.
    """
    person, profile = access.load_profile(work, instructor_id, lock=True)
    _check(work, person, profile, facts, but=None)
    row = PublishedSlot(
        instructor_id=instructor_id,
        offering_id=facts.offering_id,
        starts_at=facts.starts_at,
        ends_at=facts.span.end,
        session_type=facts.session_type,
        seats=facts.seats,
    )
    work.db.add(row)
    availability.touch(work, profile)
    audit.record(work, "slot.published", "published_slot", row.id)
    work.db.flush()
    return _views(work, instructor_id, [row])[0]


def change(work: UnitOfWork, *, slot_id: str, facts: SlotFacts) -> PublishedView:
    """Make a published time another one. Raises what ``publish`` raises, and IllegalTransition once it is booked."""
    row, person, profile = _load(work, slot_id)
    _require_unbooked(work, row)
    _check(work, person, profile, facts, but=row.id)
    row.offering_id, row.session_type, row.seats = facts.offering_id, facts.session_type, facts.seats
    row.starts_at, row.ends_at = facts.starts_at, facts.span.end
    work.db.add(row)
    availability.touch(work, profile)
    audit.record(work, "slot.changed", "published_slot", row.id)
    work.db.flush()
    return _views(work, row.instructor_id, [row])[0]


def remove(work: UnitOfWork, *, slot_id: str) -> None:
    """Take a published time back. Raises IllegalTransition once somebody has booked it."""
    row, _, profile = _load(work, slot_id)
    _require_unbooked(work, row)
    work.db.delete(row)
    availability.touch(work, profile)
    audit.record(work, "slot.removed", "published_slot", row.id)


def clean_up(work: UnitOfWork, *, instructor_id: str, is_dry_run: bool = False) -> int:
    """Delete this instructor's published times that are over and were never booked; return how many (would be)."""
    access.load_profile(work, instructor_id, lock=not is_dry_run)
    return _purge(work, instructor_id=instructor_id, is_dry_run=is_dry_run)


def purge(platform: Platform) -> int:
    """Delete everybody's published times that are over and were never booked; return how many."""
    return platform.run(_purge, Actor.system())


def _purge(work: UnitOfWork, *, instructor_id: str | None = None, is_dry_run: bool = False) -> int:
    was_booked = (
        select(TeachingSession.id)
        .where(
            col(TeachingSession.instructor_id) == col(PublishedSlot.instructor_id),
            col(TeachingSession.starts_at) == col(PublishedSlot.starts_at),
            col(TeachingSession.seats_taken) > 0,
        )
        .exists()
    )
    over = select(PublishedSlot.id).where(col(PublishedSlot.ends_at) <= work.now, ~was_booked)
    if instructor_id is not None:
        over = over.where(col(PublishedSlot.instructor_id) == instructor_id)
    ids = list(work.db.exec(over).all())
    if ids and not is_dry_run:
        # No slot changes by this, so no page needs to look again and no editor is out of date.
        work.db.execute(delete(PublishedSlot).where(col(PublishedSlot.id).in_(ids)))
        audit.record(work, "slots.purged", "published_slot", instructor_id or "", count=len(ids))
    return len(ids)


def _load(work: UnitOfWork, slot_id: str) -> tuple[PublishedSlot, Person, InstructorProfile]:
    person, profile = access.load_profile(work, owner(work, slot_id=slot_id), lock=True)
    row = work.db.get_one(PublishedSlot, slot_id)
    work.db.refresh(row)
    return row, person, profile


def _check(
    work: UnitOfWork, person: Person, profile: InstructorProfile, facts: SlotFacts, *, but: str | None
) -> None:
    settings = work.settings
    least, most = settings.min_session_duration, settings.max_session_duration
    if not least <= facts.duration_minutes <= most:
        raise InvalidInput(f"A session lasts {least} to {most} minutes.", field="duration")
    if facts.starts_at.second or facts.starts_at.microsecond:
        raise InvalidInput("Please start on a whole minute.", field="start")
    if facts.starts_at <= work.now:
        raise InvalidInput("This time has passed.", field="start")
    horizon = calendars.slot_rules(profile, settings).horizon_days
    ahead = local_date(facts.starts_at, person.timezone) - local_date(work.now, person.timezone)
    if ahead.days > horizon:
        raise InvalidInput(f"Students can book {horizon} days ahead. Choose an earlier date.", field="start")
    if facts.session_type is SessionType.INDIVIDUAL and facts.seats != 1:
        raise InvalidInput("A one-to-one session has one seat.", field="seats")
    if not 1 <= facts.seats <= MAX_SEATS:
        raise InvalidInput(f"A group has 1 to {MAX_SEATS} seats.", field="seats")
    _check_offering(work, person.id, facts)
    _check_free(work, person.id, facts.span, but=but)


def _check_offering(work: UnitOfWork, instructor_id: str, facts: SlotFacts) -> None:
    if facts.offering_id is None:
        return
    offering = work.db.get(Offering, facts.offering_id)
    if offering is None or offering.instructor_id != instructor_id:
        raise InvalidInput("There is no such offering of yours.", field="offering_id")
    if offering.session_type is not facts.session_type:
        raise InvalidInput("This offering is of the other kind: one-to-one or group.", field="offering_id")
    if offering.duration_minutes != facts.duration_minutes:
        raise InvalidInput(f"This offering lasts {offering.duration_minutes} minutes.", field="duration")


def _check_free(work: UnitOfWork, instructor_id: str, span: TimeSpan, *, but: str | None) -> None:
    others = select(PublishedSlot).where(
        col(PublishedSlot.instructor_id) == instructor_id, col(PublishedSlot.ends_at) > work.now
    )
    rows = [row for row in work.db.exec(others) if row.id != but]
    if len(rows) >= MOST_PUBLISHED:
        raise InvalidInput(f"At most {MOST_PUBLISHED} times can be published at once.", field="start")
    if any(TimeSpan(row.starts_at, row.ends_at).overlaps(span) for row in rows):
        raise SlotTaken("This overlaps another time you published.")
    if _sessions_in(work, instructor_id, span):
        raise SlotTaken("You have a session at this time.")


def _require_unbooked(work: UnitOfWork, row: PublishedSlot) -> None:
    if _sessions_in(work, row.instructor_id, TimeSpan(row.starts_at, row.ends_at)):
        raise IllegalTransition("Somebody has booked this time. Move or cancel the session instead.")


def _sessions_in(work: UnitOfWork, instructor_id: str, span: TimeSpan) -> list[TimeSpan]:
    rows = work.db.exec(
        select(TeachingSession).where(
            col(TeachingSession.instructor_id) == instructor_id,
            col(TeachingSession.status).in_(OCCUPYING_SESSION),
            col(TeachingSession.starts_at) < span.end,
            col(TeachingSession.ends_at) > span.start,
            calendars.still_counts(col(TeachingSession.frees_at), work.now),
        )
    )
    return [TimeSpan(row.starts_at, row.ends_at) for row in rows]


def _views(work: UnitOfWork, instructor_id: str, rows: list[PublishedSlot]) -> list[PublishedView]:
    if not rows:
        return []
    around = TimeSpan(min(row.starts_at for row in rows), max(row.ends_at for row in rows))
    taken = _sessions_in(work, instructor_id, around)
    offered = work.db.exec(
        select(Offering.id, Offering.session_type, Offering.duration_minutes).where(
            col(Offering.instructor_id) == instructor_id, col(Offering.is_active)
        )
    ).all()
    views = []
    for row in rows:
        span = TimeSpan(row.starts_at, row.ends_at)
        views.append(
            PublishedView(
                id=row.id,
                instructor_id=instructor_id,
                facts=SlotFacts(row.starts_at, span.minutes, row.session_type, row.seats, row.offering_id),
                is_booked=any(one.overlaps(span) for one in taken),
                is_bookable=any(
                    row.offering_id in (None, offering_id)
                    and session_type == row.session_type
                    and minutes == span.minutes
                    for offering_id, session_type, minutes in offered
                ),
            )
        )
    return views
