"""The facts of a message about a session, typed; their keys are listed in ``notifications.queue``.

Everything a person typed comes out on one line or as clean lines, so that no name can begin a header or rewrite
the sentence around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.booking_lifecycle import UPCOMING, BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.plain_text import lines, one_line, short_name, title_within
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy
from sessions_app.models.catalogue import Modality
from sessions_app.services.calendar_files import Method, SeatEvent, titled
from sessions_app.services.notifications import NotificationKind, Part


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody a mail is to or about."""

    id: str
    name: str
    email: str
    viewer: Viewer

    @classmethod
    def of(cls, card: Mapping[str, str]) -> Party:
        """The person whose card the facts hold."""
        viewer = Viewer(card["timezone"], card.get("hour_cycle", ""), card.get("locale", "en"))
        return cls(card["id"], one_line(card["name"]), card["email"], viewer)

    @property
    def short(self) -> str:
        """How the person is called in a sentence."""
        return short_name(self.name)


@dataclass(frozen=True, slots=True)
class ReturnedMoney:
    """What goes back with a cancellation or a payment that came too late."""

    percent: int
    label: str
    is_nothing: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What happened to one seat, and to whom the mail goes."""

    kind: NotificationKind
    part: Part
    booking_id: str
    session_id: str
    title: str
    course: str
    topic: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    method: Method | None
    is_booked: bool
    is_confirmed: bool
    instructor: Party
    student: Party
    recipient: Party
    price_label: str
    pay_with: PayWith
    free_until: datetime | None
    partial_until: datetime | None
    cancel_until: datetime | None
    partial_percent: int
    respond_by: datetime | None
    message: list[str]
    response: list[str]
    reason: list[str]
    modality: Modality
    place: str
    refund: ReturnedMoney | None
    cancelled_by: CancelledBy | None
    was_starts_at: datetime | None
    pay_by: datetime | None
    is_proposed: bool
    is_by_host: bool
    offering_id: str
    alternatives: tuple[datetime, ...]
    outcome: Outcome | None = None
    dispute_until: datetime | None = None
    report: tuple[str, ...] = ()
    homework: tuple[str, ...] = ()
    crowd: int = 0

    @classmethod
    def of(cls, kind: NotificationKind, facts: Mapping[str, Any]) -> SessionFacts:
        """Read what ``notifications.queue`` wrote; raise KeyError or ValueError for anything else."""
        refund = facts["refund"]
        after = facts.get("after") or {}
        return cls(
            kind=kind,
            part=Part(facts["part"]),
            booking_id=facts["booking_id"],
            session_id=facts["session_id"],
            title=one_line(facts["title"]),
            course=one_line(facts["course"]),
            topic=one_line(facts["topic"]),
            starts_at=datetime.fromisoformat(facts["starts_at"]),
            ends_at=datetime.fromisoformat(facts["ends_at"]),
            sequence=facts["sequence"],
            method=Method(facts["method"]) if facts["method"] else None,
            is_booked=BookingStatus(facts["status"]) in UPCOMING,
            is_confirmed=BookingStatus(facts["status"]) is BookingStatus.CONFIRMED,
            instructor=Party.of(facts["instructor"]),
            student=Party.of(facts["student"]),
            recipient=Party.of(facts["recipient"]),
            price_label=facts["price_label"],
            pay_with=PayWith(facts["pay_with"]),
            free_until=_instant(facts["free_until"]),
            partial_until=_instant(facts["partial_until"]),
            cancel_until=_instant(facts.get("cancel_until")),
            partial_percent=facts["partial_percent"],
            respond_by=_instant(facts["respond_by"]),
            message=lines(facts["message"]),
            response=lines(facts["response"]),
            reason=lines(facts["reason"]),
            modality=Modality(facts["modality"]),
            place=one_line(facts["place"]),
            refund=None
            if refund is None
            else ReturnedMoney(refund["percent"], refund["label"], refund["is_nothing"]),
            cancelled_by=CancelledBy(facts["cancelled_by"]) if facts["cancelled_by"] else None,
            was_starts_at=_instant(facts["was_starts_at"]),
            # Messages queued before these were known wait in the outbox too.
            pay_by=_instant(facts.get("pay_by")),
            is_proposed=facts.get("is_proposed", False),
            is_by_host=facts.get("is_by_host", False),
            offering_id=facts.get("offering_id", ""),
            alternatives=tuple(map(datetime.fromisoformat, facts.get("alternatives", ()))),
            outcome=Outcome(after["outcome"]) if "outcome" in after else None,
            dispute_until=_instant(after.get("dispute_until")),
            report=tuple(lines(after.get("report", ""))),
            homework=tuple(lines(after.get("homework", ""))),
            crowd=facts.get("crowd", 0),
        )

    @property
    def teaches(self) -> bool:
        """Whether the recipient is the instructor."""
        return self.part is Part.INSTRUCTOR

    @property
    def other(self) -> Party:
        """Whom the mail is about: the instructor to the student's side, the student to the instructor."""
        return self.student if self.teaches else self.instructor

    @property
    def whom(self) -> str:
        """``other`` by name, or how many where the mail is about a whole group."""
        if not self.crowd:
            return self.other.name
        return "1 student" if self.crowd == 1 else f"{self.crowd} students"

    def called(self, title: str) -> str:
        """The session for this recipient: "Maths with Ada", "Maths with 4 students"."""
        return f"{one_line(title)} with {self.whom}" if self.crowd else titled(title, self.whom)

    @property
    def subject(self) -> str:
        """What is taught, in a few words: the course, or for a session outside any course its title."""
        return self.course or self.title

    @property
    def full_title(self) -> str:
        """The course and what is booked in it; a title that begins with the course is not given it twice."""
        return title_within(self.course, self.title)

    @property
    def event(self) -> SeatEvent:
        """The session as the recipient's calendar shows it."""
        return SeatEvent(
            uid=self.booking_id,
            session_id=self.session_id,
            sequence=self.sequence,
            title=self.called(self.full_title),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            instructor_name=self.instructor.name,
            topic=self.topic,
            place=self.place,
            modality=self.modality,
        )

    @property
    def viewer(self) -> Viewer:
        """How the recipient reads times."""
        return self.recipient.viewer


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
