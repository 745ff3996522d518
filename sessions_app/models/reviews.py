"""Review and what others say of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from sessions_app.models.base import instant, new_id


class Review(SQLModel, table=True):
    """A rating of a completed session and its instructor, by the student whose seat it was.

    ``author_id`` is that student, ``written_by_id`` who typed it (a guardian for a child). ``answer`` is the
    instructor's one answer; ``hidden_at`` is set while staff keep it from everybody but its author.
    """

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating_range"),
        UniqueConstraint("booking_id", "author_id", name="uq_review_once"),
        Index("ix_review_instructor", "instructor_id", "hidden_at", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("rev"), primary_key=True)
    booking_id: str = Field(foreign_key="booking.id")
    author_id: str = Field(foreign_key="person.id", index=True)
    written_by_id: str = Field(foreign_key="person.id")
    instructor_id: str = Field(foreign_key="person.id")
    rating: int
    body: str = ""
    created_at: datetime = instant()
    updated_at: datetime = instant()
    answer: str = ""
    answered_at: datetime | None = instant(nullable=True)
    answer_updated_at: datetime | None = instant(nullable=True)
    hidden_at: datetime | None = instant(nullable=True)


class ReviewReport(SQLModel, table=True):
    """Somebody's doubt about a review; open until staff hide the review or keep it."""

    __tablename__ = "review_report"
    __table_args__ = (Index("ix_review_report_open", "decided_at", "created_at"),)

    review_id: str = Field(primary_key=True, foreign_key="review.id")
    reporter_id: str = Field(primary_key=True, foreign_key="person.id", index=True)
    reason: str = ""
    created_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
    decided_by_id: str | None = Field(default=None, foreign_key="person.id")
