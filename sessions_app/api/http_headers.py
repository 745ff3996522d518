"""The headers every answer carries: what the browser may load, keep, and tell others.

Decides the content security policy (no inline script but those built into the page, no ``eval``), how long a browser
may keep an answer, and the few headers that close old holes. A response that brings a header of the same name keeps
its own. It knows no route: the policy follows from the built files, the caching from the path.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sessions_app.settings import Settings

BUILT_PAGES = Path(__file__).resolve().parents[2] / ".web" / "build" / "client"
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
# Vite puts a hash of the content into these names, so such an address never changes what it answers.
_HASHED = re.compile(r"^/assets/.*-[\w-]{8,}\.\w+$")
_YEAR = 31_536_000


class HttpHeaders:
    """Pure ASGI middleware: adds the headers to HTTP answers and lets sockets pass untouched."""

    def __init__(self, app: ASGIApp, settings: Settings, pages: Path = BUILT_PAGES) -> None:
        self.app = app
        self._always = {
            "x-content-type-options": "nosniff",
            "referrer-policy": "strict-origin-when-cross-origin",
            "cross-origin-opener-policy": "same-origin-allow-popups",
        }
        if settings.is_production:
            self._always["strict-transport-security"] = f"max-age={_YEAR}"
        self._policies = page_policies(pages, frames=(settings.video_origin,))
        self._unknown_page = content_security_policy(
            _script_hashes(
                page for name in ("404.html", "__spa-fallback.html") if (page := pages / name).exists()
            ),
            frames=(settings.video_origin,),
        )
        self._data = "default-src 'none'; frame-ancestors 'none'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), path=scope["path"], status=message["status"])
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _complete(self, headers: MutableHeaders, *, path: str, status: int) -> None:
        for name, value in self._always.items():
            headers.setdefault(name, value)
        is_html = headers.get("content-type", "").startswith("text/html")
        if is_html:
            policy = self._policies.get(path.rstrip("/") or "/", self._unknown_page)
            headers.setdefault("content-security-policy", policy)
        elif path.startswith("/api/"):
            headers.setdefault("content-security-policy", self._data)
        # "Not modified" says nothing of its type: what the browser kept with the full answer stays in force.
        if status != 304:
            headers.setdefault("cache-control", cache_control(path, is_html=is_html, status=status))


def cache_control(path: str, *, is_html: bool, status: int) -> str:
    """How long a browser may use an answer without asking again.

    Hashed assets: for good. Other files: ten minutes. Pages: ask each time, which the ETag makes cheap. The API and
    everything that is not a plain answer: not at all.
    """
    if path.startswith("/api/") or status != 200:
        return "no-store"
    if _HASHED.match(path):
        return f"public, max-age={_YEAR}, immutable"
    is_file = not is_html and "." in path.rpartition("/")[2]
    return "public, max-age=600" if is_file else "no-cache"


def content_security_policy(scripts: Iterable[str], *, frames: Iterable[str]) -> str:
    """The policy of a page with these inline scripts (``'sha256-…'``) and these origins to embed."""
    directives: Mapping[str, tuple[str, ...]] = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *scripts),
        # Where a block stands on a time axis is an inline style; those run no code.
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:", "https:"),
        "font-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "frame-src": ("'self'", *frames),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'self'",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


@lru_cache(maxsize=4)
def page_policies(pages: Path, *, frames: tuple[str, ...]) -> Mapping[str, str]:
    """The policy of each built page by its path without a closing slash; each names only its own scripts."""
    policies: dict[str, str] = {}
    for page in sorted(pages.rglob("*.html")):
        route = "/" + page.relative_to(pages).as_posix().removesuffix(".html").removesuffix("index").rstrip(
            "/"
        )
        policies[route] = content_security_policy(_script_hashes([page]), frames=frames)
    return policies


def _script_hashes(pages: Iterable[Path]) -> tuple[str, ...]:
    scripts = [
        script for page in pages for script in _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8"))
    ]
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    return tuple(dict.fromkeys(f"'sha256-{digest}'" for digest in digests))
