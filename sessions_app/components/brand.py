"""The brand mark: three times on an axis, the middle one now."""

from __future__ import annotations

import reflex as rx


def logo(class_name: str = "size-7") -> rx.Component:
    """The mark alone; decorative, its name stands beside it or labels its link."""
    bar = rx.el.svg.rect
    return rx.el.svg(
        bar(width="28", height="28", rx="8", class_name="fill-logo"),
        bar(x="6", y="7", width="10", height="3.5", rx="1.75", class_name="fill-white/55"),
        bar(x="10", y="12.25", width="12", height="3.5", rx="1.75", class_name="fill-(--petrol-50)"),
        bar(x="6", y="17.5", width="7", height="3.5", rx="1.75", class_name="fill-(--sun-400)"),
        view_box="0 0 28 28",
        aria_hidden="true",
        class_name=class_name,
    )


def wordmark(name: str) -> rx.Component:
    """The mark and the product's name."""
    return rx.el.span(
        logo(),
        rx.el.span(name, class_name="text-base font-semibold tracking-[-.02em] text-ink"),
        class_name="inline-flex items-center gap-2.5",
    )
