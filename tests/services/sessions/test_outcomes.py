"""Afterwards: the record that nobody changes, objections to it, notes and recordings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed, NotFound, TooLate
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import (
    AttendanceAmendment,
    AttendanceStay,
    LessonNotes,
    Person,
    SeatOutcome,
    TeachingSession,
)
from sessions_app.services import attendance, cancellations, lesson_notes, outcomes, recording, sessions
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.sessions.hall import PRICE, Hall, read, rows
from tests.services.world import World, acting, at


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
