"""The demo data keeps each promise of the outside contract, whatever today is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import col, select

from sessions_app import demo
from sessions_app.adapters.disk_files import DiskFiles
from sessions_app.demo.sheets import SHEETS
from sessions_app.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from sessions_app.domain.availability import local_date, to_utc
from sessions_app.domain.booking_lifecycle import OCCUPYING, BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AvailabilityOverride,
    Booking,
    Enrollment,
    GatewayTask,
    GuardianLink,
    InstructorProfile,
    LessonNotes,
    Material,
    Message,
    Offering,
    OutboxMessage,
    Person,
    PublishedSlot,
    Refund,
    Review,
)
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.models.messages import OutboxState
from sessions_app.models.money import TaskState
from sessions_app.services import access, bookings, calendars, credits, materials, passwords, reviews, slots
from sessions_app.services.queries import conversations, courses
from sessions_app.services.queries import reviews as review_queries
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.infra.platforms import platform_on
from tests.infra.shared_run import SharedRun

A_TUESDAY = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
INSTRUCTORS = ("instructor@demo.test", "instructor2@demo.test", "instructor3@demo.test")


@pytest.fixture(scope="module")
def told(shared_run: SharedRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform with the demo data, loaded once for all the tests that only read it."""
    folder = tmp_path_factory.mktemp("demo")
    with _told(shared_run, folder, A_TUESDAY) as platform:
        yield platform


@contextmanager
def _told(shared_run: SharedRun, folder: Path, today: datetime) -> Iterator[Platform]:
    url = shared_run.sqlite_copy(folder / "demo.db")
    settings, files = parse_settings(database_url=url, data_dir=folder), DiskFiles(folder / "materials")
    with platform_on(settings, StoppedClock(today), files=files) as platform:
        demo.load(platform)
        yield platform


def rows(platform: Platform, statement):
    return platform.read(lambda work: list(work.db.exec(statement).all()), Actor.system())


def person(platform: Platform, email: str) -> Person:
    return rows(platform, select(Person).where(col(Person.email) == email))[0]


def acting(platform: Platform, email: str) -> Actor:
    who = person(platform, email)
    return Actor(person_id=who.id, role=who.role)


def first_course(platform: Platform) -> courses.CourseCard:
    return platform.read(courses.listing, acting(platform, "student@demo.test")).items[0]


def offerings_in_first_course(platform: Platform, email: str) -> tuple:
    taught = platform.read(courses.instructors, Actor.anonymous(), course_id=first_course(platform).id)
    return next(one.offerings for one in taught if one.id == person(platform, email).id)


def starts(platform: Platform, offering_id: str, window: TimeSpan, student: str) -> list[datetime]:
    def query(work: UnitOfWork) -> list[datetime]:
        offering = work.db.get_one(Offering, offering_id)
        found = slots.listing(work, offering, window, student_id=person(platform, student).id)
        return [slot.span.start for slot in found.slots]

    return platform.read(query, Actor.system())


def test_every_listed_account_signs_in_with_the_listed_password(told: Platform) -> None:
    for account in DEMO_ACCOUNTS:
        is_right, _ = passwords.verified(DEMO_PASSWORD, person(told, account.email).password_hash)
        assert is_right, account.email


def test_accounts_have_the_roles_and_zones_promised(told: Platform) -> None:
    assert [
        (person(told, email).role, person(told, email).timezone)
        for email in ("student@demo.test", *INSTRUCTORS, "assistant@demo.test", "admin@demo.test")
    ] == [
        (Role.STUDENT, "Europe/Paris"),
        (Role.INSTRUCTOR, "Europe/Paris"),
        (Role.INSTRUCTOR, "America/New_York"),
        (Role.INSTRUCTOR, "Asia/Kolkata"),
        (Role.ASSISTANT, "Europe/Paris"),
        (Role.ADMIN, "Europe/Paris"),
    ]


def test_the_student_has_five_credits_and_no_guardian(told: Platform) -> None:
    student = person(told, "student@demo.test")

    assert told.read(credits.balance_of, Actor.system(), student.id) == 5
    assert rows(told, select(GuardianLink).where(col(GuardianLink.child_id) == student.id)) == []


def test_the_second_student_has_no_future_sessions(told: Platform) -> None:
    second = person(told, "student2@demo.test")

    ahead = select(Booking).where(
        col(Booking.student_id) == second.id, col(Booking.ends_at) > told.clock.now()
    )
    assert rows(told, ahead) == []


def test_the_guardian_has_two_children_one_without_an_account(told: Platform) -> None:
    children = told.read(access.child_ids, acting(told, "guardian@demo.test"))
    people = rows(told, select(Person).where(col(Person.id).in_(children)))

    assert {child.email for child in people} == {"student2@demo.test", None}
    assert [child.password_hash for child in people if child.email is None] == [None]
    links = rows(told, select(GuardianLink).where(col(GuardianLink.child_id).in_(children)))
    assert all(link.rights == {"book", "pay", "view", "cancel"} for link in links)


def test_both_students_are_enrolled_in_the_first_course(told: Platform) -> None:
    enrolled = rows(
        told,
        select(Person.email)
        .join(Enrollment, col(Enrollment.student_id) == col(Person.id))
        .where(col(Enrollment.course_id) == first_course(told).id),
    )

    assert {"student@demo.test", "student2@demo.test"} <= set(enrolled)


def test_the_three_instructors_teach_the_first_course_and_nobody_else(told: Platform) -> None:
    taught = told.read(courses.instructors, Actor.anonymous(), course_id=first_course(told).id)

    assert {one.id for one in taught} == {person(told, email).id for email in INSTRUCTORS}


@pytest.mark.parametrize("email", INSTRUCTORS)
def test_each_offers_free_paid_credits_and_on_request_in_this_order(told: Platform, email: str) -> None:
    free, paid, by_credits, asked, *others = offerings_in_first_course(told, email)

    assert all(one.session_type is SessionType.INDIVIDUAL for one in (free, paid, by_credits, asked))
    assert (free.is_free, free.booking_mode, free.duration_minutes) == (True, BookingMode.INSTANT, 60)
    assert (paid.total.minor > 0, paid.credits, paid.booking_mode) == (True, None, BookingMode.INSTANT)
    assert (by_credits.total.minor, by_credits.credits, by_credits.booking_mode) == (
        0,
        1,
        BookingMode.INSTANT,
    )
    assert (asked.is_free, asked.booking_mode) == (True, BookingMode.REQUEST)
    # So that a call without an offering's id is never ambiguous.
    lengths = [one.duration_minutes for one in (free, paid, by_credits, asked, *others)]
    assert len(set(lengths)) == len(lengths)


def test_one_of_them_also_offers_a_group(told: Platform) -> None:
    groups = [
        email
        for email in INSTRUCTORS
        if any(one.session_type is SessionType.GROUP for one in offerings_in_first_course(told, email))
    ]

    assert groups == ["instructor@demo.test"]


@pytest.mark.parametrize("email", INSTRUCTORS)
def test_each_has_sixty_starts_of_the_free_one_in_the_next_27_days(told: Platform, email: str) -> None:
    now = told.clock.now()
    free = offerings_in_first_course(told, email)[0]

    window = TimeSpan(now, now + timedelta(days=27))
    assert len(starts(told, free.id, window, "student2@demo.test")) >= 60


def test_the_second_instructor_keeps_every_default(told: Platform) -> None:
    second = person(told, "instructor2@demo.test").id
    profile = rows(told, select(InstructorProfile).where(col(InstructorProfile.person_id) == second))[0]

    assert calendars.slot_rules(profile, told.settings) == calendars.slot_rules(
        InstructorProfile(person_id=second), told.settings
    )
    for table in (AvailabilityOverride, PublishedSlot):
        assert rows(told, select(table).where(col(table.instructor_id) == second)) == []


def test_the_second_student_books_for_themselves(
    told: Platform, tmp_path: Path, shared_run: SharedRun
) -> None:
    with _told(shared_run, tmp_path, A_TUESDAY) as platform:
        now = platform.clock.now()
        free = offerings_in_first_course(platform, "instructor2@demo.test")[0]
        window = TimeSpan(now, now + timedelta(days=27))
        start = starts(platform, free.id, window, "student2@demo.test")[0]

        placed = platform.run(
            bookings.book,
            acting(platform, "student2@demo.test"),
            offering_id=free.id,
            starts_at=start,
        )

        assert placed.booking.status is BookingStatus.SCHEDULED


def test_the_messages_of_the_story_are_stored_as_already_sent(told: Platform) -> None:
    messages = rows(told, select(OutboxMessage))

    assert len(messages) > 40
    assert {message.state for message in messages} == {OutboxState.SENT}
    assert all(message.sent_at is not None for message in messages)
    assert {task.state for task in rows(told, select(GatewayTask))} <= {TaskState.DONE}


def test_messages_after_the_story_are_sent_again(
    told: Platform, tmp_path: Path, shared_run: SharedRun
) -> None:
    with _told(shared_run, tmp_path, A_TUESDAY) as platform:
        free = offerings_in_first_course(platform, "instructor2@demo.test")[0]
        window = TimeSpan(platform.clock.now(), platform.clock.now() + timedelta(days=27))
        start = starts(platform, free.id, window, "student2@demo.test")[0]
        platform.run(
            bookings.book, acting(platform, "student2@demo.test"), offering_id=free.id, starts_at=start
        )

        waiting = select(OutboxMessage).where(col(OutboxMessage.state) == OutboxState.QUEUED)
        assert len(rows(platform, waiting)) == 2


def test_the_story_has_a_past_a_refund_a_no_show_and_a_request(told: Platform) -> None:
    statuses = set(rows(told, select(Booking.status)))

    assert statuses >= {
        BookingStatus.COMPLETED,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
        BookingStatus.REJECTED,
        BookingStatus.PENDING,
        BookingStatus.SCHEDULED,
    }
    assert sorted(rows(told, select(Refund.percent))) == [50, 100]
    open_and_over = select(Booking).where(
        col(Booking.status).in_(OCCUPYING), col(Booking.ends_at) <= told.clock.now()
    )
    assert rows(told, open_and_over) == []


def test_a_group_has_seats_left_and_one_day_is_full(told: Platform) -> None:
    now = told.clock.now()
    *_, group = offerings_in_first_course(told, "instructor@demo.test")
    ada = person(told, "instructor@demo.test")

    def seats_left(work: UnitOfWork) -> set[int]:
        offering = work.db.get_one(Offering, group.id)
        window = TimeSpan(now, now + timedelta(days=27))
        return {slot.seats_left for slot in slots.listing(work, offering, window, student_id=None).slots}

    assert told.read(seats_left, Actor.system()) == {2, 6}
    shortest = offerings_in_first_course(told, "instructor@demo.test")[3]
    weekdays = [local_date(now, ada.timezone) + timedelta(days=day) for day in range(3, 20)]
    free = {
        day: len(
            starts(
                told,
                shortest.id,
                TimeSpan(to_utc(day, 0, ada.timezone), to_utc(day, 1440, ada.timezone)),
                "student2@demo.test",
            )
        )
        for day in weekdays
        if day.isoweekday() < 6
    }
    assert sorted(free.values())[:2] == [0, min(count for count in free.values() if count)]


def test_one_instructor_has_an_average_and_answers_reviews_and_others_have_too_few(told: Platform) -> None:
    ada, *others = (person(told, email).id for email in INSTRUCTORS)

    seen = told.read(review_queries.of_instructor, Actor.anonymous(), instructor_id=ada)
    assert seen.total >= reviews.ENOUGH
    assert any(review.answer for review in seen.rows)
    averages = told.read(review_queries.averages, Actor.anonymous(), [ada, *others])
    assert averages.keys() == {ada}
    assert all(review.created_at <= told.clock.now() for review in rows(told, select(Review)))


@pytest.mark.parametrize(
    ("email", "unread"),
    [
        ("student@demo.test", 2),
        ("guardian@demo.test", 0),
        ("instructor@demo.test", 1),
        ("instructor2@demo.test", 1),
        ("instructor3@demo.test", 1),
        ("lukasz@demo.test", 1),
    ],
)
def test_people_write_to_each_other_and_some_of_it_is_new(told: Platform, email: str, unread: int) -> None:
    inbox = told.read(conversations.inbox, acting(told, email))

    assert any(row.last for row in inbox.rows)
    assert inbox.unread == unread


def test_the_second_student_has_nothing_to_read(told: Platform) -> None:
    assert told.read(conversations.unread, acting(told, "student2@demo.test")) == 0


def test_messages_are_written_one_after_another_before_now(told: Platform) -> None:
    written = rows(told, select(Message).order_by(col(Message.conversation_id), col(Message.id)))

    for one, other in pairwise(written):
        assert one.created_at < told.clock.now()
        assert one.conversation_id != other.conversation_id or one.created_at < other.created_at


def test_a_student_reads_the_files_of_the_session_they_have_booked(told: Platform) -> None:
    *_, paid = offerings_in_first_course(told, "instructor@demo.test")[:2]
    noah = acting(told, "student@demo.test")

    (file,) = told.read(materials.of_offering, noah, offering_id=paid.id)

    assert (file.name, file.label) == ("Determinants, six problems.pdf", "PDF")
    assert materials.download(told, noah, material_id=file.id).content.startswith(b"%PDF-")


def test_the_student_has_homework_from_the_last_lesson(told: Platform) -> None:
    (notes,) = rows(told, select(LessonNotes).where(col(LessonNotes.homework) != ""))
    booking = told.read(lambda work: work.db.get_one(Booking, notes.booking_id), Actor.system())

    assert booking.student_id == person(told, "student@demo.test").id
    assert notes.report
    assert notes.reported_at == booking.ends_at + timedelta(hours=1)


def test_every_worksheet_is_a_pdf_whose_table_finds_each_object() -> None:
    worksheets = {sheet.content for sheet in SHEETS if sheet.name.endswith(".pdf")}

    assert len(worksheets) == 2
    for content in worksheets:
        table = int(re.findall(rb"startxref\n(\d+)", content)[0])
        places = re.findall(rb"(\d{10}) 00000 n", content[table:])
        assert content[table:].startswith(b"xref\n0 %d\n" % (len(places) + 1))
        for number, place in enumerate(places, 1):
            assert content[int(place) :].startswith(b"%d 0 obj\n" % number)
        length, stream = re.findall(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", content, re.DOTALL)[0]
        assert len(stream) == int(length)


def test_loading_twice_changes_nothing_and_a_week_later_tells_what_is_new(
    database_url: str, tmp_path: Path
) -> None:
    clock = StoppedClock(A_TUESDAY)
    settings = parse_settings(database_url=database_url, data_dir=tmp_path)

    def counted() -> list[int]:
        once = (Person, Offering, Enrollment, Material)
        return [len(rows(platform, select(table))) for table in (*once, Booking, Message, OutboxMessage)]

    with platform_on(settings, clock, files=DiskFiles(tmp_path / "materials")) as platform:
        assert demo.load_if_empty(platform)
        first = counted()
        assert not demo.load_if_empty(platform)
        demo.load(platform)
        assert counted() == first

        clock.set(A_TUESDAY + timedelta(days=9))
        demo.load(platform)
        later = counted()
        assert later[:4] == first[:4]
        assert later[4] > first[4]
        judged = [(review.author_id, review.instructor_id) for review in rows(platform, select(Review))]
        written = [(message.conversation_id, message.body) for message in rows(platform, select(Message))]
        noted = [notes.homework for notes in rows(platform, select(LessonNotes)) if notes.homework]
        for told_once in (judged, written, noted):
            assert len(set(told_once)) == len(told_once)
        student = person(platform, "student@demo.test")
        assert platform.read(credits.balance_of, Actor.system(), student.id) == 5


def test_with_another_gateway_no_card_is_touched(shared_run: SharedRun, tmp_path: Path) -> None:
    url = shared_run.sqlite_copy(tmp_path / "other.db")
    with platform_on(
        parse_settings(database_url=url, data_dir=tmp_path), StoppedClock(A_TUESDAY)
    ) as platform:
        platform.payments.name = "stripe"

        demo.load(platform)

        assert rows(platform, select(Refund)) == []
        assert {one.pay_with.value for one in rows(platform, select(Booking))} == {"free"}


@pytest.mark.parametrize(
    "today",
    [
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC),  # the night the clocks of Europe change
        datetime(2026, 10, 30, 23, 45, tzinfo=UTC),  # a Friday night, two days before New York's
    ],
)
def test_the_promises_hold_whatever_today_is(today: datetime, shared_run: SharedRun, tmp_path: Path) -> None:
    with _told(shared_run, tmp_path, today) as platform:
        window = TimeSpan(today, today + timedelta(days=27))
        for email in INSTRUCTORS:
            free = offerings_in_first_course(platform, email)[0]
            assert len(starts(platform, free.id, window, "student2@demo.test")) >= 60
        assert sorted(rows(platform, select(Refund.percent))) == [50, 100]
