"""Calendar subscriptions: one secret address a person, under which calendar programs read their sessions.

Decides who is listed in it and for how long back. Whoever knows the address reads it without signing in, as calendar
programs do, so it is unguessable, shows each person what they may see on our pages and no more, and ends when it is
renewed or removed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, and_, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import NotFound
from sessions_app.domain.plain_text import short_name, title_within
from sessions_app.models import (
    Booking,
    CalendarFeed,
    Course,
    GuardianLink,
    Person,
    TeachingSession,
)
from sessions_app.models.base import new_id
from sessions_app.models.catalogue import SessionType
from sessions_app.services import access, audit, calendar_files
from sessions_app.services.calendar_files import SeatEvent, titled
from sessions_app.services.identity import token_hash
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.settings import Settings

PAST_IS_LISTED = timedelta(days=90)
MOST_EVENTS = 2000

_IN_CALENDARS = (
    BookingStatus.PENDING,
    BookingStatus.ACCEPTED,
    BookingStatus.SCHEDULED,
    BookingStatus.CONFIRMED,
    BookingStatus.IN_PROGRESS,
    BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
)

_Row = Row[Booking, TeachingSession, Person, Person, str]


@dataclass(frozen=True, slots=True)
class FeedFile:
    """The calendar file, and the tag that stays the same as long as the file does."""

    content: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whether a person has an address, and the address itself.

    It is empty for one made under another SECRET_KEY, of which only the hash is left: that one still answers, but
    nobody can be shown it again, only be given a new one in its place.
    """

    exists: bool = False
    address: str = ""


NO_SUBSCRIPTION: Final = Subscription()


def subscription(work: UnitOfWork) -> Subscription:
    """The acting person's address, as far as it can be told. Raises Unauthenticated."""
    feed = work.db.get(CalendarFeed, access.require_person(work))
    if feed is None:
        return NO_SUBSCRIPTION
    is_ours = token_hash(_token(work.settings, feed.id)) == feed.token_hash
    return Subscription(exists=True, address=_address(work.settings, feed) if is_ours else "")


def renew(work: UnitOfWork) -> str:
    """Make the acting person's address, or a new one in its place, which ends the former. Raises Unauthenticated."""
    person_id = access.require_person(work)
    work.lock(feed=person_id)
    feed = work.db.get(CalendarFeed, person_id)
    if feed is None:
        feed = CalendarFeed(person_id=person_id, token_hash="", created_at=work.now)
    feed.id, feed.created_at = new_id("fed"), work.now
    feed.token_hash = token_hash(_token(work.settings, feed.id))
    work.db.add(feed)
    audit.record(work, "feed.renewed", "person", person_id)
    return _address(work.settings, feed)


def remove(work: UnitOfWork) -> None:
    """End the acting person's address; nothing happens where there is none. Raises Unauthenticated."""
    person_id = access.require_person(work)
    feed = work.db.get(CalendarFeed, person_id)
    if feed is not None:
        work.db.delete(feed)
        audit.record(work, "feed.removed", "person", person_id)


def calendar(work: UnitOfWork, *, token: str) -> FeedFile:
    """The file of this address: the sessions of the last 90 days and all to come, in three statements.

    Listed are the person's own seats, those of the children a guardian may look after, and the sessions they teach,
    a group's seats as one event; requests as tentative, cancelled seats as cancelled. Holds, and requests that came
    to nothing, are not: a calendar drops what its subscription no longer has. Raises NotFound for an unknown or
    ended address.
    """
    found = work.db.exec(
        select(CalendarFeed, Person)
        .join(Person, col(Person.id) == col(CalendarFeed.person_id))
        .where(col(CalendarFeed.token_hash) == token_hash(token), col(Person.deactivated_at).is_(None))
    ).first()
    if found is None:
        raise NotFound
    feed, person = found
    children = work.db.exec(
        select(GuardianLink.child_id).where(
            col(GuardianLink.guardian_id) == person.id, col(GuardianLink.can_view)
        )
    ).all()
    instructor, student = aliased(Person), aliased(Person)
    rows = work.db.execute(
        sql_select(Booking, TeachingSession, instructor, student, col(Course.title))
        .join(TeachingSession, col(TeachingSession.id) == col(Booking.session_id))
        .join(instructor, col(instructor.id) == col(Booking.instructor_id))
        .join(student, col(student.id) == col(Booking.student_id))
        .outerjoin(Course, col(Course.id) == col(Booking.course_id))
        .where(
            col(Booking.starts_at) >= work.now - PAST_IS_LISTED,
            or_(
                col(Booking.student_id).in_([person.id, *children]),
                col(Booking.instructor_id) == person.id,
            ),
            or_(
                col(Booking.status).in_(_IN_CALENDARS),
                # The end of a hold stays on what never became more than a hold.
                and_(col(Booking.status) == BookingStatus.CANCELLED, col(Booking.hold_expires_at).is_(None)),
            ),
        )
        .order_by(col(Booking.starts_at).desc(), col(Booking.id))
        .limit(MOST_EVENTS)
    ).all()
    listed = [row for row in rows if effective_status(row[0], work.now) is not BookingStatus.EXPIRED]
    # Stamped with the last change instead of now: the same sessions make the same file, byte for byte.
    stamp = max([feed.created_at, *(booking.updated_at for booking, *_ in listed)])
    content = calendar_files.publication(
        _events(person, listed[::-1], stamp),
        settings=work.settings,
        now=stamp,
        name=work.settings.app_name,
    )
    return FeedFile(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _events(owner: Person, rows: Sequence[_Row], stamp: datetime) -> list[SeatEvent]:
    """One event a seat, but one a session for the groups that the owner teaches."""
    events: list[SeatEvent] = []
    groups: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        booking, session = row[0], row[1]
        if booking.instructor_id == owner.id and session.session_type is SessionType.GROUP:
            groups[session.id].append(row)
        else:
            events.append(_event(owner, row))
    return [*events, *(_group_event(seats, stamp) for seats in groups.values())]


def _group_event(rows: Sequence[_Row], stamp: datetime) -> SeatEvent:
    _, session, teacher, _, course = rows[0]
    return SeatEvent.of_group(
        session,
        [(booking, learner.name) for booking, _, _, learner, _ in rows],
        instructor_name=teacher.name,
        title=title_within(course or "", session.title),
        # A seat that leaves takes the count of its changes along, so neither their sum nor the highest may stand for
        # the session: they could fall. Each change is later than the one before.
        sequence=max(int((stamp - session.created_at).total_seconds()), 0),
    )


def _event(owner: Person, row: _Row) -> SeatEvent:
    booking, session, teacher, learner, course = row
    other = learner if owner.id == teacher.id else teacher
    event = SeatEvent.of_booking(booking, session, instructor_name=teacher.name, other_name=other.name)
    title = titled(title_within(course or "", booking.title), other.name)
    is_childs = owner.id not in (teacher.id, learner.id)
    return replace(event, title=f"{short_name(learner.name)}: {title}" if is_childs else title)


def _address(settings: Settings, feed: CalendarFeed) -> str:
    return f"{settings.public_url}/api/feeds/{_token(settings, feed.id)}.ics"


def _token(settings: Settings, feed_id: str) -> str:
    digest = hmac.new(settings.secret_key.encode(), f"calendar-feed:{feed_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
