"""The list of conversations and one thread, as the page shows them.

Every query takes a fixed number of statements, however many conversations and messages there are, and is scoped in
SQL by ``conversations.visible``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import UPCOMING
from sessions_app.models import Booking, Conversation, ConversationMember, Message, Person, TeachingSession
from sessions_app.services import access, conversations
from sessions_app.services.conversations import Barrier, Side
from sessions_app.services.unit_of_work import UnitOfWork

PAGE = 20
MOST_ROWS = 200
THREAD_PAGE = 40
MOST_MESSAGES = 1000


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody of a conversation."""

    id: str
    name: str
    avatar_url: str | None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation of the list. ``session_title`` and ``starts_at`` are a group's; ``student`` is None there.

    ``last`` is the newest message's text, ``last_by`` its author's id; both are empty before anybody wrote.
    """

    id: str
    side: Side
    instructor: Party
    student: Party | None
    session_title: str
    starts_at: datetime | None
    last: str
    last_by: str
    moved_at: datetime
    unread: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """The newest conversations, and how many messages are unread in all of them."""

    rows: tuple[ConversationRow, ...]
    has_more: bool
    unread: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """One message. ``author_name`` is empty for a fellow student of a group, whose name is private."""

    id: int
    author_id: str
    author_name: str
    body: str
    at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation opened: its newest messages, oldest first.

    ``barrier`` says why nothing can be written; ``can_block`` whether this side may stop it. ``next_at`` is the next
    session it is about, of the pair or the group.
    """

    row: ConversationRow
    messages: tuple[Written, ...]
    has_older: bool
    barrier: Barrier | None
    is_group: bool
    allows_replies: bool
    can_block: bool
    is_blocked_by_you: bool
    is_closed: bool
    next_at: datetime | None
    now: datetime


def inbox(work: UnitOfWork, *, limit: int = PAGE) -> Inbox:
    """The actor's conversations, the one with the newest message first. Raises Unauthenticated."""
    limit = min(limit, MOST_ROWS)
    scope = conversations.visible(work)
    rows = _rows(work, *scope, limit=limit + 1)
    counts = _unread_of(work, [row.id for row in rows[:limit]])
    return Inbox(
        rows=tuple(replace(row, unread=counts.get(row.id, 0)) for row in rows[:limit]),
        has_more=len(rows) > limit,
        unread=unread(work),
        now=work.now,
    )


def unread(work: UnitOfWork) -> int:
    """How many messages the actor has not read; staff, who take no part, none. Raises Unauthenticated."""
    if work.actor.is_staff:
        return 0
    counted = _unread(work, func.count(col(Message.id))).where(*conversations.visible(work))
    return int(work.db.execute(counted).scalar_one())


def thread(work: UnitOfWork, *, conversation_id: str, limit: int = THREAD_PAGE) -> Thread:
    """One conversation with its newest messages. Raises Unauthenticated; NotFound for what is not the actor's."""
    entered = conversations.enter(work, conversation_id)
    conversation = entered.conversation
    limit = min(limit, MOST_MESSAGES)
    row = _rows(work, col(Conversation.id) == conversation.id, limit=1)[0]
    found = work.db.exec(
        select(Message, Person.name)
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(col(Message.conversation_id) == conversation.id)
        .order_by(col(Message.id).desc())
        .limit(limit + 1)
    ).all()
    is_group = conversation.session_id is not None
    hides_names = is_group and entered.side in (Side.STUDENT, Side.GUARDIAN)
    return Thread(
        row=row,
        messages=tuple(
            _written(work, message, name, conversation.instructor_id, hides_names=hides_names)
            for message, name in reversed(found[:limit])
        ),
        has_older=len(found) > limit,
        barrier=entered.barrier,
        is_group=is_group,
        allows_replies=conversation.allows_replies,
        can_block=not is_group and entered.side is not Side.STAFF,
        is_blocked_by_you=entered.barrier is Barrier.BLOCKED_BY_YOU,
        is_closed=conversation.closed_at is not None,
        next_at=_next_session(work, conversation),
        now=work.now,
    )


_instructor, _student, _last = aliased(Person), aliased(Person), aliased(Message)


def _rows(work: UnitOfWork, *conditions: ColumnElement[bool], limit: int) -> list[ConversationRow]:
    statement = (
        sql_select(Conversation, _instructor, _student, TeachingSession, _last)
        .join(_instructor, col(_instructor.id) == col(Conversation.instructor_id))
        .outerjoin(_student, col(_student.id) == col(Conversation.student_id))
        .outerjoin(TeachingSession, col(TeachingSession.id) == col(Conversation.session_id))
        .outerjoin(_last, col(_last.id) == col(Conversation.last_message_id))
        .where(*conditions)
        .order_by(col(Conversation.moved_at).desc(), col(Conversation.id))
        .limit(limit)
    )
    return [
        ConversationRow(
            id=conversation.id,
            side=conversations.side_of(work, conversation),
            instructor=Party(instructor.id, instructor.name, instructor.avatar_url),
            student=Party(student.id, student.name, student.avatar_url) if student else None,
            session_title=session.title if session else "",
            starts_at=session.starts_at if session else None,
            last=last.body if last else "",
            last_by=last.author_id if last else "",
            moved_at=conversation.moved_at,
            unread=0,
        )
        for conversation, instructor, student, session, last in work.db.execute(statement)
    ]


def _unread(work: UnitOfWork, *columns: Any) -> Select[Any]:
    person_id = access.require_person(work)
    member = aliased(ConversationMember)
    return (
        sql_select(*columns)
        .select_from(Message)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(
            member,
            and_(
                col(member.conversation_id) == col(Message.conversation_id),
                col(member.person_id) == person_id,
            ),
        )
        .where(
            col(Message.author_id) != person_id,
            col(Message.id) > func.coalesce(col(member.read_up_to), 0),
        )
    )


def _unread_of(work: UnitOfWork, conversation_ids: Collection[str]) -> dict[str, int]:
    if work.actor.is_staff:
        return {}
    counted = _unread(work, col(Message.conversation_id), func.count(col(Message.id)))
    grouped = counted.where(col(Message.conversation_id).in_(conversation_ids)).group_by(
        col(Message.conversation_id)
    )
    return {conversation_id: int(count) for conversation_id, count in work.db.execute(grouped)}


def _written(
    work: UnitOfWork, message: Message, name: str, instructor_id: str, *, hides_names: bool
) -> Written:
    assert message.id is not None  # it was loaded
    is_own = message.author_id == work.actor.person_id
    is_hidden = hides_names and not is_own and message.author_id != instructor_id
    return Written(
        id=message.id,
        author_id="" if is_hidden else message.author_id,
        author_name="" if is_hidden else name,
        body=message.body,
        at=message.created_at,
        is_own=is_own,
    )


def _next_session(work: UnitOfWork, conversation: Conversation) -> datetime | None:
    about = (
        col(Booking.session_id) == conversation.session_id
        if conversation.session_id is not None
        else and_(
            col(Booking.instructor_id) == conversation.instructor_id,
            col(Booking.student_id) == conversation.student_id,
        )
    )
    return work.db.exec(
        select(func.min(col(Booking.starts_at))).where(
            about, col(Booking.status).in_(UPCOMING), col(Booking.ends_at) > work.now
        )
    ).one()
