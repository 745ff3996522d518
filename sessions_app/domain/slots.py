"""Which starts may be booked now, and why another may not.

One engine answers both questions: ``open_slots`` lists a window and ``judge`` asks the same listing about one
start, so that what is shown can be booked and what can be booked is shown. It does not read a clock, change
its arguments or know of money, courses and enrolments.

How a start is found, in order:

1. The open windows of the calendar (``availability.py``), in UTC and merged. Starts stand on a grid of
   ``step_minutes`` elapsed minutes from the beginning of each, and the session ends within the same window.
2. Times published one by one are starts besides the grid.
3. Every other rule takes a range of starts away: the past, the notice and the horizon, a full day or week, whatever
   is closer to the instructor's busy time than the buffer, and the student's own sessions.
4. A group session that has seats left is offered again at its own start. It already takes its time, so hours,
   grid, buffer and day cap do not apply to joining it.

Instants are whole seconds inside: everything that is booked starts on one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from sessions_app.domain import availability as hours
from sessions_app.domain.availability import Calendar, PublishedTime, Range
from sessions_app.domain.errors import Conflict, OutsideAvailability, SessionFull, SlotTaken, StudentBusy
from sessions_app.domain.timespans import TimeSpan

MAX_SEATS: Final = 20
"""No group is larger than this, whatever the offering or the published time says (document 003)."""

INDIVIDUAL: Final = "individual"


class Reason(StrEnum):
    """Why a start cannot be booked, in the order in which refusals are answered."""

    PAST = "past"
    HORIZON = "horizon"
    NOTICE = "notice"
    DURATION = "duration"
    OVERRIDE_DAY_OFF = "override_day_off"
    OUTSIDE_HOURS = "outside_hours"
    OFF_GRID = "off_grid"
    DAY_CAP = "day_cap"
    WEEK_CAP = "week_cap"
    STUDENT_CAP = (
        "student_cap"  # judged in services/slots: it counts the student's bookings, not the times asked for
    )
    SEAT_FULL = "seat_full"
    BUFFER = "buffer"
    BUSY = "busy"
    HELD = "held"
    EXTERNAL_BUSY = "external_busy"
    STUDENT_BUSY = "student_busy"


_A_MONTH: Final = 31 * 86_400
_REMEMBERED_SLOTS: Final = 8_192

_ORDER: Final = {reason: place for place, reason in enumerate(Reason)}

_ERRORS: Final[Mapping[Reason, type[Conflict]]] = {
    Reason.SEAT_FULL: SessionFull,
    Reason.BUFFER: SlotTaken,
    Reason.BUSY: SlotTaken,
    Reason.HELD: SlotTaken,
    Reason.EXTERNAL_BUSY: SlotTaken,
    Reason.STUDENT_BUSY: StudentBusy,
}


class BusyKind(StrEnum):
    """What takes the instructor's time: a session, a hold or request, or an imported calendar."""

    SESSION = "session"
    HELD = "held"
    EXTERNAL = "external"

    @property
    def counts_towards_cap(self) -> bool:
        """Whether it is one of the sessions a day that the instructor limits."""
        return self is not BusyKind.EXTERNAL


_BUSY_REASONS: Final = {
    BusyKind.SESSION: Reason.BUSY,
    BusyKind.HELD: Reason.HELD,
    BusyKind.EXTERNAL: Reason.EXTERNAL_BUSY,
}


@dataclass(frozen=True, slots=True)
class BusySpan:
    """Time that the instructor does not have, as it is, without buffers."""

    span: TimeSpan
    kind: BusyKind


@dataclass(frozen=True, slots=True)
class JoinableSession:
    """An existing group session of the offering asked for; it also occurs among the busy spans."""

    session_id: str
    span: TimeSpan
    seats_left: int


@dataclass(frozen=True, slots=True)
class SlotRules:
    """The instructor's numbers. In minutes, but ``horizon_days`` in local dates; a cap of 0: no limit.

    ``week_cap`` counts the sessions of a local week, Monday to Sunday. ``not_same_day``: whatever the notice, nothing
    on the local date on which it is booked.
    """

    step_minutes: int
    buffer_minutes: int
    notice_minutes: int
    horizon_days: int
    day_cap: int
    min_duration: int
    max_duration: int
    week_cap: int = 0
    not_same_day: bool = False

    def notice_ends(self, now: datetime, zone: str) -> datetime:
        """The first instant that is far enough ahead to be booked at ``now``, for hours in ``zone``."""
        ends = now + timedelta(minutes=self.notice_minutes)
        if not self.not_same_day:
            return ends
        return max(ends, hours.to_utc(hours.local_date(now, zone) + timedelta(days=1), 0, zone))

    def notice_begins(self, start: datetime, zone: str) -> datetime:
        """The last instant at which ``start`` is still far enough ahead; with ``not_same_day`` just after it."""
        begins = start - timedelta(minutes=self.notice_minutes)
        if not self.not_same_day:
            return begins
        return min(begins, hours.to_utc(hours.local_date(start, zone), 0, zone))


@dataclass(frozen=True, slots=True)
class Slot:
    """A span that may be booked now.

    ``session_id`` is the group session it would join, ``published_id`` the published time it stands on.
    """

    span: TimeSpan
    seats_left: int
    session_id: str | None = None
    published_id: str | None = None


@dataclass(frozen=True, slots=True)
class SlotListing:
    """The bookable slots of a window by start; without any, the reason that most nearly was none."""

    slots: tuple[Slot, ...]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that decides about the starts of one offering, for one student.

    ``busy`` and ``student_busy`` have to cover what is asked with a local day on either side (``busy`` with a week
    where weeks are capped), ``calendar`` all overrides. ``capacity`` is the offering's; an individual session has one
    seat.
    """

    calendar: Calendar
    rules: SlotRules
    busy: Sequence[BusySpan] = ()
    joinable: Sequence[JoinableSession] = ()
    student_busy: Sequence[TimeSpan] = ()
    offering_id: str
    session_type: str
    duration_minutes: int
    capacity: int
    now: datetime


def open_slots(question: Question, window: TimeSpan) -> SlotListing:
    """Every start in ``window`` (its start included, its end not) that may be booked at the question's ``now``."""
    rules = _Rules(question)
    start, end = hours.second_after(window.start), hours.second_after(window.end)
    slots = rules.slots(start, end)
    return SlotListing(slots, None if slots else rules.why_none(start, end))


def judge(question: Question, start: datetime) -> Slot | tuple[Reason, ...]:
    """The slot at ``start`` when ``open_slots`` would list it, otherwise every reason against it in order."""
    rules = _Rules(question)
    second = hours.second_of(start)
    if start.microsecond == 0:
        for slot in rules.slots(second, second + 1):
            return slot
        return rules.refusals(second)
    return tuple(sorted({*rules.refusals(second), Reason.OFF_GRID}, key=_ORDER.__getitem__))


def nearest(start: datetime, listing: SlotListing, count: int = 3) -> tuple[Slot, ...]:
    """The bookable slots closest to ``start``, closest first, the earlier of two equally close first."""
    after = bisect_left(listing.slots, start, key=lambda slot: slot.span.start)
    around = listing.slots[max(0, after - count) : after + count]
    return tuple(sorted(around, key=lambda slot: abs(slot.span.start - start))[:count])


def refusal(reasons: Sequence[Reason], **details: Any) -> Conflict:
    """The error to raise for the reasons ``judge`` gave: the first decides, ``details.reason`` names it."""
    return _ERRORS.get(reasons[0], OutsideAvailability)(reason=reasons[0].value, **details)


class _Rules:
    """The facts of one question, turned into seconds.

    Each rule is a set of ranges of starts that it forbids. ``slots`` cuts them all out of the grid at once;
    ``refusals`` asks them one by one and is only reached for a start that ``slots`` does not give.
    """

    def __init__(self, question: Question) -> None:
        calendar, rules, now = question.calendar, question.rules, question.now
        self._calendar = calendar
        self._rules = rules
        self._minutes = question.duration_minutes
        self._length = 60 * question.duration_minutes
        self._step = 60 * rules.step_minutes
        self._buffer = 60 * rules.buffer_minutes
        self._capacity = min(question.capacity, 1 if question.session_type == INDIVIDUAL else MAX_SEATS)
        self._now = hours.second_after(now)
        self._notice_ends = hours.second_after(rules.notice_ends(now, calendar.zone))
        today = hours.local_ordinal(self._now, calendar.zone)
        self._horizon = hours.edge_second(calendar.zone, today + rules.horizon_days + 1, 0)
        self._has_length = rules.min_duration <= question.duration_minutes <= rules.max_duration
        self._busy = [(hours.range_of(taken.span), taken.kind) for taken in question.busy]
        self._student_busy = [hours.range_of(span) for span in question.student_busy]
        length = timedelta(minutes=question.duration_minutes)
        self._joinable = {
            hours.second_of(session.span.start): session
            for session in question.joinable
            if session.span.end - session.span.start == length
        }
        # Of several published for the same start, the one for this very offering counts, then the roomiest.
        self._published = {
            hours.second_of(time.span.start): time
            for time in sorted(
                calendar.published, key=lambda time: (time.offering_id is not None, time.seats)
            )
            if time.span.end - time.span.start == length
            and time.session_type == question.session_type
            and time.offering_id in (None, question.offering_id)
        }

    # ------------------------------------------------------------ what may be booked

    def slots(self, start: int, end: int) -> tuple[Slot, ...]:
        """The bookable slots that start from ``start`` up to, not including, ``end``."""
        start, end = max(start, self._notice_ends), min(end, self._horizon)
        if start >= end:
            return ()
        special = {
            second: Slot(session.span, session.seats_left, session_id=session.session_id)
            for second, session in self._joinable.items()
            if start <= second < end and session.seats_left > 0 and not self._is_student_busy(second)
        }
        plain: list[int] = []
        if self._has_length:
            blocked = self._blocked()
            plain = self._grid(self._calendar, start, end, blocked)
            for second in self._published_between(start, end, blocked):
                special.setdefault(second, self._published_slot(self._published[second]))
        plain_slots = _plain_slots(self._minutes, self._capacity)
        if not special:
            return tuple([plain_slots[second] for second in plain])
        both = {second: plain_slots[second] for second in plain} | special
        return tuple([both[second] for second in sorted(both)])

    def _published_slot(self, time: PublishedTime) -> Slot:
        return Slot(time.span, min(self._capacity, time.seats), published_id=time.id)

    def _grid(self, calendar: Calendar, start: int, end: int, blocked: Sequence[Range]) -> list[int]:
        """The starts of the grid in [start, end) that no blocked range contains."""
        starts: list[int] = []
        step, length = self._step, self._length
        at_block, blocks = 0, len(blocked)
        for begin, close in hours.open_ranges(calendar, start, end + length):
            last = min(end, close - length + 1)
            second = _on_grid(begin, step, start)
            while second < last:
                while at_block < blocks and blocked[at_block][1] <= second:
                    at_block += 1
                if at_block == blocks or blocked[at_block][0] >= last:
                    starts.extend(range(second, last, step))
                    break
                blocked_from, blocked_to = blocked[at_block]
                if second < blocked_from:
                    starts.extend(range(second, blocked_from, step))
                second = _on_grid(begin, step, blocked_to)
        return starts

    def _published_between(self, start: int, end: int, blocked: Sequence[Range]) -> list[int]:
        return [
            second
            for second in self._published
            if start <= second < end and not any(a <= second < b for a, b in blocked)
        ]

    def _blocked(self) -> list[Range]:
        """The starts that caps, busy time with its buffer or the student's sessions forbid, merged."""
        before, after = self._length + self._buffer - 1, self._buffer
        ranges = [(start - before, end + after) for (start, end), _ in self._busy]
        ranges += self._student_ranges()
        ranges += self._full_days()
        ranges += self._full_weeks()
        return hours.merged(ranges)

    # ------------------------------------------------------------ the rules as ranges of starts

    def _forbidden(self) -> Iterator[tuple[Reason, list[Range]]]:
        """The rules that forbid new sessions inside open windows, in order; together ``_blocked``."""
        before, after = self._length - 1, self._buffer
        yield Reason.DAY_CAP, self._full_days()
        yield Reason.WEEK_CAP, self._full_weeks()
        sides = [((s - before - after, s - before), (e, e + after)) for (s, e), _ in self._busy]
        yield Reason.BUFFER, [side for both in sides for side in both]
        for kind, reason in _BUSY_REASONS.items():
            yield reason, [(s - before, e) for (s, e), of_kind in self._busy if of_kind is kind]
        yield Reason.STUDENT_BUSY, self._student_ranges()

    def _full_days(self) -> list[Range]:
        """The local dates on which the instructor already has as many sessions as they take a day."""
        if not self._rules.day_cap:
            return []
        taken = Counter(self._days_taken())
        return self._dates(day for day, count in taken.items() if count >= self._rules.day_cap)

    def _full_weeks(self) -> list[Range]:
        """The weeks, Monday to Sunday, in which the instructor already has as many as they take a week."""
        if not self._rules.week_cap:
            return []
        taken = Counter(hours.monday_of(day) for day in self._days_taken())
        return self._dates(
            (monday for monday, count in taken.items() if count >= self._rules.week_cap), days=7
        )

    def _days_taken(self) -> list[int]:
        zone = self._calendar.zone
        return [
            hours.local_ordinal(start, zone) for (start, _), kind in self._busy if kind.counts_towards_cap
        ]

    def _dates(self, firsts: Iterable[int], *, days: int = 1) -> list[Range]:
        zone = self._calendar.zone
        return [(hours.edge_second(zone, day, 0), hours.edge_second(zone, day + days, 0)) for day in firsts]

    def _student_ranges(self) -> list[Range]:
        return [(start - self._length + 1, end) for start, end in self._student_busy]

    def _is_student_busy(self, second: int) -> bool:
        return any(start <= second < end for start, end in self._student_ranges())

    # ------------------------------------------------------------ why not

    def refusals(self, second: int) -> tuple[Reason, ...]:
        """Every reason against a start, in order."""
        return tuple(self._refusals(second))

    def _refusals(self, second: int) -> Iterator[Reason]:
        if second < self._now:
            yield Reason.PAST
        if second >= self._horizon:
            yield Reason.HORIZON
        if self._now <= second < self._notice_ends:
            yield Reason.NOTICE
        session = self._joinable.get(second)
        if session is not None:
            if session.seats_left < 1:
                yield Reason.SEAT_FULL
            if self._is_student_busy(second):
                yield Reason.STUDENT_BUSY
            return
        if not self._has_length:
            yield Reason.DURATION
        if second not in self._published:
            yield from self._outside(second)
        for reason, ranges in self._forbidden():
            if any(start <= second < end for start, end in ranges):
                yield reason

    def _outside(self, second: int) -> Iterator[Reason]:
        """The reasons against a start that come from the hours and their grid."""
        length = self._length if self._has_length else 1
        for begin, close in hours.open_ranges(self._calendar, second, second + length):
            if begin <= second < close:
                if second + length > close:
                    yield Reason.OUTSIDE_HOURS
                if (second - begin) % self._step:
                    yield Reason.OFF_GRID
                return
        is_away = hours.local_ordinal(second, self._calendar.zone) in hours.away_ordinals(self._calendar)
        yield Reason.OVERRIDE_DAY_OFF if is_away else Reason.OUTSIDE_HOURS

    def why_none(self, start: int, end: int) -> Reason:
        """The reason to show for a window without slots: that of the start which came closest to one."""
        first, last = max(start, self._notice_ends), min(end, self._horizon)
        near_misses: list[Reason] = []
        if first < last:
            near_misses = [
                Reason.SEAT_FULL if session.seats_left < 1 else Reason.STUDENT_BUSY
                for second, session in self._joinable.items()
                if first <= second < last
            ]
            near_misses += self._why_no_new(first, last)
        if near_misses:
            return max(near_misses, key=_ORDER.__getitem__)
        return self._why_too_soon_or_late(start, end)

    def _why_no_new(self, start: int, end: int) -> list[Reason]:
        """At most one reason: the rule that took the last start of a new session in [start, end)."""
        if not self._has_length:
            return [Reason.DURATION]
        if not self._offered(start, end, []):
            return [Reason.OVERRIDE_DAY_OFF] if self._has_day_off(start, end) else []
        blocked: list[Range] = []
        for reason, ranges in self._forbidden():
            blocked = hours.merged(blocked + ranges)
            if not self._offered(start, end, blocked):
                return [reason]
        return []

    def _offered(self, start: int, end: int, blocked: Sequence[Range]) -> bool:
        return bool(
            self._published_between(start, end, blocked) or self._grid(self._calendar, start, end, blocked)
        )

    def _has_day_off(self, start: int, end: int) -> bool:
        """Whether a day off takes what the week offers in [start, end), or nothing but days off is in it."""
        away = hours.away_ordinals(self._calendar)
        if not away:
            return False
        zone = self._calendar.zone
        if away.issuperset(range(hours.local_ordinal(start, zone), hours.local_ordinal(end - 1, zone) + 1)):
            return True
        kept = tuple(override for override in self._calendar.overrides if override.windows)
        usual = replace(self._calendar, overrides=kept)
        return any(hours.local_ordinal(second, zone) in away for second in self._grid(usual, start, end, []))

    def _why_too_soon_or_late(self, start: int, end: int) -> Reason:
        """The reason when nothing is offered between notice and horizon, looking a month to either side."""
        sides = (
            (Reason.NOTICE, max(start, self._now), min(end, self._notice_ends, self._horizon)),
            (Reason.HORIZON, max(start, self._horizon), min(end, max(start, self._horizon) + _A_MONTH)),
            (Reason.PAST, max(start, min(end, self._now) - _A_MONTH), min(end, self._now)),
        )
        for reason, first, last in sides:
            if any(first <= second < last for second in self._joinable):
                return reason
            if first < last and self._has_length and self._offered(first, last, []):
                return reason
        if end <= self._now:
            return Reason.PAST
        if start >= self._horizon:
            return Reason.HORIZON
        return Reason.NOTICE if end <= self._notice_ends else Reason.OUTSIDE_HOURS


def _on_grid(begin: int, step: int, second: int) -> int:
    """The first start at or after ``second`` on the grid that counts from ``begin``."""
    return begin if second <= begin else begin + -(-(second - begin) // step) * step


class _PlainSlots(dict[int, Slot]):
    """The slots of the grid by start, for one length and number of seats, made when first asked for.

    Slots are values, so the same one serves every caller; making them anew would take most of a listing's time.
    """

    def __init__(self, minutes: int, seats: int) -> None:
        super().__init__()
        self._minutes = minutes
        self._seats = seats

    def __missing__(self, second: int) -> Slot:
        if len(self) >= _REMEMBERED_SLOTS:
            self.clear()
        span = TimeSpan(hours.instant_at(second), hours.instant_at(second + 60 * self._minutes))
        slot = self[second] = Slot(span, self._seats)
        return slot


# A slot takes 280 bytes: 37 MB if sixteen lengths were full, 2 MB for the next four weeks of one.
@lru_cache(maxsize=16)
def _plain_slots(minutes: int, seats: int) -> _PlainSlots:
    return _PlainSlots(minutes, seats)
