"""Dialogs, popovers and menus on the browser's own ``<dialog>`` and ``popover``.

Top layer, focus, Escape and the inert ground are native, so no library is shipped. ``assets/kit.js`` opens
dialogs, places popovers and moves in menus.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components.ui.buttons import icon_button
from sessions_app.components.ui.icons import icon
from sessions_app.components.ui.links import link
from sessions_app.components.ui.values import Children, Flag, Handler, Text, node_id

ITEM = (
    "flex min-h-(--control-sm) w-full items-center gap-2.5 rounded-[6px] px-2.5 text-sm text-left "
    "cursor-pointer"
)
PANEL = "rounded-card border border-line bg-surface text-ink shadow-1"


def dialog(
    title: Text,
    *children: Children,
    open: Flag,
    on_close: Handler,
    footer: Children | None = None,
    id: str = "dialog",
    class_name: str = "max-w-[30rem]",
) -> rx.Component:
    """A modal dialog, a bottom sheet on phones, in the page while ``open`` is true.

    Escape, the ground behind it and the close button all run ``on_close``, which must set ``open`` to false;
    focus returns to where it came from. Only for what stops people: money or another person is touched
    (DESIGN 9).
    """
    panel = rx.el.dialog(
        rx.el.div(
            rx.el.div(
                rx.el.h2(title, id=node_id(f"{id}-title"), class_name="text-lg font-semibold"),
                icon_button(
                    "x",
                    "Close",
                    size="size-4",
                    on_click=on_close,
                    class_name="-m-2 ml-auto",
                    custom_attrs={"data-dismiss": "true"},
                ),
                class_name="flex items-start gap-4",
            ),
            *children,
            class_name="space-y-4 p-6 max-sm:p-5",
        ),
        *(
            [
                rx.el.div(
                    footer,
                    class_name="sticky bottom-0 flex flex-wrap justify-end gap-2 border-t border-line bg-surface "
                    "px-6 py-4 max-sm:px-5 "
                    "max-sm:*:flex-1 max-sm:pb-[calc(1rem+env(safe-area-inset-bottom))]",
                )
            ]
            if footer is not None
            else []
        ),
        id=node_id(id),
        aria_labelledby=f"{id}-title",
        class_name=["dialog max-sm:max-w-none", class_name],
        custom_attrs={"data-modal": "true"},
    )
    return (
        rx.cond(open, panel, rx.fragment())
        if not isinstance(open, bool)
        else (panel if open else rx.fragment())
    )


def popover(
    trigger: rx.Component,
    *children: Children,
    id: Text,
    label: Text,
    class_name: str = "w-60 p-4",
) -> rx.Component:
    """A panel below ``trigger`` (a button of the kit), opened and closed in the browser.

    ``id`` must be unique in the page; in lists make it from the row's id. A control inside with
    ``data-close`` closes it.
    """
    return _anchored(
        trigger, rx.el.div(*children, role="dialog", aria_label=label, **_panel(id, class_name)), id, "dialog"
    )


def menu(
    trigger: rx.Component, *items: rx.Component, id: Text, label: Text, class_name: str = "w-56"
) -> rx.Component:
    """A menu of ``menu_item`` and ``menu_link`` below ``trigger``.

    Keys: arrows, Home, End, first letters, Escape.
    """
    return _anchored(
        trigger,
        rx.el.div(*items, role="menu", aria_label=label, **_panel(id, f"p-1.5 {class_name}")),
        id,
        "menu",
    )


def _panel(panel_id: Text, class_name: str) -> dict[str, Any]:
    return {
        "id": node_id(panel_id),
        "class_name": ["popover", PANEL, class_name],
        "custom_attrs": {"popover": "auto"},
    }


def _anchored(trigger: rx.Component, panel: rx.Component, panel_id: Text, role: str) -> rx.Component:
    """Tie the trigger to its panel with the attributes the browser acts on."""
    trigger.custom_attrs = {
        **trigger.custom_attrs,
        "popoverTarget": panel_id,
        "aria-haspopup": role,
    }
    return rx.fragment(trigger, panel)


def _item_classes(danger: bool) -> str:
    return f"{ITEM} {'text-danger-text hover:bg-danger-soft' if danger else 'hover:bg-surface-2'}"


def menu_item(
    label: Text, *, lead: str | None = None, on_click: Handler = None, danger: bool = False, **attrs: Any
) -> rx.Component:
    """An action of a menu. ``type="submit"`` makes it send the form it stands in."""
    return rx.el.button(
        *([icon(lead, "size-4" if danger else "size-4 text-ink-3")] if lead else []),
        label,
        role="menuitem",
        tab_index=-1,
        class_name=_item_classes(danger),
        **{"type": "button", **attrs},
        **({"on_click": on_click} if on_click is not None else {}),
    )


def menu_link(label: Text, href: Text, *, lead: str | None = None, **attrs: Any) -> rx.Component:
    """A place to go from a menu."""
    return link(
        *([icon(lead, "size-4 text-ink-3")] if lead else []),
        label,
        href=href,
        role="menuitem",
        tab_index=-1,
        class_name=_item_classes(False),
        **attrs,
    )


def menu_separator() -> rx.Component:
    """A hairline between groups of a menu."""
    return rx.el.div(role="separator", class_name="my-1 h-px bg-line")
