"""The page for addresses that lead nowhere, and for things one may not know of."""

from __future__ import annotations

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import visitor


def not_found() -> rx.Component:
    """Say that nothing is here, and offer the ways people usually wanted."""
    return layout.page(
        ui.empty_state(
            "map-pin-off",
            "This page does not exist",
            "The address may be mistyped, or what was here has moved or ended.",
            level=1,
            action=rx.el.div(
                ui.button_link("Go to the start page", "/", variant="primary"),
                ui.button_link("Read the help", "/help"),
                class_name="flex flex-wrap justify-center gap-2",
            ),
            class_name="py-20",
        ),
        visitor=visitor(),
    )
