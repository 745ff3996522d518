"""Many at once, from several processes, on both databases: exactly one wins, the rest know why."""

from datetime import datetime

import pytest

from sessions_app.domain.timespans import TimeSpan
from sessions_app.models.catalogue import SessionType
from sessions_app.services import slots
from tests.infra.stampede import Attempt, overlaps, stampede, tally
from tests.services.world import NOON, World, acting, at

CROWD = 50
START = at(3, 10)


@pytest.mark.parametrize("verb", ["book", "hold"])
def test_one_of_fifty_gets_a_time_and_the_others_get_three_that_are_free(
    world: World, database_url: str, verb: str
) -> None:
    offering = world.offering()
    crowd = world.crowd(CROWD)

    outcomes = stampede(
        database_url,
        [Attempt(verb, one.id, {"offering_id": offering.id, "starts_at": START}) for one in crowd],
        now=NOON,
    )

    assert tally(outcomes) == {"won": 1, "slot_taken": CROWD - 1}
    listing = world.platform.read(
        slots.listing, acting(crowd[0]), offering, TimeSpan(NOON, at(20, 0)), student_id=None
    )
    free = {slots.rfc3339(slot.span.start) for slot in listing.slots}
    for outcome in outcomes:
        if outcome.word != "won":
            offered = [alternative["start"] for alternative in outcome.details["alternatives"]]
            assert len(offered) == 3
            assert set(offered) <= free
    assert overlaps(database_url) == 0


def test_one_of_many_reschedules_onto_one_time_wins_and_the_others_stay_where_they_were(
    world: World, database_url: str
) -> None:
    offering = world.offering()
    students = world.crowd(24)
    placed = [
        world.book(student, offering, at(4 + number // 6, 8 + 2 * (number % 6)))
        for number, student in enumerate(students)
    ]

    outcomes = stampede(
        database_url,
        [
            Attempt("reschedule", student.id, {"booking_id": one.booking.id, "starts_at": START})
            for student, one in zip(students, placed, strict=True)
        ],
        now=NOON,
    )

    assert tally(outcomes) == {"won": 1, "slot_taken": 23}
    moved = [one for one in placed if world.booking(one.booking.id).starts_at == START]
    assert len(moved) == 1
    assert overlaps(database_url) == 0


def test_one_student_gets_one_of_many_instructors(world: World, database_url: str) -> None:
    student = world.student()
    offerings = [world.offering(world.new_instructor(f"Instructor {number}")) for number in range(12)]

    outcomes = stampede(
        database_url,
        [
            Attempt("book", student.id, {"offering_id": offering.id, "starts_at": START})
            for offering in offerings
        ],
        now=NOON,
    )

    assert tally(outcomes) == {"won": 1, "student_busy": 11}
    assert overlaps(database_url) == 0


def test_a_group_of_twenty_takes_twenty_of_fifty(world: World, database_url: str) -> None:
    offering = world.offering(session_type=SessionType.GROUP, capacity=20)

    outcomes = stampede(
        database_url,
        [
            Attempt("book", one.id, {"offering_id": offering.id, "starts_at": START})
            for one in world.crowd(CROWD)
        ],
        now=NOON,
    )

    assert tally(outcomes) == {"won": 20, "session_full": 30}
    assert overlaps(database_url) == 0


def test_overlapping_starts_of_one_instructor_leave_no_overlap(world: World, database_url: str) -> None:
    offering = world.offering()
    starts: list[datetime] = [at(3, 8 + number // 2, 30 * (number % 2)) for number in range(20)]

    outcomes = stampede(
        database_url,
        [
            Attempt("book", one.id, {"offering_id": offering.id, "starts_at": start})
            for one, start in zip(world.crowd(len(starts)), starts, strict=True)
        ],
        now=NOON,
    )

    assert tally(outcomes)["won"] >= 5
    assert set(tally(outcomes)) <= {"won", "slot_taken"}
    assert overlaps(database_url) == 0
