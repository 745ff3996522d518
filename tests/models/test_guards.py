"""The database refuses what no code should ever try, and names why."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, select

from sessions_app.domain.booking_lifecycle import BookingStatus, SessionStatus
from sessions_app.domain.permissions import Role
from sessions_app.domain.pricing import PayWith
from sessions_app.models import Booking, Offering, Person, TeachingSession
from sessions_app.models.database import open_engine
from sessions_app.models.guards import GUARDS
from sessions_app.models.migrate import alembic_config
from sessions_app.services.unit_of_work import conflict_of
from tests.services.world import at


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url, pool_size=2)
    yield engine
    engine.dispose()


def add(engine: Engine, *rows: SQLModel) -> None:
    with Session(engine, expire_on_commit=False) as db, db.begin():
        for row in rows:
            db.add(row)
            db.flush()


def person(person_id: str, role: Role) -> Person:
    return Person(id=person_id, name=person_id, role=role, timezone="UTC", created_at=at(1, 12))


def session(
    session_id: str, start: datetime, *, instructor: str = "ada", status: str = "scheduled"
) -> SQLModel:
    return TeachingSession(
        id=session_id,
        instructor_id=instructor,
        offering_id="off",
        title="Algebra",
        starts_at=start,
        ends_at=start + timedelta(minutes=60),
        blocked_until=start + timedelta(minutes=75),
        status=SessionStatus(status),
        timezone="UTC",
        created_at=at(1, 12),
    )


def seat(session_id: str, start: datetime, *, student: str) -> SQLModel:
    return Booking(
        session_id=session_id,
        starts_at=start,
        ends_at=start + timedelta(minutes=60),
        instructor_id="ada",
        student_id=student,
        booked_by_id=student,
        offering_id="off",
        status=BookingStatus.SCHEDULED,
        pay_with=PayWith.FREE,
        currency="EUR",
        title="Algebra",
        timezone="UTC",
        wall_start="",
        created_at=at(1, 12),
        updated_at=at(1, 12),
    )


def move(engine: Engine, session_id: str, start: datetime) -> None:
    with Session(engine) as db, db.begin():
        moved = db.get_one(TeachingSession, session_id)
        moved.starts_at = start
        moved.ends_at, moved.blocked_until = start + timedelta(minutes=60), start + timedelta(minutes=75)


def refusal(change: Callable[[], None]) -> str:
    with pytest.raises(IntegrityError) as error:
        change()
    return type(conflict_of(error.value)).__name__


@pytest.fixture
def busy(engine: Engine) -> Engine:
    """Ada teaches Noah on 3 December from 10 to 11, with a buffer of 15 minutes."""
    teachers = [person(name, Role.INSTRUCTOR) for name in ("ada", "bo")]
    offering = Offering(
        id="off",
        instructor_id="ada",
        title="x",
        duration_minutes=60,
        created_at=at(1, 12),
        updated_at=at(1, 12),
    )
    add(engine, *teachers, person("noah", Role.STUDENT), offering)
    add(engine, session("first", at(3, 10)), seat("first", at(3, 10), student="noah"))
    return engine


@pytest.mark.parametrize("start", [at(3, 9, 0), at(3, 10), at(3, 10, 59), at(3, 11, 14), at(3, 8, 46)])
def test_an_instructor_never_has_two_sessions_closer_than_the_buffer(busy: Engine, start: datetime) -> None:
    assert refusal(lambda: add(busy, session("second", start))) == "SlotTaken"


@pytest.mark.parametrize("start", [at(3, 8, 45), at(3, 11, 15)])
def test_sessions_exactly_a_buffer_apart_are_accepted(busy: Engine, start: datetime) -> None:
    add(busy, session("second", start))


def test_another_instructor_or_a_cancelled_session_is_not_in_the_way(busy: Engine) -> None:
    add(busy, session("elsewhere", at(3, 10), instructor="bo"))
    add(busy, session("cancelled", at(3, 10), status="cancelled"))


def test_reviving_a_cancelled_session_is_checked_again(busy: Engine) -> None:
    add(busy, session("cancelled", at(3, 10), status="cancelled"))

    def revive() -> None:
        with Session(busy) as db, db.begin():
            db.get_one(TeachingSession, "cancelled").status = SessionStatus.SCHEDULED

    assert refusal(revive) == "SlotTaken"


def test_a_student_never_has_two_seats_at_once(busy: Engine) -> None:
    add(busy, session("elsewhere", at(3, 10, 30), instructor="bo"))

    assert refusal(lambda: add(busy, seat("elsewhere", at(3, 10, 30), student="noah"))) == "StudentBusy"


def test_moving_a_session_moves_its_seats_and_checks_every_student(busy: Engine) -> None:
    add(busy, session("elsewhere", at(4, 10), instructor="bo"), seat("elsewhere", at(4, 10), student="noah"))

    assert refusal(lambda: move(busy, "first", at(4, 10))) == "StudentBusy"

    move(busy, "first", at(4, 12))
    with Session(busy) as db:
        moved = db.exec(select(Booking).where(Booking.session_id == "first")).one()
    assert moved.starts_at == at(4, 12)


def test_seats_never_exceed_the_capacity(busy: Engine) -> None:
    def oversell() -> None:
        with Session(busy) as db, db.begin():
            db.get_one(TeachingSession, "first").seats_taken = 2

    assert refusal(oversell) == "SessionFull"


def test_guards_exist(engine: Engine) -> None:
    """``alembic check`` sees neither triggers nor exclusion constraints; this does."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            found = {
                name
                for (name,) in connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                )
            }
            wanted = {f"{guard.name}_{moment}" for guard in GUARDS for moment in ("insert", "update")}
        else:
            found = {
                name
                for (name,) in connection.execute(
                    text("SELECT conname FROM pg_constraint WHERE contype = 'x'")
                )
            }
            wanted = {guard.name for guard in GUARDS}
    assert wanted <= found


def test_every_check_and_partial_index_of_the_tables_exists(engine: Engine) -> None:
    inspector = inspect(engine)
    for table in SQLModel.metadata.sorted_tables:
        wanted = {
            str(constraint.name)
            for constraint in table.constraints
            if type(constraint).__name__ == "CheckConstraint"
        }
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        assert wanted <= found, table.name
    one_seat = next(
        index for index in inspector.get_indexes("booking") if index["name"] == "uq_booking_one_seat"
    )
    assert one_seat["unique"]
    assert one_seat["dialect_options"]


def test_the_tables_are_what_the_migrations_make(database_url: str) -> None:
    command.check(alembic_config(database_url))
