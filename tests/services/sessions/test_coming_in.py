"""Coming in: who gets into the room and when, where it is, and what is noted of their being there."""

from __future__ import annotations

import threading

import pytest

from sessions_app.domain.attendance import Outcome
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
from sessions_app.models import AttendanceStay, Person, SeatOutcome
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import cancellations, moves, sessions, video
from tests.services.sessions.hall import PRICE, Hall, rows
from tests.services.world import World, acting, at


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
