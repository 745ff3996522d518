"""Surfaces and the headings on them. Cards never nest and never cast a shadow at rest (DESIGN 1.4, 12)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components.ui.icons import icon
from sessions_app.components.ui.links import link
from sessions_app.components.ui.values import Children, Text

CARD = "rounded-card border border-line bg-surface"
CARD_LINK = (
    f"{CARD} transition-[border-color,box-shadow] duration-(--normal) ease-out "
    "hover:border-line-2 hover:shadow-1"
)


def card(*children: Children, class_name: str = "p-5", tag: Any = rx.el.div, **attrs: Any) -> rx.Component:
    """A bordered surface; ``tag`` is the element function (``rx.el.section``, ``rx.el.li`` …)."""
    return tag(*children, class_name=[CARD, class_name], **attrs)


def card_link(*children: Children, href: Text, class_name: str = "p-5", **attrs: Any) -> rx.Component:
    """A whole card that is one link; it must hold no other control."""
    return link(*children, href=href, class_name=[CARD_LINK, "block", class_name], **attrs)


def well(*children: Children, class_name: str = "p-4", tag: Any = rx.el.div, **attrs: Any) -> rx.Component:
    """A quiet ground for secondary facts inside a card."""
    return tag(*children, class_name=["rounded-card bg-surface-2", class_name], **attrs)


def section_heading(
    title: Children,
    *,
    note: Children | None = None,
    aside: Children | None = None,
    level: int = 2,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A section's heading with a quiet ``note`` beside it and an action at the far end."""
    heading = (rx.el.h1, rx.el.h2, rx.el.h3, rx.el.h4)[level - 1]
    return rx.el.div(
        heading(title, class_name="text-lg font-semibold", **attrs),
        *([rx.el.span(note, class_name="text-sm tabular-nums text-ink-2")] if note is not None else []),
        *([rx.el.div(aside, class_name="ml-auto")] if aside is not None else []),
        class_name=["flex flex-wrap items-baseline gap-x-6 gap-y-1", class_name],
    )


def empty_state(
    name: str,
    title: Text,
    body: Children | None = None,
    *,
    action: Children | None = None,
    level: int = 3,
    class_name: str = "",
) -> rx.Component:
    """Where a list would be: what is missing, why or when that changes, and at most one secondary action."""
    heading = (rx.el.h1, rx.el.h2, rx.el.h3, rx.el.h4)[level - 1]
    return rx.el.div(
        rx.el.span(
            icon(name, "size-5"),
            class_name="inline-flex size-11 items-center justify-center rounded-full bg-surface-3 text-ink-2",
        ),
        heading(title, class_name="mt-4 text-base font-semibold"),
        *([rx.el.p(body, class_name="mt-1 max-w-[22rem] text-sm text-ink-2")] if body is not None else []),
        *([rx.el.div(action, class_name="mt-5")] if action is not None else []),
        class_name=["flex flex-col items-center px-6 py-12 text-center", class_name],
    )
