"""Buttons. One primary a screen; danger is solid only in the dialog that asks (DESIGN 1.3)."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from sessions_app.components.ui.badges import count_badge
from sessions_app.components.ui.icons import NAVIGATION, icon, spinner
from sessions_app.components.ui.links import link
from sessions_app.components.ui.values import Children, Flag, Handler, Number, Text, when

Variant = Literal["primary", "secondary", "ghost", "danger", "danger-quiet"]
Size = Literal["sm", "md", "lg"]

BASE = (
    "relative inline-flex items-center justify-center gap-2 shrink-0 whitespace-nowrap rounded-control "
    "font-medium "
    "select-none cursor-pointer transition-colors duration-(--fast) ease-out disabled:cursor-not-allowed "
    "disabled:bg-surface-3 disabled:text-ink-3 disabled:border-transparent aria-busy:cursor-progress"
)
SIZES: dict[Size, str] = {
    "sm": "h-(--control-sm) px-3 text-sm",
    "md": "h-(--control) px-4 text-sm",
    "lg": "h-12 px-5 text-base",
}
VARIANTS: dict[Variant, str] = {
    "primary": "bg-accent text-on-accent hover:bg-accent-hover active:bg-accent-hover",
    "secondary": "bg-surface text-ink border border-line-2 hover:bg-surface-2 active:bg-surface-3",
    "ghost": "text-ink-2 hover:bg-surface-3/60 hover:text-ink active:bg-surface-3",
    "danger": "bg-danger text-on-danger hover:bg-danger-hover forced-colors:border",
    "danger-quiet": "bg-surface text-danger-text border border-line-2 hover:bg-danger-soft "
    "hover:border-danger-line",
}
ICON_BUTTON = (
    "relative inline-flex size-(--control) items-center justify-center rounded-control text-ink-2 shrink-0 "
    "hover:bg-surface-3/60 hover:text-ink transition-colors duration-(--fast) cursor-pointer "
    "disabled:text-ink-3/50 disabled:hover:bg-transparent disabled:cursor-not-allowed"
)


def _mark(variant: Variant) -> dict[str, str]:
    """Primary buttons keep a fill in forced colours (tokens.css)."""
    return {"data-primary": "true"} if variant == "primary" else {}


def _content(label: Text, lead: rx.Component | None, busy: Flag, busy_label: Text | None) -> list[Children]:
    """The face of a button; both faces share one grid cell, so that waiting never changes the width."""
    resting: list[Children] = [*([lead] if lead else []), label]
    if busy is False:
        return resting
    if busy_label is None:
        return [
            rx.el.span(*resting, class_name="inline-flex items-center gap-2 in-aria-busy:opacity-0"),
            when(busy, rx.el.span(spinner(), class_name="absolute inset-0 grid place-items-center")),
        ]
    return [
        rx.el.span(
            rx.el.span(
                *resting,
                class_name="col-start-1 row-start-1 inline-flex items-center justify-center gap-2 "
                "in-aria-busy:invisible",
            ),
            rx.el.span(
                spinner(),
                busy_label,
                class_name="invisible col-start-1 row-start-1 inline-flex items-center justify-center gap-2 "
                "in-aria-busy:visible",
            ),
            class_name="grid",
        )
    ]


def button(
    label: Text,
    *,
    variant: Variant = "secondary",
    size: Size = "md",
    lead: str | None = None,
    on_click: Handler = None,
    disabled: Flag = False,
    busy: Flag = False,
    busy_label: Text | None = None,
    kind: Literal["button", "submit"] = "button",
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A button named by its ``label``, with the icon ``lead`` before it.

    ``busy`` swaps the face for a spinner (and ``busy_label``) at the same width and lets no second click
    through (``assets/kit.js``). Other attributes (``aria_describedby``, ``id``, ``name``, ``value`` …) pass
    through.
    """
    if busy is not False:
        attrs["aria_busy"] = busy
    return rx.el.button(
        *_content(label, icon(lead) if lead else None, busy, busy_label),
        type=kind,
        disabled=disabled,
        class_name=[BASE, SIZES[size], VARIANTS[variant], class_name],
        custom_attrs={**_mark(variant), **attrs.pop("custom_attrs", {})},
        **({"on_click": on_click} if on_click is not None else {}),
        **attrs,
    )


def submit_button(
    label: Text,
    *,
    variant: Variant = "primary",
    size: Size = "lg",
    busy: Flag = False,
    busy_label: Text | None = None,
    class_name: str = "w-full",
    **attrs: Any,
) -> rx.Component:
    """The one button that sends a form: primary, large and as wide as the form unless said otherwise."""
    return button(
        label,
        variant=variant,
        size=size,
        busy=busy,
        busy_label=busy_label,
        kind="submit",
        class_name=class_name,
        **attrs,
    )


def button_link(
    label: Text,
    href: Text,
    *,
    variant: Variant = "secondary",
    size: Size = "md",
    lead: str | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A link that looks like a button: for going somewhere rather than doing something.

    ``external=True`` leaves the product (another host, a file, ``/api``); see ``links.link``.
    """
    return link(
        *([icon(lead)] if lead else []),
        label,
        href=href,
        class_name=[BASE, SIZES[size], VARIANTS[variant], class_name],
        custom_attrs={**_mark(variant), **attrs.pop("custom_attrs", {})},
        **attrs,
    )


def icon_button(
    name: str,
    label: Text,
    *,
    on_click: Handler = None,
    disabled: Flag = False,
    count: Number | None = None,
    size: str = NAVIGATION,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A button that is only an icon, named by ``label``.

    For back, close, previous, next, add, copy, remove, edit and bell alone (DESIGN 10). ``count`` puts a
    number of new things on its corner; say it in the label too.
    """
    return rx.el.button(
        icon(name, size),
        *([count_badge(count)] if count is not None else []),
        type="button",
        disabled=disabled,
        aria_label=label,
        class_name=[ICON_BUTTON, class_name],
        **({"on_click": on_click} if on_click is not None else {}),
        **attrs,
    )


def icon_link(
    name: str,
    label: Text,
    href: Text,
    *,
    count: Number | None = None,
    size: str = NAVIGATION,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """``icon_button`` for going somewhere."""
    return link(
        icon(name, size),
        *([count_badge(count)] if count is not None else []),
        href=href,
        aria_label=label,
        class_name=[ICON_BUTTON, class_name],
        **attrs,
    )
