"""Tables: figures right-aligned and tabular, a quiet head, rows of 48 px.

On phones they scroll inside their frame, never with the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components.ui.values import Children, Text


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; ``figures`` aligns it to the right."""

    label: Text
    figures: bool = False


def table(
    label: Text, columns: Sequence[Column], *rows: Children, class_name: str = "min-w-[30rem]"
) -> rx.Component:
    """A framed table named ``label``; ``rows`` are ``row(…)`` or one ``rx.foreach`` of them."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    *(
                        rx.el.th(
                            column.label,
                            scope="col",
                            class_name=[
                                "h-9 px-3 text-xs font-medium text-ink-3 whitespace-nowrap first:pl-5 "
                                "last:pr-5",
                                "text-right" if column.figures else "text-left",
                            ],
                        )
                        for column in columns
                    ),
                    class_name="border-b border-line",
                )
            ),
            rx.el.tbody(*rows, class_name="divide-y divide-line"),
            class_name=["w-full border-collapse", class_name],
        ),
        role="region",
        aria_label=label,
        tab_index=0,
        class_name="relative overflow-x-auto rounded-card border border-line bg-surface",
    )


def row(*cells: rx.Component, **attrs: Any) -> rx.Component:
    """One row of ``cell``s."""
    return rx.el.tr(*cells, class_name="hover:bg-surface-2", **attrs)


def cell(*children: Children, figures: bool = False, strong: bool = False, **attrs: Any) -> rx.Component:
    """One cell; ``figures`` aligns right, ``strong`` is for the value one came to see."""
    return rx.el.td(
        *children,
        class_name=[
            "h-12 px-3 text-sm text-ink align-middle tabular-nums first:pl-5 last:pr-5",
            "text-right" if figures else "",
            "font-medium" if strong else "",
        ],
        **attrs,
    )
