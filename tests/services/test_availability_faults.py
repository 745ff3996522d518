"""The availability faults that users of the peers complain about most (complaints.md 15 to 18), each as a rule.

What the peers do is in the docstring of each test; every rule is checked where it is shown, booked and explained.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from sessions_app.api.app import build_api
from sessions_app.domain.errors import DomainError, OutsideAvailability, SlotTaken
from sessions_app.domain.permissions import Actor
from sessions_app.domain.schedules import Limits
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import InstructorProfile, Offering, Person
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import api_tokens, availability, cancellations, slots
from sessions_app.services.identity import Identities
from sessions_app.services.queries import schedule_report, slot_explanations
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.world import World, acting, at


def limit(world: World, person: Person | None = None, **limits: int) -> None:
    one = person or world.instructor

    def change(work: UnitOfWork) -> None:
        profile = work.db.get_one(InstructorProfile, one.id)
        for name, value in limits.items():
            setattr(profile, name, value)
        work.db.add(profile)

    world.platform.run(change, Actor.system())


def starts(
    world: World, offering: Offering, student: Person, start: datetime, end: datetime
) -> list[datetime]:
    def query(work: UnitOfWork) -> list[datetime]:
        found = slots.listing(work, offering, TimeSpan(start, end), student_id=student.id)
        return [slot.span.start for slot in found.slots]

    return world.platform.read(query, acting(student))


def refused(world: World, student: Person, offering: Offering, start: datetime) -> DomainError:
    with pytest.raises(DomainError) as outcome:
        world.book(student, offering, start)
    return outcome.value


def explained(world: World, student: Person, offering: Offering, start: datetime) -> list[Reason]:
    found = world.platform.read(
        slot_explanations.explanation,
        acting(student),
        instructor_id=offering.instructor_id,
        offering_id=offering.id,
        starts_at=start,
    )
    return [one.reason for one in found.reasons]


def test_15_no_time_is_shown_that_cannot_be_booked_whatever_the_limits(world: World) -> None:
    """Peers show times and say "no available users found" at the last step, because limits are judged only there."""
    limit(world, day_cap=2, week_cap=4, buffer_minutes=30, notice_minutes=600, horizon_days=9)
    offering = world.offering()
    for start in (at(3, 10), at(3, 14), at(5, 9)):
        world.book(world.student(), offering, start)
    shown = starts(world, offering, world.student(), at(1, 12), at(20, 0))
    assert shown
    assert not [one for one in shown if one.day == 3]
    for start in (shown[0], shown[len(shown) // 2], shown[-1]):
        placed = world.book(world.student(), offering, start)
        assert placed.booking.starts_at == start
        world.platform.run(_cancelled, Actor.system(), placed.booking.id)


def test_15_a_lost_time_is_answered_with_the_nearest_that_can_be_booked(world: World) -> None:
    """Peers leave people with an error and an old list."""
    offering, student = world.offering(), world.student()
    world.book(world.student(), offering, at(3, 10))
    told = refused(world, student, offering, at(3, 10))
    assert isinstance(told, SlotTaken)
    assert [one["start"] for one in told.details["alternatives"]] == [
        "2026-12-03T08:30:00Z",
        "2026-12-03T11:30:00Z",
        "2026-12-03T08:00:00Z",
    ]


def test_16_the_buffer_lies_between_any_two_sessions_and_holds_for_direct_calls(world: World) -> None:
    """Peers swap the buffers before and after, and forget them when a program books past the page."""
    limit(world, buffer_minutes=25)
    short, long = world.offering(duration_minutes=30), world.offering(duration_minutes=90)
    world.book(world.student(), long, at(3, 12))
    student = world.student()
    token = world.platform.run(
        lambda work: api_tokens._begin(work, person_id=student.id).access_token, acting(student)
    )
    with TestClient(build_api(world.platform, Identities(world.platform))) as api:
        for start, status in (("11:30", 409), ("13:30", 409), ("11:00", 201)):
            answer = api.post(
                "/api/sessions",
                json={"offering_id": short.id, "scheduled_start": f"2026-12-03T{start}:00Z"},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == status, answer.text
    for one in range(20):
        free = starts(world, short, world.student(), at(3, 0), at(4, 0))
        if not free:
            break
        world.book(world.student(), short, free[(7 * one) % len(free)])
    spans = sorted((row.starts_at, row.ends_at) for row in map(world.booking, world.booking_ids()))
    assert len(spans) > 6
    assert all(later[0] - earlier[1] >= timedelta(minutes=25) for earlier, later in pairwise(spans))
    assert starts(world, short, world.student(), at(3, 0), at(4, 0)) == []
    assert spans[0][0] == at(3, 8)  # not against the edge of the hours


def test_17_notice_is_counted_in_hours_not_in_calendar_days(world: World) -> None:
    """Peers count notice in calendar days, so that it shrinks to nothing shortly before midnight."""
    limit(world, notice_minutes=12 * 60)
    offering, student = world.offering(), world.student()
    world.clock.set(at(1, 23, 50))
    assert starts(world, offering, student, at(1, 12), at(3, 0))[0] == at(2, 12)
    told = refused(world, student, offering, at(2, 11, 30))
    assert (type(told), told.details["reason"]) == (OutsideAvailability, "notice")
    assert explained(world, student, offering, at(2, 11, 30)) == [Reason.NOTICE]


def test_17_not_on_the_same_day_is_the_other_choice(world: World) -> None:
    """Peers have hours alone, so that either the evening before is too late or the same morning is not."""
    limit(world, notice_minutes=12 * 60, not_same_day=True)
    offering, student = world.offering(), world.student()
    world.clock.set(at(1, 23, 50))
    assert starts(world, offering, student, at(1, 12), at(3, 0))[0] == at(2, 8)
    world.clock.set(at(2, 0, 10))
    assert starts(world, offering, student, at(1, 12), at(4, 0))[0] == at(3, 8)
    told = refused(world, student, offering, at(2, 19))
    assert (type(told), told.details["reason"]) == (OutsideAvailability, "notice")
    assert explained(world, student, offering, at(2, 19)) == [Reason.NOTICE]
    asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(3, 9)).booking
    assert asked.respond_by == at(3, 0), "after that, nobody could book it any more"


def test_17_the_horizon_includes_its_last_date_in_the_instructors_zone(world: World) -> None:
    """Peers are off by one at the far end, by UTC or by the viewer's zone."""
    far = world.new_instructor("Far East", zone="Pacific/Auckland", horizon_days=3)
    offering, student = world.offering(far), world.student(zone="America/Los_Angeles")
    world.clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))  # 1:00 on 2 December in Auckland
    last = starts(world, offering, student, at(1, 12), at(20, 0))[-1]
    assert last == datetime(
        2026, 12, 5, 6, 0, tzinfo=UTC
    )  # 19:00 on 5 December, the last hour of the last date
    assert explained(world, student, offering, last + timedelta(days=1)) == [Reason.HORIZON]
    world.book(student, offering, last)


def test_17_limits_that_leave_nothing_are_told_before_they_are_saved(world: World) -> None:
    """Peers accept contradictory limits and show an empty calendar without a word."""
    offering, student = world.offering(), world.student()
    mine = {"instructor_id": world.instructor.id}
    stored = world.platform.read(availability.stored, acting(world.instructor), **mine)
    contradictory = replace(stored.schedule, limits=Limits(notice_minutes=5 * 1440, horizon_days=3))
    report = world.platform.read(
        schedule_report.report, acting(world.instructor), **mine, draft=contradictory
    )
    assert (report.total, report.reason) == (0, Reason.NOTICE)
    assert starts(world, offering, student, at(1, 12), at(20, 0))  # nothing was saved


def test_18_the_explanation_is_what_a_booking_is_refused_for(world: World) -> None:
    """Peers' troubleshooters compute the calendar a second way, and contradict what students meet."""
    limit(world, day_cap=3, week_cap=5, notice_minutes=900, buffer_minutes=20, step_minutes=45)
    offering, student = world.offering(), world.student()
    world.book(student, world.offering(world.new_instructor("Bo Ek")), at(4, 11))
    for start in (at(3, 8), at(3, 12, 30), at(3, 17)):
        world.book(world.student(), offering, start)
    world.hold(world.student(), world.offering(price_minor=900), at(4, 14))
    seen = set()
    for hour in range(0, 24 * 7, 3):
        for minute in (0, 30, 40):
            start = at(1, 12) + timedelta(hours=hour, minutes=minute)
            reasons = explained(world, student, offering, start)
            if reasons:
                assert refused(world, student, offering, start).details["reason"] == reasons[0]
                seen.add(reasons[0])
            else:
                world.platform.run(
                    _cancelled, Actor.system(), world.book(student, offering, start).booking.id
                )
    assert {Reason.NOTICE, Reason.OUTSIDE_HOURS, Reason.OFF_GRID, Reason.DAY_CAP} <= seen


def _cancelled(work: UnitOfWork, booking_id: str) -> None:
    cancellations.cancel(work, booking_id=booking_id)
