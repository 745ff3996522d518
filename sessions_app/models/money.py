"""Payments, refunds and credits. Amounts are integer minor units with an ISO currency."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from sessions_app.models.base import enum_field, instant, new_id, one_of


class PaymentStatus(StrEnum):
    """Where a card payment stands, as last read from the gateway."""

    CREATING = "creating"  # our intent is stored; the gateway has not answered yet
    OPEN = "open"  # the payer has a page
    PROCESSING = "processing"  # a slow method: paid later or not at all
    AUTHORISED = "authorised"  # reserved on the card, not taken
    PAID = "paid"  # taken
    VOIDED = "voided"  # the reservation was released
    EXPIRED = "expired"  # the page was closed unpaid
    LOST_RACE = "lost_race"  # paid, but the seat was gone: refunded in full
    REVIEW = "review"  # amount or currency is not what was asked: a person must look


class RefundStatus(StrEnum):
    """Where a refund stands at the gateway."""

    REQUESTED = "requested"
    DONE = "done"
    FAILED = "failed"


class TaskKind(StrEnum):
    """What is to be asked of the gateway after a commit."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class TaskState(StrEnum):
    """Whether a gateway task still has to be done."""

    TODO = "todo"
    DONE = "done"
    PARKED = "parked"


class Payment(SQLModel, table=True):
    """Money in for one booking, mirroring one gateway page. Its id is the key of every call about it."""

    __table_args__ = (
        one_of("status", PaymentStatus),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("refunded_minor BETWEEN 0 AND captured_minor", name="refunds_within_captured"),
        CheckConstraint("captured_minor BETWEEN 0 AND amount_minor", name="captured_within_amount"),
    )

    id: str = Field(default_factory=lambda: new_id("pay"), primary_key=True)
    booking_id: str = Field(foreign_key="booking.id", index=True)
    payer_id: str = Field(foreign_key="person.id", index=True)
    provider: str = Field(max_length=16)
    amount_minor: int
    currency: str = Field(max_length=3)
    captured_minor: int = 0
    refunded_minor: int = 0
    captures_later: bool = False
    status: PaymentStatus = enum_field(PaymentStatus, PaymentStatus.CREATING)
    checkout_id: str | None = Field(default=None, unique=True, max_length=120)
    intent_id: str | None = Field(default=None, unique=True, max_length=120)
    page_url: str | None = None
    page_expires_at: datetime | None = instant(nullable=True)
    return_url: str = ""
    method_label: str = Field(default="", max_length=60)
    created_at: datetime = instant()
    paid_at: datetime | None = instant(nullable=True)


class Refund(SQLModel, table=True):
    """Money back from one payment."""

    __table_args__ = (
        one_of("status", RefundStatus),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    id: str = Field(default_factory=lambda: new_id("ref"), primary_key=True)
    payment_id: str = Field(foreign_key="payment.id", index=True)
    booking_id: str = Field(foreign_key="booking.id", index=True)
    amount_minor: int
    currency: str = Field(max_length=3)
    percent: int
    reason: str = Field(max_length=40)
    status: RefundStatus = enum_field(RefundStatus, RefundStatus.REQUESTED)
    gateway_ref: str | None = Field(default=None, max_length=120)
    created_at: datetime = instant()
    done_at: datetime | None = instant(nullable=True)


class GatewayTask(SQLModel, table=True):
    """One call to the gateway, stored with the change that wants it. The primary key is its idempotency key."""

    __tablename__ = "gateway_task"
    __table_args__ = (
        one_of("kind", TaskKind),
        one_of("state", TaskState),
        Index("ix_gateway_task_due", "state", "available_at"),
    )

    key: str = Field(primary_key=True, max_length=120)
    kind: TaskKind = enum_field(TaskKind)
    payment_id: str = Field(foreign_key="payment.id", index=True)
    refund_id: str | None = Field(default=None, foreign_key="refund.id")
    amount_minor: int = 0
    state: TaskState = enum_field(TaskState, TaskState.TODO)
    attempts: int = 0
    available_at: datetime = instant()
    last_error: str = ""
    created_at: datetime = instant()


class CreditAccount(SQLModel, table=True):
    """A student's prepaid balance: the sum of its postings, never a stored number."""

    __tablename__ = "credit_account"

    id: str = Field(default_factory=lambda: new_id("acc"), primary_key=True)
    student_id: str = Field(foreign_key="person.id", unique=True)


class LedgerEntry(SQLModel, table=True):
    """One signed, immutable posting. ``reason`` is unique, so that nothing is spent or returned twice."""

    __tablename__ = "ledger_entry"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_not_zero"),)

    id: str = Field(default_factory=lambda: new_id("led"), primary_key=True)
    account_id: str = Field(foreign_key="credit_account.id", index=True)
    amount: int
    reason: str = Field(unique=True, max_length=120)
    booking_id: str | None = Field(default=None, foreign_key="booking.id", index=True)
    note: str = Field(default="", max_length=200)
    created_at: datetime = instant()
