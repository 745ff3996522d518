"""The join page of a session: what it is, when the room opens, and, while it is open, where it is.

The page exists from the booking on and is safe to write down; the room's address is only told to who takes part,
and only from JOIN_EARLY_MINUTES before the start until the end.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sessions_app.domain.booking_lifecycle import UPCOMING
from sessions_app.domain.permissions import Action, Relation
from sessions_app.models import Person
from sessions_app.models.catalogue import Modality
from sessions_app.services import access
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.settings import Settings

_NAME_LENGTH = 24


@dataclass(frozen=True, slots=True)
class JoinPage:
    """One session for one who takes part. ``is_on`` while it is to come or under way.

    ``room_url`` is empty before the room opens, after the end, and where people meet in person.
    """

    session_id: str
    title: str
    instructor_id: str
    instructor_name: str
    other_zone: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    modality: Modality
    place: str
    is_on: bool
    room_url: str
    now: datetime


def join_page(work: UnitOfWork, *, session_id: str) -> JoinPage:
    """The session as the actor joins it. Raises NotFound to everybody who has no part in it, NotAllowed to a guardian
    without the right to look.
    """
    loaded = access.seat_in(work, session_id, action=Action.JOIN)
    booking, session = loaded.booking, loaded.session
    instructor = work.db.get_one(Person, session.instructor_id)
    is_host = loaded.relation is Relation.INSTRUCTOR
    other = work.db.get_one(Person, booking.student_id) if is_host else instructor
    opens_at = session.starts_at - timedelta(minutes=work.settings.join_early_minutes)
    is_on = effective_status(booking, work.now) in UPCOMING and work.now < session.ends_at
    is_open = is_on and session.modality is not Modality.IN_PERSON and opens_at <= work.now
    return JoinPage(
        session_id=session.id,
        title=booking.title,
        instructor_id=instructor.id,
        instructor_name=instructor.name,
        other_zone=other.timezone,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        opens_at=opens_at,
        modality=session.modality,
        place=session.place,
        is_on=is_on,
        room_url=room_url(work.settings, session.id) if is_open else "",
        now=work.now,
    )


def room_url(settings: Settings, session_id: str) -> str:
    """Where a session meets: a room on JITSI_DOMAIN whose name nobody can guess from the session's id."""
    digest = hmac.new(settings.secret_key.encode(), f"room:{session_id}".encode(), hashlib.sha256).hexdigest()
    return f"https://{settings.jitsi_domain}/sessions-{digest[:_NAME_LENGTH]}"
