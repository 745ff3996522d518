"""What happened: the audit trail, product events, and answers kept for repeated requests. Append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from sessions_app.models.base import instant


class AuditEntry(SQLModel, table=True):
    """Who did what to which row. Staff act as themselves, on behalf of somebody: both are kept."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(index=True)
    actor_id: str | None = Field(default=None, index=True)
    actor_role: str = Field(default="", max_length=16)
    on_behalf_of_id: str | None = None
    action: str = Field(max_length=60)
    subject_type: str = Field(max_length=40)
    subject_id: str = Field(max_length=64)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ProductEvent(SQLModel, table=True):
    """One step of a person through the product, such as ``date_selected``; no free text, no addresses."""

    __tablename__ = "product_event"
    __table_args__ = (Index("ix_product_event_name", "name", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant()
    name: str = Field(max_length=40)
    person_id: str | None = Field(default=None, index=True)
    properties: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class IdempotencyRecord(SQLModel, table=True):
    """The answer to a request that came with an Idempotency-Key, repeated for 24 hours."""

    __tablename__ = "idempotency_record"

    caller: str = Field(primary_key=True, max_length=64)
    key: str = Field(primary_key=True, max_length=255)
    request_hash: str = Field(max_length=64)
    status: int | None = None
    body: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    created_at: datetime = instant(index=True)
