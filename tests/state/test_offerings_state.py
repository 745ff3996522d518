from __future__ import annotations

from typing import Any

import pytest

from sessions_app.domain.permissions import Role
from sessions_app.models import InstructorProfile, Person
from sessions_app.models.catalogue import SessionType, Visibility
from sessions_app.services import materials
from sessions_app.state.offerings import OfferingsState
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of

FORM: dict[str, Any] = {
    "title": "Exam practice",
    "description": "",
    "requirements": "",
    "pay": "card",
    "minutes0": "50",
    "amount0": "32,00",
    "credits0": "",
    "kind": "individual",
    "seats": "6",
    "minimum": "1",
    "cutoff": "",
    "mode": "instant",
    "topic": "fixed",
    "modality": "online",
    "place": "",
    "policy": "tiered",
    "who": "everyone",
}


def sign_in(tab: Tab, world: World, person: Person, path: str = "/instructor/offerings") -> None:
    tab.connect(cookie=cookie_of(world, person), path=path)


@pytest.fixture
def state(tab: Tab, world: World) -> OfferingsState:
    """The page of the world's instructor, open."""
    sign_in(tab, world, world.instructor)
    tab.send(OfferingsState, "open", by_itself=True)
    return tab.state(OfferingsState)


def open_at(tab: Tab, world: World, query: str) -> OfferingsState:
    sign_in(tab, world, world.instructor, f"/instructor/offerings?{query}")
    tab.send(OfferingsState, "open", by_itself=True)
    return tab.state(OfferingsState)


def form(world: World, **changes: str) -> dict[str, str]:
    return FORM | {"about": f"course:{world.course.id}"} | changes


def titles(state: OfferingsState) -> list[str]:
    return [row.title for row in state.rows]


def test_what_is_saved_stands_in_the_list(tab: Tab, world: World, state: OfferingsState) -> None:
    made = open_at(tab, world, "new=1")
    assert (made.mode, made.editor.heading) == ("offering", "New offering")
    events = tab.send(OfferingsState, "save", form=form(world))
    assert events, "it leads back to the list"
    tab.connect(path="/instructor/offerings")
    listed = open_at(tab, world, "")
    assert listed.mode == "list"
    [row] = listed.rows
    assert (row.title, row.price, row.unit, row.is_active) == ("Exam practice", "€32.00", "50 min", True)


def test_every_fault_stands_at_its_field_and_nothing_is_stored(tab: Tab, world: World) -> None:
    state = open_at(tab, world, "new=1")
    wrong = form(world, title="", minutes0="x", amount0="-5", kind="group", seats="21", modality="in_person")
    tab.send(OfferingsState, "save", form=wrong)
    assert {name for name, said in state.errors.items() if said} == {
        "title",
        "minutes0",
        "amount0",
        "seats",
        "place",
    }
    tab.send(OfferingsState, "save", form=form(world, title="", amount0="much"))
    assert {name for name, said in state.errors.items() if said} == {"title", "amount0"}
    assert titles(open_at(tab, world, "")) == []


def test_several_lengths_are_made_in_one_go_and_faults_stay_in_their_row(tab: Tab, world: World) -> None:
    state = open_at(tab, world, "new=1")
    tab.send(OfferingsState, "add_length")
    tab.send(OfferingsState, "add_length")
    tab.send(OfferingsState, "remove_length", row=1)
    assert state.shown_rows == [0, 2]
    rows = form(world, minutes2="10", amount2="20", minutes1="ignored", amount1="ignored")
    tab.send(OfferingsState, "save", form=rows)
    assert {name for name, said in state.errors.items() if said} == {"minutes2"}
    tab.send(OfferingsState, "save", form=rows | {"minutes2": "30"})
    assert [(row.unit, row.price) for row in open_at(tab, world, "").rows] == [
        ("50 min", "€32.00"),
        ("30 min", "€20.00"),
    ]


def test_the_preview_follows_what_is_typed(tab: Tab, world: World) -> None:
    state = open_at(tab, world, "new=1")
    assert state.preview == []
    tab.send(OfferingsState, "type_in", name="amount0", value="32")
    [line] = state.preview
    assert (line.price, line.unit) == ("€32.00", "for 60 min")
    assert line.share == "You receive €28.80 after the 10 % fee"
    tab.send(OfferingsState, "type_in", name="pay", value="free")
    assert state.preview[0].price == "Free"
    tab.send(OfferingsState, "type_in", name="title", value="not priced")
    tab.send(OfferingsState, "type_in", name="pay", value="either")
    assert state.preview == []
    tab.send(OfferingsState, "type_in", name="credits0", value="2")
    assert state.preview[0].price == "€32.00 or 2 credits"


def test_an_offering_opens_as_it_stands(tab: Tab, world: World) -> None:
    offering = world.offering(
        price_minor=3250,
        credits=2,
        session_type=SessionType.GROUP,
        capacity=8,
        minimum_seats=3,
        visibility=Visibility.LINK,
    )
    world.book(world.student(), offering, at(3, 10), pay_with=None)
    state = open_at(tab, world, f"edit={offering.id}")
    view = state.editor
    assert (view.pay, view.lengths[0].amount, view.lengths[0].credits) == ("either", "32.50", "2")
    assert (view.kind, view.seats, view.minimum, view.who) == ("group", "8", "3", "link")
    assert view.link.endswith(f"/book/{world.instructor.id}?offering={offering.id}")
    assert view.ahead == "1 booked seat keeps its price and rules."


def test_somebody_elses_offering_opens_nothing(tab: Tab, world: World) -> None:
    other = world.offering(world.new_instructor("Omar Haddad"))
    state = open_at(tab, world, f"edit={other.id}")
    assert state.mode == "list"
    assert state.toasts[-1].title == "We cannot find that offering."


def test_rows_are_switched_moved_and_copied(tab: Tab, world: World) -> None:
    one, two, three = (world.offering(title=title, position=at) for at, title in enumerate("ABC"))
    state = open_at(tab, world, "")
    tab.send(OfferingsState, "step", offering_id=one.id, by=1)
    assert titles(state) == ["B", "A", "C"]
    assert state.moved == "A is now number 2 of 3"
    tab.send(OfferingsState, "drop", told=f"{three.id}:0")
    assert titles(state) == ["C", "B", "A"]
    for told in ("", "x", f"{three.id}:9999", f"{three.id}:-1", "off_unknown:1"):
        tab.send(OfferingsState, "drop", told=told)
    tab.send(OfferingsState, "step", offering_id=three.id, by=-1)
    tab.send(OfferingsState, "step", offering_id=three.id, by=7)
    assert titles(state) == ["C", "B", "A"]
    tab.send(OfferingsState, "switch", offering_id=two.id)
    assert [row.is_active for row in state.rows] == [True, False, True]
    assert tab.send(OfferingsState, "duplicate", offering_id=two.id)
    assert titles(open_at(tab, world, "")) == ["C", "B", "B (copy)", "A"]


def test_files_are_listed_and_removed(tab: Tab, world: World) -> None:
    offering = world.offering()
    added = materials.add(
        world.platform,
        acting(world.instructor),
        offering_id=offering.id,
        name="Worksheet.pdf",
        content=b"%PDF-1.7",
    )
    state = open_at(tab, world, f"edit={offering.id}")
    [file] = state.files
    assert (file.name, file.note, file.href) == ("Worksheet.pdf", "PDF, 1 kB", f"/api/materials/{added.id}")
    tab.send(OfferingsState, "remove_file", material_id=added.id)
    assert state.files == []


def test_a_new_instructor_says_what_they_teach_first(tab: Tab, world: World) -> None:
    new = world.person("Nora New", Role.INSTRUCTOR)
    world.add(InstructorProfile(person_id=new.id))
    sign_in(tab, world, new, "/instructor/offerings?new=1")
    tab.send(OfferingsState, "open", by_itself=True)
    state = tab.state(OfferingsState)
    assert (state.mode, state.has_subjects) == ("list", False)

    sign_in(tab, world, new, "/instructor/offerings?profile=1")
    tab.send(OfferingsState, "open", by_itself=True)
    said = {"headline": "Calm", "bio": "", "rate": "much"}
    tab.send(OfferingsState, "save_profile", form=said)
    assert state.errors["rate"]
    tab.send(OfferingsState, "save_profile", form=said | {"rate": "40"})
    assert state.errors["teaches"]
    told = said | {"rate": "40", f"teaches {world.course.id}": "on"}
    assert tab.send(OfferingsState, "save_profile", form=told)
    tab.send(OfferingsState, "open", by_itself=True)
    assert state.has_subjects
    assert (state.profile.headline, state.profile.rate) == ("Calm", "40.00")


def test_a_student_is_turned_away(tab: Tab, world: World) -> None:
    sign_in(tab, world, world.student())
    tab.send(OfferingsState, "open", by_itself=True)
    assert tab.state(OfferingsState).mode == ""
