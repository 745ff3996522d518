"""What is being booked: beside the calendar, and with its price beside the details."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.settings import load_settings


def offering_summary(summary: Any, hold: Any, *, on_pick: Any, on_end: Any) -> rx.Component:
    """Who and what, and the radio group "Session" that changes it; a strip of its own scroll below 1024 px.

    The options' values are addresses; ``on_pick`` maps one to an event. ``hold`` is a time that waits to be
    confirmed; ``on_end`` runs when its time is over.
    """
    person = summary.person
    return rx.el.aside(
        rx.el.div(
            ui.link(
                ui.avatar(person.initials, person.colour, photo=person.photo),
                href=person.href,
                aria_label=f"Profile of {person.name}",
                class_name="rounded-full",
            ),
            rx.el.div(
                rx.el.p(person.name, class_name="truncate font-semibold max-lg:text-sm"),
                rx.el.p(
                    summary.subjects,
                    class_name="truncate text-xs text-ink-3 max-lg:hidden",
                ),
                rx.el.p(summary.short_line, class_name="truncate text-xs text-ink-3 tabular-nums sm:hidden"),
                rx.el.p(
                    summary.line,
                    class_name="truncate text-sm text-ink-2 tabular-nums max-sm:hidden lg:hidden",
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.cond(
                summary.change_href != "",
                ui.text_link("Change", summary.change_href, class_name="px-2 text-sm lg:hidden"),
            ),
            class_name="flex items-center gap-3",
        ),
        rx.el.h2(summary.title, class_name="mt-5 text-lg leading-6 font-semibold max-lg:hidden"),
        rx.el.ul(
            _fact("clock", summary.duration),
            rx.cond(summary.is_online, _fact("video", summary.where), _fact("map-pin", summary.where)),
            _fact("credit-card", summary.price),
            rx.cond(summary.is_instant, _fact("zap", summary.mode), _fact("send", summary.mode)),
            class_name="mt-3 space-y-2.5 text-sm text-ink-2 max-lg:hidden",
        ),
        rx.cond(summary.offerings.length() > 1, _offerings(summary, on_pick)),
        rx.cond(
            hold.until != "",
            _your_time(hold, on_end),
            rx.el.p(
                summary.policy,
                class_name="mt-auto border-t border-line pt-4 text-xs leading-5 text-ink-3 max-lg:hidden",
            ),
        ),
        aria_label="Summary",
        class_name="flex min-w-0 flex-col max-lg:border-b max-lg:border-line max-sm:mx-(--gutter) max-sm:py-4 "
        "sm:max-lg:col-span-2 sm:max-lg:row-start-1 sm:max-lg:px-6 sm:max-lg:py-5 lg:col-start-1 lg:row-span-2 "
        "lg:row-start-1 lg:border-r lg:border-line lg:p-6",
    )


def _your_time(hold: Any, on_end: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "Your time ",
            ui.countdown(hold.until, total_seconds=hold.total, after="left", now=hold.now, on_end=on_end),
            class_name="flex items-center justify-between text-xs font-medium text-ink-3",
        ),
        rx.el.p(hold.span, class_name="mt-1 text-base font-semibold tabular-nums"),
        rx.el.p(hold.day, class_name="text-sm text-ink-2"),
        ui.button_link("Continue", hold.href, variant="primary", class_name="mt-3 w-full"),
        class_name="mt-auto border-t border-line pt-4 max-lg:hidden",
    )


def hold_banner(hold: Any, *, on_end: Any) -> rx.Component:
    """A time that waits to be confirmed, on a tablet; wider screens say it in the summary, phones in the bar."""
    return rx.el.div(
        ui.icon("timer", "size-4.5 text-sun-text"),
        rx.el.p(
            rx.el.span(hold.label, class_name="font-medium tabular-nums"),
            " is held for you",
            class_name="flex-1 text-sm",
        ),
        ui.countdown(hold.until, total_seconds=hold.total, after="left", now=hold.now, on_end=on_end),
        ui.button_link("Continue", hold.href, size="sm"),
        class_name="mb-5 hidden items-center gap-3 rounded-control border border-sun-line bg-sun-soft px-4 py-3 "
        "sm:max-lg:flex",
    )


def _fact(name: str, words: Any) -> rx.Component:
    return rx.el.li(
        ui.icon(name, "size-4 text-ink-3"),
        rx.el.span(words),
        class_name="flex items-center gap-2.5 tabular-nums",
    )


def _offerings(summary: Any, on_pick: Any) -> rx.Component:
    def draw(option: Any) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name="offering",
                value=option.value,
                checked=summary.offering == option.value,
                on_change=on_pick,
                class_name="mt-0.5 size-4.5 shrink-0 accent-accent",
            ),
            rx.el.span(
                rx.el.span(option.label, class_name="block text-sm leading-5 font-medium"),
                rx.el.span(option.note, class_name="block text-xs text-ink-3 tabular-nums"),
                class_name="min-w-0",
            ),
            class_name="flex shrink-0 cursor-pointer items-start gap-2.5 rounded-control py-1.5 max-lg:min-h-11 "
            "max-lg:border max-lg:border-line-2 max-lg:bg-surface max-lg:px-3 "
            "max-lg:has-checked:border-accent max-lg:has-checked:bg-accent-soft",
            key=option.value,
        )

    return rx.el.div(
        rx.el.span(
            "Session",
            id="session-options",
            class_name="block text-xs font-medium text-ink-3 max-lg:sr-only lg:mb-1",
        ),
        rx.foreach(summary.offerings, draw),
        role="radiogroup",
        aria_labelledby="session-options",
        custom_attrs={"data-strip": "true"},
        class_name="mt-4 mb-5 flex gap-2 max-lg:mb-0 max-lg:overflow-x-auto max-lg:py-1 max-sm:-mx-(--gutter) "
        "max-sm:px-(--gutter) [scrollbar-width:none] lg:flex-col lg:gap-0 lg:border-t lg:border-line lg:pt-4",
    )


def time_banner(details: Any) -> rx.Component:
    """The time in large, above the details on narrow screens."""
    return rx.el.div(
        ui.date_tile(details.month, details.day),
        rx.el.div(
            rx.el.p(details.span, class_name="text-base font-semibold tabular-nums text-on-accent-soft"),
            rx.el.p(details.day_and_who, class_name="truncate text-sm text-ink-2"),
            class_name="min-w-0",
        ),
        class_name="mt-4 flex items-center gap-3.5 rounded-card bg-accent-soft px-4 py-3.5 lg:hidden",
    )


def price_summary(details: Any, *, action: rx.Component) -> rx.Component:
    """The booking in a card: when, who, how long, what it costs, until when it can be cancelled, and ``action``."""
    person = details.person
    return rx.el.aside(
        rx.el.div(
            rx.el.div(
                ui.date_tile(details.month, details.day),
                rx.el.div(
                    rx.el.p(details.span, class_name="text-lg leading-6 font-semibold tabular-nums"),
                    rx.el.p(details.long_day, class_name="text-sm text-ink-2"),
                ),
                class_name="hidden items-center gap-4 border-b border-line p-5 lg:flex",
            ),
            rx.el.dl(
                rx.cond(details.course != "", _entry("Course", details.course)),
                _entry("Session", details.title),
                _entry(
                    _label(),
                    ui.link(
                        ui.avatar(person.initials, person.colour, size="xs", photo=person.photo),
                        person.name,
                        href=person.href,
                        class_name="inline-flex items-center gap-2 rounded-cell underline-offset-4 hover:underline "
                        "max-sm:-my-3 max-sm:min-h-11",
                    ),
                ),
                _entry("Duration", details.duration),
                _entry("Time zone", details.zone),
                class_name="divide-y divide-line px-5 py-1.5",
            ),
            rx.el.div(
                price_lines(details.lines, details.total),
                class_name="border-t border-line px-5 py-4 text-sm tabular-nums",
            ),
            rx.el.div(
                rx.el.div(action, class_name="mb-3 max-sm:hidden"),
                rx.el.p(
                    details.pay_note,
                    rx.el.br(),
                    details.policy,
                    class_name="text-center text-xs leading-5 text-ink-3 tabular-nums",
                ),
                class_name="border-t border-line p-5 max-sm:py-4",
            ),
            class_name="rounded-card border border-line bg-surface lg:sticky lg:top-6",
        ),
        aria_label="Booking summary",
    )


def price_lines(lines: Any, total: Any, *, word: str = "Total") -> rx.Component:
    """The lines of a price and their sum."""
    return rx.fragment(
        rx.foreach(
            lines,
            lambda line: rx.el.div(
                rx.el.span(line.label),
                rx.el.span(line.amount),
                class_name="flex justify-between py-1 text-ink-2",
                key=line.label,
            ),
        ),
        rx.el.div(
            rx.el.span(word, class_name="font-medium"),
            rx.el.span(total, class_name="text-lg font-semibold"),
            class_name=[
                "flex items-baseline justify-between",
                rx.cond(lines.length() > 0, "mt-2 border-t border-line pt-3", ""),
            ],
        ),
    )


def _label() -> str:
    return load_settings().instructor_label


def _entry(term: str, fact: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(term, class_name="text-sm text-ink-3"),
        rx.el.dd(fact, class_name="text-right text-sm tabular-nums"),
        class_name="flex items-start justify-between gap-4 py-2.5",
    )


def bottom_bar(first: Any, second: Any, *, action: rx.Component) -> rx.Component:
    """The bar that stays at the foot of a phone's screen: the choice, its context, and the one button."""
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.p(first, class_name="truncate text-sm font-semibold tabular-nums"),
                rx.el.p(second, class_name="truncate text-xs text-ink-3 tabular-nums"),
                class_name="min-w-0 flex-1",
            ),
            action,
            class_name="flex items-center gap-3",
        ),
        role="region",
        aria_label="Your choice",
        class_name="sticky bottom-0 z-(--z-sticky) mt-auto border-t border-line bg-surface px-(--gutter) pt-3 "
        "pb-[max(.75rem,env(safe-area-inset-bottom))] sm:hidden",
        custom_attrs={"data-noprint": "true"},
    )


def session_line(view: Any) -> rx.Component:
    """Which session a dialog asks about: ``month`` and ``day`` on a tile, ``when`` and ``what`` beside it."""
    return rx.el.div(
        ui.date_tile(view.month, view.day),
        rx.el.div(
            rx.el.p(view.when, class_name="text-sm font-semibold tabular-nums"),
            rx.el.p(view.what, class_name="text-sm text-ink-2"),
            class_name="min-w-0",
        ),
        class_name="flex items-center gap-4",
    )
