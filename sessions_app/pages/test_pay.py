"""``/test-pay/[token]``: the test payment page. Loud about moving no money; each button ends a payment its way."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import ui
from sessions_app.components.booking_summary import price_lines
from sessions_app.components.brand import wordmark
from sessions_app.components.layout import MAIN
from sessions_app.services.sandbox_checkout import Press
from sessions_app.settings import load_settings
from sessions_app.state.test_pay import TestPayState


def test_pay() -> rx.Component:
    """Two halves: the order on the ground, the payment on the surface."""
    view = TestPayState.view
    return rx.el.div(
        ui.link(
            "Skip to content",
            href=f"#{MAIN}",
            external=True,
            class_name="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-(--z-toast) "
            "focus:rounded-control focus:bg-surface focus:px-4 focus:py-3",
        ),
        rx.el.div(
            ui.icon("flask-conical"),
            "TEST MODE",
            rx.el.span("no money moves", class_name="font-normal"),
            role="region",
            aria_label="Test mode",
            class_name="flex items-center justify-center gap-2 bg-sun px-(--gutter) py-2 text-sm font-semibold "
            "text-on-sun",
        ),
        rx.cond(
            TestPayState.is_gone,
            rx.el.main(_gone(), id=MAIN, tab_index=-1),
            rx.el.main(
                _order(view),
                _payment(view),
                id=MAIN,
                tab_index=-1,
                class_name="min-h-[calc(100dvh-2.25rem)] outline-none lg:grid lg:grid-cols-2",
            ),
        ),
        rx.el.span(on_unmount=TestPayState.leave, hidden=True),
        class_name="min-h-dvh bg-bg text-ink",
    )


def _order(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            ui.link(
                ui.icon("chevron-left"),
                wordmark(load_settings().app_name),
                href=view.back_href,
                aria_label="Back to your booking",
                class_name="inline-flex min-h-11 items-center gap-2 text-sm text-ink-2 hover:text-ink",
            ),
            rx.el.p("Pay for your session", class_name="mt-6 text-sm text-ink-2"),
            rx.el.p(view.amount, class_name="mt-1 min-h-12 text-display font-semibold tabular-nums"),
            rx.cond(
                view.hold.until != "",
                rx.el.p(
                    ui.countdown(
                        view.hold.until,
                        total_seconds=view.hold.total,
                        before=view.hold.label + ",",
                        after="left",
                        now=view.hold.now,
                        on_end=TestPayState.refresh,
                    ),
                    class_name="mt-3",
                ),
            ),
            rx.el.div(
                ui.date_tile(view.month, view.day),
                rx.el.div(
                    rx.el.p(view.moment, class_name="text-sm font-medium tabular-nums"),
                    rx.el.p(view.what, class_name="text-sm text-ink-2"),
                    class_name="min-w-0",
                ),
                class_name="mt-8 flex items-center gap-4 border-y border-line py-5",
            ),
            rx.el.div(
                price_lines(view.lines, view.amount, word="Total due"),
                class_name="mt-5 text-sm tabular-nums",
            ),
            rx.cond(view.note != "", rx.el.p(view.note, class_name="mt-3 text-xs text-ink-3")),
            class_name="mx-auto w-full max-w-[26rem] lg:mx-0",
        ),
        aria_label="Order",
        class_name="px-(--gutter) py-8 lg:flex lg:justify-end lg:py-16 lg:pr-20",
    )


def _payment(view: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h1("Test payment", class_name="text-lg font-semibold"),
            rx.match(
                view.state,
                ("open", _open(view)),
                ("processing", _processing(view)),
                ("over", _over(view)),
                ui.skeletons(
                    "Loading the payment", ui.skeleton("mt-6 h-12 w-full"), ui.skeleton("mt-4 h-12 w-full")
                ),
            ),
            class_name="mx-auto w-full max-w-[26rem] lg:mx-0",
        ),
        aria_label="Payment",
        class_name="border-line bg-surface px-(--gutter) py-8 max-lg:border-t lg:border-l lg:py-16 lg:pl-20",
    )


def _lead(words: str) -> rx.Component:
    return rx.el.p(words, class_name="mt-1 text-sm text-ink-2")


def _press(button: Press, label: Any, **how: Any) -> rx.Component:
    pressed = TestPayState.pressed
    return ui.button(
        label,
        on_click=TestPayState.press(button.value),
        busy=pressed == button.value,
        disabled=(pressed != "") & (pressed != button.value),
        **how,
    )


def _open(view: Any) -> rx.Component:
    return rx.fragment(
        _lead("This page stands in for the card form. Choose how the payment ends."),
        ui.form_error(TestPayState.refusal, class_name="mt-4"),
        rx.el.div(
            rx.el.p(
                rx.el.span(
                    ui.icon("credit-card", "size-4.5 text-ink-3"),
                    "4242 4242 4242 4242",
                    class_name="inline-flex items-center gap-2.5",
                ),
                rx.el.span("12 / 29", class_name="text-ink-3"),
                class_name="flex items-center justify-between tabular-nums",
            ),
            class_name="mt-6 rounded-control border border-line bg-surface-2 px-3.5 py-3 text-sm",
        ),
        rx.el.div(
            _press(
                Press.PAY,
                rx.el.span("Pay", rx.el.span(" ", view.amount, aria_hidden="true")),
                variant="primary",
                size="lg",
                class_name="w-full",
            ),
            rx.el.div(
                _press(Press.DECLINE, "Decline", lead="credit-card"),
                ui.button("Cancel", on_click=rx.redirect(view.back_href)),
                class_name="grid grid-cols-2 gap-2",
            ),
            class_name="mt-4 space-y-2",
        ),
        rx.el.h2("Other endings", class_name="mt-8 text-xs font-medium text-ink-3"),
        rx.el.ul(
            _ending(
                Press.PAY_SLOWLY,
                "hourglass",
                "Pay by a slow method",
                "A transfer: the money arrives later, or not at all",
            ),
            _ending(
                Press.PAY_LATE,
                "alarm-clock",
                "Pay after the hold ended",
                "The time is kept if it is still free, else the money comes back",
            ),
            class_name="mt-2 divide-y divide-line rounded-card border border-line",
        ),
        rx.el.p(
            ui.icon("lock", "mt-0.5 size-3.5"),
            "In production this is Stripe Checkout. Card numbers never reach this server.",
            class_name="mt-6 flex items-start gap-2 text-xs leading-5 text-ink-3",
        ),
    )


def _ending(button: Press, name: str, title: str, body: str) -> rx.Component:
    note = f"ending-{button.value.replace('_', '-')}"
    return rx.el.li(
        rx.el.button(
            ui.icon(name, "size-4.5 text-ink-3"),
            rx.el.span(
                rx.el.span(title, class_name="block text-sm font-medium"),
                rx.el.span(body, id=note, aria_hidden="true", class_name="block text-xs text-ink-2"),
                class_name="min-w-0 flex-1 text-left",
            ),
            rx.cond(
                TestPayState.pressed == button.value,
                ui.spinner(),
                ui.icon("chevron-right", "size-4 text-ink-3"),
            ),
            type="button",
            aria_describedby=note,
            aria_busy=TestPayState.pressed == button.value,
            disabled=(TestPayState.pressed != "") & (TestPayState.pressed != button.value),
            on_click=TestPayState.press(button.value),
            class_name="flex min-h-14 w-full cursor-pointer items-center gap-3 px-4 py-2 text-sm hover:bg-surface-2 "
            "in-[li:first-child]:rounded-t-card in-[li:last-child]:rounded-b-card",
        )
    )


def _processing(view: Any) -> rx.Component:
    return rx.fragment(
        _lead("The payment is under way. The time is kept meanwhile. Choose what the bank says in the end."),
        rx.el.div(
            _press(
                Press.MONEY_ARRIVES, "The money arrives", variant="primary", size="lg", class_name="w-full"
            ),
            _press(Press.MONEY_FAILS, "The payment fails", class_name="w-full"),
            class_name="mt-6 space-y-2",
        ),
        ui.text_link("See your booking meanwhile", view.done_href, class_name="mt-6 text-sm"),
    )


def _over(view: Any) -> rx.Component:
    return rx.fragment(
        ui.banner(
            "This payment page is closed",
            "It was paid, or its time is over.",
            class_name="mt-6",
        ),
        ui.button_link("See your booking", view.done_href, class_name="mt-4 w-full"),
    )


def _gone() -> rx.Component:
    return ui.empty_state(
        "file-x",
        "We cannot find that payment",
        "It may belong to another account.",
        action=ui.button_link("Back to Dashboard", "/dashboard"),
        level=1,
    )
