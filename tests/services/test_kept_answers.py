"""An answer is given again exactly while nothing it was made from can have changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sessions_app.domain.permissions import Actor
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import AvailabilityRule, Offering, Person
from sessions_app.models.change_token import ChangeToken
from sessions_app.models.database import open_engine
from sessions_app.services import bookings, expiry, slots
from sessions_app.services.kept_answers import KeptAnswers
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.world import NOON, World, acting, at

WEEK = TimeSpan(NOON, at(8, 0))


class Asking:
    """Asks for an offering's slots as the API does, and counts how often they were read."""

    def __init__(self, world: World, offering: Offering, student: Person | None = None) -> None:
        self._answers = KeptAnswers[list[str]](world.platform)
        self._offering = offering
        self._student = student.id if student else None
        self.times_read = 0

    def __call__(self) -> list[str]:
        def make(work: UnitOfWork) -> list[str]:
            self.times_read += 1
            listing = slots.listing(work, self._offering, WEEK, student_id=self._student)
            return [slots.rfc3339(slot.span.start) for slot in listing.slots]

        return self._answers.answer("slots", make, Actor.anonymous())


@pytest.fixture
def offering(world: World) -> Offering:
    return world.offering()


@pytest.fixture
def ask(world: World, offering: Offering) -> Asking:
    return Asking(world, offering)


def test_what_one_person_asks_is_not_what_another_does(world: World, offering: Offering) -> None:
    answers = KeptAnswers[str](world.platform)

    assert [answers.answer(name, lambda work, n=name: n, Actor.anonymous()) for name in "abab"] == list(
        "abab"
    )


def test_every_change_is_seen_by_the_next_who_asks(world: World, offering: Offering, ask: Asking) -> None:
    start = "2026-12-03T10:00:00Z"
    student = world.student()
    assert start in ask()

    held = world.hold(student, offering, at(3, 10))
    assert start not in ask()
    world.platform.run(bookings.release, acting(student), booking_id=held.booking.id)
    assert start in ask()
    world.add(
        AvailabilityRule(instructor_id=world.instructor.id, day_of_week=4, start_minute=0, end_minute=60)
    )
    assert "2026-12-03T00:00:00Z" in ask()


def test_a_change_of_another_process_is_seen_too(
    world: World, offering: Offering, ask: Asking, database_url: str
) -> None:
    ask()
    other = open_engine(database_url)
    with other.begin() as connection:
        connection.exec_driver_sql("UPDATE availability_rule SET start_minute = 600")
    other.dispose()

    assert "2026-12-03T08:00:00Z" not in ask()
    assert "2026-12-03T10:00:00Z" in ask()


def test_a_hold_that_lapses_between_two_seconds_is_free_at_that_instant(
    world: World, offering: Offering, ask: Asking
) -> None:
    world.clock.advance(milliseconds=200)
    world.hold(world.student(), offering, at(3, 10))
    world.clock.advance(minutes=10, milliseconds=-100)
    assert "2026-12-03T10:00:00Z" not in ask()
    world.clock.advance(milliseconds=99)
    assert "2026-12-03T10:00:00Z" not in ask()

    world.clock.advance(milliseconds=1)

    assert "2026-12-03T10:00:00Z" in ask()


def test_the_notice_ends_on_the_second(world: World, ask: Asking) -> None:
    world.clock.set(at(2, 20))  # 12 hours before the first start of the next day
    assert "2026-12-03T08:00:00Z" in ask()

    world.clock.advance(microseconds=1)

    assert "2026-12-03T08:00:00Z" not in ask()


def test_nobody_is_told_of_a_time_that_was_taken_before_they_asked(world: World, ask: Asking) -> None:
    """Writers and readers at once: after a booking returned, no answer shows its time."""
    offering = world.offering()
    students = world.crowd(12)
    asking = Asking(world, offering)

    def book_then_ask(number: int) -> bool:
        start = at(3 + number // 6, 8 + 2 * (number % 6))
        world.book(students[number], offering, start)
        return slots.rfc3339(start) not in asking()

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(book_then_ask, range(12)))


def test_without_a_token_nothing_is_kept(world: World, offering: Offering) -> None:
    asking = Asking(world, offering)
    asking._answers._token.read = lambda: None  # type: ignore[method-assign]

    asking()
    asking()

    assert asking.times_read == 2


def test_a_token_outlives_a_lost_connection(world: World) -> None:
    token = ChangeToken(world.platform.engine)
    before = token.read()
    assert token.read() == before

    token._connection.close()

    assert token.read() is None  # and the next one is from a new connection
    assert token.read() is not None


class TestKept:
    """On SQLite, whose commits are this test's alone; a PostgreSQL server counts those of all its databases."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    def test_nothing_changed_nothing_is_read(self, ask: Asking) -> None:
        first = ask()

        assert all(ask() == first for _ in range(5))
        assert ask.times_read == 1

    def test_within_one_second_time_alone_changes_nothing(self, world: World, ask: Asking) -> None:
        world.clock.advance(microseconds=1)
        ask()
        world.clock.advance(milliseconds=900)
        ask()
        assert ask.times_read == 1

        world.clock.advance(milliseconds=100)
        ask()

        assert ask.times_read == 2

    def test_a_sweep_that_finds_nothing_is_no_change(self, world: World, ask: Asking) -> None:
        ask()
        expiry.sweep(world.platform)
        ask()

        assert ask.times_read == 1


def test_postgresql_keeps_answers_too_while_its_server_is_quiet(world: World, ask: Asking) -> None:
    def kept() -> bool:
        ask()
        read = ask.times_read
        ask()
        return ask.times_read == read

    assert any(kept() for _ in range(100))
