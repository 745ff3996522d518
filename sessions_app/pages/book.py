"""The booking wizard, ``/courses/[course_id]/book`` and ``/book/[instructor_id]``: who, when, confirm."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.booking_summary import (
    bottom_bar,
    hold_banner,
    offering_summary,
    price_summary,
    time_banner,
)
from sessions_app.components.bound import problem_of, toasts
from sessions_app.components.instructor_choice import instructor_choice
from sessions_app.components.month_grid import month_grid
from sessions_app.components.notices import notice
from sessions_app.components.time_list import day_strip, day_times
from sessions_app.components.zone_line import clock_toggle, zone_line
from sessions_app.domain.plain_text import MESSAGE_LIMIT, TOPIC_LIMIT
from sessions_app.settings import load_settings
from sessions_app.state.book import BookState

FORM = "booking-details"
COLUMN = "mx-auto w-full max-w-[72rem] flex-1 px-(--gutter) py-6 sm:py-8"


def book() -> rx.Component:
    """The wizard at whatever step its address names."""
    head = BookState.head
    return layout.wizard_page(
        rx.match(
            BookState.step,
            ("choose", _choose()),
            ("when", _when()),
            ("confirm", _confirm()),
            ("later", _later()),
            ("gone", _gone()),
            _loading(),
        ),
        rx.el.span(on_unmount=BookState.leave, hidden=True),
        heading="Book a Session",
        context=head.context,
        back=layout.wizard_back(head.back_label, href=head.back_href),
        step_names=head.steps,
        step=head.step,
        toasts=toasts(),
        class_name="flex flex-1 flex-col",
    )


def _label() -> str:
    return load_settings().instructor_label


def _who(**attrs: Any) -> rx.Component:
    """Whose times and instructors these are; only guardians of several are asked."""
    return ui.select_field(
        "Who is it for?",
        "student_id",
        BookState.who.options,
        on_change=BookState.choose_student,
        **attrs,
    )


def _who_first(class_name: str) -> rx.Component:
    return rx.cond(
        BookState.who.options.length() > 0,
        _who(value=BookState.who.student_id, class_name=f"sm:max-w-[22rem] {class_name}"),
    )


def _notice(class_name: str) -> rx.Component:
    return notice(
        BookState.notice,
        on_choose=BookState.choose,
        pending=BookState.pending,
        actions={
            "enroll": ("Enroll now", BookState.enroll),
            "keep": ("Keep it", BookState.keep),
            "card": ("Pay by card", BookState.pay_by_card),
        },
        class_name=class_name,
    )


# --- who


def _choose() -> rx.Component:
    people: Any = BookState.people
    count = people.length()
    cards = rx.el.section(
        rx.el.h2("Who would you like to learn with?", id="who", class_name="text-xl font-semibold"),
        rx.el.p(BookState.course.teachers, class_name="mt-1 text-sm text-ink-2 empty:hidden"),
        rx.cond(
            count > 0,
            rx.el.ul(rx.foreach(people, instructor_choice), class_name="mt-6 space-y-3"),
            rx.el.div(
                ui.empty_state(
                    "users",
                    f"No {_label().lower()}s available. Try later.",
                    "Choose Schedule Later and we tell you as soon as somebody can be booked.",
                ),
                role="alert",
                class_name="mt-6 rounded-card border border-line bg-surface",
            ),
        ),
        aria_labelledby="who",
    )
    return rx.el.div(
        _notice("mb-6"),
        _who_first("mb-6"),
        rx.el.div(
            cards,
            rx.el.aside(
                _course_card(),
                _schedule_later(),
                aria_label="Your booking",
                class_name="space-y-4",
            ),
            class_name="grid gap-8 lg:grid-cols-[minmax(0,1fr)_18.5rem]",
        ),
        class_name=f"{COLUMN} pb-16",
    )


def _course_card() -> rx.Component:
    course = BookState.course
    return ui.well(
        rx.el.p("Course", class_name="text-xs font-medium text-ink-3"),
        rx.el.p(course.title, class_name="mt-1 font-medium"),
        rx.cond(
            course.progress.length() > 0,
            rx.el.div(
                rx.foreach(
                    course.progress,
                    lambda done: rx.el.span(
                        class_name=["h-1.5 flex-1 rounded-full", rx.cond(done, "bg-accent", "bg-line-2")],
                        custom_attrs={"data-mark": rx.cond(done, "true", "false")},
                    ),
                ),
                role="img",
                aria_label=course.progress_label,
                class_name="mt-4 flex gap-1",
            ),
        ),
        rx.cond(
            course.caption != "",
            rx.el.p(course.caption, class_name="mt-2 text-xs text-ink-3 tabular-nums"),
        ),
        class_name="p-5",
    )


def _schedule_later() -> rx.Component:
    return ui.card(
        rx.el.h3("Not sure when?", class_name="text-sm font-semibold text-ink"),
        rx.el.p(
            "Skip this for now. We will notify you when you are ready to schedule.",
            class_name="mt-1 text-sm text-ink-2",
        ),
        ui.button(
            "Schedule Later",
            lead="calendar-clock",
            on_click=BookState.schedule_later,
            class_name="mt-4 w-full",
        ),
    )


# --- when


def _when() -> rx.Component:
    times, hold = BookState.times, BookState.own_hold
    # Phones show one zone at a time; the zone line stands once and is placed where each screen wants it.
    zones = rx.el.div(
        _notice("mb-5 max-sm:mx-(--gutter) max-sm:mt-4"),
        _who_first("mb-5 max-sm:mx-(--gutter) max-sm:mt-4"),
        rx.cond(hold.until != "", hold_banner(hold, on_end=BookState.hold_ended)),
        rx.el.div(
            rx.el.div(
                offering_summary(
                    BookState.summary,
                    hold,
                    on_pick=lambda href: rx.redirect(href, replace=True),
                    on_end=BookState.hold_ended,
                ),
                class_name="contents max-sm:group-data-[zone=times]/when:hidden",
            ),
            rx.el.section(
                _month(),
                aria_label="Date",
                class_name="px-(--gutter) pt-4 max-sm:order-1 max-sm:group-data-[zone=times]/when:hidden "
                "sm:px-6 sm:pt-6 lg:col-start-2 lg:row-start-1",
            ),
            _zone(),
            _times(),
            class_name="group/when max-sm:flex max-sm:flex-col sm:grid sm:grid-cols-[minmax(0,1fr)_17rem] "
            "sm:grid-rows-[auto_1fr_auto] sm:rounded-card sm:border sm:border-line sm:bg-surface "
            "lg:grid-cols-[15.5rem_minmax(0,1fr)_19rem] lg:grid-rows-[1fr_auto]",
            custom_attrs={"data-zone": rx.cond(times.is_open, "times", "month")},
        ),
        ui.live_text(times.said),
        class_name="flex-1 sm:mx-auto sm:w-full sm:max-w-[72rem] sm:px-(--gutter) sm:py-8",
    )
    held = bottom_bar(
        hold.label,
        ui.countdown(hold.until, total_seconds=hold.total, before="Held for you", now=hold.now),
        action=ui.button_link("Continue", hold.href, variant="primary", size="lg"),
    )
    return rx.fragment(zones, rx.cond(hold.until != "", held))


def _month() -> rx.Component:
    month = BookState.month
    chips = ui.chip_group(
        ui.chip(
            "Next available",
            on_click=rx.redirect(month.next_free_href),
            lead="zap",
            disabled=month.next_free_href == "",
        ),
        ui.chip("This week", on_click=rx.redirect(month.week_href), pressed=month.is_week),
        label="Quick choices",
    )
    empty = rx.el.div(
        rx.el.p(month.empty, role="status", class_name="text-sm font-medium"),
        rx.cond(
            month.next_href != "",
            ui.button("View next month", on_click=rx.redirect(month.next_href, replace=True), size="sm"),
            ui.button("Schedule Later", on_click=BookState.schedule_later, size="sm"),
        ),
        class_name="mt-4 flex flex-wrap items-center justify-between gap-3 rounded-control bg-surface-2 px-4 py-3",
    )
    # Always there, so that what is put into it is read aloud; on phones it floats above the held time's bar.
    why = rx.el.p(
        BookState.why,
        role="status",
        class_name=[
            "mt-4 rounded-control bg-surface-2 px-4 py-3 text-sm empty:hidden max-sm:sticky max-sm:z-(--z-sticky) "
            "max-sm:border max-sm:border-line",
            rx.cond(BookState.own_hold.until != "", "max-sm:bottom-24", "max-sm:bottom-4"),
        ],
    )
    return rx.fragment(
        month_grid(month, chips=chips, on_miss=BookState.miss), why, rx.cond(month.empty != "", empty)
    )


def _zone() -> rx.Component:
    ticks = (
        rx.el.span(class_name="h-[3px] w-1.5 rounded-full bg-accent", custom_attrs={"data-mark": "true"})
        for _ in range(3)
    )
    legend = rx.el.p(
        rx.el.span(ui.dot(), "Today", class_name="inline-flex items-center gap-1.5"),
        rx.el.span(
            rx.el.span(*ticks, aria_hidden="true", class_name="inline-flex gap-0.5"),
            "5 or more",
            class_name="inline-flex items-center gap-1.5",
        ),
        class_name="flex items-center gap-3 text-xs text-ink-3 max-lg:hidden",
    )
    return rx.el.div(
        rx.el.div(
            zone_line(BookState.zone, id="zone", on_pick=BookState.set_zone),
            legend,
            rx.el.p(
                BookState.month.note,
                class_name="w-full text-xs text-ink-3 max-sm:group-data-[zone=times]/when:hidden sm:hidden",
            ),
            class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line sm:border-t sm:pt-4 "
            "max-sm:group-data-[zone=month]/when:border-t max-sm:group-data-[zone=month]/when:pt-4",
        ),
        class_name="px-(--gutter) max-sm:order-2 max-sm:group-data-[zone=month]/when:mt-4 "
        "max-sm:group-data-[zone=month]/when:pb-6 max-sm:group-data-[zone=times]/when:mt-3 sm:self-end sm:px-6 "
        "sm:pt-5 sm:pb-6 lg:col-start-2 lg:row-start-2",
    )


def _times() -> rx.Component:
    times, month = BookState.times, BookState.month
    day = times.days[0]
    heading = rx.cond(
        times.is_week,
        rx.el.h3("This week", class_name="text-base leading-5 font-semibold tracking-[-.01em] max-sm:hidden"),
        rx.el.div(
            rx.el.h3(
                day.heading,
                tab_index=-1,
                class_name="text-base leading-5 font-semibold tracking-[-.01em]",
                custom_attrs={"data-times": day.iso},
            ),
            rx.el.p(day.caption, class_name="text-xs text-ink-3 tabular-nums"),
            class_name="max-sm:sr-only",
        ),
    )
    head = rx.el.div(
        rx.el.div(
            ui.icon_button(
                "chevron-left",
                "Back to the month",
                on_click=rx.redirect(times.close_href),
                size="size-5",
                class_name="-ml-2.5 sm:hidden",
            ),
            rx.el.h2(times.title, class_name="text-base font-semibold sm:hidden"),
            rx.cond(times.days.length() > 0, heading),
            clock_toggle(BookState.zone.clock, on_change=BookState.set_clock, class_name="ml-auto"),
            class_name="flex items-center gap-1 sm:gap-3",
        ),
        rx.cond(times.is_week, rx.fragment(), day_strip(times.strip, class_name="mt-2 sm:hidden")),
        class_name="px-(--gutter) pt-2 max-sm:order-1 max-sm:group-data-[zone=month]/when:hidden sm:px-5 sm:pt-6 "
        "sm:pb-4",
    )
    rows = rx.el.div(
        rx.foreach(
            times.days,
            lambda one: day_times(
                one, on_choose=BookState.choose, pending=BookState.pending, with_heading=times.is_week
            ),
        ),
        rx.cond(
            # Where nothing is free, the month beside it says so.
            (times.days.length() == 0) & (month.empty == ""),
            rx.el.p("Choose a day.", class_name="text-sm text-ink-2"),
        ),
        tab_index=0,
        role="region",
        aria_label="Times",
        class_name="min-h-0 flex-1 space-y-6 px-(--gutter) pt-4 pb-6 [scrollbar-width:thin] max-sm:order-3 "
        "max-sm:group-data-[zone=month]/when:hidden sm:overflow-y-auto sm:px-5 sm:pt-0 "
        "sm:[mask-image:linear-gradient(to_bottom,black_calc(100%-2rem),transparent)]",
    )
    return rx.el.section(
        rx.el.div(head, rows, class_name="flex flex-col max-sm:contents sm:absolute sm:inset-0"),
        class_name="max-sm:contents sm:relative sm:col-start-2 sm:row-span-2 sm:row-start-2 sm:min-h-[31rem] "
        "sm:border-l sm:border-line lg:col-start-3 lg:row-start-1",
    )


# --- confirm


def _confirm() -> rx.Component:
    details = BookState.details
    is_over = details.state == "ended"

    def send(class_name: str) -> rx.Component:
        return ui.submit_button(
            "Book Session",
            busy=BookState.is_booking,
            busy_label="Booking…",
            disabled=is_over,
            form=FORM,
            class_name=class_name,
        )

    return rx.fragment(
        rx.el.div(
            _notice("mb-6"),
            rx.el.div(
                rx.el.section(
                    rx.el.div(
                        rx.el.h2(
                            "Details and confirm",
                            id="details",
                            tab_index=-1,
                            class_name="text-xl font-semibold outline-none",
                            custom_attrs={"data-arrive": "true"},
                        ),
                        rx.cond(details.hold.until != "", _hold_badge()),
                        class_name="flex flex-wrap items-center justify-between gap-3",
                    ),
                    time_banner(details),
                    _form(),
                    aria_labelledby="details",
                ),
                price_summary(details, action=send("w-full")),
                class_name="grid gap-8 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-12",
            ),
            class_name=COLUMN,
        ),
        bottom_bar(details.total, details.moment, action=send("")),
    )


def _hold_badge() -> rx.Component:
    hold = BookState.details.hold
    return rx.el.span(
        ui.countdown(
            hold.until,
            total_seconds=hold.total,
            before="Held for you",
            low="We hold this time for",
            now=hold.now,
            on_end=BookState.hold_ended,
        ),
        class_name="inline-flex h-8 items-center rounded-full bg-sun-soft px-3",
    )


def _optional(words: str) -> rx.Component:
    # Hidden from the name: it is "Message to your instructor" whatever is said beside it.
    return rx.el.span(
        words,
        rx.el.span(" (optional)", aria_hidden="true", class_name="font-normal text-ink-3"),
    )


def _form() -> rx.Component:
    details = BookState.details
    return rx.el.form(
        rx.cond(
            BookState.who.options.length() > 0,
            # Sent with the form: the choice must stand there at once, not when the server has heard of it.
            _who(default_value=BookState.who.student_id, error=problem_of("student_id")),
        ),
        rx.cond(
            details.asks_topic,
            ui.text_field(
                _optional("Suggest a topic"),
                "custom_topic",
                error=problem_of("custom_topic"),
                default_value=BookState.topic,
                on_blur=BookState.save_topic,
                max_length=TOPIC_LIMIT,
                auto_complete="off",
            ),
        ),
        rx.el.div(
            ui.text_area(
                _optional(f"Message to your {_label().lower()}"),
                "message",
                hint=rx.el.span(details.person.first_name, " sees this before the session."),
                error=problem_of("message"),
                default_value=BookState.message,
                on_blur=BookState.save_message,
                max_length=MESSAGE_LIMIT,
            ),
            rx.el.p(
                aria_hidden="true",
                class_name="-mt-4 text-right text-xs text-ink-3 tabular-nums",
                custom_attrs={"data-counts": "field-message"},
            ),
        ),
        rx.el.div(
            ui.checkbox(
                "Remind me",
                "reminders",
                default_checked=BookState.reminders,
                aria_describedby="reminders-note",
                class_name="font-medium",
            ),
            rx.el.p(
                "By email a day, an hour and 15 minutes before. Change which in settings.",
                id="reminders-note",
                class_name="-mt-2 pl-8 text-xs text-ink-3",
            ),
            class_name="border-t border-line pt-5",
        ),
        rx.cond(details.ways.length() > 0, _ways()),
        rx.cond(
            details.requirements != "",
            ui.well(
                rx.el.p("What to bring", class_name="text-sm font-medium"),
                rx.el.p(details.requirements, class_name="mt-1 text-sm text-ink-2"),
            ),
        ),
        id=FORM,
        on_submit=BookState.book,
        reset_on_submit=False,
        class_name="mt-6 space-y-6",
    )


def _ways() -> rx.Component:
    details = BookState.details

    def draw(way: rx.Var) -> rx.Component:
        return rx.el.label(
            rx.el.input(
                type="radio",
                name="pay_with",
                value=way.value,
                checked=details.pay_with == way.value,
                on_change=BookState.pick_way,
                class_name="size-5 shrink-0 accent-accent",
            ),
            rx.el.span(way.label, rx.el.span(way.note, class_name="block text-xs text-ink-3")),
            class_name="flex min-h-11 cursor-pointer items-center gap-3 text-sm",
            key=way.value,
        )

    return rx.el.div(
        rx.el.span("Pay with", id="pay-with", class_name="block text-sm font-medium text-ink"),
        rx.foreach(details.ways, draw),
        role="radiogroup",
        aria_labelledby="pay-with",
        class_name="border-t border-line pt-5",
    )


# --- later, gone, loading


def _later() -> rx.Component:
    return rx.el.div(
        rx.el.span(
            ui.icon("calendar-clock", "size-6"),
            class_name="inline-flex size-12 items-center justify-center rounded-full bg-info-soft text-info-text",
        ),
        rx.el.h2("Scheduled for later", class_name="mt-4 text-xl font-semibold"),
        rx.el.p("We'll notify you when you're ready to schedule", class_name="mt-2 text-ink-2"),
        rx.el.p("You can schedule anytime from your dashboard", class_name="mt-1 text-ink-2"),
        ui.button_link(
            "Continue to Dashboard", "/dashboard", variant="primary", class_name="mt-8 max-sm:w-full"
        ),
        class_name="mx-auto flex w-full max-w-[30rem] flex-1 flex-col items-center px-(--gutter) py-16 text-center",
    )


def _gone() -> rx.Component:
    return rx.el.div(
        ui.empty_state(
            "calendar-x",
            "There is nothing to book here",
            "The course or the person is not offered any more.",
            action=ui.button_link("See all courses", "/courses"),
            level=2,
        ),
        role="alert",
        class_name=COLUMN,
    )


def _loading() -> rx.Component:
    cell = "aspect-[4/3] rounded-control"
    return ui.skeletons(
        "Loading times",
        rx.el.div(
            ui.skeleton("h-11 w-40"),
            ui.skeleton("mt-6 h-6 w-44"),
            ui.skeleton("mt-4 h-32 w-full"),
            class_name="border-r border-line p-6 max-lg:hidden",
        ),
        rx.el.div(
            ui.skeleton("h-8 w-48"),
            rx.el.div(*(ui.skeleton(cell) for _ in range(35)), class_name="mt-6 grid grid-cols-7 gap-1"),
            class_name="p-6 max-sm:p-(--gutter)",
        ),
        rx.el.div(
            ui.skeleton("h-8 w-full"),
            *(ui.skeleton("mt-3 h-11 w-full") for _ in range(6)),
            class_name="border-l border-line p-6 max-sm:hidden",
        ),
        class_name="mx-auto grid w-full max-w-[72rem] sm:mt-8 sm:w-[calc(100%-2*var(--gutter))] "
        "sm:grid-cols-[minmax(0,1fr)_17rem] sm:rounded-card sm:border sm:border-line sm:bg-surface "
        "lg:grid-cols-[15.5rem_minmax(0,1fr)_19rem]",
    )
