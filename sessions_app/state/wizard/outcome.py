"""What became of a booking: the confirmation in all its outcomes, worded."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.domain.local_labels import MONTHS, WEEKDAYS, Viewer, same_clock, short_date, zone_city
from sessions_app.domain.plain_text import short_name, title_within
from sessions_app.models.catalogue import Modality
from sessions_app.services.queries.confirmation import Confirmation, Outcome
from sessions_app.state.offering_views import FileView, file_views
from sessions_app.state.people_views import NOBODY, PersonView
from sessions_app.state.wizard.parts import NO_HOLD, HoldView, iso

_WAITING = (Outcome.REQUESTED, Outcome.PROCESSING, Outcome.UNPAID, Outcome.ACCEPTED)
_LIVE = (Outcome.BOOKED, *_WAITING)


@dataclass(frozen=True)
class FactView:
    """One row of the card: what is said, and a quieter second line."""

    main: str = ""
    more: str = ""


NO_FACT = FactView()


@dataclass(frozen=True)
class OutcomeView:
    """The confirmation page. ``tone`` is ok, info, sun, danger or neutral; ``badge`` a status of the badges."""

    kind: str = ""
    tone: str = "ok"
    heading: str = ""
    lead: str = ""
    badge: str = ""
    badge_label: str = ""
    month: str = ""
    day: str = ""
    span: str = ""
    day_line: str = ""
    person: PersonView = NOBODY
    when: FactView = NO_FACT
    who: FactView = NO_FACT
    topic: str = ""
    where: FactView = NO_FACT
    is_online: bool = True
    room_href: str = ""
    price_word: str = "Price"
    price: FactView = NO_FACT
    cancel: FactView = NO_FACT
    answer: str = ""
    google: str = ""
    outlook: str = ""
    file: str = ""
    next_week: str = ""
    pay_href: str = ""
    hold: HoldView = NO_HOLD
    again_href: str = ""
    reschedule_href: str = ""
    cancel_href: str = ""
    files: tuple[FileView, ...] = ()
    message_href: str = ""


def outcome(step: Confirmation, viewer: Viewer) -> OutcomeView:
    """The page for one person's eyes."""
    local = viewer.local(step.starts_at)
    name = short_name(step.instructor_name)
    kind = step.outcome
    links = step.calendar
    is_live = kind in _LIVE
    return OutcomeView(
        kind=kind.value,
        tone=_TONES[kind],
        heading=_heading(step, viewer, name),
        lead=_lead(step, viewer, name),
        badge=_badge(step),
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        span=viewer.span(step.starts_at, step.ends_at),
        day_line=_day_line(step, viewer),
        person=PersonView.of(step.instructor_id, step.instructor_name, step.avatar_url),
        when=FactView(
            f"{viewer.time(step.starts_at)} in {viewer.long_zone_label(step.starts_at)}",
            _their_time(step, viewer, name),
        ),
        who=_who(step),
        topic=step.topic,
        where=_where(step, viewer),
        is_online=step.modality is not Modality.IN_PERSON,
        room_href=f"/session/{step.session_id}/room"
        if step.calendar and step.modality is not Modality.IN_PERSON
        else "",
        price_word="Paid" if step.is_paid else "Price",
        price=_price(step),
        cancel=_cancel(step, viewer) if is_live else NO_FACT,
        answer=step.response,
        google=links.google if links else "",
        outlook=links.outlook if links else "",
        file=links.file if links else "",
        next_week=f"{viewer.moment(step.same_time_next_week.start)} is free"
        if step.same_time_next_week
        else "",
        pay_href=_pay_href(step),
        hold=HoldView(until=iso(step.held_until), now=iso(step.now), total=900)
        if step.held_until and kind in (Outcome.UNPAID, Outcome.ACCEPTED)
        else NO_HOLD,
        again_href=f"/courses/{step.course_id}/book" if step.course_id else f"/book/{step.instructor_id}",
        reschedule_href=f"/dashboard?reschedule={step.booking_id}"
        if step.can_change and kind is Outcome.BOOKED
        else "",
        cancel_href=f"/dashboard?cancel={step.booking_id}" if step.can_change else "",
        files=tuple(file_views(step.files)),
        message_href=f"/messages?with={step.booking_id}" if kind is Outcome.BOOKED else "",
    )


_TONES = {
    Outcome.BOOKED: "ok",
    Outcome.REQUESTED: "info",
    Outcome.PROCESSING: "info",
    Outcome.UNPAID: "sun",
    Outcome.ACCEPTED: "sun",
    Outcome.DECLINED: "neutral",
    Outcome.EXPIRED: "neutral",
    Outcome.CANCELLED: "neutral",
    Outcome.RETURNED: "sun",
    Outcome.COMPLETED: "neutral",
    Outcome.MISSED: "neutral",
}


def _heading(step: Confirmation, viewer: Viewer, name: str) -> str:
    if step.outcome is Outcome.REQUESTED and step.respond_by is not None:
        near = (step.respond_by - step.now).days < 7
        day = WEEKDAYS[viewer.local(step.respond_by).weekday()][:3] if near else viewer.day(step.respond_by)
        return f"Request sent — {name} answers by {day} {viewer.time(step.respond_by)}"
    return {
        Outcome.BOOKED: "Session Booked!",
        Outcome.REQUESTED: "Request sent",
        Outcome.PROCESSING: "Your payment is on its way",
        Outcome.UNPAID: "One step left: your payment",
        Outcome.ACCEPTED: f"{name} said yes. Pay to confirm",
        Outcome.DECLINED: f"{name} cannot take this session",
        Outcome.EXPIRED: "This time is no longer yours",
        Outcome.CANCELLED: "This session is cancelled",
        Outcome.RETURNED: "The time was gone, your money comes back",
        Outcome.COMPLETED: "This session is over",
        Outcome.MISSED: "This session was missed",
    }[step.outcome]


def _lead(step: Confirmation, viewer: Viewer, name: str) -> str:
    told = f"A confirmation is on its way to {step.told}. " if step.told else ""
    until = viewer.time(step.held_until) if step.held_until else ""
    returned = f"{step.refund} goes back to you." if step.refund else ""
    charged = "" if step.is_free else " Nothing is charged before that."
    return {
        Outcome.BOOKED: f"{told}{name} has been told too.",
        Outcome.REQUESTED: f"The time is kept for you until then.{charged}",
        Outcome.PROCESSING: "The time is kept for you. This page changes by itself when the money arrives.",
        Outcome.UNPAID: f"The time is held for you until {until}."
        if until
        else "The time is still held for you.",
        Outcome.ACCEPTED: f"The time is kept for you until {viewer.moment(step.held_until)}."
        if step.held_until
        else "",
        Outcome.DECLINED: f"The time is free again. {returned or 'Nothing was charged.'}",
        Outcome.EXPIRED: f"It was not completed in time. {returned or 'Nothing was charged.'}",
        Outcome.CANCELLED: returned or ("" if step.is_free else "Nothing goes back to you."),
        Outcome.RETURNED: f"Your payment arrived after somebody else had taken the time. {returned}",
        Outcome.COMPLETED: "We hope it helped.",
        Outcome.MISSED: "If something went wrong, tell us within three days.",
    }[step.outcome].strip()


def _badge(step: Confirmation) -> str:
    if step.outcome is Outcome.PROCESSING:
        return "processing"
    return "refunded" if step.outcome is Outcome.RETURNED else step.status.value


def _day_line(step: Confirmation, viewer: Viewer) -> str:
    day = viewer.long_day(step.starts_at)
    if step.starts_at <= step.now:
        return day
    relative = viewer.relative_day(step.starts_at, now=step.now)
    return f"{day}, {relative[0].lower()}{relative[1:]}"


def _their_time(step: Confirmation, viewer: Viewer, name: str) -> str:
    if same_clock(step.starts_at, viewer.zone, step.instructor_zone):
        return f"Same time for {name}"
    theirs = Viewer(step.instructor_zone, viewer.hour_cycle)
    is_other_day = theirs.date_of(step.starts_at) != viewer.date_of(step.starts_at)
    day = f"{short_date(theirs.date_of(step.starts_at))}, " if is_other_day else ""
    return f"{day}{theirs.time(step.starts_at)} for {name}, in {zone_city(step.instructor_zone)}"


def _who(step: Confirmation) -> FactView:
    what = title_within(step.course_title, step.title)
    who = f"{step.instructor_name}, for {step.student_name}" if step.student_name else step.instructor_name
    return FactView(who, what)


def _where(step: Confirmation, viewer: Viewer) -> FactView:
    if step.modality is Modality.IN_PERSON:
        return FactView(step.place or "In person", "")
    opens = ""
    if step.outcome in _LIVE:
        minutes = round((step.starts_at - step.opens_at).total_seconds() / 60)
        day = WEEKDAYS[viewer.local(step.opens_at).weekday()]
        opens = f"Opens {minutes} min before, on {day} at {viewer.time(step.opens_at)}"
    if step.modality is Modality.HYBRID and step.place:
        return FactView(f"Session room, video, or {step.place}", opens)
    return FactView("Session room, video", opens)


def _price(step: Confirmation) -> FactView:
    with_card = f"{step.price} with {step.paid_with}" if step.is_paid and step.paid_with else step.price
    return FactView(with_card, f"{step.refund} back" if step.refund else "")


def _cancel(step: Confirmation, viewer: Viewer) -> FactView:
    limit = step.cancel_until
    if limit is None or step.outcome in _WAITING:
        return _money_back(step, viewer)
    if step.now > limit:
        return FactView("Not possible any more", "")
    until = viewer.moment(limit)
    if step.is_free or step.free_until == limit:
        return FactView(f"Free until {until}", "Then it cannot be cancelled")
    return FactView(_money_back(step, viewer).main, f"Possible until {until}")


def _money_back(step: Confirmation, viewer: Viewer) -> FactView:
    if step.is_free or step.is_full_refund:
        return FactView("Free until the start", "")
    free, part = viewer.moment(step.free_until), viewer.moment(step.partial_until)
    has_part = step.partial_until > step.free_until and step.partial_percent
    share = "Half" if step.partial_percent == 50 else f"{step.partial_percent} %"
    then = f"{share} back until {part}, then nothing" if has_part else "Then nothing"
    if step.outcome in _WAITING:
        # Nobody has earned anything yet: whoever steps back now gets everything.
        return FactView(
            "Free while you wait", f"Once booked, free until {free}" if step.now <= step.free_until else ""
        )
    if step.now <= step.free_until:
        return FactView(f"Free until {free}", then)
    return FactView(then if has_part and step.now <= step.partial_until else "Nothing back any more", "")


def _pay_href(step: Confirmation) -> str:
    if step.outcome not in (Outcome.UNPAID, Outcome.ACCEPTED):
        return ""
    if step.pay_at:
        return step.pay_at
    base = f"/courses/{step.course_id}/book" if step.course_id else f"/book/{step.instructor_id}"
    return f"{base}?booking={step.booking_id}"
