"""The payloads of the source documents as they stand there (product.md A15, line 248), on the days they name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sessions_app.domain.permissions import Role
from sessions_app.models import (
    AvailabilityRule,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Person,
    Subject,
)
from sessions_app.models.catalogue import BookingMode
from tests.api.calls import Caller, field, refusal
from tests.services.world import World

Call = Callable[[Person], Caller]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


class TestDocument002:
    """A coach in Paris for MATHEMATIQUES, Monday 2024-01-15 from 14:00 to 15:00."""

    @pytest.fixture(autouse=True)
    def _in_2024(self, world: World) -> None:
        world.clock.set(datetime(2024, 1, 8, 9, tzinfo=UTC))

    @pytest.fixture
    def maths(self, world: World) -> Subject:
        return world.add(Subject(name="Mathématiques"))

    @pytest.fixture
    def coach(self, world: World, maths: Subject) -> Person:
        coach = world.new_instructor("Claire Martin", zone="Europe/Paris")
        world.add(InstructorSubject(instructor_id=coach.id, subject_id=maths.id))
        world.offering(coach, course_id=None, subject_id=maths.id, title="Cours")
        return coach

    def ask(self, student: Caller, coach: Person, **more: Any) -> dict[str, Any]:
        return {
            "coachId": coach.id,
            "studentId": student.id,
            "subject": "MATHEMATIQUES",
            "scheduledDate": "2024-01-15",
            "startTime": "14:00",
            "endTime": "15:00",
            "duration": 60,
            "title": "Révision équations",
            "creditsToUse": 0,
        } | more

    def test_times_are_the_coachs_wall_time(self, student: Caller, coach: Person, world: World) -> None:
        answer = student.post("/api/sessions/book", self.ask(student, coach))

        assert answer.status_code == 201
        body = answer.json()
        assert (body["status"], body["start"], body["end"]) == (
            "scheduled",
            "2024-01-15T13:00:00Z",
            "2024-01-15T14:00:00Z",
        )
        assert world.booking(body["booking_id"]).custom_topic == "Révision équations"

    def test_a_timezone_says_whose_they_are_instead(self, student: Caller, coach: Person) -> None:
        body = student.post("/api/sessions/book", self.ask(student, coach, timezone="UTC")).json()

        assert body["start"] == "2024-01-15T14:00:00Z"

    def test_it_is_by_credits_when_credits_are_to_be_used(
        self, student: Caller, coach: Person, world: World, maths: Subject
    ) -> None:
        world.offering(coach, course_id=None, subject_id=maths.id, price_minor=None, credits=2)

        poor = student.post("/api/sessions/book", self.ask(student, coach, creditsToUse=2))
        assert refusal(poor) == (409, "insufficient_credits")
        assert poor.json()["error"]["message"] == "Insufficient Credits. You need 2, you have 0."
        world.give_credits(student.person, 2)
        other = student.post("/api/sessions/book", self.ask(student, coach, creditsToUse=1))
        assert refusal(other) == (409, "price_changed")
        body = student.post("/api/sessions/book", self.ask(student, coach, creditsToUse=2)).json()
        assert (body["status"], body["confirmation"]["price"]["credits"]) == ("scheduled", 2)
        assert world.balance(student.person) == 0

    @pytest.mark.parametrize(
        ("sent", "named"),
        [
            ({"endTime": "15:30"}, "duration"),
            ({"endTime": "13:00"}, "end_time"),
            ({"endTime": "00:00"}, "end_time"),
            ({"endTime": "25:00", "duration": None}, "end_time"),
            ({"startTime": "2 pm"}, "start_time"),
            ({"startTime": None}, "start_time"),
            ({"scheduledDate": "15/01/2024"}, "scheduled_date"),
            ({"scheduledDate": "2024-02-30"}, "scheduled_date"),
            ({"scheduledDate": "2024-03-31", "startTime": "02:30", "endTime": "03:30"}, "start_time"),
            ({"duration": 45, "endTime": None}, "offering_id"),
            ({"creditsToUse": -1}, "credits_to_use"),
            ({"timezone": "Paris"}, "timezone"),
        ],
    )
    def test_times_that_cannot_be_meant_are_422(
        self, student: Caller, coach: Person, sent: dict[str, Any], named: str
    ) -> None:
        assert field(student.post("/api/sessions/book", self.ask(student, coach, **sent))) == named

    def test_a_coach_of_another_subject_cannot_be_booked_for_this_one(
        self, student: Caller, coach: Person, world: World
    ) -> None:
        world.add(Subject(name="Physique"))

        answer = student.post("/api/sessions/book", self.ask(student, coach, subject="physique"))
        assert refusal(answer) == (409, "instructor_unavailable")
        answer = student.post("/api/sessions/book", self.ask(student, coach, subject="Alchemy"))
        assert refusal(answer) == (404, "not_found")

    def test_the_week_is_searched_from_sunday_0(self, world: World, student: Caller) -> None:
        world.clock.set(datetime(2023, 12, 28, 9, tzinfo=UTC))
        coach = world.person("Paul Petit", Role.INSTRUCTOR, zone="Europe/Paris")
        world.add(
            InstructorProfile(person_id=coach.id),
            InstructorCourse(instructor_id=coach.id, course_id=world.course.id),
            AvailabilityRule(instructor_id=coach.id, day_of_week=1, start_minute=540, end_minute=600),
        )
        offering = world.offering(coach)

        asked = {"offering_id": offering.id, "from": "2024-01-01", "to": "2024-01-08"}
        listed = student.get(f"/api/sts/{coach.id}/slots", timezone="Europe/Paris", **asked).json()

        assert [slot["local_start"] for slot in listed["slots"]] == ["2024-01-01T09:00:00"]
        pattern = student.get(f"/api/sts/{coach.id}/availability").json()
        assert pattern["rules"] == [{"day_of_week": 1, "start_time": "09:00", "end_time": "10:00"}]


class TestDocument004:
    """2025-01-15 at 10:00 in New York is 15:00 UTC."""

    def test_local_time_and_zone_are_stored_as_utc(self, world: World, call: Call) -> None:
        world.clock.set(datetime(2025, 1, 6, 9, tzinfo=UTC))
        teacher = world.new_instructor("Sarah Miller", zone="America/New_York")
        world.offering(teacher)
        student = call(world.student(zone="America/New_York"))

        answer = student.post(
            "/api/sessions",
            {
                "course_id": world.course.id,
                "st_id": teacher.id,
                "student_id": student.id,
                "scheduled_start": "2025-01-15T10:00:00",
                "scheduled_end": "2025-01-15T11:00:00",
                "timezone": "America/New_York",
            },
        )

        assert answer.status_code == 201
        body = answer.json()
        assert body["session_id"]
        assert body["confirmation"]
        assert (body["status"], body["start"]) == ("scheduled", "2025-01-15T15:00:00Z")
        assert world.mails("session-booked")

    def test_a_course_tells_whether_the_student_is_in_it_and_who_teaches_it(
        self, world: World, call: Call
    ) -> None:
        offering = world.offering(price_minor=None, credits=1)
        student, other = call(world.student()), call(world.student(enrolled=False))
        path = f"/api/courses/{world.course.id}"

        mine, theirs = student.get(path).json(), other.get(path).json()
        assert (mine["title"], mine["session_count"], mine["enrolled"]) == ("Linear Algebra", 10, True)
        assert (theirs["enrolled"], theirs["enrollment_id"]) == (False, None)
        assert student.get("/api/courses").json()["items"] == [mine]
        teacher = student.get(f"{path}/sts").json()["items"][0]
        assert teacher["id"] == world.instructor.id
        assert (teacher["students_taught"], teacher["rating"]) == (0, None)
        assert teacher["offerings"][0] | {"description": ""} == {
            "id": offering.id,
            "title": offering.title,
            "description": "",
            "duration_minutes": 60,
            "session_type": "individual",
            "topic_type": "fixed",
            "booking_mode": "instant",
            "modality": "online",
            "price": {"amount": 0, "currency": "EUR", "credits": 1},
            "capacity": 1,
        }

    def test_enrolling_twice_is_one_enrollment_and_opens_booking(self, world: World, call: Call) -> None:
        student, offering = call(world.student(enrolled=False)), world.offering()
        body = {
            "st_id": offering.instructor_id,
            "offering_id": offering.id,
            "scheduled_start": "2026-12-03T10:00:00Z",
        }
        assert refusal(student.post("/api/sessions", body)) == (403, "not_enrolled")

        first = student.post(f"/api/courses/{world.course.id}/enroll").json()
        again = student.post(f"/api/courses/{world.course.id}/enroll", {}).json()

        assert first == again
        assert (
            student.get(f"/api/courses/{world.course.id}").json()["enrollment_id"] == first["enrollment_id"]
        )
        assert student.post("/api/sessions", body).status_code == 201

    def test_schedule_later_waits(self, world: World, call: Call) -> None:
        student, other = call(world.student()), call(world.student())
        enrollment = student.get(f"/api/courses/{world.course.id}").json()["enrollment_id"]
        path = f"/api/enrollments/{enrollment}/deferred"

        assert student.post(path).json() == {"enrollment_id": enrollment, "status": "waiting"}
        assert student.post(path).json()["status"] == "waiting"
        assert refusal(other.post(path)) == (404, "not_found")


class TestDocument000:
    def test_a_slot_is_booked_by_its_id_at_the_price_agreed(self, world: World, student: Caller) -> None:
        offering = world.offering(price_minor=4500, booking_mode=BookingMode.INSTANT)
        slot = student.get(
            f"/api/sts/{offering.instructor_id}/slots", offering_id=offering.id, **{"from": "2026-12-03"}
        ).json()["slots"][0]
        asked = {
            "timeSlotId": slot["id"],
            "offeringId": offering.id,
            "studentId": student.id,
            "studentMessage": "Bonjour",
            "agreedPrice": 4500,
            "currency": "eur",
        }

        cheaper = student.post("/api/session-bookings/create", asked | {"agreedPrice": 4000})
        assert refusal(cheaper) == (409, "price_changed")
        dollars = student.post("/api/session-bookings/create", asked | {"currency": "USD"})
        assert refusal(dollars) == (409, "price_changed")
        answer = student.post("/api/session-bookings/create", asked)
        assert answer.status_code == 201
        assert (answer.json()["status"], answer.json()["start"]) == ("held", slot["start"])

    @pytest.mark.parametrize(
        "slot_id",
        [
            "",
            "slot",
            "slot_usr_20261203T100000Z_x",
            "slot_usr_20261303T100000Z_60",
            "slot_usr_99991203T100000Z_60",
            "slot_usr_20261203T100000Z_99999999999999999999",
            "slot_usr_20261203T100000Z_10",
            "x" * 151,
            7,
        ],
    )
    def test_what_is_no_slot_is_422(self, student: Caller, slot_id: object) -> None:
        answer = student.post("/api/session-bookings/create", {"timeSlotId": slot_id})

        assert field(answer) in {"time_slot_id", "duration"}

    def test_a_slot_of_somebody_who_does_not_teach_is_unknown(self, student: Caller, world: World) -> None:
        slot_id = f"slot_{student.id}_20261203T100000Z_60"

        answer = student.post("/api/session-bookings/create", {"timeSlotId": slot_id})

        assert refusal(answer) == (404, "not_found")
