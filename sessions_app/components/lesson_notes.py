"""What was written about one seat after a session: the instructor's report and homework, and each side's own note."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.services.lesson_notes import HOMEWORK_LIMIT, NOTE_LIMIT, REPORT_LIMIT


def report_form(seat: Any, *, on_save: Any) -> rx.Component:
    """What the instructor writes. ``seat`` is an ``OutcomeView``."""
    return rx.el.form(
        rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
        ui.text_area(
            "Report",
            "report",
            id="report-" + seat.booking_id,
            hint="The student reads it.",
            default_value=seat.report,
            max_length=REPORT_LIMIT,
        ),
        ui.text_area(
            "Homework for next time",
            "homework",
            id="homework-" + seat.booking_id,
            default_value=seat.homework,
            max_length=HOMEWORK_LIMIT,
        ),
        ui.text_area(
            "Private note",
            "private_note",
            id="private-" + seat.booking_id,
            hint="Only you can read it.",
            default_value=seat.private_note,
            max_length=NOTE_LIMIT,
        ),
        ui.button("Save notes", kind="submit"),
        on_submit=on_save,
        class_name="mt-5 space-y-4 border-t border-line pt-5",
    )


def student_notes(seat: Any, *, on_save: Any) -> rx.Component:
    """What the student reads, and their own note. ``seat`` is an ``OutcomeView``."""
    own = rx.el.form(
        rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
        ui.text_area(
            "Your own note",
            "note",
            id="note-" + seat.booking_id,
            hint="Only you can read it.",
            default_value=seat.student_note,
            max_length=NOTE_LIMIT,
        ),
        ui.button("Save note", kind="submit"),
        on_submit=on_save,
        class_name="space-y-4",
    )
    return rx.cond(
        (seat.report != "") | (seat.homework != "") | seat.may_note,
        rx.el.div(
            rx.cond(seat.report != "", _quoted("Report", seat.report)),
            rx.cond(seat.homework != "", _quoted("Homework for next time", seat.homework)),
            rx.cond(seat.may_note, own),
            class_name="mt-5 space-y-5 border-t border-line pt-5",
        ),
    )


def _quoted(label: str, text: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(label, class_name="text-sm font-medium"),
        rx.el.p(text, class_name="mt-1 text-sm whitespace-pre-line text-ink-2"),
    )
