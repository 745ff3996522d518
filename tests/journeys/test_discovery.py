"""Finding an instructor and a course, as somebody who is not signed in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import NewVisitor, Visitor

SMALLEST = Screen("smallest", 320, 640, is_phone=True)
FIRST_COURSE = "Linear Algebra: from vectors to eigenvalues"


def results(page: Page) -> list[str]:
    expect(page.get_by_role("link", name="Book Session").first).to_be_visible()
    return page.locator("#results h3").all_inner_texts()


def to_first_course(visitor: Visitor) -> None:
    visitor.open("/courses")
    visitor.page.get_by_role("link", name=FIRST_COURSE).click()
    expect(visitor.page.get_by_role("heading", level=1, name=FIRST_COURSE)).to_be_visible()


def to_profile(visitor: Visitor) -> None:
    visitor.open("/instructors?q=lindqvist")  # who comes first depends on the hour
    visitor.page.get_by_role("link", name="Ada Lindqvist", exact=True).first.click()
    expect(visitor.page.get_by_role("heading", level=1, name="Ada Lindqvist")).to_be_visible()


def test_a_search_finds_without_accents_and_survives_a_reload(visitor: Visitor) -> None:
    visitor.open("/")
    page = visitor.page
    page.get_by_label("Subject or topic").fill("redaction")
    page.get_by_label("When").select_option("This week")
    page.get_by_role("button", name="Search").click()

    expect(page).to_have_url(re.compile(r"/\?q=redaction&when=week"))
    expect(page.locator("#results h3")).to_have_text(["Chloé Dubois-Lefèvre"])
    visitor.reload()
    expect(page.locator("#results h3")).to_have_text(["Chloé Dubois-Lefèvre"])
    expect(page.get_by_label("Subject or topic")).to_have_value("redaction")


def test_filters_add_up_leave_by_a_second_press_and_do_not_move_the_page(visitor: Visitor) -> None:
    visitor.open("/")
    page = visitor.page
    everybody = results(page)
    group = page.get_by_role("link", name="Group", exact=True)
    group.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")

    group.click()
    expect(page).to_have_url(re.compile(r"type=group"))
    expect(group).to_have_attribute("aria-current", "true")
    fewer = page.locator("#results h3")
    expect(fewer).not_to_have_text(everybody)
    expect(fewer).to_have_count(5)
    # Which of them have a time left this week depends on the day and the hour; their bars say it too.
    bars = page.get_by_role("img", name=re.compile("^Free times in the next 7 days: .*[1-9]"))
    expect(page.get_by_text(f"{bars.count()} with free times this week", exact=True)).to_be_visible()
    assert page.evaluate("scrollY") == before

    group.click()
    expect(group).to_have_attribute("aria-current", "false")
    expect(page.locator("#results h3")).to_have_text(everybody)


def test_a_search_without_results_offers_the_way_back(visitor: Visitor) -> None:
    visitor.open("/?q=nothing-like-this")
    page = visitor.page
    expect(page.get_by_role("heading", name="No instructor matches")).to_be_visible()

    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("#results h3")).to_have_count(6)


def test_more_instructors_are_shown_when_asked_for(visitor: Visitor) -> None:
    visitor.open("/instructors")
    page = visitor.page
    results(page)

    page.get_by_role("button", name=re.compile(r"Show \d+ more")).click()
    expect(page.get_by_role("button", name=re.compile(r"Show \d+ more"))).to_have_count(0)
    names = results(page)
    assert len(names) == len(set(names)) == 12


def test_a_course_leads_to_the_wizard_in_every_promised_way(visitor: Visitor) -> None:
    to_first_course(visitor)
    page = visitor.page
    course = page.url.rpartition("/")[2]

    expect(page.get_by_role("link", name="Book a Session")).to_have_attribute(
        "href", f"/courses/{course}/book"
    )
    expect(page.get_by_role("link", name="Book with Ada Lindqvist")).to_have_attribute(
        "href", re.compile(rf"^/courses/{course}/book\?instructor=usr_")
    )
    page.get_by_role("tab", name="Content").click()
    expect(page.get_by_role("heading", name="Diagonalisation")).to_be_visible()
    expect(page.get_by_role("link", name="Schedule Session")).to_have_attribute(
        "href", f"/courses/{course}/book"
    )


def test_enrolling_asks_a_visitor_to_sign_in_and_comes_back(visitor: Visitor) -> None:
    to_first_course(visitor)
    course = visitor.page.url.rpartition("/")[2]
    visitor.allow("404")  # until the sign-in page stands there

    visitor.page.get_by_role("button", name="Enroll").click()

    expect(visitor.page).to_have_url(re.compile(rf"/login\?next=%2Fcourses%2F{course}"))


def test_a_profile_leads_to_the_wizard(visitor: Visitor) -> None:
    to_profile(visitor)

    expect(visitor.page.get_by_role("link", name="Book Session")).to_have_attribute(
        "href", re.compile(r"^/book/usr_\w+\?offering=off_")
    )


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata"])
def test_times_are_those_of_the_visitors_zone(new_visitor: NewVisitor, zone: str) -> None:
    person = new_visitor(timezone=zone)
    to_profile(person)

    expect(person.page.get_by_text(f"Times shown in {zone}")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/courses", "/instructors", "course", "profile"])
def test_no_page_is_wider_than_the_smallest_phone(new_visitor: NewVisitor, path: str) -> None:
    person = new_visitor(screen=SMALLEST)
    if path == "course":
        to_first_course(person)
    elif path == "profile":
        to_profile(person)
    else:
        person.open(path)
        expect(person.page.get_by_role("status", name=re.compile("Loading"))).to_have_count(0)

    assert (
        person.page.evaluate("document.fonts.ready.then(() => document.documentElement.scrollWidth)") == 320
    )


@pytest.mark.parametrize(
    ("screen", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
def test_axe_finds_nothing_serious_on_a_course_and_a_profile(
    new_visitor: NewVisitor, screen: Screen, theme: Theme
) -> None:
    person = new_visitor(screen=screen, theme=theme)
    to_first_course(person)
    assert_accessible(person.page)
    person.page.get_by_role("tab", name="Content").click()
    assert_accessible(person.page)
    to_profile(person)
    assert_accessible(person.page)
