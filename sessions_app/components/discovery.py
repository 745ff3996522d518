"""The parts of a search: the form, the filters as links, the results, and the ribbon of who is free today."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, people, ui
from sessions_app.components.ui.cards import CARD
from sessions_app.components.ui.choice import CHIP
from sessions_app.components.ui.icons import BADGE
from sessions_app.components.ui.values import node_id
from sessions_app.settings import load_settings
from sessions_app.state.discover import PAGE, RESULTS, DiscoverState
from sessions_app.state.discovery.filters import WHEN_LABELS

FILTER = (
    f"{CHIP} aria-[current=true]:border-accent aria-[current=true]:bg-accent-soft "
    "aria-[current=true]:text-on-accent-soft aria-[current=true]:font-medium"
)
QUIET_TRIGGER = (
    "inline-flex h-(--control-sm) cursor-pointer items-center gap-1.5 rounded-control px-2 text-sm text-ink-2 "
    "hover:bg-surface-3/60"
)


def search_form(class_name: str = "") -> rx.Component:
    """Words and a time, with the one primary button of the page."""
    caption = "text-xs font-medium text-ink-3"
    field = "block h-7 w-full min-w-0 rounded-cell bg-transparent text-base text-ink max-sm:h-11"
    filters = DiscoverState.filters
    return rx.el.form(
        rx.el.div(
            rx.el.label("Subject or topic", html_for="q", class_name=caption),
            rx.el.input(
                id=node_id("q"),
                name="q",
                type="search",
                max_length=100,
                auto_complete="off",
                placeholder="Eigenvalues, essay, JLPT…",
                default_value=filters.text,
                key=filters.text,
                class_name=f"{field} placeholder:text-ink-3",
            ),
            class_name="min-w-0 flex-[1.5] px-3 py-1.5",
        ),
        rx.el.span(aria_hidden="true", class_name="mx-1 hidden h-9 w-px bg-line sm:block"),
        rx.el.div(aria_hidden="true", class_name="mx-3 h-px bg-line sm:hidden"),
        rx.el.div(
            rx.el.label("When", html_for="when", class_name=caption),
            rx.el.div(
                rx.el.select(
                    *(rx.el.option(label, value=when.value) for when, label in WHEN_LABELS.items()),
                    id=node_id("when"),
                    name="when",
                    default_value=filters.when,
                    key=filters.when,
                    class_name=f"{field} cursor-pointer appearance-none pr-6",
                ),
                ui.icon(
                    "chevron-down",
                    "pointer-events-none absolute top-1/2 right-0 size-4 -translate-y-1/2 text-ink-3",
                ),
                class_name="relative",
            ),
            class_name="min-w-0 flex-1 px-3 py-1.5",
        ),
        ui.button(
            "Search",
            variant="primary",
            size="lg",
            lead="search",
            kind="submit",
            class_name="max-sm:mt-1 max-sm:w-full",
        ),
        role="search",
        action="/",
        on_submit=DiscoverState.search,
        class_name=[
            "rounded-card border border-line-2 bg-surface p-2 sm:flex sm:items-center sm:gap-1",
            class_name,
        ],
    )


def examples() -> rx.Component:
    """A few searches that find something."""
    return rx.el.p(
        rx.cond(
            DiscoverState.loaded,
            rx.fragment(
                rx.el.span("For example:"),
                rx.foreach(
                    DiscoverState.examples,
                    lambda example: ui.link(
                        example.label,
                        href=example.href,
                        class_name="inline-flex min-h-6 items-center text-ink-2 underline decoration-line-2 "
                        "underline-offset-4 hover:text-ink max-sm:min-h-11",
                    ),
                ),
            ),
        ),
        class_name="mt-4 flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-3",
    )


def filters() -> rx.Component:
    """The filters: each a link to the search it makes."""
    view = DiscoverState.filters
    return rx.el.div(
        rx.cond(
            view.subject.is_on,
            _removable(view.subject),
            ui.menu(
                _trigger(view.subject.label),
                rx.foreach(view.subjects, _menu_link),
                id="subjects",
                label="Subject",
            ),
        ),
        rx.foreach(view.kinds, _toggle),
        rx.cond(
            view.price.is_on,
            _removable(view.price),
            ui.menu(
                _trigger(view.price.label), rx.foreach(view.prices, _menu_link), id="prices", label="Price"
            ),
        ),
        rx.cond(
            view.dates.is_on,
            _removable(view.dates, lead="calendar"),
            ui.popover(_trigger(view.dates.label, lead="calendar"), _dates_form(), id="dates", label="Dates"),
        ),
        rx.foreach(view.toggles, _toggle),
        rx.el.span(_order(CHIP, "order-on-phones"), class_name="sm:hidden"),
        role="group",
        aria_label="Filters",
        # Positioned, so that words for screen readers alone scroll along instead of widening the page.
        class_name="relative -mx-(--gutter) mt-4 flex gap-2 overflow-x-auto px-(--gutter) py-1 "
        "[scrollbar-width:none]",
    )


def results(heading: rx.Component) -> rx.Component:
    """The instructors found, under ``heading``; while the first are looked up, their shapes."""
    return rx.el.section(
        rx.el.div(
            heading,
            rx.el.p(DiscoverState.summary, aria_live="polite", class_name="text-sm tabular-nums text-ink-3"),
            rx.el.div(_order(QUIET_TRIGGER, "order"), class_name="ml-auto max-sm:hidden"),
            class_name="flex flex-wrap items-center gap-x-6 gap-y-3",
        ),
        filters(),
        rx.cond(DiscoverState.loaded, _found(), _loading()),
        id=node_id(RESULTS),
        aria_labelledby="results-heading",
        class_name="scroll-mt-20",
    )


def day_ribbon() -> rx.Component:
    """Who is free today, drawn on one axis; the room is kept while it is looked up."""
    view = DiscoverState.ribbon
    return rx.cond(
        DiscoverState.loaded,
        rx.cond(view.rows.length() > 0, _ribbon(view), _ribbon_empty()),
        rx.el.div(
            ui.skeletons(
                "Loading who is free today",
                ui.skeleton("h-5 w-28"),
                *(ui.skeleton("mt-6 h-12 w-full") for _ in range(4)),
                ui.skeleton("mt-8 h-4 w-full"),
            ),
            class_name=[CARD, "min-h-[26.5rem] p-5 sm:p-6"],
        ),
    )


def _ribbon(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(view.title, id=node_id("soon"), class_name="text-base font-semibold"),
            rx.el.p(view.date_label, class_name="text-xs text-ink-3"),
            class_name="flex items-baseline justify-between gap-3",
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    view.is_now,
                    rx.fragment(
                        rx.el.span(
                            class_name="absolute -top-1 -left-[3px] size-2 rounded-full bg-sun",
                            custom_attrs={"data-mark": "true"},
                        ),
                        rx.el.span(
                            class_name="absolute top-0 bottom-6 left-0 w-0.5 rounded-full bg-sun",
                            custom_attrs={"data-mark": "true"},
                        ),
                        rx.el.span(
                            "Now", class_name="absolute bottom-0 left-0 text-xs font-medium text-sun-text"
                        ),
                    ),
                ),
                rx.foreach(
                    view.ticks,
                    lambda tick: rx.fragment(
                        rx.el.span(
                            class_name="absolute bottom-6 h-1.5 w-px bg-line-2", style={"left": tick.left}
                        ),
                        rx.el.span(
                            tick.label,
                            class_name="absolute bottom-0 -translate-x-1/2 text-xs tabular-nums text-ink-3",
                            style={"left": tick.left},
                        ),
                    ),
                ),
                rx.el.span(class_name="absolute right-0 bottom-6 left-0 h-px bg-line"),
                aria_hidden="true",
                class_name="absolute inset-0",
            ),
            rx.el.ul(rx.foreach(view.rows, _ribbon_row), class_name="relative space-y-3.5 pt-1 pb-11"),
            class_name="relative mt-4",
        ),
        aria_labelledby="soon",
        class_name=[CARD, "min-h-[26.5rem] p-5 sm:p-6"],
    )


def _ribbon_row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="truncate text-sm font-medium"),
            rx.el.span(row.price, class_name="text-sm tabular-nums text-ink-2"),
            class_name="flex items-center justify-between gap-3 pl-3.5",
        ),
        rx.el.div(
            rx.el.span(aria_hidden="true", class_name="absolute inset-x-0 top-1/2 h-px bg-line"),
            rx.foreach(row.blocks, _ribbon_block),
            class_name="relative mt-1.5 h-9 max-sm:h-11",
        ),
    )


def _ribbon_block(block: Any) -> rx.Component:
    return ui.link(
        rx.el.span(block.spoken_before, class_name="sr-only"),
        block.start,
        rx.el.span(block.spoken_after, class_name="sr-only"),
        href=block.href,
        style={"left": block.left, "width": block.width, "minWidth": "3rem"},
        class_name="absolute inset-y-0 flex items-center overflow-hidden rounded-control bg-accent-soft-2 px-2.5 "
        "text-xs font-medium tabular-nums text-on-accent-soft transition-colors duration-(--fast) "
        "hover:bg-accent hover:text-on-accent max-sm:px-2",
    )


def _ribbon_empty() -> rx.Component:
    return rx.el.section(
        ui.empty_state(
            "calendar-clock",
            "Nobody is free this week",
            "New times are opened every day. You can look further ahead below.",
            level=2,
        ),
        class_name=[CARD, "grid min-h-[26.5rem] place-items-center"],
    )


def _found() -> rx.Component:
    return rx.cond(
        DiscoverState.cards.length() > 0,
        rx.fragment(
            rx.el.ul(
                rx.foreach(DiscoverState.cards, people.instructor_card),
                aria_busy=DiscoverState.busy,
                class_name="mt-5 grid grid-cols-1 gap-4 transition-opacity duration-(--fast) aria-busy:opacity-60 "
                "sm:grid-cols-2 lg:grid-cols-3",
            ),
            rx.cond(
                DiscoverState.more != "",
                rx.el.div(
                    ui.button(DiscoverState.more, on_click=DiscoverState.show_more),
                    class_name="mt-8 flex justify-center",
                ),
            ),
        ),
        rx.cond(
            DiscoverState.filters.is_any,
            ui.empty_state(
                "search-x",
                f"No {load_settings().instructor_label.lower()} matches",
                "Try fewer filters, another word or another day.",
                action=ui.button_link("Clear filters", DiscoverState.filters.clear_href),
            ),
            ui.empty_state(
                "users",
                f"No {layout.people_label()} available. Try later.",
                "Nobody offers sessions here yet.",
            ),
        ),
    )


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.ul(
            *(people.instructor_card_skeleton() for _ in range(PAGE)),
            class_name="appear-late mt-5 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3",
        ),
        role="status",
        aria_label=f"Loading {layout.people_label().lower()}",
    )


def _order(class_name: str, menu_id: str) -> rx.Component:
    view = DiscoverState.filters
    return ui.menu(
        rx.el.button(
            rx.el.span("Order: ", class_name="sr-only"),
            view.sort,
            ui.icon("chevron-down", f"{BADGE} text-ink-3"),
            type="button",
            class_name=class_name,
        ),
        rx.foreach(view.sorts, _menu_link),
        id=menu_id,
        label="Order",
    )


def _dates_form() -> rx.Component:
    view = DiscoverState.filters
    return rx.el.form(
        ui.text_field(
            "From", "from", kind="date", min=view.today, default_value=view.from_on, key=view.from_on
        ),
        ui.text_field("To", "to", kind="date", min=view.today, default_value=view.to_on, key=view.to_on),
        ui.submit_button("Show these days", variant="secondary", size="md"),
        on_submit=DiscoverState.choose_dates,
        class_name="space-y-4",
    )


def _toggle(link: Any) -> rx.Component:
    return ui.link(
        link.label,
        href=link.href,
        prevent_scroll_reset=True,
        aria_current=rx.cond(link.is_on, "true", "false"),
        class_name=FILTER,
    )


def _removable(link: Any, lead: str | None = None) -> rx.Component:
    return ui.link(
        *([ui.icon(lead, BADGE)] if lead else []),
        link.label,
        ui.icon("x", BADGE),
        rx.el.span(", remove filter", class_name="sr-only"),
        href=link.href,
        prevent_scroll_reset=True,
        aria_current="true",
        class_name=FILTER,
    )


def _trigger(label: Any, lead: str | None = None) -> rx.Component:
    return rx.el.button(
        *([ui.icon(lead, BADGE)] if lead else []),
        label,
        ui.icon("chevron-down", BADGE),
        type="button",
        class_name=CHIP,
    )


def _menu_link(link: Any) -> rx.Component:
    return ui.menu_link(
        link.label,
        link.href,
        prevent_scroll_reset=True,
        aria_current=rx.cond(link.is_on, "true", "false"),
        custom_attrs={"data-close": "true"},
    )
