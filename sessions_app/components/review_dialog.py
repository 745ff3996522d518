"""The dialog in which a review is written or changed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, problem_of
from sessions_app.components.stars import star_choice
from sessions_app.components.ui.values import node_id
from sessions_app.services.reviews import TEXT_LENGTH

_FORM = "review-form"


def review_dialog(view: Any, *, on_keep: Any, on_write: Any, is_busy: rx.Var[bool]) -> rx.Component:
    """The dialog, open while ``view`` (a ``DraftView``) is about a booking."""
    form = rx.el.form(
        star_choice("How was it?", "rating", value=view.rating, error=problem_of("rating")),
        ui.text_area(
            "What should others know? (optional)",
            "body",
            id="review-body",
            default_value=view.body,
            max_length=TEXT_LENGTH,
            hint=view.hint,
            error=problem_of("body"),
        ),
        id=node_id(_FORM),
        on_submit=on_write,
        reset_on_submit=False,
        key=view.booking_id,
        class_name="space-y-4",
    )
    return ui.dialog(
        view.heading,
        rx.el.p(view.what, class_name="text-sm tabular-nums text-ink-2"),
        rx.cond(problem_of("rating") + problem_of("body") == "", problem()),
        form,
        open=view.booking_id != "",
        on_close=on_keep,
        footer=rx.fragment(
            ui.button("Not now", on_click=on_keep),
            ui.button(
                view.confirm, variant="primary", kind="submit", busy=is_busy, custom_attrs={"form": _FORM}
            ),
        ),
        id="review-dialog",
    )
