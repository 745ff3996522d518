"""``/instructors``: the directory."""

from __future__ import annotations

import reflex as rx

from sessions_app.components import discovery, layout
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.ui.values import node_id
from sessions_app.state.base import AppState

DESCRIPTION = "Everybody who teaches here, with subjects, prices and the next free time of each."


def instructors() -> rx.Component:
    """Everybody who can be booked."""
    return layout.page(
        rx.el.div(
            rx.el.h1(layout.people_label(), class_name="text-xl font-semibold"),
            rx.el.p(
                "Each can be booked in your own time zone; the bars show the next seven days.",
                class_name="mt-1 text-sm text-ink-2",
            ),
            discovery.search_form("mt-6 max-w-[44rem]"),
            class_name="pt-8 pb-8",
        ),
        problem("mb-6"),
        discovery.results(
            rx.el.h2("Who is free", id=node_id("results-heading"), class_name="text-lg font-semibold")
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="instructors",
        zone=AppState.visitor.zone,
    )
