"""``/instructor/offerings``: what an instructor offers, in their order, and the editors behind it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.offering_editor import Doing, offering_editor
from sessions_app.components.ui.values import node_id
from sessions_app.components.workspace import INSTRUCTOR, SHEET_GUTTER, sheet_heading, workspace
from sessions_app.state.offerings import HOME, OfferingsState

_PROFILE = f"{HOME}?profile=1"
_NEW = f"{HOME}?new=1"


def instructor_offerings() -> rx.Component:
    """The page: the list, or the editor that the address asks for."""
    return workspace(
        rx.match(
            OfferingsState.mode,
            ("list", _list()),
            ("offering", _offering()),
            ("profile", _profile()),
            _waiting(),
        ),
        ui.live_text(OfferingsState.moved),
        visitor=visitor(),
        places=INSTRUCTOR,
        current="offerings",
        title="Offerings",
        toasts=toasts(),
    )


# --- the list


def _list() -> rx.Component:
    can_add = OfferingsState.has_subjects
    return rx.fragment(
        sheet_heading(
            "Offerings",
            "What students can book with you, in the order they see it.",
            action=rx.el.div(
                ui.button_link("Your teaching", _PROFILE),
                rx.cond(can_add, ui.button_link("New offering", _NEW, variant="primary")),
                class_name="flex flex-wrap gap-2 max-sm:w-full max-sm:*:flex-1",
            ),
        ),
        rx.el.div(
            problem("mb-5"),
            rx.cond(
                OfferingsState.rows.length() > 0,
                rx.el.div(
                    rx.el.input(
                        type="text",
                        on_change=OfferingsState.drop,
                        tab_index=-1,
                        aria_hidden="true",
                        custom_attrs={"data-dropped": "true", "aria-label": "Dropped"},
                        class_name="hidden",
                    ),
                    rx.el.ul(
                        rx.foreach(OfferingsState.rows, _row),
                        aria_label="Offerings",
                        class_name="divide-y divide-line rounded-card border border-line",
                    ),
                    custom_attrs={"data-reorder": "true"},
                ),
                rx.cond(can_add, _nothing_yet(), _who_are_you()),
            ),
            class_name=["pb-10", SHEET_GUTTER],
        ),
    )


def _nothing_yet() -> rx.Component:
    return ui.empty_state(
        "layers",
        "Nothing to book yet",
        "Students find you as soon as you offer something.",
        action=ui.button_link("Make your first offering", _NEW),
        level=2,
    )


def _who_are_you() -> rx.Component:
    return ui.empty_state(
        "book-open",
        "What do you teach?",
        "Say it first: offerings stand in a course or a subject you teach.",
        action=ui.button_link("Say what you teach", _PROFILE),
        level=2,
    )


def _row(row: Any) -> rx.Component:
    title_id = "o-" + row.id
    described = {"aria_describedby": title_id}
    return rx.el.li(
        rx.el.span(
            ui.icon("grip-vertical"),
            aria_hidden="true",
            draggable=True,
            title="Drag to another place",
            custom_attrs={"data-handle": "true"},
            class_name="hidden cursor-grab touch-none text-ink-3 hover:text-ink md:pointer-fine:block",
        ),
        rx.el.div(
            rx.el.h2(
                ui.link(
                    row.title,
                    href=row.edit_href,
                    class_name="rounded-cell hover:underline underline-offset-4",
                ),
                id=node_id(title_id),
                class_name=["line-clamp-2 text-sm font-medium", rx.cond(row.is_active, "", "text-ink-2")],
            ),
            rx.el.p(row.about, " · ", row.facts, class_name="mt-0.5 text-sm text-ink-2"),
            rx.el.div(
                rx.cond(row.visibility != "", ui.tag(row.visibility)),
                rx.cond(row.files != "", ui.tag(row.files)),
                rx.cond(row.ahead != "", ui.tag(row.ahead)),
                class_name="mt-1.5 flex flex-wrap gap-1.5 empty:hidden",
            ),
            rx.cond(row.note != "", rx.el.p(row.note, class_name="mt-1 text-xs font-medium text-sun-text")),
            class_name="min-w-0",
        ),
        rx.el.div(
            rx.el.p(row.price, class_name="text-sm font-semibold tabular-nums"),
            rx.el.p(row.unit, class_name="text-xs tabular-nums text-ink-3"),
            class_name="text-right",
        ),
        rx.el.div(
            rx.el.span(
                ui.switch(
                    row.switch_label,
                    checked=row.is_active,
                    on_click=OfferingsState.switch(row.id),
                    show_label=False,
                ),
                rx.el.span(
                    rx.cond(row.is_active, "Offered", "Off"),
                    aria_hidden="true",
                    class_name="text-sm text-ink-2 max-[21.5rem]:hidden",
                ),
                class_name="flex min-h-11 items-center gap-2.5 max-md:mr-auto md:w-24",
            ),
            _move("chevron-up", "Move up", "up-", row, -1, at_end=row.is_first, **described),
            _move("chevron-down", "Move down", "down-", row, 1, at_end=row.is_last, **described),
            ui.icon_button(
                "copy", "Duplicate", size="size-4", on_click=OfferingsState.duplicate(row.id), **described
            ),
            ui.icon_link("pencil", "Edit", row.edit_href, size="size-4", **described),
            class_name="flex items-center gap-1 max-md:col-span-full",
        ),
        key=row.id,
        custom_attrs={"data-row": row.id},
        class_name="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-5 py-4 "
        "data-[drop=after]:inset-shadow-[0_-2px_0_var(--accent)] "
        "data-[drop=before]:inset-shadow-[0_2px_0_var(--accent)] md:grid-cols-[minmax(0,1fr)_7rem_auto] "
        "md:pointer-fine:grid-cols-[1rem_minmax(0,1fr)_7rem_auto]",
    )


def _move(
    name: str, label: str, prefix: str, row: Any, by: int, *, at_end: Any, **attrs: Any
) -> rx.Component:
    # Not disabled at the ends: the focus would fall off the button that brought the row there.
    return ui.icon_button(
        name,
        label,
        size="size-4",
        on_click=OfferingsState.step(row.id, by),
        id=node_id(prefix + row.id),
        aria_disabled=at_end,
        class_name="aria-disabled:text-ink-3/50 aria-disabled:cursor-not-allowed",
        custom_attrs={"data-move": "true"},
        **attrs,
    )


# --- the editors


def _back() -> rx.Component:
    return rx.el.div(
        ui.link(
            ui.icon("chevron-left"),
            "Offerings",
            href=HOME,
            class_name="-ml-1 inline-flex min-h-11 items-center gap-1 text-sm font-medium text-accent-text",
        ),
        class_name=["-mb-6 pt-3 lg:pt-5", SHEET_GUTTER],
    )


def _offering() -> rx.Component:
    def type_in(name: str) -> Any:
        return lambda value: OfferingsState.type_in(name, value).debounce(150)

    return rx.fragment(
        _back(),
        sheet_heading(OfferingsState.editor.heading),
        rx.el.div(problem(), class_name=[SHEET_GUTTER, "empty:hidden"]),
        offering_editor(
            OfferingsState.editor,
            errors=OfferingsState.errors,
            rows=OfferingsState.shown_rows,
            about_options=OfferingsState.about_options,
            policy_options=OfferingsState.policy_options,
            preview=OfferingsState.preview,
            files=OfferingsState.files,
            max_mb=OfferingsState.max_mb,
            saving=OfferingsState.saving,
            do=Doing(
                save=OfferingsState.save,
                type_in=type_in,
                add_length=OfferingsState.add_length,
                remove_length=OfferingsState.remove_length,
                remove_file=OfferingsState.remove_file,
                leave_href=HOME,
            ),
        ),
    )


def _profile() -> rx.Component:
    view: Any = OfferingsState.profile
    errors: Any = OfferingsState.errors
    return rx.fragment(
        _back(),
        sheet_heading("Your teaching", "Students read it on your profile."),
        rx.el.form(
            rx.el.div(
                problem(),
                ui.text_field(
                    "Headline",
                    "headline",
                    default_value=view.headline,
                    error=errors["headline"],
                    max_length=160,
                    auto_complete="off",
                    hint="One line under your name.",
                ),
                ui.text_area(
                    "About you", "bio", default_value=view.bio, error=errors["bio"], max_length=4000
                ),
                ui.text_field(
                    "Hourly rate, " + view.currency,
                    "rate",
                    default_value=view.rate,
                    error=errors["rate"],
                    input_mode="decimal",
                    auto_complete="off",
                    hint="For offerings without a price of their own. New bookings get it, those you have do not.",
                    class_name="max-w-60",
                ),
                _teaches("Courses you teach", view.courses),
                _teaches("Subjects you teach", view.subjects),
                rx.cond(
                    errors["teaches"] != "",
                    rx.el.p(
                        errors["teaches"], role="alert", class_name="text-xs font-medium text-danger-text"
                    ),
                ),
                class_name=["max-w-[44rem] space-y-6 pb-8", SHEET_GUTTER],
            ),
            rx.el.div(
                ui.button_link(
                    "Discard",
                    HOME,
                    variant="ghost",
                    custom_attrs={"data-discard": "true"},
                    class_name="ml-auto max-sm:flex-1",
                ),
                ui.button("Save", variant="primary", kind="submit", class_name="max-sm:flex-1"),
                class_name=[
                    "sticky bottom-0 z-(--z-sticky) flex items-center gap-3 border-t border-line bg-surface py-3 "
                    "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] lg:rounded-b-card",
                    SHEET_GUTTER,
                ],
            ),
            key=view.key,
            on_submit=OfferingsState.save_profile,
            reset_on_submit=False,
            no_validate=True,
            custom_attrs={"data-guard": "true"},
        ),
    )


def _teaches(label: str, choices: Any) -> rx.Component:
    return rx.cond(
        choices.length() > 0,
        rx.el.fieldset(
            rx.el.legend(label, class_name="text-sm font-medium"),
            rx.el.div(
                rx.foreach(
                    choices,
                    lambda one: ui.checkbox(
                        one.name, "teaches " + one.id, default_checked=one.is_taught, key=one.id
                    ),
                ),
                class_name="mt-1 grid gap-x-6 sm:grid-cols-2",
            ),
        ),
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        ui.skeletons(
            "Loading your offerings", ui.skeleton("h-8 w-48"), *(ui.skeleton("h-20") for _ in range(4))
        ),
        class_name=["space-y-4 pt-8", SHEET_GUTTER],
    )
