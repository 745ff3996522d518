"""The instructor's week, driven by events as a browser would."""

from __future__ import annotations

import pytest

from sessions_app.state.instructor_bookings import InstructorBookingsState
from tests.services.world import World
from tests.state.conftest import Tab, cookie_of


@pytest.mark.parametrize(
    ("told", "first", "heading", "axis_minute"),
    [
        ("1", "2027-11-01", "1 – 7 November 2027", 10 * 60),
        # This week holds the hour that the last Sunday of October repeats, so its axis is an hour longer.
        ("7", "2027-10-31", "31 Oct – 6 Nov 2027", 11 * 60),
    ],
    ids=["from monday", "from sunday"],
)
def test_the_week_begins_as_the_device_begins_it_and_a_click_means_what_is_drawn_there(
    tab: Tab, world: World, told: str, first: str, heading: str, axis_minute: int
) -> None:
    teacher = world.new_instructor("Lea Paris", zone="Europe/Paris")
    world.offering(teacher)
    world.student()
    tab.connect(cookie=f"ws={told}; {cookie_of(world, teacher)}", path="/instructor/bookings?day=2027-11-03")
    tab.send(InstructorBookingsState, "open")
    week = tab.state(InstructorBookingsState).view.week
    assert (week.days[0].iso, week.heading) == (first, heading)

    click = {"day": "2027-11-01", "minute": str(axis_minute)}
    tab.send(InstructorBookingsState, "ask_new_at", form=click)

    creating = tab.state(InstructorBookingsState).creating
    assert (creating.date, creating.time) == ("2027-11-01", "10:00")
