"""``/messages``: conversations beside the one that is open; on phones one of the two at a time."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui, workspace
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.ui.fields import CONTROL
from sessions_app.components.ui.values import node_id
from sessions_app.services.conversations import MESSAGE_LENGTH
from sessions_app.state.base import AppState
from sessions_app.state.messages import MessagesState

_TITLE = "Messages"
_BUBBLE = "max-w-[min(34rem,85%)] rounded-card px-3.5 py-2.5 text-sm whitespace-pre-wrap wrap-anywhere"


def messages() -> rx.Component:
    """The page, in the frame of whoever looks."""
    frame = {"visitor": visitor(), "toasts": toasts()}
    return rx.match(
        AppState.visitor.role,
        (
            "instructor",
            workspace.workspace(
                _panes("h-[calc(100dvh-7rem)] lg:h-[calc(100dvh-1rem-2px)]"),
                places=workspace.INSTRUCTOR,
                current="messages",
                title=_TITLE,
                **frame,
            ),
        ),
        ("assistant", _oversight(frame)),
        ("admin", _oversight(frame)),
        layout.page(
            _panes(
                "h-[calc(100dvh-7rem)] sm:my-8 sm:h-[calc(100dvh-8rem)] sm:min-h-[26rem] sm:rounded-card "
                "sm:border sm:border-line sm:bg-surface"
            ),
            current="messages",
            width="mx-auto max-w-[76rem] sm:px-(--gutter)",
            class_name="pb-16 sm:pb-0",
            **frame,
        ),
    )


def _oversight(frame: dict[str, Any]) -> rx.Component:
    return workspace.workspace(
        _panes("h-[calc(100dvh-7rem)] lg:h-[calc(100dvh-1rem-2px)]"),
        places=workspace.OVERSIGHT,
        current="messages",
        title=_TITLE,
        **frame,
    )


def _panes(height: str) -> rx.Component:
    thread = MessagesState.thread
    return rx.el.div(
        rx.el.section(
            rx.el.div(
                rx.el.h1(_TITLE, id=node_id("messages-title"), class_name="text-xl font-semibold"),
                class_name="shrink-0 px-4 pt-5 pb-3 sm:px-5",
            ),
            rx.cond(thread.id == "", problem("mx-4 mb-3 sm:mx-5")),
            rx.cond(MessagesState.inbox.ready, _list(MessagesState.inbox), _list_skeleton()),
            aria_labelledby="messages-title",
            class_name=[
                "flex min-h-0 flex-col border-line lg:border-r",
                rx.cond(thread.id != "", "max-lg:hidden", ""),
            ],
        ),
        rx.cond(thread.id != "", _thread(thread), _beside()),
        class_name=[
            "grid min-h-0 grid-cols-[minmax(0,1fr)] overflow-hidden lg:grid-cols-[21rem_minmax(0,1fr)]",
            height,
        ],
    )


# ------------------------------------------------------------ the list


def _list(inbox: Any) -> rx.Component:
    return rx.cond(
        inbox.rows.length() > 0,
        rx.el.div(
            rx.el.ul(rx.foreach(inbox.rows, _row), class_name="space-y-0.5"),
            rx.cond(
                inbox.has_more,
                ui.button("Show more", on_click=MessagesState.show_more, class_name="mt-3 w-full"),
            ),
            class_name="min-h-0 flex-1 overflow-y-auto px-2 pb-4 sm:px-2.5",
        ),
        ui.empty_state(
            "message-square",
            "No conversations yet",
            "One begins with the first session that is booked.",
            action=rx.cond(
                (AppState.visitor.role == "student") | (AppState.visitor.role == "guardian"),
                ui.button_link("Book Session", "/courses"),
                rx.fragment(),
            ),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        ui.link(
            ui.avatar(row.initials, row.colour, size="row", photo=row.photo),
            rx.el.span(
                rx.el.span(
                    rx.el.span(row.name, class_name="truncate font-medium text-ink"),
                    rx.el.span(row.when, class_name="ml-auto shrink-0 text-xs tabular-nums text-ink-3"),
                    class_name="flex items-baseline gap-2",
                ),
                rx.cond(
                    row.about != "", rx.el.span(row.about, class_name="block truncate text-xs text-ink-3")
                ),
                rx.el.span(
                    rx.el.span(
                        rx.cond(row.last != "", row.last, "Nothing written yet"),
                        class_name=rx.cond(
                            row.unread > 0, "truncate font-medium text-ink", "truncate text-ink-3"
                        ),
                    ),
                    rx.cond(
                        row.unread > 0,
                        rx.el.span(
                            row.unread,
                            rx.el.span(" unread", class_name="sr-only"),
                            class_name="ml-auto inline-flex h-5 min-w-5 shrink-0 items-center justify-center "
                            "rounded-full bg-sun-soft px-1.5 text-xs font-medium tabular-nums text-sun-text",
                        ),
                    ),
                    class_name="mt-0.5 flex items-center gap-2",
                ),
                class_name="min-w-0 flex-1 text-sm",
            ),
            href=row.href,
            custom_attrs={"aria-current": rx.cond(MessagesState.thread.id == row.id, "true", "false")},
            class_name="flex items-center gap-3 rounded-control px-2.5 py-2.5 hover:bg-surface-2 "
            "aria-[current=true]:bg-surface-3",
        ),
        key=row.id,
    )


def _list_skeleton() -> rx.Component:
    return ui.skeletons(
        "Loading your conversations",
        *(ui.skeleton("h-16 w-full") for _ in range(5)),
        class_name="space-y-2 px-4 sm:px-5",
    )


# ------------------------------------------------------------ beside the list


def _beside() -> rx.Component:
    return rx.el.div(
        rx.cond(
            MessagesState.reported.length() > 0,
            rx.el.section(
                rx.el.h2("Reported reviews", id=node_id("reported"), class_name="text-lg font-semibold"),
                rx.el.p("They stay visible until you hide them.", class_name="mt-1 text-sm text-ink-2"),
                rx.el.ul(
                    rx.foreach(MessagesState.reported, _reported), class_name="mt-3 divide-y divide-line"
                ),
                aria_labelledby="reported",
                class_name="p-5 lg:p-8",
            ),
            rx.cond(
                MessagesState.inbox.rows.length() > 0,
                rx.el.div(
                    ui.empty_state(
                        "message-square",
                        "Choose a conversation",
                        "What you write is read by the other side, and by our staff when somebody asks for help.",
                        level=2,
                    ),
                    class_name="flex h-full items-center justify-center max-lg:hidden",
                ),
            ),
        ),
        class_name="min-h-0 overflow-y-auto",
    )


def _reported(review: Any) -> rx.Component:
    title = "rep-" + review.id
    return rx.el.li(
        rx.el.h3(
            review.who,
            " about ",
            ui.text_link(review.instructor, review.instructor_href, inline=True),
            id=node_id(title),
            class_name="text-sm font-medium",
        ),
        rx.el.p(review.stars, " out of 5 · ", review.count, class_name="text-xs tabular-nums text-ink-3"),
        rx.el.p(review.body, class_name="mt-2 text-sm whitespace-pre-line wrap-anywhere text-ink-2"),
        rx.foreach(
            review.reasons,
            lambda reason: rx.el.p("“", reason, "”", class_name="mt-1 text-sm wrap-anywhere text-ink-3"),
        ),
        rx.el.div(
            ui.button(
                "Keep", size="sm", on_click=MessagesState.decide(review.id, False), aria_describedby=title
            ),
            ui.button(
                "Hide", size="sm", on_click=MessagesState.decide(review.id, True), aria_describedby=title
            ),
            class_name="mt-3 flex gap-2",
        ),
        key=review.id,
        class_name="py-4",
    )


# ------------------------------------------------------------ the thread


def _thread(thread: Any) -> rx.Component:
    return rx.el.section(
        _head(thread),
        problem("mx-4 mt-3 sm:mx-5"),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    thread.has_older,
                    rx.el.div(
                        ui.button("Show earlier messages", size="sm", on_click=MessagesState.show_older),
                        class_name="mb-4 text-center",
                    ),
                ),
                rx.cond(
                    (thread.messages.length() == 0) & (MessagesState.pending.length() == 0),
                    rx.el.p("Nothing written yet.", class_name="py-10 text-center text-sm text-ink-3"),
                ),
                rx.el.ol(
                    rx.foreach(thread.messages, _message),
                    rx.foreach(MessagesState.pending, _pending),
                    class_name="space-y-1.5",
                ),
                class_name="px-4 py-4 sm:px-5",
            ),
            # Drawn from below, so that the newest message is in sight without a script.
            role="log",
            aria_label="Messages",
            tab_index=0,
            class_name="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto",
        ),
        rx.cond(
            thread.can_write,
            _composer(thread),
            rx.el.p(
                thread.notice,
                role="status",
                class_name="shrink-0 border-t border-line px-5 py-4 text-center text-sm text-ink-2",
            ),
        ),
        rx.el.button(
            type="button",
            hidden=True,
            on_click=MessagesState.seen(thread.last_id),
            custom_attrs={"data-seen": thread.id + ":" + thread.last_id.to(str)},
        ),
        aria_labelledby="thread-title",
        class_name="flex min-h-0 flex-col",
    )


def _head(thread: Any) -> rx.Component:
    head = thread.head
    name = rx.cond(
        thread.profile_href != "",
        ui.link(
            head.name, href=thread.profile_href, class_name="rounded-cell underline-offset-4 hover:underline"
        ),
        head.name,
    )
    return rx.el.header(
        ui.icon_link("chevron-left", "All conversations", "/messages", class_name="-ml-2.5 lg:hidden"),
        ui.avatar(
            head.initials, head.colour, size="row", photo=head.photo, class_name="max-[22.4rem]:hidden"
        ),
        rx.el.div(
            rx.el.h2(
                name, id=node_id("thread-title"), class_name="line-clamp-2 text-base leading-5 font-semibold"
            ),
            rx.el.p(
                head.about,
                rx.cond((head.about != "") & (thread.next != ""), " · ", ""),
                thread.next,
                class_name="line-clamp-2 text-xs tabular-nums text-ink-3",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(thread.can_block | thread.can_close | thread.can_allow, _more(thread)),
        class_name="flex min-h-16 shrink-0 items-center gap-3 border-b border-line px-4 py-2 sm:px-5",
    )


def _more(thread: Any) -> rx.Component:
    def item(shown: Any, label: str, on_click: Any, *, danger: bool = False) -> rx.Component:
        return rx.cond(shown, ui.menu_item(label, on_click=on_click, danger=danger))

    return ui.menu(
        ui.icon_button("ellipsis", "More about this conversation"),
        item(
            thread.can_block & ~thread.is_blocked_by_you,
            "Block conversation",
            MessagesState.block(True),
            danger=True,
        ),
        item(thread.can_block & thread.is_blocked_by_you, "Unblock conversation", MessagesState.block(False)),
        item(
            thread.can_allow & ~thread.allows_replies, "Let others answer", MessagesState.allow_replies(True)
        ),
        item(
            thread.can_allow & thread.allows_replies, "Only I write here", MessagesState.allow_replies(False)
        ),
        item(
            thread.can_close & ~thread.is_closed, "Close conversation", MessagesState.close(True), danger=True
        ),
        item(thread.can_close & thread.is_closed, "Open conversation again", MessagesState.close(False)),
        id="thread-menu",
        label="Conversation",
    )


def _message(message: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(
            message.day != "",
            rx.el.p(message.day, class_name="pt-4 pb-2 text-center text-xs font-medium text-ink-3"),
        ),
        rx.cond(
            message.author != "",
            rx.el.p(message.author, aria_hidden="true", class_name="pt-2 pb-1 text-xs text-ink-3"),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(message.said_by, ": ", class_name="sr-only"),
                _pieces(message.pieces),
                class_name=[
                    _BUBBLE,
                    rx.cond(message.is_own, "bg-accent-soft text-on-accent-soft", "bg-surface-2 text-ink"),
                ],
            ),
            rx.el.span(message.time, class_name="shrink-0 pb-1 text-xs tabular-nums text-ink-3"),
            class_name=rx.cond(
                message.is_own,
                "flex flex-row-reverse items-end gap-2",
                "flex items-end gap-2",
            ),
        ),
        key=message.id,
    )


def _pending(message: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                _pieces(message.pieces),
                class_name=[
                    _BUBBLE,
                    rx.cond(
                        message.trouble != "",
                        "border border-danger-line bg-danger-soft text-ink",
                        "bg-accent-soft text-on-accent-soft",
                    ),
                ],
            ),
            rx.cond(
                message.trouble == "",
                rx.el.span("Sending…", class_name="shrink-0 pb-1 text-xs text-ink-3"),
            ),
            class_name="flex flex-row-reverse items-end gap-2",
        ),
        rx.cond(
            message.trouble != "",
            rx.el.p(
                "Not sent. ",
                message.trouble,
                " ",
                ui.text_button("Send again", on_click=MessagesState.retry(message.key), class_name="text-xs"),
                ui.text_button("Remove", on_click=MessagesState.discard(message.key), class_name="text-xs"),
                role="alert",
                class_name="mt-1 flex flex-wrap items-center justify-end gap-x-3 text-xs text-danger-text",
            ),
        ),
        key=message.key,
    )


def _pieces(pieces: Any) -> rx.Component:
    return rx.foreach(
        pieces,
        lambda piece: rx.cond(
            piece.href != "",
            ui.link(
                piece.text,
                href=piece.href,
                external=True,
                new_tab=True,
                class_name="rounded-cell font-medium underline underline-offset-4",
            ),
            rx.el.span(piece.text),
        ),
    )


def _composer(thread: Any) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="conversation", value=thread.id, read_only=True),
        rx.el.label("Message", html_for="message-body", class_name="sr-only"),
        rx.el.textarea(
            id="message-body",
            name="body",
            rows=1,
            max_length=MESSAGE_LENGTH,
            placeholder="Write a message",
            enter_key_submit=True,
            auto_complete="off",
            aria_describedby="message-keys",
            class_name=["field-sizing-content max-h-40 min-h-(--control) resize-none px-3 py-[9px]", CONTROL],
        ),
        rx.el.span(
            "Enter sends, Shift and Enter begins a new line.", id="message-keys", class_name="sr-only"
        ),
        ui.button("Send", variant="primary", kind="submit"),
        on_submit=MessagesState.send,
        reset_on_submit=True,
        key=thread.id,
        class_name="flex shrink-0 items-end gap-2 border-t border-line p-3 sm:px-5 sm:py-4",
    )
