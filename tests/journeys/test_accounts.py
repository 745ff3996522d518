"""Signing up, in and out, a forgotten password and the settings, as people do them."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from sessions_app.demo_accounts import DEMO_PASSWORD
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, Screen
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.conftest import Site

PASSWORD = "correct horse battery"


def new_email() -> str:
    return f"{secrets.token_hex(6)}@example.org"


def sign_up(visitor: Visitor, email: str, *, role: str = "To learn", after: str = "/settings") -> None:
    page = visitor.page
    visitor.open(f"/signup?next={after}")
    page.get_by_label("Name").fill("Ada King")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("radio", name=role).check()
    visitor.navigate(lambda: page.get_by_role("button", name="Create account").click())
    assert here(page) == after


def sign_in(visitor: Visitor, email: str, password: str) -> None:
    page = visitor.page
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    visitor.navigate(lambda: page.get_by_role("button", name="Sign in", exact=True).click())


def sign_out(visitor: Visitor) -> None:
    button = visitor.page.get_by_role("main").get_by_role("button", name="Sign out")
    visitor.navigate(button.click)
    assert here(visitor.page) == "/"


def here(page: Page) -> str:
    return urlsplit(page.url).path.rstrip("/") or "/"


def test_a_person_signs_up_out_and_in_again(visitor: Visitor) -> None:
    email = new_email()
    sign_up(visitor, email)
    expect(visitor.page.get_by_text(email)).to_be_visible()
    assert visitor.page.evaluate("document.cookie").find("sid=") == -1
    sign_out(visitor)
    visitor.open("/login?next=/settings")
    sign_in(visitor, email.upper(), PASSWORD)
    assert here(visitor.page) == "/settings"


def test_a_wrong_password_is_said_in_an_alert_and_the_address_is_kept(visitor: Visitor) -> None:
    email = new_email()
    visitor.open("/login")
    sign_in(visitor, email, "wrong password")
    expect(visitor.page.get_by_role("alert")).to_have_text("The email or the password is not right.")
    expect(visitor.page.get_by_label("Email")).to_have_value(email)
    expect(visitor.page.get_by_label("Password", exact=True)).to_have_value("")


def test_a_page_for_people_signed_in_leads_to_the_sign_in_page_and_back(visitor: Visitor) -> None:
    email = new_email()
    sign_up(visitor, email)
    sign_out(visitor)
    visitor.page.goto("/settings")
    visitor.page.wait_for_url(re.compile("/login"))
    visitor.wait_until_live()
    sign_in(visitor, email, PASSWORD)
    assert here(visitor.page) == "/settings"


def test_signing_in_works_before_the_page_is_alive(new_visitor: NewVisitor, site: Site) -> None:
    person = new_visitor(screen=DESKTOP)
    sign_up(person, email := new_email())
    sign_out(person)
    quick = person.context.browser.new_context(base_url=site.url, java_script_enabled=False)  # type: ignore[union-attr]
    page = quick.new_page()
    page.goto("/login?next=/help")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/help"))
    assert {cookie["name"] for cookie in quick.cookies()} == {"sid"}
    quick.close()


def test_a_demo_account_is_filled_in_by_one_press(visitor: Visitor) -> None:
    visitor.open("/login?next=/settings")
    page = visitor.page
    page.get_by_role("button", name="guardian@demo.test").click()
    expect(page.get_by_label("Email")).to_have_value("guardian@demo.test")
    expect(page.get_by_label("Password", exact=True)).to_have_value(DEMO_PASSWORD)
    visitor.navigate(lambda: page.get_by_role("button", name="Sign in", exact=True).click())
    expect(page.get_by_role("heading", name="Children")).to_be_visible()


def test_signing_up_twice_with_one_address_is_refused_at_its_field(visitor: Visitor) -> None:
    email = new_email()
    sign_up(visitor, email)
    sign_out(visitor)
    page = visitor.page
    visitor.open("/signup")
    page.get_by_label("Name").fill("Ada Again")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("radio", name="To book for my children").check()
    visitor.navigate(lambda: page.get_by_role("button", name="Create account").click())
    expect(page.get_by_role("alert")).to_contain_text("There is an account with this address already.")
    expect(page.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name")).to_have_value("Ada Again")
    expect(page.get_by_role("radio", name="To book for my children")).to_be_checked()


def test_a_calendar_address_is_made_copied_and_renewed(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_up(visitor, new_email())
    page = visitor.page
    page.get_by_role("button", name="Make a calendar address").click()
    field = page.get_by_role("textbox", name="Your calendar address")
    expect(field).to_have_value(re.compile(r"/api/feeds/[\w-]{43}\.ics$"))
    first = field.input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The address is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == first
    expect(page.get_by_role("link", name="Open in calendar app")).to_have_attribute(
        "href", first.replace("http://", "webcal://")
    )
    assert page.request.get(urlsplit(first).path).text().startswith("BEGIN:VCALENDAR")
    assert_accessible(page)

    page.get_by_role("button", name="Renew address").click()
    expect(field).not_to_have_value(first)
    assert page.request.get(urlsplit(first).path).status == 404
    assert page.request.get(urlsplit(field.input_value()).path).status == 200
    page.get_by_role("button", name="Remove address").click()
    expect(page.get_by_role("button", name="Make a calendar address")).to_be_visible()


def test_a_forgotten_password_says_the_same_for_everybody(visitor: Visitor) -> None:
    visitor.open("/login")
    visitor.page.get_by_role("link", name="Forgot it?").click()
    visitor.page.wait_for_url(re.compile("/forgot-password"))
    visitor.page.get_by_label("Email").fill(new_email())
    visitor.navigate(lambda: visitor.page.get_by_role("button", name="Send the link").click())
    expect(visitor.page.get_by_text("If there is an account with this address")).to_be_visible()


def test_the_mailed_link_sets_a_new_password_and_signs_out_everywhere_else(
    new_visitor: NewVisitor, site: Site, screen: Screen
) -> None:
    person, elsewhere = new_visitor(screen=screen), new_visitor()
    email = new_email()
    sign_up(elsewhere, email)
    person.open("/forgot-password")
    person.page.get_by_label("Email").fill(email)
    person.navigate(lambda: person.page.get_by_role("button", name="Send the link").click())
    (mail,) = site.mail.wait_for(email)
    link = re.search(r"http\S+/forgot-password\?token=\S+", mail.text)
    assert link is not None
    person.open(link[0].removeprefix(site.url))
    person.page.get_by_label("New password").fill("a wholly new one")
    person.navigate(lambda: person.page.get_by_role("button", name="Change password").click())
    expect(person.page.get_by_text("Your password is changed")).to_be_visible()
    person.open("/login?next=/settings")
    sign_in(person, email, "a wholly new one")
    assert here(person.page) == "/settings"
    elsewhere.page.get_by_role("button", name="Save name").click()
    elsewhere.page.wait_for_url(re.compile("/login"))


def test_a_dead_link_says_so_and_offers_another(visitor: Visitor) -> None:
    visitor.open("/forgot-password?token=made-up")
    page = visitor.page
    page.get_by_label("New password").fill(PASSWORD)
    visitor.navigate(lambda: page.get_by_role("button", name="Change password").click())
    expect(page.get_by_role("alert")).to_contain_text("This link has been used or has ended.")
    expect(page.get_by_role("button", name="Send the link")).to_be_visible()


def test_every_setting_is_stored_at_once(visitor: Visitor) -> None:
    sign_up(visitor, new_email(), role="To book for my children")
    page = visitor.page
    page.get_by_label("Your name").fill("Ada Lovelace")
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Name saved")).to_be_visible()
    page.get_by_role("button", name="Change time zone").click()
    page.get_by_label("Search time zones").fill("nepal")
    page.get_by_role("button", name="Kathmandu").click()
    expect(page.get_by_text("Asia/Kathmandu (UTC+05:45)")).to_be_visible()
    page.get_by_role("radio", name="12 h").click()
    expect(page.get_by_text("4:00 pm")).to_be_visible()
    page.get_by_role("switch", name="1 hour before").click()
    page.get_by_label("Child's name").fill("<b>Kim</b>")
    page.get_by_role("button", name="Add child").click()
    expect(page.get_by_role("listitem").filter(has_text="<b>Kim</b>")).to_be_visible()
    visitor.reload()
    expect(page.get_by_label("Your name")).to_have_value("Ada Lovelace")
    expect(page.get_by_text("Asia/Kathmandu (UTC+05:45)")).to_be_visible()
    expect(page.get_by_role("radio", name="12 h")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("switch", name="1 hour before")).to_have_attribute("aria-checked", "false")
    expect(page.get_by_role("switch", name="24 hours before, with the details")).to_have_attribute(
        "aria-checked", "true"
    )
    expect(page.get_by_text("<b>Kim</b>")).to_be_visible()


def test_a_password_is_changed_and_every_other_sign_in_ends(new_visitor: NewVisitor, screen: Screen) -> None:
    person, elsewhere = new_visitor(screen=screen), new_visitor()
    email = new_email()
    sign_up(person, email)
    elsewhere.open("/login?next=/settings")
    sign_in(elsewhere, email, PASSWORD)
    page = person.page
    page.get_by_label("Present password").fill("not it at all")
    page.get_by_label("New password").fill("a wholly new one")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not your present password.")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("You are signed out everywhere else.")).to_be_visible()
    expect(page.get_by_label("New password")).to_have_value("")
    elsewhere.page.get_by_role("button", name="Save name").click()
    elsewhere.page.wait_for_url(re.compile("/login"))
    sign_in(elsewhere, email, "a wholly new one")
    assert here(elsewhere.page) == "/settings"
    page.get_by_role("button", name="Save name").click()
    expect(page.get_by_text("Name saved")).to_be_visible()


def test_signing_out_in_one_tab_ends_the_other_at_its_next_step(visitor: Visitor) -> None:
    sign_up(visitor, new_email())
    other = visitor.context.new_page()
    visitor.watch(other)
    other.goto("/settings")
    expect(other.get_by_label("Your name")).to_have_value("Ada King")
    sign_out(visitor)
    other.get_by_role("button", name="Save name").click()
    other.wait_for_url(re.compile("/login"))


@pytest.mark.parametrize("path", ["/login", "/signup", "/forgot-password", "/forgot-password?token=x"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way(new_visitor: NewVisitor, path: str, theme: str) -> None:
    person = new_visitor(theme=theme)
    person.open(path)
    assert_accessible(person.page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_the_settings(new_visitor: NewVisitor, theme: str) -> None:
    person = new_visitor(theme=theme)
    sign_up(person, new_email(), role="To book for my children")
    person.page.get_by_role("button", name="Change time zone").click()
    expect(person.page.get_by_role("button", name="Paris")).to_be_visible()
    assert_accessible(person.page)
