"""``/``: what this is, who is free today, and the search for an instructor."""

from __future__ import annotations

import reflex as rx

from sessions_app.components import discovery, layout
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.ui.values import node_id
from sessions_app.settings import load_settings
from sessions_app.state.base import AppState

DESCRIPTION = (
    "Find someone who can explain it: pick a subject, see who is free this week, and book an hour in your own "
    "time zone."
)


def landing() -> rx.Component:
    """The landing page."""
    return layout.page(
        rx.el.div(
            rx.el.div(
                rx.el.h1(
                    "An hour with someone who can explain\u00a0it.", class_name="text-display font-semibold"
                ),
                rx.el.p(
                    "Pick a subject, see who is free this week, and book in your own time zone. Cancel free up "
                    f"to {load_settings().free_cancellation_hours} hours before.",
                    class_name="mt-4 max-w-[34rem] text-base text-ink-2",
                ),
                discovery.search_form("mt-8"),
                discovery.examples(),
            ),
            discovery.day_ribbon(),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-10 py-10 lg:grid-cols-[minmax(0,1fr)_28rem] "
            "lg:items-center lg:gap-16 lg:py-14",
        ),
        problem("mb-6"),
        rx.el.div(
            discovery.results(
                rx.el.h2(
                    layout.people_label(),
                    id=node_id("results-heading"),
                    class_name="text-lg font-semibold text-ink",
                )
            ),
            class_name="border-t border-line pt-8",
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="discover",
        zone=AppState.visitor.zone,
    )
