"""The calendar address in the settings."""

from __future__ import annotations

import pytest

from sessions_app.models import CalendarFeed
from sessions_app.services import feeds
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.state.calendar_feed import CalendarFeedState
from tests.services.world import World, acting
from tests.state.conftest import Tab, cookie_of, redirected_to


def test_an_address_is_made_shown_renewed_and_removed(tab: Tab, world: World) -> None:
    student = world.student()
    tab.connect(cookie=cookie_of(world, student), path="/settings")
    tab.send(CalendarFeedState, "open")
    assert tab.state(CalendarFeedState).address == ""

    tab.send(CalendarFeedState, "renew")
    first = tab.state(CalendarFeedState).address
    assert first == world.platform.read(feeds.subscription, acting(student)).address
    host_and_path = first.partition("://")[2]
    assert tab.state(CalendarFeedState).webcal == f"webcal://{host_and_path}"
    assert tab.state(CalendarFeedState).google.endswith(
        "?cid=webcal" + "%3A%2F%2F" + host_and_path.replace(":", "%3A").replace("/", "%2F")
    )

    tab.send(CalendarFeedState, "renew")
    assert tab.state(CalendarFeedState).address not in ("", first)
    tab.send(CalendarFeedState, "remove")
    state = tab.state(CalendarFeedState)
    assert (state.address, state.webcal, state.google) == ("", "", "")
    assert world.platform.read(feeds.subscription, acting(student)) == feeds.NO_SUBSCRIPTION


@pytest.mark.parametrize("event", ["renew", "remove"])
def test_an_address_of_a_former_key_is_told_of_and_not_replaced_in_silence(
    tab: Tab, world: World, event: str
) -> None:
    student = world.student()
    world.platform.run(feeds.renew, acting(student))

    def forget(work: UnitOfWork) -> None:
        work.db.get_one(CalendarFeed, student.id).token_hash = "of another key"

    world.platform.run(forget, acting(student))
    tab.connect(cookie=cookie_of(world, student), path="/settings")
    tab.send(CalendarFeedState, "open")
    state = tab.state(CalendarFeedState)
    assert (state.is_hidden, state.address, state.webcal) == (True, "", "")

    tab.send(CalendarFeedState, event)
    state = tab.state(CalendarFeedState)
    assert (state.is_hidden, bool(state.address)) == (False, event == "renew")
    assert state.toasts[-1].body


def test_nobody_has_one_without_signing_in(tab: Tab, world: World) -> None:
    for event in ("open", "renew", "remove"):
        tab.connect(path="/settings")
        assert redirected_to(tab.send(CalendarFeedState, event)).startswith("/login")
