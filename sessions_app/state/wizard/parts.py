"""What the steps of the wizard share: how somebody looks at it, and the values several steps show.

The modules of this package are pure: from what ``services/queries`` read and from how the viewer sees times to frozen
dataclasses of text, numbers and flags. Every text a person reads in the wizard is worded here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.timespans import TimeSpan
from sessions_app.services.queries.wizard import Student
from sessions_app.state.wizard.address import Address

INSTRUCTOR, DATE_TIME, DETAILS, PAYMENT, DONE = range(1, 6)


STEP_NAMES = ("Instructor", "Date & time", "Details & confirm", "Payment", "Done")


STEPS_UNPAID = ("Instructor", "Date & time", "Details & confirm", "Done")


COMPACT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class HeadView:
    """The wizard's header. ``step`` counts from 1 within ``steps``."""

    context: str = ""
    back_label: str = "Back"
    back_href: str = "/courses"
    step: int = DATE_TIME
    steps: tuple[str, ...] = STEP_NAMES


@dataclass(frozen=True)
class OptionView:
    """One choice of a radio group or select; the value may be an address to go to."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class WhoView:
    """Whom a session is for; ``options`` only where a guardian has several children to choose from."""

    options: tuple[OptionView, ...] = ()
    student_id: str = ""

    @classmethod
    def of(cls, students: Iterable[Student], student_id: str | None) -> WhoView:
        """The children to choose from, and the one that is meant."""
        options = tuple(OptionView(student.id, student.name) for student in students)
        return cls(options, student_id or "") if len(options) > 1 else NOBODY_ELSE


NOBODY_ELSE = WhoView()


@dataclass(frozen=True)
class RowView:
    """A start. ``seats_level`` is 0 (many) to 2 (few); ``clash`` says what the student has then: not a button."""

    start: str
    label: str
    begins: str
    ends: str
    seats: str = ""
    seats_level: int = 0
    day: str = ""
    is_wanted: bool = False
    is_held: bool = False
    clash: str = ""


@dataclass(frozen=True)
class HoldView:
    """A countdown: until when (ISO 8601), from when, and how many seconds a whole hold lasts."""

    until: str = ""
    now: str = ""
    total: int = 600
    label: str = ""
    span: str = ""
    day: str = ""
    href: str = ""


@dataclass(frozen=True)
class NoticeView:
    """What stands in the way, and the way out. ``action`` names a button: enroll, keep; a link has its address."""

    code: str = ""
    kind: str = "danger"
    title: str = ""
    body: str = ""
    action: str = ""
    link_label: str = ""
    link_href: str = ""
    rows: tuple[RowView, ...] = ()


NO_NOTICE = NoticeView()


NO_HOLD = HoldView()


@dataclass(frozen=True)
class Look:
    """How one visitor sees the wizard: their times, where they are, and what the deployment calls things."""

    viewer: Viewer
    address: Address
    label: str = "Instructor"
    request_ttl_hours: int = 48
    own_zone: str = ""
    device_zone: str = ""


def steps_for(ways: Iterable[PayWith]) -> tuple[str, ...]:
    """The names of the wizard's steps; payment is one only where a card may be due."""
    return STEP_NAMES if PayWith.CARD in ways else STEPS_UNPAID


@lru_cache(maxsize=8192)
def span_row(span: TimeSpan, viewer: Viewer, *, with_day: bool = False) -> RowView:
    """A span as a time button."""
    begins, _, ends = viewer.span(span.start, span.end).partition(" – ")
    day = viewer.day(span.start) if with_day else ""
    spoken = viewer.spoken_span(span.start, span.end)
    return RowView(
        start=span.start.strftime(COMPACT),
        label=f"{day}, {spoken}" if with_day else spoken,
        begins=begins,
        ends=ends,
        day=day,
    )


def parse_start(compact: str) -> datetime:
    """The instant behind ``RowView.start``. Raises ValueError for any other text."""
    return datetime.strptime(f"{compact}+0000", f"{COMPACT}%z")


def policy_line(
    viewer: Viewer,
    *,
    now: datetime,
    free_until: datetime,
    partial_until: datetime,
    partial_percent: int,
    cancel_until: datetime | None = None,
) -> str:
    """Until when cancelling is free, else what it gives back now; and until when it is possible at all."""
    if cancel_until is not None and now > cancel_until:
        return "This close to the start, it cannot be cancelled any more"
    limit = f". It can be cancelled until {viewer.moment(cancel_until)}" if cancel_until else ""
    if now <= free_until:
        return f"Free cancellation until {viewer.moment(free_until)}{limit}"
    if now <= partial_until and partial_percent:
        return f"If you cancel until {viewer.moment(partial_until)}, you get {partial_percent} % back{limit}"
    return f"This close to the start, cancelling gives nothing back{limit}"


def iso(instant: datetime) -> str:
    """An instant as the page's scripts read it."""
    return instant.isoformat(timespec="seconds")
