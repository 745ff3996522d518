"""The rows that a listing and a judgement read lead to the same starts."""

from __future__ import annotations

from datetime import date

from sessions_app.domain.permissions import Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import AvailabilityOverride, AvailabilityRule, InstructorProfile
from sessions_app.services import slots
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.world import World, acting, at


def test_every_listed_start_can_be_booked_however_long_ago_the_open_hours_began(world: World) -> None:
    instructor = world.person("Round The Clock", Role.INSTRUCTOR, zone="Asia/Kolkata")
    world.add(InstructorProfile(person_id=instructor.id, step_minutes=50))
    for day in range(7):
        world.add(
            AvailabilityRule(instructor_id=instructor.id, day_of_week=day, start_minute=0, end_minute=1440)
        )
    world.add(AvailabilityOverride(instructor_id=instructor.id, on_date=date(2026, 12, 3)))
    offering, student = world.offering(instructor), world.student()

    def listed_and_judged(work: UnitOfWork) -> None:
        window = TimeSpan(at(2, 12), at(20, 0))
        listed = slots.listing(work, offering, window, student_id=student.id).slots
        assert len(listed) > 400
        for slot in listed:
            assert slots.judge(work, offering, slot.span.start, student_id=student.id) == slot

    world.platform.read(listed_and_judged, acting(student))
