"""What students see of a schedule: a map of its starts by hour or by day, and the sentence that counts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.values import node_id


def schedule_preview(
    view: Any,
    *,
    on_show: Callable[[Any], Any],
    on_turn: Callable[[Any], Any],
    on_kind: Callable[[Any], Any],
) -> rx.Component:
    """The preview beside the editor; ``view`` is a ``PreviewView``."""
    return ui.well(
        rx.el.div(
            rx.el.div(
                rx.el.h2("What students see", id=node_id("preview"), class_name="text-sm font-semibold"),
                rx.el.p(view.title, aria_live="polite", class_name="text-xs text-ink-3"),
                class_name="min-w-0",
            ),
            rx.el.div(
                ui.icon_button(
                    "chevron-left",
                    rx.cond(view.shows == "week", "Previous week", "Previous month"),
                    on_click=on_turn(-1),
                    disabled=~view.can_go_back,
                ),
                ui.icon_button(
                    "chevron-right",
                    rx.cond(view.shows == "week", "Next week", "Next month"),
                    on_click=on_turn(1),
                    disabled=~view.can_go_on,
                ),
                class_name="-mr-2 ml-auto flex",
            ),
            class_name="flex items-start gap-2",
        ),
        rx.el.div(
            ui.segmented("Map", [("week", "Week"), ("month", "Month")], value=view.shows, on_change=on_show),
            rx.cond(
                view.kinds.length() > 1,
                rx.el.select(
                    rx.foreach(view.kinds, lambda kind: rx.el.option(kind.label, value=kind.value)),
                    default_value=view.kind,
                    on_change=on_kind,
                    aria_label="Sessions counted",
                    class_name="h-8 min-w-0 flex-1 cursor-pointer truncate rounded-control border border-field "
                    "bg-surface px-2 text-xs text-ink max-sm:h-11",
                ),
            ),
            class_name="mt-3 flex items-center gap-2",
        ),
        rx.cond(view.shows == "week", _week(view), _month(view)),
        rx.el.div(
            rx.el.span(
                rx.el.span(
                    *(
                        rx.el.span(class_name=f"size-3 rounded-[3px] {look}")
                        for look in ("bg-surface", "bg-d1", "bg-d2", "bg-d3")
                    ),
                    aria_hidden="true",
                    class_name="flex gap-0.5",
                ),
                "fewer to more starts",
                class_name="inline-flex items-center gap-1.5",
            ),
            rx.cond(
                view.shows == "week",
                rx.el.span(
                    rx.el.span(class_name="size-3 rounded-[3px] bg-accent", aria_hidden="true"),
                    "booked",
                    class_name="inline-flex items-center gap-1.5",
                ),
            ),
            class_name="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-ink-3",
        ),
        rx.el.div(
            rx.el.p(
                "You offer ",
                rx.el.b(view.starts, class_name="font-semibold tabular-nums text-ink"),
                " in the next 28 days",
                rx.cond(view.change != "", ", " + view.change, ""),
                ".",
            ),
            rx.el.p(view.beyond, class_name="mt-1 text-xs text-ink-3"),
            rx.cond(view.note != "", rx.el.p(view.note, class_name="mt-1 text-xs text-sun-text")),
            aria_live="polite",
            class_name="mt-4 border-t border-line-2 pt-4 text-sm text-ink-2",
        ),
        tag=rx.el.section,
        aria_labelledby="preview",
        class_name="p-5",
    )


def _look(level: Any) -> Any:
    return rx.match(
        level,
        (-1, "bg-transparent"),
        (1, "bg-d1"),
        (2, "bg-d2"),
        (3, "bg-d3"),
        (4, "bg-accent"),
        "bg-surface",
    )


def _table(view: Any, head: rx.Component, *, row: Callable[[Any], rx.Component]) -> rx.Component:
    return rx.el.table(
        rx.el.caption(view.title, class_name="sr-only"),
        head,
        rx.el.tbody(rx.foreach(view.rows, row)),
        class_name="mt-4 w-full table-fixed border-separate border-spacing-[3px]",
    )


def _heads(view: Any, corner: list[rx.Component], *, numbered: bool) -> rx.Component:
    return rx.el.thead(
        rx.el.tr(
            *corner,
            rx.foreach(
                view.heads,
                lambda head: rx.el.th(
                    rx.el.span(head.name, class_name="sr-only"),
                    rx.el.span(head.short, aria_hidden="true", class_name="block"),
                    *([rx.el.span(head.number, aria_hidden="true", class_name="block")] if numbered else []),
                    scope="col",
                    class_name="pb-1 text-center text-xs font-medium tabular-nums text-ink-3",
                ),
            ),
        )
    )


def _week(view: Any) -> rx.Component:
    corner = [rx.el.th(rx.el.span("Hour", class_name="sr-only"), scope="col", class_name="w-9")]
    return _table(view, _heads(view, corner, numbered=True), row=_hour)


def _hour(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.cond(
                row.is_labelled,
                rx.el.span(row.label, class_name="absolute right-1 -top-0.5 whitespace-nowrap"),
                rx.el.span(row.label, class_name="sr-only"),
            ),
            scope="row",
            class_name="relative text-right text-xs font-normal tabular-nums text-ink-3",
        ),
        rx.foreach(
            row.cells,
            lambda cell: rx.el.td(
                rx.el.span(cell.text, class_name="sr-only"),
                class_name=["relative h-4 rounded-cell p-0", _look(cell.level)],
                custom_attrs={"data-level": cell.level},
            ),
        ),
        key=row.label,
    )


def _month(view: Any) -> rx.Component:
    return _table(view, _heads(view, [], numbered=False), row=_days)


def _days(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.foreach(
            row.cells,
            lambda cell: rx.el.td(
                rx.el.span(cell.text, class_name="sr-only"),
                rx.el.span(cell.mark, aria_hidden="true"),
                class_name=[
                    "relative h-8 rounded-cell p-0 text-center text-xs tabular-nums",
                    rx.cond(cell.level > 0, "text-on-d", "text-ink-3"),
                    _look(cell.level),
                ],
                custom_attrs={"data-level": cell.level},
            ),
        ),
        key=row.label,
    )
