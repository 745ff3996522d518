"""How an instructor's last weeks went, in figures: on their home, and as a file for a spreadsheet.

Everything is scoped in SQL to the acting instructor, and the number of statements is fixed, however many bookings
there are. Local dates and hours are the instructor's.

What the figures mean: a session is counted on the date it started, once it has. It was ``completed`` when a student
was there, a ``no_show`` when nobody came of those who should have, ``cancelled`` when it had been secured before.
Time that was taken counts as offered, whatever the hours say now; other offered time follows from the hours, dates
and published times as they stand, by the slot engine's own rules. Which hours students looked for is counted by
``wished_hours``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, case, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import col, select

from sessions_app.domain.availability import Calendar, local_date, open_windows, to_utc
from sessions_app.domain.booking_lifecycle import UPCOMING, BookingStatus, SessionStatus
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.timespans import TimeSpan, intersect, merge
from sessions_app.models import AuditEntry, Booking, Review, TeachingSession
from sessions_app.services import access, calendars
from sessions_app.services.queries import wished_hours
from sessions_app.services.queries.wished_hours import Advice
from sessions_app.services.unit_of_work import UnitOfWork

PERIODS: Final = {7: 1, 28: 4, 90: 10}
"""The periods there are, in days, and how many days one point of their small drawings holds."""

_TAUGHT = (BookingStatus.COMPLETED, *UPCOMING)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What one local date held, in sessions and minutes."""

    on: date
    sessions: int = 0
    completed: int = 0
    cancelled: int = 0
    no_shows: int = 0
    offered_minutes: int = 0
    booked_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of several dates together; a rate is None where there is nothing to divide by."""

    sessions: int
    completed: int
    cancelled: int
    no_shows: int
    offered_minutes: int
    booked_minutes: int

    @classmethod
    def of(cls, days: Iterable[DayFigures]) -> Totals:
        """The sum."""
        kept = tuple(days)
        return cls(
            sessions=sum(day.sessions for day in kept),
            completed=sum(day.completed for day in kept),
            cancelled=sum(day.cancelled for day in kept),
            no_shows=sum(day.no_shows for day in kept),
            offered_minutes=sum(day.offered_minutes for day in kept),
            booked_minutes=sum(day.booked_minutes for day in kept),
        )

    @property
    def completion(self) -> int | None:
        """Percent of the sessions that came to an end of any kind in which somebody was taught."""
        return _percent(self.completed, self.completed + self.cancelled + self.no_shows)

    @property
    def utilisation(self) -> int | None:
        """Percent of the offered minutes that were booked."""
        return _percent(self.booked_minutes, self.offered_minutes)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """All reviews that are not hidden: how many, the mean of their stars, and how many came in the period."""

    count: int
    average: float
    new: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How ``days`` local dates up to today went, and as many before them to the same time of day.

    ``points`` are the same dates in the steps of PERIODS, oldest first. ``week`` are Monday to Sunday of this week,
    whole. ``wishes`` count what students chose or booked, by (weekday from Monday, hour).
    """

    period: int
    zone: str
    days: tuple[DayFigures, ...]
    now_totals: Totals
    before: Totals
    points: tuple[Totals, ...]
    week: tuple[DayFigures, ...]
    today: date
    students: int
    new_students: int
    wishes: Mapping[tuple[int, int], int]
    advice: Advice | None
    reviews: Reviewed


def figures(work: UnitOfWork, *, period: int = 28) -> Figures:
    """The acting instructor's figures. Raises InvalidInput (``days``) for another period, NotAllowed to others."""
    me = access.require_instructor(work)
    if period not in PERIODS:
        raise InvalidInput("Choose 7, 28 or 90 days.", field="days", choices=sorted(PERIODS))
    (host,) = calendars.hosts(work, [me])
    zone = host.zone
    on = local_date(work.now, zone)
    monday = on - timedelta(days=on.weekday())
    first, before_first = on - timedelta(days=period - 1), on - timedelta(days=2 * period - 1)
    begins, before_begins = to_utc(first, 0, zone), to_utc(before_first, 0, zone)
    week_ends = to_utc(monday + timedelta(days=7), 0, zone)
    whole = TimeSpan(before_begins, week_ends)
    calendar = calendars.pattern(work, host, whole)
    rows = _outcomes(work, me, whole)
    current = _by_date(calendar, rows, _span(begins, work.now), first, period)
    until = work.now - timedelta(days=period)
    before = _by_date(calendar, rows, _span(before_begins, until), before_first, period)
    week = _by_date(calendar, rows, TimeSpan(to_utc(monday, 0, zone), week_ends), monday, 7)
    wishes, searches = wished_hours.wishes(work, instructor_id=me, since=begins, zone=zone)
    students, new = _students(work, me, begins)
    step = PERIODS[period]
    return Figures(
        period=period,
        zone=zone,
        days=current,
        now_totals=Totals.of(current),
        before=Totals.of(before),
        points=tuple(Totals.of(current[at : at + step]) for at in range(0, period, step)),
        week=week,
        today=on,
        students=students,
        new_students=new,
        wishes=wishes,
        advice=wished_hours.advice(calendar, searches=searches, wishes=wishes),
        reviews=_reviewed(work, me, begins),
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One session that was secured, and what became of it."""

    span: TimeSpan
    status: SessionStatus
    completed: int
    no_shows: int


def _outcomes(work: UnitOfWork, me: str, window: TimeSpan) -> list[_Outcome]:
    """The sessions of the window that were real at some time: scheduled, held, or cancelled after that."""
    secured = (
        select(AuditEntry.id)
        .join(Booking, col(Booking.id) == col(AuditEntry.subject_id))
        .where(
            col(Booking.session_id) == col(TeachingSession.id), col(AuditEntry.action) == "booking.scheduled"
        )
        .exists()
    )

    def seats(status: BookingStatus) -> Any:
        return func.coalesce(func.sum(case((col(Booking.status) == status, 1), else_=0)), 0)

    was_real = or_(
        col(TeachingSession.status).in_(
            (SessionStatus.SCHEDULED, SessionStatus.IN_PROGRESS, SessionStatus.COMPLETED)
        ),
        and_(col(TeachingSession.status) == SessionStatus.CANCELLED, secured),
    )
    rows = work.db.execute(
        sql_select(
            col(TeachingSession.starts_at),
            col(TeachingSession.ends_at),
            col(TeachingSession.status),
            seats(BookingStatus.COMPLETED),
            seats(BookingStatus.NO_SHOW),
        )
        .outerjoin(Booking, col(Booking.session_id) == col(TeachingSession.id))
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.starts_at) < window.end,
            col(TeachingSession.ends_at) > window.start,
            was_real,
        )
        .group_by(
            col(TeachingSession.id),
            col(TeachingSession.starts_at),
            col(TeachingSession.ends_at),
            col(TeachingSession.status),
        )
    )
    return [
        _Outcome(TimeSpan(start, end), status, int(completed), int(no_shows))
        for start, end, status, completed, no_shows in rows
    ]


def _span(start: datetime, end: datetime) -> TimeSpan | None:
    return TimeSpan(start, end) if start < end else None


def _by_date(
    calendar: Calendar, outcomes: Sequence[_Outcome], window: TimeSpan | None, first: date, count: int
) -> tuple[DayFigures, ...]:
    """The figures of ``count`` local dates from ``first``; nothing outside ``window`` is counted."""
    zone = calendar.zone
    dates = [first + timedelta(days=ahead) for ahead in range(count)]
    if window is None:
        return tuple(DayFigures(on) for on in dates)
    taken = merge(one.span for one in outcomes if one.status is not SessionStatus.CANCELLED)
    published = [time.span for time in calendar.published]
    offered = intersect([*open_windows(calendar, window), *published, *taken], [window])
    offered_minutes = _minutes_by_date(offered, zone)
    booked_minutes = _minutes_by_date(intersect(taken, [window]), zone)
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        if not window.contains(one.span.start):
            continue
        counted = counts[local_date(one.span.start, zone)]
        if one.status is SessionStatus.CANCELLED:
            counted["cancelled"] += 1
            continue
        counted["sessions"] += 1
        counted["completed"] += one.completed > 0
        counted["no_shows"] += one.no_shows > 0 and not one.completed
    return tuple(
        DayFigures(
            on,
            sessions=counts[on]["sessions"],
            completed=counts[on]["completed"],
            cancelled=counts[on]["cancelled"],
            no_shows=counts[on]["no_shows"],
            offered_minutes=offered_minutes[on],
            booked_minutes=booked_minutes[on],
        )
        for on in dates
    )


def _minutes_by_date(spans: Iterable[TimeSpan], zone: str) -> Counter[date]:
    """Elapsed minutes on each local date; a span over midnight counts on both."""
    found: Counter[date] = Counter()
    for span in spans:
        start = span.start
        while start < span.end:
            on = local_date(start, zone)
            end = min(span.end, to_utc(on + timedelta(days=1), 0, zone))
            found[on] += (end - start) // timedelta(minutes=1)
            start = end
    return found


def _percent(part: int, whole: int) -> int | None:
    return (200 * part + whole) // (2 * whole) if whole else None


def _students(work: UnitOfWork, me: str, since: datetime) -> tuple[int, int]:
    """How many students had a session since then, and how many of them their first."""
    begun = func.min(col(Booking.starts_at))
    rows = work.db.execute(
        sql_select(begun)
        .where(
            col(Booking.instructor_id) == me,
            col(Booking.status).in_(_TAUGHT),
            col(Booking.starts_at) <= work.now,
        )
        .group_by(col(Booking.student_id))
        .having(func.max(col(Booking.starts_at)) >= since)
    ).all()
    return len(rows), sum(first >= since for (first,) in rows)


def _reviewed(work: UnitOfWork, me: str, since: datetime) -> Reviewed:
    is_new = case((col(Review.created_at) >= since, 1), else_=0)
    count, average, new = work.db.execute(
        sql_select(func.count(), func.avg(col(Review.rating)), func.sum(is_new)).where(
            col(Review.instructor_id) == me, col(Review.hidden_at).is_(None)
        )
    ).one()
    return Reviewed(count, float(average or 0), int(new or 0))
