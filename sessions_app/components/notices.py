"""What stands in the way of a booking, with the way out: announced at once, never a dead end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.time_list import time_button
from sessions_app.components.ui.feedback import Kind


def notice(
    view: Any,
    *,
    on_choose: Callable[[Any], Any],
    pending: Any,
    actions: dict[str, tuple[str, Any]],
    class_name: str = "mb-5 max-sm:mx-(--gutter) max-sm:mt-4",
) -> rx.Component:
    """An alert while ``view.title`` says something.

    ``view.kind`` is danger, sun or info; ``view.action`` the key of ``actions`` (label, event); ``view.rows`` are
    times to choose instead.
    """

    def face(kind: Kind) -> rx.Component:
        return ui.banner(
            view.title,
            rx.fragment(
                rx.cond(view.body != "", rx.el.p(view.body)),
                rx.cond(
                    view.rows.length() > 0,
                    rx.el.ul(
                        rx.foreach(
                            view.rows,
                            lambda row: rx.el.li(
                                time_button(row, on_choose=on_choose, pending=pending), key=row.start
                            ),
                        ),
                        aria_label="Other times",
                        class_name="mt-3 grid grid-cols-1 gap-2 sm:grid-cols-3",
                    ),
                ),
                rx.cond(
                    view.link_href != "",
                    ui.text_link(view.link_label, view.link_href),
                ),
                rx.cond(
                    view.action != "",
                    rx.el.div(
                        rx.match(
                            view.action,
                            *(
                                (key, ui.button(label, on_click=event, size="sm"))
                                for key, (label, event) in actions.items()
                            ),
                            rx.fragment(),
                        ),
                        class_name="mt-2",
                    ),
                ),
            ),
            kind=kind,
            role="presentation",
        )

    return rx.cond(
        view.title != "",
        rx.el.div(
            rx.match(view.kind, ("sun", face("sun")), ("info", face("info")), face("danger")),
            role="alert",
            tab_index=-1,
            class_name=["rounded-control", class_name],
            custom_attrs={"data-notice": view.code},
        ),
    )
