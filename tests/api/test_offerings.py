from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from sessions_app.domain.permissions import Role
from sessions_app.models import Person
from tests.api.calls import Caller, details, field, refusal
from tests.api.conftest import ORIGIN
from tests.services.world import World, at, sign_in

Call = Callable[[Person], Caller]
PDF = b"%PDF-1.7\n% a worksheet"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The services' tests run on both kinds of database."""
    return sqlite_url


def wanted(world: World, **changes: Any) -> dict[str, Any]:
    return {"title": "Proofs", "course_id": world.course.id, "duration_minutes": 60, "amount": 3200} | changes


def send_file(
    caller: Caller, offering_id: str, *, name: str = "Worksheet.pdf", content: bytes = PDF, **form: Any
) -> Response:
    return caller._api.post(
        f"/api/offerings/{offering_id}/materials",
        files={"file": (name, content, "application/pdf")},
        headers=caller._headers(None),
        **form,
    )


def test_an_offering_is_made_read_changed_and_switched(world: World, call: Call) -> None:
    host = call(world.instructor)
    made = host.post("/api/offerings", wanted(world))
    assert made.status_code == 201
    offering = made.json()
    assert offering["price"] == {"amount": 3200, "currency": "EUR", "credits": None}
    assert offering["book_url"] == f"/book/{world.instructor.id}?offering={offering['id']}"
    assert host.get(f"/api/offerings/{offering['id']}").json() == offering
    assert host.get("/api/offerings").json() == {"items": [offering], "next_cursor": None}

    changed = host.patch(f"/api/offerings/{offering['id']}", {"title": "Proofs, slowly", "amount": 0})
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["price"]["amount"]) == ("Proofs, slowly", 0)
    assert changed.json()["duration_minutes"] == 60

    off = host.patch(f"/api/offerings/{offering['id']}", {"isActive": False})
    assert not off.json()["is_active"]
    listed = call(world.student()).get(f"/api/courses/{world.course.id}/sts").json()["items"]
    assert listed == []


def test_the_words_of_the_documents_are_understood(world: World, call: Call) -> None:
    made = call(world.instructor).post(
        "/api/offerings",
        {
            "title": "Group hour",
            "courseId": world.course.id,
            "basePrice": 1500,
            "currency": "eur",
            "duration": 90,
            "topicType": "FLEXIBLE",
            "sessionType": "GROUP",
            "maxStudents": 6,
            "bookingMode": "REQUEST",
            "isActive": False,
            "instructorId": world.instructor.id,
        },
    )
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["session_type"], body["topic_type"], body["booking_mode"]) == (
        "group",
        "flexible",
        "request",
    )
    assert (body["capacity"], body["duration_minutes"], body["amount"]) == (6, 90, 1500)
    one = call(world.instructor).patch(f"/api/offerings/{body['id']}", {"sessionType": "1-to-1"})
    assert (one.json()["session_type"], one.json()["capacity"]) == ("individual", 1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"title": ""}, "title"),
        ({"amount": -1}, "amount"),
        ({"amount": 10**12}, "amount"),
        ({"amount": 32.5}, "amount"),
        ({"amount": "32"}, "amount"),
        ({"credits": -1}, "credits"),
        ({"currency": "USD"}, "currency"),
        ({"duration_minutes": 20}, "duration_minutes"),
        ({"duration_minutes": 10**30}, "duration_minutes"),
        ({"session_type": "group", "capacity": 21}, "capacity"),
        ({"session_type": "group", "capacity": 5, "minimum_seats": 6}, "minimum_seats"),
        ({"session_type": "crowd"}, "session_type"),
        ({"modality": "in_person"}, "place"),
        ({"visibility": "friends"}, "visibility"),
        ({"cancellation_policy": "never"}, "cancellation_policy"),
        ({"course_id": "crs_unknown"}, "course_id"),
        ({"course_id": None}, "course_id"),
        ({"title": "a\x00b"}, None),
    ],
)
def test_bad_input_is_422_with_its_field_and_nothing_is_stored(
    world: World, call: Call, changes: dict[str, Any], named: str | None
) -> None:
    host = call(world.instructor)
    assert field(host.post("/api/offerings", wanted(world, **changes))) == named
    assert host.get("/api/offerings").json()["items"] == []
    kept = host.post("/api/offerings", wanted(world)).json()
    assert field(host.patch(f"/api/offerings/{kept['id']}", changes)) == named
    assert host.get(f"/api/offerings/{kept['id']}").json() == kept


def test_all_that_is_wrong_is_told_at_once(world: World, call: Call) -> None:
    answer = call(world.instructor).post("/api/offerings", wanted(world, title="", amount=-5))
    assert set(details(answer)["fields"]) == {"title", "amount"}


def test_another_instructors_offerings_do_not_exist(world: World, call: Call) -> None:
    offering = call(world.instructor).post("/api/offerings", wanted(world)).json()
    address = f"/api/offerings/{offering['id']}"
    for person in (world.new_instructor("Omar"), world.student()):
        caller = call(person)
        for answer in (
            caller.get(address),
            caller.patch(address, {"title": "Mine"}),
            caller.patch(address, {}),
            caller.post(f"{address}/duplicate"),
            caller.get(f"{address}/materials"),
            send_file(caller, offering["id"]),
            caller.get("/api/offerings", instructor_id=world.instructor.id),
            caller.post("/api/offerings", wanted(world, instructor_id=world.instructor.id)),
        ):
            assert refusal(answer) == (404, "not_found")
    assert refusal(call(world.student()).get("/api/offerings")) == (403, "not_allowed")
    assert call(world.instructor).get(address).json() == offering


def test_staff_manage_for_an_instructor(world: World, call: Call) -> None:
    staff = call(world.person("Ann", Role.ASSISTANT))
    made = staff.post("/api/offerings", wanted(world, coachId=world.instructor.id)).json()
    assert made["instructor_id"] == world.instructor.id
    assert staff.get("/api/offerings", st_id=world.instructor.id).json()["items"] == [made]


def test_copies_and_order(world: World, call: Call) -> None:
    host = call(world.instructor)
    one, two = (host.post("/api/offerings", wanted(world, title=title)).json()["id"] for title in "AB")
    copy = host.post(f"/api/offerings/{one}/duplicate").json()
    assert (copy["title"], copy["is_active"]) == ("A (copy)", False)
    put = host.send(
        "PUT", "/api/offerings/order", f'{{"ids": [], "offeringIds": ["{two}", "{one}"]}}'.encode()
    )
    assert field(put) == "offering_ids"
    body = f'{{"offeringIds": ["{two}", "{copy["id"]}", "{one}"]}}'
    assert host.send("PUT", "/api/offerings/order", body.encode()).status_code == 204
    assert [item["id"] for item in host.get("/api/offerings").json()["items"]] == [two, copy["id"], one]


def test_without_a_token_nothing_is_said(api: TestClient, world: World) -> None:
    offering = world.offering()
    for method, path in (
        ("GET", "/api/offerings"),
        ("POST", "/api/offerings"),
        ("GET", f"/api/offerings/{offering.id}"),
        ("GET", f"/api/offerings/{offering.id}/materials"),
        ("POST", f"/api/offerings/{offering.id}/materials"),
        ("GET", "/api/materials/mat_unknown"),
        ("DELETE", "/api/materials/mat_unknown"),
    ):
        body = wanted(world) if method == "POST" else None
        assert refusal(api.request(method, path, json=body)) == (401, "unauthenticated")


# --- files


def test_a_file_is_served_as_an_attachment_to_who_has_a_seat(world: World, call: Call) -> None:
    offering = world.offering()
    host, student = call(world.instructor), call(world.student())
    made = send_file(host, offering.id, name="Übung 1.pdf")
    assert made.status_code == 201, made.text
    address = made.json()["url"]
    assert refusal(student.get(address)) == (404, "not_found")

    world.book(student.person, offering, at(3, 10))
    got = student.get(address)
    assert (got.status_code, got.content) == (200, PDF)
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"] == (
        "attachment; filename=\"_bung 1.pdf\"; filename*=UTF-8''%C3%9Cbung%201.pdf"
    )
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "no-store" in got.headers["cache-control"]
    assert student.get(f"/api/offerings/{offering.id}/materials").json()["items"] == [made.json()]

    assert refusal(student.send("DELETE", address, b"")) == (404, "not_found")
    assert host.send("DELETE", address, b"").status_code == 204
    assert refusal(student.get(address)) == (404, "not_found")


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("Worksheet.pdf", b"MZ\x90\x00", (415, "unsupported_media_type")),
        ("Worksheet.docx", PDF, (415, "unsupported_media_type")),
        ("page.html", b"<script>1</script>", (415, "unsupported_media_type")),
        ("Worksheet.pdf", b"", (422, "invalid_input")),
        ("Worksheet.pdf", PDF + bytes(21_000_000), (413, "too_large")),
        ("Worksheet.pdf", PDF + bytes(50_000_000), (413, "too_large")),
    ],
)
def test_what_is_too_large_or_mislabelled_is_refused_at_its_field(
    world: World, call: Call, name: str, content: bytes, answer: tuple[int, str]
) -> None:
    offering = world.offering()
    host = call(world.instructor)
    refused = send_file(host, offering.id, name=name, content=content)
    assert refusal(refused) == answer
    assert refused.json()["error"]["field"] == "file"
    assert host.get(f"/api/offerings/{offering.id}/materials").json()["items"] == []


def test_what_is_no_form_or_holds_no_file_is_refused(world: World, call: Call) -> None:
    host = call(world.instructor)
    address = f"/api/offerings/{world.offering().id}/materials"
    assert refusal(host.post(address, {"file": "x"})) == (415, "unsupported_media_type")
    empty = host.send("POST", address, b"--x--\r\n", media_type="multipart/form-data; boundary=x")
    assert field(empty) == "file"
    broken = host.send("POST", address, b"--", media_type="multipart/form-data")
    assert broken.status_code == 400


def test_other_bodies_keep_their_own_limit(world: World, call: Call) -> None:
    large = call(world.instructor).post("/api/offerings", wanted(world, description="x" * 1_100_000))
    assert refusal(large) == (413, "too_large")


@pytest.mark.parametrize("path", ["../../sessions.db", "..%2f..%2fsessions.db", "%2e%2e/%2e%2e/sessions.db"])
def test_no_address_leads_out_of_the_folder(world: World, call: Call, path: str) -> None:
    assert call(world.instructor).get(f"/api/materials/{path}").status_code == 404


def test_our_own_pages_upload_by_their_cookie_and_other_sites_do_not(api: TestClient, world: World) -> None:
    offering = world.offering()
    api.cookies.set("sid", sign_in(world.platform, world.instructor))

    def post(headers: dict[str, str]) -> Response:
        return api.post(
            f"/api/offerings/{offering.id}/materials", files={"file": ("a.pdf", PDF)}, headers=headers
        )

    assert refusal(post({"Origin": "https://evil.example"})) == (403, "not_allowed")
    assert refusal(post({})) == (403, "not_allowed")
    made = post({"Origin": ORIGIN})
    assert made.status_code == 201
    assert api.get(made.json()["url"]).content == PDF
