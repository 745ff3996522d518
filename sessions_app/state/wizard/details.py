"""The confirm step: a held time, its price and its terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, duration_label
from sessions_app.domain.pricing import PayWith, QuoteLine
from sessions_app.models.catalogue import BookingMode, Modality, TopicType
from sessions_app.services.queries.held import HeldStep, HoldState
from sessions_app.state.people_views import NOBODY, PersonView
from sessions_app.state.wizard.parts import (
    DETAILS,
    NO_HOLD,
    HeadView,
    HoldView,
    Look,
    OptionView,
    iso,
    policy_line,
    steps_for,
)


@dataclass(frozen=True)
class LineView:
    """One line of a price."""

    label: str
    amount: str


@dataclass(frozen=True)
class DetailsView:
    """The confirm step. ``state`` is live or ended."""

    booking_id: str = ""
    state: str = ""
    hold: HoldView = NO_HOLD
    month: str = ""
    day: str = ""
    span: str = ""
    long_day: str = ""
    day_and_who: str = ""
    moment: str = ""
    course: str = ""
    person: PersonView = NOBODY
    duration: str = ""
    zone: str = ""
    title: str = ""
    requirements: str = ""
    lines: tuple[LineView, ...] = ()
    total: str = ""
    pay_with: str = ""
    ways: tuple[OptionView, ...] = ()
    pay_note: str = ""
    policy: str = ""
    asks_topic: bool = False


def head_of_details(step: HeldStep, look: Look) -> HeadView:
    """The header while details are given; back leads to the day chosen, the hold kept."""
    on = look.viewer.date_of(step.span.start)
    return HeadView(
        context=f"for {step.course_title}" if step.course_title else f"with {step.instructor_name}",
        back_label="Back to date and time",
        back_href=look.address.to(
            offering=step.offering_id,
            instructor=step.instructor_id,
            on=on,
            month=None,
            week=False,
            booking="",
            slot=None,
            proof="",
            student=step.student_id if len(step.students) > 1 else "",
        ),
        step=DETAILS,
        steps=steps_for([step.pay_with]),
    )


def details(step: HeldStep, look: Look, *, pay_with: PayWith | None = None) -> DetailsView:
    """The confirm step; ``pay_with`` is what the person chose since, if the quote offers it."""
    viewer = look.viewer
    start = step.span.start
    local = viewer.local(start)
    person = PersonView.of(step.instructor_id, step.instructor_name, step.avatar_url)
    way = pay_with if pay_with in step.ways else step.pay_with
    by_credits = way is PayWith.CREDITS
    credits = _credits(step.quote.credits or 0)
    return DetailsView(
        booking_id=step.booking_id,
        state=step.state.value,
        hold=HoldView(
            until=iso(step.expires_at) if step.expires_at and step.state is HoldState.LIVE else "",
            now=iso(step.now),
            total=step.held_seconds,
        ),
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        span=viewer.span(start, step.span.end),
        long_day=viewer.long_day(start),
        day_and_who=f"{WEEKDAYS[local.weekday()]}, with {step.instructor_name}",
        moment=f"{viewer.day(start)}, {viewer.span(start, step.span.end)}",
        course=step.course_title,
        person=person,
        duration=f"{duration_label(step.duration_minutes)}, {_how(step.modality)}",
        zone=viewer.long_zone_label(start),
        title=step.offering_title,
        requirements=step.requirements,
        lines=(
            (LineView(f"Session, {duration_label(step.duration_minutes)}", credits),)
            if by_credits
            else price_lines(step.quote.lines, step.duration_minutes)
        ),
        total=credits if by_credits else ("Free" if step.quote.is_free else step.quote.total.label),
        pay_with=way.value,
        ways=tuple(_way(way, step) for way in step.ways) if len(step.ways) > 1 else (),
        pay_note=_pay_note(step, way, person.first_name),
        policy=policy_line(
            viewer,
            now=step.now,
            free_until=(step.cancel_until or start) if step.quote.is_free else step.free_until,
            partial_until=step.partial_until,
            partial_percent=step.partial_percent,
            cancel_until=step.cancel_until,
        ),
        asks_topic=step.topic_type is TopicType.FLEXIBLE,
    )


def way_of(step: HeldStep, text: str) -> PayWith | None:
    """The way to pay that ``text`` names, if the quote offers it."""
    return PayWith(text) if text in [way.value for way in step.ways] else None


def price_lines(lines: Iterable[QuoteLine], minutes: int) -> tuple[LineView, ...]:
    """The lines of a quote; those that do not say the length themselves get it: "Session, 60 min"."""
    length = duration_label(minutes)
    return tuple(
        LineView(line.label if length in line.label else f"{line.label}, {length}", line.amount.label)
        for line in lines
    )


def _how(modality: Modality) -> str:
    return {Modality.IN_PERSON: "in person", Modality.HYBRID: "video or in person"}.get(modality, "video")


def _credits(count: int) -> str:
    return "1 credit" if count == 1 else f"{count} credits"


def _way(way: PayWith, step: HeldStep) -> OptionView:
    if way is PayWith.CREDITS:
        return OptionView(
            way.value, f"Credits, {_credits(step.quote.credits or 0)}", f"You have {step.credits}"
        )
    return OptionView(way.value, f"Card, {step.quote.total.label}")


def _pay_note(step: HeldStep, way: PayWith, first_name: str) -> str:
    asks_first = step.booking_mode is BookingMode.REQUEST
    if way is PayWith.CARD:
        if asks_first:
            return f"Your card is charged when {first_name} accepts."
        return "You pay on the next screen."
    if way is PayWith.CREDITS:
        return f"You have {_credits(step.credits)}."
    return f"{first_name} answers before it is booked." if asks_first else "Nothing to pay."
