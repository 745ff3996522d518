"""Editing when an instructor can be booked: what is stored, what is refused, and that nothing is overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from threading import Barrier
from time import monotonic, time_ns

import pytest
from sqlmodel import col, select

from sessions_app.domain.availability import DateOverride
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.errors import (
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    ScheduleChanged,
    SlotTaken,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.schedules import Limits, Schedule, WeeklyWindow
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import AuditEntry, AvailabilityOverride, InstructorProfile, Offering, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import accounts, availability, bookings, cancellations, published_slots, slots
from sessions_app.services.availability import StoredSchedule
from sessions_app.services.published_slots import SlotFacts
from sessions_app.services.queries import schedule_report, slot_explanations
from sessions_app.services.queries.schedule_report import Report
from sessions_app.services.unit_of_work import UnitOfWork
from tests.services.statements import counted
from tests.services.world import World, acting, at

MORNINGS = tuple(WeeklyWindow(day, 540, 720) for day in range(1, 6))


def stored(world: World, person: Person | None = None) -> StoredSchedule:
    one = person or world.instructor
    return world.platform.read(availability.stored, acting(one), instructor_id=one.id)


def saved(world: World, schedule: Schedule, *, version: int | None = None) -> StoredSchedule:
    known = stored(world).version if version is None else version
    return world.platform.run(
        availability.save,
        acting(world.instructor),
        instructor_id=world.instructor.id,
        schedule=schedule,
        version=known,
    )


def reported(world: World, draft: Schedule | None = None, **facts: object) -> Report:
    return world.platform.read(
        schedule_report.report,
        acting(world.instructor),
        instructor_id=world.instructor.id,
        draft=draft,
        **facts,  # type: ignore[arg-type]
    )


def listed(world: World, start: datetime, end: datetime, **offering: object) -> list[datetime]:
    made = world.offering(**offering)

    def query(work: UnitOfWork) -> list[datetime]:
        found = slots.listing(work, made, TimeSpan(start, end), student_id=None)
        return [slot.span.start for slot in found.slots]

    return world.platform.read(query, Actor.system())


class TestSaving:
    def test_what_is_saved_is_what_is_read_again(self, world: World) -> None:
        schedule = Schedule(
            zone="Asia/Kolkata",
            windows=(WeeklyWindow(0, 0, 1440), *MORNINGS, WeeklyWindow(6, 600, 660, is_active=False)),
            overrides=(
                DateOverride(date(2026, 12, 24), ()),
                DateOverride(date(2026, 12, 28), ((540, 600), (900, 960))),
            ),
            limits=Limits(notice_minutes=120, buffer_minutes=0, step_minutes=45, horizon_days=60, week_cap=9),
        )
        assert saved(world, schedule).schedule == schedule
        assert stored(world).schedule == schedule

    def test_a_day_switched_off_keeps_its_hours_and_offers_nothing(self, world: World) -> None:
        off = tuple(replace(window, is_active=False) for window in MORNINGS)
        saved(world, replace(stored(world).schedule, windows=off))
        assert stored(world).schedule.windows == off
        assert listed(world, at(3, 0), at(10, 0)) == []

    def test_the_listing_follows_at_once(self, world: World) -> None:
        saved(world, replace(stored(world).schedule, windows=(WeeklyWindow(4, 600, 720),)))
        assert listed(world, at(3, 0), at(10, 0)) == [at(3, 10), at(3, 10, 30), at(3, 11)]

    def test_a_save_over_somebody_elses_save_is_told_and_changes_nothing(self, world: World) -> None:
        opened = stored(world)
        saved(world, replace(opened.schedule, windows=MORNINGS))
        with pytest.raises(ScheduleChanged) as refused:
            saved(world, replace(opened.schedule, windows=()), version=opened.version)
        assert refused.value.details == {"version": opened.version + 1}
        assert stored(world).schedule.windows == MORNINGS

    def test_of_several_saves_at_once_one_is_stored_and_the_others_are_told(self, world: World) -> None:
        opened = stored(world)
        drafts = [replace(opened.schedule, windows=(WeeklyWindow(1, 60 * n, 60 * n + 60),)) for n in range(8)]
        at_once = Barrier(len(drafts))

        def attempt(draft: Schedule) -> bool:
            at_once.wait()
            try:
                saved(world, draft, version=opened.version)
            except ScheduleChanged:
                return False
            return True

        with ThreadPoolExecutor(len(drafts)) as pool:
            outcomes = list(pool.map(attempt, drafts))
        assert outcomes.count(True) == 1
        assert stored(world).schedule == drafts[outcomes.index(True)]

    def test_saving_the_same_again_changes_nothing(self, world: World) -> None:
        opened = stored(world)
        assert saved(world, opened.schedule).version == opened.version

    def test_dates_gone_by_stay_as_they_were(self, world: World) -> None:
        world.add(AvailabilityOverride(instructor_id=world.instructor.id, on_date=date(2026, 11, 3)))
        saved(world, replace(stored(world).schedule, overrides=(DateOverride(date(2026, 12, 9), ()),)))
        rows = world.platform.read(
            lambda work: list(work.db.exec(select(AvailabilityOverride.on_date))), Actor.system()
        )
        assert sorted(rows) == [date(2026, 11, 3), date(2026, 12, 9)]

    def test_a_change_is_in_the_audit_trail_with_its_parts(self, world: World) -> None:
        saved(world, replace(stored(world).schedule, windows=MORNINGS, limits=Limits(day_cap=3)))
        entries = world.platform.read(
            lambda work: list(
                work.db.exec(select(AuditEntry).where(col(AuditEntry.action) == "availability.changed"))
            ),
            Actor.system(),
        )
        assert [(entry.actor_id, entry.details) for entry in entries] == [
            (world.instructor.id, {"parts": ["windows", "limits"]})
        ]

    def test_pages_that_show_free_times_are_told(self, world: World) -> None:
        told: list[frozenset[str]] = []
        world.platform = replace(world.platform, announce=told.append)
        saved(world, replace(stored(world).schedule, windows=MORNINGS))
        assert frozenset({f"calendar:{world.instructor.id}"}) in told

    def test_a_zone_chosen_in_the_settings_makes_an_open_editor_stale(self, world: World) -> None:
        opened = stored(world)
        world.platform.run(accounts.change_profile, acting(world.instructor), timezone="Asia/Tokyo")
        with pytest.raises(ScheduleChanged):
            saved(world, opened.schedule, version=opened.version)


A_DAY = date(2026, 12, 9)


def week(schedule: Schedule, *windows: tuple[int, int, int], is_active: bool = True) -> Schedule:
    return replace(schedule, windows=tuple(WeeklyWindow(*window, is_active) for window in windows))


def away(schedule: Schedule, days: int) -> Schedule:
    off = tuple(DateOverride(date(2026, 12, 1) + timedelta(days=n), ()) for n in range(days))
    return replace(schedule, overrides=off)


BAD: list[tuple[str, Callable[[Schedule], Schedule], str]] = [
    ("overlapping", lambda s: week(s, (1, 540, 720), (1, 700, 800)), "schedule[1]"),
    ("reversed", lambda s: week(s, (1, 720, 540)), "schedule[0]"),
    ("too short", lambda s: week(s, (1, 540, 560)), "schedule[0]"),
    ("past midnight", lambda s: week(s, (1, 1320, 1500)), "schedule[0]"),
    ("an eighth day", lambda s: week(s, (7, 540, 720)), "schedule[0]"),
    ("too many", lambda s: week(s, *((1, 40 * n, 40 * n + 30) for n in range(25))), "schedule"),
    ("switched off and reversed", lambda s: week(s, (1, 720, 540), is_active=False), "schedule[0]"),
    ("a zone nobody knows", lambda s: replace(s, zone="Mars/Olympus"), "timezone"),
    ("a date twice", lambda s: replace(s, overrides=(DateOverride(A_DAY, ()),) * 2), "dates"),
    ("a date overlapping", lambda s: s.with_date(A_DAY, ((540, 660), (600, 720))), "dates[0].slots[1]"),
    ("negative notice", lambda s: replace(s, limits=Limits(notice_minutes=-1)), "notice_minutes"),
    ("buffer of a day", lambda s: replace(s, limits=Limits(buffer_minutes=1440)), "buffer_minutes"),
    ("starts each minute", lambda s: replace(s, limits=Limits(step_minutes=1)), "step_minutes"),
    ("no day ahead", lambda s: replace(s, limits=Limits(horizon_days=0)), "horizon_days"),
    ("a cap below nothing", lambda s: replace(s, limits=Limits(week_cap=-1)), "week_cap"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_input_is_refused_at_its_place_and_changes_nothing(
    world: World, change: Callable[[Schedule], Schedule], field: str
) -> None:
    before = stored(world)
    with pytest.raises(InvalidInput) as refused:
        saved(world, change(before.schedule))
    assert refused.value.field == field
    assert refused.value.message.endswith(".")
    assert stored(world) == before


class TestWho:
    def test_only_the_instructor_and_staff_may_look_and_change(self, world: World) -> None:
        other = world.new_instructor("Bo Ek")
        for person in (world.student(), other):
            for use_case, facts in (
                (availability.stored, {}),
                (availability.set_weekly, {"windows": ()}),
                (availability.set_dates, {"dates": [date(2026, 12, 9)], "windows": ()}),
                (published_slots.listed, {}),
                (published_slots.clean_up, {}),
                (schedule_report.report, {}),
            ):
                with pytest.raises(NotAllowed):
                    world.platform.run(use_case, acting(person), instructor_id=world.instructor.id, **facts)
        assert stored(world).version == 0

    def test_staff_change_it_in_their_own_name(self, world: World) -> None:
        assistant = world.person("Ann", Role.ASSISTANT)
        after = world.platform.run(
            availability.set_weekly, acting(assistant), instructor_id=world.instructor.id, windows=MORNINGS
        )
        assert after.schedule.windows == MORNINGS

    def test_nobody_signed_in_is_asked_to_and_unknown_instructors_are_not_found(self, world: World) -> None:
        with pytest.raises(Unauthenticated):
            world.platform.read(availability.stored, Actor.anonymous(), instructor_id=world.instructor.id)
        with pytest.raises(NotFound):
            world.platform.read(availability.stored, acting(world.instructor), instructor_id="usr_none")
        with pytest.raises(NotFound):
            world.platform.read(
                availability.stored, acting(world.instructor), instructor_id=world.student().id
            )


class TestDates:
    def set(
        self, world: World, dates: list[date], windows: tuple[tuple[int, int], ...] | None
    ) -> StoredSchedule:
        return world.platform.run(
            availability.set_dates,
            acting(world.instructor),
            instructor_id=world.instructor.id,
            dates=dates,
            windows=windows,
        )

    def test_several_dates_at_once_and_back_again(self, world: World) -> None:
        holiday = [date(2026, 12, day) for day in range(23, 28)]
        after = self.set(world, holiday, ())
        assert [one.on for one in after.schedule.overrides] == holiday
        assert listed(world, at(23, 0), at(28, 0)) == []
        after = self.set(world, holiday[:2], ((600, 720),))
        assert after.schedule.overrides[0].windows == ((600, 720),)
        after = self.set(world, holiday, None)
        assert after.schedule.overrides == ()

    def test_a_date_gone_by_is_refused(self, world: World) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.set(world, [date(2026, 11, 30)], ())
        assert refused.value.field == "dates"


class TestPublishedTimes:
    def publish(
        self, world: World, start: datetime, minutes: int = 60, **facts: object
    ) -> published_slots.PublishedView:
        made = SlotFacts(start, minutes, **facts)  # type: ignore[arg-type]
        return world.platform.run(
            published_slots.publish, acting(world.instructor), instructor_id=world.instructor.id, facts=made
        )

    def views(self, world: World) -> list[published_slots.PublishedView]:
        return world.platform.read(
            published_slots.listed, acting(world.instructor), instructor_id=world.instructor.id
        )

    def test_it_can_be_booked_outside_the_hours(self, world: World) -> None:
        self.publish(world, at(5, 22, 10))
        assert at(5, 22, 10) in listed(world, at(5, 20), at(6, 0))

    def test_a_group_time_has_its_own_seats(self, world: World) -> None:
        view = self.publish(world, at(5, 22), seats=3, session_type=SessionType.GROUP)
        assert not view.is_bookable
        group = world.offering(session_type=SessionType.GROUP, capacity=8)
        placed = world.book(world.student(), group, at(5, 22))
        assert placed.session.capacity == 3
        assert [(one.is_booked, one.is_bookable) for one in self.views(world)] == [(True, True)]

    def test_it_changes_and_goes_while_nobody_booked_it(self, world: World) -> None:
        view = self.publish(world, at(5, 22))
        facts = SlotFacts(at(6, 21), 90)
        changed = world.platform.run(
            published_slots.change, acting(world.instructor), slot_id=view.id, facts=facts
        )
        assert changed.facts == facts
        world.platform.run(published_slots.remove, acting(world.instructor), slot_id=view.id)
        assert self.views(world) == []

    def test_once_booked_it_stays_until_the_booking_is_gone(self, world: World) -> None:
        view = self.publish(world, at(5, 22))
        student = world.student()
        placed = world.book(student, world.offering(), at(5, 22))
        for use_case, facts in (
            (published_slots.change, {"facts": SlotFacts(at(6, 21), 60)}),
            (published_slots.remove, {}),
        ):
            with pytest.raises(IllegalTransition):
                world.platform.run(use_case, acting(world.instructor), slot_id=view.id, **facts)
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id)
        world.platform.run(published_slots.remove, acting(world.instructor), slot_id=view.id)

    def test_a_hold_locks_it_until_it_lapses(self, world: World) -> None:
        view = self.publish(world, at(5, 22))
        world.hold(world.student(), world.offering(price_minor=3200), at(5, 22))
        with pytest.raises(IllegalTransition):
            world.platform.run(published_slots.remove, acting(world.instructor), slot_id=view.id)
        world.clock.advance(minutes=11)
        world.platform.run(published_slots.remove, acting(world.instructor), slot_id=view.id)

    def test_of_a_booking_and_a_removal_at_once_one_goes_through(self, world: World) -> None:
        offering = world.offering()
        for day in (5, 6, 7, 8):
            view = self.publish(world, at(day, 22))
            student, at_once = world.student(), Barrier(2)

            def book(student: Person = student, day: int = day, at_once: Barrier = at_once) -> bool:
                at_once.wait()
                try:
                    world.book(student, offering, at(day, 22))
                except DomainError:
                    return False
                return True

            def remove(slot_id: str = view.id, at_once: Barrier = at_once) -> bool:
                at_once.wait()
                try:
                    world.platform.run(published_slots.remove, acting(world.instructor), slot_id=slot_id)
                except IllegalTransition:
                    return False
                return True

            with ThreadPoolExecutor(2) as pool:
                outcomes = [pool.submit(book), pool.submit(remove)]
            assert sorted(one.result() for one in outcomes) == [False, True]

    def test_published_times_and_sessions_do_not_overlap(self, world: World) -> None:
        self.publish(world, at(5, 22))
        world.book(world.student(), world.offering(), at(6, 10))
        for start in (at(5, 21, 30), at(5, 22), at(6, 10, 30)):
            with pytest.raises(SlotTaken):
                self.publish(world, start)
        self.publish(world, at(5, 23))

    @pytest.mark.parametrize(
        ("start", "minutes", "facts", "field"),
        [
            (at(1, 11), 60, {}, "start"),
            (at(5, 22).replace(second=30), 60, {}, "start"),
            (at(31, 10), 60, {}, "start"),
            (at(5, 22), 20, {}, "duration"),
            (at(5, 22), 300, {}, "duration"),
            (at(5, 22), 60, {"session_type": SessionType.GROUP, "seats": 21}, "seats"),
            (at(5, 22), 60, {"session_type": SessionType.GROUP, "seats": 0}, "seats"),
            (at(5, 22), 60, {"seats": 2}, "seats"),
            (at(5, 22), 60, {"offering_id": "off_none"}, "offering_id"),
        ],
    )
    def test_bad_input_is_refused_at_its_field(
        self, world: World, start: datetime, minutes: int, facts: dict[str, object], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.publish(world, start, minutes, **facts)
        assert refused.value.field == field
        assert self.views(world) == []

    def test_an_offering_of_another_length_kind_or_instructor_is_refused(self, world: World) -> None:
        mine, group = world.offering(), world.offering(session_type=SessionType.GROUP, capacity=4)
        other = world.offering(world.new_instructor("Bo Ek"))
        for offering_id, minutes, field in (
            (mine.id, 90, "duration"), (group.id, 60, "offering_id"), (other.id, 60, "offering_id"),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as refused:
                self.publish(world, at(5, 22), minutes, offering_id=offering_id)
            assert refused.value.field == field

    def test_those_of_others_are_not_found(self, world: World) -> None:
        view = self.publish(world, at(5, 22))
        for person in (world.student(), world.new_instructor("Bo Ek")):
            with pytest.raises(NotFound):
                world.platform.run(published_slots.remove, acting(person), slot_id=view.id)

    def test_those_gone_by_and_never_booked_are_cleaned_up(self, world: World) -> None:
        self.publish(world, at(2, 21))
        self.publish(world, at(2, 22))
        self.publish(world, at(9, 22))
        world.book(world.student(), world.offering(), at(2, 22))
        world.clock.set(at(4, 12))
        mine = {"instructor_id": world.instructor.id}
        run, actor = world.platform.run, acting(world.instructor)
        assert run(published_slots.clean_up, actor, **mine, is_dry_run=True) == 1
        assert published_slots.purge(world.platform) == 1
        assert run(published_slots.clean_up, actor, **mine) == 0
        assert [view.facts.starts_at for view in self.views(world)] == [at(9, 22)]


class TestTheReport:
    def test_it_counts_what_students_would_see_before_anything_is_saved(self, world: World) -> None:
        world.offering()
        before = stored(world)
        report = reported(world, replace(before.schedule, windows=MORNINGS))
        # 20 weekdays of the next 28 dates (today's morning has passed), five starts each; Wednesday's are too soon
        # until midnight, 12 hours ahead.
        assert (report.total, report.days) == (20 * 5 - 5, 28)
        assert report.before == len(listed(world, at(1, 12), at(29, 0)))
        assert sum(report.counts.values()) == report.total + 5
        assert stored(world) == before

    def test_booked_sessions_outside_the_new_hours_are_listed_and_stay(self, world: World) -> None:
        offering = world.offering()
        inside = world.book(world.student(), offering, at(3, 10))
        outside = world.book(world.student(), offering, at(3, 15))
        report = reported(world, replace(stored(world).schedule, windows=MORNINGS))
        assert [one.session_id for one in report.outside] == [outside.session.id]
        assert report.outside_count == 1
        saved(world, replace(stored(world).schedule, windows=MORNINGS))
        for placed in (inside, outside):
            assert world.booking(placed.booking.id).status is BookingStatus.SCHEDULED

    def test_the_week_shows_starts_by_the_hour_and_what_is_booked(self, world: World) -> None:
        world.book(world.student(), world.offering(), at(3, 10))
        report = reported(world, week_of=date(2026, 12, 6))
        assert report.week_from == date(2026, 11, 30)
        thursday = report.week[3]
        assert (thursday[10].is_booked, thursday[10].starts) == (True, 0)
        assert (thursday[14].is_booked, thursday[14].starts) == (False, 2)
        assert (thursday[21].is_booked, thursday[21].starts) == (False, 0)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda s: replace(s, windows=()), Reason.OUTSIDE_HOURS),
            (lambda s: replace(s, limits=Limits(horizon_days=1, notice_minutes=4320)), Reason.NOTICE),
            (lambda s: week(s, *((day, 600, 645) for day in range(7))), Reason.OUTSIDE_HOURS),
            (lambda s: away(s, 40), Reason.OVERRIDE_DAY_OFF),
        ],
    )
    def test_rules_that_leave_no_start_are_told_with_the_rule(
        self, world: World, change: Callable[[Schedule], Schedule], reason: Reason
    ) -> None:
        world.offering()
        report = reported(world, change(stored(world).schedule))
        assert (report.total, report.reason) == (0, reason)

    def test_a_draft_that_cannot_be_meant_is_refused(self, world: World) -> None:
        with pytest.raises(InvalidInput):
            reported(world, replace(stored(world).schedule, windows=(WeeklyWindow(1, 720, 540),)))

    def test_it_asks_the_same_few_questions_however_many_bookings_there_are(self, world: World) -> None:
        offering = world.offering()
        draft = replace(stored(world).schedule, windows=MORNINGS)

        def asked() -> int:
            with counted(world.platform.engine) as seen:
                reported(world, draft)
            return len(seen)

        world.book(world.student(), offering, at(3, 15))
        few = asked()
        for day in range(4, 24):
            world.book(world.student(), offering, at(day, 15))
        assert asked() == few


class TestTheExplanation:
    def explain(
        self, world: World, person: Person, offering_id: str, start: datetime
    ) -> slot_explanations.Explanation:
        return world.platform.read(
            slot_explanations.explanation,
            acting(person),
            instructor_id=world.instructor.id,
            offering_id=offering_id,
            starts_at=start,
        )

    def test_the_instructor_sees_the_session_in_the_way_and_the_rule(self, world: World) -> None:
        offering = world.offering()
        placed = world.book(world.student(), offering, at(3, 10))
        seen = self.explain(world, world.instructor, offering.id, at(3, 11))
        assert [(one.reason, one.link) for one in seen.reasons] == [
            (Reason.BUFFER, "/instructor/availability#limits")
        ]
        assert [one.session_id for one in seen.reasons[0].sessions] == [placed.session.id]

    def test_students_see_the_reason_alone(self, world: World) -> None:
        offering = world.offering()
        world.book(world.student(), offering, at(3, 10))
        seen = self.explain(world, world.student(), offering.id, at(3, 10))
        assert seen.reasons == (slot_explanations.Explained(Reason.BUSY),)
        assert not seen.is_for_host

    def test_it_listing_and_booking_never_disagree(self, world: World) -> None:
        offering = world.offering(duration_minutes=90)
        saved(
            world,
            replace(
                stored(world).schedule,
                zone="America/New_York",
                windows=(WeeklyWindow(4, 480, 1440), WeeklyWindow(5, 0, 300)),
                overrides=(DateOverride(date(2026, 12, 10), ((0, 200),)),),
                limits=Limits(step_minutes=35, buffer_minutes=20, day_cap=3),
            ),
        )
        for start in (at(3, 15), at(4, 9)):
            world.hold(
                world.student(), offering, _first_from(world, offering.id, start), replaces_former=False
            )
        student, random = world.student(), Random(7)
        free = _starts(world, offering.id, student)
        candidates = [at(2, 12) + timedelta(minutes=5 * random.randrange(2800)) for _ in range(60)]
        for start in [*candidates, *random.sample(sorted(free), 15)]:
            seen = self.explain(world, student, offering.id, start)
            assert (seen.slot is not None) == (start in free)
            assert _refused(world, student, offering.id, start) == (
                None if seen.slot else seen.reasons[0].reason
            )


def compare_a_random_calendar(world: World, random: Random, count: int) -> int:
    """Listing, explanation and booking about one random calendar; how many of the starts asked for are offered."""
    zone = random.choice(("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"))
    person = world.new_instructor(f"Teacher {random.random()}", zone=zone)
    edges = sorted(random.sample(range(0, 1441, 30), 4))
    windows = tuple(
        WeeklyWindow(day, start, end, random.random() < 0.8)
        for day in range(7)
        for start, end in ((edges[0], edges[1]), (edges[2], edges[3]))
    )
    limits = Limits(
        notice_minutes=random.choice((0, 90, 720)),
        buffer_minutes=random.choice((0, 15, 45)),
        step_minutes=random.choice((15, 30, 50)),
        horizon_days=random.choice((3, 28)),
        day_cap=random.choice((0, 1, 2)),
        week_cap=random.choice((0, 2)),
        not_same_day=random.random() < 0.3,
    )
    overrides = (DateOverride(date(2026, 12, 3), random.choice(((), ((600, 900),)))),)
    schedule = Schedule(zone, windows, overrides, limits)
    world.platform.run(
        availability.save, acting(person), instructor_id=person.id, schedule=schedule, version=0
    )
    offering, student = world.offering(person), world.student()
    free = _starts(world, offering.id, student)
    for start in random.sample(sorted(free), min(2, len(free))):
        with suppress(DomainError):
            world.book(world.student(), offering, start)
    free = _starts(world, offering.id, student)
    asked = [at(1, 12) + timedelta(minutes=5 * random.randrange(2500)) for _ in range(count - 2)]
    asked += random.sample(sorted(free), min(2, len(free)))
    for start in asked:
        seen = world.platform.read(
            slot_explanations.explanation,
            acting(student),
            instructor_id=person.id,
            offering_id=offering.id,
            starts_at=start,
        )
        assert (seen.slot is not None) == (start in free)
        assert _refused(world, student, offering.id, start) == (None if seen.slot else seen.reasons[0].reason)
    return sum(start in free for start in asked)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_random_calendars_are_listed_explained_and_booked_alike(world: World) -> None:
    random = Random(11)
    assert sum(compare_a_random_calendar(world, random, 20) for _ in range(8)) > 8


@pytest.mark.soak
def test_random_calendars_are_listed_explained_and_booked_alike_for_as_long_as_asked(world: World) -> None:
    seed = int(os.environ.get("SOAK_SEED") or time_ns())
    until = monotonic() + 60 * float(os.environ.get("SOAK_MINUTES") or 10)
    print(f"\ncalendars listed, explained and booked: SOAK_SEED={seed}")  # noqa: T201
    random, rounds = Random(seed), 0
    while rounds < 10_000 and monotonic() < until:
        compare_a_random_calendar(world, random, 20)
        rounds += 1
    print(f"{rounds} random calendars of 20 starts each, all alike")  # noqa: T201


class _Undone(Exception):
    """The booking went through, and is rolled back."""


def _booked_and_undone(work: UnitOfWork, offering_id: str, start: datetime) -> None:
    bookings.hold(work, offering_id=offering_id, starts_at=start)
    raise _Undone


def _refused(world: World, student: Person, offering_id: str, start: datetime) -> str | None:
    """The reason for which a booking is refused; None when it goes through, which is undone."""
    with pytest.raises((_Undone, DomainError)) as outcome:
        world.platform.run(_booked_and_undone, acting(student), offering_id, start)
    return None if isinstance(outcome.value, _Undone) else str(outcome.value.details["reason"])


def _starts(world: World, offering_id: str, student: Person) -> set[datetime]:
    def query(work: UnitOfWork) -> set[datetime]:
        offering = work.db.get_one(Offering, offering_id)
        found = slots.listing(work, offering, TimeSpan(at(1, 12), at(29, 0)), student_id=student.id)
        return {slot.span.start for slot in found.slots}

    return world.platform.read(query, acting(student))


def _first_from(world: World, offering_id: str, start: datetime) -> datetime:
    return min(one for one in _starts(world, offering_id, world.student()) if one >= start)


def test_a_weekly_cap_holds_for_listing_and_booking(world: World) -> None:
    world.platform.run(_cap_the_week, Actor.system(), world.instructor.id, 2)
    offering = world.offering()
    for day in (3, 6):
        world.book(world.student(), offering, at(day, 10))
    assert not listed(world, at(1, 12), at(7, 0))
    assert listed(world, at(7, 0), at(8, 0))
    with pytest.raises(DomainError) as refused:
        world.book(world.student(), offering, at(5, 10))
    assert refused.value.details["reason"] == "week_cap"


def _cap_the_week(work: UnitOfWork, instructor_id: str, cap: int) -> None:
    work.db.get_one(InstructorProfile, instructor_id).week_cap = cap
