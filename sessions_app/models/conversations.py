"""Conversation, its messages, and how far each person has read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from sessions_app.models.base import instant, new_id


class Conversation(SQLModel, table=True):
    """A thread of one instructor: with one student (``student_id``), or about one group session (``session_id``).

    One a pair and one a group session. Who takes part is read from the booking, the guardian's link and this row,
    never from ``ConversationMember``, so that who loses the seat or the link loses the thread. ``moved_at`` is the
    instant of the last message, or of the beginning: lists are sorted by it. ``allows_replies`` only matters to
    groups; ``closed_at`` is the staff's closing.
    """

    __table_args__ = (
        CheckConstraint("(student_id IS NULL) <> (session_id IS NULL)", name="pair_or_group"),
        UniqueConstraint("instructor_id", "student_id", name="uq_conversation_pair"),
        UniqueConstraint("session_id", name="uq_conversation_session"),
        Index("ix_conversation_student", "student_id"),
        Index("ix_conversation_moved", "moved_at", "id"),
    )

    id: str = Field(default_factory=lambda: new_id("cnv"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    student_id: str | None = Field(default=None, foreign_key="person.id")
    session_id: str | None = Field(default=None, foreign_key="teaching_session.id")
    allows_replies: bool = False
    created_at: datetime = instant()
    moved_at: datetime = instant()
    last_message_id: int | None = None
    closed_at: datetime | None = instant(nullable=True)
    closed_by_id: str | None = Field(default=None, foreign_key="person.id")


class ConversationMember(SQLModel, table=True):
    """What one person has read of a conversation (up to a message's id), and whether they block it."""

    __tablename__ = "conversation_member"
    __table_args__ = (Index("ix_conversation_member_person", "person_id"),)

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    person_id: str = Field(primary_key=True, foreign_key="person.id")
    read_up_to: int = 0
    blocked_at: datetime | None = instant(nullable=True)


class Message(SQLModel, table=True):
    """What one person wrote. Ids grow within a conversation; ``client_key`` makes a repeated sending the same one."""

    __table_args__ = (
        UniqueConstraint("conversation_id", "author_id", "client_key", name="uq_message_sent_once"),
        Index("ix_message_thread", "conversation_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id")
    author_id: str = Field(foreign_key="person.id", index=True)
    body: str
    client_key: str = Field(max_length=40)
    created_at: datetime = instant()
