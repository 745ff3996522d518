"""What goes back over time, drawn: everything, a part, nothing, and where now is (DESIGN 1.1)."""

from __future__ import annotations

from typing import Any

import reflex as rx


def refund_bar(bands: Any, *, now_at: Any, label: Any) -> rx.Component:
    """The bar. ``bands`` have ``name``, ``until``, ``share`` (of 100) and ``level`` (2 all, 1 a part, 0 nothing)."""
    place = rx.Var.create({"left": now_at.to_string() + "%"})
    return rx.el.div(
        rx.el.div(
            rx.el.span(
                "Now",
                class_name="absolute top-0 -translate-x-1/2 text-xs leading-3 font-medium text-sun-text",
                custom_attrs={"style": place},
            ),
            rx.el.span(
                class_name="absolute top-3.5 z-1 h-5 w-0.5 -translate-x-1/2 rounded-full bg-sun",
                custom_attrs={"data-mark": "true", "style": place},
            ),
            rx.el.div(rx.foreach(bands, _band), class_name="flex gap-0.5 overflow-hidden rounded-full"),
            class_name="relative pt-4",
        ),
        rx.el.div(
            rx.foreach(bands, _caption), class_name="mt-2 flex gap-0.5 text-xs tabular-nums text-ink-2"
        ),
        role="img",
        aria_label=label,
        class_name="mt-4",
    )


def _band(band: Any) -> rx.Component:
    fill = rx.match(
        band.level,
        (2, "bg-accent"),
        (1, "bg-d2"),
        "bg-surface-3 bg-(image:--hatch)",
    )
    return rx.el.span(
        class_name=["h-3", fill],
        custom_attrs={
            "data-mark": "true",
            "data-level": band.level,
            "style": rx.Var.create({"flexGrow": band.share, "flexBasis": 0}),
        },
    )


def _caption(band: Any) -> rx.Component:
    return rx.el.span(
        rx.el.b(band.name, class_name="block font-medium text-ink"),
        band.until,
        class_name="min-w-0",
        custom_attrs={"style": rx.Var.create({"flexGrow": band.share, "flexBasis": 0})},
    )
