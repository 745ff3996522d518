"""Badges, tags, dots and counts. A badge says a state with icon and words, never with colour alone."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from sessions_app.components.ui.icons import BADGE, icon
from sessions_app.components.ui.values import Number, Text

Tone = Literal["neutral", "accent", "accent-solid", "sun", "ok", "danger", "info"]

TONES: dict[Tone, str] = {
    "neutral": "bg-surface-3 text-ink-2",
    "accent": "bg-accent-soft text-on-accent-soft",
    "accent-solid": "bg-accent text-on-accent",
    "sun": "bg-sun-soft text-sun-text",
    "ok": "bg-ok-soft text-ok-text",
    "danger": "bg-danger-soft text-danger-text",
    "info": "bg-info-soft text-info-text",
}


def badge(label: Text, *, name: str | None = None, tone: Tone = "neutral", **attrs: Any) -> rx.Component:
    """A state in a pill: the icon ``name`` and the words."""
    return rx.el.span(
        *([icon(name, BADGE)] if name else []),
        label,
        class_name=[
            "inline-flex h-6 shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 text-xs "
            "font-medium",
            TONES[tone],
        ],
        **attrs,
    )


def tag(label: Text, **attrs: Any) -> rx.Component:
    """A quiet fact about a thing ("Free intro, 30 min"), not a state."""
    return rx.el.span(
        label,
        class_name="inline-flex h-6 shrink-0 items-center gap-1 whitespace-nowrap rounded-[6px] "
        "bg-surface-2 px-2 "
        "text-xs text-ink-2",
        **attrs,
    )


def dot() -> rx.Component:
    """The sun dot: now, today or new. The words beside it carry the meaning."""
    return rx.el.span(
        aria_hidden="true",
        custom_attrs={"data-mark": "true"},
        class_name="inline-block size-1.5 shrink-0 rounded-full bg-sun",
    )


def count_badge(count: Number, class_name: str = "absolute top-0.5 right-0.5") -> rx.Component:
    """How many things are new, on the corner of a control that says it too; nothing at zero."""
    face = rx.el.span(
        count,
        aria_hidden="true",
        class_name=[
            "inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-sun px-1 text-xs "
            "leading-none "
            "font-semibold tabular-nums text-on-sun ring-2 ring-bg",
            class_name,
        ],
    )
    if isinstance(count, int):
        return face if count > 0 else rx.fragment()
    return rx.cond(count > 0, face, rx.fragment())
