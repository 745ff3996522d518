"""How the wizard words and orders what it was told. No browser, no Reflex."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Actor
from sessions_app.domain.refunds import FULL
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.zones import known_zones
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.queries import confirmation, wizard
from sessions_app.services.queries.confirmation import Confirmation, Outcome
from sessions_app.services.queries.wizard import TimeStep, Unmet, Wanted
from sessions_app.state.wizard import choosing, times
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.outcome import outcome
from sessions_app.state.wizard.parts import Look, parse_start, policy_line, span_row
from tests.services.world import World, acting, at

SUNDAY = date(2026, 12, 6)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Views know no database."""
    return sqlite_url


def step_of(world: World, **wanted: Any) -> TimeStep:
    facts = {"zone": "UTC", "instructor_id": world.instructor.id} | wanted
    return world.platform.read(wizard.choose_time, Actor.anonymous(), Wanted(**facts))


def look_at(world: World, viewer: Viewer | None = None, **address: Any) -> Look:
    return Look(
        viewer or Viewer("UTC", "h23"), Address(entry_id=world.instructor.id, **address), own_zone="UTC"
    )


# --- addresses

ids = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20)
addresses = st.builds(
    Address,
    course_id=ids,
    instructor=ids,
    offering=st.just("") | ids,
    month=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: day.replace(day=1)),
    on=st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    week=st.booleans(),
    slot=st.none()
    | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
        lambda at: at.replace(microsecond=0, tzinfo=UTC)
    ),
    tz=st.just("") | st.sampled_from(sorted(known_zones())),
    booking=st.just("") | ids,
)


@given(addresses)
def test_an_address_written_and_read_is_the_same(address: Address) -> None:
    path, _, query = address.written().partition("?")
    facts = dict(pair.split("=", 1) for pair in query.replace("%2B", "+").split("&") if pair)
    assert Address.parse(path, facts) == address


@given(
    path=st.text(max_size=40),
    query=st.dictionaries(st.sampled_from(["date", "month", "slot", "tz"]), st.text()),
)
def test_no_address_is_too_strange_to_read(path: str, query: dict[str, str]) -> None:
    Address.parse(path, query)


def test_the_instructors_entry_keeps_its_instructor_in_the_path() -> None:
    assert (
        Address(entry_id="usr_1").to(instructor="usr_1", on=date(2026, 12, 8))
        == "/book/usr_1?date=2026-12-08"
    )


# --- days


def test_each_day_says_what_it_holds(world: World) -> None:
    world.offering()
    month = times.month(step_of(world), look_at(world))
    labels = {day.iso: day.label for week in month.weeks for day in week.days}
    assert labels["2026-11-30"] == "Monday 30 November 2026, past"
    assert labels["2026-12-01"] == "Tuesday 1 December 2026, no times, today"
    assert labels["2026-12-02"] == "Wednesday 2 December 2026, 23 times available"
    assert labels["2026-12-31"] == "Thursday 31 December 2026, not open yet"


def test_one_time_is_not_several(world: World) -> None:
    short = world.new_instructor("Short", step_minutes=240)
    world.offering(short, duration_minutes=240)
    step = step_of(world, instructor_id=short.id, on=date(2026, 12, 3))
    rows = times.times(step, look_at(world)).days[0]
    assert rows.caption == "3 times, 4 h each"
    labels = [day.label for week in times.month(step, look_at(world)).weeks for day in week.days]
    assert "Thursday 3 December 2026, 3 times available" in labels


def test_exactly_one_day_takes_the_focus(world: World) -> None:
    world.offering()
    for wanted in ({}, {"on": date(2026, 12, 9)}, {"month": date(2026, 12, 1)}):
        month = times.month(step_of(world, **wanted), look_at(world))
        assert sum(day.has_focus for week in month.weeks for day in week.days) == 1


def test_months_end_where_booking_does(world: World) -> None:
    world.offering()
    month = times.month(step_of(world), look_at(world))
    assert (month.previous_href, month.next_href) == ("", "")
    far = world.new_instructor("Far", horizon_days=60)
    world.offering(far)
    month = times.month(step_of(world, instructor_id=far.id), look_at(world))
    assert "month=2027-01" in month.next_href


def test_a_calendar_without_any_time_says_why(world: World) -> None:
    closed = world.new_instructor("Closed", notice_minutes=29 * 24 * 60 + 60 * 20)
    world.offering(closed)
    month = times.month(step_of(world, instructor_id=closed.id), look_at(world))
    assert month.empty == ("Scheduling is only available up to 28 days in advance. Please check again soon.")
    assert month.next_free_href == ""


def test_a_month_without_times_is_named(world: World) -> None:
    late = world.new_instructor("Late", notice_minutes=25 * 24 * 60, horizon_days=60)
    world.offering(late)
    step = step_of(world, instructor_id=late.id, zone="UTC", month=date(2026, 12, 1))
    emptied = replace(step, by_day={}, month_reason=wizard.Reason.NOTICE)
    assert times.month(emptied, look_at(world)).empty == "No availability in December"


# --- times


def test_a_long_day_is_parted_and_a_short_one_is_not(world: World) -> None:
    world.offering()
    parts = times.times(step_of(world, on=date(2026, 12, 2)), look_at(world)).days[0].parts
    assert [(part.name, len(part.rows)) for part in parts] == [
        ("Morning", 8),
        ("Afternoon", 10),
        ("Evening", 5),
    ]
    short = world.new_instructor("Short", step_minutes=120)
    world.offering(short)
    parts = (
        times.times(step_of(world, instructor_id=short.id, on=date(2026, 12, 2)), look_at(world))
        .days[0]
        .parts
    )
    assert [part.name for part in parts] == [""]


def test_a_group_tells_its_seats_in_three_levels(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    seen = []
    for number in range(5):
        world.book(world.student(f"Student {number}"), group, at(2, 10))
        step = step_of(world, on=date(2026, 12, 2))
        day = times.times(step, look_at(world)).days[0]
        row = next(row for part in day.parts for row in part.rows if row.begins == "10:00")
        seen.append((row.label, row.seats, row.seats_level))
    assert seen[0] == ("10:00 to 11:00, 5 of 6 seats left", "5 of 6 left", 0)
    assert [level for _, _, level in seen] == [0, 0, 1, 1, 2]


def test_a_day_that_is_taken_offers_the_next_three(world: World) -> None:
    capped = world.new_instructor("Capped", day_cap=1)
    world.book(world.student(), world.offering(capped), at(3, 8))
    step = step_of(world, instructor_id=capped.id, on=date(2026, 12, 3))
    day = times.times(step, look_at(world)).days[0]
    assert day.empty == "All booked on this day"
    assert [row.label for row in day.nearest] == [
        "Fri 4 Dec, 08:00 to 09:00",
        "Fri 4 Dec, 08:30 to 09:30",
        "Fri 4 Dec, 09:00 to 10:00",
    ]


@pytest.mark.parametrize(
    ("unmet", "said"),
    [
        (Unmet(SUNDAY, Reason.OUTSIDE_HOURS, is_rest_day=True), "Ada does not teach on Sundays"),
        (Unmet(SUNDAY, Reason.OUTSIDE_HOURS), "Ada has no hours on this day"),
        (Unmet(SUNDAY, Reason.OVERRIDE_DAY_OFF), "Ada is away on this day"),
        (Unmet(SUNDAY, Reason.NOTICE), "It is too soon: book at least 12 hours before"),
        (Unmet(SUNDAY, Reason.HORIZON), "This day is too far ahead: times open 28 days before"),
        (Unmet(SUNDAY, Reason.PAST), "This day has passed"),
        (Unmet(date(2026, 12, 1), Reason.BUSY), "All booked today"),
        (Unmet(SUNDAY, Reason.PAST, starts_at=at(6, 9)), "This time has passed"),
        (Unmet(SUNDAY, Reason.OFF_GRID, starts_at=at(6, 9)), "Sessions begin at other times"),
        (Unmet(SUNDAY, Reason.SEAT_FULL, starts_at=at(6, 9)), "Every seat is taken"),
        (Unmet(SUNDAY, Reason.STUDENT_BUSY, starts_at=at(6, 9)), "You have another session at this time"),
    ],
)
def test_why_something_cannot_be_booked_is_said_in_one_sentence(
    world: World, unmet: Unmet, said: str
) -> None:
    world.offering()
    assert times.why_not(unmet, step_of(world)) == said


def test_not_on_the_same_day_is_said_as_the_day_before(world: World) -> None:
    careful = world.new_instructor("Careful Cato", not_same_day=True)
    world.offering(careful)
    step = step_of(world, instructor_id=careful.id, on=date(2026, 12, 1))
    day = times.times(step, look_at(world)).days[0]
    assert day.empty == "It is too soon: book at the latest the day before"
    assert day.nearest[0].label == "Wed 2 Dec, 08:00 to 09:00"


def test_no_sentence_tells_what_or_who_takes_a_time(world: World) -> None:
    world.offering()
    step = step_of(world)
    private = (Reason.DAY_CAP, Reason.WEEK_CAP, Reason.BUFFER, Reason.BUSY, Reason.HELD, Reason.EXTERNAL_BUSY)
    assert {times.why_not(Unmet(SUNDAY, reason), step) for reason in private} == {"All booked on this day"}
    assert {times.why_not(Unmet(SUNDAY, reason, starts_at=at(6, 9)), step) for reason in private} == {
        "This time is taken"
    }
    for reason in Reason:
        assert times.why_not(Unmet(SUNDAY, reason), step)
        assert times.why_not(Unmet(SUNDAY, reason, starts_at=at(6, 9)), step)


def test_an_hour_that_occurs_twice_is_told_apart() -> None:
    viewer = Viewer("America/New_York", "h12")
    first = TimeSpan(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    second = TimeSpan(first.end, first.end + timedelta(hours=1))
    labels = [span_row(span, viewer).label for span in (first, second)]
    assert labels == ["1:30 am UTC−4 to 1:30 am UTC−5", "1:30 am UTC−5 to 2:30 am UTC−5"]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(sorted(known_zones())))
def test_a_row_leads_back_to_its_instant(naive: datetime, zone: str) -> None:
    start = naive.replace(microsecond=0, tzinfo=UTC)
    row = span_row(TimeSpan(start, start + timedelta(hours=1)), Viewer(zone, "h23"))
    assert parse_start(row.start) == start


def test_the_offset_is_that_of_the_day_shown(world: World) -> None:
    world.clock.set(datetime(2027, 3, 20, 12, tzinfo=UTC))
    world.offering()
    paris = Viewer("Europe/Paris", "h23")
    before = times.zone(step_of(world, zone="Europe/Paris", on=date(2027, 3, 26)), look_at(world, paris))
    after = times.zone(step_of(world, zone="Europe/Paris", on=date(2027, 3, 30)), look_at(world, paris))
    assert (before.offset, before.note) == ("UTC+1", "")
    assert (after.offset, after.note) == ("UTC+2", "Clocks in Paris change before this day.")


def test_a_device_elsewhere_is_pointed_out(world: World) -> None:
    world.offering()
    look = replace(look_at(world), device_zone="Asia/Kolkata")
    zone = times.zone(step_of(world), look)
    assert zone.differs == "This device is in Kolkata, UTC+05:30."
    assert zone.other_href.endswith("tz=Asia/Kolkata")
    assert times.zone(step_of(world), replace(look, device_zone="Africa/Accra")).differs == ""


def test_full_refunds_are_promised_until_the_start(world: World) -> None:
    world.offering(cancellation_policy=FULL.name)
    assert times.summary(step_of(world), look_at(world)).policy == "Free cancellation until the start"


def test_the_cards_say_where_how_far_and_when(world: World) -> None:
    world.offering(world.new_instructor("Nadia Rao", zone="Asia/Kathmandu"))
    step = world.platform.read(
        wizard.choose_instructor, Actor.anonymous(), course_id=world.course.id, zone="UTC"
    )
    look = Look(Viewer("UTC", "h23"), Address(course_id=world.course.id))
    (card,) = choosing.choices(step, look)
    assert card.place == "Kathmandu, 17:45 there · 5 h 45 min ahead of you"
    assert card.next_free == "Tomorrow, 02:15"
    assert card.select_href == f"/courses/{world.course.id}/book?instructor={card.person.id}"


# --- money

FREE_UNTIL, PART_UNTIL = at(7, 15), at(8, 3)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (FREE_UNTIL, "Free cancellation until Mon 7 Dec, 15:00"),
        (FREE_UNTIL + timedelta(seconds=1), "If you cancel until Tue 8 Dec, 03:00, you get 50 % back"),
        (PART_UNTIL, "If you cancel until Tue 8 Dec, 03:00, you get 50 % back"),
        (PART_UNTIL + timedelta(seconds=1), "This close to the start, cancelling gives nothing back"),
    ],
)
def test_the_policy_line_says_what_holds_now(now: datetime, said: str) -> None:
    line = policy_line(
        Viewer("UTC", "h23"), now=now, free_until=FREE_UNTIL, partial_until=PART_UNTIL, partial_percent=50
    )
    assert line == said


# --- outcomes


@pytest.fixture
def booked(world: World) -> Confirmation:
    student = world.student(zone="Europe/Paris")
    session_id = world.book(student, world.offering(), at(8, 15)).booking.session_id
    return world.platform.read(confirmation.confirmation, acting(student), session_id=session_id)


def test_both_clocks_are_told(booked: Confirmation) -> None:
    paris = Viewer("Europe/Paris", "h23")
    view = outcome(booked, paris)
    assert (view.span, view.day_line) == ("16:00 – 17:00", "Tuesday 8 December 2026, in 7 days")
    assert view.when.main == "16:00 in Europe/Paris (UTC+1)"
    assert view.when.more == "15:00 for Ada, in UTC"
    far = outcome(replace(booked, instructor_zone="Pacific/Auckland"), paris)
    assert far.when.more == "Wed 9 Dec, 04:00 for Ada, in Auckland"
    same = outcome(replace(booked, instructor_zone="Africa/Lagos"), paris)
    assert same.when.more == "Same time for Ada"


def test_the_join_page_says_when_it_opens(booked: Confirmation) -> None:
    view = outcome(booked, Viewer("Europe/Paris", "h23"))
    assert view.where.more == "Opens 10 min before, on Tuesday at 15:50"
    assert view.room_href == f"/session/{booked.session_id}/room"
    there = outcome(replace(booked, modality=Modality.IN_PERSON, place="Library, room 2"), Viewer("UTC"))
    assert (there.where.main, there.room_href) == ("Library, room 2", "")


@pytest.mark.parametrize(
    ("kind", "heading"),
    [
        (Outcome.BOOKED, "Session Booked!"),
        (Outcome.REQUESTED, "Request sent — Ada answers by Thu 12:00"),
        (Outcome.PROCESSING, "Your payment is on its way"),
        (Outcome.UNPAID, "One step left: your payment"),
        (Outcome.EXPIRED, "This time is no longer yours"),
        (Outcome.CANCELLED, "This session is cancelled"),
        (Outcome.RETURNED, "The time was gone, your money comes back"),
    ],
)
def test_every_outcome_has_its_heading(booked: Confirmation, kind: Outcome, heading: str) -> None:
    step = replace(booked, outcome=kind, respond_by=at(3, 12))
    assert outcome(step, Viewer("UTC", "h23")).heading == heading


@pytest.mark.parametrize("kind", list(Outcome))
def test_every_outcome_can_be_drawn(booked: Confirmation, kind: Outcome) -> None:
    view = outcome(replace(booked, outcome=kind), Viewer("UTC", "h23"))
    assert view.heading
    assert view.tone in ("ok", "info", "sun", "neutral")


def test_a_request_far_ahead_names_the_date(booked: Confirmation) -> None:
    step = replace(booked, outcome=Outcome.REQUESTED, respond_by=at(20, 12))
    assert outcome(step, Viewer("UTC", "h23")).heading == "Request sent — Ada answers by Sun 20 Dec 12:00"


def test_deadlines_are_told_for_what_was_paid(booked: Confirmation) -> None:
    assert outcome(booked, Viewer("UTC", "h23")).cancel.main == "Free until the start"
    paid = replace(booked, is_free=False)
    assert outcome(paid, Viewer("UTC", "h23")).cancel.main == "Free until Mon 7 Dec, 15:00"
    assert outcome(paid, Viewer("UTC", "h23")).cancel.more == "Half back until Tue 8 Dec, 03:00, then nothing"
    late = replace(paid, now=at(8, 2))
    assert outcome(late, Viewer("UTC", "h23")).cancel.main == "Half back until Tue 8 Dec, 03:00, then nothing"
    too_late = replace(paid, now=at(8, 4))
    assert outcome(too_late, Viewer("UTC", "h23")).cancel.main == "Nothing back any more"
    waiting = replace(too_late, outcome=Outcome.REQUESTED)
    assert outcome(waiting, Viewer("UTC", "h23")).cancel.main == "Free while you wait"
