"""The instructor's home: today, who is next, who asks for a time, and how the last weeks went.

``today`` is read again whenever something changes or a minute has gone by, ``figures`` less often. Everything is
scoped in SQL to the acting instructor, and the number of statements of each is fixed, however many bookings there
are. Local dates and hours are the instructor's.

What the figures mean: a session is counted on the date it started, once it has. It was ``completed`` when a student
was there, a ``no_show`` when nobody came of those who should have, ``cancelled`` when it had been secured before.
Time that was taken counts as offered, whatever the hours say now; other offered time follows from the hours, dates
and published times as they stand, by the slot engine's own rules.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, case, func, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.availability import (
    Calendar,
    dow_sunday0,
    local_date,
    open_windows,
    to_utc,
    zone_named,
)
from sessions_app.domain.booking_lifecycle import (
    OCCUPYING,
    OCCUPYING_SESSION,
    TENTATIVE,
    UPCOMING,
    BookingStatus,
    SessionStatus,
)
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.timespans import TimeSpan, intersect, merge
from sessions_app.models import (
    AuditEntry,
    AvailabilityOverride,
    AvailabilityRule,
    Booking,
    Offering,
    Person,
    ProductEvent,
    PublishedSlot,
    Review,
    TeachingSession,
)
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services import access, calendars
from sessions_app.services.analytics import Step
from sessions_app.services.notifications import price_of
from sessions_app.services.unit_of_work import UnitOfWork

PERIODS: Final = {7: 1, 28: 4, 90: 10}
"""The periods there are, in days, and how many days one point of their small drawings holds."""

REQUESTS_SHOWN: Final = 3
LOOK_AGAIN: Final = timedelta(minutes=1)
WORTH_SAYING: Final = 3
"""So many searches in vain make advice."""

_TAUGHT = (BookingStatus.COMPLETED, *UPCOMING)


class BlockKind(StrEnum):
    """What a block of the day is."""

    SESSION = "session"
    RUNNING = "running"
    OVER = "over"
    REQUEST = "request"
    UNPAID = "unpaid"
    HELD = "held"


class DayPart(StrEnum):
    """The parts of a day that advice names."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_HOURS: Final = {DayPart.MORNING: (8, 12), DayPart.AFTERNOON: (12, 17), DayPart.EVENING: (17, 22)}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody with a seat; ``booked_by`` is the guardian's name where that is somebody else."""

    person_id: str
    name: str
    zone: str
    avatar_url: str | None
    booked_by: str
    status: BookingStatus
    topic: str
    message: str
    waits_until: datetime | None
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class Block:
    """One session and who sits in it; ``seats_taken`` counts seats that are real."""

    session_id: str
    kind: BlockKind
    title: str
    span: TimeSpan
    is_group: bool
    capacity: int
    seats_taken: int
    modality: Modality
    place: str
    opens_at: datetime
    people: tuple[Attendee, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for the instructor's answer."""

    booking_id: str
    student_id: str
    student_name: str
    avatar_url: str | None
    booked_by: str
    span: TimeSpan
    title: str
    topic: str
    message: str
    price: str
    waits_from: datetime
    waits_until: datetime | None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a new instructor has done already."""

    has_hours: bool
    has_offering: bool
    has_bookings: bool

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to be told about."""
        return self.has_hours and self.has_offering and self.has_bookings


@dataclass(frozen=True, slots=True)
class Today:
    """The instructor's day at ``now``; ``wakes_at`` is when to look again though nothing was announced."""

    instructor_id: str
    zone: str
    day: TimeSpan
    blocks: tuple[Block, ...]
    next: Block | None
    requests: tuple[Request, ...]
    request_count: int
    setup: Setup
    wakes_at: datetime
    now: datetime


def today(work: UnitOfWork) -> Today:
    """The acting instructor's day. Raises Unauthenticated, NotAllowed to everybody else."""
    me = access.require_instructor(work)
    zone = work.db.exec(select(Person.timezone).where(col(Person.id) == me)).one()
    on = local_date(work.now, zone)
    day = TimeSpan(to_utc(on, 0, zone), to_utc(on + timedelta(days=1), 0, zone))
    sessions = work.db.exec(_of_day(me, day, work.now)).all()
    coming = work.db.exec(_next(me, work.now)).first()
    seats = _attendees(work, [*sessions, *([coming] if coming else [])])
    blocks = tuple(_block(work, session, seats[session.id]) for session in sessions)
    following = _block(work, coming, seats[coming.id]) if coming else None
    requests = _requests(work, me)
    return Today(
        instructor_id=me,
        zone=zone,
        day=day,
        blocks=blocks,
        next=following,
        requests=requests,
        request_count=_request_count(work, me),
        setup=_setup(work, me),
        wakes_at=_wakes_at(work.now, [*blocks, *([following] if following else [])], requests),
        now=work.now,
    )


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
class Advice:
    """Hours to open: so many searches for this weekday (0 = Monday) found nothing."""

    weekday: int
    part: DayPart
    searches: int


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
    wishes, searches = _wishes(work, me, begins, zone)
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
        advice=_advice(searches, wishes, calendar),
        reviews=_reviewed(work, me, begins),
    )


# ---------------------------------------------------------------- today


def _of_day(me: str, day: TimeSpan, now: datetime) -> Any:
    shown = or_(
        and_(
            col(TeachingSession.status).in_(OCCUPYING_SESSION),
            calendars.still_counts(col(TeachingSession.frees_at), now),
        ),
        col(TeachingSession.status) == SessionStatus.COMPLETED,
    )
    return (
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.starts_at) < day.end,
            col(TeachingSession.ends_at) > day.start,
            shown,
        )
        .order_by(col(TeachingSession.starts_at), col(TeachingSession.id))
    )


def _next(me: str, now: datetime) -> Any:
    return (
        select(TeachingSession)
        .where(
            col(TeachingSession.instructor_id) == me,
            col(TeachingSession.status).in_((SessionStatus.SCHEDULED, SessionStatus.IN_PROGRESS)),
            col(TeachingSession.ends_at) > now,
        )
        .order_by(col(TeachingSession.starts_at), col(TeachingSession.id))
        .limit(1)
    )


def _attendees(work: UnitOfWork, sessions: Sequence[TeachingSession]) -> dict[str, list[Attendee]]:
    booker = aliased(Person)
    rows = work.db.exec(
        select(Booking, Person, booker.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(booker, col(booker.id) == col(Booking.booked_by_id))
        .where(
            col(Booking.session_id).in_({session.id for session in sessions}),
            col(Booking.status).in_((*OCCUPYING, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)),
            calendars.still_counts(col(Booking.frees_at), work.now),
        )
        .order_by(col(Booking.created_at), col(Booking.id))
    )
    found: dict[str, list[Attendee]] = defaultdict(list)
    for booking, student, booked_by in rows:
        found[booking.session_id].append(
            Attendee(
                person_id=student.id,
                name=student.name,
                zone=student.timezone,
                avatar_url=student.avatar_url,
                booked_by=booked_by if booking.booked_by_id != student.id else "",
                status=booking.status,
                topic=booking.custom_topic,
                message=booking.student_message,
                waits_until=booking.frees_at if booking.status in TENTATIVE else None,
                is_proposed=booking.proposed_at is not None,
            )
        )
    return found


def _block(work: UnitOfWork, session: TeachingSession, people: Sequence[Attendee]) -> Block:
    return Block(
        session_id=session.id,
        kind=_kind(session, people, work.now),
        title=session.title,
        span=TimeSpan(session.starts_at, session.ends_at),
        is_group=session.session_type is SessionType.GROUP,
        capacity=session.capacity,
        seats_taken=sum(one.status not in TENTATIVE for one in people),
        modality=session.modality,
        place=session.place,
        opens_at=session.starts_at - timedelta(minutes=work.settings.join_early_minutes),
        people=tuple(people),
    )


def _kind(session: TeachingSession, people: Sequence[Attendee], now: datetime) -> BlockKind:
    if session.status is SessionStatus.TENTATIVE:
        statuses = {one.status for one in people}
        if BookingStatus.PENDING in statuses:
            return BlockKind.REQUEST
        return BlockKind.UNPAID if BookingStatus.ACCEPTED in statuses else BlockKind.HELD
    if session.status is SessionStatus.COMPLETED or session.ends_at <= now:
        return BlockKind.OVER
    has_begun = session.status is SessionStatus.IN_PROGRESS or session.starts_at <= now
    return BlockKind.RUNNING if has_begun else BlockKind.SESSION


def _waiting(me: str, now: datetime) -> tuple[Any, ...]:
    return (
        col(Booking.instructor_id) == me,
        col(Booking.status) == BookingStatus.PENDING,
        col(Booking.proposed_at).is_(None),  # else the student answers
        calendars.still_counts(col(Booking.frees_at), now),
    )


def _requests(work: UnitOfWork, me: str) -> tuple[Request, ...]:
    booker = aliased(Person)
    rows = work.db.exec(
        select(Booking, Person, booker.name)
        .join(Person, col(Person.id) == col(Booking.student_id))
        .join(booker, col(booker.id) == col(Booking.booked_by_id))
        .where(*_waiting(me, work.now))
        .order_by(col(Booking.respond_by), col(Booking.id))
        .limit(REQUESTS_SHOWN)
    )
    return tuple(
        Request(
            booking_id=booking.id,
            student_id=student.id,
            student_name=student.name,
            avatar_url=student.avatar_url,
            booked_by=booked_by if booking.booked_by_id != student.id else "",
            span=TimeSpan(booking.starts_at, booking.ends_at),
            title=booking.title,
            topic=booking.custom_topic,
            message=booking.student_message,
            price=price_of(booking),
            waits_from=booking.updated_at,
            waits_until=booking.respond_by,
        )
        for booking, student, booked_by in rows
    )


def _request_count(work: UnitOfWork, me: str) -> int:
    return work.db.exec(select(func.count()).select_from(Booking).where(*_waiting(me, work.now))).one()


def _setup(work: UnitOfWork, me: str) -> Setup:
    hours = select(AvailabilityRule.id).where(
        col(AvailabilityRule.instructor_id) == me, col(AvailabilityRule.is_active)
    )
    dates = select(AvailabilityOverride.id).where(
        col(AvailabilityOverride.instructor_id) == me, col(AvailabilityOverride.start_minute).is_not(None)
    )
    published = select(PublishedSlot.id).where(col(PublishedSlot.instructor_id) == me)
    offered = select(Offering.id).where(col(Offering.instructor_id) == me, col(Offering.is_active))
    booked = select(Booking.id).where(col(Booking.instructor_id) == me)
    row = work.db.execute(
        sql_select(or_(hours.exists(), dates.exists(), published.exists()), offered.exists(), booked.exists())
    ).one()
    return Setup(bool(row[0]), bool(row[1]), bool(row[2]))


def _wakes_at(now: datetime, blocks: Iterable[Block], requests: Iterable[Request]) -> datetime:
    instants = [at for block in blocks for at in (block.opens_at, block.span.start, block.span.end)]
    instants += [request.waits_until for request in requests if request.waits_until]
    return min((at for at in instants if now < at < now + LOOK_AGAIN), default=now + LOOK_AGAIN)


# ---------------------------------------------------------------- figures


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


def _wishes(
    work: UnitOfWork, me: str, since: datetime, zone: str
) -> tuple[dict[tuple[int, int], int], Counter[int]]:
    """What students chose or booked since then by weekday and hour, and the searches in vain by weekday.

    Somebody who chooses a time and then books it, or asks for one date again and again, is counted once.
    """
    chosen: set[tuple[str, datetime]] = set()
    asked: set[tuple[str, date]] = set()
    booked = work.db.execute(
        sql_select(col(Booking.booked_by_id), col(Booking.starts_at)).where(
            col(Booking.instructor_id) == me, col(Booking.created_at) >= since
        )
    )
    chosen |= {(person, start) for person, start in booked}
    events = work.db.exec(
        select(ProductEvent).where(
            col(ProductEvent.name).in_((Step.TIME_SELECTED, Step.SEARCH_UNMET)),
            col(ProductEvent.at) >= since,
            col(ProductEvent.properties)["st_id"].as_string() == me,
        )
    )
    for event in events:
        who = event.person_id or f"event:{event.id}"
        try:
            if event.name == Step.TIME_SELECTED:
                chosen.add((who, datetime.fromisoformat(str(event.properties["time"])).astimezone(UTC)))
            else:
                asked.add((who, date.fromisoformat(str(event.properties["date"]))))
        except ValueError:  # kept as somebody's address had it
            continue
    local = [start.astimezone(zone_named(zone)) for _, start in chosen]
    return (
        dict(Counter((one.weekday(), one.hour) for one in local)),
        Counter(on.weekday() for _, on in asked),
    )


def _advice(
    searches: Counter[int], wishes: Mapping[tuple[int, int], int], calendar: Calendar
) -> Advice | None:
    """The weekday most searched in vain, and of its parts that are closed the one most chosen on any day."""
    for weekday, count in sorted(searches.items(), key=lambda one: (-one[1], one[0])):
        if count < WORTH_SAYING:
            return None
        closed = [part for part in DayPart if not _is_open(calendar, weekday, part)]
        if closed:
            return Advice(weekday, max(closed, key=lambda part: _wished(wishes, part)), count)
    return None


def _wished(wishes: Mapping[tuple[int, int], int], part: DayPart) -> int:
    first, end = PART_HOURS[part]
    return sum(count for (_, hour), count in wishes.items() if first <= hour < end)


def _is_open(calendar: Calendar, weekday: int, part: DayPart) -> bool:
    """Whether the weekly hours hold at least half of a part of that weekday (0 = Monday)."""
    first, end = (60 * hour for hour in PART_HOURS[part])
    day_of_week = dow_sunday0(date(2026, 1, 5) + timedelta(days=weekday))
    held = sum(
        max(0, min(rule.end_minute, end) - max(rule.start_minute, first))
        for rule in calendar.rules
        if rule.day_of_week == day_of_week
    )
    return 2 * held >= end - first
