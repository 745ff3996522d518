"""Skeletons: the final shape while waiting. They appear after 150 ms, so that fast answers do not flicker."""

from __future__ import annotations

import reflex as rx

from sessions_app.components.ui.values import Text


def skeleton(class_name: str = "h-4 w-full") -> rx.Component:
    """One grey shape with the size of what will stand there."""
    return rx.el.span(
        aria_hidden="true",
        class_name=[
            "block rounded-control bg-surface-3 animate-pulse motion-reduce:animate-none",
            class_name,
        ],
    )


def skeletons(label: Text, *shapes: rx.Component, class_name: str = "") -> rx.Component:
    """Shapes that together stand for one thing being loaded, announced as ``label`` ("Loading times")."""
    return rx.el.div(*shapes, role="status", aria_label=label, class_name=["appear-late", class_name])
