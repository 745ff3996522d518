"""Inbox and outbox: what came from outside and what must go out, as rows of the change's own transaction."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from sessions_app.models.base import enum_field, instant, new_id, one_of


class InboundState(StrEnum):
    """Whether an event from outside has been acted on."""

    NEW = "new"
    HANDLED = "handled"
    PARKED = "parked"


class OutboxState(StrEnum):
    """What became of a message."""

    QUEUED = "queued"
    SENT = "sent"
    STALE = "stale"
    FAILED = "failed"


class InboundEvent(SQLModel, table=True):
    """A webhook, stored once by (source, external id), answered at once and handled later."""

    __tablename__ = "inbound_event"
    __table_args__ = (
        one_of("state", InboundState),
        UniqueConstraint("source", "external_id", name="uq_inbound_event_once"),
        Index("ix_inbound_event_due", "state", "available_at"),
    )

    id: str = Field(default_factory=lambda: new_id("evt"), primary_key=True)
    source: str = Field(max_length=24)
    external_id: str = Field(max_length=120)
    type: str = Field(max_length=80)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: InboundState = enum_field(InboundState, InboundState.NEW)
    attempts: int = 0
    available_at: datetime = instant()
    lease_token: str | None = Field(default=None, max_length=32)
    last_error: str = ""
    received_at: datetime = instant()
    handled_at: datetime | None = instant(nullable=True)


class OutboxMessage(SQLModel, table=True):
    """One message to one address, with the facts of its change frozen in ``facts``.

    ``stream`` orders the messages about one booking to one address: a later one waits for the earlier, so that a
    cancellation never overtakes its invitation. ``dedupe_key`` gives the Message-ID and stops doubles.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        one_of("state", OutboxState),
        Index("ix_outbox_message_due", "state", "available_at"),
        Index("ix_outbox_message_stream", "stream", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    dedupe_key: str = Field(unique=True, max_length=200)
    stream: str = Field(max_length=320)
    channel: str = Field(default="email", max_length=12)
    kind: str = Field(max_length=40)
    recipient_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    to_address: str = Field(max_length=254)
    booking_id: str | None = Field(default=None, foreign_key="booking.id", index=True)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: OutboxState = enum_field(OutboxState, OutboxState.QUEUED)
    attempts: int = 0
    available_at: datetime = instant()
    lease_token: str | None = Field(default=None, max_length=32)
    last_error: str = ""
    created_at: datetime = instant()
    sent_at: datetime | None = instant(nullable=True)
