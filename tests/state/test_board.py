"""The live board's state, driven by events as a browser would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Booking, Person
from sessions_app.services import cancellations, sessions
from sessions_app.services.queries.board import Dispute
from sessions_app.state.base import AppState
from sessions_app.state.board import UNKNOWN, BoardPageState
from sessions_app.state.board_views import CLOSED, DisputeView, dispute_view
from tests.services import disputes
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of, redirected_to


@pytest.fixture
def ann(world: World) -> Person:
    return world.person("Ann Assistant", Role.ASSISTANT)


@pytest.fixture
def objected(world: World) -> Booking:
    return disputes.objected(world)


@pytest.fixture
def opened(tab: Tab, world: World, ann: Person) -> Any:
    """Open an address as the assistant, as a page load does."""

    def open_at(path: str = "/assistant") -> BoardPageState:
        tab.connect(cookie=cookie_of(world, ann), path=path)
        tab.send(BoardPageState, "open")
        return tab.state(BoardPageState)

    return open_at


def test_the_board_says_how_far_away_everything_is(opened: Any, world: World) -> None:
    world.book(world.student("Noah Berger"), world.offering(title="Series"), at(2, 10))
    world.clock.set(at(2, 10, 3))
    view = opened().view
    (row,) = view.rows
    assert (row.begins, row.small, row.state, row.presence) == (
        "10:00",
        "3 min late",
        "late",
        "Nobody there",
    )
    assert row.people == "Ada Lindqvist with Noah Berger"
    assert view.live == "Live, 10:03 in UTC"
    assert {one.key: one.count for one in view.filters} == {
        "all": 1, "attention": 1, "soon": 0, "running": 0, "late": 1, "requests": 0, "unpaid": 0, "disputes": 0,
    }  # fmt: skip


def test_the_board_says_who_is_there(opened: Any, world: World) -> None:
    noah = world.student("Noah Berger")
    offering = world.offering(title="Series")
    placed = world.book(noah, offering, at(2, 10))
    does = world.platform.run

    def shown() -> tuple[str, list[str]]:
        page = opened(f"/assistant?session={placed.session.id}")
        return page.view.rows[0].presence, [person.presence for person in page.panel.people]

    world.clock.set(at(2, 9, 50))
    assert shown() == ("Nobody yet", ["", ""])
    does(sessions.join, acting(noah), session_id=placed.session.id, tab="n")
    assert shown() == ("Student in the lobby", ["", "here"])
    world.clock.set(at(2, 10, 1))
    does(sessions.heartbeat, acting(noah), session_id=placed.session.id, tab="n")
    assert shown() == ("Instructor absent", ["absent", "here"])
    does(sessions.join, acting(world.instructor), session_id=placed.session.id, tab="i")
    assert shown() == ("Both in the lobby", ["here", "here"])
    does(sessions.start, acting(world.instructor), session_id=placed.session.id)
    assert shown() == ("Both present", ["here", "here"])
    world.clock.set(at(2, 10, 3))
    does(sessions.heartbeat, acting(world.instructor), session_id=placed.session.id, tab="i")
    assert shown() == ("Student absent", ["here", "absent"])


def test_the_address_chooses_filter_and_session(opened: Any, world: World) -> None:
    placed = world.book(world.student("Noah Berger"), world.offering(), at(2, 10))
    world.clock.set(at(2, 9))
    assert opened("/assistant?show=late").view.rows == ()
    assert opened("/assistant?show=late").view.empty == "Nothing here right now."
    assert len(opened("/assistant?show=nonsense").view.rows) == 1
    panel = opened(f"/assistant?session={placed.session.id}").panel
    assert [person.name for person in panel.people] == ["Ada Lindqvist", "Noah Berger"]
    assert [one.what for one in panel.happenings] == ["Seat booked", "Time held"]
    assert panel.happenings[0].who == "By Noah Berger, student"
    assert opened().panel == CLOSED


def test_a_timeline_names_who_was_served_and_why(opened: Any, world: World, ann: Person) -> None:
    student = world.student("Noah Berger")
    placed = world.book(student, world.offering(), at(3, 10))
    helping = Actor(person_id=ann.id, role=ann.role, on_behalf_of=student.id)
    world.platform.run(cancellations.cancel, helping, booking_id=placed.booking.id, reason="Ill")
    panel = opened(f"/assistant?session={placed.session.id}").panel
    assert panel.happenings[0].who == "By Ann Assistant, assistant for Noah Berger: “Ill”"


def test_words_are_searched_and_controls_change_the_address(opened: Any, tab: Tab, world: World) -> None:
    world.book(world.student("Noah Berger"), world.offering(), at(2, 10))
    world.clock.set(at(2, 9))
    opened()
    tab.send(BoardPageState, "search", text="mina")
    assert tab.state(BoardPageState).view.empty == "No session or person matches."
    tab.send(BoardPageState, "search", text="noah")
    assert len(tab.state(BoardPageState).view.rows) == 1
    assert redirected_to(tab.send(BoardPageState, "show", key="late")) == "/assistant?show=late"
    assert (
        redirected_to(tab.send(BoardPageState, "open_panel", session_id="ses_1"))
        == "/assistant?session=ses_1"
    )
    assert redirected_to(tab.send(BoardPageState, "choose_instructor", instructor_id="usr_1")) == (
        "/assistant?instructor=usr_1"
    )
    assert redirected_to(tab.send(BoardPageState, "close_panel")) == "/assistant"
    assert tab.send(BoardPageState, "show", key="nonsense") == []


def test_a_live_update_shows_what_is_new(opened: Any, tab: Tab, world: World) -> None:
    world.clock.set(at(2, 1))
    opened()
    world.hold(world.student("Paul"), world.offering(), at(2, 14))
    tab.send(BoardPageState, "refresh", by_itself=True)
    assert [row.state for row in tab.state(BoardPageState).view.rows] == ["unpaid"]
    tab.send(BoardPageState, "show_more")


def test_a_dispute_is_decided_with_a_choice_and_a_reason(
    opened: Any, tab: Tab, world: World, objected: Booking
) -> None:
    assert [row.presence for row in opened("/assistant?show=disputes").view.rows] == ["To be decided"]
    address = f"/assistant?session={objected.session_id}"
    (dispute,) = opened(address).panel.disputes
    assert dispute.title == "Noah Berger’s seat"
    assert dispute.counts_as == "Until you decide, it counts that the student did not come."
    assert dispute.host_said == "Ada has said nothing."
    assert dispute.student_said.startswith("Noah objects: “I waited and nobody came.” (")
    assert dispute.evidence == (
        "Ada was in the room for 20 min, Noah for 2 min, both together for 0 min. The log is as it was sealed."
    )

    def decide(**form: str) -> list[tuple[str, str]]:
        tab.send(BoardPageState, "decide", form={"booking_id": objected.id, **form})
        shown = tab.state(BoardPageState).panel.disputes
        return [(one.wrong_outcome, one.wrong_note) for one in shown]

    for wrong in ("", "cancelled", "nonsense"):
        assert decide(outcome=wrong, note="Clear") == [("Please choose what it was.", "")]
    said = "Please say in at most 1000 characters why it was decided so."
    for note in ("", "  ", "x" * 2000):
        assert decide(outcome="completed", note=note) == [("", said)]
    assert opened(address).panel.disputes[0].wrong_note == ""

    assert decide(outcome="technical", note="The line was down.") == []
    panel = tab.state(BoardPageState).panel
    assert panel.disputes == ()
    assert (panel.happenings[0].what, panel.happenings[0].who) == (
        "Dispute decided",
        "By Ann Assistant, assistant",
    )
    assert [toast.title for toast in tab.state(AppState).toasts] == ["Decided"]


def test_a_dispute_that_a_colleague_decided_is_said_to_be_decided(
    opened: Any, tab: Tab, world: World, objected: Booking
) -> None:
    opened(f"/assistant?session={objected.session_id}")
    disputes.decide(world, world.person("Bo", Role.ADMIN), objected)
    form = {"booking_id": objected.id, "outcome": "completed", "note": "Clear"}
    tab.send(BoardPageState, "decide", form=form)
    assert tab.state(AppState).problem.message == "This has been decided already."
    assert tab.state(BoardPageState).panel.disputes == ()


def test_who_says_what_is_worded_for_each_side() -> None:
    viewer = Viewer("UTC", "h23")
    dispute = Dispute(
        booking_id="bkg_1",
        student_name="Noah Berger",
        outcome=Outcome.LATE_START,
        is_confirmed=True,
        by_name="Greta Guard",
        is_by_host=False,
        reason="Too late",
        at=at(2, 12),
        is_observed=True,
        is_intact=True,
        host_minutes=50,
        student_minutes=60,
        minutes_together=50,
        late_minutes=10,
    )

    def shown(**facts: Any) -> DisputeView:
        return dispute_view(replace(dispute, **facts), "Ada Lindqvist", viewer, at(2, 13), None)

    assert shown().host_said == "Ada said that it began late."
    assert shown().student_said.startswith("Greta Guard objects for Noah: “Too late”")
    assert "It began 10 min late." in shown().evidence
    by_host = shown(by_name="Ada Lindqvist", is_by_host=True)
    assert by_host.host_said.startswith("Ada objects: “Too late”")
    assert by_host.student_said == "Noah has said nothing."
    assert shown(is_intact=False).evidence.startswith("The log is not what was sealed")
    assert shown(is_observed=False).evidence.startswith("They met in person")


def test_an_unknown_session_is_refused_kindly(opened: Any, tab: Tab) -> None:
    assert opened("/assistant?session=ses_none").panel == CLOSED
    assert tab.state(AppState).problem.message == UNKNOWN


def test_it_is_closed_to_everybody_else(tab: Tab, world: World) -> None:
    tab.connect(path="/assistant")
    assert redirected_to(tab.send(BoardPageState, "open")).startswith("/login")
    for person in (world.student(), world.instructor, world.person("Greta", Role.GUARDIAN)):
        tab.connect(cookie=cookie_of(world, person), path="/assistant")
        assert redirected_to(tab.send(BoardPageState, "open")) == "/"
        assert redirected_to(tab.send(BoardPageState, "decide", form={})) == "/"
        assert not tab.state(BoardPageState).view.ready
