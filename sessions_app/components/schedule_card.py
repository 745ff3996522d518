"""A card of the availability page: its heading with an action, and rows that begin with a date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.values import node_id

CARD_PAD: Final = "px-4 sm:px-6"


def schedule_card(
    title: str, lead: ui.Children, *body: Any, anchor: str, action: rx.Component | None = None
) -> rx.Component:
    """The card; ``anchor`` is the id that an explanation links to."""
    return rx.el.section(
        _head(title, lead, action),
        *body,
        id=node_id(anchor),
        aria_label=title,
        class_name="scroll-mt-20 rounded-card border border-line bg-surface",
    )


def dated_rows(rows: Any, draw: Callable[[Any], rx.Component]) -> rx.Component:
    """A list of what ``draw`` makes of each row, nothing at all without any."""
    return rx.cond(
        rows.length() > 0,
        rx.el.ul(rx.foreach(rows, draw), class_name="divide-y divide-line border-t border-line"),
    )


def dated_row(row: Any, body: rx.Component, actions: rx.Component, *, key: Any) -> rx.Component:
    """A row: its date as a tile, its title above ``body``, and what can be done with it."""
    return rx.el.li(
        ui.date_tile(row.month, row.day),
        rx.el.div(
            rx.el.p(row.title, class_name="text-sm font-medium tabular-nums"),
            body,
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(actions, class_name="flex items-center"),
        key=key,
        class_name=f"flex items-center gap-4 py-3 {CARD_PAD}",
    )


def _head(title: str, lead: ui.Children, action: rx.Component | None) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(title, class_name="text-base font-semibold"),
            rx.el.p(lead, class_name="text-sm text-ink-2"),
            class_name="min-w-0",
        ),
        *([action] if action is not None else []),
        class_name=f"flex flex-wrap items-center justify-between gap-3 py-4 {CARD_PAD}",
    )
