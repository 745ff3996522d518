"""In which zone times are shown, with the way to another one in place, and 12 or 24 hours (ux.md 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.links import TEXT_LINK
from sessions_app.components.zone_picker import zone_picker


def zone_line(zone: Any, *, id: str, on_pick: Callable[[Any], Any], class_name: str = "") -> rx.Component:
    """ "Times shown in Europe/Paris (UTC+1)" with "Change", and the link that makes a choice the default.

    ``zone`` has ``name``, ``offset``, a ``note`` where clocks change, ``is_own`` when it is the person's own, and
    where the device reports another clock ``differs`` with ``other_href`` and ``other_city``.
    """
    change = rx.el.button(
        "Change",
        type="button",
        aria_label="Change time zone",
        class_name=[TEXT_LINK, "inline-flex min-h-6 cursor-pointer items-center px-1 max-sm:min-h-11"],
    )
    return rx.el.div(
        rx.el.div(
            ui.icon("globe", "size-4 text-ink-3"),
            rx.el.span(
                "Times shown in ",
                zone.name,
                " ",
                rx.el.span("(", zone.offset, ")", class_name="text-ink-3 tabular-nums"),
            ),
            zone_picker(change, on_pick, id=id),
            class_name="flex flex-wrap items-center gap-x-1.5 text-sm text-ink-2",
        ),
        rx.cond(zone.note != "", rx.el.p(zone.note, class_name="mt-1 text-xs text-sun-text")),
        rx.cond(
            zone.differs != "",
            rx.el.p(
                zone.differs,
                " ",
                ui.text_button(
                    rx.fragment("Show ", zone.other_city, " times"),
                    on_click=rx.redirect(zone.other_href, replace=True),
                    class_name="text-xs",
                ),
                class_name="mt-1 text-xs text-ink-3",
            ),
        ),
        rx.cond(
            zone.is_own,
            rx.fragment(),
            rx.el.p(
                ui.text_link("Set as default in settings", "/settings", class_name="text-xs"),
                class_name="mt-1",
            ),
        ),
        class_name=class_name,
    )


def clock_toggle(clock: Any, *, on_change: Callable[[Any], Any], class_name: str = "") -> rx.Component:
    """12 or 24 hours; ``assets/booking.js`` keeps the choice on the device too."""
    return rx.el.div(
        ui.segmented("Time format", [("h12", "12 h"), ("h23", "24 h")], value=clock, on_change=on_change),
        class_name=class_name,
        custom_attrs={"data-clock": "true"},
    )
