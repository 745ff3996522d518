"""``/instructor``: today, who is next, who asks for a time, and how the last weeks went."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.bound import problem, toasts, visitor
from sessions_app.components.ui.values import node_id
from sessions_app.components.workspace import INSTRUCTOR, SHEET_GUTTER, sheet_heading, workspace
from sessions_app.state.instructor_figures_views import PERIOD_LABELS
from sessions_app.state.instructor_home import InstructorHomeState

_HEADING = "text-base font-semibold"
_PART = "border-line px-(--gutter) py-6"
_FORM = "decline-form"
_LOOKS = {
    "request": "border-dashed border-info-line bg-info-soft text-info-text",
    "held": "border-dashed border-sun-line bg-sun-soft text-sun-text",
    "unpaid": "border-dashed border-sun-line bg-sun-soft text-sun-text",
    "over": "border-line bg-surface-2 text-ink-2",
}
_BOOKED = "border-accent-line bg-accent-soft text-on-accent-soft"
_NEXT = "border-accent bg-accent-soft-2 text-on-accent-soft"
_LEVELS = ("bg-surface-2", "bg-d1", "bg-d2", "bg-d3", "bg-d4")


def instructor_home() -> rx.Component:
    """The page."""
    home, figures = InstructorHomeState.home, InstructorHomeState.figures
    return workspace(
        rx.cond(home.ready, _content(home, figures), _skeleton()),
        _decline_dialog(InstructorHomeState.declining),
        visitor=visitor(),
        places=INSTRUCTOR,
        current="today",
        title="Today",
        counts={"bookings": home.request_count},
        toasts=toasts(),
    )


def _content(home: Any, figures: Any) -> rx.Component:
    return rx.fragment(
        sheet_heading(
            home.title,
            home.lead,
            action=ui.button_link("Block time", "/instructor/availability?block=1", lead="ban"),
        ),
        rx.cond(
            InstructorHomeState.declining.booking_id == "",
            problem(f"mb-4 {SHEET_GUTTER.replace('px', 'mx')}"),
        ),
        rx.cond(home.steps.length() > 0, _steps(home)),
        rx.cond(home.has_bookings, _strip(figures)),
        rx.el.div(
            _today(home),
            rx.el.div(
                rx.cond(home.next.exists, _next(home.next)),
                _requests(home),
                class_name="border-line max-lg:border-t lg:border-l",
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] border-t border-line lg:grid-cols-[minmax(0,1fr)_24rem]",
        ),
        rx.cond(
            home.has_bookings,
            rx.el.div(
                _week(figures),
                _heat(figures),
                class_name="grid grid-cols-[minmax(0,1fr)] border-t border-line lg:grid-cols-2",
            ),
        ),
        ui.alarm(home.wakes.until, now=home.wakes.now, on_end=InstructorHomeState.tick),
    )


# ---------------------------------------------------------------- a new instructor


def _steps(home: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2("Three steps until students book you", id=node_id("steps"), class_name=_HEADING),
        rx.el.ol(rx.foreach(home.steps, _step), class_name="mt-4 grid gap-x-8 gap-y-6 md:grid-cols-3"),
        aria_labelledby="steps",
        class_name=[_PART, "border-t lg:px-8"],
    )


def _step(step: Any, index: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.cond(step.is_done, ui.icon("check", "size-3.5"), rx.el.span(index + 1)),
            aria_hidden="true",
            class_name=[
                "inline-flex size-6 items-center justify-center rounded-full text-xs font-semibold tabular-nums",
                rx.cond(
                    step.is_done, "bg-accent-soft-2 text-on-accent-soft", "border border-line-2 text-ink-3"
                ),
            ],
        ),
        rx.el.h3(
            step.title,
            rx.cond(step.is_done, rx.el.span(", done", class_name="sr-only")),
            class_name="mt-2 text-sm font-medium",
        ),
        rx.el.p(step.body, class_name="mt-1 text-sm text-ink-2 wrap-anywhere"),
        rx.cond(
            ~step.is_done,
            ui.button_link(step.action, step.href, size="sm", class_name="mt-3"),
        ),
        key=step.title,
    )


# ---------------------------------------------------------------- figures


def _strip(figures: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Figures", id=node_id("figures"), class_name="sr-only"),
            ui.segmented(
                "Period",
                list(PERIOD_LABELS),
                value=figures.period,
                on_change=InstructorHomeState.choose_period,
            ),
            ui.text_link(
                "Download CSV", figures.csv_href, external=True, custom_attrs={"download": "figures.csv"}
            ),
            class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-(--gutter) pb-4 lg:px-8",
        ),
        rx.el.dl(
            rx.foreach(figures.strip, _figure),
            class_name="grid grid-cols-2 divide-line border-t border-line lg:grid-cols-4 lg:divide-x "
            "max-lg:[&>*]:border-line max-lg:[&>*:nth-child(-n+2)]:border-b "
            "max-lg:[&>*:nth-child(odd)]:border-r",
        ),
        aria_labelledby="figures",
    )


def _figure(figure: Any) -> rx.Component:
    drawing = rx.el.svg(
        rx.el.svg.polyline(
            points=figure.line,
            class_name="fill-none stroke-chart-1 stroke-[1.75] [stroke-linecap:round] [stroke-linejoin:round]",
        ),
        rx.el.svg.circle(cx=figure.end_x, cy=figure.end_y, r="2.75", class_name="fill-chart-now"),
        view_box="0 0 96 28",
        aria_hidden="true",
        class_name="h-7 w-24 shrink-0 max-xl:hidden",
    )
    return rx.el.div(
        rx.el.dt(figure.label, class_name="truncate text-xs text-ink-3"),
        rx.el.dd(
            figure.value,
            rx.cond(figure.line != "", drawing),
            class_name="mt-1 flex items-end justify-between gap-3 text-lg leading-6 font-semibold tabular-nums",
        ),
        rx.el.dd(figure.note, class_name="mt-0.5 text-xs tabular-nums text-ink-2"),
        key=figure.label,
        class_name="min-w-0 px-(--gutter) py-4 lg:px-6 lg:first:pl-8",
    )


# ---------------------------------------------------------------- today


def _today(home: Any) -> rx.Component:
    ribbon = home.ribbon
    return rx.el.section(
        rx.el.h2("Today", id=node_id("today"), class_name=_HEADING),
        rx.cond(
            home.is_free,
            rx.el.p("Nothing is planned today.", class_name="mt-1 text-sm text-ink-3"),
        ),
        rx.el.div(
            rx.el.div(
                rx.foreach(
                    ribbon.hours,
                    lambda hour: rx.fragment(
                        rx.el.span(
                            hour.label,
                            class_name="absolute -left-12 w-10 -translate-y-1/2 text-right text-xs tabular-nums "
                            "whitespace-nowrap text-ink-3",
                            style={"top": hour.top},
                        ),
                        rx.el.span(class_name="absolute inset-x-0 h-px bg-line", style={"top": hour.top}),
                        key=hour.top,
                    ),
                ),
                aria_hidden="true",
            ),
            rx.el.ul(rx.foreach(ribbon.blocks, _block), class_name="absolute inset-0"),
            rx.cond(
                ribbon.now_top != "",
                rx.el.div(
                    rx.el.span(
                        custom_attrs={"data-mark": "true"}, class_name="-ml-1 size-2 rounded-full bg-sun"
                    ),
                    rx.el.span(custom_attrs={"data-mark": "true"}, class_name="h-0.5 flex-1 bg-sun"),
                    rx.el.span(
                        ribbon.now,
                        class_name="absolute right-0 rounded-full bg-sun px-1.5 py-px text-xs leading-4 "
                        "font-semibold tabular-nums text-on-sun",
                    ),
                    role="img",
                    aria_label="Now, " + ribbon.now,
                    class_name="pointer-events-none absolute inset-x-0 flex -translate-y-1/2 items-center",
                    style={"top": ribbon.now_top},
                ),
            ),
            class_name="relative mt-6 ml-12",
            style={"height": ribbon.height},
        ),
        aria_labelledby="today",
        class_name="px-(--gutter) py-6 lg:px-8",
    )


def _block(block: Any) -> rx.Component:
    look = rx.match(
        block.kind,
        *((kind, look) for kind, look in _LOOKS.items()),
        rx.cond(block.is_next, _NEXT, _BOOKED),
    )
    return rx.el.li(
        ui.link(
            rx.el.span(
                rx.el.b(block.who, class_name="truncate font-medium"),
                rx.el.span(
                    rx.el.span(block.span, aria_hidden="true"),
                    rx.el.span(", ", block.spoken, class_name="sr-only"),
                    class_name="ml-auto shrink-0 text-xs tabular-nums",
                ),
                class_name="flex items-baseline gap-x-3 text-sm",
            ),
            rx.cond(block.note != "", rx.el.span(block.note, class_name="truncate text-xs")),
            href=block.href,
            class_name="flex h-full flex-col justify-center px-3 py-1 focus-visible:-outline-offset-2",
        ),
        key=block.id,
        class_name=["absolute inset-x-0 overflow-hidden rounded-control border", look],
        style={"top": block.top, "height": block.height},
    )


def _next(following: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Next", id=node_id("next"), class_name=_HEADING),
            rx.cond(
                following.wait.until != "",
                ui.countdown(
                    following.wait.until,
                    total_seconds=following.wait.total,
                    now=following.wait.now,
                    before="in",
                ),
                rx.el.span(
                    rx.cond(following.is_soon, ui.dot()),
                    following.words,
                    class_name=[
                        "inline-flex items-center gap-1.5 text-xs font-medium tabular-nums",
                        rx.cond(following.is_soon, "text-sun-text", "text-ink-2"),
                    ],
                ),
            ),
            class_name="flex items-center justify-between gap-3",
        ),
        rx.el.div(
            ui.avatar(following.initials, following.colour, size="lg", photo=following.photo),
            rx.el.div(
                rx.el.p(following.who, id=node_id("next-who"), class_name="truncate text-sm font-medium"),
                rx.el.p(following.when, class_name="text-sm tabular-nums text-ink-2"),
                rx.cond(
                    following.what != "",
                    rx.el.p(following.what, class_name="truncate text-sm text-ink-2"),
                ),
                class_name="min-w-0",
            ),
            class_name="mt-3 flex items-center gap-3",
        ),
        rx.cond(
            following.said != "",
            rx.el.p("“", following.said, "”", class_name="mt-3 text-sm text-ink-2 wrap-anywhere"),
        ),
        rx.cond(
            following.href != "",
            ui.button_link(
                following.label,
                following.href,
                variant="primary",
                lead="video",
                aria_describedby="next-who",
                class_name="mt-4 w-full",
            ),
        ),
        rx.el.p(following.note, class_name="mt-2 text-xs tabular-nums text-ink-3"),
        aria_labelledby="next",
        class_name=[_PART, "border-b lg:px-6"],
    )


# ---------------------------------------------------------------- requests


def _requests(home: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            "Requests ",
            rx.cond(
                home.request_count > 0,
                rx.el.span(home.request_count, class_name="font-normal tabular-nums text-ink-3"),
            ),
            id=node_id("requests"),
            class_name=_HEADING,
        ),
        rx.cond(
            home.requests.length() > 0,
            rx.el.ul(rx.foreach(home.requests, _request), class_name="mt-1 divide-y divide-line"),
            rx.el.p("Nobody waits for an answer.", class_name="mt-1 text-sm text-ink-3"),
        ),
        rx.cond(
            home.more_requests != "",
            ui.text_link(home.more_requests, "/instructor/bookings"),
        ),
        aria_labelledby="requests",
        class_name="px-(--gutter) py-6 lg:px-6",
    )


def _request(request: Any) -> rx.Component:
    name_id = "rq-" + request.id
    return rx.el.li(
        ui.avatar(request.initials, request.colour, size="row", photo=request.photo),
        rx.el.div(
            rx.el.p(request.who, id=node_id(name_id), class_name="truncate text-sm font-medium"),
            rx.el.p(request.when, class_name="text-sm tabular-nums text-ink-2"),
            rx.el.p(request.what, class_name="text-sm text-ink-2 wrap-anywhere"),
            rx.cond(
                request.said != "",
                rx.el.p(
                    request.said,
                    class_name="mt-2 border-l-2 border-line-2 pl-3 text-sm text-ink-2 wrap-anywhere",
                ),
            ),
            rx.el.div(
                ui.button(
                    "Accept",
                    size="sm",
                    lead="check",
                    on_click=InstructorHomeState.accept(request.id),
                    busy=InstructorHomeState.busy == "accept " + request.id,
                    aria_describedby=name_id,
                ),
                ui.button(
                    "Decline",
                    size="sm",
                    variant="ghost",
                    on_click=InstructorHomeState.ask_to_decline(request.id),
                    aria_describedby=name_id,
                ),
                rx.cond(
                    request.wait.until != "",
                    rx.el.span(
                        ui.countdown(
                            request.wait.until,
                            total_seconds=request.wait.total,
                            now=request.wait.now,
                            on_end=InstructorHomeState.refresh,
                        ),
                        class_name="ml-auto self-center",
                    ),
                ),
                class_name="mt-3 flex gap-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        key=request.id,
        class_name="flex items-start gap-3 py-4 first:pt-2",
    )


def _decline_dialog(asked: Any) -> rx.Component:
    return ui.dialog(
        "Decline this request?",
        rx.el.div(
            rx.el.p(asked.who, class_name="text-sm font-semibold"),
            rx.el.p(asked.when, class_name="text-sm tabular-nums text-ink-2"),
        ),
        rx.el.p("Nothing is charged, and the time is free again.", class_name="text-sm text-ink-2"),
        problem(),
        rx.el.form(
            ui.text_area(asked.label, "response", max_length=2000),
            id=node_id(_FORM),
            on_submit=InstructorHomeState.decline,
            reset_on_submit=False,
        ),
        open=asked.booking_id != "",
        on_close=InstructorHomeState.keep,
        footer=rx.el.div(
            ui.button(
                "Keep request", on_click=InstructorHomeState.keep, custom_attrs={"data-autofocus": "true"}
            ),
            ui.button(
                "Decline request",
                variant="danger",
                kind="submit",
                busy=InstructorHomeState.busy == "decline " + asked.booking_id,
                custom_attrs={"form": _FORM},
            ),
            class_name="flex w-full justify-end gap-2 max-sm:flex-col-reverse max-sm:*:w-full",
        ),
        id="decline-dialog",
    )


# ---------------------------------------------------------------- the week and what is looked for


def _week(figures: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("This week", id=node_id("week"), class_name=_HEADING),
            ui.text_link("Week calendar", "/instructor/bookings"),
            class_name="flex items-baseline justify-between",
        ),
        rx.el.figure(
            rx.el.div(
                rx.foreach(figures.week, _bar),
                role="img",
                aria_label=figures.week_label,
                class_name="flex h-36",
            ),
            rx.el.figcaption(figures.week_note, class_name="mt-2 text-xs tabular-nums text-ink-3"),
            class_name="mt-4",
        ),
        aria_labelledby="week",
        class_name=[_PART, "lg:border-r lg:px-8"],
    )


def _bar(bar: Any) -> rx.Component:
    return rx.el.span(
        rx.el.span(
            rx.cond(
                bar.value != "",
                rx.el.b(
                    bar.value, class_name="text-center text-xs font-semibold whitespace-nowrap tabular-nums"
                ),
            ),
            rx.el.span(
                custom_attrs={"data-mark": "true"},
                class_name=[
                    "mx-1.5 rounded-t-cell",
                    rx.cond(bar.is_today, "bg-chart-1", "bg-chart-2"),
                ],
                style={"height": f"calc({bar.height} * 0.8)"},
            ),
            class_name="flex flex-1 flex-col justify-end gap-1 border-b border-line-2",
        ),
        rx.el.span(bar.label, class_name="text-center text-xs text-ink-3"),
        key=bar.label,
        class_name="flex min-w-0 flex-1 flex-col gap-1",
    )


def _heat(figures: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Hours students looked for", id=node_id("wishes"), class_name=_HEADING),
            rx.el.span(figures.period_label, class_name="text-xs text-ink-3"),
            class_name="flex items-baseline justify-between",
        ),
        rx.cond(
            figures.has_heat,
            _heat_map(figures),
            rx.el.p("Nobody has looked for a time in this period.", class_name="mt-1 text-sm text-ink-3"),
        ),
        rx.cond(
            figures.advised != "",
            rx.el.p(
                "Opening ",
                rx.el.b(figures.advised, class_name="font-medium text-ink"),
                " would have met ",
                figures.met,
                ". ",
                ui.text_link("Open it", "/instructor/availability", inline=True),
                class_name="mt-3 text-sm text-ink-2",
            ),
        ),
        aria_labelledby="wishes",
        class_name=[_PART, "max-lg:border-t lg:px-8"],
    )


def _heat_map(figures: Any) -> rx.Component:
    def cell(one: Any) -> rx.Component:
        return rx.el.td(
            rx.el.span(one.count, class_name="sr-only"),
            custom_attrs={"data-level": one.level},
            class_name=[
                "h-5 rounded-cell",
                rx.match(one.level, *((level, look) for level, look in enumerate(_LEVELS)), _LEVELS[0]),
            ],
        )

    return rx.el.table(
        rx.el.caption(
            "Times students chose or booked, by weekday and hour, last ",
            figures.period_label,
            class_name="sr-only",
        ),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Day", class_name="sr-only"), class_name="w-9"),
                rx.foreach(
                    figures.heat_hours,
                    lambda hour: rx.el.th(
                        hour, scope="col", class_name="text-xs font-normal tabular-nums text-ink-3"
                    ),
                ),
            )
        ),
        rx.el.tbody(
            rx.foreach(
                figures.heat,
                lambda row: rx.el.tr(
                    rx.el.th(row.day, scope="row", class_name="text-left text-xs font-normal text-ink-3"),
                    rx.foreach(row.cells, cell),
                    key=row.day,
                ),
            )
        ),
        class_name="mt-3 w-full table-fixed border-separate [border-spacing:3px]",
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        ui.skeletons(
            "Loading your day",
            ui.skeleton("h-8 w-64"),
            ui.skeleton("mt-2 h-5 w-48"),
            ui.skeleton("mt-8 h-20 w-full"),
            ui.skeleton("mt-8 h-96 w-full"),
        ),
        class_name=f"py-8 {SHEET_GUTTER}",
    )
