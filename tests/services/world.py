"""Given …: a small world to book in, written straight into the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, select

from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import (
    AvailabilityRule,
    Booking,
    Course,
    Enrollment,
    GuardianLink,
    InstructorCourse,
    InstructorProfile,
    Offering,
    OutboxMessage,
    Payment,
    Person,
    ProductEvent,
    Refund,
    Subject,
    TeachingSession,
)
from sessions_app.services import accounts, bookings, credits
from sessions_app.services.bookings import Placed
from sessions_app.services.identity import identity_of
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from tests.doubles.clock import StoppedClock

T = TypeVar("T", bound=SQLModel)

# A Tuesday at noon UTC, far from any clock change.
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in December 2026, UTC."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@dataclass
class World:
    """One course with one instructor, open every day from 08:00 to 20:00 UTC, and as many students as asked for."""

    platform: Platform
    clock: StoppedClock
    count: int = 0

    def __post_init__(self) -> None:
        subject = self.add(Subject(name=f"Mathematics {self.count}" if self.count else "Mathematics"))
        self.course = self.add(Course(title="Linear Algebra", subject_id=subject.id, session_count=10))
        self.instructor = self.new_instructor("Ada Lindqvist")

    def add(self, row: T, *others: SQLModel) -> T:
        """Store rows in this order, in one transaction; return the first."""

        def store(work: UnitOfWork) -> T:
            for each in (row, *others):
                work.db.add(each)
                work.db.flush()
            return row

        return self.platform.run(store, Actor.system())

    def person(self, name: str, role: Role, **facts: Any) -> Person:
        return self.add(self._new_person(name, role, **facts))

    def new_instructor(self, name: str, *, zone: str = "UTC", **limits: Any) -> Person:
        person = self._new_person(name, Role.INSTRUCTOR, zone=zone)
        return self.add(
            person,
            InstructorProfile(person_id=person.id, **limits),
            InstructorCourse(instructor_id=person.id, course_id=self.course.id),
            *(
                AvailabilityRule(
                    instructor_id=person.id, day_of_week=day, start_minute=8 * 60, end_minute=20 * 60
                )
                for day in range(7)
            ),
        )

    def student(self, name: str = "Noah Berger", *, enrolled: bool = True, **facts: Any) -> Person:
        student = self._new_person(name, Role.STUDENT, **facts)
        return self.add(student, *([self._enrollment(student)] if enrolled else ()))

    def crowd(self, size: int) -> list[Person]:
        """Many enrolled students, in one transaction."""
        students = [self._new_person(f"Student {number}", Role.STUDENT) for number in range(size)]
        self.add(students[0], *students[1:], *(self._enrollment(student) for student in students))
        return students

    def _new_person(self, name: str, role: Role, *, zone: str = "UTC", email: str | None = "auto") -> Person:
        self.count += 1
        address = f"person{self.count}@example.test" if email == "auto" else email
        return Person(name=name, role=role, email=address, timezone=zone, created_at=self.clock.now())

    def _enrollment(self, student: Person) -> Enrollment:
        return Enrollment(student_id=student.id, course_id=self.course.id, created_at=self.clock.now())

    def guardian_of(self, *children: Person) -> Person:
        guardian = self.person("Greta Guard", Role.GUARDIAN)
        for child in children:
            self.add(GuardianLink(guardian_id=guardian.id, child_id=child.id))
        return guardian

    def offering(self, instructor: Person | None = None, **facts: Any) -> Offering:
        usual: dict[str, Any] = {"price_minor": 0, "duration_minutes": 60, "title": "One-to-one session"}
        return self.add(
            Offering(
                instructor_id=(instructor or self.instructor).id,
                created_at=self.clock.now(),
                updated_at=self.clock.now(),
                **(usual | {"course_id": self.course.id} | facts),
            )
        )

    def give_credits(self, student: Person, amount: int) -> None:
        self.platform.run(
            credits.grant, Actor.system(), student_id=student.id, amount=amount, key=f"{student.id}:{amount}"
        )

    def balance(self, student: Person) -> int:
        return self.platform.read(credits.balance_of, Actor.system(), student.id)

    def book(self, student: Person, offering: Offering, starts_at: datetime, **facts: Any) -> Placed:
        return self.platform.run(
            bookings.book, acting(student), offering_id=offering.id, starts_at=starts_at, **facts
        )

    def hold(self, student: Person, offering: Offering, starts_at: datetime, **facts: Any) -> Placed:
        return self.platform.run(
            bookings.hold, acting(student), offering_id=offering.id, starts_at=starts_at, **facts
        )

    def booking(self, booking_id: str) -> Booking:
        return self.platform.read(lambda work: work.db.get_one(Booking, booking_id), Actor.system())

    def booking_ids(self) -> list[str]:
        return self.platform.read(lambda work: list(work.db.exec(select(Booking.id))), Actor.system())

    def session(self, session_id: str) -> TeachingSession:
        return self.platform.read(lambda work: work.db.get_one(TeachingSession, session_id), Actor.system())

    def mails(self, kind: str | None = None) -> list[OutboxMessage]:
        def query(work: UnitOfWork) -> list[OutboxMessage]:
            rows = work.db.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
            return [row for row in rows if kind in (None, row.kind)]

        return self.platform.read(query, Actor.system())

    def events(self, name: str) -> list[ProductEvent]:
        return self.platform.read(
            lambda work: list(work.db.exec(select(ProductEvent).where(col(ProductEvent.name) == name))),
            Actor.system(),
        )

    def payments(self, booking_id: str) -> list[Payment]:
        return self.platform.read(
            lambda work: list(work.db.exec(select(Payment).where(col(Payment.booking_id) == booking_id))),
            Actor.system(),
        )

    def refunds(self, booking_id: str) -> list[Refund]:
        return self.platform.read(
            lambda work: list(work.db.exec(select(Refund).where(col(Refund.booking_id) == booking_id))),
            Actor.system(),
        )


def acting(person: Person) -> Actor:
    return Actor(person_id=person.id, role=person.role)


def sign_in(platform: Platform, person: Person) -> str:
    """Sign somebody in; return what their cookie holds."""
    return platform.run(accounts.start_login, Actor.system(), identity=identity_of(person)).token


def tomorrow_at(clock: StoppedClock, hour: int) -> datetime:
    return (clock.now() + timedelta(days=1)).replace(hour=hour, minute=0)
