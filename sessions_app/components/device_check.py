"""Trying camera, microphone and connection before going in.

``assets/room.js`` does all of it, in the browser alone; here are only the marks that it finds.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui

_STAGE_BUTTON = (
    "group inline-flex size-12 cursor-pointer items-center justify-center rounded-full bg-white/14 text-on-stage "
    "hover:bg-white/22 transition-colors duration-(--fast) aria-[pressed=false]:bg-stage-off "
    "aria-[pressed=false]:text-white disabled:cursor-not-allowed disabled:opacity-50"
)
_SELECT = (
    "h-(--control) w-full min-w-0 appearance-none truncate rounded-control border border-field bg-surface pr-9 pl-9 "
    "text-sm text-ink hover:border-ink-3 focus:border-ring focus:outline-2 focus:outline-offset-0 "
    "focus:outline-ring cursor-pointer max-sm:text-base"
)


def device_check(visitor: Any) -> rx.Component:
    """The stage with one's own picture, and which devices are used; ``visitor`` is a ``VisitorView``."""
    return rx.el.section(
        rx.el.div(
            rx.el.video(
                auto_play=True,
                muted=True,
                plays_inline=True,
                aria_label="Your camera",
                custom_attrs={"data-preview": "true", "hidden": True},
                class_name="absolute inset-0 size-full -scale-x-100 object-cover",
            ),
            rx.el.span(
                visitor.initials,
                aria_hidden="true",
                class_name="inline-flex size-24 items-center justify-center rounded-full bg-stage-2 text-xl "
                "font-semibold text-on-stage max-sm:mb-8 max-sm:size-20",
            ),
            rx.el.p(
                visitor.name,
                class_name="absolute top-3 left-3 rounded-control bg-stage-2 px-2.5 py-1 text-xs font-medium "
                "text-on-stage",
            ),
            _level(),
            rx.el.div(
                _toggle("microphone", "Microphone", "mic", "mic-off"),
                _toggle("camera", "Camera", "video", "video-off"),
                class_name="absolute inset-x-0 bottom-4 flex justify-center gap-3",
            ),
            class_name="relative flex aspect-video items-center justify-center overflow-hidden rounded-card border "
            "border-line bg-stage max-sm:aspect-[4/3]",
        ),
        rx.el.div(
            _device("Microphone", "audioinput", "mic"),
            _device("Camera", "videoinput", "video"),
            class_name="mt-4 grid gap-3 sm:grid-cols-2",
        ),
        rx.el.p(
            role="status",
            custom_attrs={"data-check-note": "true"},
            class_name="mt-3 text-sm text-ink-2 empty:hidden",
        ),
        aria_label="Your camera and microphone",
        custom_attrs={"data-check": "true"},
        class_name="min-w-0",
    )


def check_list() -> rx.Component:
    """What has been tried so far, and how it went."""
    rows = (
        ("microphone", "Microphone"),
        ("camera", "Camera"),
        ("connection", "Connection"),
        ("browser", "Browser"),
    )
    return rx.el.ul(
        *(
            rx.el.li(
                rx.el.span(
                    ui.icon("check", "size-3.5 hidden group-data-[state=good]:block"),
                    ui.icon("x", "size-3.5 hidden group-data-[state=bad]:block"),
                    class_name="inline-flex size-6 items-center justify-center rounded-full bg-surface-3 text-ink-3 "
                    "group-data-[state=good]:bg-ok-soft group-data-[state=good]:text-ok-text "
                    "group-data-[state=bad]:bg-danger-soft group-data-[state=bad]:text-danger-text",
                ),
                rx.el.span(label, class_name="flex-1 text-sm"),
                rx.el.span(
                    "Not tried yet",
                    custom_attrs={"data-says": "true"},
                    class_name="text-xs tabular-nums text-ink-3",
                ),
                custom_attrs={"data-checks": name},
                class_name="group flex items-center gap-3 py-2.5",
            )
            for name, label in rows
        ),
        aria_label="Checks",
        class_name="mt-5 divide-y divide-line border-t border-line",
    )


def _level() -> rx.Component:
    bars = (
        rx.el.span(
            class_name="w-1 rounded-full bg-white/20 data-[on=true]:bg-stage-level",
            custom_attrs={"data-bar": "true", "style": {"height": height}},
        )
        for height in ("40%", "75%", "100%", "60%", "30%", "20%")
    )
    return rx.el.div(
        *bars,
        role="img",
        aria_label="Microphone level",
        custom_attrs={"data-level-meter": "true"},
        class_name="absolute top-3 right-3 flex h-6 items-end gap-0.5 rounded-control bg-stage-2 px-2 py-1.5",
    )


def _toggle(name: str, label: str, on: str, off: str) -> rx.Component:
    """Off until pressed: nobody is asked for a permission by opening a page."""
    return rx.el.button(
        rx.el.span(ui.icon(on, "size-5"), class_name="hidden group-aria-pressed:inline"),
        rx.el.span(ui.icon(off, "size-5"), class_name="group-aria-pressed:hidden"),
        type="button",
        aria_pressed="false",
        aria_label=label,
        custom_attrs={"data-toggle": name},
        class_name=_STAGE_BUTTON,
    )


def _device(label: str, kind: str, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        ui.icon(name, "pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3"),
        rx.el.select(
            rx.el.option(f"{label}: off", value=""),
            custom_attrs={"data-devices": kind},
            class_name=_SELECT,
        ),
        ui.icon(
            "chevron-down", "pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-3"
        ),
        class_name="relative block min-w-0",
    )
