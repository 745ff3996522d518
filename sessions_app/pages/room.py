"""``/session/[session_id]/room``: the page on which a session is joined."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.state.base import AppState
from sessions_app.state.room import RoomState


def room() -> rx.Component:
    """The session in one column, with the way in."""
    view = RoomState.view
    return layout.focus_page(
        problem("mb-4"),
        rx.match(view.kind, ("", _loading()), ("gone", _gone()), _session(view)),
        visitor=visitor(),
        wide=True,
        bare=False,
        toasts=toasts(),
    )


def _session(view: Any) -> rx.Component:
    return rx.fragment(
        rx.el.h1(view.title, class_name="text-xl font-semibold text-balance"),
        rx.el.section(
            rx.el.div(
                ui.avatar(view.initials, view.colour, size="lg"),
                rx.el.div(
                    rx.el.p(view.day, class_name="text-sm text-ink-2"),
                    rx.el.p(view.span, class_name="text-lg leading-6 font-semibold tabular-nums"),
                    rx.el.p(
                        "with ",
                        ui.text_link(view.instructor, view.instructor_href, inline=True),
                        rx.cond(view.other != "", rx.fragment(" · ", view.other)),
                        class_name="mt-0.5 text-sm text-ink-2",
                    ),
                    rx.cond(view.place != "", rx.el.p(view.place, class_name="mt-0.5 text-sm text-ink-2")),
                    class_name="min-w-0",
                ),
                class_name="flex items-center gap-4 p-5 sm:p-6",
            ),
            rx.el.div(
                rx.el.p(view.lead, role="status", class_name="text-sm text-ink-2"),
                rx.cond(
                    view.until != "",
                    rx.el.span(
                        ui.countdown(
                            view.until,
                            total_seconds=view.total,
                            now=view.now,
                            before="Opens in",
                            on_end=RoomState.refresh,
                        ),
                        class_name=rx.cond(view.kind == "soon", "mt-2 block", "hidden"),
                    ),
                ),
                rx.match(
                    view.kind,
                    (
                        "open",
                        ui.button_link(
                            "Join",
                            view.room_url,
                            external=True,
                            new_tab=True,
                            variant="primary",
                            size="lg",
                            lead="video",
                            class_name="mt-4 w-full",
                        ),
                    ),
                    (
                        "soon",
                        ui.button(
                            "Join",
                            variant="primary",
                            size="lg",
                            lead="video",
                            disabled=True,
                            class_name="mt-4 w-full",
                        ),
                    ),
                    rx.fragment(),
                ),
                class_name="border-t border-line p-5 sm:p-6",
            ),
            aria_label="Your session",
            class_name="mt-6 rounded-card border border-line bg-surface",
        ),
        rx.el.p(
            ui.text_link("Back to your sessions", layout.home_of(AppState.visitor.role)),
            " · ",
            ui.text_link("If something does not work", "/help/joining"),
            class_name="mt-6 text-sm text-ink-2",
        ),
    )


def _gone() -> rx.Component:
    return ui.empty_state(
        "video-off",
        "We cannot find this session",
        "The link may be incomplete, or the session belongs to another account.",
        action=ui.button_link("Back to your sessions", layout.home_of(AppState.visitor.role)),
        level=1,
    )


def _loading() -> rx.Component:
    return ui.skeletons(
        "Loading the session",
        ui.skeleton("h-8 w-72 max-w-full"),
        ui.skeleton("mt-6 h-56 w-full rounded-card"),
    )
