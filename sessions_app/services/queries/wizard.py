"""The first two steps of the booking wizard: who, and when. Each is one transaction and one statement a table.

Times come from the one slot engine, so whatever is listed here can be held. A hold of the student's own counts as
free, because choosing another time replaces it. Local dates are counted in the viewer's zone; how they read is
decided in ``state``. The step that confirms is read in ``queries/held.py``, the last in ``queries/confirmation.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func
from sqlmodel import col, select

from sessions_app.domain import month_grid
from sessions_app.domain.availability import local_date, open_windows, to_utc
from sessions_app.domain.booking_lifecycle import OCCUPYING, BookingStatus
from sessions_app.domain.errors import NotFound
from sessions_app.domain.month_grid import Week
from sessions_app.domain.permissions import Role
from sessions_app.domain.slots import Question, Reason, Slot, SlotRules, judge, open_slots
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import (
    Booking,
    Course,
    DeferredEnrollment,
    Enrollment,
    GuardianLink,
    Offering,
    Person,
)
from sessions_app.services import calendars, credits, enrollments, slots, terms
from sessions_app.services.calendars import InstructorCalendar
from sessions_app.services.queries import offers
from sessions_app.services.queries.discovery import week_of
from sessions_app.services.queries.offers import Instructor, Offer, OfferingFacts
from sessions_app.services.unit_of_work import UnitOfWork

_WORTH_ASKING = timedelta(days=800)
"""A start further away than the longest horizon is a mistyped address, not a question."""


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody the viewer may book for: themselves, or a child of theirs. ``course_ids`` are those they are in."""

    id: str
    name: str
    course_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """The course a wizard is about, and where the student stands in it."""

    id: str
    title: str
    session_count: int
    sessions_done: int
    enrollment_id: str | None
    is_deferred: bool


@dataclass(frozen=True, slots=True)
class InstructorChoice:
    """A card of the first step. ``week`` counts the free starts on the next 7 local dates, today first."""

    instructor: Instructor
    students_taught: int
    next_free: datetime | None
    week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InstructorStep:
    """Who teaches the course, soonest free first, as ``student_id`` meets them.

    ``credits`` is None for a viewer who books for nobody.
    """

    course: CourseProgress
    choices: tuple[InstructorChoice, ...]
    students: tuple[Student, ...]
    student_id: str | None
    credits: int | None
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """A start that only the student's own session is in the way of."""

    span: TimeSpan
    title: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OwnHold:
    """The student's unfinished booking, wherever it is."""

    booking_id: str
    instructor_id: str
    offering_id: str
    span: TimeSpan
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Unmet:
    """A day or a time that was asked for and cannot be booked: the engine's first reason, never its cause.

    ``is_rest_day`` when the instructor's week, which everybody may see, has no hours on that weekday.
    """

    on: date
    reason: Reason
    is_rest_day: bool = False
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; any of it may be missing, or be of no use any more.

    ``slot`` is a start that a link leads to.
    """

    zone: str
    instructor_id: str
    course_id: str | None = None
    offering_id: str | None = None
    student_id: str | None = None
    month: date | None = None
    on: date | None = None
    slot: datetime | None = None
    first_weekday: int = month_grid.MONDAY


@dataclass(frozen=True, slots=True)
class TimeStep:
    """The calendar and the times of one offering.

    ``starts`` are all slots that can be booked now, by start; ``by_day`` those of each local date that has any.
    ``shown_on`` is the day whose times are shown: the one asked for, else the first free one of the month.
    ``month_reason`` says why the month holds no start, and is None when it holds one. ``unmet_day`` and
    ``unmet_slot`` are the day and the start that were asked for, unless they can be booked.
    ``needs_enrollment`` when there is a student who is not in the course that the offering belongs to.
    """

    instructor: Instructor
    subjects: tuple[str, ...]
    offering: OfferingFacts
    place: str
    free_hours: int
    course: CourseProgress | None
    students: tuple[Student, ...]
    student_id: str | None
    needs_enrollment: bool
    month: date
    weeks: tuple[Week, ...]
    today: date
    last_on: date
    rules: SlotRules
    starts: tuple[Slot, ...]
    by_day: Mapping[date, Sequence[Slot]]
    clashes: tuple[Clash, ...]
    on: date | None
    shown_on: date | None
    month_reason: Reason | None
    unmet_day: Unmet | None
    unmet_slot: Unmet | None
    hold: OwnHold | None
    now: datetime

    def on_day(self, day: date) -> Sequence[Slot]:
        """The slots that begin on this local date, by start."""
        return self.by_day.get(day, ())

    @property
    def day_reason(self) -> Reason | None:
        """Why the day shown holds no start, None when it holds one."""
        return self.unmet_day.reason if self.unmet_day and self.unmet_day.on == self.shown_on else None


def choose_instructor(
    work: UnitOfWork, *, course_id: str, zone: str, student_id: str | None = None
) -> InstructorStep:
    """The instructors of a course, with when they are free next for one of the viewer's students.

    Raises NotFound for an unknown course.
    """
    course = work.db.get(Course, course_id)
    if course is None or not course.is_active:
        raise NotFound
    teachers = offers.instructors(work, course_id=course_id)
    ids = [teacher.id for teacher in teachers]
    students = students_of(work)
    student = student_meant(students, student_id, course_id)
    # A hold is replaced by whatever is chosen next.
    busy = [own.span for own in _own_bookings(work, student) if not own.is_hold]
    is_at_cap = slots.is_cap(work, len(busy))
    horizon = TimeSpan(work.now, work.now + slots.MAX_RANGE)
    loaded = calendars.load(work, ids, horizon)
    taught = offers.students_taught(work, ids)
    today = local_date(work.now, zone)
    choices = []
    for teacher in teachers:
        first = teacher.offers[0].row
        asked = slots.question(loaded[teacher.id], first, student_busy=busy, now=work.now)
        listed = open_slots(asked, horizon)
        free = () if is_at_cap else listed.slots
        choices.append(
            InstructorChoice(
                instructor=teacher,
                students_taught=taught[teacher.id],
                next_free=free[0].span.start if free else None,
                week=week_of(free, today, zone),
            )
        )
    choices.sort(key=lambda choice: (choice.next_free is None, choice.next_free or work.now))
    return InstructorStep(
        course=progress_in(work, course, student),
        choices=tuple(choices),
        students=students,
        student_id=student.id if student else None,
        credits=credits.balance_of(work, student.id) if student else None,
        today=today,
        now=work.now,
    )


def choose_time(work: UnitOfWork, wanted: Wanted) -> TimeStep:
    """When an offering can be booked. Raises NotFound when the instructor has nothing to book (in the course)."""
    teacher = teacher_of(work, wanted.instructor_id, wanted.course_id, wanted.offering_id)
    students = students_of(work)
    offer = _offer_wanted(teacher, wanted.offering_id, students)
    course_id = offer.facts.course_id
    student = student_meant(students, wanted.student_id, course_id)
    own = _own_bookings(work, student)
    hold = next((one for one in own if one.is_hold), None)
    diary = _diary(work, teacher.id, offer.row, [one for one in own if one is not hold], hold)
    if slots.is_cap(work, sum(not one.is_hold for one in own)):
        diary = replace(diary, is_at_cap=True)
    starts = diary.open(diary.whole)
    by_day: dict[date, list[Slot]] = {}
    for open_slot in starts:
        by_day.setdefault(local_date(open_slot.span.start, wanted.zone), []).append(open_slot)

    today = local_date(work.now, wanted.zone)
    last_on = local_date(diary.whole.end - timedelta(seconds=1), wanted.zone)
    slot = wanted.slot if wanted.slot and abs(wanted.slot - work.now) < _WORTH_ASKING else None
    asked_on = wanted.on or (local_date(slot, wanted.zone) if slot else None)
    on = asked_on if asked_on and today <= asked_on <= last_on else None
    month, weeks = _month_shown(wanted, on, today, last_on, min(by_day, default=None))
    days = [day for week in weeks for day in week]
    shown_on = on or next((day for day in days if day in by_day), None)
    return TimeStep(
        instructor=teacher,
        subjects=tuple(subject.name for subject in offers.subjects_of(work, [teacher.id])[teacher.id]),
        offering=offer.facts,
        place=offer.row.place,
        free_hours=max(
            terms.policy_for(offer.row, work.settings).free_hours, offer.row.cancel_notice_hours or 0
        ),
        course=progress_in(work, offer.course, student) if offer.course else None,
        students=students,
        student_id=student.id if student else None,
        needs_enrollment=student is not None
        and offer.row.requires_enrollment
        and course_id is not None
        and course_id not in student.course_ids,
        month=month,
        weeks=weeks,
        today=today,
        last_on=last_on,
        rules=diary.loaded.rules,
        starts=starts,
        by_day=by_day,
        clashes=diary.clashes(starts),
        on=on,
        shown_on=shown_on,
        month_reason=None
        if any(day in by_day for day in days)
        else diary.why_none(days[0], days[-1], wanted.zone),
        unmet_day=diary.unmet_day(asked_on, today, last_on, wanted.zone)
        if asked_on is not None and asked_on not in by_day
        else None,
        unmet_slot=diary.unmet_slot(slot, wanted.zone) if slot else None,
        hold=hold.as_hold() if hold else None,
        now=work.now,
    )


def progress(work: UnitOfWork, *, course_id: str, student_id: str | None = None) -> CourseProgress:
    """Where one of the viewer's students stands in a course. Raises NotFound for an unknown course."""
    course = work.db.get(Course, course_id)
    if course is None:
        raise NotFound
    return progress_in(work, course, student_meant(students_of(work), student_id, course_id))


def teacher_of(
    work: UnitOfWork, instructor_id: str, course_id: str | None = None, named: str | None = None
) -> Instructor:
    """The instructor with what can be booked, also by the link that ``named`` stands in.

    Raises NotFound when that is nothing.
    """
    for teacher in offers.instructors(work, instructor_id=instructor_id, named=named):
        kept = tuple(offer for offer in teacher.offers if course_id in (None, offer.facts.course_id))
        if kept:
            return teacher if len(kept) == len(teacher.offers) else replace(teacher, offers=kept)
    raise NotFound


# Built once, as every step runs them.
_ONESELF = select(Person.id, Person.name).where(col(Person.id) == bindparam("actor"))
_CHILDREN = (
    select(Person.id, Person.name)
    .join(GuardianLink, col(GuardianLink.child_id) == col(Person.id))
    .where(col(GuardianLink.guardian_id) == bindparam("actor"), col(GuardianLink.can_book))
    .order_by(col(Person.name), col(Person.id))
)
_ENROLLED = select(Enrollment.student_id, Enrollment.course_id).where(
    col(Enrollment.student_id).in_(bindparam("students", expanding=True))
)
_PROGRESS = (
    select(
        Enrollment.id,
        DeferredEnrollment.status,
        select(func.count())
        .where(
            col(Booking.student_id) == col(Enrollment.student_id),
            col(Booking.course_id) == col(Enrollment.course_id),
            col(Booking.status) == BookingStatus.COMPLETED,
        )
        .scalar_subquery(),
    )
    .outerjoin(DeferredEnrollment, col(DeferredEnrollment.enrollment_id) == col(Enrollment.id))
    .where(
        col(Enrollment.student_id) == bindparam("student"), col(Enrollment.course_id) == bindparam("course")
    )
)
_OWN_BOOKINGS = (
    select(Booking, Course.title)
    .outerjoin(Course, col(Course.id) == col(Booking.course_id))
    .where(
        col(Booking.student_id) == bindparam("student"),
        col(Booking.status).in_(OCCUPYING),
        col(Booking.ends_at) > bindparam("now"),
        calendars.still_counts(col(Booking.frees_at), bindparam("now")),
    )
    .order_by(col(Booking.created_at).desc(), col(Booking.id))
)


def students_of(work: UnitOfWork) -> tuple[Student, ...]:
    """Whom the viewer may book for; nobody for visitors, instructors and staff."""
    if work.actor.person_id is None or work.actor.role not in (Role.STUDENT, Role.GUARDIAN):
        return ()
    people = _CHILDREN if work.actor.role is Role.GUARDIAN else _ONESELF
    named = work.execute(people, {"actor": work.actor.person_id}).all()
    rows = work.execute(_ENROLLED, {"students": [person_id for person_id, _ in named]}).all()
    return tuple(
        Student(person_id, name, frozenset(course for student, course in rows if student == person_id))
        for person_id, name in named
    )


def student_meant(
    students: Sequence[Student], student_id: str | None, course_id: str | None
) -> Student | None:
    """Whom a session is for: the one asked for, else the first who is in the course, else the first."""
    asked = next((student for student in students if student.id == student_id), None)
    if asked is not None:
        return asked
    enrolled = (student for student in students if course_id in student.course_ids)
    return next(enrolled, next(iter(students), None))


def progress_in(work: UnitOfWork, course: Course, student: Student | None) -> CourseProgress:
    """The course, with where the student stands in it."""
    if student is None or course.id not in student.course_ids:
        return CourseProgress(course.id, course.title, course.session_count, 0, None, is_deferred=False)
    enrollment_id, deferred, done = work.execute(
        _PROGRESS, {"student": student.id, "course": course.id}
    ).one()
    return CourseProgress(
        id=course.id,
        title=course.title,
        session_count=course.session_count,
        sessions_done=done,
        enrollment_id=enrollment_id,
        is_deferred=deferred in enrollments.OPEN_DEFERRALS,
    )


@dataclass(frozen=True, slots=True)
class _OwnBooking:
    """A seat of the student that counts, and what it is called in a sentence."""

    row: Booking
    title: str
    span: TimeSpan

    @property
    def is_hold(self) -> bool:
        return self.row.status is BookingStatus.HELD

    def as_hold(self) -> OwnHold:
        return OwnHold(
            booking_id=self.row.id,
            instructor_id=self.row.instructor_id,
            offering_id=self.row.offering_id,
            span=self.span,
            expires_at=self.row.hold_expires_at or self.span.start,
        )


@dataclass(frozen=True, slots=True)
class _Diary:
    """One offering's open times as one student meets them."""

    loaded: InstructorCalendar
    offering: Offering
    own: Sequence[_OwnBooking]
    left: str | None
    whole: TimeSpan
    now: datetime
    is_at_cap: bool = False

    def open(self, window: TimeSpan, *, heeding_own: bool = True) -> tuple[Slot, ...]:
        return self._ask(window, self.own if heeding_own else ())[0]

    def why_none(self, first: date, last: date, zone: str) -> Reason | None:
        return self._ask(_dates(first, last, zone), self.own)[1]

    def unmet_day(self, day: date, today: date, last_on: date, zone: str) -> Unmet | None:
        """Why this local date holds no start; None for one that does."""
        if today <= day <= last_on:
            reason = self.why_none(day, day, zone)
        else:
            reason = Reason.PAST if day < today else Reason.HORIZON
        return None if reason is None else Unmet(day, reason, self._is_rest_day(reason, day, zone))

    def unmet_slot(self, starts_at: datetime, zone: str) -> Unmet | None:
        """Why this start cannot be booked, by the engine that lists and books; None when it can."""
        day = local_date(starts_at, zone)
        if self.is_at_cap:
            return Unmet(day, Reason.STUDENT_CAP, starts_at=starts_at)
        verdict = judge(self._question(self.own), starts_at)
        if isinstance(verdict, Slot):
            return None
        return Unmet(day, verdict[0], self._is_rest_day(verdict[0], day, zone), starts_at)

    def _is_rest_day(self, reason: Reason, day: date, zone: str) -> bool:
        if reason is not Reason.OUTSIDE_HOURS:
            return False
        usual = replace(self.loaded.calendar, overrides=(), published=())
        return not open_windows(usual, _dates(day, day, zone))

    def clashes(self, starts: Sequence[Slot]) -> tuple[Clash, ...]:
        """For each session of the student's own that is in the way, the start nearest to it."""
        if not self.own:
            return ()
        open_to_student = {slot.span.start for slot in starts}
        blocked = [
            slot.span
            for slot in self.open(self.whole, heeding_own=False)
            if slot.span.start not in open_to_student
        ]
        found = []
        for own in self.own:
            in_the_way = [span for span in blocked if span.overlaps(own.span)]
            if in_the_way:
                nearest = min(in_the_way, key=lambda span: (abs(span.start - own.span.start), span.start))
                found.append(Clash(nearest, own.title, own.span.start))
        return tuple(sorted(found, key=lambda clash: clash.span.start))

    def _ask(self, window: TimeSpan, own: Sequence[_OwnBooking]) -> tuple[tuple[Slot, ...], Reason | None]:
        if self.is_at_cap:
            return (), Reason.STUDENT_CAP
        answer = open_slots(self._question(own), window)
        return answer.slots, answer.reason

    def _question(self, own: Sequence[_OwnBooking]) -> Question:
        return slots.question(
            self.loaded,
            self.offering,
            student_busy=[one.span for one in own],
            without_session=self.left,
            now=self.now,
        )


def _dates(first: date, last: date, zone: str) -> TimeSpan:
    """These local dates, both included."""
    return TimeSpan(to_utc(first, 0, zone), to_utc(last + timedelta(days=1), 0, zone))


def _diary(
    work: UnitOfWork,
    instructor_id: str,
    offering: Offering,
    own: Sequence[_OwnBooking],
    hold: _OwnBooking | None,
) -> _Diary:
    window = TimeSpan(work.now, work.now + slots.MAX_RANGE)
    loaded = calendars.load(work, [instructor_id], window)[instructor_id]
    zone = loaded.calendar.zone
    closes_at = to_utc(local_date(work.now, zone) + timedelta(days=loaded.rules.horizon_days + 1), 0, zone)
    whole = TimeSpan(work.now, closes_at)
    if closes_at > window.end:
        loaded = calendars.load(work, [instructor_id], whole)[instructor_id]
    left = slots.session_left_by(work, hold.row if hold else None)
    return _Diary(loaded, offering, own, left, whole, work.now)


def _own_bookings(work: UnitOfWork, student: Student | None) -> list[_OwnBooking]:
    """What the student has ahead, the latest made first."""
    if student is None:
        return []
    rows = work.db.exec(_OWN_BOOKINGS, params={"student": student.id, "now": work.now})
    return [
        _OwnBooking(booking, course_title or booking.title, TimeSpan(booking.starts_at, booking.ends_at))
        for booking, course_title in rows
    ]


def _offer_wanted(teacher: Instructor, offering_id: str | None, students: Sequence[Student]) -> Offer:
    """The offering asked for, else the first one of a course that a student is in, else the first."""
    asked = next((offer for offer in teacher.offers if offer.facts.id == offering_id), None)
    if asked is not None:
        return asked
    courses = frozenset[str]().union(*(student.course_ids for student in students))
    open_to_them = (
        offer
        for offer in teacher.offers
        if offer.facts.course_id in courses or not offer.row.requires_enrollment
    )
    return next(open_to_them, teacher.offers[0])


def _month_shown(
    wanted: Wanted, on: date | None, today: date, last_on: date, first_free: date | None
) -> tuple[date, tuple[Week, ...]]:
    """The month asked for, else that of the day asked for, else the one with the first free day."""

    def weeks_of(month: date) -> tuple[Week, ...]:
        return month_grid.weeks_of(month, today=today, first_weekday=wanted.first_weekday)

    asked = wanted.month or on or first_free or today
    month = month_grid.first_of_month(min(max(asked, today), last_on))
    this_month = month_grid.first_of_month(today)
    if wanted.month is None and asked <= weeks_of(this_month)[-1][-1]:
        month = this_month  # which near its end shows the first weeks of the next, too
    return month, weeks_of(month)
