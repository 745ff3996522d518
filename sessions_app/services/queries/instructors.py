"""One instructor's public profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from sessions_app.domain.availability import local_date
from sessions_app.domain.errors import NotFound
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import InstructorProfile, Person
from sessions_app.services import calendars, slots
from sessions_app.services.queries import discovery, offers, reviews
from sessions_app.services.queries.offers import OfferingFacts
from sessions_app.services.unit_of_work import UnitOfWork

NEXT_TIMES = 6


@dataclass(frozen=True, slots=True)
class NextTimes:
    """The next free starts of one offering."""

    offering: OfferingFacts
    starts: tuple[datetime, ...]
    week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InstructorDetail:
    """What everybody may see of an instructor. ``lead`` is None for one with nothing to book."""

    id: str
    name: str
    avatar_url: str | None
    headline: str
    bio: str
    timezone: str
    since: datetime
    subjects: tuple[str, ...]
    students_taught: int
    rating: float | None
    offerings: tuple[OfferingFacts, ...]
    lead: NextTimes | None
    now: datetime
    today: date


def detail(work: UnitOfWork, *, instructor_id: str, zone: str) -> InstructorDetail:
    """An active instructor, also one who is not listed: who has the address may look. Raises NotFound."""
    row = work.db.exec(
        select(Person, InstructorProfile)
        .join(InstructorProfile, col(InstructorProfile.person_id) == col(Person.id))
        .where(col(Person.id) == instructor_id, col(Person.deactivated_at).is_(None))
    ).first()
    if row is None:
        raise NotFound
    person, profile = row
    found = offers.instructors(work, instructor_id=person.id)
    offered = found[0].offers if found else ()
    subjects = offers.subjects_of(work, [person.id])[person.id]
    today = local_date(work.now, zone)
    lead = None
    if offered:
        reach = TimeSpan(work.now, work.now + slots.MAX_RANGE)
        loaded = calendars.load(work, [person.id], reach)[person.id]
        chosen = discovery.lead_of(offered)
        free = slots.list_with(loaded, chosen.row, reach, now=work.now).slots
        lead = NextTimes(
            offering=chosen.facts,
            starts=tuple(slot.span.start for slot in free[:NEXT_TIMES]),
            week=discovery.week_of(free, today, zone),
        )
    return InstructorDetail(
        id=person.id,
        name=person.name,
        avatar_url=person.avatar_url,
        headline=profile.headline,
        bio=profile.bio,
        timezone=person.timezone,
        since=person.created_at,
        subjects=tuple(subject.name for subject in subjects),
        students_taught=offers.students_taught(work, [person.id])[person.id],
        rating=reviews.averages(work, [person.id]).get(person.id),
        offerings=tuple(offer.facts for offer in offered),
        lead=lead,
        now=work.now,
        today=today,
    )
