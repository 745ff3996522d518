"""The pages of the product. Adding one is adding its line to ``PAGES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import reflex as rx

from sessions_app.pages import dev_kit, dev_mailbox, landing, not_found
from sessions_app.pages import help as help_pages


@dataclass(frozen=True)
class Page:
    """A route, what stands there, its title, and the events of its opening.

    ``description`` is the sentence search engines show; ``only_in_development`` leaves it out in production.
    """

    route: str
    draw: Callable[[], rx.Component]
    title: str
    description: str = ""
    on_load: Any = None
    only_in_development: bool = False


PAGES: tuple[Page, ...] = (
    Page("/", landing.landing, "Find an instructor"),
    Page("/help", help_pages.index, "Help"),
    *(
        Page(guide.route, partial(help_pages.guide_page, guide), guide.title, guide.summary)
        for guide in help_pages.guides()
    ),
    Page("/404", not_found.not_found, "Not found"),
    Page("/dev/kit", dev_kit.dev_kit, "Components", only_in_development=True),
    Page(
        dev_mailbox.ROUTE,
        dev_mailbox.dev_mailbox,
        "Outgoing messages",
        on_load=dev_mailbox.DevMailboxState.load,
        only_in_development=True,
    ),
)
