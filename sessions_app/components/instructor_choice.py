"""A card to choose an instructor by."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.people import face, name_link, next_free, week_bars


def instructor_choice(choice: Any) -> rx.Component:
    """One instructor: who, where, for how much, when free next; its button begins with "Select"."""
    person = choice.person
    return rx.el.li(
        rx.el.div(
            face(person),
            rx.el.div(
                name_link(person, node_id="choice-" + person.id),
                rx.el.p(choice.taught, class_name="mt-1 text-sm text-ink-2 tabular-nums"),
                rx.el.p(choice.place, class_name="mt-0.5 text-sm text-ink-3 tabular-nums"),
                class_name="min-w-0 flex-1",
            ),
            class_name="flex items-start gap-4 sm:pr-32",
        ),
        rx.el.div(
            rx.el.div(rx.foreach(choice.tags, ui.tag), class_name="flex min-w-0 flex-wrap gap-1.5"),
            rx.el.div(
                next_free(choice.next_free),
                week_bars(choice.week),
                class_name="flex shrink-0 items-end gap-4 max-sm:w-full max-sm:flex-wrap max-sm:justify-between",
            ),
            class_name="mt-4 flex items-end justify-between gap-x-6 gap-y-4 max-sm:flex-wrap sm:pl-16",
        ),
        ui.button(
            rx.fragment("Select", rx.el.span(" ", person.name, class_name="sr-only")),
            on_click=rx.redirect(choice.select_href),
            class_name="max-sm:mt-4 max-sm:w-full sm:absolute sm:top-5 sm:right-5 sm:min-w-24",
        ),
        class_name="relative rounded-card border border-line bg-surface p-4 transition-[border-color,box-shadow] "
        "duration-(--normal) ease-out hover:border-line-2 hover:shadow-1 sm:p-5",
        key=person.id,
    )
