"""Times published one by one: the card that lists them, and the dialog for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, problem_of
from sessions_app.components.schedule_card import dated_row, dated_rows, schedule_card
from sessions_app.state.base import AppState


def published_times(
    rows: Any, *, on_ask: Callable[[Any], Any], on_remove: Callable[[Any], Any]
) -> rx.Component:
    """The card. ``rows`` are ``SlotRow``; ``on_ask`` takes the id of a time, empty for a new one."""

    def row(one: Any) -> rx.Component:
        return dated_row(
            one,
            rx.fragment(
                rx.el.p(one.what, class_name="text-sm tabular-nums text-ink-2"),
                rx.cond(one.note != "", rx.el.p(one.note, class_name="text-xs text-sun-text")),
            ),
            rx.cond(
                one.is_booked,
                ui.badge("Booked", name="calendar-check", tone="ok"),
                rx.fragment(
                    ui.icon_button("pencil", "Edit " + one.spoken, on_click=on_ask(one.id), size="size-4"),
                    ui.icon_button(
                        "trash-2", "Remove " + one.spoken, on_click=on_remove(one.id), size="size-4"
                    ),
                ),
            ),
            key=one.id,
        )

    return schedule_card(
        "Published times",
        "Single times besides your hours, for one or for a group.",
        dated_rows(rows, row),
        anchor="published",
        action=ui.button("Publish a time", size="sm", lead="plus", on_click=on_ask("")),
    )


def published_time_dialog(view: Any, offerings: Any, *, on_save: Any, on_close: Any) -> rx.Component:
    """The dialog. ``view`` is a ``PublishingView``; ``offerings`` are what the time can be for."""
    form = "slot-form"
    return ui.dialog(
        view.title,
        rx.el.form(
            rx.el.div(
                ui.text_field(
                    "Date",
                    "on",
                    kind="date",
                    default_value=view.on,
                    error=problem_of("on"),
                    class_name="flex-1",
                ),
                ui.text_field(
                    "Start time",
                    "start",
                    default_value=view.start,
                    auto_complete="off",
                    error=problem_of("start"),
                    class_name="w-36",
                ),
                class_name="flex gap-3",
            ),
            rx.el.fieldset(
                rx.el.legend("For", class_name="text-sm font-medium"),
                rx.el.div(
                    _kind(view, "individual", "One-to-one"),
                    _kind(view, "group", "A group"),
                    class_name="flex gap-6",
                ),
            ),
            rx.el.div(
                ui.text_field(
                    "Minutes",
                    "duration",
                    default_value=view.duration,
                    input_mode="numeric",
                    auto_complete="off",
                    error=problem_of("duration"),
                    class_name="flex-1",
                ),
                ui.text_field(
                    "Seats of a group",
                    "seats",
                    default_value=view.seats,
                    input_mode="numeric",
                    auto_complete="off",
                    hint="20 at most",
                    error=problem_of("seats"),
                    class_name="flex-1",
                ),
                class_name="flex items-start gap-3",
            ),
            ui.select_field(
                "Offering",
                "offering",
                offerings,
                default_value=view.offering,
                error=problem_of("offering_id"),
            ),
            rx.cond(AppState.problem.field == "", problem()),
            on_submit=on_save,
            custom_attrs={"id": form},
            key=view.id,
            class_name="space-y-4",
        ),
        open=view.is_open,
        on_close=on_close,
        footer=rx.fragment(
            ui.button("Cancel", variant="ghost", on_click=on_close),
            ui.button(
                rx.cond(view.id == "", "Publish", "Change"),
                variant="primary",
                kind="submit",
                custom_attrs={"form": form},
            ),
        ),
        id="slot-dialog",
    )


def _kind(view: Any, value: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="kind",
            value=value,
            default_checked=view.kind == value,
            class_name="size-5 shrink-0 accent-accent",
        ),
        rx.el.span(label),
        class_name="flex min-h-11 cursor-pointer items-center gap-3 text-sm",
    )
