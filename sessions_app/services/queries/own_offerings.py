"""What an instructor offers, as they see it themselves: everything, with its price, files and bookings to come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import OCCUPYING
from sessions_app.domain.money import Money
from sessions_app.domain.pricing import PriceRule
from sessions_app.models import (
    Booking,
    Course,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Offering,
    Subject,
)
from sessions_app.services import calendars, materials, offerings, terms
from sessions_app.services.materials import MaterialFacts
from sessions_app.services.offerings import Draft
from sessions_app.services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwnOffering:
    """One offering. ``is_taught`` is false when its instructor no longer teaches what it is about.

    ``total`` and ``credits`` are what a seat costs now, by whichever rule; ``is_price_of_course`` when the course
    decides. ``ahead`` counts the seats booked in sessions to come.
    """

    id: str
    instructor_id: str
    draft: Draft
    about: str
    is_active: bool
    is_taught: bool
    currency: str
    total: Money
    credits: int | None
    is_price_of_course: bool
    ahead: int
    files: tuple[MaterialFacts, ...]


def listing(work: UnitOfWork, *, instructor_id: str | None = None) -> tuple[OwnOffering, ...]:
    """All offerings of the acting instructor, or for staff of ``instructor_id``, in their order.

    Raises what ``offerings.host_meant`` raises.
    """
    host_id = offerings.host_meant(work, instructor_id)
    rows = work.db.exec(
        select(Offering)
        .where(col(Offering.instructor_id) == host_id)
        .order_by(col(Offering.position), col(Offering.id))
    )
    return _views(work, list(rows.all()), host_id)


def one(work: UnitOfWork, *, offering_id: str) -> OwnOffering:
    """One offering, for its instructor and staff. Raises NotFound."""
    offering, _ = offerings.load(work, offering_id)
    return _views(work, [offering], offering.instructor_id)[0]


@dataclass(frozen=True, slots=True)
class PricePreview:
    """What a seat of one length would cost, and what of the money is the instructor's after the platform's fee."""

    minutes: int
    total: Money
    credits: int | None
    share: Money
    rule: PriceRule


def preview(work: UnitOfWork, *, draft: Draft) -> tuple[PricePreview, ...]:
    """What the acting instructor's draft would cost, length by length; a length that cannot be priced is left out."""
    profile = work.db.get_one(InstructorProfile, offerings.host_meant(work, None))
    course = work.db.get(Course, draft.course_id) if draft.course_id else None
    found = []
    for length in draft.lengths:
        price = length.price
        if length.minutes <= 0 or (price.minor or 0) < 0 or (price.credits or 0) < 0:
            continue
        row = Offering(
            instructor_id=profile.person_id,
            title=draft.title,
            duration_minutes=length.minutes,
            price_minor=price.minor,
            credits=price.credits,
            currency=profile.currency,
        )
        quote = terms.quote_for(row, profile, course)
        share = quote.total - quote.total.share(work.settings.platform_fee_percentage)
        found.append(PricePreview(length.minutes, quote.total, quote.credits, share, quote.rule))
    return tuple(found)


def _views(work: UnitOfWork, rows: list[Offering], host_id: str) -> tuple[OwnOffering, ...]:
    profile = work.db.get_one(InstructorProfile, host_id)
    courses = {
        course.id: course
        for course in work.db.exec(
            select(Course).where(col(Course.id).in_({row.course_id for row in rows if row.course_id}))
        )
    }
    subjects = dict(
        work.db.exec(
            select(Subject.id, Subject.name).where(
                col(Subject.id).in_({row.subject_id for row in rows if row.subject_id})
            )
        ).all()
    )
    teaches_courses = set(
        work.db.exec(
            select(InstructorCourse.course_id).where(
                col(InstructorCourse.instructor_id) == host_id, col(InstructorCourse.is_active)
            )
        )
    )
    teaches_subjects = set(
        work.db.exec(
            select(InstructorSubject.subject_id).where(col(InstructorSubject.instructor_id) == host_id)
        )
    )
    ahead = dict(
        work.db.exec(
            select(Booking.offering_id, func.count())
            .where(
                col(Booking.instructor_id) == host_id,
                col(Booking.status).in_(OCCUPYING),
                col(Booking.ends_at) > work.now,
                calendars.still_counts(col(Booking.frees_at), work.now),
            )
            .group_by(col(Booking.offering_id))
        ).all()
    )
    files = materials.files_of(work, [row.id for row in rows])
    found = []
    for row in rows:
        course = courses.get(row.course_id or "")
        quote = terms.quote_for(row, profile, course)
        is_taught = (
            course is not None and course.is_active and course.id in teaches_courses
            if row.course_id
            else row.subject_id is None or row.subject_id in teaches_subjects
        )
        found.append(
            OwnOffering(
                id=row.id,
                instructor_id=row.instructor_id,
                draft=Draft.of(row),
                about=course.title if course else subjects.get(row.subject_id or "", ""),
                is_active=row.is_active,
                is_taught=is_taught,
                currency=row.currency,
                total=quote.total,
                credits=quote.credits,
                is_price_of_course=course is not None and course.price_minor is not None,
                ahead=ahead.get(row.id, 0),
                files=files.get(row.id, ()),
            )
        )
    return tuple(found)
