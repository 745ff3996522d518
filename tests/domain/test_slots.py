"""Which starts may be booked: each rule by itself, at its exact edge."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.availability import Calendar, DateOverride, PublishedTime, WeeklyRule
from sessions_app.domain.errors import OutsideAvailability, SessionFull, SlotTaken, StudentBusy
from sessions_app.domain.slots import (
    BusyKind,
    BusySpan,
    JoinableSession,
    Question,
    Reason,
    Slot,
    SlotListing,
    SlotRules,
    judge,
    nearest,
    open_slots,
    refusal,
)
from sessions_app.domain.timespans import TimeSpan

RULES = SlotRules(
    step_minutes=30,
    buffer_minutes=15,
    notice_minutes=0,
    horizon_days=28,
    day_cap=0,
    min_duration=30,
    max_duration=240,
)
NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
NINE_TO_NOON = Calendar("UTC", tuple(WeeklyRule(day, 540, 720) for day in range(7)))


def rules(**changes: int) -> SlotRules:
    values = {name: getattr(RULES, name) for name in SlotRules.__slots__}
    return SlotRules(**(values | changes))


def at(text: str) -> datetime:
    """An instant of Monday 30 November 2026 in UTC, or of another day with its date before the time."""
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"{day or MONDAY} {clock}").replace(tzinfo=UTC)


def span(start: str, end: str) -> TimeSpan:
    return TimeSpan(at(start), at(end))


def busy(start: str, end: str, kind: BusyKind = BusyKind.SESSION) -> BusySpan:
    return BusySpan(span(start, end), kind)


def question(**changes: Any) -> Question:
    usual = Question(
        calendar=NINE_TO_NOON,
        rules=RULES,
        offering_id="algebra",
        session_type="individual",
        duration_minutes=60,
        capacity=1,
        now=NOW,
    )
    return replace(usual, **changes)


def listing(window: TimeSpan | None = None, **changes: Any) -> SlotListing:
    return open_slots(question(**changes), window or span("00:00", "23:59"))


def starts(window: TimeSpan | None = None, **changes: Any) -> list[str]:
    return [f"{slot.span.start:%H:%M}" for slot in listing(window, **changes).slots]


def reasons(start: str, **changes: Any) -> list[Reason]:
    answer = judge(question(**changes), at(start))
    return [] if isinstance(answer, Slot) else list(answer)


# ---------------------------------------------------------------- hours and grid


def test_starts_stand_on_the_grid_and_end_within_the_window() -> None:
    assert starts() == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    assert reasons("08:30") == [Reason.OUTSIDE_HOURS]
    assert reasons("11:30") == [Reason.OUTSIDE_HOURS]
    assert reasons("10:15") == [Reason.OFF_GRID]
    assert reasons("11:45") == [Reason.OUTSIDE_HOURS, Reason.OFF_GRID]
    assert reasons("10:00:01") == [Reason.OFF_GRID]


def test_a_start_between_two_seconds_is_off_the_grid() -> None:
    start = at("10:00").replace(microsecond=1)
    assert judge(question(), start) == (Reason.OFF_GRID,)


def test_the_grid_counts_from_the_beginning_of_the_window_and_not_from_midnight() -> None:
    odd = Calendar("UTC", (WeeklyRule(1, 550, 720),))
    assert starts(calendar=odd, rules=rules(step_minutes=45)) == ["09:10", "09:55", "10:40"]


def test_the_grid_does_not_move_with_busy_time() -> None:
    assert starts(busy=[busy("09:00", "09:20")], rules=rules(buffer_minutes=5)) == [
        "09:30",
        "10:00",
        "10:30",
        "11:00",
    ]


def test_touching_windows_are_one() -> None:
    split = Calendar("UTC", (WeeklyRule(1, 540, 600), WeeklyRule(1, 600, 660)))
    assert starts(calendar=split) == ["09:00", "09:30", "10:00"]


def test_a_session_may_run_over_midnight_when_both_days_are_open_there() -> None:
    late = Calendar("UTC", (WeeklyRule(1, 1380, 1440), WeeklyRule(2, 0, 60)))
    window = span("22:00", "2026-12-01 03:00")
    assert starts(window, calendar=late) == ["23:00", "23:30", "00:00"]
    assert starts(window, calendar=late, rules=rules(step_minutes=45)) == ["23:00", "23:45"]


def test_the_grid_is_the_same_whatever_part_of_the_window_is_asked_for() -> None:
    late = Calendar("UTC", (WeeklyRule(1, 1380, 1440), WeeklyRule(2, 0, 240)))
    every_50 = rules(step_minutes=50)
    whole = starts(span("22:00", "2026-12-01 04:00"), calendar=late, rules=every_50)
    assert starts(span("2026-12-01 00:10", "2026-12-01 04:00"), calendar=late, rules=every_50) == whole[2:]


def test_the_window_asked_for_includes_its_start_and_not_its_end() -> None:
    assert starts(span("09:30", "10:30")) == ["09:30", "10:00"]
    assert starts(TimeSpan(at("09:30:01"), at("10:30:01"))) == ["10:00", "10:30"]


def test_a_day_off_says_so_and_not_that_it_is_outside_the_hours() -> None:
    away = Calendar("UTC", NINE_TO_NOON.rules, (DateOverride(MONDAY, ()),))
    assert reasons("10:00", calendar=away) == [Reason.OVERRIDE_DAY_OFF]
    assert reasons("2026-12-01 08:00", calendar=away) == [Reason.OUTSIDE_HOURS]
    assert listing(calendar=away) == SlotListing((), Reason.OVERRIDE_DAY_OFF)


def test_other_hours_on_a_date_replace_the_weekly_ones() -> None:
    shorter = Calendar("UTC", NINE_TO_NOON.rules, (DateOverride(MONDAY, ((600, 660), (840, 900))),))
    assert starts(calendar=shorter) == ["10:00", "14:00"]
    assert reasons("09:00", calendar=shorter) == [Reason.OUTSIDE_HOURS]


# ---------------------------------------------------------------- switches of the clock


@pytest.mark.parametrize(
    ("zone", "minutes", "now", "expected"),
    [
        # Midnight to four in the morning: five hours, then three.
        ("America/New_York", (0, 240), "2026-11-01 00:00", ["04:00", "05:00", "06:00", "07:00", "08:00"]),
        ("America/New_York", (0, 240), "2027-03-14 00:00", ["05:00", "06:00", "07:00"]),
        ("Europe/Paris", (60, 240), "2026-10-24 12:00", ["23:00", "00:00", "01:00", "02:00"]),
        ("Europe/Paris", (60, 240), "2027-03-27 12:00", ["00:00", "01:00"]),
        ("Australia/Lord_Howe", (60, 240), "2027-04-03 10:00", ["14:00", "15:00", "16:00"]),
        ("Australia/Lord_Howe", (60, 240), "2026-10-03 10:00", ["14:30", "15:30"]),
        ("Asia/Kathmandu", (540, 720), "2026-12-01 00:00", ["03:15", "04:15", "05:15"]),
        ("Pacific/Apia", (540, 720), "2026-12-01 12:00", ["20:00", "21:00", "22:00"]),
        ("Africa/Casablanca", (60, 240), "2026-02-14 20:00", ["00:00", "01:00", "02:00", "03:00"]),
        ("Africa/Casablanca", (60, 240), "2026-03-21 20:00", ["01:00", "02:00"]),
    ],
)
def test_windows_across_the_switch_have_the_starts_that_really_fit(
    zone: str, minutes: tuple[int, int], now: str, expected: list[str]
) -> None:
    nights = Calendar(zone, tuple(WeeklyRule(day, *minutes) for day in range(7)))
    begins = at(now)
    window = TimeSpan(begins, begins + timedelta(hours=20))
    assert starts(window, calendar=nights, rules=rules(step_minutes=60), now=begins) == expected


def test_new_york_loses_no_start_in_autumn_and_gains_none_in_spring() -> None:
    nights = Calendar("America/New_York", tuple(WeeklyRule(day, 0, 240) for day in range(7)))
    counts = []
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2027, 3, 13), date(2027, 3, 14)):
        begins = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        window = TimeSpan(begins, begins + timedelta(hours=12))
        counts.append(len(starts(window, calendar=nights, rules=rules(step_minutes=15), now=begins)))
    assert counts == [13, 17, 13, 9]


# ---------------------------------------------------------------- past, notice, horizon, length


def test_a_start_right_now_is_not_past() -> None:
    assert reasons("10:00", now=at("10:00")) == []
    assert reasons("10:00", now=at("10:00:01")) == [Reason.PAST]
    assert reasons("10:00", now=at("10:00").replace(microsecond=1)) == [Reason.PAST]


def test_exactly_the_notice_is_enough() -> None:
    half_a_day = rules(notice_minutes=720)
    assert reasons("2026-12-01 09:00", rules=half_a_day, now=at("21:00")) == []
    assert reasons("2026-12-01 09:00", rules=half_a_day, now=at("21:00:01")) == [Reason.NOTICE]
    assert reasons("2026-12-01 09:00", rules=half_a_day, now=at("2026-12-01 09:01")) == [Reason.PAST]


def test_not_on_the_same_day_opens_with_the_next_local_date() -> None:
    next_day = rules(not_same_day=True)
    late = at("2026-11-30 23:59")
    assert reasons("2026-12-01 09:00", rules=next_day, now=late) == []
    assert reasons("2026-12-01 09:00", rules=next_day, now=at("2026-12-01 00:00")) == [Reason.NOTICE]
    assert reasons("2026-12-01 09:00", rules=next_day, now=at("2026-12-01 09:01")) == [Reason.PAST]
    assert listing(rules=next_day, now=at("08:00")).reason is Reason.NOTICE


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        # The day of the switch has 23 or 25 hours.
        ("Europe/Paris", "2027-03-27T23:30", "2027-03-28T22:00"),
        ("America/New_York", "2026-11-01T04:30", "2026-11-02T05:00"),
        # The clock skips midnight itself: the date begins at one.
        ("America/Santiago", "2026-09-05T12:00", "2026-09-06T04:00"),
        ("Pacific/Auckland", "2026-11-30T23:30", "2026-12-01T11:00"),
    ],
)
def test_the_day_that_is_too_soon_ends_at_the_instructors_midnight(zone: str, now: str, opens: str) -> None:
    whole = Calendar(zone, tuple(WeeklyRule(day, 0, 1440) for day in range(7)))
    asked_at, first = (datetime.fromisoformat(f"{one}+00:00") for one in (now, opens))
    numbers = rules(not_same_day=True, step_minutes=30)
    assert numbers.notice_ends(asked_at, zone) == first
    asked = question(calendar=whole, rules=numbers, now=asked_at)
    assert isinstance(judge(asked, first), Slot)
    assert judge(asked, first - timedelta(minutes=30)) == (Reason.NOTICE,)
    assert numbers.notice_begins(first, zone) == first


def test_the_last_date_of_the_horizon_is_within_it() -> None:
    assert reasons("2026-12-28 11:00") == []
    assert reasons("2026-12-29 09:00") == [Reason.HORIZON]


def test_the_horizon_counts_the_dates_of_the_instructor() -> None:
    # At 23:30 UTC it is Tuesday in Auckland; the horizon of one day ends when Wednesday ends there.
    auckland = Calendar("Pacific/Auckland", tuple(WeeklyRule(day, 0, 1440) for day in range(7)))
    asked = question(calendar=auckland, rules=rules(horizon_days=1), now=at("23:30"))
    assert isinstance(judge(asked, at("2026-12-02 10:30")), Slot)
    assert judge(asked, at("2026-12-02 11:00")) == (Reason.HORIZON,)


def test_the_length_has_to_be_within_the_bounds() -> None:
    bounds = rules(min_duration=45, max_duration=60)
    assert starts(rules=bounds, duration_minutes=45) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    for length in (44, 61, 10**9, 0):
        assert listing(rules=bounds, duration_minutes=length) == SlotListing((), Reason.DURATION)
        assert reasons("10:00", rules=bounds, duration_minutes=length)[0] is Reason.DURATION


# ---------------------------------------------------------------- busy time


def test_the_buffer_is_kept_to_the_minute_on_both_sides() -> None:
    assert reasons("10:00", busy=[busy("09:00", "09:45"), busy("11:15", "12:00")]) == []
    assert reasons("10:00", busy=[busy("09:00", "09:46")]) == [Reason.BUFFER]
    assert reasons("10:00", busy=[busy("11:14", "12:00")]) == [Reason.BUFFER]
    assert reasons("10:00", busy=[busy("09:00", "09:45:01")]) == [Reason.BUFFER]
    assert reasons("10:00", busy=[busy("11:14:59", "12:00")]) == [Reason.BUFFER]


def test_busy_time_lasts_to_its_last_fraction_of_a_second() -> None:
    ends = at("09:45") + timedelta(microseconds=1)
    assert reasons("10:00", busy=[BusySpan(TimeSpan(at("09:00"), ends), BusyKind.EXTERNAL)]) == [
        Reason.BUFFER
    ]


def test_without_a_buffer_sessions_may_touch() -> None:
    back_to_back = rules(buffer_minutes=0)
    assert reasons("10:00", rules=back_to_back, busy=[busy("09:00", "10:00"), busy("11:00", "12:00")]) == []
    assert reasons("10:00", rules=back_to_back, busy=[busy("09:00", "10:00:01")]) == [Reason.BUSY]


def test_no_buffer_is_kept_to_the_edge_of_the_hours() -> None:
    assert starts(rules=rules(buffer_minutes=60))[0] == "09:00"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (BusyKind.SESSION, Reason.BUSY),
        (BusyKind.HELD, Reason.HELD),
        (BusyKind.EXTERNAL, Reason.EXTERNAL_BUSY),
    ],
)
def test_what_is_in_the_way_is_named(kind: BusyKind, reason: Reason) -> None:
    assert reasons("10:00", busy=[busy("10:30", "11:30", kind)]) == [reason]
    assert reasons("10:00", busy=[busy("09:00", "09:50", kind)]) == [Reason.BUFFER]


def test_a_busy_time_longer_than_the_day_blocks_it() -> None:
    assert starts(busy=[busy("2026-11-20 00:00", "2026-12-20 00:00", BusyKind.EXTERNAL)]) == []


def test_the_students_other_session_is_in_the_way_without_a_buffer() -> None:
    assert starts(student_busy=[span("10:00", "10:30")]) == ["09:00", "10:30", "11:00"]
    assert reasons("10:00", student_busy=[span("10:59", "11:30")]) == [Reason.STUDENT_BUSY]


def test_a_full_day_counts_the_sessions_that_start_on_the_instructors_date() -> None:
    kolkata = Calendar("Asia/Kolkata", tuple(WeeklyRule(day, 0, 1440) for day in range(7)))
    two = rules(day_cap=2)
    # 18:30 UTC is midnight in Kolkata.
    sunday_night = busy("2026-11-29 18:00", "2026-11-29 19:00")
    morning, noon = busy("03:00", "04:00"), busy("06:30", "07:30", BusyKind.HELD)
    asked = {"calendar": kolkata, "rules": two, "now": at("2026-11-29 00:00")}
    assert reasons("10:00", busy=[sunday_night, morning], **asked) == []
    assert reasons("10:00", busy=[morning, noon], **asked) == [Reason.DAY_CAP]
    assert reasons("18:00", busy=[morning, noon], **asked) == [Reason.DAY_CAP]
    assert reasons("18:30", busy=[morning, noon], **asked) == []


def test_imported_busy_time_does_not_count_towards_the_day() -> None:
    one = rules(day_cap=1)
    assert reasons("10:00", rules=one, busy=[busy("13:00", "14:00", BusyKind.EXTERNAL)]) == []
    assert reasons("10:00", rules=one, busy=[busy("13:00", "14:00", BusyKind.HELD)]) == [Reason.DAY_CAP]


# ---------------------------------------------------------------- published times


def published(start: str, end: str, **changes: Any) -> PublishedTime:
    values: dict[str, Any] = {"id": "extra", "seats": 6, "session_type": "individual", "offering_id": None}
    return PublishedTime(span=span(start, end), **(values | changes))


def with_published(*times: PublishedTime) -> Calendar:
    return Calendar("UTC", NINE_TO_NOON.rules, (), times)


def test_a_published_time_is_offered_outside_hours_and_grid() -> None:
    calendar = with_published(published("20:07", "21:07"))
    assert starts(calendar=calendar) == ["09:00", "09:30", "10:00", "10:30", "11:00", "20:07"]
    assert listing(calendar=calendar).slots[-1] == Slot(span("20:07", "21:07"), 1, None, "extra")
    assert reasons("20:08", calendar=calendar) == [Reason.OUTSIDE_HOURS]


def test_a_published_time_is_offered_on_a_day_off() -> None:
    calendar = Calendar("UTC", (), (DateOverride(MONDAY, ()),), (published("20:00", "21:00"),))
    assert starts(calendar=calendar) == ["20:00"]


@pytest.mark.parametrize(
    "other",
    [
        published("20:00", "20:45"),
        published("20:00", "21:00", session_type="group"),
        published("20:00", "21:00", offering_id="geometry"),
    ],
)
def test_a_published_time_of_another_length_type_or_offering_is_not_offered(other: PublishedTime) -> None:
    assert "20:00" not in starts(calendar=with_published(other))


def test_a_published_time_obeys_every_other_rule() -> None:
    calendar = with_published(published("20:00", "21:00"))
    assert reasons("20:00", calendar=calendar, rules=rules(notice_minutes=900)) == [Reason.NOTICE]
    assert reasons("20:00", calendar=calendar, busy=[busy("19:00", "19:50")]) == [Reason.BUFFER]
    assert reasons("20:00", calendar=calendar, rules=rules(day_cap=1), busy=[busy("09:00", "10:00")]) == [
        Reason.DAY_CAP
    ]


def test_a_published_time_that_stands_on_the_grid_is_one_slot() -> None:
    slots = listing(calendar=with_published(published("10:00", "11:00"))).slots
    assert [slot.published_id for slot in slots] == [None, None, "extra", None, None]


def test_of_several_published_at_once_the_one_for_this_offering_counts() -> None:
    several = with_published(
        published("20:00", "21:00", id="own", offering_id="algebra"), published("20:00", "21:00", id="any")
    )
    assert listing(calendar=several).slots[-1].published_id == "own"


@pytest.mark.parametrize(
    ("capacity", "seats", "effective"), [(6, 30, 6), (30, 8, 8), (30, 30, 20), (1, 8, 1)]
)
def test_a_group_has_the_least_of_offering_published_and_twenty_seats(
    capacity: int, seats: int, effective: int
) -> None:
    calendar = with_published(published("20:00", "21:00", session_type="group", seats=seats))
    slots = listing(calendar=calendar, session_type="group", capacity=capacity).slots
    assert slots[-1].seats_left == effective
    assert slots[0].seats_left == min(capacity, 20)


def test_an_individual_session_has_one_seat() -> None:
    assert {slot.seats_left for slot in listing(capacity=8).slots} == {1}


# ---------------------------------------------------------------- joining a group


GROUP = {"session_type": "group", "capacity": 6}


def group(start: str, end: str, seats_left: int) -> dict[str, Any]:
    return {
        "busy": [busy(start, end)],
        "joinable": [JoinableSession("choir", span(start, end), seats_left)],
        **GROUP,
    }


def test_a_group_with_seats_left_is_offered_at_its_own_start() -> None:
    slots = listing(**group("10:00", "11:00", 2)).slots
    assert slots == (Slot(span("10:00", "11:00"), 2, "choir", None),)


def test_joining_needs_neither_hours_nor_grid_nor_buffer_nor_a_day_with_room() -> None:
    full_day = group("20:10", "21:10", 1)
    full_day["busy"].append(busy("21:10", "22:00"))
    assert starts(rules=rules(day_cap=1), **full_day) == ["20:10"]


def test_joining_obeys_notice_horizon_and_the_students_own_sessions() -> None:
    asked = group("10:00", "11:00", 1)
    assert reasons("10:00", rules=rules(notice_minutes=300), **asked) == [Reason.NOTICE]
    assert reasons("10:00", now=at("10:30"), **asked) == [Reason.PAST]
    assert reasons("10:00", now=at("2026-11-01 10:30"), **asked) == [Reason.HORIZON]
    assert reasons("10:00", student_busy=[span("10:30", "11:30")], **asked) == [Reason.STUDENT_BUSY]


def test_a_full_group_says_that_it_is_full() -> None:
    assert reasons("10:00", **group("10:00", "11:00", 0)) == [Reason.SEAT_FULL]
    assert reasons("10:00", student_busy=[span("10:30", "11:30")], **group("10:00", "11:00", 0)) == [
        Reason.SEAT_FULL,
        Reason.STUDENT_BUSY,
    ]


def test_another_start_during_a_group_is_busy() -> None:
    assert reasons("10:30", **group("10:00", "11:00", 3)) == [Reason.BUSY]


def test_a_group_of_another_length_cannot_be_joined_as_this_one() -> None:
    assert reasons("10:00", **group("10:00", "11:30", 3)) == [Reason.BUSY]


# ---------------------------------------------------------------- why there is nothing


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"now": at("13:00")}, Reason.PAST),
        ({"now": at("2026-12-05 13:00")}, Reason.PAST),
        ({"now": at("2026-10-01 13:00")}, Reason.HORIZON),
        ({"rules": rules(notice_minutes=720)}, Reason.NOTICE),
        # The notice reaches beyond the horizon: nothing can ever be booked.
        ({"rules": rules(notice_minutes=9000, horizon_days=1)}, Reason.NOTICE),
        ({"duration_minutes": 300}, Reason.DURATION),
        ({"duration_minutes": 200}, Reason.OUTSIDE_HOURS),
        ({"calendar": Calendar("UTC")}, Reason.OUTSIDE_HOURS),
        ({"calendar": Calendar("UTC", (), (DateOverride(MONDAY, ()),))}, Reason.OVERRIDE_DAY_OFF),
        ({"rules": rules(day_cap=1), "busy": [busy("20:00", "21:00")]}, Reason.DAY_CAP),
        ({"busy": [busy("08:00", "13:00")]}, Reason.BUSY),
        ({"busy": [busy("08:00", "13:00", BusyKind.HELD)]}, Reason.HELD),
        ({"busy": [busy("08:00", "13:00", BusyKind.EXTERNAL)]}, Reason.EXTERNAL_BUSY),
        ({"busy": [busy("08:00", "10:55"), busy("12:00", "13:00")]}, Reason.BUSY),
        ({"busy": [busy("08:00", "10:55", BusyKind.HELD), busy("12:10", "13:00")]}, Reason.HELD),
        ({"student_busy": [span("08:00", "13:00")]}, Reason.STUDENT_BUSY),
        (group("08:30", "12:00", 0) | {"duration_minutes": 210}, Reason.SEAT_FULL),
        (group("10:00", "11:00", 0), Reason.BUSY),
        (
            group("08:30", "12:00", 1) | {"duration_minutes": 210, "student_busy": [span("09:00", "09:30")]},
            Reason.STUDENT_BUSY,
        ),
    ],
)
def test_an_empty_listing_gives_the_reason_of_the_start_that_came_closest(
    changes: dict[str, Any], reason: Reason
) -> None:
    assert listing(**changes) == SlotListing((), reason)


def test_beyond_the_horizon_the_notice_is_not_the_reason() -> None:
    later = span("2026-12-10 00:00", "2026-12-11 00:00")
    assert listing(later, rules=rules(notice_minutes=90_000, horizon_days=1)).reason is Reason.HORIZON


def test_a_day_off_is_told_when_the_week_has_no_other_hours() -> None:
    mondays = Calendar("UTC", (WeeklyRule(1, 540, 720),), (DateOverride(MONDAY, ()),))
    assert listing(span("00:00", "2026-12-05 00:00"), calendar=mondays).reason is Reason.OVERRIDE_DAY_OFF
    assert (
        listing(span("2026-12-01 00:00", "2026-12-05 00:00"), calendar=mondays).reason is Reason.OUTSIDE_HOURS
    )
    # Off on a day that has no hours anyway: the missing hours are the reason.
    tuesday = Calendar("UTC", (), (DateOverride(MONDAY, ()),))
    assert listing(span("00:00", "2026-12-05 00:00"), calendar=tuesday).reason is Reason.OUTSIDE_HOURS


def test_a_window_of_closed_hours_is_outside_them() -> None:
    assert listing(span("13:00", "18:00")).reason is Reason.OUTSIDE_HOURS


def test_what_only_the_notice_takes_is_not_called_closed() -> None:
    # At 10:00 with twelve hours of notice the rest of the day is closed anyway after 22:00.
    assert listing(rules=rules(notice_minutes=720), now=at("08:00")).reason is Reason.NOTICE


def test_a_group_that_starts_too_soon_to_join_is_a_matter_of_notice() -> None:
    asked = group("20:00", "21:00", 3) | {"calendar": Calendar("UTC"), "rules": rules(notice_minutes=900)}
    assert listing(**asked).reason is Reason.NOTICE


def test_a_senseless_length_is_refused_at_once_at_any_distance() -> None:
    for window in (
        span("2026-11-01 00:00", "2026-11-02 00:00"),
        span("2027-11-01 00:00", "2027-11-02 00:00"),
    ):
        assert listing(window, duration_minutes=10**9).slots == ()


def test_the_range_asked_for_may_be_all_of_time() -> None:
    everything = TimeSpan(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC))
    assert len(listing(everything).slots) == 29 * 5
    assert listing(everything, calendar=Calendar("Pacific/Apia")).reason is Reason.OUTSIDE_HOURS
    for edge in (everything.start, everything.end):
        assert isinstance(judge(question(), edge), tuple)


# ---------------------------------------------------------------- order, errors, neighbours


def test_every_reason_is_told_and_in_the_order_of_refusal() -> None:
    told = reasons(
        "2026-12-29 12:40",
        now=at("2026-11-30 06:00"),
        rules=rules(notice_minutes=60 * 24 * 40, day_cap=1, max_duration=45),
        busy=[
            busy("2026-12-29 12:00", "2026-12-29 12:30"),
            busy("2026-12-29 12:50", "2026-12-29 13:00"),
            busy("2026-12-29 12:50", "2026-12-29 13:00", BusyKind.HELD),
            busy("2026-12-29 12:50", "2026-12-29 13:00", BusyKind.EXTERNAL),
        ],
        student_busy=[span("2026-12-29 12:50", "2026-12-29 13:00")],
    )
    assert told == [
        Reason.HORIZON,
        Reason.NOTICE,
        Reason.DURATION,
        Reason.OUTSIDE_HOURS,
        Reason.DAY_CAP,
        Reason.BUFFER,
        Reason.BUSY,
        Reason.HELD,
        Reason.EXTERNAL_BUSY,
        Reason.STUDENT_BUSY,
    ]


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_is_the_error_of_its_first_reason(reason: Reason) -> None:
    error = refusal([reason, Reason.STUDENT_BUSY], alternatives=[])
    expected = {
        Reason.SEAT_FULL: SessionFull,
        Reason.BUFFER: SlotTaken,
        Reason.BUSY: SlotTaken,
        Reason.HELD: SlotTaken,
        Reason.EXTERNAL_BUSY: SlotTaken,
        Reason.STUDENT_BUSY: StudentBusy,
    }.get(reason, OutsideAvailability)
    assert type(error) is expected
    assert error.details == {"reason": reason.value, "alternatives": []}


def test_the_nearest_three_come_closest_first() -> None:
    found = nearest(at("10:20"), listing())
    assert [f"{slot.span.start:%H:%M}" for slot in found] == ["10:30", "10:00", "11:00"]


def test_of_two_equally_near_the_earlier_comes_first() -> None:
    found = nearest(at("10:15"), listing(), count=2)
    assert [f"{slot.span.start:%H:%M}" for slot in found] == ["10:00", "10:30"]


def test_fewer_than_three_come_only_where_fewer_exist() -> None:
    assert [f"{s.span.start:%H:%M}" for s in nearest(at("23:00"), listing(span("10:30", "11:30")))] == [
        "11:00",
        "10:30",
    ]
    assert nearest(at("10:00"), SlotListing((), Reason.BUSY)) == ()


def test_asking_changes_none_of_the_facts() -> None:
    asked = question(busy=[busy("10:00", "11:00")], joinable=[], student_busy=[span("09:00", "09:30")])
    before = pickle.dumps(asked)
    open_slots(asked, span("00:00", "23:00"))
    judge(asked, at("10:00"))
    assert pickle.dumps(asked) == before
