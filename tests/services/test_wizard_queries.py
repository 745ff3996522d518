"""What the booking wizard is told, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.errors import NotFound, SlotTaken
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AvailabilityOverride,
    AvailabilityRule,
    Course,
    InstructorCourse,
    InstructorProfile,
    Offering,
    Person,
)
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import analytics, bookings, cancellations, checkout, sandbox_checkout
from sessions_app.services.analytics import Step
from sessions_app.services.queries import confirmation, held, wizard
from sessions_app.services.queries.confirmation import Outcome
from sessions_app.services.queries.held import HoldState
from sessions_app.services.queries.wizard import TimeStep, Wanted
from sessions_app.services.sandbox_checkout import Press
from tests.services.statements import counted
from tests.services.world import World, acting, at

TOMORROW = date(2026, 12, 2)


@pytest.fixture
def look(world: World) -> Callable[..., TimeStep]:
    def ask(viewer: Person | None, **wanted: Any) -> TimeStep:
        facts = {"zone": "UTC", "instructor_id": world.instructor.id} | wanted
        actor = acting(viewer) if viewer else Actor.anonymous()
        return world.platform.read(wizard.choose_time, actor, Wanted(**facts))

    return ask


def starts_on(step: TimeStep, day: date) -> list[datetime]:
    return [slot.span.start for slot in step.starts if slot.span.start.date() == day]


# --- who


def test_the_soonest_free_instructor_comes_first(world: World) -> None:
    student = world.student()
    late = world.new_instructor("Zed Late", notice_minutes=6 * 24 * 60)
    world.offering(late)
    world.offering()
    step = world.platform.read(
        wizard.choose_instructor, acting(student), course_id=world.course.id, zone="UTC"
    )
    assert [choice.instructor.name for choice in step.choices] == ["Ada Lindqvist", "Zed Late"]
    ada, zed = step.choices
    assert ada.next_free == at(2, 0) + timedelta(hours=8)
    assert zed.week[:5] == (0,) * 5
    assert step.credits == 0


def test_a_course_without_instructors_has_no_choices(world: World) -> None:
    step = world.platform.read(
        wizard.choose_instructor, Actor.anonymous(), course_id=world.course.id, zone="UTC"
    )
    assert step.choices == ()
    assert step.credits is None


def test_an_unknown_course_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.platform.read(wizard.choose_instructor, Actor.anonymous(), course_id="crs_none", zone="UTC")


def test_an_instructor_without_anything_to_book_is_not_found(
    world: World, look: Callable[..., TimeStep]
) -> None:
    with pytest.raises(NotFound):
        look(world.student())


# --- when


def test_everything_listed_can_be_held(world: World, look: Callable[..., TimeStep]) -> None:
    student, offering = world.student(), world.offering()
    for slot in look(student).starts[:20:5]:
        placed = world.hold(student, offering, slot.span.start, replaces_former=True)
        assert placed.booking.starts_at == slot.span.start


def test_days_are_counted_in_the_viewers_zone(world: World, look: Callable[..., TimeStep]) -> None:
    student = world.student()
    world.offering()
    step = look(student, zone="Pacific/Kiritimati")  # UTC+14: 08:00 to 20:00 UTC is 22:00 to 10:00
    assert step.today == TOMORROW
    counts = {day: len(step.on_day(day)) for day in (date(2026, 12, 2), date(2026, 12, 3))}
    assert counts == {date(2026, 12, 2): 4, date(2026, 12, 3): 23}
    assert sum(map(len, step.by_day.values())) == len(step.starts)


def test_the_first_free_day_is_shown_until_one_is_chosen(world: World, look: Callable[..., TimeStep]) -> None:
    student = world.student()
    world.offering()
    step = look(student)
    assert (step.on, step.shown_on) == (None, TOMORROW)
    assert look(student, on=date(2026, 12, 9)).shown_on == date(2026, 12, 9)


@pytest.mark.parametrize("useless", [date(2026, 11, 3), date(2027, 6, 1)])
def test_a_day_outside_the_calendar_is_not_shown(
    world: World, look: Callable[..., TimeStep], useless: date
) -> None:
    world.offering()
    step = look(world.student(), on=useless, month=useless)
    assert step.on is None
    assert step.month == date(2026, 12, 1)


def test_the_last_day_is_counted_in_the_instructors_dates(
    world: World, look: Callable[..., TimeStep]
) -> None:
    world.offering()
    step = look(world.student())
    assert step.last_on == date(2026, 12, 29)
    assert max(step.by_day) == date(2026, 12, 29)


def test_a_month_and_a_day_without_times_say_why(world: World, look: Callable[..., TimeStep]) -> None:
    full = world.new_instructor("Cap One", day_cap=1)
    offering = world.offering(full)
    world.book(world.student("Other"), offering, at(3, 8))
    step = look(world.student(), instructor_id=full.id, on=date(2026, 12, 3))
    assert step.month_reason is None
    assert step.day_reason is Reason.DAY_CAP


def test_a_day_that_was_asked_for_in_vain_says_why(world: World, look: Callable[..., TimeStep]) -> None:
    weekdays = world.person("Weekdays", Role.INSTRUCTOR)
    world.add(
        InstructorProfile(person_id=weekdays.id),
        InstructorCourse(instructor_id=weekdays.id, course_id=world.course.id),
        *(
            AvailabilityRule(instructor_id=weekdays.id, day_of_week=day, start_minute=540, end_minute=1020)
            for day in range(1, 6)
        ),
        AvailabilityOverride(instructor_id=weekdays.id, on_date=date(2026, 12, 9)),
        AvailabilityOverride(
            instructor_id=weekdays.id, on_date=date(2026, 12, 10), start_minute=540, end_minute=570
        ),
    )
    world.offering(weekdays)

    def unmet(day: date) -> tuple[Reason, bool] | None:
        found = look(None, instructor_id=weekdays.id, on=day).unmet_day
        return found and (found.reason, found.is_rest_day)

    assert unmet(date(2026, 12, 6)) == (Reason.OUTSIDE_HOURS, True)
    assert unmet(date(2026, 12, 9)) == (Reason.OVERRIDE_DAY_OFF, False)
    assert unmet(date(2026, 12, 10)) == (Reason.OUTSIDE_HOURS, False)
    assert unmet(date(2026, 12, 1)) == (Reason.NOTICE, False)
    assert unmet(date(2026, 11, 30)) == (Reason.PAST, False)
    assert unmet(date(2027, 2, 2)) == (Reason.HORIZON, False)
    assert unmet(date(2026, 12, 8)) is None


def test_a_start_that_a_link_leads_to_is_judged_as_it_would_be_booked(
    world: World, look: Callable[..., TimeStep]
) -> None:
    student, offering = world.student(), world.offering()
    world.book(world.student("Other"), offering, at(3, 10))

    def unmet(starts_at: datetime) -> Reason | None:
        found = look(student, slot=starts_at).unmet_slot
        return found.reason if found else None

    assert unmet(at(3, 12)) is None
    assert unmet(at(3, 10)) is Reason.BUSY
    assert unmet(at(3, 21)) is Reason.OUTSIDE_HOURS
    assert unmet(at(1, 14)) is Reason.NOTICE
    assert unmet(datetime(9999, 12, 31, tzinfo=UTC)) is None, "a mistyped year is no question"
    world.hold(student, offering, at(3, 14))
    assert unmet(at(3, 14)) is None, "a hold of one's own is not in the way"


def test_saying_why_asks_the_database_for_nothing_more(world: World, look: Callable[..., TimeStep]) -> None:
    student = world.student()
    world.book(world.student("Other"), world.offering(), at(3, 10))
    with counted(world.platform.engine) as plain:
        look(student)
    with counted(world.platform.engine) as asked:
        look(student, on=date(2027, 3, 3), slot=at(3, 10))
    assert len(asked) == len(plain)


def test_a_hold_of_ones_own_does_not_hide_times(world: World, look: Callable[..., TimeStep]) -> None:
    student, offering = world.student(), world.offering()
    before = starts_on(look(student), TOMORROW)
    held_booking = world.hold(student, offering, at(2, 10)).booking
    step = look(student)
    assert starts_on(step, TOMORROW) == before
    assert step.hold is not None
    assert step.hold.booking_id == held_booking.id


def test_a_hold_of_somebody_else_takes_the_time_and_its_buffer(
    world: World, look: Callable[..., TimeStep]
) -> None:
    offering = world.offering()
    world.hold(world.student("Other"), offering, at(2, 10))
    taken = {at(2, 9), at(2, 9, 30), at(2, 10), at(2, 10, 30), at(2, 11)}
    assert not taken & set(starts_on(look(world.student()), TOMORROW))


def test_ones_own_session_is_named_where_it_is_in_the_way(
    world: World, look: Callable[..., TimeStep]
) -> None:
    student = world.student()
    chemistry = world.add(Course(title="Chemistry", subject_id=world.course.subject_id))
    other = world.new_instructor("Carl")
    world.add(InstructorCourse(instructor_id=other.id, course_id=chemistry.id))
    lesson = world.add(
        Offering(
            instructor_id=other.id,
            course_id=chemistry.id,
            title="Lab talk",
            duration_minutes=60,
            price_minor=0,
            requires_enrollment=False,
            created_at=world.clock.now(),
            updated_at=world.clock.now(),
        )
    )
    world.offering()
    world.book(student, lesson, at(2, 14))
    step = look(student)
    (clash,) = step.clashes
    assert (clash.title, clash.span) == ("Chemistry", TimeSpan(at(2, 14), at(2, 15)))
    assert at(2, 14) not in starts_on(step, TOMORROW)
    assert look(world.student("Other")).clashes == ()


def test_the_seats_left_of_a_group_are_told(world: World, look: Callable[..., TimeStep]) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    world.book(world.student("One"), group, at(2, 10))
    joined = [slot for slot in look(world.student()).starts if slot.session_id]
    assert [(slot.span.start, slot.seats_left) for slot in joined] == [(at(2, 10), 5)]


def test_a_guardian_books_for_the_child_that_is_in_the_course(
    world: World, look: Callable[..., TimeStep]
) -> None:
    world.offering()
    other, enrolled = world.student("Anna", enrolled=False), world.student("Ben")
    step = look(world.guardian_of(other, enrolled))
    assert step.student_id == enrolled.id
    assert [student.name for student in step.students] == ["Anna", "Ben"]


def test_visitors_instructors_and_staff_see_times_and_book_for_nobody(
    world: World, look: Callable[..., TimeStep]
) -> None:
    world.offering()
    for viewer in (None, world.instructor, world.person("Alma", Role.ASSISTANT)):
        step = look(viewer)
        assert step.starts
        assert (step.students, step.student_id, step.hold) == ((), None, None)


def test_the_first_offering_of_a_course_the_student_is_in_is_chosen(
    world: World, look: Callable[..., TimeStep]
) -> None:
    other_course = world.add(Course(title="Algebra zero", subject_id=world.course.subject_id, position=-1))
    world.add(InstructorCourse(instructor_id=world.instructor.id, course_id=other_course.id))
    world.add(
        Offering(
            instructor_id=world.instructor.id,
            course_id=other_course.id,
            title="Elsewhere",
            duration_minutes=60,
            price_minor=0,
            created_at=world.clock.now(),
            updated_at=world.clock.now(),
        )
    )
    own = world.offering()
    step = look(world.student())
    assert step.offering.id == own.id
    assert len(step.instructor.offers) == 2
    assert len(look(world.student(), course_id=world.course.id).instructor.offers) == 1


# --- confirm


def test_a_hold_is_live_until_its_end_and_then_asks(world: World) -> None:
    student, offering = world.student(), world.offering()
    booking = world.hold(student, offering, at(2, 10)).booking
    step = world.platform.read(held.held, acting(student), booking_id=booking.id)
    assert (step.state, step.held_seconds, step.ways) == (HoldState.LIVE, 600, (PayWith.FREE,))
    world.clock.advance(minutes=10)
    ended = world.platform.read(held.held, acting(student), booking_id=booking.id)
    assert ended.state is HoldState.ENDED
    renewed = world.platform.run(bookings.renew, acting(student), booking_id=booking.id)
    assert renewed.booking.starts_at == at(2, 10)
    assert renewed.booking.id != booking.id


def test_an_ended_hold_whose_time_was_taken_offers_the_nearest(world: World) -> None:
    student, offering = world.student(), world.offering()
    booking = world.hold(student, offering, at(2, 10)).booking
    world.clock.advance(minutes=11)
    world.book(world.student("Other"), offering, at(2, 10))
    step = world.platform.read(held.held, acting(student), booking_id=booking.id)
    assert step.state is HoldState.TAKEN
    assert [span.start for span in step.alternatives] == [at(2, 8, 30), at(2, 11, 30), at(2, 8)]
    with pytest.raises(SlotTaken):
        world.platform.run(bookings.renew, acting(student), booking_id=booking.id)


def test_a_hold_that_another_choice_replaced_can_be_taken_up_again(world: World) -> None:
    student, offering = world.student(), world.offering()
    first = world.hold(student, offering, at(2, 10)).booking
    world.hold(student, offering, at(2, 10, 30), replaces_former=True)
    step = world.platform.read(held.held, acting(student), booking_id=first.id)
    assert step.state is HoldState.ENDED
    renewed = world.platform.run(bookings.renew, acting(student), booking_id=first.id)
    assert renewed.booking.starts_at == at(2, 10)


def test_a_hold_with_an_open_payment_page_can_be_renewed_when_it_ended(world: World) -> None:
    student, offering = world.student(), world.offering(price_minor=3200)
    booking = world.hold(student, offering, at(2, 10)).booking
    checkout.open_page(world.platform, acting(student), booking_id=booking.id, return_url="/")
    assert world.platform.read(held.held, acting(student), booking_id=booking.id).has_payment_page
    world.clock.advance(minutes=16)
    assert world.platform.read(held.held, acting(student), booking_id=booking.id).state is HoldState.ENDED
    renewed = world.platform.run(bookings.renew, acting(student), booking_id=booking.id)
    assert renewed.is_new
    assert renewed.booking.id != booking.id


def test_what_was_booked_is_no_hold_any_more(world: World) -> None:
    student, offering = world.student(), world.offering()
    booking = world.book(student, offering, at(2, 10)).booking
    assert world.platform.read(held.held, acting(student), booking_id=booking.id).state is HoldState.DONE
    world.platform.run(cancellations.cancel, acting(student), booking_id=booking.id)
    assert world.platform.read(held.held, acting(student), booking_id=booking.id).state is HoldState.DONE


def test_nobody_else_sees_a_hold(world: World) -> None:
    booking = world.hold(world.student(), world.offering(), at(2, 10)).booking
    for stranger in (acting(world.student("Other")), Actor.anonymous()):
        with pytest.raises(NotFound):
            world.platform.read(held.held, stranger, booking_id=booking.id)


# --- done


def outcome_of(world: World, student: Person, session_id: str) -> Outcome:
    return world.platform.read(confirmation.confirmation, acting(student), session_id=session_id).outcome


def test_a_card_booking_is_unpaid_then_processing_then_booked(world: World) -> None:
    student, offering = world.student(), world.offering(price_minor=3200)
    booking = world.hold(student, offering, at(2, 10)).booking
    page = checkout.open_page(world.platform, acting(student), booking_id=booking.id, return_url="/")
    assert outcome_of(world, student, booking.session_id) is Outcome.UNPAID
    token = page.url.rpartition("/")[2]
    sandbox_checkout.press(world.platform, acting(student), token=token, button=Press.PAY_SLOWLY)
    assert outcome_of(world, student, booking.session_id) is Outcome.PROCESSING
    sandbox_checkout.press(world.platform, acting(student), token=token, button=Press.MONEY_ARRIVES)
    done = world.platform.read(confirmation.confirmation, acting(student), session_id=booking.session_id)
    assert (done.outcome, done.is_paid, done.price) == (Outcome.BOOKED, True, "€32.00")
    assert done.calendar is not None
    assert done.calendar.google.startswith("https://calendar.google.com/")


def test_money_for_a_lost_seat_is_said_to_come_back(world: World) -> None:
    student, offering = world.student(), world.offering(price_minor=3200)
    booking = world.hold(student, offering, at(2, 10)).booking
    page = checkout.open_page(world.platform, acting(student), booking_id=booking.id, return_url="/")
    world.clock.advance(minutes=34)
    rival = world.student("Other")
    free = world.offering()
    world.book(rival, free, at(2, 10))
    token = page.url.rpartition("/")[2]
    with pytest.raises(Exception, match="no longer open"):
        sandbox_checkout.press(world.platform, acting(student), token=token, button=Press.PAY)
    assert outcome_of(world, student, booking.session_id) is Outcome.EXPIRED


@pytest.mark.parametrize(
    ("mode", "outcome"), [(BookingMode.INSTANT, Outcome.BOOKED), (BookingMode.REQUEST, Outcome.REQUESTED)]
)
def test_a_confirmation_is_for_the_students_side_alone(
    world: World, mode: BookingMode, outcome: Outcome
) -> None:
    student = world.student()
    guardian = world.guardian_of(student)
    session_id = world.book(student, world.offering(booking_mode=mode), at(2, 10)).booking.session_id
    assert outcome_of(world, student, session_id) is outcome
    assert outcome_of(world, guardian, session_id) is outcome
    for other in (world.student("Other"), world.instructor):
        with pytest.raises(NotFound):
            outcome_of(world, other, session_id)


def test_credits_given_back_are_told(world: World) -> None:
    student = world.student()
    world.give_credits(student, 5)
    booking = world.book(student, world.offering(price_minor=None, credits=2), at(5, 10)).booking
    world.platform.run(cancellations.cancel, acting(student), booking_id=booking.id)
    done = world.platform.read(confirmation.confirmation, acting(student), session_id=booking.session_id)
    assert (done.outcome, done.price, done.refund) == (Outcome.CANCELLED, "2 credits", "2 credits")


# --- product events


def test_an_event_carries_its_own_facts_and_no_others(world: World) -> None:
    student = acting(world.student())
    world.platform.run(analytics.record, student, (Step.DATE_SELECTED, {"date": "2026-12-02"}))
    with pytest.raises(ValueError, match="carries"):
        world.platform.run(analytics.record, student, (Step.DATE_SELECTED, {"email": "a@b.c"}))


def test_a_success_is_counted_once(world: World) -> None:
    student = acting(world.student())
    for _ in range(3):
        world.platform.run(analytics.record_success_once, student, session_id="ses_1")
    assert len(world.events(Step.BOOKING_SUCCESS)) == 1
