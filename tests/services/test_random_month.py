"""A month of people doing what people do, at random: the listing never lies and nothing is ever lost."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    CardDeclined,
    DomainError,
    IllegalTransition,
    InsufficientCredits,
    TooLate,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.slots import SlotListing
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import (
    bookings,
    cancellations,
    checkout,
    credits,
    expiry,
    gateway_tasks,
    inbox,
    moves,
    requests,
    sandbox_checkout,
    slots,
)
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.unit_of_work import Platform
from tests.doubles.clock import StoppedClock
from tests.infra.soaking import rounds
from tests.infra.stampede import overlaps
from tests.services.world import World, acting

ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")


@dataclass
class Month:
    """One random walk; ``random`` decides everything, so that its seed tells the whole story."""

    world: World
    random: Random
    offerings: list[Offering] = field(default_factory=list)
    students: list[Person] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for zone in ZONES[: self.random.randint(2, 4)]:
            host = self.world.new_instructor(
                f"Instructor in {zone}",
                zone=zone,
                buffer_minutes=self.random.choice([0, 15, 30]),
                notice_minutes=self.random.choice([0, 60, 720]),
                day_cap=self.random.choice([0, 3, 5]),
                step_minutes=self.random.choice([15, 30, 60]),
            )
            length = self.random.choice([30, 45, 60, 90])
            self.offerings += [
                self.world.offering(host, duration_minutes=length),
                self.world.offering(host, duration_minutes=60, price_minor=3201),
                self.world.offering(host, duration_minutes=60, price_minor=None, credits=1),
                self.world.offering(
                    host, duration_minutes=60, price_minor=2600, booking_mode=BookingMode.REQUEST
                ),
                self.world.offering(host, duration_minutes=60, session_type=SessionType.GROUP, capacity=3),
            ]
        self.students = self.world.crowd(6)
        for student in self.students:
            self.world.give_credits(student, 6)

    def listing(self, offering: Offering, student: Person, moving: Booking | None = None) -> SlotListing:
        start = self.world.clock.now()
        return self.world.platform.read(
            slots.listing,
            acting(student),
            offering,
            TimeSpan(start, start + timedelta(days=self.random.choice([2, 10, 40]))),
            student_id=student.id,
            moving=moving,
        )

    def step(self) -> None:
        actions: list[Callable[[], str]] = [
            *[self.book_what_is_listed] * 5,
            self.book_what_is_not_listed,
            *[self.pay] * 4,
            self.cancel,
            self.move,
            self.answer,
            self.wait,
            self.sweep,
        ]
        self.seen[self.random.choice(actions)()] += 1

    def book_what_is_listed(self) -> str:
        offering, student = self.random.choice(self.offerings), self.random.choice(self.students)
        found = self.listing(offering, student).slots
        if not found:
            return "nothing was listed"
        start = self.random.choice(found).span.start
        try:
            placed = self.world.book(student, offering, start)
        except InsufficientCredits:
            assert offering.credits
            return "credits ran out"
        if placed.needs_card:
            page = checkout.open_page(
                self.world.platform, acting(student), booking_id=placed.booking.id, return_url="/dashboard"
            )
            self.tokens[placed.booking.id] = page.url.removeprefix("/test-pay/")
        return "booked"

    def book_what_is_not_listed(self) -> str:
        offering, student = self.random.choice(self.offerings), self.random.choice(self.students)
        start = self.world.clock.now() + timedelta(minutes=5 * self.random.randrange(12 * 24 * 20))
        day = TimeSpan(start, start + timedelta(seconds=1))
        listed = self.world.platform.read(
            slots.listing, acting(student), offering, day, student_id=student.id
        ).slots
        try:
            placed = self.world.hold(student, offering, start)
        except DomainError as refused:
            if listed:
                raise
            return refused.code
        assert listed or not placed.is_new
        self.world.platform.run(bookings.release, acting(student), booking_id=placed.booking.id)
        return "happened to be free"

    def pay(self) -> str:
        if not self.tokens:
            return "nothing to pay"
        booking_id = self.random.choice(list(self.tokens))
        token, student = self.tokens[booking_id], self._student_of(booking_id)
        button = self.random.choice([Press.PAY, Press.PAY, Press.DECLINE, Press.PAY_LATE, Press.PAY_SLOWLY])
        try:
            sandbox_checkout.press(self.world.platform, acting(student), token=token, button=button)
        except CardDeclined:
            return "declined"
        except IllegalTransition:
            del self.tokens[booking_id]
            return "page was over"
        if button is Press.PAY_SLOWLY:
            outcome = self.random.choice([Press.MONEY_ARRIVES, Press.MONEY_FAILS])
            sandbox_checkout.press(self.world.platform, acting(student), token=token, button=outcome)
        del self.tokens[booking_id]
        return str(button)

    def cancel(self) -> str:
        booking = self._any(BookingStatus.SCHEDULED, BookingStatus.PENDING, BookingStatus.HELD)
        if booking is None or booking.starts_at <= self.world.clock.now():
            return "nothing to cancel"
        by_host = self.random.random() < 0.3
        actor = self._host_of(booking) if by_host else acting(self._student_of(booking.id))
        stated = self.world.platform.read(cancellations.preview_cancel, actor, booking_id=booking.id)
        try:
            made = self.world.platform.run(cancellations.cancel, actor, booking_id=booking.id)
        except IllegalTransition:
            return "was over already"
        assert made.refund is None or made.refund == stated
        return "cancelled"

    def move(self) -> str:
        booking = self._any(BookingStatus.SCHEDULED)
        if booking is None or booking.starts_at <= self.world.clock.now():
            return "nothing to move"
        student = self._student_of(booking.id)
        offering = next(each for each in self.offerings if each.id == booking.offering_id)
        found = [
            slot
            for slot in self.listing(offering, student, moving=booking).slots
            if slot.span.start != booking.starts_at
        ]
        if not found:
            return "nowhere to move"
        target = self.random.choice(found).span.start
        try:
            self.world.platform.run(
                moves.reschedule, acting(student), booking_id=booking.id, starts_at=target
            )
        except TooLate:
            return "too late to move"
        assert self.world.booking(booking.id).starts_at == target
        return "moved"

    def answer(self) -> str:
        booking = self._any(BookingStatus.PENDING)
        if booking is None:
            return "nothing to answer"
        verb = self.random.choice([requests.accept, requests.reject])
        try:
            self.world.platform.run(verb, self._host_of(booking), booking_id=booking.id)
        except IllegalTransition:
            return "answered too late"
        return verb.__name__

    def wait(self) -> str:
        self.world.clock.advance(minutes=self.random.choice([1, 7, 11, 45, 300, 900]))
        return "waited"

    def sweep(self) -> str:
        inbox.handle_due(self.world.platform)
        gateway_tasks.run_due(self.world.platform)
        checkout.close_overdue_pages(self.world.platform)
        expiry.sweep(self.world.platform)
        return "swept"

    def close(self) -> None:
        """Let everything come to its end, then count."""
        for _ in range(4):
            self.sweep()
            checkout.reconcile(self.world.platform)
            self.world.clock.advance(minutes=40)
        for student in self.students:
            assert self.world.balance(student) >= 0
        for booking_id in self.world.booking_ids():
            self._assert_money_closes(self.world.booking(booking_id))

    def _assert_money_closes(self, booking: Booking) -> None:
        captured = refunded = 0
        for payment in self.world.payments(booking.id):
            page = self.world.platform.payments.read_page(payment.checkout_id or "")
            assert (page.captured_minor, page.refunded_minor) == (
                payment.captured_minor,
                payment.refunded_minor,
            )
            captured, refunded = captured + page.captured_minor, refunded + page.refunded_minor
        assert refunded == sum(refund.amount_minor for refund in self.world.refunds(booking.id))
        if booking.status is BookingStatus.SCHEDULED:
            assert captured - refunded == booking.price_minor
            spent = self.world.platform.read(credits.spent_on, Actor.system(), booking.id)
            assert spent == booking.credits
        elif booking.status in (BookingStatus.EXPIRED, BookingStatus.REJECTED):
            assert captured == refunded

    def _any(self, *statuses: BookingStatus) -> Booking | None:
        found = [
            booking
            for booking_id in self.world.booking_ids()
            if (booking := self.world.booking(booking_id)).status in statuses
        ]
        return self.random.choice(found) if found else None

    def _student_of(self, booking_id: str) -> Person:
        student_id = self.world.booking(booking_id).student_id
        return next(student for student in self.students if student.id == student_id)

    def _host_of(self, booking: Booking) -> Actor:
        return Actor(booking.instructor_id, Role.INSTRUCTOR)


def live_through(world: World, database_url: str, seed: int, *, steps: int) -> Counter[str]:
    month = Month(world, Random(seed))
    for number in range(steps):
        month.step()
        if number % 25 == 0:
            assert overlaps(database_url) == 0
    month.close()
    assert overlaps(database_url) == 0
    return month.seen


def test_a_random_month_ends_whole(world: World, database_url: str) -> None:
    seen = live_through(world, database_url, seed=20261201, steps=220)

    assert {"booked", "cancelled", "moved", "pay", "swept"} <= set(seen)


@pytest.mark.soak
def test_many_random_months_end_whole(platform: Platform, clock: StoppedClock, database_url: str) -> None:
    """Each month has its own people, two years after the one before, in the same database."""
    seed = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 1_000_000)))
    for month in rounds():
        sys.stdout.write(f"seed {seed + month}\n")
        world = World(platform, clock, count=1000 * month)
        live_through(world, database_url, seed + month, steps=300)
        clock.advance(days=90)
