"""Ending: what becomes of each seat and its money when a session is ended, or forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotFound, TooEarly
from sessions_app.domain.permissions import Actor
from sessions_app.models import AttendanceSeal, Person
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import sessions
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import UnitOfWork
from tests.doubles import sweeping
from tests.infra import apart
from tests.services.sessions.hall import PRICE, Hall, read, rows
from tests.services.world import World, acting, at


class TestStartAndEnd:
    def test_the_instructor_starts_from_the_opening_on(self, hall: Hall, world: World) -> None:
        with pytest.raises(TooEarly):
            hall.at(-11).start()
        hall.at(-10).start()
        assert (hall.status(), world.session(hall.id).status) == (
            BookingStatus.IN_PROGRESS,
            SessionStatus.IN_PROGRESS,
        )
        with pytest.raises(IllegalTransition):
            hall.start()

    def test_a_student_cannot(self, hall: Hall, world: World) -> None:
        hall.at(0)
        with pytest.raises(NotFound):
            world.platform.run(sessions.start, acting(hall.student), session_id=hall.id)

    def test_ending_completes_seals_and_tells(self, hall: Hall, world: World, ada: Person) -> None:
        hall.at(-2).join()
        hall.at(0).join(ada)
        hall.start()
        for minute in range(1, 58):
            for person in (ada, hall.student):
                hall.at(minute).join(person)
        (settled,) = hall.at(58).end(report="We did exercise 4.")
        assert (settled.outcome, settled.minutes_together, settled.confirmed_by_id) == (
            Outcome.COMPLETED,
            58,
            ada.id,
        )
        assert settled.dispute_until == at(6, 10, 58)
        assert hall.status() is BookingStatus.COMPLETED
        session = world.session(hall.id)
        assert (session.status, session.started_at, session.ended_at) == (
            SessionStatus.COMPLETED,
            at(3, 10),
            at(3, 10, 58),
        )
        kept = read(world, AttendanceSeal, hall.id)
        assert len(kept.digest) == 64
        assert [mail.to_address for mail in world.mails("session-completed")] == [hall.student.email]
        (report,) = world.mails("lesson-report")
        assert report.facts["after"] == {"report": "We did exercise 4.", "homework": ""}
        with pytest.raises(IllegalTransition):
            hall.join()

    def test_it_must_have_begun(self, hall: Hall) -> None:
        with pytest.raises(IllegalTransition):
            hall.at(5).end()

    def test_nobody_is_absent_before_they_were_waited_for(self, hall: Hall) -> None:
        hall.at(0).start()
        with pytest.raises(TooEarly) as early:
            hall.at(14).end(absent=[hall.placed.booking.id])
        assert early.value.details == {"opens_at": "2026-12-03T10:15:00Z"}
        assert hall.status() is BookingStatus.IN_PROGRESS
        (settled,) = hall.at(15).end(absent=[hall.placed.booking.id])
        assert settled.outcome is Outcome.STUDENT_NO_SHOW
        assert hall.status() is BookingStatus.NO_SHOW

    def test_nor_whom_the_log_shows_in_the_room(self, hall: Hall, ada: Person) -> None:
        hall.at(0).start()
        for minute in range(31):
            hall.at(minute).join()
            hall.join(ada)
        with pytest.raises(InvalidInput) as refused:
            hall.at(31).end(absent=[hall.placed.booking.id])
        assert refused.value.field == "absent"
        assert hall.status() is BookingStatus.IN_PROGRESS

    def test_the_word_of_an_absent_instructor_does_not_count(self, hall: Hall, world: World) -> None:
        hall.pay_for(world.student("Pays"), at(4, 10))
        for minute in range(16):
            hall.at(minute).join()
        hall.leave()
        hall.at(25).join(world.instructor)
        hall.start()
        (settled,) = hall.at(30).end(absent=[hall.placed.booking.id])
        assert (settled.outcome, settled.confirmed_at) == (Outcome.INSTRUCTOR_NO_SHOW, None)
        (refund,) = world.refunds(hall.placed.booking.id)
        assert refund.amount_minor == PRICE

    def test_in_a_group_each_seat_has_its_own_end(self, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=3)
        here, away = world.student("Here"), world.student("Away")
        hall = Hall(world)
        hall.student, hall.placed = here, world.book(here, group, at(4, 10))
        missing = world.book(away, group, at(4, 10))
        hall.at(0).start()
        hall.join(world.instructor)
        hall.at(20).end(absent=[missing.booking.id])
        assert (hall.status(), hall.status(missing)) == (BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
        assert world.session(hall.id).status is SessionStatus.COMPLETED

    def test_a_seat_nobody_paid_ends_with_the_session(self, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=3, price_minor=PRICE)
        hall = Hall(world)
        hall.pay_for(world.student("Pays"), at(4, 10), session_type=SessionType.GROUP, capacity=3)
        assert group.id
        held = world.hold(world.student("Holds"), read_offering(world, hall.placed), at(4, 10))
        world.platform.run(_keep_held, Actor.system(), booking_id=held.booking.id)
        hall.at(0).start()
        hall.at(20).end()
        assert hall.status(held) is BookingStatus.EXPIRED


def read_offering(world: World, placed: Placed) -> Any:
    from sessions_app.models import Offering

    return read(world, Offering, placed.booking.offering_id)


def _keep_held(work: UnitOfWork, *, booking_id: str) -> None:
    from sessions_app.models import Booking

    booking = work.db.get_one(Booking, booking_id)
    booking.frees_at = at(9, 0)
    work.db.add(booking)


class TestTheSweeper:
    def test_it_waits_until_a_quarter_of_an_hour_after_the_end(self, hall: Hall, world: World) -> None:
        hall.at(74)
        assert sessions.sweep(world.platform) == 0
        hall.at(75)
        assert sessions.sweep(world.platform) == 1
        assert sessions.sweep(world.platform) == 0

    @pytest.mark.parametrize(
        ("instructor", "student", "status", "outcome", "back"),
        [
            ((0, 60), (2, 60), BookingStatus.COMPLETED, Outcome.COMPLETED, 0),
            ((12, 60), (0, 60), BookingStatus.COMPLETED, Outcome.LATE_START, 0),
            ((0, 4), (0, 60), BookingStatus.COMPLETED, Outcome.TECHNICAL, 0),
            ((0, 60), None, BookingStatus.NO_SHOW, Outcome.STUDENT_NO_SHOW, 0),
            (None, (0, 20), BookingStatus.NO_SHOW, Outcome.INSTRUCTOR_NO_SHOW, PRICE),
            (None, None, BookingStatus.NO_SHOW, Outcome.BOTH_NO_SHOW, PRICE),
        ],
        ids=lambda value: value.value if isinstance(value, Outcome) else None,
    )
    def test_never_started_it_decides_by_the_evidence_and_the_money_follows(
        self,
        world: World,
        instructor: tuple[int, int] | None,
        student: tuple[int, int] | None,
        status: BookingStatus,
        outcome: Outcome,
        back: int,
    ) -> None:
        hall = Hall(world)
        hall.pay_for(world.student("Pays"), at(4, 10))
        moments = [
            (when[0], "join", who)
            for when, who in ((instructor, world.instructor), (student, hall.student))
            if when
        ]
        moments += [
            (when[1], "leave", who)
            for when, who in ((instructor, world.instructor), (student, hall.student))
            if when
        ]
        for minute, what, who in sorted(moments, key=lambda moment: moment[0]):
            # A moment before its end, since an unstarted room closes with the session.
            getattr(hall.at(min(minute, 59.9)), what)(who)
        hall.at(75)
        sessions.sweep(world.platform)
        settled = hall.outcome()
        assert (hall.status(), settled.outcome, settled.proposed) == (status, outcome, outcome)
        assert settled.confirmed_at is None
        assert sum(refund.amount_minor for refund in world.refunds(hall.placed.booking.id)) == back
        kind = "session-missed" if status is BookingStatus.NO_SHOW else "session-completed"
        assert [mail.kind for mail in world.mails() if mail.kind.startswith("session-")][-1] == kind

    def test_credits_come_back_when_the_instructor_did_not(self, world: World) -> None:
        student = world.student("Saves")
        world.give_credits(student, 3)
        hall = Hall(world)
        hall.student = student
        hall.placed = world.book(student, world.offering(credits=2, price_minor=None), at(4, 10))
        assert world.balance(student) == 1
        hall.at(75)
        sessions.sweep(world.platform)
        assert world.balance(student) == 3

    def test_a_policy_that_always_gives_all_back_does_so_for_a_student_who_missed_it(
        self, world: World
    ) -> None:
        hall = Hall(world)
        hall.pay_for(world.student("Pays"), at(4, 10), cancellation_policy="full")
        hall.at(0).start()
        hall.join(world.instructor)
        hall.at(20).end(absent=[hall.placed.booking.id])
        (refund,) = world.refunds(hall.placed.booking.id)
        assert (refund.amount_minor, refund.reason) == (PRICE, "student_no_show")

    def test_what_was_started_and_forgotten_is_closed(self, hall: Hall, world: World) -> None:
        hall.at(0).start()
        for minute in range(60):
            hall.at(minute).join()
        hall.at(75)
        sessions.sweep(world.platform)
        assert hall.status() is BookingStatus.COMPLETED
        assert world.session(hall.id).ended_at == at(3, 11, 15)

    def test_in_person_nobody_is_called_absent(self, world: World) -> None:
        hall = Hall(world)
        hall.placed = world.book(
            hall.student, world.offering(modality=Modality.IN_PERSON, place="Room 4"), at(4, 10)
        )
        hall.at(75)
        sessions.sweep(world.platform)
        assert hall.status() is BookingStatus.COMPLETED

    def test_run_by_two_processes_at_once_it_acts_once(self, world: World, database_url: str) -> None:
        hall = Hall(world)
        hall.pay_for(world.student("Pays"), at(4, 10))
        hall.at(75)
        context = apart.processes()
        all_ready, counts = context.Barrier(2), context.Queue()
        arguments = (database_url, world.clock.now(), all_ready, counts)
        processes = [context.Process(target=sweeping.sweep, args=arguments) for _ in range(2)]
        for process in processes:
            process.start()
        closed = [counts.get(timeout=90) for _ in processes]
        for process in processes:
            process.join()
        assert sum(closed) == 2  # the hall's first session was due as well
        assert len(world.refunds(hall.placed.booking.id)) == 1
        assert len(rows(world, AttendanceSeal)) == 2
        missed = [mail for mail in world.mails("session-missed") if mail.booking_id == hall.placed.booking.id]
        assert len(missed) == len({mail.to_address for mail in missed}) == 2
