"""The availability page, driven by events as a browser would."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.permissions import Actor
from sessions_app.models import AvailabilityOverride, AvailabilityRule, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import availability
from sessions_app.state.availability import AvailabilityState
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of, redirected_to

MIDNIGHT = "Split at midnight: 22:00 – 24:00, then 00:00 – 02:00"
MONDAY, TUESDAY, SATURDAY, SUNDAY = 1, 2, 6, 0


@pytest.fixture
def page(tab: Tab, world: World) -> Page:
    world.offering()
    return Page(tab, world, world.instructor)


class Page:
    """The page in one tab, opened by its instructor."""

    def __init__(self, tab: Tab, world: World, person: Person) -> None:
        self.tab, self.world, self.person = tab, world, person
        tab.connect(cookie=cookie_of(world, person), path="/instructor/availability")
        self.send("open", by_itself=True)

    @property
    def state(self) -> AvailabilityState:
        return self.tab.state(AvailabilityState)

    def send(self, handler: str, **facts: Any) -> None:
        self.tab.send(AvailabilityState, handler, **facts)

    def day(self, number: int) -> list[tuple[str, str]]:
        (found,) = [one for one in self.state.days if one.number == number]
        return [(one.start, one.end) for one in found.intervals] if found.is_on else []

    def troubles(self, number: int) -> list[tuple[str, str]]:
        (found,) = [one for one in self.state.days if one.number == number]
        return [(one.text, one.fix) for one in found.troubles]

    def stored(self, number: int) -> list[tuple[int, int, bool]]:
        rows = self.world.platform.read(
            lambda work: list(
                work.db.exec(
                    select(AvailabilityRule).where(
                        col(AvailabilityRule.instructor_id) == self.person.id,
                        col(AvailabilityRule.day_of_week) == number,
                    )
                )
            ),
            Actor.system(),
        )
        return sorted((row.start_minute, row.end_minute, row.is_active) for row in rows)

    def said(self) -> list[str]:
        return [toast.title for toast in self.state.toasts]


def test_it_shows_the_week_from_monday_on_and_what_students_see(page: Page) -> None:
    state = page.state
    assert [day.name for day in state.days][::6] == ["Monday", "Sunday"]
    assert page.day(MONDAY) == [("08:00", "20:00")]
    assert (state.zone_name, state.zone_now, state.unsaved) == ("UTC", "12:00", "")
    assert state.preview.title == "Week of 30 November"
    assert state.preview.starts.endswith(" starts")
    assert state.preview.beyond == "Students can book until Tue 29 Dec."


def test_it_shows_weeks_as_the_device_begins_them(tab: Tab, world: World) -> None:
    world.offering()
    tab.connect(cookie=f"ws=7; {cookie_of(world, world.instructor)}", path="/instructor/availability")
    tab.send(AvailabilityState, "open")
    state = tab.state(AvailabilityState)
    assert [day.name for day in state.days] == [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
    ]  # fmt: skip
    assert state.preview.title == "Week of 29 November"
    assert (state.preview.heads[0].name, state.preview.heads[6].name) == (
        "Sunday 29 November 2026",
        "Saturday 5 December 2026",
    )

    tab.send(AvailabilityState, "turn_map", way=1)
    assert tab.state(AvailabilityState).preview.title == "Week of 6 December"

    tab.send(AvailabilityState, "show_map", shows="month")
    month = tab.state(AvailabilityState).preview
    assert [head.name for head in month.heads][::6] == ["Sunday", "Saturday"]
    assert [cell.mark for cell in month.rows[0].cells] == ["", "", "1", "2", "3", "4", "5"]

    tab.send(AvailabilityState, "ask_dates")
    dating = tab.state(AvailabilityState).dating
    assert [head.name for head in dating.heads][::6] == ["Sunday", "Saturday"]
    assert dating.weeks[0].cells[0].iso == "2026-11-29"

    for number in (SATURDAY, SUNDAY, MONDAY):
        tab.send(AvailabilityState, "switch_day", day=number)
    assert tab.state(AvailabilityState).unsaved == "Sunday, Monday and Saturday"


@pytest.mark.parametrize(
    ("first", "day", "title"),
    [
        ("1", 4, "Week of 30 November"),
        ("1", 5, "Week of 7 December"),
        ("1", 6, "Week of 7 December"),
        ("7", 4, "Week of 29 November"),
        ("7", 5, "Week of 6 December"),
        ("7", 6, "Week of 6 December"),
    ],
    ids=["friday", "saturday", "sunday", "friday of sunday's", "saturday of sunday's", "sunday of its own"],
)
def test_on_a_weekend_the_preview_shows_the_week_to_come(
    tab: Tab, world: World, first: str, day: int, title: str
) -> None:
    world.offering()
    world.clock.set(at(day, 12))
    tab.connect(cookie=f"ws={first}; {cookie_of(world, world.instructor)}", path="/instructor/availability")
    tab.send(AvailabilityState, "open")
    assert tab.state(AvailabilityState).preview.title == title


def test_nothing_is_stored_before_it_is_saved(page: Page) -> None:
    page.send("type_time", day=MONDAY, key=0, edge="start", text="9")
    page.send("add_hours", day=MONDAY)
    assert page.day(MONDAY) == [("09:00", "20:00"), ("21:00", "22:00")]
    assert page.state.unsaved == "Monday"
    assert page.stored(MONDAY) == [(480, 1200, True)]
    page.send("save")
    assert page.stored(MONDAY) == [(540, 1200, True), (1260, 1320, True)]
    assert (page.state.unsaved, page.said()) == ("", ["Hours saved"])


def test_the_preview_follows_each_edit(page: Page) -> None:
    before = page.state.preview.starts
    page.send("use_pattern", name="evenings")
    assert page.state.preview.starts != before
    assert page.state.preview.change.endswith("fewer than before")
    page.send("use_pattern", name="clear")
    assert page.state.preview.starts == "no starts"
    assert page.state.preview.none == "No open hours are long enough for a session of 60 minutes."


def test_switching_a_day_off_and_on_keeps_its_hours_across_a_save(page: Page) -> None:
    page.send("switch_day", day=SATURDAY)
    page.send("save")
    assert page.stored(SATURDAY) == [(480, 1200, False)]
    page.send("open")
    assert page.day(SATURDAY) == []
    page.send("switch_day", day=SATURDAY)
    assert page.day(SATURDAY) == [("08:00", "20:00")]


def test_every_edit_can_be_undone(page: Page) -> None:
    page.send("use_pattern", name="weekdays")
    page.send("copy_day", form={"from": "1", "to-0": "on", "to-6": "on"})
    assert page.day(SUNDAY) == page.day(SATURDAY) == [("09:00", "17:00")]
    page.send("undo")
    assert page.day(SUNDAY) == []
    page.send("undo")
    assert (page.day(SUNDAY), page.state.unsaved, page.state.can_undo) == ([("08:00", "20:00")], "", False)


def test_faults_are_told_at_their_row_and_nothing_is_saved(page: Page) -> None:
    page.send("add_hours", day=MONDAY)
    page.send("type_time", day=MONDAY, key=1, edge="start", text="19:30")
    assert page.troubles(MONDAY) == [("These hours overlap by 30 minutes.", "Join into 08:00 – 22:00")]
    assert page.state.preview.note == "Put the marked hours right to see what they offer."
    page.send("save")
    assert page.said() == ["Not saved yet"]
    assert page.stored(MONDAY) == [(480, 1200, True)]
    page.send("fix_hours", day=MONDAY, index=0)
    assert page.day(MONDAY) == [("08:00", "22:00")]
    page.send("save")
    assert page.stored(MONDAY) == [(480, 1320, True)]


@pytest.mark.parametrize(
    ("start", "end", "text", "fix"),
    [
        ("22:00", "2:00", "These hours end before they start.", MIDNIGHT),
        ("9", "9:20", "A session needs at least 30 minutes.", ""),
        ("9", "9:00", "The end must be after the start.", ""),
        ("9", "later", "This is not a time. Try 9:30 or 5:30 pm.", ""),
    ],
)  # fmt: skip
def test_each_fault_has_its_words(page: Page, start: str, end: str, text: str, fix: str) -> None:
    page.send("type_time", day=TUESDAY, key=0, edge="start", text=start)
    page.send("type_time", day=TUESDAY, key=0, edge="end", text=end)
    assert page.troubles(TUESDAY) == [(text, fix)]


def test_hours_over_midnight_are_split_onto_the_next_day(page: Page) -> None:
    page.send("use_pattern", name="clear")
    page.send("switch_day", day=SATURDAY)
    page.send("type_time", day=SATURDAY, key=0, edge="start", text="10 pm")
    page.send("type_time", day=SATURDAY, key=0, edge="end", text="2 am")
    page.send("fix_hours", day=SATURDAY, index=0)
    page.send("save")
    assert (page.stored(SATURDAY), page.stored(SUNDAY)) == ([(1320, 1440, True)], [(0, 120, True)])


def test_booked_sessions_outside_the_new_hours_are_listed(page: Page) -> None:
    page.world.book(page.world.student(), page.world.offering(), at(3, 15))
    page.send("refresh", by_itself=True)
    assert page.state.outside.title == ""
    page.send("use_pattern", name="evenings")
    assert page.state.outside.title == "1 booked session is outside these hours"
    assert page.state.outside.sessions == ["Thu 3 Dec, 15:00 – 16:00: One-to-one session"]


def test_a_save_elsewhere_is_told_and_not_overwritten(page: Page) -> None:
    page.send("add_hours", day=MONDAY)
    page.world.platform.run(
        availability.set_weekly, acting(page.person), instructor_id=page.person.id, windows=()
    )
    page.send("refresh", by_itself=True)
    assert page.state.is_stale
    page.send("save")
    assert page.state.problem.code == "schedule_changed"
    assert page.stored(MONDAY) == []
    page.send("discard")
    assert (page.day(MONDAY), page.state.is_stale) == ([], False)


def test_an_unsaved_draft_waits_for_its_tab(page: Page) -> None:
    page.send("use_pattern", name="clear")
    page.send("open", by_itself=True)
    assert page.state.unsaved == "7 days"


def test_limits_are_saved_and_refused_at_their_field(page: Page) -> None:
    for name, text in (("notice_minutes", "1,5"), ("buffer_minutes", "0"), ("week_cap", "9")):
        page.send("type_limit", name=name, text=text)
    assert page.state.unsaved == "limits"
    page.send("save")
    limits = page.world.platform.read(
        availability.stored, acting(page.person), instructor_id=page.person.id
    ).schedule.limits
    assert (limits.notice_minutes, limits.buffer_minutes, limits.week_cap, limits.day_cap) == (90, 0, 9, None)
    page.send("type_limit", name="horizon_days", text="731")
    assert [limit.error for limit in page.state.limits if limit.error] == [
        "Students can book 1 to 730 days ahead."
    ]
    page.send("type_limit", name="horizon_days", text="soon")
    assert [limit.error for limit in page.state.limits if limit.error] == ["Please type a number."]


def test_not_on_the_same_day_takes_the_place_of_the_hours_and_gives_them_back(page: Page) -> None:
    def stored() -> tuple[int | None, bool]:
        limits = page.world.platform.read(
            availability.stored, acting(page.person), instructor_id=page.person.id
        ).schedule.limits
        return limits.notice_minutes, limits.not_same_day

    page.send("type_limit", name="notice_minutes", text="5")
    page.send("close_same_day", is_closed=True)
    assert (page.state.not_same_day, page.state.unsaved) == (True, "limits")
    page.send("save")
    assert stored() == (300, True)
    page.send("close_same_day", is_closed=False)
    page.send("save")
    assert stored() == (300, False)


def test_a_zone_keeps_the_wall_times(page: Page) -> None:
    page.send("choose_zone", zone="Asia/Calcutta")
    assert (page.state.zone_name, page.state.zone_now, page.state.unsaved) == (
        "Asia/Kolkata",
        "17:30",
        "time zone",
    )
    page.send("save")
    page.send("refresh", by_itself=True)
    assert (page.state.visitor.zone, page.day(MONDAY)) == ("Asia/Kolkata", [("08:00", "20:00")])


def test_the_address_for_blocking_time_opens_the_dialog_once(tab: Tab, world: World) -> None:
    page = Page(tab, world, world.instructor)
    assert not page.state.dating.is_open
    tab.connect(cookie=cookie_of(world, page.person), path="/instructor/availability?block=1")
    assert redirected_to(tab.send(AvailabilityState, "open")) == "/instructor/availability"
    dating = page.state.dating
    assert (dating.is_open, dating.title, dating.is_away) == (True, "Date override", True)


class TestDates:
    def stored_dates(self, page: Page) -> list[tuple[date, int | None, int | None]]:
        rows = page.world.platform.read(
            lambda work: list(work.db.exec(select(AvailabilityOverride))), Actor.system()
        )
        return sorted((row.on_date, row.start_minute, row.end_minute) for row in rows)

    def test_single_days_and_a_holiday_at_once(self, page: Page) -> None:
        page.send("ask_dates", key="")
        page.send("toggle_date", iso="2026-12-09")
        page.send("add_range", form={"first": "2026-12-24", "last": "2026-12-26"})
        assert page.state.dating.chosen == "4 days, Wed 9 Dec to Sat 26 Dec"
        page.send("apply_dates")
        assert [(row.title, row.hours) for row in page.state.dates] == [
            ("Wednesday 9 December", "Unavailable"),
            ("Thursday 24 December to Saturday 26 December", "Unavailable"),
        ]
        assert (page.state.unsaved, page.state.dating.is_open) == ("4 overrides", False)
        page.send("save")
        assert [row[0].day for row in self.stored_dates(page)] == [9, 24, 25, 26]

    def test_other_hours_begin_as_the_weekly_ones(self, page: Page) -> None:
        page.send("ask_dates", key="")
        page.send("toggle_date", iso="2026-12-09")
        page.send("choose_away", value="hours")
        assert [(one.start, one.end) for one in page.state.dating.day.intervals] == [("08:00", "20:00")]
        page.send("type_date_time", key=0, edge="end", text="12")
        page.send("add_date_hours")
        page.send("apply_dates")
        page.send("save")
        assert self.stored_dates(page) == [(date(2026, 12, 9), 480, 720), (date(2026, 12, 9), 780, 840)]
        assert page.state.unsaved == ""

    def test_a_row_is_changed_and_removed(self, page: Page) -> None:
        page.send("ask_dates", key="")
        page.send("add_range", form={"first": "2026-12-24", "last": "2026-12-26"})
        page.send("apply_dates")
        page.send("ask_dates", key=page.state.dates[0].key)
        page.send("toggle_date", iso="2026-12-26")
        page.send("apply_dates")
        assert [row.title for row in page.state.dates] == ["Thursday 24 December to Friday 25 December"]
        page.send("remove_dates", key=page.state.dates[0].key)
        assert (page.state.dates, page.state.unsaved) == ([], "")

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"first": "2026-12-26", "last": "2026-12-24"}, "The last day is before the first."),
            ({"first": "2026-12-24", "last": "2027-12-24"}, "Choose 120 days at most at a time."),
        ],
    )
    def test_a_holiday_that_cannot_be_meant_is_told(
        self, page: Page, form: dict[str, str], said: str
    ) -> None:
        page.send("ask_dates", key="")
        page.send("add_range", form=form)
        assert page.state.dating.error == said
        page.send("apply_dates")
        assert page.state.dating.error == "Choose at least one day."

    def test_a_date_that_is_none_is_told_at_its_field(self, page: Page) -> None:
        page.send("ask_dates", key="")
        page.send("add_range", form={"first": "soon", "last": ""})
        assert page.state.problem.field == "first"


class TestPublishedTimes:
    FORM = {"on": "2026-12-05", "start": "10 pm", "kind": "group", "duration": "60", "seats": "3"}  # noqa: RUF012

    def test_a_time_is_published_changed_and_removed(self, page: Page) -> None:
        page.send("ask_slot", slot_id="")
        page.send("save_slot", form=self.FORM)
        (row,) = page.state.slots
        assert (row.title, row.what) == ("Saturday, 22:00 – 23:00", "Group, 3 seats, 60 min")
        assert row.note.startswith("No active offering")
        page.send("ask_slot", slot_id=row.id)
        assert page.state.publishing.start == "22:00"
        page.send("save_slot", form=self.FORM | {"kind": "individual", "start": "21:00"})
        (row,) = page.state.slots
        assert (row.title, row.what, row.note) == ("Saturday, 21:00 – 22:00", "One-to-one, 60 min", "")
        page.send("remove_slot", slot_id=row.id)
        assert page.state.slots == []

    def test_a_time_for_one_offering_keeps_it_when_it_is_changed(self, page: Page) -> None:
        own = page.world.offering(title="Exam help")
        page.send("ask_slot", slot_id="")
        assert ("Exam help, one-to-one, 60 min", own.id) in [
            (one.label, one.value) for one in page.state.slot_offerings
        ]
        single = self.FORM | {"kind": "individual", "offering": own.id}
        page.send("save_slot", form=single)
        page.send("ask_slot", slot_id=page.state.slots[0].id)
        assert page.state.publishing.offering == own.id
        page.send("save_slot", form=single | {"duration": "90"})
        assert page.state.problem.field == "duration"

    def test_publishing_leaves_the_draft_and_lets_it_be_saved(self, page: Page) -> None:
        page.send("add_hours", day=MONDAY)
        page.send("ask_slot", slot_id="")
        page.send("save_slot", form=self.FORM)
        page.send("save")
        assert page.stored(MONDAY) == [(480, 1200, True), (1260, 1320, True)]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"seats": "21"}, "seats"), ({"seats": "many"}, "seats"), ({"duration": "5"}, "duration"),
            ({"start": "late"}, "start"), ({"on": "2026-11-05"}, "start"), ({"on": "someday"}, "on"),
        ],
    )  # fmt: skip
    def test_bad_input_is_told_at_its_field(self, page: Page, wrong: dict[str, str], field: str) -> None:
        page.send("ask_slot", slot_id="")
        page.send("save_slot", form=self.FORM | wrong)
        assert (page.state.problem.field, page.state.publishing.is_open, page.state.slots) == (
            field,
            True,
            [],
        )

    def test_booked_times_are_locked(self, page: Page) -> None:
        page.send("save_slot", form=self.FORM)
        group = page.world.offering(session_type=SessionType.GROUP, capacity=3)
        page.world.book(page.world.student(), group, at(5, 22))
        page.send("refresh", by_itself=True)
        assert page.state.slots[0].is_booked
        page.send("remove_slot", slot_id=page.state.slots[0].id)
        assert page.state.problem.code == "invalid_transition"


class TestTheQuestion:
    def ask(self, page: Page, on: str, time: str) -> list[tuple[str, str]]:
        page.send("explain", form={"ask_on": on, "ask_at": time})
        return [(one.title, one.detail) for one in page.state.answer.reasons]

    def test_the_rule_is_named_with_what_is_in_the_way(self, page: Page) -> None:
        page.world.book(page.world.student(), page.world.offering(), at(3, 10))
        assert self.ask(page, "2026-12-03", "11") == [
            (
                "Too close to a session",
                "You keep 15 minutes between sessions. In the way: One-to-one session 10:00 – 11:00.",
            )
        ]
        assert page.state.answer.polite == "This is too close to another session."
        assert page.state.answer.reasons[0].href == "#limits"

    def test_several_reasons_come_in_order(self, page: Page) -> None:
        assert self.ask(page, "2026-12-01", "21:10") == [
            ("Too soon", "You ask for 12 hours notice; bookable from Wed 2 Dec, 00:00 on."),
            ("Outside your hours", "On Tuesdays you are open 08:00 – 20:00; the session has to end within."),
        ]

    def test_a_free_time_is_said_to_be_free(self, page: Page) -> None:
        assert self.ask(page, "2026-12-03", "10:30") == []
        assert page.state.answer.title == "Thu 3 Dec, 10:30 – 11:30 is offered."

    def test_what_cannot_be_read_is_told_at_its_field(self, page: Page) -> None:
        self.ask(page, "2026-12-03", "teatime")
        assert page.state.problem.field == "ask_at"


def test_the_maps_turn_within_what_can_be_booked(page: Page) -> None:
    assert not page.state.preview.can_go_back
    for _ in range(8):
        page.send("turn_map", way=1)
    assert (page.state.preview.title, page.state.preview.can_go_on) == ("Week of 28 December", False)
    page.send("show_map", shows="month")
    assert page.state.preview.title == "December 2026"
    assert not page.state.preview.can_go_on


def test_students_are_sent_away(tab: Tab, world: World) -> None:
    page = Page(tab, world, world.student())
    assert not page.state.ready
