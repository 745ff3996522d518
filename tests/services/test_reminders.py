"""Everybody who wants to be is reminded once of each session, at the right time, of what is still true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sessions_app.domain.permissions import Actor
from sessions_app.models import Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.models.messages import OutboxState
from sessions_app.services import accounts, bookings, cancellations, moves, outbox, reminders, requests
from sessions_app.services.bookings import Details, Placed
from sessions_app.services.mail import render
from sessions_app.services.reminders import PREFERENCES
from tests.doubles.postbox import Postbox
from tests.services.world import World, acting, at

DAY, HOUR, QUARTER = "session-reminder-24h", "session-reminder-1h", "session-reminder-15m"


def told(world: World) -> list[tuple[str, str]]:
    """The reminders queued so far: which, and to whom."""
    return [(mail.kind, mail.to_address) for mail in world.mails() if mail.kind in (DAY, HOUR, QUARTER)]


def sweep_at(world: World, *moment: int) -> list[tuple[str, str]]:
    """Run the job at a day, hour and minute of the world's month; what it queued."""
    before = len(told(world))
    world.clock.set(at(*moment))
    reminders.sweep(world.platform)
    return told(world)[before:]


def test_both_sides_are_reminded_a_day_an_hour_and_a_quarter_before(
    world: World, student: Person, placed: Placed
) -> None:
    both = [student.email, world.instructor.email]
    assert sweep_at(world, 2, 9, 59) == []
    assert sweep_at(world, 2, 10, 0) == [(DAY, one) for one in both]
    assert sweep_at(world, 2, 10, 1) == []
    assert sweep_at(world, 3, 9, 0) == [(HOUR, one) for one in both]
    assert sweep_at(world, 3, 9, 45) == [(QUARTER, one) for one in both]
    assert sweep_at(world, 3, 10, 0) == []


def test_what_was_missed_while_nothing_ran_is_said_once_and_never_after_the_start(
    world: World, student: Person, placed: Placed
) -> None:
    assert [kind for kind, _ in sweep_at(world, 3, 9, 30)] == [HOUR, HOUR]
    world.book(student, world.offering(), at(4, 10))
    assert sweep_at(world, 4, 10, 1) == []


def test_who_books_later_than_a_reminder_is_not_reminded_at_once(world: World, student: Person) -> None:
    world.clock.set(at(2, 20))
    world.book(student, world.offering(), at(3, 10))
    assert sweep_at(world, 2, 20, 1) == []
    assert {kind for kind, _ in sweep_at(world, 3, 9, 0)} == {HOUR}


def test_a_session_that_moved_is_reminded_of_at_its_new_time_alone(
    world: World, student: Person, placed: Placed
) -> None:
    world.platform.run(moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(5, 11))
    assert sweep_at(world, 2, 10, 0) == []
    assert {kind for kind, _ in sweep_at(world, 4, 11, 0)} == {DAY}


def test_a_reminder_that_became_untrue_before_it_was_sent_is_not_sent(
    world: World, student: Person, placed: Placed
) -> None:
    sweep_at(world, 2, 10, 0)
    world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    box = Postbox()
    outbox.deliver_due(replace(world.platform, mailer=box))
    assert {mail.state for mail in world.mails(DAY)} == {OutboxState.STALE}
    assert sweep_at(world, 3, 9, 0) == []


def test_a_mail_server_that_was_down_delivers_no_reminder_that_a_later_one_replaced(
    world: World, placed: Placed
) -> None:
    sweep_at(world, 2, 10, 0)
    sweep_at(world, 3, 9, 0)
    outbox.deliver_due(replace(world.platform, mailer=Postbox()))
    assert {mail.state for mail in world.mails(DAY)} == {OutboxState.STALE}
    assert {mail.state for mail in world.mails(HOUR)} == {OutboxState.SENT}


def test_requests_and_holds_are_not_reminded_of(world: World, student: Person) -> None:
    asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(3, 10))
    world.hold(world.student("Mia"), world.offering(), at(3, 14))
    assert sweep_at(world, 2, 10, 0) == []
    world.platform.run(requests.accept, acting(world.instructor), booking_id=asked.booking.id)
    assert {kind for kind, _ in sweep_at(world, 3, 9, 0)} == {HOUR}


class TestChoice:
    def test_each_reminder_can_be_switched_off_by_everybody_alone(
        self, world: World, student: Person, placed: Placed
    ) -> None:
        world.platform.run(accounts.choose_reminder, acting(student), name="reminder.email.24h", is_on=False)
        assert sweep_at(world, 2, 10, 0) == [(DAY, world.instructor.email)]
        assert {one for _, one in sweep_at(world, 3, 9, 0)} == {student.email, world.instructor.email}

    def test_a_booking_made_without_reminders_reminds_the_instructor_alone(
        self, world: World, student: Person
    ) -> None:
        world.book(student, world.offering(), at(3, 10), details=Details(reminders=False))
        assert sweep_at(world, 2, 10, 0) == [(DAY, world.instructor.email)]

    def test_a_guardian_is_reminded_for_a_child_without_an_address(self, world: World) -> None:
        child = world.student("Theo", email=None)
        guardian = world.guardian_of(child)
        world.platform.run(
            bookings.book,
            acting(guardian),
            offering_id=world.offering().id,
            starts_at=at(3, 10),
            student_id=child.id,
        )
        assert {one for _, one in sweep_at(world, 2, 10, 0)} == {guardian.email, world.instructor.email}
        world.platform.run(accounts.choose_reminder, acting(guardian), name="reminder.email.1h", is_on=False)
        assert [one for _, one in sweep_at(world, 3, 9, 0)] == [world.instructor.email]

    def test_every_reminder_has_its_switch(self) -> None:
        assert set(PREFERENCES.values()) == set(accounts.REMINDERS)


def test_a_group_is_reminded_seat_by_seat_and_its_instructor_once(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6, title="Seminar")
    early = [world.student(name) for name in ("Lea", "Mia")]
    for one in early:
        world.book(one, group, at(3, 10))
    daily = [one for _, one in sweep_at(world, 2, 10, 0)]
    assert sorted(daily) == sorted([*(one.email for one in early), world.instructor.email])
    late = world.student("Late")
    world.book(late, group, at(3, 10))
    hourly = sweep_at(world, 3, 9, 0)
    assert len(hourly) == 4
    assert (HOUR, late.email) in hourly
    letter = render(world.mails(HOUR)[-1], world.platform.settings, world.clock.now())
    assert "with 3 students starts in one hour" in letter.text
    assert "Lea" not in letter.text


def test_two_processes_remind_once(world: World, placed: Placed) -> None:
    world.clock.set(at(2, 10))
    with ThreadPoolExecutor(2) as both:
        list(both.map(reminders.sweep, [world.platform] * 2))
    assert len(told(world)) == 2


def test_the_system_alone_reminds(world: World, placed: Placed) -> None:
    world.clock.set(at(2, 10))
    assert world.platform.run(reminders.remind, Actor.system(), placed.session.id)
    assert not world.platform.run(reminders.remind, Actor.system(), placed.session.id)
