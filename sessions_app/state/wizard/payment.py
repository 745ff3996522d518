"""The test-payment page, worded."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, Viewer
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models.sandbox_payments import SandboxPaymentStatus
from sessions_app.services.sandbox_checkout import SandboxPage
from sessions_app.state.wizard.details import LineView, price_lines
from sessions_app.state.wizard.parts import NO_HOLD, HoldView, iso


@dataclass(frozen=True)
class PayView:
    """The page. ``state`` is open, processing or over."""

    state: str = ""
    amount: str = ""
    note: str = ""
    month: str = ""
    day: str = ""
    moment: str = ""
    what: str = ""
    lines: tuple[LineView, ...] = ()
    hold: HoldView = NO_HOLD
    back_href: str = ""
    done_href: str = ""


def payment(page: SandboxPage, viewer: Viewer, *, total_seconds: int) -> PayView:
    """The page for its payer."""
    local = viewer.local(page.starts_at)
    states = {SandboxPaymentStatus.OPEN: "open", SandboxPaymentStatus.PROCESSING: "processing"}
    wizard = f"/courses/{page.course_id}/book" if page.course_id else f"/book/{page.instructor_id}"
    joint = "&" if "?" in page.return_url else "?"
    is_running = page.held_until is not None and page.held_until > page.now
    return PayView(
        state=states.get(page.status, "over"),
        amount=page.amount.label,
        note="Reserved now, charged when the request is accepted." if page.captures_later else "",
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        moment=f"{WEEKDAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1]}, "
        f"{viewer.span(page.starts_at, page.ends_at)}",
        what=f"{page.title}, with {page.instructor_name}",
        lines=price_lines(page.lines, TimeSpan(page.starts_at, page.ends_at).minutes),
        hold=HoldView(
            until=iso(page.held_until),
            now=iso(page.now),
            total=total_seconds,
            label=f"The time is yours until {viewer.time(page.held_until)}",
        )
        if is_running and page.held_until is not None and states.get(page.status) == "open"
        else NO_HOLD,
        back_href=f"{wizard}?booking={page.booking_id}",
        done_href=f"{page.return_url}{joint}checkout_id={page.checkout_id}",
    )
