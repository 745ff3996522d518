"""``kill -9`` between any two steps of booking and paying: afterwards everything is whole."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, event

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Offering
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import bookings, cancellations, checkout, gateway_tasks, requests, sandbox_checkout
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.unit_of_work import Platform
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


def book_and_pay(world: World, offering: Offering, student_id: str, steps: Steps) -> None:
    """One student, from the first click to the seat, with a moment before and after every commit."""
    engine = world.platform.engine
    gateway = DyingGateway(SandboxGateway(engine, world.clock), steps)
    platform = replace(world.platform, payments=gateway)  # type: ignore[arg-type]

    def committed(connection: Connection) -> None:
        steps.step()

    event.listen(engine, "commit", committed)
    try:
        _go_all_the_way(platform, offering, student_id, steps)
    finally:
        event.remove(engine, "commit", committed)


def _go_all_the_way(platform: Platform, offering: Offering, student_id: str, steps: Steps) -> None:
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


_FORK = multiprocessing.get_context("fork")


def count_steps(world: World, offering: Offering, student_id: str) -> int:
    """Go all the way in this process, so that those forked from it find every statement compiled; count the steps."""
    taken = _FORK.Value("i", 0)
    book_and_pay(world, offering, student_id, Steps(0, taken))
    return taken.value


def exit_code_of_dying_at(step: int, world: World, offering: Offering, student_id: str) -> int | None:
    """Let a process live until ``step``."""
    # No connection may be in two processes.
    world.platform.engine.dispose()
    steps = Steps(step, _FORK.Value("i", 0))
    process = _FORK.Process(target=book_and_pay, args=(world, offering, student_id, steps))
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize(
    "mode", [BookingMode.INSTANT, pytest.param(BookingMode.REQUEST, marks=pytest.mark.soak)]
)
def test_killed_at_any_step_every_booking_is_whole_afterwards(world: World, mode: BookingMode) -> None:
    offering = world.offering(price_minor=3200, booking_mode=mode)
    student, begin = world.student(), world.clock.now()
    steps = count_steps(world, offering, student.id)
    assert steps > 15
    recover(world)
    assert assert_whole(world) == {"cancelled and nothing kept"}

    outcomes: set[str] = set()
    for step in range(1, steps + 1):
        world.clock.set(begin)
        student = world.student()
        assert exit_code_of_dying_at(step, world, offering, student.id) == -signal.SIGKILL
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
