"""Conversations: who may read and write in one, sending, reading, blocking and closing.

A conversation begins with a seat that is real (``begin``), never before. Who takes part is decided here, from the
rows that say so today: the instructor, the student, a guardian who may view the child's sessions, and in a group
everybody whose seat is real. Staff may read any conversation, which the audit keeps, and close it; they write in
none.

In a group the instructor writes to all; whether the others may answer is the instructor's choice. A message that
nobody on the other side has read after a while is told by one mail, which looks again before it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, func, inspect, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select

from sessions_app.domain.booking_lifecycle import ATTENDED_OR_MISSED, UPCOMING
from sessions_app.domain.errors import InvalidInput, NotAllowed, NotFound
from sessions_app.domain.message_text import written
from sessions_app.domain.permissions import Action, Role
from sessions_app.domain.ports import Limit
from sessions_app.models import (
    Booking,
    Conversation,
    ConversationMember,
    GuardianLink,
    Message,
    OutboxMessage,
    Person,
    TeachingSession,
)
from sessions_app.models.base import new_id
from sessions_app.models.catalogue import SessionType
from sessions_app.services import access, audit, live, notifications, rate_limits
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork

MESSAGE_LENGTH = 4000
MAIL_AFTER = timedelta(minutes=5)
REAL = UPCOMING | ATTENDED_OR_MISSED
"""The seats that open a conversation and, in a group, keep it open."""

_MESSAGES = Limit("messages", count=30, seconds=60)
_LARGEST_ID = 2**31 - 1
_QUOTED = 3
_KEY_LENGTH = 40


class Side(StrEnum):
    """What the actor is to a conversation."""

    INSTRUCTOR = "instructor"
    STUDENT = "student"
    GUARDIAN = "guardian"
    STAFF = "staff"


class Barrier(StrEnum):
    """Why the actor cannot write."""

    CLOSED = "closed"
    BLOCKED_BY_YOU = "blocked_by_you"
    BLOCKED = "blocked"
    NO_REPLIES = "no_replies"
    NOT_YOURS = "not_yours"


BARRIER_WORDS = {
    Barrier.CLOSED: "This conversation was closed by our staff.",
    Barrier.BLOCKED_BY_YOU: "You blocked this conversation. Unblock it to write.",
    Barrier.BLOCKED: "You cannot write in this conversation any more.",
    Barrier.NO_REPLIES: "Only the instructor writes here.",
    Barrier.NOT_YOURS: "Staff read here and do not write.",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """A conversation the actor may read, what they are to it, and why they cannot write (None: they can)."""

    conversation: Conversation
    side: Side
    barrier: Barrier | None


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """What a mail about unread messages says now: how many there are, from whom, and the last few."""

    count: int
    sender: str
    title: str
    texts: tuple[str, ...]


def begin(work: UnitOfWork, booking: Booking, session: TeachingSession) -> None:
    """Make sure that this seat, which is real, has its conversation. Does nothing where there is one already."""
    is_group = session.session_type is SessionType.GROUP
    _insert_if_absent(
        work,
        Conversation,
        id=new_id("cnv"),
        instructor_id=booking.instructor_id,
        student_id=None if is_group else booking.student_id,
        session_id=session.id if is_group else None,
        allows_replies=False,
        created_at=work.now,
        moved_at=work.now,
    )


def of_booking(work: UnitOfWork, *, booking_id: str) -> str:
    """The id of the conversation that a booking leads to, begun now for a seat from before there were any.

    Raises NotFound to strangers and where no seat was ever real, NotAllowed to who may not write about it.
    """
    loaded = access.load_booking(work, booking_id, action=Action.MESSAGE)
    booking, session = loaded.booking, loaded.session
    is_group = session.session_type is SessionType.GROUP
    own = (
        col(Conversation.session_id) == session.id
        if is_group
        else and_(
            col(Conversation.instructor_id) == booking.instructor_id,
            col(Conversation.student_id) == booking.student_id,
        )
    )
    if booking.status in REAL:
        begin(work, booking, session)
    found = work.db.exec(select(Conversation.id).where(own)).first()
    if found is None:
        raise NotFound("There is nothing to write about before a session is booked.")
    return found


def enter(work: UnitOfWork, conversation_id: str, *, lock: bool = False) -> Entered:
    """The conversation, if the actor may read it. ``lock`` makes this transaction its only writer.

    Raises Unauthenticated; NotFound for what is not theirs.
    """
    access.require_person(work)
    statement = select(Conversation).where(col(Conversation.id) == conversation_id, *visible(work))
    found = work.db.exec(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise NotFound
    side = side_of(work, found)
    return Entered(found, side, _barrier(work, found, side))


def oversee(work: UnitOfWork, *, conversation_id: str) -> Entered:
    """``enter`` for staff, which the audit keeps. Raises NotAllowed to anybody else."""
    if not work.actor.is_staff:
        raise NotAllowed
    entered = enter(work, conversation_id)
    audit.record(work, "conversation.read", "conversation", conversation_id)
    return entered


def send(work: UnitOfWork, *, conversation_id: str, body: str, key: str, from_elsewhere: bool = False) -> int:
    """Write a message; return its id. The same ``key`` again is the same message: a retry sends nothing twice.

    ``from_elsewhere`` when the author did not have the conversation before them: then nothing counts as read.
    Raises NotFound, NotAllowed where the actor cannot write, InvalidInput (``body``), RateLimited.
    """
    entered = enter(work, conversation_id, lock=True)
    conversation, person_id = entered.conversation, access.require_person(work)
    sent_before = select(Message.id).where(
        col(Message.conversation_id) == conversation.id,
        col(Message.author_id) == person_id,
        col(Message.client_key) == key,
    )
    if (known := work.db.exec(sent_before).first()) is not None:
        return known
    if entered.barrier is not None:
        raise NotAllowed(BARRIER_WORDS[entered.barrier])
    text = written(body, limit=MESSAGE_LENGTH, field="body")
    if not text:
        raise InvalidInput("Please write something.", field="body")
    if not 0 < len(key) <= _KEY_LENGTH:
        raise InvalidInput("Please send this once more.", field="key")
    rate_limits.spend(work.platform, _MESSAGES, person_id)
    message = Message(
        conversation_id=conversation.id,
        author_id=person_id,
        body=text,
        client_key=key,
        created_at=work.now,
    )
    work.db.add(message)
    work.db.flush()
    assert message.id is not None  # it was flushed
    conversation.last_message_id, conversation.moved_at = message.id, work.now
    work.db.add(conversation)
    if not from_elsewhere:
        # Who answers has read what they answer to.
        _member(work, conversation.id, person_id).read_up_to = message.id
    readers = _readers(work, conversation)
    for reader in readers:
        if reader.id != person_id:
            _queue_mail(work, conversation, reader, text)
    _announce(work, conversation, readers)
    return message.id


def mark_read(work: UnitOfWork, *, conversation_id: str, up_to: int) -> None:
    """Note that the actor has read the messages up to this id; it never goes back. Staff leave no trace here."""
    entered = enter(work, conversation_id)
    last = entered.conversation.last_message_id or 0
    if entered.side is Side.STAFF or not 0 < up_to <= _LARGEST_ID:
        return
    person_id = access.require_person(work)
    member = _member(work, conversation_id, person_id)
    if (reached := min(up_to, last)) > member.read_up_to:
        member.read_up_to = reached
        work.announce(frozenset({live.messages_topic(person_id)}))


def block(work: UnitOfWork, *, conversation_id: str, blocked: bool) -> None:
    """Stop a one-to-one conversation for both sides, or allow it again. Only who blocked can undo it.

    Raises NotFound, NotAllowed in a group and to staff, who close instead.
    """
    entered = enter(work, conversation_id, lock=True)
    conversation = entered.conversation
    if entered.side is Side.STAFF or conversation.session_id is not None:
        raise NotAllowed
    member = _member(work, conversation.id, access.require_person(work))
    if (member.blocked_at is not None) is blocked:
        return
    member.blocked_at = work.now if blocked else None
    audit.record(
        work,
        "conversation.blocked" if blocked else "conversation.unblocked",
        "conversation",
        conversation.id,
    )
    _announce(work, conversation, _readers(work, conversation))


def close(work: UnitOfWork, *, conversation_id: str, closed: bool) -> None:
    """Close a conversation for everybody, or open it again; what was written stays readable. For staff alone.

    Raises NotFound, NotAllowed.
    """
    entered = enter(work, conversation_id, lock=True)
    if entered.side is not Side.STAFF:
        raise NotAllowed
    conversation = entered.conversation
    conversation.closed_at = work.now if closed else None
    conversation.closed_by_id = work.actor.person_id if closed else None
    work.db.add(conversation)
    audit.record(
        work, "conversation.closed" if closed else "conversation.reopened", "conversation", conversation.id
    )
    _announce(work, conversation, _readers(work, conversation))


def allow_replies(work: UnitOfWork, *, conversation_id: str, allowed: bool) -> None:
    """Let the others of a group answer where all can read it, or not. For its instructor alone.

    Raises NotFound, NotAllowed.
    """
    entered = enter(work, conversation_id, lock=True)
    conversation = entered.conversation
    if entered.side is not Side.INSTRUCTOR or conversation.session_id is None:
        raise NotAllowed
    conversation.allows_replies = allowed
    work.db.add(conversation)
    audit.record(work, "conversation.replies", "conversation", conversation.id, allowed=allowed)
    _announce(work, conversation, _readers(work, conversation))


def visible(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep the conversations the actor may read; none for staff."""
    if work.actor.is_staff:
        return ()
    person_id = access.require_person(work)
    learners = learners_of(work)
    in_groups = select(Booking.session_id).where(
        col(Booking.student_id).in_(learners), col(Booking.status).in_(REAL)
    )
    return (
        or_(
            col(Conversation.instructor_id) == person_id,
            col(Conversation.student_id).in_(learners),
            col(Conversation.session_id).in_(in_groups),
        ),
    )


def side_of(work: UnitOfWork, conversation: Conversation) -> Side:
    """What the actor is to a conversation that ``visible`` let them find."""
    if work.actor.is_staff:
        return Side.STAFF
    if work.actor.person_id == conversation.instructor_id:
        return Side.INSTRUCTOR
    return Side.GUARDIAN if work.actor.role is Role.GUARDIAN else Side.STUDENT


def learners_of(work: UnitOfWork) -> list[str]:
    """Whose seats the actor reads the conversations of: their own, and those of children they may view."""
    person_id = access.require_person(work)
    if work.actor.role is not Role.GUARDIAN:
        return [person_id]
    children = select(GuardianLink.child_id).where(
        col(GuardianLink.guardian_id) == person_id, col(GuardianLink.can_view)
    )
    return [person_id, *work.db.exec(children.order_by(col(GuardianLink.child_id)))]


def topics(work: UnitOfWork) -> frozenset[str]:
    """What the actor's list of conversations watches."""
    return frozenset(live.messages_topic(person_id) for person_id in learners_of(work))


def unread_mail(work: UnitOfWork, *, conversation_id: str, reader_id: str, since: int) -> UnreadMail | None:
    """What the reader's mail says, or None when it has nothing to say any more.

    It has not once the reader has read past ``since``, from where it was queued, or may not read here any more.
    """
    conversation = work.db.get(Conversation, conversation_id)
    if conversation is None or reader_id not in {person.id for person in _readers(work, conversation)}:
        return None
    member = work.db.get(ConversationMember, (conversation_id, reader_id))
    if (member.read_up_to if member else 0) != since:
        return None
    unread = (
        select(Message, Person.name)
        .join(Person, col(Person.id) == col(Message.author_id))
        .where(
            col(Message.conversation_id) == conversation_id,
            col(Message.id) > since,
            col(Message.author_id) != reader_id,
        )
    )
    count = work.db.exec(select(func.count()).select_from(unread.subquery())).one()
    last = work.db.exec(unread.order_by(col(Message.id).desc()).limit(_QUOTED)).all()
    if not last:
        return None
    session = _session_of(work, conversation)
    # In a group the others' names are nobody's business, so it is the session that writes.
    return UnreadMail(
        count=count,
        sender="" if session else last[0][1],
        title=session.title if session else "",
        texts=tuple(message.body for message, _ in reversed(last)),
    )


def _insert_if_absent(work: UnitOfWork, model: type[SQLModel], **values: Any) -> None:
    # Two transactions may find that a row is missing at the same instant; the second of them then finds it there.
    work.execute(_insert_or_nothing(model, work.platform.engine.dialect.name), values)


@cache
def _insert_or_nothing(model: type[SQLModel], dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(inspect(model).local_table).on_conflict_do_nothing()


def _barrier(work: UnitOfWork, conversation: Conversation, side: Side) -> Barrier | None:
    if conversation.closed_at is not None:
        return Barrier.CLOSED
    if side is Side.STAFF:
        return Barrier.NOT_YOURS
    if conversation.session_id is not None:
        is_open = side is Side.INSTRUCTOR or conversation.allows_replies
        return None if is_open else Barrier.NO_REPLIES
    blockers = work.db.exec(
        select(ConversationMember.person_id).where(
            col(ConversationMember.conversation_id) == conversation.id,
            col(ConversationMember.blocked_at).is_not(None),
        )
    ).all()
    if work.actor.person_id in blockers:
        return Barrier.BLOCKED_BY_YOU
    return Barrier.BLOCKED if blockers else None


def _member(work: UnitOfWork, conversation_id: str, person_id: str) -> ConversationMember:
    """The person's own row, made when it is first needed."""
    member = work.db.get(ConversationMember, (conversation_id, person_id))
    if member is None:
        _insert_if_absent(
            work, ConversationMember, conversation_id=conversation_id, person_id=person_id, read_up_to=0
        )
        member = work.db.get_one(ConversationMember, (conversation_id, person_id))
    work.db.add(member)
    return member


def _readers(work: UnitOfWork, conversation: Conversation) -> Sequence[Person]:
    """Everybody who is told of a message: instructor, students, and the guardians of those without an address."""
    if conversation.session_id is None:
        students = select(Person.id).where(col(Person.id) == conversation.student_id)
    else:
        students = select(Booking.student_id).where(
            col(Booking.session_id) == conversation.session_id, col(Booking.status).in_(REAL)
        )
    child = select(Person.id).where(col(Person.id).in_(students), col(Person.email).is_(None))
    guardians = select(GuardianLink.guardian_id).where(
        col(GuardianLink.child_id).in_(child), col(GuardianLink.can_view)
    )
    return work.db.exec(
        select(Person)
        .where(
            or_(
                col(Person.id) == conversation.instructor_id,
                col(Person.id).in_(students),
                col(Person.id).in_(guardians),
            ),
            col(Person.deactivated_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def _queue_mail(work: UnitOfWork, conversation: Conversation, reader: Person, text: str) -> None:
    """One mail for everything the reader has not read since they last looked, however many messages it is."""
    member = work.db.get(ConversationMember, (conversation.id, reader.id))
    since = member.read_up_to if member else 0
    key = f"{conversation.id}/{reader.id}/{since}"
    queued = select(OutboxMessage.id).where(
        col(OutboxMessage.dedupe_key) == f"{NotificationKind.MESSAGE_RECEIVED}/{key}"
    )
    if work.db.exec(queued).first() is not None:
        return
    session = _session_of(work, conversation)
    # What it says is read again when it is sent (freshness.py).
    notifications.queue_to_person(
        work,
        NotificationKind.MESSAGE_RECEIVED,
        reader,
        key=key,
        wait=MAIL_AFTER,
        conversation_id=conversation.id,
        since=since,
        count=1,
        sender="" if session else work.db.get_one(Person, access.require_person(work)).name,
        title=session.title if session else "",
        texts=[text],
    )


def _session_of(work: UnitOfWork, conversation: Conversation) -> TeachingSession | None:
    return work.db.get(TeachingSession, conversation.session_id) if conversation.session_id else None


def _announce(work: UnitOfWork, conversation: Conversation, readers: Sequence[Person]) -> None:
    work.announce(
        frozenset(
            {
                live.conversation_topic(conversation.id),
                *(live.messages_topic(person.id) for person in readers),
            }
        )
    )
