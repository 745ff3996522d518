"""The parts of a page that are bound to the shared state: who looks, messages, and what was refused.

A page passes them to its template: ``layout.page(…, visitor=visitor(), toasts=toasts())``.
"""

from __future__ import annotations

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.state.base import AppState
from sessions_app.state.unread import UnreadState


def visitor() -> layout.Visitor:
    """Who looks, for the frame."""
    who = AppState.visitor
    return layout.Visitor(
        ready=who.ready,
        signed_in=who.signed_in,
        name=who.name,
        initials=who.initials,
        colour=who.colour,
        role=who.role,
        messages=UnreadState.count,
    )


def toasts() -> rx.Component:
    """Where ``AppState._say`` is heard and seen."""
    return ui.toast_region(AppState.toasts, AppState.dismiss_toast)


def problem(class_name: str = "") -> rx.Component:
    """What was refused last, in a ``role="alert"``; nothing while nothing was. Put one on each page."""
    return ui.form_error(AppState.problem.message, class_name=class_name)


def problem_of(field: str) -> rx.Var[str]:
    """The refusal's message if it is about this field, for ``error=`` of a field; else empty."""
    return rx.cond(AppState.problem.field == field, AppState.problem.message, "")
