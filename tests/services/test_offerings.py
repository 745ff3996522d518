from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotEnrolled,
    NotFound,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    AuditEntry,
    Course,
    Enrollment,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Offering,
    Person,
    Subject,
)
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType, Visibility
from sessions_app.services import bookings, intake, live, moves, offerings, teaching, terms
from sessions_app.services.intake import Wanted
from sessions_app.services.offerings import Draft, Length, Price
from sessions_app.services.queries import (
    confirmation,
    courses,
    discovery,
    free_times,
    instructors,
    own_offerings,
    wizard,
)
from sessions_app.services.queries.discovery import Search
from tests.services.world import World, acting, at

FREE = Price(minor=0)


def draft(world: World, **changes: Any) -> Draft:
    usual = Draft(title="Exam practice", lengths=(Length(60, FREE),), course_id=world.course.id)
    return replace(usual, **changes)


def make(world: World, instructor: Person | None = None, **changes: Any) -> Offering:
    host = instructor or world.instructor
    return world.platform.run(offerings.create, acting(host), draft=draft(world, **changes))[0]


def mine(world: World) -> list[str]:
    found = world.platform.read(own_offerings.listing, acting(world.instructor))
    return [one.id for one in found]


def wrong_fields(refused: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    fields: dict[str, str] = refused.value.details["fields"]
    assert refused.value.field == next(iter(fields))
    assert refused.value.message == next(iter(fields.values()))
    return fields


# --- making


def test_an_offering_keeps_all_that_was_said_about_it(world: World) -> None:
    made = make(
        world,
        title="  Proofs,\n together ",
        description="First line\r\n\r\nSecond line \x07",
        requirements="A notebook",
        lengths=(Length(45, Price(3200, 2)),),
        session_type=SessionType.GROUP,
        capacity=6,
        minimum_seats=3,
        minimum_cutoff_hours=48,
        topic_type=TopicType.FLEXIBLE,
        booking_mode=BookingMode.REQUEST,
        modality=Modality.HYBRID,
        place="Library, room 4",
        cancellation_policy="full",
        visibility=Visibility.ENROLLED,
    )

    [shown] = world.platform.read(own_offerings.listing, acting(world.instructor))
    assert shown.id == made.id
    assert shown.draft.title == "Proofs, together"
    assert shown.draft.description == "First line\n\nSecond line"
    assert shown.draft.lengths == (Length(45, Price(3200, 2)),)
    assert (shown.draft.capacity, shown.draft.minimum_seats) == (6, 3)
    assert shown.draft.minimum_cutoff_hours == 48
    assert shown.draft.place == "Library, room 4"
    assert shown.draft.visibility is Visibility.ENROLLED
    assert (shown.about, shown.total.label, shown.credits) == ("Linear Algebra", "€32.00", 2)


def test_several_lengths_become_one_offering_each_with_its_own_price(world: World) -> None:
    made = world.platform.run(
        offerings.create,
        acting(world.instructor),
        draft=draft(
            world, lengths=(Length(30, Price(2000)), Length(60, Price(3500)), Length(90, Price(None, 3)))
        ),
    )
    assert [(one.duration_minutes, one.price_minor, one.credits) for one in made] == [
        (30, 2000, None),
        (60, 3500, None),
        (90, None, 3),
    ]
    assert mine(world) == [one.id for one in made]


def test_without_a_price_the_hourly_rate_counts(world: World) -> None:
    teacher = world.new_instructor("Omar Haddad", hourly_rate_minor=4000)
    made = make(world, teacher, lengths=(Length(45, Price()),))
    [shown] = world.platform.read(own_offerings.listing, acting(teacher))
    assert made.price_minor is None
    assert shown.total.minor == 3000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"description": "x" * 2001}, "description"),
        ({"requirements": "x" * 1001}, "requirements"),
        ({"course_id": None}, "course_id"),
        ({"course_id": "crs_unknown"}, "course_id"),
        ({"course_id": None, "subject_id": "sub_unknown"}, "subject_id"),
        ({"lengths": ()}, "lengths"),
        ({"lengths": (Length(29, FREE),)}, "duration_minutes"),
        ({"lengths": (Length(241, FREE),)}, "duration_minutes"),
        ({"lengths": (Length(-60, FREE),)}, "duration_minutes"),
        ({"lengths": (Length(60, FREE), Length(60, FREE))}, "duration_minutes.1"),
        ({"lengths": tuple(Length(30 + minute, FREE) for minute in range(7))}, "lengths"),
        ({"lengths": (Length(60, Price(-1)),)}, "amount"),
        ({"lengths": (Length(60, Price(100_000_001)),)}, "amount"),
        ({"lengths": (Length(60, Price()),)}, "amount"),
        ({"lengths": (Length(60, Price(None, 0)),)}, "credits"),
        ({"lengths": (Length(60, Price(None, -2)),)}, "credits"),
        ({"lengths": (Length(60, Price(None, 1001)),)}, "credits"),
        ({"capacity": 5}, "capacity"),
        ({"session_type": SessionType.GROUP, "capacity": 1}, "capacity"),
        ({"session_type": SessionType.GROUP, "capacity": 21}, "capacity"),
        ({"session_type": SessionType.GROUP, "capacity": 6, "minimum_seats": 7}, "minimum_seats"),
        ({"session_type": SessionType.GROUP, "capacity": 6, "minimum_seats": 0}, "minimum_seats"),
        (
            {"session_type": SessionType.GROUP, "capacity": 6, "minimum_cutoff_hours": -1},
            "minimum_cutoff_hours",
        ),
        ({"modality": Modality.IN_PERSON}, "place"),
        ({"modality": Modality.HYBRID, "place": " "}, "place"),
        ({"modality": Modality.IN_PERSON, "place": "x" * 201}, "place"),
        ({"cancellation_policy": "never"}, "cancellation_policy"),
    ],
)
def test_a_rule_that_is_broken_is_named_at_its_field_and_nothing_is_stored(
    world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(world, **changes)
    assert list(wrong_fields(refused)) == [field]
    assert mine(world) == []


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(world, title="", lengths=(Length(5, Price(-5)),), session_type=SessionType.GROUP, capacity=21)
    assert set(wrong_fields(refused)) == {"title", "duration_minutes", "amount", "capacity"}


def test_only_enrolled_students_need_a_course(world: World) -> None:
    subject = subject_taught(world)
    with pytest.raises(InvalidInput) as refused:
        make(world, course_id=None, subject_id=subject.id, visibility=Visibility.ENROLLED)
    assert list(wrong_fields(refused)) == ["visibility"]


def test_the_longest_titles_of_course_and_offering_make_a_booking(world: World) -> None:
    course = world.add(Course(title="C" * 160, subject_id=world.course.subject_id))
    world.add(InstructorCourse(instructor_id=world.instructor.id, course_id=course.id))
    student = world.student()
    world.add(Enrollment(student_id=student.id, course_id=course.id, created_at=world.clock.now()))
    offering = make(world, title="t" * 120, course_id=course.id)
    assert len(world.book(student, offering, at(3, 10)).booking.title) <= 200


def test_a_course_given_up_takes_no_new_offering(world: World) -> None:
    given_up = world.add(Course(title="Geometry", subject_id=world.course.subject_id))
    world.add(InstructorCourse(instructor_id=world.instructor.id, course_id=given_up.id, is_active=False))
    with pytest.raises(InvalidInput) as refused:
        make(world, course_id=given_up.id)
    assert list(wrong_fields(refused)) == ["course_id"]


def test_the_price_of_a_course_needs_no_other(world: World) -> None:
    priced = world.add(Course(title="Geometry", subject_id=world.course.subject_id, price_minor=1500))
    world.add(InstructorCourse(instructor_id=world.instructor.id, course_id=priced.id))
    make(world, course_id=priced.id, lengths=(Length(60, Price()),))
    [shown] = world.platform.read(own_offerings.listing, acting(world.instructor))
    assert shown.is_price_of_course
    assert shown.total.minor == 1500


# --- whose


def test_nobody_elses_offering_can_be_found_or_changed(world: World) -> None:
    theirs = make(world)
    other = world.new_instructor("Omar Haddad")
    for person in (other, world.student(), world.guardian_of()):
        for use_case, facts in (
            (offerings.edit, {"draft": draft(world)}),
            (offerings.duplicate, {}),
            (offerings.set_active, {"is_active": False}),
            (offerings.move, {"to": 0}),
        ):
            with pytest.raises(NotFound):
                world.platform.run(use_case, acting(person), offering_id=theirs.id, **facts)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            world.platform.read(own_offerings.one, acting(person), offering_id=theirs.id)
        with pytest.raises(NotFound):
            world.platform.run(
                offerings.create, acting(person), draft=draft(world), instructor_id=world.instructor.id
            )


def test_students_have_none_and_visitors_are_asked_to_sign_in(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.platform.run(offerings.create, acting(world.student()), draft=draft(world))
    with pytest.raises(Unauthenticated):
        world.platform.run(offerings.create, Actor.anonymous(), draft=draft(world))


def test_staff_may_do_it_for_an_instructor(world: World) -> None:
    staff = world.person("Ann Assist", Role.ASSISTANT)
    [made] = world.platform.run(
        offerings.create, acting(staff), draft=draft(world), instructor_id=world.instructor.id
    )
    assert made.instructor_id == world.instructor.id
    changed = world.platform.run(
        offerings.edit, acting(staff), offering_id=made.id, draft=draft(world, title="New title")
    )
    assert changed.title == "New title"


def test_each_change_is_in_the_audit_trail_and_told_to_open_pages(world: World) -> None:
    told: list[frozenset[str]] = []
    world.platform = replace(world.platform, announce=told.append)
    made = make(world)
    host = acting(world.instructor)
    world.platform.run(offerings.edit, host, offering_id=made.id, draft=draft(world, title="Another"))
    world.platform.run(offerings.set_active, host, offering_id=made.id, is_active=False)
    copy = world.platform.run(offerings.duplicate, host, offering_id=made.id)
    world.platform.run(offerings.move, host, offering_id=copy.id, to=0)

    entries = world.platform.read(
        lambda work: list(work.db.exec(select(AuditEntry).order_by(col(AuditEntry.id)))), Actor.system()
    )
    assert [(entry.action, entry.actor_id) for entry in entries if "offering" in entry.action] == [
        (action, world.instructor.id)
        for action in (
            "offering.created",
            "offering.changed",
            "offering.deactivated",
            "offering.duplicated",
            "offering.moved",
        )
    ]
    assert next(one for one in entries if one.action == "offering.changed").details == {"fields": ["title"]}
    topics = frozenset({live.person_topic(world.instructor.id), live.calendar_topic(world.instructor.id)})
    assert told == [topics] * 5


# --- changing


def test_a_change_never_touches_what_is_booked(world: World) -> None:
    student = world.student()
    offering = make(
        world,
        lengths=(Length(60, Price(3200)),),
        modality=Modality.IN_PERSON,
        place="Library",
        cancellation_policy="full",
    )
    before = world.book(student, offering, at(3, 10))
    frozen = world.booking(before.booking.id).model_dump()
    session = world.session(before.session.id).model_dump()

    world.platform.run(
        offerings.edit,
        acting(world.instructor),
        offering_id=offering.id,
        draft=draft(
            world,
            title="Something else",
            lengths=(Length(90, Price(9900)),),
            modality=Modality.ONLINE,
            cancellation_policy="tiered",
            booking_mode=BookingMode.REQUEST,
        ),
    )
    world.platform.run(
        offerings.set_active, acting(world.instructor), offering_id=offering.id, is_active=False
    )

    assert world.booking(before.booking.id).model_dump() == frozen
    assert world.session(before.session.id).model_dump() == session
    assert frozen["price_minor"] == 3200
    assert frozen["title"] == "Exam practice, Linear Algebra"
    assert terms.frozen_policy(world.booking(before.booking.id)).name == "full"
    shown = world.platform.read(confirmation.confirmation, acting(student), session_id=before.session.id)
    assert (shown.title, shown.place, shown.price) == ("Exam practice", "Library", "€32.00")


def test_a_moved_booking_keeps_the_length_it_was_made_with(world: World) -> None:
    student = world.student()
    offering = make(world)
    placed = world.book(student, offering, at(3, 10))
    world.platform.run(
        offerings.edit,
        acting(world.instructor),
        offering_id=offering.id,
        draft=draft(world, lengths=(Length(120, FREE),)),
    )

    world.platform.run(moves.reschedule, acting(student), booking_id=placed.booking.id, starts_at=at(4, 10))

    moved = world.booking(placed.booking.id)
    assert (moved.starts_at, moved.ends_at) == (at(4, 10), at(4, 11))
    slot = f"slot_{world.instructor.id}_20261205T100000Z_60"
    world.platform.run(intake.reschedule, acting(student), booking_id=moved.id, slot_id=slot)
    assert world.booking(placed.booking.id).ends_at == at(5, 11)


def test_the_kind_of_session_stays_while_sessions_of_it_are_booked(world: World) -> None:
    offering = make(world, session_type=SessionType.GROUP, capacity=4)
    world.book(world.student(), offering, at(3, 10))
    with pytest.raises(InvalidInput) as refused:
        world.platform.run(
            offerings.edit, acting(world.instructor), offering_id=offering.id, draft=draft(world)
        )
    assert list(wrong_fields(refused)) == ["session_type"]


def test_new_bookings_have_the_new_terms(world: World) -> None:
    offering = make(world)
    world.platform.run(
        offerings.edit,
        acting(world.instructor),
        offering_id=offering.id,
        draft=draft(world, title="Later", lengths=(Length(90, Price(4500)),)),
    )
    booked = world.book(world.student(), offering, at(3, 10)).booking
    assert (booked.price_minor, booked.ends_at) == (4500, at(3, 11, 30))


def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    offering = make(world)
    before = offering.updated_at
    world.clock.advance(hours=1)
    after = world.platform.run(
        offerings.edit, acting(world.instructor), offering_id=offering.id, draft=draft(world)
    )
    assert after.updated_at == before


# --- copying, switching, ordering


def test_a_copy_is_switched_off_and_stands_behind_its_original(world: World) -> None:
    first, second = make(world, title="t" * 120), make(world, title="Second")
    copy = world.platform.run(offerings.duplicate, acting(world.instructor), offering_id=first.id)
    assert mine(world) == [first.id, copy.id, second.id]
    assert not copy.is_active
    assert copy.title == "t" * 113 + " (copy)"
    world.platform.run(offerings.set_active, acting(world.instructor), offering_id=copy.id, is_active=True)


def test_what_is_switched_off_takes_no_bookings(world: World) -> None:
    offering = make(world)
    world.platform.run(
        offerings.set_active, acting(world.instructor), offering_id=offering.id, is_active=False
    )
    with pytest.raises(bookings.InstructorUnavailable):
        world.book(world.student(), offering, at(3, 10))


def test_what_breaks_a_rule_by_now_cannot_be_switched_on(world: World) -> None:
    offering = world.offering(is_active=False, duration_minutes=20)
    with pytest.raises(InvalidInput) as refused:
        world.platform.run(
            offerings.set_active, acting(world.instructor), offering_id=offering.id, is_active=True
        )
    assert list(wrong_fields(refused)) == ["duration_minutes"]


def test_offerings_are_moved_one_by_one_or_put_in_order_at_once(world: World) -> None:
    one, two, three = (make(world, title=title).id for title in ("One", "Two", "Three"))
    host = acting(world.instructor)
    world.platform.run(offerings.move, host, offering_id=three, to=0)
    assert mine(world) == [three, one, two]
    world.platform.run(offerings.move, host, offering_id=three, to=99)
    assert mine(world) == [one, two, three]
    world.platform.run(offerings.move, host, offering_id=one, to=-5)
    assert mine(world) == [one, two, three]
    world.platform.run(offerings.reorder, host, offering_ids=[two, three, one])
    assert mine(world) == [two, three, one]
    for wrong in ([two, three], [two, three, three], [two, three, one, "off_unknown"]):
        with pytest.raises(InvalidInput):
            world.platform.run(offerings.reorder, host, offering_ids=wrong)
    assert mine(world) == [two, three, one]


def test_students_meet_offerings_in_the_instructors_order(world: World) -> None:
    one, two = make(world, title="One").id, make(world, title="Two").id
    world.platform.run(offerings.move, acting(world.instructor), offering_id=two, to=0)
    [shown] = world.platform.read(courses.instructors, Actor.anonymous(), course_id=world.course.id)
    assert [facts.id for facts in shown.offerings] == [two, one]


def test_there_is_an_end_to_how_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offerings, "MAX_OFFERINGS", 1)
    first = make(world)
    with pytest.raises(InvalidInput):
        make(world)
    with pytest.raises(InvalidInput):
        world.platform.run(offerings.duplicate, acting(world.instructor), offering_id=first.id)


# --- who may see it


def subject_taught(world: World) -> Subject:
    subject = world.add(Subject(name="Logic"))
    world.add(InstructorSubject(instructor_id=world.instructor.id, subject_id=subject.id))
    return subject


def found_by(world: World, actor: Actor) -> set[str]:
    """Every place where an offering is found, as this actor; all must agree."""
    platform = world.platform
    in_profile = platform.read(instructors.detail, actor, instructor_id=world.instructor.id, zone="UTC")
    in_course = platform.read(courses.instructors, actor, course_id=world.course.id)
    of_course = {facts.id for person in in_course for facts in person.offerings}
    profile = {facts.id for facts in in_profile.offerings}
    assert of_course == profile
    searched = platform.read(discovery.find, actor, Search(zone="UTC")).page.items
    assert {card.lead.id for card in searched} <= profile
    assert bool(searched) == bool(profile)
    return profile


def test_what_is_for_enrolled_students_is_found_by_them_and_nobody_else(world: World) -> None:
    offering = make(world, visibility=Visibility.ENROLLED)
    inside, outside = world.student(), world.student("Max Muster", enrolled=False)
    guardian, stranger = world.guardian_of(inside), world.guardian_of(outside)
    for person in (inside, guardian, world.instructor, world.person("Ann", Role.ASSISTANT)):
        assert found_by(world, acting(person)) == {offering.id}
    for actor in (acting(outside), acting(stranger), Actor.anonymous(), acting(world.new_instructor("Omar"))):
        assert found_by(world, actor) == set()
        with pytest.raises(NotFound):
            times_of(world, actor, offering)
    assert times_of(world, acting(inside), offering)
    with pytest.raises(NotEnrolled):
        world.book(outside, offering, at(3, 10))
    assert world.book(inside, offering, at(3, 10)).booking.student_id == inside.id


def test_what_has_only_a_link_is_found_and_booked_by_it_alone(world: World) -> None:
    hidden, shown = make(world, visibility=Visibility.LINK), make(world, title="For everyone")
    student = world.student()
    assert found_by(world, acting(student)) == {shown.id}
    step = world.platform.read(
        wizard.choose_time,
        acting(student),
        wizard.Wanted(zone="UTC", instructor_id=world.instructor.id, offering_id=hidden.id),
    )
    assert step.offering.id == hidden.id
    other = world.platform.read(
        wizard.choose_time, acting(student), wizard.Wanted(zone="UTC", instructor_id=world.instructor.id)
    )
    assert {offer.facts.id for offer in other.instructor.offers} == {shown.id}
    assert times_of(world, acting(student), hidden)

    meant = world.platform.read(
        intake.resolve,
        acting(student),
        Wanted(instructor_id=world.instructor.id, course_id=world.course.id, minutes=60),
        student_id=student.id,
    )
    assert meant.id == shown.id
    assert world.book(student, hidden, at(3, 10)).booking.offering_id == hidden.id


def times_of(world: World, actor: Actor, offering: Offering) -> int:
    found = world.platform.read(
        free_times.free_times,
        actor,
        instructor_id=offering.instructor_id,
        offering_id=offering.id,
        window=TimeSpan(at(3, 0), at(4, 0)),
    )
    return len(found.listing.slots)


# --- what an instructor says about themselves


def test_a_new_instructor_says_what_they_teach_offers_it_and_is_found(world: World) -> None:
    new = world.person("Nora New", Role.INSTRUCTOR)
    world.add(InstructorProfile(person_id=new.id))
    assert not world.platform.read(teaching.teaching, acting(new)).is_ready
    with pytest.raises(InvalidInput):
        make(world, new)

    world.platform.run(
        teaching.change_teaching,
        acting(new),
        headline=" Calm and\nclear ",
        bio="I teach.\n\nA lot.",
        hourly_rate_minor=3000,
        course_ids=[world.course.id],
        subject_ids=[world.course.subject_id],
    )
    said = world.platform.read(teaching.teaching, acting(new))
    assert (said.headline, said.hourly_rate_minor, said.is_ready) == ("Calm and clear", 3000, True)
    assert found_names(world) == set()
    make(world, new, lengths=(Length(60, Price()),))
    assert found_names(world) == {"Nora New"}


def found_names(world: World) -> set[str]:
    return {
        card.name for card in world.platform.read(discovery.find, Actor.anonymous(), Search("UTC")).page.items
    }


def test_a_course_given_up_keeps_its_offerings_but_shows_them_no_more(world: World) -> None:
    offering = make(world)
    subject = subject_taught(world)
    say = {"headline": "", "bio": "", "hourly_rate_minor": None, "subject_ids": [subject.id]}
    world.platform.run(teaching.change_teaching, acting(world.instructor), course_ids=[], **say)  # type: ignore[arg-type]
    [shown] = world.platform.read(own_offerings.listing, acting(world.instructor))
    assert (shown.is_active, shown.is_taught) == (True, False)
    assert found_by(world, Actor.anonymous()) == set()

    say["subject_ids"] = []
    world.platform.run(
        teaching.change_teaching,
        acting(world.instructor),
        course_ids=[world.course.id],
        **say,  # type: ignore[arg-type]
    )
    assert found_by(world, Actor.anonymous()) == {offering.id}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"headline": "x" * 161}, "headline"),
        ({"bio": "x" * 4001}, "bio"),
        ({"hourly_rate_minor": -1}, "hourly_rate"),
        ({"hourly_rate_minor": 10_000_001}, "hourly_rate"),
        ({"course_ids": ["crs_unknown"]}, "teaches"),
        ({"subject_ids": ["sub_unknown"]}, "teaches"),
        ({"course_ids": []}, "teaches"),
    ],
)
def test_what_is_said_wrongly_is_named_at_its_field(
    world: World, changes: dict[str, Any], field: str
) -> None:
    usual: dict[str, Any] = {
        "headline": "",
        "bio": "",
        "hourly_rate_minor": None,
        "course_ids": [world.course.id],
        "subject_ids": [],
    }
    with pytest.raises(InvalidInput) as refused:
        world.platform.run(teaching.change_teaching, acting(world.instructor), **(usual | changes))
    assert list(wrong_fields(refused)) == [field]


def test_only_instructors_teach(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.platform.read(teaching.teaching, acting(world.student()))


def test_bookings_to_come_are_counted(world: World) -> None:
    offering = make(world, session_type=SessionType.GROUP, capacity=4)
    for student in (world.student(), world.student("Max")):
        world.book(student, offering, at(3, 10))
    [shown] = world.platform.read(own_offerings.listing, acting(world.instructor))
    assert shown.ahead == 2
