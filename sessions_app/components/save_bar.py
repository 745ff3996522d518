"""What stands between editing and leaving: the bar that saves, and the question before unsaved changes are left
behind. ``assets/hours.js`` asks it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.values import node_id


def save_bar(unsaved: Any, *, on_save: Any, on_discard: Any, is_saving: Any) -> rx.Component:
    """The bar at the foot; ``unsaved`` says what is not saved yet, empty if nothing."""
    return rx.el.div(
        rx.el.p(
            rx.cond(
                unsaved != "",
                rx.fragment(rx.el.span("Unsaved: ", class_name="max-sm:hidden"), unsaved),
                "All changes are saved",
            ),
            aria_live="polite",
            class_name="min-w-0 flex-1 truncate text-sm text-ink-2",
        ),
        rx.cond(unsaved != "", ui.button("Discard", variant="ghost", on_click=on_discard)),
        # Never disabled: what was typed last is sent when the field is left, by the very click on this button.
        ui.button("Save", variant="primary", on_click=on_save, busy=is_saving, class_name="min-w-24"),
        role="region",
        aria_label="Unsaved changes",
        custom_attrs={"data-unsaved": unsaved != ""},
        class_name="sticky bottom-0 z-(--z-sticky) flex items-center gap-3 border-t border-line bg-surface "
        "px-(--gutter) py-3 max-lg:fixed max-lg:inset-x-0 "
        "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] lg:rounded-b-card lg:px-8",
    )


def leave_dialog(path: str) -> rx.Component:
    """The question; ``path`` is the page that is left."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2("Leave without saving?", id=node_id("leave-title"), class_name="text-lg font-semibold"),
            rx.el.p(
                "Your changes are not saved yet. They wait in this tab if you come back to it.",
                class_name="mt-2 text-sm text-ink-2",
            ),
            rx.el.div(
                ui.button("Leave", variant="ghost", custom_attrs={"data-go": "true"}),
                ui.button("Stay", variant="primary", custom_attrs={"data-stay": "true"}),
                class_name="mt-5 flex justify-end gap-2",
            ),
            class_name="p-6",
        ),
        aria_labelledby="leave-title",
        class_name="dialog max-w-[26rem]",
        custom_attrs={"data-leave": path},
    )
