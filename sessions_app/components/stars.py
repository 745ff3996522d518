"""Ratings drawn as stars: one to choose, one to read."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui

WORDS = ("Poor", "Fair", "Good", "Very good", "Excellent")


def star_choice(legend: str, name: str, *, value: Any, error: Any) -> rx.Component:
    """Five native radio buttons drawn as stars, filled up to the chosen one; sent as ``name``, 1 to 5."""

    def star(rating: int, word: str) -> rx.Component:
        plural = "star" if rating == 1 else "stars"
        return rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=str(rating),
                default_checked=value == rating,
                class_name="peer sr-only",
            ),
            ui.icon("star", "size-7 text-line-2"),
            rx.el.span(f"{rating} {plural}: {word}", class_name="sr-only"),
            title=word,
            class_name="inline-flex size-11 cursor-pointer items-center justify-center rounded-control "
            "hover:bg-surface-2 has-focus-visible:outline-2 has-focus-visible:outline-ring",
        )

    return rx.el.fieldset(
        rx.el.legend(legend, class_name="text-sm font-medium"),
        rx.el.div(
            *(star(index, word) for index, word in enumerate(WORDS, start=1)),
            class_name="-ml-2 mt-1 flex [&>label:has(input:checked)>svg]:fill-current "
            "[&>label:has(input:checked)>svg]:text-sun [&>label:has(~label>input:checked)>svg]:fill-current "
            "[&>label:has(~label>input:checked)>svg]:text-sun",
        ),
        rx.cond(
            error != "",
            rx.el.p(
                error,
                role="alert",
                class_name="text-xs font-medium text-danger-text",
            ),
        ),
    )


def stars(rating: Any) -> rx.Component:
    """A rating to read, from a var of 1 to 5."""
    return rx.el.span(
        *(
            rx.cond(
                rating >= place,
                ui.icon("star", "size-3.5 fill-current text-sun"),
                ui.icon("star", "size-3.5 text-line-2"),
            )
            for place in range(1, 6)
        ),
        rx.el.span(rating, " out of 5", class_name="sr-only"),
        class_name="inline-flex items-center gap-0.5",
    )
