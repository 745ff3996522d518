"""Dates with hours of their own: the card that lists them, and the dialog for one day, several, or a holiday."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, problem_of
from sessions_app.components.schedule_card import dated_row, dated_rows, schedule_card
from sessions_app.components.ui.fields import field_error
from sessions_app.components.week_editor import HoursEvents, hours_rows


@dataclass(frozen=True)
class DatesEvents:
    """What the dialog does.

    ``turn`` takes 1 or -1; ``toggle`` a date; ``choose_away`` "away" or "hours"; ``hours`` are of the rows that
    ``add_hours`` adds to.
    """

    turn: Callable[[int], Any]
    toggle: Callable[[Any], Any]
    add_range: Any
    choose_away: Callable[[Any], Any]
    add_hours: Any
    hours: HoursEvents
    close: Any
    apply: Any


def date_overrides(
    rows: Any, *, on_ask: Callable[[Any], Any], on_remove: Callable[[Any], Any]
) -> rx.Component:
    """The card. ``rows`` are ``DateRow``; ``on_ask`` takes the key of a row, empty for new dates."""

    def row(one: Any) -> rx.Component:
        return dated_row(
            one,
            rx.el.p(one.hours, class_name="text-sm tabular-nums text-ink-2"),
            rx.fragment(
                ui.icon_button("pencil", "Edit " + one.spoken, on_click=on_ask(one.key), size="size-4"),
                ui.icon_button("trash-2", "Remove " + one.spoken, on_click=on_remove(one.key), size="size-4"),
            ),
            key=one.key,
        )

    return schedule_card(
        "Date overrides",
        "A date here replaces its weekly hours.",
        dated_rows(rows, row),
        anchor="dates",
        action=ui.button("Add a date override", size="sm", lead="plus", on_click=on_ask("")),
    )


def dates_dialog(view: Any, do: DatesEvents) -> rx.Component:
    """The dialog. ``view`` is a ``DatingView``."""
    return ui.dialog(
        view.title,
        rx.el.div(
            rx.el.div(
                rx.el.p(view.month, aria_live="polite", class_name="text-sm font-semibold"),
                rx.el.div(
                    ui.icon_button(
                        "chevron-left",
                        "Previous month",
                        on_click=do.turn(-1),
                        disabled=~view.can_go_back,
                    ),
                    ui.icon_button("chevron-right", "Next month", on_click=do.turn(1)),
                    class_name="-mr-2 ml-auto flex",
                ),
                class_name="flex items-center",
            ),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.foreach(
                            view.heads,
                            lambda head: rx.el.th(
                                rx.el.abbr(head.short, title=head.name, class_name="no-underline"),
                                scope="col",
                                class_name="h-8 text-xs font-medium text-ink-3",
                                key=head.name,
                            ),
                        )
                    )
                ),
                rx.el.tbody(
                    rx.foreach(
                        view.weeks,
                        lambda week: rx.el.tr(
                            rx.foreach(week.cells, lambda cell: _date_cell(cell, do)), key=week.key
                        ),
                    )
                ),
                class_name="w-full table-fixed border-separate border-spacing-1",
            ),
            rx.el.form(
                _date_field("First day", "first"),
                _date_field("Last day", "last"),
                ui.button("Add days", size="sm", kind="submit", class_name="max-sm:w-full"),
                on_submit=do.add_range,
                aria_label="A holiday",
                class_name="mt-2 flex flex-wrap items-end gap-2",
            ),
        ),
        rx.el.p(view.chosen, role="status", class_name="text-sm font-medium tabular-nums"),
        ui.segmented(
            "On these days",
            [("away", "Away all day"), ("hours", "Other hours")],
            value=rx.cond(view.is_away, "away", "hours"),
            on_change=do.choose_away,
        ),
        rx.cond(
            ~view.is_away,
            rx.el.div(
                hours_rows(view.day, do.hours),
                ui.button(
                    "Add hours",
                    variant="ghost",
                    size="sm",
                    lead="plus",
                    on_click=do.add_hours,
                    class_name="mt-2",
                ),
            ),
        ),
        rx.cond(
            view.error != "",
            rx.el.div(field_error(view.error, id="dating-error"), role="alert"),
            problem(),
        ),
        open=view.is_open,
        on_close=do.close,
        footer=rx.fragment(
            ui.button("Cancel", variant="ghost", on_click=do.close),
            ui.button("Apply", variant="primary", on_click=do.apply),
        ),
        id="dates-dialog",
    )


def _date_cell(cell: Any, do: DatesEvents) -> rx.Component:
    return rx.el.td(
        rx.cond(
            cell.is_in,
            rx.el.button(
                cell.number,
                type="button",
                aria_label=cell.label,
                aria_pressed=cell.is_chosen,
                disabled=~cell.is_open,
                on_click=do.toggle(cell.iso),
                class_name="h-11 w-full cursor-pointer rounded-cell text-sm tabular-nums hover:bg-surface-2 "
                "aria-pressed:bg-accent aria-pressed:font-semibold aria-pressed:text-on-accent "
                "disabled:cursor-not-allowed disabled:text-ink-3/60 disabled:hover:bg-transparent sm:h-9",
            ),
        ),
        class_name="p-0",
    )


def _date_field(label: str, name: str) -> rx.Component:
    return ui.text_field(label, name, kind="date", error=problem_of(name), class_name="min-w-32 flex-1")
