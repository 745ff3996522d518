"""The times of a day as buttons (ux.md 4), and the strip of days that phones show above them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.month_grid import ticks

TIME = (
    "flex min-h-11 w-full items-center justify-between gap-3 rounded-control border px-3.5 text-sm font-medium "
    "tabular-nums text-left transition-colors duration-(--fast) cursor-pointer aria-busy:cursor-progress"
)
RESTING = "border-line-2 bg-surface text-ink hover:border-accent hover:bg-accent-soft"
MARKED = "border-accent bg-accent-soft text-on-accent-soft inset-shadow-[0_0_0_1px_var(--accent)]"
STRIP_DAY = (
    "relative flex h-16 w-12 shrink-0 cursor-pointer snap-center flex-col items-center justify-center "
    "rounded-control pb-2"
)
CLASHING = (
    "flex min-h-14 w-full flex-col justify-center rounded-control border border-line bg-surface-2 px-3.5 text-sm "
    "tabular-nums text-ink-3"
)


def time_button(row: Any, *, on_choose: Callable[[Any], Any], pending: Any) -> rx.Component:
    """One bookable start, named "15:00 to 16:00"; ``pending`` is the start that is being held."""
    return rx.el.button(
        rx.el.span(
            rx.cond(row.day != "", rx.el.span(row.day, ", ", class_name="font-normal")),
            row.begins,
            rx.el.span(" – ", row.ends, class_name="font-normal text-ink-2"),
        ),
        rx.cond(
            pending == row.start,
            ui.spinner(),
            rx.cond(
                row.is_held,
                rx.el.span("Held for you", class_name="text-xs text-sun-text"),
                rx.cond(row.seats != "", _seats(row)),
            ),
        ),
        type="button",
        aria_label=row.label,
        aria_busy=pending == row.start,
        on_click=on_choose(row.start),
        class_name=[TIME, rx.cond(row.is_wanted | row.is_held, MARKED, RESTING)],
    )


def day_times(day: Any, *, on_choose: Callable[[Any], Any], pending: Any, with_heading: Any) -> rx.Component:
    """The times of one day in a group named for its date, parted into morning, afternoon and evening when many."""
    return rx.el.div(
        rx.cond(
            with_heading,
            rx.el.h3(
                day.heading,
                rx.el.span(day.caption, class_name="ml-2 text-xs font-normal text-ink-3 tabular-nums"),
                class_name="text-sm font-semibold",
            ),
        ),
        rx.el.div(
            rx.foreach(day.parts, lambda part: _part(part, on_choose, pending)),
            role="group",
            aria_label=day.label,
            class_name="space-y-5",
        ),
        rx.cond(day.empty != "", _empty(day, on_choose, pending)),
        class_name="space-y-3",
        key=day.iso,
    )


def day_strip(days: Any, *, class_name: str = "") -> rx.Component:
    """Days side by side, scrolled by finger or keyboard; the one shown comes into view (``assets/booking.js``)."""
    return rx.el.div(
        rx.foreach(days, _strip_day),
        role="group",
        aria_label="Day",
        class_name=[
            "-mx-(--gutter) flex snap-x gap-1.5 overflow-x-auto px-(--gutter) py-1 [scrollbar-width:none]",
            class_name,
        ],
        custom_attrs={"data-strip": "true"},
    )


def _seats(row: Any) -> rx.Component:
    tone = rx.match(row.seats_level, (1, "text-sun-text"), (2, "text-danger-text"), "text-ok-text")
    return rx.el.span(row.seats, class_name=["text-xs font-medium", tone])


def _part(part: Any, on_choose: Callable[[Any], Any], pending: Any) -> rx.Component:
    icon = "size-3.5"
    return rx.el.div(
        rx.cond(
            part.name != "",
            rx.el.h4(
                rx.match(
                    part.key,
                    ("morning", ui.icon("sunrise", icon)),
                    ("afternoon", ui.icon("sun", icon)),
                    ui.icon("moon", icon),
                ),
                part.name,
                class_name="mb-2 flex items-center gap-1.5 text-xs font-medium text-ink-3",
            ),
        ),
        rx.el.ul(
            rx.foreach(part.rows, lambda row: _row(row, on_choose, pending)),
            class_name="space-y-2",
        ),
        key=part.key,
    )


def _row(row: Any, on_choose: Callable[[Any], Any], pending: Any) -> rx.Component:
    clash = rx.el.div(
        rx.el.span(row.begins, " – ", row.ends),
        rx.el.span(
            ui.dot(), row.clash, class_name="flex items-center gap-1.5 text-xs leading-4 text-sun-text"
        ),
        class_name=CLASHING,
    )
    return rx.el.li(
        rx.cond(row.clash != "", clash, time_button(row, on_choose=on_choose, pending=pending)),
        key=row.start,
    )


def _empty(day: Any, on_choose: Callable[[Any], Any], pending: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(day.empty, role="status", class_name="text-sm font-medium"),
        rx.cond(
            day.nearest.length() > 0,
            rx.fragment(
                rx.el.p("Next free times", class_name="mt-3 mb-2 text-xs font-medium text-ink-3"),
                rx.el.ul(
                    rx.foreach(day.nearest, lambda row: _row(row, on_choose, pending)),
                    class_name="space-y-2",
                ),
            ),
        ),
    )


def _strip_day(day: Any) -> rx.Component:
    look = rx.cond(
        day.is_selected,
        "bg-accent text-on-accent",
        rx.cond(day.is_free, "bg-accent-soft text-on-accent-soft", "text-ink-3"),
    )

    return rx.el.button(
        rx.el.span(day.weekday, class_name="text-xs"),
        rx.el.span(day.number, class_name="text-base leading-5 font-semibold tabular-nums"),
        rx.cond(day.is_free, ticks(day.ticks, chosen=day.is_selected)),
        type="button",
        aria_label=day.label,
        aria_pressed=day.is_selected,
        # A day without times leads on as well: it says why it has none, and what is free next.
        on_click=rx.redirect(day.href, replace=True),
        class_name=[STRIP_DAY, look],
        key=day.iso,
    )
