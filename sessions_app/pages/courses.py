"""``/courses``: what is taught."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, people, ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.discovery import FILTER
from sessions_app.components.ui.cards import CARD, CARD_LINK
from sessions_app.components.ui.values import node_id
from sessions_app.state.courses import CourseListState

DESCRIPTION = "Courses you take one session at a time, with the instructor and at the hour you choose."
GRID = "mt-6 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3"


def courses() -> rx.Component:
    """The list of courses."""
    return layout.page(
        layout.page_heading(
            "Courses",
            "One session at a time, with the instructor and at the hour you choose.",
            action=_search(),
        ),
        problem("mb-6"),
        _subjects(),
        rx.cond(CourseListState.loaded, _list(), _loading()),
        visitor=visitor(),
        toasts=toasts(),
        current="courses",
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.label("Search courses", html_for="q", class_name="sr-only"),
        rx.el.input(
            id=node_id("q"),
            name="q",
            type="search",
            max_length=100,
            auto_complete="off",
            placeholder="Search courses",
            default_value=CourseListState.text,
            key=CourseListState.text,
            class_name="h-(--control) w-full min-w-0 rounded-control border border-field bg-surface px-3 text-sm "
            "text-ink placeholder:text-ink-3 hover:border-ink-3 focus:border-ring focus:outline-2 "
            "focus:outline-offset-0 focus:outline-ring",
        ),
        ui.button("Search", kind="submit", lead="search"),
        role="search",
        action="/courses",
        on_submit=CourseListState.search,
        class_name="flex w-full max-w-[24rem] gap-2",
    )


def _subjects() -> rx.Component:
    return rx.el.div(
        rx.foreach(
            CourseListState.subjects,
            lambda subject: ui.link(
                subject.label,
                href=subject.href,
                prevent_scroll_reset=True,
                aria_current=rx.cond(subject.is_on, "true", "false"),
                class_name=FILTER,
            ),
        ),
        role="group",
        aria_label="Subjects",
        class_name="relative -mx-(--gutter) flex min-h-[calc(var(--control-sm)+0.5rem)] gap-2 overflow-x-auto "
        "px-(--gutter) py-1 [scrollbar-width:none]",
    )


def _list() -> rx.Component:
    return rx.cond(
        CourseListState.cards.length() > 0,
        rx.fragment(
            rx.el.ul(rx.foreach(CourseListState.cards, _course), class_name=GRID),
            rx.cond(
                CourseListState.more != "",
                rx.el.div(
                    ui.button(CourseListState.more, on_click=CourseListState.show_more),
                    class_name="mt-8 flex justify-center",
                ),
            ),
        ),
        ui.empty_state(
            "book-open",
            "No course matches",
            "Try another word or another subject.",
            action=ui.button_link("All courses", "/courses"),
            level=2,
        ),
    )


def _course(card: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(card.subject, class_name="text-xs font-medium text-ink-3"),
            rx.cond(card.is_enrolled, ui.badge("Enrolled", name="check", tone="ok")),
            class_name="flex min-h-6 items-center justify-between gap-3",
        ),
        rx.el.h2(
            ui.link(
                card.title,
                href=card.href,
                class_name="rounded-cell underline-offset-4 decoration-line-2 hover:underline",
            ),
            class_name="mt-2 text-base leading-5 font-semibold text-balance",
        ),
        rx.el.p(card.summary, class_name="mt-2 text-sm text-ink-2"),
        rx.el.p(
            card.sessions,
            rx.cond(
                card.taught_by != "",
                rx.fragment(rx.el.span(" · ", aria_hidden="true"), card.taught_by),
            ),
            class_name="mt-3 text-sm tabular-nums text-ink-3",
        ),
        rx.el.div(
            rx.cond(
                card.price != "",
                people.price(card.price, card.unit, before=card.from_label),
                rx.el.span("No instructor yet", class_name="text-sm text-ink-3"),
            ),
            rx.el.span(card.note, class_name="text-sm text-ink-3"),
            class_name="mt-auto flex items-baseline justify-between gap-3 pt-5",
        ),
        class_name=[CARD_LINK, "flex flex-col p-5"],
    )


def _loading() -> rx.Component:
    shape = rx.el.div(
        ui.skeleton("h-4 w-20"),
        ui.skeleton("mt-4 h-5 w-56 max-w-full"),
        ui.skeleton("mt-3 h-10 w-full"),
        ui.skeleton("mt-4 h-5 w-40"),
        ui.skeleton("mt-6 h-6 w-28"),
        class_name=f"{CARD} p-5",
    )
    return ui.skeletons("Loading courses", *(shape for _ in range(6)), class_name=GRID)
