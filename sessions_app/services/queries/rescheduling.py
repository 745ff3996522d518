"""To which times a booking can be moved: the month, its free days and the starts of one of them.

The starts come from the one slot engine with the booking itself left out, so whatever is listed here is a time that
``moves.reschedule`` takes. Local dates are counted in the viewer's zone; how they read is decided in ``state``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sessions_app.domain import month_grid
from sessions_app.domain.availability import local_date, to_utc
from sessions_app.domain.booking_lifecycle import TRANSITIONS, BookingEvent
from sessions_app.domain.errors import IllegalTransition, NotFound
from sessions_app.domain.month_grid import Week
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.rescheduling import MoveVerdict
from sessions_app.domain.slots import Reason, Slot
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, InstructorProfile, Offering, Person
from sessions_app.models.catalogue import SessionType
from sessions_app.services import access, calendars, slots, terms
from sessions_app.services.options import effective_status
from sessions_app.services.unit_of_work import UnitOfWork

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class NewTimes:
    """One booking and where it could go. Without a verdict's barrier ``starts`` are all bookable starts, by start.

    ``counts`` says how many begin on each local date; ``shown_on`` is the day asked for, else the first free one of
    the month. ``month_reason`` and ``day_reason`` say why month or day hold no start, and are None when they do.
    """

    booking_id: str
    title: str
    instructor_id: str
    instructor_name: str
    student_name: str | None
    starts_at: datetime
    ends_at: datetime
    verdict: MoveVerdict
    moves_made: int
    is_group: bool
    capacity: int
    month: date
    weeks: tuple[Week, ...]
    today: date
    last_on: date
    horizon_days: int
    starts: tuple[Slot, ...]
    counts: Counter[date]
    on: date | None
    shown_on: date | None
    month_reason: Reason | None
    day_reason: Reason | None
    now: datetime

    def span_at(self, start: datetime) -> TimeSpan | None:
        """The bookable span that begins at ``start``; None when there is none (any more)."""
        return next((slot.span for slot in self.starts if slot.span.start == start), None)

    def nearest(self, start: datetime) -> tuple[TimeSpan, ...]:
        """The three bookable spans nearest to ``start``, by start."""
        near = sorted(self.starts, key=lambda slot: (abs(slot.span.start - start), slot.span.start))
        return tuple(sorted((slot.span for slot in near[:_NEAREST]), key=lambda span: span.start))


def new_times(
    work: UnitOfWork,
    *,
    booking_id: str,
    zone: str,
    month: date | None = None,
    on: date | None = None,
    first_weekday: int = month_grid.MONDAY,
) -> NewTimes:
    """Where the booking could be moved, as its own side sees it.

    Raises NotFound to everybody else, NotAllowed to a guardian without the right, IllegalTransition for what is not
    a session to come.
    """
    loaded = access.load_booking(work, booking_id, action=Action.RESCHEDULE)
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        raise NotFound
    booking = loaded.booking
    status = effective_status(booking, work.now)
    if (status, BookingEvent.RESCHEDULE) not in TRANSITIONS or booking.starts_at <= work.now:
        raise IllegalTransition("This session cannot be rescheduled any more.", status=status.value)
    offering = work.db.get_one(Offering, booking.offering_id)
    profile = work.db.get_one(InstructorProfile, booking.instructor_id)
    instructor = work.db.get_one(Person, booking.instructor_id)
    student = work.db.get_one(Person, booking.student_id)
    verdict = terms.may_move(booking, work.settings, work.now)
    horizon_days = calendars.slot_rules(profile, work.settings).horizon_days
    open_until = _open_until(work.now, instructor.timezone, horizon_days)
    free = _Free(work, offering, booking, open_until)
    starts = () if verdict.barrier else free.starts()
    counts = Counter(local_date(slot.span.start, zone) for slot in starts)

    today, last_on = local_date(work.now, zone), local_date(open_until - timedelta(seconds=1), zone)
    on = on if on is not None and today <= on <= last_on else None
    asked = month or on or min(counts, default=today)
    shown_month = month_grid.first_of_month(min(max(asked, today), last_on))
    this_month = month_grid.first_of_month(today)
    weeks = month_grid.weeks_of(this_month, today=today, first_weekday=first_weekday)
    if month is None and asked <= weeks[-1][-1]:
        shown_month = this_month  # which near its end shows the first weeks of the next, too
    weeks = month_grid.weeks_of(shown_month, today=today, first_weekday=first_weekday)
    days = [day for week in weeks for day in week]
    shown_on = on or next((day for day in days if counts[day]), None)
    return NewTimes(
        booking_id=booking.id,
        title=booking.title,
        instructor_id=instructor.id,
        instructor_name=instructor.name,
        student_name=student.name if loaded.relation is Relation.OWN_CHILD else None,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        verdict=verdict,
        moves_made=booking.reschedule_count,
        is_group=loaded.session.session_type is SessionType.GROUP,
        capacity=loaded.session.capacity,
        month=shown_month,
        weeks=weeks,
        today=today,
        last_on=last_on,
        horizon_days=horizon_days,
        starts=starts,
        counts=counts,
        on=on,
        shown_on=shown_on,
        month_reason=None if verdict.barrier else free.why_none(days, zone, counts),
        day_reason=None if verdict.barrier or shown_on is None else free.why_none([shown_on], zone, counts),
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class _Free:
    """The offering's open times as the moving booking's student meets them."""

    work: UnitOfWork
    offering: Offering
    booking: Booking
    until: datetime

    def starts(self) -> tuple[Slot, ...]:
        """All of them but the time it has already, in pieces no longer than a listing may be."""
        found: list[Slot] = []
        at = self.work.now
        while at < self.until:
            end = min(at + slots.MAX_RANGE, self.until)
            listed = slots.listing(
                self.work,
                self.offering,
                TimeSpan(at, end),
                student_id=self.booking.student_id,
                moving=self.booking,
            )
            found += [slot for slot in listed.slots if slot.span.start != self.booking.starts_at]
            at = end
        return tuple(found)

    def why_none(self, days: Sequence[date], zone: str, counts: Counter[date]) -> Reason | None:
        """Why none of these local days holds a start; None when one does."""
        if any(counts[day] for day in days):
            return None
        window = TimeSpan(to_utc(days[0], 0, zone), to_utc(days[-1] + timedelta(days=1), 0, zone))
        listed = slots.listing(
            self.work, self.offering, window, student_id=self.booking.student_id, moving=self.booking
        )
        return listed.reason


def _open_until(now: datetime, zone: str, horizon_days: int) -> datetime:
    return to_utc(local_date(now, zone) + timedelta(days=horizon_days + 1), 0, zone)
