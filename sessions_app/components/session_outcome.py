"""What became of one seat: how it was noted, the instructor's yes, and the student's objection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem_of
from sessions_app.components.status import status_badge
from sessions_app.services.outcomes import REASON_LIMIT


def session_outcome(
    seat: Any,
    notes: rx.Component,
    *,
    is_host: Any,
    objected: Any,
    on_confirm: Callable[[Any], Any],
    on_object: Any,
) -> rx.Component:
    """The card. ``seat`` is an ``OutcomeView``, ``notes`` what was written about it.

    ``on_confirm`` takes its booking. ``objected`` is the booking whose objection was sent last: a refusal is shown
    beside that one.
    """
    quiet = "text-sm text-ink-2"
    said = rx.fragment(
        rx.cond(
            seat.title != "",
            rx.el.p(
                seat.title,
                class_name=rx.cond(is_host, "text-sm font-medium", "mt-1 text-base font-semibold"),
            ),
        ),
        rx.cond(seat.text != "", rx.el.p(seat.text, class_name=quiet)),
        rx.cond(seat.note != "", rx.el.p(seat.note, role="status", class_name=f"mt-1 {quiet}")),
    )
    return rx.el.section(
        rx.el.div(
            rx.cond(is_host, ui.avatar(seat.initials, seat.colour)),
            rx.el.div(
                rx.cond(
                    is_host,
                    rx.el.h2(seat.name, class_name="truncate text-base font-semibold"),
                    rx.el.h2("What was noted", class_name="text-xs font-medium text-ink-3"),
                ),
                said,
                class_name="min-w-0 flex-1",
            ),
            status_badge(seat.badge, among=("completed", "no_show", "late", "dispute")),
            class_name="flex items-start gap-3",
        ),
        rx.cond(
            seat.can_confirm,
            rx.el.div(
                ui.button("Confirm", size="sm", on_click=on_confirm(seat.booking_id)),
                class_name="mt-3",
            ),
        ),
        rx.cond(seat.can_object, _objection(seat, objected, on_object)),
        notes,
        key=seat.booking_id,
        class_name="mt-6 rounded-card border border-line bg-surface p-5 sm:p-6",
    )


def _objection(seat: Any, objected: Any, on_object: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            "That is not what happened",
            class_name="inline-flex min-h-11 cursor-pointer items-center text-sm font-medium text-accent-text "
            "underline decoration-accent-line underline-offset-4",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
            ui.text_area(
                "What happened?",
                "reason",
                id="reason-" + seat.booking_id,
                hint="We compare it with the log and answer by mail. You can object until "
                + seat.object_until
                + ".",
                error=rx.cond(objected == seat.booking_id, problem_of("reason"), ""),
                max_length=REASON_LIMIT,
                required=True,
            ),
            ui.button("Send", kind="submit"),
            on_submit=on_object,
            class_name="mt-2 space-y-4",
        ),
        class_name="mt-2",
    )
