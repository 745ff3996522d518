"""Whether a session is recorded: the instructor's wish, and each student's answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui

_CHOSEN = "aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-on-accent-soft"


def recording_question(recording: Any, *, on_ask: Any, on_answer: Callable[[bool], Any]) -> rx.Component:
    """The question, for whoever is asked. ``recording`` is a ``RecordingView``; ``on_answer`` takes agreement."""
    asked = rx.el.div(
        ui.button(
            "I agree",
            size="sm",
            on_click=on_answer(True),
            aria_pressed=recording.answer == "yes",
            class_name=_CHOSEN,
        ),
        ui.button(
            "I do not agree",
            size="sm",
            on_click=on_answer(False),
            aria_pressed=recording.answer == "no",
            class_name=_CHOSEN,
        ),
        class_name="mt-3 flex flex-wrap gap-2 max-sm:*:grow",
    )
    offer = rx.el.div(ui.switch("Ask to record", checked=recording.wanted, on_click=on_ask))
    return rx.cond(
        recording.kind != "",
        rx.el.div(
            rx.cond(recording.kind == "offer", offer),
            rx.el.p(recording.text, role="status", class_name="text-sm text-ink-2"),
            rx.cond(recording.kind == "asked", asked),
            role="group",
            aria_label="Recording",
            class_name="mt-4 rounded-card border border-line p-4",
        ),
    )
