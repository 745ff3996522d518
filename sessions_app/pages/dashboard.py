"""``/dashboard``: what is next, every booking, courses, credits and payments of a student or a guardian."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.booking_card import (
    Actions,
    blocked_line,
    booking_row,
    cancel_button,
    files_line,
    is_held_back,
    move_button,
    topic_line,
)
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.cancel_dialog import cancel_dialog
from sessions_app.components.move_dialog import move_dialog
from sessions_app.components.review_dialog import review_dialog
from sessions_app.components.schedule_dialogs import topic_dialog
from sessions_app.components.ui.values import node_id
from sessions_app.settings import load_settings
from sessions_app.state.dashboard import DashboardState
from sessions_app.state.moving import MoveState
from sessions_app.state.reviewing import ReviewState

_LABEL = load_settings().instructor_label.lower()
_EMPTY = {
    "upcoming": (
        "calendar-plus",
        "Nothing planned yet",
        "Choose a course and a time that suits you. Your sessions appear here.",
    ),
    "requests": (
        "send",
        "No open requests",
        "Sessions on request wait here until they are answered.",
    ),
    "past": ("history", "No sessions yet", "Sessions you have had appear here."),
    "cancelled": (
        "calendar-x",
        "Nothing cancelled",
        f"Sessions you or your {_LABEL} cancel appear here with their refund.",
    ),
}
_SMALL_HEADING = "text-sm font-semibold"


def dashboard() -> rx.Component:
    """The page."""
    view = DashboardState.view
    return layout.page(
        rx.cond(view.ready, _content(view), _skeleton()),
        _dialogs(),
        visitor=visitor(),
        toasts=toasts(),
        current="home",
    )


def _actions() -> Actions:
    return Actions(
        pay=DashboardState.pay,
        finish=DashboardState.finish,
        cancel=DashboardState.ask_to_cancel,
        move=MoveState.ask,
        agree_topic=DashboardState.agree_topic,
        ask_topic=DashboardState.ask_topic,
        ask_change=DashboardState.ask_change,
        attend=DashboardState.attend,
        review=ReviewState.ask,
        busy=DashboardState.busy,
    )


def _content(view: Any) -> rx.Component:
    return rx.fragment(
        layout.page_heading(
            view.greeting,
            view.today,
            action=ui.button_link("Book Session", "/courses", lead="plus", class_name="max-sm:hidden"),
        ),
        rx.cond(
            (DashboardState.cancelling.booking_id == "")
            & (DashboardState.naming.booking_id == "")
            & (MoveState.moving.booking_id == "")
            & (ReviewState.draft.booking_id == ""),
            problem("mb-4"),
        ),
        _filter(view),
        rx.cond(view.proposals.length() > 0, _proposals(view)),
        rx.cond(view.next.exists, _next(view.next)),
        rx.el.div(
            rx.el.div(_bookings(view), _recent(view), _history(view)),
            rx.el.aside(
                rx.cond(view.waiting.length() > 0, _waiting(view)),
                _courses(view),
                aria_label="Requests and courses",
                class_name="space-y-4",
            ),
            class_name="mt-8 grid grid-cols-[minmax(0,1fr)] gap-8 lg:grid-cols-[minmax(0,1fr)_20rem] lg:gap-10",
        ),
        rx.cond(
            view.wakes.until != "",
            ui.alarm(view.wakes.until, now=view.wakes.now, on_end=DashboardState.refresh),
        ),
    )


def _filter(view: Any) -> rx.Component:
    return rx.cond(
        view.learners.length() > 0,
        ui.chip_group(
            rx.foreach(
                view.learners,
                lambda one: ui.chip(
                    one.label,
                    on_click=DashboardState.select_learner(one.value),
                    pressed=view.learner == one.value,
                    key=one.value,
                ),
            ),
            label="Whose sessions",
            class_name="mb-5",
        ),
    )


def _proposals(view: Any) -> rx.Component:
    """Times that were proposed instead of those asked for: one click answers each."""

    def one(seat: Any) -> rx.Component:
        title_id = "p-" + seat.id
        described = {"aria_describedby": title_id}
        return rx.el.li(
            rx.el.div(
                rx.el.p(
                    seat.proposal,
                    id=node_id(title_id),
                    class_name="text-lg font-semibold tabular-nums",
                ),
                rx.el.p(
                    seat.instructor,
                    rx.cond(seat.learner != "", rx.fragment(" for ", seat.learner)),
                    " proposes this time ",
                    seat.was,
                    class_name="text-sm text-ink-2 tabular-nums",
                ),
                rx.el.p(seat.title, class_name="text-sm text-ink-3"),
                rx.cond(seat.said != "", rx.el.p(seat.said, class_name="mt-1 text-sm text-ink-2")),
                class_name="min-w-0",
            ),
            rx.el.div(
                rx.cond(
                    seat.wait.until != "",
                    ui.countdown(
                        seat.wait.until, total_seconds=seat.wait.total, now=seat.wait.now, after="left"
                    ),
                ),
                ui.button(
                    "Decline",
                    on_click=DashboardState.decline_time(seat.id),
                    busy=DashboardState.busy == "decline " + seat.id,
                    **described,
                ),
                ui.button(
                    "Accept",
                    variant="primary",
                    on_click=DashboardState.accept_time(seat.id),
                    busy=DashboardState.busy == "accept " + seat.id,
                    **described,
                ),
                class_name="flex flex-wrap items-center gap-2 max-sm:[&>button]:flex-1",
            ),
            key=seat.id,
            class_name="flex flex-wrap items-center justify-between gap-4 py-4 first:pt-0 last:pb-0",
        )

    return ui.card(
        rx.el.h2("Your answer, please", class_name=_SMALL_HEADING + " mb-3"),
        rx.el.ul(rx.foreach(view.proposals, one), class_name="divide-y divide-line"),
        tag=rx.el.section,
        class_name="mb-4 p-5",
    )


def _next(following: Any) -> rx.Component:
    seat = following.seat
    title_id = "b-" + seat.id
    head = rx.el.div(
        rx.cond(following.is_soon, ui.dot()),
        rx.el.h2(
            rx.cond(
                following.wait.until != "",
                ui.countdown(
                    following.wait.until,
                    total_seconds=following.wait.total,
                    now=following.wait.now,
                    before="Starts in",
                ),
                following.words,
            ),
            id=node_id("next"),
            class_name="font-medium",
        ),
        rx.el.span(following.room, id=node_id("j-" + seat.id), class_name="ml-auto text-xs tabular-nums"),
        class_name=[
            "flex items-center gap-2 border-b border-line px-5 py-2.5 text-sm sm:px-6",
            rx.cond(following.is_soon, "bg-sun-soft text-sun-text", "bg-surface-2 text-ink-2"),
        ],
    )
    facts = rx.el.div(
        rx.el.p(
            rx.el.span(following.when, aria_hidden="true"),
            rx.el.span(seat.spoken, class_name="sr-only"),
            class_name="text-lg leading-6 font-semibold tabular-nums",
        ),
        rx.el.p(
            rx.el.span(seat.title, id=node_id(title_id)),
            ", with ",
            ui.link(
                seat.instructor,
                href=seat.instructor_href,
                class_name="rounded-cell hover:underline underline-offset-4",
            ),
            rx.cond(seat.learner != "", rx.fragment(", for ", seat.learner)),
            rx.cond(
                seat.notes != "",
                rx.fragment(
                    rx.el.span("·", aria_hidden="true", class_name="mx-1 text-ink-3"),
                    rx.el.span(seat.notes, class_name="text-ink-3"),
                ),
            ),
            class_name="mt-0.5 text-sm text-ink-2",
        ),
        topic_line(seat, DashboardState.agree_topic, DashboardState.ask_topic),
        files_line(seat),
        rx.cond(following.policy != "", rx.el.p(following.policy, class_name="mt-0.5 text-xs text-ink-3")),
        rx.cond(
            is_held_back(seat) & (seat.join != "open"),
            blocked_line(seat, DashboardState.ask_change, title_id, class_name="mt-0.5"),
        ),
        class_name="min-w-0 flex-1 basis-56",
    )
    button = (
        f"{ui.buttons.BASE} {ui.buttons.SIZES['md']} {ui.buttons.VARIANTS['secondary']} max-sm:flex-1 "
        "aria-disabled:cursor-not-allowed aria-disabled:bg-surface-3 aria-disabled:text-ink-3 "
        "aria-disabled:border-transparent aria-disabled:hover:bg-surface-3"
    )
    actions = rx.el.div(
        rx.cond(
            seat.attend != "",
            ui.button(
                seat.attend,
                lead="check",
                on_click=DashboardState.attend(seat.id),
                busy=DashboardState.busy == "attend " + seat.id,
                aria_describedby=title_id,
                class_name="max-sm:basis-full",
            ),
        ),
        rx.cond(
            seat.message_href != "",
            ui.button(
                "Message",
                on_click=rx.redirect(seat.message_href),
                aria_describedby=title_id,
                class_name="max-sm:flex-1",
            ),
        ),
        rx.cond(
            seat.join != "open",
            move_button(seat, MoveState.ask, title_id, class_name=button),
        ),
        cancel_button(seat, DashboardState.ask_to_cancel, title_id, class_name=button),
        rx.match(
            seat.join,
            (
                "open",
                ui.button(
                    "Join",
                    variant="primary",
                    lead="video",
                    on_click=rx.redirect("/session/" + seat.session_id + "/room"),
                    aria_describedby=title_id,
                    class_name="min-w-28 max-sm:flex-1",
                ),
            ),
            (
                "soon",
                ui.button(
                    "Join",
                    variant="primary",
                    lead="video",
                    disabled=True,
                    aria_describedby="j-" + seat.id,
                    class_name="min-w-28 max-sm:flex-1",
                ),
            ),
            rx.fragment(),
        ),
        class_name="flex flex-wrap gap-2 max-sm:w-full",
    )
    return rx.el.section(
        head,
        rx.el.div(
            ui.avatar(seat.initials, seat.colour, size="lg", photo=seat.photo),
            facts,
            actions,
            class_name="flex flex-wrap items-center gap-x-5 gap-y-4 p-5 sm:px-6",
        ),
        aria_labelledby="next",
        class_name="overflow-hidden rounded-card border border-line bg-surface",
    )


def _bookings(view: Any) -> rx.Component:
    return rx.fragment(
        ui.tabs(
            "Bookings",
            [
                ("upcoming", "Upcoming", view.upcoming_count),
                ("requests", "Requests", view.requests_count),
                ("past", "Past", view.past_count),
                ("cancelled", "Cancelled", view.cancelled_count),
            ],
            selected=view.tab,
            on_select=DashboardState.select_tab,
            id="bookings",
        ),
        ui.tab_panel(
            rx.foreach(view.days, _day),
            rx.cond(view.is_empty, _empty(view.tab)),
            rx.cond(
                (view.days.length() == 0) & ~view.is_empty,
                rx.el.p("Nothing else is planned.", class_name="py-6 text-sm text-ink-3"),
            ),
            rx.cond(
                view.has_more,
                ui.button("Show more", on_click=DashboardState.show_more, class_name="mt-4 w-full"),
            ),
            selected=view.tab,
            id="bookings",
        ),
    )


def _day(day: Any) -> rx.Component:
    return rx.el.section(
        rx.cond(
            day.label != "",
            rx.el.h3(day.label, class_name="border-b border-line pt-5 pb-2 text-xs font-medium text-ink-3"),
        ),
        rx.el.ul(
            rx.foreach(day.seats, lambda seat: booking_row(seat, _actions())),
            class_name="divide-y divide-line",
        ),
        key=day.key,
        class_name="not-first:mt-2",
    )


def _empty(tab: Any) -> rx.Component:
    action = ui.button_link("Book Session", "/courses")
    return rx.match(
        tab,
        *(
            (key, ui.empty_state(icon, title, body, action=action))
            for key, (icon, title, body) in _EMPTY.items()
        ),
        rx.fragment(),
    )


def _recent(view: Any) -> rx.Component:
    return rx.cond(
        (view.tab == "upcoming") & (view.recent.length() > 0),
        rx.el.section(
            rx.el.div(
                rx.el.h2("Past", id=node_id("past"), class_name="text-base font-semibold"),
                ui.text_button(view.see_all, on_click=DashboardState.select_tab("past")),
                class_name="flex items-baseline justify-between",
            ),
            rx.el.ul(
                rx.foreach(view.recent, lambda seat: booking_row(seat, _actions())),
                class_name="divide-y divide-line",
            ),
            aria_labelledby="past",
            class_name="mt-10",
        ),
    )


def _history(view: Any) -> rx.Component:
    return rx.cond(
        view.history.length() > 0,
        rx.el.section(
            rx.el.h2("Payments", id=node_id("payments"), class_name="text-base font-semibold"),
            rx.el.ul(rx.foreach(view.history, _entry), class_name="mt-1 divide-y divide-line"),
            rx.cond(
                view.has_more_history,
                ui.button(
                    "Show more payments",
                    on_click=DashboardState.show_more_history,
                    class_name="mt-4 w-full",
                ),
            ),
            aria_labelledby="payments",
            class_name="mt-10",
        ),
    )


def _entry(entry: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(entry.date, class_name="text-sm tabular-nums text-ink-2"),
        rx.el.div(
            rx.el.p(
                entry.what,
                rx.cond(entry.learner != "", rx.fragment(" for ", entry.learner)),
                class_name="truncate text-sm font-medium",
            ),
            rx.el.p(entry.detail, class_name="text-sm text-ink-2"),
            rx.foreach(entry.backs, lambda back: rx.el.p(back, class_name="text-xs tabular-nums text-ink-3")),
            class_name="min-w-0",
        ),
        rx.el.p(entry.amount, class_name="text-right text-sm font-medium tabular-nums"),
        key=entry.id,
        class_name="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-baseline gap-x-4 py-3 "
        "md:grid-cols-[6.5rem_minmax(0,1fr)_auto]",
    )


def _waiting(view: Any) -> rx.Component:
    return ui.card(
        rx.el.h2("Waiting for an answer", id=node_id("waiting"), class_name=_SMALL_HEADING),
        rx.el.ul(rx.foreach(view.waiting, _asked), class_name="mt-1 divide-y divide-line"),
        rx.el.p(
            f"Nothing is charged before the {_LABEL} accepts.",
            class_name="border-t border-line pt-3 text-xs text-ink-3",
        ),
        tag=rx.el.section,
        aria_labelledby="waiting",
    )


def _asked(seat: Any) -> rx.Component:
    return rx.el.li(
        ui.avatar(seat.initials, seat.colour, size="row", photo=seat.photo),
        rx.el.div(
            rx.el.p(
                seat.instructor,
                rx.cond(seat.learner != "", rx.fragment(" for ", seat.learner)),
                class_name="truncate text-sm font-medium",
            ),
            rx.el.p(seat.strong, ", ", seat.small, class_name="text-xs tabular-nums text-ink-2"),
            rx.cond(
                seat.wait.until != "",
                rx.el.p(
                    ui.countdown(
                        seat.wait.until, total_seconds=seat.wait.total, now=seat.wait.now, after="left"
                    ),
                    class_name="mt-1",
                ),
            ),
            class_name="min-w-0 flex-1",
        ),
        key=seat.id,
        class_name="flex items-center gap-3 py-3",
    )


def _courses(view: Any) -> rx.Component:
    return ui.card(
        rx.el.div(
            rx.el.h2("Your courses", id=node_id("courses"), class_name=f"shrink-0 {_SMALL_HEADING}"),
            rx.el.span(view.credits, class_name="text-right text-xs tabular-nums text-ink-3"),
            class_name="flex items-baseline justify-between gap-4",
        ),
        rx.cond(
            view.courses.length() > 0,
            rx.el.ul(rx.foreach(view.courses, _course), class_name="divide-y divide-line"),
            rx.fragment(
                rx.el.p("Enroll in a course to book its sessions.", class_name="mt-2 text-sm text-ink-2"),
                ui.button_link("Find a course", "/courses", class_name="mt-4 w-full"),
            ),
        ),
        tag=rx.el.section,
        aria_labelledby="courses",
    )


def _course(course: Any) -> rx.Component:
    title_id = "c-" + course.enrollment_id
    return rx.el.li(
        ui.link(
            course.title,
            href=course.href,
            custom_attrs={"id": title_id},
            class_name="rounded-cell text-sm hover:underline underline-offset-4",
        ),
        rx.cond(course.learner != "", rx.el.p("for ", course.learner, class_name="text-xs text-ink-3")),
        rx.cond(
            course.progress != "",
            rx.el.div(
                ui.progress_bar(course.progress_label, course.percent, note=course.progress),
                class_name="mt-2",
            ),
        ),
        rx.cond(
            course.is_deferred,
            rx.el.p("You can schedule anytime from your dashboard", class_name="mt-2 text-xs text-ink-2"),
        ),
        rx.cond(
            course.is_open,
            rx.el.div(
                ui.button_link(
                    "Book Session",
                    course.book_href,
                    size="sm",
                    aria_describedby=title_id,
                    class_name="flex-1",
                ),
                rx.cond(
                    course.is_deferred,
                    rx.fragment(),
                    ui.button(
                        "Schedule Later",
                        variant="ghost",
                        size="sm",
                        on_click=DashboardState.schedule_later(course.enrollment_id),
                        aria_describedby=title_id,
                        class_name="flex-1",
                    ),
                ),
                class_name="mt-3 flex gap-2",
            ),
        ),
        key=course.enrollment_id,
        class_name="py-4 last:pb-0",
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        cancel_dialog(
            DashboardState.cancelling,
            on_keep=DashboardState.keep,
            on_cancel=DashboardState.cancel,
            on_move=MoveState.ask,
            is_busy=DashboardState.busy == "cancel",
        ),
        topic_dialog(
            DashboardState.naming,
            on_keep=DashboardState.keep_topic,
            on_suggest=DashboardState.suggest_topic,
            is_busy=DashboardState.busy == "topic",
        ),
        move_dialog(
            MoveState.moving,
            MoveState.others,
            on_keep=MoveState.keep,
            on_choose=MoveState.choose,
            on_move=MoveState.move,
            busy=MoveState.busy,
        ),
        review_dialog(
            ReviewState.draft, on_keep=ReviewState.keep, on_write=ReviewState.write, is_busy=ReviewState.busy
        ),
    )


def _skeleton() -> rx.Component:
    return ui.skeletons(
        "Loading your sessions",
        rx.el.div(ui.skeleton("h-8 w-64"), ui.skeleton("mt-2 h-5 w-80 max-w-full"), class_name="pt-8 pb-6"),
        ui.skeleton("h-32 w-full rounded-card"),
        rx.el.div(
            rx.el.div(
                ui.skeleton("h-11 w-full"),
                *(ui.skeleton("h-16 w-full") for _ in range(3)),
                class_name="space-y-4",
            ),
            ui.skeleton("h-64 w-full rounded-card"),
            class_name="mt-8 grid gap-8 lg:grid-cols-[minmax(0,1fr)_20rem] lg:gap-10",
        ),
    )
