"""``/instructor/availability``: weekly hours, dates, published times, limits, and what students see of them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, problem_of, toasts, visitor
from sessions_app.components.schedule_preview import schedule_preview
from sessions_app.components.ui.fields import CONTROL, field_error
from sessions_app.components.ui.links import TEXT_LINK
from sessions_app.components.ui.values import node_id
from sessions_app.components.week_editor import HoursEvents, hours_rows, week_editor
from sessions_app.components.workspace import INSTRUCTOR, SHEET_GUTTER, sheet_heading, workspace
from sessions_app.components.zone_picker import zone_picker
from sessions_app.state.availability import AvailabilityState
from sessions_app.state.base import AppState

_CARD = "scroll-mt-20 rounded-card border border-line bg-surface"
_PAD = "px-4 sm:px-6"
_STATE = AvailabilityState


def availability() -> rx.Component:
    """The page."""
    return workspace(
        rx.el.div(
            rx.cond(_STATE.ready, _content(), _skeleton()),
            class_name="mx-auto max-w-[66rem]",
        ),
        rx.cond(_STATE.ready, _save_bar()),
        _dates_dialog(),
        _slot_dialog(),
        _leave_dialog(),
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
                _dates(),
                _slots(),
                _limits(),
                class_name="space-y-6",
            ),
            rx.el.div(
                schedule_preview(
                    _STATE.preview,
                    on_show=_STATE.show_map,
                    on_turn=_STATE.turn_map,
                    on_kind=_STATE.choose_kind,
                ),
                _question(),
                class_name="space-y-6 lg:sticky lg:top-6 lg:self-start",
            ),
            class_name=[
                SHEET_GUTTER,
                "grid grid-cols-[minmax(0,1fr)] gap-6 pb-24 lg:grid-cols-[minmax(0,1fr)_18.5rem] lg:gap-8 lg:pb-8",
            ],
        ),
    )


def _is_general_problem() -> Any:
    """Whether a refusal has no better place: a field of its own, a dialog, or the banner about another save."""
    has_place = rx.Var.create(["ask_on", "ask_at"]).contains(AppState.problem.field) | _STATE.is_stale
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


# ---------------------------------------------------------------- dates


def _section_head(title: str, lead: ui.Children, action: rx.Component | None = None) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h2(title, class_name="text-base font-semibold"),
            rx.el.p(lead, class_name="text-sm text-ink-2"),
            class_name="min-w-0",
        ),
        *([action] if action is not None else []),
        class_name=f"flex flex-wrap items-center justify-between gap-3 py-4 {_PAD}",
    )


def _dates() -> rx.Component:
    return rx.el.section(
        _section_head(
            "Date overrides",
            "A date here replaces its weekly hours.",
            ui.button("Add a date override", size="sm", lead="plus", on_click=_STATE.ask_dates("")),
        ),
        rx.cond(
            _STATE.dates.length() > 0,
            rx.el.ul(rx.foreach(_STATE.dates, _date), class_name="divide-y divide-line border-t border-line"),
        ),
        id=node_id("dates"),
        aria_label="Date overrides",
        class_name=_CARD,
    )


def _date(row: Any) -> rx.Component:
    return _row(
        row,
        rx.el.p(row.hours, class_name="text-sm tabular-nums text-ink-2"),
        rx.fragment(
            ui.icon_button("pencil", "Edit " + row.spoken, on_click=_STATE.ask_dates(row.key), size="size-4"),
            ui.icon_button(
                "trash-2", "Remove " + row.spoken, on_click=_STATE.remove_dates(row.key), size="size-4"
            ),
        ),
        key=row.key,
    )


def _row(row: Any, body: rx.Component, actions: rx.Component, *, key: Any) -> rx.Component:
    return rx.el.li(
        ui.date_tile(row.month, row.day),
        rx.el.div(
            rx.el.p(row.title, class_name="text-sm font-medium tabular-nums"),
            body,
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(actions, class_name="flex items-center"),
        key=key,
        class_name=f"flex items-center gap-4 py-3 {_PAD}",
    )


def _dates_dialog() -> rx.Component:
    view = _STATE.dating
    return ui.dialog(
        view.title,
        rx.el.div(
            rx.el.div(
                rx.el.p(view.month, aria_live="polite", class_name="text-sm font-semibold"),
                rx.el.div(
                    ui.icon_button(
                        "chevron-left",
                        "Previous month",
                        on_click=_STATE.turn_dates(-1),
                        disabled=~view.can_go_back,
                    ),
                    ui.icon_button("chevron-right", "Next month", on_click=_STATE.turn_dates(1)),
                    class_name="-mr-2 ml-auto flex",
                ),
                class_name="flex items-center",
            ),
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.foreach(
                            view.heads,
                            lambda head: rx.el.th(
                                rx.el.abbr(head.short, title=head.name, class_name="no-underline"),
                                scope="col",
                                class_name="h-8 text-xs font-medium text-ink-3",
                                key=head.name,
                            ),
                        )
                    )
                ),
                rx.el.tbody(
                    rx.foreach(
                        view.weeks,
                        lambda week: rx.el.tr(rx.foreach(week.cells, _date_cell), key=week.key),
                    )
                ),
                class_name="w-full table-fixed border-separate border-spacing-1",
            ),
            rx.el.form(
                _date_field("First day", "first"),
                _date_field("Last day", "last"),
                ui.button("Add days", size="sm", kind="submit", class_name="max-sm:w-full"),
                on_submit=_STATE.add_range,
                aria_label="A holiday",
                class_name="mt-2 flex flex-wrap items-end gap-2",
            ),
        ),
        rx.el.p(view.chosen, role="status", class_name="text-sm font-medium tabular-nums"),
        ui.segmented(
            "On these days",
            [("away", "Away all day"), ("hours", "Other hours")],
            value=rx.cond(view.is_away, "away", "hours"),
            on_change=_STATE.choose_away,
        ),
        rx.cond(
            ~view.is_away,
            rx.el.div(
                hours_rows(
                    view.day,
                    HoursEvents(
                        revision=_STATE.revision,
                        typed=_STATE.type_date_time,
                        removed=_STATE.remove_date_hours,
                        fixed=_STATE.fix_date_hours,
                    ),
                ),
                ui.button(
                    "Add hours",
                    variant="ghost",
                    size="sm",
                    lead="plus",
                    on_click=_STATE.add_date_hours,
                    class_name="mt-2",
                ),
            ),
        ),
        rx.cond(
            view.error != "",
            rx.el.div(field_error(view.error, id="dating-error"), role="alert"),
            problem(),
        ),
        open=view.is_open,
        on_close=_STATE.close_dates,
        footer=rx.fragment(
            ui.button("Cancel", variant="ghost", on_click=_STATE.close_dates),
            ui.button("Apply", variant="primary", on_click=_STATE.apply_dates),
        ),
        id="dates-dialog",
    )


def _date_cell(cell: Any) -> rx.Component:
    return rx.el.td(
        rx.cond(
            cell.is_in,
            rx.el.button(
                cell.number,
                type="button",
                aria_label=cell.label,
                aria_pressed=cell.is_chosen,
                disabled=~cell.is_open,
                on_click=_STATE.toggle_date(cell.iso),
                class_name="h-11 w-full cursor-pointer rounded-cell text-sm tabular-nums hover:bg-surface-2 "
                "aria-pressed:bg-accent aria-pressed:font-semibold aria-pressed:text-on-accent "
                "disabled:cursor-not-allowed disabled:text-ink-3/60 disabled:hover:bg-transparent sm:h-9",
            ),
        ),
        class_name="p-0",
    )


def _date_field(label: str, name: str) -> rx.Component:
    return ui.text_field(label, name, kind="date", error=problem_of(name), class_name="min-w-32 flex-1")


# ---------------------------------------------------------------- published times


def _slots() -> rx.Component:
    return rx.el.section(
        _section_head(
            "Published times",
            "Single times besides your hours, for one or for a group.",
            ui.button("Publish a time", size="sm", lead="plus", on_click=_STATE.ask_slot("")),
        ),
        rx.cond(
            _STATE.slots.length() > 0,
            rx.el.ul(rx.foreach(_STATE.slots, _slot), class_name="divide-y divide-line border-t border-line"),
        ),
        id=node_id("published"),
        aria_label="Published times",
        class_name=_CARD,
    )


def _slot(row: Any) -> rx.Component:
    return _row(
        row,
        rx.fragment(
            rx.el.p(row.what, class_name="text-sm tabular-nums text-ink-2"),
            rx.cond(row.note != "", rx.el.p(row.note, class_name="text-xs text-sun-text")),
        ),
        rx.cond(
            row.is_booked,
            ui.badge("Booked", name="calendar-check", tone="ok"),
            rx.fragment(
                ui.icon_button(
                    "pencil", "Edit " + row.spoken, on_click=_STATE.ask_slot(row.id), size="size-4"
                ),
                ui.icon_button(
                    "trash-2", "Remove " + row.spoken, on_click=_STATE.remove_slot(row.id), size="size-4"
                ),
            ),
        ),
        key=row.id,
    )


def _slot_dialog() -> rx.Component:
    view = _STATE.publishing
    form = "slot-form"
    return ui.dialog(
        view.title,
        rx.el.form(
            rx.el.div(
                ui.text_field(
                    "Date",
                    "on",
                    kind="date",
                    default_value=view.on,
                    error=problem_of("on"),
                    class_name="flex-1",
                ),
                ui.text_field(
                    "Start time",
                    "start",
                    default_value=view.start,
                    auto_complete="off",
                    error=problem_of("start"),
                    class_name="w-36",
                ),
                class_name="flex gap-3",
            ),
            rx.el.fieldset(
                rx.el.legend("For", class_name="text-sm font-medium"),
                rx.el.div(
                    _kind(view, "individual", "One-to-one"),
                    _kind(view, "group", "A group"),
                    class_name="flex gap-6",
                ),
            ),
            rx.el.div(
                ui.text_field(
                    "Minutes",
                    "duration",
                    default_value=view.duration,
                    input_mode="numeric",
                    auto_complete="off",
                    error=problem_of("duration"),
                    class_name="flex-1",
                ),
                ui.text_field(
                    "Seats of a group",
                    "seats",
                    default_value=view.seats,
                    input_mode="numeric",
                    auto_complete="off",
                    hint="20 at most",
                    error=problem_of("seats"),
                    class_name="flex-1",
                ),
                class_name="flex items-start gap-3",
            ),
            ui.select_field(
                "Offering",
                "offering",
                _STATE.slot_offerings,
                default_value=view.offering,
                error=problem_of("offering_id"),
            ),
            rx.cond(AppState.problem.field == "", problem()),
            on_submit=_STATE.save_slot,
            custom_attrs={"id": form},
            key=view.id,
            class_name="space-y-4",
        ),
        open=view.is_open,
        on_close=_STATE.close_slot,
        footer=rx.fragment(
            ui.button("Cancel", variant="ghost", on_click=_STATE.close_slot),
            ui.button(
                rx.cond(view.id == "", "Publish", "Change"),
                variant="primary",
                kind="submit",
                custom_attrs={"form": form},
            ),
        ),
        id="slot-dialog",
    )


def _kind(view: Any, value: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="kind",
            value=value,
            default_checked=view.kind == value,
            class_name="size-5 shrink-0 accent-accent",
        ),
        rx.el.span(label),
        class_name="flex min-h-11 cursor-pointer items-center gap-3 text-sm",
    )


# ---------------------------------------------------------------- limits

_NOTICE = "notice_minutes"


def _limits() -> rx.Component:
    return rx.el.section(
        _section_head("Limits", "Left empty, the usual value holds."),
        rx.el.div(
            rx.foreach(_STATE.limits, _limit),
            class_name=f"grid grid-cols-2 gap-x-4 gap-y-5 border-t border-line py-5 sm:grid-cols-3 {_PAD}",
        ),
        id=node_id("limits"),
        aria_label="Limits",
        class_name=_CARD,
    )


def _limit(limit: Any) -> rx.Component:
    note = "limit-" + limit.name + "-note"
    return rx.el.div(
        rx.el.label(
            rx.el.span(limit.label, class_name="block text-sm font-medium"),
            rx.el.span(
                rx.el.input(
                    type="text",
                    input_mode="decimal",
                    auto_complete="off",
                    default_value=limit.text,
                    placeholder=limit.usual,
                    on_blur=lambda text: _STATE.type_limit(limit.name, text),
                    disabled=(limit.name == _NOTICE) & _STATE.not_same_day,
                    aria_invalid=limit.error != "",
                    aria_describedby=note,
                    class_name=f"h-(--control) px-3 tabular-nums {CONTROL}",
                    custom_attrs={"data-value": limit.text, "data-rev": _STATE.revision},
                ),
                rx.el.span(limit.unit, class_name="shrink-0 text-sm text-ink-3"),
                class_name="mt-1.5 flex items-center gap-2",
            ),
        ),
        rx.el.div(
            rx.cond(
                limit.error != "",
                rx.el.p(limit.error, class_name="text-xs font-medium text-danger-text"),
                rx.el.p("Usual: ", limit.usual, class_name="text-xs text-ink-3"),
            ),
            id=node_id(note),
            class_name="mt-1.5",
        ),
        rx.cond(
            limit.name == _NOTICE,
            ui.checkbox(
                "Not on the same day",
                "not_same_day",
                checked=_STATE.not_same_day,
                on_change=_STATE.close_same_day,
            ),
        ),
        key=limit.name,
    )


# ---------------------------------------------------------------- why a time is not free


def _question() -> rx.Component:
    view = _STATE.answer
    return rx.el.section(
        rx.el.h2("Why is a time not free?", id=node_id("question"), class_name="text-sm font-semibold"),
        rx.el.form(
            rx.el.div(
                ui.text_field("On", "ask_on", kind="date", error=problem_of("ask_on")),
                ui.text_field(
                    "At",
                    "ask_at",
                    auto_complete="off",
                    placeholder="17:00",
                    error=problem_of("ask_at"),
                ),
                # A date and a time stand beside each other down to 360 px, where both are still read whole.
                class_name="grid grid-cols-[minmax(0,1fr)_6rem] items-start gap-2 max-[22.4rem]:grid-cols-1",
            ),
            rx.cond(
                _STATE.offerings.length() > 1,
                ui.select_field("For", "ask_offering", _STATE.offerings),
            ),
            ui.button("Explain", kind="submit", size="sm", class_name="w-full"),
            rx.cond(
                _STATE.unsaved != "",
                rx.el.p(
                    "Answered by what is saved, without your unsaved changes.",
                    class_name="text-xs text-ink-3",
                ),
            ),
            on_submit=_STATE.explain,
            class_name="mt-3 space-y-3",
        ),
        rx.el.div(
            rx.cond(view.kind != "", _answer(view)),
            aria_live="polite",
        ),
        aria_labelledby="question",
        class_name="rounded-card border border-line bg-surface p-5",
    )


def _answer(view: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(view.title, class_name="text-sm font-medium tabular-nums"),
        rx.el.ol(
            rx.foreach(view.reasons, _reason),
            class_name="mt-2 space-y-3 empty:hidden",
        ),
        rx.el.p(
            rx.cond(view.kind == "not", "Students read: “" + view.polite + "”", view.polite),
            class_name="mt-3 text-xs text-ink-3",
        ),
        class_name="mt-4 border-t border-line pt-4",
    )


def _reason(reason: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(reason.title, class_name="text-sm font-medium text-sun-text"),
        rx.cond(reason.detail != "", rx.el.p(reason.detail, class_name="text-sm text-ink-2")),
        rx.cond(
            reason.href != "",
            rx.el.a(
                reason.link,
                href=reason.href,
                class_name=[TEXT_LINK, "text-sm max-sm:inline-flex max-sm:min-h-11"],
            ),
        ),
        key=reason.title,
    )


# ---------------------------------------------------------------- saving and leaving


def _save_bar() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                _STATE.unsaved != "",
                rx.fragment(rx.el.span("Unsaved: ", class_name="max-sm:hidden"), _STATE.unsaved),
                "All changes are saved",
            ),
            aria_live="polite",
            class_name="min-w-0 flex-1 truncate text-sm text-ink-2",
        ),
        rx.cond(_STATE.unsaved != "", ui.button("Discard", variant="ghost", on_click=_STATE.discard)),
        # Never disabled: what was typed last is sent when the field is left, by the very click on this button.
        ui.button("Save", variant="primary", on_click=_STATE.save, busy=_STATE.saving, class_name="min-w-24"),
        role="region",
        aria_label="Unsaved changes",
        custom_attrs={"data-unsaved": _STATE.unsaved != ""},
        class_name="sticky bottom-0 z-(--z-sticky) flex items-center gap-3 border-t border-line bg-surface "
        "px-(--gutter) py-3 max-lg:fixed max-lg:inset-x-0 "
        "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] lg:rounded-b-card lg:px-8",
    )


def _leave_dialog() -> rx.Component:
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2("Leave without saving?", id=node_id("leave-title"), class_name="text-lg font-semibold"),
            rx.el.p(
                "Your changes are not saved yet. They wait in this tab if you come back to it.",
                class_name="mt-2 text-sm text-ink-2",
            ),
            rx.el.div(
                ui.button("Leave", variant="ghost", custom_attrs={"data-go": "true"}),
                ui.button("Stay", variant="primary", custom_attrs={"data-stay": "true"}),
                class_name="mt-5 flex justify-end gap-2",
            ),
            class_name="p-6",
        ),
        aria_labelledby="leave-title",
        class_name="dialog max-w-[26rem]",
        custom_attrs={"data-leave": "/instructor/availability"},
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
