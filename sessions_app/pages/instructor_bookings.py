"""``/instructor/bookings``: who asks, the week, and every booking of an instructor."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui, workspace
from sessions_app.components.booking_card import row_time, topic_line
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.schedule_dialogs import (
    decline_dialog,
    host_cancel_dialog,
    new_dialog,
    place_dialog,
    topic_dialog,
)
from sessions_app.components.status import status_badge
from sessions_app.components.ui.fields import CONTROL
from sessions_app.components.ui.values import node_id
from sessions_app.components.week_calendar import WeekActions, week_calendar
from sessions_app.components.workspace import SHEET_GUTTER
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.state.instructor_bookings import InstructorBookingsState as State

_EMPTY = {
    "upcoming": ("calendar-plus", "Nothing planned yet", "Sessions appear here once they are booked."),
    "unpaid": (
        "credit-card",
        "Nothing to be paid",
        "Sessions you booked for students wait here until they are paid.",
    ),
    "past": ("history", "No sessions yet", "Sessions you have given appear here."),
    "cancelled": ("calendar-x", "Nothing cancelled", "Declined, expired and cancelled bookings appear here."),
}
_SECTION = f"border-t border-line py-6 {SHEET_GUTTER}"
_WORD = (
    "inline-flex h-(--control-sm) cursor-pointer items-center justify-center gap-1.5 rounded-control px-2 text-sm "
    "text-ink-2 hover:bg-surface-3/60 hover:text-ink max-sm:flex-1 max-sm:border max-sm:border-line"
)


def instructor_bookings() -> rx.Component:
    """The page."""
    view = State.view
    return workspace.workspace(
        rx.cond(view.ready, _content(view), _skeleton()),
        _dialogs(),
        visitor=visitor(),
        places=workspace.INSTRUCTOR,
        current="bookings",
        title="Bookings",
        counts={"bookings": view.request_count},
        toasts=toasts(),
    )


def _content(view: Any) -> rx.Component:
    return rx.fragment(
        workspace.sheet_heading(
            "Bookings",
            view.lead,
            action=ui.button("New session", variant="primary", lead="plus", on_click=State.ask_new),
        ),
        rx.cond(_is_asking(), rx.fragment(), rx.el.div(problem("mb-5"), class_name=SHEET_GUTTER)),
        _requests(view),
        rx.el.div(week_calendar(view.week, _week_actions()), class_name=_SECTION),
        _lists(view),
        rx.cond(
            view.wakes.until != "",
            ui.alarm(view.wakes.until, now=view.wakes.now, on_end=State.refresh),
        ),
    )


def _is_asking() -> Any:
    return (
        (State.declining.booking_id != "")
        | (State.placing.mode != "")
        | State.creating.is_open
        | (State.cancelling.id != "")
        | (State.naming.booking_id != "")
    )


def _week_actions() -> WeekActions:
    return WeekActions(
        accept=State.accept,
        decline=State.ask_to_decline,
        propose=State.ask_to_propose,
        move=State.ask_to_move,
        move_group=State.ask_to_move_group,
        cancel=State.ask_to_cancel_session,
        dropped=State.dropped,
        clicked=State.ask_new_at,
    )


# ------------------------------------------------------------------ requests


def _requests(view: Any) -> rx.Component:
    heading = rx.el.h2(
        "Requests ",
        rx.el.span(view.request_count, class_name="font-normal tabular-nums text-ink-3"),
        id=node_id("requests"),
        class_name="text-base font-semibold",
    )
    return rx.el.section(
        rx.el.div(
            heading,
            rx.cond(
                view.can_pick,
                ui.button(
                    rx.cond(
                        view.picked_count > 0,
                        "Accept " + view.picked_count.to_string() + " selected",
                        "Accept selected",
                    ),
                    size="sm",
                    disabled=view.picked_count == 0,
                    busy=State.busy == "accept all",
                    on_click=State.accept_picked,
                ),
            ),
            class_name="flex min-h-(--control-sm) items-center justify-between gap-3",
        ),
        rx.cond(
            view.requests.length() > 0,
            rx.el.ul(
                rx.foreach(view.requests, lambda seat: _request(seat, view.can_pick)),
                class_name="mt-1 grid grid-cols-[minmax(0,1fr)] gap-x-10 xl:grid-cols-2",
            ),
            rx.el.p(
                "Nobody waits for an answer. Sessions on request appear here.",
                class_name="mt-1 text-sm text-ink-2",
            ),
        ),
        aria_labelledby="requests",
        class_name=_SECTION,
    )


def _request(seat: Any, can_pick: Any) -> rx.Component:
    name_id = "rq-" + seat.id
    described = {"aria_describedby": name_id}
    return rx.el.li(
        ui.avatar(seat.initials, seat.colour, size="row", photo=seat.photo),
        rx.el.div(
            rx.el.div(
                rx.el.p(seat.name, id=node_id(name_id), class_name="min-w-0 truncate text-sm font-medium"),
                rx.cond(
                    seat.wait.until != "",
                    ui.countdown(
                        seat.wait.until, total_seconds=seat.wait.total, now=seat.wait.now, after="left"
                    ),
                ),
                class_name="flex flex-wrap items-center justify-between gap-x-3",
            ),
            rx.el.p(seat.when, ", ", seat.price, class_name="text-sm tabular-nums text-ink-2"),
            _title(seat),
            rx.cond(
                seat.was != "", rx.el.p(seat.was, class_name="text-sm tabular-nums text-ink-3"), rx.fragment()
            ),
            _topic(seat),
            _message(seat, "mt-2 border-l-2 border-line-2 pl-3 whitespace-pre-line"),
            rx.el.div(
                rx.cond(
                    seat.can_accept,
                    ui.button(
                        "Accept",
                        size="sm",
                        lead="check",
                        on_click=State.accept(seat.id),
                        busy=State.busy == "accept " + seat.id,
                        **described,
                    ),
                    status_badge(seat.status, seat.badge, among=("pending",)),
                ),
                rx.cond(
                    seat.can_decline,
                    ui.button(
                        "Decline",
                        variant="ghost",
                        size="sm",
                        on_click=State.ask_to_decline(seat.id),
                        **described,
                    ),
                ),
                rx.cond(
                    seat.can_propose,
                    ui.button(
                        "Propose another time",
                        variant="ghost",
                        size="sm",
                        on_click=State.ask_to_propose(seat.id),
                        **described,
                    ),
                ),
                rx.cond(
                    can_pick & seat.can_accept,
                    rx.el.label(
                        rx.el.input(
                            type="checkbox",
                            default_checked=seat.is_picked,
                            on_change=lambda picked: State.pick(seat.id, picked),
                            class_name="size-5 shrink-0 rounded-cell border border-field accent-accent",
                            **described,
                        ),
                        "Select",
                        class_name="ml-auto inline-flex min-h-11 cursor-pointer items-center gap-2 text-sm "
                        "text-ink-2",
                    ),
                ),
                class_name="mt-3 flex flex-wrap items-center gap-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        key=seat.id,
        class_name="flex items-start gap-3 border-b border-line py-4 last:border-b-0 "
        "xl:nth-last-[2]:nth-[odd]:border-b-0",
    )


def _title(seat: Any) -> rx.Component:
    return rx.el.p(
        seat.title,
        rx.cond(seat.notes != "", rx.el.span(" · ", seat.notes, class_name="text-ink-3")),
        class_name="text-sm text-ink-2",
    )


def _message(seat: Any, look: str) -> rx.Component:
    """What the student wrote, if anything."""
    return rx.cond(
        seat.message != "",
        rx.el.p("“", seat.message, "”", class_name=f"text-sm wrap-anywhere text-ink-2 {look}"),
    )


def _topic(seat: Any) -> rx.Component:
    return topic_line(seat, State.agree_topic, State.ask_topic)


# ------------------------------------------------------------------ lists


def _lists(view: Any) -> rx.Component:
    tabs = ui.tabs(
        "Bookings",
        (
            ("upcoming", "Upcoming", view.upcoming_count),
            ("unpaid", "To be paid", view.unpaid_count),
            ("past", "Past", None),
            ("cancelled", "Cancelled", None),
        ),
        selected=view.tab,
        on_select=State.select_tab,
    )
    rows = rx.fragment(
        rx.foreach(
            view.days,
            lambda day: rx.el.div(
                rx.cond(
                    day.label != "", rx.el.h3(day.label, class_name="pt-5 text-xs font-medium text-ink-3")
                ),
                rx.el.ul(rx.foreach(day.seats, _row), class_name="divide-y divide-line"),
                key=day.key,
            ),
        ),
        rx.cond(view.has_more, ui.button("Show more", on_click=State.show_more, class_name="mt-4")),
    )
    nothing = rx.cond(
        view.is_filtered,
        ui.empty_state(
            "search-x",
            "Nothing fits",
            "No booking of this list fits what you look for.",
            action=ui.button("Show all", on_click=State.clear_search),
        ),
        rx.match(
            view.tab,
            *((key, ui.empty_state(*words)) for key, words in _EMPTY.items()),
            rx.fragment(),
        ),
    )
    return rx.el.section(
        rx.el.h2("All bookings", class_name="sr-only"),
        _search(view),
        tabs,
        ui.tab_panel(rx.cond(view.is_empty, nothing, rows), selected=view.tab),
        class_name=_SECTION,
    )


def _search(view: Any) -> rx.Component:
    def small(label: str, control: Any, class_name: str = "") -> rx.Component:
        return rx.el.label(
            rx.el.span(label, class_name="sr-only"), control, class_name=["min-w-0", class_name]
        )

    def dated(label: str, name: str, value: Any) -> rx.Component:
        control = rx.el.input(
            type="date", name=name, default_value=value, class_name=["h-(--control) px-3", CONTROL]
        )
        return small(label, control)

    filled = view.text + view.offering + view.first + view.last
    return rx.el.form(
        small(
            "Search by student or title",
            rx.el.input(
                type="search",
                name="q",
                default_value=view.text,
                placeholder="Student or title",
                class_name=["h-(--control) px-3", CONTROL],
            ),
            "max-md:col-span-2",
        ),
        small(
            "Offering",
            rx.el.select(
                rx.foreach(view.offerings, lambda one: rx.el.option(one.label, value=one.value)),
                name="offering",
                default_value=view.offering,
                class_name=["h-(--control) truncate px-3 cursor-pointer", CONTROL],
            ),
            "max-md:col-span-2",
        ),
        dated("From", "from", view.first),
        dated("To", "to", view.last),
        ui.button("Search", kind="submit", lead="search", class_name="max-md:col-span-2"),
        on_submit=State.search,
        reset_on_submit=False,
        role="search",
        key=filled,
        # Reflex reads which state an element needs from its attributes, not from its key.
        custom_attrs={"data-filled": filled},
        class_name="mb-4 grid grid-cols-2 gap-3 md:grid-cols-[minmax(0,1.4fr)_minmax(0,1.2fr)_9.5rem_9.5rem_auto]",
    )


def _row(seat: Any) -> rx.Component:
    title_id = "b-" + seat.id
    described = {"aria_describedby": title_id}

    def word(label: Any, on_click: Any) -> rx.Component:
        return rx.el.button(label, type="button", on_click=on_click, class_name=_WORD, **described)

    return rx.el.li(
        row_time(seat),
        rx.el.div(
            ui.avatar(seat.initials, seat.colour, size="row", photo=seat.photo, class_name="max-sm:hidden"),
            rx.el.div(
                rx.el.p(seat.name, id=node_id(title_id), class_name="truncate text-sm font-medium"),
                _title(seat),
                _topic(seat),
                _message(seat, "mt-1 line-clamp-3"),
                class_name="min-w-0",
            ),
            class_name="flex min-w-0 items-center gap-3",
        ),
        rx.el.div(
            rx.el.span(seat.price, class_name="text-sm tabular-nums text-ink-2"),
            status_badge(seat.status, seat.badge, among=tuple(BookingStatus)),
            rx.cond(
                seat.can_move | seat.can_cancel | seat.can_join,
                rx.el.span(
                    rx.cond(
                        seat.can_join,
                        ui.link(
                            "Room",
                            href="/session/" + seat.session_id + "/room",
                            class_name=_WORD,
                            **described,
                        ),
                    ),
                    rx.cond(seat.can_move, word("Move to…", State.ask_to_move(seat.id))),
                    rx.cond(seat.can_cancel, word(seat.cancel_word, State.ask_to_cancel(seat.id))),
                    class_name="flex gap-1 max-sm:basis-full max-sm:gap-2",
                ),
            ),
            class_name="col-span-2 flex flex-wrap items-center gap-x-3 gap-y-3 md:col-span-1 md:justify-end",
        ),
        key=seat.id,
        class_name="grid grid-cols-[5.5rem_minmax(0,1fr)] items-center gap-x-4 gap-y-3 py-4 "
        "md:grid-cols-[6.5rem_minmax(0,1fr)_auto]",
    )


# ------------------------------------------------------------------ dialogs


def _dialogs() -> rx.Component:
    is_busy = State.busy == "dialog"
    return rx.fragment(
        decline_dialog(State.declining, on_keep=State.keep, on_decline=State.decline, is_busy=is_busy),
        place_dialog(
            State.placing, on_keep=State.keep, on_near=State.take_near, on_place=State.place, is_busy=is_busy
        ),
        new_dialog(State.creating, on_keep=State.keep, on_create=State.create, is_busy=is_busy),
        host_cancel_dialog(State.cancelling, on_keep=State.keep, on_cancel=State.cancel, is_busy=is_busy),
        topic_dialog(State.naming, on_keep=State.keep, on_suggest=State.suggest_topic, is_busy=is_busy),
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        ui.skeletons(
            "Loading your bookings",
            rx.el.div(
                ui.skeleton("h-8 w-48"), ui.skeleton("mt-2 h-5 w-72 max-w-full"), class_name="pt-8 pb-6"
            ),
            ui.skeleton("h-28 w-full"),
            ui.skeleton("mt-8 h-[36rem] w-full"),
        ),
        class_name=SHEET_GUTTER,
    )
