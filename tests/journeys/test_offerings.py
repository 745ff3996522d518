"""Offerings from both sides: a new instructor makes them, a student finds, books and reads their files."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import AvailabilityRule, Person
from sessions_app.services.unit_of_work import UnitOfWork
from tests.infra.axe import assert_accessible
from tests.infra.browser import DESKTOP, PHONE, Screen, Theme
from tests.infra.visitor import NewVisitor, Visitor
from tests.journeys.backstage import Backstage
from tests.journeys.teaching import offering_row, say_what_is_taught, sign_up
from tests.journeys.wizard import to_confirm

PAGE = "/instructor/offerings"
PDF = b"%PDF-1.7\n% a worksheet\n"
desktop = pytest.mark.parametrize("screen", [DESKTOP], ids=["desktop"], indirect=True)


def arrive(visitor: Visitor, name: str) -> str:
    """A new instructor on the page of their offerings; their address."""
    email = sign_up(visitor, name, role="To teach", after=PAGE)
    expect(visitor.page.get_by_role("heading", name="Offerings", level=1)).to_be_visible()
    return email


def keep_hours(backstage: Backstage, person: Person) -> None:
    """Every day from 8 to 20."""

    def change(work: UnitOfWork) -> None:
        for day in range(7):
            work.db.add(
                AvailabilityRule(
                    instructor_id=person.id, day_of_week=day, start_minute=8 * 60, end_minute=20 * 60
                )
            )

    backstage.do(change)


def upload(page: Page, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    page.get_by_label("Add files").set_input_files(file)


def test_a_new_instructor_makes_two_offerings_and_a_student_books_both(
    new_visitor: NewVisitor, backstage: Backstage, tmp_path: Path, screen: Screen
) -> None:
    teacher = new_visitor(screen=screen)
    page = teacher.page
    name = f"Nora {secrets.token_hex(3).title()}"
    email = arrive(teacher, name)
    course = backstage.course()
    say_what_is_taught(page, course.title)

    # One-to-one, by card, with what is wrong said at its field first.
    page.get_by_role("link", name="Make your first offering").click()
    expect(page.get_by_role("heading", name="New offering")).to_be_visible()
    page.get_by_role("textbox", name="Price a seat").fill("-5")
    page.get_by_role("button", name="Create offering").click()
    expect(page.get_by_text("Please enter a title.")).to_be_visible()
    expect(page.get_by_text("A price cannot be negative.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("textbox", name="Title").fill("Exam practice")
    page.get_by_role("textbox", name="Price a seat").fill("32")
    expect(page.get_by_text("You receive €28.80 after the 10 % fee").locator("visible=true")).to_be_visible()
    page.get_by_role("radio", name="Free").check()
    expect(page.get_by_role("textbox", name="Price a seat")).to_be_hidden()
    page.get_by_role("button", name="Create offering").click()
    expect(offering_row(page, "Exam practice")).to_contain_text("Free")

    # A group, too large at first; then with a file.
    page.get_by_role("link", name="New offering").click()
    page.get_by_role("textbox", name="Title").fill("Problem hour")
    page.get_by_role("radio", name="Free").check()
    page.get_by_role("radio", name="A group").check()
    page.get_by_role("textbox", name="Seats").fill("21")
    page.get_by_role("button", name="Create offering").click()
    expect(page.get_by_text("A group has 2 to 20 seats.")).to_be_visible()
    page.get_by_role("textbox", name="Seats").fill("4")
    page.get_by_role("button", name="Create offering").click()
    group = offering_row(page, "Problem hour")
    expect(group).to_contain_text("Group of 4")
    group.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name="Materials")).to_be_visible()
    teacher.allow("415", "413")
    upload(page, tmp_path / "Worksheet.pdf", b"MZ\x90\x00 a program")
    expect(page.get_by_role("alert").filter(has_text="Files of this kind are not taken")).to_be_visible()
    upload(page, tmp_path / "Large.pdf", PDF + bytes(21_000_000))
    expect(page.get_by_role("alert").filter(has_text="Please keep files under 20 MB.")).to_be_visible()
    upload(page, tmp_path / "Worksheet.pdf", PDF)
    expect(page.get_by_role("link", name="Worksheet.pdf")).to_be_visible()

    # The student.
    person = backstage.person(email)
    keep_hours(backstage, person)
    student = new_visitor(screen=screen)
    backstage.sign_in(student, backstage.new_student())
    student.open(f"/instructors/{person.id}")
    for title in ("Exam practice", "Problem hour"):
        expect(student.page.get_by_text(title).first).to_be_visible()
    for title in ("Exam practice", "Problem hour"):
        book(student, person, title)
    with student.page.expect_download() as got:
        student.page.get_by_role("link", name="Worksheet.pdf").click()
    assert Path(got.value.path()).read_bytes() == PDF
    assert got.value.suggested_filename == "Worksheet.pdf"


def book(student: Visitor, host: Person, title: str) -> None:
    page = student.page
    student.open(f"/instructors/{host.id}")
    offered = page.get_by_role("listitem").filter(has_text=title)
    href = offered.get_by_role("link").first.get_attribute("href")
    assert href is not None
    student.open(href)
    to_confirm(page)
    page.get_by_role("button", name="Book Session").click()
    expect(page.get_by_role("heading", name="Session Booked!")).to_be_visible()


@desktop
def test_offerings_are_put_in_order_by_keyboard_and_by_drag(visitor: Visitor, backstage: Backstage) -> None:
    page = visitor.page
    teacher_with_two(visitor, backstage)
    titles = page.get_by_role("main").get_by_role("heading", level=2)
    expect(titles).to_have_text(["First", "Second"])
    down = offering_row(page, "First").get_by_role("button", name="Move down")
    down.focus()
    page.keyboard.press("Enter")
    expect(titles).to_have_text(["Second", "First"])
    expect(page.get_by_role("status").filter(has_text="First is now number 2 of 2")).to_be_attached()
    expect(down).to_be_focused()

    offering_row(page, "First").locator("[data-handle]").drag_to(
        offering_row(page, "Second"), target_position={"x": 60, "y": 3}
    )
    expect(titles).to_have_text(["First", "Second"])
    visitor.reload()
    expect(titles).to_have_text(["First", "Second"])


def teacher_with_two(visitor: Visitor, backstage: Backstage) -> None:
    """The visitor, signed in as a new instructor with two free offerings."""
    person = backstage.new_instructor("First", "Second")
    backstage.sign_in(visitor, person)
    visitor.open(PAGE)
    expect(offering_row(visitor.page, "Second")).to_be_visible()


@desktop
def test_switching_copying_and_leaving_with_changes(visitor: Visitor, backstage: Backstage) -> None:
    page = visitor.page
    teacher_with_two(visitor, backstage)
    page.get_by_role("switch", name="Offer First").click()
    expect(page.get_by_role("switch", name="Offer First")).to_have_attribute("aria-checked", "false")
    offering_row(page, "First").get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("First (copy)")

    page.get_by_role("textbox", name="Description").fill("Something new")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("main").get_by_role("link", name="Offerings").click()
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Something new")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("main").get_by_role("link", name="Offerings").click()
    expect(page.get_by_role("heading", name="Offerings", level=1)).to_be_visible()
    expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(
        ["First", "First (copy)", "Second"]
    )

    page.get_by_role("link", name="New offering").click()
    page.get_by_role("textbox", name="Title").fill("Never saved")
    page.get_by_role("link", name="Discard").click()
    expect(offering_row(page, "First (copy)")).to_be_visible()
    expect(offering_row(page, "Never saved")).to_have_count(0)


@desktop
def test_going_back_with_changes_asks_first_and_loses_nothing_when_staying(
    visitor: Visitor, backstage: Backstage
) -> None:
    page = visitor.page
    teacher_with_two(visitor, backstage)
    offering_row(page, "First").get_by_role("link", name="Edit").click()
    description = page.get_by_role("textbox", name="Description")
    description.fill("Something new")
    editor, asked = page.url, []

    for _ in range(2):
        page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.evaluate("history.back()")
        expect(page).to_have_url(editor)
        expect(description).to_have_value("Something new")
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", name="Offerings", level=1)).to_be_visible()
    assert len(asked) == 3

    # Nothing changed, nothing asked.
    page.evaluate("history.forward()")
    expect(description).to_have_value("")
    page.evaluate("history.back()")
    expect(offering_row(page, "First")).to_be_visible()


def test_what_is_told_floats_above_the_bar_that_saves(visitor: Visitor, backstage: Backstage) -> None:
    backstage.sign_in(visitor, backstage.person("instructor@demo.test"))
    page = visitor.page
    for path, words in (
        (f"{PAGE}?new=1", "Create offering"),
        (f"{PAGE}?profile=1", "Save"),
        ("/instructor/availability", "Save"),
    ):
        visitor.open(path)
        saves = page.get_by_role("button", name=words, exact=True).bounding_box()
        told = page.locator("[data-toasts]").evaluate("node => node.getBoundingClientRect().bottom")
        assert saves is not None
        assert told < saves["y"], path


@pytest.mark.parametrize(
    ("screen", "theme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["desktop-light", "desktop-dark", "phone-light", "phone-dark"],
)
def test_nothing_serious_stands_in_the_way(
    new_visitor: NewVisitor, backstage: Backstage, screen: Screen, theme: Theme
) -> None:
    ada = backstage.person("instructor@demo.test")
    person = new_visitor(screen=screen, theme=theme)
    backstage.sign_in(person, ada)
    page = person.page
    offering = backstage.offering("Problem class")
    for path, heading in (
        (PAGE, "Offerings"),
        (f"{PAGE}?new=1", "New offering"),
        (f"{PAGE}?edit={offering.id}", "Edit offering"),
        (f"{PAGE}?profile=1", "Your teaching"),
    ):
        person.open(path)
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    person.open(f"{PAGE}?new=1")
    page.get_by_role("button", name="Create offering").click()
    expect(page.get_by_text(re.compile("Please enter a title"))).to_be_visible()
    assert_accessible(page)
