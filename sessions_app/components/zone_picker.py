"""Choosing a time zone by what people call it: a button that opens a search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.fields import CONTROL
from sessions_app.components.ui.overlays import ITEM
from sessions_app.state.zone_search import ZoneSearchState


def zone_picker(
    trigger: rx.Component, on_choose: Callable[[Any], Any], *, id: str = "zone-picker"
) -> rx.Component:
    """``trigger`` (a button) opens a search; ``on_choose`` maps a chosen IANA name to an event.

    The list is announced as it changes; choosing closes it and gives the focus back to the trigger.
    """
    return ui.popover(
        trigger,
        rx.el.input(
            type="search",
            placeholder="City, country or UTC+2",
            aria_label="Search time zones",
            auto_complete="off",
            on_focus=ZoneSearchState.search(ZoneSearchState.text),
            on_change=ZoneSearchState.search.debounce(200),
            class_name=f"h-(--control) px-3 {CONTROL}",
            custom_attrs={"data-autofocus": "true"},
        ),
        rx.el.ul(
            rx.foreach(ZoneSearchState.found, lambda zone: _entry(zone, on_choose)),
            aria_label="Time zones",
            class_name="mt-2 max-h-72 overflow-y-auto",
        ),
        rx.cond(
            ZoneSearchState.has_searched & (ZoneSearchState.found.length() == 0),
            rx.el.p(
                "No zone is called that. Try the nearest large city.",
                class_name="px-2.5 py-3 text-sm text-ink-2",
            ),
        ),
        rx.cond(ZoneSearchState.has_searched, ui.live_text(_count())),
        id=id,
        label="Time zone",
        class_name="w-80 max-w-[calc(100vw-2rem)] p-2",
    )


def _entry(zone: Any, on_choose: Callable[[Any], Any]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.span(zone.city, class_name="block truncate text-ink"),
                rx.el.span(zone.country, class_name="block truncate text-xs text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            rx.el.span(zone.clock, class_name="shrink-0 text-xs tabular-nums text-ink-2"),
            type="button",
            on_click=on_choose(zone.name),
            class_name=f"{ITEM} min-h-11 hover:bg-surface-2 py-1",
            custom_attrs={"data-close": "true"},
        ),
        key=zone.name,
    )


def _count() -> Any:
    number = ZoneSearchState.found.length()
    return rx.cond(number == 1, "1 time zone", number.to(str) + " time zones")
