"""A week of an instructor: seven columns of time, on phones the one of the day chosen (DESIGN 1 and 09).

Petrol is what is booked, dashed blue what is asked for, white the open hours, sun is now. A session is a button with
a menu; with a mouse it can be dragged as well (``assets/week.js``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.buttons import ICON_BUTTON
from sessions_app.components.ui.values import node_id

_GROUND = "absolute inset-x-0"
_KINDS = {
    "session": "border-accent-line bg-accent-soft text-on-accent-soft hover:bg-accent-soft-2",
    "running": "border-accent bg-accent-soft-2 text-on-accent-soft",
    "request": "border-dashed border-info-line bg-info-soft text-info-text",
    "proposed": "border-dashed border-info-line bg-surface text-info-text",
    "unpaid": "border-sun-line bg-sun-soft text-sun-text",
    "held": "border-dashed border-line-2 bg-surface-2 text-ink-2",
    "past": "border-line bg-surface-2 text-ink-2",
}
_DROP, _NEW = "week-drop", "week-new"


@dataclass(frozen=True)
class WeekActions:
    """What the menus do, each with the booking's id; the two forms say where something was dropped or clicked."""

    accept: Callable[[Any], Any]
    decline: Callable[[Any], Any]
    propose: Callable[[Any], Any]
    move: Callable[[Any], Any]
    move_group: Callable[[Any], Any]
    cancel: Callable[[Any], Any]
    dropped: Any
    clicked: Any


def week_calendar(week: Any, do: WeekActions) -> rx.Component:
    """The week. ``week`` is a ``WeekView``."""
    return rx.el.section(
        _head(week),
        rx.el.div(
            rx.el.ol(rx.foreach(week.days, _day_head), class_name="grid grid-cols-7 gap-1 md:ml-12 md:gap-0"),
            rx.el.p(week.day_heading, class_name="mt-3 text-sm font-semibold md:hidden"),
            rx.el.div(
                rx.foreach(week.hours, _hour),
                rx.el.div(
                    rx.foreach(week.days, lambda day: _column(day, week, do)),
                    class_name="absolute inset-y-0 right-0 left-12 grid grid-cols-1 border-l border-line "
                    "md:grid-cols-7",
                ),
                class_name="relative mt-2",
                style={"height": week.height},
            ),
            custom_attrs={"data-week": "true", "data-first": week.first_minute, "data-snap": week.snap},
            class_name="mt-4 [--hour:88px] md:[--hour:52px]",
        ),
        rx.el.p(
            week.zone,
            rx.el.span(
                " · Drag a session to move it, click open time for a new one. Each session's menu does the same.",
                class_name="max-md:hidden",
            ),
            class_name="mt-3 text-xs tabular-nums text-ink-3",
        ),
        _report(_DROP, do.dropped),
        _report(_NEW, do.clicked),
        aria_labelledby="week-heading",
    )


def _head(week: Any) -> rx.Component:
    def step(name: str, label: str, href: Any, class_name: str) -> rx.Component:
        return ui.link(
            ui.icon(name),
            href=href,
            aria_label=label,
            replace=True,
            class_name=[ICON_BUTTON, class_name],
        )

    return rx.el.div(
        rx.el.h2(week.heading, id=node_id("week-heading"), class_name="text-base font-semibold tabular-nums"),
        rx.el.div(
            step("chevron-left", "Previous week", week.previous_href, "max-md:hidden"),
            step("chevron-left", "Previous day", week.previous_day_href, "md:hidden"),
            ui.button_link("Today", week.today_href, size="sm", replace=True),
            step("chevron-right", "Next day", week.next_day_href, "md:hidden"),
            step("chevron-right", "Next week", week.next_href, "max-md:hidden"),
            class_name="flex items-center gap-1",
        ),
        class_name="flex flex-wrap items-center justify-between gap-3",
    )


def _day_head(day: Any) -> rx.Component:
    return rx.el.li(
        ui.link(
            rx.el.span(day.weekday, aria_hidden="true", class_name="text-xs text-ink-3"),
            rx.el.span(
                day.number,
                rx.cond(
                    day.is_today,
                    rx.el.span(
                        class_name="absolute top-0.5 right-0.5 size-1.5 rounded-full bg-sun",
                        custom_attrs={"data-mark": "true"},
                    ),
                ),
                aria_hidden="true",
                class_name=[
                    "relative inline-flex size-9 items-center justify-center rounded-control text-sm tabular-nums",
                    rx.cond(day.is_today, "font-semibold", ""),
                    rx.cond(day.is_chosen, "max-md:bg-accent max-md:text-on-accent", ""),
                ],
            ),
            rx.cond(
                day.is_away,
                rx.el.span("Away", aria_hidden="true", class_name="text-xs text-ink-3"),
                rx.el.span(
                    aria_hidden="true",
                    class_name=[
                        "h-1 w-4 rounded-full md:hidden",
                        rx.cond(day.count != "", "bg-accent", "bg-transparent"),
                    ],
                ),
            ),
            rx.el.span(day.label, class_name="sr-only"),
            href=day.href,
            replace=True,
            aria_current=rx.cond(day.is_today, "date", "false"),
            class_name="flex min-h-11 flex-col items-center gap-0.5 rounded-control py-1 hover:bg-surface-2",
        ),
        key=day.iso,
    )


def _hour(line: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(
            line.label,
            aria_hidden="true",
            class_name="absolute left-0 w-10 -translate-y-1/2 text-right text-xs tabular-nums text-ink-3",
            custom_attrs={"style": {"top": line.top}},
        ),
        key=line.key,
    )


def _column(day: Any, week: Any, do: WeekActions) -> rx.Component:
    return rx.el.div(
        rx.foreach(day.open, lambda band: _band(band, "bg-surface")),
        rx.foreach(
            week.hours,
            lambda line: rx.el.span(
                key=line.key,
                class_name=f"{_GROUND} h-px bg-line",
                custom_attrs={"style": {"top": line.top}},
            ),
        ),
        rx.foreach(day.rest, lambda band: _band(band, "bg-surface-3/70")),
        rx.foreach(day.voids, _void),
        rx.el.ul(rx.foreach(day.blocks, lambda block: _block(block, do)), class_name="contents"),
        rx.cond(day.now_top != "", _now(day)),
        role="group",
        aria_label=day.label,
        key=day.iso,
        custom_attrs={"data-day": day.iso},
        class_name=[
            "relative cursor-cell border-r border-line bg-surface-2",
            rx.cond(day.is_chosen, "", "max-md:hidden"),
        ],
    )


def _band(band: Any, ground: str) -> rx.Component:
    return rx.el.span(
        key=band.key,
        class_name=[_GROUND, ground],
        custom_attrs={"style": {"top": band.top, "height": band.height}},
    )


def _void(band: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(band.label, class_name="truncate px-2 text-xs text-ink-3"),
        key=band.key,
        class_name=f"{_GROUND} flex items-center bg-surface-3",
        custom_attrs={"style": {"top": band.top, "height": band.height}},
    )


def _now(day: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="-ml-1 size-2 rounded-full bg-sun", custom_attrs={"data-mark": "true"}),
        rx.el.span(class_name="h-0.5 flex-1 bg-sun", custom_attrs={"data-mark": "true"}),
        role="img",
        aria_label="Now, " + day.now_label,
        class_name="pointer-events-none absolute inset-x-0 flex -translate-y-1/2 items-center",
        custom_attrs={"style": {"top": day.now_top}, "data-now": day.now_label},
    )


def _block(block: Any, do: WeekActions) -> rx.Component:
    face = rx.el.button(
        rx.cond(
            block.is_short,
            rx.el.span(block.strong, class_name="truncate text-xs leading-4 font-medium"),
            rx.fragment(
                rx.el.span(block.strong, class_name="w-full truncate text-xs leading-4 font-medium"),
                rx.el.span(block.span, class_name="w-full truncate text-xs leading-4 tabular-nums"),
                rx.cond(
                    block.has_what, rx.el.span(block.what, class_name="w-full truncate text-xs leading-4")
                ),
            ),
        ),
        type="button",
        aria_label=block.label,
        class_name=[
            "flex h-full w-full min-w-0 flex-col overflow-hidden rounded-[6px] border px-1.5 py-0.5 text-left "
            "cursor-pointer select-none transition-colors duration-(--fast)",
            rx.match(block.kind, *_KINDS.items(), ""),
        ],
        custom_attrs={
            "data-block": block.session_id,
            "data-drag": block.can_drag,
            "data-minutes": block.minutes,
        },
    )
    return rx.el.li(
        ui.menu(
            face,
            rx.el.p(
                rx.el.span(block.strong, class_name="block truncate font-medium"),
                rx.el.span(block.span, ", ", block.what, class_name="block text-ink-2 tabular-nums"),
                class_name="px-2.5 pt-1 pb-2 text-xs",
                role="presentation",
            ),
            _item(block.can_accept, "Accept", "check", do.accept(block.id)),
            _item(block.can_decline, "Decline…", "x", do.decline(block.id)),
            _item(block.can_propose, "Propose another time…", "calendar-clock", do.propose(block.id)),
            rx.cond(
                block.is_group,
                _item(block.can_move, "Move to…", "calendar-clock", do.move_group(block.id)),
                _item(block.can_move, "Move to…", "calendar-clock", do.move(block.id)),
            ),
            rx.cond(
                (block.kind == "session") | (block.kind == "running") | (block.kind == "past"),
                ui.menu_link("Message", "/messages?with=" + block.id, lead="message-square"),
            ),
            ui.menu_link("Session room", "/session/" + block.session_id + "/room", lead="video"),
            rx.cond(
                block.can_cancel,
                ui.menu_item("Cancel session…", lead="trash-2", danger=True, on_click=do.cancel(block.id)),
            ),
            id="m-" + block.key,
            label=block.strong,
            class_name="w-60",
        ),
        key=block.key,
        class_name="absolute inset-x-0 px-0.5 py-px",
        custom_attrs={"style": {"top": block.top, "height": block.height}},
    )


def _item(shown: Any, label: str, lead: str, on_click: Any) -> rx.Component:
    return rx.cond(shown, ui.menu_item(label, lead=lead, on_click=on_click))


def _report(form_id: str, on_submit: Any) -> rx.Component:
    """Where ``assets/week.js`` writes what was done, once it is done."""
    return rx.el.form(
        *(
            rx.el.input(type="hidden", name=name, custom_attrs={"aria-hidden": "true"})
            for name in ("session", "day", "minute")
        ),
        id=node_id(form_id),
        on_submit=on_submit,
        reset_on_submit=False,
        class_name="hidden",
    )
