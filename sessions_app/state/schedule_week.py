"""The week on ``/instructor/bookings``, worded: columns, blocks and bands at their places.

Pure. Heights and tops are CSS lengths on the axis of the week (``domain/week_axis``), in hours whose height the page
decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, Viewer, long_date
from sessions_app.domain.permissions import Action
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.week_axis import Piece
from sessions_app.services.queries.schedule import Block, BlockKind, ScheduleWeek

_FIRST, _LAST = 8, 19  # the hours shown at least
_SHORT, _ROOMY = 45, 60  # minutes: below the first a block has one line, from the second on three
_KIND_WORDS = {
    BlockKind.SESSION: "scheduled",
    BlockKind.RUNNING: "in progress",
    BlockKind.REQUEST: "requested",
    BlockKind.PROPOSED: "your proposal, waits for an answer",
    BlockKind.UNPAID: "waits for payment",
    BlockKind.HELD: "being booked",
    BlockKind.PAST: "over",
}


@dataclass(frozen=True)
class BandView:
    """A stretch of a day: open hours, rest after a session, or minutes that the day does not have."""

    key: str
    top: str
    height: str
    label: str = ""


@dataclass(frozen=True)
class BlockView:
    """One session in the week; ``id`` is its booking, for a group the first of its bookings."""

    key: str
    id: str
    session_id: str
    kind: str
    top: str
    height: str
    minutes: int
    is_short: bool
    has_what: bool
    strong: str
    what: str
    span: str
    label: str
    is_group: bool
    can_drag: bool
    can_accept: bool
    can_decline: bool
    can_propose: bool
    can_move: bool
    can_cancel: bool
    can_join: bool


@dataclass(frozen=True)
class ColumnView:
    """One day of the week. ``is_chosen`` is the one that phones show; ``now_top`` is empty but on today."""

    iso: str
    weekday: str
    number: str
    label: str
    href: str
    is_today: bool
    is_chosen: bool
    is_away: bool
    is_past: bool
    count: str
    now_top: str
    now_label: str
    open: tuple[BandView, ...]
    rest: tuple[BandView, ...]
    voids: tuple[BandView, ...]
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True)
class HourView:
    """A line of the week."""

    key: str
    top: str
    label: str


@dataclass(frozen=True)
class WeekView:
    """The week. ``first_minute`` and ``snap`` are what the browser needs to say where something was dropped."""

    heading: str = ""
    zone: str = ""
    height: str = "0px"
    first_minute: int = 0
    snap: int = 30
    previous_href: str = ""
    next_href: str = ""
    previous_day_href: str = ""
    next_day_href: str = ""
    today_href: str = ""
    is_this_week: bool = True
    day_heading: str = ""
    hours: tuple[HourView, ...] = ()
    days: tuple[ColumnView, ...] = ()
    is_empty: bool = False


def week_view(
    week: ScheduleWeek, viewer: Viewer, *, on: date | None, link: Callable[[date], str], now: datetime
) -> WeekView:
    """The week; phones show ``on`` where it lies in it, and ``link`` is the page's address of another day."""
    axis = week.axis
    first, last = _shown_minutes(week, now)

    def length(minutes: int) -> str:
        return f"calc(var(--hour) * {minutes / 60:.4g})"

    chosen = on if on in axis.days else week.today if week.today in axis.days else axis.days[0]
    first_day = axis.days[0]
    is_this_week = week.today in axis.days
    now_minute = axis.minute_of(now)

    def bands(spans: Iterable[TimeSpan], day: date, name: str) -> Iterable[BandView]:
        for span in spans:
            for piece in axis.pieces(span):
                top, bottom = max(piece.top, first), min(piece.bottom, last)
                if piece.on == day and top < bottom:
                    yield BandView(f"{name}{top}", length(top - first), length(bottom - top))

    def column(day: date) -> ColumnView:
        blocks = tuple(
            _block(block, piece, length(piece.top - first), length(piece.bottom - piece.top), viewer)
            for block in week.blocks
            for piece in axis.pieces(block.span)
            if piece.on == day
        )
        count = {0: "nothing booked", 1: "1 session"}.get(len(blocks), f"{len(blocks)} sessions")
        is_away = day in week.away
        return ColumnView(
            iso=day.isoformat(),
            weekday=WEEKDAYS[day.weekday()][:3],
            number=str(day.day),
            label=f"{long_date(day)}, {'away' if is_away and not blocks else count}"
            f"{', today' if day == week.today else ''}",
            href=link(day),
            is_today=day == week.today,
            is_chosen=day == chosen,
            is_away=is_away,
            is_past=day < week.today,
            count=str(len(blocks)) if blocks else "",
            now_top=length(now_minute - first) if day == week.today and first <= now_minute <= last else "",
            now_label=viewer.time(now),
            open=tuple(bands(week.open, day, "o")),
            rest=tuple(bands(week.buffers, day, "r")),
            voids=tuple(
                BandView(
                    f"v{piece.top}",
                    length(max(piece.top, first) - first),
                    length(min(piece.bottom, last) - max(piece.top, first)),
                    "The clocks change",
                )
                for piece in axis.voids()
                if piece.on == day and max(piece.top, first) < min(piece.bottom, last)
            ),
            blocks=blocks,
        )

    return WeekView(
        heading=_week_heading(first_day, axis.days[-1]),
        zone=f"Times shown in {viewer.long_zone_label(now)}",
        height=length(last - first),
        first_minute=first,
        snap=min(week.step_minutes, 30),
        previous_href=link(first_day - timedelta(days=7)),
        next_href=link(first_day + timedelta(days=7)),
        previous_day_href=link(chosen - timedelta(days=1)),
        next_day_href=link(chosen + timedelta(days=1)),
        today_href=link(week.today),
        is_this_week=is_this_week,
        day_heading=long_date(chosen).rpartition(" ")[0],
        hours=tuple(
            HourView(f"h{minute}", length(minute - first), _hour(hour, viewer))
            for minute, hour in axis.hours()
            if first <= minute < last
        ),
        days=tuple(column(day) for day in axis.days),
        is_empty=not week.blocks,
    )


def _shown_minutes(week: ScheduleWeek, now: datetime) -> tuple[int, int]:
    """The part of the day that is drawn: the usual one, and whole hours around whatever lies outside it."""
    axis = week.axis
    pieces = [
        piece for span in (*(block.span for block in week.blocks), *week.open) for piece in axis.pieces(span)
    ]
    at = [axis.minute_of(now)] if week.today in axis.days else []
    first = min([_FIRST * 60, *(piece.top for piece in pieces), *at])
    last = max([_LAST * 60, *(piece.bottom for piece in pieces), *at])
    return first // 60 * 60, min(-(-last // 60) * 60, axis.length)


def _block(block: Block, piece: Piece, top: str, height: str, viewer: Viewer) -> BlockView:
    span = viewer.span(block.span.start, block.span.end)
    seats = f"{block.seats_taken} of {block.capacity} seats"
    if block.is_group and block.minimum_by is not None and block.seats_taken < block.minimum_seats:
        seats = f"{seats}, needs {block.minimum_seats} by {viewer.moment(block.minimum_by)}"
    strong = block.title if block.is_group else block.who
    what = seats if block.is_group else block.title
    if block.kind is BlockKind.REQUEST and not block.is_group:
        strong = f"{block.who} asks"
    spoken = viewer.spoken_span(block.span.start, block.span.end)
    can = block.can
    is_one = not block.is_group
    return BlockView(
        key=f"{block.session_id}-{piece.top}",
        id=block.booking_id,
        session_id=block.session_id,
        kind=block.kind.value,
        top=top,
        height=height,
        minutes=piece.bottom - piece.top,
        is_short=piece.bottom - piece.top < _SHORT,
        has_what=piece.bottom - piece.top >= _ROOMY,
        strong=strong,
        what=what,
        span=span,
        label=f"{block.who or block.title}, {viewer.long_day(block.span.start)}, {spoken}, "
        f"{what}, {_KIND_WORDS[block.kind]}",
        is_group=block.is_group,
        can_drag=Action.RESCHEDULE in can or (is_one and Action.PROPOSE in can),
        can_accept=is_one and Action.ACCEPT in can,
        can_decline=is_one and Action.REJECT in can,
        can_propose=is_one and Action.PROPOSE in can,
        can_move=Action.RESCHEDULE in can,
        can_cancel=Action.CANCEL in can,
        can_join=Action.JOIN in can and block.has_room,
    )


def _week_heading(first: date, last: date) -> str:
    if first.month == last.month:
        return f"{first.day} – {last.day} {MONTHS[last.month - 1]} {last.year}"
    return f"{first.day} {MONTHS[first.month - 1][:3]} – {last.day} {MONTHS[last.month - 1][:3]} {last.year}"


def _hour(hour: int, viewer: Viewer) -> str:
    if viewer.hour_cycle == "h12":
        return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"
    return f"{hour:02}:00"
