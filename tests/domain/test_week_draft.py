"""Editing a week: what is typed is understood, what is switched off is kept, and each fault has a way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import week_draft
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.schedules import WeeklyWindow, check_windows_of_week
from sessions_app.domain.week_draft import (
    Day,
    Fault,
    Interval,
    Pattern,
    Trouble,
    added,
    copied,
    intervals_of,
    joined,
    parse_typed,
    patterned,
    problems_of,
    removed,
    split_at_midnight,
    switched,
    typed,
    typed_label,
    week_of,
    windows_of,
)

MONDAY = 1


def day(*windows: tuple[int, int], on: bool = True) -> Day:
    return Day(is_on=on, intervals=intervals_of(windows))


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9", 540), ("09", 540), ("9:30", 570), ("0930", 570), ("930", 570),
        ("9.30", 570), ("17h30", 1050), ("17h", 1020), ("17:30", 1050), ("5:30p", 1050), ("5:30 pm", 1050),
        ("5 PM", 1020),
        ("5:30 p.m.", 1050), (" 12 am ", 0),
        ("12 pm", 720), ("12:15a", 15), ("24:00", 1440), ("24", 1440), ("0:00", 0), ("24:01", None), ("25", None),
        ("9:60", None), ("13 pm", None), ("0 am", None), ("", None), ("noon", None), ("9:3", None), ("-9", None),
        ("９", 540),
    ],
)  # fmt: skip
def test_times_are_read_as_people_type_them(text: str, minute: int | None) -> None:
    assert parse_typed(text) == minute


def test_midnight_as_an_end_is_the_end_of_the_day() -> None:
    assert [parse_typed(text, is_end=True) for text in ("0:00", "24:00", "12 am", "00:00")] == [1440] * 4


@given(st.integers(0, 1440), st.sampled_from(["h12", "h23"]))
def test_what_a_field_shows_is_read_back(minute: int, hour_cycle: str) -> None:
    assert parse_typed(typed_label(minute, hour_cycle), is_end=minute == 1440) == minute


class TestADay:
    def test_switched_off_and_on_again_it_has_its_hours(self) -> None:
        full = day((540, 720), (840, 1080))
        assert switched(switched(full)) == full
        assert switched(full).windows == ()

    def test_switched_on_for_the_first_time_it_gets_usual_hours(self) -> None:
        assert switched(Day()).windows == ((540, 1020),)

    def test_an_added_interval_follows_the_last_or_fills_a_gap(self) -> None:
        assert added(day((540, 720))).windows[-1] == (780, 840)
        assert added(day((540, 1380))).windows[-1] == (1380, 1440)
        assert added(day((540, 1440))).windows[-1] == (480, 540)
        assert added(day((0, 1440))) == day((0, 1440))

    def test_without_its_last_interval_it_is_off(self) -> None:
        assert removed(day((540, 720)), 0) == Day(is_on=False)
        assert removed(day((540, 720), (840, 900)), 0).windows == ((840, 900),)

    def test_a_start_past_the_end_pushes_the_end(self) -> None:
        assert typed(day((540, 720)), 0, "start", "13:00").windows == ((780, 960),)
        assert typed(day((540, 720)), 0, "start", "23:30").windows == ((1410, 1440),)
        assert typed(day((540, 720)), 0, "start", "10:00").windows == ((600, 720),)

    def test_what_cannot_be_read_stays_as_typed_and_is_told(self) -> None:
        wrong = typed(day((540, 720)), 0, "end", "late")
        assert wrong.intervals[0].end_text == "late"
        assert problems_of(wrong, minimum_minutes=30) == (Trouble(0, Fault.UNREADABLE),)
        assert typed(wrong, 0, "end", "12:00") == day((540, 720))

    def test_overlapping_hours_say_by_how_much_and_are_joined(self) -> None:
        both = day((600, 780), (750, 960))
        assert problems_of(both, minimum_minutes=30) == (Trouble(0, Fault.OVERLAP, 30, 1),)
        assert joined(both, 0).windows == ((600, 960),)
        assert problems_of(day((600, 780), (780, 960)), minimum_minutes=30) == ()

    @pytest.mark.parametrize(
        ("windows", "fault"),
        [((720, 540), Fault.REVERSED), ((540, 540), Fault.REVERSED), ((540, 569), Fault.SHORT)],
    )
    def test_reversed_and_short_hours_are_told(self, windows: tuple[int, int], fault: Fault) -> None:
        wrong = Day(is_on=True, intervals=(Interval(0, *windows),))
        assert problems_of(wrong, minimum_minutes=30) == (Trouble(0, fault),)
        assert problems_of(switched(wrong), minimum_minutes=30) == ()


class TestTheWeek:
    def test_what_is_stored_comes_back(self) -> None:
        stored = (
            WeeklyWindow(1, 540, 720), WeeklyWindow(1, 600, 660, is_active=False), WeeklyWindow(1, 840, 1080),
            WeeklyWindow(3, 600, 960, is_active=False), WeeklyWindow(6, 0, 1440),
        )  # fmt: skip
        assert windows_of(week_of(stored)) == stored
        assert not week_of(stored)[3].is_on

    def test_copying_takes_the_hours_to_the_days_chosen_alone(self) -> None:
        week = week_of([WeeklyWindow(1, 540, 720), WeeklyWindow(2, 600, 660), WeeklyWindow(4, 600, 660)])
        after = copied(week, 1, {1, 2, 3})
        assert [one.windows for one in after[:5]] == [(), *[((540, 720),)] * 3, ((600, 660),)]
        assert copied(after, 0, {1})[1] == switched(after[1])

    def test_patterns(self) -> None:
        week = week_of([WeeklyWindow(6, 600, 660)])
        assert [one.windows for one in patterned(week, Pattern.WEEKDAYS)] == [(), *[((540, 1020),)] * 5, ()]
        assert patterned(week, Pattern.EVENINGS)[5].windows == ((1020, 1260),)
        assert windows_of(patterned(week, Pattern.CLEAR)) == ()
        assert switched(patterned(week, Pattern.WEEKDAYS)[6]).windows == ((600, 660),)

    def test_hours_over_midnight_are_split(self) -> None:
        week = week_of([WeeklyWindow(6, 600, 660), WeeklyWindow(0, 540, 600)])
        late = week_draft.with_day(week, 6, typed(typed(week[6], 0, "start", "22:00"), 0, "end", "2:00"))
        after = split_at_midnight(late, 6, 0)
        assert after[6].windows == ((1320, 1440),)
        assert set(after[0].windows) == {(0, 120), (540, 600)}

    @given(
        st.lists(
            st.tuples(st.integers(0, 6), st.integers(0, 1440), st.integers(0, 1440), st.booleans()),
            max_size=9,
        )
    )
    def test_a_week_without_faults_is_never_refused(self, rows: list[tuple[int, int, int, bool]]) -> None:
        week = week_of(WeeklyWindow(*row) for row in rows)
        faults = [problems_of(one, minimum_minutes=30) for one in week]
        active = [one for one in windows_of(week) if one.is_active]
        try:
            check_windows_of_week(active, minimum_minutes=30)
        except InvalidInput:
            assert any(faults)
        else:
            assert not any(faults)
