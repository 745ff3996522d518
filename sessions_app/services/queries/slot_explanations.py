"""Why a start can be booked or not: every reason in order, for the instructor with what causes it.

Students get the verdict and the polite sentences: which rule, session or person is behind a reason is not theirs to
know. The verdict is that of the engine which lists and books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from sessions_app.domain.slot_explainer import Finding, explain
from sessions_app.domain.slots import Reason, Slot
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import TeachingSession
from sessions_app.services import access, calendars, slots
from sessions_app.services.queries import free_times
from sessions_app.services.unit_of_work import UnitOfWork

EDITOR = "/instructor/availability"

_RULE_OF = {
    Reason.NOTICE: "limits",
    Reason.HORIZON: "limits",
    Reason.BUFFER: "limits",
    Reason.DAY_CAP: "limits",
    Reason.WEEK_CAP: "limits",
    Reason.OFF_GRID: "limits",
    Reason.OVERRIDE_DAY_OFF: "dates",
}


@dataclass(frozen=True, slots=True)
class InTheWay:
    """A session of the instructor that a reason is about; ``is_tentative`` while held or asked for."""

    session_id: str
    title: str
    span: TimeSpan
    is_tentative: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """One reason: for a student the reason alone; for the instructor its cause, and where to change the rule."""

    reason: Reason
    finding: Finding | None = None
    sessions: tuple[InTheWay, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the start can be booked, and if not every reason, the deciding one first.

    ``is_offered`` is false when nothing of the offering can be booked, whatever the time.
    """

    instructor_id: str
    zone: str
    span: TimeSpan
    slot: Slot | None
    reasons: tuple[Explained, ...]
    is_offered: bool
    is_for_host: bool


def explanation(
    work: UnitOfWork,
    *,
    instructor_id: str,
    offering_id: str,
    starts_at: datetime,
    student_id: str | None = None,
) -> Explanation:
    """Why the start can be booked or not, for the student named or acting, as ``free_times`` judges.

    Raises NotFound for an offering that is not this instructor's, NotAllowed for somebody else's student.
    """
    found = free_times.offered(work, instructor_id=instructor_id, offering_id=offering_id)
    offering = found.offering
    student = free_times.student_asking(work, student_id)
    is_for_host = access.may_edit_calendar(work, instructor_id)
    span = calendars.offering_span(offering, starts_at)
    loaded = calendars.load_of(work, [found.host], span)[instructor_id]
    student_busy = [] if student is None else calendars.student_busy(work, student, span)
    verdict = explain(slots.question(loaded, offering, student_busy=student_busy, now=work.now), starts_at)
    slot, findings = (verdict, ()) if isinstance(verdict, Slot) else (None, verdict)
    if is_for_host:
        reasons = _with_causes(work, instructor_id, findings)
    else:
        reasons = tuple(Explained(finding.reason) for finding in findings)
    if student is not None and slots.is_at_cap(work, student):
        # Counted before any time is looked at, as listing and booking do.
        slot, reasons = None, (Explained(Reason.STUDENT_CAP), *reasons)
    return Explanation(
        instructor_id=instructor_id,
        zone=loaded.calendar.zone,
        span=span,
        slot=slot if found.is_bookable else None,
        reasons=reasons,
        is_offered=found.is_bookable,
        is_for_host=is_for_host,
    )


def _with_causes(
    work: UnitOfWork, instructor_id: str, findings: tuple[Finding, ...]
) -> tuple[Explained, ...]:
    about_sessions = (
        Reason.BUFFER,
        Reason.BUSY,
        Reason.HELD,
        Reason.DAY_CAP,
        Reason.WEEK_CAP,
        Reason.SEAT_FULL,
    )
    spans = [span for finding in findings if finding.reason in about_sessions for span in finding.spans]
    sessions = _sessions(work, instructor_id, spans)
    return tuple(
        Explained(
            finding.reason,
            finding,
            tuple(sessions[span] for span in finding.spans if span in sessions)
            if finding.reason in about_sessions
            else (),
            _link(finding),
        )
        for finding in findings
    )


def _link(finding: Finding) -> str:
    if finding.reason is Reason.OUTSIDE_HOURS:
        return f"{EDITOR}#{'dates' if finding.is_override else 'hours'}"
    return f"{EDITOR}#{_RULE_OF[finding.reason]}" if finding.reason in _RULE_OF else ""


def _sessions(work: UnitOfWork, instructor_id: str, spans: list[TimeSpan]) -> dict[TimeSpan, InTheWay]:
    if not spans:
        return {}
    around = TimeSpan(min(span.start for span in spans), max(span.end for span in spans))
    loaded = calendars.load(work, [instructor_id], around)[instructor_id]
    found = {time.session_id: time for time in loaded.occupied if time.span in set(spans)}
    titles = work.db.exec(
        select(TeachingSession.id, TeachingSession.title).where(col(TeachingSession.id).in_(list(found)))
    ).all()
    return {
        found[one].span: InTheWay(one, title, found[one].span, found[one].is_tentative)
        for one, title in titles
    }
