"""What an instructor offers: making, changing, copying, switching and ordering offerings.

Decides which offering is sound, rule by rule, and who may change it. A change holds for bookings made after it:
price, policy, length, title and place of every booking are frozen on it and its session. Prices are computed in
``terms.quote_for``; who gets to see an offering is decided in ``queries/offers.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from sqlalchemy import func
from sqlmodel import col, select

from sessions_app.domain import plain_text
from sessions_app.domain.booking_lifecycle import OCCUPYING
from sessions_app.domain.errors import InvalidInput, NotAllowed, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.domain.refunds import POLICY_NAMES
from sessions_app.models import (
    Booking,
    Course,
    InstructorCourse,
    InstructorProfile,
    InstructorSubject,
    Material,
    Offering,
)
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType, Visibility
from sessions_app.services import access, audit, live
from sessions_app.services.unit_of_work import UnitOfWork

TITLE_LIMIT = 120
DESCRIPTION_LIMIT = 2000
REQUIREMENTS_LIMIT = 1000
PLACE_LIMIT = 200
MAX_SEATS = 20
MAX_PRICE_MINOR = 100_000_000
MAX_CREDITS = 1000
MAX_CUTOFF_HOURS = 720
MAX_MOVES = 20
MAX_OFFERINGS = 100
MAX_LENGTHS = 6


@dataclass(frozen=True, slots=True)
class Price:
    """What a seat costs: money in minor units, credits, either, or nothing.

    Both None: the instructor's hourly rate counts. ``minor`` 0 without credits is free.
    """

    minor: int | None = None
    credits: int | None = None

    @property
    def is_hourly(self) -> bool:
        """Whether the hourly rate decides."""
        return self.minor is None and self.credits is None


@dataclass(frozen=True, slots=True)
class Length:
    """How long a session is, and what one of that length costs."""

    minutes: int
    price: Price = Price()


@dataclass(frozen=True, slots=True)
class Draft:
    """An offering as somebody wants it; ``lengths`` are several when several offerings are made in one go.

    A group that fewer than ``minimum_seats`` have booked ``minimum_cutoff_hours`` before its start (None: the
    deployment's) does not take place. ``cancel_notice_hours``, ``reschedule_notice_hours`` and ``reschedule_limit``
    bind students (None: the deployment's). ``currency`` is only compared: an instructor's prices are all in the
    currency of their profile.
    """

    title: str
    lengths: tuple[Length, ...]
    description: str = ""
    requirements: str = ""
    course_id: str | None = None
    subject_id: str | None = None
    session_type: SessionType = SessionType.INDIVIDUAL
    capacity: int = 1
    minimum_seats: int = 1
    minimum_cutoff_hours: int | None = None
    topic_type: TopicType = TopicType.FIXED
    booking_mode: BookingMode = BookingMode.INSTANT
    modality: Modality = Modality.ONLINE
    place: str = ""
    cancellation_policy: str = POLICY_NAMES[0]
    cancel_notice_hours: int | None = None
    reschedule_notice_hours: int | None = None
    reschedule_limit: int | None = None
    visibility: Visibility = Visibility.EVERYONE
    currency: str | None = None

    @classmethod
    def of(cls, offering: Offering) -> Draft:
        """The offering as it stands, to change a part of it."""
        return cls(
            title=offering.title,
            lengths=(Length(offering.duration_minutes, Price(offering.price_minor, offering.credits)),),
            description=offering.description,
            requirements=offering.requirements,
            course_id=offering.course_id,
            subject_id=offering.subject_id,
            session_type=offering.session_type,
            capacity=offering.capacity,
            minimum_seats=offering.minimum_seats,
            minimum_cutoff_hours=offering.minimum_cutoff_hours,
            topic_type=offering.topic_type,
            booking_mode=offering.booking_mode,
            modality=offering.modality,
            place=offering.place,
            cancellation_policy=offering.cancellation_policy,
            cancel_notice_hours=offering.cancel_notice_hours,
            reschedule_notice_hours=offering.reschedule_notice_hours,
            reschedule_limit=offering.reschedule_limit,
            visibility=offering.visibility,
        )


def create(
    work: UnitOfWork, *, draft: Draft, instructor_id: str | None = None, is_active: bool = True
) -> list[Offering]:
    """Make one offering for each length of the draft, behind those there are.

    By the instructor themselves, or by staff for ``instructor_id``. Raises InvalidInput, whose ``details.fields`` has
    a sentence for each wrong field; NotAllowed to who does not teach.
    """
    profile = _profile_of(work, instructor_id)
    work.lock(instructor=profile.person_id)
    checked = _checked(work, draft, profile)
    there = _own(work, profile.person_id)
    if len(there) + len(checked.lengths) > MAX_OFFERINGS:
        raise InvalidInput(f"There is room for {MAX_OFFERINGS} offerings.", field="title")
    first = max((one.position for one in there), default=-1) + 1
    made = []
    for number, length in enumerate(checked.lengths):
        offering = Offering(
            instructor_id=profile.person_id,
            duration_minutes=length.minutes,
            title=checked.title,
            is_active=is_active,
            position=first + number,
            created_at=work.now,
            updated_at=work.now,
        )
        _write(offering, replace(checked, lengths=(length,)), profile)
        work.db.add(offering)
        audit.record(work, "offering.created", "offering", offering.id, is_active=is_active)
        made.append(offering)
    work.db.flush()
    live.offerings_changed(work, profile.person_id)
    return made


def edit(work: UnitOfWork, *, offering_id: str, draft: Draft) -> Offering:
    """Change an offering; bookings that are there keep their terms.

    Raises NotFound for an offering of somebody else, InvalidInput as ``create``, and for another kind of session
    (``session_type``) while sessions of the old kind lie ahead.
    """
    offering, profile = load(work, offering_id, lock=True)
    if len(draft.lengths) != 1:
        raise InvalidInput("An offering has one length. Make another for another length.", field="lengths")
    before = Draft.of(offering)
    checked = _checked(work, draft, profile)
    if checked.session_type is not offering.session_type and _has_bookings_ahead(work, offering.id):
        _refuse({"session_type": "Sessions of this kind are booked. Duplicate the offering instead."})
    changed = sorted(
        field for field in Draft.__dataclass_fields__ if getattr(before, field) != getattr(checked, field)
    )
    if not changed:
        return offering
    _write(offering, checked, profile)
    offering.updated_at = work.now
    work.db.add(offering)
    audit.record(work, "offering.changed", "offering", offering.id, fields=changed)
    live.offerings_changed(work, offering.instructor_id)
    return offering


def duplicate(work: UnitOfWork, *, offering_id: str) -> Offering:
    """Copy an offering with its files, switched off, right behind the original. Raises NotFound, InvalidInput."""
    offering, profile = load(work, offering_id, lock=True)
    others = _own(work, profile.person_id)
    if len(others) >= MAX_OFFERINGS:
        raise InvalidInput(f"There is room for {MAX_OFFERINGS} offerings.", field="title")
    facts = offering.model_dump(exclude={"id", "title", "is_active", "position", "created_at", "updated_at"})
    copy = Offering(
        **facts,
        title=f"{offering.title[: TITLE_LIMIT - 7].rstrip()} (copy)",
        is_active=False,
        position=0,
        created_at=work.now,
        updated_at=work.now,
    )
    work.db.add(copy)
    work.db.flush()
    for file in work.db.exec(select(Material).where(col(Material.offering_id) == offering.id)):
        work.db.add(Material(**file.model_dump(exclude={"id", "offering_id"}), offering_id=copy.id))
    place = [one.id for one in others].index(offering.id) + 1
    _number([*others[:place], copy, *others[place:]])
    audit.record(work, "offering.duplicated", "offering", copy.id, original_id=offering.id)
    live.offerings_changed(work, profile.person_id)
    return copy


def set_active(work: UnitOfWork, *, offering_id: str, is_active: bool) -> Offering:
    """Offer it, or offer it no more; what is booked stays booked.

    Raises NotFound, and InvalidInput when the offering no longer follows the rules and has to be edited first.
    """
    offering, profile = load(work, offering_id, lock=True)
    if offering.is_active is is_active:
        return offering
    if is_active:
        _checked(work, Draft.of(offering), profile)
    offering.is_active, offering.updated_at = is_active, work.now
    work.db.add(offering)
    audit.record(work, "offering.activated" if is_active else "offering.deactivated", "offering", offering.id)
    live.offerings_changed(work, offering.instructor_id)
    return offering


def move(work: UnitOfWork, *, offering_id: str, to: int) -> None:
    """Put an offering at place ``to`` (0: first) among its instructor's; beyond the last is last. Raises NotFound."""
    offering, profile = load(work, offering_id, lock=True)
    others = [one for one in _own(work, profile.person_id) if one.id != offering.id]
    place = min(max(to, 0), len(others))
    _number([*others[:place], offering, *others[place:]])
    audit.record(work, "offering.moved", "offering", offering.id, to=place)
    live.offerings_changed(work, profile.person_id)


def reorder(work: UnitOfWork, *, offering_ids: Sequence[str], instructor_id: str | None = None) -> None:
    """Put all offerings of an instructor into this order.

    Raises InvalidInput (``offering_ids``) unless each of them is named exactly once.
    """
    profile = _profile_of(work, instructor_id)
    work.lock(instructor=profile.person_id)
    known = {one.id: one for one in _own(work, profile.person_id)}
    if sorted(offering_ids) != sorted(known):
        raise InvalidInput("Please name each of your offerings once.", field="offering_ids")
    _number([known[offering_id] for offering_id in offering_ids])
    audit.record(work, "offerings.ordered", "person", profile.person_id)
    live.offerings_changed(work, profile.person_id)


def faults(work: UnitOfWork, *, draft: Draft) -> dict[str, str]:
    """What is wrong with a draft of the acting instructor's, by field; nothing is stored. Raises NotAllowed."""
    profile = _profile_of(work, None)
    try:
        _checked(work, draft, profile)
    except InvalidInput as refused:
        fields: dict[str, str] = refused.details["fields"]
        return fields
    return {}


def load(work: UnitOfWork, offering_id: str, *, lock: bool = False) -> tuple[Offering, InstructorProfile]:
    """An offering with its instructor's profile, for the instructor and staff. Raises NotFound to anybody else.

    ``lock`` makes this transaction the only writer among the instructor's.
    """
    if not work.actor.is_system:
        access.require_person(work)
    offering = work.db.get(Offering, offering_id)
    if offering is None or not may_manage(work, offering.instructor_id):
        raise NotFound
    if lock:
        work.lock(instructor=offering.instructor_id)
        work.db.refresh(offering)
    return offering, work.db.get_one(InstructorProfile, offering.instructor_id)


def may_manage(work: UnitOfWork, instructor_id: str) -> bool:
    """Whether what this instructor offers is the actor's own, or theirs to oversee."""
    return work.actor.person_id == instructor_id or work.actor.is_staff or work.actor.is_system


def host_meant(work: UnitOfWork, instructor_id: str | None) -> str:
    """Whose offerings are meant: the one named, else the actor's own.

    Raises Unauthenticated; NotAllowed to who neither teaches nor oversees; NotFound for somebody else's.
    """
    own = None if work.actor.is_system else access.require_person(work)
    if instructor_id is None:
        if work.actor.role is not Role.INSTRUCTOR or own is None:
            raise NotAllowed("Only instructors have offerings.")
        return own
    if not may_manage(work, instructor_id) or work.db.get(InstructorProfile, instructor_id) is None:
        raise NotFound
    return instructor_id


def _profile_of(work: UnitOfWork, instructor_id: str | None) -> InstructorProfile:
    return work.db.get_one(InstructorProfile, host_meant(work, instructor_id))


def _own(work: UnitOfWork, instructor_id: str) -> list[Offering]:
    """All of an instructor's offerings in their order."""
    return list(
        work.db.exec(
            select(Offering)
            .where(col(Offering.instructor_id) == instructor_id)
            .order_by(col(Offering.position), col(Offering.id))
        ).all()
    )


def _number(in_order: Sequence[Offering]) -> None:
    for position, offering in enumerate(in_order):
        if offering.position != position:
            offering.position = position


def _has_bookings_ahead(work: UnitOfWork, offering_id: str) -> bool:
    statement = select(func.count()).where(
        col(Booking.offering_id) == offering_id,
        col(Booking.status).in_(OCCUPYING),
        col(Booking.ends_at) > work.now,
    )
    return work.db.exec(statement).one() > 0


def _write(offering: Offering, checked: Draft, profile: InstructorProfile) -> None:
    """The draft, which has one length, as the row's values."""
    (length,) = checked.lengths
    for field in Draft.__dataclass_fields__:
        if field not in ("lengths", "currency"):
            setattr(offering, field, getattr(checked, field))
    offering.duration_minutes = length.minutes
    offering.price_minor, offering.credits = length.price.minor, length.price.credits
    offering.currency = profile.currency


def _refuse(wrong: dict[str, str]) -> NoReturn:
    """Say all that is wrong at once; the first is the refusal's own sentence."""
    field, sentence = next(iter(wrong.items()))
    raise InvalidInput(sentence, field=field, fields=wrong)


def _checked(work: UnitOfWork, draft: Draft, profile: InstructorProfile) -> Draft:
    """The draft in its tidy form, when every rule holds."""
    wrong: dict[str, str] = {}
    is_group = draft.session_type is SessionType.GROUP
    has_place = draft.modality is not Modality.ONLINE
    tidy = replace(
        draft,
        title=_one_line(draft.title),
        description=_lines(draft.description),
        requirements=_lines(draft.requirements),
        place=_one_line(draft.place) if has_place else "",
        course_id=draft.course_id or None,
        subject_id=None if draft.course_id else draft.subject_id or None,
        minimum_seats=draft.minimum_seats if is_group else 1,
        minimum_cutoff_hours=draft.minimum_cutoff_hours if is_group else None,
        currency=None,
    )
    if draft.currency not in (None, profile.currency):
        wrong["currency"] = f"Your prices are in {profile.currency}."
    course = _check_what(work, tidy, profile.person_id, wrong)
    _check_words(tidy, wrong)
    _check_lengths(work, tidy, profile, course, wrong)
    _check_seats(tidy, wrong)
    if has_place and not tidy.place:
        wrong["place"] = "Please say where you meet."
    elif len(tidy.place) > PLACE_LIMIT:
        wrong["place"] = f"Please keep the place under {PLACE_LIMIT} characters."
    if tidy.cancellation_policy not in POLICY_NAMES:
        wrong["cancellation_policy"] = "Please choose one of the cancellation policies."
    for field, most in (
        ("cancel_notice_hours", MAX_CUTOFF_HOURS),
        ("reschedule_notice_hours", MAX_CUTOFF_HOURS),
        ("reschedule_limit", MAX_MOVES),
    ):
        if (value := getattr(tidy, field)) is not None and not 0 <= value <= most:
            wrong[field] = f"Please enter a whole number from 0 to {most}, or nothing."
    if tidy.visibility is Visibility.ENROLLED and course is None:
        wrong["visibility"] = "Only a course has enrolled students. Choose a course, or show it to others."
    if wrong:
        _refuse(wrong)
    return tidy


def _one_line(text: str) -> str:
    return plain_text.one_line(unicodedata.normalize("NFC", text), limit=len(text) + 1)


def _lines(text: str) -> str:
    return "\n".join(plain_text.lines(unicodedata.normalize("NFC", text)))


def _check_words(tidy: Draft, wrong: dict[str, str]) -> None:
    if not tidy.title:
        wrong["title"] = "Please enter a title."
    elif len(tidy.title) > TITLE_LIMIT:
        wrong["title"] = f"Please keep the title under {TITLE_LIMIT} characters."
    for field, limit in (("description", DESCRIPTION_LIMIT), ("requirements", REQUIREMENTS_LIMIT)):
        if len(getattr(tidy, field)) > limit:
            wrong[field] = f"Please keep this under {limit:,} characters."


def _check_what(work: UnitOfWork, tidy: Draft, instructor_id: str, wrong: dict[str, str]) -> Course | None:
    """The course of the draft, when the instructor teaches it."""
    if tidy.course_id is not None:
        course = work.db.get(Course, tidy.course_id)
        teaches = work.db.get(InstructorCourse, (instructor_id, tidy.course_id))
        if course is not None and course.is_active and teaches is not None and teaches.is_active:
            return course
        wrong["course_id"] = "Please choose a course you teach."
    elif tidy.subject_id is None:
        wrong["course_id"] = "Please choose a course or a subject you teach."
    elif work.db.get(InstructorSubject, (instructor_id, tidy.subject_id)) is None:
        wrong["subject_id"] = "Please choose a subject you teach."
    return None


def _check_lengths(
    work: UnitOfWork, tidy: Draft, profile: InstructorProfile, course: Course | None, wrong: dict[str, str]
) -> None:
    shortest, longest = work.settings.min_session_duration, work.settings.max_session_duration
    if not 1 <= len(tidy.lengths) <= MAX_LENGTHS:
        wrong["lengths"] = f"Please enter 1 to {MAX_LENGTHS} lengths."
    seen: set[int] = set()
    for number, length in enumerate(tidy.lengths):
        place = f".{number}" if len(tidy.lengths) > 1 else ""
        if not shortest <= length.minutes <= longest:
            wrong[f"duration_minutes{place}"] = f"Please enter {shortest} to {longest} minutes."
        elif length.minutes in seen:
            wrong[f"duration_minutes{place}"] = "This length is there already."
        seen.add(length.minutes)
        price = length.price
        if price.minor is not None and price.minor < 0:
            wrong[f"amount{place}"] = "A price cannot be negative."
        elif price.minor is not None and price.minor > MAX_PRICE_MINOR:
            wrong[f"amount{place}"] = "This price is too high."
        if price.credits is not None and not 1 <= price.credits <= MAX_CREDITS:
            wrong[f"credits{place}"] = f"Please enter 1 to {MAX_CREDITS:,} credits."
        is_priced_by_course = course is not None and course.price_minor is not None
        if price.is_hourly and profile.hourly_rate_minor is None and not is_priced_by_course:
            wrong[f"amount{place}"] = "Please enter a price, or set your hourly rate first."


def _check_seats(tidy: Draft, wrong: dict[str, str]) -> None:
    if tidy.session_type is SessionType.INDIVIDUAL:
        if tidy.capacity != 1:
            wrong["capacity"] = "A one-to-one session has one seat."
        return
    if not 2 <= tidy.capacity <= MAX_SEATS:
        wrong["capacity"] = f"A group has 2 to {MAX_SEATS} seats."
    elif not 1 <= tidy.minimum_seats <= tidy.capacity:
        wrong["minimum_seats"] = f"Please enter 1 to {tidy.capacity} students."
    if tidy.minimum_cutoff_hours is not None and not 0 <= tidy.minimum_cutoff_hours <= MAX_CUTOFF_HOURS:
        wrong["minimum_cutoff_hours"] = f"Please enter 0 to {MAX_CUTOFF_HOURS} hours."
