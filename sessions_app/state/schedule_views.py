"""What ``/instructor/bookings`` shows, worded: from what ``services/queries/schedule`` read to text and positions.

Pure, as ``dashboard_views``; the week has a room of its own, ``schedule_week``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import MONTHS, Viewer, same_clock
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.domain.refunds import CancelledBy
from sessions_app.domain.timespans import TimeSpan
from sessions_app.domain.topics import TopicState
from sessions_app.services.hosting import Charge
from sessions_app.services.queries.schedule import (
    Filter,
    HostSeat,
    NewSessionFacts,
    OtherTimes,
    Schedule,
    Tab,
)
from sessions_app.services.slots import rfc3339
from sessions_app.state.schedule_week import WeekView, week_view
from sessions_app.state.views import NO_WAIT, WaitView, avatar_colour, initials

_LONGEST_ID: Final = 64
_NO_WEEK: Final = WeekView()
_ALL: Final = Filter()


@dataclass(frozen=True)
class ChoiceView:
    """One option of a select, or one time to choose."""

    value: str
    label: str


@dataclass(frozen=True)
class RequestView:
    """A request, or a booking in a list; ``strong`` is its time, ``notes`` what stands behind the title."""

    id: str = ""
    session_id: str = ""
    status: str = ""
    badge: str = ""
    name: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    when: str = ""
    strong: str = ""
    small: str = ""
    spoken: str = ""
    title: str = ""
    notes: str = ""
    price: str = ""
    message: str = ""
    was: str = ""
    topic: str = ""
    topic_note: str = ""
    wait: WaitView = NO_WAIT
    can_accept: bool = False
    can_decline: bool = False
    can_propose: bool = False
    can_move: bool = False
    can_cancel: bool = False
    can_join: bool = False
    can_agree: bool = False
    can_suggest: bool = False
    cancel_word: str = "Cancel"
    is_picked: bool = False


@dataclass(frozen=True)
class DayGroupView:
    """The bookings of one day; an empty ``label`` where each row says its own date."""

    key: str
    label: str
    seats: tuple[RequestView, ...]


@dataclass(frozen=True)
class ScheduleView:
    """The whole page."""

    ready: bool = False
    lead: str = ""
    request_count: int = 0
    requests: tuple[RequestView, ...] = ()
    can_pick: bool = False
    picked_count: int = 0
    tab: str = Tab.UPCOMING.value
    upcoming_count: int = 0
    unpaid_count: int = 0
    past_count: int = 0
    cancelled_count: int = 0
    days: tuple[DayGroupView, ...] = ()
    is_empty: bool = False
    is_filtered: bool = False
    has_more: bool = False
    text: str = ""
    offering: str = ""
    offerings: tuple[ChoiceView, ...] = ()
    first: str = ""
    last: str = ""
    week: WeekView = _NO_WEEK
    wakes: WaitView = NO_WAIT


@dataclass(frozen=True)
class Address:
    """Where somebody is on the page: in its address, so that reload, back and links work."""

    on: date | None = None
    tab: Tab = Tab.UPCOMING
    keep: Filter = _ALL

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Address:
        """Read the address; what cannot be read is left out."""
        tab = query.get("tab", "")
        return cls(
            on=_date(query.get("day", "")),
            tab=Tab(tab) if tab in set(Tab) else Tab.UPCOMING,
            keep=Filter(
                text=one_line(query.get("q", ""))[:80],
                offering_id=query.get("offering", "")[:_LONGEST_ID],
                first=_date(query.get("from", "")),
                last=_date(query.get("to", "")),
            ),
        )

    def to(self, *, on: date | None = None, tab: Tab | None = None, keep: Filter | None = None) -> str:
        """The address with another day, list or filter."""
        on, tab, keep = on or self.on, tab or self.tab, self.keep if keep is None else keep
        wanted = {
            "day": on.isoformat() if on else "",
            "tab": "" if tab is Tab.UPCOMING else tab.value,
            "q": keep.text,
            "offering": keep.offering_id,
            "from": keep.first.isoformat() if keep.first else "",
            "to": keep.last.isoformat() if keep.last else "",
        }
        written = urlencode({name: value for name, value in wanted.items() if value})
        return f"/instructor/bookings?{written}" if written else "/instructor/bookings"


@dataclass(frozen=True)
class DeclineView:
    """The dialog that declines a request."""

    booking_id: str = ""
    when: str = ""
    what: str = ""
    label: str = ""


@dataclass(frozen=True)
class PlaceView:
    """The dialog that gives a booking another time: ``mode`` move or propose.

    ``date`` and ``time`` fill the fields; ``near`` are free times. ``warning`` says what stands against the time that
    was asked for, and ``confirm`` then does it anyway.
    """

    mode: str = ""
    id: str = ""
    session_id: str = ""
    is_group: bool = False
    heading: str = ""
    month: str = ""
    day: str = ""
    when: str = ""
    what: str = ""
    date: str = ""
    time: str = ""
    target: str = ""
    near: tuple[ChoiceView, ...] = ()
    warning: str = ""
    confirm: str = ""
    keep: str = ""
    note: str = ""
    zone: str = ""


@dataclass(frozen=True)
class NewView:
    """The dialog that makes a session for a student."""

    is_open: bool = False
    date: str = ""
    time: str = ""
    pupils: tuple[ChoiceView, ...] = ()
    offerings: tuple[ChoiceView, ...] = ()
    charges: tuple[ChoiceView, ...] = ()
    warning: str = ""
    confirm: str = "Book session"
    zone: str = ""


@dataclass(frozen=True)
class HostCancelView:
    """The dialog that cancels a session for everybody in it, or one seat of a group."""

    id: str = ""
    is_seat: bool = False
    is_session: bool = False
    heading: str = ""
    month: str = ""
    day: str = ""
    when: str = ""
    what: str = ""
    sentence: str = ""
    confirm: str = ""


@dataclass(frozen=True)
class TopicView:
    """The dialog that suggests a topic."""

    booking_id: str = ""
    topic: str = ""
    what: str = ""


def page_of(seen: Schedule, viewer: Viewer, here: Address, picked: Iterable[str]) -> ScheduleView:
    """The page as its instructor sees it."""
    chosen = set(picked)
    requests = tuple(_seat(seat, viewer, seen.now, with_date=True, picked=chosen) for seat in seen.requests)
    can_pick = sum(one.can_accept for one in requests) > 1
    return ScheduleView(
        ready=True,
        lead=_lead(seen),
        request_count=seen.request_count,
        requests=requests,
        can_pick=can_pick,
        picked_count=sum(one.is_picked and one.can_accept for one in requests) if can_pick else 0,
        tab=seen.tab.value,
        upcoming_count=seen.counts[Tab.UPCOMING],
        unpaid_count=seen.counts[Tab.UNPAID],
        past_count=seen.counts[Tab.PAST],
        cancelled_count=seen.counts[Tab.CANCELLED],
        days=_days(seen, viewer),
        is_empty=not seen.listed,
        is_filtered=here.keep.is_set,
        has_more=seen.has_more,
        text=here.keep.text,
        offering=here.keep.offering_id,
        offerings=(ChoiceView("", "All offerings"), *(ChoiceView(*one) for one in seen.offerings)),
        first=here.keep.first.isoformat() if here.keep.first else "",
        last=here.keep.last.isoformat() if here.keep.last else "",
        week=week_view(seen.week, viewer, on=here.on, link=lambda day: here.to(on=day), now=seen.now),
        wakes=WaitView.of(seen.now, seen.wakes_at, seen.now),
    )


def decline_view(seat: HostSeat, viewer: Viewer) -> DeclineView:
    """The dialog that declines this request."""
    return DeclineView(
        booking_id=seat.booking_id,
        when=f"{viewer.day(seat.starts_at)}, {viewer.span(seat.starts_at, seat.ends_at)}",
        what=f"{seat.student_name}, {seat.title}",
        label=f"Your answer to {short_name(seat.student_name)}",
    )


def place_view(
    found: OtherTimes,
    viewer: Viewer,
    *,
    mode: str,
    to: datetime | None = None,
    whole_group: bool = False,
    warning: str = "",
) -> PlaceView:
    """The dialog, with ``to`` filled in when it is known where the booking is to go."""
    seat = found.seat
    local = viewer.local(seat.starts_at)
    wanted = viewer.local(to or seat.starts_at)
    who = short_name(seat.student_name)
    everybody = f"All {seat.seats_taken} people" if seat.seats_taken > 1 else "The one person"
    told = f"{everybody} in it are told at once." if whole_group else f"{who} is told at once."
    if whole_group and seat.seats_taken == 1:
        told = "The one person in it is told at once."
    moved = TimeSpan(to, to + (seat.ends_at - seat.starts_at)) if to else None
    words = {
        "move": ("Move this session", "Move session", "Keep this time", told),
        "propose": (
            "Propose another time",
            "Propose this time",
            "Keep the request",
            f"The time is kept for {who}, who can accept or decline it.",
        ),
    }[mode]
    return PlaceView(
        mode=mode,
        id=seat.booking_id,
        session_id=seat.session_id,
        is_group=whole_group,
        heading=words[0],
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        when=f"{viewer.day(seat.starts_at)}, {viewer.span(seat.starts_at, seat.ends_at)}",
        what=seat.title if whole_group else f"{seat.title}, {seat.student_name}",
        date=f"{wanted:%Y-%m-%d}",
        time=f"{wanted:%H:%M}",
        target=f"{viewer.day(moved.start)}, {viewer.span(moved.start, moved.end)}" if moved else "",
        near=()
        if whole_group
        else tuple(
            ChoiceView(rfc3339(slot.span.start), viewer.moment(slot.span.start)) for slot in found.near
        ),
        warning=warning,
        confirm=f"{words[1]} anyway" if warning else words[1],
        keep=words[2],
        note=words[3],
        zone=f"Times in {viewer.long_zone_label(seat.starts_at)}",
    )


def new_view(
    facts: NewSessionFacts, viewer: Viewer, *, at: datetime, warning: str = "", now: datetime
) -> NewView:
    """The dialog, with a time filled in."""
    local = viewer.local(at)
    return NewView(
        is_open=True,
        date=f"{local:%Y-%m-%d}",
        time=f"{local:%H:%M}",
        pupils=tuple(ChoiceView(pupil.id, pupil.name) for pupil in facts.pupils),
        offerings=tuple(
            ChoiceView(one.id, f"{one.title}, {one.duration_minutes} min") for one in facts.offerings
        ),
        charges=(
            ChoiceView(Charge.FREE, "Nothing, it is free"),
            ChoiceView(Charge.CARD, "The price, by card"),
            ChoiceView(Charge.CREDITS, "Credits, taken now"),
        ),
        warning=warning,
        confirm="Book anyway" if warning else "Book session",
        zone=f"Times in {viewer.long_zone_label(now)}",
    )


def cancel_view(seat: HostSeat, viewer: Viewer, *, whole_session: bool) -> HostCancelView:
    """The dialog that cancels the session, or of a group one seat."""
    local = viewer.local(seat.starts_at)
    is_seat = seat.is_group and not whole_session
    many = seat.is_group and whole_session and seat.seats_taken > 1
    who = f"All {seat.seats_taken} people" if many else short_name(seat.student_name)
    get = "get" if many else "gets"
    return HostCancelView(
        id=seat.session_id if whole_session else seat.booking_id,
        is_seat=is_seat,
        is_session=whole_session,
        heading="Cancel this seat?" if is_seat else "Cancel this session?",
        month=MONTHS[local.month - 1][:3],
        day=str(local.day),
        when=f"{viewer.day(seat.starts_at)}, {viewer.span(seat.starts_at, seat.ends_at)}",
        what=seat.title if many else f"{seat.title}, {seat.student_name}",
        sentence=f"{who} {get} everything back that was paid, with your reason and the nearest free times.",
        confirm="Cancel seat" if is_seat else "Cancel session",
    )


def topic_view(seat: HostSeat) -> TopicView:
    """The dialog that names a topic for this booking."""
    return TopicView(booking_id=seat.booking_id, topic=seat.topic, what=f"{seat.student_name}, {seat.title}")


def why_outside(reason: str) -> str:
    """What stands against a time that only the instructor's own rules forbid; empty for any other reason."""
    return {
        "override_day_off": "You are away on this day.",
        "outside_hours": "This is outside your open hours.",
        "off_grid": "This is not one of your usual starting times.",
        "day_cap": "You have as many sessions on this day as you allow.",
        "week_cap": "You have as many sessions in this week as you allow.",
    }.get(reason, "")


def _lead(seen: Schedule) -> str:
    ahead = seen.sessions_ahead
    sessions = {0: "No sessions", 1: "One session"}.get(ahead, f"{ahead} sessions")
    waiting = {0: "no requests", 1: "one request"}.get(seen.request_count, f"{seen.request_count} requests")
    return f"{sessions} ahead, {waiting} to answer."


def _days(seen: Schedule, viewer: Viewer) -> tuple[DayGroupView, ...]:
    if seen.tab in (Tab.PAST, Tab.CANCELLED):
        rows = tuple(_seat(seat, viewer, seen.now, with_date=True) for seat in seen.listed)
        return (DayGroupView("all", "", rows),) if rows else ()
    return tuple(
        DayGroupView(
            on.isoformat(),
            viewer.named_day(seats[0].starts_at, now=seen.now),
            tuple(_seat(seat, viewer, seen.now, with_date=False) for seat in seats),
        )
        for on, seats in (
            (on, list(some))
            for on, some in groupby(seen.listed, key=lambda seat: viewer.date_of(seat.starts_at))
        )
    )


def _seat(
    seat: HostSeat, viewer: Viewer, now: datetime, *, with_date: bool, picked: Iterable[str] = ()
) -> RequestView:
    begins, _, ends = viewer.span(seat.starts_at, seat.ends_at).partition(" – ")
    day = viewer.day(seat.starts_at, now=now)
    status, badge = _badge(seat, viewer, now)
    return RequestView(
        id=seat.booking_id,
        session_id=seat.session_id,
        status=status,
        badge=badge,
        name=seat.student_name,
        initials=initials(seat.student_name),
        colour=avatar_colour(seat.student_id),
        photo=seat.avatar_url or "",
        when=f"{_named(seat.starts_at, viewer, now)}, {begins} – {ends}",
        strong=day if with_date else begins,
        small=f"{begins} – {ends}" if with_date else f"to {ends}",
        spoken=f"{viewer.long_day(seat.starts_at)}, {viewer.spoken_span(seat.starts_at, seat.ends_at)}",
        title=seat.title,
        notes=" · ".join(_notes(seat, viewer)),
        price=seat.price,
        message=seat.message.strip(),
        was=f"Instead of {viewer.moment(seat.asked_starts_at, now=now)}" if seat.asked_starts_at else "",
        topic=seat.topic,
        topic_note=_topic_note(seat),
        wait=WaitView.of(seat.waits_from, seat.waits_until, now),
        can_accept=Action.ACCEPT in seat.can,
        can_decline=Action.REJECT in seat.can,
        can_propose=Action.PROPOSE in seat.can,
        can_move=Action.RESCHEDULE in seat.can and not seat.is_group,
        can_cancel=Action.CANCEL in seat.can,
        can_join=Action.JOIN in seat.can,
        can_agree=seat.may_agree_topic,
        can_suggest=seat.may_suggest_topic,
        cancel_word="Cancel seat" if seat.is_group else "Cancel",
        is_picked=seat.booking_id in set(picked),
    )


def _named(instant: datetime, viewer: Viewer, now: datetime) -> str:
    ahead = (viewer.date_of(instant) - viewer.date_of(now)).days
    return {0: "Today", 1: "Tomorrow"}.get(ahead) or viewer.day(instant, now=now)


def _badge(seat: HostSeat, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if seat.is_proposed:
        return seat.status.value, "Time proposed"
    is_before = seat.status in (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)
    if is_before and seat.ends_at <= now:
        return BookingStatus.COMPLETED.value, "Ended"
    if seat.status is BookingStatus.ACCEPTED and seat.waits_until:
        return seat.status.value, f"Pay by {viewer.moment(seat.waits_until, now=now)}"
    return seat.status.value, ""


def _notes(seat: HostSeat, viewer: Viewer) -> Iterable[str]:
    if seat.is_group:
        yield f"{seat.seats_taken} of {seat.capacity} seats taken"
    if seat.starts_at and not same_clock(seat.starts_at, viewer.zone, seat.student_zone):
        theirs = Viewer(seat.student_zone, viewer.hour_cycle, viewer.locale)
        yield f"{theirs.time(seat.starts_at)} for {short_name(seat.student_name)}"
    if seat.status is BookingStatus.CANCELLED:
        by = {
            CancelledBy.STUDENT: short_name(seat.student_name),
            CancelledBy.INSTRUCTOR: "you",
            CancelledBy.PLATFORM: "the platform",
        }
        yield f"cancelled by {by[CancelledBy(seat.cancelled_by)]}" if seat.cancelled_by else "cancelled"
        if seat.cancel_reason:
            yield one_line(seat.cancel_reason)


def _topic_note(seat: HostSeat) -> str:
    return (
        {
            TopicState.BY_STUDENT: f"suggested by {short_name(seat.student_name)}",
            TopicState.BY_INSTRUCTOR: "suggested by you",
            TopicState.LOCKED: "agreed",
        }.get(seat.topic_state, "")
        if seat.topic
        else ""
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
