"""``/dev/mailbox``: outgoing messages as their recipients get them. Development only.

The HTML of a mail is shown in a frame without scripts, forms or an origin, so whatever a mail holds, it can reach
nothing of the page around it; its links open new tabs. The frame inherits the page's content security policy.
"""

from __future__ import annotations

import reflex as rx
from reflex.experimental.client_state import ClientStateVar

from sessions_app.components import layout, ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.state.dev_mailbox import ROUTE, DevMailboxState, MessageView, Piece

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_VERBATIM = "font-sans text-sm wrap-anywhere whitespace-pre-wrap text-ink-2"

_part = ClientStateVar.create("mailbox_part", default="html")


def dev_mailbox() -> rx.Component:
    """The list of messages, and beside it (on phones instead of it) the one that is opened."""
    opened = DevMailboxState.opened.head.id != ""
    return layout.page(
        layout.page_heading(
            "Outgoing messages",
            "What people were told, newest first. This page exists in development only.",
            action=ui.button("Refresh", variant="secondary", on_click=DevMailboxState.load),
        ),
        problem(class_name="mb-4"),
        rx.el.div(
            rx.el.div(_list(), class_name=rx.cond(opened, "max-lg:hidden", "")),
            rx.cond(opened, _opened(), _nothing_opened()),
            class_name="grid grid-cols-1 items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]",
        ),
        visitor=visitor(),
        toasts=toasts(),
    )


def _list() -> rx.Component:
    return rx.cond(
        DevMailboxState.is_loaded,
        rx.cond(
            DevMailboxState.messages.length() > 0,
            rx.el.ul(rx.foreach(DevMailboxState.messages, _line), class_name="space-y-2"),
            ui.card(
                ui.empty_state(
                    "mail",
                    "No messages yet",
                    "Book a session, and what is mailed about it stands here.",
                    level=2,
                ),
            ),
        ),
        ui.skeletons("Loading messages", *(ui.skeleton("h-20") for _ in range(6)), class_name="space-y-2"),
    )


def _line(message: rx.Var[MessageView]) -> rx.Component:
    return rx.el.li(
        ui.card_link(
            rx.el.span(message.subject, class_name="block text-sm font-medium break-words"),
            rx.el.span(
                rx.el.span(message.recipient, class_name="min-w-0 truncate"),
                rx.el.span(message.when, class_name="ml-auto shrink-0 tabular-nums"),
                class_name="mt-1 flex gap-3 text-xs text-ink-3",
            ),
            rx.cond(message.tone != "ok", rx.el.span(_state_of(message), class_name="mt-2 block")),
            href=message.href,
            class_name="px-4 py-3 aria-[current=true]:border-accent",
            aria_current=rx.cond(DevMailboxState.opened.head.id == message.id, "true", "false"),
        )
    )


def _state_of(message: rx.Var[MessageView]) -> rx.Component:
    tones: tuple[ui.Tone, ...] = ("sun", "ok", "danger")
    return rx.match(
        message.tone,
        *((tone, ui.badge(message.state, tone=tone)) for tone in tones),
        ui.badge(message.state, tone="neutral"),
    )


def _nothing_opened() -> rx.Component:
    return ui.card(
        ui.empty_state(
            "mail-open", "No message chosen", "Choose one to read it as its recipient does.", level=2
        ),
        class_name="max-lg:hidden",
    )


def _opened() -> rx.Component:
    opened = DevMailboxState.opened
    return ui.card(
        ui.text_link("All messages", ROUTE, class_name="lg:hidden"),
        ui.section_heading(opened.head.subject, class_name="max-lg:mt-2"),
        rx.el.div(
            _state_of(opened.head),
            rx.el.span("To ", opened.head.recipient, class_name="break-all"),
            rx.el.span(opened.head.when, class_name="tabular-nums"),
            class_name="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-2",
        ),
        rx.cond(
            opened.head.trouble != "",
            rx.el.p(opened.head.trouble, class_name="mt-2 text-sm text-danger-text"),
        ),
        ui.tabs(
            "Parts of the message",
            [("html", "Mail", None), ("text", "Plain text", None), ("calendar", "Calendar file", None)],
            selected=_part.value,
            on_select=_part.set_value,
            id="mailbox",
            class_name="mt-4",
        ),
        ui.tab_panel(
            rx.match(
                _part.value,
                ("text", rx.el.pre(rx.foreach(opened.text, _piece), class_name=_VERBATIM)),
                ("calendar", _calendar()),
                rx.el.iframe(
                    src_doc=opened.html,
                    sandbox=_SANDBOX,
                    title=opened.head.subject,
                    class_name="h-[72rem] max-h-[85vh] w-full rounded-control border border-line bg-white",
                ),
            ),
            selected=_part.value,
            id="mailbox",
            class_name="pt-4",
        ),
        tag=rx.el.article,
    )


def _piece(piece: rx.Var[Piece]) -> rx.Component:
    return rx.cond(
        piece.url != "",
        ui.text_link(piece.text, piece.url, inline=True, external=True),
        rx.fragment(piece.text),
    )


def _calendar() -> rx.Component:
    calendar = DevMailboxState.opened.calendar
    return rx.cond(
        calendar != "",
        rx.el.pre(calendar, class_name=_VERBATIM),
        rx.el.p("This message brings no calendar file.", class_name="text-sm text-ink-2"),
    )
