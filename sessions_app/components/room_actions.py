"""The buttons of a session's room: in and out, and the beginning and the end for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui


@dataclass(frozen=True)
class RoomEvents:
    """What the buttons do: ``join`` and ``leave`` with this tab, ``start`` and ``end`` for everybody."""

    join: Any
    leave: Any
    start: Any
    end: Any


def room_actions(view: Any, *elsewhere: rx.Component, do: RoomEvents) -> rx.Component:
    """What can be done now. ``view`` is a ``RoomView``; ``elsewhere`` are ways to a video outside of the page."""
    noted = rx.el.p(
        "Attendance is noted when you join and leave.", class_name="mt-2 text-center text-xs text-ink-3"
    )
    join = ui.button(
        "Join",
        variant="primary",
        size="lg",
        lead="video",
        on_click=do.join,
        disabled=view.kind == "soon",
        class_name="w-full",
    )
    leave = ui.button("Leave", variant="ghost", on_click=do.leave, class_name="w-full")
    return rx.el.div(
        rx.cond(view.can_start, _start_button(do.start)),
        rx.cond(
            ((view.kind == "ready") & ~view.can_start) | (view.kind == "soon"),
            rx.fragment(join, noted),
        ),
        *elsewhere,
        rx.cond(view.can_end, end_button(view.end_hint, do.end)),
        rx.cond((view.kind == "lobby") | (view.kind == "in"), leave),
        class_name="mt-5 space-y-3",
    )


def start_and_end(view: Any, *, do: RoomEvents) -> rx.Component:
    """What can be done where nobody has to go in: people meet in person."""
    return rx.el.div(
        rx.cond(view.can_start, _start_button(do.start)),
        rx.cond(view.can_end, end_button(view.end_hint, do.end)),
        class_name="mt-5 space-y-3",
    )


def end_button(hint: Any, on_end: Any) -> rx.Component:
    """Ends it for everybody; ``hint`` says what that means now, empty where nothing needs saying."""
    return rx.fragment(
        ui.button("End session", variant="danger-quiet", on_click=on_end, class_name="w-full"),
        rx.cond(hint != "", rx.el.p(hint, class_name="text-xs text-ink-3")),
    )


def _start_button(on_start: Any) -> rx.Component:
    return ui.button(
        "Start session", variant="primary", size="lg", lead="play", on_click=on_start, class_name="w-full"
    )
