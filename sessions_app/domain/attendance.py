"""Who was in a session, for how long, and what that proposes for each seat.

The evidence is a log of stays: one for each tab of each person, from joining to leaving or, where the connection was
lost, to the last sign of life. This module joins them to presence, counts the minutes together, and proposes an
outcome; people decide (``services/attendance.py``). It also writes the log in the one form whose SHA-256 seals it.

    met        together for ENOUGH_MINUTES or half of the session, whichever is less: completed, or a late start
    kept       there at the end of the waiting time (start + NO_SHOW_WAIT_MINUTES), having come by then
    cut off    together before the waiting time ended, but not for long enough: technical
    otherwise  who did not keep the session is the one who was absent; if neither did, both were

Reloading, changing tabs and short breaks of the connection are no absence: gaps up to ``BRIDGE`` count as presence.
A browser that is not looked at may be heard from once a minute only, so ``BRIDGE`` is longer than that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sessions_app.domain.timespans import TimeSpan, intersect, merge

HEARTBEAT: Final = timedelta(seconds=20)
"""How often an open page says that its person is there."""

BRIDGE: Final = timedelta(seconds=90)
"""The longest silence that is still presence."""

TOLERANCE: Final = timedelta(seconds=60)
"""By how much somebody who waits may leave early."""

SWEEP_AFTER: Final = timedelta(minutes=15)
"""How long after its end a session that nobody closed is closed by itself."""

ENOUGH_MINUTES: Final = 10
"""Together for so long, people have met."""

LATE_MINUTES: Final = 5
"""Beginning so many minutes after the start is a late start."""


class Outcome(StrEnum):
    """What became of one seat."""

    COMPLETED = "completed"
    LATE_START = "late_start"  # they met, some minutes after the start
    STUDENT_NO_SHOW = "student_no_show"
    INSTRUCTOR_NO_SHOW = "instructor_no_show"
    BOTH_NO_SHOW = "both_no_show"
    TECHNICAL = "technical"  # both came, and lost each other


HELD: Final = frozenset({Outcome.COMPLETED, Outcome.LATE_START, Outcome.TECHNICAL})
"""The session took place, well or badly; the others are no-shows."""

INSTRUCTOR_ABSENT: Final = frozenset({Outcome.INSTRUCTOR_NO_SHOW, Outcome.BOTH_NO_SHOW})
"""The student gets everything back."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One tab of one person: when it joined, when it was last heard of, and when it left, if it said so."""

    person_id: str
    tab: str
    joined_at: datetime
    last_seen_at: datetime
    left_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """The last instant at which the person was surely there."""
        return self.left_at if self.left_at is not None else self.last_seen_at


@dataclass(frozen=True, slots=True)
class Rules:
    """How long the others wait, and whether a session that is not held online could be observed at all."""

    wait: timedelta
    is_observed: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the evidence says about one seat. Minutes are whole, counted down."""

    outcome: Outcome
    minutes_together: int = 0
    late_minutes: int = 0


def presence(stays: Iterable[Stay]) -> tuple[TimeSpan, ...]:
    """When somebody was there: the stays of all their tabs as one, short gaps bridged, in order."""
    spans = merge(TimeSpan(stay.joined_at, stay.until) for stay in stays if stay.joined_at < stay.until)
    joined: list[TimeSpan] = []
    for span in spans:
        if joined and span.start - joined[-1].end <= BRIDGE:
            joined[-1] = TimeSpan(joined[-1].start, span.end)
        else:
            joined.append(span)
    return tuple(joined)


def is_present(stays: Iterable[Stay], *, now: datetime) -> bool:
    """Whether somebody is there now: a tab that has not left was heard of within ``BRIDGE``."""
    return any(stay.left_at is None and now - stay.last_seen_at <= BRIDGE for stay in stays)


def minutes_present(stays: Iterable[Stay]) -> int:
    """Whole minutes that somebody was there."""
    return _minutes(presence(stays))


def counts_as_absent_from(session: TimeSpan, *, wait: timedelta) -> datetime:
    """The instant from which somebody who has not come may be called absent; never after the session's end."""
    return min(session.start + wait, session.end)


def propose(
    session: TimeSpan,
    *,
    instructor: Sequence[Stay],
    student: Sequence[Stay],
    rules: Rules,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> Proposal:
    """What the stays of both sides say about one seat of the session.

    An instructor who started the session, but of whom no page was ever heard, works from elsewhere: they count as
    there from the start they gave to the end they gave, or the session's. Where nobody can be observed, in person,
    the absence of evidence says nothing, so the session counts as held.
    """
    host = presence(instructor)
    if not host and started_at is not None:
        until = ended_at or session.end
        host = (TimeSpan(started_at, until),) if started_at < until else ()
    guest = presence(student)
    together = intersect(host, guest)
    minutes = _minutes(together)
    late = max(0, (together[0].start - session.start) // timedelta(minutes=1)) if together else 0
    enough = min(ENOUGH_MINUTES, session.minutes // 2)
    if together and minutes >= enough:
        is_late = late >= LATE_MINUTES
        return Proposal(Outcome.LATE_START if is_late else Outcome.COMPLETED, minutes, late)
    if not rules.is_observed:
        return Proposal(Outcome.COMPLETED, minutes, 0)
    deadline = counts_as_absent_from(session, wait=rules.wait)
    if minutes >= 1 and together[0].start < deadline:
        return Proposal(Outcome.TECHNICAL, minutes, late)
    outcome = {
        (True, True): Outcome.TECHNICAL,
        (True, False): Outcome.STUDENT_NO_SHOW,
        (False, True): Outcome.INSTRUCTOR_NO_SHOW,
        (False, False): Outcome.BOTH_NO_SHOW,
    }[_kept(host, deadline), _kept(guest, deadline)]
    return Proposal(outcome, minutes, 0)


def canonical(facts: dict[str, Any], stays: Iterable[Stay]) -> str:
    """The log as text: the same for the same rows whatever their order, another when any of them differs.

    ``facts`` are those of the session, of JSON's kinds and instants. Instants are UTC with microseconds.
    """
    rows = sorted(
        [
            stay.person_id,
            stay.tab,
            _instant(stay.joined_at),
            _instant(stay.last_seen_at),
            "" if stay.left_at is None else _instant(stay.left_at),
        ]
        for stay in stays
    )
    log = {
        "session": {
            name: _instant(value) if isinstance(value, datetime) else value for name, value in facts.items()
        },
        "stays": rows,
    }
    return json.dumps(log, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def seal(log: str) -> str:
    """The SHA-256 of a canonical log, in hexadecimal."""
    return hashlib.sha256(log.encode("ascii")).hexdigest()


def _kept(spans: Sequence[TimeSpan], deadline: datetime) -> bool:
    waited_until = TimeSpan(deadline - TOLERANCE, deadline)
    return any(span.overlaps(waited_until) or span.end == waited_until.start for span in spans)


def _minutes(spans: Iterable[TimeSpan]) -> int:
    return sum((span.end - span.start for span in spans), timedelta(0)) // timedelta(minutes=1)


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
