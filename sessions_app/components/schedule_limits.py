"""The limits of a schedule: a field for each, with what holds where it is left empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.schedule_card import CARD_PAD, schedule_card
from sessions_app.components.ui.fields import CONTROL
from sessions_app.components.ui.values import node_id

_NOTICE: Final = "notice_minutes"


@dataclass(frozen=True)
class LimitsEvents:
    """What the fields do, and the count of what the server understood so far; ``typed`` takes name and text."""

    revision: Any
    typed: Callable[..., Any]
    closed_same_day: Any


def schedule_limits(limits: Any, not_same_day: Any, do: LimitsEvents) -> rx.Component:
    """The card. ``limits`` are ``LimitView``; ``not_same_day`` is the choice that takes the place of the notice."""
    return schedule_card(
        "Limits",
        "Left empty, the usual value holds.",
        rx.el.div(
            rx.foreach(limits, lambda limit: _limit(limit, not_same_day, do)),
            class_name=f"grid grid-cols-2 gap-x-4 gap-y-5 border-t border-line py-5 sm:grid-cols-3 {CARD_PAD}",
        ),
        anchor="limits",
    )


def _limit(limit: Any, not_same_day: Any, do: LimitsEvents) -> rx.Component:
    note = "limit-" + limit.name + "-note"
    return rx.el.div(
        rx.el.label(
            rx.el.span(limit.label, class_name="block text-sm font-medium"),
            rx.el.span(
                rx.el.input(
                    type="text",
                    input_mode="decimal",
                    auto_complete="off",
                    default_value=limit.text,
                    placeholder=limit.usual,
                    on_blur=lambda text: do.typed(limit.name, text),
                    disabled=(limit.name == _NOTICE) & not_same_day,
                    aria_invalid=limit.error != "",
                    aria_describedby=note,
                    class_name=f"h-(--control) px-3 tabular-nums {CONTROL}",
                    custom_attrs={"data-value": limit.text, "data-rev": do.revision},
                ),
                rx.el.span(limit.unit, class_name="shrink-0 text-sm text-ink-3"),
                class_name="mt-1.5 flex items-center gap-2",
            ),
        ),
        rx.el.div(
            rx.cond(
                limit.error != "",
                rx.el.p(limit.error, class_name="text-xs font-medium text-danger-text"),
                rx.el.p("Usual: ", limit.usual, class_name="text-xs text-ink-3"),
            ),
            id=node_id(note),
            class_name="mt-1.5",
        ),
        rx.cond(
            limit.name == _NOTICE,
            ui.checkbox(
                "Not on the same day",
                "not_same_day",
                checked=not_same_day,
                on_change=do.closed_same_day,
            ),
        ),
        key=limit.name,
    )
