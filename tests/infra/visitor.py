"""A person with a browser: opens pages, waits until they are alive, and notices what went wrong unseen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, WebSocket

from tests.infra.browser import DESKTOP, Screen, Theme, new_context

# A machine with other work may need a while; what never comes fails all the same.
PATIENCE_SECONDS = 30

NewVisitor = Callable[..., "Visitor"]

_LIVE = '"is_hydrated_rx_state_":true'


class Visitor:
    """One person on one screen, with cookies of their own. ``page`` is Playwright's; the rest watches it.

    ``problems`` collects what a person would not see: console errors, uncaught exceptions, failed requests, answers
    of 500 and above, and requests that leave our own origin. ``allow`` names those that a test provokes on purpose.
    """

    def __init__(
        self,
        browser: Browser,
        origin: str,
        *,
        screen: Screen = DESKTOP,
        theme: Theme = "light",
        timezone: str = "Europe/Paris",
        locale: str = "en-GB",
    ) -> None:
        self.origin = origin
        self.screen = screen
        self.problems: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        self._is_live = False
        self.context = new_context(
            browser, screen=screen, theme=theme, timezone=timezone, locale=locale, base_url=origin
        )
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        """Collect the problems of a further tab too."""
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failure)
        page.on("response", self._on_response)
        page.on("websocket", self._on_socket)

    def sign_in(self, token: str) -> None:
        """Carry the cookie of a sign-in."""
        self.context.add_cookies([{"name": "sid", "value": token, "url": self.origin}])

    def open(self, path: str) -> Response:
        """Go to ``path`` and wait until the page answers to clicks; return the document's response."""
        response = self.navigate(lambda: self.page.goto(path))
        assert response is not None
        return response

    def reload(self) -> None:
        """Load the page again and wait until it is alive."""
        self.navigate(self.page.reload)

    def navigate(self, action: Callable[[], Response | None]) -> Response | None:
        """Do what loads a new document (a form's submit, a plain link) and wait until it is alive."""
        self._is_live = False
        response = action()
        self.wait_until_live()
        return response

    def wait_until_live(self, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the page's socket is connected and its state has arrived. Raises AssertionError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._is_live:
                return
            self.page.wait_for_timeout(20)  # lets Playwright hand on what the socket received
        raise AssertionError(
            f"{self.page.url} was not connected after {seconds} s; problems: {self.problems}"
        )

    def allow(self, *patterns: str) -> None:
        """Problems matching these are part of the test."""
        self._allowed += [re.compile(pattern) for pattern in patterns]

    def unexpected_problems(self) -> list[str]:
        """The problems no ``allow`` covers."""
        return [text for text in self.problems if not any(allowed.search(text) for allowed in self._allowed)]

    def leave(self, *, picture: Path | None = None) -> None:
        """Close everything; with ``picture``, keep what was on the screen."""
        if picture is not None and not self.page.is_closed():
            picture.parent.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=picture, full_page=True)
        self.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"outside: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A page left behind cancels what it was loading.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"answered {response.status}: {response.url}")

    def _on_socket(self, socket: WebSocket) -> None:
        def received(frame: str | bytes) -> None:
            if isinstance(frame, str) and _LIVE in frame:
                self._is_live = True

        socket.on("framereceived", received)
        socket.on("socketerror", lambda error: self.problems.append(f"socket: {error}"))
