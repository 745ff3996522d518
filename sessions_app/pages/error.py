"""What stands in place of a page that failed to draw itself in the browser."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from sessions_app.components import layout, ui


def error() -> rx.Component:
    """Say what happened, what was kept and the way out; the details went to the server's log."""
    return layout.focus_page(
        ui.empty_state(
            "circle-alert",
            "This page could not be shown",
            "Something on our side went wrong while drawing it. What you booked or sent is safe.",
            level=1,
            action=rx.el.div(
                # The same address once more, as a whole page: what failed may have passed.
                ui.button_link("Load it again", "", variant="primary", external=True),
                ui.button_link("Go to the start page", "/", external=True),
                ui.button_link("Read the help", "/help", external=True),
                class_name="flex flex-wrap justify-center gap-2",
            ),
        ),
        wide=True,
        fresh=True,
    )


def error_boundary() -> rx.Component:
    """The boundary around every page: a drawing error shows ``error`` and is reported to the server."""
    return ErrorBoundary.create(fallback_render=rx.Var.create(error()))
