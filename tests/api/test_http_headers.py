"""The headers of pages, assets and data: strict where code could slip in, generous where nothing can change."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from sessions_app.api.http_headers import HttpHeaders, cache_control
from sessions_app.settings import Settings, parse_settings

ABOUT = "<html><script>let a = 1</script><script src='/assets/x.js'></script><script type=module>go()</script></html>"
MISSING = "<html><script>lost()</script></html>"


def digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


async def page(request: Request) -> HTMLResponse:
    return HTMLResponse(ABOUT)


async def data(request: Request) -> JSONResponse:
    return JSONResponse({})


async def file(request: Request) -> Response:
    return Response("x", media_type="text/javascript")


async def moved(request: Request) -> RedirectResponse:
    return RedirectResponse("/about")


async def own_policy(request: Request) -> HTMLResponse:
    return HTMLResponse("mail", headers={"content-security-policy": "sandbox", "cache-control": "private"})


async def unchanged(request: Request) -> Response:
    return Response(status_code=304)


def client(pages: Path, settings: Settings) -> TestClient:
    routes = [
        Route("/about", page),
        Route("/courses/7", page),
        Route("/api/me", data),
        Route("/assets/page-Dfwd_-i3.js", file),
        Route("/tz.js", file),
        Route("/ping", data),
        Route("/moved", moved),
        Route("/unchanged", unchanged),
        Route("/mail", own_policy),
    ]
    return TestClient(HttpHeaders(Starlette(routes=routes), settings, pages), follow_redirects=False)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "about").mkdir()
    (tmp_path / "about" / "index.html").write_text(ABOUT)
    (tmp_path / "404.html").write_text(MISSING)
    return tmp_path


@pytest.fixture
def web(built: Path) -> TestClient:
    return client(built, parse_settings(_env_file=None))


def directives(response: object) -> dict[str, list[str]]:
    policy = response.headers["content-security-policy"]  # type: ignore[attr-defined]
    return {name: rest for name, *rest in (part.split() for part in policy.split("; "))}


def test_a_page_may_run_exactly_its_own_inline_scripts(web: TestClient) -> None:
    allowed = directives(web.get("/about"))["script-src"]
    assert allowed == ["'self'", digest("let a = 1"), digest("go()")]


def test_a_page_that_is_not_prerendered_gets_the_scripts_of_the_shell(web: TestClient) -> None:
    assert directives(web.get("/courses/7"))["script-src"] == ["'self'", digest("lost()")]


def test_no_page_may_evaluate_text_or_be_framed_elsewhere(web: TestClient) -> None:
    policy = directives(web.get("/about"))
    assert "'unsafe-eval'" not in policy["script-src"]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]


def test_the_video_host_of_the_settings_may_be_embedded(built: Path) -> None:
    web = client(built, parse_settings(_env_file=None, jitsi_domain="video.example"))
    assert directives(web.get("/about"))["frame-src"] == ["'self'", "https://video.example"]


def test_every_answer_forbids_guessing_types_and_leaking_addresses(web: TestClient) -> None:
    for path in ("/about", "/api/me", "/tz.js", "/nowhere"):
        headers = web.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_only_production_insists_on_https(built: Path) -> None:
    production = parse_settings(
        _env_file=None,
        app_env="production",
        app_url="https://sessions.example",
        secret_key="x" * 40,
        allow_test_payments=True,
    )
    assert (
        "strict-transport-security" not in client(built, parse_settings(_env_file=None)).get("/about").headers
    )
    assert "max-age" in client(built, production).get("/about").headers["strict-transport-security"]


def test_data_may_load_nothing_and_is_never_kept(web: TestClient) -> None:
    answer = web.get("/api/me")
    assert answer.headers["cache-control"] == "no-store"
    assert directives(answer)["default-src"] == ["'none'"]


def test_a_response_keeps_the_headers_it_brings(web: TestClient) -> None:
    answer = web.get("/mail")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["cache-control"] == "private"


def test_not_modified_leaves_what_the_browser_kept(web: TestClient) -> None:
    assert "cache-control" not in web.get("/unchanged").headers


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/assets/page-Dfwd_-i3.js", "public, max-age=31536000, immutable"),
        ("/tz.js", "public, max-age=600"),
        ("/about", "no-cache"),
        ("/ping", "no-cache"),
        ("/moved", "no-store"),
        ("/nowhere", "no-store"),
    ],
)
def test_what_may_be_kept_follows_from_what_may_change(web: TestClient, path: str, expected: str) -> None:
    assert web.get(path).headers["cache-control"] == expected


def test_an_asset_without_a_hash_in_its_name_is_not_kept_for_good() -> None:
    assert "immutable" not in cache_control("/assets/plain.js", is_html=False, status=200)
