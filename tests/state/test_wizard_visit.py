"""What a visit to the wizard tells, and the addresses that its steps lead to. No browser, no Reflex."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sessions_app.domain.errors import InvalidInput, SlotTaken
from sessions_app.domain.permissions import Actor
from sessions_app.domain.slots import Reason
from sessions_app.services.analytics import FACTS, Step
from sessions_app.services.queries import held, wizard
from sessions_app.services.queries.held import HeldStep
from sessions_app.services.queries.wizard import TimeStep, Unmet, Wanted
from sessions_app.state.wizard import notices, visit
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.details import way_of
from tests.services.world import World, acting, at

SUNDAY = date(2026, 12, 6)
CHOOSING = Address(course_id="crs_1")
AT_TIMES = replace(CHOOSING, instructor="usr_2")
OF_A_DAY = replace(AT_TIMES, on=SUNDAY)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Views know no database."""
    return sqlite_url


@pytest.fixture
def hold(world: World) -> HeldStep:
    student = world.student()
    placed = world.hold(student, world.offering(), at(2, 10))
    return world.platform.read(held.held, acting(student), booking_id=placed.booking.id)


@pytest.mark.parametrize(
    ("before", "here", "told"),
    [
        (CHOOSING, AT_TIMES, [(Step.ST_SELECTED, {"st_id": "usr_2"})]),
        (AT_TIMES, OF_A_DAY, [(Step.DATE_SELECTED, {"date": "2026-12-06"})]),
        (OF_A_DAY, OF_A_DAY, []),
        (OF_A_DAY, AT_TIMES, []),
        (AT_TIMES, replace(OF_A_DAY, booking="bkg_4"), []),
    ],
)
def test_a_choice_is_told_once_when_it_is_made(before: Address, here: Address, told: list[Any]) -> None:
    assert visit.chosen_between(before, here) == told


def test_every_event_carries_what_it_may_and_nothing_else(hold: HeldStep) -> None:
    events = [
        visit.page_seen(course_id="", has_instructor=True),
        *visit.chosen_between(CHOOSING, OF_A_DAY),
        visit.time_chosen(at(2, 10), teacher_id="usr_2"),
        visit.booking_tried(hold),
        visit.booking_failed(SlotTaken()),
        visit.put_off("crs_1"),
        visit.searched_in_vain(SUNDAY, teacher_id="usr_2", offering_id="off_3"),
    ]
    assert [step for step, _ in events] == [step for step in Step if step is not Step.BOOKING_SUCCESS]
    assert all(facts.keys() == FACTS[step] for step, facts in events)


def test_a_search_in_vain_counts_where_more_hours_would_have_helped(world: World) -> None:
    world.offering()
    wanted = Wanted(zone="UTC", instructor_id=world.instructor.id, on=SUNDAY)
    step: TimeStep = world.platform.read(wizard.choose_time, Actor.anonymous(), wanted)

    def missed(reason: Reason) -> date | None:
        return visit.missed_day(replace(step, shown_on=SUNDAY, unmet_day=Unmet(SUNDAY, reason)))

    assert missed(Reason.BUSY) == SUNDAY
    assert missed(Reason.STUDENT_BUSY) is None


def test_only_the_tab_that_asked_for_a_start_can_prove_it() -> None:
    asked = AT_TIMES.asking_for(at(2, 10), offering="off_3", on=SUNDAY)
    proof = asked.proof_for("tab", secret="s")
    assert asked.to(proof=proof).endswith(f"proof={proof}")
    for other in (
        asked.proof_for("another tab", secret="s"),
        asked.proof_for("tab", secret="another"),
        replace(asked, slot=at(2, 11)).proof_for("tab", secret="s"),
    ):
        assert other != proof


def test_another_zone_shows_the_day_that_holds_the_start_there() -> None:
    late = replace(AT_TIMES, on=date(2026, 12, 2), slot=at(2, 23))
    assert late.in_zone("Europe/Paris", own="UTC").on == date(2026, 12, 3)
    assert late.in_zone("UTC", own="UTC").tz == ""
    assert OF_A_DAY.in_zone("Europe/Paris", own="UTC").on == SUNDAY


def test_letting_a_hold_go_leads_back_to_its_times() -> None:
    held_there = OF_A_DAY.holding("bkg_4", instructor="usr_2", offering="off_3")
    assert held_there.without_hold() == replace(OF_A_DAY, offering="off_3")


def test_only_a_way_to_pay_that_the_quote_offers_is_taken(hold: HeldStep) -> None:
    assert [way_of(hold, way.value) for way in hold.ways] == list(hold.ways)
    assert way_of(hold, "cheque") is None


def test_a_refusal_about_a_field_of_the_form_stands_beside_it() -> None:
    assert notices.is_beside_a_field(InvalidInput("Too long.", field="message"))
    assert not notices.is_beside_a_field(InvalidInput("Not a time.", field="starts_at"))
    assert not notices.is_beside_a_field(SlotTaken())
