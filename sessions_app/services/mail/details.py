"""What letters are made of: the rows, links and quotes that follow from the facts of a seat, whatever the event.

Decides what each says to its reader, in their zone. Which of them a letter holds, and its own words, stand in
``letters``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sessions_app.domain import calendar_links
from sessions_app.domain.local_labels import MONTHS, Viewer, duration_label, same_clock
from sessions_app.domain.plain_text import one_line
from sessions_app.domain.pricing import PayWith
from sessions_app.models.catalogue import Modality
from sessions_app.services.mail.facts import SessionFacts
from sessions_app.services.notifications import NotificationKind, Part
from sessions_app.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One fact: what it is, what it says, and a quieter second line."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where to go, and what that does."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person wrote, line by line."""

    by: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Badge:
    """The booking's status; ``tone`` names a pair of colours (``info`` for info-soft and info-text)."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Times:
    """The session's time, as the largest text of the mail."""

    month: str
    day: str
    span: str
    date: str


def subject(tag: str, facts: SessionFacts) -> str:
    """What happened, with whom and when, in the reader's zone; short enough for a list of mails."""
    child = f"{facts.student.short}: " if facts.part is Part.GUARDIAN else ""
    moment = f"{facts.viewer.moment(facts.starts_at)} ({facts.viewer.zone_hint(facts.starts_at)})"
    return f"[{tag}] {child}{facts.called(one_line(facts.subject, limit=50))} — {moment}"


def times(facts: SessionFacts) -> Times:
    """The session's time as the leaf of a calendar shows it."""
    local = facts.viewer.local(facts.starts_at)
    minutes = round((facts.ends_at - facts.starts_at) / timedelta(minutes=1))
    return Times(
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        span=facts.viewer.span(facts.starts_at, facts.ends_at),
        date=f"{facts.viewer.long_day(facts.starts_at)}, {duration_label(minutes)}",
    )


def when(facts: SessionFacts) -> Row:
    """The start on the reader's clock, and beside it on the other party's where the two differ."""
    start, viewer, other = facts.starts_at, facts.viewer, facts.other
    # The other party's zone on the reader's own clock: nobody should have to translate am and pm as well.
    theirs = Viewer(other.viewer.zone, viewer.hour_cycle, viewer.locale)
    own_label = f"{viewer.time(start)} in {viewer.zone_label(start)}"
    if facts.crowd:
        return Row("When", own_label)
    if same_clock(start, viewer.zone, theirs.zone):
        return Row("When", own_label, f"Same time for {other.short}")
    day = "" if theirs.date_of(start) == viewer.date_of(start) else f"{theirs.day(start)}, "
    return Row(
        "When", own_label, f"{day}{theirs.time(start)} in {theirs.zone_label(start)} for {other.short}"
    )


def before(facts: SessionFacts, now: datetime) -> Row | None:
    """Where the session stood before it moved; None when it did not."""
    if facts.was_starts_at is None:
        return None
    return Row("Before", facts.viewer.moment(facts.was_starts_at, now=now))


def who(facts: SessionFacts) -> Row:
    """With whom, for whose eyes, and what it is called in full."""
    if facts.part is Part.GUARDIAN:
        return Row("Who", f"{facts.student.name} with {facts.instructor.name}", facts.full_title)
    return Row("Who", facts.whom, facts.full_title)


def where(facts: SessionFacts, settings: Settings) -> Row:
    """The place or the room, and from when on one gets in."""
    if facts.modality is Modality.IN_PERSON:
        return Row("Where", facts.place or "In person", "In person" if facts.place else "")
    if facts.modality is Modality.HYBRID and facts.place:
        return Row("Where", f"{facts.place}, or by video", _join_note(facts, settings))
    return Row("Where", "Session room, video", _join_note(facts, settings))


def _join_note(facts: SessionFacts, settings: Settings) -> str:
    if facts.modality is Modality.IN_PERSON:
        return ""
    opens = facts.starts_at - timedelta(minutes=settings.join_early_minutes)
    return f"Join opens on {facts.viewer.moment(opens)}"


def price(facts: SessionFacts, *, paid: bool) -> Row:
    """What it costs, and by ``paid`` whether that was taken or is held until the answer."""
    if facts.teaches or facts.pay_with is PayWith.FREE:
        return Row("Price", facts.price_label)
    if paid:
        return Row("Paid", facts.price_label)
    by = facts.instructor.short
    accepts, answers = (
        ("you accept", "you answer") if facts.is_proposed else (f"{by} accepts", f"{by} answers")
    )
    held = {
        PayWith.CARD: f"Held on the card, charged when {accepts}",
        PayWith.CREDITS: f"Kept aside until {answers}",
    }[facts.pay_with]
    return Row("Price", facts.price_label, held)


def policy(facts: SessionFacts, now: datetime) -> Row | None:
    """Until when the student's side gets how much back, under the policy frozen on the booking."""
    limit = facts.cancel_until
    row = _money_back(facts, now)
    if row is None or limit is None:
        return row
    if now > limit:
        return Row("Cancel", "Not possible any more")
    until = facts.viewer.moment(limit, now=now)
    if facts.pay_with is PayWith.FREE or facts.free_until == limit:
        return Row("Cancel", f"Free until {until}", "After that it cannot be cancelled")
    return replace(row, note=f"{row.note}. It can be cancelled until {until}".removeprefix(". "))


def _money_back(facts: SessionFacts, now: datetime) -> Row | None:
    free, partial = facts.free_until, facts.partial_until
    if facts.teaches or free is None or partial is None:
        return None
    if facts.pay_with is PayWith.FREE or free >= facts.starts_at:
        return Row("Cancel", "Free until the session starts")
    part = "Half" if facts.partial_percent == 50 else f"{facts.partial_percent} %"
    has_part = facts.partial_percent > 0 and partial > max(free, now)
    by_free, by_partial = (facts.viewer.moment(deadline, now=now) for deadline in (free, partial))
    if now <= free:
        after = (
            f"{part} back until {by_partial}, then nothing" if has_part else "After that nothing comes back"
        )
        return Row("Cancel", f"Free until {by_free}", after)
    if has_part:
        return Row("Cancel", f"{part} back until {by_partial}", "After that nothing comes back")
    return Row("Cancel", "Nothing comes back any more")


def refund(facts: SessionFacts) -> Row | None:
    """What comes back and how, under the policy; None when nothing was decided."""
    if facts.refund is None:
        return None
    if facts.refund.is_nothing:
        return Row("Refund", "Nothing comes back", "Under the cancellation policy of this session")
    share = "All" if facts.refund.percent == 100 else f"{facts.refund.percent} %"
    way = (
        "to the credit account"
        if facts.pay_with is PayWith.CREDITS
        else "the way it was paid, within 10 days"
    )
    to = f"to {facts.student.short}" if facts.teaches else way
    return Row("Refund", facts.refund.label, f"{share} of what was paid goes back {to}")


def released(facts: SessionFacts) -> tuple[str, ...]:
    """What becomes of the money kept for a request that came to nothing."""
    if facts.pay_with is PayWith.CARD:
        return (f"Nothing was charged: the {facts.price_label} held on the card is released.",)
    if facts.pay_with is PayWith.CREDITS:
        verb = "is" if facts.price_label.startswith("1 ") else "are"
        return (f"{facts.price_label} {verb} back on the credit account.",)
    return ()


def quotes(facts: SessionFacts) -> tuple[Quote, ...]:
    """What student and instructor wrote to each other."""
    by_student = "Your message" if facts.part is Part.STUDENT else f"{facts.student.short} writes"
    by_instructor = "Your answer" if facts.teaches else f"{facts.instructor.short} writes"
    said = ((by_student, facts.message), (by_instructor, facts.response))
    return tuple(Quote(by, text) for by, text in said if text)


def reason(facts: SessionFacts) -> tuple[Quote, ...]:
    """Why, in the words of whoever decided."""
    return (Quote("Reason", facts.reason),) if facts.reason else ()


def changes(facts: SessionFacts, settings: Settings) -> tuple[Link, ...]:
    """The ways to answer or change the booking, each to a page that asks again."""
    if facts.teaches:
        return (Link("Manage session", page(facts, settings)),)
    # Nothing in a mail changes anything by itself: programs that look at links would say yes for people.
    asks = facts.kind is NotificationKind.REMINDER_DAY and not facts.is_confirmed
    own = "I'll be there" if facts.part is Part.STUDENT else f"{facts.student.short} will be there"
    return (
        *((Link(own, page(facts, settings)),) if asks else ()),
        Link("Reschedule", f"{settings.public_url}/dashboard?reschedule={facts.booking_id}"),
        Link("Cancel", f"{settings.public_url}/dashboard?cancel={facts.booking_id}"),
    )


def calendar(facts: SessionFacts, settings: Settings) -> tuple[Link, ...]:
    """The links that add the session to a calendar on the web."""
    entry = facts.event.link_entry(settings)
    return (
        Link("Google Calendar", calendar_links.google(entry)),
        Link("Outlook", calendar_links.outlook_com(entry)),
        Link("Office 365", calendar_links.office_365(entry)),
        Link("Yahoo", calendar_links.yahoo(entry)),
    )


def footer(facts: SessionFacts, settings: Settings) -> tuple[str, ...]:
    """Whom an answer reaches, and why the reader gets this mail."""
    because = {
        Part.STUDENT: "You get this mail because it is about your session.",
        Part.GUARDIAN: f"You get this mail because you look after {facts.student.name}.",
        Part.INSTRUCTOR: "You get this mail because you teach this session.",
    }[facts.part]
    answer = "" if facts.teaches else f"Answering this mail reaches {facts.instructor.short}. "
    return (f"{answer}Questions? Write to {settings.support_email}.", because)


def page(facts: SessionFacts, settings: Settings) -> str:
    """Where the reader finds this booking."""
    place = "instructor/bookings" if facts.teaches else "dashboard"
    return f"{settings.public_url}/{place}?booking={facts.booking_id}"
