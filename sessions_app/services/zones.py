"""Finding a time zone by what people call it: a city, a country, an abbreviation or an offset.

The names come with the zone database itself (the ``tzdata`` package): its list of places by country and its links
from old spellings. Every city stays itself: another one with the same clock is never put in its place.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sessions_app.domain.local_labels import offset_label, zone_city
from sessions_app.domain.zones import is_zone

COMMON = (
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "UTC",
)
"""What is offered before anybody has typed."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone people choose: its IANA name, its city and its country (none for UTC)."""

    name: str
    city: str
    country: str


def canonical(name: str) -> str:
    """Today's name of a zone: Asia/Kolkata for Asia/Calcutta; cities of their own stay, unknown names too."""
    return name if name in _places() else _links().get(name, name)


def zone_named(name: str) -> Zone:
    """The zone with this name, old or new."""
    today = canonical(name)
    return _places().get(today) or Zone(today, zone_city(today), "")


def find(text: str, *, now: datetime, limit: int = 12) -> list[Zone]:
    """The zones that match every word of ``text``, the likeliest first.

    A word matches the city, the country, the beginning of either, an old name ("Calcutta"), or today's abbreviation
    ("CET") or offset ("+5:45", "UTC+1"). Case and accents do not matter. Equals come in the order of the zone
    database, which puts the most populous of a country first.
    """
    words = _words(text)
    if not words:
        return [zone_named(name) for name in COMMON][:limit]
    ranked = []
    for position, zone in enumerate(_places().values()):
        rank = _rank(zone, words, now)
        if rank is not None:
            ranked.append((rank, zone.name not in COMMON, position, zone))
    return [zone for *_, zone in sorted(ranked, key=lambda entry: entry[:3])][:limit]


def _rank(zone: Zone, words: list[str], now: datetime) -> int | None:
    city, country = _words(zone.city), _words(zone.country)
    other = _words(" ".join((zone.name, *_old_names().get(zone.name, ()))))
    clock = _clock_words(zone.name, now)
    worst = 0
    for word in words:
        matches = (
            word in city,
            word in country,
            any(part.startswith(word) for part in city),
            word in clock,
            any(part.startswith(word) for part in country),
            any(part.startswith(word) for part in other),
        )
        if not any(matches):
            return None
        worst = max(worst, matches.index(True))
    return worst


def _clock_words(name: str, now: datetime) -> frozenset[str]:
    offset = offset_label(now, name).replace("−", "-").removeprefix("UTC") or "+0"
    hours, colon, minutes = offset[1:].partition(":")
    forms = {f"{offset[0]}{hour}{colon}{minutes}" for hour in (hours.zfill(2), str(int(hours)))}
    abbreviation = (now.astimezone(ZoneInfo(name)).tzname() or "").lower()
    named = {abbreviation} if abbreviation.isalpha() else set()
    return frozenset({f"{prefix}{form}" for prefix in ("", "utc", "gmt") for form in forms} | named)


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return plain.replace("_", " ").replace("/", " ").replace(",", " ").replace("−", "-").split()


@lru_cache(maxsize=1)
def _places() -> dict[str, Zone]:
    countries = {code: name for code, name, *_ in _table("iso3166.tab")}
    places = {}
    for code, _, name, *_ in _table("zone.tab"):
        if is_zone(name):
            places[name] = Zone(name, zone_city(name), countries.get(code, code))
    return {**places, "UTC": Zone("UTC", "UTC", "")}


@lru_cache(maxsize=1)
def _links() -> dict[str, str]:
    links = {
        alias: target
        for line in _text("tzdata.zi").splitlines()
        if line[:2] == "L "
        for _, target, alias in [line.split(" ")]
    }
    found = {alias: links.get(target, target) for alias, target in links.items()}
    # Several names for the same thing that has no city.
    return {
        alias: "UTC" if target in ("Etc/UTC", "Etc/GMT") else target for alias, target in found.items()
    } | {"Etc/UTC": "UTC", "Etc/GMT": "UTC"}


@lru_cache(maxsize=1)
def _old_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for alias, today in _links().items():
        if alias not in _places():
            names.setdefault(today, []).append(alias)
    return names


def _table(file: str) -> list[list[str]]:
    lines = _text(file).splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _text(file: str) -> str:
    return files("tzdata").joinpath("zoneinfo", file).read_text(encoding="utf-8")
