"""Ways through the pages of an instructor that several journeys take, with whatever hand they have."""

from __future__ import annotations

import secrets

from playwright.sync_api import Locator, Page, expect

from tests.infra.visitor import Visitor
from tests.journeys.hands import MOUSE, Hand


def sign_up(visitor: Visitor, name: str, *, role: str, after: str, hand: Hand = MOUSE) -> str:
    """Somebody new, brought to the page ``after``; their address. ``role`` is the words of the form."""
    email = f"{secrets.token_hex(6)}@example.org"
    page = visitor.page
    visitor.open(f"/signup?next={after}")
    hand.write(page.get_by_label("Name"), name)
    hand.write(page.get_by_label("Email"), email)
    hand.write(page.get_by_label("Password", exact=True), secrets.token_hex(12))
    hand.press(page.get_by_role("radio", name=role))
    visitor.navigate(lambda: hand.press(page.get_by_role("button", name="Create account")))
    return email


def say_what_is_taught(page: Page, course: str, *, hand: Hand = MOUSE) -> None:
    """From a list of offerings that cannot be begun yet, to one that can."""
    hand.press(page.get_by_role("link", name="Say what you teach"))
    expect(page.get_by_role("heading", name="Your teaching")).to_be_visible()
    hand.write(page.get_by_role("textbox", name="Headline"), "Calm and clear")
    hand.press(page.get_by_role("checkbox", name=course))
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("heading", name="Nothing to book yet")).to_be_visible()


def offering_row(page: Page, title: str) -> Locator:
    """One of the list of offerings."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=title, exact=True))


def save_hours(page: Page, *, hand: Hand = MOUSE) -> None:
    """Save the week, and see it saved."""
    hand.press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("All changes are saved")).to_be_visible()


def block(page: Page, name: str) -> Locator:
    """A session in the week, by whom or what it is with."""
    return page.locator("[data-block]").filter(has_text=name)


def drag(session: Locator, *, to_day: Locator, hours: float) -> None:
    """Drag a session of the week to the column of another day, so many hours later, and let go."""
    page = session.page
    session.scroll_into_view_if_needed()
    box, column = session.bounding_box(), to_day.bounding_box()
    assert box is not None
    assert column is not None
    hour = page.locator("[data-week]").evaluate("node => getComputedStyle(node).getPropertyValue('--hour')")
    page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=4)
    page.mouse.move(column["x"] + 20, box["y"] + 12 + hours * float(hour.strip("px ")), steps=6)
    page.mouse.up()
