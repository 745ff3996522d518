"""The ribbon of a day: who is free when, drawn on one axis from now, or from the first free hour, to the evening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sessions_app.domain.local_labels import Viewer, relative_date, short_date
from sessions_app.domain.timespans import TimeSpan
from sessions_app.services.queries.discovery import DayRibbon, RibbonRow

HOUR = timedelta(hours=1)
TICK_HOURS = 3
SHORTEST_AXIS = 6 * HOUR
_NEAR_EDGE = 7.0
"""Percent of the axis within which a tick's words would run into the edge or into "Now"."""


@dataclass(frozen=True)
class BlockView:
    """Free time on the axis. ``left`` and ``width`` are CSS percentages; ``start`` is shown, the rest is read out."""

    left: str
    width: str
    start: str
    spoken_before: str
    spoken_after: str
    href: str


@dataclass(frozen=True)
class RibbonRowView:
    """One instructor's day."""

    name: str
    price: str
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True)
class TickView:
    """A mark of the axis."""

    left: str
    label: str


@dataclass(frozen=True)
class RibbonView:
    """The whole ribbon. ``is_now`` while the axis begins at this very moment; without rows it is not shown."""

    title: str = "Free today"
    date_label: str = ""
    is_now: bool = True
    ticks: tuple[TickView, ...] = ()
    rows: tuple[RibbonRowView, ...] = ()


def ribbon_view(ribbon: DayRibbon, viewer: Viewer, *, now: datetime) -> RibbonView:
    """The ribbon as one person sees it."""
    axis = _axis(ribbon, viewer, now)
    return RibbonView(
        title=_title(ribbon.on, viewer.date_of(now)),
        date_label=f"{short_date(ribbon.on)}, {viewer.known_zone}",
        is_now=ribbon.is_today,
        ticks=_ticks(axis, viewer, has_now=ribbon.is_today),
        rows=tuple(
            RibbonRowView(row.name, row.price_label, _blocks(row, axis, viewer, ribbon.on))
            for row in ribbon.rows
        ),
    )


def _title(on: date, today: date) -> str:
    ahead = (on - today).days
    return f"Free {relative_date(on, today=today).lower()}" if ahead <= 1 else f"Free on {short_date(on)}"


def _axis(ribbon: DayRibbon, viewer: Viewer, now: datetime) -> TimeSpan:
    spans = [span for row in ribbon.rows for span in row.spans]
    first = min((span.start for span in spans), default=ribbon.day.start)
    last = max((span.end for span in spans), default=ribbon.day.end)
    start = now if ribbon.is_today else first - timedelta(minutes=viewer.local(first).minute)
    return TimeSpan(start, max(last, start + SHORTEST_AXIS))


def _ticks(axis: TimeSpan, viewer: Viewer, *, has_now: bool) -> tuple[TickView, ...]:
    """A mark at each third hour of the viewer's clock that has room for its words."""
    local = viewer.local(axis.start)
    at = axis.start - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    found = []
    while at < axis.end:
        place = _percent(axis, at)
        if viewer.local(at).hour % TICK_HOURS == 0 and (
            (2 * _NEAR_EDGE if has_now else _NEAR_EDGE) <= place <= 100 - _NEAR_EDGE
        ):
            found.append(TickView(f"{place:.2f}%", viewer.time(at)))
        at += HOUR
    return tuple(found)


def _blocks(row: RibbonRow, axis: TimeSpan, viewer: Viewer, on: date) -> tuple[BlockView, ...]:
    return tuple(
        BlockView(
            # A block is never narrower than its words, so the last ones must begin early enough.
            left=f"min({_percent(axis, span.start):.2f}%, 100% - 3rem)",
            width=f"{_percent(axis, span.end) - _percent(axis, span.start):.2f}%",
            start=viewer.time(span.start),
            spoken_before=f"{row.name}, free from ",
            spoken_after=f" to {viewer.time(span.end)}",
            href=f"/book/{row.instructor_id}?offering={row.offering_id}&date={on.isoformat()}",
        )
        for span in row.spans
    )


def _percent(axis: TimeSpan, at: datetime) -> float:
    return 100 * ((at - axis.start) / (axis.end - axis.start))
