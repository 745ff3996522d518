"""Puts the cast on stage: people, courses, offerings and hours. What is there already stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from sessions_app.demo import cast
from sessions_app.demo.cast import Someone, Teacher
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import (
    AvailabilityRule,
    Course,
    CourseUnit,
    Enrollment,
    GuardianLink,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Offering,
    Person,
    Subject,
)
from sessions_app.models.catalogue import SessionType
from sessions_app.services.unit_of_work import UnitOfWork

T = TypeVar("T", bound=SQLModel)


@dataclass(frozen=True)
class Stage:
    """The rows the story plays with, by the keys of ``cast``; offerings by (teacher, title, course key)."""

    people: dict[str, Person] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    offerings: dict[tuple[str, str, str | None], Offering] = field(default_factory=dict)
    enrollments: dict[tuple[str, str], Enrollment] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """This person, acting."""
        person = self.people[key]
        return Actor(person_id=person.id, role=person.role)

    def offering(self, teacher: str, title: str, course: str | None = "algebra") -> Offering:
        """An offering by its teacher and title."""
        return self.offerings[teacher, title, course]


def set_stage(work: UnitOfWork, *, password_hash: str) -> Stage:
    """Add whatever of the cast is missing, and give accounts back the password they are listed with."""
    stage = Stage()
    subjects = {name: _subject(work, name, place) for place, name in enumerate(cast.SUBJECTS)}
    for someone in cast.PEOPLE:
        stage.people[someone.key] = _person(work, someone, password_hash)
    _family(work, stage)
    for place, programme in enumerate(cast.COURSES):
        stage.courses[programme.key] = _course(work, programme, subjects[programme.subject], place)
    for teacher in cast.TEACHERS:
        _teacher(work, teacher, stage.people[teacher.key], subjects)
    for place, offer in enumerate(cast.OFFERS):
        stage.offerings[offer.teacher, offer.title, offer.course] = _offering(
            work, offer, stage, subjects, place
        )
    for course, learners in cast.ENROLLED.items():
        for learner in learners:
            stage.enrollments[learner, course] = _enrollment(
                work, stage.people[learner], stage.courses[course]
            )
    return stage


def _subject(work: UnitOfWork, name: str, place: int) -> Subject:
    found = work.db.exec(select(Subject).where(col(Subject.name) == name)).first()
    return found or _added(work, Subject(name=name, position=place))


def _person(work: UnitOfWork, someone: Someone, password_hash: str) -> Person:
    person = work.db.exec(select(Person).where(col(Person.email) == someone.email)).first()
    if person is None:
        person = Person(
            name=someone.name,
            email=someone.email,
            role=someone.role,
            timezone=someone.timezone,
            created_at=work.now,
        )
    if someone.signs_in:
        person.password_hash, person.deactivated_at = password_hash, None
    return _added(work, person)


def _family(work: UnitOfWork, stage: Stage) -> None:
    guardian = stage.people["isabelle"]
    children = work.db.exec(
        select(Person)
        .join(GuardianLink, col(GuardianLink.child_id) == col(Person.id))
        .where(col(GuardianLink.guardian_id) == guardian.id)
    ).all()
    theo = next((child for child in children if child.name == cast.CHILD_WITHOUT_ACCOUNT), None)
    stage.people["theo"] = theo or _added(
        work,
        Person(
            name=cast.CHILD_WITHOUT_ACCOUNT,
            role=Role.STUDENT,
            timezone=guardian.timezone,
            created_at=work.now,
        ),
    )
    for child in (stage.people["lea"], stage.people["theo"]):
        if work.db.get(GuardianLink, (guardian.id, child.id)) is None:
            _added(work, GuardianLink(guardian_id=guardian.id, child_id=child.id))


def _course(work: UnitOfWork, programme: cast.Programme, subject: Subject, place: int) -> Course:
    found = work.db.exec(select(Course).where(col(Course.title) == programme.title)).first()
    if found is not None:
        return found
    course = _added(
        work,
        Course(
            title=programme.title,
            summary=programme.summary,
            description=programme.description,
            subject_id=subject.id,
            session_count=programme.session_count,
            price_minor=programme.price_minor,
            position=place,
        ),
    )
    for number, (title, summary) in enumerate(programme.units):
        work.db.add(CourseUnit(course_id=course.id, position=number, title=title, summary=summary))
    return course


def _teacher(work: UnitOfWork, teacher: Teacher, person: Person, subjects: dict[str, Subject]) -> None:
    if work.db.get(InstructorProfile, person.id) is not None:
        return
    limits: dict[str, Any] = dict(teacher.limits)
    _added(work, InstructorProfile(person_id=person.id, headline=teacher.headline, bio=teacher.bio, **limits))
    for name in teacher.subjects:
        work.db.add(InstructorSubject(instructor_id=person.id, subject_id=subjects[name].id))
    for days, start, end in teacher.week:
        for day in days:
            work.db.add(
                AvailabilityRule(
                    instructor_id=person.id, day_of_week=int(day), start_minute=start, end_minute=end
                )
            )


def _offering(
    work: UnitOfWork, offer: cast.Offer, stage: Stage, subjects: dict[str, Subject], place: int
) -> Offering:
    person = stage.people[offer.teacher]
    course_id = stage.courses[offer.course].id if offer.course else None
    found = work.db.exec(
        select(Offering).where(
            col(Offering.instructor_id) == person.id,
            col(Offering.title) == offer.title,
            col(Offering.course_id) == course_id
            if course_id is not None
            else col(Offering.course_id).is_(None),
        )
    ).first()
    if found is not None:
        return found
    if course_id is not None and work.db.get(InstructorCourse, (person.id, course_id)) is None:
        _added(work, InstructorCourse(instructor_id=person.id, course_id=course_id))
    facts: dict[str, Any] = {"session_type": SessionType.INDIVIDUAL, **offer.facts}
    return _added(
        work,
        Offering(
            instructor_id=person.id,
            course_id=course_id,
            subject_id=subjects[offer.subject].id if offer.subject else None,
            title=offer.title,
            description=offer.description,
            duration_minutes=offer.minutes,
            position=place,
            created_at=work.now,
            updated_at=work.now,
            **facts,
        ),
    )


def _enrollment(work: UnitOfWork, student: Person, course: Course) -> Enrollment:
    found = work.db.exec(
        select(Enrollment).where(
            col(Enrollment.student_id) == student.id, col(Enrollment.course_id) == course.id
        )
    ).first()
    return found or _added(work, Enrollment(student_id=student.id, course_id=course.id, created_at=work.now))


def _added(work: UnitOfWork, row: T) -> T:
    work.db.add(row)
    work.db.flush()
    return row
