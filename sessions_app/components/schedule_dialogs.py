"""What asks before another person is touched: decline, another time, a new session, cancel, topic."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, problem_of
from sessions_app.components.ui.values import node_id

_BUTTONS = "flex w-full justify-end gap-2 max-sm:flex-col-reverse max-sm:*:w-full"


def decline_dialog(view: Any, *, on_keep: Any, on_decline: Any, is_busy: Any) -> rx.Component:
    """Declines a request, with an answer that the student reads."""
    return ui.dialog(
        "Decline this request?",
        rx.el.p(
            rx.el.span(view.when, class_name="block font-semibold tabular-nums"),
            view.what,
            class_name="text-sm",
        ),
        problem(),
        _form(
            "decline-form",
            on_decline,
            ui.text_area(
                view.label, "response", hint="Optional. It is sent with the message.", max_length=1000
            ),
        ),
        open=view.booking_id != "",
        on_close=on_keep,
        footer=_footer("Keep request", on_keep, "Decline", "decline-form", is_busy, variant="danger"),
        id="decline-dialog",
    )


def place_dialog(view: Any, *, on_keep: Any, on_near: Any, on_place: Any, is_busy: Any) -> rx.Component:
    """Moves a session, or proposes another time for a request."""
    near = rx.cond(
        view.near.length() > 0,
        rx.el.div(
            rx.el.p(
                "The nearest free times", id=node_id("near"), class_name="text-xs font-medium text-ink-3"
            ),
            rx.el.div(
                rx.foreach(
                    view.near,
                    lambda one: ui.chip(one.label, on_click=on_near(one.value), key=one.value),
                ),
                role="group",
                aria_labelledby="near",
                class_name="mt-2 flex flex-wrap gap-2",
            ),
        ),
    )
    return ui.dialog(
        view.heading,
        rx.el.div(
            ui.date_tile(view.month, view.day),
            rx.el.div(
                rx.el.p(
                    view.when,
                    rx.cond(
                        view.target != "",
                        rx.el.span(" → ", view.target, class_name="text-accent-text"),
                    ),
                    class_name="text-sm font-semibold tabular-nums",
                ),
                rx.el.p(view.what, class_name="text-sm text-ink-2"),
                class_name="min-w-0",
            ),
            class_name="flex items-center gap-4",
        ),
        problem(),
        rx.cond(view.warning != "", ui.banner(view.warning, kind="sun", role="alert")),
        near,
        _form(
            "place-form",
            on_place,
            _moment(view),
            rx.el.p(view.zone, class_name="text-xs tabular-nums text-ink-3"),
            ui.text_area(
                rx.cond(view.mode == "propose", "Message", "Reason"),
                "message",
                hint=view.note,
                max_length=1000,
            ),
        ),
        open=view.mode != "",
        on_close=on_keep,
        footer=_footer(view.keep, on_keep, view.confirm, "place-form", is_busy),
        id="place-dialog",
    )


def new_dialog(view: Any, *, on_keep: Any, on_create: Any, is_busy: Any) -> rx.Component:
    """Makes a session for a student."""
    return ui.dialog(
        "New session for a student",
        problem(),
        rx.cond(view.warning != "", ui.banner(view.warning, kind="sun", role="alert")),
        _form(
            "new-form",
            on_create,
            ui.select_field("Student", "student", view.pupils, error=problem_of("student")),
            ui.select_field("Offering", "offering", view.offerings, error=problem_of("offering_id")),
            _moment(view),
            rx.el.p(view.zone, class_name="text-xs tabular-nums text-ink-3"),
            ui.select_field("The student pays", "charge", view.charges, error=problem_of("charge")),
            ui.text_field(
                "Topic", "topic", hint="Optional, where the offering leaves it open.", max_length=200
            ),
            ui.text_area("Message", "message", hint="Optional.", max_length=1000),
        ),
        open=view.is_open,
        on_close=on_keep,
        footer=_footer("Close", on_keep, view.confirm, "new-form", is_busy),
        id="new-dialog",
    )


def host_cancel_dialog(view: Any, *, on_keep: Any, on_cancel: Any, is_busy: Any) -> rx.Component:
    """Cancels a session for everybody in it, or one seat of a group, with the reason that people read."""
    return ui.dialog(
        view.heading,
        rx.el.div(
            ui.date_tile(view.month, view.day),
            rx.el.div(
                rx.el.p(view.when, class_name="text-sm font-semibold tabular-nums"),
                rx.el.p(view.what, class_name="text-sm text-ink-2"),
                class_name="min-w-0",
            ),
            class_name="flex items-center gap-4",
        ),
        rx.el.p(view.sentence, class_name="rounded-control bg-surface-2 p-4 text-sm text-ink-2"),
        problem(),
        _form(
            "host-cancel-form",
            on_cancel,
            ui.text_area(
                "Reason", "reason", hint="Everybody concerned reads it.", required=True, max_length=1000
            ),
        ),
        open=view.id != "",
        on_close=on_keep,
        footer=_footer("Keep session", on_keep, view.confirm, "host-cancel-form", is_busy, variant="danger"),
        id="host-cancel-dialog",
    )


def topic_dialog(view: Any, *, on_keep: Any, on_suggest: Any, is_busy: Any) -> rx.Component:
    """Suggests a topic to the other side."""
    return ui.dialog(
        "Suggest a topic",
        rx.el.p(view.what, class_name="text-sm text-ink-2"),
        problem(),
        _form(
            "topic-form",
            on_suggest,
            ui.text_field(
                "Topic",
                "topic",
                default_value=view.topic,
                hint="It is settled once you both agree.",
                required=True,
                max_length=200,
            ),
        ),
        open=view.booking_id != "",
        on_close=on_keep,
        footer=_footer("Close", on_keep, "Suggest", "topic-form", is_busy),
        id="topic-dialog",
    )


def _moment(view: Any) -> rx.Component:
    """The fields "Date" and "Time", filled anew when the view's own time changes."""
    filled = view.date + "T" + view.time
    return rx.el.div(
        ui.text_field("Date", "date", kind="date", default_value=view.date, required=True),
        ui.text_field("Time", "time", kind="time", default_value=view.time, required=True),
        key=filled,
        # Reflex reads which state an element needs from its attributes, not from its key.
        custom_attrs={"data-filled": filled},
        class_name="grid grid-cols-2 gap-3",
    )


def _form(form_id: str, on_submit: Any, *fields: Any) -> rx.Component:
    return rx.el.form(
        *fields, id=node_id(form_id), on_submit=on_submit, reset_on_submit=False, class_name="space-y-4"
    )


def _footer(
    keep: Any, on_keep: Any, confirm: Any, form: str, is_busy: Any, *, variant: Any = "primary"
) -> rx.Component:
    return rx.el.div(
        ui.button(keep, on_click=on_keep, custom_attrs={"data-autofocus": "true"}),
        ui.button(confirm, variant=variant, kind="submit", busy=is_busy, custom_attrs={"form": form}),
        class_name=_BUTTONS,
    )
