"""Time and progress: date tiles, countdowns, progress bars and the wizard's steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from sessions_app.components.ui.icons import BADGE, icon
from sessions_app.components.ui.values import Children, Handler, Number, Text, is_empty


def date_tile(month: Text, day: Text | Number) -> rx.Component:
    """A leaf of a calendar ("DEC", 8). Decorative: the date is said in words beside it."""
    return rx.el.span(
        rx.el.span(month, class_name="bg-surface-2 py-0.5 text-xs font-medium text-ink-3 uppercase"),
        rx.el.span(day, class_name="py-1 text-lg leading-6 font-semibold tabular-nums text-ink"),
        aria_hidden="true",
        class_name="flex w-12 shrink-0 flex-col overflow-hidden rounded-control border border-line "
        "bg-surface "
        "text-center",
    )


def countdown(
    until: Text,
    *,
    total_seconds: Number,
    before: Text = "",
    low: Text = "",
    after: Text = "",
    now: Text = "",
    on_end: Handler = None,
) -> rx.Component:
    """A ring that empties, then the time left: "8:12" in the last hour, "3 h 05 min" before it.

    ``until`` and ``now`` are instants in ISO 8601; ``now`` is the server's clock when the page was made and
    corrects a browser whose clock is wrong. ``total_seconds`` is what a full ring stands for. ``before`` and
    ``after`` are the words around ("Held for you", "left"); ``low`` takes the place of ``before`` in the last two
    minutes. ``on_end`` runs once, when the time is up and the
    page is open. Counted in the browser by ``assets/countdown.js``.
    """
    ring = rx.el.svg(
        rx.el.svg.circle(
            cx="10", cy="10", r="7.5", class_name="fill-none stroke-current stroke-3 opacity-25"
        ),
        rx.el.svg.circle(
            cx="10",
            cy="10",
            r="7.5",
            class_name="fill-none stroke-current stroke-3 [stroke-linecap:round]",
            custom_attrs={"data-ring": "true", "pathLength": "100", "strokeDasharray": "100 200"},
        ),
        view_box="0 0 20 20",
        aria_hidden="true",
        class_name="size-4 shrink-0 -rotate-90 text-sun",
    )
    ended = (
        []
        if on_end is None
        else [
            rx.el.button(
                type="button",
                on_click=on_end,
                tab_index=-1,
                aria_hidden="true",
                class_name="hidden",
                custom_attrs={"data-end": "true"},
            )
        ]
    )
    return rx.el.span(
        ring,
        rx.el.span(
            *_before(before, low),
            rx.el.span(custom_attrs={"data-left": "true"}),
            *([] if is_empty(after) else [" ", after]),
        ),
        *ended,
        role="timer",
        class_name="inline-flex items-center gap-1.5 text-xs font-medium tabular-nums text-sun-text",
        custom_attrs={"data-until": until, "data-total": total_seconds, "data-now": now},
    )


def alarm(until: Text, *, now: Text, on_end: Handler) -> rx.Component:
    """A countdown that nobody sees, for what a page must do at an instant: as ``countdown``."""
    return rx.el.span(countdown(until, total_seconds=1, now=now, on_end=on_end), class_name="hidden")


def _before(usual: Text, low: Text) -> list[Children]:
    if is_empty(usual):
        return []
    if is_empty(low):
        return [usual, " "]
    return [
        rx.el.span(usual, " ", class_name="in-data-[low=true]:hidden"),
        rx.el.span(low, " ", class_name="hidden in-data-[low=true]:inline"),
    ]


def progress_bar(label: Text, percent: Number, *, note: Text | None = None) -> rx.Component:
    """How far something is: a bar said in words ("4 of 10 sessions done"), with a short ``note`` beside it."""
    bar = rx.el.span(
        rx.el.span(
            class_name="block h-full rounded-full bg-accent",
            custom_attrs={"data-mark": "true", "style": {"width": f"{percent}%"}},
        ),
        role="img",
        aria_label=label,
        class_name="h-1.5 flex-1 overflow-hidden rounded-full bg-surface-3",
    )
    return rx.el.div(
        bar,
        *([rx.el.span(note, class_name="text-xs tabular-nums text-ink-3")] if note is not None else []),
        class_name="flex items-center gap-3",
    )


def steps(
    label: Text, names: Sequence[str] | rx.Var[list[str]], current: Number, class_name: str = ""
) -> rx.Component:
    """Where one is in a sequence, as numbered steps, for 1024 px and up. ``current`` counts from 1.

    Stands with ``step_bars``: exactly one of the two is exposed at any width, and its current item has
    ``aria-current="step"``.
    """

    def draw(name: Any, position: Any, done: Any, here: Any) -> rx.Component:
        circle = (
            "inline-flex size-6 items-center justify-center rounded-full text-xs font-semibold tabular-nums"
        )
        ahead = rx.fragment(
            rx.el.span(
                position,
                class_name=f"{circle} border border-line-2 text-ink-3 "
                f"in-aria-[current=step]:border-transparent "
                "in-aria-[current=step]:bg-accent in-aria-[current=step]:text-on-accent",
            ),
            rx.el.span(
                name,
                class_name="text-sm text-ink-3 in-aria-[current=step]:font-medium "
                "in-aria-[current=step]:text-ink",
            ),
        )
        behind = rx.fragment(
            rx.el.span(icon("check", BADGE), class_name=f"{circle} bg-accent-soft-2 text-on-accent-soft"),
            rx.el.span(name, rx.el.span(", done", class_name="sr-only"), class_name="text-sm text-ink-2"),
        )
        return rx.el.li(
            rx.el.span(aria_hidden="true", class_name="h-px w-6 bg-line-2 in-[li:first-child]:hidden"),
            rx.cond(done, behind, ahead),
            aria_current=rx.cond(here, "step", "false"),
            class_name="flex items-center gap-2",
        )

    return rx.el.ol(
        _each_step(names, current, draw),
        aria_label=label,
        class_name=["hidden items-center gap-2 lg:flex", class_name],
    )


def step_bars(
    label: Text, names: Sequence[str] | rx.Var[list[str]], current: Number, class_name: str = ""
) -> rx.Component:
    """``steps`` below 1024 px: the step's name, "Step 2 of 4" and a bar for each."""

    def draw(name: Any, position: Any, done: Any, here: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(name, rx.cond(done, ", done", ""), class_name="sr-only"),
            aria_current=rx.cond(here, "step", "false"),
            custom_attrs={"data-reached": done | here},
            class_name="h-1 flex-1 rounded-full bg-surface-3 data-[reached=true]:bg-accent",
        )

    items: Any = rx.Var.create(list(names)) if not isinstance(names, rx.Var) else names
    here: Any = rx.Var.create(current)
    return rx.el.div(
        rx.el.p(
            rx.el.span(items[here - 1], class_name="font-medium"),
            rx.el.span("Step ", here, " of ", items.length(), class_name="text-xs tabular-nums text-ink-3"),
            aria_hidden="true",
            class_name="flex items-baseline justify-between text-sm",
        ),
        rx.el.ol(_each_step(names, current, draw), aria_label=label, class_name="mt-2 flex gap-1"),
        class_name=["lg:hidden", class_name],
    )


def _each_step(
    names: Sequence[str] | rx.Var[list[str]],
    current: Number,
    draw: Callable[[Any, Any, Any, Any], rx.Component],
) -> rx.Component:
    """Draw each name with its position from 1, whether it is done and whether it is where one is."""
    items: Any = rx.Var.create(list(names)) if not isinstance(names, rx.Var) else names
    here: Any = rx.Var.create(current)
    return rx.foreach(items, lambda name, index: draw(name, index + 1, index + 1 < here, index + 1 == here))
