"""The calendar address in the settings."""

from __future__ import annotations

from sessions_app.services import feeds
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
    assert first == world.platform.read(feeds.address, acting(student))
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
    assert world.platform.read(feeds.address, acting(student)) is None


def test_nobody_has_one_without_signing_in(tab: Tab, world: World) -> None:
    for event in ("open", "renew", "remove"):
        tab.connect(path="/settings")
        assert redirected_to(tab.send(CalendarFeedState, event)).startswith("/login")
