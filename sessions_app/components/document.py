"""The document every page lives in: head, scripts, language and the frame of the app.

``options`` is what the composition root passes to ``rx.App``. Scripts are files of our own, never inline, so
a strict content security policy holds; the zone cookie is set before the first event, the rest may wait.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import reflex as rx

from sessions_app.components.layout import connection_toast
from sessions_app.settings import load_settings

FONT = "@fontsource-variable/instrument-sans"
STYLESHEETS = ["/tokens.css", "/theme.css"]
DEFERRED_SCRIPTS = (
    "/kit.js",
    "/grid.js",
    "/countdown.js",
    "/net.js",
    "/booking.js",
)
DESCRIPTION = "Find someone who can explain it, see who is free this week, and book in your own time zone."


def options(error_page: Any) -> dict[str, Any]:
    """What ``rx.App`` needs for our look; ``error_page`` maps the caught error to what is shown instead."""
    return {
        "stylesheets": STYLESHEETS,
        "reset_style": False,
        "toaster": None,
        "html_lang": "en",
        "head_components": _head(),
        "app_wraps": {
            (55, "ErrorBoundary"): lambda _stateful: error_page(),
            (5, "Connection"): lambda stateful: rx.fragment(connection_toast()) if stateful else None,
        },
    }


def _head() -> list[rx.Component]:
    font_url: Any = rx.Var(
        "latinFont",
        _var_data=rx.vars.VarData(
            imports={
                f"{FONT}/files/instrument-sans-latin-wght-normal.woff2?url": [
                    rx.ImportVar(tag="latinFont", is_default=True)
                ]
            }
        ),
    )
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(
            rel="preload", href=font_url, custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": ""}
        ),
        rx.el.meta(
            name="theme-color", content="#faf9f7", custom_attrs={"media": "(prefers-color-scheme: light)"}
        ),
        rx.el.meta(
            name="theme-color", content="#0d1214", custom_attrs={"media": "(prefers-color-scheme: dark)"}
        ),
        rx.el.meta(name="application-name", content=load_settings().app_name),
        rx.el.script(src="/tz.js"),
        *(rx.el.script(src=source, defer=True) for source in DEFERRED_SCRIPTS),
    ]


def add_page(
    app: rx.App,
    page: Callable[[], rx.Component],
    route: str,
    *,
    title: str,
    description: str = "",
    script: str = "",
    on_load: Any = None,
) -> None:
    """Add a page with its title ("Courses · Sessions") and the sentence search engines show for it.

    ``script`` is one of ``assets`` that this page alone needs: it comes with the page, also on the way from another.
    """
    app.add_page(
        _with_script(page, script),
        route=route,
        title=f"{title} · {load_settings().app_name}",
        description=description or DESCRIPTION,
        image="/favicon.svg",
        on_load=on_load,
    )


def _with_script(page: Callable[[], rx.Component], script: str) -> Callable[[], rx.Component]:
    if not script:
        return page

    # Reflex files what a page draws under the module its function comes from: it stays the page's own.
    @wraps(page)
    def scripted() -> rx.Component:
        # React puts an async script into the head, once, whenever a page that names it is drawn.
        return rx.fragment(rx.el.script(src=script, async_=True), page())

    return scripted
