"""What the instructor's bookings page says, and where it draws it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sessions_app.domain.local_labels import Viewer
from sessions_app.models import Person
from sessions_app.models.catalogue import BookingMode, SessionType, TopicType
from sessions_app.services import requests
from sessions_app.services.bookings import Details
from sessions_app.services.queries import schedule as queries
from sessions_app.services.queries.schedule import Filter, Tab
from sessions_app.state import schedule_views as views
from sessions_app.state.schedule_views import Address, ScheduleView
from tests.services.world import World, acting, at

UTC_VIEWER = Viewer("UTC", "h23")


def page(
    world: World, who: Person | None = None, *, on: date = date(2026, 12, 3), zone: str = "UTC"
) -> ScheduleView:
    here = Address(on=on)
    seen = world.platform.read(queries.schedule, acting(who or world.instructor), first=on)
    return views.page_of(seen, Viewer(zone, "h23"), here, ())


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({}, "/instructor/bookings"),
        ({"day": "2026-12-08", "tab": "past"}, "/instructor/bookings?day=2026-12-08&tab=past"),
        ({"day": "nonsense", "tab": "nonsense", "from": "2026-13-01"}, "/instructor/bookings"),
        ({"q": " mira \n holm", "to": "2026-12-08"}, "/instructor/bookings?q=mira+holm&to=2026-12-08"),
    ],
)
def test_the_address_says_what_is_shown(query: dict[str, str], address: str) -> None:
    assert Address.parse(query).to() == address


def test_another_list_keeps_the_day_and_the_filter() -> None:
    here = Address(on=date(2026, 12, 8), keep=Filter(text="mira"))
    assert here.to(tab=Tab.PAST) == "/instructor/bookings?day=2026-12-08&tab=past&q=mira"
    assert here.to(keep=Filter()) == "/instructor/bookings?day=2026-12-08"


def test_a_request_says_when_for_how_much_and_what_was_asked(world: World) -> None:
    offering = world.offering(booking_mode=BookingMode.REQUEST, topic_type=TopicType.FLEXIBLE)
    details = Details(message="I am stuck.", topic="Eigenvalues")
    asked = world.book(world.student("Noah Berger"), offering, at(3, 10), details=details).booking

    [request] = page(world).requests
    assert (request.name, request.when, request.price) == ("Noah Berger", "Thu 3 Dec, 10:00 – 11:00", "Free")
    assert (request.message, request.topic, request.topic_note) == (
        "I am stuck.",
        "Eigenvalues",
        "suggested by Noah",
    )
    assert (request.can_accept, request.can_agree, request.was) == (True, True, "")

    world.platform.run(requests.propose, acting(world.instructor), booking_id=asked.id, starts_at=at(4, 14))
    [proposed] = page(world).requests
    assert (proposed.when, proposed.was) == ("Fri 4 Dec, 14:00 – 15:00", "Instead of Thu 3 Dec, 10:00")
    assert (proposed.can_accept, proposed.badge) == (False, "Time proposed")


def test_a_block_stands_where_its_hour_is_and_says_itself_in_full(world: World) -> None:
    world.book(world.student("Noah Berger"), world.offering(), at(3, 10))
    week = page(world).week
    thursday = week.days[3]
    [block] = thursday.blocks
    assert (thursday.iso, thursday.is_chosen, thursday.count) == ("2026-12-03", True, "1")
    assert (block.top, block.height) == ("calc(var(--hour) * 2)", "calc(var(--hour) * 1)")
    assert block.label == (
        "Noah Berger, Thursday 3 December 2026, 10:00 to 11:00, One-to-one session, scheduled"
    )
    assert (block.can_drag, block.can_move, block.can_cancel) == (True, True, True)


def test_a_group_that_needs_more_people_says_until_when(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6, minimum_seats=3, title="Seminar")
    world.book(world.student(), group, at(4, 10))
    [block] = page(world).week.days[4].blocks
    assert block.strong == "Seminar"
    assert block.what == "1 of 6 seats, needs 3 by Thu 3 Dec, 10:00"


def test_the_drawn_day_grows_with_what_lies_outside_the_usual_hours(world: World) -> None:
    assert page(world).week.first_minute == 8 * 60
    from sessions_app.services import hosting

    student, offering = world.student(), world.offering()
    world.platform.run(
        hosting.book_for,
        acting(world.instructor),
        offering_id=offering.id,
        student_id=student.id,
        starts_at=at(3, 5, 30),
        charge=hosting.Charge.FREE,
        ignores_hours=True,
    )
    week = page(world).week
    assert week.first_minute == 5 * 60
    assert week.days[3].blocks[0].top == "calc(var(--hour) * 0.5)"


def test_the_hour_that_autumn_repeats_is_drawn_twice(world: World) -> None:
    lea = world.new_instructor("Lea Paris", zone="Europe/Paris")
    world.clock.set(datetime(2027, 10, 30, 23, 30, tzinfo=UTC))
    week = page(world, lea, on=date(2027, 10, 31), zone="Europe/Paris").week
    labels = [hour.label for hour in week.hours]
    assert labels.count("02:00") == 2
    assert [band.label for band in week.days[0].voids] == ["The clocks change"]
    assert week.days[6].voids == ()


def test_a_time_outside_ones_own_rules_is_explained_and_others_are_not() -> None:
    assert views.why_outside("outside_hours") == "This is outside your open hours."
    assert views.why_outside("past") == ""
    assert views.why_outside("student_cap") == ""


def test_cancelling_says_who_gets_what_back(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    placed = [world.book(student, group, at(4, 10)) for student in world.crowd(2)]
    seat = world.platform.read(queries.seat_of, acting(world.instructor), booking_id=placed[0].booking.id)
    whole = views.cancel_view(seat, UTC_VIEWER, whole_session=True)
    assert (whole.confirm, whole.id) == ("Cancel session", placed[0].session.id)
    assert whole.sentence.startswith("All 2 people get everything back")
    one = views.cancel_view(seat, UTC_VIEWER, whole_session=False)
    assert (one.confirm, one.id) == ("Cancel seat", placed[0].booking.id)
