"""Many at once, from several processes, on both databases: exactly one wins, the rest know why."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from sessions_app.services.unit_of_work import Platform
from tests.doubles.clock import StoppedClock
from tests.infra.soaking import rounds
from tests.infra.stampede import Attempt, Processes, Rush, overlaps, tally
from tests.services.races import STAMPEDES, Ground
from tests.services.world import NOON, World


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes() as several:
        yield several


@pytest.fixture
def rush(processes: Processes, database_url: str) -> Rush:
    return processes.into(database_url, now=NOON)


@pytest.mark.parametrize("stampede", STAMPEDES.values(), ids=STAMPEDES.keys())
def test_one_wins_and_the_others_learn_why_and_what_is_free(
    stampede: Callable[[Ground], None], world: World, rush: Rush, database_url: str
) -> None:
    stampede(Ground(world, rush))

    assert overlaps(database_url) == 0


def test_overlapping_starts_of_one_instructor_leave_no_overlap(
    world: World, rush: Rush, database_url: str
) -> None:
    offering, ground = world.offering(), Ground(world, rush)
    starts = [ground.start(3, 8 + number // 2, 30 * (number % 2)) for number in range(20)]

    outcomes = rush(
        [
            Attempt("book", one.id, {"offering_id": offering.id, "starts_at": start})
            for one, start in zip(world.crowd(len(starts)), starts, strict=True)
        ]
    )

    assert tally(outcomes)["won"] >= 5
    assert set(tally(outcomes)) <= {"won", "slot_taken"}
    assert overlaps(database_url) == 0


@pytest.mark.soak
def test_many_rounds_of_all_stampedes_leave_no_overlap(
    platform: Platform, clock: StoppedClock, rush: Rush, database_url: str
) -> None:
    done = 0
    for number in rounds():
        world = World(platform, clock, count=1000 * number)
        for stampede in STAMPEDES.values():
            stampede(Ground(world, rush))
        assert overlaps(database_url) == 0
        done = number + 1
    sys.stdout.write(f"{done} rounds of {len(STAMPEDES)} stampedes, 0 overlaps\n")
