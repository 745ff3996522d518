"""Group sessions end to end: the eight faults of others (complaints.md 6), each as a rule, and the minimum."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import IllegalTransition, NotFound
from sessions_app.domain.permissions import Actor
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Offering, Person, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import cancellations, gateway_tasks, mail, minimums, moves, slots
from sessions_app.services.sandbox_checkout import Press
from tests.services.test_card_payments import open_page, press
from tests.services.world import World, acting, at


@pytest.fixture
def group(world: World) -> Offering:
    return world.offering(session_type=SessionType.GROUP, capacity=6, title="Seminar")


def seats_left(world: World, offering: Offering) -> list[int]:
    window = TimeSpan(at(3, 10), at(3, 10, 1))
    listing = world.platform.read(slots.listing, Actor.system(), offering, window, student_id=None)
    return [slot.seats_left for slot in listing.slots]


def sessions_at(world: World) -> set[str]:
    return {world.booking(one).session_id for one in world.booking_ids()}


# cal#13360
def test_two_people_taking_the_first_seat_at_once_make_one_session(world: World, group: Offering) -> None:
    crowd = world.crowd(6)
    with ThreadPoolExecutor(6) as pool:
        placed = [pool.submit(world.book, student, group, at(3, 10)) for student in crowd]
    assert len({one.result().session.id for one in placed}) == 1
    assert world.session(placed[0].result().session.id).seats_taken == 6


# cal#11660
def test_nobody_cancels_anothers_seat_or_the_session_by_their_own(world: World, group: Offering) -> None:
    noah, mira = world.crowd(2)
    mine, theirs = (world.book(one, group, at(3, 10)) for one in (noah, mira))
    with pytest.raises(NotFound):
        world.platform.run(cancellations.cancel_session, acting(noah), session_id=mine.session.id)
    from sessions_app.domain.errors import NotAllowed

    with pytest.raises(NotAllowed):
        world.platform.run(cancellations.cancel, acting(noah), booking_id=theirs.booking.id)
    assert world.booking(theirs.booking.id).status is BookingStatus.SCHEDULED


# cal#14458, first half
def test_one_cancelled_seat_leaves_the_others_and_the_session(world: World, group: Offering) -> None:
    noah, mira = world.crowd(2)
    mine, theirs = (world.book(one, group, at(3, 10)) for one in (noah, mira))
    world.platform.run(cancellations.cancel, acting(noah), booking_id=mine.booking.id)
    assert world.booking(theirs.booking.id).status is BookingStatus.SCHEDULED
    assert world.session(mine.session.id).status is SessionStatus.SCHEDULED
    assert {mail.recipient_id for mail in world.mails("session-cancelled")} == {noah.id, world.instructor.id}


# cal#14458, second half, and #28986: no mail and no calendar entry names, or tells, anybody else
def test_no_message_of_one_seat_names_another_participant(world: World, group: Offering) -> None:
    noah, mira = world.student("Noah Berger"), world.student("Mira Holm")
    mine = world.book(noah, group, at(3, 10))
    world.book(mira, group, at(3, 10))
    world.platform.run(cancellations.cancel, acting(noah), booking_id=mine.booking.id)
    to_mira = [one for one in world.mails() if one.recipient_id == mira.id]
    assert [one.kind for one in to_mira] == ["session-booked"]
    for one in to_mira:
        made = mail.render(one, world.platform.settings, world.clock.now())
        whole = made.text + made.html + (made.calendar or b"").decode()
        assert "Noah" not in whole
        assert (noah.email or "?") not in whole
        assert (made.calendar or b"").count(b"ATTENDEE") == 1


# cal#10188
def test_each_seat_is_cancelled_and_refunded_by_itself(world: World) -> None:
    paid = world.offering(session_type=SessionType.GROUP, capacity=6, price_minor=2000)
    people = world.crowd(3)
    placed = [world.book(one, paid, at(4, 10)) for one in people]
    for person, seat in zip(people, placed, strict=True):
        press(world, person, open_page(world, person, seat), Press.PAY)
    world.platform.run(cancellations.cancel, acting(people[0]), booking_id=placed[0].booking.id)
    gateway_tasks.run_due(world.platform)
    assert [len(world.refunds(seat.booking.id)) for seat in placed] == [1, 0, 0]
    assert world.session(placed[0].session.id).seats_taken == 2


# cal#10167
def test_when_the_instructor_cancels_everybody_seated_is_told_once(world: World, group: Offering) -> None:
    people = world.crowd(3)
    placed = [world.book(one, group, at(3, 10)) for one in people]
    world.platform.run(
        cancellations.cancel_session, acting(world.instructor), session_id=placed[0].session.id, reason="Ill."
    )
    told = [mail for mail in world.mails("session-cancelled") if mail.recipient_id != world.instructor.id]
    assert sorted(mail.recipient_id for mail in told) == sorted(person.id for person in people)
    assert all(mail.facts["method"] == "CANCEL" and mail.facts["reason"] == "Ill." for mail in told)


# cal#14704
def test_a_group_with_seats_left_stays_listed_and_a_full_one_does_not(world: World, group: Offering) -> None:
    people = world.crowd(6)
    left = []
    for person in people:
        world.book(person, group, at(3, 10))
        left.append(seats_left(world, group))
    assert left == [[5], [4], [3], [2], [1], []]


# EA#948: a freed seat is counted free again
def test_a_seat_given_up_can_be_taken_by_somebody_else_at_once(world: World, group: Offering) -> None:
    people = world.crowd(7)
    placed = [world.book(person, group, at(3, 10)) for person in people[:6]]
    world.platform.run(cancellations.cancel, acting(people[0]), booking_id=placed[0].booking.id)
    assert seats_left(world, group) == [1]
    assert world.book(people[6], group, at(3, 10)).session.id == placed[0].session.id


def test_an_instructor_cancels_one_seat_without_the_others(world: World, group: Offering) -> None:
    noah, mira = world.crowd(2)
    mine, theirs = (world.book(one, group, at(3, 10)) for one in (noah, mira))
    world.platform.run(
        cancellations.cancel,
        acting(world.instructor),
        booking_id=mine.booking.id,
        seat_only=True,
        reason="Wrong group.",
    )
    assert world.booking(mine.booking.id).status is BookingStatus.CANCELLED
    assert world.booking(theirs.booking.id).status is BookingStatus.SCHEDULED


# The minimum.


def needing(world: World, minimum: int, **facts: Any) -> Offering:
    return world.offering(session_type=SessionType.GROUP, capacity=6, minimum_seats=minimum, **facts)


def booked_by(world: World, offering: Offering, count: int) -> tuple[list[Person], TeachingSession]:
    people = world.crowd(count)
    placed = [world.book(person, offering, at(4, 10)) for person in people]
    return people, placed[0].session


def test_a_group_below_its_minimum_at_the_cut_off_is_called_off_with_everything_back(world: World) -> None:
    offering = needing(world, 3, price_minor=2000)
    people = world.crowd(2)
    placed = [world.book(person, offering, at(4, 10)) for person in people]
    for person, seat in zip(people, placed, strict=True):
        press(world, person, open_page(world, person, seat), Press.PAY)

    world.clock.set(at(3, 10) - timedelta(seconds=1))
    assert minimums.sweep(world.platform) == 0
    world.clock.set(at(3, 10))
    assert minimums.sweep(world.platform) == 1
    assert minimums.sweep(world.platform) == 0

    gateway_tasks.run_due(world.platform)
    for seat in placed:
        booking = world.booking(seat.booking.id)
        assert (booking.status, booking.cancelled_by) == (BookingStatus.CANCELLED, "platform")
        assert [refund.amount_minor for refund in world.refunds(booking.id)] == [2000]
    told = [mail for mail in world.mails("session-cancelled") if mail.recipient_id != world.instructor.id]
    assert len(told) == 2
    assert "Fewer than 3 people" in told[0].facts["reason"]
    assert world.session(placed[0].session.id).status is SessionStatus.CANCELLED


def test_a_group_that_reached_its_minimum_takes_place_even_if_somebody_leaves_later(world: World) -> None:
    people, session = booked_by(world, needing(world, 3), 3)
    world.clock.set(at(3, 10))
    assert minimums.sweep(world.platform) == 0
    seat = next(one for one in world.booking_ids() if world.booking(one).student_id == people[0].id)
    world.platform.run(cancellations.cancel, acting(people[0]), booking_id=seat)
    assert minimums.sweep(world.platform) == 0
    assert world.session(session.id).status is SessionStatus.SCHEDULED


def test_seats_that_are_not_paid_do_not_count_towards_the_minimum(world: World) -> None:
    offering = needing(world, 2, price_minor=2000)
    noah, mira = world.crowd(2)
    world.clock.set(at(3, 9, 55))
    paid = world.book(noah, offering, at(4, 10))
    press(world, noah, open_page(world, noah, paid), Press.PAY)
    world.hold(mira, offering, at(4, 10))
    world.clock.set(at(3, 22))
    assert minimums.sweep(world.platform) == 1


def test_an_offerings_own_cut_off_wins_over_the_deployments(world: World) -> None:
    _, session = booked_by(world, needing(world, 3, minimum_cutoff_hours=2), 1)
    assert session.minimum_by == at(4, 8)


def test_a_group_opened_after_its_cut_off_has_half_of_the_time_left(world: World) -> None:
    world.clock.set(at(3, 18))
    _, session = booked_by(world, needing(world, 3), 1)
    assert session.minimum_by == at(4, 2)


def test_a_group_without_a_minimum_is_never_decided(world: World, group: Offering) -> None:
    _, session = booked_by(world, group, 1)
    assert session.minimum_by is None


def test_a_group_that_moves_takes_its_cut_off_along(world: World) -> None:
    people, session = booked_by(world, needing(world, 3), 1)
    [seat] = world.booking_ids()
    world.platform.run(moves.reschedule, acting(people[0]), booking_id=seat, starts_at=at(6, 10))
    assert world.session(session.id).minimum_by == at(5, 10)


def test_a_minimum_changed_later_leaves_the_sessions_that_are_booked(world: World) -> None:
    offering = needing(world, 3)
    _, session = booked_by(world, offering, 3)

    def raise_it(work: Any) -> None:
        row = work.db.get_one(Offering, offering.id)
        row.minimum_seats = 6
        work.db.add(row)

    world.platform.run(raise_it, Actor.system())
    assert world.session(session.id).minimum_seats == 3


def test_a_cancelled_group_is_not_cancelled_again(world: World) -> None:
    _, session = booked_by(world, needing(world, 3), 1)
    world.platform.run(cancellations.cancel_session, acting(world.instructor), session_id=session.id)
    world.clock.set(at(3, 10))
    assert minimums.sweep(world.platform) == 0
    with pytest.raises(IllegalTransition):
        world.platform.run(cancellations.cancel_session, acting(world.instructor), session_id=session.id)


def test_two_sweepers_at_once_call_a_group_off_once(world: World) -> None:
    booked_by(world, needing(world, 3), 2)
    world.clock.set(at(3, 10))
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(minimums.sweep, world.platform) for _ in range(4)]
    assert sum(one.result() for one in done) == 1
    assert len(world.mails("session-cancelled")) == 4
