"""The payer's side of the test-payment page: what each of its buttons does to the pretended payment.

Every press that a real gateway would report goes into the same inbox as a webhook, in the press's own transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import CardDeclined, IllegalTransition, NotFound
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Actor
from sessions_app.domain.ports import GatewayEvent
from sessions_app.domain.pricing import Quote, QuoteLine
from sessions_app.models import Booking, Payment, Person, SandboxPayment, TeachingSession
from sessions_app.models.sandbox_payments import SandboxPaymentStatus
from sessions_app.services import access, expiry, inbox
from sessions_app.services.unit_of_work import Platform, UnitOfWork


class Press(StrEnum):
    """The buttons of the page."""

    PAY = "pay"
    DECLINE = "decline"
    PAY_SLOWLY = "pay_slowly"  # a method that reports later whether it worked
    PAY_LATE = "pay_late"  # the hold ends first, then the money comes
    MONEY_ARRIVES = "money_arrives"  # the slow method worked
    MONEY_FAILS = "money_fails"  # the slow method did not


@dataclass(frozen=True, slots=True)
class SandboxPage:
    """What the page shows. ``held_until`` is when the student's hold ends, None once it is no hold."""

    token: str
    checkout_id: str
    booking_id: str
    session_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    amount: Money
    captures_later: bool
    lines: tuple[QuoteLine, ...]
    instructor_id: str
    instructor_name: str
    course_id: str | None
    status: SandboxPaymentStatus
    held_until: datetime | None
    return_url: str
    now: datetime


def view(work: UnitOfWork, *, token: str) -> SandboxPage:
    """The page behind ``token``, for who may pay it. Raises NotFound to everybody else."""
    page, payment, booking = _load(work, token)
    is_held = booking.status is BookingStatus.HELD
    return SandboxPage(
        token=token,
        checkout_id=page.checkout_id,
        booking_id=booking.id,
        session_id=booking.session_id,
        title=page.description,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        amount=Money(page.amount_minor, page.currency),
        captures_later=page.captures_later,
        lines=Quote.from_json(booking.quote).lines,
        instructor_id=booking.instructor_id,
        instructor_name=work.db.get_one(Person, booking.instructor_id).name,
        course_id=booking.course_id,
        status=_effective(work, page),
        held_until=booking.hold_expires_at if is_held else None,
        return_url=payment.return_url,
        now=work.now,
    )


def press(platform: Platform, actor: Actor, *, token: str, button: Press) -> SandboxPage:
    """Do what the button says and let the inbox act on it at once; return the page as it is then.

    Raises CardDeclined for DECLINE (the page stays open), IllegalTransition when the page is over.
    """
    if button is Press.PAY_LATE:
        platform.run(_end_hold, actor, token=token)
    declined = platform.run(_press, actor, token=token, button=button)
    if declined is not None:
        raise CardDeclined(held_until=declined)
    inbox.handle_due(platform)
    return platform.read(view, actor, token=token)


def _press(work: UnitOfWork, *, token: str, button: Press) -> datetime | None:
    page, _, booking = _load(work, token, lock=True)
    expected = (
        SandboxPaymentStatus.PROCESSING
        if button in (Press.MONEY_ARRIVES, Press.MONEY_FAILS)
        else SandboxPaymentStatus.OPEN
    )
    if _effective(work, page) is not expected:
        raise IllegalTransition("This payment page is no longer open.", status=page.status.value)
    if button is Press.DECLINE:
        page.declines += 1
        work.db.add(page)
        return booking.hold_expires_at or booking.pay_by or page.expires_at
    if button is Press.PAY_SLOWLY:
        page.status = SandboxPaymentStatus.PROCESSING
    elif button is Press.MONEY_FAILS:
        page.status = SandboxPaymentStatus.EXPIRED
    elif page.captures_later:
        page.status = SandboxPaymentStatus.AUTHORISED
    else:
        page.status, page.captured_minor = SandboxPaymentStatus.PAID, page.amount_minor
    work.db.add(page)
    event = GatewayEvent(
        f"evt_test_{secrets.token_hex(12)}", f"checkout.{button}", page.checkout_id, page.intent_id
    )
    inbox.receive(work, event, source="sandbox")
    return None


def _end_hold(work: UnitOfWork, *, token: str) -> None:
    _, _, booking = _load(work, token, lock=True)
    work.lock(instructor=booking.instructor_id)
    if booking.status is BookingStatus.HELD:
        booking.hold_expires_at = booking.frees_at = work.now
        expiry.lapse(work, booking, work.db.get_one(TeachingSession, booking.session_id))


def _load(work: UnitOfWork, token: str, *, lock: bool = False) -> tuple[SandboxPayment, Payment, Booking]:
    statement = (
        select(SandboxPayment, Payment)
        .join(Payment, col(Payment.id) == col(SandboxPayment.reference))
        .where(col(SandboxPayment.token) == token)
    )
    if lock:  # a press and the sweeper's closing never both win
        statement = statement.with_for_update(of=SandboxPayment)
    row = work.db.exec(statement).first()
    if row is None:
        raise NotFound
    page, payment = row
    loaded = access.load_booking(work, payment.booking_id, action=Action.PAY)
    return page, payment, loaded.booking


def _effective(work: UnitOfWork, page: SandboxPayment) -> SandboxPaymentStatus:
    is_past = page.status is SandboxPaymentStatus.OPEN and page.expires_at <= work.now
    return SandboxPaymentStatus.EXPIRED if is_past else page.status
