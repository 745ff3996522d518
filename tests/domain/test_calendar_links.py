"""The add-to-calendar addresses, letter by letter (ux.md 9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import calendar_links
from sessions_app.domain.calendar_links import CalendarEntry

START = datetime(2026, 12, 1, 15, tzinfo=UTC)
ENTRY = CalendarEntry(
    title="Maths with Ada",
    starts_at=START,
    ends_at=START + timedelta(hours=1),
    details="Free & open: 1+1=2\nJoin here",
    location="http://localhost:8000/session/ses_1/room",
)


def test_google() -> None:
    assert calendar_links.google(ENTRY) == (
        "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Maths%20with%20Ada"
        "&dates=20261201T150000Z/20261201T160000Z&details=Free%20%26%20open:%201%2B1%3D2%0AJoin%20here"
        "&location=http://localhost:8000/session/ses_1/room"
    )


def test_outlook_com() -> None:
    assert calendar_links.outlook_com(ENTRY) == (
        "https://outlook.live.com/calendar/deeplink/compose?path=/calendar/action/compose&rru=addevent"
        "&startdt=2026-12-01T15:00:00Z&enddt=2026-12-01T16:00:00Z&subject=Maths%20with%20Ada"
        "&body=Free%20%26%20open:%201%2B1%3D2%0AJoin%20here"
        "&location=http://localhost:8000/session/ses_1/room"
    )


def test_office_365_takes_the_same_query_on_its_own_host() -> None:
    private, work = urlsplit(calendar_links.outlook_com(ENTRY)), urlsplit(calendar_links.office_365(ENTRY))
    assert work.netloc == "outlook.office.com"
    assert (work.path, work.query) == (private.path, private.query)


def test_yahoo() -> None:
    assert calendar_links.yahoo(ENTRY) == (
        "https://calendar.yahoo.com/?v=60&title=Maths%20with%20Ada&st=20261201T150000Z&dur=0100"
        "&desc=Free%20%26%20open:%201%2B1%3D2%0AJoin%20here"
        "&in_loc=http://localhost:8000/session/ses_1/room"
    )


def test_yahoo_gets_the_end_of_a_session_across_midnight() -> None:
    late = CalendarEntry("Maths", START + timedelta(hours=8, minutes=30), START + timedelta(hours=10))
    assert calendar_links.yahoo(late) == (
        "https://calendar.yahoo.com/?v=60&title=Maths&st=20261201T233000Z&et=20261202T010000Z"
    )


def test_a_feed_is_subscribed_to_by_webcal() -> None:
    feed = "https://sessions.example/api/feeds/t0k3n.ics"
    assert calendar_links.subscription(feed) == "webcal://sessions.example/api/feeds/t0k3n.ics"
    assert calendar_links.google_subscription(feed) == (
        "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fsessions.example%2Fapi%2Ffeeds%2Ft0k3n.ics"
    )


def test_local_instants_are_written_in_utc_and_naive_ones_refused() -> None:
    paris = START.astimezone(ZoneInfo("Europe/Paris"))
    assert "dates=20261201T150000Z/20261201T160000Z" in calendar_links.google(
        CalendarEntry("Maths", paris, paris + timedelta(hours=1))
    )
    with pytest.raises(ValueError, match="has an offset"):
        calendar_links.google(CalendarEntry("Maths", START.replace(tzinfo=None), START))


@given(title=st.text(), details=st.text())
def test_no_text_can_add_or_change_a_field(title: str, details: str) -> None:
    title, details = (text.encode("utf-8", "replace").decode() for text in (title, details))
    entry = CalendarEntry(title, START, START + timedelta(hours=1), details=details)
    link = calendar_links.google(entry)
    assert "+" not in link
    assert " " not in link
    fields = parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert set(fields) <= {"action", "text", "dates", "details"}
    assert fields.get("text", [""]) == [title]
    assert fields.get("details", [""]) == [details]
