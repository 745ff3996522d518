"""When an instructor can be booked: the weekly pattern, dates that replace it, and explicit slots."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from sessions_app.models.base import enum_field, instant, new_id, one_of
from sessions_app.models.catalogue import SessionType


class AvailabilityRule(SQLModel, table=True):
    """A weekly window in the instructor's wall time. ``day_of_week`` 0 is Sunday; minute 1440 is midnight."""

    __tablename__ = "availability_rule"
    __table_args__ = (
        CheckConstraint("day_of_week BETWEEN 0 AND 6", name="day_of_week_range"),
        CheckConstraint(
            "start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute", name="minutes_in_order"
        ),
        Index("ix_availability_rule_instructor", "instructor_id", "day_of_week"),
    )

    id: str = Field(default_factory=lambda: new_id("avr"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    day_of_week: int
    start_minute: int
    end_minute: int
    is_active: bool = True


class AvailabilityOverride(SQLModel, table=True):
    """One window of a date that replaces the weekly pattern; both minutes None: away all day."""

    __tablename__ = "availability_override"
    __table_args__ = (
        CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL) OR "
            "(start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute)",
            name="minutes_in_order",
        ),
        Index("ix_availability_override_instructor", "instructor_id", "on_date"),
    )

    id: str = Field(default_factory=lambda: new_id("avo"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    on_date: date
    start_minute: int | None = None
    end_minute: int | None = None


class PublishedSlot(SQLModel, table=True):
    """An explicit date and time that the instructor offers in addition to the pattern."""

    __tablename__ = "published_slot"
    __table_args__ = (
        one_of("session_type", SessionType),
        CheckConstraint("starts_at < ends_at", name="times_in_order"),
        CheckConstraint("seats BETWEEN 1 AND 20", name="seats_range"),
        Index("ix_published_slot_instructor", "instructor_id", "starts_at"),
    )

    id: str = Field(default_factory=lambda: new_id("pub"), primary_key=True)
    instructor_id: str = Field(foreign_key="person.id")
    offering_id: str | None = Field(default=None, foreign_key="offering.id")
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    session_type: SessionType = enum_field(SessionType, SessionType.INDIVIDUAL)
    seats: int = 1
