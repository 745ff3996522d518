"""``/session/[session_id]/room``: the stage on the left, the facts on the right; after the end, what became of it.

``assets/room.js`` checks camera, microphone and connection, in the browser alone, and keeps a joined tab in.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import problem, problem_of, toasts
from sessions_app.components.device_check import check_list, device_check
from sessions_app.components.lesson_notes import report_form, student_notes
from sessions_app.components.recording_question import recording_question
from sessions_app.components.room_actions import RoomEvents, end_button, room_actions, start_and_end
from sessions_app.components.room_people import room_people
from sessions_app.components.session_outcome import session_outcome
from sessions_app.components.status import status_badge
from sessions_app.components.ui.values import node_id
from sessions_app.components.video_call import channel_line, meeting_link, video_call
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.state.base import AppState
from sessions_app.state.room import RoomState

_EVENTS = RoomEvents(join=RoomState.join, leave=RoomState.leave, start=RoomState.start, end=RoomState.end)


def room() -> rx.Component:
    """The page in all its moments."""
    view = RoomState.view
    return layout.frame(
        _header(view),
        rx.el.main(
            rx.cond(problem_of("reason") == "", problem("mb-6")),
            rx.match(
                view.kind,
                ("", _loading()),
                ("gone", _gone()),
                ("off", _off(view)),
                ("done", _done(view)),
                ("watch", _quiet(view)),
                ("place", _place(view)),
                _meeting(view),
            ),
            custom_attrs={"id": layout.MAIN},
            tab_index=-1,
            class_name="mx-auto w-full max-w-[72rem] flex-1 px-(--gutter) py-6 outline-none lg:py-12",
        ),
        toasts=toasts(),
    )


def _header(view: Any) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            ui.icon_link(
                "chevron-left",
                "Back to your sessions",
                layout.home_of(AppState.visitor.role),
                size="size-5",
                class_name="-ml-2.5",
            ),
            rx.el.div(
                rx.el.p(view.title, class_name="truncate text-sm font-semibold"),
                rx.el.p(view.when, class_name="truncate text-xs tabular-nums text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            rx.el.span(
                status_badge(view.status, among=tuple(BookingStatus)), class_name="hidden sm:inline-flex"
            ),
            class_name="mx-auto flex h-14 max-w-[72rem] items-center gap-3 px-(--gutter)",
        ),
        class_name="border-b border-line",
        custom_attrs={"data-noprint": "true"},
    )


# ---------------------------------------------------------------- before and during


def _meeting(view: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            RoomState.frame_url != "",
            video_call(RoomState.frame_url, RoomState.window_url),
            device_check(AppState.visitor),
        ),
        _facts(view),
        rx.cond(
            (view.kind == "lobby") | (view.kind == "in"),
            rx.el.button(
                type="button",
                on_click=RoomState.beat,
                tab_index=-1,
                aria_hidden="true",
                class_name="hidden",
                custom_attrs={"data-beat": "true"},
            ),
        ),
        class_name=rx.cond(
            RoomState.frame_url != "",
            "grid grid-cols-[minmax(0,1fr)] gap-8 lg:grid-cols-[minmax(0,1fr)_19rem] lg:gap-10",
            "grid grid-cols-[minmax(0,1fr)] gap-8 lg:grid-cols-[minmax(0,1fr)_21rem] lg:items-center lg:gap-12",
        ),
    )


def _facts(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.p(
            ui.dot(),
            view.label,
            class_name="inline-flex items-center gap-1.5 text-sm font-medium text-sun-text",
        ),
        rx.el.h1(view.heading, id=node_id("room-h"), class_name="mt-2 text-xl font-semibold text-balance"),
        rx.cond(
            view.until != "",
            rx.el.p(
                ui.countdown(
                    view.until,
                    total_seconds=view.total,
                    now=view.now,
                    before=view.counts,
                    on_end=RoomState.refresh,
                ),
                class_name="mt-2",
            ),
        ),
        rx.cond(view.lead != "", rx.el.p(view.lead, role="status", class_name="mt-1.5 text-sm text-ink-2")),
        rx.cond(view.other != "", rx.el.p(view.other, class_name="mt-1 text-sm text-ink-3")),
        rx.cond(
            view.topic != "",
            rx.el.p(
                rx.el.span("Topic: ", class_name="text-ink-3"),
                view.topic,
                class_name="mt-1 text-sm text-ink-2 wrap-anywhere",
            ),
        ),
        _people(view),
        recording_question(
            view.recording, on_ask=RoomState.ask_recording, on_answer=RoomState.answer_recording
        ),
        room_actions(
            view,
            meeting_link(RoomState.frame_url, RoomState.window_url, is_in=view.kind == "in"),
            channel_line(RoomState.channel),
            do=_EVENTS,
        ),
        _files(view),
        rx.cond(RoomState.frame_url == "", check_list()),
        rx.cond(
            view.protection != "",
            rx.el.p(
                ui.icon("shield-check", "mt-0.5 size-4 shrink-0 text-ink-3"),
                view.protection,
                class_name="mt-5 flex gap-2 text-xs text-ink-3",
            ),
        ),
        rx.el.p(
            ui.text_link("If something does not work", "/help/joining"), class_name="mt-3 text-sm text-ink-2"
        ),
        aria_labelledby="room-h",
        class_name="min-w-0",
    )


def _people(view: Any) -> rx.Component:
    return room_people(view, RoomState.absent, on_absent=RoomState.mark_absent)


def _files(view: Any) -> rx.Component:
    return rx.cond(
        view.files.length() > 0,
        rx.el.div(
            rx.el.h2("Materials", class_name="text-sm font-medium"),
            rx.el.ul(
                rx.foreach(
                    view.files,
                    lambda file: rx.el.li(
                        ui.text_link(
                            file.name, file.href, external=True, new_tab=True, class_name="min-w-0 text-sm"
                        ),
                        rx.el.span(file.note, class_name="shrink-0 text-xs text-ink-3"),
                        key=file.href,
                        class_name="flex items-baseline justify-between gap-3 py-1",
                    ),
                ),
                class_name="mt-1",
            ),
            class_name="mt-5",
        ),
    )


# ---------------------------------------------------------------- the other moments


def _place(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h1(view.heading, class_name="text-xl font-semibold"),
        rx.el.p(view.place, class_name="mt-2 text-lg font-semibold"),
        rx.el.p(view.lead, class_name="mt-1.5 text-sm text-ink-2"),
        _people(view),
        _files(view),
        start_and_end(view, do=_EVENTS),
        class_name="mx-auto max-w-[26rem]",
    )


def _quiet(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h1(view.heading, class_name="text-xl font-semibold text-balance"),
        rx.el.p(view.lead, class_name="mt-1.5 text-sm text-ink-2"),
        _people(view),
        rx.cond(view.can_end, rx.el.div(end_button(view.end_hint, RoomState.end), class_name="mt-5")),
        class_name="mx-auto max-w-[26rem]",
    )


def _off(view: Any) -> rx.Component:
    return ui.empty_state(
        "video-off",
        view.heading,
        view.lead,
        action=ui.button_link("Back to your sessions", layout.home_of(AppState.visitor.role)),
        level=1,
    )


def _done(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h1(view.heading, class_name="text-xl font-semibold"),
        rx.el.p(view.lead, class_name="mt-1.5 text-sm text-ink-2"),
        rx.foreach(view.outcomes, lambda seat: _outcome(seat, is_host=view.is_host)),
        _files(view),
        rx.cond(
            view.seal != "",
            rx.el.details(
                rx.el.summary("The attendance log is sealed", class_name="cursor-pointer py-2"),
                rx.el.p("SHA-256 ", rx.el.code(view.seal, class_name="break-all")),
                class_name="mt-6 text-xs text-ink-3",
            ),
        ),
        rx.el.p(
            ui.text_link("Back to your sessions", layout.home_of(AppState.visitor.role)), class_name="mt-6"
        ),
        class_name="mx-auto max-w-[40rem]",
    )


def _outcome(seat: Any, *, is_host: Any) -> rx.Component:
    return session_outcome(
        seat,
        rx.cond(
            is_host,
            report_form(seat, on_save=RoomState.save_report),
            student_notes(seat, on_save=RoomState.save_note),
        ),
        is_host=is_host,
        objected=RoomState.objected,
        on_confirm=RoomState.confirm_outcome,
        on_object=RoomState.dispute,
    )


def _gone() -> rx.Component:
    return ui.empty_state(
        "video-off",
        "We cannot find this session",
        "The link may be incomplete, or the session belongs to another account.",
        action=ui.button_link("Back to your sessions", layout.home_of(AppState.visitor.role)),
        level=1,
    )


def _loading() -> rx.Component:
    return ui.skeletons(
        "Loading the session",
        ui.skeleton("aspect-video w-full max-w-[45rem] rounded-card"),
        ui.skeleton("mt-6 h-8 w-72 max-w-full"),
    )
