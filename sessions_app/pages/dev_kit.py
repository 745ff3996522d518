"""The component sheet: every part of the kit in the states the product uses. Development only.

It stands beside ``design/look`` in review, and the accessibility checks run on it in both themes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from sessions_app.components import layout, ui
from sessions_app.components.status import STATUSES, status_badge

COLOURS = (
    "bg",
    "surface",
    "surface-2",
    "surface-3",
    "ink",
    "ink-2",
    "ink-3",
    "field",
    "accent",
    "accent-soft",
    "sun",
    "sun-soft",
    "ok",
    "danger",
    "info",
    "info-soft",
)
PEOPLE = (("AL", 1), ("CD", 2), ("AR", 3), ("YT", 4), ("ME", 5), ("NB", 6), ("KB", 7), ("CR", 8))
STEPS = ("Instructor", "Date & time", "Details", "Payment")

_dialog_open = ClientStateVar.create("dialog_open", default=False)
_hours = ClientStateVar.create("hours", default="24")
_kind = ClientStateVar.create("kind", default="one")
_tab = ClientStateVar.create("tab", default="upcoming")
_switched = ClientStateVar.create("switched", default=True)
_busy = ClientStateVar.create("busy", default=False)
_chip = ClientStateVar.create("chip", default=True)


def dev_kit() -> rx.Component:
    """Every part, in the order of the design's own sheet."""
    return layout.page(
        rx.el.header(
            rx.el.h1("Component sheet", class_name="text-display font-semibold"),
            rx.el.p(
                "Every part in the states the product uses. Petrol acts, sun tells the time, everything else "
                "stays quiet.",
                class_name="max-w-[36rem] text-base text-ink-2",
            ),
            layout.theme_choice(),
            class_name="space-y-4 py-8",
        ),
        _section("Colour", "Semantic names only; both themes share them.", _colours()),
        _section("Type", "Instrument Sans, five sizes and display. Weights 400, 500, 600.", _type()),
        _section("Buttons", "One primary a screen. 40 px, 44 on phones.", _buttons()),
        _section("Fields", "Label above, hint below, error replaces hint.", _fields()),
        _section("Chips", "Filters and quick choices.", _chips()),
        _section("Booking status", "Icon and text, never colour alone.", _statuses()),
        _section("Progress", "Numbers on desktop, bars on phones.", _progress()),
        _section("Time", "Date tile, countdown, how far something is.", _time()),
        _section("Avatars", "Photo, or initials on a colour that never changes.", _avatars()),
        _section("Banners", "State, reason, way out.", _banners()),
        _section("Tabs and table", "Figures right, header quiet, row 48 px.", _tabs_and_table()),
        _section("Toasts", "Bottom right; bottom above the bar on phones.", _toasts()),
        _section("Overlays", "Popover and menu on elevation 1, dialog on 2.", _overlays()),
        _section("Waiting", "Skeletons have the final shape; they show after 150 ms.", _waiting()),
        _section("Empty", "What would be here, one way forward.", _empty()),
        _section("In French", "Labels run a third longer; nothing is clipped.", _french()),
        visitor=layout.Visitor(
            signed_in=True, name="Noah Berger", initials="NB", colour=6, role="student", unread=3
        ),
        zone="Europe/Paris",
    )


def _section(title: str, note: str, content: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="text-base font-semibold"),
            rx.el.p(note, class_name="mt-1 text-sm text-ink-2"),
        ),
        content,
        class_name="grid grid-cols-[minmax(0,1fr)] gap-4 border-t border-line py-8 "
        "lg:grid-cols-[13rem_minmax(0,1fr)] lg:gap-10",
    )


def _colours() -> rx.Component:
    def swatch(name: str) -> rx.Component:
        return rx.el.div(
            rx.el.span(
                class_name="block h-10 rounded-control border border-line",
                custom_attrs={"style": {"background": f"var(--{name})"}},
            ),
            rx.el.p(name, class_name="mt-1 truncate text-xs text-ink-3"),
            class_name="min-w-0",
        )

    def level(name: str, number: int) -> rx.Component:
        return rx.el.div(
            rx.el.span(
                class_name="block h-6 rounded-cell",
                custom_attrs={
                    "data-level": str(number),
                    "style": {"background": f"var(--{'surface-2' if number == 0 else f'd{number}'})"},
                },
            ),
            rx.el.p(name, class_name="mt-1 text-xs text-ink-3"),
        )

    return rx.el.div(
        rx.el.div(*(swatch(name) for name in COLOURS), class_name="grid grid-cols-4 gap-3 sm:grid-cols-8"),
        rx.el.div(
            *(level(name, number) for number, name in enumerate(("none", "1", "2", "3", "4"))),
            class_name="mt-5 grid grid-cols-5 gap-1",
        ),
    )


def _type() -> rx.Component:
    return rx.el.div(
        rx.el.p("Display, 44 on 48", class_name="text-display font-semibold"),
        rx.el.p("Title, 28 on 34", class_name="text-xl font-semibold"),
        rx.el.p("Heading, 20 on 28", class_name="text-lg font-semibold"),
        rx.el.p("Body, 16 on 24. Pick a subject and see who is free.", class_name="text-base"),
        rx.el.p("Interface, 14 on 20. Free cancellation until Mon 7 Dec, 16:00.", class_name="text-sm"),
        rx.el.p(
            "Caption, 12 on 16. ",
            rx.el.span("11:11 – 18:08, €1,111.10", class_name="tabular-nums"),
            " in tabular figures",
            class_name="text-xs text-ink-3",
        ),
        class_name="space-y-3",
    )


def _buttons() -> rx.Component:
    return rx.el.div(
        ui.button("Book Session", variant="primary"),
        ui.button("Reschedule"),
        ui.button("Message", variant="ghost", lead="message-square"),
        ui.button("Cancel session", variant="danger"),
        ui.button("Remove", variant="danger-quiet"),
        ui.button("Book", variant="primary", busy=True, busy_label="Booking…"),
        ui.button("Join", variant="primary", lead="video", disabled=True),
        rx.el.span("opens at 15:50", class_name="text-xs text-ink-3"),
        ui.button("Small", size="sm"),
        ui.button("Large", size="lg"),
        ui.icon_button("bell", "Notifications"),
        ui.icon_button("bell", "Notifications, 3 unread", count=3),
        ui.text_link("Change", "/dev/kit"),
        ui.button("Press me", busy=_busy.value, on_click=_busy.set_value(True), id="busy-demo"),
        class_name="flex flex-wrap items-center gap-3",
    )


def _fields() -> rx.Component:
    return rx.el.div(
        ui.text_field("Title", "title", default_value="Révision équations"),
        ui.text_field(
            "E-mail",
            "email",
            kind="email",
            default_value="noah.berger@",
            error="Write the whole address, for example noah@example.org.",
        ),
        ui.select_field(
            "Time zone",
            "zone",
            [("Asia/Kathmandu", "Kathmandu, UTC+05:45"), ("Europe/Paris", "Paris, UTC+1")],
        ),
        ui.text_field(
            "Price for 60 min",
            "price",
            default_value="32.00",
            input_mode="decimal",
            hint="You receive €28.80 after the 10 % fee.",
        ),
        ui.password_field(
            "Password", "password", aside=ui.text_link("Forgot it?", "/dev/kit", class_name="text-xs")
        ),
        ui.text_field("Closed", "closed", default_value="Not now", disabled=True),
        ui.text_area(
            "Message to your instructor",
            "message",
            placeholder="What should the hour be about?",
            class_name="sm:col-span-2",
        ),
        rx.el.div(
            ui.checkbox("Remind me", "remind", default_checked=True),
            ui.radio_group(
                "Session",
                "session-kind",
                [("one", "One-to-one"), ("group", "Group")],
                value=_kind.value,
                on_change=_kind.set_value,
                show_label=False,
                class_name="flex gap-6",
            ),
            ui.switch("Monday", checked=_switched.value, on_click=_switched.set_value(~_switched.value)),
            ui.switch("Saturday", checked=False, on_click=_switched.set_value(True)),
            ui.segmented(
                "Time format",
                [("12", "12 h"), ("24", "24 h")],
                value=_hours.value,
                on_change=_hours.set_value,
            ),
            class_name="flex flex-wrap items-center gap-x-6 gap-y-2 sm:col-span-2",
        ),
        class_name="grid grid-cols-1 gap-5 sm:grid-cols-2",
    )


def _chips() -> rx.Component:
    return rx.el.div(
        ui.chip_group(
            ui.chip("Next available", on_click=_chip.set_value(True), lead="zap"),
            ui.chip("This week", on_click=_chip.set_value(False), pressed=~_chip.value),
            ui.chip("One-to-one", on_click=_chip.set_value(True), pressed=_chip.value),
            ui.chip("Any price", on_click=_chip.set_value(True), trail="chevron-down"),
            label="Filters",
        ),
        rx.el.div(ui.tag("Free intro, 30 min"), ui.tag("1 credit"), class_name="mt-3 flex gap-2"),
    )


def _statuses() -> rx.Component:
    return rx.el.dl(
        *(
            rx.el.div(
                rx.el.dt(key, class_name="text-xs text-ink-3"),
                rx.el.dd(status_badge(key)),
                class_name="flex items-center justify-between gap-3",
            )
            for key in STATUSES
        ),
        class_name="grid grid-cols-1 gap-x-8 gap-y-2.5 sm:grid-cols-2 xl:grid-cols-3",
    )


def _progress() -> rx.Component:
    return rx.el.div(
        ui.steps("Booking progress", STEPS, 3),
        ui.step_bars("Booking progress", STEPS, 2, class_name="max-w-[22rem]"),
    )


def _time() -> rx.Component:
    now = datetime.now(UTC)

    def instant(**ahead: int) -> str:
        return (now + timedelta(**ahead)).isoformat(timespec="seconds")

    return rx.el.div(
        rx.el.div(
            ui.date_tile("Dec", 8),
            ui.date_tile("Déc", 25),
            ui.countdown(
                instant(hours=3, minutes=5), total_seconds=48 * 3600, after="left", now=now.isoformat()
            ),
            ui.countdown(
                instant(minutes=8, seconds=12), total_seconds=600, before="Held for you", now=now.isoformat()
            ),
            rx.el.span(
                ui.dot(), "Now", class_name="inline-flex items-center gap-2 text-sm font-medium text-sun-text"
            ),
            class_name="flex flex-wrap items-center gap-5",
        ),
        rx.el.div(ui.progress_bar("4 of 10 sessions done", 40, note="4 of 10"), class_name="max-w-[20rem]"),
        class_name="space-y-6",
    )


def _avatars() -> rx.Component:
    stack = [
        ui.avatar(initials, colour, size="sm", class_name="ring-2 ring-bg")
        for initials, colour in PEOPLE[3:7]
    ]
    return rx.el.div(
        *(ui.avatar(initials, colour) for initials, colour in PEOPLE),
        ui.avatar("AL", 1, size="xs"),
        ui.avatar("AL", 1, size="lg"),
        ui.avatar_stack(*stack),
        class_name="flex flex-wrap items-center gap-3",
    )


def _banners() -> rx.Component:
    return rx.el.div(
        ui.banner("Your request was sent", "Ada answers by Tuesday, 18:00. Nothing is charged before that."),
        ui.banner("The slot is yours", "Paid with 1 credit; two are left.", kind="ok"),
        ui.banner(
            "We hold this time for 1:45",
            "After that it is free for others again.",
            kind="sun",
            action=ui.button("Keep it", size="sm"),
        ),
        ui.form_error(
            "This time is no longer available. Select another.",
            "Nearest: 16:30, 18:30, Wed 9 Dec 10:00. What you wrote is kept.",
        ),
        class_name="space-y-3",
    )


def _tabs_and_table() -> rx.Component:
    rows = (
        ("Mon 30 Nov", "11", "paid", "€846.00"),
        ("Mon 23 Nov", "10", "paid", "€802.00"),
        ("Mon 7 Dec", "4", "processing", "€1,111.10"),
    )
    return rx.el.div(
        ui.tabs(
            "Example",
            [("upcoming", "Upcoming", 4), ("requests", "Requests", 2), ("past", "Past", 23)],
            selected=_tab.value,
            on_select=_tab.set_value,
        ),
        ui.tab_panel(
            ui.table(
                "Payouts",
                [
                    ui.Column("Paid out"),
                    ui.Column("Sessions"),
                    ui.Column("State"),
                    ui.Column("Amount", figures=True),
                ],
                *(
                    ui.row(
                        ui.cell(day),
                        ui.cell(count),
                        ui.cell(status_badge(state)),
                        ui.cell(amount, figures=True, strong=True),
                    )
                    for day, count, state, amount in rows
                ),
            ),
            selected=_tab.value,
            class_name="pt-4",
        ),
    )


def _toasts() -> rx.Component:
    return rx.el.div(
        ui.toast(
            "Hours saved",
            "Students see 62 starts.",
            on_dismiss=_chip.set_value(True),
            stays=True,
            action=ui.text_button("Undo", on_click=_chip.set_value(True), class_name="mt-1 text-sm"),
        ),
        ui.toast(
            "Unable to book. Please try again.",
            "Reference 7F3K-22. Nothing was charged.",
            kind="danger",
            on_dismiss=_chip.set_value(True),
            stays=True,
        ),
        ui.toast("Connection lost, retrying…", "What you see may be a minute old.", kind="sun"),
        class_name="flex flex-wrap items-start gap-3",
    )


def _overlays() -> rx.Component:
    return rx.el.div(
        ui.menu(
            ui.button("Booking", id="menu-demo"),
            ui.menu_item("Reschedule", lead="calendar-clock"),
            ui.menu_item("Message", lead="message-square"),
            ui.menu_link("Help", "/help", lead="circle-help"),
            ui.menu_separator(),
            ui.menu_item("Cancel", lead="x", danger=True),
            id="booking-menu",
            label="Booking",
        ),
        ui.popover(
            ui.button("Copy Monday to…", id="popover-demo"),
            rx.el.p("Copy Monday to", class_name="text-sm font-medium"),
            ui.checkbox("Tuesday", "tuesday", default_checked=True),
            ui.checkbox("Wednesday", "wednesday"),
            rx.el.div(
                ui.button("Cancel", variant="ghost", size="sm", custom_attrs={"data-close": "true"}),
                ui.button("Apply", size="sm", custom_attrs={"data-close": "true"}),
                class_name="mt-2 flex justify-end gap-2",
            ),
            id="copy-hours",
            label="Copy Monday to",
        ),
        ui.button("Discard…", on_click=_dialog_open.set_value(True), id="dialog-demo"),
        ui.dialog(
            "Discard your changes?",
            rx.el.p("Thursday and one override are not saved yet.", class_name="text-sm text-ink-2"),
            open=_dialog_open.value,
            on_close=_dialog_open.set_value(False),
            footer=rx.fragment(
                ui.button(
                    "Keep editing",
                    on_click=_dialog_open.set_value(False),
                    custom_attrs={"data-autofocus": "true"},
                ),
                ui.button("Discard", variant="danger", on_click=_dialog_open.set_value(False)),
            ),
            id="discard",
        ),
        class_name="flex flex-wrap items-start gap-5",
    )


def _waiting() -> rx.Component:
    return rx.el.div(
        ui.skeletons(
            "Loading instructor",
            rx.el.div(
                ui.skeleton("size-12 rounded-full"),
                rx.el.div(
                    ui.skeleton("h-4 w-2/3"), ui.skeleton("h-3.5 w-1/2"), class_name="flex-1 space-y-2"
                ),
                class_name="flex items-center gap-3.5",
            ),
            ui.skeleton("mt-5 h-3.5 w-full"),
            ui.skeleton("mt-4 ml-auto h-10 w-32"),
            class_name="rounded-card border border-line bg-surface p-5",
        ),
        ui.skeletons(
            "Loading times", *(ui.skeleton("h-11 w-full") for _ in range(4)), class_name="space-y-2"
        ),
        class_name="grid grid-cols-1 gap-4 sm:grid-cols-2",
    )


def _empty() -> rx.Component:
    return rx.el.div(
        ui.card(
            ui.empty_state(
                "calendar-search",
                "No availability in December",
                "Ada opens January on 8 December. Others teach this course sooner.",
                action=ui.button("View next month"),
            ),
            class_name="",
        ),
        ui.card(
            ui.empty_state(
                "users",
                "No Student-Teachers available. Try later.",
                "We will tell you as soon as someone opens hours.",
                action=ui.button("Schedule Later"),
            ),
            class_name="",
        ),
        class_name="grid grid-cols-1 gap-4 sm:grid-cols-2",
    )


def _french() -> rx.Component:
    return rx.el.div(
        ui.button("Réserver la séance"),
        ui.button("Annuler la réservation", variant="danger-quiet"),
        ui.chip("Prochaine disponibilité", on_click=_chip.set_value(True), lead="zap"),
        status_badge("accepted", "À payer avant 21 h 41"),
        lang="fr",
        class_name="flex flex-wrap items-center gap-3",
    )
