"""What each mail says, to whom.

One function a kind of event words the heading, the sentences and the action for the student, the guardian and
the instructor; what all mails about a session share (the time in both zones, who, where, price, policy) stands in
``details``. Contents follow ux.md 10, words DESIGN.md 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.plain_text import lines, one_line
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy
from sessions_app.models.catalogue import Modality
from sessions_app.services import accounts
from sessions_app.services.calendar_files import join_page
from sessions_app.services.mail import details
from sessions_app.services.mail.details import Badge, Link, Quote, Row, Times
from sessions_app.services.mail.facts import Party, SessionFacts
from sessions_app.services.notifications import REMINDERS, NotificationKind, Part
from sessions_app.settings import Settings


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
    policy = details.policy(facts, now) if words.is_on else None
    rows = (
        details.when(facts),
        details.before(facts, now),
        details.who(facts),
        Row("Topic", facts.topic) if facts.topic else None,
        details.where(facts, settings) if words.is_on else None,
        words.money,
        policy,
    )
    return Letter(
        subject=details.subject(words.tag, facts),
        preheader=" ".join([*words.paragraphs, f"{policy.label}: {policy.value}." if policy else ""]).strip(),
        heading=words.heading,
        paragraphs=words.paragraphs,
        footer=details.footer(facts, settings),
        action=words.action,
        times=details.times(facts),
        badge=words.badge,
        rows=tuple(row for row in rows if row is not None),
        quotes=words.quotes,
        links=details.changes(facts, settings) if words.is_on else words.links,
        calendar=details.calendar(facts, settings) if words.is_on and facts.method else (),
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
        return Link("See the session", details.page(self.facts, self.settings))

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
        money=details.price(facts, paid=True),
        quotes=details.quotes(facts),
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
        action=Link(
            "Answer request" if facts.teaches else "See your request", details.page(facts, desk.settings)
        ),
        money=details.price(facts, paid=False),
        quotes=details.quotes(facts),
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
        money=details.price(facts, paid=True),
        quotes=details.quotes(facts),
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
        action=Link("Accept or decline", details.page(facts, desk.settings)),
        money=details.price(facts, paid=False),
        quotes=details.quotes(facts),
    )


def _topic_suggested(desk: _Desk) -> _Words:
    facts = desk.facts
    by = facts.student.name if facts.teaches else facts.instructor.name
    return _Words(
        tag="Topic suggested",
        badge=Badge("Your answer", "sun"),
        heading="What will the session be about?",
        paragraphs=(f"{by} suggests a topic. Agree to it, or suggest another one.",),
        action=Link("Answer", details.page(facts, desk.settings)),
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
        action=Link(f"Pay {facts.price_label}", details.page(facts, desk.settings)),
        money=Row("Price", facts.price_label),
        quotes=details.quotes(facts),
    )


def _rejected(desk: _Desk) -> _Words:
    facts = desk.facts
    return _Words(
        tag="Declined",
        badge=Badge("Declined", "danger"),
        heading="Request declined",
        paragraphs=(f"{facts.instructor.name} cannot take this session.", *details.released(facts)),
        action=desk.find_time,
        quotes=details.quotes(facts),
    )


def _expired(desk: _Desk) -> _Words:
    facts = desk.facts
    return _Words(
        tag="Expired",
        badge=Badge("Expired", "quiet"),
        heading="Request expired",
        paragraphs=(_why_expired(facts), *(() if facts.pay_by else details.released(facts))),
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
        money=details.price(facts, paid=True),
        quotes=details.reason(facts),
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
        money=details.refund(facts),
        quotes=details.reason(facts),
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
        paragraphs=(lead, *(details.released(facts) if is_card_released else ())),
        action=desk.find_time,
        money=details.refund(facts),
        quotes=details.reason(facts),
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
        money=details.refund(facts),
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
        money=details.refund(facts),
        quotes=details.reason(facts),
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
        money=details.refund(facts),
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
        money=details.refund(facts),
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
