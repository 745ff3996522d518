"""Students in courses: enrolling, and "Schedule Later"."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from sessions_app.domain.errors import NotAllowed, NotFound
from sessions_app.domain.permissions import Action, allowed, may_know
from sessions_app.models import Course, DeferredEnrollment, Enrollment
from sessions_app.models.base import is_one_of
from sessions_app.models.catalogue import DeferredStatus
from sessions_app.services import access, audit
from sessions_app.services.unit_of_work import UnitOfWork

OPEN_DEFERRALS = frozenset({DeferredStatus.WAITING, DeferredStatus.NOTIFIED})
"""The student still means to choose a time."""

_SETTLE_DEFERRAL = (
    update(DeferredEnrollment)
    .where(
        col(DeferredEnrollment.enrollment_id).in_(
            select(Enrollment.id).where(
                col(Enrollment.student_id) == bindparam("student"),
                col(Enrollment.course_id) == bindparam("course"),
            )
        ),
        is_one_of(col(DeferredEnrollment.status), OPEN_DEFERRALS),
    )
    .values(status=DeferredStatus.SCHEDULED, updated_at=bindparam("now"))
)


def enroll(work: UnitOfWork, *, course_id: str, student_id: str | None = None) -> Enrollment:
    """Put a student into a course; one who is in it already stays in it as they are.

    A student enrolls themselves, a guardian a child, staff anybody. Raises NotFound for an unknown or inactive
    course, and what ``access.student_for`` raises.
    """
    access.require_person(work)
    course = work.db.get(Course, course_id)
    if course is None or not course.is_active:
        raise NotFound
    student = access.student_for(work, student_id)
    work.lock(student=student.id)
    enrollment = work.db.exec(
        select(Enrollment).where(
            col(Enrollment.student_id) == student.id, col(Enrollment.course_id) == course.id
        )
    ).first()
    if enrollment is None:
        enrollment = Enrollment(student_id=student.id, course_id=course.id, created_at=work.now)
        work.db.add(enrollment)
        audit.record(work, "enrollment.added", "enrollment", enrollment.id, course_id=course.id)
    return enrollment


def defer(work: UnitOfWork, *, enrollment_id: str) -> DeferredEnrollment:
    """Schedule Later: the student waits for a time; asked again, nothing changes.

    Raises NotFound for an enrollment the actor may not know of, NotAllowed for a guardian without the right to
    book.
    """
    access.require_person(work)
    enrollment = work.db.get(Enrollment, enrollment_id)
    if enrollment is None:
        raise NotFound
    relation, rights = access.relation_to(work, student_id=enrollment.student_id, instructor_id=None)
    if not may_know(relation):
        raise NotFound
    if not allowed(Action.BOOK, relation, guardian_rights=rights):
        raise NotAllowed
    work.lock(student=enrollment.student_id)
    deferred = work.db.get(DeferredEnrollment, enrollment.id)
    if deferred is not None and deferred.status in OPEN_DEFERRALS:
        return deferred
    if deferred is None:
        deferred = DeferredEnrollment(enrollment_id=enrollment.id, created_at=work.now, updated_at=work.now)
    deferred.status, deferred.updated_at = DeferredStatus.WAITING, work.now
    work.db.add(deferred)
    audit.record(work, "enrollment.deferred", "enrollment", enrollment.id)
    return deferred


def settle_deferral(work: UnitOfWork, *, student_id: str, course_id: str | None) -> None:
    """The student has a session in the course: nothing waits any more."""
    if course_id is None:
        return
    work.execute(_SETTLE_DEFERRAL, {"student": student_id, "course": course_id, "now": work.now})
