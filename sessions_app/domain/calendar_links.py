"""Links that put one session into somebody's calendar on the web, and subscribe to a feed.

Each function writes the address that one calendar understands (ux.md 9). Text is quoted with %20: Outlook shows
a plus sign where others read a space. The file for every other calendar is made in ``services/calendar_files.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

_GOOGLE = "https://calendar.google.com/calendar/render"
_GOOGLE_SUBSCRIBE = "https://calendar.google.com/calendar/r"
_OUTLOOK_COM = "https://outlook.live.com/calendar/deeplink/compose"
_OFFICE_365 = "https://outlook.office.com/calendar/deeplink/compose"
_YAHOO = "https://calendar.yahoo.com/"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a link says about a session; both instants are aware, ``details`` may have several lines."""

    title: str
    starts_at: datetime
    ends_at: datetime
    details: str = ""
    location: str = ""


def google(entry: CalendarEntry) -> str:
    """The address that opens the session as a new event in Google Calendar."""
    dates = f"{_compact(entry.starts_at)}/{_compact(entry.ends_at)}"
    return _link(
        _GOOGLE,
        {
            "action": "TEMPLATE",
            "text": entry.title,
            "dates": dates,
            "details": entry.details,
            "location": entry.location,
        },
    )


def outlook_com(entry: CalendarEntry) -> str:
    """The address that opens the session as a new event in a private Outlook calendar."""
    return _outlook(_OUTLOOK_COM, entry)


def office_365(entry: CalendarEntry) -> str:
    """The address that opens the session as a new event in an Outlook calendar of an organisation."""
    return _outlook(_OFFICE_365, entry)


def yahoo(entry: CalendarEntry) -> str:
    """The address that opens the session as a new event in Yahoo Calendar."""
    starts_at, ends_at = entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC)
    hours, minutes = divmod(round((ends_at - starts_at).total_seconds() / 60), 60)
    # Yahoo cuts a duration off at midnight, so a session across it states its end instead.
    until = (
        {"dur": f"{hours:02}{minutes:02}"}
        if starts_at.date() == ends_at.date()
        else {"et": _compact(ends_at)}
    )
    return _link(
        _YAHOO,
        {
            "v": "60",
            "title": entry.title,
            "st": _compact(starts_at),
            **until,
            "desc": entry.details,
            "in_loc": entry.location,
        },
    )


def subscription(feed_url: str) -> str:
    """The ``webcal:`` address with which Apple Calendar, Outlook and others subscribe to our ``.ics`` feed."""
    _, separator, rest = feed_url.partition("://")
    return f"webcal://{rest}" if separator else feed_url


def google_subscription(feed_url: str) -> str:
    """The address that makes Google Calendar subscribe to our ``.ics`` feed."""
    return f"{_GOOGLE_SUBSCRIBE}?cid={quote(subscription(feed_url), safe='')}"


def _outlook(base: str, entry: CalendarEntry) -> str:
    return _link(
        base,
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "startdt": _extended(entry.starts_at),
            "enddt": _extended(entry.ends_at),
            "subject": entry.title,
            "body": entry.details,
            "location": entry.location,
        },
    )


def _link(base: str, fields: Mapping[str, str]) -> str:
    # Slashes and colons are legal in a query and stay readable; everything else that is not plain is quoted.
    query = "&".join(f"{name}={quote(value, safe='/:')}" for name, value in fields.items() if value)
    return f"{base}?{query}"


def _compact(instant: datetime) -> str:
    return f"{_utc(instant):%Y%m%dT%H%M%SZ}"


def _extended(instant: datetime) -> str:
    return f"{_utc(instant):%Y-%m-%dT%H:%M:%SZ}"


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant has an offset, unlike {instant.isoformat()}")
    return instant.astimezone(UTC)
