"""State of the labelled test-payment gateway: what a real gateway would keep on its side."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from sessions_app.models.base import enum_field, instant, one_of


class SandboxPaymentStatus(StrEnum):
    """Where a test payment page stands."""

    OPEN = "open"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    PAID = "paid"
    VOIDED = "voided"
    EXPIRED = "expired"


class SandboxPayment(SQLModel, table=True):
    """A test payment page and its pretended card payment. ``key`` makes opening it repeatable."""

    __tablename__ = "sandbox_payment"
    __table_args__ = (
        one_of("status", SandboxPaymentStatus),
        CheckConstraint("refunded_minor BETWEEN 0 AND captured_minor", name="refunds_within_captured"),
    )

    checkout_id: str = Field(primary_key=True, max_length=60)
    key: str = Field(unique=True, max_length=120)
    token: str = Field(unique=True, max_length=64)
    intent_id: str = Field(unique=True, max_length=60)
    reference: str = Field(index=True, max_length=64)
    description: str = Field(max_length=200)
    amount_minor: int
    currency: str = Field(max_length=3)
    captures_later: bool = False
    captured_minor: int = 0
    refunded_minor: int = 0
    status: SandboxPaymentStatus = enum_field(SandboxPaymentStatus, SandboxPaymentStatus.OPEN)
    declines: int = 0
    return_url: str = ""
    expires_at: datetime = instant()
    created_at: datetime = instant()


class SandboxRefund(SQLModel, table=True):
    """One refund at the test gateway, by idempotency key."""

    __tablename__ = "sandbox_refund"

    key: str = Field(primary_key=True, max_length=120)
    checkout_id: str = Field(foreign_key="sandbox_payment.checkout_id", index=True)
    amount_minor: int
    created_at: datetime = instant()
