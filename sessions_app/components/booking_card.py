"""One booking as a row: its time first, then what and with whom, its state, and everything that can be done.

The controls stand on the row itself, never only in a menu, with plain names; the row's title describes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.status import status_badge
from sessions_app.components.ui.values import node_id
from sessions_app.domain.booking_lifecycle import BookingStatus

_BADGES = (*BookingStatus, "processing")
_ACTION = (
    "inline-flex h-(--control-sm) cursor-pointer items-center justify-center gap-1.5 rounded-control px-2 text-sm "
    "whitespace-nowrap text-ink-2 hover:bg-surface-3/60 hover:text-ink max-sm:flex-1 max-sm:border "
    "max-sm:border-line aria-disabled:cursor-not-allowed aria-disabled:text-ink-3 aria-disabled:hover:bg-transparent"
)

OnBooking = Callable[[Any], Any]


@dataclass(frozen=True)
class Actions:
    """What the controls do, each with the booking's id; ``busy`` names the one that is being done."""

    pay: OnBooking
    finish: OnBooking
    cancel: OnBooking
    move: OnBooking
    agree_topic: Callable[[Any, Any], Any]
    ask_topic: OnBooking
    ask_change: OnBooking
    attend: OnBooking
    review: OnBooking
    busy: rx.Var[str]


def row_time(seat: Any) -> rx.Component:
    """The time at the head of a row: ``strong`` over ``small``, and ``spoken`` in their place for who listens."""
    return rx.el.div(
        rx.el.p(
            rx.el.span(seat.strong, aria_hidden="true"),
            rx.el.span(seat.spoken, class_name="sr-only"),
            class_name="text-sm font-semibold tabular-nums",
        ),
        rx.el.p(seat.small, aria_hidden="true", class_name="text-xs tabular-nums text-ink-3"),
        class_name="self-start pt-0.5 md:self-center md:pt-0",
    )


def booking_row(seat: Any, do: Actions) -> rx.Component:
    """A row of a list. ``seat`` has the fields of ``SeatView``."""
    title_id = "b-" + seat.id
    return rx.el.li(
        row_time(seat),
        rx.el.div(
            ui.avatar(seat.initials, seat.colour, size="row", photo=seat.photo, class_name="max-sm:hidden"),
            rx.el.div(
                rx.el.p(seat.title, id=node_id(title_id), class_name="line-clamp-2 text-sm font-medium"),
                _people(seat),
                rx.cond(seat.said != "", rx.el.p(seat.said, class_name="text-sm text-ink-2")),
                topic_line(seat, do.agree_topic, do.ask_topic),
                files_line(seat),
                rx.cond(
                    seat.again_href != "",
                    ui.text_link("Find another time", seat.again_href, class_name="text-sm"),
                ),
                class_name="min-w-0",
            ),
            class_name="flex min-w-0 items-center gap-3",
        ),
        rx.el.div(
            rx.cond(
                seat.wait.until != "",
                ui.countdown(
                    seat.wait.until,
                    total_seconds=seat.wait.total,
                    now=seat.wait.now,
                    after="left",
                ),
            ),
            status_badge(seat.status, seat.badge, among=_BADGES),
            row_actions(seat, do, title_id),
            class_name="col-span-2 flex flex-wrap items-center gap-x-2 gap-y-3 md:col-span-1 md:justify-end",
        ),
        rx.cond(
            is_held_back(seat),
            blocked_line(
                seat, do.ask_change, title_id, class_name="col-span-2 -mt-2 md:col-span-3 md:justify-end"
            ),
        ),
        key=seat.id,
        class_name="grid grid-cols-[5.5rem_minmax(0,1fr)] items-center gap-x-4 gap-y-3 py-4 "
        "md:grid-cols-[6.5rem_minmax(0,1fr)_auto]",
    )


def topic_line(seat: Any, on_agree: Callable[[Any, Any], Any], on_suggest: OnBooking) -> rx.Component:
    """The topic where it is open, who named it, and what can be said to it."""
    return rx.cond(
        (seat.topic != "") | seat.can_suggest,
        rx.el.div(
            rx.cond(
                seat.topic != "",
                rx.el.p(
                    rx.el.span("Topic: ", class_name="text-ink-3"),
                    seat.topic,
                    rx.cond(
                        seat.topic_note != "", rx.el.span(" · ", seat.topic_note, class_name="text-ink-3")
                    ),
                    class_name="min-w-0 text-sm text-ink-2 wrap-anywhere",
                ),
            ),
            rx.cond(seat.can_agree, ui.text_button("Agree to topic", on_click=on_agree(seat.id, seat.topic))),
            rx.cond(
                seat.can_suggest,
                ui.text_button(
                    rx.cond(seat.topic != "", "Suggest another topic", "Suggest a topic"),
                    on_click=on_suggest(seat.id),
                ),
            ),
            class_name="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm",
        ),
    )


def files_line(seat: Any) -> rx.Component:
    """How many materials there are, leading to the session's page, which has them."""
    return rx.cond(
        seat.files != "",
        rx.el.p(
            rx.el.span("Materials: ", class_name="text-ink-3"),
            ui.text_link(
                seat.files, "/session/" + seat.session_id + "/room", aria_describedby="b-" + seat.id
            ),
            class_name="mt-0.5 text-sm",
        ),
    )


def row_actions(seat: Any, do: Actions, title_id: Any) -> rx.Component:
    """The controls of a row: quiet words, and one outlined button where money or a click is missing."""
    described = {"aria_describedby": title_id}
    return rx.fragment(
        rx.cond(
            seat.can_move
            | seat.can_cancel
            | (seat.join == "open")
            | (seat.message_href != "")
            | (seat.attend != "")
            | (seat.review != ""),
            rx.el.span(
                rx.cond(
                    seat.join == "open",
                    rx.el.button(
                        ui.icon("video"),
                        "Join",
                        type="button",
                        on_click=rx.redirect("/session/" + seat.session_id + "/room"),
                        class_name=f"{_ACTION} font-medium text-accent-text",
                        **described,
                    ),
                ),
                rx.cond(
                    seat.attend != "",
                    _action(seat.attend, do.attend(seat.id), **described),
                ),
                rx.cond(
                    seat.review != "",
                    _action(seat.review, do.review(seat.id), **described),
                ),
                rx.cond(
                    seat.message_href != "",
                    _action("Message", rx.redirect(seat.message_href), **described),
                ),
                move_button(seat, do.move, title_id, class_name=_ACTION),
                cancel_button(seat, do.cancel, title_id, class_name=_ACTION),
                class_name="flex flex-wrap gap-1 max-sm:basis-full max-sm:gap-2",
            ),
        ),
        rx.cond(
            seat.can_pay,
            ui.button(
                "Continue to payment",
                size="sm",
                on_click=do.pay(seat.id),
                busy=do.busy == "pay " + seat.id,
                class_name="max-sm:w-full",
                **described,
            ),
        ),
        rx.cond(
            seat.can_finish,
            ui.button(
                "Confirm booking",
                size="sm",
                on_click=do.finish(seat.id),
                busy=do.busy == "finish " + seat.id,
                class_name="max-sm:w-full",
                **described,
            ),
        ),
    )


def move_button(seat: Any, on_move: OnBooking, title_id: Any, *, class_name: str) -> rx.Component:
    """ "Reschedule": where the limits forbid it, still there, disabled, with its reason as description."""
    described = (title_id, "m-" + seat.id)
    return rx.cond(
        seat.can_move,
        _limited("Reschedule", seat.move_blocked, on_move(seat.id), described=described, look=class_name),
    )


def cancel_button(seat: Any, on_cancel: OnBooking, title_id: Any, *, class_name: str) -> rx.Component:
    """ "Cancel", by the same rule."""
    described = (title_id, "c-" + seat.id)
    return rx.cond(
        seat.can_cancel,
        _limited("Cancel", seat.cancel_blocked, on_cancel(seat.id), described=described, look=class_name),
    )


def _limited(
    label: str, blocked: Any, on_click: Any, *, described: tuple[Any, Any], look: str
) -> rx.Component:
    title_id, reason_id = described
    return rx.cond(
        blocked != "",
        rx.el.button(
            label,
            type="button",
            aria_disabled="true",
            aria_describedby=title_id + " " + reason_id,
            class_name=look,
        ),
        rx.el.button(label, type="button", aria_describedby=title_id, on_click=on_click, class_name=look),
    )


def is_held_back(seat: Any) -> Any:
    """Whether a control of the booking is there, but disabled."""
    return (seat.can_move & (seat.move_blocked != "")) | (seat.can_cancel & (seat.cancel_blocked != ""))


def blocked_line(seat: Any, on_ask: OnBooking, title_id: Any, *, class_name: str) -> rx.Component:
    """Why the booking cannot be moved or cancelled any more, and the way to ask for it all the same."""
    return rx.el.div(
        rx.cond(
            seat.can_move & (seat.move_blocked != ""),
            rx.el.p(seat.move_blocked, id=node_id("m-" + seat.id), class_name="text-ink-3"),
        ),
        rx.cond(
            seat.can_cancel & (seat.cancel_blocked != ""),
            rx.el.p(seat.cancel_blocked, id=node_id("c-" + seat.id), class_name="text-ink-3"),
        ),
        rx.cond(
            seat.ask_change != "",
            ui.text_button(seat.ask_change, on_click=on_ask(seat.id), aria_describedby=title_id),
        ),
        class_name=f"flex flex-wrap items-center gap-x-3 text-xs {class_name}",
    )


def _action(label: ui.Text, on_click: Any, **attrs: Any) -> rx.Component:
    return rx.el.button(label, type="button", on_click=on_click, class_name=_ACTION, **attrs)


def _people(seat: Any) -> rx.Component:
    separator = rx.el.span("·", aria_hidden="true", class_name="mx-1 text-ink-3")
    return rx.el.p(
        ui.link(
            seat.instructor,
            href=seat.instructor_href,
            class_name="rounded-cell hover:underline underline-offset-4",
        ),
        rx.cond(seat.learner != "", rx.fragment(" for ", seat.learner)),
        rx.cond(
            seat.notes != "",
            rx.fragment(separator, rx.el.span(seat.notes, class_name="text-ink-3")),
        ),
        class_name="line-clamp-2 text-sm break-words text-ink-2",
    )
