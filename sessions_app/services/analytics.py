"""Product events: the steps of a person through the wizard, for conversion and nothing else (document 004).

Decides which events exist and which facts each may carry; no free text, names or addresses are ever kept. They are
stored apart from what they tell of, so that a lost event never costs a booking.
"""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import col, select

from sessions_app.models import ProductEvent
from sessions_app.services.unit_of_work import UnitOfWork

_LONGEST_FACT = 80


class Step(StrEnum):
    """The events of the booking page."""

    PAGE_VIEW = "page_view"
    ST_SELECTED = "st_selected"
    DATE_SELECTED = "date_selected"
    TIME_SELECTED = "time_selected"
    BOOKING_ATTEMPTED = "booking_attempted"
    BOOKING_SUCCESS = "booking_success"
    BOOKING_FAILED = "booking_failed"
    SCHEDULE_LATER = "schedule_later"
    SEARCH_UNMET = "search_unmet"  # a date was asked for on which the instructor had nothing left


FACTS: dict[Step, frozenset[str]] = {
    Step.PAGE_VIEW: frozenset({"course_id", "st_preselected"}),
    Step.ST_SELECTED: frozenset({"st_id"}),
    Step.DATE_SELECTED: frozenset({"date"}),
    Step.TIME_SELECTED: frozenset({"time", "st_id"}),
    Step.BOOKING_ATTEMPTED: frozenset({"course_id", "st_id", "datetime"}),
    Step.BOOKING_SUCCESS: frozenset({"session_id"}),
    Step.BOOKING_FAILED: frozenset({"error_type"}),
    Step.SCHEDULE_LATER: frozenset({"course_id"}),
    Step.SEARCH_UNMET: frozenset({"st_id", "offering_id", "date"}),
}
"""What each event carries; nothing else may be added to it."""

Facts = dict[str, str | bool | None]


def record(work: UnitOfWork, *events: tuple[Step, Facts]) -> None:
    """Store events of the actor, in order. Raises ValueError for facts that the event does not carry."""
    for step, facts in events:
        if facts.keys() != FACTS[step]:
            raise ValueError(f"{step} carries {sorted(FACTS[step])}, not {sorted(facts)}")
        work.append(
            ProductEvent,
            at=work.now,
            name=step,
            person_id=work.actor.person_id,
            properties={name: _short(value) for name, value in facts.items()},
        )


def record_success_once(work: UnitOfWork, *, session_id: str) -> None:
    """Store that the actor's booking came about, however often its confirmation is opened."""
    told = select(ProductEvent.properties).where(
        col(ProductEvent.name) == Step.BOOKING_SUCCESS, col(ProductEvent.person_id) == work.actor.person_id
    )
    if not any(properties.get("session_id") == session_id for properties in work.db.exec(told)):
        record(work, (Step.BOOKING_SUCCESS, {"session_id": session_id}))


def _short(value: str | bool | None) -> str | bool | None:
    # Facts come from addresses that people may edit.
    return value[:_LONGEST_FACT] if isinstance(value, str) else value
