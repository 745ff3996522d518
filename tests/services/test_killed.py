"""``kill -9`` between any two steps of booking and paying: afterwards everything is whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Offering
from sessions_app.models.catalogue import BookingMode
from sessions_app.models.database import open_engine
from sessions_app.services import bookings, cancellations, checkout, gateway_tasks, requests, sandbox_checkout
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.services.aftermath import assert_whole, recover
from tests.services.world import World, at

START = at(8, 10)


@dataclass(frozen=True)
class Steps:
    """Counts the moments between which a process may die, and dies at one of them."""

    dies_at: int
    taken: Any

    def step(self) -> None:
        self.taken.value += 1
        if self.taken.value == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingGateway:
    """The real gateway, with a moment before and after each call."""

    name = "sandbox"

    def __init__(self, gateway: SandboxGateway, steps: Steps) -> None:
        self._gateway = gateway
        self._steps = steps

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        call = getattr(self._gateway, verb)

        def between_steps(*args: Any, **facts: Any) -> Any:
            self._steps.step()
            answer = call(*args, **facts)
            self._steps.step()
            return answer

        return between_steps


def book_and_pay(url: str, now: datetime, offering: Offering, student_id: str, steps: Steps) -> None:
    """One student, from the first click to the seat, with a moment before and after every commit."""
    engine, clock = open_engine(url), StoppedClock(now)
    platform = Platform(
        engine=engine,
        settings=parse_settings(database_url=url),
        clock=clock,
        payments=DyingGateway(SandboxGateway(engine, clock), steps),  # type: ignore[arg-type]
        mailer=None,
    )
    event.listen(engine, "commit", lambda connection: steps.step())
    student = Actor(student_id, Role.STUDENT)
    placed = platform.run(bookings.book, student, offering_id=offering.id, starts_at=START)
    steps.step()
    page = checkout.open_page(platform, student, booking_id=placed.booking.id, return_url="/dashboard")
    token = page.url.removeprefix("/test-pay/")
    steps.step()
    sandbox_checkout.press(platform, student, token=token, button=Press.PAY)
    steps.step()
    if offering.booking_mode is BookingMode.REQUEST:
        host = Actor(offering.instructor_id, Role.INSTRUCTOR)
        platform.run(requests.accept, host, booking_id=placed.booking.id)
        gateway_tasks.run_due(platform)
    platform.run(cancellations.cancel, student, booking_id=placed.booking.id)
    gateway_tasks.run_due(platform)
    steps.step()


def run_dying_at(
    step: int, url: str, now: datetime, offering: Offering, student_id: str
) -> tuple[int | None, int]:
    """Let a process live until ``step`` (0: to its end); return its exit code and the steps it took."""
    context = multiprocessing.get_context("fork")
    taken = context.Value("i", 0)
    process = context.Process(target=book_and_pay, args=(url, now, offering, student_id, Steps(step, taken)))
    process.start()
    process.join(60)
    return process.exitcode, taken.value


@pytest.mark.parametrize(
    "mode", [BookingMode.INSTANT, pytest.param(BookingMode.REQUEST, marks=pytest.mark.soak)]
)
def test_killed_at_any_step_every_booking_is_whole_afterwards(
    world: World, database_url: str, mode: BookingMode
) -> None:
    offering = world.offering(price_minor=3200, booking_mode=mode)
    student, begin = world.student(), world.clock.now()
    world.platform.engine.dispose()
    exit_code, steps = run_dying_at(0, database_url, begin, offering, student.id)
    assert exit_code == 0
    assert steps > 15
    recover(world)
    assert assert_whole(world) == {"cancelled and nothing kept"}

    outcomes: set[str] = set()
    for step in range(1, steps + 1):
        world.clock.set(begin)
        student = world.student()
        world.platform.engine.dispose()
        exit_code, _ = run_dying_at(step, database_url, begin, offering, student.id)
        assert exit_code == -signal.SIGKILL
        world.clock.advance(minutes=1)
        recover(world)
        outcomes |= assert_whole(world)
        clear_the_calendar(world)

    assert "scheduled and paid" in outcomes
    assert "expired and nothing kept" in outcomes


def clear_the_calendar(world: World) -> None:
    """Let the instructor call off what is left, so that the next round finds the time free."""
    host = Actor(world.instructor.id, Role.INSTRUCTOR)
    for booking_id in world.booking_ids():
        if world.booking(booking_id).status in (BookingStatus.SCHEDULED, BookingStatus.PENDING):
            world.platform.run(cancellations.cancel, host, booking_id=booking_id)
    recover(world)
