"""POST /api/sessions: what it understands, what it answers, and which refusal comes first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from sessions_app.domain.permissions import Role
from sessions_app.models import AvailabilityRule, InstructorCourse, Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import cancellations
from sessions_app.services.slots import rfc3339
from sessions_app.services.unit_of_work import UnitOfWork
from tests.api.calls import Caller, details, field, refusal
from tests.services.world import World, acting, at

Call = Callable[[Person], Caller]
START = "2026-12-03T10:00:00Z"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def free(world: World) -> Offering:
    return world.offering()


def body_for(offering: Offering, start: str = START, **more: Any) -> dict[str, Any]:
    return {"st_id": offering.instructor_id, "offering_id": offering.id, "scheduled_start": start} | more


# --- what comes back


def test_a_free_session_is_scheduled_at_once(student: Caller, free: Offering, world: World) -> None:
    answer = student.post("/api/sessions", body_for(free, course_id=world.course.id))

    assert answer.status_code == 201
    body = answer.json()
    assert body["status"] == "scheduled"
    assert (body["start"], body["end"]) == (START, "2026-12-03T11:00:00Z")
    assert body["hold_expires_at"] is None
    assert body["confirmation"]["message"] == "Session Booked!"
    assert body["confirmation"]["instructor"] == {"id": world.instructor.id, "name": "Ada Lindqvist"}
    assert body["confirmation"]["student"]["id"] == student.id
    assert body["confirmation"]["price"] == {"amount": 0, "currency": "EUR", "credits": None}
    assert body["confirmation"]["payment_status"] == "not_required"
    assert world.booking(body["booking_id"]).session_id == body["session_id"]


def test_a_card_session_is_held_until_paid(student: Caller, world: World) -> None:
    offering = world.offering(price_minor=3200)

    body = student.post("/api/sessions", body_for(offering)).json()

    assert body["status"] == "held"
    assert body["hold_expires_at"] == rfc3339(world.clock.now() + timedelta(minutes=10))
    assert body["confirmation"]["price"] == {"amount": 3200, "currency": "EUR", "credits": None}
    assert body["confirmation"]["payment_status"] == "due"


def test_a_session_by_credits_is_scheduled_and_paid(student: Caller, world: World) -> None:
    world.give_credits(student.person, 3)
    offering = world.offering(price_minor=None, credits=2)

    body = student.post("/api/sessions", body_for(offering, pay_with="credits")).json()

    assert body["status"] == "scheduled"
    assert body["confirmation"]["price"] == {"amount": 0, "currency": "EUR", "credits": 2}
    assert body["confirmation"]["payment_status"] == "paid"


def test_a_request_is_pending_until_answered(student: Caller, world: World) -> None:
    offering = world.offering(booking_mode=BookingMode.REQUEST)

    body = student.post("/api/sessions", body_for(offering, "2026-12-08T10:00:00Z")).json()

    assert body["status"] == "pending"
    assert body["hold_expires_at"] is None
    assert body["confirmation"]["respond_by"] == rfc3339(world.clock.now() + timedelta(hours=48))


def test_a_request_with_a_card_price_is_held_until_the_card_is_authorised(
    student: Caller, world: World
) -> None:
    offering = world.offering(booking_mode=BookingMode.REQUEST, price_minor=3200)

    assert (
        student.post("/api/sessions", body_for(offering, "2026-12-08T10:00:00Z")).json()["status"] == "held"
    )


def test_what_the_student_says_reaches_the_booking(student: Caller, free: Offering, world: World) -> None:
    body = student.post(
        "/api/sessions",
        body_for(
            free,
            studentMessage="Hello",
            customTopic="Eigenvalues",
            customRequirements="A tablet",
            reminders=False,
        ),
    ).json()

    booking = world.booking(body["booking_id"])
    assert (booking.student_message, booking.custom_topic) == ("Hello", "Eigenvalues")
    assert (booking.requirements, booking.reminders) == ("A tablet", False)


# --- names and shapes


@pytest.mark.parametrize("name", ["st_id", "stId", "instructorId", "instructor_id", "coachId", "teacher_id"])
def test_an_instructor_has_many_names(student: Caller, free: Offering, name: str) -> None:
    body = {name: free.instructor_id, "offeringId": free.id, "scheduledStart": START, "unknown": [1, {}]}

    assert student.post("/api/sessions", body).status_code == 201


@pytest.mark.parametrize("name", ["student_id", "studentId", "learnerId", "learner_id"])
def test_a_student_has_many_names(student: Caller, free: Offering, name: str) -> None:
    assert student.post("/api/sessions", body_for(free, **{name: student.id})).status_code == 201


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"scheduled_start": "2026-12-03T10:00:00Z"}, "2026-12-03T10:00:00Z"),
        ({"scheduled_start": "2026-12-03T15:30:00+05:30"}, "2026-12-03T10:00:00Z"),
        ({"scheduled_start": "2026-12-03T10:00:00Z", "timezone": "Asia/Kolkata"}, "2026-12-03T10:00:00Z"),
        ({"scheduled_start": "2026-12-03T11:00:00", "timezone": "Europe/Paris"}, "2026-12-03T10:00:00Z"),
        ({"scheduled_start": "2026-12-03T05:00", "timezone": "America/New_York"}, "2026-12-03T10:00:00Z"),
        ({"scheduled_start": "2026-12-03T10:00:00.000Z"}, "2026-12-03T10:00:00Z"),
    ],
)
def test_a_start_is_an_instant_or_a_wall_time_with_its_zone(
    student: Caller, free: Offering, sent: dict[str, str], meant: str
) -> None:
    assert student.post("/api/sessions", body_for(free) | sent).json()["start"] == meant


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"scheduled_start": "2026-12-03T10:00:00"}, "scheduled_start"),
        ({"scheduled_start": "2026-12-03"}, "scheduled_start"),
        ({"scheduled_start": "tomorrow at noon"}, "scheduled_start"),
        ({"scheduled_start": "2026-02-30T10:00:00Z"}, "scheduled_start"),
        ({"scheduled_start": "0001-01-01T00:00:00+23:00"}, "scheduled_start"),
        ({"scheduled_start": "9999-12-31T23:59:59Z"}, "scheduled_start"),
        ({"scheduled_start": "2027-03-28T02:30:00", "timezone": "Europe/Paris"}, "scheduled_start"),
        ({"scheduled_start": "2026-12-03T10:00:00", "timezone": "Mars/Olympus"}, "timezone"),
        ({"scheduled_start": 1764756000}, "scheduled_start"),
        ({"scheduled_start": None}, "scheduled_start"),
        ({"scheduled_end": "2026-12-03T10:00:00Z"}, "scheduled_end"),
        ({"scheduled_end": "2026-12-03T10:30:30Z"}, "scheduled_end"),
        ({"scheduled_end": "2026-12-03T10:29:00Z"}, "scheduled_end"),
        ({"scheduled_end": "2026-12-03T14:01:00Z"}, "scheduled_end"),
        ({"scheduled_end": "2026-12-03T11:30:00Z"}, "scheduled_end"),
        ({"scheduled_end": "2026-12-03T11:00:00Z", "duration": 45}, "duration"),
        ({"duration": 20}, "duration"),
        ({"duration": 241}, "duration"),
        ({"duration": "60"}, "duration"),
        ({"duration": 60.5}, "duration"),
        ({"pay_with": "shells"}, "pay_with"),
        ({"pay_with": "card"}, "pay_with"),
        ({"message": "x" * 1001}, "message"),
        ({"custom_topic": "x" * 201}, "custom_topic"),
        ({"reminders": "yes"}, "reminders"),
        ({"message": 5}, "message"),
        ({"st_id": ["a"]}, "st_id"),
        ({"st_id": None, "offering_id": None}, "st_id"),
        ({"fold": 2}, "fold"),
        ({"agreed_price": -1}, "agreed_price"),
        ({"agreed_price": 10.5}, "agreed_price"),
        ({"message": "a\x00b"}, None),
    ],
)
def test_what_cannot_be_meant_is_422_at_its_field(
    student: Caller, free: Offering, sent: dict[str, Any], named: str | None
) -> None:
    assert field(student.post("/api/sessions", body_for(free) | sent)) == named


def test_an_hour_that_comes_twice_is_the_first_unless_told(call: Call, world: World) -> None:
    nina = world.new_instructor("Nina Nacht", zone="Europe/Paris", horizon_days=730)
    world.add(AvailabilityRule(instructor_id=nina.id, day_of_week=0, start_minute=0, end_minute=240))
    offering = world.offering(nina, duration_minutes=30)
    asked = body_for(offering, "2027-10-31T02:30:00", timezone="Europe/Paris")

    first = call(world.student()).post("/api/sessions", asked)
    second = call(world.student()).post("/api/sessions", asked | {"fold": 1})

    assert first.json()["start"] == "2027-10-31T00:30:00Z"
    assert second.json()["start"] == "2027-10-31T01:30:00Z"


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', "5", '{"st_id": "x"', "\xff"])
def test_a_body_that_is_no_object_is_refused(student: Caller, body: str) -> None:
    answer = student.send("POST", "/api/sessions", body.encode("latin-1"))

    assert refusal(answer) in {(400, "invalid_input"), (422, "invalid_input")}


def test_another_media_type_is_415(student: Caller, free: Offering) -> None:
    answer = student.send("POST", "/api/sessions", b"a=b", media_type="application/x-www-form-urlencoded")

    assert refusal(answer) == (415, "unsupported_media_type")


def test_ten_megabytes_are_413(student: Caller) -> None:
    answer = student.send("POST", "/api/sessions", b'{"message": "' + b"x" * 10_000_000 + b'"}')

    assert refusal(answer) == (413, "too_large")


def test_nobody_books_without_a_token(api: Any, free: Offering) -> None:
    assert refusal(api.post("/api/sessions", json=body_for(free))) == (401, "unauthenticated")


# --- which offering is meant


class TestTheOfferingLeftOut:
    def ask(self, student: Caller, world: World, **more: Any) -> Response:
        return student.post(
            "/api/sessions",
            {
                "st_id": world.instructor.id,
                "course_id": world.course.id,
                "scheduled_start": START,
                "scheduled_end": "2026-12-03T11:00:00Z",
            }
            | more,
        )

    def test_it_is_the_only_active_one_of_that_length(self, student: Caller, world: World) -> None:
        hour = world.offering()
        world.offering(duration_minutes=90)
        world.offering(is_active=False)

        body = self.ask(student, world).json()

        assert world.booking(body["booking_id"]).offering_id == hour.id

    def test_several_of_that_length_are_named_as_choices(self, student: Caller, world: World) -> None:
        offerings = [world.offering(), world.offering(price_minor=3200)]

        answer = self.ask(student, world)

        assert field(answer) == "offering_id"
        assert {choice["id"] for choice in details(answer)["choices"]} == {one.id for one in offerings}

    def test_none_of_that_length_is_answered_with_what_there_is(self, student: Caller, world: World) -> None:
        offering = world.offering(duration_minutes=90)

        answer = self.ask(student, world)

        assert field(answer) == "offering_id"
        assert details(answer)["choices"] == [
            {"id": offering.id, "title": offering.title, "duration_minutes": 90}
        ]

    def test_who_does_not_teach_the_course_cannot_be_booked_for_it(
        self, student: Caller, world: World
    ) -> None:
        other = world.person("Bo Ek", world.instructor.role)
        answer = self.ask(student, world, st_id=other.id)
        assert refusal(answer) == (404, "not_found")

        elsewhere = world.new_instructor("Cy Dahl")
        assert refusal(self.ask(student, world, st_id=elsewhere.id)) == (409, "instructor_unavailable")


# --- the same student again


def test_the_same_seat_again_is_the_same_hold_with_200(student: Caller, world: World) -> None:
    offering = world.offering(price_minor=3200)
    first = student.post("/api/sessions", body_for(offering))
    world.clock.advance(minutes=2)

    again = student.post("/api/sessions", body_for(offering))

    assert again.status_code == 200
    assert again.json() == first.json()


def test_a_seat_that_is_final_is_already_booked(student: Caller, free: Offering) -> None:
    student.post("/api/sessions", body_for(free))

    assert refusal(student.post("/api/sessions", body_for(free))) == (409, "already_booked")


# --- the order of refusals: each row breaks its own rule and every later one that it can


REFUSALS = [
    ("invalid_input", 422),
    ("not_found", 404),
    ("not_allowed", 403),
    ("not_enrolled", 403),
    ("instructor_unavailable", 409),
    ("outside_availability", 409),
    ("slot_taken", 409),
    ("student_busy", 409),
    ("price_changed", 409),
    ("insufficient_credits", 409),
]


@pytest.mark.parametrize(("code", "status"), REFUSALS)
def test_the_first_rule_that_is_broken_is_the_one_named(
    world: World, call: Call, code: str, status: int
) -> None:
    rank = {name: place for place, (name, _) in enumerate(REFUSALS)}
    breaks = {name for name, place in rank.items() if place >= rank[code]}
    me = world.student(enrolled="not_enrolled" not in breaks)
    offering = world.offering(price_minor=None, credits=1)
    start = at(3, 21 if "outside_availability" in breaks else 10)
    sent = body_for(offering, rfc3339(start))
    if "slot_taken" in breaks:
        world.book(world.student(), world.offering(), at(3, 10))
    if "student_busy" in breaks and "outside_availability" not in breaks:
        elsewhere = world.offering(world.new_instructor("Bo Ek"), requires_enrollment=False)
        world.book(me, elsewhere, at(3, 10))
    if "price_changed" in breaks:
        sent["agreed_price"] = 100
    if "instructor_unavailable" in breaks:
        world.platform.run(_stop_teaching, acting(world.instructor), world)
    if "not_allowed" in breaks:
        sent["student_id"] = world.student().id
    if "not_found" in breaks:
        sent["offering_id"] = "off_unknown"
    if "invalid_input" in breaks:
        sent["scheduled_start"] = "soon"

    assert refusal(call(me).post("/api/sessions", sent)) == (status, code)


def _stop_teaching(work: UnitOfWork, world: World) -> None:
    work.db.get_one(InstructorCourse, (world.instructor.id, world.course.id)).is_active = False


def test_already_booked_comes_before_the_time_is_judged(
    student: Caller, free: Offering, world: World
) -> None:
    student.post("/api/sessions", body_for(free))
    world.clock.set(at(3, 9))  # too late to book it now

    assert refusal(student.post("/api/sessions", body_for(free))) == (409, "already_booked")


def test_a_full_group_is_said_to_be_full_before_the_student_is_said_to_be_busy(
    world: World, call: Call
) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=1)
    world.book(world.student(), group, at(3, 10))
    busy = world.student()
    world.book(busy, world.offering(world.new_instructor("Bo Ek")), at(3, 10))

    answer = call(busy).post("/api/sessions", body_for(group))

    assert refusal(answer) == (409, "session_full")


@pytest.mark.parametrize("code", ["slot_taken", "student_busy", "outside_availability", "session_full"])
def test_refusals_about_a_time_offer_three_that_can_be_booked(world: World, call: Call, code: str) -> None:
    me = world.student()
    group = code == "session_full"
    offering = world.offering(**({"session_type": SessionType.GROUP, "capacity": 1} if group else {}))
    start: datetime = at(3, 21 if code == "outside_availability" else 10)
    if code in ("slot_taken", "session_full"):
        world.book(world.student(), offering, at(3, 10))
    if code == "student_busy":
        world.book(me, world.offering(world.new_instructor("Bo Ek")), at(3, 10))

    answer = call(me).post("/api/sessions", body_for(offering, rfc3339(start)))

    assert refusal(answer)[1] == code
    offered = details(answer)["alternatives"]
    assert len(offered) == 3
    assert call(me).post("/api/sessions", body_for(offering, offered[0]["start"])).status_code == 201


# --- for whom


def test_a_guardian_books_for_a_child_and_nobody_elses(world: World, call: Call, free: Offering) -> None:
    child, other = world.student(email=None), world.student()
    guardian = call(world.guardian_of(child))

    body = guardian.post("/api/sessions", body_for(free)).json()
    assert body["confirmation"]["student"]["id"] == child.id
    assert refusal(
        guardian.post("/api/sessions", body_for(free, "2026-12-04T10:00:00Z", student_id=other.id))
    ) == (403, "not_allowed")


def test_a_guardian_of_several_must_say_for_whom(world: World, call: Call, free: Offering) -> None:
    guardian = call(world.guardian_of(world.student(email=None), world.student(email=None)))

    assert field(guardian.post("/api/sessions", body_for(free))) == "student_id"


def test_staff_book_for_anybody_who_exists(world: World, call: Call, free: Offering) -> None:
    staff = call(world.person("Ann Assist", Role.ASSISTANT))

    assert staff.post("/api/sessions", body_for(free, student_id=world.student().id)).status_code == 201
    unknown = staff.post("/api/sessions", body_for(free, "2026-12-04T10:00:00Z", student_id="usr_none"))
    assert refusal(unknown) == (404, "not_found")


# --- once


class TestIdempotency:
    def test_a_replay_repeats_status_and_body(self, student: Caller, free: Offering, world: World) -> None:
        first = student.post("/api/sessions", body_for(free), key="k1")
        again = student.post("/api/sessions", body_for(free), key="k1")

        assert (again.status_code, again.json()) == (201, first.json())
        assert len(world.booking_ids()) == 1

    def test_another_body_with_the_key_is_a_mismatch(self, student: Caller, free: Offering) -> None:
        student.post("/api/sessions", body_for(free), key="k1")

        answer = student.post("/api/sessions", body_for(free, "2026-12-04T10:00:00Z"), key="k1")

        assert refusal(answer) == (409, "idempotency_mismatch")

    def test_a_refusal_is_repeated_too(self, student: Caller, free: Offering, world: World) -> None:
        taken = world.book(world.student(), free, at(3, 10))
        assert refusal(student.post("/api/sessions", body_for(free), key="k1")) == (409, "slot_taken")
        world.platform.run(_free_again, acting(world.instructor), taken.booking.id)

        assert refusal(student.post("/api/sessions", body_for(free), key="k1")) == (409, "slot_taken")
        assert student.post("/api/sessions", body_for(free), key="k2").status_code == 201

    def test_keys_of_different_people_do_not_meet(self, world: World, call: Call) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=5)

        answers = [
            call(world.student()).post("/api/sessions", body_for(group), key="same").status_code
            for _ in range(2)
        ]

        assert answers == [201, 201]

    def test_many_at_once_with_one_key_book_once(self, student: Caller, free: Offering, world: World) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _: student.post("/api/sessions", body_for(free), key="k1"), range(8))
            )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len(world.booking_ids()) == 1


def _free_again(work: UnitOfWork, booking_id: str) -> None:
    cancellations.cancel(work, booking_id=booking_id)
