"""What each mail says, to whom.

One function a kind of event words the heading, the sentences and the action for the student, the guardian and
the instructor; what all mails about a session share (the time in both zones, who, where, price, policy) is put
together once below them. Contents follow ux.md 10, words DESIGN.md 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sessions_app.domain import calendar_links
from sessions_app.domain.attendance import Outcome
from sessions_app.domain.local_labels import MONTHS, Viewer, duration_label, same_clock
from sessions_app.domain.plain_text import lines, one_line
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy
from sessions_app.models.catalogue import Modality
from sessions_app.services import accounts
from sessions_app.services.calendar_files import join_page
from sessions_app.services.mail.facts import Party, SessionFacts
from sessions_app.services.notifications import REMINDERS, NotificationKind, Part
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


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in words, before it is laid out."""

    subject: str
    preheader: str
    heading: str
    paragraphs: tuple[str, ...]
    footer: tuple[str, ...]
    action: Link | None = None
    action_note: str = ""
    times: Times | None = None
    badge: Badge | None = None
    rows: tuple[Row, ...] = ()
    quotes: tuple[Quote, ...] = ()
    links: tuple[Link, ...] = ()
    calendar: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    """What is particular to one kind of event."""

    tag: str
    badge: Badge
    heading: str
    paragraphs: tuple[str, ...]
    action: Link
    money: Row | None = None
    quotes: tuple[Quote, ...] = ()
    is_on: bool = False  # the session takes place: it can be joined and changed
    links: tuple[Link, ...] = ()


def session_letter(facts: SessionFacts, settings: Settings, now: datetime) -> Letter:
    """The letter about one seat, for its recipient, in their zone, as of ``now``."""
    words = _WORDING[facts.kind](_Desk(facts, settings, now))
    policy = _policy(facts, now) if words.is_on else None
    rows = (
        _when(facts),
        _before(facts, now),
        _who(facts),
        Row("Topic", facts.topic) if facts.topic else None,
        _where(facts, settings) if words.is_on else None,
        words.money,
        policy,
    )
    return Letter(
        subject=_subject(words.tag, facts),
        preheader=" ".join([*words.paragraphs, f"{policy.label}: {policy.value}." if policy else ""]).strip(),
        heading=words.heading,
        paragraphs=words.paragraphs,
        footer=_footer(facts, settings),
        action=words.action,
        times=_times(facts),
        badge=words.badge,
        rows=tuple(row for row in rows if row is not None),
        quotes=words.quotes,
        links=_changes(facts, settings) if words.is_on else words.links,
        calendar=_calendar(facts, settings) if words.is_on and facts.method else (),
    )


def reset_letter(facts: Mapping[str, Any], settings: Settings) -> Letter:
    """The letter with the way to a new password; ``facts``: recipient, reset_id, expires_at."""
    reader = Party.of(facts["recipient"])
    until = datetime.fromisoformat(facts["expires_at"])
    valid = f"It works once, until {reader.viewer.moment(until)} ({reader.viewer.zone_hint(until)})."
    return Letter(
        subject=f"Choose a new password for {settings.app_name}",
        preheader=valid,
        heading="Choose a new password",
        paragraphs=(
            f"Somebody, hopefully you, asked for a new password for {reader.email}.",
            "If it was not you, leave this mail alone: your password stays as it is.",
        ),
        action=Link("Choose a new password", accounts.reset_url(settings, facts["reset_id"])),
        action_note=valid,
        footer=(f"Questions? Write to {settings.support_email}.",),
    )


def unread_letter(facts: Mapping[str, Any], settings: Settings) -> Letter:
    """The letter about messages that wait to be read.

    ``facts``: recipient, conversation_id, and of the sending (``services/freshness.py``) count, sender, title, texts.
    """
    sender, count = one_line(facts["sender"]), facts["count"]
    source = sender or one_line(facts["title"])
    messages = "a new message" if count == 1 else f"{count} new messages"
    link = "with" if sender else "about"
    texts = facts["texts"]
    earlier = count - len(texts)
    before = f"The last {len(texts)} of them:" if earlier > 0 else ""
    return Letter(
        subject=f"{messages.capitalize()} {'from' if sender else 'about'} {source}",
        preheader=one_line(texts[-1]),
        heading=f"{messages.capitalize()}",
        paragraphs=tuple(
            sentence for sentence in (f"In your conversation {link} {source}.", before) if sentence
        ),
        quotes=tuple(Quote(sender or "Message", lines(text)) for text in texts),
        action=Link("Read and answer", f"{settings.public_url}/messages?with={facts['conversation_id']}"),
        action_note="Answers to this mail reach our support, not the conversation.",
        footer=(f"Questions? Write to {settings.support_email}.",),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the wording of one letter needs at hand."""

    facts: SessionFacts
    settings: Settings
    now: datetime

    @property
    def join(self) -> Link:
        facts = self.facts
        if facts.modality is Modality.IN_PERSON:
            return self.see_session
        return Link("Join session", join_page(self.settings, facts.session_id))

    @property
    def see_session(self) -> Link:
        return Link("See the session", _page(self.facts, self.settings))

    @property
    def look_back(self) -> Link:
        """The session's own page, which after its end shows what became of it."""
        return Link("See the session", join_page(self.settings, self.facts.session_id))

    @property
    def find_time(self) -> Link:
        """The way on after a session that does not take place."""
        if self.facts.teaches:
            return Link("See your schedule", f"{self.settings.public_url}/instructor/bookings")
        return Link("Find another time", f"{self.settings.public_url}/book/{self.facts.instructor.id}")

    @property
    def student(self) -> str:
        """The learner as the subject of a sentence for the student's side."""
        return "You" if self.facts.part is Part.STUDENT else self.facts.student.short

    @property
    def starts(self) -> str:
        """How far away the start is: "in 15 minutes", "in one hour", "tomorrow at 16:00"."""
        viewer, start = self.facts.viewer, self.facts.starts_at
        minutes = ceil((start - self.now) / timedelta(minutes=1))
        if minutes == 60:
            return "in one hour"
        if 0 <= minutes < 60:
            return "in one minute" if minutes == 1 else f"in {minutes} minutes"
        day = viewer.relative_day(start, now=self.now)
        return f"{day[0].lower()}{day[1:]} at {viewer.time(start)}"

    def until(self, instant: datetime) -> str:
        return self.facts.viewer.moment(instant, now=self.now)


def _booked(desk: _Desk) -> _Words:
    facts = desk.facts
    lead = {
        Part.STUDENT: f"You meet {facts.instructor.name} for {facts.subject}.",
        Part.GUARDIAN: f"{facts.student.name} meets {facts.instructor.name} for {facts.subject}.",
        Part.INSTRUCTOR: f"You booked {facts.subject} for {facts.student.name}."
        if facts.is_by_host
        else f"{facts.student.name} booked {facts.subject} with you.",
    }[facts.part]
    return _Words(
        tag="Booked",
        badge=Badge("Scheduled", "accent"),
        heading="New session" if facts.teaches else "Session booked",
        paragraphs=(lead,),
        action=desk.join,
        money=_price(facts, paid=True),
        quotes=_quotes(facts),
        is_on=True,
    )


def _requested(desk: _Desk) -> _Words:
    facts = desk.facts
    answers = "" if facts.respond_by is None else f" by {desk.until(facts.respond_by)}"
    paragraphs: tuple[str, ...]
    kept = "you" if facts.part is Part.STUDENT else facts.student.short
    if facts.teaches:
        paragraphs = (
            f"{facts.student.name} asks for {facts.subject} with you.",
            f"Please answer{answers}; without an answer the request ends and the time is free again.",
        )
    else:
        paragraphs = (f"{facts.instructor.name} answers{answers}. Until then the time is kept for {kept}.",)
    return _Words(
        tag="Requested",
        badge=Badge("Requested", "info"),
        heading="New request" if facts.teaches else "Request sent",
        paragraphs=paragraphs,
        action=Link("Answer request" if facts.teaches else "See your request", _page(facts, desk.settings)),
        money=_price(facts, paid=False),
        quotes=_quotes(facts),
    )


def _accepted(desk: _Desk) -> _Words:
    facts = desk.facts
    if facts.is_proposed:
        lead = {
            Part.STUDENT: f"You took the time that {facts.instructor.name} proposed: the session is booked.",
            Part.GUARDIAN: f"The time that {facts.instructor.name} proposed for {facts.student.name} is taken: "
            "the session is booked.",
            Part.INSTRUCTOR: f"{facts.student.name} took the time you proposed: the session is booked.",
        }[facts.part]
    else:
        lead = {
            Part.STUDENT: f"{facts.instructor.name} accepted your request: the session is booked.",
            Part.GUARDIAN: f"{facts.instructor.name} accepted the request for {facts.student.name}: "
            "the session is booked.",
            Part.INSTRUCTOR: f"You accepted the request of {facts.student.name}: the session is booked.",
        }[facts.part]
    return _Words(
        tag="Accepted",
        badge=Badge("Scheduled", "accent"),
        heading="New time agreed" if facts.is_proposed else "Request accepted",
        paragraphs=(lead,),
        action=desk.join,
        money=_price(facts, paid=True),
        quotes=_quotes(facts),
        is_on=True,
    )


def _proposed(desk: _Desk) -> _Words:
    facts = desk.facts
    answers = "" if facts.respond_by is None else f" by {desk.until(facts.respond_by)}"
    kept = "you" if facts.part is Part.STUDENT else facts.student.short
    return _Words(
        tag="New time proposed",
        badge=Badge("Your answer", "sun"),
        heading="Another time is proposed",
        paragraphs=(
            f"{facts.instructor.name} cannot come at the time asked for and proposes this one instead.",
            f"Please answer{answers}. Until then the time is kept for {kept}.",
        ),
        action=Link("Accept or decline", _page(facts, desk.settings)),
        money=_price(facts, paid=False),
        quotes=_quotes(facts),
    )


def _topic_suggested(desk: _Desk) -> _Words:
    facts = desk.facts
    by = facts.student.name if facts.teaches else facts.instructor.name
    return _Words(
        tag="Topic suggested",
        badge=Badge("Your answer", "sun"),
        heading="What will the session be about?",
        paragraphs=(f"{by} suggests a topic. Agree to it, or suggest another one.",),
        action=Link("Answer", _page(facts, desk.settings)),
    )


def _reminder(desk: _Desk) -> _Words:
    facts, starts = desk.facts, desk.starts
    whose = {
        Part.STUDENT: f"Your session with {facts.instructor.name} starts {starts}.",
        Part.GUARDIAN: f"The session of {facts.student.name} with {facts.instructor.name} starts {starts}.",
        Part.INSTRUCTOR: f"Your session with {facts.whom} starts {starts}.",
    }[facts.part]
    return _Words(
        tag="Reminder",
        badge=Badge("Scheduled", "accent"),
        heading=f"It starts {starts}",
        paragraphs=(whose,),
        action=desk.join,
        is_on=True,
    )


def _payment_due(desk: _Desk) -> _Words:
    facts = desk.facts
    until = "" if facts.pay_by is None else f" by {desk.until(facts.pay_by)}"
    kept = "you" if facts.part is Part.STUDENT else facts.student.short
    lead = (
        f"{facts.instructor.name} booked this time for {kept}."
        if facts.is_by_host
        else f"{facts.instructor.name} and {kept} agreed on this time."
    )
    return _Words(
        tag="Pay to confirm",
        badge=Badge("Pay to confirm", "sun"),
        heading="Pay to confirm the session",
        paragraphs=(lead, f"Please pay{until}; after that the time is free again and nothing is due."),
        action=Link(f"Pay {facts.price_label}", _page(facts, desk.settings)),
        money=Row("Price", facts.price_label),
        quotes=_quotes(facts),
    )


def _rejected(desk: _Desk) -> _Words:
    facts = desk.facts
    return _Words(
        tag="Declined",
        badge=Badge("Declined", "danger"),
        heading="Request declined",
        paragraphs=(f"{facts.instructor.name} cannot take this session.", *_released(facts)),
        action=desk.find_time,
        quotes=_quotes(facts),
    )


def _expired(desk: _Desk) -> _Words:
    facts = desk.facts
    return _Words(
        tag="Expired",
        badge=Badge("Expired", "quiet"),
        heading="Request expired",
        paragraphs=(_why_expired(facts), *(() if facts.pay_by else _released(facts))),
        action=desk.find_time,
    )


def _why_expired(facts: SessionFacts) -> str:
    if facts.pay_by is not None:
        return "It was not paid in time, so the time is free again. Nothing was charged."
    if facts.is_proposed:
        return f"The time that {facts.instructor.name} proposed was not answered, so the request has ended."
    return f"{facts.instructor.name} did not answer in time, so the request has ended."


def _rescheduled(desk: _Desk) -> _Words:
    facts = desk.facts
    whose = "Your session" if facts.part is not Part.GUARDIAN else f"The session of {facts.student.name}"
    return _Words(
        tag="Rescheduled",
        badge=Badge("Scheduled", "accent"),
        heading="Session moved",
        paragraphs=(f"{whose} with {facts.other.name} has a new time.",),
        action=desk.join,
        money=_price(facts, paid=True),
        quotes=_reason(facts),
        is_on=True,
    )


def _cancelled(desk: _Desk) -> _Words:
    facts = desk.facts
    who = {
        CancelledBy.STUDENT: facts.student.name if facts.teaches else None,
        CancelledBy.INSTRUCTOR: "You" if facts.teaches else facts.instructor.name,
        CancelledBy.PLATFORM: desk.settings.app_name,
        None: None,
    }[facts.cancelled_by]
    lead = f"{who} cancelled this session." if who else "The session is cancelled, as asked for on your side."
    others = () if facts.teaches else _others(desk)
    return _Words(
        tag="Cancelled",
        badge=Badge("Cancelled", "quiet"),
        heading="Session cancelled",
        paragraphs=(lead, "These times are free instead:") if others else (lead,),
        action=desk.find_time,
        money=_refund(facts),
        quotes=_reason(facts),
        links=others,
    )


def _others(desk: _Desk) -> tuple[Link, ...]:
    """The free times nearest to a session that was called off, each a way to book it."""
    facts = desk.facts
    page = f"{desk.settings.public_url}/book/{facts.instructor.id}?offering={facts.offering_id}"
    return tuple(
        Link(desk.until(start), f"{page}&date={facts.viewer.date_of(start).isoformat()}")
        for start in facts.alternatives
    )


def _request_cancelled(desk: _Desk) -> _Words:
    facts = desk.facts
    lead = {
        CancelledBy.STUDENT: f"{facts.student.name} took this request back." if facts.teaches else None,
        CancelledBy.INSTRUCTOR: f"{'You' if facts.teaches else facts.instructor.name} cancelled this request.",
        CancelledBy.PLATFORM: f"{desk.settings.app_name} cancelled this request.",
        None: None,
    }[facts.cancelled_by] or "The request is taken back, as asked for on your side."
    is_card_released = facts.pay_with is PayWith.CARD and not facts.teaches
    return _Words(
        tag="Request cancelled",
        badge=Badge("Cancelled", "quiet"),
        heading="Request cancelled",
        paragraphs=(lead, *(_released(facts) if is_card_released else ())),
        action=desk.find_time,
        money=_refund(facts),
        quotes=_reason(facts),
    )


def _completed(desk: _Desk) -> _Words:
    facts = desk.facts
    met = f"{desk.student} met {facts.instructor.name} for {facts.subject}."
    if facts.outcome is Outcome.TECHNICAL:
        met = f"The connection with {facts.instructor.name} broke off early."
    return _Words(
        tag="Completed",
        badge=Badge("Completed", "quiet"),
        heading="Session completed",
        paragraphs=(met, *_objection(desk)),
        action=desk.look_back,
    )


def _missed(desk: _Desk) -> _Words:
    facts = desk.facts
    student = "You were" if facts.part is Part.STUDENT else f"{facts.student.name} was"
    instructor = "You were" if facts.teaches else f"{facts.instructor.name} was"
    waited = "you" if facts.teaches else facts.instructor.short
    lead = {
        Outcome.STUDENT_NO_SHOW: f"{student} not in the room while {waited} waited.",
        Outcome.INSTRUCTOR_NO_SHOW: f"{instructor} not there for this session.",
    }.get(
        facts.outcome or Outcome.BOTH_NO_SHOW,
        "Nobody was in the room long enough for this session to be held.",
    )
    return _Words(
        tag="Missed",
        badge=Badge("No-show", "danger"),
        heading="Session missed",
        paragraphs=(lead, *_objection(desk)),
        action=desk.look_back,
        money=_refund(facts),
    )


def _dispute_decided(desk: _Desk) -> _Words:
    facts = desk.facts
    student = "you" if facts.part is Part.STUDENT else facts.student.name
    instructor = "you" if facts.teaches else facts.instructor.name
    found = {
        Outcome.COMPLETED: "the session took place",
        Outcome.LATE_START: "the session began late",
        Outcome.STUDENT_NO_SHOW: f"{student} did not come",
        Outcome.INSTRUCTOR_NO_SHOW: f"{instructor} did not come",
        Outcome.BOTH_NO_SHOW: "nobody came",
        Outcome.TECHNICAL: "the connection broke off",
    }[facts.outcome or Outcome.COMPLETED]
    return _Words(
        tag="Decided",
        badge=Badge("Decided", "quiet"),
        heading="We looked into it",
        paragraphs=(f"We weighed what was said about this session. It now counts that {found}.",),
        action=desk.look_back,
        money=_refund(facts),
        quotes=_reason(facts),
    )


def _lesson_report(desk: _Desk) -> _Words:
    facts = desk.facts
    notes = (("Report", facts.report), ("Homework", facts.homework))
    return _Words(
        tag="Report",
        badge=Badge("Completed", "quiet"),
        heading="Notes from your session" if facts.part is Part.STUDENT else "Notes from the session",
        paragraphs=(f"{facts.instructor.name} wrote about this session.",),
        action=desk.look_back,
        quotes=tuple(Quote(by, list(text)) for by, text in notes if text),
    )


def _objection(desk: _Desk) -> tuple[str, ...]:
    """Until when the reader may say that it was otherwise."""
    if desk.facts.dispute_until is None:
        return ()
    return (f"If it was otherwise, tell us by {desk.until(desk.facts.dispute_until)} on the session's page.",)


def _refund_issued(desk: _Desk) -> _Words:
    facts = desk.facts
    paragraphs = [f"{desk.settings.app_name} gives back money that was paid for this session."]
    if facts.is_booked:
        paragraphs.append("The session stays booked.")
    return _Words(
        tag="Refunded",
        badge=Badge("Refunded", "quiet"),
        heading="A refund is on its way",
        paragraphs=tuple(paragraphs),
        action=desk.see_session,
        money=_refund(facts),
    )


def _payment_returned(desk: _Desk) -> _Words:
    facts = desk.facts
    if facts.is_booked:
        why = "This session was paid twice. The second payment goes back in full; the session stays booked."
    elif facts.cancelled_by is not None:
        why = "The payment arrived after the session was cancelled, so it goes back in full."
    else:
        why = "The payment arrived after the time had gone to somebody else, so it goes back in full."
    return _Words(
        tag="Refunded",
        badge=Badge("Refunded", "quiet"),
        heading="Your payment goes back",
        paragraphs=(why,),
        action=desk.see_session if facts.is_booked else desk.find_time,
        money=_refund(facts),
    )


def _review_request(desk: _Desk) -> _Words:
    facts = desk.facts
    whose = "your session" if facts.part is Part.STUDENT else f"the session of {facts.student.short}"
    return _Words(
        tag="How was it",
        badge=Badge("Completed", "quiet"),
        heading=f"How was {whose}?",
        paragraphs=(
            f"Your review tells others what to expect of {facts.instructor.name}. It takes a minute.",
            "You can change it for 14 days.",
        ),
        action=Link(
            "Write a review", f"{desk.settings.public_url}/dashboard?tab=past&review={facts.booking_id}"
        ),
    )


_WORDING: Mapping[NotificationKind, Callable[[_Desk], _Words]] = {
    NotificationKind.BOOKED: _booked,
    NotificationKind.REQUESTED: _requested,
    NotificationKind.ACCEPTED: _accepted,
    NotificationKind.PROPOSED: _proposed,
    NotificationKind.TOPIC_SUGGESTED: _topic_suggested,
    **dict.fromkeys(REMINDERS, _reminder),
    NotificationKind.PAYMENT_DUE: _payment_due,
    NotificationKind.REJECTED: _rejected,
    NotificationKind.EXPIRED: _expired,
    NotificationKind.RESCHEDULED: _rescheduled,
    NotificationKind.CANCELLED: _cancelled,
    NotificationKind.REQUEST_CANCELLED: _request_cancelled,
    NotificationKind.PAYMENT_RETURNED: _payment_returned,
    NotificationKind.COMPLETED: _completed,
    NotificationKind.MISSED: _missed,
    NotificationKind.DISPUTE_DECIDED: _dispute_decided,
    NotificationKind.LESSON_REPORT: _lesson_report,
    NotificationKind.REFUND_ISSUED: _refund_issued,
    NotificationKind.REVIEW_REQUEST: _review_request,
}


def _subject(tag: str, facts: SessionFacts) -> str:
    child = f"{facts.student.short}: " if facts.part is Part.GUARDIAN else ""
    moment = f"{facts.viewer.moment(facts.starts_at)} ({facts.viewer.zone_hint(facts.starts_at)})"
    return f"[{tag}] {child}{facts.called(one_line(facts.subject, limit=50))} — {moment}"


def _times(facts: SessionFacts) -> Times:
    local = facts.viewer.local(facts.starts_at)
    minutes = round((facts.ends_at - facts.starts_at) / timedelta(minutes=1))
    return Times(
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        span=facts.viewer.span(facts.starts_at, facts.ends_at),
        date=f"{facts.viewer.long_day(facts.starts_at)}, {duration_label(minutes)}",
    )


def _when(facts: SessionFacts) -> Row:
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


def _before(facts: SessionFacts, now: datetime) -> Row | None:
    if facts.was_starts_at is None:
        return None
    return Row("Before", facts.viewer.moment(facts.was_starts_at, now=now))


def _who(facts: SessionFacts) -> Row:
    if facts.part is Part.GUARDIAN:
        return Row("Who", f"{facts.student.name} with {facts.instructor.name}", facts.full_title)
    return Row("Who", facts.whom, facts.full_title)


def _where(facts: SessionFacts, settings: Settings) -> Row:
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


def _price(facts: SessionFacts, *, paid: bool) -> Row:
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


def _policy(facts: SessionFacts, now: datetime) -> Row | None:
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


def _refund(facts: SessionFacts) -> Row | None:
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


def _released(facts: SessionFacts) -> tuple[str, ...]:
    """What becomes of the money kept for a request that came to nothing."""
    if facts.pay_with is PayWith.CARD:
        return (f"Nothing was charged: the {facts.price_label} held on the card is released.",)
    if facts.pay_with is PayWith.CREDITS:
        verb = "is" if facts.price_label.startswith("1 ") else "are"
        return (f"{facts.price_label} {verb} back on the credit account.",)
    return ()


def _quotes(facts: SessionFacts) -> tuple[Quote, ...]:
    """What student and instructor wrote to each other."""
    by_student = "Your message" if facts.part is Part.STUDENT else f"{facts.student.short} writes"
    by_instructor = "Your answer" if facts.teaches else f"{facts.instructor.short} writes"
    said = ((by_student, facts.message), (by_instructor, facts.response))
    return tuple(Quote(by, text) for by, text in said if text)


def _reason(facts: SessionFacts) -> tuple[Quote, ...]:
    return (Quote("Reason", facts.reason),) if facts.reason else ()


def _changes(facts: SessionFacts, settings: Settings) -> tuple[Link, ...]:
    if facts.teaches:
        return (Link("Manage session", _page(facts, settings)),)
    # Nothing in a mail changes anything by itself: programs that look at links would say yes for people.
    asks = facts.kind is NotificationKind.REMINDER_DAY and not facts.is_confirmed
    own = "I'll be there" if facts.part is Part.STUDENT else f"{facts.student.short} will be there"
    return (
        *((Link(own, _page(facts, settings)),) if asks else ()),
        Link("Reschedule", f"{settings.public_url}/dashboard?reschedule={facts.booking_id}"),
        Link("Cancel", f"{settings.public_url}/dashboard?cancel={facts.booking_id}"),
    )


def _calendar(facts: SessionFacts, settings: Settings) -> tuple[Link, ...]:
    entry = facts.event.link_entry(settings)
    return (
        Link("Google Calendar", calendar_links.google(entry)),
        Link("Outlook", calendar_links.outlook_com(entry)),
        Link("Office 365", calendar_links.office_365(entry)),
        Link("Yahoo", calendar_links.yahoo(entry)),
    )


def _footer(facts: SessionFacts, settings: Settings) -> tuple[str, ...]:
    because = {
        Part.STUDENT: "You get this mail because it is about your session.",
        Part.GUARDIAN: f"You get this mail because you look after {facts.student.name}.",
        Part.INSTRUCTOR: "You get this mail because you teach this session.",
    }[facts.part]
    answer = "" if facts.teaches else f"Answering this mail reaches {facts.instructor.short}. "
    return (f"{answer}Questions? Write to {settings.support_email}.", because)


def _page(facts: SessionFacts, settings: Settings) -> str:
    page = "instructor/bookings" if facts.teaches else "dashboard"
    return f"{settings.public_url}/{page}?booking={facts.booking_id}"
