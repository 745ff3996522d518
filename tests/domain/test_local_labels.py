"""How instants read: zones, clocks, days, and the nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.local_labels import (
    Viewer,
    clocks_change_near,
    duration_label,
    duration_words,
    hour_cycle_for,
    long_date,
    month_label,
    offset_label,
    relative_date,
    same_clock,
    short_date,
    zone_city,
)

PARIS = Viewer("Europe/Paris")
NEW_YORK = Viewer("America/New_York", "h12")
START = datetime(2026, 12, 1, 15, tzinfo=UTC)
END = START + timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (60, "1 hour"),
        (90, "1 hour 30 minutes"),
        (720, "12 hours"),
        (2880, "2 days"),
    ],
)
def test_a_length_in_a_sentence_is_written_out(minutes: int, said: str) -> None:
    assert duration_words(minutes) == said


def test_a_session_reads_in_the_words_of_the_screens() -> None:
    assert PARIS.day(START) == "Tue 1 Dec"
    assert PARIS.long_day(START) == "Tuesday 1 December 2026"
    assert PARIS.time(START) == "16:00"
    assert PARIS.moment(START) == "Tue 1 Dec, 16:00"
    assert PARIS.span(START, END) == "16:00 – 17:00"
    assert PARIS.spoken_span(START, END) == "16:00 to 17:00"
    assert PARIS.zone_label(START) == "Paris (UTC+1)"
    assert PARIS.long_zone_label(START) == "Europe/Paris (UTC+1)"
    assert PARIS.zone_hint(START) == "Paris"


def test_twelve_hours_have_no_leading_zero_and_a_midday_and_a_midnight() -> None:
    assert NEW_YORK.span(START, END) == "10:00 am – 11:00 am"
    assert NEW_YORK.spoken_span(START + timedelta(hours=5), END + timedelta(hours=5)) == "3:00 pm to 4:00 pm"
    assert NEW_YORK.time(at("2026-12-01T17:00")) == "12:00 pm"
    assert NEW_YORK.time(at("2026-12-01T05:05")) == "12:05 am"


def test_without_a_choice_the_clock_follows_the_locale() -> None:
    assert Viewer("America/New_York", "", "en-US").time(START) == "10:00 am"
    assert Viewer("America/New_York", "h23", "en-US").time(START) == "10:00"
    assert [hour_cycle_for(locale) for locale in ("en", "en-GB", "en_US", "en-Latn-IN", "fr-CA", "de")] == [
        "h23",
        "h23",
        "h12",
        "h12",
        "h23",
        "h23",
    ]


def test_the_date_is_the_one_on_the_viewers_wall() -> None:
    late = at("2026-12-01T23:30")
    assert PARIS.day(late) == "Wed 2 Dec"
    assert NEW_YORK.day(late) == "Tue 1 Dec"
    assert Viewer("Pacific/Apia").long_day(late) == "Wednesday 2 December 2026"


def test_days_are_counted_in_local_dates_and_not_in_spans_of_24_hours() -> None:
    now = at("2026-12-01T22:30")  # 23:30 in Paris
    assert PARIS.relative_day(at("2026-12-01T22:59"), now=now) == "Today"
    assert PARIS.relative_day(at("2026-12-01T23:00"), now=now) == "Tomorrow"
    assert PARIS.relative_day(at("2026-12-06T23:00"), now=now) == "in 6 days"
    assert relative_date(date(2026, 11, 30), today=date(2026, 12, 1)) == "Yesterday"
    assert relative_date(date(2026, 11, 26), today=date(2026, 12, 1)) == "5 days ago"


def test_another_year_is_named_only_where_it_could_be_mistaken() -> None:
    assert PARIS.day(at("2027-01-05T12:00"), now=START) == "Tue 5 Jan 2027"
    assert PARIS.moment(START, now=START) == "Tue 1 Dec, 16:00"
    assert short_date(date(2027, 1, 5)) == "Tue 5 Jan"
    assert long_date(date(2028, 2, 29)) == "Tuesday 29 February 2028"
    assert month_label(date(2028, 2, 29)) == "February 2028"


def test_a_span_past_midnight_names_the_day_it_ends_on_and_midnight_itself_does_not() -> None:
    assert PARIS.span(at("2026-12-01T22:30"), at("2026-12-01T23:30")) == "23:30 – 00:30 (Wed)"
    assert PARIS.span(at("2026-12-01T22:00"), at("2026-12-01T23:00")) == "23:00 – 00:00"


def test_in_the_hour_that_repeats_every_time_carries_its_offset() -> None:
    first, second = at("2026-10-25T00:30"), at("2026-10-25T01:30")
    assert PARIS.time(first) == "02:30 UTC+2"
    assert PARIS.time(second) == "02:30 UTC+1"
    assert PARIS.span(first, second) == "02:30 UTC+2 – 02:30 UTC+1"
    assert PARIS.spoken_span(second, second + timedelta(hours=1)) == "02:30 UTC+1 to 03:30 UTC+1"
    assert PARIS.time(at("2026-10-25T02:00")) == "03:00"


def test_a_span_across_the_hour_that_is_left_out_carries_both_offsets() -> None:
    start = at("2027-03-28T00:30")
    assert PARIS.span(start, start + timedelta(hours=1)) == "01:30 UTC+1 – 03:30 UTC+2"


def test_near_a_clock_change_the_short_zone_carries_its_offset() -> None:
    assert PARIS.zone_hint(at("2026-10-19T12:00")) == "Paris, UTC+2"
    assert PARIS.zone_hint(at("2026-10-31T12:00")) == "Paris, UTC+1"
    assert PARIS.zone_hint(at("2026-11-02T12:00")) == "Paris"
    assert not clocks_change_near(at("2026-10-25T12:00"), "Asia/Kolkata")


@pytest.mark.parametrize(
    ("zone", "label"),
    [
        ("Asia/Kathmandu", "Kathmandu (UTC+05:45)"),
        ("Asia/Kolkata", "Kolkata (UTC+05:30)"),
        ("America/St_Johns", "St Johns (UTC−03:30)"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires (UTC−3)"),
        ("Australia/Lord_Howe", "Lord Howe (UTC+11)"),
        ("Europe/London", "London (UTC)"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Etc/GMT+5", "UTC−5"),
    ],
)
def test_a_zone_is_named_by_its_city_and_its_offset(zone: str, label: str) -> None:
    assert Viewer(zone).zone_label(START) == label


def test_the_offset_is_that_of_the_instant_and_not_of_today() -> None:
    assert offset_label(at("2026-07-01T12:00"), "Europe/Paris") == "UTC+2"
    assert offset_label(START, "Europe/Paris") == "UTC+1"
    assert same_clock(START, "Europe/Paris", "Europe/Berlin")
    assert same_clock(at("2026-03-20T12:00"), "Europe/London", "Africa/Abidjan")
    assert not same_clock(at("2026-04-20T12:00"), "Europe/London", "Africa/Abidjan")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "\x00"])
def test_a_zone_nobody_knows_is_shown_in_utc_and_says_so(zone: str) -> None:
    assert Viewer(zone).moment(START) == "Tue 1 Dec, 15:00"
    assert Viewer(zone).zone_label(START) == "UTC"
    assert Viewer(zone).known_zone == "UTC"


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="has an offset"):
        PARIS.time(datetime(2026, 12, 1, 15))


def test_durations_read_in_minutes_up_to_two_hours() -> None:
    assert [duration_label(minutes) for minutes in (30, 60, 90, 120, 180, 195)] == [
        "30 min",
        "60 min",
        "90 min",
        "120 min",
        "3 h",
        "3 h 15 min",
    ]


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(1, 240),
)
def test_two_instants_of_one_day_never_read_the_same(zone: str, start: datetime, minutes: int) -> None:
    viewer, later = Viewer(zone), start.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    start = start.replace(second=0, microsecond=0)
    assert viewer.moment(start) != viewer.moment(later)
    assert viewer.span(start, later).count(" – ") == 1
    assert zone_city(zone)


@pytest.mark.parametrize(
    ("instant", "named"),
    [
        (datetime(2026, 12, 3, 22, 59, tzinfo=UTC), "Today, Thursday 3 December"),
        (datetime(2026, 12, 3, 23, 0, tzinfo=UTC), "Tomorrow, Friday 4 December"),
        (datetime(2026, 12, 2, 22, 0, tzinfo=UTC), "Yesterday, Wednesday 2 December"),
        (datetime(2026, 12, 8, 12, 0, tzinfo=UTC), "Tuesday 8 December"),
        (datetime(2027, 1, 5, 12, 0, tzinfo=UTC), "Tuesday 5 January 2027"),
    ],
)
def test_a_day_near_today_is_called_by_its_name(instant: datetime, named: str) -> None:
    now = datetime(2026, 12, 3, 8, 41, tzinfo=UTC)
    assert Viewer("Europe/Paris").named_day(instant, now=now) == named
