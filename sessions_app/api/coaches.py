"""An instructor's own calendar: weekly hours and single dates (document 002), and published times (document 003)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Response
from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from sessions_app.api.answers import Instant
from sessions_app.api.dependencies import ActorDep, AnyoneDep, PlatformDep
from sessions_app.api.errors import refusals
from sessions_app.api.inputs import (
    INSTRUCTOR_ID,
    OPEN_TO_VISITORS,
    Date,
    Edge,
    Flag,
    Fold,
    Id,
    Minutes,
    Moment,
    PageQuery,
    PathId,
    WallTime,
    Zone,
    lower_word,
    names,
)
from sessions_app.api.schemas import Incoming
from sessions_app.domain import instants
from sessions_app.domain.availability import local_date
from sessions_app.domain.errors import (
    IllegalTransition,
    InvalidInput,
    NotAllowed,
    NotFound,
    SlotTaken,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.schedules import Schedule, WeeklyWindow
from sessions_app.models.catalogue import SessionType
from sessions_app.services import availability, published_slots
from sessions_app.services.published_slots import PublishedView, SlotFacts
from sessions_app.services.queries.cursors import Place
from sessions_app.services.slots import rfc3339
from sessions_app.services.unit_of_work import Platform

router = APIRouter(prefix="/api/coaches", tags=["availability"])

Weekday = Annotated[int, Field(ge=0, le=6, strict=True, description="0 is Sunday.")]
Seats = Annotated[int, Field(ge=1, le=20, strict=True)]
SessionTypeWord = Annotated[SessionType, BeforeValidator(lower_word)]
MOST_ENTRIES = 200


class WindowIn(Incoming):
    """An interval of a day; ``is_available`` false keeps it without offering it."""

    start_time: WallTime
    end_time: WallTime
    is_available: Flag = True


class DayIn(Incoming):
    """The intervals of one weekday."""

    day_of_week: Weekday
    slots: list[WindowIn] = Field(default=[], max_length=MOST_ENTRIES)


class AvailabilityIn(Incoming):
    """``weekly`` replaces the whole weekly pattern by ``schedule``: a day left out is closed. ``specific`` replaces
    one date by ``slots``: none means away. ``timezone`` changes the coach's own.
    """

    coach_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    type: Annotated[Literal["weekly", "specific"], BeforeValidator(lower_word)]
    schedule: list[DayIn] | None = Field(None, max_length=MOST_ENTRIES)
    specific_date: Date | None = Field(None, validation_alias=names("specific_date", "date"))
    slots: list[WindowIn] | None = Field(None, max_length=MOST_ENTRIES)
    timezone: Zone | None = None


class AvailabilityQuery(Incoming):
    """Whose hours, and of which dates those that replace them: all to come, or 62 days at most."""

    coach_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    begins: Edge | None = Field(None, validation_alias=AliasChoices("start_date", "startDate", "from"))
    ends: Edge | None = Field(None, validation_alias=AliasChoices("end_date", "endDate", "to"))


class WindowOut(BaseModel):
    """An interval in the coach's wall time; ``24:00`` is the next midnight."""

    start_time: str
    end_time: str
    is_available: bool


class DayOut(BaseModel):
    """The intervals of one weekday, 0 for Sunday."""

    day_of_week: int
    slots: list[WindowOut]


class DateOut(BaseModel):
    """What holds on one date instead of the weekly hours; no slots: away."""

    date: date
    slots: list[WindowOut]


class Availability(BaseModel):
    """An instructor's hours. Hours that are switched off are shown to the instructor and staff alone."""

    coach_id: str
    timezone: str
    schedule: list[DayOut]
    specific_dates: list[DateOut]

    @classmethod
    def of(cls, coach_id: str, schedule: Schedule) -> Self:
        """The hours as they are sent; weekdays without any are left out."""
        days = {day: [one for one in schedule.windows if one.day_of_week == day] for day in range(7)}
        return cls(
            coach_id=coach_id,
            timezone=schedule.zone,
            schedule=[
                DayOut(
                    day_of_week=day,
                    slots=[
                        _window(one.start_minute, one.end_minute, is_active=one.is_active) for one in of_day
                    ],
                )
                for day, of_day in days.items()
                if of_day
            ],
            specific_dates=[
                DateOut(date=one.on, slots=[_window(start, end) for start, end in one.windows])
                for one in schedule.overrides
            ],
        )


class SlotIn(Incoming):
    """A time to publish. ``start`` without an offset is wall time in ``timezone``, or else on the coach's clock."""

    coach_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    start: Moment = Field(validation_alias=names("start", "start_time", "scheduled_start"))
    end: Moment | None = Field(None, validation_alias=names("end", "end_time", "scheduled_end"))
    duration: Minutes | None = Field(None, validation_alias=names("duration", "duration_minutes"))
    timezone: Zone | None = None
    fold: Fold = 0
    session_type: SessionTypeWord = Field(
        SessionType.INDIVIDUAL, validation_alias=names("session_type", "type")
    )
    seats: Seats = Field(1, validation_alias=names("seats", "capacity", "max_participants", "max_students"))
    offering_id: Id | None = None


class SlotsQuery(PageQuery):
    """Whose published times."""

    coach_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)


class CleanUpIn(Incoming):
    """Whose; ``dry_run`` only counts."""

    coach_id: Id | None = Field(None, validation_alias=INSTRUCTOR_ID)
    dry_run: Flag = False


class SlotOut(BaseModel):
    """A published time. Booked, it can neither be changed nor removed; ``is_bookable``: an offering fits it."""

    id: str
    coach_id: str
    start: Instant
    end: Instant
    duration_minutes: int
    session_type: SessionType
    seats: int
    offering_id: str | None
    is_booked: bool
    is_available: bool
    is_bookable: bool

    @classmethod
    def of(cls, view: PublishedView) -> Self:
        """The time as it is sent."""
        facts = view.facts
        return cls(
            id=view.id,
            coach_id=view.instructor_id,
            start=rfc3339(facts.span.start),
            end=rfc3339(facts.span.end),
            duration_minutes=facts.duration_minutes,
            session_type=facts.session_type,
            seats=facts.seats,
            offering_id=facts.offering_id,
            is_booked=view.is_booked,
            is_available=not view.is_booked,
            is_bookable=view.is_bookable,
        )


class SlotList(BaseModel):
    """A page of published times, by start."""

    items: list[SlotOut]
    next_cursor: str | None


class CleanedUp(BaseModel):
    """How many published times went, or would go."""

    removed: int


@router.get("/availability", responses=refusals(Unauthenticated, NotFound), openapi_extra=OPEN_TO_VISITORS)
def availability_of(
    query: Annotated[AvailabilityQuery, Query()], platform: PlatformDep, actor: AnyoneDep
) -> Availability:
    """The weekly hours of a coach (default: the caller) and the dates to come that replace them."""
    coach_id = _coach(query.coach_id, actor)
    schedule = platform.read(availability.shown, actor, instructor_id=coach_id)
    if query.begins is None and query.ends is None:
        return Availability.of(coach_id, schedule)
    window = instants.parse_range(query.begins, query.ends, zone=schedule.zone, now=platform.clock.now())
    first, last = local_date(window.start, schedule.zone), local_date(window.end, schedule.zone)
    found = Availability.of(coach_id, schedule)
    kept = [one for one in found.specific_dates if first <= one.date < last]
    return found.model_copy(update={"specific_dates": kept})


@router.post("/availability", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def replace_availability(body: AvailabilityIn, platform: PlatformDep, actor: ActorDep) -> Availability:
    """Replace the whole weekly pattern, or one date; all the rest stays, and so does every booking."""
    coach_id = _coach(body.coach_id, actor)
    if body.type == "weekly":
        return _replace_week(platform, actor, coach_id, body)
    if body.specific_date is None:
        raise InvalidInput("Please say which date.", field="specific_date")
    if body.slots is None:
        raise InvalidInput("Please send the slots of the date; none means away.", field="slots")
    on = instants.parse_date(body.specific_date, field="specific_date")
    windows = tuple(
        _minutes(window, f"slots.{index}") for index, window in enumerate(body.slots) if window.is_available
    )
    places = [f"slots.{index}" for index, window in enumerate(body.slots) if window.is_available]
    try:
        stored = platform.run(
            availability.set_dates, actor, instructor_id=coach_id, dates=[on], windows=windows
        )
    except InvalidInput as refused:
        raise _at(refused, places, "specific_date" if refused.field == "dates" else None) from None
    return Availability.of(coach_id, stored.schedule)


def _replace_week(platform: Platform, actor: Actor, coach_id: str, body: AvailabilityIn) -> Availability:
    if body.schedule is None:
        raise InvalidInput("Please send the schedule; a day left out is closed.", field="schedule")
    windows, places = [], []
    for number, day in enumerate(body.schedule):
        for index, window in enumerate(day.slots):
            place = f"schedule.{number}.slots.{index}"
            start, end = _minutes(window, place)
            windows.append(WeeklyWindow(day.day_of_week, start, end, window.is_available))
            places.append(place)
    try:
        stored = platform.run(
            availability.set_weekly,
            actor,
            instructor_id=coach_id,
            windows=windows,
            timezone=body.timezone,
        )
    except InvalidInput as refused:
        raise _at(refused, places) from None
    return Availability.of(coach_id, stored.schedule)


@router.get("/slots", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def slots(query: Annotated[SlotsQuery, Query()], platform: PlatformDep, actor: ActorDep) -> SlotList:
    """The published times of a coach (default: the caller) that have not ended, by start."""
    found = platform.read(published_slots.listed, actor, instructor_id=_coach(query.coach_id, actor))
    after = Place.decoded(query.cursor) if query.cursor else None
    left = [view for view in found if after is None or (view.facts.starts_at, view.id) > (after.at, after.id)]
    shown = left[: query.limit]
    more = Place(shown[-1].facts.starts_at, shown[-1].id).encoded() if len(left) > len(shown) else None
    return SlotList(items=[SlotOut.of(view) for view in shown], next_cursor=more)


@router.post("/slots", status_code=201, responses=refusals(Unauthenticated, NotFound, NotAllowed, SlotTaken))
def publish(body: SlotIn, platform: PlatformDep, actor: ActorDep) -> SlotOut:
    """Publish one time besides the weekly hours: for one, or for a group of up to 20."""
    coach_id = _coach(body.coach_id, actor)
    facts = _facts(body, platform, actor, coach_id)
    return SlotOut.of(platform.run(published_slots.publish, actor, instructor_id=coach_id, facts=facts))


@router.put("/slots/{slot_id}", responses=refusals(Unauthenticated, NotFound, SlotTaken, IllegalTransition))
def change(slot_id: PathId, body: SlotIn, platform: PlatformDep, actor: ActorDep) -> SlotOut:
    """Make a published time another one, while nobody has booked it."""
    coach_id = platform.read(published_slots.owner, actor, slot_id=slot_id)
    facts = _facts(body, platform, actor, coach_id)
    return SlotOut.of(platform.run(published_slots.change, actor, slot_id=slot_id, facts=facts))


@router.delete(
    "/slots/{slot_id}",
    status_code=204,
    response_class=Response,
    responses=refusals(Unauthenticated, NotFound, IllegalTransition),
)
def remove(slot_id: PathId, platform: PlatformDep, actor: ActorDep) -> None:
    """Take a published time back, while nobody has booked it."""
    platform.run(published_slots.remove, actor, slot_id=slot_id)


@router.post("/slots/clean-up", responses=refusals(Unauthenticated, NotFound, NotAllowed))
def clean_up(body: CleanUpIn, platform: PlatformDep, actor: ActorDep) -> CleanedUp:
    """Remove published times that are over and were never booked; they also go by themselves each hour."""
    removed = platform.run(
        published_slots.clean_up,
        actor,
        instructor_id=_coach(body.coach_id, actor),
        is_dry_run=body.dry_run,
    )
    return CleanedUp(removed=removed)


def _coach(coach_id: str | None, actor: Actor) -> str:
    """Whose calendar is meant: the one named, else the caller's own."""
    if coach_id is not None:
        return coach_id
    if actor.person_id is None:
        raise Unauthenticated
    if actor.role is not Role.INSTRUCTOR:
        raise InvalidInput("Please say whose calendar.", field="coach_id")
    return actor.person_id


def _facts(body: SlotIn, platform: Platform, actor: Actor, coach_id: str) -> SlotFacts:
    zone = body.timezone or platform.read(availability.shown, actor, instructor_id=coach_id).zone
    start = instants.parse_instant(body.start, zone=zone, field="start", fold=body.fold)
    end = body.end and instants.parse_instant(body.end, zone=zone, field="end", fold=body.fold)
    minutes = instants.length_asked(
        start,
        end or None,
        body.duration,
        shortest=platform.settings.min_session_duration,
        longest=platform.settings.max_session_duration,
        end_field="end",
    )
    if minutes is None:
        raise InvalidInput("Please send an end or a duration.", field="duration")
    return SlotFacts(start, minutes, body.session_type, body.seats, body.offering_id)


def _minutes(window: WindowIn, place: str) -> tuple[int, int]:
    return (
        instants.parse_minute(window.start_time, field=f"{place}.start_time"),
        instants.parse_minute(window.end_time, field=f"{place}.end_time"),
    )


def _at(refused: InvalidInput, places: list[str], field: str | None = None) -> InvalidInput:
    """The refusal at the place in the body that its flat index ("schedule[2]") stands for."""
    _, bracket, index = (refused.field or "").rpartition("[")
    if bracket and field is None:
        field = places[int(index.rstrip("]"))]
    return InvalidInput(refused.message, field=field or refused.field)


def _window(start: int, end: int, *, is_active: bool = True) -> WindowOut:
    return WindowOut(start_time=_clock(start), end_time=_clock(end), is_available=is_active)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
