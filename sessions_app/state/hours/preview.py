"""What students see of the hours as edited: maps of a week and a month, and the booked sessions that lie outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sessions_app.domain.local_labels import (
    MONTHS,
    WEEKDAYS,
    Viewer,
    counted,
    duration_label,
    duration_words,
    long_date,
    month_label,
    short_date,
)
from sessions_app.domain.month_grid import first_of_week, weeks_of
from sessions_app.domain.slot_explainer import POLITE
from sessions_app.domain.slots import Reason, SlotRules
from sessions_app.domain.week_draft import typed_label
from sessions_app.models.catalogue import SessionType
from sessions_app.services.queries.schedule_report import Kind, Report
from sessions_app.state.hours.parts import ChoiceView, MapHead, month_beside, weekday_heads

_LEVELS: Final = 3
_FIRST_HOUR, _LAST_HOUR = 8, 20


@dataclass(frozen=True)
class CellView:
    """One hour or day of a map: how full it is (0 to 3, 4 booked), and that in words."""

    level: int
    text: str
    mark: str = ""


@dataclass(frozen=True)
class MapRow:
    """A row of a map."""

    label: str
    is_labelled: bool
    cells: list[CellView]


@dataclass(frozen=True)
class PreviewView:
    """What students see of the hours as edited."""

    ready: bool = False
    kind: str = ""
    kinds: list[ChoiceView] = field(default_factory=list)
    shows: str = "week"
    title: str = ""
    heads: list[MapHead] = field(default_factory=list)
    rows: list[MapRow] = field(default_factory=list)
    can_go_back: bool = False
    can_go_on: bool = False
    starts: str = ""
    change: str = ""
    none: str = ""
    beyond: str = ""
    note: str = ""


@dataclass(frozen=True)
class OutsideView:
    """Booked sessions outside the hours as edited."""

    title: str = ""
    sessions: list[str] = field(default_factory=list)
    more: str = ""


def telling_day(today: date) -> date:
    """Today; on a weekend the Monday or Tuesday after, whose week says more than the one that is over."""
    return today + timedelta(days=2) if today.weekday() > 4 else today


def turned_week(report: Report, way: int) -> date:
    """A day of the week before or after, within what can be booked."""
    step = 1 if way > 0 else -1
    return min(max(report.week_from + timedelta(days=7 * step), report.today), report.last_day)


def turned_month(report: Report, month: date, way: int) -> date:
    """The first of the month before or after, within what can be booked."""
    return min(max(month_beside(month, way), report.today.replace(day=1)), report.last_day.replace(day=1))


def preview_view(
    report: Report, *, shows: str, month: date, rules: SlotRules, now: datetime, clock: str
) -> PreviewView:
    """The maps and the sentence beside the editor; weeks begin as the week of the report does."""
    is_week, first_weekday = shows == "week", report.week_from.weekday()
    first = report.week_from if is_week else month
    last_first = first_of_week(report.last_day, first_weekday) if is_week else report.last_day.replace(day=1)
    this_first = first_of_week(report.today, first_weekday) if is_week else report.today.replace(day=1)
    return PreviewView(
        ready=True,
        kind=report.kind.offering_id,
        kinds=[ChoiceView(kind.offering_id, _kind_words(kind)) for kind in report.kinds],
        shows=shows,
        title=f"Week of {first.day} {MONTHS[first.month - 1]}" if is_week else month_label(month),
        heads=_week_heads(report.week_from) if is_week else weekday_heads(first_weekday),
        rows=_week_rows(report, clock) if is_week else _month_rows(report, month),
        can_go_back=first > this_first,
        can_go_on=first < last_first,
        starts=counted(report.total, "start") or "no starts",
        change=_change_words(report),
        none=_none_words(report, rules),
        beyond=f"Students can book until {short_date(report.last_day, today=report.today)}.",
    )


def _kind_words(kind: Kind) -> str:
    """Such as "One-to-one, 60 min"."""
    word = "Group" if kind.session_type is SessionType.GROUP else "One-to-one"
    return f"{word}, {duration_label(kind.minutes)}"


def _change_words(report: Report) -> str:
    more = report.total - report.before
    return "" if more == 0 else f"{abs(more)} {'more' if more > 0 else 'fewer'} than before"


def _none_words(report: Report, rules: SlotRules) -> str:
    """The rule that leaves no start, named."""
    if report.total > 0 or report.reason is None:
        return ""
    match report.reason:
        case Reason.NOTICE if rules.not_same_day:
            return "Nothing can be booked on the same day, and no open hours lie within what is left."
        case Reason.NOTICE:
            return (
                f"The notice of {duration_words(rules.notice_minutes)} leaves nothing of the "
                f"{counted(rules.horizon_days, 'day')} that students can book ahead."
            )
        case Reason.HORIZON:
            return f"Students can book only {counted(rules.horizon_days, 'day')} ahead; no hours lie within."
        case Reason.DAY_CAP:
            return f"Every open day already has {counted(rules.day_cap, 'session')}, the most you take a day."
        case Reason.WEEK_CAP:
            return (
                f"Every open week already has {counted(rules.week_cap, 'session')}, the most you take a week."
            )
        case Reason.OVERRIDE_DAY_OFF:
            return "Every open day is a day off under date overrides."
        case Reason.OUTSIDE_HOURS | Reason.OFF_GRID:
            return f"No open hours are long enough for a session of {report.kind.minutes} minutes."
        case Reason.BUFFER | Reason.BUSY | Reason.HELD | Reason.EXTERNAL_BUSY:
            return "Every open hour is booked, held or too close to a session."
    return POLITE[report.reason]


def _week_heads(first: date) -> list[MapHead]:
    days = [first + timedelta(days=n) for n in range(7)]
    return [MapHead(WEEKDAYS[day.weekday()][0], str(day.day), long_date(day)) for day in days]


def _week_rows(report: Report, clock: str) -> list[MapRow]:
    shown = [
        hour for hour in range(24) if any(day[hour].starts or day[hour].is_booked for day in report.week)
    ]
    first, last = min([_FIRST_HOUR, *shown]), max([_LAST_HOUR, *shown])
    most = max((hour.starts for day in report.week for hour in day), default=0)
    return [
        MapRow(
            label=typed_label(60 * hour, clock) if clock == "h12" else f"{hour:02}",
            is_labelled=hour % 4 == 0,
            cells=[
                CellView(4, "booked")
                if day[hour].is_booked
                else CellView(_level(day[hour].starts, most), counted(day[hour].starts, "start") or "closed")
                for day in report.week
            ],
        )
        for hour in range(first, last + 1)
    ]


def _month_rows(report: Report, month: date) -> list[MapRow]:
    most = max(report.counts.values(), default=0)
    rows = []
    for week in weeks_of(month, today=report.today, first_weekday=report.week_from.weekday()):
        cells = []
        for day in week:
            if day.month != month.month:
                cells.append(CellView(-1, "", ""))
                continue
            count = report.counts.get(day, 0)
            words = counted(count, "start") or "no starts"
            cells.append(CellView(_level(count, most), f"{day.day}: {words}", str(day.day)))
        if any(cell.level >= 0 for cell in cells):
            rows.append(MapRow(f"Week of {short_date(week[0])}", False, cells))
    return rows


def _level(count: int, most: int) -> int:
    """0 for none, then thirds of the most there is."""
    return 0 if count == 0 else min(-(-count * _LEVELS // most), _LEVELS)


def outside_view(report: Report, viewer: Viewer) -> OutsideView:
    """The warning about booked sessions that the new hours would not offer."""
    count = report.outside_count
    if count == 0:
        return OutsideView()
    verb = "session is" if count == 1 else "sessions are"
    more = count - len(report.outside)
    return OutsideView(
        title=f"{count} booked {verb} outside these hours",
        sessions=[
            f"{viewer.day(one.span.start)}, {viewer.span(one.span.start, one.span.end)}: {one.title}"
            for one in report.outside
        ],
        more=f"and {more} more" if more else "",
    )
