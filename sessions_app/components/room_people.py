"""Who takes part in a session, whether they are there, and who did not come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui


def room_people(view: Any, absent: Any, *, on_absent: Callable[[Any], Any]) -> rx.Component:
    """The list. ``view`` is a ``RoomView``; ``absent`` are the bookings that ``on_absent`` marked so far."""
    return rx.el.div(
        rx.el.ul(
            rx.foreach(view.people, lambda who: _person(who, absent, on_absent)),
            aria_label="Who takes part",
            class_name="divide-y divide-line rounded-card bg-surface-2 px-4",
        ),
        rx.cond(view.others != "", rx.el.p(view.others, class_name="mt-2 text-xs text-ink-3")),
        class_name="mt-5",
    )


def _person(who: Any, absent: Any, on_absent: Callable[[Any], Any]) -> rx.Component:
    there = "inline-flex shrink-0 items-center gap-1 text-xs font-medium"
    return rx.el.li(
        rx.el.div(
            ui.avatar(who.initials, who.colour),
            rx.el.div(
                rx.el.p(who.name, class_name="truncate text-sm font-medium"),
                rx.el.p(who.role, class_name="text-xs text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            rx.match(
                who.here,
                (
                    "in",
                    rx.el.span(
                        ui.icon("check", "size-3.5"), "In the room", class_name=f"{there} text-ok-text"
                    ),
                ),
                ("lobby", rx.el.span("In the lobby", class_name=f"{there} text-sun-text")),
                ("was", rx.el.span("Left", class_name=f"{there} text-ink-3")),
                rx.fragment(),
            ),
            class_name="flex items-center gap-3 py-4",
        ),
        rx.cond(
            who.can_be_absent,
            ui.checkbox(
                rx.fragment(who.name, " did not come"),
                "absent",
                on_change=on_absent(who.booking_id),
                default_checked=absent.contains(who.booking_id),
                custom_attrs={"data-checked": absent.contains(who.booking_id)},
                class_name="-mt-2 pb-2",
            ),
        ),
        key=who.name,
    )
