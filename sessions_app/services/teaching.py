"""What an instructor says about their teaching: headline, biography, hourly rate, subjects and courses.

Instructors say themselves what they teach; they appear to students once they have an active offering in it. Who gives
up a course keeps its history: its offerings and bookings stay, and take no new bookings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from sessions_app.domain import plain_text
from sessions_app.domain.errors import InvalidInput, NotAllowed
from sessions_app.models import Course, InstructorCourse, InstructorProfile, InstructorSubject, Subject
from sessions_app.services import access, audit, live
from sessions_app.services.unit_of_work import UnitOfWork

HEADLINE_LIMIT = 160
BIO_LIMIT = 4000
MAX_RATE_MINOR = 100_000_00


@dataclass(frozen=True, slots=True)
class Taught:
    """A course or a subject, and whether the instructor teaches it. A course may set the price of its sessions."""

    id: str
    name: str
    is_taught: bool
    price_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Teaching:
    """What the acting instructor says about themselves, with all courses and subjects to choose from."""

    headline: str
    bio: str
    hourly_rate_minor: int | None
    currency: str
    courses: tuple[Taught, ...]
    subjects: tuple[Taught, ...]

    @property
    def is_ready(self) -> bool:
        """Whether there is something they teach."""
        return any(one.is_taught for one in (*self.courses, *self.subjects))


def teaching(work: UnitOfWork) -> Teaching:
    """What the acting instructor says. Raises Unauthenticated, NotAllowed to others."""
    profile = _own_profile(work)
    courses_taught = set(
        work.db.exec(
            select(InstructorCourse.course_id).where(
                col(InstructorCourse.instructor_id) == profile.person_id, col(InstructorCourse.is_active)
            )
        )
    )
    subjects_taught = _subjects_of(work, profile.person_id)
    courses = work.db.exec(
        select(Course).where(col(Course.is_active)).order_by(col(Course.position), col(Course.title))
    )
    subjects = work.db.exec(select(Subject).order_by(col(Subject.position), col(Subject.name)))
    return Teaching(
        headline=profile.headline,
        bio=profile.bio,
        hourly_rate_minor=profile.hourly_rate_minor,
        currency=profile.currency,
        courses=tuple(
            Taught(course.id, course.title, course.id in courses_taught, course.price_minor)
            for course in courses
        ),
        subjects=tuple(
            Taught(subject.id, subject.name, subject.id in subjects_taught) for subject in subjects
        ),
    )


def change_teaching(
    work: UnitOfWork,
    *,
    headline: str,
    bio: str,
    hourly_rate_minor: int | None,
    course_ids: Collection[str],
    subject_ids: Collection[str],
) -> None:
    """Store all of it. An hourly rate that changes counts for bookings made from now on.

    Raises NotAllowed to who does not teach, InvalidInput with ``details.fields``.
    """
    profile = _own_profile(work)
    headline = plain_text.one_line(unicodedata.normalize("NFC", headline), limit=len(headline) + 1)
    bio = "\n".join(plain_text.lines(unicodedata.normalize("NFC", bio)))
    wrong: dict[str, str] = {}
    if len(headline) > HEADLINE_LIMIT:
        wrong["headline"] = f"Please keep the headline under {HEADLINE_LIMIT} characters."
    if len(bio) > BIO_LIMIT:
        wrong["bio"] = f"Please keep this under {BIO_LIMIT:,} characters."
    if hourly_rate_minor is not None and not 0 <= hourly_rate_minor <= MAX_RATE_MINOR:
        wrong["hourly_rate"] = (
            "A price cannot be negative." if hourly_rate_minor < 0 else "This hourly rate is too high."
        )
    known_courses = set(work.db.exec(select(Course.id).where(col(Course.is_active))))
    known_subjects = set(work.db.exec(select(Subject.id)))
    if not known_courses >= set(course_ids) or not known_subjects >= set(subject_ids):
        wrong["teaches"] = "Please choose from the courses and subjects there are."
    elif not course_ids and not subject_ids:
        wrong["teaches"] = "Please choose at least one course or subject."
    if wrong:
        field, sentence = next(iter(wrong.items()))
        raise InvalidInput(sentence, field=field, fields=wrong)
    work.lock(instructor=profile.person_id)
    profile.headline, profile.bio, profile.hourly_rate_minor = headline, bio, hourly_rate_minor
    work.db.add(profile)
    _teach_courses(work, profile.person_id, set(course_ids), known_courses)
    _teach_subjects(work, profile.person_id, set(subject_ids))
    audit.record(
        work,
        "teaching.changed",
        "person",
        profile.person_id,
        courses=sorted(course_ids),
        subjects=sorted(subject_ids),
    )
    live.offerings_changed(work, profile.person_id)


def _own_profile(work: UnitOfWork) -> InstructorProfile:
    profile = work.db.get(InstructorProfile, access.require_person(work))
    if profile is None:
        raise NotAllowed("Only instructors teach.")
    return profile


def _subjects_of(work: UnitOfWork, instructor_id: str) -> set[str]:
    return set(
        work.db.exec(
            select(InstructorSubject.subject_id).where(col(InstructorSubject.instructor_id) == instructor_id)
        )
    )


def _teach_courses(work: UnitOfWork, instructor_id: str, wanted: set[str], known: set[str]) -> None:
    rows = work.db.exec(
        select(InstructorCourse).where(
            col(InstructorCourse.instructor_id) == instructor_id, col(InstructorCourse.course_id).in_(known)
        )
    ).all()
    for row in rows:
        row.is_active = row.course_id in wanted
        work.db.add(row)
    for course_id in sorted(wanted - {row.course_id for row in rows}):
        work.db.add(InstructorCourse(instructor_id=instructor_id, course_id=course_id))


def _teach_subjects(work: UnitOfWork, instructor_id: str, wanted: set[str]) -> None:
    taught = _subjects_of(work, instructor_id)
    for subject_id in sorted(wanted - taught):
        work.db.add(InstructorSubject(instructor_id=instructor_id, subject_id=subject_id))
    for subject_id in sorted(taught - wanted):
        work.db.delete(work.db.get_one(InstructorSubject, (instructor_id, subject_id)))
