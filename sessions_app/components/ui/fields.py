"""Text fields, text areas and selects: label above, hint below, and the error takes the hint's place.

Fields are uncontrolled unless ``value`` and ``on_change`` are given, so typing costs no round trip: a form
sends what they hold by ``name``. An error is a text: empty means none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import reflex as rx

from sessions_app.components.ui.buttons import ICON_BUTTON
from sessions_app.components.ui.icons import BADGE, icon
from sessions_app.components.ui.values import Children, Text, is_empty, is_given, node_id, when

LABEL = "block text-sm font-medium text-ink"
CONTROL = (
    "w-full min-w-0 rounded-control border border-field bg-surface text-sm text-ink placeholder:text-ink-3 "
    "hover:border-ink-3 focus:border-ring focus:outline-2 focus:outline-offset-0 focus:outline-ring "
    "aria-invalid:border-danger aria-invalid:outline-danger disabled:bg-surface-2 disabled:text-ink-3 "
    "disabled:border-line-2 transition-colors duration-(--fast)"
)
InputType = Literal["text", "email", "password", "search", "tel", "url", "number", "date", "time"]


def field_error(message: Text, *, id: Text) -> rx.Component:
    """The sentence that says what is wrong with one field and how to put it right."""
    return rx.el.p(
        icon("circle-alert", BADGE),
        message,
        id=node_id(id),
        class_name="flex items-center gap-1.5 text-xs font-medium text-danger-text",
    )


def _note(control_id: Text, hint: Text | None, error: Text | None) -> tuple[list[Children], dict[str, Any]]:
    """What stands below the control, and the attributes that tie it to the control."""
    note_id = f"{control_id}-note"
    hint_part: Children | None = (
        None if is_empty(hint) else rx.el.p(hint, id=node_id(note_id), class_name="text-xs text-ink-3")
    )
    if is_empty(error):
        return ([hint_part], {"aria_describedby": note_id}) if hint_part is not None else ([], {})
    wrong = is_given(error)
    attrs = {"aria_invalid": wrong, "aria_describedby": note_id}
    return [when(wrong, field_error(error, id=note_id), hint_part)], attrs


def _frame(
    control: Children,
    label: Children,
    control_id: Text,
    note: list[Children],
    *,
    aside: Children | None,
    class_name: str,
) -> rx.Component:
    caption = rx.el.label(label, html_for=control_id, class_name=LABEL)
    return rx.el.div(
        caption
        if aside is None
        else rx.el.div(caption, aside, class_name="flex items-baseline justify-between gap-3"),
        control,
        *note,
        class_name=["space-y-1.5", class_name],
    )


def text_field(
    label: Children,
    name: str,
    *,
    kind: InputType = "text",
    id: str = "",
    hint: Text | None = None,
    error: Text | None = None,
    aside: Children | None = None,
    trailing: Children | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A one-line field sent as ``name``.

    ``aside`` stands at the end of the label's line ("Forgot it?"), ``trailing`` inside the field at its end.
    ``default_value``, ``auto_complete``, ``input_mode``, ``required``, ``on_change`` … go to the input.
    """
    control_id = id or f"field-{name}"
    note, described = _note(control_id, hint, error)
    control = rx.el.input(
        id=node_id(control_id),
        name=name,
        type=kind,
        class_name=["h-(--control) px-3", CONTROL, "pr-12" if trailing is not None else ""],
        **described,
        **attrs,
    )
    if trailing is not None:
        control = rx.el.div(
            control, rx.el.span(trailing, class_name="absolute inset-y-0 right-0"), class_name="relative"
        )
    return _frame(control, label, control_id, note, aside=aside, class_name=class_name)


def password_field(
    label: Children,
    name: str,
    *,
    id: str = "",
    new: bool = False,
    hint: Text | None = None,
    error: Text | None = None,
    aside: Children | None = None,
    **attrs: Any,
) -> rx.Component:
    """A password with a button that shows it (``assets/kit.js``); ``new`` when one is being chosen."""
    control_id = id or f"field-{name}"
    reveal = rx.el.button(
        rx.el.span(icon("eye"), class_name="in-aria-pressed:hidden"),
        rx.el.span(icon("eye-off"), class_name="hidden in-aria-pressed:inline"),
        type="button",
        aria_label="Show password",
        aria_pressed="false",
        class_name=ICON_BUTTON,
        custom_attrs={"data-reveal": control_id},
    )
    return text_field(
        label,
        name,
        kind="password",
        id=control_id,
        hint=hint,
        error=error,
        aside=aside,
        trailing=reveal,
        auto_complete="new-password" if new else "current-password",
        **attrs,
    )


def text_area(
    label: Children,
    name: str,
    *,
    id: Text = "",
    hint: Text | None = None,
    error: Text | None = None,
    aside: Children | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A field of several lines, sent as ``name``; grows by hand, never below 96 px."""
    control_id: Text = f"field-{name}" if is_empty(id) else id
    note, described = _note(control_id, hint, error)
    control = rx.el.textarea(
        id=node_id(control_id),
        name=name,
        class_name=["block min-h-24 px-3 py-2.5 resize-y", CONTROL],
        **described,
        **attrs,
    )
    return _frame(control, label, control_id, note, aside=aside, class_name=class_name)


def select_field(
    label: Children,
    name: str,
    options: Sequence[tuple[str, str]] | rx.Var[Any],
    *,
    id: str = "",
    hint: Text | None = None,
    error: Text | None = None,
    aside: Children | None = None,
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """A native select.

    ``options`` are (value, label) pairs, or a var of items with ``.value`` and ``.label``.
    """
    control_id = id or f"field-{name}"
    note, described = _note(control_id, hint, error)
    if isinstance(options, rx.Var):
        choices = [rx.foreach(options, lambda option: rx.el.option(option.label, value=option.value))]
    else:
        choices = [rx.el.option(text, value=value) for value, text in options]
    control = rx.el.div(
        rx.el.select(
            *choices,
            id=node_id(control_id),
            name=name,
            class_name=["h-(--control) appearance-none truncate pl-3 pr-9 cursor-pointer", CONTROL],
            **described,
            **attrs,
        ),
        icon(
            "chevron-down", "pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-ink-3"
        ),
        class_name="relative",
    )
    return _frame(control, label, control_id, note, aside=aside, class_name=class_name)
