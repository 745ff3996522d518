"""Two people at one thing, each in a browser of their own: what one does, the other sees without a reload."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Locator, expect

AT_ONCE_MS = 1000  # from one screen's answer to the other's change


def at_once(act: Callable[[], object], done: Locator, seen: Locator) -> None:
    """``act``, then ``done`` on the own screen; ``seen`` comes on the other's within a second of that."""
    act()
    expect(done).to_be_visible()
    seen_at_once(seen)


def seen_at_once(seen: Locator) -> None:
    """It comes within a second of now."""
    since = time.monotonic()
    expect(seen).to_be_visible(timeout=AT_ONCE_MS)
    assert time.monotonic() - since < AT_ONCE_MS / 1000
