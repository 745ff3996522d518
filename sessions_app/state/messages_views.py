"""Conversations, messages and reported reviews as the page shows them. Pure view values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.message_text import spans
from sessions_app.domain.plain_text import one_line
from sessions_app.services.conversations import BARRIER_WORDS, Side
from sessions_app.services.queries.conversations import ConversationRow, Inbox, Thread
from sessions_app.services.queries.reviews import Reported
from sessions_app.state.views import avatar_colour, initials

_PREVIEW = 120


@dataclass(frozen=True)
class PieceView:
    """A piece of a message; with ``href`` a link that shows its whole address."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class ConversationView:
    """One conversation of the list; ``about`` is whom or what it concerns beside its name."""

    id: str = ""
    href: str = ""
    name: str = ""
    about: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    last: str = ""
    when: str = ""
    unread: int = 0


@dataclass(frozen=True)
class MessageView:
    """One message. ``day`` stands above the first of each day, ``author`` above the first of somebody's in a row."""

    id: int
    day: str
    author: str
    said_by: str
    time: str
    pieces: tuple[PieceView, ...]
    is_own: bool


@dataclass(frozen=True)
class PendingView:
    """A message on its way; ``trouble`` says why it did not go."""

    key: str
    pieces: tuple[PieceView, ...]
    trouble: str = ""


@dataclass(frozen=True)
class InboxView:
    """The list. ``ready`` once it was read."""

    ready: bool = False
    rows: tuple[ConversationView, ...] = ()
    has_more: bool = False


@dataclass(frozen=True)
class ThreadView:
    """The conversation that is open; an empty ``id`` means none is. ``last_id`` is that of its newest message."""

    id: str = ""
    head: ConversationView = ConversationView()
    profile_href: str = ""
    next: str = ""
    messages: tuple[MessageView, ...] = ()
    last_id: int = 0
    has_older: bool = False
    notice: str = ""
    can_write: bool = False
    can_block: bool = False
    is_blocked_by_you: bool = False
    can_close: bool = False
    is_closed: bool = False
    can_allow: bool = False
    allows_replies: bool = False


NO_THREAD = ThreadView()


@dataclass(frozen=True)
class ReportedView:
    """A review that staff decide about."""

    id: str
    stars: int
    body: str
    who: str
    instructor: str
    instructor_href: str
    reasons: tuple[str, ...]
    count: str


def inbox_view(found: Inbox, viewer: Viewer) -> InboxView:
    """The list in the viewer's zone."""
    rows = tuple(conversation_view(row, viewer, found.now, unread=row.unread) for row in found.rows)
    return InboxView(True, rows, found.has_more)


def conversation_view(
    row: ConversationRow, viewer: Viewer, now: datetime, *, unread: int = 0
) -> ConversationView:
    """One conversation, named after whoever is on the other side of it."""
    face = row.student if row.side is Side.INSTRUCTOR and row.student else row.instructor
    name, about = face.name, ""
    if row.student is None:
        starts = f", {viewer.moment(row.starts_at, now=now)}" if row.starts_at else ""
        name, about = row.session_title, f"Group session{starts}"
    elif row.side is Side.GUARDIAN:
        about = f"for {row.student.name}"
    elif row.side is Side.STAFF:
        name = f"{row.instructor.name} and {row.student.name}"
    return ConversationView(
        id=row.id,
        href=f"/messages?with={row.id}",
        name=one_line(name),
        about=about,
        initials=initials(name) if row.student is None else initials(face.name),
        colour=avatar_colour(row.id if row.student is None else face.id),
        photo="" if row.student is None else face.avatar_url or "",
        last=one_line(row.last, limit=_PREVIEW),
        when=_moved(row.moved_at, viewer, now),
        unread=unread,
    )


def thread_view(found: Thread, viewer: Viewer) -> ThreadView:
    """The open conversation in the viewer's zone."""
    row = found.row
    next_at = found.next_at
    return ThreadView(
        id=row.id,
        head=conversation_view(row, viewer, found.now),
        profile_href="" if row.side is Side.INSTRUCTOR else f"/instructors/{row.instructor.id}",
        next="" if next_at is None else f"Next session {viewer.moment(next_at, now=found.now)}",
        messages=_messages(found, viewer),
        last_id=found.messages[-1].id if found.messages else 0,
        has_older=found.has_older,
        notice=BARRIER_WORDS[found.barrier] if found.barrier else "",
        can_write=found.barrier is None,
        can_block=found.can_block and not found.is_closed,
        is_blocked_by_you=found.is_blocked_by_you,
        can_close=row.side is Side.STAFF,
        is_closed=found.is_closed,
        can_allow=found.is_group and row.side is Side.INSTRUCTOR and not found.is_closed,
        allows_replies=found.allows_replies,
    )


def pieces_of(text: str) -> tuple[PieceView, ...]:
    """A text with its links."""
    return tuple(PieceView(span.text, span.href) for span in spans(text))


def reported_view(found: Reported) -> ReportedView:
    """One reported review."""
    return ReportedView(
        id=found.id,
        stars=found.rating,
        body=found.body,
        who=found.author,
        instructor=found.instructor,
        instructor_href=f"/instructors/{found.instructor_id}",
        reasons=found.reasons,
        count="1 report" if found.count == 1 else f"{found.count} reports",
    )


def _messages(found: Thread, viewer: Viewer) -> tuple[MessageView, ...]:
    shown: list[MessageView] = []
    row, day, author = found.row, "", ""
    other = row.student if row.side is Side.INSTRUCTOR else row.instructor
    # With two in a conversation, its heading says who the other one is.
    named = "" if found.is_group or row.side is Side.STAFF or other is None else other.id
    for one in found.messages:
        today = viewer.relative_day(one.at, now=found.now)
        name = "You" if one.is_own else one.author_name or "Participant"
        is_first_of_day = today != day
        heads = (
            (is_first_of_day or name != author) and not one.is_own and not (named and one.author_id == named)
        )
        shown.append(
            MessageView(
                id=one.id,
                day=today if is_first_of_day else "",
                author=name if heads else "",
                said_by=name,
                time=viewer.time(one.at),
                pieces=pieces_of(one.body),
                is_own=one.is_own,
            )
        )
        day, author = today, name
    return tuple(shown)


def _moved(at: datetime, viewer: Viewer, now: datetime) -> str:
    return viewer.time(at) if viewer.date_of(at) == viewer.date_of(now) else viewer.day(at, now=now)
