"""Tabs. Arrow keys, Home and End move between them without a round trip (``assets/kit.js``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from sessions_app.components.ui.values import Children, Number, Text, node_id

TAB = (
    "-mb-px inline-flex h-11 shrink-0 items-center gap-2 border-b-2 border-transparent text-sm text-ink-2 "
    "hover:text-ink aria-selected:border-accent aria-selected:font-medium aria-selected:text-ink "
    "cursor-pointer "
    "focus-visible:-outline-offset-2"
)


def tabs(
    label: Text,
    items: Sequence[tuple[str, Text, Number | None]],
    *,
    selected: Text,
    on_select: Callable[[str], Any],
    id: str = "tabs",
    class_name: str = "",
) -> rx.Component:
    """Tabs named ``label``; ``items`` are (key, words, count or None), ``on_select`` maps a key to an event.

    Show what is chosen in ``tab_panel`` with the same ``id`` and key.
    """

    def draw(key: str, words: Text, count: Number | None) -> rx.Component:
        chosen = selected == key
        return rx.el.button(
            words,
            *(
                [rx.el.span(count, class_name="text-xs tabular-nums font-normal text-ink-3")]
                if count is not None
                else []
            ),
            type="button",
            role="tab",
            id=node_id(f"{id}-{key}"),
            aria_selected=chosen,
            aria_controls=f"{id}-panel",
            tab_index=rx.cond(chosen, 0, -1) if isinstance(chosen, rx.Var) else (0 if chosen else -1),
            on_click=on_select(key),
            class_name=TAB,
        )

    return rx.el.div(
        *(draw(*item) for item in items),
        role="tablist",
        aria_label=label,
        class_name=[
            "relative flex gap-5 overflow-x-auto border-b border-line [scrollbar-width:none]",
            class_name,
        ],
    )


def tab_panel(
    *children: Children,
    selected: Text,
    id: str = "tabs",
    class_name: str = "",
) -> rx.Component:
    """What the chosen tab shows, named by that tab."""
    return rx.el.div(
        *children,
        role="tabpanel",
        id=node_id(f"{id}-panel"),
        aria_labelledby=f"{id}-{selected}",
        class_name=class_name,
    )
