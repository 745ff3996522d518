"""Opens pages the way people see them: a real Chromium, a desktop and a phone, light and dark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.infra import chromium

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Screen:
    """A viewport in CSS pixels, and whether it is touched like a phone."""

    name: str
    width: int
    height: int
    is_phone: bool = False


DESKTOP = Screen("desktop", 1280, 800)
PHONE = Screen("phone", 390, 844, is_phone=True)


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium that ``chromium.find`` chose. Raises ``ChromiumMissing``."""
    found = chromium.find()
    return playwright.chromium.launch(
        executable_path=found.path,
        args=list(found.arguments),
        env={**os.environ, **found.environment},
    )


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser for scripts; closed at the end."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def new_context(
    browser: Browser,
    *,
    screen: Screen = DESKTOP,
    theme: Theme = "light",
    timezone: str = "Europe/Paris",
    locale: str = "en-GB",
    base_url: str | None = None,
) -> BrowserContext:
    """A fresh person: no cookies, the given screen, zone, locale and theme (the system's and the saved one)."""
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        has_touch=screen.is_phone,
        is_mobile=screen.is_phone,
        device_scale_factor=1,
        color_scheme=theme,
        locale=locale,
        timezone_id=timezone,
        base_url=base_url,
    )
    # The product keeps the chosen theme under this key and falls back to what the system prefers.
    context.add_init_script(
        f"if (location.protocol.startsWith('http') && !localStorage.theme) localStorage.theme = '{theme}'"
    )
    return context
