"""Who sees which bookings and sessions, what they are told, and how lists go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking, GuardianLink, Person
from sessions_app.models.catalogue import BookingMode, Modality, SessionType
from sessions_app.services import reviews
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import UnitOfWork
from tests.api.calls import Caller, field, refusal
from tests.services.statements import counted
from tests.services.world import World, acting, at, sign_in

Call = Callable[[Person], Caller]
KEYS = {
    "booking_id", "session_id", "status", "start", "end", "title", "instructor", "student", "price",
    "payment_status",
}  # fmt: skip


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked and answered is the same on both databases; the services' tests run on each."""
    return sqlite_url


def person(world: World, person_id: str) -> Person:
    return world.platform.read(lambda work: work.db.get_one(Person, person_id), Actor.system())


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["booking_id"] for item in answer.json()["items"]]


# --- lists


def test_a_list_holds_what_a_card_needs_the_latest_start_first(world: World, call: Call) -> None:
    student, offering = world.student(), world.offering()
    early = world.book(student, offering, at(3, 10)).booking.id
    late = world.book(student, offering, at(4, 10)).booking.id

    body = call(student).get("/api/sessions").json()

    assert [item["booking_id"] for item in body["items"]] == [late, early]
    assert body["next_cursor"] is None
    assert set(body["items"][0]) == KEYS
    assert body["items"][0] | {"session_id": ""} == {
        "booking_id": late,
        "session_id": "",
        "status": "scheduled",
        "start": "2026-12-04T10:00:00Z",
        "end": "2026-12-04T11:00:00Z",
        "title": "One-to-one session, Linear Algebra",
        "instructor": {"id": world.instructor.id, "name": "Ada Lindqvist"},
        "student": {"id": student.id, "name": "Noah Berger"},
        "price": {"amount": 0, "currency": "EUR", "credits": None},
        "payment_status": "not_required",
    }


def test_pages_hold_everything_once_although_rows_come_and_go(world: World, call: Call) -> None:
    student, offering = world.student(), world.offering()
    booked = [world.book(student, offering, at(day, 10)).booking.id for day in range(3, 8)]
    me = call(student)

    first = me.get("/api/sessions", limit=2)
    world.book(student, offering, at(9, 10))
    second = me.get("/api/sessions", limit=2, cursor=first.json()["next_cursor"])
    third = me.get("/api/sessions", limit=2, cursor=second.json()["next_cursor"])

    assert ids(first) + ids(second) + ids(third) == booked[::-1]
    assert third.json()["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"cursor": "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAsICJhIl0"}, "cursor"),
        ({"status": "lost"}, "status"),
        ({"startDate": "someday.."}, "start_date"),
    ],
)
def test_a_list_that_cannot_be_meant_is_422(
    world: World, call: Call, query: dict[str, Any], named: str
) -> None:
    assert field(call(world.student()).get("/api/sessions", **query)) == named


def test_a_status_may_be_a_word_of_any_document(world: World, call: Call) -> None:
    student, offering = world.student(), world.offering()
    scheduled = world.book(student, offering, at(3, 10)).booking.id
    pending = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(8, 10)).booking.id
    me = call(student)

    assert ids(me.get("/api/sessions", status="SCHEDULED")) == [scheduled]
    assert ids(me.get("/api/sessions", status="ACCEPTED")) == [scheduled]
    assert ids(me.get("/api/sessions", status="Pending")) == [pending]
    assert ids(me.get("/api/sessions", status="pending,scheduled")) == [pending, scheduled]
    assert ids(me.get("/api/sessions", status="in progress")) == []


def test_an_overdue_hold_reads_as_expired_before_anybody_swept_it(world: World, call: Call) -> None:
    student = world.student()
    held = world.hold(student, world.offering(), at(3, 10))
    me = call(student)
    assert ids(me.get("/api/sessions", status="held")) == [held.booking.id]

    world.clock.advance(minutes=10)

    assert ids(me.get("/api/sessions", status="held")) == []
    assert ids(me.get("/api/sessions", status="expired")) == [held.booking.id]
    body = me.get(f"/api/sessions/{held.session.id}").json()
    assert (body["status"], body["hold_expires_at"], body["can"]) == ("expired", None, [])


def test_a_start_date_is_the_first_instant_of_the_callers_date(world: World, call: Call) -> None:
    student, offering = world.student(zone="Asia/Tokyo"), world.offering()
    before = world.book(student, offering, at(3, 14)).booking.id
    after = world.book(student, offering, at(3, 16)).booking.id
    me = call(student)

    assert ids(me.get("/api/sessions", startDate="2026-12-04")) == [after]
    assert ids(me.get("/api/sessions", startDate="2026-12-04", timezone="UTC")) == []
    assert ids(me.get("/api/sessions", start_date="2026-12-03T14:00:00Z")) == [after, before]


def test_the_number_of_statements_does_not_grow_with_the_list(world: World, call: Call) -> None:
    student, offering = world.student(), world.offering(price_minor=1000, credits=1)
    world.give_credits(student, 20)
    for hour in (8, 10):
        world.book(student, offering, at(3, hour), pay_with=PayWith.CARD if hour == 8 else PayWith.CREDITS)
    me = call(student)
    me.get("/api/sessions")
    with counted(world.platform.engine) as before:
        me.get("/api/sessions")
    for hour in (12, 14, 16, 18):
        world.book(student, offering, at(3, hour), pay_with=PayWith.CREDITS)
    with counted(world.platform.engine) as after:
        me.get("/api/sessions")

    assert len(after) == len(before)


# --- who sees what


class TestOwnership:
    @pytest.fixture
    def cast(self, world: World, call: Call) -> dict[str, Caller]:
        student, stranger = world.student("Noah"), world.student("Mia")
        blind = world.person("Blind Guardian", Role.GUARDIAN)
        world.add(GuardianLink(guardian_id=blind.id, child_id=student.id, can_view=False))
        people = {
            "student": student,
            "guardian": world.guardian_of(student),
            "blind": blind,
            "instructor": world.instructor,
            "stranger": stranger,
            "other_guardian": world.guardian_of(stranger),
            "other_instructor": world.new_instructor("Bo Ek"),
            "assistant": world.person("Ann", Role.ASSISTANT),
            "admin": world.person("Rut", Role.ADMIN),
        }
        return {name: call(person) for name, person in people.items()}

    @pytest.mark.parametrize(
        ("who", "own", "of_student", "of_instructor"),
        [
            ("student", 1, 200, 404),
            ("guardian", 1, 200, 404),
            ("blind", 0, 404, 404),
            ("instructor", 1, 200, 200),
            ("stranger", 0, 404, 404),
            ("other_guardian", 0, 404, 404),
            ("other_instructor", 0, 404, 404),
            ("assistant", 1, 200, 200),
            ("admin", 1, 200, 200),
        ],
    )
    def test_lists(
        self,
        world: World,
        cast: dict[str, Caller],
        who: str,
        own: int,
        of_student: int,
        of_instructor: int,
    ) -> None:
        world.book(cast["student"].person, world.offering(), at(3, 10))
        caller = cast[who]

        assert len(ids(caller.get("/api/sessions"))) == own
        for path, status in (
            (f"/api/sessions?userId={cast['student'].id}", of_student),
            (f"/api/session-bookings/student/{cast['student'].id}", of_student),
            (f"/api/sessions?user_id={cast['instructor'].id}", of_instructor),
            (f"/api/session-bookings/instructor/{cast['instructor'].id}", of_instructor),
        ):
            answer = caller.get(path)
            assert answer.status_code == status, path
            if status == 200:
                assert len(ids(answer)) == 1
        for path in ("/api/sessions?userId=usr_none", "/api/session-bookings/student/usr_none"):
            assert refusal(caller.get(path)) == (404, "not_found")

    def test_an_instructor_sees_of_a_student_only_what_they_teach_them(
        self, world: World, cast: dict[str, Caller]
    ) -> None:
        student = cast["student"].person
        mine = world.book(student, world.offering(), at(3, 10)).booking.id
        world.book(student, world.offering(cast["other_instructor"].person), at(4, 10))

        assert ids(cast["instructor"].get(f"/api/session-bookings/student/{student.id}")) == [mine]

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("student", 200),
            ("guardian", 200),
            ("blind", 403),
            ("instructor", 200),
            ("stranger", 404),
            ("other_guardian", 404),
            ("other_instructor", 404),
            ("assistant", 200),
            ("admin", 200),
        ],
    )
    @pytest.mark.parametrize("part", ["", "/calendar-export"])
    def test_one_session(
        self, world: World, cast: dict[str, Caller], who: str, status: int, part: str
    ) -> None:
        placed = world.book(cast["student"].person, world.offering(), at(3, 10))

        assert cast[who].get(f"/api/sessions/{placed.session.id}{part}").status_code == status
        assert refusal(cast[who].get(f"/api/sessions/ses_none{part}")) == (404, "not_found")

    @pytest.mark.parametrize(
        ("who", "to", "status"),
        [
            ("student", "CONFIRMED", 200),
            ("student", "CANCELLED", 200),
            ("student", "ACCEPTED", 403),
            ("student", "REJECTED", 403),
            ("guardian", "CONFIRMED", 200),
            ("guardian", "CANCELLED", 200),
            ("blind", "CANCELLED", 200),
            ("instructor", "CANCELLED", 200),
            ("instructor", "CONFIRMED", 403),
            ("instructor", "ACCEPTED", 409),
            ("assistant", "CONFIRMED", 200),
            ("assistant", "CANCELLED", 200),
            ("stranger", "CANCELLED", 404),
            ("stranger", "ACCEPTED", 404),
            ("other_guardian", "CANCELLED", 404),
            ("other_instructor", "CANCELLED", 404),
        ],
    )
    def test_changing_the_status(
        self, world: World, cast: dict[str, Caller], who: str, to: str, status: int
    ) -> None:
        placed = world.book(cast["student"].person, world.offering(), at(3, 10))

        answer = cast[who].patch(f"/api/sessions/{placed.session.id}/status", {"status": to})

        if who == "blind":  # may cancel, but not look: nothing happens half-way
            assert refusal(answer) == (403, "not_allowed")
            assert world.booking(placed.booking.id).status == "scheduled"
        else:
            assert answer.status_code == status
            if status == 200:
                assert answer.json()["status"] == to.lower()


# --- one session


def test_a_session_says_what_it_is_and_what_can_be_done(world: World, call: Call) -> None:
    student, offering = world.student(zone="Asia/Tokyo"), world.offering(price_minor=3200)
    placed = world.book(student, offering, at(3, 10))

    body = call(student).get(f"/api/sessions/{placed.session.id}").json()

    assert set(body) > KEYS | {"timezone", "course_id", "hold_expires_at", "join_url", "can"}
    assert (body["status"], body["timezone"]) == ("held", "Asia/Tokyo")
    assert body["course_id"] == world.course.id
    assert body["hold_expires_at"] == "2026-12-01T12:10:00Z"
    assert body["join_url"] is None
    assert body["can"] == ["cancel", "pay"]
    assert body["payment_status"] == "due"
    assert body["seats"] is None


def test_a_session_tells_the_students_review_and_to_others_only_what_is_public(
    world: World, call: Call
) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))

    def seen_by(person: Person) -> tuple[int | None, str | None]:
        body = call(person).get(f"/api/sessions/{placed.session.id}").json()
        return body["rating"], body["feedback"]

    assert seen_by(student) == (None, None)
    world.clock.set(at(3, 12))
    end(world, placed)
    review = world.platform.run(
        reviews.write, acting(student), booking_id=placed.booking.id, rating=4, body="Clear and patient."
    )
    assert seen_by(student) == seen_by(world.instructor) == (4, "Clear and patient.")
    staff = world.person("Ann", Role.ASSISTANT)
    world.platform.run(reviews.report, acting(world.instructor), review_id=review.id, reason="Not mine")
    world.platform.run(reviews.decide, acting(staff), review_id=review.id, hide=True)
    assert seen_by(student) == (4, "Clear and patient.")
    assert seen_by(world.instructor) == (None, None)


def end(world: World, placed: Placed) -> None:
    """The session is over, as its end would write it."""

    def store(work: UnitOfWork) -> None:
        work.db.get_one(Booking, placed.booking.id).status = BookingStatus.COMPLETED

    world.platform.run(store, Actor.system())


def test_what_can_be_done_follows_role_and_time(world: World, call: Call) -> None:
    student = world.student()
    session = world.book(student, world.offering(), at(3, 10)).session
    pending = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(8, 10)).session

    def can(person: Person, of: str) -> list[str]:
        found: list[str] = call(person).get(f"/api/sessions/{of}").json()["can"]
        return found

    assert can(student, session.id) == ["cancel", "confirm_attendance", "reschedule"]
    assert can(world.instructor, session.id) == ["cancel", "reschedule"]
    assert can(student, pending.id) == ["cancel"]
    assert can(world.instructor, pending.id) == ["accept", "cancel", "reject"]
    world.clock.set(at(3, 0))
    assert can(student, session.id) == ["cancel", "confirm_attendance"]  # too late to move it


def test_the_join_page_is_told_once_the_seat_is_final_and_there_is_a_room(world: World, call: Call) -> None:
    student = world.student()
    online = world.book(student, world.offering(), at(3, 10)).session
    in_person = world.book(
        student, world.offering(modality=Modality.IN_PERSON, place="Library"), at(3, 14)
    ).session
    me = call(student)

    assert me.get(f"/api/sessions/{online.id}").json()["join_url"] == (
        f"http://localhost:8000/session/{online.id}/room"
    )
    assert me.get(f"/api/sessions/{in_person.id}").json()["join_url"] is None


class TestAGroup:
    @pytest.fixture
    def seats(self, world: World) -> list[Any]:
        group = world.offering(session_type=SessionType.GROUP, capacity=5)
        return [world.book(world.student(name), group, at(3, 10)) for name in ("Noah", "Mia", "Leo")]

    def test_everybody_sees_their_own_seat_and_nobody_elses(
        self, world: World, call: Call, seats: list[Any]
    ) -> None:
        session_id = seats[0].session.id
        noah = call(person(world, seats[0].booking.student_id))

        body = noah.get(f"/api/sessions/{session_id}").json()

        assert body["booking_id"] == seats[0].booking.id
        assert body["seats"] is None
        assert "Mia" not in str(body)
        assert "Mia" not in noah.get(f"/api/sessions/{session_id}/calendar-export").text

    def test_its_instructor_sees_the_session_and_every_seat(
        self, world: World, call: Call, seats: list[Any]
    ) -> None:
        teacher = call(world.instructor)

        body = teacher.get(f"/api/sessions/{seats[0].session.id}").json()

        assert (body["status"], body["booking_id"], body["student"]) == ("scheduled", None, None)
        assert {seat["student"]["name"] for seat in body["seats"]} == {"Noah", "Mia", "Leo"}

    def test_a_seat_is_left_alone_and_the_session_ends_for_all(
        self, world: World, call: Call, seats: list[Any]
    ) -> None:
        path = f"/api/sessions/{seats[0].session.id}/status"
        noah = call(person(world, seats[0].booking.student_id))
        teacher = call(world.instructor)

        assert noah.patch(path, {"status": "CANCELLED"}).json()["status"] == "cancelled"
        assert [world.booking(s.booking.id).status for s in seats] == ["cancelled", "scheduled", "scheduled"]
        one = teacher.patch(path, {"status": "cancelled", "bookingId": seats[1].booking.id})
        assert one.json()["status"] == "scheduled"
        assert [world.booking(s.booking.id).status for s in seats] == ["cancelled", "cancelled", "scheduled"]
        assert teacher.patch(path, {"status": "CANCELLED", "notes": "Ill"}).json()["status"] == "cancelled"
        assert world.booking(seats[2].booking.id).cancel_reason == "Ill"
        assert refusal(teacher.patch(path, {"status": "CANCELLED"})) == (409, "invalid_transition")

    def test_requests_are_answered_seat_by_seat(self, world: World, call: Call) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=5, booking_mode=BookingMode.REQUEST)
        asked = [world.book(world.student(), group, at(8, 10)) for _ in range(2)]
        path = f"/api/sessions/{asked[0].session.id}/status"
        teacher = call(world.instructor)

        assert teacher.get(path.removesuffix("/status")).json()["status"] == "pending"
        assert field(teacher.patch(path, {"status": "ACCEPTED"})) == "booking_id"
        assert refusal(teacher.patch(path, {"status": "ACCEPTED", "booking_id": "bkg_none"})) == (
            404,
            "not_found",
        )
        first = teacher.patch(
            path, {"status": "ACCEPTED", "booking_id": asked[0].booking.id, "notes": "Welcome"}
        )
        assert first.json()["status"] == "scheduled"
        assert world.booking(asked[0].booking.id).instructor_response == "Welcome"
        teacher.patch(path, {"status": "REJECTED"})  # one request is left, so it is clear which
        assert world.booking(asked[1].booking.id).status == "rejected"


@pytest.mark.parametrize("status", ["", "DONE", None, 5, "held"])
def test_a_status_nobody_can_ask_for_is_422(world: World, call: Call, status: object) -> None:
    student = world.student()
    session = world.book(student, world.offering(), at(3, 10)).session

    assert field(call(student).patch(f"/api/sessions/{session.id}/status", {"status": status})) == "status"


def test_nobody_confirms_what_has_begun(world: World, call: Call) -> None:
    student = world.student()
    session = world.book(student, world.offering(), at(3, 10)).session
    world.clock.set(at(3, 10))

    answer = call(student).patch(f"/api/sessions/{session.id}/status", {"status": "CONFIRMED"})

    assert refusal(answer) == (409, "too_late")


# --- the calendar file


def test_the_calendar_file_is_the_same_by_get_and_post(world: World, call: Call) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))
    me, path = call(student), f"/api/sessions/{placed.session.id}/calendar-export"

    by_get, by_post = me.get(path, format="ics"), me.post(f"{path}?format=ics")

    assert by_get.text == by_post.text
    assert by_get.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "session.ics" in by_get.headers["content-disposition"]
    assert "METHOD:PUBLISH" in by_get.text
    assert "DTSTART:20261203T100000Z" in by_get.text
    assert f"UID:{placed.booking.id}@" in by_get.text
    assert "with Ada" in by_get.text
    assert "with Noah" in call(world.instructor).get(path).text
    assert field(me.get(path, format="pdf")) == "format"


def test_a_link_in_our_own_pages_downloads_the_file_by_the_browsers_login(
    world: World, api: Any, platform: Any
) -> None:
    student = world.student()
    placed = world.book(student, world.offering(), at(3, 10))
    path = f"/api/sessions/{placed.session.id}/calendar-export"
    cookie = {"Cookie": f"sid={sign_in(platform, student)}"}

    assert api.get(path, headers=cookie).status_code == 200
    assert refusal(api.post(path, headers=cookie)) == (401, "unauthenticated")
    assert refusal(api.get(path)) == (401, "unauthenticated")


def test_another_method_names_every_right_one(world: World, call: Call) -> None:
    answer = call(world.student()).send("DELETE", "/api/sessions/ses_1/calendar-export", b"")

    assert refusal(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
