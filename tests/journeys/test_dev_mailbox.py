"""Reading outgoing messages in a browser, under the page's own content security policy."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.infra.visitor import Visitor


def open_first(visitor: Visitor, tag: str) -> None:
    """Open the newest message whose subject begins with this tag."""
    visitor.open("/dev/mailbox")
    visitor.page.get_by_role("link").filter(has_text=f"[{tag}]").first.click()
    expect(visitor.page.locator("iframe")).to_be_visible()


def test_a_message_is_read_as_mail_as_text_and_as_calendar_file(visitor: Visitor) -> None:
    open_first(visitor, "Booked")
    page, mail = visitor.page, visitor.page.frame_locator("iframe")
    assert "?message=" in page.url
    expect(mail.get_by_role("heading", level=1)).to_be_visible()
    calendar = mail.get_by_role("link", name="Google Calendar").get_attribute("href")
    assert calendar is not None
    assert calendar.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")

    page.get_by_role("tab", name="Plain text").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Add to your calendar")
    page.get_by_role("tab", name="Calendar file").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("METHOD:REQUEST")


def test_a_link_in_a_mail_opens_a_tab_of_its_own(visitor: Visitor) -> None:
    open_first(visitor, "Requested")
    page = visitor.page
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Settings").click()
    opened.value.wait_for_url(re.compile("settings"))
    expect(page.get_by_role("heading", name="Outgoing messages")).to_be_visible()


def test_a_mail_never_makes_the_page_scroll_sideways(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 700})
    open_first(visitor, "Booked")
    for part in ("Mail", "Plain text", "Calendar file"):
        visitor.page.get_by_role("tab", name=part).click()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
