"""The session as it takes place: who gets in and when, what becomes of each seat, and the money."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.errors import (
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooEarly,
    TooLate,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.ports import VideoKind
from sessions_app.models import (
    AttendanceAmendment,
    AttendanceSeal,
    AttendanceStay,
    LessonNotes,
    LiveSession,
    Person,
    SeatOutcome,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import (
    attendance,
    cancellations,
    checkout,
    lesson_notes,
    moves,
    outcomes,
    recording,
    sandbox_checkout,
    sessions,
    video,
)
from sessions_app.services.bookings import Placed
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.sessions import Joined
from sessions_app.services.unit_of_work import UnitOfWork
from tests.doubles import sweeping
from tests.infra import apart
from tests.services.world import World, acting, at

PRICE = 3200


class Hall:
    """A booked session on 3 December, 10:00 to 11:00, and those who come to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.student = world.student()
        self.placed = world.book(self.student, world.offering(), at(3, 10))

    @property
    def id(self) -> str:
        return self.placed.session.id

    def pay_for(self, student: Person, starts_at: datetime, **facts: Any) -> Placed:
        placed = self.world.book(student, self.world.offering(price_minor=PRICE, **facts), starts_at)
        opened = checkout.open_page(
            self.world.platform, acting(student), booking_id=placed.booking.id, return_url="/"
        )
        token = opened.url.rpartition("/")[2]
        sandbox_checkout.press(self.world.platform, acting(student), token=token, button=Press.PAY)
        self.student, self.placed = student, placed
        return placed

    def at(self, minute: float) -> Hall:
        self.world.clock.set(self.placed.session.starts_at + timedelta(minutes=minute))
        return self

    def join(self, person: Person | None = None, **facts: Any) -> Joined:
        return self.world.platform.run(
            sessions.join, acting(person or self.student), session_id=self.id, **facts
        )

    def leave(self, person: Person | None = None, **facts: Any) -> int:
        return self.world.platform.run(
            sessions.leave, acting(person or self.student), session_id=self.id, **facts
        )

    def start(self) -> None:
        self.world.platform.run(sessions.start, acting(self.world.instructor), session_id=self.id)

    def end(self, **facts: Any) -> list[SeatOutcome]:
        return self.world.platform.run(
            sessions.end, acting(self.world.instructor), session_id=self.id, **facts
        )

    def be_there(self, person: Person, since: int, until: int) -> None:
        """Join at a minute and leave at another."""
        self.at(since).join(person)
        self.at(until).leave(person)

    def status(self, placed: Placed | None = None) -> BookingStatus:
        return self.world.booking((placed or self.placed).booking.id).status

    def outcome(self, placed: Placed | None = None) -> SeatOutcome:
        return read(self.world, SeatOutcome, (placed or self.placed).booking.id)

    def room(self) -> LiveSession:
        return read(self.world, LiveSession, self.id)


def read(world: World, model: Any, key: Any) -> Any:
    return world.platform.read(lambda work: work.db.get(model, key), Actor.system())


def rows(world: World, model: Any) -> list[Any]:
    return world.platform.read(lambda work: list(work.db.exec(select(model))), Actor.system())


@pytest.fixture
def hall(world: World) -> Hall:
    return Hall(world)


@pytest.fixture
def ada(world: World) -> Person:
    return world.instructor


class TestComingIn:
    def test_nobody_before_the_opening_and_the_refusal_says_when(self, hall: Hall, ada: Person) -> None:
        for person in (hall.student, ada):
            with pytest.raises(TooEarly) as early:
                hall.at(-10.02).join(person)
            assert early.value.details == {"opens_at": "2026-12-03T09:50:00Z"}
        assert hall.room() is None
        assert hall.at(-10).join().opens_at == at(3, 9, 50)

    def test_a_student_waits_in_the_lobby_until_the_instructor_starts(self, hall: Hall, ada: Person) -> None:
        assert hall.at(-5).join().entrance is None
        hall.at(0).start()
        way = hall.join().entrance
        assert way is not None
        assert way.room == hall.room().room
        assert way.url == f"https://meet.jit.si/{way.room}"

    def test_the_room_is_made_by_whoever_comes_first_and_stays(self, hall: Hall, ada: Person) -> None:
        hall.at(-10).join()
        made = hall.room()
        assert made.room_made_at == at(3, 9, 50)
        assert len(made.room) == 34
        assert made.room.startswith("s-")
        first = hall.at(-3).join(ada).entrance
        assert first is not None
        assert first.room == made.room
        assert hall.id not in made.room

    def test_two_who_come_first_at_once_get_the_same_room(self, hall: Hall, ada: Person) -> None:
        hall.at(-5)
        rooms: list[str] = []

        def come() -> None:
            way = hall.join(ada, tab=threading.current_thread().name).entrance
            assert way is not None
            rooms.append(way.room)

        threads = [threading.Thread(target=come) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(rooms) == 4
        assert len(set(rooms)) == 1

    def test_nobody_without_a_seat_gets_in(self, hall: Hall, world: World) -> None:
        hall.at(1).start()
        with pytest.raises(NotFound):
            hall.join(world.student("Mina"))
        with pytest.raises(NotFound):
            hall.join(world.new_instructor("Max"))
        with pytest.raises(NotAllowed):
            hall.join(world.person("Ann", Role.ASSISTANT))
        with pytest.raises(Unauthenticated):
            world.platform.run(sessions.join, Actor.anonymous(), session_id=hall.id)
        assert rows(world, AttendanceStay) == []

    def test_a_guardian_joins_for_a_child_under_its_name(self, hall: Hall, world: World) -> None:
        guardian = world.guardian_of(hall.student)
        hall.at(0).start()
        assert hall.join(guardian).entrance is not None
        (stay,) = rows(world, AttendanceStay)
        assert (stay.person_id, stay.booking_id) == (guardian.id, hall.placed.booking.id)

    def test_two_children_before_their_guardians_screen_are_both_there(self, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=3)
        lea, max_, alone = world.student("Lea"), world.student("Max"), world.student("Alone")
        guardian = world.guardian_of(lea, max_)
        placed = {one.name: world.book(one, group, at(3, 10)) for one in (lea, max_, alone)}
        session_id = placed["Lea"].session.id
        world.clock.set(at(3, 9, 58))
        for person in (guardian, world.instructor):
            world.platform.run(sessions.join, acting(person), session_id=session_id)
        world.clock.set(at(3, 10))
        world.platform.run(sessions.start, acting(world.instructor), session_id=session_id)
        world.clock.set(at(3, 10, 55))
        world.platform.run(sessions.end, acting(world.instructor), session_id=session_id)
        proposed = {row.booking_id: row.proposed for row in rows(world, SeatOutcome)}
        assert {name: proposed[one.booking.id] for name, one in placed.items()} == {
            "Lea": Outcome.COMPLETED,
            "Max": Outcome.COMPLETED,
            "Alone": Outcome.STUDENT_NO_SHOW,
        }

    def test_a_guardian_comes_in_for_the_child_whose_seat_still_stands(self, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=3)
        lea, max_ = world.student("Lea"), world.student("Max")
        guardian = world.guardian_of(lea, max_)
        first = world.book(lea, group, at(3, 10))
        later = world.book(max_, group, at(3, 10))
        world.platform.run(cancellations.cancel, acting(guardian), booking_id=later.booking.id)
        world.clock.set(at(3, 9, 58))
        world.platform.run(sessions.join, acting(guardian), session_id=first.session.id)
        (stay,) = rows(world, AttendanceStay)
        assert stay.booking_id == first.booking.id

    def test_a_cancelled_seat_loses_access_at_once_and_the_room_it_knew(
        self, hall: Hall, world: World, ada: Person
    ) -> None:
        hall.at(-5).join()
        former = hall.room().room
        world.platform.run(cancellations.cancel, acting(hall.student), booking_id=hall.placed.booking.id)
        with pytest.raises(IllegalTransition):
            hall.join()
        with pytest.raises(IllegalTransition):
            hall.join(ada)
        assert not world.platform.run(sessions.heartbeat, acting(hall.student), session_id=hall.id, tab="one")
        assert hall.room().room == ""
        assert former

    def test_of_a_group_one_seat_is_lost_and_the_others_meet_in_another_room(self, world: World) -> None:
        group = world.offering(session_type=SessionType.GROUP, capacity=3)
        stays, goes = world.student("Stays"), world.student("Goes")
        hall = Hall(world)
        hall.student, hall.placed = stays, world.book(stays, group, at(4, 10))
        going = world.book(goes, group, at(4, 10))
        hall.at(0).start()
        former = hall.join(goes).entrance
        assert former is not None
        world.platform.run(
            cancellations.cancel, acting(world.instructor), booking_id=going.booking.id, seat_only=True
        )
        with pytest.raises(IllegalTransition):
            hall.join(goes)
        now = hall.join(stays).entrance
        assert now is not None
        assert now.room != former.room

    def test_a_moved_session_gets_a_new_room(self, hall: Hall, world: World, ada: Person) -> None:
        hall.at(-9).join(ada)
        former = hall.room().room
        world.platform.run(
            moves.reschedule, acting(ada), booking_id=hall.placed.booking.id, starts_at=at(5, 10)
        )
        assert hall.room().room == ""
        world.clock.set(at(5, 9, 55))
        assert hall.join(ada).entrance
        assert hall.room().room not in ("", former)

    def test_a_request_or_a_hold_is_no_seat(self, world: World) -> None:
        hall = Hall(world)
        hall.student = world.student("Holds")
        hall.placed = world.hold(hall.student, world.offering(price_minor=PRICE), at(4, 10))
        with pytest.raises(IllegalTransition):
            hall.at(-5).join()

    def test_who_meets_in_person_has_no_room(self, world: World) -> None:
        hall = Hall(world)
        hall.placed = world.book(
            hall.student, world.offering(modality=Modality.IN_PERSON, place="Room 4"), at(4, 10)
        )
        with pytest.raises(IllegalTransition):
            hall.at(0).join()

    def test_after_the_end_it_is_too_late_unless_it_still_runs(self, hall: Hall) -> None:
        with pytest.raises(TooLate):
            hall.at(60).join()
        hall.at(59).start()
        assert hall.at(70).join().entrance is not None
        with pytest.raises(TooLate):
            hall.at(75).join()


class TestTheWayToMeet:
    def test_an_instructor_may_meet_at_an_address_of_their_own(
        self, hall: Hall, world: World, ada: Person
    ) -> None:
        world.platform.run(
            video.choose, acting(ada), provider=VideoKind.LINK, link=" https://meet.example/ada "
        )
        way = hall.at(-5).join(ada).entrance
        assert way is not None
        assert (way.url, way.frame_url, way.token) == ("https://meet.example/ada", "", "")
        world.platform.run(video.choose, acting(ada), provider=None)
        back = hall.join(ada).entrance
        assert back is not None
        assert back.url.startswith("https://meet.jit.si/s-")

    @pytest.mark.parametrize(
        "link",
        [
            "",
            "http://meet.example/ada",
            "meet.example",
            "https://",
            "https://localhost",
            "javascript:alert(1)",
            "https://meet.example/a b",
            "https://user@meet.example/",
            "https://meet.example/" + "x" * 500,
        ],
    )
    def test_which_must_be_a_whole_secure_address(self, world: World, ada: Person, link: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.platform.run(video.choose, acting(ada), provider=VideoKind.LINK, link=link)
        assert refused.value.field == "link"

    def test_only_what_is_set_up_can_be_chosen_and_only_by_instructors(
        self, world: World, ada: Person
    ) -> None:
        with pytest.raises(InvalidInput):
            world.platform.run(video.choose, acting(ada), provider=VideoKind.AGORA)
        with pytest.raises(NotAllowed):
            world.platform.run(video.choose, acting(world.student()), provider=None)


class TestBeingThere:
    def test_each_tab_is_a_row_that_the_heartbeat_extends(self, hall: Hall, world: World) -> None:
        hall.at(-5).join(tab="laptop")
        hall.at(-4).join(tab="phone")
        for minute in (-4.5, -4, -3.5, -3):
            hall.at(minute)
            assert world.platform.run(
                sessions.heartbeat, acting(hall.student), session_id=hall.id, tab="laptop"
            )
        seen = {row.tab: row.last_seen_at for row in rows(world, AttendanceStay)}
        assert seen == {"laptop": at(3, 9, 57), "phone": at(3, 9, 56)}

    def test_a_tab_that_was_silent_for_long_comes_anew(self, hall: Hall, world: World) -> None:
        hall.at(-9).join(tab="one")
        hall.at(-5)
        world.platform.run(sessions.heartbeat, acting(hall.student), session_id=hall.id, tab="one")
        assert len(rows(world, AttendanceStay)) == 2

    def test_leaving_tells_how_long_one_was_there(self, hall: Hall) -> None:
        hall.at(0).join(tab="one")
        assert hall.at(1).leave(tab="one") == 1
        hall.at(2).join(tab="one")
        assert hall.at(3).leave() == 3  # the gap of a minute is a reload
        assert hall.at(9).leave() == 3

    def test_a_page_was_there_as_long_as_it_was_heard_of(self, hall: Hall) -> None:
        hall.at(0).join(tab="one")
        hall.at(1).join(tab="one")
        assert hall.at(40).leave() == 1

    def test_a_program_is_there_until_it_says_that_it_leaves(self, hall: Hall) -> None:
        hall.at(0).join()
        assert hall.at(40).leave() == 40

    def test_who_never_came_was_there_for_no_minute(self, hall: Hall, world: World) -> None:
        assert hall.at(5).leave() == 0
        with pytest.raises(NotFound):
            hall.leave(world.student("Mina"))


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


class TestTheSeal:
    @pytest.fixture
    def sealed(self, hall: Hall, ada: Person) -> Hall:
        hall.at(0).start()
        hall.join(ada)
        hall.join()
        hall.at(1).join()
        hall.at(1.2).end()
        return hall

    def test_it_holds_as_long_as_no_row_is_touched(self, sealed: Hall, world: World) -> None:
        assert world.platform.read(attendance.is_intact, Actor.system(), sealed.id) is True

    @pytest.mark.parametrize(
        "change",
        [
            {"joined_at": at(3, 9)},
            {"last_seen_at": at(3, 10, 50)},
            {"left_at": at(3, 10, 50)},
            {"tab": "other"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_and_breaks_with_any_that_is(self, sealed: Hall, world: World, change: dict[str, Any]) -> None:
        def alter(work: UnitOfWork) -> None:
            stay = work.db.exec(
                select(AttendanceStay).where(col(AttendanceStay.booking_id).is_not(None))
            ).first()
            for name, value in change.items():
                setattr(stay, name, value)
            work.db.add(stay)

        world.platform.run(alter, Actor.system())
        assert world.platform.read(attendance.is_intact, Actor.system(), sealed.id) is False

    def test_nothing_is_written_to_a_sealed_log(self, sealed: Hall, world: World) -> None:
        before = rows(world, AttendanceStay)
        assert not world.platform.run(
            sessions.heartbeat, acting(sealed.student), session_id=sealed.id, tab="api"
        )
        assert sealed.at(5).leave() == 1
        assert [row.model_dump() for row in rows(world, AttendanceStay)] == [
            row.model_dump() for row in before
        ]
        assert world.platform.read(attendance.is_intact, Actor.system(), sealed.id) is True


class TestObjecting:
    @pytest.fixture
    def missed(self, world: World) -> Hall:
        hall = Hall(world)
        hall.pay_for(world.student("Pays"), at(4, 10))
        for minute in range(21):
            hall.at(minute).join(world.instructor)
        hall.at(75)
        sessions.sweep(world.platform)
        assert hall.outcome().outcome is Outcome.STUDENT_NO_SHOW
        return hall

    def test_the_instructor_confirms_once(self, missed: Hall, world: World, ada: Person) -> None:
        booking_id = missed.placed.booking.id
        assert world.platform.run(outcomes.confirm, acting(ada), booking_id=booking_id).confirmed_at
        with pytest.raises(IllegalTransition):
            world.platform.run(outcomes.confirm, acting(ada), booking_id=booking_id)
        with pytest.raises(NotAllowed):
            world.platform.run(outcomes.confirm, acting(missed.student), booking_id=booking_id)

    def test_the_student_may_object_for_72_hours(self, missed: Hall, world: World) -> None:
        booking_id, me = missed.placed.booking.id, acting(missed.student)
        world.clock.set(missed.outcome().dispute_until + timedelta(seconds=1))
        with pytest.raises(TooLate):
            world.platform.run(outcomes.dispute, me, booking_id=booking_id, reason="I was there")
        world.clock.set(missed.outcome().dispute_until)
        with pytest.raises(InvalidInput):
            world.platform.run(outcomes.dispute, me, booking_id=booking_id, reason=" ")
        world.platform.run(outcomes.dispute, me, booking_id=booking_id, reason="I was there")
        with pytest.raises(IllegalTransition):
            world.platform.run(outcomes.dispute, me, booking_id=booking_id, reason="Again")
        with pytest.raises(NotFound):
            world.platform.run(
                outcomes.dispute, acting(world.student("Mina")), booking_id=booking_id, reason="Me too"
            )

    def test_staff_decide_the_log_stays_and_the_money_goes_back(self, missed: Hall, world: World) -> None:
        booking_id, ann = missed.placed.booking.id, world.person("Ann", Role.ASSISTANT)
        with pytest.raises(NotAllowed):
            world.platform.run(
                outcomes.decide,
                acting(missed.student),
                booking_id=booking_id,
                outcome=Outcome.COMPLETED,
                note="I was there.",
            )

        def decide(note: str) -> None:
            world.platform.run(
                outcomes.decide, acting(ann), booking_id=booking_id, outcome=Outcome.TECHNICAL, note=note
            )

        for note in (" ", "x" * 1001):
            with pytest.raises(InvalidInput) as refused:
                decide(note)
            assert refused.value.field == "note"
        decide("The line was down.")
        with pytest.raises(IllegalTransition):
            decide("It was down indeed.")
        (amended,) = rows(world, AttendanceAmendment)
        assert (amended.was, amended.becomes, amended.author_id) == (
            Outcome.STUDENT_NO_SHOW,
            Outcome.TECHNICAL,
            ann.id,
        )
        (refund,) = world.refunds(booking_id)
        assert refund.amount_minor == PRICE
        assert world.platform.read(attendance.is_intact, Actor.system(), missed.id) is True
        told = {mail.to_address: mail.facts for mail in world.mails("dispute-decided")}
        assert set(told) == {missed.student.email, world.instructor.email}
        facts = told[missed.student.email]
        assert (facts["reason"], facts["after"]) == ("The line was down.", {"outcome": "technical"})
        assert facts["refund"]["percent"] == 100
        assert world.mails("refund-issued") == []

    def test_a_session_that_is_not_over_has_nothing_to_settle(
        self, hall: Hall, world: World, ada: Person
    ) -> None:
        with pytest.raises(IllegalTransition):
            world.platform.run(outcomes.confirm, acting(ada), booking_id=hall.placed.booking.id)

    def test_a_cancelled_seat_counts_for_nobody(self, hall: Hall, world: World) -> None:
        world.platform.run(cancellations.cancel, acting(hall.student), booking_id=hall.placed.booking.id)
        hall.at(75)
        assert sessions.sweep(world.platform) == 0
        assert rows(world, SeatOutcome) == []


class TestNotes:
    def test_a_report_goes_out_once_and_private_notes_never(
        self, hall: Hall, world: World, ada: Person
    ) -> None:
        booking_id = hall.placed.booking.id
        with pytest.raises(IllegalTransition):
            world.platform.run(lesson_notes.write_report, acting(ada), booking_id=booking_id, report="Early")
        hall.at(0).start()
        hall.at(50).end()
        for text in ("First", "Second"):
            world.platform.run(
                lesson_notes.write_report,
                acting(ada),
                booking_id=booking_id,
                report=text,
                homework="Exercise 5",
                private_note="Shy",
            )
        (mail,) = world.mails("lesson-report")
        assert mail.facts["after"] == {"report": "First", "homework": "Exercise 5"}
        assert "Shy" not in str(mail.facts)
        kept = read(world, LessonNotes, booking_id)
        assert (kept.report, kept.private_note) == ("Second", "Shy")
        with pytest.raises(NotAllowed):
            world.platform.run(
                lesson_notes.write_report, acting(hall.student), booking_id=booking_id, report="Mine"
            )
        with pytest.raises(InvalidInput):
            world.platform.run(
                lesson_notes.write_report, acting(ada), booking_id=booking_id, report="x" * 4001
            )

    def test_a_student_keeps_notes_of_their_own(self, hall: Hall, world: World, ada: Person) -> None:
        booking_id = hall.placed.booking.id
        world.platform.run(
            lesson_notes.write_own_note, acting(hall.student), booking_id=booking_id, note="Ask about 7"
        )
        assert read(world, LessonNotes, booking_id).student_note == "Ask about 7"
        with pytest.raises(NotAllowed):
            world.platform.run(lesson_notes.write_own_note, acting(ada), booking_id=booking_id, note="Hm")


class TestRecording:
    def test_it_needs_everybodys_consent(self, world: World, ada: Person) -> None:
        settings = world.platform.settings.model_copy(update={"session_recording": True})
        from sessions_app.wiring import build_video

        platform = replace(world.platform, video=build_video(settings, world.clock))
        world.platform = platform
        hall = Hall(world)

        def agreed() -> bool:
            return platform.run(
                lambda work: recording.is_agreed(work, work.db.get_one(TeachingSession, hall.id)),
                Actor.system(),
            )

        with pytest.raises(IllegalTransition):
            platform.run(recording.answer, acting(hall.student), session_id=hall.id, agrees=True)
        with pytest.raises(NotAllowed):
            platform.run(recording.ask, acting(hall.student), session_id=hall.id, wanted=True)
        platform.run(recording.ask, acting(ada), session_id=hall.id, wanted=True)
        assert not agreed()
        for answer in (True, False, True):
            platform.run(recording.answer, acting(hall.student), session_id=hall.id, agrees=answer)
            assert agreed() is answer
        with pytest.raises(NotFound):
            platform.run(recording.answer, acting(world.student("Mina")), session_id=hall.id, agrees=False)
        assert agreed()

    def test_where_nothing_can_record_nobody_is_asked(self, hall: Hall, world: World, ada: Person) -> None:
        with pytest.raises(IllegalTransition):
            world.platform.run(recording.ask, acting(ada), session_id=hall.id, wanted=True)
