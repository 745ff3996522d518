"""What a booking costs the database: its statements are counted, because times vary with the machine."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from sessions_app.domain.errors import SlotTaken
from sessions_app.domain.permissions import Actor
from sessions_app.models import AuditEntry, Subject
from sessions_app.models.messages import OutboxState
from sessions_app.services import audit
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.statements import all_counted
from tests.services.world import World, at

MOST_OF_A_BOOKING = 10
MOST_OF_A_REFUSAL = 5
# psycopg takes a longer one apart at each run.
LONGEST_KNOWN = 4096


def test_a_booking_takes_a_fixed_number_of_statements(world: World) -> None:
    offering = world.offering()
    for day in range(3, 9):
        for hour in (8, 10, 12, 14):
            world.book(world.student(), offering, at(day, hour))
    student = world.student()

    with all_counted(world.platform.engine) as statements:
        world.book(student, offering, at(10, 10))

    assert len(statements) <= MOST_OF_A_BOOKING, statements


def test_no_statement_of_a_booking_is_too_long_for_the_driver_to_know_it_again(world: World) -> None:
    student, offering = world.student(), world.offering()

    with all_counted(world.platform.engine) as statements:
        world.book(student, offering, at(3, 10))

    assert max(len(statement) for statement in statements) <= LONGEST_KNOWN


def test_nothing_is_written_twice(world: World) -> None:
    student, offering = world.student(), world.offering()

    with all_counted(world.platform.engine) as statements:
        world.book(student, offering, at(3, 10))

    written = [statement.split()[2] for statement in statements if statement.startswith("INSERT")]
    assert sorted(written) == ["audit_entry", "booking", "conversation", "outbox_message", "teaching_session"]
    assert not [s for s in statements if s.startswith(("UPDATE booking", "UPDATE teaching_session"))]


def test_a_refusal_with_its_alternatives_takes_a_fixed_number_of_statements(world: World) -> None:
    offering, first, second = world.offering(), world.student(), world.student()
    world.book(first, offering, at(3, 10))

    with all_counted(world.platform.engine) as statements, pytest.raises(SlotTaken) as refused:
        world.book(second, offering, at(3, 10))

    assert len(refused.value.details["alternatives"]) == 3
    assert len(statements) <= MOST_OF_A_REFUSAL, statements


def test_an_appended_row_has_the_defaults_of_its_model(world: World) -> None:
    world.book(world.student(), world.offering(), at(3, 10))

    assert {(mail.channel, mail.state, mail.attempts, mail.last_error) for mail in world.mails()} == {
        ("email", OutboxState.QUEUED, 0, "")
    }


def test_an_appended_row_goes_with_its_transaction(world: World) -> None:
    def change(work: UnitOfWork, *, fails: bool) -> None:
        audit.record(work, "test.changed", "test", "one")
        if fails:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        world.platform.run(change, Actor.system(), fails=True)
    world.platform.run(change, Actor.system(), fails=False)

    kept = select(AuditEntry).where(col(AuditEntry.action) == "test.changed")
    assert len(world.platform.read(lambda work: work.db.exec(kept).all(), Actor.system())) == 1


def test_a_stored_row_can_be_changed_afterwards(world: World) -> None:
    def change(work: UnitOfWork) -> Subject:
        subject = Subject(name="Latin")
        work.store(subject)
        subject.name = "Greek"
        return subject

    kept = world.platform.run(change, Actor.system())

    assert world.platform.read(lambda work: work.db.get_one(Subject, kept.id).name, Actor.system()) == "Greek"


def test_a_stored_row_is_found_by_its_key_without_asking_again(world: World) -> None:
    def change(work: UnitOfWork) -> bool:
        subject = Subject(name="Latin")
        work.store(subject)
        return work.known(Subject, subject.id) is subject

    assert world.platform.run(change, Actor.system())


def test_a_stored_row_goes_with_its_transaction(world: World) -> None:
    def change(work: UnitOfWork) -> None:
        work.store(Subject(id="latin", name="Latin"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        world.platform.run(change, Actor.system())

    assert world.platform.read(lambda work: work.db.get(Subject, "latin"), Actor.system()) is None
