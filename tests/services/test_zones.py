"""A zone is found by what people call it, and a city is never replaced by another."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sessions_app.domain.zones import is_zone, known_zones
from sessions_app.services import zones

WINTER = datetime(2026, 12, 1, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 12, tzinfo=UTC)


def first(text: str, now: datetime = WINTER) -> str:
    return zones.find(text, now=now)[0].name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("paris", "Europe/Paris"),
        ("PAR", "Europe/Paris"),
        ("kathm", "Asia/Kathmandu"),
        ("nepal", "Asia/Kathmandu"),
        ("+5:45", "Asia/Kathmandu"),
        ("UTC+05:45", "Asia/Kathmandu"),
        ("-3:30", "America/St_Johns"),
        ("−3:30", "America/St_Johns"),
        ("são paulo", "America/Sao_Paulo"),
        ("sao", "America/Sao_Paulo"),
        ("new york", "America/New_York"),
        ("united states", "America/New_York"),
        ("us eastern", "America/New_York"),
        ("calcutta", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("india", "Asia/Kolkata"),
        ("amsterdam", "Europe/Amsterdam"),
        ("utc", "UTC"),
        ("lord howe", "Australia/Lord_Howe"),
    ],
)
def test_a_zone_is_found_by_city_country_offset_or_old_name(text: str, name: str) -> None:
    assert first(text) == name


def test_abbreviations_and_offsets_are_todays() -> None:
    assert "Europe/Paris" in [zone.name for zone in zones.find("cest", now=SUMMER, limit=99)]
    assert "Europe/Paris" not in [zone.name for zone in zones.find("cest", now=WINTER, limit=99)]
    assert first("utc+2", SUMMER) == "Europe/Paris"


def test_before_anybody_types_common_zones_are_offered() -> None:
    assert [zone.name for zone in zones.find("  ", now=WINTER, limit=99)] == list(zones.COMMON)


def test_nonsense_finds_nothing() -> None:
    assert zones.find("xyzzy", now=WINTER) == []
    assert zones.find("paris xyzzy", now=WINTER) == []


def test_every_place_of_the_database_is_found_by_its_own_name() -> None:
    for place in zones._places().values():
        assert place in zones.find(place.name, now=WINTER, limit=999)
        assert is_zone(place.name)


def test_every_known_name_has_a_zone_of_today_with_the_same_clock() -> None:
    for name in known_zones():
        today = zones.canonical(name)
        assert zones.canonical(today) == today
        assert WINTER.astimezone(ZoneInfo(today)).utcoffset() == WINTER.astimezone(ZoneInfo(name)).utcoffset()


@pytest.mark.parametrize(
    ("name", "today"),
    [
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("US/Eastern", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("GMT", "UTC"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("Mars/Olympus", "Mars/Olympus"),
    ],
)
def test_old_spellings_become_todays_and_cities_stay_themselves(name: str, today: str) -> None:
    assert zones.canonical(name) == today


@pytest.mark.parametrize("name", ["", "localtime", "posixrules", "Factory", "Mars/Olympus", "../etc/passwd"])
def test_what_names_no_place_is_no_zone(name: str) -> None:
    assert not is_zone(name)
