"""``/settings``: what a person chooses about themselves."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import problem, problem_of, toasts, visitor
from sessions_app.components.zone_picker import zone_picker
from sessions_app.services.passwords import MAX_LENGTH, MIN_LENGTH
from sessions_app.services.video import LINK_LIMIT
from sessions_app.state.base import AppState
from sessions_app.state.calendar_feed import CalendarFeedState
from sessions_app.state.meeting_place import MeetingPlaceState
from sessions_app.state.settings import SettingsState

COLUMN = "mx-auto max-w-[40rem] px-(--gutter)"


def settings() -> rx.Component:
    """Name, time, reminders, children, sign-out."""
    return layout.page(
        layout.page_heading("Settings", SettingsState.email),
        problem("mb-6"),
        rx.cond(SettingsState.zone != "", _sections(), _waiting()),
        visitor=visitor(),
        toasts=toasts(),
        current="account",
        width=COLUMN,
    )


def _sections() -> rx.Component:
    return rx.el.div(
        _name(),
        _time(),
        _reminders(),
        rx.cond(
            (AppState.visitor.role == "assistant") | (AppState.visitor.role == "admin"),
            rx.fragment(),
            _calendar(),
        ),
        rx.cond(AppState.visitor.role == "guardian", _children()),
        rx.cond(AppState.visitor.role == "instructor", _meeting()),
        _password(),
        _device(),
        class_name="space-y-8",
    )


def _section(heading: str, note: ui.Children, *children: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(heading, class_name="text-lg font-semibold"),
        rx.el.p(note, class_name="mt-1 text-sm text-ink-2"),
        ui.card(*children, class_name="mt-4 p-5"),
    )


def _line(word: str, on_submit: Any, label: str, name: str, **field: Any) -> rx.Component:
    """A form of one field, with its button beside it."""
    return rx.el.form(
        ui.text_field(label, name, class_name="flex-1", **field),
        ui.button(word, kind="submit"),
        on_submit=on_submit,
        class_name="flex flex-wrap items-end gap-3",
    )


def _name() -> rx.Component:
    return _section(
        "Name",
        "Instructors and students see it.",
        _line(
            "Save name",
            SettingsState.save_name,
            "Your name",
            "name",
            required=True,
            max_length=120,
            auto_complete="name",
            error=problem_of("name"),
            key=SettingsState.name,
            default_value=SettingsState.name,
        ),
    )


def _time() -> rx.Component:
    return _section(
        "Time",
        "Every time you see, on pages and in mails.",
        rx.el.div(
            rx.el.div(
                rx.el.span("Time zone", class_name="block text-sm font-medium"),
                rx.el.span(SettingsState.zone_label, class_name="block text-sm text-ink-2"),
                class_name="min-w-0 flex-1",
            ),
            zone_picker(ui.button("Change time zone"), SettingsState.choose_zone),
            class_name="flex flex-wrap items-center gap-3",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span("Clock", class_name="block text-sm font-medium"),
                rx.el.span(
                    rx.cond(AppState.visitor.hour_cycle == "h12", "4:00 pm", "16:00"),
                    class_name="block text-sm tabular-nums text-ink-2",
                ),
                class_name="min-w-0 flex-1",
            ),
            ui.segmented(
                "Clock",
                [("", "As this device"), ("h12", "12 h"), ("h23", "24 h")],
                value=SettingsState.clock,
                on_change=SettingsState.choose_clock,
            ),
            class_name="mt-4 flex flex-wrap items-center gap-3 border-t border-line pt-4",
        ),
    )


def _reminders() -> rx.Component:
    return _section(
        "Reminders",
        "By mail, before each session. One booking's reminders can also be left out when you book it.",
        rx.el.ul(
            rx.foreach(
                SettingsState.reminders,
                lambda reminder: rx.el.li(
                    ui.switch(
                        reminder.label,
                        checked=reminder.is_on,
                        on_click=SettingsState.switch_reminder(reminder.name),
                    ),
                    key=reminder.name,
                ),
            ),
            class_name="space-y-1",
        ),
    )


def _calendar() -> rx.Component:
    feed = CalendarFeedState
    return _section(
        "Calendar",
        "Subscribe once, and your sessions appear in Google Calendar, Outlook, Apple Calendar and others, and stay "
        "up to date. Each program decides how often it looks; some do so once a day.",
        rx.cond(
            feed.address != "",
            rx.el.div(
                ui.text_field(
                    "Your calendar address",
                    "calendar_address",
                    value=feed.address,
                    read_only=True,
                    hint="Whoever has this address can read when you have sessions and with whom. Keep it to "
                    "yourself.",
                ),
                rx.el.div(
                    ui.button("Copy", lead="copy", custom_attrs={"data-copy": "field-calendar_address"}),
                    ui.button_link("Open in calendar app", feed.webcal, external=True),
                    ui.button_link("Add to Google Calendar", feed.google, external=True, new_tab=True),
                    class_name="mt-4 flex flex-wrap gap-2 max-sm:*:grow",
                ),
                rx.el.p(
                    custom_attrs={"data-copied": "The address is copied."},
                    role="status",
                    class_name="mt-2 text-xs text-ink-2 empty:hidden",
                ),
                rx.el.div(
                    rx.el.p(
                        "Renewing it ends this address at once: calendars then need the new one.",
                        class_name="min-w-0 flex-1 basis-56 text-sm text-ink-2",
                    ),
                    rx.el.div(
                        ui.button("Renew address", on_click=feed.renew),
                        ui.button("Remove address", on_click=feed.remove),
                        class_name="flex flex-wrap gap-2 max-sm:basis-full max-sm:*:grow",
                    ),
                    class_name="mt-4 flex flex-wrap items-center gap-x-4 gap-y-3 border-t border-line pt-4",
                ),
            ),
            rx.cond(
                feed.is_hidden,
                _hidden_calendar(),
                ui.button("Make a calendar address", lead="calendar-plus", on_click=feed.renew),
            ),
        ),
    )


def _hidden_calendar() -> rx.Component:
    feed = CalendarFeedState
    return rx.el.div(
        ui.banner(
            "Your calendar address cannot be shown any more",
            "It was made before this site's key was changed. Calendars that have it go on working until you make a "
            "new address, which ends this one at once.",
        ),
        rx.el.div(
            ui.button("Make a new address", lead="calendar-plus", on_click=feed.renew),
            ui.button("Remove address", variant="ghost", on_click=feed.remove),
            class_name="mt-4 flex flex-wrap items-center gap-2",
        ),
    )


def _children() -> rx.Component:
    return _section(
        "Children",
        "You book, pay and cancel for them, and get their mails.",
        rx.el.ul(
            rx.foreach(
                SettingsState.children,
                lambda child: rx.el.li(
                    ui.avatar(child.initials, child.colour, size="row"),
                    rx.el.div(
                        rx.el.p(child.name, class_name="truncate text-sm font-medium"),
                        rx.el.p(child.note, class_name="text-xs text-ink-3"),
                        class_name="min-w-0",
                    ),
                    class_name="flex items-center gap-3",
                ),
            ),
            class_name="mb-5 space-y-4 border-b border-line pb-5 empty:hidden",
        ),
        _line(
            "Add child",
            SettingsState.add_child,
            "Child's name",
            "child_name",
            required=True,
            max_length=120,
            auto_complete="off",
            # Emptied when a child was added.
            key=SettingsState.child_count.to(str),
        ),
    )


def _meeting() -> rx.Component:
    return _section(
        "Where you meet",
        "Your sessions take place in the built-in video, unless you give an address of your own. "
        "Students get it only when they may come in.",
        _line(
            "Save link",
            MeetingPlaceState.save_link,
            "Your own meeting link",
            "link",
            kind="url",
            max_length=LINK_LIMIT,
            placeholder="https://",
            error=problem_of("link"),
            key=MeetingPlaceState.link,
            default_value=MeetingPlaceState.link,
        ),
    )


def _password() -> rx.Component:
    return _section(
        "Password",
        "Changing it signs you out everywhere but here.",
        rx.el.form(
            ui.password_field(
                "Present password",
                "current_password",
                required=True,
                error=problem_of("current_password"),
            ),
            ui.password_field(
                "New password",
                "password",
                new=True,
                required=True,
                min_length=MIN_LENGTH,
                max_length=MAX_LENGTH,
                hint=f"At least {MIN_LENGTH} characters.",
                error=problem_of("password"),
            ),
            ui.button("Change password", kind="submit"),
            # Emptied once it is changed.
            key=SettingsState.password_changes.to(str),
            on_submit=SettingsState.change_password,
            class_name="space-y-4",
        ),
    )


def _device() -> rx.Component:
    return _section(
        "This device",
        "Signing out ends this login and no other.",
        rx.el.form(
            ui.button("Sign out", lead="log-out", kind="submit"),
            action="/api/auth/logout",
            method="post",
            on_submit=None,
        ),
    )


def _waiting() -> rx.Component:
    return ui.skeletons("Loading your settings", *(ui.skeleton("h-36") for _ in range(3)))
