"""``/instructor/availability``: weekly hours, dates, published times, limits, and what students see of them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.date_overrides import DatesEvents, date_overrides, dates_dialog
from sessions_app.components.published_times import published_time_dialog, published_times
from sessions_app.components.save_bar import leave_dialog, save_bar
from sessions_app.components.schedule_limits import LimitsEvents, schedule_limits
from sessions_app.components.schedule_preview import schedule_preview
from sessions_app.components.time_question import QUESTION_FIELDS, time_question
from sessions_app.components.ui.links import TEXT_LINK
from sessions_app.components.week_editor import HoursEvents, week_editor
from sessions_app.components.workspace import INSTRUCTOR, SHEET_GUTTER, sheet_heading, workspace
from sessions_app.components.zone_picker import zone_picker
from sessions_app.state.availability import HERE, AvailabilityState
from sessions_app.state.base import AppState

_STATE = AvailabilityState


def availability() -> rx.Component:
    """The page."""
    return workspace(
        rx.el.div(
            rx.cond(_STATE.ready, _content(), _skeleton()),
            class_name="mx-auto max-w-[66rem]",
        ),
        rx.cond(
            _STATE.ready,
            save_bar(_STATE.unsaved, on_save=_STATE.save, on_discard=_STATE.discard, is_saving=_STATE.saving),
        ),
        _dates_dialog(),
        published_time_dialog(
            _STATE.publishing,
            _STATE.slot_offerings,
            on_save=_STATE.save_slot,
            on_close=_STATE.close_slot,
        ),
        leave_dialog(HERE),
        visitor=visitor(),
        places=INSTRUCTOR,
        current="availability",
        title="Weekly hours",
        toasts=toasts(),
    )


def _content() -> rx.Component:
    return rx.fragment(
        sheet_heading("Weekly hours", _zone(), action=_actions()),
        rx.el.div(
            rx.el.div(
                rx.cond(_is_general_problem(), problem()),
                _stale(),
                _none(),
                _outside(),
                week_editor(
                    _STATE.days,
                    events=HoursEvents(
                        revision=_STATE.revision,
                        typed=_STATE.type_time,
                        removed=_STATE.remove_hours,
                        fixed=_STATE.fix_hours,
                    ),
                    on_switch=_STATE.switch_day,
                    on_add=_STATE.add_hours,
                    on_copy=_STATE.copy_day,
                ),
                date_overrides(_STATE.dates, on_ask=_STATE.ask_dates, on_remove=_STATE.remove_dates),
                published_times(_STATE.slots, on_ask=_STATE.ask_slot, on_remove=_STATE.remove_slot),
                schedule_limits(
                    _STATE.limits,
                    _STATE.not_same_day,
                    LimitsEvents(
                        revision=_STATE.revision,
                        typed=_STATE.type_limit,
                        closed_same_day=_STATE.close_same_day,
                    ),
                ),
                class_name="space-y-6",
            ),
            rx.el.div(
                schedule_preview(
                    _STATE.preview,
                    on_show=_STATE.show_map,
                    on_turn=_STATE.turn_map,
                    on_kind=_STATE.choose_kind,
                ),
                time_question(
                    _STATE.answer,
                    _STATE.offerings,
                    is_unsaved=_STATE.unsaved != "",
                    on_ask=_STATE.explain,
                ),
                class_name="space-y-6 lg:sticky lg:top-6 lg:self-start",
            ),
            class_name=[
                SHEET_GUTTER,
                "grid grid-cols-[minmax(0,1fr)] gap-6 pb-24 lg:grid-cols-[minmax(0,1fr)_18.5rem] lg:gap-8 lg:pb-8",
            ],
        ),
    )


def _dates_dialog() -> rx.Component:
    return dates_dialog(
        _STATE.dating,
        DatesEvents(
            turn=_STATE.turn_dates,
            toggle=_STATE.toggle_date,
            add_range=_STATE.add_range,
            choose_away=_STATE.choose_away,
            add_hours=_STATE.add_date_hours,
            hours=HoursEvents(
                revision=_STATE.revision,
                typed=_STATE.type_date_time,
                removed=_STATE.remove_date_hours,
                fixed=_STATE.fix_date_hours,
            ),
            close=_STATE.close_dates,
            apply=_STATE.apply_dates,
        ),
    )


def _is_general_problem() -> Any:
    """Whether a refusal has no better place: a field of its own, a dialog, or the banner about another save."""
    has_place = rx.Var.create(list(QUESTION_FIELDS)).contains(AppState.problem.field) | _STATE.is_stale
    return ~has_place & ~_STATE.dating.is_open & ~_STATE.publishing.is_open


def _zone() -> rx.Component:
    change = rx.el.button(
        "Change",
        type="button",
        aria_label="Change time zone",
        class_name=[TEXT_LINK, "inline-flex min-h-6 cursor-pointer items-center px-1 max-sm:min-h-11"],
    )
    return rx.el.span(
        ui.icon("globe", "size-4 shrink-0 text-ink-3"),
        rx.el.span(_STATE.zone_name, ", ", _STATE.zone_now, " now"),
        zone_picker(change, _STATE.choose_zone, id="hours-zone"),
        class_name="flex flex-wrap items-center gap-x-1.5",
    )


def _actions() -> rx.Component:
    return rx.el.div(
        ui.button("Undo", variant="ghost", lead="undo-2", on_click=_STATE.undo, disabled=~_STATE.can_undo),
        ui.menu(
            rx.el.button(
                "Start from a pattern",
                ui.icon("chevron-down"),
                type="button",
                class_name=f"{ui.buttons.BASE} {ui.buttons.SIZES['md']} {ui.buttons.VARIANTS['secondary']}",
            ),
            ui.menu_item("Weekdays 9–17", on_click=_STATE.use_pattern("weekdays")),
            ui.menu_item("Evenings 17–21", on_click=_STATE.use_pattern("evenings")),
            ui.menu_separator(),
            ui.menu_item("Clear", on_click=_STATE.use_pattern("clear")),
            id="patterns",
            label="Start from a pattern",
        ),
        class_name="flex gap-2",
    )


# ---------------------------------------------------------------- what to know before saving


def _stale() -> rx.Component:
    return rx.cond(
        _STATE.is_stale,
        ui.banner(
            "These hours were changed elsewhere",
            "What you see is your own draft; nothing was overwritten.",
            kind="danger",
            action=ui.button("Load the saved hours", size="sm", on_click=_STATE.discard),
            class_name="flex-wrap",
        ),
    )


def _none() -> rx.Component:
    return rx.cond(
        _STATE.preview.none != "",
        ui.banner(
            "These rules leave no start in the next 28 days", _STATE.preview.none, kind="sun", role="status"
        ),
    )


def _outside() -> rx.Component:
    view = _STATE.outside
    return rx.cond(
        view.title != "",
        ui.banner(
            view.title,
            rx.el.details(
                rx.el.summary(
                    "They stay as they are. ",
                    rx.el.span("See them", class_name="underline underline-offset-4"),
                    class_name="cursor-pointer list-none py-0.5 max-sm:min-h-11 max-sm:py-3",
                ),
                rx.el.ul(
                    rx.foreach(view.sessions, lambda line: rx.el.li(line, class_name="tabular-nums")),
                    rx.cond(view.more != "", rx.el.li(view.more)),
                    class_name="mt-1 space-y-1",
                ),
            ),
            kind="sun",
            role="status",
        ),
    )


def _skeleton() -> rx.Component:
    return ui.skeletons(
        "Loading your hours",
        rx.el.div(
            rx.el.div(ui.skeleton("h-8 w-48"), ui.skeleton("mt-2 h-5 w-56"), class_name="pt-6 pb-5 lg:pt-8"),
            rx.el.div(
                ui.skeleton("h-[34rem] w-full rounded-card"),
                ui.skeleton("h-96 w-full rounded-card"),
                class_name="grid gap-6 lg:grid-cols-[minmax(0,1fr)_18.5rem] lg:gap-8",
            ),
            class_name=SHEET_GUTTER,
        ),
    )
