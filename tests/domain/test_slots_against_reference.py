"""The engine and a slow reference answer every question alike, in every zone around its next switches."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from zoneinfo import available_timezones

import pytest

from sessions_app.domain.slots import Slot, judge, open_slots
from tests.domain.slot_cases import NO_SWITCH, next_switches, question_around, window_around
from tests.domain.slot_reference import bookable, refusals

ZONES = sorted(available_timezones())


@pytest.mark.parametrize("zone", ZONES)
def test_slots_are_those_of_the_slow_reference_around_every_switch(zone: str) -> None:
    random = Random(zone)
    for at in (next_switches(zone, datetime(2026, 11, 1, tzinfo=UTC)) or [NO_SWITCH])[:2]:
        question, window = question_around(random, zone, at), window_around(at)

        expected = bookable(question, window)
        listing = open_slots(window=window, **question.arguments())

        assert [(s.span.start, s.seats_left, s.session_id, s.published_id) for s in listing.slots] == expected
        assert all(s.span.minutes == question.duration_minutes for s in listing.slots)
        assert (listing.reason is None) == bool(expected)
        listed = {slot.span.start: slot for slot in listing.slots}
        asked = [
            window.start + (window.end - window.start) * i / 4320 for i in random.sample(range(4320), 40)
        ]
        for start in [*asked, *list(listed)[:10]]:
            answer = judge(start, **question.arguments())
            if isinstance(answer, Slot):
                assert answer == listed[start]
                assert list(refusals(question, start)) == []
            else:
                assert start not in listed
                assert list(answer) == list(refusals(question, start))
