"""Dates with hours of their own: their rows, and the dialog that chooses days and says what holds on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from sessions_app.domain import week_draft
from sessions_app.domain.availability import DateOverride, dow_sunday0
from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, long_date, month_label, short_date
from sessions_app.domain.month_grid import weeks_of
from sessions_app.domain.week_draft import Day, Week, typed_label
from sessions_app.state.hours.parts import MapHead, month_beside, weekday_heads
from sessions_app.state.hours.week import DayView, day_view

Overrides = tuple[DateOverride, ...]

_MOST_AT_ONCE: Final = 120
_FURTHEST: Final = timedelta(days=1100)
_NUMBER: Final = 9
"""In place of a weekday's number, so that the notes of the dialog's rows have ids of their own."""


@dataclass(frozen=True)
class DateRow:
    """Dates with hours of their own, one or several in a row."""

    key: str
    month: str
    day: str
    title: str
    hours: str
    spoken: str


@dataclass(frozen=True)
class DateCell:
    """One date of the dialog's month."""

    iso: str = ""
    number: int = 0
    label: str = ""
    is_chosen: bool = False
    is_open: bool = False
    is_in: bool = True


@dataclass(frozen=True)
class DateWeek:
    """One week of the dialog's month."""

    key: str
    cells: list[DateCell]


@dataclass(frozen=True)
class DatingView:
    """The dialog for dates."""

    is_open: bool = False
    title: str = ""
    month: str = ""
    can_go_back: bool = False
    heads: list[MapHead] = field(default_factory=list)
    weeks: list[DateWeek] = field(default_factory=list)
    chosen: str = ""
    is_away: bool = True
    day: DayView = field(default_factory=DayView)
    error: str = ""


@dataclass(frozen=True)
class Dating:
    """The dialog for dates: what is chosen so far; ``editing`` are the dates it was opened for."""

    month: date
    chosen: frozenset[date]
    is_away: bool
    day: Day
    editing: tuple[date, ...] = ()


def opened(overrides: Overrides, key: str, *, today: date) -> Dating:
    """The dialog for the dates of a row, or for new ones where ``key`` is empty."""
    first, _, last = key.partition("_")
    edited = [one for one in overrides if key and first <= one.on.isoformat() <= (last or first)]
    windows = edited[0].windows if edited else ()
    return Dating(
        month=(edited[0].on if edited else today).replace(day=1),
        chosen=frozenset(one.on for one in edited),
        is_away=not windows,
        day=Day(is_on=True, intervals=week_draft.intervals_of(windows)),
        editing=tuple(one.on for one in edited),
    )


def turned(dating: Dating, way: int, *, today: date) -> Dating:
    """The month before or after, from this one to three years ahead."""
    month = month_beside(dating.month, way)
    return replace(dating, month=month) if today.replace(day=1) <= month <= today + _FURTHEST else dating


def toggled(dating: Dating, day: date) -> Dating:
    """One date chosen, or left out again."""
    return replace(dating, chosen=dating.chosen ^ {day})


def range_trouble(first: date, last: date) -> str:
    """Why the dates from ``first`` to ``last`` cannot be meant; empty where they can."""
    if last < first:
        return "The last day is before the first."
    if (last - first).days >= _MOST_AT_ONCE:
        return f"Choose {_MOST_AT_ONCE} days at most at a time."
    return ""


def with_range(dating: Dating, first: date, last: date, *, today: date) -> Dating:
    """Every date of a holiday chosen, first and last included, and its month shown."""
    days = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return replace(
        dating,
        month=max(first, today).replace(day=1),
        chosen=dating.chosen | {day for day in days if day >= today},
    )


def away_or_hours(dating: Dating, value: str, week: Week) -> Dating:
    """Away all day, or other hours ("hours"), which begin as the weekly ones of the first date."""
    day = dating.day
    if value == "hours" and not day.intervals:
        first = min(dating.chosen, default=None)
        usual = week[dow_sunday0(first)].windows if first else ()
        day = replace(day, intervals=week_draft.intervals_of(usual or ((540, 1020),)))
    return replace(dating, is_away=value != "hours", day=day)


def trouble_of(dating: Dating, *, minimum: int) -> str | None:
    """Why the dates cannot be taken over: a sentence, empty where the rows of hours tell it; None if they can."""
    if not dating.chosen:
        return "Choose at least one day."
    if dating.is_away:
        return None
    if week_draft.problems_of(dating.day, minimum_minutes=minimum):
        return ""
    return None if dating.day.windows else "Add hours, or choose away all day."


def taken_over(overrides: Overrides, dating: Dating) -> Overrides:
    """The overrides with what the dialog says, in place of the dates it was opened for."""
    windows = () if dating.is_away else tuple(sorted(dating.day.windows))
    kept = {one.on: one for one in overrides if one.on not in dating.editing}
    kept.update({day: DateOverride(day, windows) for day in dating.chosen})
    return tuple(kept[day] for day in sorted(kept))


def without(overrides: Overrides, key: str) -> Overrides:
    """The overrides without the dates of a row."""
    first, _, last = key.partition("_")
    return tuple(one for one in overrides if not first <= one.on.isoformat() <= last)


def dating_view(
    dating: Dating,
    overrides: Overrides,
    *,
    today: date,
    first_weekday: int,
    clock: str,
    minimum: int,
    error: str,
) -> DatingView:
    """The dialog, with ``error`` below it."""
    taken = {one.on for one in overrides}
    return DatingView(
        is_open=True,
        title="Change dates" if dating.editing else "Date override",
        month=month_label(dating.month),
        can_go_back=dating.month > today.replace(day=1),
        heads=weekday_heads(first_weekday),
        weeks=[
            DateWeek(week[0].isoformat(), [_date_cell(day, dating, today, taken) for day in week])
            for week in weeks_of(dating.month, today=date.min, first_weekday=first_weekday)
        ],
        chosen=_chosen_words(dating.chosen, today),
        is_away=dating.is_away,
        day=day_view(dating.day, _NUMBER, "these dates", clock=clock, minimum=minimum),
        error=error,
    )


def _date_cell(day: date, dating: Dating, today: date, taken: Collection[date]) -> DateCell:
    label = long_date(day)
    if day in taken and day not in dating.editing:
        label += ", has hours of its own"
    return DateCell(
        iso=day.isoformat(),
        number=day.day,
        label=label,
        is_chosen=day in dating.chosen,
        is_open=day >= today,
        is_in=day.month == dating.month.month,
    )


def _chosen_words(chosen: frozenset[date], today: date) -> str:
    days = sorted(chosen)
    if not days:
        return "No day chosen yet"
    if len(days) > 3:
        first, last = (short_date(day, today=today) for day in (days[0], days[-1]))
        return f"{len(days)} days, {first} to {last}"
    return ", ".join(short_date(day, today=today) for day in days)


def date_rows(overrides: Sequence[DateOverride], *, clock: str, today: date) -> list[DateRow]:
    """Dates with hours of their own; several in a row that hold the same are one row."""
    runs: list[list[DateOverride]] = []
    for one in overrides:
        last = runs[-1][-1] if runs else None
        if last is not None and last.windows == one.windows and last.on + timedelta(days=1) == one.on:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [_date_row(run, clock, today) for run in runs]


def _date_row(run: Sequence[DateOverride], clock: str, today: date) -> DateRow:
    first, last = run[0].on, run[-1].on
    title = _plain_day(first, today)
    if last != first:
        title += f" to {_plain_day(last, today)}"
    return DateRow(
        key=f"{first.isoformat()}_{last.isoformat()}",
        month=MONTHS[first.month - 1][:3],
        day=str(first.day),
        title=title,
        hours=_windows_words(run[0].windows, clock),
        spoken=long_date(first) if first == last else f"{short_date(first)} to {short_date(last)}",
    )


def _plain_day(day: date, today: date) -> str:
    label = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return label if day.year == today.year else f"{label} {day.year}"


def _windows_words(windows: Sequence[tuple[int, int]], clock: str) -> str:
    """Such as "10:00 – 12:00, 15:00 – 17:00", or "Unavailable"."""
    spans = [f"{typed_label(start, clock)} – {typed_label(end, clock)}" for start, end in windows]
    return ", ".join(spans) or "Unavailable"
