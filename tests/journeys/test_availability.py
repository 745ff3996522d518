"""An instructor sets the week: by hand, by keyboard alone, on a phone; students see it at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from sessions_app.domain.permissions import Actor
from sessions_app.domain.schedules import WeeklyWindow
from sessions_app.models import Person
from sessions_app.services import availability
from sessions_app.services.availability import StoredSchedule
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.teaching import save_hours

PATH = "/instructor/availability"
only_on = pytest.mark.parametrize


@pytest.fixture
def instructor(backstage: Backstage) -> Person:
    """A new instructor of the first course, who offers hours and has none open."""
    return backstage.new_instructor()


@pytest.fixture
def at_the_page(backstage: Backstage, instructor: Person, visitor: Visitor) -> Visitor:
    return arrive(backstage, instructor, visitor)


def arrive(backstage: Backstage, instructor: Person, visitor: Visitor) -> Visitor:
    backstage.sign_in(visitor, instructor)
    visitor.open(PATH)
    expect(visitor.page.get_by_role("switch", name="Monday")).to_be_visible()
    return visitor


def row(page: Page, day: str) -> Locator:
    return page.get_by_role("group", name=day, exact=True)


def stored(backstage: Backstage, person: Person) -> StoredSchedule:
    return backstage.platform.read(availability.stored, Actor.system(), instructor_id=person.id)


def windows(backstage: Backstage, person: Person) -> list[tuple[int, int, int, bool]]:
    found = stored(backstage, person).schedule.windows
    return [(one.day_of_week, one.start_minute, one.end_minute, one.is_active) for one in found]


def test_a_week_is_set_copied_and_saved(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    page.get_by_role("switch", name="Monday").click()
    monday = row(page, "Monday")
    expect(monday.get_by_label("Start")).to_have_value("09:00")
    monday.get_by_label("End").fill("12")
    monday.get_by_label("End").blur()
    expect(monday.get_by_label("End")).to_have_value("12:00")
    page.get_by_role("button", name="Add hours to Monday").click()
    expect(monday.get_by_label("Start")).to_have_count(2)
    monday.get_by_label("End").nth(1).fill("5:30p")
    monday.get_by_label("End").nth(1).press("Enter")
    expect(monday.get_by_label("End").nth(1)).to_have_value("17:30")
    page.get_by_role("button", name="Copy Monday to…").click()
    copying = page.get_by_role("dialog", name="Copy Monday to…")
    copying.get_by_label("Wednesday").check()
    copying.get_by_label("Sunday").check()
    copying.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("switch", name="Sunday")).to_be_checked()
    page.get_by_role("button", name="Remove 13:00 to 17:30").last.click()
    expect(row(page, "Sunday").get_by_label("Start")).to_have_count(1)
    save_hours(page)
    assert windows(backstage, instructor) == [
        (0, 540, 720, True),
        (1, 540, 720, True),
        (1, 780, 1050, True),
        (3, 540, 720, True),
        (3, 780, 1050, True),
    ]
    page.get_by_role("switch", name="Sunday").click()
    save_hours(page)
    at_the_page.reload()
    page.get_by_role("switch", name="Sunday").click()
    expect(row(page, "Sunday").get_by_label("End")).to_have_value("12:00")


def test_what_was_typed_last_is_saved_by_the_click_on_save(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    page.get_by_role("switch", name="Monday").click()
    row(page, "Monday").get_by_label("End").fill("13:00")
    save_hours(page)
    assert windows(backstage, instructor) == [(1, 540, 780, True)]


def test_faults_are_told_at_the_row_and_joined(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    page.get_by_role("switch", name="Thursday").click()
    page.get_by_role("button", name="Add hours to Thursday").click()
    thursday = row(page, "Thursday")
    thursday.get_by_label("Start").nth(1).fill("16:30")
    thursday.get_by_label("Start").nth(1).blur()
    expect(thursday.get_by_role("alert")).to_contain_text("These hours overlap by 30 minutes.")
    expect(thursday.get_by_label("End").first).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Please put the marked hours right first.")).to_be_visible()
    assert windows(backstage, instructor) == []
    page.get_by_role("button", name=re.compile("Join into 09:00")).click()
    expect(thursday.get_by_role("alert")).to_have_count(0)


def test_hours_over_midnight_become_two(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    page.get_by_role("switch", name="Saturday").click()
    saturday = row(page, "Saturday")
    saturday.get_by_label("Start").fill("22:00")
    saturday.get_by_label("Start").blur()
    saturday.get_by_label("End").fill("02:00")
    saturday.get_by_label("End").blur()
    page.get_by_role("button", name=re.compile("Split at midnight")).click()
    expect(saturday.get_by_label("End")).to_have_value("24:00")
    save_hours(page)
    assert windows(backstage, instructor) == [(0, 0, 120, True), (6, 1320, 1440, True)]


def test_a_holiday_and_another_day_with_other_hours(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    today = backstage.platform.clock.now().date()
    first, last, other = (today + timedelta(days=days) for days in (40, 43, 50))
    page.get_by_role("button", name="Add a date override").click()
    dialog = page.get_by_role("dialog", name="Date override")
    dialog.get_by_label("First day").fill(first.isoformat())
    dialog.get_by_label("Last day").fill(last.isoformat())
    dialog.get_by_role("button", name="Add days").click()
    expect(dialog.get_by_text("4 days")).to_be_visible()
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("list").get_by_text("Unavailable").last).to_be_visible()
    page.get_by_role("button", name="Add a date override").click()
    dialog.get_by_label("First day").fill(other.isoformat())
    dialog.get_by_role("button", name="Add days").click()
    dialog.get_by_role("radio", name="Other hours").click()
    dialog.get_by_label("End").fill("11")
    dialog.get_by_label("End").blur()
    expect(dialog.get_by_label("End")).to_have_value("11:00")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("09:00 – 11:00")).to_be_visible()
    save_hours(page)
    overrides = {one.on: one.windows for one in stored(backstage, instructor).schedule.overrides}
    assert overrides == {first + timedelta(days=n): () for n in range(4)} | {other: ((540, 660),)}


def test_a_time_is_published_and_told_why_another_is_not_free(
    at_the_page: Visitor, backstage: Backstage
) -> None:
    page = at_the_page.page
    page.get_by_role("button", name="Publish a time").click()
    dialog = page.get_by_role("dialog", name="Publish a time")
    dialog.get_by_role("radio", name="A group").check()
    dialog.get_by_label("Seats of a group").fill("21")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(dialog.get_by_text("A group has 1 to 20 seats.")).to_be_visible()
    dialog.get_by_label("Seats of a group").fill("20")
    dialog.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Group, 20 seats, 60 min")).to_be_visible()
    in_a_week = backstage.platform.clock.now().date() + timedelta(days=7)
    page.get_by_label("On", exact=True).fill(in_a_week.isoformat())
    page.get_by_label("At", exact=True).fill("17")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("Outside your hours")).to_be_visible()
    expect(page.get_by_text("Students read: “The instructor has no hours then.”")).to_be_visible()


def test_students_see_new_hours_within_a_second(
    new_visitor: NewVisitor, backstage: Backstage, instructor: Person
) -> None:
    student = new_visitor(screen=DESKTOP)
    backstage.sign_in(student, backstage.new_student())
    student.open(f"/courses/{backstage.course().id}/book?instructor={instructor.id}")
    free = student.page.get_by_role("button", name=re.compile(r"\d{4}, \d+ times? available"))
    expect(student.page.get_by_role("grid")).to_be_visible()
    expect(free).to_have_count(0)
    editor = arrive(backstage, instructor, new_visitor(screen=DESKTOP))
    editor.page.get_by_role("button", name="Start from a pattern").click()
    editor.page.get_by_role("menuitem", name="Weekdays 9–17").click()
    expect(editor.page.get_by_role("switch", name="Friday")).to_be_checked()
    save_hours(editor.page)
    expect(free.first).to_be_visible()


def test_nobody_is_taken_on_the_same_day_and_told_so_politely(
    new_visitor: NewVisitor, screen: Screen, backstage: Backstage, instructor: Person
) -> None:
    backstage.platform.run(
        availability.set_weekly,
        Actor.system(),
        instructor_id=instructor.id,
        windows=[WeeklyWindow(day, 0, 1440) for day in range(7)],
    )
    editor = arrive(backstage, instructor, new_visitor(screen=screen))
    limits = editor.page.get_by_role("region", name="Limits")
    closed = limits.get_by_label("Not on the same day")
    closed.click()
    expect(closed).to_be_checked()
    expect(limits.get_by_role("textbox", name=re.compile("^Notice"))).to_be_disabled()
    save_hours(editor.page)
    assert stored(backstage, instructor).schedule.limits.not_same_day
    editor.reload()
    expect(closed).to_be_checked()

    student = new_visitor(screen=screen)
    backstage.sign_in(student, backstage.new_student())
    student.open(f"/courses/{backstage.course().id}/book?instructor={instructor.id}")
    grid = student.page.get_by_role("grid")
    today = grid.get_by_role("button", name=re.compile(", no times, today$"))
    today.focus()
    student.page.keyboard.press("Enter")
    why = student.page.get_by_role("status").filter(visible=True)
    expect(why.filter(has_text="It is too soon: book at the latest the day before")).to_be_visible()
    student.page.keyboard.press("ArrowRight")
    tomorrow = student.page.locator("[data-date]:focus")
    expect(tomorrow).to_have_accessible_name(re.compile(r"\d+ times available$"))


def test_a_draft_is_guarded_and_never_overwrites_another_save(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page
    page.get_by_role("switch", name="Monday").click()
    expect(page.get_by_role("region", name="Unsaved changes")).to_contain_text("Monday")
    page.get_by_role("link", name="Sessions, home").locator("visible=true").click()
    leaving = page.get_by_role("dialog", name="Leave without saving?")
    leaving.get_by_role("button", name="Stay").click()
    expect(page.get_by_role("switch", name="Monday")).to_be_checked()
    backstage.platform.run(availability.set_weekly, Actor.system(), instructor_id=instructor.id, windows=())
    version = stored(backstage, instructor).version
    backstage.platform.run(
        availability.set_dates,
        Actor.system(),
        instructor_id=instructor.id,
        dates=[backstage.platform.clock.now().date() + timedelta(days=9)],
        windows=(),
    )
    assert stored(backstage, instructor).version == version + 1
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("changed elsewhere")
    assert windows(backstage, instructor) == []
    page.get_by_role("button", name="Load the saved hours").click()
    expect(page.get_by_role("switch", name="Monday")).not_to_be_checked()
    page.get_by_role("link", name="Sessions, home").locator("visible=true").click()
    expect(page).not_to_have_url(re.compile("availability"))


@only_on("screen", [DESKTOP], indirect=True, ids=["desktop"])
def test_going_back_with_a_draft_asks_first(at_the_page: Visitor) -> None:
    page = at_the_page.page
    page.get_by_role("link", name="Offerings").locator("visible=true").first.click()
    expect(page.get_by_role("heading", name="Offerings", level=1)).to_be_visible()
    page.get_by_role("link", name="Availability").locator("visible=true").first.click()
    page.get_by_role("switch", name="Monday").click()
    expect(page.get_by_role("region", name="Unsaved changes")).to_contain_text("Monday")
    leaving = page.get_by_role("dialog", name="Leave without saving?")

    for _ in range(2):
        page.evaluate("history.back()")
        leaving.get_by_role("button", name="Stay").click()
        expect(page).to_have_url(re.compile(r"/instructor/availability$"))
        expect(page.get_by_role("switch", name="Monday")).to_be_checked()
    page.evaluate("history.back()")
    leaving.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Offerings", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/instructor/offerings"))


@only_on("screen", [DESKTOP], indirect=True, ids=["desktop"])
def test_the_keyboard_alone_sets_a_day(
    at_the_page: Visitor, backstage: Backstage, instructor: Person
) -> None:
    page = at_the_page.page

    def tab_to(role: str, name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(() => { const e = document.activeElement; const l = e.closest('label');"
                " return [e.getAttribute('role') || e.tagName.toLowerCase(),"
                " e.getAttribute('aria-label') || (l ? l.textContent : e.textContent)]; })()"
            )
            if focused == [role, name]:
                return
        raise AssertionError(f"Tab never reaches {role} {name}")

    tab_to("switch", "Tuesday")
    page.keyboard.press("Space")
    tuesday = row(page, "Tuesday")
    expect(tuesday.get_by_label("Start")).to_have_value("09:00")
    tab_to("input", "Start")
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    expect(tuesday.get_by_label("Start")).to_have_value("10:00")
    expect(tuesday.get_by_label("End")).to_be_focused()
    page.keyboard.type("12:20")
    page.keyboard.press("ArrowUp")
    tab_to("button", "Copy Tuesday to…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Copy Tuesday to…")).to_be_visible()
    tab_to("input", "Thursday")
    page.keyboard.press("Space")
    tab_to("button", "Apply")
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="Thursday")).to_be_checked()
    tab_to("button", "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All changes are saved")).to_be_visible()
    assert windows(backstage, instructor) == [(2, 600, 750, True), (4, 600, 750, True)]


@only_on(
    ("screen", "theme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)
def test_axe_finds_nothing_serious_in_the_editor_and_its_dialogs(
    new_visitor: NewVisitor, backstage: Backstage, screen: Screen, theme: Theme
) -> None:
    person = new_visitor(screen=screen, theme=theme)
    arrive(backstage, backstage.person("instructor@demo.test"), person)
    page = person.page
    page.get_by_role("button", name="Add hours to Friday").click()
    first = row(page, "Friday").get_by_label("Start").first
    first.fill("never")
    first.blur()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide
    page.get_by_role("button", name="Add a date override").click()
    expect(page.get_by_role("dialog", name="Date override")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("dialog", name="Date override").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Publish a time").click()
    expect(page.get_by_role("dialog", name="Publish a time")).to_be_visible()
    assert_accessible(page)
