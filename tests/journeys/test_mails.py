"""Mails as a mail program shows them: readable by everybody, by day and by night, at any width."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.infra.browser import DESKTOP, PHONE, Screen, Theme, new_context
from tests.services.mail.examples import Message, every_message

MAILS = [message for message in every_message() if message.name.endswith("student.paris")]
MAILS += [message for message in every_message() if message.name.startswith("password-reset")]


@pytest.mark.parametrize(("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["light", "dark"])
@pytest.mark.parametrize("message", MAILS, ids=lambda message: message.kind)
def test_a_mail_has_no_serious_barrier_and_fits_its_screen(
    browser: Browser, message: Message, screen: Screen, theme: Theme
) -> None:
    context = new_context(browser, screen=screen, theme=theme)
    page = context.new_page()
    page.set_content(message.rendered().html)
    found = Axe().run(page).response["violations"]
    assert [barrier["id"] for barrier in found if barrier["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
