"""Ways through the booking wizard that several journeys take."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.journeys.backstage import Backstage

FREE, PAID, BY_CREDITS, ON_REQUEST = (
    "First session",
    "One-to-one lesson",
    "Practice with credits",
    "A question of your own",
)


def book_page(backstage: Backstage, **query: str) -> str:
    ada = backstage.person("instructor@demo.test")
    facts = {"instructor": ada.id} | query
    course = backstage.course().id
    return f"/courses/{course}/book?" + "&".join(f"{name}={value}" for name, value in facts.items())


def times(page: Page) -> Locator:
    return page.get_by_role("group", name=re.compile(r"^\w+ \d+ \w+ \d{4}$")).get_by_role("button")


def open_times(page: Page) -> None:
    """To the times of the next free day, on any screen."""
    page.get_by_role("button", name="Next available").click()
    expect(times(page).first).to_be_visible()


def start_of(page: Page, button: Locator) -> datetime:
    """The instant behind a time button; the visitor's zone is Paris."""
    day = button.evaluate("node => node.closest('[role=group]').getAttribute('aria-label')")
    clock = (button.get_attribute("aria-label") or "").partition(" to ")[0]
    local = datetime.strptime(f"{day} {clock}", "%A %d %B %Y %H:%M").replace(tzinfo=ZoneInfo("Europe/Paris"))
    return local.astimezone(UTC)


def to_confirm(page: Page) -> None:
    open_times(page)
    times(page).first.click()
    expect(page.get_by_role("button", name="Book Session")).to_be_visible()
    expect(page).to_have_url(re.compile("booking="))


def pick_offering(page: Page, title: str) -> None:
    page.get_by_role("radiogroup", name="Session").get_by_text(title).click()
    expect(page.get_by_role("radio", name=re.compile(title))).to_be_checked()


def held_by(page: Page) -> str:
    """The id of the booking that the confirm step is about."""
    return parse_qs(urlsplit(page.url).query)["booking"][0]
