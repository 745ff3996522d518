"""Behind the scenes of a served app: people with an account, and what others do while somebody looks at a page.

It works on the app's database from this process, so nothing it does is announced to open pages: a page keeps showing
what it knew, as it would had the announcement been lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine, update
from sqlmodel import col, select

from sessions_app.adapters.clock import SystemClock
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Course, Enrollment, GuardianLink, InstructorCourse, Offering, Person
from sessions_app.services import accounts, bookings, credits, slots
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.infra.platforms import platform_on
from tests.infra.served import ServedApp
from tests.infra.visitor import Visitor
from tests.services.world import sign_in

T = TypeVar("T")


@dataclass(frozen=True)
class Backstage:
    """The database of one served app."""

    platform: Platform

    def do(self, change: Callable[[UnitOfWork], T]) -> T:
        """Change anything, as the platform."""
        return self.platform.run(change, Actor.system())

    def course(self) -> Course:
        """The first course of the demo story."""
        return self.do(lambda work: work.db.exec(select(Course).order_by(col(Course.position))).first())  # type: ignore[return-value]

    def person(self, email: str) -> Person:
        """Somebody of the demo story."""
        return self.do(lambda work: work.db.exec(select(Person).where(col(Person.email) == email)).one())

    def offering(self, title: str, instructor: str = "instructor@demo.test") -> Offering:
        """What an instructor of the demo story offers in the first course."""
        person, course = self.person(instructor), self.course()
        return self.do(
            lambda work: work.db.exec(
                select(Offering).where(
                    col(Offering.instructor_id) == person.id,
                    col(Offering.course_id) == course.id,
                    col(Offering.title) == title,
                )
            ).one()
        )

    def new_student(
        self, name: str = "Mia Novak", *, is_enrolled: bool = True, with_credits: int = 0
    ) -> Person:
        """A student nobody else knows."""
        person = self._new(name, Role.STUDENT)
        if is_enrolled:
            course = self.course()
            now = self.platform.clock.now()
            self.do(
                lambda work: work.db.add(
                    Enrollment(student_id=person.id, course_id=course.id, created_at=now)
                )
            )
        if with_credits:
            self.platform.run(
                credits.grant, Actor.system(), student_id=person.id, amount=with_credits, key="test"
            )
        return person

    def new_guardian(self, *children: Person) -> Person:
        """A guardian of these children."""
        person = self._new("Greta Novak", Role.GUARDIAN)
        for child in children:
            link = GuardianLink(guardian_id=person.id, child_id=child.id)
            self.do(lambda work, link=link: work.db.add(link))
        return person

    def new_instructor(self, *titles: str) -> Person:
        """A new instructor of the first course, who offers an hour for free (or one of each of these titles) and
        has no hours open.
        """
        person = self._new("Ines Moreau", Role.INSTRUCTOR)
        course, now = self.course(), self.platform.clock.now()

        def add(work: UnitOfWork) -> None:
            work.db.add(InstructorCourse(instructor_id=person.id, course_id=course.id))
            for position, title in enumerate(titles or ("First session",)):
                work.db.add(
                    Offering(
                        instructor_id=person.id,
                        course_id=course.id,
                        title=title,
                        position=position,
                        duration_minutes=60,
                        price_minor=0,
                        created_at=now,
                        updated_at=now,
                    )
                )

        self.do(add)
        return person

    def retire_newcomers(self) -> None:
        """Leave only the instructors of the demo story, so that no test meets those of another."""
        newcomers = update(Person).where(
            col(Person.role) == Role.INSTRUCTOR, col(Person.email).not_like("%@demo.test")
        )
        self.do(lambda work: work.db.execute(newcomers.values(deactivated_at=work.now)))

    def sign_in(self, visitor: Visitor, person: Person) -> None:
        """Give the visitor's browser the cookie of this person's sign-in."""
        visitor.sign_in(sign_in(self.platform, person))

    def book(self, student: Person, offering: Offering, starts_at: datetime) -> Placed:
        """Book a seat, unannounced."""
        actor = Actor(person_id=student.id, role=student.role)
        return self.platform.run(bookings.book, actor, offering_id=offering.id, starts_at=starts_at)

    def common_start(self, one: Offering, other: Offering) -> datetime:
        """A start that both offerings have free, some days ahead."""

        def query(work: UnitOfWork) -> datetime:
            window = TimeSpan(work.now + timedelta(days=2), work.now + timedelta(days=20))
            found = [
                {slot.span.start for slot in slots.listing(work, offering, window, student_id=None).slots}
                for offering in (one, other)
            ]
            return min(found[0] & found[1])

        return self.platform.read(query, Actor.system())

    def edit_booking(self, booking_id: str, **facts: Any) -> None:
        """Write facts straight into a booking."""

        def change(work: UnitOfWork) -> None:
            booking = work.db.get_one(Booking, booking_id)
            for name, value in facts.items():
                setattr(booking, name, value)
            work.db.add(booking)

        self.do(change)

    def _new(self, name: str, role: Role) -> Person:
        email = f"{secrets.token_hex(6)}@example.org"
        identity = accounts.sign_up(
            self.platform,
            name=name,
            email=email,
            password=secrets.token_hex(12),
            role=role,
            timezone="Europe/Paris",
        )
        return self.do(lambda work: work.db.get_one(Person, identity.person_id))


@contextmanager
def behind(app: ServedApp, engine_of: Callable[[str], Engine]) -> Iterator[Backstage]:
    """Reach the database of an app on SQLite."""
    settings = parse_settings(data_dir=app.data_dir)
    engine = engine_of(settings.sqlalchemy_url)
    with platform_on(settings, SystemClock(), engine=engine) as platform:
        yield Backstage(platform)
