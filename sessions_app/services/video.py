"""Where a session meets: which provider, the room, and one person's way into it.

The room is made at the first legal join and not before, and forgotten when the session moves or somebody loses a
seat, so that an address told once opens nothing later. Who may come in is decided in ``services/sessions.py``.
"""

from __future__ import annotations

import re

from sessions_app.domain.errors import InvalidInput, NotAllowed, TemporarilyUnavailable
from sessions_app.domain.permissions import Role
from sessions_app.domain.ports import Entrance, Guest, VideoKind, VideoProvider
from sessions_app.models import InstructorVideo, LiveSession, TeachingSession
from sessions_app.services import access, audit, live
from sessions_app.services.unit_of_work import UnitOfWork

LINK_LIMIT = 500
_LINK = re.compile(r"https://[^\s/?#@\\]+\.[^\s/?#@\\]+([/?#][^\s\\]*)?")


def choose(work: UnitOfWork, *, provider: VideoKind | None, link: str = "") -> None:
    """The acting instructor meets by ``provider`` from now on; None: by the deployment's.

    Raises NotAllowed to others, InvalidInput (``link``) unless an own link is a whole https address, InvalidInput
    (``provider``) for one that is not set up here.
    """
    if work.actor.role is not Role.INSTRUCTOR:
        raise NotAllowed
    person_id = access.require_person(work)
    link = link.strip()
    own = work.db.get(InstructorVideo, person_id)
    if provider is None:
        if own is not None:
            work.db.delete(own)
        audit.record(work, "video.chosen", "person", person_id, provider="")
        return
    if provider not in work.platform.video:
        raise InvalidInput("This way to meet is not set up here.", field="provider")
    if provider is VideoKind.LINK and (len(link) > LINK_LIMIT or not _LINK.fullmatch(link)):
        raise InvalidInput("Please enter the whole address, beginning with https://.", field="link")
    own = own or InstructorVideo(person_id=person_id, provider=provider)
    own.provider, own.link = provider, link if provider is VideoKind.LINK else ""
    work.db.add(own)
    audit.record(work, "video.chosen", "person", person_id, provider=provider.value)


def own_link(work: UnitOfWork) -> str:
    """The acting person's own meeting address; empty where they meet otherwise."""
    own = work.db.get(InstructorVideo, access.require_person(work))
    return own.link if own is not None else ""


def kind_for(work: UnitOfWork, instructor_id: str) -> tuple[VideoKind, str]:
    """How this instructor meets now, and their own address where that is the way.

    Somebody without an address of their own meets by Jitsi, whatever the deployment prefers.
    """
    own = work.db.get(InstructorVideo, instructor_id)
    if own is not None and own.provider in work.platform.video:
        return own.provider, own.link
    kind = VideoKind(work.settings.video_provider)
    return (VideoKind.JITSI if kind is VideoKind.LINK else kind), ""


def provider_of(work: UnitOfWork, kind: VideoKind) -> VideoProvider:
    """The provider. Raises TemporarilyUnavailable where it is not set up (any more)."""
    provider = work.platform.video.get(kind)
    if provider is None:
        raise TemporarilyUnavailable("The video of this session is not set up right now.")
    return provider


def open_room(work: UnitOfWork, session: TeachingSession) -> LiveSession:
    """The session's room, made now when there is none. Two who come first at once get the same."""
    work.lock(session=session.id)
    room = details(work, session)
    work.db.refresh(room)
    kind, link = kind_for(work, session.instructor_id)
    is_same = room.provider is kind and (kind is not VideoKind.LINK or room.room == link)
    # Until it begins, the instructor may still choose to meet elsewhere.
    if room.room and (is_same or session.started_at is not None):
        return room
    room.provider = kind
    room.room = link if kind is VideoKind.LINK else provider_of(work, kind).new_room()
    room.room_made_at = work.now
    work.db.add(room)
    work.db.flush()
    audit.record(work, "room.made", "session", session.id, provider=kind.value)
    return room


def details(work: UnitOfWork, session: TeachingSession) -> LiveSession:
    """The session's row of video facts, made when there is none; the room in it may be yet to make."""
    found = work.db.get(LiveSession, session.id)
    if found is None:
        kind, _ = kind_for(work, session.instructor_id)
        found = LiveSession(session_id=session.id, provider=kind)
        work.db.add(found)
        work.db.flush()
    return found


def forget_room(work: UnitOfWork, session_id: str) -> None:
    """Have the next who joins make a new room: the session moved, or somebody who may know the room lost a seat."""
    room = work.db.get(LiveSession, session_id)
    if room is not None and room.room:
        room.room, room.room_made_at = "", None
        work.db.add(room)
        live.room_changed(work, session_id)


def entrance(work: UnitOfWork, room: LiveSession, guest: Guest) -> Entrance:
    """The guest's way into the room."""
    return provider_of(work, room.provider).entrance(room.room, guest)
