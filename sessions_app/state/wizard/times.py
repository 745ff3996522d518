"""The second step: the month, the times of a day, and what is being booked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sessions_app.domain.local_labels import (
    MONTHS,
    WEEKDAYS,
    Viewer,
    counted,
    duration_label,
    duration_words,
    long_date,
    month_label,
    offset_label,
    short_date,
    zone_city,
)
from sessions_app.domain.month_grid import month_after, month_before
from sessions_app.domain.plain_text import short_name
from sessions_app.domain.slots import Reason, Slot
from sessions_app.models.catalogue import BookingMode, Modality, SessionType
from sessions_app.services.queries.offers import OfferingFacts
from sessions_app.services.queries.wizard import Clash, TimeStep, Unmet
from sessions_app.state.people_views import NOBODY, PersonView
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.parts import (
    DATE_TIME,
    NO_HOLD,
    NO_NOTICE,
    STEP_NAMES,
    STEPS_UNPAID,
    HeadView,
    HoldView,
    Look,
    NoticeView,
    OptionView,
    RowView,
    iso,
    parse_start,
    span_row,
)

GROUPED_ABOVE = 8
NOT_FREE = "not_free"
"""The code of the notice about a start that a link led to."""


_NOON, _EVENING = 12, 17


_MANY_SEATS_GONE, _MOST_SEATS_GONE = 0.5, 0.83


@dataclass(frozen=True)
class SummaryView:
    """What is being booked, beside the calendar."""

    person: PersonView = NOBODY
    subjects: str = ""
    title: str = ""
    duration: str = ""
    where: str = ""
    price: str = ""
    mode: str = ""
    is_instant: bool = True
    is_online: bool = True
    line: str = ""
    short_line: str = ""
    policy: str = ""
    description: str = ""
    change_href: str = ""
    offering: str = ""
    offerings: tuple[OptionView, ...] = ()


@dataclass(frozen=True)
class DayView:
    """A cell of the month. ``ticks`` is 0 to 3; ``is_auto`` marks the day shown because none was chosen."""

    iso: str
    number: str
    label: str
    ticks: int
    is_free: bool
    is_today: bool
    is_selected: bool
    is_auto: bool
    has_focus: bool
    href: str


@dataclass(frozen=True)
class WeekView:
    """A row of the month."""

    key: str
    days: tuple[DayView, ...]


@dataclass(frozen=True)
class WeekdayView:
    """The head of a column."""

    name: str
    short: str


@dataclass(frozen=True)
class MonthView:
    """A month's grid. An empty ``href`` means there is no way there; ``empty`` says why nothing is free."""

    name: str = ""
    year: str = ""
    weekdays: tuple[WeekdayView, ...] = ()
    weeks: tuple[WeekView, ...] = ()
    previous_href: str = ""
    next_href: str = ""
    next_free_href: str = ""
    week_href: str = ""
    is_week: bool = False
    empty: str = ""
    note: str = ""


@dataclass(frozen=True)
class PartView:
    """A part of a day; ``name`` is empty when the day is not parted."""

    key: str
    name: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class DayTimesView:
    """The times of one day. ``empty`` says why there are none, ``nearest`` what is free instead."""

    iso: str
    heading: str
    label: str
    caption: str
    parts: tuple[PartView, ...]
    empty: str = ""
    nearest: tuple[RowView, ...] = ()


@dataclass(frozen=True)
class StripDayView:
    """A day of the strip that phones show above the times."""

    iso: str
    weekday: str
    number: str
    label: str
    ticks: int
    is_free: bool
    is_selected: bool
    href: str


@dataclass(frozen=True)
class TimesView:
    """The times zone. ``is_open`` when a day was chosen: then phones show it instead of the month."""

    is_open: bool = False
    is_week: bool = False
    title: str = ""
    days: tuple[DayTimesView, ...] = ()
    strip: tuple[StripDayView, ...] = ()
    close_href: str = ""
    said: str = ""


@dataclass(frozen=True)
class ZoneView:
    """In which zone times are shown."""

    name: str = ""
    offset: str = ""
    is_own: bool = True
    note: str = ""
    differs: str = ""
    other_href: str = ""
    other_city: str = ""
    clock: str = "h23"


def head_of_times(step: TimeStep, look: Look) -> HeadView:
    """The header while a time is chosen."""
    by_course = bool(look.address.course_id)
    return HeadView(
        context=f"for {step.course.title}" if step.course else f"with {step.instructor.name}",
        back_label="Back to instructors" if by_course else f"Back to {step.instructor.name}",
        back_href=look.address.kept().written() if by_course else f"/instructors/{step.instructor.id}",
        step=DATE_TIME,
        steps=STEPS_UNPAID if step.offering.total.is_zero else STEP_NAMES,
    )


def summary(step: TimeStep, look: Look) -> SummaryView:
    """Who and what, with the other offerings to change to."""
    offering = step.offering
    minutes = duration_label(offering.duration_minutes)
    is_instant = offering.booking_mode is BookingMode.INSTANT
    person = PersonView.of(step.instructor.id, step.instructor.name, step.instructor.avatar_url)
    mode = (
        "Booked at once" if is_instant else f"{person.first_name} answers within {look.request_ttl_hours} h"
    )
    here = look.address
    many_courses = len({offer.facts.course_id for offer in step.instructor.offers}) > 1
    return SummaryView(
        person=person,
        subjects=", ".join(step.subjects),
        title=offering.title,
        duration=minutes,
        where=_where(offering.modality, step.place),
        price=offering.price_label,
        mode=mode,
        is_instant=is_instant,
        is_online=offering.modality is not Modality.IN_PERSON,
        line=f"{offering.title}, {minutes}, {offering.price_label}, {mode[0].lower()}{mode[1:]}"
        if is_instant
        else f"{offering.title}, {minutes}, {offering.price_label}, on request",
        short_line=f"{offering.title}, {minutes}, {offering.price_label}",
        policy=_general_policy(step),
        description=offering.description,
        change_href=here.kept().written() if here.course_id else "",
        offering=here.to(offering=offering.id, slot=None, proof="", booking=""),
        offerings=tuple(
            OptionView(
                value=here.to(offering=offer.facts.id, slot=None, proof="", booking=""),
                label=offer.facts.title,
                note=_offering_note(offer.facts, with_course=many_courses),
            )
            for offer in step.instructor.offers
        ),
    )


def _offering_note(offering: OfferingFacts, *, with_course: bool) -> str:
    parts = [duration_label(offering.duration_minutes), offering.price_label]
    if offering.session_type is SessionType.GROUP:
        parts.append(f"group of {offering.capacity}")
    if offering.booking_mode is BookingMode.REQUEST:
        parts.append("on request")
    if with_course and offering.course_title:
        parts.append(offering.course_title)
    return " · ".join(parts)


def _where(modality: Modality, place: str) -> str:
    if modality is Modality.IN_PERSON:
        return place or "In person"
    if modality is Modality.HYBRID:
        return f"Video or {place}" if place else "Video or in person"
    return "Video, in the session room"


def _general_policy(step: TimeStep) -> str:
    hours = step.free_hours
    return (
        f"Free cancellation up to {hours} h before the start"
        if hours
        else "Free cancellation until the start"
    )


def month(step: TimeStep, look: Look) -> MonthView:
    """The month's grid with its ways to other months, to the next free time and to this week."""
    here = look.address
    first_weekday = step.weeks[0][0].weekday()
    days = [day for week in step.weeks for day in week]
    following = month_after(step.month)
    previous = month_before(step.month)
    focus = step.shown_on if step.shown_on in days else None
    focus = focus or (step.today if step.today in days else days[0])
    moved = {"on": None, "week": False, "slot": None, "proof": "", "booking": ""}
    next_free = min(step.by_day, default=None)
    can_go_on = following <= step.last_on
    link = here.day_links()
    return MonthView(
        name=MONTHS[step.month.month - 1],
        year=str(step.month.year),
        weekdays=tuple(
            WeekdayView(WEEKDAYS[(first_weekday + day) % 7], WEEKDAYS[(first_weekday + day) % 7][:2])
            for day in range(7)
        ),
        weeks=tuple(
            WeekView(week[0].isoformat(), tuple(_day(day, step, look, focus, link) for day in week))
            for week in step.weeks
        ),
        previous_href=here.to(month=previous, **moved) if step.month > step.today.replace(day=1) else "",
        next_href=here.to(month=following, **moved) if can_go_on else "",
        next_free_href=here.to(**(moved | {"on": next_free}), month=None) if next_free else "",
        week_href=here.to(**(moved | {"week": not here.week}), month=None),
        is_week=here.week,
        empty=_why_no_month(step, look, can_go_on=can_go_on),
        note=f"Choose a day to see its times. Bookings open {step.rules.horizon_days} days ahead.",
    )


def _day(day: date, step: TimeStep, look: Look, focus: date, link: Callable[[date], str]) -> DayView:
    count = len(step.on_day(day))
    is_today = day == step.today
    if count:
        told = "1 time available" if count == 1 else f"{count} times available"
    elif day < step.today:
        told = "past"
    else:
        told = "not open yet" if day > step.last_on else "no times"
    return DayView(
        iso=day.isoformat(),
        number=str(day.day),
        label=f"{long_date(day)}, {told}{', today' if is_today else ''}",
        ticks=_ticks(count),
        is_free=bool(count),
        is_today=is_today,
        is_selected=day == step.shown_on and not look.address.week,
        is_auto=step.on is None,
        has_focus=day == focus,
        href=link(day),
    )


def _ticks(count: int) -> int:
    return min(3, (count + 1) // 2)


def _why_no_month(step: TimeStep, look: Look, *, can_go_on: bool) -> str:
    if step.month_reason is None:
        return ""
    if step.month_reason is Reason.STUDENT_CAP:
        return _AT_CAP
    if not step.starts:
        if step.month_reason in (Reason.HORIZON, Reason.NOTICE, Reason.PAST, Reason.OUTSIDE_HOURS):
            return (
                f"Scheduling is only available up to {step.rules.horizon_days} days in advance. "
                "Please check again soon."
            )
        return f"{short_name(step.instructor.name)} is fully booked. Please check again soon."
    if not can_go_on and step.month_reason is Reason.HORIZON:
        return f"Scheduling ends on {short_date(step.last_on)}."
    return f"No availability in {MONTHS[step.month.month - 1]}"


def times(step: TimeStep, look: Look) -> TimesView:
    """The times zone: those of the day shown, or of the next seven days."""
    here = look.address
    if here.week:
        week = [step.today + timedelta(days=ahead) for ahead in range(7)]
        by_day = _rows_by_day(week, step, look)
        shown = [day for day in week if by_day[day]]
        days = tuple(_day_times(day, by_day[day], step, look, is_week=True) for day in shown)
        title = "This week"
        if not days:
            days = (
                DayTimesView(
                    iso=step.today.isoformat(),
                    heading="This week",
                    label="This week",
                    caption="",
                    parts=(),
                    empty="Nothing free in the next 7 days",
                    nearest=_nearest(step, look, step.today),
                ),
            )
    elif step.shown_on is None:
        days, title = (), ""
    else:
        by_day = _rows_by_day([step.shown_on], step, look)
        days = (_day_times(step.shown_on, by_day[step.shown_on], step, look),)
        title = month_label(step.shown_on)
    anchor = step.shown_on or step.today
    return TimesView(
        is_open=here.week or step.on is not None,
        is_week=here.week,
        title=title,
        days=days,
        strip=_strip(step, look, anchor),
        close_href=here.to(on=None, week=False, month=anchor.replace(day=1), slot=None, proof="", booking=""),
        said=_said(step, here),
    )


def _said(step: TimeStep, here: Address) -> str:
    if here.week or step.shown_on is None or step.on is None:
        return ""
    count = len(step.on_day(step.shown_on))
    day = f"{step.shown_on.day} {MONTHS[step.shown_on.month - 1]}"
    return f"{_count_of_times(count)} on {day}"


def _rows_by_day(days: Iterable[date], step: TimeStep, look: Look) -> dict[date, list[RowView]]:
    """Starts and clashes of these local dates, each in order. The others are many, and nobody sees them."""
    by_day: dict[date, list[tuple[datetime, RowView]]] = {day: [] for day in days}
    for day, rows in by_day.items():
        rows += [(slot.span.start, row_of(slot, step, look)) for slot in step.on_day(day)]
    for clash in step.clashes:
        if (day := look.viewer.date_of(clash.span.start)) in by_day:
            by_day[day].append((clash.span.start, _clash_row(clash, look.viewer)))
    return {day: [row for _, row in sorted(rows, key=lambda pair: pair[0])] for day, rows in by_day.items()}


def row_of(slot: Slot, step: TimeStep, look: Look, *, with_day: bool = False) -> RowView:
    """A start as a button; ``with_day`` where it does not stand under its day."""
    is_group = step.offering.session_type is SessionType.GROUP
    seats, level = _seats(slot.seats_left, step.offering.capacity) if is_group else ("", 0)
    row = span_row(slot.span, look.viewer, with_day=with_day)
    told = f", {slot.seats_left} of {step.offering.capacity} seats left" if is_group else ""
    return RowView(
        start=row.start,
        label=row.label + told,
        begins=row.begins,
        ends=row.ends,
        day=row.day,
        seats=seats,
        seats_level=level,
        is_wanted=look.address.slot == slot.span.start,
        is_held=step.hold is not None
        and step.hold.offering_id == step.offering.id
        and step.hold.span == slot.span
        and step.hold.expires_at > step.now,
    )


def _clash_row(clash: Clash, viewer: Viewer) -> RowView:
    row = span_row(clash.span, viewer)
    return RowView(
        start=row.start,
        label=row.label,
        begins=row.begins,
        ends=row.ends,
        clash=f"You have {clash.title} at {viewer.time(clash.starts_at)}",
    )


def _seats(left: int, capacity: int) -> tuple[str, int]:
    gone = 1 - left / capacity
    level = 2 if gone >= _MOST_SEATS_GONE else int(gone >= _MANY_SEATS_GONE)
    return f"{left} of {capacity} left", level


def _day_times(
    day: date, rows: Sequence[RowView], step: TimeStep, look: Look, *, is_week: bool = False
) -> DayTimesView:
    count = len(step.on_day(day))
    minutes = duration_label(step.offering.duration_minutes)
    empty = ""
    if not count:
        empty = why_not(step.unmet_day, step) if step.unmet_day else "No times on this day"
    return DayTimesView(
        iso=day.isoformat(),
        heading=f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1]}",
        label=long_date(day),
        caption=f"{_count_of_times(count)}, {minutes} each"
        if count > 1
        else f"{_count_of_times(count)}, {minutes}",
        parts=_parts(rows, look.viewer, is_parted=len(rows) > GROUPED_ABOVE and not is_week),
        empty=empty,
        nearest=_nearest(step, look, day) if empty else (),
    )


def _count_of_times(count: int) -> str:
    return {0: "No times", 1: "1 time"}.get(count, f"{count} times")


_AT_CAP = "As many sessions ahead as can be booked at a time"
ALL_BOOKED = frozenset(
    {
        Reason.DAY_CAP,
        Reason.WEEK_CAP,
        Reason.SEAT_FULL,
        Reason.BUFFER,
        Reason.BUSY,
        Reason.HELD,
        Reason.EXTERNAL_BUSY,
    }
)
"""Why there is nothing in open hours: others have the time, or as many came as are taken."""


def why_not(unmet: Unmet, step: TimeStep) -> str:
    """The polite sentence about a day or a start that cannot be booked.

    It tells of the instructor's hours, notice and horizon, which everybody may know; never who or what takes a time.
    """
    name, is_day = short_name(step.instructor.name), unmet.starts_at is None
    if unmet.is_rest_day:
        return f"{name} does not teach on {WEEKDAYS[unmet.on.weekday()]}s"
    match unmet.reason:
        case Reason.PAST:
            return f"This {'day' if is_day else 'time'} has passed"
        case Reason.HORIZON:
            return f"This day is too far ahead: times open {counted(step.rules.horizon_days, 'day')} before"
        case Reason.NOTICE if step.rules.not_same_day:
            return "It is too soon: book at the latest the day before"
        case Reason.NOTICE:
            return f"It is too soon: book at least {duration_words(step.rules.notice_minutes)} before"
        case Reason.OVERRIDE_DAY_OFF:
            return f"{name} is away on this day"
        case Reason.STUDENT_CAP:
            return _AT_CAP
        case Reason.STUDENT_BUSY:
            return "You are busy on this day" if is_day else "You have another session at this time"
        case Reason.DURATION:
            return "Sessions of this length cannot be booked"
    if unmet.reason in ALL_BOOKED:
        if not is_day:
            return "Every seat is taken" if unmet.reason is Reason.SEAT_FULL else "This time is taken"
        return "All booked today" if unmet.on == step.today else "All booked on this day"
    if unmet.reason is Reason.OFF_GRID and not is_day:
        return "Sessions begin at other times"
    return f"{name} has no hours {'on this day' if is_day else 'then'}"


def day_in_vain(step: TimeStep, *, asked: bool = False) -> str:
    """What to say of a day that was asked for and is not shown; empty when there is no such day.

    ``asked`` says it also of the day shown.
    """
    unmet = step.unmet_day
    if unmet is None or (unmet.on == step.shown_on and not asked):
        return ""
    return f"{short_date(unmet.on)}: {why_not(unmet, step)}"


def time_in_vain(step: TimeStep, look: Look) -> NoticeView:
    """What to say of a start that a link led to and that cannot be booked, with the nearest that can."""
    unmet = step.unmet_slot
    if unmet is None or unmet.starts_at is None:
        return NO_NOTICE
    at = unmet.starts_at
    nearest = sorted(step.starts, key=lambda slot: abs(slot.span.start - at))[:3]
    body = f"{why_not(unmet, step)}."
    return NoticeView(
        code=NOT_FREE,
        kind="info",
        title=f"{look.viewer.day(at)}, {look.viewer.time(at)} cannot be booked",
        body=f"{body} These are the nearest free times." if nearest else body,
        rows=tuple(row_of(slot, step, look, with_day=True) for slot in nearest),
    )


def _nearest(step: TimeStep, look: Look, day: date) -> tuple[RowView, ...]:
    """The next three free times after the start of the day, else the first three of all."""
    later = [slot for slot in step.starts if look.viewer.date_of(slot.span.start) >= day] or list(step.starts)
    return tuple(row_of(slot, step, look, with_day=True) for slot in later[:3])


def _parts(rows: Sequence[RowView], viewer: Viewer, *, is_parted: bool) -> tuple[PartView, ...]:
    if not rows:
        return ()
    if not is_parted:
        return (PartView("all", "", tuple(rows)),)
    named: dict[str, list[RowView]] = {"Morning": [], "Afternoon": [], "Evening": []}
    for row in rows:
        hour = viewer.local(parse_start(row.start)).hour
        named["Morning" if hour < _NOON else "Afternoon" if hour < _EVENING else "Evening"].append(row)
    return tuple(PartView(name.lower(), name, tuple(some)) for name, some in named.items() if some)


def _strip(step: TimeStep, look: Look, anchor: date) -> tuple[StripDayView, ...]:
    """The free days around the one shown and those between them: from today to the last that can be booked."""
    first = max(step.today, anchor - timedelta(days=10))
    last = min(step.last_on, anchor + timedelta(days=18))
    link = look.address.day_links()
    found = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        count = len(step.on_day(day))
        found.append(
            StripDayView(
                iso=day.isoformat(),
                weekday=WEEKDAYS[day.weekday()][:3],
                number=str(day.day),
                label=f"{long_date(day)}, {_count_of_times(count).lower()}",
                ticks=_ticks(count),
                is_free=bool(count),
                is_selected=day == step.shown_on and not look.address.week,
                href=link(day),
            )
        )
    return tuple(found)


def zone(step: TimeStep, look: Look) -> ZoneView:
    """The zone line for the day shown, and the other zone when the device reports another one."""
    viewer, other = look.viewer, look.device_zone
    shown = step.on_day(step.shown_on) if step.shown_on else ()
    at = shown[0].span.start if shown else step.now
    differs = bool(other) and viewer.offset(at) != Viewer(other).offset(at)
    has_changed = viewer.offset(at) != viewer.offset(step.now)
    return ZoneView(
        name=viewer.known_zone,
        offset=viewer.offset(at),
        is_own=not look.address.tz or viewer.known_zone == look.own_zone,
        note=f"Clocks in {viewer.city} change before this day." if has_changed else "",
        differs=f"This device is in {zone_city(other)}, {offset_label(at, other)}." if differs else "",
        other_href=look.address.to(tz=other) if differs else "",
        other_city=zone_city(other) if differs else "",
        clock="h12" if viewer.hour_cycle == "h12" else "h23",
    )


def own_hold(step: TimeStep, look: Look) -> HoldView:
    """The student's unfinished booking, with the way back to it; empty when there is none."""
    hold = step.hold
    if hold is None or hold.expires_at <= step.now:
        return NO_HOLD
    return HoldView(
        until=iso(hold.expires_at),
        now=iso(step.now),
        label=f"{look.viewer.day(hold.span.start)}, {look.viewer.span(hold.span.start, hold.span.end)}",
        span=look.viewer.span(hold.span.start, hold.span.end),
        day=look.viewer.long_day(hold.span.start),
        href=look.address.to(booking=hold.booking_id, slot=None, proof=""),
    )
