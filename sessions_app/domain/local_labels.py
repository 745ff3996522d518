"""How an instant reads to one person: their zone, their clock, the words for days.

Every local date and time that people see, on screens, in mails and in descriptions of calendar files, is written
here, so that a time looks the same wherever it stands. Dates come from converting the instant, never from
re-labelling a UTC date. Where the clock repeats an hour the label carries its offset, because without it two
different times would read the same.

    viewer = Viewer("Europe/Paris", "h23")
    viewer.day(start)                     Tue 1 Dec
    viewer.long_day(start)                Tuesday 1 December 2026
    viewer.span(start, end)               16:00 – 17:00
    viewer.moment(start)                  Tue 1 Dec, 16:00
    viewer.zone_label(start)              Paris (UTC+1)
    viewer.relative_day(start, now=now)   in 5 days

Which local time becomes which instant is decided in ``availability.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# Regions whose English writes "4:00 pm"; CLDR's preferred hour cycle.
_TWELVE_HOUR_REGIONS: Final = frozenset(
    {"AU", "BD", "CA", "CO", "EG", "IN", "JO", "MY", "NZ", "PH", "PK", "SA", "US"}
)
_NEAR: Final = timedelta(days=7)


def short_date(day: date, *, today: date | None = None) -> str:
    """Such as "Tue 1 Dec"; with the year when ``today`` is given and lies in another one: "Tue 1 Dec 2026"."""
    label = f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"
    return label if today is None or today.year == day.year else f"{label} {day.year}"


def long_date(day: date) -> str:
    """Such as "Tuesday 1 December 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def month_label(day: date) -> str:
    """Such as "December 2026"."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def relative_date(day: date, *, today: date) -> str:
    """Such as "Today", "Tomorrow", "Yesterday", "in 5 days", "5 days ago"."""
    ahead = (day - today).days
    named = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get(ahead)
    if named is not None:
        return named
    return f"in {ahead} days" if ahead > 0 else f"{-ahead} days ago"


def duration_label(minutes: int) -> str:
    """Such as "60 min", "90 min"; whole hours above two as "3 h", others as "3 h 15 min"."""
    hours, rest = divmod(minutes, 60)
    if minutes <= 120:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def duration_words(minutes: int) -> str:
    """Such as "30 minutes", "1 hour", "1 hour 30 minutes", "2 days"."""
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [counted(days, "day"), counted(hours, "hour"), counted(left, "minute")]
    return " ".join(part for part in parts if part) or "0 minutes"


def counted(count: int, noun: str) -> str:
    """Such as "1 day", "3 days"; empty for none."""
    return "" if count == 0 else f"{count} {noun}{'' if count == 1 else 's'}"


def zone_city(zone: str) -> str:
    """The city of an IANA zone name: "Buenos Aires" of America/Argentina/Buenos_Aires; "UTC" for UTC."""
    area, _, city = zone.rpartition("/")
    if area == "Etc":  # whose names count backwards: Etc/GMT+5 is UTC−5
        return offset_label(datetime(2000, 1, 1, tzinfo=UTC), zone)
    return city.replace("_", " ")


def offset_label(instant: datetime, zone: str) -> str:
    """How far the zone is from UTC at that instant: "UTC+1", "UTC−03:30", "UTC"."""
    minutes = round(_offset(instant, _zone(zone)) / timedelta(minutes=1))
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours:02}:{rest:02}" if rest else f"UTC{sign}{hours}"


def clocks_change_near(instant: datetime, zone: str) -> bool:
    """Whether the zone's offset changes within a week before or after the instant."""
    tz = _zone(zone)
    return len({_offset(instant + shift, tz) for shift in (-_NEAR, timedelta(0), _NEAR)}) > 1


def same_clock(instant: datetime, zone: str, other: str) -> bool:
    """Whether clocks in both zones show the same at that instant."""
    return _offset(instant, _zone(zone)) == _offset(instant, _zone(other))


def hour_cycle_for(locale: str) -> str:
    """The clock, "h12" or "h23", as people of a locale such as "en-US" or "fr_CA" write times."""
    language, _, rest = locale.replace("_", "-").partition("-")
    regions = {part.upper() for part in rest.split("-")}
    return "h12" if regions & _TWELVE_HOUR_REGIONS and language.lower() != "fr" else "h23"


@dataclass(frozen=True, slots=True)
class Viewer:
    """How to show instants to one person.

    ``zone`` is an IANA name; one that this machine does not know is shown in UTC and says so, since a page that
    fails helps nobody. ``hour_cycle`` is "h12", "h23", or empty to follow ``locale``.
    """

    zone: str
    hour_cycle: str = ""
    locale: str = "en"

    def local(self, instant: datetime) -> datetime:
        """The instant on this person's clock. Raises ValueError for a naive datetime."""
        return _aware(instant).astimezone(_zone(self.zone))

    def date_of(self, instant: datetime) -> date:
        """The local date on which the instant falls."""
        return self.local(instant).date()

    def day(self, instant: datetime, *, now: datetime | None = None) -> str:
        """Such as "Tue 1 Dec"; with the year when ``now`` is given and it is another one."""
        return short_date(self.date_of(instant), today=None if now is None else self.date_of(now))

    def long_day(self, instant: datetime) -> str:
        """Such as "Tuesday 1 December 2026"."""
        return long_date(self.date_of(instant))

    def named_day(self, instant: datetime, *, now: datetime) -> str:
        """Such as "Tomorrow, Friday 4 December", "Tuesday 8 December"; with the year when it is another one."""
        day, today = self.date_of(instant), self.date_of(now)
        label = long_date(day)
        if day.year == today.year:
            label = label.removesuffix(f" {day.year}")
        return f"{relative_date(day, today=today)}, {label}" if abs((day - today).days) <= 1 else label

    def relative_day(self, instant: datetime, *, now: datetime) -> str:
        """Such as "Today", "Tomorrow", "in 5 days", counted in this person's dates, not in spans of 24 hours."""
        return relative_date(self.date_of(instant), today=self.date_of(now))

    def time(self, instant: datetime) -> str:
        """Such as "16:00" or "4:00 pm"; in an hour that the clock repeats, with its offset: "02:30 UTC+2"."""
        return (
            f"{self._clock(instant)} {self.offset(instant)}"
            if self._repeats(instant)
            else self._clock(instant)
        )

    def moment(self, instant: datetime, *, now: datetime | None = None) -> str:
        """Such as "Tue 1 Dec, 16:00"."""
        return f"{self.day(instant, now=now)}, {self.time(instant)}"

    def span(self, start: datetime, end: datetime) -> str:
        """Such as "16:00 – 17:00"; an end on a later date names its day: "23:30 – 00:30 (Wed)"."""
        return self._joined(start, end, " – ")

    def spoken_span(self, start: datetime, end: datetime) -> str:
        """Such as "16:00 to 17:00", for accessible names."""
        return self._joined(start, end, " to ")

    def offset(self, instant: datetime) -> str:
        """Such as "UTC+1" at that instant."""
        return offset_label(instant, self.zone)

    @property
    def city(self) -> str:
        """Such as "Paris"."""
        return zone_city(self.known_zone)

    @property
    def known_zone(self) -> str:
        """The zone that labels are in: this person's, or UTC where the machine does not know theirs."""
        return _zone(self.zone).key

    def zone_label(self, instant: datetime) -> str:
        """Such as "Paris (UTC+1)"; "UTC" alone for UTC itself."""
        return _named(self.city, self.offset(instant))

    def long_zone_label(self, instant: datetime) -> str:
        """Such as "Europe/Paris (UTC+1)", for "Times shown in …"."""
        return _named(self.known_zone, self.offset(instant))

    def zone_hint(self, instant: datetime) -> str:
        """Such as "Paris", and "Paris, UTC+1" within a week of a clock change; where space is short."""
        if self.city == "UTC" or not clocks_change_near(instant, self.zone):
            return self.city
        return f"{self.city}, {self.offset(instant)}"

    def _joined(self, start: datetime, end: datetime, dash: str) -> str:
        shifts = _offset(start, _zone(self.zone)) != _offset(end, _zone(self.zone))
        if shifts or self._repeats(start) or self._repeats(end):
            first = f"{self._clock(start)} {self.offset(start)}"
            last = f"{self._clock(end)} {self.offset(end)}"
        else:
            first, last = self._clock(start), self._clock(end)
        # Midnight still belongs to the day that ends with it, as people speak.
        if self.date_of(end - timedelta(microseconds=1)) != self.date_of(start):
            last += f" ({WEEKDAYS[self.date_of(end).weekday()][:3]})"
        return f"{first}{dash}{last}"

    def _clock(self, instant: datetime) -> str:
        local = self.local(instant)
        if (self.hour_cycle or hour_cycle_for(self.locale)) != "h12":
            return f"{local:%H:%M}"
        return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"

    def _repeats(self, instant: datetime) -> bool:
        local = self.local(instant)
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):  # unknown, a folder of the database, malformed
        return ZoneInfo("UTC")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant has an offset, unlike {instant.isoformat()}")
    # Through UTC, since Python compares and subtracts datetimes of one zone by their wall clocks.
    return instant.astimezone(UTC)


def _offset(instant: datetime, tz: ZoneInfo) -> timedelta:
    return _aware(instant).astimezone(tz).utcoffset() or timedelta(0)


def _named(place: str, offset: str) -> str:
    return place if place == offset else f"{place} ({offset})"
