"""The live board shows staff what goes on today, whoever it concerns, in a fixed number of statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import NotAllowed, NotFound, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Booking, Person, TeachingSession
from sessions_app.models.catalogue import BookingMode, Modality, SessionType
from sessions_app.services import cancellations, live, requests, sessions
from sessions_app.services.queries import board
from sessions_app.services.queries.board import Board, BoardState, Presence
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services import disputes
from tests.services.statements import counted
from tests.services.test_instructor_home import crowded
from tests.services.world import World, acting, at


@pytest.fixture
def ann(world: World) -> Person:
    return world.person("Ann Assistant", Role.ASSISTANT)


def seen(world: World, staff: Person, **asked: Any) -> Board:
    return world.platform.read(board.board, acting(staff), zone="UTC", **asked)


def states(shown: Board) -> list[tuple[str, BoardState]]:
    return [(row.students[0], row.state) for row in shown.rows]


def begun(world: World, session_id: str, status: SessionStatus, seat: BookingStatus) -> None:
    def store(work: UnitOfWork) -> None:
        work.db.get_one(TeachingSession, session_id).status = status
        for booking in work.db.exec(select(Booking).where(col(Booking.session_id) == session_id)):
            booking.status = seat

    world.platform.run(store, Actor.system())


class TestStates:
    def test_a_session_goes_from_later_to_soon_to_late(self, world: World, ann: Person) -> None:
        world.book(world.student("Noah"), world.offering(), at(2, 10))
        for hour, minute, state in (
            (8, 0, BoardState.LATER),
            (9, 30, BoardState.SOON),
            (10, 0, BoardState.LATE),
            (11, 0, BoardState.OVER),
        ):
            world.clock.set(at(2, hour, minute))
            assert states(seen(world, ann)) == [("Noah", state)]
        world.clock.set(at(3, 0))
        assert states(seen(world, ann)) == []

    def test_what_was_started_runs_and_what_nobody_came_to_is_missed(self, world: World, ann: Person) -> None:
        offering = world.offering()
        running = world.book(world.student("Runs"), offering, at(2, 10))
        missed = world.book(world.student("Missed"), offering, at(2, 8))
        world.clock.set(at(2, 10, 20))
        begun(world, running.session.id, SessionStatus.IN_PROGRESS, BookingStatus.IN_PROGRESS)
        begun(world, missed.session.id, SessionStatus.COMPLETED, BookingStatus.NO_SHOW)
        assert states(seen(world, ann)) == [("Runs", BoardState.RUNNING), ("Missed", BoardState.NO_SHOW)]

    def test_requests_near_their_end_and_unpaid_seats_are_there_whatever_their_day(
        self, world: World, ann: Person
    ) -> None:
        on_request = world.offering(booking_mode=BookingMode.REQUEST)
        asked = world.book(world.student("Asks"), on_request, at(9, 10))
        world.clock.set(at(3, 5))
        assert states(seen(world, ann)) == []
        world.clock.set(at(3, 6))
        world.hold(world.student("Holds"), world.offering(), at(8, 10))
        shown = seen(world, ann)
        assert states(shown) == [("Asks", BoardState.REQUEST), ("Holds", BoardState.UNPAID)]
        assert shown.rows[0].until == at(3, 12)
        world.clock.advance(minutes=11)
        assert states(seen(world, ann)) == [("Asks", BoardState.REQUEST)]
        world.platform.run(requests.reject, acting(world.instructor), booking_id=asked.booking.id)
        assert states(seen(world, ann)) == []

    def test_what_is_called_off_is_not_on_the_board(self, world: World, ann: Person) -> None:
        student = world.student()
        placed = world.book(student, world.offering(), at(2, 10))
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
        world.clock.set(at(2, 9))
        assert states(seen(world, ann)) == []


class TestFiltersAndPages:
    def test_state_instructor_and_text_narrow_and_counts_ignore_the_state(
        self, world: World, ann: Person
    ) -> None:
        other = world.new_instructor("Bea Other")
        world.book(world.student("Łukasz"), world.offering(title="Eigenvalues"), at(2, 10))
        world.book(world.student("Mina"), world.offering(other), at(2, 15))
        world.clock.set(at(2, 9, 45))
        only_soon = seen(world, ann, states={BoardState.SOON})
        assert states(only_soon) == [("Łukasz", BoardState.SOON)]
        assert (only_soon.counts[BoardState.LATER], only_soon.total) == (1, 1)
        assert [name for _, name in only_soon.instructors] == ["Ada Lindqvist", "Bea Other"]
        assert states(seen(world, ann, instructor_id=other.id)) == [("Mina", BoardState.LATER)]
        for words in ("lukasz", "EIGEN", "ada"):
            assert states(seen(world, ann, text=words)) == [("Łukasz", BoardState.SOON)]
        assert states(seen(world, ann, text="nobody")) == []

    def test_it_is_shown_in_pages(self, world: World, ann: Person) -> None:
        for hour in (9, 11, 13):
            world.book(world.student(f"Student {hour}"), world.offering(), at(2, hour))
        world.clock.set(at(2, 1))
        first = seen(world, ann, limit=2)
        assert (len(first.rows), first.total, first.has_more) == (2, 3, True)
        assert not seen(world, ann, limit=3).has_more


class TestPanel:
    def test_the_timeline_says_who_did_what_on_whose_behalf(self, world: World, ann: Person) -> None:
        student = world.student("Noah Berger")
        placed = world.book(student, world.offering(), at(3, 10))
        helping = Actor(person_id=ann.id, role=ann.role, on_behalf_of=student.id)
        world.platform.run(
            cancellations.cancel, helping, booking_id=placed.booking.id, reason="Asked by phone"
        )

        panel = world.platform.read(board.panel, acting(ann), session_id=placed.session.id)

        latest = panel.happenings[0]
        assert (latest.action, latest.who, latest.role, latest.for_whom) == (
            "booking.cancelled", "Ann Assistant", "assistant", "Noah Berger",
        )  # fmt: skip
        assert latest.details["reason"] == "Asked by phone"
        assert [one.action for one in panel.happenings][-2:] == ["booking.scheduled", "booking.held"]
        assert [(seat.student.name, seat.status) for seat in panel.seats] == [
            ("Noah Berger", BookingStatus.CANCELLED)
        ]
        assert panel.state is None

    def test_an_unknown_session_is_not_found(self, world: World, ann: Person) -> None:
        with pytest.raises(NotFound):
            world.platform.read(board.panel, acting(ann), session_id="ses_none")


class TestWhoMaySee:
    def test_assistants_and_admins_alone(self, world: World) -> None:
        placed = world.book(world.student(), world.offering(), at(2, 10))
        asked: tuple[tuple[Any, dict[str, Any]], ...] = (
            (board.board, {"zone": "UTC"}),
            (board.panel, {"session_id": placed.session.id}),
        )
        for query, facts in asked:
            with pytest.raises(Unauthenticated):
                world.platform.read(query, Actor.anonymous(), **facts)
            for person in (world.student(), world.instructor, world.person("Greta", Role.GUARDIAN)):
                with pytest.raises(NotAllowed):
                    world.platform.read(query, acting(person), **facts)
            world.platform.read(query, acting(world.person("Root", Role.ADMIN)), **facts)


@pytest.fixture
def objected(world: World) -> Booking:
    return disputes.objected(world)


class TestDisputes:
    def test_one_is_on_the_board_until_it_is_decided_whatever_its_day(
        self, world: World, ann: Person, objected: Booking
    ) -> None:
        world.clock.set(at(5, 9))
        shown = seen(world, ann)
        assert states(shown) == [("Noah Berger", BoardState.DISPUTE)]
        assert BoardState.DISPUTE in board.ATTENTION
        disputes.decide(world, ann, objected)
        assert states(seen(world, ann)) == []
        panel = world.platform.read(board.panel, acting(ann), session_id=objected.session_id)
        assert panel.disputes == ()
        assert panel.happenings[0].action == "outcome.decided"

    def test_a_session_of_today_is_listed_once(self, world: World, ann: Person, objected: Booking) -> None:
        world.clock.set(at(2, 23))
        assert states(seen(world, ann)) == [("Noah Berger", BoardState.DISPUTE)]

    def test_both_sides_and_the_log_are_laid_open(self, world: World, ann: Person, objected: Booking) -> None:
        (dispute,) = world.platform.read(board.panel, acting(ann), session_id=objected.session_id).disputes
        assert (dispute.booking_id, dispute.student_name) == (objected.id, "Noah Berger")
        assert (dispute.by_name, dispute.is_by_host) == ("Noah Berger", False)
        assert dispute.reason == "I waited and nobody came."
        assert (dispute.host_minutes, dispute.student_minutes, dispute.minutes_together) == (20, 2, 0)
        assert (dispute.outcome, dispute.is_confirmed) == (Outcome.STUDENT_NO_SHOW, False)
        assert dispute.is_observed
        assert dispute.is_intact

    def test_nobody_else_decides(self, world: World, objected: Booking) -> None:
        noah = world.platform.read(lambda work: work.db.get_one(Person, objected.student_id), Actor.system())
        for person in (noah, world.instructor):
            with pytest.raises(NotAllowed):
                disputes.decide(world, person, objected)
        with pytest.raises(NotFound):
            disputes.decide(world, world.student("Mina"), objected)


class TestPresence:
    def test_it_counts_who_is_in_a_group_and_forgets_who_left_or_fell_silent(
        self, world: World, ann: Person
    ) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=4)
        lea, mia = world.student("Lea"), world.student("Mia")
        placed = world.book(lea, group, at(2, 10))
        world.book(mia, group, at(2, 10))
        world.clock.set(at(2, 9, 55))
        for person in (lea, mia, world.instructor):
            world.platform.run(sessions.join, acting(person), session_id=placed.session.id, tab="one")
        assert presence(world, ann) == Presence(has_host=True, seats=2)
        world.platform.run(sessions.leave, acting(mia), session_id=placed.session.id, tab="one")
        assert presence(world, ann) == Presence(has_host=True, seats=1)
        world.clock.set(at(2, 9, 58))
        world.platform.run(sessions.heartbeat, acting(lea), session_id=placed.session.id, tab="one")
        assert presence(world, ann) == Presence(has_host=False, seats=1)

    def test_nobody_is_looked_for_where_people_meet_in_person_or_much_later(
        self, world: World, ann: Person
    ) -> None:
        world.book(world.student("Noah"), world.offering(modality=Modality.IN_PERSON), at(2, 10))
        world.clock.set(at(2, 8))
        assert presence(world, ann) is None
        world.clock.set(at(2, 10, 1))
        assert presence(world, ann) is None

    def test_whoever_oversees_looks_again_when_somebody_comes(self, world: World) -> None:
        noah = world.student("Noah")
        placed = world.book(noah, world.offering(), at(2, 10))
        world.clock.set(at(2, 9, 55))
        told: list[frozenset[str]] = []
        listening = replace(world.platform, announce=told.append)
        listening.run(sessions.join, acting(noah), session_id=placed.session.id, tab="one")
        assert live.BOARD_TOPIC in told[0]


def presence(world: World, staff: Person) -> Presence | None:
    (row,) = seen(world, staff).rows
    return row.presence


def test_the_number_of_statements_does_not_grow_with_the_sessions(world: World, ann: Person) -> None:
    def asked() -> int:
        with counted(world.platform.engine) as statements:
            seen(world, ann)
        return len(statements)

    crowded(world, 5)
    few = asked()
    world.instructor = world.new_instructor("Full")
    crowded(world, 500)
    assert seen(world, ann).total == 8
    assert asked() == few
    assert few <= 5
