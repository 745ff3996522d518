"""Who still teaches what an offering is about: how an offering is joined with the courses and subjects of its host.

Both are outer joins: ``InstructorCourse.is_active`` and ``InstructorSubject.subject_id`` are null where nothing is.
"""

from __future__ import annotations

from sqlalchemy import and_
from sqlmodel import col

from sessions_app.models import InstructorCourse, InstructorSubject, Offering

OF_COURSE = and_(
    col(InstructorCourse.instructor_id) == col(Offering.instructor_id),
    col(InstructorCourse.course_id) == col(Offering.course_id),
)
"""``InstructorCourse`` is about the offering's course and its instructor."""

OF_SUBJECT = and_(
    col(InstructorSubject.instructor_id) == col(Offering.instructor_id),
    col(InstructorSubject.subject_id) == col(Offering.subject_id),
)
"""``InstructorSubject`` is about the offering's subject and its instructor."""
