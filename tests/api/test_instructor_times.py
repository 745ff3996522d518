"""GET /api/sts/{id}/slots, /bookings and /availability: what is listed can be booked, and nobody is named."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Lock
from typing import Any

import pytest
from starlette.testclient import TestClient

from sessions_app.api.sts import LISTINGS_AT_ONCE
from sessions_app.domain.permissions import Role
from sessions_app.models import AvailabilityOverride, AvailabilityRule, InstructorProfile, Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services.kept_answers import KeptAnswers
from sessions_app.services.slots import rfc3339
from tests.api.calls import Caller, field, refusal
from tests.services.statements import counted
from tests.services.world import World, at

Call = Callable[[Person], Caller]
DAY = {"from": "2026-12-03", "to": "2026-12-04"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def hour(world: World) -> Offering:
    return world.offering()


def slots(caller: Caller, offering: Offering, **query: Any) -> dict[str, Any]:
    answer = caller.get(
        f"/api/sts/{offering.instructor_id}/slots", **({"offering_id": offering.id} | DAY | query)
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def starts(caller: Caller, offering: Offering, **query: Any) -> list[str]:
    return [slot["start"][11:16] for slot in slots(caller, offering, **query)["slots"]]


# --- slots


def test_a_crowd_is_answered_two_listings_at_a_time(
    api: TestClient, hour: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, counting = KeptAnswers.answer, Lock()
    at_once: list[int] = [0]

    def counted_answer(*asked: Any) -> Any:
        with counting:
            at_once.append(at_once[-1] + 1)
        time.sleep(0.05)
        with counting:
            at_once.append(at_once[-1] - 1)
        return answer(*asked)

    monkeypatch.setattr(KeptAnswers, "answer", counted_answer)
    address = f"/api/sts/{hour.instructor_id}/slots?offering_id={hour.id}"
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(api.get, [address] * 8))

    assert [each.status_code for each in answers] == [200] * 8
    assert max(at_once) == LISTINGS_AT_ONCE


def test_a_slot_says_when_it_is_for_everybody_and_for_the_viewer(student: Caller, hour: Offering) -> None:
    body = slots(student, hour, timezone="Asia/Kolkata", **{"from": "2026-12-03T10:00:00Z"})

    assert body["timezone"] == "Asia/Kolkata"
    assert body["reason"] is None
    assert body["slots"][0] == {
        "id": f"slot_{hour.instructor_id}_20261203T100000Z_60",
        "start": "2026-12-03T10:00:00Z",
        "end": "2026-12-03T11:00:00Z",
        "local_start": "2026-12-03T15:30:00",
        "seats_left": 1,
    }


def test_the_range_holds_its_beginning_and_not_its_end(student: Caller, hour: Offering) -> None:
    asked = {"from": "2026-12-03T10:00:00Z", "to": "2026-12-03T11:00:00Z"}

    assert starts(student, hour, **asked) == ["10:00", "10:30"]


def test_a_date_means_its_first_instant_in_the_zone(student: Caller, hour: Offering) -> None:
    listed = slots(student, hour, timezone="Pacific/Auckland")["slots"]

    assert listed[0]["start"] == "2026-12-02T11:00:00Z"
    assert listed[-1]["local_start"] < "2026-12-04"


def test_the_callers_own_zone_is_the_default(world: World, call: Call, hour: Offering) -> None:
    assert slots(call(world.student(zone="Asia/Tokyo")), hour)["timezone"] == "Asia/Tokyo"


def test_a_time_the_student_has_another_session_at_is_left_out_for_them_alone(
    world: World, call: Call, hour: Offering
) -> None:
    busy, other = world.student(), call(world.student())
    world.book(busy, world.offering(world.new_instructor("Bo Ek")), at(3, 10))

    assert "10:00" in starts(other, hour)
    assert not {"09:30", "10:00", "10:30"} & set(starts(call(busy), hour))
    assert "09:00" in starts(call(busy), hour)
    assert "11:00" in starts(call(busy), hour)


def test_a_guardian_sees_the_times_of_the_child_named(world: World, call: Call, hour: Offering) -> None:
    busy, idle = world.student(), world.student()
    world.book(busy, world.offering(world.new_instructor("Bo Ek")), at(3, 10))
    guardian = call(world.guardian_of(busy, idle))

    assert "10:00" not in starts(guardian, hour, student_id=busy.id)
    assert "10:00" in starts(guardian, hour, studentId=idle.id)
    assert "10:00" in starts(guardian, hour)


def test_nobody_asks_for_somebody_elses_student(world: World, student: Caller, hour: Offering) -> None:
    answer = student.get(
        f"/api/sts/{hour.instructor_id}/slots", offering_id=hour.id, student_id=world.student().id, **DAY
    )

    assert refusal(answer) == (403, "not_allowed")


def test_a_held_time_comes_back_when_the_hold_is_over(world: World, student: Caller, hour: Offering) -> None:
    world.hold(world.student(), hour, at(3, 10))
    assert "10:00" not in starts(student, hour)

    world.clock.advance(minutes=10)

    assert "10:00" in starts(student, hour)


def test_a_group_with_seats_left_stays_listed_with_their_number(world: World, student: Caller) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=3)
    world.book(world.student(), group, at(3, 10))

    listed = {slot["start"]: slot["seats_left"] for slot in slots(student, group)["slots"]}

    assert listed["2026-12-03T10:00:00Z"] == 2
    assert "2026-12-03T10:30:00Z" not in listed
    assert listed["2026-12-03T11:30:00Z"] == 3


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"from": "2026-11-20", "to": "2026-11-25"}, "past"),
        ({"from": "2026-12-01T13:00:00Z", "to": "2026-12-01T18:00:00Z"}, "notice"),
        ({"from": "2027-01-05", "to": "2027-01-06"}, "horizon"),
        ({"from": "2026-12-03T21:00:00Z", "to": "2026-12-03T23:00:00Z"}, "outside_hours"),
    ],
)
def test_nothing_free_says_why(student: Caller, hour: Offering, asked: dict[str, str], code: str) -> None:
    body = slots(student, hour, **asked)

    assert body["slots"] == []
    assert body["reason"]["code"] == code
    assert body["reason"]["message"].endswith(".")


def test_what_can_no_longer_be_booked_has_no_slots(world: World, student: Caller) -> None:
    body = slots(student, world.offering(is_active=False))

    assert (body["slots"], body["reason"]["code"]) == ([], "instructor_unavailable")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"from": "2026-12-03", "to": "2026-12-03"}, "to"),
        ({"from": "2026-12-04", "to": "2026-12-03"}, "to"),
        ({"from": "2026-12-03", "to": "2027-02-04"}, "to"),
        ({"from": "yesterday.."}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "America"}, "timezone"),
        ({"offering_id": ""}, "offering_id"),
    ],
)
def test_a_range_that_cannot_be_meant_is_422(
    student: Caller, hour: Offering, asked: dict[str, str], named: str
) -> None:
    query = {"offering_id": hour.id} | DAY | asked

    assert field(student.get(f"/api/sts/{hour.instructor_id}/slots", **query)) == named


def test_62_days_are_counted_on_the_calendar_across_a_clock_change(world: World, call: Call) -> None:
    offering = world.offering()
    parisian = call(world.student(zone="Europe/Paris"))
    path = f"/api/sts/{offering.instructor_id}/slots"

    autumn = {"from": "2026-10-01", "to": "2026-12-02"}
    assert parisian.get(path, offering_id=offering.id, **autumn).status_code == 200
    assert field(parisian.get(path, offering_id=offering.id, **autumn | {"to": "2026-12-03"})) == "to"


def test_an_unescaped_plus_is_understood(student: Caller, hour: Offering) -> None:
    path = f"/api/sts/{hour.instructor_id}/slots?offering_id={hour.id}"

    answer = student.get(f"{path}&from=2026-12-03T11:00:00+01:00&to=2026-12-03T12:00:00+01:00")

    assert [slot["start"][11:16] for slot in answer.json()["slots"]] == ["10:00", "10:30"]


def test_an_offering_of_somebody_else_is_unknown(world: World, student: Caller, hour: Offering) -> None:
    other = world.new_instructor("Bo Ek")

    for path in (f"/api/sts/{other.id}/slots", "/api/sts/usr_none/slots"):
        assert refusal(student.get(path, offering_id=hour.id, **DAY)) == (404, "not_found")


def test_visitors_see_the_times_too(api: TestClient, hour: Offering) -> None:
    answer = api.get(f"/api/sts/{hour.instructor_id}/slots", params={"offering_id": hour.id, **DAY})

    assert len(answer.json()["slots"]) > 10


def test_listing_and_booking_agree_on_every_start(world: World, call: Call) -> None:
    world.book(world.student(), world.offering(), at(3, 10))
    world.hold(world.student(), world.offering(), at(3, 14))
    me = world.student()
    world.book(me, world.offering(world.new_instructor("Bo Ek")), at(3, 17))
    offering = world.offering(duration_minutes=90, booking_mode=BookingMode.INSTANT)
    listed = {slot["start"] for slot in slots(call(me), offering)["slots"]}

    taken = set()
    for step in range(0, 24 * 60, 15):
        start = rfc3339(at(3, 0) + timedelta(minutes=step))
        answer = call(me).post(
            "/api/sessions",
            {"st_id": offering.instructor_id, "offering_id": offering.id, "scheduled_start": start},
        )
        if answer.status_code == 201:
            taken.add(start)
            call(me).patch(f"/api/sessions/{answer.json()['session_id']}/status", {"status": "CANCELLED"})

    assert taken == listed


def test_the_number_of_statements_does_not_grow_with_the_bookings(
    world: World, student: Caller, hour: Offering
) -> None:
    slots(student, hour)
    with counted(world.platform.engine) as before:
        slots(student, hour)
    for hours in range(8, 18, 2):
        world.book(world.student(), hour, at(4, hours))
    with counted(world.platform.engine) as after:
        slots(student, hour)

    assert len(after) == len(before)


# --- busy times and hours


def test_busy_times_are_what_occupies_the_instructor_without_names_or_buffers(
    world: World, student: Caller
) -> None:
    hour = world.offering()
    world.hold(world.student(), hour, at(3, 16))  # overdue when asked
    world.clock.advance(minutes=10)
    world.book(world.student(), hour, at(3, 10))
    world.hold(world.student(), hour, at(3, 12))
    world.book(world.student(), world.offering(booking_mode=BookingMode.REQUEST), at(3, 14))
    answer = student.get(f"/api/sts/{hour.instructor_id}/bookings", **DAY)

    assert answer.json() == {
        "items": [
            {"start": f"2026-12-03T{start}:00:00Z", "end": f"2026-12-03T{end}:00:00Z"}
            for start, end in (("10", "11"), ("12", "13"), ("14", "15"))
        ],
        "next_cursor": None,
    }


def test_busy_times_come_in_pages(world: World, student: Caller) -> None:
    hour = world.offering()
    for start in (8, 10, 12):
        world.book(world.student(), hour, at(3, start))
    path = f"/api/sts/{hour.instructor_id}/bookings"

    first = student.get(path, limit=2, **DAY).json()
    rest = student.get(path, limit=2, cursor=first["next_cursor"], **DAY).json()

    assert [item["start"][11:13] for item in first["items"] + rest["items"]] == ["08", "10", "12"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"cursor": "%%%"}])
def test_pages_that_cannot_be_meant_are_422(student: Caller, world: World, query: dict[str, Any]) -> None:
    named = field(student.get(f"/api/sts/{world.instructor.id}/bookings", **DAY | query))

    assert named in query


def test_hours_are_the_weekly_pattern_and_the_dates_that_replace_it(world: World, student: Caller) -> None:
    teacher = world.person("Bo Ek", Role.INSTRUCTOR, zone="Europe/Paris")
    world.add(
        InstructorProfile(person_id=teacher.id),
        AvailabilityRule(instructor_id=teacher.id, day_of_week=1, start_minute=540, end_minute=1440),
        AvailabilityRule(instructor_id=teacher.id, day_of_week=1, start_minute=0, end_minute=60),
        AvailabilityRule(
            instructor_id=teacher.id, day_of_week=2, start_minute=0, end_minute=60, is_active=False
        ),
        AvailabilityOverride(instructor_id=teacher.id, on_date=date(2026, 12, 24)),
        AvailabilityOverride(
            instructor_id=teacher.id, on_date=date(2026, 12, 23), start_minute=600, end_minute=690
        ),
        AvailabilityOverride(instructor_id=teacher.id, on_date=date(2026, 11, 30)),
    )

    assert student.get(f"/api/sts/{teacher.id}/availability").json() == {
        "timezone": "Europe/Paris",
        "rules": [
            {"day_of_week": 1, "start_time": "00:00", "end_time": "01:00"},
            {"day_of_week": 1, "start_time": "09:00", "end_time": "24:00"},
        ],
        "overrides": [
            {"date": "2026-12-23", "slots": [{"start_time": "10:00", "end_time": "11:30"}]},
            {"date": "2026-12-24", "slots": []},
        ],
    }


@pytest.mark.parametrize("part", ["availability", "bookings"])
def test_who_does_not_teach_has_no_calendar(world: World, student: Caller, part: str) -> None:
    assert refusal(student.get(f"/api/sts/{student.id}/{part}", **DAY)) == (404, "not_found")
