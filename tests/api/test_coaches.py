"""Documents 002 and 003: an instructor's hours, single dates and published times, and why a time is not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from sessions_app.domain.permissions import Role
from sessions_app.models import Person
from sessions_app.models.catalogue import SessionType
from tests.api.calls import Caller, field, refusal
from tests.services.world import World, at

Call = Callable[[Person], Caller]
HOURS = "/api/coaches/availability"
SLOTS = "/api/coaches/slots"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def coach(world: World, call: Call) -> Caller:
    return call(world.instructor)


def weekly(*days: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "weekly", "schedule": list(days)} | more


def day(number: int, *slots: tuple[str, str]) -> dict[str, Any]:
    return {
        "dayOfWeek": number,
        "slots": [{"startTime": start, "endTime": end, "isAvailable": True} for start, end in slots],
    }


class TestWeekly:
    def test_document_002_as_it_stands(self, coach: Caller) -> None:
        answer = coach.post(
            HOURS,
            {
                "coachId": coach.id,
                "type": "weekly",
                "schedule": [
                    {
                        "dayOfWeek": 1,
                        "slots": [
                            {"startTime": "09:00", "endTime": "12:00", "isAvailable": True},
                            {"startTime": "14:00", "endTime": "18:00", "isAvailable": True},
                        ],
                    },
                    {
                        "dayOfWeek": 3,
                        "slots": [{"startTime": "10:00", "endTime": "16:00", "isAvailable": False}],
                    },
                ],
            },
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "coach_id": coach.id,
            "timezone": "UTC",
            "schedule": [
                {
                    "day_of_week": 1,
                    "slots": [
                        {"start_time": "09:00", "end_time": "12:00", "is_available": True},
                        {"start_time": "14:00", "end_time": "18:00", "is_available": True},
                    ],
                },
                {
                    "day_of_week": 3,
                    "slots": [{"start_time": "10:00", "end_time": "16:00", "is_available": False}],
                },
            ],
            "specific_dates": [],
        }
        assert coach.get(HOURS).json() == answer.json()

    def test_it_replaces_the_whole_week_and_leaves_dates_and_published_times(self, coach: Caller) -> None:
        coach.post(HOURS, {"type": "specific", "specificDate": "2026-12-24", "slots": []})
        coach.post(SLOTS, {"start": "2026-12-05T22:00:00Z", "duration": 60})
        body = coach.post(HOURS, weekly(day(0, ("00:00", "24:00")))).json()
        assert [one["day_of_week"] for one in body["schedule"]] == [0]
        assert body["schedule"][0]["slots"][0]["end_time"] == "24:00"
        assert [one["date"] for one in body["specific_dates"]] == ["2026-12-24"]
        assert len(coach.get(SLOTS).json()["items"]) == 1

    def test_weekday_0_is_sunday_for_the_listing_too(self, coach: Caller, call: Call, world: World) -> None:
        offering = world.offering()
        coach.post(HOURS, weekly(day(0, ("10:00", "11:00"))))
        found = call(world.student()).get(
            f"/api/sts/{coach.id}/slots",
            offering_id=offering.id,
            **{"from": "2026-12-02", "to": "2026-12-20"},
        )
        assert [slot["start"] for slot in found.json()["slots"]] == [
            "2026-12-06T10:00:00Z",
            "2026-12-13T10:00:00Z",
        ]

    def test_the_zone_comes_with_the_week(self, coach: Caller) -> None:
        body = coach.post(HOURS, weekly(day(1, ("09:00", "12:00")), timezone="Asia/Kolkata")).json()
        assert body["timezone"] == "Asia/Kolkata"

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            (weekly(day(1, ("09:00", "12:00"), ("11:30", "13:00"))), "schedule.0.slots.1"),
            (weekly(day(1, ("09:00", "10:00")), day(1, ("09:30", "12:00"))), "schedule.1.slots.0"),
            (weekly(day(1, ("12:00", "09:00"))), "schedule.0.slots.0"),
            (weekly(day(1, ("09:00", "09:20"))), "schedule.0.slots.0"),
            (weekly(day(1, ("09:00", "24:30"))), "schedule.0.slots.0.end_time"),
            (weekly(day(1, ("9 am", "12:00"))), "schedule.0.slots.0.start_time"),
            (weekly(day(7, ("09:00", "12:00"))), "schedule.0.day_of_week"),
            (weekly(day(1, ("09:00", "12:00")), timezone="Mars/Olympus"), "timezone"),
            ({"type": "weekly"}, "schedule"),
            ({"type": "yearly", "schedule": []}, "type"),
            ({"type": "specific", "slots": []}, "specific_date"),
            ({"type": "specific", "specificDate": "2026-12-24"}, "slots"),
            ({"type": "specific", "specificDate": "24/12/2026", "slots": []}, "specific_date"),
            ({"type": "specific", "specificDate": "2026-11-30", "slots": []}, "specific_date"),
            (
                {"type": "specific", "specificDate": "2026-12-24", "slots": day(1, ("10:00", "09:00"))["slots"]},
                "slots.0",
            ),
        ],
    )  # fmt: skip
    def test_bad_input_names_its_field_and_changes_nothing(
        self, coach: Caller, body: dict[str, Any], wrong: str
    ) -> None:
        before = coach.get(HOURS).json()
        answer = coach.post(HOURS, body)
        assert field(answer) == wrong
        assert coach.get(HOURS).json() == before


class TestSpecificDates:
    def test_a_date_gets_hours_of_its_own_or_none(self, coach: Caller) -> None:
        other = day(1, ("10:00", "12:00"), ("15:00", "17:00"))["slots"]
        coach.post(HOURS, {"type": "specific", "specificDate": "2026-12-09", "slots": other})
        body = coach.post(HOURS, {"type": "specific", "specificDate": "2026-12-24", "slots": []}).json()
        assert body["specific_dates"] == [
            {
                "date": "2026-12-09",
                "slots": [
                    {"start_time": "10:00", "end_time": "12:00", "is_available": True},
                    {"start_time": "15:00", "end_time": "17:00", "is_available": True},
                ],
            },
            {"date": "2026-12-24", "slots": []},
        ]

    def test_a_range_of_them_can_be_asked_for(self, coach: Caller) -> None:
        for date in ("2026-12-09", "2026-12-24"):
            coach.post(HOURS, {"type": "specific", "specificDate": date, "slots": []})
        body = coach.get(HOURS, coachId=coach.id, startDate="2026-12-09", endDate="2026-12-24").json()
        assert [one["date"] for one in body["specific_dates"]] == ["2026-12-09"]
        too_long = coach.get(HOURS, startDate="2026-12-01", endDate="2027-02-02")
        assert field(too_long) == "to"


class TestWho:
    def test_everybody_may_read_what_is_offered(self, coach: Caller, call: Call, world: World) -> None:
        off = {"startTime": "10:00", "endTime": "16:00", "isAvailable": False}
        coach.post(HOURS, weekly(day(1, ("09:00", "12:00")), {"dayOfWeek": 3, "slots": [off]}))
        seen = call(world.student()).get(HOURS, coachId=coach.id).json()
        assert [one["day_of_week"] for one in seen["schedule"]] == [1]

    def test_without_a_token_only_reading_goes(self, api: TestClient, coach: Caller) -> None:
        assert api.get(HOURS, params={"coachId": coach.id}).status_code == 200
        assert refusal(api.get(HOURS)) == (401, "unauthenticated")
        assert refusal(api.post(HOURS, json=weekly())) == (401, "unauthenticated")

    def test_others_may_not_write(self, coach: Caller, call: Call, world: World) -> None:
        other = call(world.new_instructor("Bo Ek"))
        for caller in (other, call(world.student())):
            assert refusal(caller.post(HOURS, weekly(coachId=coach.id))) == (403, "not_allowed")
            published = caller.post(
                SLOTS, {"coachId": coach.id, "start": "2026-12-05T22:00:00Z", "duration": 60}
            )
            assert refusal(published) == (403, "not_allowed")
        assert refusal(other.post(HOURS, weekly(coachId="usr_nobody"))) == (404, "not_found")
        assert field(call(world.student()).post(HOURS, weekly())) == "coach_id"

    def test_staff_may(self, coach: Caller, call: Call, world: World) -> None:
        assistant = call(world.person("Ann", Role.ASSISTANT))
        assert assistant.post(HOURS, weekly(coachId=coach.id)).json()["schedule"] == []


class TestPublishedTimes:
    def publish(self, coach: Caller, **facts: Any) -> Any:
        return coach.post(SLOTS, {"start": "2026-12-05T22:00:00Z", "duration": 60} | facts)

    def test_a_time_is_published_listed_changed_and_removed(self, coach: Caller) -> None:
        made = self.publish(coach, sessionType="GROUP", maxParticipants=20)
        assert made.status_code == 201, made.text
        body = made.json()
        assert (body["end"], body["seats"], body["session_type"]) == ("2026-12-05T23:00:00Z", 20, "group")
        assert coach.get(SLOTS).json() == {"items": [body], "next_cursor": None}
        changed = coach.send(
            "PUT", f"{SLOTS}/{body['id']}", b'{"start": "2026-12-06T08:00:00Z", "duration": 90}'
        )
        assert changed.json()["end"] == "2026-12-06T09:30:00Z"
        assert coach.send("DELETE", f"{SLOTS}/{body['id']}", b"").status_code == 204
        assert coach.get(SLOTS).json()["items"] == []

    def test_wall_time_is_the_coachs(self, call: Call, world: World) -> None:
        coach = call(world.new_instructor("Asha Rao", zone="Asia/Kolkata"))
        assert self.publish(coach, start="2026-12-05T22:00").json()["start"] == "2026-12-05T16:30:00Z"

    def test_booked_it_is_locked(self, coach: Caller, world: World) -> None:
        made = self.publish(coach).json()
        world.book(world.student(), world.offering(), at(5, 22))
        assert coach.get(SLOTS).json()["items"][0]["is_booked"]
        assert refusal(coach.send("DELETE", f"{SLOTS}/{made['id']}", b"")) == (409, "invalid_transition")

    def test_the_pages_of_the_list_follow_each_other(self, coach: Caller) -> None:
        for hour in (20, 21, 22):
            self.publish(coach, start=f"2026-12-05T{hour}:00:00Z")
        first = coach.get(SLOTS, limit=2).json()
        rest = coach.get(SLOTS, limit=2, cursor=first["next_cursor"]).json()
        assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]

    @pytest.mark.parametrize(
        ("facts", "wrong"),
        [
            ({"sessionType": "group", "seats": 21}, "seats"),
            ({"sessionType": "group", "seats": 0}, "seats"),
            ({"seats": 2}, "seats"),
            ({"duration": 10}, "duration"),
            ({"duration": None}, "duration"),
            ({"start": "2026-11-05T22:00:00Z"}, "start"),
            ({"start": "2027-03-28T02:30:00", "timezone": "Europe/Paris"}, "start"),
            ({"end": "2026-12-05T21:00:00Z"}, "end"),
            ({"offeringId": "off_nobody"}, "offering_id"),
        ],
    )
    def test_bad_input_names_its_field(self, coach: Caller, facts: dict[str, Any], wrong: str) -> None:
        assert field(self.publish(coach, **facts)) == wrong

    def test_two_at_once_are_refused(self, coach: Caller) -> None:
        self.publish(coach)
        assert refusal(self.publish(coach, start="2026-12-05T22:30:00Z")) == (409, "slot_taken")

    def test_those_gone_by_are_cleaned_up(self, coach: Caller, world: World) -> None:
        self.publish(coach)
        world.clock.set(at(7, 12))
        assert coach.post(f"{SLOTS}/clean-up", {"dryRun": True}).json() == {"removed": 1}
        assert coach.post(f"{SLOTS}/clean-up", {}).json() == {"removed": 1}
        assert coach.post(f"{SLOTS}/clean-up", {}).json() == {"removed": 0}

    def test_a_group_time_is_booked_with_its_seats(self, coach: Caller, call: Call, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=8)
        self.publish(coach, sessionType="group", seats=3)
        found = call(world.student()).get(
            f"/api/sts/{coach.id}/slots",
            offering_id=group.id,
            **{"from": "2026-12-05T22:00:00Z", "to": "2026-12-05T22:01:00Z"},
        )
        assert [slot["seats_left"] for slot in found.json()["slots"]] == [3]


class TestExplanation:
    def explain(self, caller: Caller, coach: Caller, offering_id: str, start: str) -> dict[str, Any]:
        answer = caller.get(f"/api/sts/{coach.id}/slots/explanation", offering_id=offering_id, start=start)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def test_the_coach_gets_causes_and_students_sentences(
        self, coach: Caller, call: Call, world: World
    ) -> None:
        offering = world.offering()
        placed = world.book(world.student(), offering, at(3, 10))
        told = self.explain(coach, coach, offering.id, "2026-12-03T11:00:00Z")
        assert not told["is_bookable"]
        [reason] = told["reasons"]
        assert reason["code"] == "buffer"
        assert reason["cause"] == {
            "date": None,
            "limit": 15,
            "first_possible": None,
            "open": [],
            "sessions": [
                {
                    "session_id": placed.session.id,
                    "title": placed.session.title,
                    "start": "2026-12-03T10:00:00Z",
                    "end": "2026-12-03T11:00:00Z",
                }
            ],
            "rule_url": "/instructor/availability#limits",
        }
        student = self.explain(call(world.student()), coach, offering.id, "2026-12-03T11:00:00Z")
        assert student["reasons"] == [
            {"code": "buffer", "message": "This is too close to another session.", "cause": None}
        ]

    def test_a_free_time_has_no_reason_against_it(self, coach: Caller, call: Call, world: World) -> None:
        told = self.explain(call(world.student()), coach, world.offering().id, "2026-12-03T10:00:00Z")
        assert (told["is_bookable"], told["seats_left"], told["reasons"]) == (True, 1, [])

    def test_it_names_the_reason_a_booking_is_refused_for(
        self, coach: Caller, call: Call, world: World
    ) -> None:
        offering, student = world.offering(), call(world.student())
        for start in (
            "2026-12-03T10:10:00Z",
            "2026-12-03T21:00:00Z",
            "2027-12-03T10:00:00Z",
            "2026-12-01T20:00:00Z",
        ):
            told = self.explain(student, coach, offering.id, start)
            answer = student.post("/api/sessions", {"offering_id": offering.id, "scheduled_start": start})
            assert answer.json()["error"]["details"]["reason"] == told["reasons"][0]["code"]

    def test_an_offering_that_is_not_offered_is_told_first(self, coach: Caller, world: World) -> None:
        offering = world.offering(is_active=False)
        told = self.explain(coach, coach, offering.id, "2026-12-03T10:00:00Z")
        assert (told["is_bookable"], told["reasons"][0]["code"]) == (False, "instructor_unavailable")
