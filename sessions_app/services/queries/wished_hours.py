"""Which hours students looked for with an instructor, and which of them it would be worth to open.

Known from what students chose and booked and from searches that found nothing. Weekdays are counted from Monday = 0,
hours and dates are the instructor's. Whose hours these are is the caller's to have checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select as sql_select
from sqlmodel import col, select

from sessions_app.domain.availability import Calendar, dow_sunday0, zone_named
from sessions_app.models import Booking, ProductEvent
from sessions_app.services.analytics import Step
from sessions_app.services.unit_of_work import UnitOfWork

WORTH_SAYING: Final = 3
"""So many searches in vain make advice."""


class DayPart(StrEnum):
    """The parts of a day that advice names."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_HOURS: Final = {DayPart.MORNING: (8, 12), DayPart.AFTERNOON: (12, 17), DayPart.EVENING: (17, 22)}


@dataclass(frozen=True, slots=True)
class Advice:
    """Hours to open: so many searches for this weekday (0 = Monday) found nothing."""

    weekday: int
    part: DayPart
    searches: int


def wishes(
    work: UnitOfWork, *, instructor_id: str, since: datetime, zone: str
) -> tuple[dict[tuple[int, int], int], Counter[int]]:
    """What students chose or booked since then by weekday and hour, and the searches in vain by weekday.

    Somebody who chooses a time and then books it, or asks for one date again and again, is counted once.
    """
    chosen: set[tuple[str, datetime]] = set()
    asked: set[tuple[str, date]] = set()
    booked = work.db.execute(
        sql_select(col(Booking.booked_by_id), col(Booking.starts_at)).where(
            col(Booking.instructor_id) == instructor_id, col(Booking.created_at) >= since
        )
    )
    chosen |= {(person, start) for person, start in booked}
    events = work.db.exec(
        select(ProductEvent).where(
            col(ProductEvent.name).in_((Step.TIME_SELECTED, Step.SEARCH_UNMET)),
            col(ProductEvent.at) >= since,
            col(ProductEvent.properties)["st_id"].as_string() == instructor_id,
        )
    )
    for event in events:
        who = event.person_id or f"event:{event.id}"
        try:
            if event.name == Step.TIME_SELECTED:
                chosen.add((who, datetime.fromisoformat(str(event.properties["time"])).astimezone(UTC)))
            else:
                asked.add((who, date.fromisoformat(str(event.properties["date"]))))
        except ValueError:  # kept as somebody's address had it
            continue
    local = [start.astimezone(zone_named(zone)) for _, start in chosen]
    return (
        dict(Counter((one.weekday(), one.hour) for one in local)),
        Counter(on.weekday() for _, on in asked),
    )


def advice(
    calendar: Calendar, *, searches: Mapping[int, int], wishes: Mapping[tuple[int, int], int]
) -> Advice | None:
    """The weekday most searched in vain, and of its parts that are closed the one most chosen on any day."""
    for weekday, count in sorted(searches.items(), key=lambda one: (-one[1], one[0])):
        if count < WORTH_SAYING:
            return None
        closed = [part for part in DayPart if not _is_open(calendar, weekday, part)]
        if closed:
            return Advice(weekday, max(closed, key=lambda part: _wished(wishes, part)), count)
    return None


def _wished(wishes: Mapping[tuple[int, int], int], part: DayPart) -> int:
    first, end = PART_HOURS[part]
    return sum(count for (_, hour), count in wishes.items() if first <= hour < end)


def _is_open(calendar: Calendar, weekday: int, part: DayPart) -> bool:
    """Whether the weekly hours hold at least half of a part of that weekday (0 = Monday)."""
    first, end = (60 * hour for hour in PART_HOURS[part])
    day_of_week = dow_sunday0(date(2026, 1, 5) + timedelta(days=weekday))
    held = sum(
        max(0, min(rule.end_minute, end) - max(rule.start_minute, first))
        for rule in calendar.rules
        if rule.day_of_week == day_of_week
    )
    return 2 * held >= end - first
