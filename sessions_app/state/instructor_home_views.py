"""The instructor's day, worded and measured: from ``services/queries/instructor_home`` to text and positions.

Pure: frozen dataclasses come out, ready to draw. The day's ribbon is drawn in elapsed time, so a day of 23 or 25
hours is as long as it is and nothing lies over anything else. How the last weeks went is in
``instructor_figures_views``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sessions_app.domain.availability import to_utc
from sessions_app.domain.local_labels import Viewer, same_clock
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.models.catalogue import Modality
from sessions_app.services.queries.instructor_home import Attendee, Block, BlockKind, Request, Setup, Today
from sessions_app.state.views import NO_WAIT, WaitView, avatar_colour, initials

HOUR_HEIGHT: Final = 52
"""Pixels of an hour on the ribbon."""

_USUAL_FIRST, _USUAL_LAST = 9, 18
_TWO_LINES = 40
_LEAST_HEIGHT = 22
_SOON = timedelta(hours=24)
_REAL = (BlockKind.SESSION, BlockKind.RUNNING, BlockKind.OVER)
_COUNTED = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


@dataclass(frozen=True)
class HourView:
    """A line of the ribbon, ``top`` in pixels."""

    top: str
    label: str


@dataclass(frozen=True)
class BlockView:
    """What takes the instructor's time; ``note`` is left out where there is no room for a second line."""

    id: str
    kind: str
    who: str
    note: str
    span: str
    spoken: str
    top: str
    height: str
    href: str
    is_next: bool


@dataclass(frozen=True)
class RibbonView:
    """The day. An empty ``now_top`` means that the line of now lies outside."""

    height: str = "0px"
    hours: tuple[HourView, ...] = ()
    blocks: tuple[BlockView, ...] = ()
    now_top: str = ""
    now: str = ""


@dataclass(frozen=True)
class NextView:
    """The next session. ``wait`` counts down within a day, ``words`` say it otherwise; no ``href``: met in person."""

    exists: bool = False
    is_soon: bool = False
    words: str = ""
    wait: WaitView = NO_WAIT
    who: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    when: str = ""
    what: str = ""
    said: str = ""
    label: str = "Start session"
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class RequestView:
    """A request to answer."""

    id: str
    who: str
    first_name: str
    initials: str
    colour: int
    photo: str
    when: str
    what: str
    said: str
    wait: WaitView


@dataclass(frozen=True)
class StepView:
    """One step of a new instructor."""

    title: str
    body: str
    action: str
    href: str
    is_done: bool


@dataclass(frozen=True)
class HomeView:
    """The changing part of the page; ``ready`` once there is something to show."""

    ready: bool = False
    title: str = ""
    lead: str = ""
    ribbon: RibbonView = RibbonView()
    is_free: bool = False
    next: NextView = NextView()
    requests: tuple[RequestView, ...] = ()
    request_count: int = 0
    more_requests: str = ""
    steps: tuple[StepView, ...] = ()
    has_bookings: bool = False
    wakes: WaitView = NO_WAIT


@dataclass(frozen=True)
class DeclineView:
    """The dialog before a request is declined; closed without ``booking_id``."""

    booking_id: str = ""
    who: str = ""
    when: str = ""
    label: str = ""


NOT_DECLINING: Final = DeclineView()


def home_view(today: Today, viewer: Viewer, *, origin: str) -> HomeView:
    """The day as the instructor sees it; ``origin`` begins the address of their public page."""
    others = today.request_count - len(today.requests)
    return HomeView(
        ready=True,
        title=viewer.long_day(today.now).rpartition(" ")[0],
        lead=_lead(today, viewer),
        ribbon=ribbon_view(today, viewer),
        is_free=not today.blocks,
        next=_next(today, viewer),
        requests=tuple(_request(one, viewer, today.now) for one in today.requests),
        request_count=today.request_count,
        more_requests=f"{_number(others).capitalize()} more {_plural('request', others)}" if others else "",
        steps=()
        if today.setup.is_done
        else _steps(today.setup, f"/instructors/{today.instructor_id}", origin),
        has_bookings=today.setup.has_bookings,
        wakes=WaitView.of(today.now, today.wakes_at, today.now),
    )


def _lead(today: Today, viewer: Viewer) -> str:
    real = [block for block in today.blocks if block.kind in _REAL]
    said = f"{_number(len(real))} {_plural('session', len(real))}"
    if today.request_count:
        said += f", {_number(today.request_count)} {_plural('request', today.request_count)}"
    sentences = [f"{said[0].upper()}{said[1:]}."]
    if real:
        end = max(block.span.end for block in real)
        ends_today = viewer.date_of(end - timedelta(microseconds=1)) == viewer.date_of(today.now)
        finish = viewer.time(end) if ends_today else viewer.moment(end)
        sentences.append(f"You finish at {finish}." if end > today.now else f"You finished at {finish}.")
    return " ".join(sentences)


def ribbon_view(today: Today, viewer: Viewer) -> RibbonView:
    """The day from 9 to 18 o'clock, and as far on either side as something is on."""
    on = viewer.date_of(today.day.start)
    first = to_utc(on, 60 * _USUAL_FIRST, today.zone)
    last = to_utc(on, 60 * _USUAL_LAST, today.zone)
    for block in today.blocks:
        start, end = max(block.span.start, today.day.start), min(block.span.end, today.day.end)
        first = min(first, start - timedelta(minutes=viewer.local(start).minute))
        last = max(last, end + timedelta(minutes=-viewer.local(end).minute % 60))
    last = min(last, today.day.end)
    is_inside = first <= today.now < last
    return RibbonView(
        height=_px(first, last),
        hours=tuple(_hours(first, last, viewer)),
        blocks=tuple(_blocks(today, viewer, first, last)),
        now_top=_px(first, today.now) if is_inside else "",
        now=viewer.time(today.now),
    )


def _px(first: datetime, at: datetime) -> str:
    return f"{(at - first) / timedelta(hours=1) * HOUR_HEIGHT:.0f}px"


def _hours(first: datetime, last: datetime, viewer: Viewer) -> Iterable[HourView]:
    at = first
    while at <= last:
        local = viewer.local(at)
        half = "am" if local.hour < 12 else "pm"
        label = f"{local.hour % 12 or 12} {half}" if viewer.hour_cycle == "h12" else f"{local:%H:%M}"
        yield HourView(_px(first, at), label)
        at += timedelta(minutes=60 - local.minute)


def _blocks(today: Today, viewer: Viewer, first: datetime, last: datetime) -> Iterable[BlockView]:
    upcoming = today.next.session_id if today.next else ""
    for block in today.blocks:
        start, end = max(block.span.start, first), min(block.span.end, last)
        height = max(_LEAST_HEIGHT, (end - start) / timedelta(hours=1) * HOUR_HEIGHT - 4)
        who, note = _words(block, viewer, today.now)
        is_real = block.kind in _REAL
        yield BlockView(
            id=block.session_id,
            kind=block.kind.value,
            who=who,
            note=note if height >= _TWO_LINES else "",
            span=viewer.span(block.span.start, block.span.end),
            spoken=viewer.spoken_span(block.span.start, block.span.end),
            top=f"calc({_px(first, start)} + 2px)",
            height=f"{height:.0f}px",
            href=f"/session/{block.session_id}/room" if is_real else "/instructor/bookings",
            is_next=block.session_id == upcoming,
        )


def _words(block: Block, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if not block.people:
        return block.title, ""
    person = block.people[0]
    ends = _until(person, viewer, now)
    if block.kind is BlockKind.HELD:
        return "Somebody is booking this time", f"Held until {ends}" if ends else ""
    if block.kind is BlockKind.REQUEST:
        if person.is_proposed:
            return f"You proposed this time to {person.name}", f"They answer by {ends}"
        return f"{person.name} asks for this time", f"Answer by {ends}"
    if block.kind is BlockKind.UNPAID:
        return _name(person), f"Pays by {ends}"
    if block.is_group:
        return f"Group: {block.title}", f"{block.seats_taken} of {block.capacity} seats"
    return _name(person), one_line(person.topic) or block.title


def _until(person: Attendee, viewer: Viewer, now: datetime) -> str:
    if person.waits_until is None:
        return ""
    ahead = (viewer.date_of(person.waits_until) - viewer.date_of(now)).days
    if ahead == 0:
        return viewer.time(person.waits_until)
    return f"tomorrow {viewer.time(person.waits_until)}" if ahead == 1 else viewer.moment(person.waits_until)


def _name(person: Attendee) -> str:
    return f"{person.booked_by} for {person.name}" if person.booked_by else person.name


def _next(today: Today, viewer: Viewer) -> NextView:
    block, now = today.next, today.now
    if block is None or not block.people:
        return NextView()
    person = block.people[0]
    span = viewer.span(block.span.start, block.span.end)
    is_running = block.kind is BlockKind.RUNNING
    is_soon = block.span.start - now <= _SOON
    is_today = viewer.date_of(block.span.start) == viewer.date_of(now)
    is_online = block.modality is not Modality.IN_PERSON
    return NextView(
        exists=True,
        is_soon=is_soon,
        words=f"Until {viewer.time(block.span.end)}" if is_running else _ahead(block, viewer, now),
        wait=WaitView.of(now, block.span.start, now) if is_soon and not is_running else NO_WAIT,
        who=f"Group: {block.title}" if block.is_group else _name(person),
        initials=initials(block.title if block.is_group else person.name),
        colour=avatar_colour(block.session_id if block.is_group else person.person_id),
        photo="" if block.is_group else person.avatar_url or "",
        when=", ".join(
            part
            for part in (
                "" if is_today else viewer.day(block.span.start, now=now),
                span,
                f"{block.seats_taken} of {block.capacity} seats"
                if block.is_group
                else _there(person, block, viewer),
            )
            if part
        ),
        what="" if block.is_group else one_line(person.topic) or block.title,
        said="" if block.is_group else one_line(person.message, limit=280),
        label="Join" if is_running else "Start session",
        href=f"/session/{block.session_id}/room" if is_online else "",
        note=_entering(block, viewer, now),
    )


def _ahead(block: Block, viewer: Viewer, now: datetime) -> str:
    return viewer.relative_day(block.span.start, now=now)


def _there(person: Attendee, block: Block, viewer: Viewer) -> str:
    there = Viewer(person.zone, viewer.hour_cycle)
    if there.city == viewer.city:
        return ""
    if same_clock(block.span.start, person.zone, viewer.zone):
        return f"same hour in {there.city}"
    return f"{there.time(block.span.start)} in {there.city}"


def _entering(block: Block, viewer: Viewer, now: datetime) -> str:
    if block.modality is Modality.IN_PERSON:
        return f"In person: {one_line(block.place)}" if block.place else "In person"
    if block.kind is BlockKind.RUNNING or block.opens_at <= now:
        return "The room is open."
    return f"Students can enter from {viewer.time(block.opens_at)}."


def _request(request: Request, viewer: Viewer, now: datetime) -> RequestView:
    return RequestView(
        id=request.booking_id,
        who=f"{request.booked_by} for {request.student_name}" if request.booked_by else request.student_name,
        first_name=short_name(request.booked_by or request.student_name),
        initials=initials(request.student_name),
        colour=avatar_colour(request.student_id),
        photo=request.avatar_url or "",
        when=f"{_day(request.span.start, viewer, now)}, {viewer.time(request.span.start)}, {request.price}",
        what=one_line(request.topic) or request.title,
        said=one_line(request.message, limit=280),
        wait=WaitView.of(request.waits_from, request.waits_until, now),
    )


def _day(at: datetime, viewer: Viewer, now: datetime) -> str:
    ahead = (viewer.date_of(at) - viewer.date_of(now)).days
    return viewer.relative_day(at, now=now) if 0 <= ahead <= 1 else viewer.day(at, now=now)


def _steps(setup: Setup, page: str, origin: str) -> tuple[StepView, ...]:
    return (
        StepView(
            "Set your hours",
            "Say when students can book you. You can change it at any time.",
            "Set hours",
            "/instructor/availability",
            setup.has_hours,
        ),
        StepView(
            "Make an offering",
            "What you teach, how long it takes and what it costs.",
            "Make an offering",
            "/instructor/offerings",
            setup.has_offering,
        ),
        StepView(
            "Share your page",
            f"Students book you at {origin.rstrip('/')}{page}",
            "See your page",
            page,
            setup.has_bookings,
        ),
    )


def decline_view(request: RequestView) -> DeclineView:
    """The question, for a request on screen."""
    return DeclineView(request.id, request.who, request.when, f"Answer to {request.first_name} (optional)")


def _number(count: int) -> str:
    return _COUNTED[count] if 0 <= count < len(_COUNTED) else str(count)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
