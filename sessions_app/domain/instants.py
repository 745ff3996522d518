"""Reading the instants that programs send.

Three shapes are understood (product.md C-21): an instant with its offset, a wall time with the zone it is meant in,
and, for the edges of a range, a date, which means its first instant. What cannot be meant is InvalidInput at the
field it came in: a wall time without a zone, one that the clock skips, a year no calendar of ours reaches.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sessions_app.domain import availability
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.timespans import TimeSpan

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::00)?")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# A "+" that was not escaped in a query arrives as a space.
_UNESCAPED_PLUS: Final = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})$")
_YEARS: Final = range(1970, 3000)

MAX_DAYS: Final = 62
"""The longest range that is answered at once."""

_USUAL_RANGE: Final = timedelta(days=31)


def parse_instant(text: str, *, zone: str | None, field: str, fold: int = 0) -> datetime:
    """The UTC instant meant by ``2026-12-03T10:00:00Z`` or, in ``zone``, by ``2026-12-03T10:00:00``.

    The offset decides where there is one. A wall time that occurs twice is its first occurrence, with ``fold`` 1
    its second. Raises InvalidInput (``field``; ``timezone`` for a zone nobody knows).
    """
    moment = _parsed(text, field)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    if zone is None:
        raise InvalidInput("Please send an offset, such as Z, or a timezone.", field=field)
    return at_wall(moment, zone, field=field, fold=fold)


def parse_edge(text: str, *, zone: str, field: str) -> datetime:
    """As ``parse_instant``, and the first instant in ``zone`` of a date such as ``2026-12-03``."""
    if not _DATE.fullmatch(text):
        return parse_instant(text, zone=zone, field=field)
    availability.zone_named(zone)
    return availability.to_utc(parse_date(text, field=field), 0, zone)


def parse_range(start: str | None, end: str | None, *, zone: str, now: datetime) -> TimeSpan:
    """The range of ``from`` (now, when left out) to ``to`` (31 days later).

    Raises InvalidInput (``from``, ``to``) when it is empty, or longer than 62 days on the wall clock of ``zone``.
    """
    begins = now if start is None else parse_edge(start, zone=zone, field="from")
    ends = begins + _USUAL_RANGE if end is None else parse_edge(end, zone=zone, field="to")
    if ends <= begins:
        raise InvalidInput("Please send an end after the start.", field="to")
    wall = availability.zone_named(zone)
    # Days are counted on the wall: a range across a clock change is an hour longer or shorter than its days.
    if ends.astimezone(wall).replace(tzinfo=None) - begins.astimezone(wall).replace(tzinfo=None) > timedelta(
        days=MAX_DAYS
    ):
        raise InvalidInput(f"Ask for {MAX_DAYS} days at most.", field="to")
    return TimeSpan(begins, ends)


def parse_date(text: str, *, field: str) -> date:
    """A date written ``2026-12-03``. Raises InvalidInput (``field``)."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Please send a date such as 2026-12-03.", field=field) from None
    require_year(day.year, field)
    return day


def parse_minute(text: str, *, field: str) -> int:
    """The minute of the day of ``HH:MM``, 0 to 1440: ``24:00`` is the next midnight. Raises InvalidInput."""
    match = _TIME.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2])) if match else (99, 0)
    if minute > 59 or 60 * hour + minute > availability.MINUTES_A_DAY:
        raise InvalidInput("Please send a time such as 09:30.", field=field)
    return 60 * hour + minute


def at_minute(day: date, minute: int, zone: str, *, field: str, fold: int = 0) -> datetime:
    """The instant at which the clock of ``zone`` shows that minute of that date. Raises as ``at_wall``."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall time
    return at_wall(wall, zone, field=field, fold=fold)


def at_wall(wall: datetime, zone: str, *, field: str, fold: int = 0) -> datetime:
    """The instant of a wall time. Raises InvalidInput: ``timezone`` for an unknown zone, ``field`` when skipped."""
    try:
        return availability.parse_wall(wall, zone, fold)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, field=refused.field or field) from None


def _parsed(text: str, field: str) -> datetime:
    written = _UNESCAPED_PLUS.sub(r"\1+\2", text.upper())
    try:
        if not _INSTANT.fullmatch(written):
            raise ValueError(text)
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidInput("Please send a time such as 2026-12-03T10:00:00Z.", field=field) from None
    require_year(moment.year, field)
    return moment


def require_year(year: int, field: str) -> None:
    """Raise InvalidInput (``field``) for a year so far away that calendars end."""
    if year not in _YEARS:
        raise InvalidInput(f"Please send a year from {_YEARS[0]} to {_YEARS[-1]}.", field=field)


def length_asked(
    start: datetime,
    end: datetime | None,
    minutes: int | None,
    *,
    shortest: int,
    longest: int,
    end_field: str = "scheduled_end",
) -> int | None:
    """How many minutes from ``start`` are asked for by an end, a length, or both; None: by neither.

    Raises InvalidInput: ``end_field`` for an end that is no whole minutes after the start, ``duration`` for a length
    that is not the end's, either for one outside the bounds.
    """
    field = "duration"
    if end is not None:
        elapsed, rest = divmod(end - start, timedelta(minutes=1))
        if elapsed < 1 or rest:
            raise InvalidInput("Please send an end whole minutes after the start.", field=end_field)
        if minutes not in (None, elapsed):
            raise InvalidInput("The duration is not the time from start to end.", field="duration")
        minutes, field = elapsed, end_field
    if minutes is not None and not shortest <= minutes <= longest:
        raise InvalidInput(f"A session lasts {shortest} to {longest} minutes.", field=field)
    return minutes
