"""Telling people what happened: banners, form errors, live texts and toasts.

Nothing here is sent as script by the server, so it works under a strict content security policy: messages are
state shown in live regions that are always in the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import reflex as rx

from sessions_app.components.ui.buttons import ICON_BUTTON
from sessions_app.components.ui.icons import NAVIGATION, icon
from sessions_app.components.ui.values import Children, Flag, Handler, Text, when

Kind = Literal["info", "ok", "sun", "danger"]

_ICONS: dict[Kind, str] = {
    "info": "info",
    "ok": "circle-check",
    "sun": "clock-alert",
    "danger": "circle-alert",
}
_BANNERS: dict[Kind, str] = {
    "info": "border-info-line bg-info-soft text-info-text",
    "ok": "border-ok-line bg-ok-soft text-ok-text",
    "sun": "border-sun-line bg-sun-soft text-sun-text",
    "danger": "border-danger-line bg-danger-soft text-danger-text",
}
_TOASTS: dict[Kind, str] = {
    "info": "text-info-text",
    "ok": "text-ok-text",
    "sun": "text-sun-text",
    "danger": "text-danger-text",
}


def banner(
    title: Children,
    body: Children | None = None,
    *,
    kind: Kind = "info",
    action: Children | None = None,
    lead: str | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A message about the page: state, reason, way out. ``danger`` interrupts (``role="alert"``)."""
    if kind == "danger":
        attrs.setdefault("role", "alert")
    return rx.el.div(
        icon(lead or _ICONS[kind], f"{NAVIGATION} mt-px"),
        rx.el.div(
            rx.el.p(title, class_name="font-medium"),
            *([rx.el.div(body, class_name="mt-0.5 text-ink-2")] if body is not None else []),
            class_name="min-w-0 flex-1",
        ),
        *([action] if action is not None else []),
        class_name=[
            "flex items-start gap-3 rounded-control border px-4 py-3 text-sm",
            _BANNERS[kind],
            class_name,
        ],
        **attrs,
    )


def form_error(message: Text, body: Children | None = None, *, class_name: str = "") -> rx.Component:
    """The form's own error: an alert while ``message`` says something, nothing while it is empty."""
    return when(message != "", banner(message, body, kind="danger", class_name=class_name))


def live_text(text: Text) -> rx.Component:
    """Say ``text`` politely to assistive technology alone whenever it changes ("5 times on 1 December")."""
    return rx.el.p(text, role="status", class_name="sr-only")


def _toast_icon(kind: Text) -> Children:
    def face(key: Kind) -> rx.Component:
        return rx.el.span(icon(_ICONS[key], "size-5"), class_name=_TOASTS[key])

    if isinstance(kind, str):
        return face(kind)
    return rx.match(kind, ("ok", face("ok")), ("sun", face("sun")), ("danger", face("danger")), face("info"))


def toast(
    title: Text,
    body: Text = "",
    *,
    kind: Text = "ok",
    on_dismiss: Handler = None,
    action: Children | None = None,
    stays: Flag = False,
    **attrs: Any,
) -> rx.Component:
    """A short message that floats.

    After eight seconds it presses its own dismiss button (``assets/kit.js``), but not while it is pointed at or
    focused, and never if it ``stays``.
    """
    dismiss = (
        []
        if on_dismiss is None
        else [
            rx.el.button(
                icon("x"),
                type="button",
                aria_label="Dismiss",
                on_click=on_dismiss,
                class_name=[ICON_BUTTON, "-m-2 !size-9 max-sm:!size-11 max-sm:-m-3"],
                custom_attrs={"data-dismiss": "true"},
            )
        ]
    )
    lasting = {"data-stays": stays} if on_dismiss is not None else {"data-stays": True}
    return rx.el.div(
        _toast_icon(kind),
        rx.el.div(
            rx.el.p(title, class_name="text-sm font-medium"),
            when(body != "", rx.el.p(body, class_name="text-sm text-ink-2")),
            *([action] if action is not None else []),
            class_name="min-w-0 flex-1",
        ),
        *dismiss,
        class_name="pointer-events-auto flex w-full max-w-[22rem] items-start gap-3 rounded-card border "
        "border-line "
        "bg-surface p-4 shadow-2 rise-in",
        custom_attrs={"data-toast": "true", **lasting},
        **attrs,
    )


def toast_region(
    items: rx.Var[Any] | None = None, on_dismiss: Callable[[Any], Any] | None = None
) -> rx.Component:
    """Where toasts appear: bottom right, above the bar on phones; a polite live region always in the page.

    ``items`` is a var of things with ``.id``, ``.kind`` (info, ok, sun, danger), ``.title`` and ``.body``;
    ``on_dismiss`` maps an id to an event.
    """
    shown: list[Children] = []
    if items is not None and on_dismiss is not None:
        shown = [
            rx.foreach(
                items,
                lambda item: toast(
                    item.title, item.body, kind=item.kind, on_dismiss=on_dismiss(item.id), key=item.id
                ),
            )
        ]
    return rx.el.div(
        *shown,
        role="status",
        aria_live="polite",
        class_name="pointer-events-none fixed right-4 bottom-4 z-(--z-toast) flex w-[calc(100%-2rem)] "
        "max-w-[22rem] "
        "flex-col gap-3 max-sm:bottom-[calc(4.5rem+env(safe-area-inset-bottom))]",
        custom_attrs={"data-noprint": "true", "data-toasts": "true"},
    )
