"""The instructor's page reads everything at once: the week, who asks, and the lists."""

from __future__ import annotations

from datetime import date

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import NotAllowed, NotFound, StudentBusy
from sessions_app.domain.month_grid import SUNDAY
from sessions_app.domain.permissions import Action
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import AvailabilityOverride, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import cancellations, moves, requests
from sessions_app.services.queries import schedule as queries
from sessions_app.services.queries.schedule import BlockKind, Filter, Schedule, Tab
from tests.services.statements import counted
from tests.services.world import World, acting, at

MOST_STATEMENTS = 18


def look(world: World, who: Person | None = None, **facts: object) -> Schedule:
    return world.platform.read(queries.schedule, acting(who or world.instructor), **facts)  # type: ignore[arg-type]


def test_the_week_shows_sessions_requests_holds_and_the_rest_after_them(world: World) -> None:
    noah, mira, yara = world.student("Noah Berger"), world.student("Mira Holm"), world.student("Yara Sol")
    world.book(noah, world.offering(), at(3, 10))
    world.book(mira, world.offering(booking_mode=BookingMode.REQUEST), at(3, 14))
    world.hold(yara, world.offering(), at(4, 9))

    week = look(world).week

    assert [(block.kind, block.who, block.span.start) for block in week.blocks] == [
        (BlockKind.SESSION, "Noah Berger", at(3, 10)),
        (BlockKind.REQUEST, "Mira Holm", at(3, 14)),
        (BlockKind.HELD, "Yara Sol", at(4, 9)),
    ]
    assert week.buffers[0] == TimeSpan(at(3, 11), at(3, 11, 15))
    assert week.axis.days[0] == date(2026, 11, 30)
    assert week.today == date(2026, 12, 1)


def test_open_hours_and_days_away_come_from_the_engine(world: World) -> None:
    world.add(AvailabilityOverride(instructor_id=world.instructor.id, on_date=date(2026, 12, 3)))
    week = look(world).week
    assert week.away == {date(2026, 12, 3)}
    assert TimeSpan(at(2, 8), at(2, 20)) in week.open
    assert not any(span.start.date() == date(2026, 12, 3) for span in week.open)


def test_the_week_begins_with_the_weekday_that_is_asked_for(world: World) -> None:
    for first, day in ((date(2026, 12, 5), date(2026, 11, 29)), (date(2026, 12, 6), date(2026, 12, 6))):
        assert look(world, first=first, first_weekday=SUNDAY).week.axis.days[0] == day


@pytest.mark.parametrize(("first", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_week_with_a_clock_change_is_as_long_as_it_is(world: World, first: date, hours: int) -> None:
    away = world.new_instructor("Lea Paris", zone="Europe/Paris")
    axis = look(world, away, first=first).week.axis
    assert axis.days[-1] == first
    assert axis.window.minutes == (6 * 24 + hours) * 60


def test_requests_stand_first_by_the_end_of_their_wait_and_say_what_can_be_done(world: World) -> None:
    offering = world.offering(booking_mode=BookingMode.REQUEST)
    late = world.book(world.student("Noah Berger"), offering, at(9, 10)).booking
    soon = world.book(world.student("Mira Holm"), offering, at(2, 15)).booking
    seen = look(world)
    assert [seat.booking_id for seat in seen.requests] == [soon.id, late.id]
    assert seen.requests[0].can == {Action.ACCEPT, Action.REJECT, Action.PROPOSE}

    world.platform.run(requests.propose, acting(world.instructor), booking_id=soon.id, starts_at=at(4, 12))
    proposed = next(seat for seat in look(world).requests if seat.booking_id == soon.id)
    assert (proposed.is_proposed, proposed.asked_starts_at) == (True, at(2, 15))
    assert Action.ACCEPT not in proposed.can


def test_an_overdue_request_is_gone_before_anybody_swept_it(world: World) -> None:
    offering = world.offering(booking_mode=BookingMode.REQUEST)
    asked = world.book(world.student(), offering, at(9, 10)).booking
    world.clock.advance(hours=48)
    seen = look(world, tab=Tab.CANCELLED, first=date(2026, 12, 9))
    assert (seen.requests, seen.request_count, seen.week.blocks) == ((), 0, ())
    assert [(seat.booking_id, seat.status) for seat in seen.listed] == [(asked.id, BookingStatus.EXPIRED)]


def test_lists_are_searched_whatever_the_accents_and_filtered_by_offering_and_local_date(
    world: World,
) -> None:
    algebra, topology = world.offering(title="Algebra"), world.offering(title="Topology")
    world.book(world.student("Łukasz Żółkiewski"), algebra, at(3, 10))
    world.book(world.student("Noah Berger"), topology, at(4, 10))

    def names(keep: Filter) -> list[str]:
        return [seat.student_name for seat in look(world, keep=keep).listed]

    assert names(Filter(text="zolk")) == ["Łukasz Żółkiewski"]
    assert names(Filter(text="topo")) == ["Noah Berger"]
    assert names(Filter(offering_id=algebra.id)) == ["Łukasz Żółkiewski"]
    assert names(Filter(first=date(2026, 12, 4))) == ["Noah Berger"]
    assert names(Filter(last=date(2026, 12, 3))) == ["Łukasz Żółkiewski"]
    assert names(Filter(text="nobody")) == []


def test_history_is_paged(world: World) -> None:
    offering = world.offering()
    for number, student in enumerate(world.crowd(5)):
        placed = world.book(student, offering, at(3 + number, 10))
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
    first = look(world, tab=Tab.CANCELLED, limit=3)
    assert (len(first.listed), first.has_more) == (3, True)
    whole = look(world, tab=Tab.CANCELLED, limit=6)
    assert (len(whole.listed), whole.has_more) == (5, False)
    assert whole.counts[Tab.CANCELLED] == 5


def test_instructors_see_their_own_and_nobody_elses(world: World) -> None:
    student = world.student()
    booking = world.book(student, world.offering(), at(3, 10)).booking
    other = world.new_instructor("Bo Wind")
    assert look(world, other).listed == ()
    assert look(world, other).week.blocks == ()
    with pytest.raises(NotFound):
        world.platform.read(queries.seat_of, acting(other), booking_id=booking.id)
    with pytest.raises(NotAllowed):
        look(world, student)


def test_a_group_is_one_block_that_names_nobody(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6, minimum_seats=3)
    for student in world.crowd(2):
        world.book(student, group, at(4, 10))
    [block] = look(world).week.blocks
    assert (block.is_group, block.who, block.seats_taken, block.capacity) == (True, "", 2, 6)
    assert (block.minimum_seats, block.minimum_by) == (3, at(3, 10))


def test_a_group_is_one_session_ahead_however_many_come_to_it(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    for student in world.crowd(3):
        world.book(student, group, at(4, 10))
    world.book(world.student("Noah Berger"), world.offering(), at(5, 10))
    seen = look(world)
    assert (seen.sessions_ahead, seen.counts[Tab.UPCOMING]) == (2, 4)


def test_the_page_takes_a_fixed_number_of_statements(world: World) -> None:
    def statements() -> int:
        with counted(world.platform.engine) as seen:
            look(world)
        return len(seen)

    request = world.offering(booking_mode=BookingMode.REQUEST)
    free, group = world.offering(), world.offering(session_type=SessionType.GROUP, capacity=9)
    world.book(world.student(), request, at(2, 9))
    world.book(world.student(), free, at(2, 12))
    world.book(world.student(), group, at(2, 15))
    few = statements()
    for day in range(3, 7):
        for student in world.crowd(3):
            world.book(student, group, at(day, 15))
        world.book(world.student(), request, at(day, 9))
        world.book(world.student(), free, at(day, 12))
    assert statements() == few <= MOST_STATEMENTS


def test_the_nearest_other_times_leave_out_the_one_it_has(world: World) -> None:
    booking = world.book(world.student(), world.offering(), at(3, 10)).booking
    found = world.platform.read(queries.other_times, acting(world.instructor), booking_id=booking.id)
    assert len(found.near) == 3
    assert not any(slot.span.overlaps(TimeSpan(at(3, 10), at(3, 11))) for slot in found.near)


# A whole group moves.


def test_a_group_moves_with_everybody_in_it(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    people = world.crowd(3)
    placed = [world.book(student, group, at(4, 10)) for student in people]

    world.platform.run(
        moves.reschedule_session,
        acting(world.instructor),
        session_id=placed[0].session.id,
        starts_at=at(5, 14),
        reason="The room is taken.",
    )

    assert {world.booking(seat.booking.id).starts_at for seat in placed} == {at(5, 14)}
    told = [mail for mail in world.mails("session-rescheduled") if mail.recipient_id != world.instructor.id]
    assert {mail.recipient_id for mail in told} == {student.id for student in people}


def test_a_group_stays_when_anybody_in_it_has_another_session_then(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    people = world.crowd(3)
    placed = [world.book(student, group, at(4, 10)) for student in people]
    world.book(people[2], world.offering(world.new_instructor("Bo Wind")), at(5, 14))

    with pytest.raises(StudentBusy):
        world.platform.run(
            moves.reschedule_session,
            acting(world.instructor),
            session_id=placed[0].session.id,
            starts_at=at(5, 14),
        )
    assert {world.booking(seat.booking.id).starts_at for seat in placed} == {at(4, 10)}


def test_only_its_instructor_moves_a_group(world: World) -> None:
    group = world.offering(session_type=SessionType.GROUP, capacity=6)
    student = world.student()
    placed = world.book(student, group, at(4, 10))
    for somebody in (student, world.new_instructor("Bo Wind")):
        with pytest.raises(NotFound):
            world.platform.run(
                moves.reschedule_session,
                acting(somebody),
                session_id=placed.session.id,
                starts_at=at(5, 14),
            )
