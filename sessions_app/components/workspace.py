"""The frame of those who work here: instructors, assistants and admins.

Navigation stands on the page ground, the work on one inset sheet (DESIGN 5); below 1024 px the navigation is a bar
of five at the foot. Like ``layout``, it knows the navigation and nothing of the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.layout import Visitor
from sessions_app.components.ui.buttons import ICON_BUTTON
from sessions_app.components.ui.links import current_page
from sessions_app.settings import load_settings

Room = Literal["today", "bookings", "availability", "offerings", "messages", "board", ""]

SHEET_GUTTER: Final = "px-(--gutter) lg:px-8"
_FOOT: Final = 4


@dataclass(frozen=True)
class Entry:
    """One place of the navigation; ``short`` is its word in the bar of phones."""

    room: Room
    label: str
    icon: str
    href: str
    short: str = ""


INSTRUCTOR: Final = (
    Entry("today", "Today", "sun", "/instructor"),
    Entry("bookings", "Bookings", "calendar-days", "/instructor/bookings"),
    Entry("availability", "Availability", "clock", "/instructor/availability", short="Hours"),
    Entry("messages", "Messages", "message-square", "/messages"),
    Entry("offerings", "Offerings", "layers", "/instructor/offerings"),
)
OVERSIGHT: Final = (
    Entry("board", "Live board", "radio", "/assistant", short="Board"),
    Entry("messages", "Messages", "message-square", "/messages"),
)
_LAST: Final = (
    Entry("", "Settings", "settings-2", "/settings"),
    Entry("", "Help", "circle-help", "/help"),
)


def workspace(
    *children: ui.Children,
    visitor: Visitor,
    places: tuple[Entry, ...],
    current: Room,
    title: str,
    counts: Mapping[Room, ui.Number] | None = None,
    toasts: rx.Component | None = None,
) -> rx.Component:
    """A page of the workspace; ``title`` heads it on phones, ``counts`` says what waits in which place;
    messages are counted by the visitor."""
    waiting: dict[Room, ui.Number] = {} if visitor.messages is None else {"messages": visitor.messages}
    waiting |= counts or {}
    return layout.frame(
        rx.el.div(
            _side(visitor, places, current, waiting),
            rx.el.div(
                _phone_head(visitor, title),
                rx.el.main(
                    *children,
                    custom_attrs={"id": layout.MAIN},
                    tab_index=-1,
                    class_name="min-h-[calc(100dvh-1rem)] bg-surface pb-20 outline-none max-lg:min-h-dvh "
                    "lg:rounded-card lg:border lg:border-line lg:pb-0",
                ),
                class_name="min-w-0 lg:py-2 lg:pr-2",
            ),
            class_name="lg:grid lg:min-h-dvh lg:grid-cols-[14.5rem_minmax(0,1fr)]",
        ),
        _foot(places, current, waiting),
        toasts=toasts,
    )


def sheet_heading(
    heading: ui.Children, lead: ui.Children | None = None, *, action: ui.Children | None = None
) -> rx.Component:
    """The ``h1`` of a sheet with one line below it, and the page's action at the far end."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1(heading, class_name="text-xl font-semibold"),
            *([rx.el.p(lead, class_name="mt-1 text-sm text-ink-2")] if lead is not None else []),
            class_name="min-w-0",
        ),
        *([action] if action is not None else []),
        class_name=["flex flex-wrap items-end justify-between gap-3 pt-6 pb-5 lg:pt-8", SHEET_GUTTER],
    )


def _side(
    visitor: Visitor, places: tuple[Entry, ...], current: Room, counts: Mapping[Room, ui.Number]
) -> rx.Component:
    return rx.el.aside(
        layout.home_link(places[0].href, class_name="mb-3 px-2.5"),
        rx.el.nav(
            *(_side_link(entry, current, counts) for entry in places),
            aria_label="Main",
            class_name="flex flex-col gap-0.5",
        ),
        rx.el.div(
            *(_side_link(entry, "", {}) for entry in _LAST),
            _person(visitor),
            class_name="mt-auto flex flex-col gap-0.5 border-t border-line pt-3",
        ),
        class_name="sticky top-0 hidden h-dvh flex-col overflow-y-auto px-3 py-4 lg:flex",
        custom_attrs={"data-noprint": "true"},
    )


def _side_link(entry: Entry, current: Room, counts: Mapping[Room, ui.Number]) -> rx.Component:
    count = counts.get(entry.room) if entry.room else None
    return ui.link(
        ui.icon(entry.icon, "size-4.5 shrink-0"),
        rx.el.span(entry.label, class_name="flex-1 truncate"),
        *(
            [
                rx.cond(
                    count > 0,
                    rx.el.span(
                        count,
                        rx.el.span(" waiting", class_name="sr-only"),
                        class_name="text-xs tabular-nums text-ink-3",
                    ),
                )
            ]
            if count is not None
            else []
        ),
        href=entry.href,
        class_name="flex h-9 items-center gap-2.5 rounded-control px-2.5 text-sm text-ink-2 "
        "hover:bg-surface-3/60 hover:text-ink aria-[current=page]:bg-surface-3 "
        "aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:h-11",
        **current_page(bool(entry.room) and entry.room == current),
    )


def _person(visitor: Visitor) -> rx.Component:
    word = rx.cond(visitor.role == "instructor", load_settings().instructor_label, visitor.role)
    return rx.el.div(
        ui.avatar(visitor.initials, visitor.colour, size="sm", photo=visitor.photo),
        rx.el.div(
            rx.el.p(visitor.name, class_name="truncate text-sm font-medium"),
            rx.el.p(word, class_name="text-xs text-ink-3 first-letter:uppercase"),
            class_name="min-w-0 flex-1",
        ),
        layout.sign_out_form(
            rx.el.button(ui.icon("log-out"), type="submit", aria_label="Sign out", class_name=ICON_BUTTON)
        ),
        class_name="mt-1 flex min-h-11 items-center gap-2.5 px-2.5",
    )


def _phone_head(visitor: Visitor, title: str) -> rx.Component:
    return rx.el.header(
        layout.home_link(layout.home_of(visitor.role), bare=True),
        rx.el.p(title, class_name="truncate text-base font-semibold"),
        rx.el.div(
            layout.account_corner(visitor), class_name="ml-auto flex min-h-(--control) items-center gap-1"
        ),
        class_name="sticky top-0 z-(--z-nav) flex h-14 items-center gap-3 border-b border-line bg-bg "
        "px-(--gutter) lg:hidden",
        custom_attrs={"data-noprint": "true"},
    )


def _foot(places: tuple[Entry, ...], current: Room, counts: Mapping[Room, ui.Number]) -> rx.Component:
    shown, rest = places[:_FOOT], (*places[_FOOT:], *_LAST)
    more = ui.menu(
        rx.el.button(
            ui.icon("ellipsis", "size-5"),
            rx.el.span("More"),
            type="button",
            class_name=[layout.FOOT_ITEM, "w-full cursor-pointer"],
        ),
        *(ui.menu_link(entry.label, entry.href, lead=entry.icon) for entry in rest),
        id="more-menu",
        label="More",
    )
    return layout.foot_bar(
        *(
            layout.foot_link(
                entry.short or entry.label,
                entry.icon,
                entry.href,
                current=entry.room == current,
                count=counts.get(entry.room),
            )
            for entry in shown
        ),
        rx.el.li(more, class_name="flex-1"),
        class_name="lg:hidden",
    )
