"""The engine and a slow reference answer every question alike, in every zone around its next switches."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic, time_ns

import pytest

from sessions_app.domain.slots import Slot, judge, open_slots
from sessions_app.domain.zones import known_zones
from tests.domain.slot_cases import NO_SWITCH, next_switches, question_around, window_around
from tests.domain.slot_reference import bookable, refusals

ZONES = sorted(known_zones())
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def compare(random: Random, zone: str, at: datetime) -> None:
    question, window = question_around(random, zone, at), window_around(at)

    expected = bookable(question, window)
    listing = open_slots(question, window)

    assert [(s.span.start, s.seats_left, s.session_id, s.published_id) for s in listing.slots] == expected
    assert all(s.span.minutes == question.duration_minutes for s in listing.slots)
    assert (listing.reason is None) == bool(expected)
    listed = {slot.span.start: slot for slot in listing.slots}
    some = [window.start + timedelta(minutes=minute) for minute in random.sample(range(3600), 30)]
    for start in [*some, *list(listed)[:10]]:
        answer = judge(question, start)
        if isinstance(answer, Slot):
            assert answer == listed[start]
            assert list(refusals(question, start)) == []
        else:
            assert start not in listed
            assert list(answer) == list(refusals(question, start))


@pytest.mark.parametrize("zone", ZONES)
def test_slots_are_those_of_the_slow_reference_around_the_next_switches(zone: str) -> None:
    random = Random(zone)
    for at in (next_switches(zone, FIRST) or [NO_SWITCH])[:2]:
        compare(random, zone, at)


@pytest.mark.soak
def test_slots_are_those_of_the_slow_reference_for_as_long_as_asked() -> None:
    seed = int(os.environ.get("SOAK_SEED") or time_ns())
    until = monotonic() + 60 * float(os.environ.get("SOAK_MINUTES") or 10)
    print(f"\nslots against the reference: SOAK_SEED={seed}")  # noqa: T201
    random, rounds = Random(seed), 0
    while monotonic() < until:
        zone = random.choice(ZONES)
        compare(random, zone, random.choice(next_switches(zone, FIRST) or [NO_SWITCH]))
        rounds += 1
    print(f"{rounds} random calendars, all alike")  # noqa: T201
