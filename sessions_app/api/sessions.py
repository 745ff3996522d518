"""Sessions: booking one by document 004 or 002, reading them, moving them along, and their calendar file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from sessions_app.api.answers import Booked, Instant, Seat, Seats, Session, booked, sent
from sessions_app.api.dependencies import ActorDep, CallerDep, IdempotencyDep, PlatformDep, ReaderDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import (
    INSTRUCTOR_ID,
    MESSAGE,
    STUDENT_ID,
    Amount,
    Currency,
    Date,
    Edge,
    Flag,
    Fold,
    Id,
    Minutes,
    Moment,
    PageQuery,
    PathId,
    PayWithWord,
    WallTime,
    Zone,
    lower_word,
    names,
)
from sessions_app.api.schemas import Incoming
from sessions_app.domain import instants
from sessions_app.domain.booking_lifecycle import BookingStatus, parse_status
from sessions_app.domain.errors import (
    AlreadyBooked,
    DomainError,
    IdempotencyMismatch,
    IllegalTransition,
    InstructorUnavailable,
    InsufficientCredits,
    NotAllowed,
    NotEnrolled,
    NotFound,
    OutsideAvailability,
    PriceChanged,
    SessionFull,
    SlotTaken,
    StudentBusy,
    TooEarly,
    TooLate,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.plain_text import MESSAGE_LIMIT, TOPIC_LIMIT
from sessions_app.services import calendar_files, idempotency, intake, status_changes
from sessions_app.services import sessions as running
from sessions_app.services.bookings import Details
from sessions_app.services.calendar_files import join_page
from sessions_app.services.identity import Identity
from sessions_app.services.intake import Wanted
from sessions_app.services.queries import bookings as reading
from sessions_app.services.queries.bookings import SessionView
from sessions_app.services.sessions import Joined
from sessions_app.services.slots import rfc3339
from sessions_app.services.status_changes import TargetStatus
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import Settings

router = APIRouter(prefix="/api", tags=["sessions"])

BOOKING_REFUSALS: tuple[type[DomainError], ...] = (
    Unauthenticated, NotFound, NotAllowed, NotEnrolled, InstructorUnavailable, AlreadyBooked, OutsideAvailability,
    SessionFull, SlotTaken, StudentBusy, PriceChanged, InsufficientCredits, IdempotencyMismatch,
)  # fmt: skip
"""What every way to book may answer, in the order of refusals."""

MADE: dict[int | str, dict[str, Any]] = {
    200: {"model": Booked, "description": "The hold that the student had already."}
}


class NewSession(Incoming):
    """What to book. The offering may be left out when the length asked for leaves only one of the course.

    ``scheduled_start`` has an offset, or ``timezone`` says whose wall time it is.
    """

    st_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    offering_id: Id | None = None
    course_id: Id | None = None
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)
    scheduled_start: Moment = Field(validation_alias=names("scheduled_start", "start"))
    scheduled_end: Moment | None = Field(None, validation_alias=names("scheduled_end", "end"))
    duration: Minutes | None = Field(None, validation_alias=names("duration", "duration_minutes"))
    timezone: Zone | None = None
    fold: Fold = 0
    pay_with: PayWithWord | None = None
    agreed_price: Amount | None = None
    currency: Currency | None = None
    message: str | None = Field(None, max_length=MESSAGE_LIMIT, validation_alias=MESSAGE)
    custom_topic: str | None = Field(None, max_length=TOPIC_LIMIT)
    custom_requirements: str | None = Field(
        None, max_length=MESSAGE_LIMIT, validation_alias=names("custom_requirements", "requirements")
    )
    reminders: Flag | None = None

    def details(self) -> Details:
        """What the student says, as far as they said anything."""
        return Details(
            message=self.message or "",
            topic=self.custom_topic or "",
            requirements=self.custom_requirements or "",
            reminders=self.reminders is not False,
        )


class ListQuery(PageQuery):
    """Which bookings, from when on. Status words may be those of the source documents; several by comma."""

    status: str | None = Field(None, max_length=200)
    start_date: Edge | None = Field(None, validation_alias=AliasChoices("start_date", "startDate", "from"))
    end_date: Edge | None = Field(None, validation_alias=AliasChoices("end_date", "endDate", "to"))
    timezone: Zone | None = None


class StatusChange(Incoming):
    """What a session is to become; the words of the source documents in any case. ``notes`` reach the other side."""

    status: Annotated[TargetStatus, BeforeValidator(lower_word)]
    notes: str | None = Field(
        None, max_length=MESSAGE_LIMIT, validation_alias=names("notes", "reason", "response")
    )
    booking_id: Id | None = None


class ExportQuery(Incoming):
    """Which kind of file; there is one."""

    format: Literal["ics"] = "ics"


class CalendarFile(Response):
    """An iCalendar file."""

    media_type = "text/calendar; charset=utf-8"


EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "An iCalendar file (RFC 5545).", "content": {"text/calendar": {}}},
    **refusals(Unauthenticated, NotFound, NotAllowed),
}


class SessionsQuery(ListQuery):
    """Whose bookings: those that concern this person."""

    user_id: Id | None = None


class CoachSession(Incoming):
    """Document 002's booking. Times are the coach's wall time, unless ``timezone`` says whose."""

    coach_id: Id = Field(
        validation_alias=names("coach_id", "st_id", "instructor_id", "teacher_id", "provider_id")
    )
    student_id: Id | None = Field(None, validation_alias=STUDENT_ID)
    subject: str | None = Field(None, max_length=80, validation_alias=names("subject", "subject_id"))
    offering_id: Id | None = None
    scheduled_date: Date
    start_time: WallTime
    end_time: WallTime | None = None
    duration: Minutes | None = Field(None, validation_alias=names("duration", "duration_minutes"))
    timezone: Zone | None = None
    fold: Fold = 0
    title: str | None = Field(None, max_length=TOPIC_LIMIT, validation_alias=names("title", "custom_topic"))
    credits_to_use: Amount | None = Field(None, validation_alias=names("credits_to_use", "credits_used"))
    message: str | None = Field(
        None,
        max_length=MESSAGE_LIMIT,
        validation_alias=names("message", "student_message", "description", "notes"),
    )
    reminders: Flag | None = None


class Way(BaseModel):
    """The way into a session: the caller's own address, not to be handed on.

    ``channel``, ``uid`` and ``token`` are there where the video has no screen of its own (Agora).
    """

    room_url: str
    opens_at: Instant
    in_lobby: bool
    channel: str | None = None
    uid: int | None = None
    token: str | None = None

    @classmethod
    def of(cls, joined: Joined, settings: Settings) -> Way:
        """The way as it is sent."""
        way = joined.entrance
        has_own_screen = way is None or bool(way.url)
        return cls(
            room_url=(way.url if way is not None else "") or join_page(settings, joined.session_id),
            opens_at=rfc3339(joined.opens_at),
            in_lobby=way is None,
            channel=None if way is None or has_own_screen else way.room,
            uid=None if way is None or has_own_screen else way.uid,
            token=None if way is None or has_own_screen else way.token,
        )


class Attended(BaseModel):
    """How long somebody was in a session, in whole minutes."""

    minutes: int


@router.post(
    "/sessions", status_code=201, response_model=Booked, responses=MADE | refusals(*BOOKING_REFUSALS)
)
def book(body: NewSession, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep) -> JSONResponse:
    """Book a session.

    Free and by credits it is ``scheduled`` at once, by card ``held`` until it is paid, on request ``pending`` (by
    card once the card is authorised). The same seat again gives the same hold with 200.
    """
    start = instants.parse_instant(
        body.scheduled_start, zone=body.timezone, fold=body.fold, field="scheduled_start"
    )
    end = body.scheduled_end and instants.parse_instant(
        body.scheduled_end, zone=body.timezone, fold=body.fold, field="scheduled_end"
    )
    answer = idempotency.once(
        platform,
        actor,
        request,
        booked,
        intake.book,
        wanted=Wanted(
            instructor_id=body.st_id,
            offering_id=body.offering_id,
            course_id=body.course_id,
            minutes=instants.length_asked(
                start,
                end or None,
                body.duration,
                shortest=platform.settings.min_session_duration,
                longest=platform.settings.max_session_duration,
            ),
        ),
        starts_at=start,
        student_id=body.student_id,
        pay_with=body.pay_with,
        agreed=intake.AgreedPrice(
            amount_minor=body.agreed_price, currency=body.currency.upper() if body.currency else None
        ),
        details=body.details(),
    )
    return sent(answer)


@router.post(
    "/sessions/book", status_code=201, response_model=Booked, responses=MADE | refusals(*BOOKING_REFUSALS)
)
def book_by_subject(
    body: CoachSession, platform: PlatformDep, actor: ActorDep, request: IdempotencyDep
) -> JSONResponse:
    """Book a coach for a subject; answered as ``POST /api/sessions``.

    It is the coach's first active offering of the subject (an id or a name) with that duration; by credits when
    ``credits_to_use`` is above 0.
    """
    answer = idempotency.once(
        platform,
        actor,
        request,
        booked,
        intake.book_by_subject,
        coach_id=body.coach_id,
        subject=body.subject,
        offering_id=body.offering_id,
        times=intake.WallTimes(
            on=instants.parse_date(body.scheduled_date, field="scheduled_date"),
            start_minute=instants.parse_minute(body.start_time, field="start_time"),
            end_minute=None
            if body.end_time is None
            else instants.parse_minute(body.end_time, field="end_time"),
            minutes=body.duration,
            timezone=body.timezone,
            fold=body.fold,
        ),
        student_id=body.student_id,
        credits_to_use=body.credits_to_use,
        details=Details(
            message=body.message or "", topic=body.title or "", reminders=body.reminders is not False
        ),
    )
    return sent(answer)


@router.get("/sessions", responses=refusals(Unauthenticated, NotFound))
def sessions(query: Annotated[SessionsQuery, Query()], platform: PlatformDep, caller: CallerDep) -> Seats:
    """The bookings that the caller may see, or of those the ones of ``user_id``; the latest start first."""
    return seats_of(platform, caller, query, person_id=query.user_id)


@router.get("/sessions/{session_id}", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def session(session_id: PathId, platform: PlatformDep, actor: ActorDep) -> Session:
    """One session, for who takes part in it and for staff."""
    view = platform.read(reading.detail, actor, session_id=session_id)
    return Session.of(view, platform.settings)


@router.patch(
    "/sessions/{session_id}/status",
    responses=refusals(Unauthenticated, NotFound, NotAllowed, IllegalTransition, TooEarly, TooLate),
)
def change_status(session_id: PathId, body: StatusChange, platform: PlatformDep, actor: ActorDep) -> Session:
    """Bring a session to another status.

    Its instructor: accepted, rejected, in_progress (from ten minutes before the start), completed (``notes`` are the
    report that the student reads), cancelled (all seats, or the one of ``booking_id``). Its student: confirmed,
    cancelled (their own seat). Assistants and admins: all of these.
    """

    def change(work: UnitOfWork) -> SessionView:
        status_changes.change(
            work, session_id=session_id, to=body.status, notes=body.notes or "", booking_id=body.booking_id
        )
        return reading.detail(work, session_id=session_id)

    return Session.of(platform.run(change, actor), platform.settings)


@router.post(
    "/sessions/{session_id}/join",
    responses=refusals(Unauthenticated, NotFound, NotAllowed, IllegalTransition, TooEarly, TooLate),
)
def join(session_id: PathId, platform: PlatformDep, actor: ActorDep) -> Way:
    """Come into the session, from ten minutes before its start (``details.opens_at``), and be noted as there.

    The caller counts as there until they leave or the session ends. Until the instructor has started, a student's
    ``room_url`` is the page of this site on which they wait, and ``in_lobby`` is true.
    """
    return Way.of(platform.run(running.join, actor, session_id=session_id), platform.settings)


@router.post("/sessions/{session_id}/leave", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def leave(session_id: PathId, platform: PlatformDep, actor: ActorDep) -> Attended:
    """Leave the session; ``minutes`` is how long the caller was there altogether."""
    return Attended(minutes=platform.run(running.leave, actor, session_id=session_id))


@router.get("/sessions/{session_id}/calendar-export", response_class=Response, responses=EXPORTED)
def export(
    session_id: PathId, query: Annotated[ExportQuery, Query()], platform: PlatformDep, actor: ReaderDep
) -> CalendarFile:
    """The session as a calendar file. A link of our own pages may open it by the browser's login."""
    return _export(platform, actor, session_id)


@router.post("/sessions/{session_id}/calendar-export", response_class=Response, responses=EXPORTED)
def export_by_post(
    session_id: PathId, query: Annotated[ExportQuery, Query()], platform: PlatformDep, actor: ActorDep
) -> CalendarFile:
    """The same calendar file, as document 004 asks for it."""
    return _export(platform, actor, session_id)


def _export(platform: Platform, actor: Actor, session_id: str) -> CalendarFile:
    events = platform.read(reading.calendar_events, actor, session_id=session_id)
    file = calendar_files.publication(events, settings=platform.settings, now=platform.clock.now())
    return CalendarFile(file, headers={"Content-Disposition": 'attachment; filename="session.ics"'})


def seats_of(
    platform: Platform,
    caller: Identity,
    query: ListQuery,
    *,
    person_id: str | None,
    as_role: Role | None = None,
) -> Seats:
    """A page of the bookings that concern somebody, as far as the caller may see them."""
    zone = query.timezone or caller.timezone
    page = platform.read(
        reading.listing,
        caller.actor,
        person_id=person_id,
        as_role=as_role,
        statuses=_statuses_named(query.status),
        starts_from=_edge(query.start_date, zone, "start_date"),
        starts_before=_edge(query.end_date, zone, "end_date"),
        limit=query.limit,
        cursor=query.cursor,
    )
    return Seats(items=[Seat.of(seat) for seat in page.items], next_cursor=page.next_cursor)


def _statuses_named(words: str | None) -> frozenset[BookingStatus] | None:
    if not words or not words.strip(" ,"):
        return None
    named = [parse_status(word) for word in words.split(",") if word.strip()]
    return frozenset().union(*named)


def _edge(text: str | None, zone: str, field: str) -> datetime | None:
    return None if text is None else instants.parse_edge(text, zone=zone, field=field)
