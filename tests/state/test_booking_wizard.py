"""The wizard's states, driven by events as a browser would."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from sessions_app.domain.permissions import Actor
from sessions_app.models import AvailabilityOverride, DeferredEnrollment, Person
from sessions_app.models.catalogue import BookingMode, TopicType
from sessions_app.services import bookings
from sessions_app.services.analytics import Step
from sessions_app.state.book import BookState
from sessions_app.state.confirmation import ConfirmationState
from sessions_app.state.test_pay import TestPayState
from tests.services.world import World, acting, at
from tests.state.conftest import Tab, cookie_of


class Booker:
    """A person in the wizard: follows every redirect, as the router does."""

    def __init__(self, tab: Tab, world: World, person: Person | None = None, *, zone: str = "UTC") -> None:
        self.tab, self.world, self.path = tab, world, ""
        self.cookie = f"tz={zone}; hc=24" + (f"; {cookie_of(world, person)}" if person else "")

    @property
    def state(self) -> BookState:
        return self.tab.state(BookState)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def go(self, path: str) -> Booker:
        self.path = path
        self.tab.connect(cookie=self.cookie, path=path)
        state = ConfirmationState if path.startswith("/booking/") else BookState
        if path.startswith("/test-pay/"):
            state = TestPayState
        if path.startswith(("/courses/", "/book")) or state is not BookState:
            self._follow(self.tab.send(state, "load"))
        return self

    def do(self, handler: str, **payload: Any) -> Booker:
        self._follow(self.tab.send(BookState, handler, **payload))
        return self

    def times(self) -> list[str]:
        return [
            row.start
            for day in self.state.times.days
            for part in day.parts
            for row in part.rows
            if not row.clash
        ]

    def choose(self, start: str = "20261202T100000Z") -> Booker:
        return self.do("choose", start=start)

    def book(self, **form: Any) -> Booker:
        return self.do("book", form={"reminders": "on", **form})

    def _follow(self, events: list[Any]) -> None:
        for event in events:
            path = next((value for name, value in event.args if str(name) == "path"), None)
            if path is not None:
                self.go(str(path).strip('"'))


@pytest.fixture
def home(world: World) -> str:
    world.offering()
    return f"/courses/{world.course.id}/book"


def when(home: str, world: World, **query: str) -> str:
    return f"{home}?instructor={world.instructor.id}" + "".join(f"&{k}={v}" for k, v in query.items())


# --- the address


def test_the_course_entry_begins_with_whom(tab: Tab, world: World, home: str) -> None:
    state = Booker(tab, world, world.student()).go(home).state
    assert state.step == "choose"
    assert [choice.person.name for choice in state.people] == ["Ada Lindqvist"]
    assert (state.head.context, state.head.step) == ("for Linear Algebra", 1)


def test_the_instructors_entry_begins_with_when(tab: Tab, world: World, home: str) -> None:
    state = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").state
    assert state.step == "when"
    assert state.head.back_href == f"/instructors/{world.instructor.id}"
    assert state.times.days[0].label == "Wednesday 2 December 2026"
    assert not state.times.is_open, "on a phone the month comes first"


@pytest.mark.parametrize(
    ("told", "name", "begins"), [("7", "Sunday", "2026-11-29"), ("9", "Monday", "2026-11-30")]
)
def test_the_month_has_weeks_as_the_device_begins_them(
    tab: Tab, world: World, home: str, told: str, name: str, begins: str
) -> None:
    booker = Booker(tab, world, world.student())
    booker.cookie += f"; ws={told}"
    month = booker.go(when(home, world)).state.month
    assert (month.weekdays[0].name, month.weeks[0].days[0].iso) == (name, begins)


def test_a_day_of_the_address_is_shown_and_opens_the_times(tab: Tab, world: World, home: str) -> None:
    state = Booker(tab, world, world.student()).go(when(home, world, date="2026-12-09")).state
    assert state.times.is_open
    assert state.times.days[0].iso == "2026-12-09"
    chosen = [day.iso for week in state.month.weeks for day in week.days if day.is_selected]
    assert chosen == ["2026-12-09"]


@pytest.mark.parametrize(
    "query", ["date=never", "month=2026-13", "tz=Mars/Base", "slot=x", "booking=bkg_none", "offering=off_no"]
)
def test_what_cannot_be_read_in_an_address_is_left_out(tab: Tab, world: World, home: str, query: str) -> None:
    name, value = query.split("=")
    booker = Booker(tab, world, world.student()).go(when(home, world, **{name: value}))
    assert booker.state.step == "when"
    assert booker.times()


def test_a_course_or_person_that_does_not_exist_is_said_to_be_gone(tab: Tab, world: World) -> None:
    assert Booker(tab, world).go("/courses/crs_x/book").state.step == "gone"
    assert Booker(tab, world).go("/book/usr_x").state.step == "gone"


def test_times_are_those_of_the_zone_in_the_address(tab: Tab, world: World, home: str) -> None:
    state = Booker(tab, world, world.student()).go(when(home, world, tz="Asia/Kathmandu")).state
    assert (state.zone.name, state.zone.offset) == ("Asia/Kathmandu", "UTC+05:45")
    assert state.times.days[0].parts[0].rows[0].label == "13:45 to 14:45"
    assert not state.zone.is_own


def test_a_chosen_zone_goes_into_the_address_and_an_unknown_one_nowhere(
    tab: Tab, world: World, home: str
) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world))
    assert booker.do("set_zone", name="Asia/Calcutta").query["tz"] == "Asia/Kolkata"
    assert booker.do("set_zone", name="Nowhere/At_All").query["tz"] == "Asia/Kolkata"
    assert "tz" not in booker.do("set_zone", name="UTC").query


def test_twelve_hours_are_kept_for_the_person(tab: Tab, world: World, home: str) -> None:
    student = world.student()
    booker = Booker(tab, world, student).go(when(home, world)).do("set_clock", clock="h12")
    assert booker.state.times.days[0].parts[0].rows[0].label == "8:00 am to 9:00 am"
    kept = world.platform.read(lambda work: work.db.get_one(Person, student.id), Actor.system())
    assert kept.hour_cycle == "h12"


def test_this_week_shows_the_times_of_seven_days(tab: Tab, world: World, home: str) -> None:
    state = Booker(tab, world, world.student()).go(when(home, world, week="1")).state
    assert state.times.is_week
    assert [day.iso for day in state.times.days] == [f"2026-12-0{day}" for day in range(2, 8)]


# --- choosing a time


def test_choosing_a_time_holds_it_and_opens_the_confirm_step(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    state = booker.state
    assert state.step == "confirm"
    assert (state.details.span, state.details.state) == ("10:00 – 11:00", "live")
    assert state.details.policy == "Free cancellation until Wed 2 Dec, 10:00"
    assert booker.query["booking"] == state.details.booking_id
    assert world.booking(state.details.booking_id).status == "held"


def test_a_reload_resumes_the_hold(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    other_tab = Booker(Tab(), world, None)
    other_tab.cookie = booker.cookie
    assert other_tab.go(booker.path).state.details.booking_id == held


def test_going_back_keeps_the_hold_and_another_time_replaces_it(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    first = booker.state.details.booking_id
    booker.go(booker.state.head.back_href)
    assert booker.state.own_hold.label == "Wed 2 Dec, 10:00 – 11:00"
    assert "20261202T100000Z" in booker.times()
    booker.choose("20261202T103000Z")
    assert booker.state.details.span == "10:30 – 11:30"
    assert world.booking(first).status == "cancelled"


def test_a_visitor_signs_in_and_comes_back_to_the_very_time(tab: Tab, world: World, home: str) -> None:
    student = world.student()
    visitor = Booker(tab, world).go(when(home, world)).choose()
    assert visitor.path.startswith("/login?next=")
    back = visitor.query["next"]
    assert "slot=20261202T100000Z" in back
    signed_in = Booker(tab, world, student).go(back)
    assert signed_in.state.step == "confirm"
    assert signed_in.state.details.span == "10:00 – 11:00"


def test_a_link_from_elsewhere_holds_nothing(tab: Tab, world: World, home: str) -> None:
    for proof in ("", "0" * 32):
        shared = when(home, world, date="2026-12-02", slot="20261202T100000Z", proof=proof)
        booker = Booker(tab, world, world.student()).go(shared)
        assert booker.state.step == "when"
        wanted = [r.start for d in booker.state.times.days for p in d.parts for r in p.rows if r.is_wanted]
        assert wanted == ["20261202T100000Z"], "the time is marked, and takes one press"


def test_a_lost_time_offers_three_others_and_a_fresh_list(tab: Tab, world: World) -> None:
    offering = world.offering()
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}")
    world.book(world.student("Faster"), offering, at(2, 10))
    booker.choose()
    notice = booker.state.notice
    assert notice.title == "This time is no longer available. Select another."
    assert len(notice.rows) == 3
    assert booker.state.step == "when"
    assert "20261202T100000Z" not in booker.times()
    booker.choose(notice.rows[0].start)
    assert booker.state.step == "confirm"


def test_another_session_of_ones_own_is_named(tab: Tab, world: World) -> None:
    student, rival = world.student(), world.new_instructor("Zed")
    world.offering()
    other = world.offering(rival)
    booker = Booker(tab, world, student).go(f"/book/{world.instructor.id}")
    world.book(student, other, at(2, 10))
    booker.choose()
    assert booker.state.notice.title == "You have another session at this time."
    assert booker.state.notice.link_href == "/dashboard"


def test_who_is_not_enrolled_can_enroll_and_go_on(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student(enrolled=False)).go(when(home, world))
    assert booker.state.notice.title == "You must be enrolled to book."
    assert booker.state.notice.action == "enroll"
    booker.choose()
    assert booker.state.notice.code == "not_enrolled"
    booker.do("enroll")
    assert booker.state.notice.title == ""
    assert booker.choose().state.step == "confirm"


def test_staff_and_instructors_look_but_do_not_book(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.instructor).go(when(home, world)).choose()
    assert booker.state.notice.title == "Sessions are booked for students."


# --- the hold's end


def test_an_ended_hold_asks_whether_to_keep_it(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    first = booker.state.details.booking_id
    world.clock.advance(minutes=10)
    booker.do("hold_ended")
    assert booker.state.notice.title == "Your hold ended. The time is still free — keep it?"
    assert (booker.state.step, booker.state.details.state) == ("confirm", "ended")
    booker.do("keep")
    assert booker.state.details.state == "live"
    assert booker.query["booking"] == booker.state.details.booking_id != first


def test_a_time_taken_meanwhile_leads_back_with_what_was_typed(tab: Tab, world: World) -> None:
    offering = world.offering()
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose()
    booker.do("save_message", text="About eigenvalues")
    world.clock.advance(minutes=10)
    world.book(world.student("Faster"), offering, at(2, 10))
    booker.do("hold_ended")
    assert booker.state.step == "when"
    assert booker.state.notice.title == "This time is no longer available. Select another."
    booker.choose(booker.state.notice.rows[0].start)
    assert booker.state.message == "About eigenvalues"


def test_booking_on_an_ended_hold_asks_too(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    world.clock.advance(minutes=11)
    booker.book()
    assert booker.state.notice.code == "hold_ended"
    assert not booker.state.is_booking


# --- booking


def test_a_free_session_is_booked_at_once(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    booker.book(message="Hello")
    booking = world.booking(held)
    assert (booking.status, booking.student_message, booking.reminders) == ("scheduled", "Hello", True)
    assert booker.path == f"/booking/confirmation?session={booking.session_id}"
    assert tab.state(ConfirmationState).view.heading == "Session Booked!"


def test_a_second_press_books_nothing_twice(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    wizard_path = booker.path
    booker.book()
    tab.connect(cookie=booker.cookie, path=wizard_path)
    booker.state.is_booking = False
    booker.book()
    assert booker.path.startswith("/booking/confirmation")
    assert len(world.events(Step.BOOKING_SUCCESS)) == 1


def test_a_request_says_until_when_it_is_answered(tab: Tab, world: World) -> None:
    world.offering(booking_mode=BookingMode.REQUEST)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose("20261204T100000Z")
    booker.book()
    heading = tab.state(ConfirmationState).view.heading
    assert heading == "Request sent — Ada answers by Thu 12:00"


def test_a_paid_session_goes_by_the_payment_page(tab: Tab, world: World) -> None:
    world.offering(price_minor=3200)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose()
    assert booker.state.head.steps[3] == "Payment"
    booker.book()
    assert booker.path.startswith("/test-pay/")
    pay = tab.state(TestPayState)
    assert (pay.view.state, pay.view.amount) == ("open", "€32.00")
    assert pay.view.hold.label == "The time is yours until 12:15"

    booker._follow(tab.send(TestPayState, "press", button="decline"))
    assert pay.refusal.startswith("Your card was declined. The time is held for you until 12:15.")
    booker._follow(tab.send(TestPayState, "press", button="pay"))
    assert booker.path.startswith("/booking/confirmation?session=")
    view = tab.state(ConfirmationState).view
    assert (view.heading, view.price.main) == ("Session Booked!", "€32.00 with Test card •••• 4242")


def test_cancel_on_the_payment_page_leads_back_to_the_same_hold(tab: Tab, world: World) -> None:
    world.offering(price_minor=3200)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose()
    held = booker.state.details.booking_id
    booker.book()
    booker.go(tab.state(TestPayState).view.back_href)
    assert (booker.state.step, booker.state.details.booking_id) == ("confirm", held)
    page = booker.book().path
    assert page.startswith("/test-pay/")


def test_a_slow_payment_is_followed_to_its_end(tab: Tab, world: World) -> None:
    world.offering(price_minor=3200)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose().book()
    page = booker.path
    booker._follow(tab.send(TestPayState, "press", button="pay_slowly"))
    assert tab.state(TestPayState).view.state == "processing"
    booker.go(tab.state(TestPayState).view.done_href)
    assert tab.state(ConfirmationState).view.kind == "processing"
    booker.go(page)
    booker._follow(tab.send(TestPayState, "press", button="money_arrives"))
    assert tab.state(ConfirmationState).view.kind == "booked"


def test_credits_that_do_not_suffice_are_counted(tab: Tab, world: World) -> None:
    student = world.student()
    world.offering(price_minor=None, credits=2)
    world.give_credits(student, 1)
    booker = Booker(tab, world, student).go(f"/book/{world.instructor.id}").choose()
    assert booker.state.details.pay_note == "You have 1 credit."
    booker.book()
    assert booker.state.notice.title == "Insufficient Credits. You need 2, you have 1."
    assert (booker.state.step, booker.state.is_booking) == ("confirm", False)
    assert booker.state.notice.action == ""
    assert booker.state.notice.link_label == "Choose another session"
    assert booker.go(booker.state.notice.link_href).state.step == "when"


def test_without_credits_a_card_is_offered_where_the_offering_has_a_price(tab: Tab, world: World) -> None:
    world.offering(price_minor=3200, credits=2)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose()
    booker.book(pay_with="credits", message="Vectors")
    notice = booker.state.notice
    assert (notice.title, notice.action) == ("Insufficient Credits. You need 2, you have 0.", "card")
    booker.do("pay_by_card")
    assert (booker.state.notice.title, booker.state.details.total) == ("", "€32.00")
    assert booker.state.message == "Vectors"
    assert booker.book(pay_with="card").path.startswith("/test-pay/")


def test_card_or_credits_is_the_students_choice(tab: Tab, world: World) -> None:
    student = world.student()
    world.offering(price_minor=3200, credits=1)
    world.give_credits(student, 1)
    booker = Booker(tab, world, student).go(f"/book/{world.instructor.id}").choose()
    assert [way.label for way in booker.state.details.ways] == ["Card, €32.00", "Credits, 1 credit"]
    assert booker.do("pick_way", way="credits").state.details.total == "1 credit"
    booker.book(pay_with="credits")
    assert booker.path.startswith("/booking/confirmation")
    assert world.balance(student) == 0


def test_a_message_that_is_too_long_is_said_at_its_field(tab: Tab, world: World) -> None:
    world.offering(topic_type=TopicType.FLEXIBLE)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose()
    assert booker.state.details.asks_topic
    booker.book(message="x" * 1001)
    assert booker.state.problem.field == "message"
    assert booker.state.notice.title == ""


def test_a_guardian_says_who_it_is_for(tab: Tab, world: World) -> None:
    anna, ben = world.student("Anna"), world.student("Ben")
    world.offering()
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(f"/book/{world.instructor.id}").choose()
    state = booker.state
    assert [(one.value, one.label) for one in state.who.options] == [(anna.id, "Anna"), (ben.id, "Ben")]
    held = state.details.booking_id
    booker.book(student_id=ben.id)
    assert world.booking(held).student_id == ben.id
    assert "for Ben" in tab.state(ConfirmationState).view.who.main


def test_instructors_and_times_are_those_of_the_child_that_was_chosen(
    tab: Tab, world: World, home: str
) -> None:
    anna, ben = world.student("Anna"), world.student("Ben", enrolled=False)
    other = world.offering(world.new_instructor("Bo Berg"))
    world.book(anna, other, at(2, 10))
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(home)
    assert booker.state.who.student_id == anna.id
    booker.do("choose_student", student_id=ben.id)
    assert booker.query["student"] == ben.id
    booker.go(booker.state.people[0].select_href)
    assert (booker.state.who.student_id, booker.state.notice.code) == (ben.id, "not_enrolled")
    booker.do("enroll")
    booker.go(when(home, world, student=ben.id))
    assert "20261202T100000Z" in booker.times()
    booker.do("choose_student", student_id=anna.id)
    assert "20261202T100000Z" not in booker.times()
    held = booker.choose("20261202T120000Z").state.details.booking_id
    assert world.booking(held).student_id == anna.id


def test_a_held_time_is_handed_to_the_other_child(tab: Tab, world: World, home: str) -> None:
    anna, ben = world.student("Anna"), world.student("Ben", zone="Asia/Tokyo")
    world.give_credits(ben, 3)
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    booker.do("choose_student", student_id=ben.id)
    assert (booker.state.step, booker.state.details.booking_id) == ("confirm", held)
    booking = world.booking(held)
    assert (booking.student_id, booking.wall_start) == (ben.id, "2026-12-02T19:00")
    assert ben.id in booker.state.head.back_href


def test_a_held_time_the_other_child_cannot_have_leads_to_times_free_for_them(
    tab: Tab, world: World, home: str
) -> None:
    anna, ben = world.student("Anna"), world.student("Ben")
    world.book(ben, world.offering(world.new_instructor("Bo Berg")), at(2, 10))
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    booker.do("choose_student", student_id=ben.id)
    state = booker.state
    assert (state.step, state.notice.title) == ("when", "You have another session at this time.")
    assert len(state.notice.rows) == 3
    assert world.booking(held).status == "cancelled"
    assert state.who.student_id == ben.id
    assert "20261202T100000Z" not in booker.times()
    booker.choose(state.notice.rows[0].start)
    assert world.booking(state.details.booking_id).student_id == ben.id


def test_who_chooses_faster_than_the_page_loads_is_told_the_reason_all_the_same(
    tab: Tab, world: World, home: str
) -> None:
    anna, ben = world.student("Anna"), world.student("Ben")
    world.book(ben, world.offering(world.new_instructor("Bo Berg")), at(2, 10))
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(when(home, world))

    opened = address_of(tab.send(BookState, "choose", start="20261202T100000Z"))
    told = address_of(tab.send(BookState, "choose_student", student_id=ben.id))
    for late in (opened, told):
        booker.go(late)

    state = booker.state
    assert (state.step, state.notice.title) == ("when", "You have another session at this time.")


def address_of(events: list[Any]) -> str:
    """Where the last of these events leads."""
    (path,) = (value for name, value in events[-1].args if str(name) == "path")
    return str(path).strip('"')


def test_only_children_of_the_guardian_can_be_chosen(tab: Tab, world: World, home: str) -> None:
    anna, ben, other = world.student("Anna"), world.student("Ben"), world.student("Other")
    booker = Booker(tab, world, world.guardian_of(anna, ben)).go(when(home, world, student=other.id))
    assert booker.state.who.student_id == anna.id
    booker.choose().do("choose_student", student_id=other.id)
    assert world.booking(booker.state.details.booking_id).student_id == anna.id


def test_what_breaks_on_our_side_is_said_with_a_reference(
    tab: Tab, world: World, home: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()

    async def broken(self: BookState, step: object, form: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(BookState, "_confirm", broken)
    booker.book()
    assert booker.state.notice.title == "Unable to book. Please try again."
    assert "support@localhost" in booker.state.notice.body
    assert not booker.state.is_booking


# --- schedule later, product events


def test_schedule_later_waits_without_a_time(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(home).do("schedule_later")
    assert booker.state.step == "later"
    waiting = world.platform.read(
        lambda work: work.db.exec(select(DeferredEnrollment.status)).all(), Actor.system()
    )
    assert waiting == ["waiting"]
    assert Booker(tab, world, world.student("Other")).go(booker.path).state.step == "choose"


def test_schedule_later_needs_an_enrollment(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student(enrolled=False)).go(home).do("schedule_later")
    assert booker.state.notice.action == "enroll"


def test_each_step_is_counted_once(tab: Tab, world: World, home: str) -> None:
    offering_course = world.course.id
    booker = Booker(tab, world, world.student()).go(home)
    booker.go(when(home, world)).go(when(home, world, date="2026-12-02")).choose().book()
    seen = {step: [event.properties for event in world.events(step)] for step in Step}
    teacher = world.instructor.id
    assert seen[Step.PAGE_VIEW] == [{"course_id": offering_course, "st_preselected": False}]
    assert seen[Step.ST_SELECTED] == [{"st_id": teacher}]
    assert seen[Step.DATE_SELECTED] == [{"date": "2026-12-02"}]
    assert seen[Step.TIME_SELECTED] == [{"time": "2026-12-02T10:00:00Z", "st_id": teacher}]
    assert seen[Step.BOOKING_ATTEMPTED] == [
        {"course_id": offering_course, "st_id": teacher, "datetime": "2026-12-02T10:00:00Z"}
    ]
    assert len(seen[Step.BOOKING_SUCCESS]) == 1
    assert seen[Step.BOOKING_FAILED] == []


def test_a_failure_is_counted_with_its_code(tab: Tab, world: World, home: str) -> None:
    Booker(tab, world, world.student(enrolled=False)).go(when(home, world)).choose()
    assert [event.properties for event in world.events(Step.BOOKING_FAILED)] == [
        {"error_type": "not_enrolled"}
    ]


# --- what others may see


def test_nobody_elses_confirmation_or_payment_opens(tab: Tab, world: World) -> None:
    world.offering(price_minor=3200)
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose().book()
    page, session = booker.path, world.booking(booker.state.details.booking_id).session_id
    other = Booker(Tab(), world, world.student("Other"))
    assert other.go(page).tab.state(TestPayState).is_gone
    assert other.go(f"/booking/confirmation?session={session}").tab.state(ConfirmationState).is_gone


@pytest.mark.parametrize("path", ["/booking/confirmation?session=ses_1", "/test-pay/token"])
def test_a_visitor_signs_in_first(tab: Tab, world: World, path: str) -> None:
    visitor = Booker(tab, world).go(path)
    assert visitor.path.startswith("/login?next=")


def test_leaving_the_wizard_starts_the_next_one_afresh(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world))
    booker.do("leave")
    assert booker.state.step == "when", "another address of the same wizard is no leaving"
    tab.connect(cookie=booker.cookie, path="/courses")
    booker.do("leave")
    assert booker.state.step == ""


def test_a_tab_that_went_elsewhere_is_led_nowhere_once_its_hold_is_booked(
    tab: Tab, world: World, home: str
) -> None:
    student = world.student()
    booker = Booker(tab, world, student).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    tab.connect(cookie=booker.cookie, path="/dashboard")
    booker.path = "/dashboard"
    world.platform.run(bookings.confirm, acting(student), booking_id=held)
    booker.do("refresh")
    assert booker.path == "/dashboard"


def test_a_double_click_holds_one_time(tab: Tab, world: World, home: str) -> None:
    booker = Booker(tab, world, world.student()).go(when(home, world)).choose()
    held = booker.state.details.booking_id
    booker.choose("20261202T140000Z")
    assert booker.state.details.booking_id == held
    assert world.booking(held).status == "held"


def test_what_is_sent_to_the_browser_names_no_other_student(tab: Tab, world: World) -> None:
    group = world.offering(session_type="group", capacity=6)
    rival = world.student("Rosa Rival")
    world.book(rival, group, at(2, 10))
    booker = Booker(tab, world, world.student()).go(f"/book/{world.instructor.id}").choose().book()
    sent = repr(tab.root.dict())
    assert booker.path.startswith("/booking/confirmation")
    assert "Rosa" not in sent
    assert rival.id not in sent


# --- searches in vain


def away_on(world: World, on: date) -> None:
    world.add(AvailabilityOverride(instructor_id=world.instructor.id, on_date=on))


def test_a_day_asked_for_in_vain_is_kept_once_a_page_view(tab: Tab, world: World, home: str) -> None:
    away_on(world, date(2026, 12, 9))
    booker = Booker(tab, world, world.student()).go(when(home, world, date="2026-12-09"))
    booker.go(when(home, world, date="2026-12-10")).go(when(home, world, date="2026-12-09"))
    booker.do("miss", day="2026-12-09")
    (event,) = world.events(Step.SEARCH_UNMET)
    assert event.properties == {
        "st_id": world.instructor.id,
        "offering_id": booker.state._offering_id,
        "date": "2026-12-09",
    }


def test_pressing_a_day_without_times_says_why_and_keeps_the_times_shown(
    tab: Tab, world: World, home: str
) -> None:
    away_on(world, date(2026, 12, 9))
    booker = Booker(tab, world).go(when(home, world))
    shown = booker.state.times
    booker.do("miss", day="2026-12-09").do("miss", day="2026-12-10").do("miss", day="never")
    assert [event.properties["date"] for event in world.events(Step.SEARCH_UNMET)] == ["2026-12-09"]
    assert booker.state.times == shown
    assert booker.state.why == "", "the 10th has times"
    assert booker.do("miss", day="2026-12-09").state.why == "Wed 9 Dec: Ada is away on this day"
    assert booker.go(when(home, world, month="2026-12")).state.why == ""


def test_a_link_to_a_day_too_far_ahead_says_so_beside_the_first_free_one(
    tab: Tab, world: World, home: str
) -> None:
    state = Booker(tab, world).go(when(home, world, date="2027-02-02")).state
    assert state.why == "Tue 2 Feb: This day is too far ahead: times open 28 days before"
    assert state.times.days[0].label == "Wednesday 2 December 2026"


def test_a_link_to_a_time_that_cannot_be_booked_says_why_and_what_is_free(
    tab: Tab, world: World, home: str
) -> None:
    world.book(world.student("Other"), world.offering(), at(9, 10))
    booker = Booker(tab, world).go(when(home, world, date="2026-12-09", slot="20261209T100000Z"))
    notice = booker.state.notice
    assert notice.title == "Wed 9 Dec, 10:00 cannot be booked"
    assert notice.body == "This time is taken. These are the nearest free times."
    assert [row.start for row in notice.rows] == ["20261209T083000Z", "20261209T113000Z", "20261209T080000Z"]
    free = booker.go(when(home, world, date="2026-12-09", slot="20261209T140000Z")).state
    assert free.notice.title == ""


def test_a_day_on_which_the_student_is_busy_says_nothing_about_the_hours(
    tab: Tab, world: World, home: str
) -> None:
    student = world.student()
    other = world.new_instructor("Other")
    whole_day = world.offering(other, duration_minutes=180)
    for hour in (8, 12, 16):
        world.book(student, whole_day, at(9, hour))
    world.add(AvailabilityOverride(
        instructor_id=world.instructor.id, on_date=date(2026, 12, 9), start_minute=8 * 60, end_minute=10 * 60
    ))  # fmt: skip
    Booker(tab, world, student).go(when(home, world, date="2026-12-09"))
    assert world.events(Step.SEARCH_UNMET) == []
