"""What a visit to the wizard tells: the product event of each step, with its facts (document 004)."""

from __future__ import annotations

from datetime import date, datetime

from sessions_app.domain.errors import DomainError
from sessions_app.domain.slots import Reason
from sessions_app.services.analytics import Facts, Step
from sessions_app.services.queries.held import HeldStep
from sessions_app.services.queries.wizard import TimeStep
from sessions_app.services.slots import rfc3339
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.times import ALL_BOOKED

Event = tuple[Step, Facts]
"""As ``services.analytics.record`` takes them."""

_NOTHING_LEFT = ALL_BOOKED | {Reason.OVERRIDE_DAY_OFF, Reason.OUTSIDE_HOURS, Reason.OFF_GRID}
"""Why a day has no times that more hours would have given; the others are the student's or the calendar's end."""


def page_seen(*, course_id: str, has_instructor: bool) -> Event:
    """The wizard was opened."""
    return Step.PAGE_VIEW, {"course_id": course_id or None, "st_preselected": has_instructor}


def chosen_between(before: Address, here: Address) -> list[Event]:
    """What was chosen from one address of the same wizard to the next: an instructor, a day."""
    events: list[Event] = []
    if here.teacher_id and here.teacher_id != before.teacher_id:
        events.append((Step.ST_SELECTED, {"st_id": here.teacher_id}))
    if here.on and here.on != before.on and not here.booking:
        events.append((Step.DATE_SELECTED, {"date": here.on.isoformat()}))
    return events


def time_chosen(at: datetime, *, teacher_id: str) -> Event:
    """A start was pressed."""
    return Step.TIME_SELECTED, {"time": rfc3339(at), "st_id": teacher_id}


def booking_tried(step: HeldStep) -> Event:
    """Confirming a hold was asked for."""
    return Step.BOOKING_ATTEMPTED, {
        "course_id": step.course_id,
        "st_id": step.instructor_id,
        "datetime": rfc3339(step.span.start),
    }


def booking_failed(refused: DomainError) -> Event:
    """A hold or a booking was refused."""
    return Step.BOOKING_FAILED, {"error_type": refused.code}


def put_off(course_id: str) -> Event:
    """The course waits without a time."""
    return Step.SCHEDULE_LATER, {"course_id": course_id or None}


def missed_day(step: TimeStep) -> date | None:
    """The day that was looked at in vain, if more hours of the instructor would have helped."""
    return step.on if step.day_reason in _NOTHING_LEFT else None


def searched_in_vain(on: date, *, teacher_id: str, offering_id: str) -> Event:
    """A ``missed_day`` was looked for."""
    return Step.SEARCH_UNMET, {"st_id": teacher_id, "offering_id": offering_id, "date": on.isoformat()}
