"""After a process was killed: what the next one does about it, and what must be true then."""

from __future__ import annotations

from collections import Counter

from sqlmodel import col, select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor
from sessions_app.models import AuditEntry, Booking, GatewayTask, InboundEvent, OutboxMessage
from sessions_app.models.messages import InboundState, OutboxState
from sessions_app.models.money import PaymentStatus, TaskState
from sessions_app.services import checkout, credits, expiry, gateway_tasks, inbox, outbox
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.world import World


def recover(world: World) -> None:
    """What the jobs of the next process do, until nothing is left to do."""
    for _ in range(4):
        inbox.handle_due(world.platform)
        gateway_tasks.run_due(world.platform)
        checkout.reconcile(world.platform)
        checkout.close_overdue_pages(world.platform)
        expiry.sweep(world.platform)
        while outbox.deliver_due(world.platform):
            pass
        world.clock.advance(minutes=20)


def left_to_do(world: World) -> int:
    """How many events, gateway tasks and messages nobody has dealt with yet."""

    def count(work: UnitOfWork) -> int:
        waiting = (
            select(InboundEvent.id).where(col(InboundEvent.state) == InboundState.NEW),
            select(GatewayTask.key).where(col(GatewayTask.state) == TaskState.TODO),
            select(OutboxMessage.id).where(col(OutboxMessage.state) == OutboxState.QUEUED),
        )
        return sum(len(work.db.exec(each).all()) for each in waiting)

    return world.platform.read(count, Actor.system())


def assert_whole(world: World) -> set[str]:
    """Scheduled and paid, or over and nothing kept: nothing in between. Returns which there are."""
    outcomes = set()
    for booking_id in world.booking_ids():
        booking, kept, reserved = world.booking(booking_id), 0, 0
        for payment in world.payments(booking_id):
            assert payment.status not in (PaymentStatus.CREATING, PaymentStatus.OPEN, PaymentStatus.REVIEW)
            if payment.checkout_id:
                page = world.platform.payments.read_page(payment.checkout_id)
                assert page.captured_minor == payment.captured_minor
                assert page.refunded_minor == payment.refunded_minor
                kept += page.captured_minor - page.refunded_minor
                reserved += page.state.value == "authorised"
        if booking.status is BookingStatus.SCHEDULED:
            assert kept == booking.price_minor
            outcomes.add("scheduled and paid")
        elif booking.status is BookingStatus.PENDING:
            assert (kept, reserved) == (0, 1)
            outcomes.add("requested and reserved")
        else:
            assert booking.status in (BookingStatus.EXPIRED, BookingStatus.CANCELLED)
            assert (kept, reserved) == (0, 0)
            outcomes.add(f"{booking.status} and nothing kept")
        spent = world.platform.read(credits.spent_on, Actor.system(), booking_id)
        is_kept = booking.status in (BookingStatus.SCHEDULED, BookingStatus.PENDING)
        assert spent == (booking.credits if is_kept else 0)
        told = [mail for mail in world.mails() if mail.booking_id == booking_id]
        assert {mail.state for mail in told} <= {OutboxState.SENT}
        for person_id in (booking.student_id, booking.instructor_id):
            heard = Counter(mail.kind for mail in told if mail.recipient_id == person_id)
            assert heard == messages_due(world, booking)
    assert left_to_do(world) == 0
    return outcomes


def messages_due(world: World, booking: Booking) -> Counter[str]:
    """What each person of this booking should have been told, by what is known to have happened to it."""
    rows = select(AuditEntry).where(col(AuditEntry.subject_id) == booking.id).order_by(col(AuditEntry.id))
    due: Counter[str] = Counter()
    was = ""
    for entry in world.platform.read(lambda work: list(work.db.exec(rows)), Actor.system()):
        if entry.action == "booking.requested":
            due["session-requested"] += 1
        elif entry.action == "booking.scheduled":
            due["session-accepted" if entry.details["by"] == "accept" else "session-booked"] += 1
        elif entry.action == "booking.cancelled" and was != "booking.held":
            due["request-cancelled" if was == "booking.requested" else "session-cancelled"] += 1
        was = entry.action
    return due
