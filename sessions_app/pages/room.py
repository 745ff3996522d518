"""``/session/[session_id]/room``: the stage on the left, the facts on the right; after the end, what became of it.

``assets/room.js`` checks camera, microphone and connection, in the browser alone, and keeps a joined tab in.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import problem, problem_of, toasts
from sessions_app.components.status import status_badge
from sessions_app.components.ui.values import node_id
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.services.lesson_notes import HOMEWORK_LIMIT, NOTE_LIMIT, REPORT_LIMIT
from sessions_app.services.outcomes import REASON_LIMIT
from sessions_app.state.base import AppState
from sessions_app.state.room import RoomState

_STAGE_BUTTON = (
    "group inline-flex size-12 cursor-pointer items-center justify-center rounded-full bg-white/14 text-on-stage "
    "hover:bg-white/22 transition-colors duration-(--fast) aria-[pressed=false]:bg-stage-off "
    "aria-[pressed=false]:text-white disabled:cursor-not-allowed disabled:opacity-50"
)
_SELECT = (
    "h-(--control) w-full min-w-0 appearance-none truncate rounded-control border border-field bg-surface pr-9 pl-9 "
    "text-sm text-ink hover:border-ink-3 focus:border-ring focus:outline-2 focus:outline-offset-0 "
    "focus:outline-ring cursor-pointer max-sm:text-base"
)
_CHOSEN = "aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-on-accent-soft"
_FRAME_ALLOW = "camera; microphone; display-capture; fullscreen; autoplay; clipboard-write"


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
        rx.cond(RoomState.frame_url != "", _call(view), _check(view)),
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


def _call(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.iframe(
            src=RoomState.frame_url,
            title="Video of the session",
            allow=_FRAME_ALLOW,
            custom_attrs={"data-call": "true"},
            class_name="h-[min(70dvh,44rem)] w-full rounded-card border border-line bg-stage max-sm:h-[60dvh]",
        ),
        rx.el.p(
            "Screen sharing and chat are in the video's own bar. ",
            "Trouble with the video? ",
            ui.text_link(
                "Open in a new window", RoomState.window_url, external=True, new_tab=True, inline=True
            ),
            class_name="mt-3 text-sm text-ink-2",
        ),
        aria_label="Video",
        class_name="min-w-0",
    )


def _check(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.video(
                auto_play=True,
                muted=True,
                plays_inline=True,
                aria_label="Your camera",
                custom_attrs={"data-preview": "true", "hidden": True},
                class_name="absolute inset-0 size-full -scale-x-100 object-cover",
            ),
            rx.el.span(
                AppState.visitor.initials,
                aria_hidden="true",
                class_name="inline-flex size-24 items-center justify-center rounded-full bg-stage-2 text-xl "
                "font-semibold text-on-stage max-sm:mb-8 max-sm:size-20",
            ),
            rx.el.p(
                AppState.visitor.name,
                class_name="absolute top-3 left-3 rounded-control bg-stage-2 px-2.5 py-1 text-xs font-medium "
                "text-on-stage",
            ),
            _level(),
            rx.el.div(
                _toggle("microphone", "Microphone", "mic", "mic-off"),
                _toggle("camera", "Camera", "video", "video-off"),
                class_name="absolute inset-x-0 bottom-4 flex justify-center gap-3",
            ),
            class_name="relative flex aspect-video items-center justify-center overflow-hidden rounded-card border "
            "border-line bg-stage max-sm:aspect-[4/3]",
        ),
        rx.el.div(
            _device("Microphone", "audioinput", "mic"),
            _device("Camera", "videoinput", "video"),
            class_name="mt-4 grid gap-3 sm:grid-cols-2",
        ),
        rx.el.p(
            role="status",
            custom_attrs={"data-check-note": "true"},
            class_name="mt-3 text-sm text-ink-2 empty:hidden",
        ),
        aria_label="Your camera and microphone",
        custom_attrs={"data-check": "true"},
        class_name="min-w-0",
    )


def _level() -> rx.Component:
    bars = (
        rx.el.span(
            class_name="w-1 rounded-full bg-white/20 data-[on=true]:bg-stage-level",
            custom_attrs={"data-bar": "true", "style": {"height": height}},
        )
        for height in ("40%", "75%", "100%", "60%", "30%", "20%")
    )
    return rx.el.div(
        *bars,
        role="img",
        aria_label="Microphone level",
        custom_attrs={"data-level-meter": "true"},
        class_name="absolute top-3 right-3 flex h-6 items-end gap-0.5 rounded-control bg-stage-2 px-2 py-1.5",
    )


def _toggle(name: str, label: str, on: str, off: str) -> rx.Component:
    """Off until pressed: nobody is asked for a permission by opening a page."""
    return rx.el.button(
        rx.el.span(ui.icon(on, "size-5"), class_name="hidden group-aria-pressed:inline"),
        rx.el.span(ui.icon(off, "size-5"), class_name="group-aria-pressed:hidden"),
        type="button",
        aria_pressed="false",
        aria_label=label,
        custom_attrs={"data-toggle": name},
        class_name=_STAGE_BUTTON,
    )


def _device(label: str, kind: str, name: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="sr-only"),
        ui.icon(name, "pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3"),
        rx.el.select(
            rx.el.option(f"{label}: off", value=""),
            custom_attrs={"data-devices": kind},
            class_name=_SELECT,
        ),
        ui.icon(
            "chevron-down", "pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-3"
        ),
        class_name="relative block min-w-0",
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
        _recording(view),
        _actions(view),
        _files(view),
        rx.cond(RoomState.frame_url == "", _checks()),
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
    return rx.el.div(
        rx.el.ul(
            rx.foreach(view.people, _person),
            aria_label="Who takes part",
            class_name="divide-y divide-line rounded-card bg-surface-2 px-4",
        ),
        rx.cond(view.others != "", rx.el.p(view.others, class_name="mt-2 text-xs text-ink-3")),
        class_name="mt-5",
    )


def _person(who: Any) -> rx.Component:
    there = "inline-flex shrink-0 items-center gap-1 text-xs font-medium"
    return rx.el.li(
        rx.el.div(
            ui.avatar(who.initials, who.colour),
            rx.el.div(
                rx.el.p(who.name, class_name="truncate text-sm font-medium"),
                rx.el.p(who.role, class_name="text-xs text-ink-3"),
                class_name="min-w-0 flex-1",
            ),
            rx.match(
                who.here,
                (
                    "in",
                    rx.el.span(
                        ui.icon("check", "size-3.5"), "In the room", class_name=f"{there} text-ok-text"
                    ),
                ),
                ("lobby", rx.el.span("In the lobby", class_name=f"{there} text-sun-text")),
                ("was", rx.el.span("Left", class_name=f"{there} text-ink-3")),
                rx.fragment(),
            ),
            class_name="flex items-center gap-3 py-4",
        ),
        rx.cond(
            who.can_be_absent,
            ui.checkbox(
                rx.fragment(who.name, " did not come"),
                "absent",
                on_change=RoomState.mark_absent(who.booking_id),
                default_checked=RoomState.absent.contains(who.booking_id),
                custom_attrs={"data-checked": RoomState.absent.contains(who.booking_id)},
                class_name="-mt-2 pb-2",
            ),
        ),
        key=who.name,
    )


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


def _recording(view: Any) -> rx.Component:
    asked = rx.el.div(
        ui.button(
            "I agree",
            size="sm",
            on_click=RoomState.answer_recording(True),
            aria_pressed=view.recording.answer == "yes",
            class_name=_CHOSEN,
        ),
        ui.button(
            "I do not agree",
            size="sm",
            on_click=RoomState.answer_recording(False),
            aria_pressed=view.recording.answer == "no",
            class_name=_CHOSEN,
        ),
        class_name="mt-3 flex flex-wrap gap-2 max-sm:*:grow",
    )
    offer = rx.el.div(
        ui.switch("Ask to record", checked=view.recording.wanted, on_click=RoomState.ask_recording)
    )
    return rx.cond(
        view.recording.kind != "",
        rx.el.div(
            rx.cond(view.recording.kind == "offer", offer),
            rx.el.p(view.recording.text, role="status", class_name="text-sm text-ink-2"),
            rx.cond(view.recording.kind == "asked", asked),
            role="group",
            aria_label="Recording",
            class_name="mt-4 rounded-card border border-line p-4",
        ),
    )


def _actions(view: Any) -> rx.Component:
    wide = "w-full"
    noted = rx.el.p(
        "Attendance is noted when you join and leave.", class_name="mt-2 text-center text-xs text-ink-3"
    )
    join = ui.button(
        "Join",
        variant="primary",
        size="lg",
        lead="video",
        on_click=RoomState.join,
        disabled=view.kind == "soon",
        class_name=wide,
    )
    start = ui.button(
        "Start session", variant="primary", size="lg", lead="play", on_click=RoomState.start, class_name=wide
    )
    outside = rx.cond(
        (view.kind == "in") & (RoomState.frame_url == "") & (RoomState.window_url != ""),
        ui.button_link(
            "Open the meeting",
            RoomState.window_url,
            variant="primary",
            size="lg",
            lead="external-link",
            external=True,
            new_tab=True,
            class_name=wide,
        ),
    )
    channel = rx.cond(
        RoomState.channel != "",
        rx.el.p(
            "Open the video app of this platform; your session is the channel ",
            rx.el.code(RoomState.channel, class_name="text-xs break-all"),
            ".",
            class_name="text-sm text-ink-2",
        ),
    )
    leave = ui.button("Leave", variant="ghost", on_click=RoomState.leave, class_name=wide)
    return rx.el.div(
        rx.cond(view.can_start, start),
        rx.cond(
            ((view.kind == "ready") & ~view.can_start) | (view.kind == "soon"),
            rx.fragment(join, noted),
        ),
        outside,
        channel,
        rx.cond(view.can_end, _end(view)),
        rx.cond((view.kind == "lobby") | (view.kind == "in"), leave),
        class_name="mt-5 space-y-3",
    )


def _end(view: Any) -> rx.Component:
    return rx.fragment(
        ui.button("End session", variant="danger-quiet", on_click=RoomState.end, class_name="w-full"),
        rx.cond(view.end_hint != "", rx.el.p(view.end_hint, class_name="text-xs text-ink-3")),
    )


def _checks() -> rx.Component:
    rows = (
        ("microphone", "Microphone"),
        ("camera", "Camera"),
        ("connection", "Connection"),
        ("browser", "Browser"),
    )
    return rx.el.ul(
        *(
            rx.el.li(
                rx.el.span(
                    ui.icon("check", "size-3.5 hidden group-data-[state=good]:block"),
                    ui.icon("x", "size-3.5 hidden group-data-[state=bad]:block"),
                    class_name="inline-flex size-6 items-center justify-center rounded-full bg-surface-3 text-ink-3 "
                    "group-data-[state=good]:bg-ok-soft group-data-[state=good]:text-ok-text "
                    "group-data-[state=bad]:bg-danger-soft group-data-[state=bad]:text-danger-text",
                ),
                rx.el.span(label, class_name="flex-1 text-sm"),
                rx.el.span(
                    "Not tried yet",
                    custom_attrs={"data-says": "true"},
                    class_name="text-xs tabular-nums text-ink-3",
                ),
                custom_attrs={"data-checks": name},
                class_name="group flex items-center gap-3 py-2.5",
            )
            for name, label in rows
        ),
        aria_label="Checks",
        class_name="mt-5 divide-y divide-line border-t border-line",
    )


# ---------------------------------------------------------------- the other moments


def _place(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h1(view.heading, class_name="text-xl font-semibold"),
        rx.el.p(view.place, class_name="mt-2 text-lg font-semibold"),
        rx.el.p(view.lead, class_name="mt-1.5 text-sm text-ink-2"),
        _people(view),
        _files(view),
        rx.el.div(
            rx.cond(
                view.can_start,
                ui.button(
                    "Start session",
                    variant="primary",
                    size="lg",
                    lead="play",
                    on_click=RoomState.start,
                    class_name="w-full",
                ),
            ),
            rx.cond(view.can_end, _end(view)),
            class_name="mt-5 space-y-3",
        ),
        class_name="mx-auto max-w-[26rem]",
    )


def _quiet(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h1(view.heading, class_name="text-xl font-semibold text-balance"),
        rx.el.p(view.lead, class_name="mt-1.5 text-sm text-ink-2"),
        _people(view),
        rx.cond(view.can_end, rx.el.div(_end(view), class_name="mt-5")),
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
        rx.foreach(view.outcomes, lambda seat: _outcome(view, seat)),
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


def _outcome(view: Any, seat: Any) -> rx.Component:
    quiet = "text-sm text-ink-2"
    said = rx.fragment(
        rx.cond(
            seat.title != "",
            rx.el.p(
                seat.title,
                class_name=rx.cond(view.is_host, "text-sm font-medium", "mt-1 text-base font-semibold"),
            ),
        ),
        rx.cond(seat.text != "", rx.el.p(seat.text, class_name=quiet)),
        rx.cond(seat.note != "", rx.el.p(seat.note, role="status", class_name=f"mt-1 {quiet}")),
    )
    return rx.el.section(
        rx.el.div(
            rx.cond(view.is_host, ui.avatar(seat.initials, seat.colour)),
            rx.el.div(
                rx.cond(
                    view.is_host,
                    rx.el.h2(seat.name, class_name="truncate text-base font-semibold"),
                    rx.el.h2("What was noted", class_name="text-xs font-medium text-ink-3"),
                ),
                said,
                class_name="min-w-0 flex-1",
            ),
            status_badge(seat.badge, among=("completed", "no_show", "late", "dispute")),
            class_name="flex items-start gap-3",
        ),
        rx.cond(
            seat.can_confirm,
            rx.el.div(
                ui.button("Confirm", size="sm", on_click=RoomState.confirm_outcome(seat.booking_id)),
                class_name="mt-3",
            ),
        ),
        rx.cond(seat.can_object, _objection(seat)),
        rx.cond(view.is_host, _report_form(seat), _student_notes(seat)),
        key=seat.booking_id,
        class_name="mt-6 rounded-card border border-line bg-surface p-5 sm:p-6",
    )


def _report_form(seat: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
        ui.text_area(
            "Report",
            "report",
            id="report-" + seat.booking_id,
            hint="The student reads it.",
            default_value=seat.report,
            max_length=REPORT_LIMIT,
        ),
        ui.text_area(
            "Homework for next time",
            "homework",
            id="homework-" + seat.booking_id,
            default_value=seat.homework,
            max_length=HOMEWORK_LIMIT,
        ),
        ui.text_area(
            "Private note",
            "private_note",
            id="private-" + seat.booking_id,
            hint="Only you can read it.",
            default_value=seat.private_note,
            max_length=NOTE_LIMIT,
        ),
        ui.button("Save notes", kind="submit"),
        on_submit=RoomState.save_report,
        class_name="mt-5 space-y-4 border-t border-line pt-5",
    )


def _student_notes(seat: Any) -> rx.Component:
    own = rx.el.form(
        rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
        ui.text_area(
            "Your own note",
            "note",
            id="note-" + seat.booking_id,
            hint="Only you can read it.",
            default_value=seat.student_note,
            max_length=NOTE_LIMIT,
        ),
        ui.button("Save note", kind="submit"),
        on_submit=RoomState.save_note,
        class_name="space-y-4",
    )
    return rx.cond(
        (seat.report != "") | (seat.homework != "") | seat.may_note,
        rx.el.div(
            rx.cond(seat.report != "", _quoted("Report", seat.report)),
            rx.cond(seat.homework != "", _quoted("Homework for next time", seat.homework)),
            rx.cond(seat.may_note, own),
            class_name="mt-5 space-y-5 border-t border-line pt-5",
        ),
    )


def _quoted(label: str, text: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(label, class_name="text-sm font-medium"),
        rx.el.p(text, class_name="mt-1 text-sm whitespace-pre-line text-ink-2"),
    )


def _objection(seat: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            "That is not what happened",
            class_name="inline-flex min-h-11 cursor-pointer items-center text-sm font-medium text-accent-text "
            "underline decoration-accent-line underline-offset-4",
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="booking_id", value=seat.booking_id, read_only=True),
            ui.text_area(
                "What happened?",
                "reason",
                id="reason-" + seat.booking_id,
                hint="We compare it with the log and answer by mail. You can object until "
                + seat.object_until
                + ".",
                error=rx.cond(RoomState.objected == seat.booking_id, problem_of("reason"), ""),
                max_length=REASON_LIMIT,
                required=True,
            ),
            ui.button("Send", kind="submit"),
            on_submit=RoomState.dispute,
            class_name="mt-2 space-y-4",
        ),
        class_name="mt-2",
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
