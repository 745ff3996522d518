"""Editing hours: rows of start and end, a card of weekdays, and the copying of one day to others (ux.md 11).

Fields are uncontrolled, so that typing costs no round trip: leaving one sends what it holds, and ``assets/hours.js``
shows what the server understood. Components here know a day's fields and take the events from their page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.fields import CONTROL
from sessions_app.components.ui.icons import BADGE
from sessions_app.components.ui.links import TEXT_LINK
from sessions_app.components.ui.values import node_id


@dataclass(frozen=True)
class HoursEvents:
    """What rows of hours do, and the count of what the server understood so far.

    ``typed`` takes key, edge ("start", "end") and text; ``removed`` a key; ``fixed`` the index of a fault; of a week
    each takes the day first.
    """

    revision: Any
    typed: Callable[..., Any]
    removed: Callable[..., Any]
    fixed: Callable[..., Any]


def week_editor(
    days: Any,
    *,
    events: HoursEvents,
    on_switch: Callable[[Any], Any],
    on_add: Callable[[Any], Any],
    on_copy: Any,
) -> rx.Component:
    """A row for each weekday; on phones the rows become cards of a list."""
    return rx.el.section(
        rx.el.ul(
            rx.foreach(
                days,
                lambda day: _day(day, events=events, on_switch=on_switch, on_add=on_add, on_copy=on_copy),
            ),
            class_name="divide-y divide-line",
        ),
        id=node_id("hours"),
        aria_label="Hours for each weekday",
        class_name="scroll-mt-20 rounded-card border border-line bg-surface",
    )


def _day(
    day: Any,
    *,
    events: HoursEvents,
    on_switch: Callable[[Any], Any],
    on_add: Callable[[Any], Any],
    on_copy: Any,
) -> rx.Component:
    number = day.number
    row = rx.el.div(
        rx.el.div(
            ui.switch(day.name, checked=day.is_on, on_click=on_switch(number), show_label=False),
            rx.el.span(
                day.name,
                aria_hidden="true",
                class_name=["text-sm font-medium", rx.cond(day.is_on, "text-ink", "text-ink-3")],
            ),
            class_name="flex h-(--control) items-center gap-3",
        ),
        rx.cond(
            day.is_on,
            rx.el.div(
                hours_rows(
                    day,
                    HoursEvents(
                        revision=events.revision,
                        typed=lambda *facts: events.typed(number, *facts),
                        removed=lambda *facts: events.removed(number, *facts),
                        fixed=lambda *facts: events.fixed(number, *facts),
                    ),
                ),
                class_name="max-sm:col-span-2 max-sm:row-start-2",
            ),
            rx.el.p(
                "Unavailable",
                class_name="flex h-(--control) items-center text-sm text-ink-3 max-sm:sr-only",
            ),
        ),
        rx.el.div(
            ui.icon_button("plus", "Add hours to " + day.name, on_click=on_add(number), size="size-4.5"),
            _copy(day, on_copy),
            class_name="flex items-center max-sm:col-start-2 max-sm:row-start-1 max-sm:-mr-2",
        ),
        role="group",
        aria_label=day.name,
        class_name="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-3 px-4 py-3.5 "
        "sm:grid-cols-[8.5rem_minmax(0,1fr)_auto] sm:px-6",
    )
    return rx.el.li(row, key=number)


def hours_rows(day: Any, events: HoursEvents) -> rx.Component:
    """The intervals of one day, and below them what is wrong with each, with its way out."""
    return rx.el.div(
        rx.foreach(day.intervals, lambda interval: _interval(interval, events)),
        rx.cond(
            day.troubles.length() > 0,
            rx.el.div(
                rx.el.ul(
                    rx.foreach(day.troubles, lambda trouble: _trouble(trouble, events)),
                    class_name="space-y-1.5",
                ),
                role="alert",
            ),
        ),
        class_name="space-y-2",
    )


def _interval(interval: Any, events: HoursEvents) -> rx.Component:
    return rx.el.div(
        _time("Start", "start", interval, events),
        rx.el.span("–", aria_hidden="true", class_name="text-ink-3"),
        _time("End", "end", interval, events),
        ui.icon_button("x", "Remove " + interval.label, on_click=events.removed(interval.key), size="size-4"),
        key=interval.key,
        role="group",
        aria_label=interval.label,
        class_name="flex items-center gap-2",
    )


def _time(label: str, edge: str, interval: Any, events: HoursEvents) -> rx.Component:
    value = getattr(interval, edge)
    is_wrong = interval.wrong == edge
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        rx.el.input(
            type="text",
            auto_complete="off",
            default_value=value,
            on_blur=lambda text: events.typed(interval.key, edge, text),
            aria_invalid=is_wrong,
            aria_describedby=rx.cond(is_wrong, interval.note, ""),
            class_name=f"h-(--control) px-2 text-center tabular-nums {CONTROL}",
            custom_attrs={"data-value": value, "data-rev": events.revision},
        ),
        class_name="relative block w-34 min-w-0 max-sm:w-full",
    )


def _trouble(trouble: Any, events: HoursEvents) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            ui.icon("circle-alert", BADGE),
            trouble.text,
            id=node_id(trouble.id),
            class_name="inline-flex items-center gap-1.5 text-xs font-medium text-danger-text",
        ),
        rx.cond(
            trouble.fix != "",
            rx.el.button(
                trouble.fix,
                type="button",
                on_click=events.fixed(trouble.index),
                class_name=[TEXT_LINK, "min-h-6 cursor-pointer text-left text-xs max-sm:min-h-11"],
            ),
        ),
        key=trouble.id,
        class_name="flex flex-wrap items-center gap-x-2.5",
    )


def _copy(day: Any, on_copy: Any) -> rx.Component:
    label = "Copy " + day.name + " to…"
    return ui.popover(
        ui.icon_button("copy", label, size="size-4.5"),
        rx.el.form(
            rx.el.p("Copy ", day.name, " to", class_name="text-sm font-medium"),
            rx.el.div(
                rx.foreach(
                    day.others,
                    lambda other: ui.checkbox(
                        other.label,
                        "to-" + other.value,
                        default_checked=other.is_own,
                        disabled=other.is_own,
                        value="on",
                    ),
                ),
                class_name="mt-1",
            ),
            rx.el.div(
                ui.button("Cancel", variant="ghost", size="sm", custom_attrs={"data-close": "true"}),
                ui.button("Apply", size="sm", kind="submit", custom_attrs={"data-close": "true"}),
                class_name="mt-2 flex justify-end gap-2",
            ),
            # A form's handler cannot hold what a loop runs over, so the day is one of its fields.
            rx.el.input(type="hidden", name="from", value=day.number.to(str)),
            on_submit=on_copy,
            reset_on_submit=True,
        ),
        id="copy-" + day.number.to(str),
        label=label,
        class_name="w-56 p-4",
    )
