"""What the reschedule dialog shows, worded. Pure, as ``dashboard_views``; it draws with the wizard's own values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, Viewer, duration_label, long_date, short_date
from sessions_app.domain.month_grid import month_after, month_before
from sessions_app.domain.slots import Reason, Slot
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking
from sessions_app.services.queries.rescheduling import NewTimes
from sessions_app.state.dashboard_seat import why_not_moved
from sessions_app.state.dashboard_views import address
from sessions_app.state.wizard.parts import RowView, span_row
from sessions_app.state.wizard.times import DayView, MonthView, PartView, WeekdayView, WeekView

_PARTED_ABOVE = 8
_NOON, _EVENING = 12, 17
_NEAREST = 3
_LONGEST_ID = 64
_NO_MONTH = MonthView()


@dataclass(frozen=True)
class MoveTimesView:
    """The times of one day, in the shape of ``components/time_list``."""

    iso: str = ""
    heading: str = ""
    label: str = ""
    caption: str = ""
    parts: tuple[PartView, ...] = ()
    empty: str = ""
    nearest: tuple[RowView, ...] = ()


@dataclass(frozen=True)
class MoveView:
    """The dialog that moves a booking. ``blocked`` says why that is not possible, and then nothing else is asked.

    ``is_day_open`` when a day was chosen: phones then show its times instead of the month. ``chosen`` is the start
    taken ("" for none), ``chosen_label`` says it; ``others`` stand beside the news that a time was lost.
    """

    booking_id: str = ""
    heading: str = "Reschedule this session"
    month: str = ""
    day: str = ""
    when: str = ""
    what: str = ""
    blocked: str = ""
    left: str = ""
    grid: MonthView = _NO_MONTH
    times: MoveTimesView = MoveTimesView()
    is_day_open: bool = False
    back_href: str = ""
    empty: str = ""
    zone: str = ""
    chosen: str = ""
    chosen_label: str = ""
    confirm: str = "Choose a time"


CLOSED = MoveView()


@dataclass(frozen=True)
class MoveAddress:
    """Where in the calendar the dialog is: in the page's address, so that reload and back work."""

    booking_id: str
    tab: str = ""
    child: str = ""
    month: date | None = None
    on: date | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> MoveAddress:
        """Read the address; what cannot be read is left out."""
        return cls(
            booking_id=query.get("reschedule", "")[:_LONGEST_ID],
            tab=query.get("tab", "")[:_LONGEST_ID],
            child=query.get("child", "")[:_LONGEST_ID],
            month=_date(f"{query['month']}-01") if query.get("month") else None,
            on=_date(query.get("date", "")),
        )

    def to(self, *, month: date | None = None, on: date | None = None) -> str:
        """The address with another month or day."""
        return address(
            {
                "tab": self.tab,
                "child": self.child,
                "reschedule": self.booking_id,
                "month": f"{month:%Y-%m}" if month else "",
                "date": on.isoformat() if on else "",
            }
        )

    @property
    def closed(self) -> str:
        """The address without the dialog."""
        return address({"tab": self.tab, "child": self.child})


def move_view(times: NewTimes, viewer: Viewer, here: MoveAddress, chosen: TimeSpan | None) -> MoveView:
    """The dialog as this person sees it."""
    local = viewer.local(times.starts_at)
    weekday = viewer.long_day(times.starts_at).split()[0]
    people = [times.instructor_name, *([f"for {times.student_name}"] if times.student_name else [])]
    label = f"{viewer.day(chosen.start)}, {viewer.span(chosen.start, chosen.end)}" if chosen else ""
    anchor = times.shown_on or times.today
    return MoveView(
        booking_id=times.booking_id,
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        when=f"{weekday}, {viewer.span(times.starts_at, times.ends_at)}",
        what=", ".join([times.title, *people]),
        blocked=why_not_moved(times.verdict, viewer, times.now),
        left=_left(times, viewer),
        grid=_grid(times, here),
        times=_times(times, viewer, chosen),
        is_day_open=times.on is not None,
        back_href=here.to(month=anchor.replace(day=1)),
        empty=_why_no_month(times),
        zone=f"Times shown in {viewer.long_zone_label(times.now)}",
        chosen=span_row(chosen, viewer).start if chosen else "",
        chosen_label=label,
        confirm=f"Move to {label}" if label else "Choose a time",
    )


def other_rows(spans: Sequence[TimeSpan], viewer: Viewer) -> list[RowView]:
    """The nearest free times, each with its day."""
    return [span_row(span, viewer, with_day=True) for span in spans]


def moved_words(moved: Booking, viewer: Viewer) -> tuple[str, str]:
    """What was done."""
    when = f"{viewer.day(moved.starts_at)}, {viewer.span(moved.starts_at, moved.ends_at)}"
    return "Session rescheduled", f"It is now on {when}. Price and payment stay as they are."


def _left(times: NewTimes, viewer: Viewer) -> str:
    more = times.verdict.limit - times.moves_made
    count = "once more" if more == 1 else f"{more} more times"
    return f"You can reschedule {count}, until {viewer.moment(times.verdict.until, now=times.now)}."


def _grid(times: NewTimes, here: MoveAddress) -> MonthView:
    first = times.weeks[0][0].weekday()
    days = [day for week in times.weeks for day in week]
    following = month_after(times.month)
    focus = times.shown_on if times.shown_on in days else times.today if times.today in days else days[0]
    return MonthView(
        name=MONTHS[times.month.month - 1],
        year=str(times.month.year),
        weekdays=tuple(
            WeekdayView(WEEKDAYS[(first + day) % 7], WEEKDAYS[(first + day) % 7][:2]) for day in range(7)
        ),
        weeks=tuple(
            WeekView(week[0].isoformat(), tuple(_day(day, times, here, focus) for day in week))
            for week in times.weeks
        ),
        previous_href=here.to(month=month_before(times.month))
        if times.month > times.today.replace(day=1)
        else "",
        next_href=here.to(month=following) if following <= times.last_on and days[-1] < times.last_on else "",
    )


def _day(day: date, times: NewTimes, here: MoveAddress, focus: date) -> DayView:
    count = times.counts[day]
    if count:
        told = "1 time available" if count == 1 else f"{count} times available"
    elif day < times.today:
        told = "past"
    else:
        told = "not open yet" if day > times.last_on else "no times"
    is_today = day == times.today
    return DayView(
        iso=day.isoformat(),
        number=str(day.day),
        label=f"{long_date(day)}, {told}{', today' if is_today else ''}",
        ticks=min(3, (count + 1) // 2),
        is_free=bool(count),
        is_today=is_today,
        is_selected=day == times.shown_on,
        is_auto=times.on is None,
        has_focus=day == focus,
        href=here.to(on=day),
    )


def _times(times: NewTimes, viewer: Viewer, chosen: TimeSpan | None) -> MoveTimesView:
    day = times.shown_on
    if day is None:
        return MoveTimesView()
    slots = [slot for slot in times.starts if viewer.date_of(slot.span.start) == day]
    minutes = duration_label(round((times.ends_at - times.starts_at) / timedelta(minutes=1)))
    count = {0: "No times", 1: "1 time"}.get(len(slots), f"{len(slots)} times")
    empty = "" if slots else _why_no_times(times)
    later = [slot for slot in times.starts if viewer.date_of(slot.span.start) > day] or list(times.starts)
    return MoveTimesView(
        iso=day.isoformat(),
        heading=short_date(day),
        label=long_date(day),
        caption=f"{count}, {minutes}" + (" each" if len(slots) > 1 else ""),
        parts=_parts(slots, times, viewer, chosen),
        empty=empty,
        nearest=tuple(_row(slot, times, viewer, chosen, with_day=True) for slot in later[:_NEAREST])
        if empty
        else (),
    )


def _parts(
    slots: list[Slot], times: NewTimes, viewer: Viewer, chosen: TimeSpan | None
) -> tuple[PartView, ...]:
    if len(slots) <= _PARTED_ABOVE:
        rows = tuple(_row(slot, times, viewer, chosen) for slot in slots)
        return (PartView("all", "", rows),) if rows else ()
    named: dict[str, list[RowView]] = {"Morning": [], "Afternoon": [], "Evening": []}
    for slot in slots:
        hour = viewer.local(slot.span.start).hour
        name = "Morning" if hour < _NOON else "Afternoon" if hour < _EVENING else "Evening"
        named[name].append(_row(slot, times, viewer, chosen))
    return tuple(PartView(name.lower(), name, tuple(rows)) for name, rows in named.items() if rows)


def _row(
    slot: Slot, times: NewTimes, viewer: Viewer, chosen: TimeSpan | None, *, with_day: bool = False
) -> RowView:
    row = span_row(slot.span, viewer, with_day=with_day)
    seats = f"{slot.seats_left} of {times.capacity} left" if times.is_group else ""
    return RowView(
        start=row.start,
        label=f"{row.label}, {slot.seats_left} of {times.capacity} seats left" if seats else row.label,
        begins=row.begins,
        ends=row.ends,
        seats=seats,
        day=row.day,
        is_wanted=chosen is not None and chosen.start == slot.span.start,
    )


def _why_no_month(times: NewTimes) -> str:
    if times.month_reason is None:
        return ""
    if not times.starts:
        return (
            f"No other time is free in the next {times.horizon_days} days. Your session stays as it is; "
            "please look again soon."
        )
    return f"No availability in {MONTHS[times.month.month - 1]}"


_ALL_BOOKED = frozenset(
    {Reason.BUSY, Reason.HELD, Reason.BUFFER, Reason.DAY_CAP, Reason.WEEK_CAP, Reason.SEAT_FULL}
)


def _why_no_times(times: NewTimes) -> str:
    if times.day_reason is Reason.STUDENT_BUSY:
        return "You have another session on this day"
    if times.day_reason is Reason.NOTICE:
        return "Too soon to move to this day"
    if times.day_reason in _ALL_BOOKED:
        return "All booked on this day"
    return "No times on this day"


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
