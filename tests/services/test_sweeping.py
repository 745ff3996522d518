"""Sweepers: what fails is named in the log and keeps nothing else waiting."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.services import expiry
from tests.services.world import World, at


@contextmanager
def unwritable(engine: Engine, booking_id: str) -> Iterator[None]:
    """Have every change of one booking's row fail, with what its student wrote in the error."""

    def refuse(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("UPDATE booking ") and booking_id in repr(values):
            raise RuntimeError("broken, says Noah Berger")

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def test_one_booking_that_cannot_be_expired_keeps_no_other_waiting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    offering = world.offering()
    first, *others = [world.hold(world.student(), offering, at(3, hour)).booking for hour in (9, 11, 13)]
    world.clock.advance(minutes=11)

    with unwritable(world.platform.engine, first.id), caplog.at_level(logging.WARNING):
        assert expiry.sweep(world.platform) == 2

    assert world.booking(first.id).status is BookingStatus.HELD
    assert {world.booking(other.id).status for other in others} == {BookingStatus.EXPIRED}
    [told] = caplog.records
    assert first.id in told.getMessage()
    assert "RuntimeError" in told.getMessage()
    assert "Noah" not in caplog.text


def test_what_failed_is_expired_once_it_can_be(world: World) -> None:
    booking = world.hold(world.student(), world.offering(), at(3, 9)).booking
    world.clock.advance(minutes=11)
    with unwritable(world.platform.engine, booking.id):
        assert expiry.sweep(world.platform) == 0

    assert expiry.sweep(world.platform) == 1
    assert world.booking(booking.id).status is BookingStatus.EXPIRED
