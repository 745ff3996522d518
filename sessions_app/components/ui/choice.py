"""Choosing: checkboxes, radio groups, switches, segmented controls and chips.

``on_change`` of a group is called with the chosen value. Arrow keys in segmented controls move without a
round trip (``assets/kit.js``); each move is a choice, as in a native radio group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from sessions_app.components.ui.icons import BADGE, icon
from sessions_app.components.ui.values import Children, Flag, Handler, Text, node_id

Choices = Sequence[tuple[str, Text]] | rx.Var[Any]


def choice(options: Choices, draw: Callable[[Any, Any], rx.Component]) -> list[rx.Component]:
    """Draw each option: (value, label) pairs, or a var of items with ``.value`` and ``.label``."""
    if isinstance(options, rx.Var):
        return [rx.foreach(options, lambda option: draw(option.value, option.label))]
    return [draw(value, label) for value, label in options]


def checkbox(
    label: Children, name: str, *, hint: Text | None = None, class_name: str = "", **attrs: Any
) -> rx.Component:
    """A box with its words; the whole line is the target.

    ``default_checked``, ``on_change`` … go to the input.
    """
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=name,
            class_name="size-5 shrink-0 rounded-cell border border-field accent-accent",
            **attrs,
        ),
        rx.el.span(
            label, *([rx.el.span(hint, class_name="block text-xs text-ink-3")] if hint is not None else [])
        ),
        class_name=["flex min-h-11 cursor-pointer items-center gap-3 text-sm", class_name],
    )


def radio_group(
    label: Text,
    name: str,
    options: Choices,
    *,
    value: Text,
    on_change: Handler,
    show_label: bool = True,
    class_name: str = "",
) -> rx.Component:
    """Native radio buttons under a group named ``label``; ``value`` is the chosen one.

    A choice shows at once, before the server has heard of it; when ``value`` changes otherwise, the buttons follow
    (``assets/kit.js``).
    """
    label_id = f"group-{name}"

    def draw(option: Any, text: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=option,
                default_checked=value == option,
                custom_attrs={"data-checked": value == option},
                on_change=on_change,
                class_name="size-5 shrink-0 accent-accent",
            ),
            rx.el.span(text),
            class_name="flex min-h-11 cursor-pointer items-center gap-3 text-sm",
        )

    return rx.el.div(
        rx.el.span(
            label,
            id=node_id(label_id),
            class_name="block text-sm font-medium text-ink" if show_label else "sr-only",
        ),
        *choice(options, draw),
        role="radiogroup",
        aria_labelledby=label_id,
        class_name=class_name,
    )


def switch(
    label: Text,
    *,
    checked: Flag,
    on_click: Handler,
    show_label: bool = True,
    disabled: Flag = False,
    **attrs: Any,
) -> rx.Component:
    """An on-off that acts at once, named ``label``."""
    control = rx.el.button(
        rx.el.span(
            class_name="block size-4.5 translate-x-0.5 rounded-full bg-surface shadow-1 transition-transform "
            "duration-(--normal) ease-out in-aria-checked:translate-x-[1.125rem] in-aria-checked:bg-on-accent"
        ),
        type="button",
        role="switch",
        aria_checked=checked,
        aria_label=label,
        disabled=disabled,
        on_click=on_click,
        class_name="relative inline-flex h-6 w-10 shrink-0 items-center rounded-full border "
        "border-transparent "
        "bg-field transition-colors duration-(--normal) aria-checked:bg-accent cursor-pointer after:absolute "
        "after:-inset-x-1 after:-inset-y-2.5 disabled:opacity-50 disabled:cursor-not-allowed",
        **attrs,
    )
    if not show_label:
        return control
    return rx.el.span(
        control,
        rx.el.span(label, aria_hidden="true"),
        class_name="flex min-h-11 items-center gap-3 text-sm",
    )


def segmented(
    label: Text, options: Choices, *, value: Text, on_change: Callable[[Any], Any], class_name: str = ""
) -> rx.Component:
    """Two or three short alternatives side by side ("12 h", "24 h").

    ``on_change`` maps a value to an event.
    """

    def draw(option: Any, text: Any) -> rx.Component:
        chosen = value == option
        return rx.el.button(
            text,
            type="button",
            role="radio",
            aria_checked=chosen,
            tab_index=rx.cond(chosen, 0, -1) if isinstance(chosen, rx.Var) else (0 if chosen else -1),
            on_click=on_change(option),
            class_name="inline-flex h-[calc(var(--control-sm)-4px)] max-sm:h-(--control-sm) min-w-11 "
            "items-center "
            "justify-center gap-1.5 rounded-[6px] px-2.5 text-xs font-medium text-ink-2 hover:text-ink "
            "aria-checked:bg-thumb aria-checked:text-ink aria-checked:shadow-1 cursor-pointer",
        )

    return rx.el.div(
        *choice(options, draw),
        role="radiogroup",
        aria_label=label,
        class_name=["inline-flex rounded-control bg-track p-0.5", class_name],
    )


CHIP = (
    "inline-flex h-(--control-sm) shrink-0 items-center gap-1.5 whitespace-nowrap rounded-full border "
    "border-line-2 "
    "bg-surface px-3 text-sm text-ink-2 hover:bg-surface-2 hover:text-ink transition-colors "
    "duration-(--fast) "
    "cursor-pointer aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-on-accent-soft "
    "aria-pressed:font-medium disabled:cursor-not-allowed disabled:bg-surface-3 disabled:text-ink-3"
)


def chip(
    label: Children,
    *,
    on_click: Handler,
    pressed: Flag | None = None,
    lead: str | None = None,
    trail: str | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A filter (``pressed`` given) or a quick choice.

    ``lead`` and ``trail`` are icons ("zap", "x", "chevron-down").
    """
    return rx.el.button(
        *([icon(lead, BADGE)] if lead else []),
        label,
        *([icon(trail, BADGE)] if trail else []),
        type="button",
        on_click=on_click,
        class_name=[CHIP, class_name],
        **({"aria_pressed": pressed} if pressed is not None else {}),
        **attrs,
    )


def chip_group(*chips: Children, label: Text, class_name: str = "") -> rx.Component:
    """Chips in a row that scrolls sideways inside its own strip on phones, never with the page."""
    return rx.el.div(
        *chips,
        role="group",
        aria_label=label,
        class_name=[
            "relative flex gap-2 max-sm:-mx-(--gutter) max-sm:overflow-x-auto max-sm:px-(--gutter) max-sm:py-1 "
            "sm:flex-wrap [scrollbar-width:none]",
            class_name,
        ],
    )
