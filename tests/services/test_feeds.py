"""Calendar subscriptions: who is listed to whom, how surely, for how long, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from sessions_app.domain.errors import NotFound, Unauthenticated
from sessions_app.domain.permissions import Actor
from sessions_app.models import Booking, CalendarFeed, GuardianLink, Offering, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import cancellations, feeds, moves, requests
from tests.services.statements import counted
from tests.services.world import World, acting, at


def subscribe(world: World, person: Person) -> str:
    """The token of a new address of this person."""
    address = world.platform.run(feeds.renew, acting(person))
    return address.rpartition("/")[2].removesuffix(".ics")


def read(world: World, token: str) -> feeds.FeedFile:
    return world.platform.read(feeds.calendar, Actor.anonymous(), token=token)


def events(world: World, person: Person) -> dict[str, Any]:
    """The events of a person's subscription, by booking."""
    calendar = Calendar.from_ical(read(world, subscribe(world, person)).content)
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


def test_each_party_sees_the_session_under_the_name_of_whom_they_meet(world: World) -> None:
    student = world.student("Noah Berger")
    booking = world.book(student, world.offering(), at(3, 10)).booking
    guardian = world.guardian_of(student)

    for person, title in (
        (student, "One-to-one session, Linear Algebra with Ada"),
        (world.instructor, "One-to-one session, Linear Algebra with Noah"),
        (guardian, "Noah: One-to-one session, Linear Algebra with Ada"),
    ):
        found = events(world, person)
        assert list(found) == [booking.id]
        event = found[booking.id]
        assert event["summary"] == title
        assert event["dtstart"].dt == datetime(2026, 12, 3, 10, tzinfo=UTC)
        assert event["dtstart"].to_ical() == b"20261203T100000Z"
        assert event["dtend"].dt == datetime(2026, 12, 3, 11, tzinfo=UTC)
        assert "attendee" not in event
    assert events(world, world.student("Mia")) == {}


def test_a_guardian_sees_no_child_whom_they_may_not_look_after(world: World) -> None:
    student, guardian = world.student(), world.guardian_of()
    world.book(student, world.offering(), at(3, 10))
    world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_view=False))

    assert events(world, guardian) == {}


def test_students_of_a_group_do_not_learn_of_each_other(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=3)
    noah, mia = world.student("Noah Berger"), world.student("Mia Lopez")
    for student in (noah, mia):
        world.book(student, group, at(3, 10))

    assert b"Mia" not in read(world, subscribe(world, noah)).content


class TestGroups:
    """A group that an instructor teaches is one event in their calendar, and a seat in each student's."""

    @pytest.fixture
    def group(self, world: World) -> Offering:
        return world.offering(
            title="Eigenvalue clinic",
            session_type=SessionType.GROUP,
            capacity=3,
            booking_mode=BookingMode.INSTANT,
        )

    def test_the_instructor_has_one_event_that_says_how_many_and_who_sit_in_it(
        self, world: World, group: Offering
    ) -> None:
        noah, mia = world.student("Noah Berger"), world.student("Mia Lopez")
        seats = [world.book(student, group, at(3, 10)).booking for student in (noah, mia)]
        elsewhere = world.book(world.student(), group, at(4, 10)).booking

        found = events(world, world.instructor)

        assert list(found) == [seats[0].session_id, elsewhere.session_id]
        event = found[seats[0].session_id]
        assert event["summary"] == "Eigenvalue clinic, Linear Algebra, 2 of 3 seats taken"
        assert "With: Mia, Noah\n" in event["description"]
        assert (event["dtstart"].dt, event["dtend"].dt) == (at(3, 10), at(3, 11))
        assert event["status"] == "CONFIRMED"
        for student, seat in zip((noah, mia), seats, strict=True):
            (own,) = events(world, student).items()
            assert own[0] == seat.id
            assert own[1]["summary"] == "Eigenvalue clinic, Linear Algebra with Ada"

    def test_seats_come_and_go_under_one_uid_and_a_rising_sequence(
        self, world: World, group: Offering
    ) -> None:
        noah, mia = world.student("Noah Berger"), world.student("Mia Lopez")
        first = world.book(noah, group, at(10, 10)).booking
        seen = [events(world, world.instructor)[first.session_id]]

        def after(change: Callable[[], object]) -> None:
            world.clock.advance(minutes=5)
            change()
            seen.append(events(world, world.instructor)[first.session_id])

        def leave(booking: Booking, student: Person) -> None:
            world.platform.run(cancellations.cancel, acting(student), booking_id=booking.id, reason="")

        placed: list[Booking] = []
        after(lambda: placed.append(world.book(mia, group, at(10, 10)).booking))
        after(
            lambda: world.platform.run(
                moves.reschedule, acting(noah), booking_id=first.id, starts_at=at(11, 12)
            )
        )
        after(lambda: leave(placed[0], mia))

        taken = [str(event["summary"]).rpartition(", ")[2] for event in seen]
        assert taken == [f"{count} of 3 seats taken" for count in (1, 2, 1, 0)]
        assert [event["status"] for event in seen] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
        assert len({str(event["uid"]) for event in seen}) == 1
        sequences = [event["sequence"] for event in seen]
        assert sequences == sorted(set(sequences))

    def test_a_group_in_which_one_still_waits_is_as_sure_as_its_surest_seat(
        self, world: World, group: Offering
    ) -> None:
        asked = world.offering(session_type=SessionType.GROUP, capacity=3, booking_mode=BookingMode.REQUEST)
        first = world.book(world.student(), asked, at(6, 10)).booking
        second = world.book(world.student(), asked, at(6, 10)).booking
        assert events(world, world.instructor)[first.session_id]["status"] == "TENTATIVE"

        world.platform.run(requests.accept, acting(world.instructor), booking_id=second.id)

        event = events(world, world.instructor)[first.session_id]
        assert (event["status"], event["summary"].rpartition(", ")[2]) == ("CONFIRMED", "2 of 3 seats taken")

    def test_who_teaches_and_looks_after_a_child_in_the_group_of_another_sees_the_seat(
        self, world: World, group: Offering
    ) -> None:
        other = world.new_instructor("Lea Paris")
        pupil = world.student("Noah Berger")
        world.add(GuardianLink(guardian_id=other.id, child_id=pupil.id))
        booking = world.book(pupil, group, at(3, 10)).booking

        assert list(events(world, other)) == [booking.id]


def test_a_change_keeps_the_event_and_raises_its_sequence(world: World) -> None:
    student = world.student()
    booking = world.book(student, world.offering(), at(3, 10)).booking
    before = events(world, student)[booking.id]
    world.platform.run(moves.reschedule, acting(student), booking_id=booking.id, starts_at=at(4, 12))
    moved = events(world, student)[booking.id]
    world.platform.run(cancellations.cancel, acting(student), booking_id=booking.id, reason="")
    cancelled = events(world, student)[booking.id]

    assert before["uid"] == moved["uid"] == cancelled["uid"]
    assert before["sequence"] < moved["sequence"] < cancelled["sequence"]
    assert moved["dtstart"].dt == at(4, 12)
    assert [event["status"] for event in (before, moved, cancelled)] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
    ]


def test_a_request_is_tentative_until_it_comes_to_nothing(world: World) -> None:
    student = world.student()
    booking = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(6, 10)).booking
    assert events(world, student)[booking.id]["status"] == "TENTATIVE"

    world.clock.advance(days=4)

    assert events(world, student) == {}


def test_what_is_only_held_is_in_no_calendar(world: World) -> None:
    student = world.student()
    world.hold(student, world.offering(price_minor=3200), at(3, 10))

    assert events(world, student) == {}
    assert events(world, world.instructor) == {}


def test_ninety_days_back_are_listed_and_all_that_is_to_come(world: World) -> None:
    student = world.student()
    booking = world.book(student, world.offering(), at(28, 10)).booking
    assert list(events(world, student)) == [booking.id]

    world.clock.set(at(28, 10) + timedelta(days=90))
    assert list(events(world, student)) == [booking.id]
    world.clock.set(at(28, 11) + timedelta(days=90))
    assert events(world, student) == {}


def test_an_address_is_stored_as_a_hash_shown_again_and_ended_by_the_next(world: World) -> None:
    student = world.student()
    first = subscribe(world, student)
    row = world.platform.read(lambda work: work.db.get_one(CalendarFeed, student.id), Actor.system())
    assert len(first) >= 43
    assert first not in repr(row)
    shown = world.platform.read(feeds.subscription, acting(student))
    assert shown.address == f"{world.platform.settings.public_url}/api/feeds/{first}.ics"

    second = subscribe(world, student)

    assert second != first
    read(world, second)
    with pytest.raises(NotFound):
        read(world, first)


def test_an_address_of_a_former_key_works_is_not_shown_and_can_be_replaced_or_removed(world: World) -> None:
    student, other = world.student(), world.student()
    tokens = [subscribe(world, person) for person in (student, other)]
    settings = world.platform.settings.model_copy(update={"secret_key": "another key " * 4})
    rekeyed = replace(world.platform, settings=settings)

    for token, person in zip(tokens, (student, other), strict=True):
        found = rekeyed.read(feeds.subscription, acting(person))
        assert found == feeds.Subscription(exists=True, address="")
        assert rekeyed.read(feeds.calendar, Actor.anonymous(), token=token).content

    address = rekeyed.run(feeds.renew, acting(student))
    rekeyed.run(feeds.remove, acting(other))

    assert rekeyed.read(feeds.subscription, acting(student)).address == address
    assert rekeyed.read(feeds.subscription, acting(other)) == feeds.NO_SUBSCRIPTION
    for token in tokens:
        with pytest.raises(NotFound):
            rekeyed.read(feeds.calendar, Actor.anonymous(), token=token)


def test_an_address_ends_when_it_is_removed_or_its_person_leaves(world: World) -> None:
    student, other = world.student(), world.student()
    tokens = [subscribe(world, person) for person in (student, other)]
    world.platform.run(feeds.remove, acting(student))
    world.platform.run(feeds.remove, acting(student))

    def leave(work: Any) -> None:
        work.db.get_one(Person, other.id).deactivated_at = work.now

    world.platform.run(leave, Actor.system())

    assert world.platform.read(feeds.subscription, acting(student)) == feeds.NO_SUBSCRIPTION
    for token in (*tokens, "unknown"):
        with pytest.raises(NotFound):
            read(world, token)
    with pytest.raises(Unauthenticated):
        world.platform.run(feeds.renew, Actor.anonymous())


def test_the_same_sessions_make_the_same_file_and_a_change_another(world: World) -> None:
    student = world.student()
    booking = world.book(student, world.offering(), at(3, 10)).booking
    token = subscribe(world, student)
    first = read(world, token)
    world.clock.advance(minutes=30)
    assert read(world, token) == first

    world.platform.run(moves.reschedule, acting(student), booking_id=booking.id, starts_at=at(4, 12))

    assert read(world, token).etag != first.etag


def test_many_sessions_cost_as_many_statements_as_one(world: World) -> None:
    offering = world.offering()

    def cost(person: Person) -> int:
        token = subscribe(world, person)
        with counted(world.platform.engine) as asked:
            read(world, token)
        return len(asked)

    world.book(world.student(), offering, at(3, 8))
    one = cost(world.instructor)
    for hour in range(10, 20, 2):
        placed: Booking = world.book(world.student(), offering, at(4, hour)).booking
        assert placed.id

    assert cost(world.instructor) == one == 3
