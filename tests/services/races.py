"""The five stampedes, whichever door they come through: one wins, or as many as there are seats; the rest know why.

Each takes place among people of its own, so that they can follow each other in one database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Offering, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import bookings, slots
from tests.infra.stampede import Attempt, Outcome, Rush, tally
from tests.services.world import World, acting

CROWD = 50
INSTRUCTORS = 12
GROUP = 20


@dataclass(frozen=True)
class Ground:
    """Where a stampede takes place, and the door it comes through."""

    world: World
    rush: Rush

    def start(self, days: int, hour: int, minute: int = 0) -> datetime:
        """An instant some days from now, UTC."""
        return (self.world.clock.now() + timedelta(days=days)).replace(hour=hour, minute=minute, second=0)

    def new_offering(self, **facts: Any) -> Offering:
        """What an instructor offers whose time nobody has taken yet."""
        return self.world.offering(self.world.new_instructor("Ada Lindqvist"), **facts)

    @property
    def wanted(self) -> datetime:
        """The time that everybody wants."""
        return self.start(3, 10)


def one_time_booked(ground: Ground) -> None:
    """Fifty students book one free session."""
    _one_time(ground, "book", ground.new_offering())


def one_time_held(ground: Ground) -> None:
    """Fifty students hold one session that has to be paid."""
    _one_time(ground, "hold", ground.new_offering(price_minor=3200))


def moves_onto_one_time(ground: Ground) -> None:
    """Fifty students move their sessions to one time; whoever loses stays where they were."""
    world = ground.world
    offering, students = ground.new_offering(), world.crowd(CROWD)
    places = [ground.start(4 + number // 6, 8 + 2 * (number % 6)) for number in range(CROWD)]
    placed = [
        world.book(student, offering, start).booking for student, start in zip(students, places, strict=True)
    ]

    outcomes = ground.rush(
        [
            Attempt("reschedule", student.id, {"booking_id": one.id, "starts_at": ground.wanted})
            for student, one in zip(students, placed, strict=True)
        ]
    )

    assert tally(outcomes) == {"won": 1, "slot_taken": CROWD - 1}
    stands = [world.booking(one.id) for one in placed]
    for outcome, student, booking, place in zip(outcomes, students, stands, places, strict=True):
        assert booking.starts_at == (ground.wanted if outcome.word == "won" else place)
        _require_alternatives(ground, outcome, offering, student, moving=booking)


def one_student_everywhere(ground: Ground) -> None:
    """One student books many instructors at the same time."""
    world = ground.world
    student = world.student()
    offerings = [ground.new_offering() for _ in range(INSTRUCTORS)]

    outcomes = ground.rush(
        [
            Attempt("book", student.id, {"offering_id": offering.id, "starts_at": ground.wanted})
            for offering in offerings
        ]
    )

    assert tally(outcomes) == {"won": 1, "student_busy": INSTRUCTORS - 1}
    for outcome, offering in zip(outcomes, offerings, strict=True):
        _require_alternatives(ground, outcome, offering, student)


def last_seats_of_a_group(ground: Ground) -> None:
    """Fifty students book a group of twenty."""
    offering = ground.new_offering(session_type=SessionType.GROUP, capacity=GROUP)
    _crowd_at(ground, "book", offering, {"won": GROUP, "session_full": CROWD - GROUP})


STAMPEDES: Mapping[str, Callable[[Ground], None]] = MappingProxyType(
    {
        "bookings of one time": one_time_booked,
        "holds of one time": one_time_held,
        "moves onto one time": moves_onto_one_time,
        "one student at many instructors": one_student_everywhere,
        "the seats of a group": last_seats_of_a_group,
    }
)


def _one_time(ground: Ground, verb: str, offering: Offering) -> None:
    _crowd_at(ground, verb, offering, {"won": 1, "slot_taken": CROWD - 1})


def _crowd_at(ground: Ground, verb: str, offering: Offering, expected: dict[str, int]) -> None:
    students = ground.world.crowd(CROWD)

    outcomes = ground.rush(
        [
            Attempt(verb, student.id, {"offering_id": offering.id, "starts_at": ground.wanted})
            for student in students
        ]
    )

    assert tally(outcomes) == expected
    for outcome, student in zip(outcomes, students, strict=True):
        _require_alternatives(ground, outcome, offering, student)
    loser = next(number for number, outcome in enumerate(outcomes) if outcome.word != "won")
    for alternative in outcomes[loser].details["alternatives"]:
        start = datetime.fromisoformat(alternative["start"])
        held = ground.world.hold(students[loser], offering, start).booking
        ground.world.platform.run(bookings.release, acting(students[loser]), booking_id=held.id)


def _require_alternatives(
    ground: Ground, outcome: Outcome, offering: Offering, student: Person, *, moving: Booking | None = None
) -> None:
    """Whoever lost was given three times, each of which is listed for them as free."""
    if outcome.word == "won":
        return
    offered = {alternative["start"] for alternative in outcome.details["alternatives"]}
    assert len(offered) == 3
    edges = TimeSpan(ground.world.clock.now(), ground.start(8, 0))
    listing = ground.world.platform.read(
        slots.listing, acting(student), offering, edges, student_id=student.id, moving=moving
    )
    assert offered <= {slots.rfc3339(slot.span.start) for slot in listing.slots}
