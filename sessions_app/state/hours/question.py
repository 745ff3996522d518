"""Why a time is or is not free: the question as typed, and the answer in the instructor's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sessions_app.domain import instants
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.local_labels import (
    WEEKDAYS,
    Viewer,
    counted,
    duration_words,
    long_date,
    short_date,
)
from sessions_app.domain.slot_explainer import POLITE, Finding
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.week_draft import parse_typed
from sessions_app.services.queries.slot_explanations import Explained, Explanation

_TITLES: Final[Mapping[Reason, str]] = {
    Reason.PAST: "It has passed",
    Reason.HORIZON: "Too far ahead",
    Reason.NOTICE: "Too soon",
    Reason.DURATION: "Not a length that can be booked",
    Reason.OVERRIDE_DAY_OFF: "A day off",
    Reason.OUTSIDE_HOURS: "Outside your hours",
    Reason.OFF_GRID: "Between two starts",
    Reason.DAY_CAP: "The day is full",
    Reason.WEEK_CAP: "The week is full",
    Reason.STUDENT_CAP: "The student has enough ahead",
    Reason.SEAT_FULL: "Every seat is taken",
    Reason.BUFFER: "Too close to a session",
    Reason.BUSY: "Booked",
    Reason.HELD: "Held or asked for",
    Reason.EXTERNAL_BUSY: "Busy in an imported calendar",
    Reason.STUDENT_BUSY: "The student is busy",
}

_LINKS: Final = {"limits": "Change the limits", "dates": "Change the date", "hours": "Change the hours"}


@dataclass(frozen=True)
class ReasonView:
    """One reason against a time: the rule in the instructor's words, and where to change it."""

    title: str
    detail: str
    href: str
    link: str


@dataclass(frozen=True)
class AnswerView:
    """Why a time is or is not offered; ``kind`` is free, not, or empty before anything was asked."""

    kind: str = ""
    title: str = ""
    polite: str = ""
    reasons: list[ReasonView] = field(default_factory=list)


def asked_start(form: Mapping[str, Any], *, zone: str) -> datetime:
    """The instant that is asked about, typed in ``zone``. Raises InvalidInput at the field at fault."""
    on = instants.parse_date(str(form.get("ask_on", "")), field="ask_on")
    minute = parse_typed(str(form.get("ask_at", "")))
    if minute is None:
        raise InvalidInput("Please type a time such as 17:00.", field="ask_at")
    return instants.at_minute(on, minute, zone, field="ask_at")


def answer_view(found: Explanation, viewer: Viewer, kind: str) -> AnswerView:
    """The explanation in the instructor's words, with the sentence that students get."""
    when = f"{viewer.day(found.span.start)}, {viewer.span(found.span.start, found.span.end)}"
    if found.slot is not None:
        return AnswerView("free", f"{when} is offered.", f"Students see this time for {kind}.")
    reasons = [_reason_view(one, viewer) for one in found.reasons]
    if not found.is_offered:
        unavailable = ReasonView(
            "Not offered at all", "The offering is not active, or you do not teach its course.", "", ""
        )
        reasons = [unavailable, *reasons]
    polite = (
        POLITE[found.reasons[0].reason] if found.reasons else "This instructor cannot be booked for this."
    )
    return AnswerView("not", f"{when} is not offered.", polite, reasons)


def _reason_view(one: Explained, viewer: Viewer) -> ReasonView:
    anchor = one.link.rpartition("#")[2]
    return ReasonView(
        title=_TITLES[one.reason],
        detail=_detail(one, viewer),
        href=f"#{anchor}" if anchor in _LINKS else "",
        link=_LINKS.get(anchor, ""),
    )


def _detail(one: Explained, viewer: Viewer) -> str:
    cause = one.finding
    if cause is None:
        return ""
    sessions = ", ".join(f"{s.title} {viewer.span(s.span.start, s.span.end)}" for s in one.sessions)
    number = cause.number or 0
    match one.reason:
        case Reason.HORIZON if cause.on:
            return f"Students can book {counted(number, 'day')} ahead, until {short_date(cause.on)}."
        case Reason.NOTICE if cause.at and cause.number is None:
            return f"You take no sessions on the same day; bookable from {viewer.moment(cause.at)} on."
        case Reason.NOTICE if cause.at:
            return f"You ask for {duration_words(number)} notice; bookable from {viewer.moment(cause.at)} on."
        case Reason.OVERRIDE_DAY_OFF if cause.on:
            return f"{long_date(cause.on)} is unavailable under date overrides."
        case Reason.OUTSIDE_HOURS if cause.on:
            return _hours_detail(cause, viewer)
        case Reason.OFF_GRID:
            following = f"; the next is {viewer.time(cause.at)}" if cause.at else ""
            return (
                f"Sessions start every {duration_words(number)} from the beginning of your hours{following}."
            )
        case Reason.DAY_CAP:
            return f"You take {counted(number, 'session')} a day: {sessions}."
        case Reason.WEEK_CAP:
            return f"You take {counted(number, 'session')} a week: {sessions}."
        case Reason.BUFFER:
            return f"You keep {duration_words(number)} between sessions. In the way: {sessions}."
        case Reason.BUSY | Reason.HELD | Reason.SEAT_FULL:
            return f"{sessions}." if sessions else ""
    return ""


def _hours_detail(cause: Finding, viewer: Viewer) -> str:
    assert cause.on is not None
    spans = ", ".join(_span_words(span, viewer) for span in cause.spans)
    where = long_date(cause.on) if cause.is_override else f"{WEEKDAYS[cause.on.weekday()]}s"
    if not spans:
        return f"You have no hours on {where}."
    return f"On {where} you are open {spans}; the session has to end within."


def _span_words(span: TimeSpan, viewer: Viewer) -> str:
    return viewer.span(span.start, span.end)
