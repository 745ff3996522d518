"""Given …: a session that somebody says was otherwise; and the decision of staff."""

from __future__ import annotations

from datetime import timedelta

from sessions_app.domain.attendance import Outcome
from sessions_app.models import Booking, Person
from sessions_app.services import outcomes, sessions
from tests.services.world import World, acting, at


def objected(world: World) -> Booking:
    """On 2 December the instructor waited for 20 minutes, the student for 2 before that; who objects on the 3rd."""
    noah = world.student("Noah Berger")
    placed = world.book(noah, world.offering(title="Series"), at(2, 10))
    for minute, verb, person in (
        (-5, sessions.join, noah),
        (-3, sessions.leave, noah),
        (0, sessions.join, world.instructor),
        (20, sessions.leave, world.instructor),
    ):
        world.clock.set(at(2, 10) + timedelta(minutes=minute))
        world.platform.run(verb, acting(person), session_id=placed.session.id)
    world.clock.set(at(2, 11, 20))
    sessions.sweep(world.platform)
    world.clock.set(at(3, 9))
    world.platform.run(
        outcomes.dispute, acting(noah), booking_id=placed.booking.id, reason="I waited and nobody came."
    )
    return placed.booking


def decide(world: World, person: Person, booking: Booking) -> None:
    """The session was cut off, they say."""
    world.platform.run(
        outcomes.decide,
        acting(person),
        booking_id=booking.id,
        outcome=Outcome.TECHNICAL,
        note="The line was down.",
    )
