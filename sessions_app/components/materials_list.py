"""Files as a list of links: what they are called, what they are, how large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.values import node_id


def materials_list(
    files: Any, *, on_remove: Callable[[Any], Any] | None = None, label: str = "Files", class_name: str = ""
) -> rx.Component:
    """A var of ``FileView``, each a download; ``on_remove`` maps an id to an event, for those who manage them."""

    def draw(file: Any) -> rx.Component:
        name_id = "f-" + file.id
        remove = (
            []
            if on_remove is None
            else [
                ui.icon_button(
                    "trash-2", "Remove", size="size-4", on_click=on_remove(file.id), aria_describedby=name_id
                )
            ]
        )
        return rx.el.li(
            ui.icon("file-text", "size-4 shrink-0 text-ink-3"),
            rx.el.div(
                ui.link(
                    file.name,
                    href=file.href,
                    external=True,
                    id=node_id(name_id),
                    custom_attrs={"download": ""},
                    class_name="block truncate text-sm font-medium text-accent-text hover:underline "
                    "underline-offset-4",
                ),
                rx.el.p(file.note, class_name="text-xs text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            *remove,
            key=file.id,
            class_name="flex min-h-12 items-center gap-3 py-1.5",
        )

    return rx.el.ul(
        rx.foreach(files, draw),
        aria_label=label,
        class_name=["divide-y divide-line empty:hidden", class_name],
    )
