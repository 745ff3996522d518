"""``GET /api/feeds/{token}.ics``: read without signing in, by those who know the address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from sessions_app.models import Person
from sessions_app.services import feeds
from tests.api.calls import refusal
from tests.services.world import World, acting, at


@pytest.fixture
def student(world: World) -> Person:
    student = world.student()
    world.book(student, world.offering(), at(3, 10))
    return student


@pytest.fixture
def path(world: World, student: Person) -> str:
    return urlsplit(world.platform.run(feeds.renew, acting(student))).path


def test_a_calendar_program_reads_the_address_without_signing_in(api: TestClient, path: str) -> None:
    answer = api.get(path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.text)
    assert calendar["method"] == "PUBLISH"
    assert [str(event["status"]) for event in calendar.walk("VEVENT")] == ["CONFIRMED"]


def test_an_unchanged_file_is_not_sent_again(api: TestClient, path: str) -> None:
    etag = api.get(path).headers["etag"]

    for sent in (etag, f'W/{etag}, "other"', "*"):
        again = api.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_address_that_is_unknown_or_ended_is_not_found(
    api: TestClient, world: World, student: Person, path: str
) -> None:
    world.platform.run(feeds.renew, acting(student))

    for gone in (path, "/api/feeds/unknown.ics", "/api/feeds/%C3%A9.ics"):
        assert refusal(api.get(gone)) == (404, "not_found")
