"""How the last weeks went, worded and drawn: from ``services/queries/instructor_figures`` to text and positions.

Pure: frozen dataclasses come out, ready to draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, counted
from sessions_app.services import reviews
from sessions_app.services.queries.instructor_figures import DayFigures, Figures, Totals

PERIOD_LABELS: Final = (("7", "7 days"), ("28", "28 days"), ("90", "90 days"))
_SPARK_WIDTH, _SPARK_TOP, _SPARK_BOTTOM, _SPARK_EDGE = 96.0, 4.0, 24.0, 3.0
_HEAT_STEP = 2
_HEAT_FIRST, _HEAT_LAST = 8, 22
_MOST_LEVEL = 4


@dataclass(frozen=True)
class FigureView:
    """A number of the strip with its small drawing: ``line`` are the points of a polyline of 96 by 28."""

    label: str
    value: str
    note: str
    line: str = ""
    end_x: str = ""
    end_y: str = ""


@dataclass(frozen=True)
class BarView:
    """One day of the week, ``height`` in percent of the fullest; ``value`` stands above today's."""

    label: str
    spoken: str
    height: str
    value: str
    is_today: bool


@dataclass(frozen=True)
class CellView:
    """One cell of the heat map: 0 to 4."""

    level: int
    count: str


@dataclass(frozen=True)
class HeatRowView:
    """One weekday of the heat map."""

    day: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True)
class FiguresView:
    """How the period went; ``when`` and ``searches`` are the advice, empty without any."""

    period: str = "28"
    period_label: str = ""
    strip: tuple[FigureView, ...] = ()
    week: tuple[BarView, ...] = ()
    week_note: str = ""
    week_label: str = ""
    heat_hours: tuple[str, ...] = ()
    heat: tuple[HeatRowView, ...] = ()
    has_heat: bool = False
    advised: str = ""
    met: str = ""
    csv_href: str = ""


def figures_view(figures: Figures) -> FiguresView:
    """The period in numbers and drawings."""
    advice = figures.advice
    hours = _heat_hours(figures)
    return FiguresView(
        period=str(figures.period),
        period_label=f"{figures.period} days",
        strip=_strip(figures),
        week=_week(figures),
        week_note=_week_note(figures.week),
        week_label=_week_label(figures.week),
        heat_hours=tuple(f"{hour:02}" for hour in hours),
        heat=_heat(figures, hours),
        has_heat=bool(figures.wishes),
        advised=f"{WEEKDAYS[advice.weekday]} {advice.part.value}" if advice else "",
        met=f"{advice.searches} {'search' if advice.searches == 1 else 'searches'}" if advice else "",
        csv_href=f"/api/instructor/figures.csv?days={figures.period}",
    )


def _strip(figures: Figures) -> tuple[FigureView, ...]:
    totals, before = figures.now_totals, figures.before
    days = f"{figures.period} days"
    ended = [
        f"{totals.cancelled} cancelled" if totals.cancelled else "",
        counted(totals.no_shows, "no-show"),
    ]
    return (
        _figure(
            f"Sessions, {days}",
            str(totals.sessions),
            ", ".join(part for part in ended if part) or _compared(totals.sessions, before.sessions),
            [point.sessions for point in figures.points],
        ),
        _figure(
            f"Completed, {days}",
            _rate(totals.completion),
            _before(before.completion),
            [point.completion or 0 for point in figures.points],
        ),
        _figure(
            f"Hours filled, {days}",
            _rate(totals.utilisation),
            f"{_hours_of(totals.booked_minutes)} of {_hours_of(totals.offered_minutes)} offered",
            [point.utilisation or 0 for point in figures.points],
        ),
        _rating(figures) if figures.reviews.count >= reviews.ENOUGH else _taught(figures, days),
    )


def _rating(figures: Figures) -> FigureView:
    told = figures.reviews
    said = counted(told.count, "review")
    return FigureView("Rating", f"{told.average:.1f}", f"{said}, {told.new} new" if told.new else said)


def _taught(figures: Figures, days: str) -> FigureView:
    if not figures.students:
        return FigureView(f"Students, {days}", "0", "Nobody taught yet")
    new = f"{figures.new_students} new" if figures.new_students else "None of them new"
    return FigureView(f"Students, {days}", str(figures.students), new)


def _figure(label: str, value: str, note: str, points: Sequence[int]) -> FigureView:
    line, end_x, end_y = spark(points)
    return FigureView(label, value, note, line, end_x, end_y)


def spark(points: Sequence[int]) -> tuple[str, str, str]:
    """A polyline through the values, least to most from bottom to top, and where its last point stands."""
    if len(points) < 2:
        return "", "", ""
    least, most = min(points), max(points)
    step = (_SPARK_WIDTH - 2 * _SPARK_EDGE) / (len(points) - 1)
    reach = _SPARK_BOTTOM - _SPARK_TOP

    def height(value: int) -> float:
        return _SPARK_BOTTOM - (reach * (value - least) / (most - least) if most > least else reach / 2)

    placed = [(f"{_SPARK_EDGE + at * step:.1f}", f"{height(value):.1f}") for at, value in enumerate(points)]
    return " ".join(f"{x},{y}" for x, y in placed), *placed[-1]


def _compared(now: int, before: int) -> str:
    if now == before:
        return "As many as before"
    return f"{abs(now - before)} {'more' if now > before else 'fewer'} than before"


def _before(rate: int | None) -> str:
    return "Nothing to compare yet" if rate is None else f"{rate} % before"


def _rate(rate: int | None) -> str:
    return "–" if rate is None else f"{rate} %"


def _hours_of(minutes: int) -> str:
    hours = minutes / 60
    return f"{hours:.0f} h" if minutes % 60 == 0 or hours >= 10 else f"{hours:.1f} h"


def _week(figures: Figures) -> tuple[BarView, ...]:
    most = max((day.booked_minutes for day in figures.week), default=0)
    return tuple(
        BarView(
            label=WEEKDAYS[day.on.weekday()][:3],
            spoken=f"{WEEKDAYS[day.on.weekday()]}: {_hours_of(day.booked_minutes)} of "
            f"{_hours_of(day.offered_minutes)}",
            height=f"{100 * day.booked_minutes / most if most else 0:.0f}%",
            value=_hours_of(day.booked_minutes) if day.on == figures.today else "",
            is_today=day.on == figures.today,
        )
        for day in figures.week
    )


def _week_note(week: Sequence[DayFigures]) -> str:
    totals = Totals.of(week)
    first, last = week[0].on, week[-1].on
    start = f"{first.day}" if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    return (
        f"{_hours_of(totals.booked_minutes)} booked of {_hours_of(totals.offered_minutes)} offered, "
        f"{start} to {last.day} {MONTHS[last.month - 1]}"
    )


def _week_label(week: Sequence[DayFigures]) -> str:
    told = ", ".join(f"{WEEKDAYS[day.on.weekday()]} {_hours_of(day.booked_minutes)}" for day in week)
    return f"Booked hours this week: {told}"


def _heat_hours(figures: Figures) -> tuple[int, ...]:
    wished = [hour for _, hour in figures.wishes]
    first = min([_HEAT_FIRST, *(hour - hour % _HEAT_STEP for hour in wished)])
    last = max([_HEAT_LAST, *(hour - hour % _HEAT_STEP for hour in wished)])
    return tuple(range(first, last + 1, _HEAT_STEP))


def _heat(figures: Figures, hours: Sequence[int]) -> tuple[HeatRowView, ...]:
    def count(weekday: int, hour: int) -> int:
        return sum(figures.wishes.get((weekday, hour + part), 0) for part in range(_HEAT_STEP))

    counts = [[count(weekday, hour) for hour in hours] for weekday in range(7)]
    most = max(max(row) for row in counts)
    return tuple(
        HeatRowView(
            WEEKDAYS[weekday][:3],
            tuple(CellView(-(-_MOST_LEVEL * one // most) if most else 0, str(one)) for one in row),
        )
        for weekday, row in enumerate(counts)
    )
