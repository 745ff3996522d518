"""What the gateway's word does to a booking. ``settle`` is the only way, whoever brings the news.

Webhook, return page, sweeper and reconciler all re-read the payment at the gateway and pass it here; it lists the
states it may leave and is a no-op in all others, so order and repetition do not matter.
"""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from sessions_app.domain.booking_lifecycle import BookingEvent, BookingStatus
from sessions_app.domain.errors import SessionFull, TemporarilyUnavailable
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import GatewayPayment, GatewayUnavailable, PageState
from sessions_app.models import Booking, Payment, TeachingSession
from sessions_app.models.money import PaymentStatus
from sessions_app.services import audit, bookings, expiry, live, notifications, refunds, seats
from sessions_app.services.notifications import NotificationKind, Refunded
from sessions_app.services.unit_of_work import Platform, UnitOfWork, conflict_of

_UNPAID = frozenset({PaymentStatus.CREATING, PaymentStatus.OPEN, PaymentStatus.PROCESSING})
WAITS_FOR_MONEY = frozenset({BookingStatus.HELD, BookingStatus.ACCEPTED})
"""A card payment makes a booking of these statuses go on."""


def sync(platform: Platform, checkout_id: str) -> None:
    """Read a payment at the gateway and settle it. Raises TemporarilyUnavailable when the gateway is out of reach."""
    try:
        told = platform.payments.read_page(checkout_id)
    except GatewayUnavailable as unknown:
        raise TemporarilyUnavailable from unknown
    platform.run(settle, Actor.system(), told)


def settle(work: UnitOfWork, told: GatewayPayment) -> None:
    """Bring payment and booking to what the gateway says now, in one transaction.

    Paid or authorised, and the seat still ours or free: the booking goes on. The seat gone: everything goes back,
    with a message, and ``lost_race`` is final. Another amount or currency than asked: ``review``, nothing confirmed.
    """
    payment = work.db.get(Payment, told.reference)
    if payment is None:
        return
    booking = work.db.get_one(Booking, payment.booking_id)
    work.lock(instructor=booking.instructor_id, student=booking.student_id)
    work.db.refresh(payment)
    work.db.refresh(booking)
    session = seats.session_of(work, booking)
    _adopt_ids(work, payment, told)
    if told.state is PageState.PAID and payment.status in (*_UNPAID, PaymentStatus.AUTHORISED):
        _paid(work, payment, booking, session, told)
    elif told.state is PageState.AUTHORISED and payment.status in _UNPAID:
        _authorised(work, payment, booking, session, told)
    elif told.state is PageState.PROCESSING and payment.status in (
        PaymentStatus.CREATING,
        PaymentStatus.OPEN,
    ):
        _processing(work, payment, booking, session)
    elif told.state is PageState.EXPIRED and payment.status in _UNPAID:
        _page_over(work, payment, booking, session)
    elif told.state is PageState.VOIDED and payment.status is PaymentStatus.AUTHORISED:
        payment.status = PaymentStatus.VOIDED
        work.db.add(payment)


def _adopt_ids(work: UnitOfWork, payment: Payment, told: GatewayPayment) -> None:
    payment.checkout_id = payment.checkout_id or told.checkout_id
    payment.intent_id = payment.intent_id or told.intent_id
    payment.method_label = told.method_label or payment.method_label
    work.db.add(payment)


def _is_what_was_asked(work: UnitOfWork, payment: Payment, told: GatewayPayment) -> bool:
    if told.amount == Money(payment.amount_minor, payment.currency):
        return True
    payment.status = PaymentStatus.REVIEW
    work.db.add(payment)
    audit.record(
        work, "payment.review", "payment", payment.id, told=told.amount.minor, currency=told.amount.currency
    )
    return False


def _paid(
    work: UnitOfWork, payment: Payment, booking: Booking, session: TeachingSession, told: GatewayPayment
) -> None:
    if not _is_what_was_asked(work, payment, told):
        return
    was_authorised = payment.status is PaymentStatus.AUTHORISED
    payment.status = PaymentStatus.PAID
    payment.captured_minor = payment.amount_minor
    payment.paid_at = work.now
    work.db.add(payment)
    audit.record(
        work, "payment.paid", "payment", payment.id, booking_id=booking.id, amount=payment.amount_minor
    )
    if was_authorised and booking.status not in (
        *WAITS_FOR_MONEY,
        BookingStatus.CANCELLED,
        BookingStatus.EXPIRED,
    ):
        live.booking_changed(work, booking)  # our own capture of an accepted request
    elif booking.status in WAITS_FOR_MONEY:
        bookings.secure(work, booking, session, BookingEvent.PAY)
    elif booking.status is BookingStatus.EXPIRED and _take_seat_again(
        work, booking, session, BookingStatus.SCHEDULED
    ):
        bookings.secure(work, booking, session, BookingEvent.LATE_PAYMENT)
    else:
        _give_everything_back(work, payment, booking, session)


def _authorised(
    work: UnitOfWork, payment: Payment, booking: Booking, session: TeachingSession, told: GatewayPayment
) -> None:
    if not _is_what_was_asked(work, payment, told):
        return
    payment.status = PaymentStatus.AUTHORISED
    work.db.add(payment)
    audit.record(work, "payment.authorised", "payment", payment.id, booking_id=booking.id)
    if booking.status is BookingStatus.HELD:
        bookings.send_request(work, booking, session, BookingEvent.AUTHORISE)
    elif booking.status is BookingStatus.EXPIRED and _take_seat_again(
        work, booking, session, BookingStatus.PENDING
    ):
        bookings.send_request(work, booking, session, BookingEvent.LATE_AUTHORISATION)
    else:
        refunds.ask_void(work, payment)


def _processing(work: UnitOfWork, payment: Payment, booking: Booking, session: TeachingSession) -> None:
    """A slow method was chosen: the seat is kept until the money comes, fails, or the session would start."""
    payment.status = PaymentStatus.PROCESSING
    work.db.add(payment)
    if booking.status in WAITS_FOR_MONEY:
        booking.hold_expires_at = booking.frees_at = booking.starts_at
        work.db.add(booking)
        seats.refresh(work, session, booking)
    live.booking_changed(work, booking)


def _page_over(work: UnitOfWork, payment: Payment, booking: Booking, session: TeachingSession) -> None:
    was_processing = payment.status is PaymentStatus.PROCESSING
    payment.status = PaymentStatus.EXPIRED
    work.db.add(payment)
    if booking.status is BookingStatus.HELD:
        booking.frees_at = work.now if was_processing else booking.hold_expires_at
        work.db.add(booking)
        if not expiry.lapse(work, booking, session):
            seats.refresh(work, session, booking)
    live.booking_changed(work, booking)


def _take_seat_again(
    work: UnitOfWork, booking: Booking, session: TeachingSession, status: BookingStatus
) -> bool:
    """Whether an expired booking's seat could be had once more; the guards decide, inside a savepoint."""
    expiry.release_lapsed(work, instructor_id=booking.instructor_id, student_id=booking.student_id)
    if booking.starts_at <= work.now or seats.was_called_off(work, session.id):
        return False
    try:
        with work.db.begin_nested():
            booking.status = status
            work.db.add(booking)
            seats.refresh(work, session, booking)
    except (IntegrityError, SessionFull) as error:
        if isinstance(error, IntegrityError) and conflict_of(error) is error:
            raise
        work.db.refresh(booking)
        work.db.refresh(session)
        return False
    booking.status = BookingStatus.EXPIRED  # ``advance`` makes the move, from where the booking really was
    return True


def _give_everything_back(
    work: UnitOfWork, payment: Payment, booking: Booking, session: TeachingSession
) -> None:
    """Paid for a seat that is gone, or paid twice: all of it returns, and the payer is told."""
    amount = Money(payment.captured_minor, payment.currency)
    refunds.request_from(work, payment, amount, percent=100, reason="seat_gone")
    if booking.status is BookingStatus.EXPIRED:
        payment.status = PaymentStatus.LOST_RACE
        work.db.add(payment)
    booking.sequence += 1
    work.db.add(booking)
    notifications.queue(
        work,
        NotificationKind.PAYMENT_RETURNED,
        booking,
        session,
        refunded=Refunded(100, amount, 0),
        payer_id=payment.payer_id,
    )
    live.booking_changed(work, booking)
