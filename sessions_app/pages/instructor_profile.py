"""``/instructors/[instructor_id]``: one instructor, what they offer, and when they are free."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, people, ui
from sessions_app.components.bound import problem, problem_of, toasts, visitor
from sessions_app.components.stars import stars
from sessions_app.components.ui.cards import CARD
from sessions_app.components.ui.values import node_id
from sessions_app.services.reviews import REASON_LENGTH, TEXT_LENGTH
from sessions_app.settings import load_settings
from sessions_app.state.base import AppState
from sessions_app.state.instructor_profile import InstructorProfileState
from sessions_app.state.profile_reviews import ProfileReviewsState

DESCRIPTION = "What this instructor teaches, what it costs, and the next free times in your own time zone."


def instructor_profile() -> rx.Component:
    """An instructor's public profile."""
    return layout.page(
        problem("mt-6"),
        rx.cond(
            InstructorProfileState.loaded,
            rx.cond(InstructorProfileState.missing, _missing(), _profile(InstructorProfileState.profile)),
            _loading(),
        ),
        visitor=visitor(),
        toasts=toasts(),
        current="instructors",
        zone=AppState.visitor.zone,
    )


def _profile(view: Any) -> rx.Component:
    return rx.el.div(
        _head(view),
        _times(view),
        rx.el.div(
            _about(view),
            _offerings(view),
            _reviews(),
            class_name="min-w-0 space-y-10 lg:col-start-1 lg:row-start-2",
        ),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-8 pt-8 lg:grid-cols-[minmax(0,1fr)_20rem] lg:gap-x-12 "
        "lg:pt-12",
    )


def _head(view: Any) -> rx.Component:
    return rx.el.header(
        ui.avatar(
            view.person.initials,
            view.person.colour,
            size="lg",
            photo=view.person.photo,
            class_name="sm:size-16 sm:text-lg",
        ),
        rx.el.div(
            rx.el.h1(view.person.name, class_name="text-xl font-semibold text-balance"),
            rx.el.p(view.headline, class_name="mt-0.5 text-base text-ink-2"),
            rx.el.p(
                people.rating(view.rating),
                rx.el.span(view.taught),
                _dot(),
                rx.el.span(view.since),
                class_name="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm tabular-nums text-ink-2",
            ),
            rx.el.p(view.place, class_name="mt-1 text-sm tabular-nums text-ink-3"),
            rx.el.ul(
                rx.foreach(view.subjects, lambda subject: rx.el.li(ui.tag(subject))),
                aria_label="Subjects",
                class_name="mt-3 flex flex-wrap gap-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        class_name="flex items-start gap-4 sm:gap-5 lg:col-span-2",
    )


def _about(view: Any) -> rx.Component:
    return rx.cond(
        view.bio.length() > 0,
        rx.el.section(
            rx.el.h2("About", id=node_id("about"), class_name="text-lg font-semibold"),
            rx.foreach(
                view.bio,
                lambda part: rx.el.p(part, class_name="mt-3 max-w-[42rem] text-base text-ink-2"),
            ),
            aria_labelledby="about",
        ),
    )


def _offerings(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2("What you can book", id=node_id("offerings"), class_name="text-lg font-semibold"),
        rx.cond(
            view.offerings.length() > 0,
            rx.el.ul(
                rx.foreach(view.offerings, _offering),
                class_name="mt-4 divide-y divide-line rounded-card border border-line bg-surface",
            ),
            ui.empty_state(
                "calendar-off", "Nothing to book yet", "This instructor has not opened any session."
            ),
        ),
        aria_labelledby="offerings",
    )


def _offering(offering: Any) -> rx.Component:
    heading = "offering-" + offering.id
    return rx.el.li(
        rx.el.div(
            rx.el.h3(offering.title, id=node_id(heading), class_name="text-base leading-5 font-semibold"),
            rx.cond(offering.course != "", rx.el.p(offering.course, class_name="mt-1 text-xs text-ink-3")),
            rx.el.p(offering.description, class_name="mt-1.5 text-sm text-ink-2"),
            rx.cond(
                offering.requirements != "",
                rx.el.p("Please bring: ", offering.requirements, class_name="mt-1 text-sm text-ink-2"),
            ),
            rx.el.ul(
                rx.foreach(offering.facts, lambda fact: rx.el.li(ui.tag(fact))),
                aria_label="Details",
                class_name="mt-3 flex flex-wrap gap-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            people.price(offering.price, offering.unit),
            ui.button_link("Choose a time", offering.book_href, aria_describedby=heading),
            class_name="flex shrink-0 items-center justify-between gap-4 sm:flex-col sm:items-end",
        ),
        class_name="flex flex-col gap-4 p-5 sm:flex-row sm:items-start",
    )


def _reviews() -> rx.Component:
    view = ProfileReviewsState.view
    return rx.el.section(
        rx.el.h2("Reviews", id=node_id("reviews"), class_name="text-lg font-semibold"),
        rx.cond(
            view.ready & (view.rows.length() == 0),
            rx.el.p(
                "No reviews yet. A rating stands here once three students have written one.",
                class_name="mt-2 text-sm text-ink-2",
            ),
            rx.el.p(view.words, class_name="mt-2 text-sm text-ink-2"),
        ),
        rx.cond(
            view.rows.length() > 0,
            rx.el.ul(rx.foreach(view.rows, _review), class_name="mt-2 divide-y divide-line"),
        ),
        rx.cond(
            view.has_more,
            ui.button("Show more reviews", on_click=ProfileReviewsState.show_more, class_name="mt-4 w-full"),
        ),
        _review_dialogs(),
        aria_labelledby="reviews",
    )


def _review(review: Any) -> rx.Component:
    by = "rev-" + review.id
    return rx.el.li(
        rx.el.div(
            stars(review.rating),
            rx.el.span(review.author, id=node_id(by), class_name="text-sm font-medium"),
            rx.el.span(review.date, class_name="ml-auto text-xs tabular-nums text-ink-3"),
            class_name="flex items-center gap-3",
        ),
        rx.cond(
            review.body != "",
            rx.el.p(
                review.body,
                class_name="mt-2 max-w-[42rem] text-sm whitespace-pre-line wrap-anywhere text-ink-2",
            ),
        ),
        rx.cond(
            review.answer != "",
            rx.el.div(
                rx.el.p("Answer, ", review.answered, class_name="text-xs tabular-nums text-ink-3"),
                rx.el.p(
                    review.answer, class_name="mt-1 text-sm whitespace-pre-line wrap-anywhere text-ink-2"
                ),
                class_name="mt-3 max-w-[42rem] rounded-control bg-surface-2 px-4 py-3",
            ),
        ),
        rx.cond(
            review.can_answer | review.can_report,
            rx.el.div(
                rx.cond(
                    review.can_answer,
                    ui.text_button(
                        rx.cond(review.answer != "", "Edit answer", "Answer"),
                        on_click=ProfileReviewsState.ask("answer", review.id),
                        aria_describedby=by,
                        class_name="text-xs",
                    ),
                ),
                rx.cond(
                    review.can_report,
                    ui.text_button(
                        "Report",
                        on_click=ProfileReviewsState.ask("report", review.id),
                        aria_describedby=by,
                        class_name="text-xs",
                    ),
                ),
                class_name="mt-2 flex gap-4",
            ),
        ),
        key=review.id,
        class_name="py-5",
    )


def _review_dialogs() -> rx.Component:
    asked = ProfileReviewsState.asked

    def form(form_id: str, field: rx.Component, on_submit: Any) -> rx.Component:
        return rx.el.form(
            field, id=node_id(form_id), on_submit=on_submit, reset_on_submit=False, key=asked.review_id
        )

    def footer(form_id: str, confirm: str) -> rx.Component:
        return rx.fragment(
            ui.button("Not now", on_click=ProfileReviewsState.keep),
            ui.button(confirm, variant="primary", kind="submit", custom_attrs={"form": form_id}),
        )

    return rx.fragment(
        ui.dialog(
            "Report this review?",
            rx.el.p("Our staff read it and decide whether it stays.", class_name="text-sm text-ink-2"),
            form(
                "report-form",
                ui.text_area(
                    "What is wrong with it? (optional)",
                    "reason",
                    max_length=REASON_LENGTH,
                    error=problem_of("reason"),
                ),
                ProfileReviewsState.report,
            ),
            open=asked.what == "report",
            on_close=ProfileReviewsState.keep,
            footer=footer("report-form", "Report review"),
            id="report-dialog",
        ),
        ui.dialog(
            "Your answer",
            form(
                "answer-form",
                ui.text_area(
                    "Everybody can read it",
                    "body",
                    id="answer-body",
                    default_value=asked.answer,
                    max_length=TEXT_LENGTH,
                    hint="You can change it for 14 days.",
                    error=problem_of("body"),
                ),
                ProfileReviewsState.answer,
            ),
            open=asked.what == "answer",
            on_close=ProfileReviewsState.keep,
            footer=footer("answer-form", "Publish answer"),
            id="answer-dialog",
        ),
    )


def _times(view: Any) -> rx.Component:
    """The way to book, always in sight on a desktop and first after the head on a phone."""
    return rx.el.aside(
        rx.cond(
            view.price != "",
            rx.el.div(
                rx.el.div(
                    people.price(view.price, view.unit),
                    people.week_bars(view.week),
                    class_name="flex items-end justify-between gap-3",
                ),
                ui.button_link(
                    "Book Session", view.book_href, variant="primary", size="lg", class_name="mt-5 w-full"
                ),
                rx.el.h2("Next free times", id=node_id("times"), class_name="mt-6 text-sm font-medium"),
                rx.cond(
                    view.times.length() > 0,
                    rx.el.ul(
                        rx.foreach(view.times, _time),
                        class_name="mt-2 grid grid-cols-1 gap-2 sm:max-lg:grid-cols-3",
                        aria_labelledby="times",
                    ),
                    rx.el.p(
                        "Nothing is free in the next weeks. New times are opened every day.",
                        class_name="mt-2 text-sm text-ink-2",
                    ),
                ),
                rx.el.p(
                    "Times shown in ",
                    AppState.visitor.zone,
                    class_name="mt-4 text-xs tabular-nums text-ink-3",
                ),
            ),
            rx.el.p("Nothing to book at the moment.", class_name="text-sm text-ink-2"),
        ),
        aria_label="Booking",
        class_name=[CARD, "self-start p-5 sm:p-6 lg:sticky lg:top-24 lg:col-start-2 lg:row-start-2"],
    )


def _time(time: Any) -> rx.Component:
    return rx.el.li(
        ui.link(
            time.label,
            ui.icon("chevron-right", "size-4 text-ink-3"),
            href=time.href,
            class_name="flex h-11 w-full items-center justify-between gap-3 rounded-control border border-line-2 "
            "bg-surface px-3.5 text-sm font-medium tabular-nums text-ink transition-colors duration-(--fast) "
            "hover:border-accent hover:bg-accent-soft",
        )
    )


def _dot() -> rx.Component:
    return rx.el.span("·", aria_hidden="true", class_name="text-ink-3")


def _missing() -> rx.Component:
    label = load_settings().instructor_label
    return ui.empty_state(
        "user-x",
        f"We cannot find this {label.lower()}",
        "The address may be old, or they no longer teach here.",
        action=ui.button_link(f"All {label.lower()}s", "/instructors"),
        level=1,
        class_name="py-24",
    )


def _loading() -> rx.Component:
    return ui.skeletons(
        f"Loading this {load_settings().instructor_label.lower()}",
        rx.el.div(
            ui.skeleton("size-16 rounded-full"),
            rx.el.div(
                ui.skeleton("h-8 w-64 max-w-full"),
                ui.skeleton("mt-2 h-5 w-48"),
                ui.skeleton("mt-3 h-5 w-56"),
                ui.skeleton("mt-3 h-6 w-40"),
                class_name="flex-1",
            ),
            class_name="flex items-start gap-5 lg:col-span-2",
        ),
        rx.el.div(
            ui.skeleton("h-6 w-24"),
            ui.skeleton("mt-4 h-24 w-full"),
            ui.skeleton("mt-10 h-6 w-40"),
            ui.skeleton("mt-4 h-36 w-full rounded-card"),
            ui.skeleton("mt-px h-36 w-full rounded-card"),
        ),
        ui.skeleton("h-[30rem] w-full rounded-card"),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-8 pt-8 lg:grid-cols-[minmax(0,1fr)_20rem] lg:gap-x-12 "
        "lg:pt-12",
    )
