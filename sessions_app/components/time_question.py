"""Why a time is not free: the question, and the answer with the rule at fault and where to change it."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem_of
from sessions_app.components.ui.links import TEXT_LINK
from sessions_app.components.ui.values import node_id

_ON, _AT = "ask_on", "ask_at"
QUESTION_FIELDS: Final = (_ON, _AT)
"""The fields that tell their own refusals."""


def time_question(view: Any, offerings: Any, *, is_unsaved: Any, on_ask: Any) -> rx.Component:
    """The question. ``view`` is an ``AnswerView``; ``offerings`` are what it may be asked for."""
    return rx.el.section(
        rx.el.h2("Why is a time not free?", id=node_id("question"), class_name="text-sm font-semibold"),
        rx.el.form(
            rx.el.div(
                ui.text_field("On", _ON, kind="date", error=problem_of(_ON)),
                ui.text_field(
                    "At",
                    _AT,
                    auto_complete="off",
                    placeholder="17:00",
                    error=problem_of(_AT),
                ),
                # A date and a time stand beside each other down to 360 px, where both are still read whole.
                class_name="grid grid-cols-[minmax(0,1fr)_6rem] items-start gap-2 max-[22.4rem]:grid-cols-1",
            ),
            rx.cond(
                offerings.length() > 1,
                ui.select_field("For", "ask_offering", offerings),
            ),
            ui.button("Explain", kind="submit", size="sm", class_name="w-full"),
            rx.cond(
                is_unsaved,
                rx.el.p(
                    "Answered by what is saved, without your unsaved changes.",
                    class_name="text-xs text-ink-3",
                ),
            ),
            on_submit=on_ask,
            class_name="mt-3 space-y-3",
        ),
        rx.el.div(
            rx.cond(view.kind != "", _answer(view)),
            aria_live="polite",
        ),
        aria_labelledby="question",
        class_name="rounded-card border border-line bg-surface p-5",
    )


def _answer(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(view.title, class_name="text-sm font-medium tabular-nums"),
        rx.el.ol(
            rx.foreach(view.reasons, _reason),
            class_name="mt-2 space-y-3 empty:hidden",
        ),
        rx.el.p(
            rx.cond(view.kind == "not", "Students read: “" + view.polite + "”", view.polite),
            class_name="mt-3 text-xs text-ink-3",
        ),
        class_name="mt-4 border-t border-line pt-4",
    )


def _reason(reason: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(reason.title, class_name="text-sm font-medium text-sun-text"),
        rx.cond(reason.detail != "", rx.el.p(reason.detail, class_name="text-sm text-ink-2")),
        rx.cond(
            reason.href != "",
            rx.el.a(
                reason.link,
                href=reason.href,
                class_name=[TEXT_LINK, "text-sm max-sm:inline-flex max-sm:min-h-11"],
            ),
        ),
        key=reason.title,
    )
