"""Links. Inside the product they change the page without a reload; ``external`` ones leave it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.inline import A
from reflex_components_core.react_router import link as router_link

from sessions_app.components.ui.values import Children, Text

TEXT_LINK = (
    "text-accent-text font-medium underline decoration-accent-line underline-offset-4 "
    "hover:decoration-current "
    "rounded-cell"
)
STANDALONE = "inline-flex min-h-6 max-sm:min-h-11 items-center"


def link(
    *children: Children,
    href: Text,
    external: bool = False,
    new_tab: bool = False,
    class_name: str | list[Any] = "",
    **attrs: Any,
) -> rx.Component:
    """A bare link, for parts that bring their own classes.

    ``external`` is for anything that is not one of our pages: other hosts, ``/api/…``, files, ``mailto:``, or a place
    on this page (``#main``), to which the browser then moves the focus too. They are loaded by the browser, not by
    the router. ``new_tab`` only makes sense with it.
    """
    if not external:
        return router_link(*children, to=href, class_name=class_name, **attrs)
    if new_tab:
        attrs |= {"target": "_blank", "rel": "noopener noreferrer"}
    # Not rx.el.a: since Reflex 0.10 that is the router's link, which shows "/api/…" as a page that does not exist.
    return A.create(*children, href=href, class_name=class_name, **attrs)


def text_link(
    label: Children,
    href: Text,
    *,
    inline: bool = False,
    external: bool = False,
    new_tab: bool = False,
    class_name: str = "text-sm",
    **attrs: Any,
) -> rx.Component:
    """An underlined link; standing alone it is 44 px high on phones, ``inline`` in running text it is not."""
    return link(
        label,
        href=href,
        external=external,
        new_tab=new_tab,
        class_name=[TEXT_LINK, "" if inline else STANDALONE, class_name],
        **attrs,
    )


def text_button(label: Children, *, on_click: Any, class_name: str = "text-sm", **attrs: Any) -> rx.Component:
    """A button that reads as a link in a sentence ("Change", "Undo")."""
    return rx.el.button(
        label,
        type="button",
        on_click=on_click,
        class_name=[TEXT_LINK, STANDALONE, "min-w-11 cursor-pointer", class_name],
        **attrs,
    )


def nav_link(label: Text, href: Text, *, current: bool | rx.Var[bool] = False, **attrs: Any) -> rx.Component:
    """A link of the navigation; ``current`` marks the page one is on."""
    return link(
        label,
        href=href,
        class_name="inline-flex min-h-(--control-sm) items-center rounded-control px-3 max-lg:px-2 text-sm "
        "text-ink-2 "
        "hover:bg-surface-3/60 hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink",
        **current_page(current),
        **attrs,
    )


def current_page(current: bool | rx.Var[bool]) -> dict[str, Any]:
    """The ``aria-current`` attribute of a navigation link; absent where it is known not to be current."""
    if isinstance(current, bool):
        return {"aria_current": "page"} if current else {}
    return {"aria_current": rx.cond(current, "page", "false")}
