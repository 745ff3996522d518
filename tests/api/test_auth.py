"""Signing in from outside: tokens for programs, forms for our own pages, and nothing for anybody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Response
from starlette.testclient import TestClient

from sessions_app.domain.permissions import Role
from sessions_app.services import accounts
from sessions_app.services.identity import Identity
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.api.conftest import ORIGIN
from tests.doubles.clock import StoppedClock
from tests.doubles.limiter import ClockedLimiter
from tests.services.world import World

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules of this layer are the same on both databases; the services' tests run on each."""
    return sqlite_url


@pytest.fixture
def platform(platform: Platform, clock: StoppedClock) -> Platform:
    return replace(platform, limiter=ClockedLimiter(clock))


@pytest.fixture
def ada(platform: Platform) -> Identity:
    return accounts.sign_up(
        platform, name="Ada", email=EMAIL, password=PASSWORD, role=Role.STUDENT, timezone="Europe/Paris"
    )


def tokens(api: TestClient, email: str = EMAIL, password: str = PASSWORD) -> Response:
    return api.post("/api/auth/token", json={"email": email, "password": password})


def post(api: TestClient, form: str, origin: str | None = ORIGIN, **fields: str) -> Response:
    headers = {} if origin is None else {"origin": origin}
    return api.post(f"/api/auth/{form}", data=fields, headers=headers)


def led_to(answer: Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert not parts.netloc
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


# tokens


def test_a_token_opens_the_api_for_its_person(api: TestClient, ada: Identity) -> None:
    given = tokens(api).json()
    assert (given["token_type"], given["expires_in"]) == ("bearer", 900)
    me = api.get("/api/me", headers={"authorization": f"Bearer {given['access_token']}"})
    assert me.json() == {
        "id": ada.person_id,
        "email": EMAIL,
        "name": "Ada",
        "role": "student",
        "timezone": "Europe/Paris",
    }


def test_a_replayed_refresh_token_is_refused_and_so_is_what_it_had_given(
    api: TestClient, ada: Identity
) -> None:
    first = tokens(api).json()
    second = api.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
    replayed = api.post("/api/auth/refresh", json={"refreshToken": first["refresh_token"]})
    assert code(replayed) == (401, "unauthenticated")
    ended = api.post("/api/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert code(ended) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic YWRhOng=", "nonsense", "Bearer a.b.c", "bearer \u00e9"]
)
def test_what_is_not_a_token_of_ours_is_refused(api: TestClient, header: str) -> None:
    answer = api.get("/api/me", headers={"authorization": header.encode("latin-1")})  # type: ignore[dict-item]
    assert code(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_cookie_alone_opens_no_api_call(api: TestClient, ada: Identity) -> None:
    post(api, "login", email=EMAIL, password=PASSWORD)
    assert "sid" in api.cookies
    assert code(api.get("/api/me")) == (401, "unauthenticated")


def test_a_deactivated_persons_token_ends_within_five_seconds(
    api: TestClient, ada: Identity, platform: Platform, clock: StoppedClock
) -> None:
    from sessions_app.domain.permissions import Actor
    from sessions_app.models import Person

    headers = {"authorization": f"Bearer {tokens(api).json()['access_token']}"}
    assert api.get("/api/me", headers=headers).status_code == 200
    platform.run(
        lambda work: setattr(work.db.get_one(Person, ada.person_id), "deactivated_at", work.now),
        Actor.system(),
    )
    clock.advance(seconds=5)
    assert code(api.get("/api/me", headers=headers)) == (401, "unauthenticated")


def test_wrong_and_unknown_are_answered_alike(api: TestClient, ada: Identity) -> None:
    wrong, unknown = tokens(api, password="wrong password"), tokens(api, email="nobody@example.org")
    assert code(wrong) == (401, "unauthenticated")
    assert wrong.json() == unknown.json()


def test_the_eleventh_try_after_ten_failures_is_429_with_the_time_to_wait(
    api: TestClient, ada: Identity
) -> None:
    for _ in range(10):
        assert tokens(api, password="wrong password").status_code == 401
    refused = tokens(api)
    assert code(refused) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "900"


def test_fifty_people_who_sign_in_at_once_all_get_in(api: TestClient, platform: Platform) -> None:
    def come_in(number: int) -> int:
        email = f"person{number}@example.org"
        post(api, "signup", name="Somebody", email=email, password=PASSWORD)
        return tokens(api, email=email).status_code

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(come_in, range(50))) == {200}


def test_tokens_are_never_kept_by_caches(api: TestClient, ada: Identity) -> None:
    assert tokens(api).headers["cache-control"] == "no-store"


# forms


def test_the_form_signs_in_with_a_cookie_no_script_can_read(api: TestClient, ada: Identity) -> None:
    answer = post(api, "login", email=EMAIL, password=PASSWORD, keep="on", next="/courses/c1?tab=content")
    assert answer.headers["location"] == "/courses/c1?tab=content"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=2592000" in cookie
    assert "secure" not in cookie


def test_a_login_that_is_not_kept_ends_with_the_browser(api: TestClient, ada: Identity) -> None:
    assert "max-age" not in post(api, "login", email=EMAIL, password=PASSWORD).headers["set-cookie"].lower()


def test_the_cookie_is_secure_where_the_address_is(platform: Platform, ada: Identity) -> None:
    from sessions_app.api.app import build_api
    from sessions_app.services.identity import Identities

    secure = replace(platform, settings=parse_settings(app_url="https://learn.example.org"))
    with TestClient(build_api(secure, Identities(secure)), follow_redirects=False) as api:
        answer = post(api, "login", "https://learn.example.org", email=EMAIL, password=PASSWORD)
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "origin",
    [None, "null", "https://evil.example", "http://localhost:8001", "http://localhost:8000.evil.example", ""],
)
@pytest.mark.parametrize("form", ["login", "logout", "signup", "forgot", "reset"])
def test_a_form_of_another_origin_is_refused(
    api: TestClient, ada: Identity, form: str, origin: str | None
) -> None:
    answer = post(api, form, origin, email=EMAIL, password=PASSWORD)
    assert code(answer) == (403, "not_allowed")
    assert "set-cookie" not in answer.headers


def test_old_browsers_are_known_by_their_referer(api: TestClient, ada: Identity) -> None:
    fields = {"email": EMAIL, "password": PASSWORD}
    own = api.post("/api/auth/login", data=fields, headers={"referer": f"{ORIGIN}/login?next=/"})
    assert own.status_code == 303
    other = api.post("/api/auth/login", data=fields, headers={"referer": f"https://evil.example/{ORIGIN}"})
    assert other.status_code == 403


def test_both_local_spellings_are_our_own_in_development(api: TestClient, ada: Identity) -> None:
    answer = post(api, "login", "http://127.0.0.1:8000", email=EMAIL, password=PASSWORD)
    assert led_to(answer) == ("/dashboard", {})


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /evil",
        "/caf\u00e9",
        "/" + "a" * 2000,
        "",
    ],
)
def test_nobody_is_led_away_after_signing_in(api: TestClient, ada: Identity, target: str) -> None:
    assert led_to(post(api, "login", email=EMAIL, password=PASSWORD, next=target)) == ("/dashboard", {})


@pytest.mark.parametrize(
    ("role", "home"),
    [(Role.GUARDIAN, "/dashboard"), (Role.INSTRUCTOR, "/instructor")],
)
def test_each_role_has_its_first_page(api: TestClient, platform: Platform, role: Role, home: str) -> None:
    answer = post(api, "signup", name="Sam", email="sam@example.org", password=PASSWORD, role=role.value)
    assert led_to(answer) == (home, {})


def test_a_refused_sign_in_goes_back_with_the_address_and_without_the_password(
    api: TestClient, ada: Identity
) -> None:
    answer = post(api, "login", email=EMAIL, password="wrong password", next="/help")
    assert led_to(answer) == ("/login", {"email": EMAIL, "next": "/help", "error": "unauthenticated"})
    assert "set-cookie" not in answer.headers


def test_too_many_tries_go_back_to_the_form_with_the_time_to_wait(api: TestClient, ada: Identity) -> None:
    for _ in range(10):
        post(api, "login", email=EMAIL, password="wrong password")
    answer = post(api, "login", email=EMAIL, password=PASSWORD)
    assert led_to(answer)[1]["error"] == "rate_limited"
    assert answer.headers["retry-after"] == "900"


def test_signing_out_ends_the_login_at_once_and_takes_the_cookie(
    api: TestClient, ada: Identity, identities: Any
) -> None:
    post(api, "login", email=EMAIL, password=PASSWORD)
    token = api.cookies["sid"]
    assert identities.for_cookie(token) == ada
    assert led_to(post(api, "logout")) == ("/", {})
    assert identities.for_cookie(token) is None
    assert "sid" not in api.cookies


def test_the_zone_of_a_new_account_is_the_one_the_browser_reported(
    api: TestClient, platform: Platform
) -> None:
    for number, (reported, stored) in enumerate(
        [("Asia/Kathmandu", "Asia/Kathmandu"), ("Mars", "Europe/Paris")]
    ):
        api.cookies.set("tz", reported)
        email = f"new{number}@example.org"
        post(api, "signup", name="New", email=email, password=PASSWORD)
        token = tokens(api, email=email).json()["access_token"]
        me = api.get("/api/me", headers={"authorization": f"Bearer {token}"}).json()
        assert me["timezone"] == stored


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"email": "nonsense"}, "email_invalid"),
        ({"email": EMAIL}, "email_taken"),
        ({"password": "short"}, "password_invalid"),
        ({"name": ""}, "name_invalid"),
        ({"role": "admin"}, "role_invalid"),
        ({"role": "emperor"}, "role_invalid"),
    ],
)
def test_a_refused_sign_up_goes_back_with_a_word_and_what_was_entered(
    api: TestClient, ada: Identity, fields: dict[str, str], word: str
) -> None:
    entered = {"name": "Sam", "email": "sam@example.org", "password": PASSWORD, "role": "student"} | fields
    path, query = led_to(post(api, "signup", **entered))
    assert (path, query["error"]) == ("/signup", word)
    assert "password" not in query
    assert query["email"] == entered["email"]


def test_a_forgotten_password_is_answered_alike_for_everybody(api: TestClient, ada: Identity) -> None:
    known, unknown = post(api, "forgot", email=EMAIL), post(api, "forgot", email="nobody@example.org")
    assert led_to(known) == led_to(unknown) == ("/forgot-password", {"sent": "1"})


def test_the_sixth_forgotten_password_of_an_address_waits(api: TestClient) -> None:
    for _ in range(5):
        assert led_to(post(api, "forgot", email=EMAIL))[1] == {"sent": "1"}
    assert led_to(post(api, "forgot", email=EMAIL)) == (
        "/forgot-password",
        {"email": EMAIL, "error": "rate_limited"},
    )


def test_a_mailed_link_sets_the_password_and_leads_to_signing_in(
    api: TestClient, ada: Identity, platform: Platform, world: World
) -> None:
    post(api, "forgot", email=EMAIL)
    (mail,) = world.mails("password-reset")
    token = accounts.reset_url(platform.settings, mail.facts["reset_id"]).partition("token=")[2]
    weak = post(api, "reset", token=token, password="short")
    assert led_to(weak) == ("/forgot-password", {"token": token, "error": "password_invalid"})
    done = post(api, "reset", token=token, password="a wholly new one")
    assert led_to(done) == ("/login", {"notice": "password_changed"})
    again = post(api, "reset", token=token, password="and another one")
    assert led_to(again) == ("/forgot-password", {"error": "token_invalid"})
    assert tokens(api, password="a wholly new one").status_code == 200


@pytest.mark.parametrize("form", ["login", "signup", "forgot", "reset"])
@pytest.mark.parametrize(
    "text", ["a\x00b", "<script>alert(1)</script>", "\u202e", "x" * 1999, "'; DROP TABLE"]
)
def test_strange_texts_in_forms_are_refused_politely(
    api: TestClient, platform: Platform, form: str, text: str
) -> None:
    answer = post(api, form, email=text, password=text, name=text, token=text)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


def test_a_form_field_beyond_reason_goes_back_shortened(api: TestClient, platform: Platform) -> None:
    path, query = led_to(post(api, "login", email="x" * 5000))
    assert (path, query["error"]) == ("/login", "invalid_input")
    assert len(query["email"]) == 2000
