"""The weekly hours: each day with its rows, what is wrong with a row in words, and the edit that puts it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sessions_app.domain import week_draft
from sessions_app.domain.availability import dow_sunday0
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.local_labels import duration_words
from sessions_app.domain.month_grid import first_of_week
from sessions_app.domain.week_draft import Day, Fault, Interval, Trouble, Week, problems_of, typed_label
from sessions_app.state.hours.parts import DAY_NAMES, ChoiceView, whole_number


@dataclass(frozen=True)
class IntervalView:
    """One row of hours; ``wrong`` marks the edge at fault."""

    key: int
    start: str
    end: str
    label: str
    wrong: str
    note: str


@dataclass(frozen=True)
class TroubleView:
    """One fault in words, with the edit that puts it right (none: typing)."""

    id: str
    text: str
    fix: str
    index: int


@dataclass(frozen=True)
class DayView:
    """One day with its hours."""

    number: int = 0
    name: str = ""
    is_on: bool = False
    intervals: list[IntervalView] = field(default_factory=list)
    troubles: list[TroubleView] = field(default_factory=list)
    others: list[ChoiceView] = field(default_factory=list)


def weekday(day: int) -> int:
    """A day's number as the page sends it. Raises InvalidInput when there is no such day."""
    if not 0 <= int(day) <= 6:
        raise InvalidInput("There is no such day.")
    return int(day)


def day_order(today: date, first_weekday: int) -> tuple[int, ...]:
    """The weekdays by the numbers of the tables (0 is Sunday), in the order the person reads them."""
    first = first_of_week(today, first_weekday)
    return tuple(dow_sunday0(first + timedelta(days=number)) for number in range(7))


def put_right(week: Week, day: int, index: int) -> Week:
    """The week with the fault of one row repaired: split over midnight, or joined with what it overlaps."""
    if not (0 <= day < 7 and 0 <= index < len(week[day].intervals)):
        return week
    one = week[day].intervals[index]
    if one.start is not None and one.end is not None and one.end < one.start:
        return week_draft.split_at_midnight(week, day, index)
    return week_draft.with_day(week, day, week_draft.joined(week[day], index))


def copied(week: Week, form: Mapping[str, Any]) -> Week:
    """The week with the hours of the day ``from`` on the days ticked (``to-0`` is Sunday)."""
    targets = {number for number in range(7) if form.get(f"to-{number}")}
    source = weekday(whole_number(form.get("from"), "from", "There is no such day."))
    return week_draft.copied(week, source, targets)


def days_view(week: Week, order: Sequence[int], *, clock: str, minimum: int) -> list[DayView]:
    """The week in the order the person reads it."""
    return [
        day_view(week[number], number, DAY_NAMES[number], order, clock=clock, minimum=minimum)
        for number in order
    ]


def day_view(
    day: Day, number: int, name: str, order: Sequence[int] = (), *, clock: str, minimum: int
) -> DayView:
    """One day, with its faults beside its hours."""
    troubles = problems_of(day, minimum_minutes=minimum)
    wrong = {trouble.index: trouble for trouble in troubles}
    return DayView(
        number=number,
        name=name,
        is_on=day.is_on,
        intervals=[
            _interval_view(one, wrong.get(index), number, clock) for index, one in enumerate(day.intervals)
        ],
        troubles=[_trouble_view(trouble, day, number, clock, minimum) for trouble in troubles],
        others=[ChoiceView(str(other), DAY_NAMES[other], other == number) for other in order],
    )


def _interval_view(interval: Interval, trouble: Trouble | None, day: int, clock: str) -> IntervalView:
    start = interval.start_text if interval.start is None else typed_label(interval.start, clock)
    end = interval.end_text if interval.end is None else typed_label(interval.end, clock)
    wrong = ""
    if trouble is not None:
        wrong = "start" if trouble.fault is Fault.UNREADABLE and interval.start is None else "end"
    return IntervalView(
        interval.key,
        start,
        end,
        f"{start} to {end}",
        wrong,
        _trouble_id(day, trouble.index) if trouble else "",
    )


def _trouble_view(trouble: Trouble, day: Day, number: int, clock: str, minimum: int) -> TroubleView:
    one = day.intervals[trouble.index]
    text, fix = "This is not a time. Try 9:30 or 5:30 pm.", ""
    if one.start is not None and one.end is not None:
        start, end = typed_label(one.start, clock), typed_label(one.end, clock)
        if trouble.fault is Fault.REVERSED:
            text = "The end must be after the start."
            if one.end < one.start:
                text = "These hours end before they start."
                midnight, morning = typed_label(1440, clock), typed_label(0, clock)
                fix = f"Split at midnight: {start} – {midnight}, then {morning} – {end}"
        elif trouble.fault is Fault.SHORT:
            text = f"A session needs at least {minimum} minutes."
        elif trouble.fault is Fault.OVERLAP:
            other = day.intervals[trouble.other]
            text = f"These hours overlap by {duration_words(trouble.minutes)}."
            if other.start is not None and other.end is not None:
                first = typed_label(min(one.start, other.start), clock)
                fix = f"Join into {first} – {typed_label(max(one.end, other.end), clock)}"
    return TroubleView(_trouble_id(number, trouble.index), text, fix, trouble.index)


def _trouble_id(day: int, index: int) -> str:
    return f"trouble-{day}-{index}"
