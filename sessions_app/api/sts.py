"""When an instructor can be booked: their hours, what occupies them, and the free starts of an offering."""

from __future__ import annotations

import asyncio
import json
from datetime import date, datetime
from datetime import date as _date
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AliasChoices, BaseModel, Field

from sessions_app.api.answers import Instant, instant
from sessions_app.api.dependencies import AnyoneDep, PlatformDep, VisitorDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import (
    OPEN_TO_VISITORS,
    STUDENT_ID,
    Edge,
    Fold,
    Id,
    Moment,
    PageQuery,
    PathId,
    Zone,
    names,
)
from sessions_app.api.schemas import Incoming
from sessions_app.domain import instants
from sessions_app.domain.availability import Calendar, zone_named
from sessions_app.domain.errors import InstructorUnavailable, NotAllowed, NotFound, Unauthenticated
from sessions_app.domain.permissions import Actor
from sessions_app.domain.slot_explainer import NOTHING_FREE, POLITE
from sessions_app.domain.slots import Reason
from sessions_app.domain.timespans import TimeSpan
from sessions_app.services.kept_answers import KeptAnswers
from sessions_app.services.queries import free_times, slot_explanations
from sessions_app.services.queries.free_times import FreeTimes
from sessions_app.services.queries.slot_explanations import Explained
from sessions_app.services.slots import rfc3339, slot_id
from sessions_app.services.unit_of_work import UnitOfWork

router = APIRouter(prefix="/api/sts", tags=["instructors"])

LISTINGS_AT_ONCE = 2
"""More only take Python's lock from one another, at each row read: eight at once on SQLite took a fifth longer."""


class SlotQuery(Incoming):
    """Which starts: of an offering, in a range. A date means its first instant in ``timezone``."""

    offering_id: Id
    begins: Edge | None = Field(None, validation_alias=AliasChoices("from", "start_date", "startDate"))
    ends: Edge | None = Field(None, validation_alias=AliasChoices("to", "end_date", "endDate"))
    timezone: Zone | None = None
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)


class BusyQuery(PageQuery):
    """Which range."""

    limit: int = Field(100, ge=1, le=100)
    begins: Edge | None = Field(None, validation_alias=AliasChoices("from", "start_date", "startDate"))
    ends: Edge | None = Field(None, validation_alias=AliasChoices("to", "end_date", "endDate"))
    timezone: Zone | None = Field(None, validation_alias=names("timezone"))


class OpenSlot(BaseModel):
    """A start that can be booked now. ``local_start`` is what the clock of the answer's ``timezone`` shows."""

    id: str
    start: Instant
    end: Instant
    local_start: str
    seats_left: int


class Why(BaseModel):
    """Why there is no slot."""

    code: str
    message: str


class OpenSlots(BaseModel):
    """The starts that ``POST /api/sessions`` would take now, by time; ``reason`` says why there are none."""

    timezone: str
    slots: list[OpenSlot]
    reason: Why | None


class Busy(BaseModel):
    """An interval that the instructor does not have, without buffers."""

    start: Instant
    end: Instant


class BusyTimes(BaseModel):
    """A page of busy intervals."""

    items: list[Busy]
    next_cursor: str | None


class Hours(BaseModel):
    """A weekly window in the instructor's wall time; 0 is Sunday, ``24:00`` the next midnight."""

    day_of_week: int
    start_time: str
    end_time: str


class Window(BaseModel):
    """A window of one date."""

    start_time: str
    end_time: str


class ReplacedDate(BaseModel):
    """What holds on one date instead of the weekly hours; no slots: away."""

    date: date
    slots: list[Window]


class ExplanationQuery(Incoming):
    """Which start of which offering; a wall time is meant in ``timezone`` (default: the caller's)."""

    offering_id: Id
    start: Moment = Field(validation_alias=names("start", "scheduled_start"))
    timezone: Zone | None = None
    fold: Fold = 0
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)


class InTheWay(BaseModel):
    """A session that a reason is about."""

    session_id: str
    title: str
    start: Instant
    end: Instant


class Cause(BaseModel):
    """What stands behind a reason, as far as it applies: a date, a limit, the first start that would do, sessions."""

    date: _date | None
    limit: int | None
    first_possible: Instant | None
    open: list[Busy]
    sessions: list[InTheWay]
    rule_url: str | None


class ReasonAgainst(BaseModel):
    """One reason: ``code`` for programs, ``message`` for students, ``cause`` for the instructor and staff."""

    code: str
    message: str
    cause: Cause | None

    @classmethod
    def of(cls, reason: Explained) -> ReasonAgainst:
        """The reason as it is sent."""
        finding = reason.finding
        cause = None
        if finding is not None:
            is_about_hours = finding.reason in (
                Reason.OUTSIDE_HOURS,
                Reason.OVERRIDE_DAY_OFF,
                Reason.OFF_GRID,
            )
            cause = Cause(
                date=finding.on,
                limit=finding.number,
                first_possible=instant(finding.at),
                open=[Busy(start=rfc3339(one.start), end=rfc3339(one.end)) for one in finding.spans]
                if is_about_hours
                else [],
                sessions=[
                    InTheWay(
                        session_id=one.session_id,
                        title=one.title,
                        start=rfc3339(one.span.start),
                        end=rfc3339(one.span.end),
                    )
                    for one in reason.sessions
                ],
                rule_url=reason.link or None,
            )
        return cls(code=reason.reason.value, message=POLITE[reason.reason], cause=cause)


class Explanation(BaseModel):
    """Whether a start can be booked now, and if not every reason against it in the order of refusals."""

    start: Instant
    end: Instant
    is_bookable: bool
    seats_left: int
    reasons: list[ReasonAgainst]

    @classmethod
    def of(cls, found: slot_explanations.Explanation) -> Explanation:
        """The explanation as it is sent."""
        reasons = [ReasonAgainst.of(reason) for reason in found.reasons]
        if not found.is_offered:
            nothing = ReasonAgainst(
                code=InstructorUnavailable.code, message=InstructorUnavailable.default_message, cause=None
            )
            reasons = [nothing, *reasons]
        return cls(
            start=rfc3339(found.span.start),
            end=rfc3339(found.span.end),
            is_bookable=found.slot is not None,
            seats_left=found.slot.seats_left if found.slot else 0,
            reasons=reasons,
        )


class WeeklyPattern(BaseModel):
    """An instructor's hours. ``overrides`` are those from today on."""

    timezone: str
    rules: list[Hours]
    overrides: list[ReplacedDate]

    @classmethod
    def of(cls, calendar: Calendar) -> WeeklyPattern:
        """The hours as they are sent."""
        return cls(
            timezone=calendar.zone,
            rules=[
                Hours(
                    day_of_week=rule.day_of_week,
                    start_time=_clock(rule.start_minute),
                    end_time=_clock(rule.end_minute),
                )
                for rule in calendar.rules
            ],
            overrides=[
                ReplacedDate(
                    date=override.on,
                    slots=[
                        Window(start_time=_clock(start), end_time=_clock(end))
                        for start, end in override.windows
                    ],
                )
                for override in calendar.overrides
            ],
        )


@router.get(
    "/{st_id}/availability", responses=refusals(Unauthenticated, NotFound), openapi_extra=OPEN_TO_VISITORS
)
def availability(st_id: PathId, platform: PlatformDep, actor: AnyoneDep) -> WeeklyPattern:
    """The weekly hours of an instructor and the dates that replace them."""
    return WeeklyPattern.of(platform.read(free_times.hours, actor, instructor_id=st_id))


@router.get(
    "/{st_id}/bookings", responses=refusals(Unauthenticated, NotFound), openapi_extra=OPEN_TO_VISITORS
)
def bookings(
    st_id: PathId, query: Annotated[BusyQuery, Query()], platform: PlatformDep, visitor: VisitorDep
) -> BusyTimes:
    """What occupies an instructor from ``from`` to ``to`` (62 days at most), without names."""
    zone = query.timezone or (visitor.timezone if visitor else platform.settings.default_timezone)
    window = instants.parse_range(query.begins, query.ends, zone=zone, now=platform.clock.now())
    page = platform.read(
        free_times.busy_times,
        visitor.actor if visitor else Actor.anonymous(),
        instructor_id=st_id,
        window=window,
        limit=query.limit,
        cursor=query.cursor,
    )
    return BusyTimes(
        items=[Busy(start=rfc3339(span.start), end=rfc3339(span.end)) for span in page.items],
        next_cursor=page.next_cursor,
    )


@router.get(
    "/{st_id}/slots",
    response_model=OpenSlots,
    responses=refusals(Unauthenticated, NotFound, NotAllowed),
    openapi_extra=OPEN_TO_VISITORS,
)
async def slots(
    st_id: PathId,
    query: Annotated[SlotQuery, Query()],
    platform: PlatformDep,
    visitor: VisitorDep,
    request: Request,
) -> Response:
    """The starts from ``from`` up to, not including, ``to`` (62 days at most) that can be booked now.

    They are judged for the caller, or for ``student_id``: times at which the student has another session are left
    out. ``timezone`` (default: the caller's) is that of dates in the question and of ``local_start`` in the answer.
    """
    zone = query.timezone or (visitor.timezone if visitor else platform.settings.default_timezone)
    window = instants.parse_range(query.begins, query.ends, zone=zone, now=platform.clock.now())
    actor = visitor.actor if visitor else Actor.anonymous()

    def make(work: UnitOfWork) -> str:
        found = free_times.free_times(
            work,
            instructor_id=st_id,
            offering_id=query.offering_id,
            window=window,
            student_id=query.student_id,
        )
        return _open_slots(found, zone)

    answers: KeptAnswers[str] = request.app.state.slot_answers
    question = (actor, st_id, query.offering_id, query.student_id, window, zone)
    async with request.app.state.listing_turns:
        answer = await asyncio.to_thread(answers.answer, question, make, actor)
    return Response(answer, media_type="application/json")


@router.get(
    "/{st_id}/slots/explanation",
    responses=refusals(Unauthenticated, NotFound, NotAllowed),
    openapi_extra=OPEN_TO_VISITORS,
)
def explanation(
    st_id: PathId,
    query: Annotated[ExplanationQuery, Query()],
    platform: PlatformDep,
    visitor: VisitorDep,
) -> Explanation:
    """Why a start can be booked or not: every reason, the deciding one first, as a booking would be refused.

    The instructor and staff also get what causes each reason, and where the rule is changed.
    """
    zone = query.timezone or (visitor.timezone if visitor else platform.settings.default_timezone)
    start = instants.parse_instant(query.start, zone=zone, field="start", fold=query.fold)
    found = platform.read(
        slot_explanations.explanation,
        visitor.actor if visitor else Actor.anonymous(),
        instructor_id=st_id,
        offering_id=query.offering_id,
        starts_at=start,
        student_id=query.student_id,
    )
    return Explanation.of(found)


def _open_slots(found: FreeTimes, zone: str) -> str:
    """``OpenSlots`` as JSON: hundreds of slots an answer, the same ones for everybody, so each is written once."""
    zone_named(zone)
    # By instants, which are looked up three times as fast as a Slot.
    slots = ", ".join(
        [
            _slot(found.instructor_id, zone, slot.span.start, slot.span.end, slot.seats_left)
            for slot in found.listing.slots
        ]
    )
    return f'{{"timezone": {json.dumps(zone)}, "slots": [{slots}], "reason": {json.dumps(_reason(found))}}}'


@lru_cache(maxsize=32_768)
def _slot(instructor_id: str, zone: str, start: datetime, end: datetime, seats_left: int) -> str:
    return json.dumps(
        {
            "id": slot_id(instructor_id, TimeSpan(start, end)),
            "start": rfc3339(start),
            "end": rfc3339(end),
            "local_start": start.astimezone(zone_named(zone)).isoformat()[:19],
            "seats_left": seats_left,
        }
    )


def _reason(found: FreeTimes) -> dict[str, str] | None:
    if not found.is_offered:
        return {"code": InstructorUnavailable.code, "message": InstructorUnavailable.default_message}
    reason = found.listing.reason
    return None if reason is None else {"code": reason.value, "message": NOTHING_FREE[reason]}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
