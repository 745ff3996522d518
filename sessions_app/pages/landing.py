"""``/``: what this is."""

from __future__ import annotations

import reflex as rx

from sessions_app.components import layout
from sessions_app.components.bound import toasts, visitor


def landing() -> rx.Component:
    """The landing page."""
    return layout.page(
        layout.page_heading("An hour with someone who can explain it."),
        visitor=visitor(),
        toasts=toasts(),
        current="discover",
    )
