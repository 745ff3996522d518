"""The dialog before a cancellation: which session, what goes back now and later, the reason, and both ways out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.booking_summary import session_line
from sessions_app.components.bound import problem
from sessions_app.components.refund_bar import refund_bar
from sessions_app.components.ui.values import node_id

_REASONS = (
    ("", "I'd rather not say"),
    ("The time no longer suits me", "The time no longer suits me"),
    ("I am ill", "I am ill"),
    ("I booked by mistake", "I booked by mistake"),
    ("I no longer need the session", "I no longer need the session"),
)
_FORM = "cancel-form"


def cancel_dialog(
    view: Any, *, on_keep: Any, on_cancel: Any, on_move: Any, is_busy: rx.Var[bool]
) -> rx.Component:
    """The dialog, open while ``view`` (a ``CancelView``) is about a booking; "Keep session" has the focus first."""
    session = session_line(view)
    refund = rx.el.div(
        rx.el.div(
            rx.el.p(view.sentence, id=node_id("refund-sentence"), class_name="text-sm text-ink-2"),
            rx.cond(
                view.amount != "",
                rx.el.p(view.amount, class_name="shrink-0 text-lg font-semibold tabular-nums"),
            ),
            class_name="flex items-baseline justify-between gap-4",
        ),
        rx.cond(
            view.bands.length() > 0,
            refund_bar(view.bands, now_at=view.now_at, label=view.bar_label),
        ),
        class_name="rounded-control bg-surface-2 p-4",
    )
    form = rx.el.form(
        ui.select_field(view.reason_label, "reason", list(_REASONS)),
        id=node_id(_FORM),
        on_submit=on_cancel,
        reset_on_submit=False,
    )
    buttons = rx.el.div(
        ui.button(
            view.keep,
            on_click=on_keep,
            custom_attrs={"data-autofocus": "true"},
        ),
        ui.button(
            view.confirm,
            variant="danger",
            kind="submit",
            busy=is_busy,
            custom_attrs={"form": _FORM},
            aria_describedby="refund-sentence",
        ),
        class_name="flex w-full justify-end gap-2 max-sm:flex-col-reverse max-sm:*:w-full",
    )
    return ui.dialog(
        view.heading,
        session,
        refund,
        problem(),
        form,
        rx.cond(
            view.can_move,
            rx.el.p(
                "Only the time is wrong? ",
                ui.text_button("Reschedule", on_click=on_move(view.booking_id)),
                " keeps your price and place.",
                class_name="text-sm text-ink-2",
            ),
        ),
        open=view.booking_id != "",
        on_close=on_keep,
        footer=buttons,
        id="cancel-dialog",
    )
