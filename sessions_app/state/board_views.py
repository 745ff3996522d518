"""What the live board shows, worded: from ``services/queries/board`` to text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.services.queries.board import (
    ATTENTION,
    Board,
    BoardRow,
    BoardState,
    Dispute,
    Happening,
    Panel,
    Party,
    Presence,
)
from sessions_app.state.views import avatar_colour, initials

FILTERS: Final[Mapping[str, tuple[str, frozenset[BoardState]]]] = {
    "all": ("All", frozenset(BoardState)),
    "attention": ("Needs attention", ATTENTION),
    "soon": ("Starting soon", frozenset({BoardState.SOON})),
    "running": ("In progress", frozenset({BoardState.RUNNING})),
    "late": ("Late start", frozenset({BoardState.LATE})),
    "requests": ("Requests", frozenset({BoardState.REQUEST})),
    "unpaid": ("Unpaid", frozenset({BoardState.UNPAID})),
    "disputes": ("Disputes", frozenset({BoardState.DISPUTE})),
}
"""The filters by their word in the address."""

_WORDS: Final = {
    "booking.held": "Time held",
    "booking.requested": "Request sent",
    "booking.accepted": "Request accepted, to be paid",
    "booking.scheduled": "Seat booked",
    "booking.confirmed": "Attendance confirmed",
    "booking.rescheduled": "Session moved",
    "booking.proposed": "Another time proposed",
    "booking.rejected": "Request declined",
    "booking.expired": "Time ran out",
    "booking.cancelled": "Seat cancelled",
    "booking.handed_over": "Hold handed over",
    "booking.completed": "Session held",
    "booking.no_show": "Marked as no-show",
    "outcome.confirmed": "Outcome confirmed",
    "outcome.disputed": "Outcome disputed",
    "outcome.decided": "Dispute decided",
    "attendance.sealed": "Attendance log sealed",
    "session.started": "Session started",
    "session.finished": "Session ended",
    "session.swept": "Closed by itself",
    "session.minimum_missed": "Too few people, called off",
    "payment.intended": "Payment page opened",
    "payment.authorised": "Amount reserved",
    "payment.paid": "Paid",
    "payment.review": "Payment needs a look",
    "refund.requested": "Refund asked for",
    "refund.done": "Refunded",
    "gateway.refused": "Payment provider refused",
}
OUTCOMES: Final[tuple[tuple[Outcome, str, str], ...]] = (
    (Outcome.COMPLETED, "It took place", "Nothing more goes back."),
    (Outcome.LATE_START, "It began late", "Nothing more goes back."),
    (Outcome.STUDENT_NO_SHOW, "The student did not come", "Nothing more goes back."),
    (Outcome.INSTRUCTOR_NO_SHOW, "The instructor did not come", "Everything that was paid goes back."),
    (Outcome.BOTH_NO_SHOW, "Nobody came", "Everything that was paid goes back."),
    (Outcome.TECHNICAL, "The connection broke off", "Everything that was paid goes back."),
)
"""What staff can decide: the outcome, its words, and what ``outcomes.decide`` does with the money."""

_OUTCOME_WORDS: Final = {outcome: words for outcome, words, _ in OUTCOMES}
_MARKS: Final = {
    "booking": "calendar",
    "session": "video",
    "payment": "card",
    "refund": "card",
    "gateway": "card",
}


@dataclass(frozen=True)
class FilterView:
    """One filter with how many rows it keeps."""

    key: str
    label: str
    count: int
    is_on: bool


@dataclass(frozen=True)
class RowView:
    """A row. ``small`` says how far away it is, ``is_urgent`` in the colour of time; ``presence`` who is there, or
    until when the row waits for somebody.
    """

    key: str
    session_id: str
    state: str
    badge: str
    begins: str
    small: str
    is_urgent: bool
    title: str
    people: str
    presence: str
    price: str
    is_open: bool


@dataclass(frozen=True)
class OptionView:
    """One instructor to filter by."""

    value: str
    label: str


@dataclass(frozen=True)
class BoardView:
    """The board; ``said`` is its state in words for assistive technology."""

    ready: bool = False
    live: str = ""
    filters: tuple[FilterView, ...] = ()
    rows: tuple[RowView, ...] = ()
    empty: str = ""
    has_more: bool = False
    instructors: tuple[OptionView, ...] = ()
    instructor: str = ""
    text: str = ""
    attention: int = 0
    wakes_until: str = ""
    now: str = ""


@dataclass(frozen=True)
class PersonView:
    """Somebody on the panel; ``presence`` is ``here``, ``absent``, or empty where it says nothing."""

    id: str
    name: str
    note: str
    initials: str
    colour: int
    photo: str
    state: str = ""
    presence: str = ""


@dataclass(frozen=True)
class HappeningView:
    """One entry of the timeline; ``mark`` names its icon."""

    key: str
    what: str
    who: str
    at: str
    mark: str


@dataclass(frozen=True)
class DisputeView:
    """What is to be decided about one seat. ``wrong_outcome`` and ``wrong_note`` say what the form lacks."""

    booking_id: str
    title: str
    counts_as: str
    host_said: str
    student_said: str
    evidence: str
    wrong_outcome: str = ""
    wrong_note: str = ""


@dataclass(frozen=True)
class Wrong:
    """What was refused of one decision: a field of its form (``outcome``, ``note``) with its sentence."""

    booking_id: str
    field: str
    message: str


@dataclass(frozen=True)
class PanelView:
    """One session; closed without an id."""

    session_id: str = ""
    state: str = ""
    title: str = ""
    when: str = ""
    people: tuple[PersonView, ...] = ()
    happenings: tuple[HappeningView, ...] = ()
    disputes: tuple[DisputeView, ...] = ()


CLOSED: Final = PanelView()


def board_view(
    board: Board, viewer: Viewer, *, chosen: str, instructor: str, text: str, opened: str
) -> BoardView:
    """The board as one of staff sees it."""
    return BoardView(
        ready=True,
        live=f"Live, {viewer.time(board.now)} in {viewer.known_zone}",
        filters=tuple(
            FilterView(key, label, sum(board.counts.get(state, 0) for state in states), key == chosen)
            for key, (label, states) in FILTERS.items()
        ),
        rows=tuple(_row(row, viewer, board.now, opened) for row in board.rows),
        empty="" if board.rows else _why_empty(chosen, filtered=bool(instructor or text)),
        has_more=board.has_more,
        instructors=tuple(OptionView(one, name) for one, name in board.instructors),
        instructor=instructor,
        text=text,
        attention=sum(board.counts.get(state, 0) for state in ATTENTION),
        wakes_until=board.wakes_at.isoformat(timespec="seconds"),
        now=board.now.isoformat(timespec="seconds"),
    )


def panel_view(panel: Panel, viewer: Viewer, wrong: Wrong | None = None) -> PanelView:
    """A session with its timeline and what is disputed about it; ``wrong`` is what was refused last."""
    now = panel.now
    kind = f"group of {panel.capacity}" if panel.is_group else "one-to-one"
    day = viewer.relative_day(panel.span.start, now=now)
    near = abs((viewer.date_of(panel.span.start) - viewer.date_of(now)).days) <= 1
    when = day if near else viewer.day(panel.span.start, now=now)
    return PanelView(
        session_id=panel.session_id,
        state=panel.state.value if panel.state else "",
        title=panel.title,
        when=f"{when}, {viewer.span(panel.span.start, panel.span.end)}, {kind}",
        people=(
            _person(
                panel.instructor,
                _place("Instructor", panel.instructor, viewer, now),
                _presence_of(panel, is_there=panel.presence is not None and panel.presence.has_host),
            ),
            *(
                _person(
                    seat.student,
                    ", ".join(
                        part
                        for part in (
                            _place("Student", seat.student, viewer, now),
                            f"booked by {seat.booked_by}" if seat.booked_by else "",
                            seat.price,
                        )
                        if part
                    ),
                    _presence_of(panel, is_there=seat.is_there),
                    seat.status.value,
                )
                for seat in panel.seats
            ),
        ),
        happenings=tuple(_happening(number, one, viewer, now) for number, one in enumerate(panel.happenings)),
        disputes=tuple(
            dispute_view(one, panel.instructor.name, viewer, now, wrong) for one in panel.disputes
        ),
    )


def dispute_view(
    one: Dispute, instructor: str, viewer: Viewer, now: datetime, wrong: Wrong | None
) -> DisputeView:
    """What is to be decided about one seat, worded for who decides."""
    teacher, student = short_name(instructor), short_name(one.student_name)
    counts_as = _OUTCOME_WORDS[one.outcome].lower()
    objection = f"“{one.reason}” ({viewer.moment(one.at, now=now)})"
    host_said = f"{teacher} said that {counts_as}." if one.is_confirmed else f"{teacher} has said nothing."
    student_said = f"{student} has said nothing."
    if one.is_by_host:
        host_said = f"{teacher} objects: {objection}"
    elif one.by_name == one.student_name:
        student_said = f"{student} objects: {objection}"
    else:
        student_said = f"{one.by_name} objects for {student}: {objection}"
    return DisputeView(
        booking_id=one.booking_id,
        title=f"{one.student_name}’s seat",
        counts_as=f"Until you decide, it counts that {counts_as}.",
        host_said=host_said,
        student_said=student_said,
        evidence=_evidence(one, teacher, student),
        wrong_outcome=_refused(one, "outcome", wrong),
        wrong_note=_refused(one, "note", wrong),
    )


def _evidence(one: Dispute, teacher: str, student: str) -> str:
    if not one.is_observed:
        return "They met in person, so there is no log of who was there."
    if not one.is_intact:
        return "The log is not what was sealed at the end of the session. Do not rely on it."
    late = f" It began {one.late_minutes} min late." if one.late_minutes else ""
    return (
        f"{teacher} was in the room for {one.host_minutes} min, {student} for {one.student_minutes} min, both "
        f"together for {one.minutes_together} min.{late} The log is as it was sealed."
    )


def _refused(one: Dispute, field: str, wrong: Wrong | None) -> str:
    is_meant = wrong is not None and (wrong.booking_id, wrong.field) == (one.booking_id, field)
    return wrong.message if wrong is not None and is_meant else ""


def _row(row: BoardRow, viewer: Viewer, now: datetime, opened: str) -> RowView:
    is_today = viewer.date_of(row.span.start) == viewer.date_of(now)
    begins = viewer.time(row.span.start)
    people = f"Group, {len(row.students)} of {row.capacity}" if row.is_group else ", ".join(row.students)
    return RowView(
        key=row.booking_id or row.session_id,
        session_id=row.session_id,
        state=row.state.value,
        badge="Ended" if row.state is BoardState.OVER else "",
        begins=begins if is_today else viewer.day(row.span.start, now=now),
        small=_small(row, viewer, now, is_today=is_today),
        is_urgent=row.state in (BoardState.LATE, BoardState.SOON),
        title=one_line(row.title),
        people=one_line(f"{row.instructor.name} with {people or 'nobody'}"),
        presence=_presence(row, viewer, now),
        price=row.price,
        is_open=row.session_id == opened,
    )


def _small(row: BoardRow, viewer: Viewer, now: datetime, *, is_today: bool) -> str:
    if not is_today:
        return viewer.time(row.span.start)
    if row.state is BoardState.LATE:
        return f"{_apart(now - row.span.start)} late"
    if row.state is BoardState.RUNNING:
        return f"{_apart(now - row.span.start)} in" if now > row.span.start else "Began early"
    if row.span.end <= now:
        return f"Ended {viewer.time(row.span.end)}"
    return f"In {_apart(row.span.start - now)}" if row.span.start > now else ""


def _apart(span: timedelta) -> str:
    minutes = max(0, int(span / timedelta(minutes=1)))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


def _presence(row: BoardRow, viewer: Viewer, now: datetime) -> str:
    if row.until is not None:
        is_today = viewer.date_of(row.until) == viewer.date_of(now)
        until = viewer.time(row.until) if is_today else viewer.moment(row.until, now=now)
        return f"Answer by {until}" if row.state is BoardState.REQUEST else f"Pay by {until}"
    if row.presence is not None:
        return _who_is_there(row.presence, row)
    said = {
        BoardState.LATE: "Not started",
        BoardState.RUNNING: "Under way",
        BoardState.NO_SHOW: "Nobody taught",
        BoardState.DISPUTE: "To be decided",
    }
    return said.get(row.state, "")


def _who_is_there(presence: Presence, row: BoardRow) -> str:
    """Before the start people come to the lobby; from then on, whoever is not there is absent."""
    is_due = row.state is not BoardState.SOON
    if not presence.has_host and not presence.seats:
        return "Nobody there" if is_due else "Nobody yet"
    if not presence.has_host:
        students = f"{presence.seats} of {len(row.students)}" if row.is_group else "Student"
        return "Instructor absent" if is_due else f"{students} in the lobby"
    if not presence.seats:
        students = "Students" if row.is_group else "Student"
        return f"{students} absent" if is_due else "Instructor in the lobby"
    if row.is_group:
        return f"Instructor and {presence.seats} of {len(row.students)}"
    return "Both present" if row.state is BoardState.RUNNING else "Both in the lobby"


def _why_empty(chosen: str, *, filtered: bool) -> str:
    if filtered:
        return "No session or person matches."
    return "Nothing is on today." if chosen == "all" else "Nothing here right now."


def _presence_of(panel: Panel, *, is_there: bool) -> str:
    if panel.presence is None:
        return ""
    if is_there:
        return "here"
    return "" if panel.state is BoardState.SOON else "absent"


def _person(party: Party, note: str, presence: str, state: str = "") -> PersonView:
    return PersonView(
        id=f"{party.person_id}-{state}",
        name=party.name,
        note=note,
        initials=initials(party.name),
        colour=avatar_colour(party.person_id),
        photo=party.avatar_url or "",
        state=state,
        presence=presence,
    )


def _place(role: str, party: Party, viewer: Viewer, now: datetime) -> str:
    there = Viewer(party.zone, viewer.hour_cycle)
    return (
        f"{role}, {there.city}, {there.time(now)} there"
        if there.city != viewer.city
        else f"{role}, {there.city}"
    )


def _happening(number: int, one: Happening, viewer: Viewer, now: datetime) -> HappeningView:
    is_today = viewer.date_of(one.at) == viewer.date_of(now)
    kind = one.action.partition(".")[0]
    return HappeningView(
        key=str(number),
        what=_WORDS.get(one.action) or one.action.replace(".", " ").replace("_", " ").capitalize(),
        who=_acted(one),
        at=viewer.time(one.at) if is_today else viewer.moment(one.at, now=now),
        mark=_MARKS.get(kind, "other"),
    )


def _acted(one: Happening) -> str:
    by = f"{one.who}, {one.role}" if one.who else "Automatically"
    served = f" for {one.for_whom}" if one.for_whom else ""
    reason = _reason(one.details)
    return f"By {by}{served}{reason}" if one.who else f"{by}{served}{reason}"


def _reason(details: Mapping[str, Any]) -> str:
    reason = details.get("reason")
    return f": “{one_line(reason, limit=120)}”" if isinstance(reason, str) and reason else ""
