"""Instructors wherever they are listed: the week's bars, the next free time, the card, the row."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.ui.avatars import AvatarSize
from sessions_app.components.ui.cards import CARD, CARD_LINK
from sessions_app.components.ui.values import node_id as as_id
from sessions_app.components.ui.values import when

BAR = (
    "w-full rounded-[3px] h-[3px] bg-line-2 "
    "data-[level='1']:h-2 data-[level='1']:bg-d2 data-[level='2']:h-3 data-[level='2']:bg-d3 "
    "data-[level='3']:h-4 data-[level='3']:bg-d4 data-[level='4']:h-5 data-[level='4']:bg-accent"
)


def face(person: Any, size: AvatarSize = "lg") -> rx.Component:
    """The picture of a ``PersonView``."""
    return ui.avatar(person.initials, person.colour, size=size, photo=person.photo)


def week_bars(week: Any) -> rx.Component:
    """How much is free on each of the next 7 days, from a ``WeekView``."""

    def bar(day: Any) -> rx.Component:
        return rx.el.span(
            rx.el.span(
                rx.el.span(class_name=BAR, custom_attrs={"data-level": day.level}),
                class_name="flex h-5 w-3.5 items-end",
            ),
            rx.el.span(
                day.letter,
                class_name=rx.cond(
                    day.level > 0, "text-xs leading-3 text-ink-2", "text-xs leading-3 text-ink-3"
                ),
            ),
            class_name="flex flex-col items-center gap-1",
        )

    return rx.el.span(
        rx.foreach(week.bars, bar),
        role="img",
        aria_label=week.label,
        class_name="inline-flex shrink-0 items-end gap-[5px]",
    )


def next_free(label: ui.Text) -> rx.Component:
    """When somebody is free next."""
    return rx.el.span(
        rx.el.span("Next free", class_name="block text-xs text-ink-3"),
        rx.el.span(label, class_name="mt-0.5 block font-medium tabular-nums"),
        class_name="text-sm",
    )


def rating(stars: ui.Text) -> rx.Component:
    """The average of the reviews; nothing until there are enough of them."""
    return when(
        stars != "",
        rx.el.span(
            ui.icon("star", "size-3.5 fill-current text-sun"),
            rx.el.span(stars, class_name="font-medium text-ink"),
            rx.el.span(" out of 5", class_name="sr-only"),
            class_name="inline-flex items-center gap-1 text-sm tabular-nums text-ink-2",
        ),
    )


def name_link(person: Any, *, node_id: ui.Text, level: int = 3) -> rx.Component:
    """The name as a heading that leads to the profile; ``node_id`` is what other controls refer to."""
    heading = (rx.el.h1, rx.el.h2, rx.el.h3, rx.el.h4)[level - 1]
    return heading(
        ui.link(
            person.name,
            href=person.href,
            class_name="rounded-cell underline-offset-4 decoration-line-2 hover:underline",
        ),
        id=as_id(node_id),
        class_name="text-base leading-5 font-semibold text-balance wrap-anywhere",
    )


def price(label: ui.Text, unit: ui.Text, *, before: ui.Text | None = None) -> rx.Component:
    """A price and what it is for; ``before`` may say "from"."""
    return rx.el.span(
        *(
            [rx.el.span(before, " ", class_name="text-sm text-ink-3 empty:hidden")]
            if before is not None
            else []
        ),
        rx.el.span(label, class_name="text-base font-semibold"),
        " ",
        rx.el.span(unit, class_name="text-sm text-ink-3"),
        class_name="tabular-nums",
    )


def instructor_card(card: Any) -> rx.Component:
    """One instructor of a search, from a ``CardView``; an item of a list."""
    name_id = "name-" + card.person.id
    return rx.el.li(
        rx.el.div(
            face(card.person),
            rx.el.div(
                name_link(card.person, node_id=name_id),
                rx.el.p(card.headline, class_name="mt-0.5 truncate text-sm text-ink-2"),
                class_name="min-w-0 flex-1",
            ),
            class_name="flex items-start gap-3.5",
        ),
        rx.el.div(
            when(
                card.rating != "",
                rx.fragment(
                    rating(card.rating), rx.el.span(card.taught, class_name="text-sm tabular-nums text-ink-3")
                ),
                rx.fragment(
                    rx.el.span(card.taught, class_name="text-sm tabular-nums text-ink-2"),
                    rx.el.span(card.note, class_name="text-sm text-ink-3"),
                ),
            ),
            class_name="mt-4 flex min-h-5 items-center justify-between gap-3",
        ),
        rx.el.div(
            next_free(card.next_free),
            week_bars(card.week),
            class_name="mt-4 flex flex-wrap items-end justify-between gap-3 border-t border-line pt-4",
        ),
        rx.el.div(
            price(card.price, card.unit),
            ui.button_link("Book Session", card.book_href, aria_describedby=name_id),
            class_name="mt-auto flex flex-wrap items-center justify-between gap-3 pt-5",
        ),
        class_name=[CARD_LINK, "flex flex-col p-5"],
    )


def instructor_card_skeleton() -> rx.Component:
    """The shape of ``instructor_card``."""
    return rx.el.li(
        rx.el.div(
            ui.skeleton("size-12 rounded-full"),
            rx.el.div(ui.skeleton("h-5 w-40"), ui.skeleton("mt-1 h-4 w-28"), class_name="flex-1"),
            class_name="flex items-start gap-3.5",
        ),
        ui.skeleton("mt-4 h-5 w-full"),
        rx.el.div(
            ui.skeleton("h-9 w-24"),
            ui.skeleton("h-9 w-32"),
            class_name="mt-4 flex items-end justify-between border-t border-line pt-4",
        ),
        rx.el.div(
            ui.skeleton("h-6 w-24"),
            ui.skeleton("h-(--control) w-30"),
            class_name="flex items-center justify-between pt-5",
        ),
        class_name=[CARD, "flex flex-col p-5"],
    )
