"""The dialog that moves a booking: the month, a day's times, and one button that says to when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.booking_summary import session_line
from sessions_app.components.bound import problem
from sessions_app.components.month_grid import month_grid
from sessions_app.components.time_list import day_times, time_button


def move_dialog(
    view: Any, others: Any, *, on_keep: Any, on_choose: Callable[[Any], Any], on_move: Any, busy: rx.Var[str]
) -> rx.Component:
    """The dialog, open while ``view`` (a ``MoveView``) is about a booking; ``others`` are times after a lost one."""
    session = session_line(view)
    lost = rx.cond(
        others.length() > 0,
        rx.el.div(
            rx.el.p("The nearest free times", class_name="text-xs font-medium text-ink-3"),
            rx.el.ul(
                rx.foreach(
                    others,
                    lambda row: rx.el.li(time_button(row, on_choose=on_choose, pending=""), key=row.start),
                ),
                class_name="mt-2 grid grid-cols-1 gap-2 sm:grid-cols-3",
            ),
        ),
    )
    month = rx.el.div(
        month_grid(view.grid, chips=rx.fragment()),
        rx.cond(view.empty != "", rx.el.p(view.empty, role="status", class_name="mt-3 text-sm font-medium")),
        class_name=rx.cond(view.is_day_open, "max-sm:hidden", ""),
    )
    times = rx.cond(
        view.times.iso != "",
        rx.el.div(
            rx.el.div(
                ui.link(
                    ui.icon("chevron-left"),
                    "All days",
                    href=view.back_href,
                    replace=True,
                    class_name="-ml-1 inline-flex min-h-11 items-center gap-1 text-sm font-medium text-accent-text "
                    "sm:hidden",
                ),
                rx.el.h3(
                    view.times.heading,
                    rx.el.span(
                        view.times.caption, class_name="ml-2 text-xs font-normal text-ink-3 tabular-nums"
                    ),
                    tab_index=-1,
                    custom_attrs={"data-times": view.times.iso},
                    class_name="text-sm font-semibold outline-none",
                ),
            ),
            day_times(view.times, on_choose=on_choose, pending="", with_heading=False),
            class_name=[
                "space-y-3 sm:max-h-[24rem] sm:overflow-y-auto sm:p-1",
                rx.cond(view.is_day_open, "", "max-sm:hidden"),
            ],
        ),
    )
    choosing = rx.fragment(
        lost,
        rx.el.div(
            month,
            times,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-6 sm:grid-cols-[minmax(0,1fr)_15rem]",
        ),
        rx.el.p(view.zone, " · ", view.left, class_name="text-xs tabular-nums text-ink-3"),
    )
    buttons = rx.el.div(
        ui.button("Keep this time", on_click=on_keep, custom_attrs={"data-autofocus": "true"}),
        rx.cond(
            view.blocked == "",
            ui.button(
                view.confirm,
                variant="primary",
                disabled=view.chosen == "",
                busy=busy == "move",
                on_click=on_move,
            ),
        ),
        class_name="flex w-full justify-end gap-2 max-sm:flex-col-reverse max-sm:*:w-full",
    )
    return ui.dialog(
        view.heading,
        session,
        problem(),
        rx.cond(
            view.blocked != "",
            ui.banner(
                view.blocked,
                "The session stays as it is. If you cannot come, you can still cancel it.",
                kind="sun",
            ),
            choosing,
        ),
        open=view.booking_id != "",
        on_close=on_keep,
        footer=buttons,
        id="move-dialog",
        class_name="max-w-[48rem]",
    )
