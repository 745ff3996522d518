"""Bad input is refused in the contract's words, and nobody takes more than their share."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from sessions_app.api.app import beside, build_api
from sessions_app.api.protection import MAX_BODY_BYTES, client_address
from sessions_app.domain.permissions import Role
from sessions_app.services import accounts, api_tokens
from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.doubles.limiter import ClockedLimiter

JSON = {"content-type": "application/json"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules of this layer are the same on both databases; the services' tests run on each."""
    return sqlite_url


def error(answer: Response) -> dict[str, Any]:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "field", "details"}
    facts: dict[str, Any] = body["error"]
    return facts


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, error(answer)["code"]


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/auth", "/api/auth/token/", "/api/a\x00b"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_paths_are_404_in_json(api: TestClient, path: str, method: str) -> None:
    assert code(api.request(method, path.replace("\x00", "%00"))) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/auth/token"), ("PATCH", "/api/me"), ("GET", "/api/auth/login")]
)
def test_other_methods_are_405_and_name_the_right_one(api: TestClient, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert code(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[",
        b"nonsense",
        b'{"email": "a"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
    ids=["open", "empty", "list", "word", "half", "bytes", "deep", "digits"],
)
def test_a_body_that_is_not_json_is_refused(api: TestClient, body: bytes) -> None:
    answer = api.post("/api/auth/token", content=body, headers=JSON)
    assert code(answer)[1] == "invalid_input"
    assert answer.status_code == (400 if body else 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "a@example.org"}, "password"),
        ({"email": 7, "password": "x"}, "email"),
        ({"email": None, "password": "x"}, "email"),
        ({"email": ["a"], "password": "x"}, "email"),
        ({"email": "a" * 255, "password": "x"}, "email"),
        ([], None),
        ("text", None),
        (None, None),
    ],
)
def test_a_field_that_breaks_its_rule_is_422_and_named(api: TestClient, body: Any, field: str | None) -> None:
    answer = api.post("/api/auth/token", json=body)
    assert code(answer) == (422, "invalid_input")
    assert error(answer)["field"] == field


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "ok\udfff"], ids=["nul", "high", "low"])
def test_a_text_no_database_stores_is_422(api: TestClient, text: str) -> None:
    content = json.dumps({"email": text, "password": "x"})
    assert code(api.post("/api/auth/token", content=content, headers=JSON)) == (422, "invalid_input")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_another_media_type_is_415(api: TestClient, kind: str) -> None:
    answer = api.post("/api/auth/token", content=b'{"email": "a"}', headers={"content-type": kind})
    assert code(answer) == (415, "unsupported_media_type")


def test_a_large_body_is_413_by_what_it_announces(api: TestClient) -> None:
    content = b'"' + b"x" * MAX_BODY_BYTES + b'"'
    assert code(api.post("/api/auth/token", content=content, headers=JSON)) == (413, "too_large")


def test_a_large_body_is_413_while_it_streams_and_is_not_read_to_its_end(api: TestClient) -> None:
    sent: list[int] = []

    def ten_megabytes() -> Iterator[bytes]:
        for number in range(100):
            sent.append(number)
            yield b"x" * 100_000

    assert code(api.post("/api/auth/token", content=ten_megabytes(), headers=JSON)) == (413, "too_large")


def test_a_large_form_is_413(api: TestClient) -> None:
    headers = {"origin": "http://localhost:8000"}
    answer = api.post("/api/auth/login", data={"email": "x" * MAX_BODY_BYTES}, headers=headers)
    assert code(answer) == (413, "too_large")


def test_a_query_with_nul_is_422(api: TestClient) -> None:
    assert code(api.get("/api/me?x=%00")) == (422, "invalid_input")


def test_what_breaks_is_500_with_a_reference_and_no_detail(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    app = build_api(platform, Identities(platform))

    @app.get("/api/broken")
    def broken() -> None:
        raise ZeroDivisionError("the secret of it")

    with TestClient(app) as client, caplog.at_level(logging.ERROR):
        answer = client.get("/api/broken")
    assert code(answer) == (500, "internal_error")
    assert "secret" not in answer.text
    assert error(answer)["details"]["reference"] in caplog.text
    assert "the secret of it" in caplog.text


def test_the_api_stands_beside_the_pages(platform: Platform) -> None:
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    pages = Starlette(routes=[Route("/{rest:path}", lambda request: PlainTextResponse("a page"))])
    with TestClient(beside(build_api(platform, Identities(platform)), pages)) as client:
        assert client.get("/apiary").text == "a page"
        assert client.get("/").text == "a page"
        assert code(client.get("/api/nothing")) == (404, "not_found")


def test_the_reference_page_lists_every_operation_without_script(api: TestClient) -> None:
    page = api.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    for path in api.get("/api/openapi.json").json()["paths"]:
        assert path in page.text


def test_every_operation_documents_what_it_may_answer(api: TestClient) -> None:
    document = api.get("/api/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            documented = set(operation["responses"])
            assert {"422", "429", "503"} <= documented, (method, path)
            for status, response in operation["responses"].items():
                if status >= "400":
                    schema = response["content"]["application/json"]["schema"]
                    assert schema == {"$ref": "#/components/schemas/ErrorBody"}, (method, path, status)


# shares


@pytest.fixture
def limited(platform: Platform, clock: StoppedClock) -> Iterator[TestClient]:
    settings = parse_settings(rate_limit_per_minute=5, database_url=platform.settings.database_url)
    shared = replace(platform, limiter=ClockedLimiter(clock), settings=settings)
    with TestClient(build_api(shared, Identities(shared))) as client:
        yield client


def bearer(platform: Platform, email: str) -> dict[str, str]:
    accounts.sign_up(
        platform, name="X", email=email, password="correct horse", role=Role.STUDENT, timezone="UTC"
    )
    pair = api_tokens.sign_in(platform, email=email, password="correct horse", address="here")
    return {"authorization": f"Bearer {pair.access_token}"}


def test_the_call_beyond_the_share_is_429_until_the_minute_is_over(
    limited: TestClient, clock: StoppedClock
) -> None:
    assert {limited.get("/api/nothing").status_code for _ in range(5)} == {404}
    refused = limited.get("/api/nothing")
    assert code(refused) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "60"
    clock.advance(seconds=60)
    assert limited.get("/api/nothing").status_code == 404


def test_each_caller_has_a_share_and_a_forged_token_buys_none(
    limited: TestClient, platform: Platform
) -> None:
    ada, grace = bearer(platform, "ada@example.org"), bearer(platform, "grace@example.org")
    for _ in range(5):
        limited.get("/api/me", headers={"authorization": f"Bearer forged{_}"})
    assert limited.get("/api/me", headers={"authorization": "Bearer forged"}).status_code == 429
    assert {limited.get("/api/me", headers=ada).status_code for _ in range(5)} == {200}
    assert limited.get("/api/me", headers=ada).status_code == 429
    assert limited.get("/api/me", headers=grace).status_code == 200


@pytest.mark.parametrize(
    ("hops", "peer", "forwarded", "address"),
    [
        (0, "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (1, "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "forged, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1", "forged, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "10.0.0.1", "198.51.100.1", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (0, "testclient", "", "unknown"),
    ],
)
def test_an_address_is_the_peers_or_what_our_own_proxies_say(
    hops: int, peer: str, forwarded: str, address: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "client": (peer, 1234), "headers": headers}
    assert client_address(scope, parse_settings(trusted_proxy_hops=hops)) == address


def test_a_forwarded_address_buys_no_share(limited: TestClient) -> None:
    answers = [
        limited.get("/api/nothing", headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code
        for number in range(6)
    ]
    assert answers[-1] == 429


def test_zero_switches_the_share_off(platform: Platform, clock: StoppedClock) -> None:
    settings = parse_settings(rate_limit_per_minute=0, database_url=platform.settings.database_url)
    open_to_all = replace(platform, limiter=ClockedLimiter(clock), settings=settings)
    with TestClient(build_api(open_to_all, Identities(open_to_all))) as client:
        assert {client.get("/api/nothing").status_code for _ in range(700)} == {404}
