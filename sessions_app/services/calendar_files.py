"""Calendar files: one event a seat, as an invitation, its cancellation, or a published file (RFC 5545, 5546).

Decides what a calendar is told; ux.md 9 has the rules and where each was learnt. Invitations and cancellations
travel in mails, to one recipient each, so that nobody learns who else takes part; downloads and feeds are
published, which allows no attendee at all. An event keeps its UID (the booking's id) for ever and counts its
changes in SEQUENCE, so that a calendar moves or removes what it has instead of adding a second one. Only the
subscription of somebody who teaches a group has an event of the whole session, under the session's id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import quote, urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress

from sessions_app.domain.booking_lifecycle import TENTATIVE, BookingStatus
from sessions_app.domain.calendar_links import CalendarEntry
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.models import Booking, TeachingSession
from sessions_app.models.catalogue import Modality
from sessions_app.settings import Settings

ALARM_BEFORE = timedelta(minutes=15)
_REFRESH = timedelta(hours=1)


class Method(StrEnum):
    """What the file asks of the calendar that reads it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


class EventStatus(StrEnum):
    """How sure the event is."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


_CANCELLED = EventStatus.CANCELLED


@dataclass(frozen=True, slots=True)
class SeatEvent:
    """One seat, or all seats of a group in its instructor's calendar. ``title`` already names the other party.

    ``uid`` is the booking's id, or for a group the session's; ``people`` are the group's, in words.
    """

    uid: str
    session_id: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    instructor_name: str
    topic: str = ""
    people: str = ""
    place: str = ""
    modality: Modality = Modality.ONLINE
    status: EventStatus = EventStatus.CONFIRMED

    @classmethod
    def of_booking(
        cls,
        booking: Booking,
        session: TeachingSession,
        *,
        instructor_name: str,
        other_name: str,
    ) -> SeatEvent:
        """The event of a booking as it is now. ``other_name`` is whom the calendar's owner will meet."""
        return cls(
            uid=booking.id,
            session_id=booking.session_id,
            sequence=booking.sequence,
            title=titled(booking.title, other_name),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            instructor_name=instructor_name,
            topic=booking.custom_topic,
            place=session.place,
            modality=session.modality,
            status=status_of(booking.status),
        )

    @classmethod
    def of_group(
        cls,
        session: TeachingSession,
        seats: Sequence[tuple[Booking, str]],
        *,
        instructor_name: str,
        title: str,
        sequence: int,
    ) -> SeatEvent:
        """The event of a whole group: at least one seat, each with its student's name, cancelled ones included.

        It is as sure as its surest seat, and cancelled with the last. ``title`` does not say yet how many sit in it.
        """
        taken = [(booking, name) for booking, name in seats if status_of(booking.status) is not _CANCELLED]
        statuses = {status_of(booking.status) for booking, _ in taken}
        surest = next(
            (one for one in (EventStatus.CONFIRMED, EventStatus.TENTATIVE) if one in statuses), _CANCELLED
        )
        return cls(
            uid=session.id,
            session_id=session.id,
            sequence=sequence,
            title=f"{one_line(title)}, {len(taken)} of {session.capacity} seats taken",
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            instructor_name=instructor_name,
            people=", ".join(sorted(one_line(short_name(name)) for _, name in taken)),
            place=session.place,
            modality=session.modality,
            status=surest,
        )

    def link_entry(self, settings: Settings) -> CalendarEntry:
        """The same event for the add-to-calendar links."""
        return CalendarEntry(
            title=one_line(self.title),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            details=_description(self, settings),
            location=_location(self, settings),
        )


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who an invitation is for."""

    address: str
    name: str


def invitation(event: SeatEvent, attendee: Attendee, *, settings: Settings, now: datetime) -> bytes:
    """The file of a new or changed session: METHOD:REQUEST to one attendee, stamped with the sending time."""
    return _file(Method.REQUEST, [_vevent(event, settings, now, attendee)])


def cancellation(event: SeatEvent, attendee: Attendee, *, settings: Settings, now: datetime) -> bytes:
    """The file that removes the event: METHOD:CANCEL; the sequence must be above that of what it cancels."""
    return _file(Method.CANCEL, [_vevent(event, settings, now, attendee, cancelled=True)])


def publication(
    events: Iterable[SeatEvent], *, settings: Settings, now: datetime, name: str | None = None
) -> bytes:
    """The file for a download or, with a ``name`` for the calendar, for a feed: METHOD:PUBLISH, no attendees."""
    return _file(Method.PUBLISH, [_vevent(event, settings, now, None) for event in events], name=name)


def status_of(status: BookingStatus) -> EventStatus:
    """How sure a booking is, in a calendar's words."""
    if status in TENTATIVE:
        return EventStatus.TENTATIVE
    ended = (BookingStatus.CANCELLED, BookingStatus.REJECTED, BookingStatus.EXPIRED)
    return EventStatus.CANCELLED if status in ended else EventStatus.CONFIRMED


def titled(title: str, other_name: str) -> str:
    """The name of a session for one party: "Maths with Ada"."""
    return f"{one_line(title)} with {short_name(other_name)}"


def join_page(settings: Settings, session_id: str) -> str:
    """The page on which a session is joined; it exists from the booking on and is safe to write down."""
    return f"{settings.public_url}/session/{session_id}/room"


def _file(method: Method, events: list[Event], *, name: str | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Sessions//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name is not None:
        calendar.add("x-wr-calname", one_line(name))
        calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    file: bytes = calendar.to_ical(sorted=False)
    return file


def _vevent(
    event: SeatEvent, settings: Settings, now: datetime, attendee: Attendee | None, *, cancelled: bool = False
) -> Event:
    page = join_page(settings, event.session_id)
    status = EventStatus.CANCELLED if cancelled else event.status
    vevent = Event()
    vevent.add("uid", f"{event.uid}@{urlsplit(settings.public_url).hostname}")
    vevent.add("dtstamp", now.astimezone(UTC))
    vevent.add("sequence", event.sequence)
    vevent.add("dtstart", event.starts_at.astimezone(UTC))
    vevent.add("dtend", event.ends_at.astimezone(UTC))
    vevent.add("summary", one_line(event.title))
    vevent.add("description", _description(event, settings))
    vevent.add("location", _location(event, settings))
    vevent.add("url", page)
    vevent.add("status", status.value)
    vevent.add("organizer", _address(parseaddr(settings.mail_from)[1], event.instructor_name))
    if attendee is not None:
        recipient = _address(attendee.address, attendee.name)
        # Nobody reads answers: a booking is cancelled on our pages, where its policy is shown.
        recipient.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
        vevent.add("attendee", recipient)
    if status is not EventStatus.CANCELLED:
        vevent.add_component(_alarm(event))
    return vevent


def _alarm(event: SeatEvent) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", one_line(event.title))
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _address(address: str, name: str) -> vCalAddress:
    # An address is written as it stands, so whatever is not part of one is quoted away.
    value = vCalAddress("mailto:" + quote(address, safe="@!#$&'*+-/=?^_`{|}~."))
    if name := one_line(name).replace('"', "'"):
        value.params["CN"] = name
    return value


def _location(event: SeatEvent, settings: Settings) -> str:
    in_person = event.modality is Modality.IN_PERSON and event.place
    return one_line(event.place) if in_person else join_page(settings, event.session_id)


def _description(event: SeatEvent, settings: Settings) -> str:
    page = join_page(settings, event.session_id)
    told = [
        f"Topic: {one_line(event.topic)}" if event.topic else "",
        f"With: {event.people}" if event.people else "",
        f"Place: {one_line(event.place)}" if event.place else "",
        f"Session page: {page}" if event.modality is Modality.IN_PERSON else f"Join: {page}",
    ]
    return "\n".join(line for line in told if line)
