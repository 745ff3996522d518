"""``/courses/[course_id]``: one course, who teaches it, its content, and enrolling in it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, people, ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.ui.cards import CARD_LINK
from sessions_app.components.ui.values import node_id
from sessions_app.state.base import AppState
from sessions_app.state.courses import CourseState

DESCRIPTION = "What this course covers, who teaches it and when each is free, in your own time zone."


def course() -> rx.Component:
    """A course's page."""
    return layout.page(
        problem("mt-6"),
        rx.cond(
            CourseState.loaded,
            rx.cond(CourseState.missing, _missing(), _course(CourseState.page)),
            _loading(),
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="courses",
        zone=AppState.visitor.zone,
    )


def _course(page: Any) -> rx.Component:
    return rx.fragment(
        _head(page),
        ui.tabs(
            "Course",
            [("overview", "Overview", None), ("content", "Content", page.units.length())],
            selected=CourseState.tab,
            on_select=CourseState.select_tab,
            id="course",
        ),
        ui.tab_panel(
            rx.cond(CourseState.tab == "content", _content(page), _overview(page)),
            selected=CourseState.tab,
            id="course",
            class_name="pt-8",
        ),
    )


def _head(page: Any) -> rx.Component:
    card = page.card
    return rx.el.div(
        rx.el.div(
            rx.el.p(card.subject, class_name="text-sm font-medium text-ink-3"),
            rx.el.h1(card.title, class_name="mt-1 text-xl font-semibold text-balance"),
            rx.el.p(card.summary, class_name="mt-2 max-w-[42rem] text-base text-ink-2"),
            rx.el.p(
                rx.el.span(card.sessions),
                rx.cond(
                    card.price != "",
                    rx.fragment(_dot(), people.price(card.price, card.unit, before=card.from_label)),
                ),
                rx.cond(card.note != "", rx.fragment(_dot(), rx.el.span(card.note))),
                class_name="mt-3 flex flex-wrap items-baseline gap-x-2 gap-y-1 text-sm tabular-nums text-ink-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(_actions(page), class_name="flex flex-wrap items-center gap-3"),
        class_name="flex flex-col gap-6 pt-8 pb-8 sm:flex-row sm:items-start sm:justify-between lg:pt-12",
    )


def _actions(page: Any) -> rx.Component:
    """Enrolling is the next step until somebody is in the course; then booking is."""
    role = AppState.visitor.role
    return rx.match(
        role,
        ("guardian", _for_guardian(page)),
        ("instructor", _book(page)),
        ("assistant", _book(page)),
        ("admin", _book(page)),
        rx.cond(page.card.is_enrolled, _for_enrolled(page), _for_newcomer(page)),
    )


def _for_enrolled(page: Any) -> rx.Component:
    return rx.fragment(ui.badge(page.enrolled_label, name="check", tone="ok"), _book(page, variant="primary"))


def _for_newcomer(page: Any) -> rx.Component:
    return rx.fragment(_book(page), ui.button("Enroll", variant="primary", on_click=CourseState.enroll("")))


def _for_guardian(page: Any) -> rx.Component:
    enroll = ui.menu(
        ui.button("Enroll", on_click=None),
        rx.foreach(
            page.to_enroll,
            lambda child: ui.menu_item(child.name, on_click=CourseState.enroll(child.id)),
        ),
        id="enroll",
        label="Enroll",
    )
    return rx.fragment(
        rx.cond(page.enrolled_label != "", ui.badge(page.enrolled_label, name="check", tone="ok")),
        rx.cond(page.to_enroll.length() > 0, enroll),
        _book(page, variant="primary"),
    )


def _book(page: Any, variant: Any = "secondary") -> rx.Component:
    return ui.button_link("Book a Session", page.book_href, variant=variant)


def _overview(page: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(
            page.description != "",
            rx.el.p(page.description, class_name="mb-10 max-w-[42rem] text-base text-ink-2"),
        ),
        rx.el.section(
            rx.el.h2(page.teachers_heading, id=node_id("teachers"), class_name="text-lg font-semibold"),
            rx.cond(
                page.teachers.length() > 0,
                rx.el.ul(rx.foreach(page.teachers, _teacher), class_name="mt-4 space-y-3"),
                ui.empty_state("users", f"No {layout.people_label()} available. Try later."),
            ),
            aria_labelledby="teachers",
        ),
    )


def _teacher(teacher: Any) -> rx.Component:
    name_id = "teacher-" + teacher.person.id
    return rx.el.li(
        rx.el.div(
            people.face(teacher.person),
            rx.el.div(
                rx.el.div(
                    people.name_link(teacher.person, node_id=name_id),
                    people.rating(teacher.rating),
                    class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
                ),
                rx.el.p(teacher.taught, class_name="mt-1 text-sm tabular-nums text-ink-2"),
                rx.el.p(teacher.place, class_name="text-sm tabular-nums text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            class_name="flex items-start gap-4",
        ),
        ui.button_link(
            teacher.book_label,
            teacher.book_href,
            class_name="sm:row-span-1 sm:justify-self-end max-sm:order-last max-sm:w-full",
        ),
        rx.el.ul(
            rx.foreach(teacher.tags, lambda tag: rx.el.li(ui.tag(tag))),
            aria_label="Sessions",
            class_name="flex flex-wrap content-end gap-1.5 sm:pl-16",
        ),
        rx.el.div(
            people.next_free(teacher.next_free),
            people.week_bars(teacher.week),
            class_name="flex flex-wrap items-end justify-between gap-4 sm:justify-end",
        ),
        class_name=[
            CARD_LINK,
            "grid grid-cols-[minmax(0,1fr)] gap-4 p-5 sm:grid-cols-[minmax(0,1fr)_auto] sm:gap-x-8",
        ],
    )


def _content(page: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(page.card.sessions, id=node_id("content"), class_name="text-lg font-semibold"),
            ui.button_link("Schedule Session", page.book_href),
            class_name="flex flex-wrap items-center justify-between gap-4",
        ),
        rx.cond(
            page.units.length() > 0,
            rx.el.ol(
                rx.foreach(page.units, _unit),
                class_name="mt-5 divide-y divide-line rounded-card border border-line bg-surface",
            ),
            ui.empty_state("book-open", "The content follows", "Sessions can be booked all the same."),
        ),
        aria_labelledby="content",
    )


def _unit(unit: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            unit.number,
            aria_hidden="true",
            class_name="inline-flex size-7 shrink-0 items-center justify-center rounded-full bg-surface-2 text-xs "
            "font-semibold tabular-nums text-ink-2",
        ),
        rx.el.div(
            rx.el.h3(unit.title, class_name="text-base leading-7 font-medium"),
            rx.el.p(unit.summary, class_name="text-sm text-ink-2"),
            class_name="min-w-0",
        ),
        class_name="flex items-start gap-4 p-5",
    )


def _dot() -> rx.Component:
    return rx.el.span("·", aria_hidden="true", class_name="text-ink-3")


def _missing() -> rx.Component:
    return ui.empty_state(
        "book-x",
        "We cannot find this course",
        "The address may be old, or the course is no longer taught.",
        action=ui.button_link("All courses", "/courses"),
        level=1,
        class_name="py-24",
    )


def _loading() -> rx.Component:
    return ui.skeletons(
        "Loading this course",
        ui.skeleton("mt-8 h-5 w-24 lg:mt-12"),
        ui.skeleton("mt-2 h-8 w-96 max-w-full"),
        ui.skeleton("mt-3 h-6 w-[36rem] max-w-full"),
        ui.skeleton("mt-3 h-6 w-48"),
        ui.skeleton("mt-10 h-11 w-full"),
        ui.skeleton("mt-8 h-16 w-[36rem] max-w-full"),
        *(ui.skeleton("mt-4 h-40 w-full rounded-card") for _ in range(3)),
    )
