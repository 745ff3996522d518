"""The editor of an offering: one form in sections, what students will see beside it, and Save at its foot.

Which fields a choice calls for is decided in the browser by ``:has(:checked)``, so nothing waits and nothing typed is
lost when a choice is taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.materials_list import materials_list
from sessions_app.components.workspace import SHEET_GUTTER
from sessions_app.domain.file_types import FILE_TYPES
from sessions_app.state.offering_views import PAY_WAYS, ROWS

# Names of radio groups and their values hold no underscore: Tailwind reads one as a space.
_WITH_MONEY = (
    "hidden group-has-[[name=pay][value=card]:checked]/form:block "
    "group-has-[[name=pay][value=either]:checked]/form:block"
)
_WITH_CREDITS = (
    "hidden group-has-[[name=pay][value=credits]:checked]/form:block "
    "group-has-[[name=pay][value=either]:checked]/form:block"
)
_FOR_GROUPS = "hidden group-has-[[name=kind][value=group]:checked]/form:grid"
_WITH_PLACE = "group-has-[[name=modality][value=online]:checked]/form:hidden"
_UNSAVED = "hidden group-data-[dirty=true]/form:block"

_ACCEPT = ",".join(dict.fromkeys(f".{ending}" for kind in FILE_TYPES for ending in kind.endings))


@dataclass(frozen=True)
class Doing:
    """What the editor's controls do."""

    save: Any
    type_in: Callable[[str], Any]
    add_length: Any
    remove_length: Callable[[int], Any]
    remove_file: Callable[[Any], Any]
    leave_href: str


def offering_editor(
    view: Any,
    *,
    errors: Any,
    rows: Any,
    about_options: Any,
    policy_options: Any,
    preview: Any,
    files: Any,
    max_mb: Any,
    saving: Any,
    do: Doing,
) -> rx.Component:
    """The editor of ``view`` (an ``EditorView``); ``errors`` has a sentence or nothing for each field."""
    form = rx.el.form(
        rx.el.div(
            rx.el.div(
                _section("What it is", _what(view, errors, about_options, do)),
                _section("Length and price", _prices(view, errors, rows, preview, do)),
                _section("Who takes part", _seats(view, errors)),
                _section("How it goes", _ways(view, errors)),
                _section("Rules", _rules(view, errors, policy_options)),
                class_name="min-w-0 divide-y divide-line",
            ),
            _aside(view, preview),
            class_name=["grid gap-x-10 lg:grid-cols-[minmax(0,1fr)_18rem]", SHEET_GUTTER],
        ),
        _foot(view, saving, do),
        key=view.key,
        on_submit=do.save,
        reset_on_submit=False,
        no_validate=True,
        custom_attrs={"data-guard": "true"},
        class_name="group/form",
    )
    return rx.fragment(form, rx.cond(view.offering_id != "", _files(view, files, max_mb, do)))


def _section(heading: str, *children: rx.Component) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(heading, class_name="float-left w-full text-base font-semibold"),
        rx.el.div(*children, class_name="clear-both space-y-5 pt-4"),
        class_name="py-7 first:pt-2",
    )


def _what(view: Any, errors: Any, about_options: Any, do: Doing) -> rx.Component:
    return rx.fragment(
        ui.text_field(
            "Title",
            "title",
            default_value=view.title,
            error=errors["title"],
            max_length=120,
            auto_complete="off",
            hint="Students read it first: “Exam practice”, “First session”.",
        ),
        ui.select_field(
            "Course or subject",
            "about",
            about_options,
            default_value=view.about,
            error=errors["about"],
            on_change=do.type_in("about"),
        ),
        ui.text_area(
            "Description",
            "description",
            default_value=view.description,
            error=errors["description"],
            max_length=2000,
        ),
        ui.text_area(
            "What students should bring or know",
            "requirements",
            default_value=view.requirements,
            error=errors["requirements"],
            max_length=1000,
        ),
    )


def _prices(view: Any, errors: Any, rows: Any, preview: Any, do: Doing) -> rx.Component:
    return rx.fragment(
        ui.radio_group(
            "How it is paid",
            "pay",
            list(PAY_WAYS),
            value=view.pay,
            on_change=do.type_in("pay"),
            class_name="grid sm:grid-cols-2 sm:[&>:first-child]:col-span-2",
        ),
        *(_length(view, errors, rows, row, do) for row in range(ROWS)),
        rx.cond(
            view.offering_id == "",
            rx.cond(
                rows.length() < ROWS,
                ui.button("Add another length", size="sm", lead="plus", on_click=do.add_length),
            ),
        ),
        # Beside the form where there is room (``_aside``), else here, in sight of what is typed.
        ui.well(_price_lines(preview), class_name="p-4 lg:hidden"),
    )


def _length(view: Any, errors: Any, rows: Any, row: int, do: Doing) -> rx.Component:
    values = view.lengths[row]

    def number(label: str, name: str, value: Any, *, suffix: str, mode: str, class_name: str) -> rx.Component:
        field = f"{name}{row}"
        return ui.text_field(
            label,
            field,
            default_value=value,
            error=errors[field],
            input_mode=mode,
            auto_complete="off",
            on_change=do.type_in(field),
            trailing=rx.el.span(suffix, class_name="flex h-full items-center pr-3 text-sm text-ink-3"),
            class_name=class_name,
        )

    return rx.el.div(
        number("Minutes", "minutes", values.minutes, suffix="min", mode="numeric", class_name="w-32 max-sm:w-full"),
        number(
            "Price a seat", "amount", values.amount, suffix="", mode="decimal",
            class_name=f"w-36 max-sm:w-full {_WITH_MONEY}",
        ),
        number(
            "Credits a seat", "credits", values.credits, suffix="", mode="numeric",
            class_name=f"w-36 max-sm:w-full {_WITH_CREDITS}",
        ),
        rx.cond(
            rows.length() > 1,
            ui.icon_button(
                "x",
                f"Remove length {row + 1}",
                size="size-4",
                on_click=do.remove_length(row),
                class_name="mt-6.5",
            ),
        ),
        role="group",
        aria_label=f"Length {row + 1}",
        class_name=[
            "items-start gap-3 max-sm:grid max-sm:grid-cols-2",
            rx.cond(rows.contains(row), "flex", "!hidden"),
        ],
    )  # fmt: skip


def _seats(view: Any, errors: Any) -> rx.Component:
    return rx.fragment(
        ui.radio_group(
            "Students in a session",
            "kind",
            [("individual", "One-to-one"), ("group", "A group")],
            value=view.kind,
            on_change=rx.noop(),
            show_label=False,
            class_name="flex flex-wrap gap-x-8",
        ),
        _sentence(errors["kind"]),
        rx.el.div(
            _small("Seats", "seats", view.seats, errors, hint="2 to 20"),
            _small("Takes place from", "minimum", view.minimum, errors, hint="students"),
            _small("Decided", "cutoff", view.cutoff, errors, hint="hours before; empty: as everywhere here"),
            class_name=f"{_FOR_GROUPS} grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-4",
        ),
    )


def _small(label: str, name: str, value: Any, errors: Any, *, hint: str) -> rx.Component:
    return ui.text_field(
        label,
        name,
        default_value=value,
        error=errors[name],
        hint=hint,
        input_mode="numeric",
        auto_complete="off",
    )


def _ways(view: Any, errors: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            ui.radio_group(
                "Booking",
                "mode",
                [("instant", "Booked at once"), ("request", "You accept each request")],
                value=view.mode,
                on_change=rx.noop(),
            ),
            ui.radio_group(
                "Topic",
                "topic",
                [("fixed", "As the title says"), ("flexible", "Students suggest one")],
                value=view.topic,
                on_change=rx.noop(),
            ),
            class_name="grid gap-5 sm:grid-cols-2",
        ),
        ui.radio_group(
            "Where",
            "modality",
            [
                ("online", "Video, in the session room"),
                ("in_person", "In person"),
                ("hybrid", "Video or in person"),
            ],
            value=view.modality,
            on_change=rx.noop(),
        ),
        ui.text_field(
            "Place",
            "place",
            default_value=view.place,
            error=errors["place"],
            max_length=200,
            auto_complete="off",
            hint="Students see it before they book.",
            class_name=_WITH_PLACE,
        ),
    )


def _rules(view: Any, errors: Any, policy_options: Any) -> rx.Component:
    return rx.fragment(
        ui.radio_group(
            "When a student cancels", "policy", policy_options, value=view.policy, on_change=rx.noop()
        ),
        _sentence(errors["policy"]),
        rx.el.div(
            _small(
                "Students cancel until",
                "cancel_by",
                view.cancel_by,
                errors,
                hint="hours before; empty: the start",
            ),
            _small(
                "Students move until",
                "move_by",
                view.move_by,
                errors,
                hint="hours before; empty: as everywhere here",
            ),
            _small("How often", "moves", view.moves, errors, hint="moves; empty: as everywhere here"),
            class_name="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-4",
        ),
        ui.radio_group(
            "Who may see it",
            "who",
            [
                ("everyone", "Everyone"),
                ("enrolled", "Students enrolled in the course"),
                ("link", "Only people with the link"),
            ],
            value=view.who,
            on_change=rx.noop(),
        ),
        _sentence(errors["who"]),
    )


def _sentence(error: Any) -> rx.Component:
    """The error of a group of choices, under it."""
    return rx.cond(
        error != "",
        rx.el.p(
            ui.icon("circle-alert", "size-3.5 shrink-0"),
            error,
            role="alert",
            class_name="flex items-center gap-1.5 text-xs font-medium text-danger-text",
        ),
    )


def _price_lines(preview: Any) -> rx.Component:
    return rx.cond(
        preview.length() > 0,
        rx.el.ul(
            rx.foreach(
                preview,
                lambda line: rx.el.li(
                    rx.el.p(
                        rx.el.span(line.price, class_name="text-lg font-semibold tabular-nums"),
                        rx.el.span(" ", line.unit, class_name="text-sm text-ink-2"),
                    ),
                    rx.cond(
                        line.share != "", rx.el.p(line.share, class_name="text-xs text-ink-3 tabular-nums")
                    ),
                ),
            ),
            class_name="space-y-3",
        ),
        rx.el.p("Enter a price to see what students pay.", class_name="text-sm text-ink-2"),
    )


def _aside(view: Any, preview: Any) -> rx.Component:
    return rx.el.aside(
        ui.well(
            rx.el.div(
                rx.el.h2("What students pay", class_name="text-sm font-semibold"),
                rx.el.div(_price_lines(preview), aria_live="polite", class_name="mt-3"),
                class_name="max-lg:hidden",
            ),
            rx.cond(
                view.ahead != "",
                rx.el.p(
                    view.ahead,
                    class_name="text-xs text-ink-2 not-last:mb-4 lg:mt-4 lg:border-t lg:border-line-2 lg:pt-3",
                ),
            ),
            rx.cond(
                view.link != "",
                rx.el.div(
                    rx.el.p("Its link", class_name="text-xs font-medium text-ink-3"),
                    rx.el.p(view.link, class_name="mt-1 text-xs break-all text-ink-2 select-all"),
                    class_name=[
                        "lg:mt-4 lg:border-t lg:border-line-2 lg:pt-3",
                        rx.cond(view.ahead != "", "max-lg:border-t max-lg:border-line-2 max-lg:pt-3", ""),
                    ],
                ),
            ),
            class_name="p-5",
        ),
        class_name=[
            "lg:sticky lg:top-2 lg:self-start lg:pt-2",
            rx.cond(view.offering_id == "", "max-lg:hidden", "max-lg:pb-7"),
        ],
    )


def _foot(view: Any, saving: Any, do: Doing) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span("Unsaved changes", class_name=_UNSAVED),
            role="status",
            class_name="mr-auto text-sm text-ink-2 max-sm:hidden",
        ),
        ui.button_link(
            "Discard",
            do.leave_href,
            variant="ghost",
            custom_attrs={"data-discard": "true"},
            class_name="max-sm:flex-1",
        ),
        ui.button(
            rx.cond(view.offering_id == "", "Create offering", "Save"),
            variant="primary",
            kind="submit",
            busy=saving,
            class_name="max-sm:flex-1",
        ),
        class_name=[
            "sticky bottom-0 z-(--z-sticky) flex items-center gap-3 border-t border-line bg-surface py-3 "
            "max-lg:bottom-[calc(3.5rem+env(safe-area-inset-bottom))] lg:rounded-b-card",
            SHEET_GUTTER,
        ],
    )


def _files(view: Any, files: Any, max_mb: Any, do: Doing) -> rx.Component:
    return rx.el.section(
        rx.el.h2("Materials", class_name="text-base font-semibold"),
        rx.el.p(
            "Students get them with their seat, and keep them after it. Documents, slides, pictures or sound, up to ",
            max_mb,
            " MB each. They are stored at once.",
            class_name="mt-1 max-w-[40rem] text-sm text-ink-2",
        ),
        materials_list(files, on_remove=do.remove_file, label="Materials", class_name="mt-3 max-w-[40rem]"),
        rx.el.label(
            ui.icon("upload"),
            "Add files",
            rx.el.input(
                type="file",
                multiple=True,
                accept=_ACCEPT,
                class_name="sr-only",
                custom_attrs={"data-upload": view.upload_href, "data-max-mb": max_mb},
            ),
            class_name="mt-4 inline-flex h-(--control) cursor-pointer items-center gap-2 rounded-control border "
            "border-line-2 bg-surface px-4 text-sm font-medium hover:bg-surface-2 has-focus-visible:outline-2 "
            "has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
        ),
        rx.el.p(
            role="status", class_name="mt-2 text-sm text-ink-2", custom_attrs={"data-upload-note": "true"}
        ),
        rx.el.p(
            role="alert",
            class_name="mt-2 text-sm font-medium text-danger-text",
            custom_attrs={"data-upload-error": "true"},
        ),
        custom_attrs={"data-uploads": "true"},
        class_name=["border-t border-line py-7", SHEET_GUTTER],
    )
