"""How the state of a booking looks: one badge for each, the same everywhere (DESIGN 4)."""

from __future__ import annotations

import reflex as rx

from sessions_app.components import ui
from sessions_app.domain.booking_lifecycle import BookingStatus

STATUSES: dict[str, tuple[str, str, ui.Tone]] = {
    "held": ("Held", "timer", "sun"),
    "pending": ("Requested", "send", "info"),
    "accepted": ("Pay to confirm", "credit-card", "sun"),
    "scheduled": ("Scheduled", "calendar", "accent"),
    "confirmed": ("Confirmed", "calendar-check", "ok"),
    "in_progress": ("In progress", "radio", "accent-solid"),
    "completed": ("Completed", "check", "neutral"),
    "no_show": ("No-show", "user-x", "danger"),
    "cancelled": ("Cancelled", "x", "neutral"),
    "rejected": ("Declined", "ban", "danger"),
    "expired": ("Expired", "timer-off", "neutral"),
    "late": ("Late start", "alarm-clock", "sun"),
    "unpaid": ("Unpaid", "circle-dollar-sign", "danger"),
    "dispute": ("Dispute", "scale", "danger"),
    "soon": ("Starting soon", "clock", "sun"),
    "refunded": ("Refunded", "undo-2", "neutral"),
    "paid": ("Paid", "check", "ok"),
    "processing": ("Processing", "loader", "info"),
}


def status_badge(
    status: ui.Text, label: ui.Text = "", among: tuple[str, ...] = tuple(BookingStatus)
) -> rx.Component:
    """The badge of a status; ``label`` says more than the usual word ("Pay by 21:41").

    For a var, ``among`` names the statuses it may take, so that only their icons are shipped; any other shows
    nothing.
    """

    def draw(key: str) -> rx.Component:
        words, name, tone = STATUSES[key]
        said = words if isinstance(label, str) and not label else label
        return ui.badge(
            said if isinstance(said, str) else rx.cond(said != "", said, words), name=name, tone=tone
        )

    if isinstance(status, str):
        return draw(status)
    return rx.match(status, *((key, draw(key)) for key in among), rx.fragment())
