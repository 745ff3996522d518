"""Times published one by one: their rows, the dialog for one, and what its form says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sessions_app.domain import instants
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, Viewer, duration_label
from sessions_app.domain.week_draft import parse_typed, typed_label
from sessions_app.models.catalogue import SessionType
from sessions_app.services.published_slots import Fitting, PublishedView, SlotFacts
from sessions_app.state.hours.parts import ChoiceView, whole_number

_EVENING: Final = 1080
"""The start that a new time is offered with, in minutes of the day."""


@dataclass(frozen=True)
class SlotRow:
    """A published time."""

    id: str
    month: str
    day: str
    title: str
    what: str
    note: str
    is_booked: bool
    spoken: str


@dataclass(frozen=True)
class PublishingView:
    """The dialog for one published time; ``id`` is empty for a new one."""

    is_open: bool = False
    id: str = ""
    title: str = ""
    on: str = ""
    start: str = ""
    duration: str = "60"
    kind: str = "individual"
    seats: str = "6"
    offering: str = ""


def new_time(on: date, *, clock: str) -> PublishingView:
    """The dialog for a new time."""
    return PublishingView(
        is_open=True, title="Publish a time", on=on.isoformat(), start=typed_label(_EVENING, clock)
    )


def changed_time(view: PublishedView, viewer: Viewer) -> PublishingView:
    """The dialog for a time that is published."""
    facts, start = view.facts, viewer.local(view.facts.starts_at)
    return PublishingView(
        is_open=True,
        id=view.id,
        title="Change the time",
        on=start.date().isoformat(),
        start=typed_label(60 * start.hour + start.minute, viewer.hour_cycle),
        duration=str(facts.duration_minutes),
        kind=facts.session_type.value,
        seats=str(max(facts.seats, 2)),
        offering=facts.offering_id or "",
    )


def slot_facts(form: Mapping[str, Any], *, zone: str) -> SlotFacts:
    """What the dialog's form says, its time being one of ``zone``. Raises InvalidInput at the field at fault."""
    on = instants.parse_date(str(form.get("on", "")), field="on")
    minute = parse_typed(str(form.get("start", "")))
    if minute is None:
        raise InvalidInput("Please type a time such as 18:00.", field="start")
    is_group = form.get("kind") == "group"
    return SlotFacts(
        starts_at=instants.at_minute(on, minute, zone, field="start"),
        duration_minutes=whole_number(form.get("duration"), "duration", "Please type minutes, such as 60."),
        session_type=SessionType.GROUP if is_group else SessionType.INDIVIDUAL,
        seats=whole_number(form.get("seats"), "seats", "Please type a number of seats.") if is_group else 1,
        offering_id=str(form.get("offering", "")) or None,
    )


def offering_choices(fitting: Iterable[Fitting]) -> list[ChoiceView]:
    """What a time can be published for."""
    return [ChoiceView("", "Any that fits"), *map(_fitting_view, fitting)]


def slot_rows(views: Sequence[PublishedView], viewer: Viewer) -> list[SlotRow]:
    """Published times by start."""
    return [_slot_row(view, viewer) for view in views]


def _slot_row(view: PublishedView, viewer: Viewer) -> SlotRow:
    facts, day = view.facts, viewer.date_of(view.facts.starts_at)
    kind = f"Group, {facts.seats} seats" if facts.session_type is SessionType.GROUP else "One-to-one"
    span = viewer.span(facts.span.start, facts.span.end)
    note = "" if view.is_bookable else "No active offering has this length and type: students do not see it."
    return SlotRow(
        id=view.id,
        month=MONTHS[day.month - 1][:3],
        day=str(day.day),
        title=f"{WEEKDAYS[day.weekday()]}, {span}",
        what=f"{kind}, {duration_label(facts.duration_minutes)}",
        note="" if view.is_booked else note,
        is_booked=view.is_booked,
        spoken=f"{viewer.day(facts.starts_at)}, {viewer.spoken_span(facts.span.start, facts.span.end)}",
    )


def _fitting_view(offering: Fitting) -> ChoiceView:
    """An offering to publish a time for: "First session, one-to-one, 60 min"."""
    word = "group" if offering.session_type is SessionType.GROUP else "one-to-one"
    return ChoiceView(
        offering.offering_id, f"{offering.title}, {word}, {duration_label(offering.duration_minutes)}"
    )
