"""Paying by card, in three steps: store the intent, ask the gateway with our row's id as the key, store the answer.

A crash between any two steps leaves a row that says where to go on; asking again with the same key makes no second
page and no second charge. What a payment then does to its booking is decided in ``services/payments.py``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    HoldExpired,
    IllegalTransition,
    InvalidInput,
    NotFound,
    TemporarilyUnavailable,
)
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Actor
from sessions_app.domain.ports import (
    GatewayPayment,
    GatewayRefused,
    GatewayUnavailable,
    PageRequest,
    PageState,
)
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking, Offering, Payment, Person
from sessions_app.models.catalogue import BookingMode
from sessions_app.models.money import PaymentStatus
from sessions_app.services import access, audit, payments, refunds, seats
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import Settings

PAGE_LIFETIME = timedelta(minutes=31)
PAGE_GRACE = timedelta(minutes=33)
QUIET = timedelta(minutes=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """Where the payer goes, and the gateway's id of the page."""

    url: str
    checkout_id: str


def open_page(platform: Platform, actor: Actor, *, booking_id: str, return_url: str) -> OpenedPage:
    """Open the payment page of a held or accepted booking; asked again, give the page that is open already.

    Opening the first page moves the hold's end to now + PAYMENT_HOLD_MINUTES (product.md C-24). Raises HoldExpired,
    IllegalTransition when nothing is due, InvalidInput (field ``return_url``) for an address that is not ours,
    TemporarilyUnavailable when the gateway does not answer: the hold keeps its time, try again.
    """
    check_return_url(return_url, platform.settings)
    request = platform.run(_intend, actor, booking_id=booking_id, return_url=return_url)
    if isinstance(request, OpenedPage):
        return request
    try:
        told = platform.payments.open_page(request, key=request.reference)
    except GatewayUnavailable as unknown:
        raise TemporarilyUnavailable(
            "The payment page does not open right now. Your time is still held."
        ) from unknown
    platform.run(_record_page, Actor.system(), told)
    return OpenedPage(told.url, told.checkout_id)


def check_return_url(return_url: str, settings: Settings) -> None:
    """Raise InvalidInput unless ``return_url`` is a path or an address under an own origin."""
    parts = urlsplit(return_url)
    is_path = return_url.startswith("/") and not return_url.startswith("//") and "\\" not in return_url
    is_own = any(
        return_url == origin or return_url.startswith(f"{origin}/") for origin in settings.own_origins
    )
    if not (is_path or is_own) or parts.fragment or any(ord(char) < 33 for char in return_url):
        raise InvalidInput("Return to a page of this site.", field="return_url")


def close_overdue_pages(platform: Platform) -> int:
    """Close every page whose hold is over or whose booking ended, so that its seat can be given away.

    A page that turns out to be paid is settled instead. A gateway that is out of reach, or knows nothing of a page,
    is asked again at the next sweep.
    """
    overdue = platform.read(_overdue_pages, Actor.system())
    closed = 0
    for checkout_id in overdue:
        try:
            told = platform.payments.close_page(checkout_id)
        except GatewayUnavailable:
            continue
        except GatewayRefused as refused:
            _log.warning("page %s cannot be closed: %s", checkout_id, refused)
            continue
        platform.run(payments.settle, Actor.system(), told)
        closed += told.state is PageState.EXPIRED
    platform.run(_give_up_unopened, Actor.system())
    return closed


def reconcile(platform: Platform) -> None:
    """Read every page at the gateway that has been open for a minute, in case its event never came."""
    for checkout_id in platform.read(_quiet_pages, Actor.system()):
        try:
            payments.sync(platform, checkout_id)
        except TemporarilyUnavailable:
            continue
        except GatewayRefused as refused:
            _log.warning("page %s cannot be read: %s", checkout_id, refused)


def _quiet_pages(work: UnitOfWork) -> list[str]:
    waiting = select(Payment.checkout_id).where(
        col(Payment.status).in_([PaymentStatus.OPEN, PaymentStatus.PROCESSING]),
        col(Payment.created_at) <= work.now - QUIET,
    )
    return [checkout_id for checkout_id in work.db.exec(waiting) if checkout_id]


def _intend(work: UnitOfWork, *, booking_id: str, return_url: str) -> PageRequest | OpenedPage:
    loaded = access.load_booking(work, booking_id, action=Action.PAY, lock=True)
    booking = loaded.booking
    _require_payable(work, booking)
    former = refunds.payments_of(work, booking.id)
    for payment in former:
        if payment.status is PaymentStatus.OPEN and payment.page_url and payment.checkout_id:
            return OpenedPage(payment.page_url, payment.checkout_id)
    payment = next((p for p in former if p.status is PaymentStatus.CREATING), None) or Payment(
        booking_id=booking.id,
        payer_id=work.actor.person_id or booking.booked_by_id,
        provider=work.platform.payments.name,
        amount_minor=booking.price_minor,
        currency=booking.currency,
        captures_later=_is_request(work, booking),
        page_expires_at=_whole_minute(work.now + PAGE_LIFETIME),
        return_url=return_url,
        created_at=work.now,
    )
    work.db.add(payment)
    if booking.status is BookingStatus.HELD and not former:
        booking.hold_expires_at = work.now + timedelta(minutes=work.settings.payment_hold_minutes)
        booking.frees_at = booking.hold_expires_at
        work.db.add(booking)
        seats.refresh(work, loaded.session, booking)
    audit.record(
        work, "payment.intended", "payment", payment.id, booking_id=booking.id, amount=payment.amount_minor
    )
    payer = work.db.get(Person, payment.payer_id)
    return PageRequest(
        reference=payment.id,
        booking_id=booking.id,
        amount=Money(payment.amount_minor, payment.currency),
        description=booking.title,
        captures_later=payment.captures_later,
        payer_email=payer.email if payer else None,
        return_url=payment.return_url,
        expires_at=payment.page_expires_at or work.now + PAGE_LIFETIME,
    )


def _require_payable(work: UnitOfWork, booking: Booking) -> None:
    is_live = booking.frees_at is None or booking.frees_at > work.now
    if (
        booking.pay_with is PayWith.CARD
        and booking.status in (BookingStatus.HELD, BookingStatus.ACCEPTED)
        and is_live
    ):
        return
    if booking.status in (BookingStatus.HELD, BookingStatus.EXPIRED):
        raise HoldExpired(booking_id=booking.id)
    raise IllegalTransition("Nothing is due for this booking.", status=booking.status.value)


def _record_page(work: UnitOfWork, told: GatewayPayment) -> None:
    payment = work.db.get(Payment, told.reference)
    if payment is None:
        raise NotFound
    booking = work.db.get_one(Booking, payment.booking_id)
    work.lock(instructor=booking.instructor_id)
    work.db.refresh(booking)
    work.db.refresh(payment)
    if payment.status is not PaymentStatus.CREATING:
        return
    payment.status = PaymentStatus.OPEN
    payment.checkout_id, payment.intent_id, payment.page_url = told.checkout_id, told.intent_id, told.url
    work.db.add(payment)
    if booking.status is BookingStatus.HELD:
        # While the page can be paid the seat stays taken; the sweeper closes the page when the hold is over.
        booking.frees_at = payment.created_at + PAGE_GRACE
        work.db.add(booking)
        seats.refresh(work, seats.session_of(work, booking), booking)


def _overdue_pages(work: UnitOfWork) -> list[str]:
    rows = work.db.exec(
        select(Payment, Booking)
        .join(Booking, col(Booking.id) == col(Payment.booking_id))
        .where(col(Payment.status) == PaymentStatus.OPEN)
    )
    return [
        payment.checkout_id
        for payment, booking in rows
        if payment.checkout_id and _is_over(booking, work.now)
    ]


def _is_over(booking: Booking, now: datetime) -> bool:
    if booking.status is BookingStatus.HELD:
        return booking.hold_expires_at is not None and booking.hold_expires_at <= now
    if booking.status is BookingStatus.ACCEPTED:
        return booking.pay_by is not None and booking.pay_by <= now
    return True


def _give_up_unopened(work: UnitOfWork) -> None:
    """A page whose address we never learnt was never shown to anybody: nothing can be paid on it."""
    rows = work.db.exec(
        select(Payment).where(
            col(Payment.status) == PaymentStatus.CREATING, col(Payment.created_at) <= work.now - PAGE_GRACE
        )
    )
    for payment in rows.all():
        payment.status = PaymentStatus.EXPIRED
        work.db.add(payment)


def _is_request(work: UnitOfWork, booking: Booking) -> bool:
    if booking.status is BookingStatus.ACCEPTED:
        return False
    return work.db.get_one(Offering, booking.offering_id).booking_mode is BookingMode.REQUEST


def _whole_minute(instant: datetime) -> datetime:
    # Repeating the call with the same key needs the very same parameters.
    rounded = instant.replace(second=0, microsecond=0)
    return rounded if rounded == instant else rounded + timedelta(minutes=1)
