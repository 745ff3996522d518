"""A month of days to choose from (ux.md 3): one grid, roving focus, no round trip per key (``assets/grid.js``).

It knows the fields of a month and nothing of who is booked: a day is an address to go to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui

CELL = (
    "relative flex h-13 w-full flex-col items-center justify-center rounded-control text-sm tabular-nums sm:h-12 "
    "transition-colors duration-(--fast)"
)
FREE = "bg-accent-soft text-on-accent-soft font-medium pb-1.5 hover:bg-accent-soft-2 cursor-pointer"
CHOSEN = "bg-accent text-on-accent font-semibold pb-1.5 cursor-pointer"
# The day shown because none was chosen: on phones its times are not on the screen, so it looks like any other.
SHOWN = (
    "max-sm:bg-accent-soft max-sm:text-on-accent-soft max-sm:font-medium max-sm:hover:bg-accent-soft-2 "
    "sm:bg-accent sm:text-on-accent sm:font-semibold pb-1.5 cursor-pointer"
)
NONE = "text-ink-3"


def month_grid(
    month: Any,
    *,
    chips: rx.Component,
    table_class: str = "max-sm:-mx-1",
    on_miss: Callable[[Any], Any] | None = None,
) -> rx.Component:
    """The month's heading with its arrows, the ``chips`` of quick ways, and the grid.

    ``month`` has ``name``, ``year``, ``weekdays`` (name, short), ``weeks`` of ``days``, ``previous_href`` and
    ``next_href``, empty where there is no way. ``on_miss`` makes an event of a day without times that is pressed all
    the same.
    """
    return rx.el.div(
        rx.el.div(
            rx.el.h2(
                month.name,
                " ",
                rx.el.span(month.year, class_name="font-normal text-ink-3"),
                id="month",
                aria_live="polite",
                class_name="text-lg font-semibold",
            ),
            rx.el.div(
                _arrow("chevron-left", "Previous month", month.previous_href, "previous"),
                _arrow("chevron-right", "Next month", month.next_href, "next"),
                class_name="-mr-2 ml-auto flex",
            ),
            class_name="flex items-center gap-1 sm:mb-4",
        ),
        rx.el.div(chips, class_name="mt-2 mb-2 sm:mt-0 sm:mb-3"),
        rx.el.div(
            rx.el.table(
                rx.el.thead(rx.el.tr(rx.foreach(month.weekdays, _weekday))),
                rx.el.tbody(rx.foreach(month.weeks, lambda week: _week(week, on_miss))),
                role="grid",
                aria_labelledby="month",
                class_name="w-full table-fixed border-separate border-spacing-0",
            ),
            class_name=table_class,
        ),
        custom_attrs={"data-calendar": "true"},
    )


def ticks(count: Any, *, chosen: Any, auto: Any = False) -> rx.Component:
    """Three marks at the foot of a day: how many times it holds, drawn for the eye alone."""

    def mark(at: int) -> rx.Component:
        lit = rx.cond(chosen, rx.cond(auto, "bg-accent sm:bg-on-accent", "bg-on-accent"), "bg-accent")
        unlit = rx.cond(
            chosen,
            rx.cond(auto, "bg-accent-line/70 sm:bg-on-accent/35", "bg-on-accent/35"),
            "bg-accent-line/70",
        )
        return rx.el.span(
            class_name=["h-[3px] w-1.5 rounded-full", rx.cond(count >= at, lit, unlit)],
            custom_attrs={"data-mark": rx.cond(count >= at, "true", "false")},
        )

    return rx.el.span(
        mark(1), mark(2), mark(3), aria_hidden="true", class_name="absolute bottom-1.5 flex gap-0.5"
    )


def _arrow(name: str, label: str, href: Any, way: str) -> rx.Component:
    return ui.icon_button(
        name,
        label,
        on_click=rx.redirect(href, replace=True),
        disabled=href == "",
        custom_attrs={"data-month": way},
    )


def _weekday(day: Any) -> rx.Component:
    return rx.el.th(
        day.short,
        scope="col",
        custom_attrs={"abbr": day.name},
        class_name="h-9 text-xs font-medium text-ink-3",
    )


def _week(week: Any, on_miss: Callable[[Any], Any] | None) -> rx.Component:
    return rx.el.tr(rx.foreach(week.days, lambda day: _day(day, on_miss)), key=week.key)


def _day(day: Any, on_miss: Callable[[Any], Any] | None) -> rx.Component:
    missed = {} if on_miss is None else {"on_click": on_miss(day.iso)}
    look = rx.cond(
        day.is_selected,
        rx.cond(day.is_auto, SHOWN, CHOSEN),
        rx.cond(day.is_free, FREE, NONE),
    )

    def button(**click: Any) -> rx.Component:
        return rx.el.button(
            rx.el.span(day.number),
            rx.cond(
                day.is_today,
                rx.el.span(
                    aria_hidden="true",
                    class_name="absolute top-1.5 right-1.5 size-1.5 rounded-full bg-sun",
                    custom_attrs={"data-mark": "true"},
                ),
            ),
            rx.cond(day.is_free, ticks(day.ticks, chosen=day.is_selected, auto=day.is_auto)),
            type="button",
            aria_label=day.label,
            tab_index=rx.cond(day.has_focus, 0, -1),
            class_name=[CELL, look],
            custom_attrs={"data-date": day.iso},
            **click,
        )

    # A day without times is disabled in what it is for: it cannot be chosen, and its name says so ("no times"). It is
    # aria-disabled instead of disabled, so that it keeps the focus and arrows do not jump over it (ux.md 3; APG,
    # "Focusability of disabled controls"). Pressing it all the same chooses nothing and moves nothing: ``on_miss``
    # only says in a polite sentence why there is nothing to choose.
    return rx.el.td(
        rx.cond(day.is_free, button(on_click=rx.redirect(day.href)), button(aria_disabled=True, **missed)),
        role="gridcell",
        aria_selected=day.is_selected,
        class_name="p-0.5",
        key=day.iso,
    )
