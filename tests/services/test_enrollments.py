from __future__ import annotations

import pytest
from sqlmodel import col, select

from sessions_app.domain.errors import InvalidInput, NotAllowed, NotFound, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import AuditEntry, Course, DeferredEnrollment, Enrollment, GuardianLink
from sessions_app.models.catalogue import DeferredStatus
from sessions_app.services import enrollments
from tests.services.world import World, acting, at


def enrollments_of(world: World, student_id: str) -> list[Enrollment]:
    def query(work):
        return list(work.db.exec(select(Enrollment).where(col(Enrollment.student_id) == student_id)).all())

    return world.platform.read(query, Actor.system())


def deferral(world: World, enrollment_id: str) -> DeferredEnrollment | None:
    return world.platform.read(lambda work: work.db.get(DeferredEnrollment, enrollment_id), Actor.system())


def audited(world: World, action: str) -> int:
    def query(work):
        return len(work.db.exec(select(AuditEntry).where(col(AuditEntry.action) == action)).all())

    return world.platform.read(query, Actor.system())


def test_a_student_enrolls_once_however_often_they_ask(world: World) -> None:
    student = world.student(enrolled=False)

    first = world.platform.run(enrollments.enroll, acting(student), course_id=world.course.id)
    again = world.platform.run(enrollments.enroll, acting(student), course_id=world.course.id)

    assert first.id == again.id
    assert len(enrollments_of(world, student.id)) == 1
    assert audited(world, "enrollment.added") == 1


def test_a_guardian_enrolls_a_child_and_says_which_when_there_are_two(world: World) -> None:
    one, two = world.student("One", enrolled=False), world.student("Two", enrolled=False)
    guardian = world.guardian_of(one, two)

    with pytest.raises(InvalidInput) as refused:
        world.platform.run(enrollments.enroll, acting(guardian), course_id=world.course.id)
    assert refused.value.field == "student_id"

    world.platform.run(enrollments.enroll, acting(guardian), course_id=world.course.id, student_id=two.id)
    assert enrollments_of(world, one.id) == []
    assert len(enrollments_of(world, two.id)) == 1


def test_nobody_enrolls_somebody_elses_child(world: World) -> None:
    stranger, child = world.student("Stranger"), world.student("Child", enrolled=False)

    with pytest.raises(NotAllowed):
        world.platform.run(
            enrollments.enroll, acting(stranger), course_id=world.course.id, student_id=child.id
        )
    with pytest.raises(Unauthenticated):
        world.platform.run(enrollments.enroll, Actor.anonymous(), course_id=world.course.id)


def test_staff_enroll_anybody_but_not_themselves(world: World) -> None:
    assistant, student = world.person("Priya Nair", Role.ASSISTANT), world.student(enrolled=False)

    world.platform.run(
        enrollments.enroll, acting(assistant), course_id=world.course.id, student_id=student.id
    )
    assert len(enrollments_of(world, student.id)) == 1
    with pytest.raises(NotAllowed):
        world.platform.run(enrollments.enroll, acting(assistant), course_id=world.course.id)


def test_a_course_that_is_unknown_or_closed_cannot_be_entered(world: World) -> None:
    student = world.student()
    closed = world.add(
        Course(title="Closed", subject_id=world.course.subject_id, session_count=1, is_active=False)
    )

    for course_id in ("crs_nowhere", closed.id):
        with pytest.raises(NotFound):
            world.platform.run(enrollments.enroll, acting(student), course_id=course_id)


def test_schedule_later_waits_until_a_session_is_booked_in_the_course(world: World) -> None:
    student = world.student()
    enrollment = enrollments_of(world, student.id)[0]

    first = world.platform.run(enrollments.defer, acting(student), enrollment_id=enrollment.id)
    world.platform.run(enrollments.defer, acting(student), enrollment_id=enrollment.id)
    assert first.status is DeferredStatus.WAITING
    assert audited(world, "enrollment.deferred") == 1

    world.book(student, world.offering(), at(3, 10))
    assert deferral(world, enrollment.id).status is DeferredStatus.SCHEDULED

    again = world.platform.run(enrollments.defer, acting(student), enrollment_id=enrollment.id)
    assert again.status is DeferredStatus.WAITING


def test_an_enrollment_of_somebody_else_looks_unknown(world: World) -> None:
    enrollment = enrollments_of(world, world.student().id)[0]

    with pytest.raises(NotFound):
        world.platform.run(enrollments.defer, acting(world.student("Other")), enrollment_id=enrollment.id)
    with pytest.raises(NotFound):
        world.platform.run(enrollments.defer, acting(world.student("Other")), enrollment_id="enr_nowhere")


def test_a_guardian_without_the_right_to_book_may_not_defer(world: World) -> None:
    child = world.student()
    guardian = world.person("Greta Guard", Role.GUARDIAN)
    world.add(GuardianLink(guardian_id=guardian.id, child_id=child.id, can_book=False))

    with pytest.raises(NotAllowed):
        world.platform.run(
            enrollments.defer,
            acting(guardian),
            enrollment_id=enrollments_of(world, child.id)[0].id,
        )
