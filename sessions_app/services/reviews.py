"""Reviews: a rating and a text about a completed session, one answer, and what happens when somebody objects.

The review is the student's, whoever of their side types it; a session that was missed or cancelled has none. Who
wrote it may change it for 14 days, and so may the instructor their answer. A reported review stays visible until
staff hide it. An average counts visible reviews and is told from three of them up, so that nobody stands or falls
with one lesson.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, TooLate
from sessions_app.domain.message_text import written
from sessions_app.domain.permissions import Action
from sessions_app.models import Booking, Review, ReviewReport, TeachingSession
from sessions_app.services import access, audit, live, notifications, slots
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork

TEXT_LENGTH = 2000
REASON_LENGTH = 500
EDITABLE = timedelta(days=14)
INVITE_AFTER = timedelta(hours=1)
RATINGS = range(1, 6)
ENOUGH = 3
"""How many visible reviews make an average."""


def invite(work: UnitOfWork, booking: Booking, session: TeachingSession) -> None:
    """Ask the student's side, a little later, for a review of a session that has just been completed."""
    notifications.queue(
        work, NotificationKind.REVIEW_REQUEST, booking, session, key="review", wait=INVITE_AFTER
    )


def write(work: UnitOfWork, *, booking_id: str, rating: int, body: str = "") -> Review:
    """Write the review of a booking, or change it within 14 days.

    Raises NotFound, NotAllowed, IllegalTransition for a session that was not completed, InvalidInput (``rating``,
    ``body``), TooLate (``details.until``).
    """
    loaded = access.load_booking(work, booking_id, action=Action.REVIEW, lock=True)
    booking = loaded.booking
    if booking.status is not BookingStatus.COMPLETED:
        raise IllegalTransition("A review can be written once the session is completed.")
    if type(rating) is not int or rating not in RATINGS:
        raise InvalidInput("Please choose one to five stars.", field="rating")
    text = written(body, limit=TEXT_LENGTH, field="body", what="review")
    review = work.db.exec(
        select(Review).where(
            col(Review.booking_id) == booking.id, col(Review.author_id) == booking.student_id
        )
    ).first()
    is_new = review is None
    if review is None:
        review = Review(
            booking_id=booking.id,
            author_id=booking.student_id,
            written_by_id=work.actor.person_id or booking.student_id,
            instructor_id=booking.instructor_id,
            rating=rating,
            created_at=work.now,
            updated_at=work.now,
        )
    elif work.now > (until := review.created_at + EDITABLE):
        raise TooLate("A review can be changed for 14 days.", until=slots.rfc3339(until))
    review.rating, review.body, review.updated_at = rating, text, work.now
    work.db.add(review)
    work.db.flush()
    audit.record(work, "review.written" if is_new else "review.changed", "review", review.id, rating=rating)
    live.booking_changed(work, booking)
    return review


def answer(work: UnitOfWork, *, review_id: str, body: str) -> Review:
    """Answer a review of oneself, once; the answer can be changed for 14 days.

    Raises NotFound, also for a review that is hidden; NotAllowed, InvalidInput (``body``), TooLate.
    """
    access.require_person(work)
    review = _visible(work, review_id)
    if work.actor.person_id != review.instructor_id:
        raise NotAllowed
    text = written(body, limit=TEXT_LENGTH, field="body", what="answer")
    if not text:
        raise InvalidInput("Please write your answer.", field="body")
    if review.answered_at is None:
        review.answered_at = work.now
    elif work.now > (until := review.answered_at + EDITABLE):
        raise TooLate("An answer can be changed for 14 days.", until=slots.rfc3339(until))
    review.answer, review.answer_updated_at = text, work.now
    work.db.add(review)
    audit.record(work, "review.answered", "review", review.id)
    return review


def report(work: UnitOfWork, *, review_id: str, reason: str = "") -> None:
    """Have staff look at a review; once more by the same person changes nothing while it waits.

    Raises Unauthenticated, NotFound, NotAllowed for one's own review, InvalidInput (``reason``).
    """
    person_id = access.require_person(work)
    review = _visible(work, review_id)
    if person_id in (review.author_id, review.written_by_id):
        raise NotAllowed("This is your own review.")
    text = written(reason, limit=REASON_LENGTH, field="reason", what="reason")
    known = work.db.get(ReviewReport, (review.id, person_id))
    if known is not None:
        return
    work.db.add(ReviewReport(review_id=review.id, reporter_id=person_id, reason=text, created_at=work.now))
    audit.record(work, "review.reported", "review", review.id)
    work.announce(frozenset({live.REPORTS_TOPIC}))


def decide(work: UnitOfWork, *, review_id: str, hide: bool) -> Review:
    """Hide a review from everybody but its author, or keep it visible; the open reports about it are settled.

    For staff alone. Raises NotAllowed, NotFound.
    """
    access.require_person(work)
    if not work.actor.is_staff:
        raise NotAllowed
    review = work.db.exec(select(Review).where(col(Review.id) == review_id).with_for_update()).first()
    if review is None:
        raise NotFound
    review.hidden_at = (review.hidden_at or work.now) if hide else None
    work.db.add(review)
    waiting = select(ReviewReport).where(
        col(ReviewReport.review_id) == review.id, col(ReviewReport.decided_at).is_(None)
    )
    for each in work.db.exec(waiting).all():
        each.decided_at, each.decided_by_id = work.now, work.actor.person_id
        work.db.add(each)
    audit.record(work, "review.hidden" if hide else "review.kept", "review", review.id)
    work.announce(frozenset({live.REPORTS_TOPIC, live.person_topic(review.instructor_id)}))
    return review


def _visible(work: UnitOfWork, review_id: str) -> Review:
    review = work.db.exec(
        select(Review).where(col(Review.id) == review_id, col(Review.hidden_at).is_(None)).with_for_update()
    ).first()
    if review is None:
        raise NotFound
    return review
