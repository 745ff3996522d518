"""``/booking/confirmation``: "Session Booked!", or how else a booking stands."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import toasts, visitor
from sessions_app.components.materials_list import materials_list
from sessions_app.components.status import status_badge
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.state.confirmation import ConfirmationState


def confirmation() -> rx.Component:
    """The booking in one column."""
    view = ConfirmationState.view
    return layout.focus_page(
        rx.cond(
            view.kind != "",
            _outcome(view),
            rx.cond(ConfirmationState.is_gone, _gone(), _loading()),
        ),
        rx.el.span(on_unmount=ConfirmationState.leave, hidden=True),
        visitor=visitor(),
        wide=True,
        bare=False,
        toasts=toasts(),
    )


def _outcome(view: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            _mark(view.tone),
            rx.el.h1(view.heading, class_name="mt-4 text-xl font-semibold text-balance"),
            rx.el.p(view.lead, class_name="mx-auto mt-2 max-w-[26rem] text-sm text-balance text-ink-2"),
            role="status",
            class_name="text-center",
        ),
        rx.cond(view.pay_href != "", _pay(view)),
        rx.el.section(
            rx.el.div(
                ui.date_tile(view.month, view.day),
                rx.el.div(
                    rx.el.p(view.span, class_name="text-lg leading-6 font-semibold tabular-nums"),
                    rx.el.p(view.day_line, class_name="text-sm text-ink-2"),
                    class_name="min-w-0 flex-1 basis-48",
                ),
                status_badge(view.badge, among=(*BookingStatus, "processing", "refunded")),
                class_name="flex flex-wrap items-center gap-4 p-5 sm:p-6",
            ),
            rx.el.dl(
                _row("globe", "When", view.when),
                _row("user", "Who", view.who),
                rx.cond(view.topic != "", _said("notebook-pen", "Topic", view.topic)),
                rx.cond(
                    view.is_online,
                    _row("video", "Where", view.where, _room_link(view)),
                    _row("map-pin", "Where", view.where),
                ),
                _row("credit-card", view.price_word, view.price),
                rx.cond(view.cancel.main != "", _row("shield-check", "Cancel", view.cancel)),
                rx.cond(view.answer != "", _said("message-square", "Answer", view.answer)),
                rx.cond(view.files.length() > 0, _files(view)),
                class_name="divide-y divide-line border-t border-line px-5 sm:px-6",
            ),
            rx.cond(view.google != "", _calendars(view)),
            aria_label="Your booking",
            class_name="mt-8 rounded-card border border-line bg-surface",
        ),
        rx.cond(view.next_week != "", _next_week(view)),
        rx.el.div(
            ui.button_link("Book Another Session", view.again_href, class_name="max-sm:w-full"),
            ui.button_link(
                "Back to Dashboard",
                "/dashboard",
                variant="primary",
                class_name="max-sm:w-full",
            ),
            class_name="mt-8 flex flex-col-reverse gap-2 sm:flex-row sm:justify-center",
        ),
        rx.el.p(
            rx.cond(view.message_href != "", ui.text_link("Message", view.message_href)),
            rx.cond(view.reschedule_href != "", ui.text_link("Reschedule", view.reschedule_href)),
            rx.cond(view.cancel_href != "", ui.text_link("Cancel", view.cancel_href)),
            class_name="mt-6 flex flex-wrap justify-center gap-x-5 text-sm",
        ),
    )


def _mark(tone: Any) -> rx.Component:
    def face(name: str, colours: str) -> rx.Component:
        return rx.el.span(
            ui.icon(name, "size-6"),
            class_name=f"inline-flex size-12 items-center justify-center rounded-full {colours}",
        )

    return rx.match(
        tone,
        ("ok", face("check", "bg-ok-soft text-ok-text")),
        ("info", face("send", "bg-info-soft text-info-text")),
        ("sun", face("clock-alert", "bg-sun-soft text-sun-text")),
        face("x", "bg-surface-3 text-ink-2"),
    )


def _pay(view: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            view.hold.until != "",
            ui.countdown(
                view.hold.until,
                total_seconds=view.hold.total,
                before="Held for you",
                now=view.hold.now,
                on_end=ConfirmationState.refresh,
            ),
        ),
        ui.button_link("Continue to payment", view.pay_href, variant="primary", class_name="max-sm:w-full"),
        class_name="mt-6 flex flex-wrap items-center justify-center gap-4",
    )


def _row(name: str, term: Any, fact: Any, *more: Any) -> rx.Component:
    return _entry(
        name,
        term,
        rx.el.span(fact.main, class_name="tabular-nums"),
        rx.cond(fact.more != "", rx.el.span(fact.more, class_name="block text-ink-3 tabular-nums")),
        *more,
    )


def _said(name: str, term: str, text: Any) -> rx.Component:
    """What somebody wrote, in their own lines."""
    return _entry(name, term, rx.el.span(text, class_name="whitespace-pre-line [overflow-wrap:anywhere]"))


def _entry(name: str, term: Any, *said: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(
            ui.icon(name),
            term,
            class_name="flex w-24 shrink-0 items-center gap-2 self-start text-sm text-ink-3 max-sm:w-20",
        ),
        rx.el.dd(*said, class_name="min-w-0 flex-1 text-sm"),
        class_name="flex gap-4 py-3.5",
    )


def _room_link(view: Any) -> rx.Component:
    return rx.cond(view.room_href != "", ui.text_link("Join page", view.room_href))


def _files(view: Any) -> rx.Component:
    return _entry(
        "file-text", "Materials", materials_list(view.files, label="Materials", class_name="-my-2.5")
    )


def _calendars(view: Any) -> rx.Component:
    def entry(label: str, href: Any, name: str, **how: Any) -> rx.Component:
        return ui.button_link(label, href, lead=name, external=True, class_name="max-sm:w-full", **how)

    return rx.el.div(
        rx.el.h2("Add to calendar", class_name="text-sm font-semibold text-ink"),
        rx.el.div(
            entry("Google Calendar", view.google, "calendar-plus", new_tab=True),
            entry("Outlook", view.outlook, "calendar-plus", new_tab=True),
            entry("Apple Calendar (.ics)", view.file, "download"),
            class_name="mt-3 flex flex-wrap gap-2",
        ),
        class_name="border-t border-line p-5 sm:p-6",
        custom_attrs={"data-noprint": "true"},
    )


def _next_week(view: Any) -> rx.Component:
    return ui.well(
        rx.el.div(
            rx.el.p("Same time next week?", class_name="text-sm font-medium"),
            rx.el.p(view.next_week, class_name="text-sm text-ink-2 tabular-nums"),
            class_name="min-w-0 flex-1 basis-56",
        ),
        ui.button("Hold it for me", on_click=ConfirmationState.hold_next_week, class_name="max-sm:w-full"),
        class_name="mt-4 flex flex-wrap items-center gap-4 p-5",
    )


def _gone() -> rx.Component:
    return ui.empty_state(
        "calendar-x",
        "We cannot find that booking",
        "It may belong to another account.",
        action=ui.button_link("Back to Dashboard", "/dashboard"),
        level=1,
    )


def _loading() -> rx.Component:
    return ui.skeletons(
        "Loading your booking",
        ui.skeleton("mx-auto size-12 !rounded-full"),
        ui.skeleton("mx-auto mt-4 h-8 w-56"),
        ui.skeleton("mx-auto mt-3 h-4 w-72 max-w-full"),
        ui.skeleton("mt-8 h-96 w-full !rounded-card"),
    )
