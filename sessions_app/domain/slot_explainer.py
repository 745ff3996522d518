"""Why a start is not offered, with what causes each reason.

The verdict is that of ``slots.judge``, so the explanation, the listing and the booking cannot disagree; this module
only finds what stands behind each reason: which date, hours, session or limit. It writes no local times; the words
for students, which name nobody and no rule, are here because every way out uses the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from sessions_app.domain import availability as hours
from sessions_app.domain import slots
from sessions_app.domain.slots import BusyKind, Question, Reason, Slot
from sessions_app.domain.timespans import TimeSpan

POLITE: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.PAST: "This time has passed.",
        Reason.HORIZON: "This is further ahead than can be booked.",
        Reason.NOTICE: "This is too soon: the instructor needs more notice.",
        Reason.DURATION: "Sessions of this length cannot be booked.",
        Reason.OVERRIDE_DAY_OFF: "The instructor is away on this day.",
        Reason.OUTSIDE_HOURS: "The instructor has no hours then.",
        Reason.OFF_GRID: "Sessions begin at other times.",
        Reason.DAY_CAP: "The instructor takes no more sessions on this day.",
        Reason.WEEK_CAP: "The instructor takes no more sessions in this week.",
        Reason.STUDENT_CAP: "The student has as many sessions ahead as can be booked at a time.",
        Reason.SEAT_FULL: "Every seat is taken.",
        Reason.BUFFER: "This is too close to another session.",
        Reason.BUSY: "This time is taken.",
        Reason.HELD: "This time is held or asked for by somebody else.",
        Reason.EXTERNAL_BUSY: "The instructor is busy then.",
        Reason.STUDENT_BUSY: "You have another session at this time.",
    }
)
"""What a student is told about one start."""

NOTHING_FREE: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        **POLITE,
        Reason.PAST: "These times have passed.",
        Reason.HORIZON: "These times are further ahead than can be booked.",
        Reason.NOTICE: "These times are too soon: the instructor needs more notice.",
        Reason.OVERRIDE_DAY_OFF: "The instructor is away.",
        Reason.DAY_CAP: "The instructor takes no more sessions on these days.",
        Reason.WEEK_CAP: "The instructor takes no more sessions in these weeks.",
        Reason.BUFFER: "These times are too close to another session.",
        Reason.BUSY: "These times are taken.",
        Reason.HELD: "These times are held or asked for by others.",
    }
)
"""What a student is told about a range without any free time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason against a start and what causes it; what does not apply stays empty.

    ``on`` is the local date (of a week its Monday, of the horizon the last date that can be booked), ``number`` the
    limit in its own unit (none where the notice is "not on the same day"),
    ``at`` the first instant that would do, ``spans`` the sessions in the way or, of hours, the
    open windows of that date. ``is_override`` says that a date's own hours hold instead of the weekly ones.
    """

    reason: Reason
    on: date | None = None
    number: int | None = None
    at: datetime | None = None
    spans: tuple[TimeSpan, ...] = ()
    is_override: bool = False


def explain(question: Question, start: datetime) -> Slot | tuple[Finding, ...]:
    """The slot at ``start``, or every reason against it in the order of refusals, each with its cause."""
    verdict = slots.judge(question, start)
    if isinstance(verdict, Slot):
        return verdict
    causes = _Causes(question, TimeSpan(start, start + timedelta(minutes=question.duration_minutes)))
    return tuple(causes.behind(reason) for reason in verdict)


@dataclass(frozen=True, slots=True)
class _Causes:
    """What causes each reason against a session of this span."""

    question: Question
    span: TimeSpan

    def behind(self, reason: Reason) -> Finding:
        """The reason with its cause."""
        day, rules = self._day(self.span.start), self.question.rules
        match reason:
            case Reason.HORIZON:
                last = self._day(self.question.now) + timedelta(days=rules.horizon_days)
                return Finding(reason, on=last, number=rules.horizon_days)
            case Reason.NOTICE:
                return Finding(
                    reason,
                    number=None if rules.not_same_day else rules.notice_minutes,
                    at=rules.notice_ends(self.question.now, self.question.calendar.zone),
                )
            case Reason.OVERRIDE_DAY_OFF | Reason.OUTSIDE_HOURS:
                return Finding(reason, on=day, spans=self._open_on(day), is_override=self._is_replaced(day))
            case Reason.OFF_GRID:
                return Finding(
                    reason,
                    on=day,
                    number=rules.step_minutes,
                    at=self._next_on_grid(),
                    spans=self._open_on(day),
                )
            case Reason.DAY_CAP:
                return Finding(reason, on=day, number=rules.day_cap, spans=self._counted(day, 1))
            case Reason.WEEK_CAP:
                monday = date.fromordinal(hours.monday_of(day.toordinal()))
                return Finding(reason, on=monday, number=rules.week_cap, spans=self._counted(monday, 7))
            case Reason.BUFFER:
                return Finding(reason, number=rules.buffer_minutes, spans=self._too_close())
            case Reason.SEAT_FULL:
                return Finding(reason, spans=(self.span,))
            case Reason.BUSY | Reason.HELD | Reason.EXTERNAL_BUSY:
                return Finding(reason, spans=self._in_the_way(_KINDS[reason]))
            case Reason.STUDENT_BUSY:
                return Finding(
                    reason, spans=tuple(s for s in self.question.student_busy if s.overlaps(self.span))
                )
        return Finding(reason)

    def _day(self, instant: datetime) -> date:
        return hours.local_date(instant, self.question.calendar.zone)

    def _is_replaced(self, day: date) -> bool:
        return any(override.on == day for override in self.question.calendar.overrides)

    def _open_on(self, day: date) -> tuple[TimeSpan, ...]:
        zone = self.question.calendar.zone
        whole = TimeSpan(hours.to_utc(day, 0, zone), hours.to_utc(day, hours.MINUTES_A_DAY, zone))
        return tuple(
            TimeSpan(max(window.start, whole.start), min(window.end, whole.end))
            for window in hours.open_windows(self.question.calendar, whole)
        )

    def _next_on_grid(self) -> datetime | None:
        """The next start of the grid after this one whose session still ends within the same hours."""
        for window in hours.open_windows(self.question.calendar, self.span):
            if window.contains(self.span.start):
                step = timedelta(minutes=self.question.rules.step_minutes)
                following = window.start + step * -(-(self.span.start - window.start) // step)
                return following if following + (self.span.end - self.span.start) <= window.end else None
        return None

    def _counted(self, first: date, days: int) -> tuple[TimeSpan, ...]:
        after = first + timedelta(days=days)
        return tuple(
            taken.span
            for taken in self.question.busy
            if taken.kind.counts_towards_cap and first <= self._day(taken.span.start) < after
        )

    def _too_close(self) -> tuple[TimeSpan, ...]:
        buffer = timedelta(minutes=self.question.rules.buffer_minutes)
        return tuple(
            taken.span
            for taken in self.question.busy
            if not taken.span.overlaps(self.span)
            and taken.span.start < self.span.end + buffer
            and self.span.start < taken.span.end + buffer
        )

    def _in_the_way(self, kind: BusyKind) -> tuple[TimeSpan, ...]:
        return tuple(
            taken.span
            for taken in self.question.busy
            if taken.kind is kind and taken.span.overlaps(self.span)
        )


_KINDS: Final = {
    Reason.BUSY: BusyKind.SESSION,
    Reason.HELD: BusyKind.HELD,
    Reason.EXTERNAL_BUSY: BusyKind.EXTERNAL,
}
