"""Wall time becomes instants as zoneinfo does with fold 0, window by window, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain.availability import (
    Calendar,
    DateOverride,
    WeeklyRule,
    check_weekly,
    check_windows,
    dow_sunday0,
    is_ambiguous,
    is_nonexistent,
    local_date,
    open_windows,
    parse_wall,
    to_utc,
)
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.zones import known_zones

EVERY_DAY = range(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def around(start: str, end: str) -> TimeSpan:
    return TimeSpan(utc(start), utc(end))


def daily(zone: str, *windows: tuple[int, int], overrides: tuple[DateOverride, ...] = ()) -> Calendar:
    return Calendar(
        zone, tuple(WeeklyRule(day, *window) for day in EVERY_DAY for window in windows), overrides
    )


def opened(calendar: Calendar, start: str, end: str) -> list[tuple[str, str]]:
    """The open windows as "day hour:minute" in UTC."""
    return [(f"{w.start:%d %H:%M}", f"{w.end:%d %H:%M}") for w in open_windows(calendar, around(start, end))]


# ---------------------------------------------------------------- weekdays and wall times


def test_sunday_is_day_zero_and_saturday_day_six() -> None:
    assert [dow_sunday0(date(2026, 11, 22) + timedelta(days=i)) for i in range(8)] == [0, 1, 2, 3, 4, 5, 6, 0]


@pytest.mark.parametrize(
    ("day", "new_york"),
    [
        ("2026-10-21", "13"),
        ("2026-10-28", "14"),
        ("2026-11-04", "13"),
        ("2027-03-17", "14"),
        ("2027-03-31", "13"),
    ],
)
def test_london_at_six_is_another_hour_in_new_york_in_the_weeks_between_two_switches(
    day: str, new_york: str
) -> None:
    instant = to_utc(date.fromisoformat(day), 18 * 60, "Europe/London")
    assert f"{instant.astimezone(ZoneInfo('America/New_York')):%H}" == new_york


@pytest.mark.parametrize(
    ("day", "minute", "zone", "instant"),
    [
        ("2026-12-01", 9 * 60, "Asia/Kathmandu", "2026-12-01 03:15"),
        ("2026-12-01", 9 * 60, "Pacific/Apia", "2026-11-30 20:00"),
        ("2026-12-01", 1440, "Asia/Kolkata", "2026-12-01 18:30"),
        # Skipped, so read with the offset from before the switch.
        ("2027-03-14", 150, "America/New_York", "2027-03-14 07:30"),
        ("2027-03-28", 150, "Europe/Paris", "2027-03-28 01:30"),
        # Twice, so the first.
        ("2026-11-01", 90, "America/New_York", "2026-11-01 05:30"),
        ("2026-10-25", 150, "Europe/Paris", "2026-10-25 00:30"),
        # Half an hour forward and back.
        ("2026-10-04", 135, "Australia/Lord_Howe", "2026-10-03 15:45"),
        ("2027-04-04", 105, "Australia/Lord_Howe", "2027-04-03 14:45"),
        ("2027-04-04", 120, "Australia/Lord_Howe", "2027-04-03 15:30"),
        # Morocco leaves its summer time for Ramadan.
        ("2026-02-14", 9 * 60, "Africa/Casablanca", "2026-02-14 08:00"),
        ("2026-02-15", 9 * 60, "Africa/Casablanca", "2026-02-15 09:00"),
        ("2026-03-22", 9 * 60, "Africa/Casablanca", "2026-03-22 08:00"),
        # Midnight itself is skipped in Beirut, and Samoa once skipped a whole date.
        ("2027-03-27", 1440, "Asia/Beirut", "2027-03-27 22:00"),
        ("2027-03-28", 60, "Asia/Beirut", "2027-03-27 22:00"),
        ("2011-12-29", 1440, "Pacific/Apia", "2011-12-30 10:00"),
        ("2011-12-31", 0, "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_a_wall_time_is_the_instant_zoneinfo_says(day: str, minute: int, zone: str, instant: str) -> None:
    assert to_utc(date.fromisoformat(day), minute, zone) == utc(instant)


@pytest.mark.parametrize(
    ("wall", "zone", "kind"),
    [
        ("2027-03-14 02:30", "America/New_York", "nonexistent"),
        ("2027-03-14 02:00", "America/New_York", "nonexistent"),
        ("2027-03-14 03:00", "America/New_York", "plain"),
        ("2027-03-28 02:30", "Europe/Paris", "nonexistent"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "nonexistent"),
        ("2026-10-04 02:30", "Australia/Lord_Howe", "plain"),
        ("2011-12-30 12:00", "Pacific/Apia", "nonexistent"),
        ("2026-11-01 01:30", "America/New_York", "ambiguous"),
        ("2026-11-01 02:00", "America/New_York", "plain"),
        ("2026-10-25 02:30", "Europe/Paris", "ambiguous"),
        ("2027-04-04 01:45", "Australia/Lord_Howe", "ambiguous"),
        ("2026-12-01 09:00", "Asia/Kathmandu", "plain"),
    ],
)
def test_skipped_and_repeated_wall_times_are_told_apart(wall: str, zone: str, kind: str) -> None:
    local = datetime.fromisoformat(wall)
    assert is_nonexistent(local, zone) == (kind == "nonexistent")
    assert is_ambiguous(local, zone) == (kind == "ambiguous")


def test_a_skipped_wall_time_is_refused_instead_of_moved() -> None:
    with pytest.raises(InvalidInput, match="02:30 does not exist on 2027-03-28 in Europe/Paris"):
        parse_wall(datetime(2027, 3, 28, 2, 30), "Europe/Paris", 0)


def test_a_repeated_wall_time_is_the_first_unless_the_second_is_asked_for() -> None:
    local = datetime(2026, 11, 1, 1, 30)
    assert parse_wall(local, "America/New_York") == utc("2026-11-01 05:30")
    assert parse_wall(local, "America/New_York", fold=1) == utc("2026-11-01 06:30")


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Europe", "localtime", "a\0b", "x" * 5000]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_wall(datetime(2026, 12, 1, 9), name)
    assert refused.value.field == "timezone"


@pytest.mark.parametrize("zone", sorted(known_zones())[::7])
def test_a_local_date_begins_at_its_first_instant(zone: str) -> None:
    """The engine cuts days at ``to_utc(day, 0)``; no clock goes back over midnight in the years to come."""
    info = ZoneInfo(zone)
    for number in range(0, 800):
        day = date(2026, 11, 1) + timedelta(days=number)
        begins = to_utc(day, 0, zone)
        assert begins.astimezone(info).date() == day
        assert (begins - timedelta(seconds=1)).astimezone(info).date() < day
        assert begins == to_utc(day - timedelta(days=1), 1440, zone)
        assert local_date(begins, zone) == day


# ---------------------------------------------------------------- windows


def test_a_window_across_the_autumn_switch_is_an_hour_longer() -> None:
    nights = daily("America/New_York", (0, 240))
    assert opened(nights, "2026-11-01 04:00", "2026-11-01 12:00") == [("01 04:00", "01 09:00")]
    assert opened(daily("Europe/Paris", (60, 240)), "2026-10-24 23:00", "2026-10-25 12:00") == [
        ("24 23:00", "25 03:00")
    ]


def test_a_window_across_the_spring_switch_is_an_hour_shorter() -> None:
    nights = daily("America/New_York", (0, 240))
    assert opened(nights, "2027-03-14 04:00", "2027-03-14 12:00") == [("14 05:00", "14 08:00")]
    assert opened(daily("Europe/Paris", (60, 240)), "2027-03-28 00:00", "2027-03-28 12:00") == [
        ("28 00:00", "28 02:00")
    ]


def test_lord_howe_moves_its_clock_by_half_an_hour() -> None:
    nights = daily("Australia/Lord_Howe", (60, 180))
    assert opened(nights, "2026-10-03 12:00", "2026-10-03 20:00") == [("03 14:30", "03 16:00")]
    assert opened(nights, "2027-04-03 12:00", "2027-04-03 20:00") == [("03 14:00", "03 16:30")]


def test_a_window_inside_the_skipped_hour_is_no_window() -> None:
    assert opened(daily("America/New_York", (120, 180)), "2027-03-14 04:00", "2027-03-14 12:00") == []


def test_hours_stay_on_the_wall_clock_over_a_switch() -> None:
    mornings = daily("Africa/Casablanca", (540, 600))
    assert opened(mornings, "2026-02-14 00:00", "2026-02-16 00:00") == [
        ("14 08:00", "14 09:00"),
        ("15 09:00", "15 10:00"),
    ]


def test_24_00_meets_00_00_in_one_window() -> None:
    late = Calendar("Asia/Kathmandu", (WeeklyRule(1, 1320, 1440), WeeklyRule(2, 0, 120)))
    # 30 November 2026 is a Monday.
    assert opened(late, "2026-11-30 00:00", "2026-12-02 00:00") == [("30 16:15", "30 20:15")]


def test_24_00_meets_00_00_when_the_clock_skips_midnight() -> None:
    late = Calendar("Asia/Beirut", (WeeklyRule(6, 1320, 1440), WeeklyRule(0, 60, 180)))
    assert opened(late, "2027-03-27 12:00", "2027-03-28 12:00") == [("27 20:00", "28 00:00")]


def test_windows_are_not_clipped_to_what_is_asked_for() -> None:
    assert opened(daily("UTC", (540, 1020)), "2026-12-01 12:07", "2026-12-01 12:08") == [
        ("01 09:00", "01 17:00")
    ]


def test_what_only_touches_the_window_asked_for_is_left_out() -> None:
    assert opened(daily("UTC", (540, 600)), "2026-12-01 10:00", "2026-12-02 09:00") == []


def test_a_window_that_began_days_ago_keeps_its_beginning() -> None:
    # Monday 06:00 to Friday 24:00 without a pause; Friday is asked for.
    week = Calendar("UTC", (WeeklyRule(1, 360, 1440), *(WeeklyRule(day, 0, 1440) for day in (2, 3, 4, 5))))
    assert opened(week, "2026-12-04 10:00", "2026-12-04 11:00") == [("30 06:00", "05 00:00")]


def test_an_end_is_exact_or_a_local_day_away() -> None:
    week = Calendar("UTC", tuple(WeeklyRule(day, 0, 1440) for day in (1, 2, 3, 4, 5)))
    (wednesday,) = open_windows(week, around("2026-12-02 10:00", "2026-12-02 11:00"))
    assert wednesday.end >= utc("2026-12-04 00:00")
    (friday,) = open_windows(week, around("2026-12-04 10:00", "2026-12-04 11:00"))
    assert friday.end == utc("2026-12-05 00:00")


def test_an_end_that_the_clock_skips_lies_behind_midnight() -> None:
    # In Nuuk the clock goes from Saturday 23:00 to Sunday 00:00, so that 23:30 is read as 00:30.
    evening = Calendar("America/Nuuk", (WeeklyRule(6, 1320, 1410),))
    assert opened(evening, "2027-03-28 01:10", "2027-03-28 01:20") == [("28 00:00", "28 01:30")]


def test_around_the_clock_the_last_closed_date_is_the_beginning_however_long_ago() -> None:
    off = DateOverride(date(2026, 6, 1), ())
    short = DateOverride(date(2026, 7, 1), ((0, 60), (90, 1440)))
    always = daily("Asia/Kolkata", (0, 1440), overrides=(short, off))
    for day in ("2026-07-02", "2026-12-01", "2031-12-01"):
        begins = open_windows(always, around(f"{day} 10:00", f"{day} 11:00"))[0].start
        assert begins == to_utc(date(2026, 7, 1), 90, "Asia/Kolkata")


def test_around_the_clock_a_date_that_ends_early_lets_the_next_begin() -> None:
    early = DateOverride(date(2026, 12, 13), ((0, 1380),))
    always = daily("Asia/Ulaanbaatar", (0, 1440), overrides=(early,))
    for day in ("2026-12-14", "2026-12-15", "2027-06-15"):
        begins = open_windows(always, around(f"{day} 10:00", f"{day} 11:00"))[0].start
        assert begins == to_utc(date(2026, 12, 14), 0, "Asia/Ulaanbaatar")


def test_hours_that_only_the_skipped_hour_interrupts_run_on() -> None:
    # On 14 March 2027 the clock of New York goes from 02:00 to 03:00.
    around_it = DateOverride(date(2027, 3, 14), ((0, 120), (180, 1440)))
    always = daily("America/New_York", (0, 1440), overrides=(around_it, DateOverride(date(2027, 3, 1), ())))
    begins = open_windows(always, around("2027-03-20 10:00", "2027-03-20 11:00"))[0].start
    assert begins == to_utc(date(2027, 3, 2), 0, "America/New_York")


def test_around_the_clock_without_any_break_the_beginning_is_the_same_for_every_question() -> None:
    always = daily("America/New_York", (0, 720), (720, 1440))
    begins = {
        open_windows(always, TimeSpan(start, start + timedelta(hours=1)))[0].start
        for start in (utc("2026-11-01 05:00") + timedelta(hours=7 * i) for i in range(200))
    }
    assert begins == {to_utc(date(2026, 1, 4), 0, "America/New_York")}


def test_an_override_replaces_the_rules_of_its_date_alone() -> None:
    shorter = DateOverride(date(2026, 12, 2), ((600, 660),))
    away = DateOverride(date(2026, 12, 3), ())
    calendar = daily("UTC", (540, 1020), overrides=(shorter, away))
    assert opened(calendar, "2026-12-01 00:00", "2026-12-05 00:00") == [
        ("01 09:00", "01 17:00"),
        ("02 10:00", "02 11:00"),
        ("04 09:00", "04 17:00"),
    ]


def test_an_override_opens_a_date_the_week_leaves_closed() -> None:
    calendar = Calendar("UTC", (), (DateOverride(date(2026, 12, 2), ((600, 660),)),))
    assert opened(calendar, "2026-12-01 00:00", "2026-12-05 00:00") == [("02 10:00", "02 11:00")]


def test_the_ends_of_the_calendar_are_no_error() -> None:
    always = daily("Pacific/Apia", (0, 1440))
    for instant in (datetime(1, 1, 1), datetime(9999, 12, 30, 12)):
        start = instant.replace(tzinfo=UTC)
        open_windows(always, TimeSpan(start, start + timedelta(hours=1)))


# ---------------------------------------------------------------- what an instructor enters


def test_windows_of_a_day_may_touch() -> None:
    touching = [WeeklyRule(1, 540, 720), WeeklyRule(1, 720, 1440), WeeklyRule(2, 0, 540)]
    check_weekly(dict(enumerate(touching)), minimum_minutes=30)
    check_windows([(720, 1440), (0, 720)], minimum_minutes=30)


def test_a_window_may_be_just_as_long_as_a_session() -> None:
    check_windows([(540, 570)], minimum_minutes=30)


@pytest.mark.parametrize(
    ("rules", "field", "sentence"),
    [
        ([WeeklyRule(7, 540, 720)], "schedule[0]", "A weekday is a number from 0"),
        ([WeeklyRule(1, 540, 720), WeeklyRule(2, -1, 720)], "schedule[1]", "Times of a day run from"),
        ([WeeklyRule(1, 540, 1441)], "schedule[0]", "Times of a day run from"),
        ([WeeklyRule(1, 720, 540)], "schedule[0]", "12:00 to 09:00 ends before it starts"),
        ([WeeklyRule(1, 540, 540)], "schedule[0]", "09:00 to 09:00 ends before it starts"),
        ([WeeklyRule(1, 540, 569)], "schedule[0]", "shorter than a session"),
        (
            [WeeklyRule(1, 540, 720), WeeklyRule(2, 540, 720), WeeklyRule(1, 700, 780)],
            "schedule[2]",
            "11:40 to 13:00 overlaps 09:00 to 12:00",
        ),
        ([WeeklyRule(1, 540, 720), WeeklyRule(1, 540, 720)], "schedule[1]", "overlaps"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(rules: list[WeeklyRule], field: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as refused:
        check_weekly(dict(enumerate(rules)), minimum_minutes=30)
    assert refused.value.field == field


def test_hours_of_a_date_are_checked_like_those_of_a_week() -> None:
    check_windows([], minimum_minutes=30)
    with pytest.raises(InvalidInput, match="overlaps") as refused:
        check_windows([(540, 720), (600, 660)], minimum_minutes=30)
    assert refused.value.field == "slots[1]"
