"""``/assistant``: what goes on today, for those who oversee everybody's sessions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.status import status_badge
from sessions_app.components.ui.values import node_id
from sessions_app.components.workspace import OVERSIGHT, workspace
from sessions_app.services.outcomes import REASON_LIMIT
from sessions_app.services.queries.board import BoardState
from sessions_app.state.board import BoardPageState
from sessions_app.state.board_views import OUTCOMES

_STATES = tuple(state.value for state in BoardState)
_SEATS = (
    "held", "pending", "accepted", "scheduled", "confirmed", "in_progress", "completed", "no_show", "cancelled",
    "rejected", "expired",
)  # fmt: skip
_HEAD = (
    "h-9 px-3 text-left text-xs font-medium text-ink-3 whitespace-nowrap first:pl-5 lg:first:pl-6 last:pr-5"
)
_CELL = "h-12 px-3 text-sm text-ink align-middle max-md:h-auto max-md:px-0"
_MARKS = {"calendar": "calendar-check", "video": "video", "card": "credit-card"}


def board() -> rx.Component:
    """The page."""
    view, panel = BoardPageState.view, BoardPageState.panel
    return workspace(
        rx.cond(
            view.ready,
            rx.el.div(
                rx.el.div(
                    _head(view), _filters(view), problem("mx-6 mt-3"), _table(view), class_name="min-w-0"
                ),
                rx.cond(panel.session_id != "", _panel(panel)),
                class_name=rx.cond(
                    panel.session_id != "",
                    "lg:grid lg:min-h-[calc(100dvh-1rem)] lg:grid-cols-[minmax(0,1fr)_20.5rem]",
                    "",
                ),
            ),
            _skeleton(),
        ),
        visitor=visitor(),
        places=OVERSIGHT,
        current="board",
        title="Live board",
        counts={"board": view.attention},
        toasts=toasts(),
    )


def _head(view: Any) -> rx.Component:
    live = rx.el.span(
        rx.el.span(
            class_name="absolute inset-0 animate-ping rounded-full bg-ok opacity-60 motion-reduce:hidden"
        ),
        rx.el.span(class_name="size-2 rounded-full bg-ok"),
        aria_hidden="true",
        class_name="relative inline-flex size-2",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h1("Board", class_name="text-xl font-semibold"),
            rx.el.p(
                live,
                rx.el.span(view.live, class_name="tabular-nums"),
                class_name="mt-1 flex items-center gap-2 text-sm text-ink-2",
            ),
            ui.alarm(view.wakes_until, now=view.now, on_end=BoardPageState.refresh),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.label("Instructor", html_for="board-instructor", class_name="sr-only"),
                rx.el.select(
                    rx.el.option("All instructors", value=""),
                    rx.foreach(view.instructors, lambda one: rx.el.option(one.label, value=one.value)),
                    id=node_id("board-instructor"),
                    value=view.instructor,
                    on_change=BoardPageState.choose_instructor,
                    class_name=f"h-(--control) cursor-pointer px-3 {ui.fields.CONTROL}",
                ),
                class_name="w-full sm:w-48",
            ),
            rx.el.div(
                rx.el.label("Find a session or person", html_for="board-text", class_name="sr-only"),
                rx.el.div(
                    ui.icon(
                        "search",
                        "pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3",
                    ),
                    rx.el.input(
                        id=node_id("board-text"),
                        type="search",
                        placeholder="Session or person",
                        default_value=view.text,
                        max_length=100,
                        on_change=BoardPageState.search.debounce(200),
                        class_name=f"h-(--control) pr-3 pl-9 {ui.fields.CONTROL}",
                    ),
                    class_name="relative",
                ),
                class_name="w-full sm:w-56",
            ),
            class_name="flex flex-wrap gap-2 max-sm:w-full",
        ),
        class_name="flex flex-wrap items-end justify-between gap-3 px-(--gutter) pt-6 lg:px-6 lg:pt-7",
    )


def _filters(view: Any) -> rx.Component:
    return rx.el.div(
        ui.chip_group(
            rx.foreach(
                view.filters,
                lambda one: ui.chip(
                    rx.fragment(
                        one.label,
                        rx.el.span(
                            one.count,
                            class_name=["tabular-nums", rx.cond(one.is_on, "", "text-ink-3")],
                        ),
                    ),
                    on_click=BoardPageState.show(one.key),
                    pressed=one.is_on,
                    key=one.key,
                ),
            ),
            label="Filter",
        ),
        class_name="mt-4 px-(--gutter) lg:px-6",
    )


def _table(view: Any) -> rx.Component:
    heads = ("Starts", "State", "Session", "Presence", "Amount")
    return rx.fragment(
        rx.el.table(
            rx.el.caption("Sessions and requests, the most urgent first", class_name="sr-only"),
            rx.el.thead(
                rx.el.tr(
                    *(
                        rx.el.th(
                            head,
                            scope="col",
                            class_name=[_HEAD, "text-right lg:last:pr-6" if head == "Amount" else ""],
                        )
                        for head in heads
                    )
                ),
                class_name="max-md:sr-only",
            ),
            rx.el.tbody(rx.foreach(view.rows, _row), class_name="max-md:block"),
            class_name="mt-3 w-full border-collapse max-md:block",
        ),
        rx.cond(
            view.empty != "",
            ui.empty_state("radio", view.empty, "The board fills by itself as things happen.", level=2),
        ),
        rx.cond(
            view.has_more,
            rx.el.div(
                ui.button("Show more", on_click=BoardPageState.show_more, class_name="w-full"),
                class_name="px-(--gutter) py-4 lg:px-6",
            ),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.span(row.begins, class_name="block font-semibold tabular-nums max-md:inline"),
            " ",
            rx.el.span(
                row.small,
                class_name=[
                    "block text-xs tabular-nums max-md:inline",
                    rx.cond(row.is_urgent, "font-medium text-sun-text", "text-ink-3"),
                ],
            ),
            class_name=f"{_CELL} pl-5 whitespace-nowrap lg:pl-6 max-md:order-1",
        ),
        rx.el.td(
            status_badge(row.state, row.badge, among=_STATES),
            class_name=f"{_CELL} max-md:order-2 max-md:text-right",
        ),
        rx.el.td(
            rx.el.button(
                row.title,
                type="button",
                on_click=BoardPageState.open_panel(row.session_id),
                aria_expanded=row.is_open,
                class_name="block w-full max-w-full cursor-pointer truncate rounded-cell text-left font-medium "
                "max-md:-my-2 max-md:min-h-11",
            ),
            rx.el.span(row.people, class_name="block truncate text-xs text-ink-2"),
            class_name=f"{_CELL} w-[40%] max-w-0 max-md:order-3 max-md:col-span-2 max-md:w-auto max-md:max-w-none",
        ),
        rx.el.td(
            rx.el.span(row.presence, class_name="block max-w-40 truncate max-md:max-w-none"),
            class_name=f"{_CELL} text-ink-2 max-xl:text-xs max-md:order-4",
        ),
        rx.el.td(
            row.price,
            class_name=f"{_CELL} pr-5 text-right tabular-nums whitespace-nowrap lg:pr-6 max-md:order-5",
        ),
        key=row.key,
        class_name=[
            "border-t border-line max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-y-1 "
            "max-md:px-(--gutter) max-md:py-3.5",
            rx.cond(row.is_open, "bg-accent-soft", "hover:bg-surface-2"),
        ],
    )


def _panel(panel: Any) -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.div(
                rx.cond(panel.state != "", status_badge(panel.state, among=_STATES)),
                rx.el.h2(
                    panel.title, id=node_id("panel"), class_name="mt-2 text-base leading-5 font-semibold"
                ),
                rx.el.p(panel.when, class_name="mt-1 text-sm tabular-nums text-ink-2"),
                class_name="min-w-0",
            ),
            ui.icon_button(
                "x", "Close panel", on_click=BoardPageState.close_panel, class_name="-mt-1.5 -mr-2"
            ),
            class_name="flex items-start justify-between gap-3",
        ),
        rx.el.ul(rx.foreach(panel.people, _person), class_name="mt-4 space-y-2"),
        rx.foreach(panel.disputes, _dispute),
        rx.el.h3("Timeline", class_name="mt-6 text-xs font-medium text-ink-3"),
        rx.el.ol(rx.foreach(panel.happenings, _happening), class_name="mt-3"),
        aria_labelledby="panel",
        class_name="border-line bg-surface p-6 max-lg:fixed max-lg:inset-0 max-lg:z-(--z-dialog) "
        "max-lg:overflow-y-auto max-lg:p-4 lg:border-l",
    )


def _dispute(one: Any) -> rx.Component:
    title = f"dispute-{one.booking_id}"
    note = f"note-{one.booking_id}"
    return rx.el.section(
        rx.el.h3("Dispute about ", one.title, id=node_id(title), class_name="text-sm font-semibold"),
        rx.el.p(one.counts_as, class_name="mt-1 text-sm text-ink-2"),
        rx.el.dl(
            *(
                rx.fragment(
                    rx.el.dt(label, class_name="text-xs font-medium text-ink-3"),
                    rx.el.dd(text, class_name="text-sm wrap-anywhere whitespace-pre-line"),
                )
                for label, text in (
                    ("Instructor", one.host_said),
                    ("Student", one.student_said),
                    ("The log", one.evidence),
                )
            ),
            class_name="mt-3 space-y-1 [&_dd]:mb-3",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="booking_id", value=one.booking_id, read_only=True),
            rx.el.fieldset(
                rx.el.legend("What was it?", class_name="text-sm font-medium"),
                *(_choice(outcome.value, words, money) for outcome, words, money in OUTCOMES),
                rx.cond(
                    one.wrong_outcome != "",
                    rx.el.p(
                        ui.icon("circle-alert", "size-3.5"),
                        one.wrong_outcome,
                        role="alert",
                        class_name="mt-1 flex items-center gap-1.5 text-xs font-medium text-danger-text",
                    ),
                ),
            ),
            ui.text_area(
                "Why?",
                "note",
                id=note,
                hint="Both sides read it. A decision cannot be taken back.",
                error=one.wrong_note,
                max_length=REASON_LIMIT,
            ),
            ui.button("Decide", variant="primary", kind="submit", class_name="w-full"),
            on_submit=BoardPageState.decide,
            reset_on_submit=False,
            no_validate=True,
            class_name="space-y-4",
        ),
        key=one.booking_id,
        aria_labelledby=title,
        class_name="mt-6 rounded-card border border-line p-4",
    )


def _choice(value: str, words: str, money: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio", name="outcome", value=value, class_name="mt-0.5 size-5 shrink-0 accent-accent"
        ),
        rx.el.span(words, rx.el.span(money, class_name="block text-xs text-ink-3")),
        class_name="flex min-h-11 cursor-pointer items-start gap-3 py-1.5 text-sm",
    )


def _person(person: Any) -> rx.Component:
    return rx.el.li(
        ui.avatar(person.initials, person.colour, size="row", photo=person.photo),
        rx.el.div(
            rx.el.p(person.name, class_name="truncate text-sm font-medium"),
            rx.el.p(person.note, class_name="text-xs text-ink-3"),
            class_name="min-w-0 flex-1",
        ),
        rx.match(
            person.presence,
            ("here", _presence("check", "In the room", "text-ok-text")),
            ("absent", _presence("user-x", "Absent", "text-danger-text")),
            rx.cond(person.state != "", status_badge(person.state, among=_SEATS)),
        ),
        key=person.id,
        class_name="flex items-center gap-3",
    )


def _presence(icon: str, said: str, tone: str) -> rx.Component:
    return rx.el.span(
        ui.icon(icon, "size-3.5"),
        said,
        class_name=f"inline-flex shrink-0 items-center gap-1.5 text-xs font-medium {tone}",
    )


def _happening(one: Any) -> rx.Component:
    mark = rx.match(
        one.mark,
        *((key, ui.icon(name, "size-3.5")) for key, name in _MARKS.items()),
        ui.icon("history", "size-3.5"),
    )
    return rx.el.li(
        rx.el.span(
            aria_hidden="true",
            class_name="absolute top-6 bottom-0 left-3 w-px bg-line in-[li:last-child]:hidden",
        ),
        rx.el.span(
            mark,
            aria_hidden="true",
            class_name="relative inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-surface-2 "
            "text-ink-2",
        ),
        rx.el.div(
            rx.el.p(
                rx.el.span(one.what, class_name="font-medium"),
                rx.el.span(one.at, class_name="shrink-0 text-xs tabular-nums text-ink-3"),
                class_name="flex items-baseline justify-between gap-3 text-sm",
            ),
            rx.el.p(one.who, class_name="text-xs text-ink-2 wrap-anywhere"),
            class_name="min-w-0 flex-1",
        ),
        key=one.key,
        class_name="relative flex gap-3 pb-4 last:pb-0",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        ui.skeletons(
            "Loading the board",
            ui.skeleton("h-8 w-40"),
            ui.skeleton("mt-6 h-8 w-full"),
            *(ui.skeleton("mt-4 h-12 w-full") for _ in range(5)),
        ),
        class_name="p-6",
    )
