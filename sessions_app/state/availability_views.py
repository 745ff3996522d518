"""What the availability page shows: the week as edited, its faults in words, dates, published times, and the preview.

All times are in the instructor's own zone, which is what their hours are in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sessions_app.domain.availability import DateOverride
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
from sessions_app.domain.slot_explainer import POLITE, Finding
from sessions_app.domain.slots import Reason, SlotRules
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.week_draft import Day, Fault, Interval, Trouble, Week, problems_of, typed_label
from sessions_app.models.catalogue import SessionType
from sessions_app.services.published_slots import Fitting, PublishedView
from sessions_app.services.queries.schedule_report import Kind, Report
from sessions_app.services.queries.slot_explanations import Explained, Explanation

DAY_NAMES: Final = ("Sunday", *WEEKDAYS[:6])
"""By the number of the tables: 0 is Sunday."""

_LEVELS: Final = 3
_FIRST_HOUR, _LAST_HOUR = 8, 20


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


@dataclass(frozen=True)
class ChoiceView:
    """Something to choose; ``is_own`` is chosen already and fixed."""

    value: str
    label: str
    is_own: bool = False


@dataclass(frozen=True)
class LimitView:
    """One limit: what was typed, what holds when nothing is, and what is wrong."""

    name: str
    label: str
    unit: str
    text: str
    usual: str
    error: str


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
class SlotRow:
    """A published time."""

    id: str
    month: str
    day: str
    title: str
    what: str
    note: str
    is_booked: bool
    spoken: str


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
class MapHead:
    """A column of a map."""

    short: str
    number: str
    name: str


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


@dataclass(frozen=True)
class ReasonView:
    """One reason against a time: the rule in the instructor's words, and where to change it."""

    title: str
    detail: str
    href: str
    link: str


@dataclass(frozen=True)
class AnswerView:
    """Why a time is or is not offered; ``kind`` is free, not, or empty before anything was asked."""

    kind: str = ""
    title: str = ""
    polite: str = ""
    reasons: list[ReasonView] = field(default_factory=list)


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
class PublishingView:
    """The dialog for one published time; ``id`` is empty for a new one."""

    is_open: bool = False
    id: str = ""
    title: str = ""
    on: str = ""
    start: str = ""
    duration: str = "60"
    kind: str = "individual"
    seats: str = "6"
    offering: str = ""


# ---------------------------------------------------------------- the week


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


# ---------------------------------------------------------------- dates


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
        hours=windows_words(run[0].windows, clock),
        spoken=long_date(first) if first == last else f"{short_date(first)} to {short_date(last)}",
    )


def _plain_day(day: date, today: date) -> str:
    label = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return label if day.year == today.year else f"{label} {day.year}"


def windows_words(windows: Sequence[tuple[int, int]], clock: str) -> str:
    """Such as "10:00 – 12:00, 15:00 – 17:00", or "Unavailable"."""
    spans = [f"{typed_label(start, clock)} – {typed_label(end, clock)}" for start, end in windows]
    return ", ".join(spans) or "Unavailable"


# ---------------------------------------------------------------- published times


def slot_rows(views: Sequence[PublishedView], viewer: Viewer) -> list[SlotRow]:
    """Published times by start."""
    return [_slot_row(view, viewer) for view in views]


def _slot_row(view: PublishedView, viewer: Viewer) -> SlotRow:
    facts, day = view.facts, viewer.date_of(view.facts.starts_at)
    kind = f"Group, {facts.seats} seats" if facts.session_type is SessionType.GROUP else "One-to-one"
    span = viewer.span(facts.span.start, facts.span.end)
    note = "" if view.is_bookable else "No active offering has this length and type: students do not see it."
    return SlotRow(
        id=view.id,
        month=MONTHS[day.month - 1][:3],
        day=str(day.day),
        title=f"{WEEKDAYS[day.weekday()]}, {span}",
        what=f"{kind}, {duration_label(facts.duration_minutes)}",
        note="" if view.is_booked else note,
        is_booked=view.is_booked,
        spoken=f"{viewer.day(facts.starts_at)}, {viewer.spoken_span(facts.span.start, facts.span.end)}",
    )


def fitting_view(offering: Fitting) -> ChoiceView:
    """An offering to publish a time for: "First session, one-to-one, 60 min"."""
    word = "group" if offering.session_type is SessionType.GROUP else "one-to-one"
    return ChoiceView(
        offering.offering_id, f"{offering.title}, {word}, {duration_label(offering.duration_minutes)}"
    )


# ---------------------------------------------------------------- the preview


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
        kinds=[ChoiceView(kind.offering_id, kind_words(kind)) for kind in report.kinds],
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


def kind_words(kind: Kind) -> str:
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


def weekday_heads(first_weekday: int) -> list[MapHead]:
    """The columns of a month's map from the first weekday on (Monday 0 … Sunday 6)."""
    names = [*WEEKDAYS[first_weekday:], *WEEKDAYS[:first_weekday]]
    return [MapHead(name[0], "", name) for name in names]


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


# ---------------------------------------------------------------- why a time is or is not free


def answer_view(found: Explanation, viewer: Viewer, kind: str) -> AnswerView:
    """The explanation in the instructor's words, with the sentence that students get."""
    when = f"{viewer.day(found.span.start)}, {viewer.span(found.span.start, found.span.end)}"
    if found.slot is not None:
        return AnswerView("free", f"{when} is offered.", f"Students see this time for {kind}.")
    reasons = [_reason_view(one, viewer) for one in found.reasons]
    if not found.is_offered:
        unavailable = ReasonView(
            "Not offered at all", "The offering is not active, or you do not teach its course.", "", ""
        )
        reasons = [unavailable, *reasons]
    polite = (
        POLITE[found.reasons[0].reason] if found.reasons else "This instructor cannot be booked for this."
    )
    return AnswerView("not", f"{when} is not offered.", polite, reasons)


_TITLES: Final[Mapping[Reason, str]] = {
    Reason.PAST: "It has passed",
    Reason.HORIZON: "Too far ahead",
    Reason.NOTICE: "Too soon",
    Reason.DURATION: "Not a length that can be booked",
    Reason.OVERRIDE_DAY_OFF: "A day off",
    Reason.OUTSIDE_HOURS: "Outside your hours",
    Reason.OFF_GRID: "Between two starts",
    Reason.DAY_CAP: "The day is full",
    Reason.WEEK_CAP: "The week is full",
    Reason.STUDENT_CAP: "The student has enough ahead",
    Reason.SEAT_FULL: "Every seat is taken",
    Reason.BUFFER: "Too close to a session",
    Reason.BUSY: "Booked",
    Reason.HELD: "Held or asked for",
    Reason.EXTERNAL_BUSY: "Busy in an imported calendar",
    Reason.STUDENT_BUSY: "The student is busy",
}

_LINKS: Final = {"limits": "Change the limits", "dates": "Change the date", "hours": "Change the hours"}


def _reason_view(one: Explained, viewer: Viewer) -> ReasonView:
    anchor = one.link.rpartition("#")[2]
    return ReasonView(
        title=_TITLES[one.reason],
        detail=_detail(one, viewer),
        href=f"#{anchor}" if anchor in _LINKS else "",
        link=_LINKS.get(anchor, ""),
    )


def _detail(one: Explained, viewer: Viewer) -> str:
    cause = one.finding
    if cause is None:
        return ""
    sessions = ", ".join(f"{s.title} {viewer.span(s.span.start, s.span.end)}" for s in one.sessions)
    number = cause.number or 0
    match one.reason:
        case Reason.HORIZON if cause.on:
            return f"Students can book {counted(number, 'day')} ahead, until {short_date(cause.on)}."
        case Reason.NOTICE if cause.at and cause.number is None:
            return f"You take no sessions on the same day; bookable from {viewer.moment(cause.at)} on."
        case Reason.NOTICE if cause.at:
            return f"You ask for {duration_words(number)} notice; bookable from {viewer.moment(cause.at)} on."
        case Reason.OVERRIDE_DAY_OFF if cause.on:
            return f"{long_date(cause.on)} is unavailable under date overrides."
        case Reason.OUTSIDE_HOURS if cause.on:
            return _hours_detail(cause, viewer)
        case Reason.OFF_GRID:
            following = f"; the next is {viewer.time(cause.at)}" if cause.at else ""
            return (
                f"Sessions start every {duration_words(number)} from the beginning of your hours{following}."
            )
        case Reason.DAY_CAP:
            return f"You take {counted(number, 'session')} a day: {sessions}."
        case Reason.WEEK_CAP:
            return f"You take {counted(number, 'session')} a week: {sessions}."
        case Reason.BUFFER:
            return f"You keep {duration_words(number)} between sessions. In the way: {sessions}."
        case Reason.BUSY | Reason.HELD | Reason.SEAT_FULL:
            return f"{sessions}." if sessions else ""
    return ""


def _hours_detail(cause: Finding, viewer: Viewer) -> str:
    assert cause.on is not None
    spans = ", ".join(_span_words(span, viewer) for span in cause.spans)
    where = long_date(cause.on) if cause.is_override else f"{WEEKDAYS[cause.on.weekday()]}s"
    if not spans:
        return f"You have no hours on {where}."
    return f"On {where} you are open {spans}; the session has to end within."


def _span_words(span: TimeSpan, viewer: Viewer) -> str:
    return viewer.span(span.start, span.end)
