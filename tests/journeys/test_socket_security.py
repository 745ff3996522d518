"""What a client that is no browser of ours can do with the pages' socket: nothing it could not do on the pages."""

from __future__ import annotations

import secrets

import httpx
import pytest

from tests.conftest import ServeApp
from tests.infra.raw_socket import RawSocket, upgrade_status
from tests.infra.served import ServedApp
from tests.journeys.conftest import Site

ROOT = "reflex___state____state"
APP = f"{ROOT}.sessions_app___state___base____app_state"
SETTINGS = f"{APP}.sessions_app___state___settings____settings_state"
PASSWORD = "correct horse battery"


def new_person(app: ServedApp, name: str) -> str:
    """The cookie of somebody who just signed up."""
    answer = httpx.post(
        f"{app.url}/api/auth/signup",
        data={"name": name, "email": f"{secrets.token_hex(5)}@example.org", "password": PASSWORD},
        headers={"origin": app.url},
    )
    assert answer.status_code == 303, answer.text
    return f"sid={answer.cookies['sid']}"


@pytest.fixture(params=["memory", "redis"])
def app(serve: ServeApp, request: pytest.FixtureRequest) -> ServedApp:
    """The app in one process with its state in memory, and in two that share it in Redis."""
    if request.param == "memory":
        site: Site = request.getfixturevalue("site")
        return site.app
    return serve(REDIS_URL=request.getfixturevalue("redis_url"), WORKERS="2")


def test_the_socket_keeps_to_the_person_behind_the_cookie(app: ServedApp) -> None:
    alice, mallory = new_person(app, "Alice Abel"), new_person(app, "Mallory Muir")
    token = f"tab-{secrets.token_hex(8)}"

    with RawSocket(app.url, token=token, cookie=alice) as tab:
        tab.send(f"{ROOT}.hydrate")
        assert "Alice Abel" in tab.send(f"{SETTINGS}.open", until="Alice Abel")

    # Another person, nobody, and a forged login with the token of Alice's closed tab.
    for thief in (mallory, "", "sid=forged"):
        with RawSocket(app.url, token=token, cookie=thief) as stolen:
            stolen.say(f"{SETTINGS}.save_name", form_data={"name": ""})
            stolen.say(f"{ROOT}.hydrate")
            stolen.say(f"{APP}.dismiss_problem")
            heard = stolen.send(f"{ROOT}.hydrate_and_load", path="/settings")
        assert "Alice" not in heard
        assert "@example.org" not in heard or thief == mallory

    # Nobody is led to the sign-in page by every handler that asks for a person.
    with RawSocket(app.url) as nobody:
        for handler, payload in {
            "open": {},
            "save_name": {"form": {"name": "x"}},
            "change_password": {"form": {"current_password": "x", "password": "y"}},
            "choose_zone": {"zone": "UTC"},
            "choose_clock": {"hour_cycle": "h12"},
            "switch_reminder": {"name": "reminder.email.1h"},
            "add_child": {"form": {"child_name": "x"}},
        }.items():
            heard = nobody.send(f"{SETTINGS}.{handler}", until="/login", **payload)
            assert "/login" in heard, handler

    # Roles are judged by the server.
    with RawSocket(app.url, cookie=alice) as student:
        heard = student.send(f"{SETTINGS}.add_child", until="_redirect", form={"child_name": "x"})
        assert "_redirect" in heard

    # What is no handler cannot be called, and no var can be written.
    with RawSocket(app.url, cookie=alice) as tab:
        tab.send(f"{ROOT}.hydrate")
        for name in ("_recognise", "_say", "_change", "_run", "reset", "get_state", "__init__", "dict"):
            tab.say(f"{SETTINGS}.{name}", identity=None, title="Forged", body="Forged")
        tab.say(f"{APP}.setvar", var_name="toasts", value=["Forged"])
        tab.say(f"{APP}.setvar", var_name="visitor", value={"role": "admin"})
        forged = {f"{APP}.visitor_rx_state_": {"role": "admin"}, f"{APP}.visitor": {"role": "admin"}}
        tab.say(f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal", vars=forged)
        assert "Forged" not in tab.heard()
        heard = tab.send(f"{ROOT}.hydrate")
    assert "Forged" not in heard
    assert '"role":"student"' in heard.replace(" ", "")

    # Nonsense is answered politely, if at all, and the connection's cookie stays out of the log.
    with RawSocket(app.url, cookie=alice) as tab:
        tab.say("no.such.state")
        tab.say(f"{SETTINGS}.save_name")
        tab.say(f"{SETTINGS}.save_name", form="not a form")
        tab.say(f"{SETTINGS}.choose_zone", zone={"$ne": None})
        tab.say(f"{SETTINGS}.switch_reminder", name=["x"], extra=1)
        assert "Alice Abel" in tab.send(f"{SETTINGS}.open", until="Alice Abel")
    for cookie in (alice, mallory):
        assert cookie.removeprefix("sid=") not in app.log()


def test_the_socket_of_another_origin_is_refused(site: Site) -> None:
    app, alice = site.app, new_person(site.app, "Alice Abel")
    assert upgrade_status(app.url, origin=app.url, cookie=alice) == 101
    for origin in ("https://evil.example", "null", "http://localhost:1", f"{app.url}.evil.example"):
        assert upgrade_status(app.url, origin=origin, cookie=alice) == 403
        polling = httpx.get(
            f"{app.url}/_event/?EIO=4&transport=polling&token=t",
            headers={"origin": origin, "cookie": alice},
        )
        assert polling.status_code == 400


def test_no_answer_lets_another_origin_read_it(site: Site) -> None:
    app, alice = site.app, new_person(site.app, "Alice Abel")
    for path in ("/", "/api/me", "/api/openapi.json", "/ping", "/settings"):
        answer = httpx.get(f"{app.url}{path}", headers={"origin": "https://evil.example", "cookie": alice})
        assert "access-control-allow-origin" not in answer.headers, path
