"""Reviews as they are read: averages for lists, a profile's reviews, one's own, and what was reported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import IllegalTransition, NotAllowed
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import one_line
from sessions_app.models import Person, Review, ReviewReport
from sessions_app.services import access, reviews
from sessions_app.services.unit_of_work import UnitOfWork

PAGE = 10
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review as everybody may read it; ``author`` is a first name and an initial."""

    id: str
    rating: int
    body: str
    author: str
    at: datetime
    answer: str
    answered_at: datetime | None
    is_own: bool
    can_answer: bool
    can_report: bool


@dataclass(frozen=True, slots=True)
class ReviewList:
    """The newest visible reviews of an instructor, how many there are, and how many of each rating (1 to 5)."""

    rows: tuple[ReviewRow, ...]
    total: int
    counts: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """The review of a booking that its side may write or change; ``rating`` 0 while there is none.

    ``editable_until`` is None for a new one; ``is_open`` says whether it can still be written.
    """

    booking_id: str
    title: str
    instructor: str
    learner: str
    starts_at: datetime
    rating: int
    body: str
    editable_until: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """A review that somebody objects to, with the reasons given."""

    id: str
    rating: int
    body: str
    author: str
    instructor_id: str
    instructor: str
    at: datetime
    reasons: tuple[str, ...]
    count: int
    first_at: datetime


def averages(work: UnitOfWork, instructor_ids: Collection[str]) -> dict[str, float]:
    """The mean rating of each instructor with enough visible reviews, in one statement."""
    rows = work.db.exec(
        select(Review.instructor_id, func.avg(col(Review.rating)))
        .where(col(Review.instructor_id).in_(instructor_ids), col(Review.hidden_at).is_(None))
        .group_by(col(Review.instructor_id))
        .having(func.count() >= reviews.ENOUGH)
    )
    return {instructor_id: float(mean) for instructor_id, mean in rows}


def of_bookings(work: UnitOfWork, booking_ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Rating and text of the review of each booking that has one, in one statement."""
    rows = work.db.exec(
        select(Review.booking_id, Review.rating, Review.body).where(col(Review.booking_id).in_(booking_ids))
    )
    return {booking_id: (rating, body) for booking_id, rating, body in rows}


def of_instructor(work: UnitOfWork, *, instructor_id: str, limit: int = PAGE) -> ReviewList:
    """What everybody may read about an instructor, newest first, and what the actor may do with it."""
    visible = (col(Review.instructor_id) == instructor_id, col(Review.hidden_at).is_(None))
    counted = work.db.exec(select(Review.rating, func.count()).where(*visible).group_by(col(Review.rating)))
    by_rating = dict(counted.all())
    rows = work.db.exec(
        select(Review, Person.name)
        .join(Person, col(Person.id) == col(Review.author_id))
        .where(*visible)
        .order_by(col(Review.created_at).desc(), col(Review.id))
        .limit(min(limit, MOST_ROWS))
    )
    return ReviewList(
        rows=tuple(_row(work, review, name) for review, name in rows),
        total=sum(by_rating.values()),
        counts=(
            by_rating.get(1, 0),
            by_rating.get(2, 0),
            by_rating.get(3, 0),
            by_rating.get(4, 0),
            by_rating.get(5, 0),
        ),
    )


def draft(work: UnitOfWork, *, booking_id: str) -> Draft:
    """What the form begins with. Raises NotFound, NotAllowed, IllegalTransition before the session is completed."""
    booking = access.load_booking(work, booking_id, action=Action.REVIEW).booking
    if booking.status is not BookingStatus.COMPLETED:
        raise IllegalTransition("A review can be written once the session is completed.")
    instructor, student = (
        work.db.get_one(Person, booking.instructor_id),
        work.db.get_one(Person, booking.student_id),
    )
    review = work.db.exec(select(Review).where(col(Review.booking_id) == booking.id)).first()
    until = review.created_at + reviews.EDITABLE if review else None
    return Draft(
        booking_id=booking.id,
        title=booking.title,
        instructor=instructor.name,
        learner="" if student.id == work.actor.person_id else student.name,
        starts_at=booking.starts_at,
        rating=review.rating if review else 0,
        body=review.body if review else "",
        editable_until=until,
        is_open=until is None or work.now <= until,
    )


def reported(work: UnitOfWork, *, limit: int = MOST_ROWS) -> tuple[Reported, ...]:
    """The reviews with an open report, the longest waiting first, for staff. Raises Unauthenticated, NotAllowed."""
    access.require_person(work)
    if not work.actor.is_staff:
        raise NotAllowed
    author, instructor = aliased(Person), aliased(Person)
    waiting = work.db.exec(
        select(ReviewReport)
        .where(col(ReviewReport.decided_at).is_(None))
        .order_by(col(ReviewReport.created_at), col(ReviewReport.review_id))
        .limit(limit)
    ).all()
    by_review: dict[str, list[ReviewReport]] = {}
    for each in waiting:
        by_review.setdefault(each.review_id, []).append(each)
    rows = work.db.exec(
        select(Review, author.name, instructor.name)
        .join(author, col(author.id) == col(Review.author_id))
        .join(instructor, col(instructor.id) == col(Review.instructor_id))
        .where(col(Review.id).in_(by_review))
    ).all()
    found = [
        Reported(
            id=review.id,
            rating=review.rating,
            body=review.body,
            author=by,
            instructor_id=review.instructor_id,
            instructor=about,
            at=review.created_at,
            reasons=tuple(each.reason for each in by_review[review.id] if each.reason),
            count=len(by_review[review.id]),
            first_at=by_review[review.id][0].created_at,
        )
        for review, by, about in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.first_at, one.id)))


def _row(work: UnitOfWork, review: Review, name: str) -> ReviewRow:
    me = work.actor.person_id
    is_own = me is not None and me in (review.author_id, review.written_by_id)
    answer_is_open = review.answered_at is None or work.now <= review.answered_at + reviews.EDITABLE
    return ReviewRow(
        id=review.id,
        rating=review.rating,
        body=review.body,
        author=public_name(name),
        at=review.created_at,
        answer=review.answer,
        answered_at=review.answered_at,
        is_own=is_own,
        can_answer=me == review.instructor_id and answer_is_open,
        can_report=me is not None and not is_own,
    )


def public_name(name: str) -> str:
    """How a student is called where everybody reads: "Noah Berger" is "Noah B."."""
    words = one_line(name).split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else words[0]
