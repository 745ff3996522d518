"""The join page in words: what each moment of a session says to each who takes part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sessions_app.domain.attendance import HELD, Outcome
from sessions_app.domain.booking_lifecycle import ATTENDED_OR_MISSED
from sessions_app.domain.local_labels import Viewer, same_clock
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.domain.ports import Protection, VideoKind
from sessions_app.models.catalogue import Modality
from sessions_app.services.queries.joining import JoinPage, SeatHere, Settled
from sessions_app.state.views import avatar_colour, initials

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PersonView:
    """Somebody else in the session. ``here`` is in, lobby, was or empty; ``booking_id`` only to the instructor."""

    booking_id: str = ""
    name: str = ""
    role: str = ""
    initials: str = ""
    colour: int = 1
    here: str = ""
    can_be_absent: bool = False


@dataclass(frozen=True)
class OutcomeView:
    """What became of one seat, and what was noted about it. ``title`` is empty where all went well."""

    booking_id: str = ""
    name: str = ""
    initials: str = ""
    colour: int = 1
    badge: str = ""
    title: str = ""
    text: str = ""
    note: str = ""
    can_confirm: bool = False
    can_object: bool = False
    object_until: str = ""
    report: str = ""
    homework: str = ""
    private_note: str = ""
    student_note: str = ""
    may_note: bool = False


@dataclass(frozen=True)
class FileView:
    """A file that goes with the session."""

    name: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class RecordingView:
    """``kind`` is offer (to the instructor), asked (of a student), or empty. ``answer`` is yes, no or empty."""

    kind: str = ""
    wanted: bool = False
    answer: str = ""
    text: str = ""


@dataclass(frozen=True)
class RoomView:
    """The page. ``kind``: soon, ready, lobby, in, place, watch, done, off or gone; empty until the first answer.

    ``until``, ``now`` and ``total`` count down to what is next, the opening or the start, within a day.
    """

    kind: str = ""
    title: str = ""
    topic: str = ""
    when: str = ""
    other: str = ""
    status: str = ""
    is_host: bool = False
    instructor: str = ""
    instructor_href: str = ""
    label: str = ""
    heading: str = ""
    lead: str = ""
    place: str = ""
    counts: str = ""
    until: str = ""
    now: str = ""
    total: int = 1
    people: tuple[PersonView, ...] = ()
    others: str = ""
    protection: str = ""
    can_start: bool = False
    can_end: bool = False
    end_hint: str = ""
    recording: RecordingView = RecordingView()
    outcomes: tuple[OutcomeView, ...] = ()
    files: tuple[FileView, ...] = ()
    seal: str = ""


GONE = RoomView(kind="gone")

_PROTECTION = {
    (
        Protection.TOKEN,
        VideoKind.JITSI,
    ): "Only people with a seat get in: each has a signed pass for this room.",
    (
        Protection.NAME,
        VideoKind.JITSI,
    ): "Whoever has the room's address can come in. It was made for this session alone "
    "and nobody can guess it: please do not pass it on.",
    (Protection.TOKEN, VideoKind.AGORA): "Only people with a seat get a pass for this session's channel.",
    (
        Protection.OWNER,
        VideoKind.LINK,
    ): "You meet at an address of the instructor's own. Who is let in there is up to them.",
}


def room_view(page: JoinPage, viewer: Viewer, *, is_in: bool, label: str) -> RoomView:
    """The page as this person sees it now.

    ``is_in`` once they joined with this tab; ``label`` is the word for instructors.
    """
    kind = _kind(page, is_in=is_in)
    heading, lead = _words(page, kind, viewer)
    waits_for = page.opens_at if page.now < page.opens_at else page.starts_at
    counts = kind in ("soon", "ready", "lobby") and timedelta(0) < waits_for - page.now < _A_DAY
    there = Viewer(page.other_zone, viewer.hour_cycle)
    differs = not same_clock(page.starts_at, viewer.zone, page.other_zone)
    is_open = page.is_on and page.opens_at <= page.now
    protection = _PROTECTION.get((page.protection, page.provider), "") if page.protection else ""
    return RoomView(
        kind=kind,
        title=page.title,
        topic=one_line(page.topic),
        when=f"{viewer.day(page.starts_at, now=page.now)}, {viewer.span(page.starts_at, page.ends_at)}, "
        f"{viewer.known_zone}",
        other=f"{there.moment(page.starts_at)} in {there.city}" if differs else "",
        status=page.status.value,
        is_host=page.is_host,
        instructor=page.instructor_name,
        instructor_href=f"/instructors/{page.instructor_id}",
        label=_label(page, kind, viewer),
        heading=heading,
        lead=lead,
        place=page.place,
        counts="Opens in" if page.now < page.opens_at else "Starts in",
        until=waits_for.isoformat(timespec="seconds") if counts else "",
        now=page.now.isoformat(timespec="seconds") if counts else "",
        total=max(1, (waits_for - page.now) // timedelta(seconds=1)) if counts else 1,
        people=_people(page, label, kind),
        others=_others(page),
        protection=protection if kind in ("soon", "ready", "lobby", "in") else "",
        can_start=page.is_host and is_open and page.started_at is None and page.now < page.ends_at,
        can_end=page.is_host and page.is_on and page.started_at is not None,
        end_hint=_end_hint(page, viewer),
        recording=_recording(page) if kind in ("ready", "lobby", "in") else RecordingView(),
        outcomes=tuple(_outcome(page, seat, viewer) for seat in page.seats) if kind == "done" else (),
        files=tuple(
            FileView(file.name, f"{file.label}, {_size(file.size_bytes)}", f"/api/materials/{file.id}")
            for file in page.files
            if kind != "off"
        ),
        seal=page.seal,
    )


def _kind(page: JoinPage, *, is_in: bool) -> str:
    if page.status in ATTENDED_OR_MISSED:
        return "done"
    if page.is_staff:
        return "watch"
    if not page.is_on:
        return "off"
    if page.modality is Modality.IN_PERSON:
        return "place"
    if page.now < page.opens_at:
        return "soon"
    if not page.can_join:
        return "off" if page.started_at is None else "watch"
    if not is_in:
        return "ready"
    return "in" if page.is_host or page.started_at is not None else "lobby"


def _label(page: JoinPage, kind: str, viewer: Viewer) -> str:
    return {
        "soon": f"Opens {viewer.moment(page.opens_at, now=page.now)}",
        "ready": "The room is open",
        "lobby": "You are in the lobby",
        "in": "In progress" if page.started_at is not None else "Not started yet",
        "place": "You meet in person",
    }.get(kind, "")


def _words(page: JoinPage, kind: str, viewer: Viewer) -> tuple[str, str]:
    instructor = short_name(page.instructor_name)
    with_whom = _with_whom(page)
    there = _who_is_there(page)
    if kind == "soon":
        return "Your session is booked", (
            f"This is the place to meet {with_whom}. Come back to this page then, or try your camera now."
        )
    if kind == "ready":
        if page.is_host and page.started_at is None:
            return "Ready to start?", f"{there} Students wait in the lobby until you start."
        return "Ready to join?", there
    if kind == "lobby":
        return f"{instructor} lets you in", (
            "The session begins when it is started. Stay on this page: it takes you in by itself."
        )
    if kind == "in":
        return page.title, "" if page.started_at is not None else "Start the session to let the others in."
    if kind == "place":
        return "You meet in person", f"{with_whom} expects you." if not page.is_host else f"With {with_whom}."
    if kind == "watch":
        return page.title, "Only those who take part can join this session."
    if kind == "off" and page.is_tentative:
        return "Not booked yet", (
            f"{viewer.moment(page.starts_at, now=page.now)} is kept, but not final. "
            "Once it is booked, this is the place to meet."
        )
    if kind == "off":
        return "Nothing to join", "This session is over or was cancelled, so there is nothing to join."
    return _done_heading(page), f"{viewer.named_day(page.starts_at, now=page.now)}, with {with_whom}."


def _done_heading(page: JoinPage) -> str:
    settled = [seat.settled for seat in page.seats]
    held = [one is None or one.outcome in HELD for one in settled]
    return "Session completed" if any(held) else "Session missed"


def _with_whom(page: JoinPage) -> str:
    if not page.is_host:
        return page.instructor_name
    names = [seat.student_name for seat in page.seats]
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} others"
    return " and ".join(names) or "nobody"


def _who_is_there(page: JoinPage) -> str:
    if not page.is_host:
        if not page.is_instructor_present:
            return ""
        return f"{short_name(page.instructor_name)} is already in the room."
    here = [short_name(seat.student_name) for seat in page.seats if seat.is_present]
    if not here:
        return "Nobody else is here yet."
    verb = "is" if len(here) == 1 else "are"
    return f"{', '.join(here)} {verb} waiting."


def _people(page: JoinPage, label: str, kind: str) -> tuple[PersonView, ...]:
    if not page.is_host:
        here = "in" if page.is_instructor_present and kind not in ("soon", "done") else ""
        return (
            PersonView(
                name=page.instructor_name,
                role=label,
                initials=initials(page.instructor_name),
                colour=avatar_colour(page.instructor_id),
                here=here,
            ),
        )
    waited = page.started_at is not None and page.now >= page.absent_from
    return tuple(
        PersonView(
            booking_id=seat.booking_id,
            name=seat.student_name,
            role="Student",
            initials=initials(seat.student_name),
            colour=avatar_colour(seat.student_id),
            here=_here(page, seat),
            can_be_absent=waited and not seat.is_present,
        )
        for seat in page.seats
    )


def _here(page: JoinPage, seat: SeatHere) -> str:
    if seat.is_present:
        return "lobby" if page.started_at is None else "in"
    return "was" if seat.was_present else ""


def _others(page: JoinPage) -> str:
    if not page.others:
        return ""
    return "One more student has a seat." if page.others == 1 else f"{page.others} more students have a seat."


def _end_hint(page: JoinPage, viewer: Viewer) -> str:
    missing = [seat for seat in page.seats if not seat.was_present]
    if not page.is_host or page.started_at is None or not missing or page.now >= page.absent_from:
        return ""
    return f"Who has not come counts as absent from {viewer.time(page.absent_from)} on."


def _recording(page: JoinPage) -> RecordingView:
    if page.is_host:
        if not page.can_record:
            return RecordingView()
        agreed = sum(seat.agrees is True for seat in page.seats)
        text = {
            (True, True): "Everybody agreed: you may record.",
            (True, False): f"{agreed} of {len(page.seats)} agreed. Nothing is recorded before everybody has.",
        }.get((page.wants_recording, page.is_recording_agreed), "Everybody is asked first.")
        return RecordingView(kind="offer", wanted=page.wants_recording, text=text)
    if not page.wants_recording:
        return RecordingView()
    answer = page.seats[0].agrees if page.seats else None
    said = {True: "yes", False: "no"}.get(answer, "") if answer is not None else ""
    text = {
        "yes": "You agreed to be recorded. You can take that back.",
        "no": "You did not agree, so nothing is recorded.",
    }.get(said, f"{short_name(page.instructor_name)} would like to record this session. It is up to you.")
    return RecordingView(kind="asked", wanted=True, answer=said, text=text)


def _outcome(page: JoinPage, seat: SeatHere, viewer: Viewer) -> OutcomeView:
    settled = seat.settled
    title, text = ("", "") if settled is None else _outcome_words(page, seat, settled)
    late = settled is not None and settled.outcome is Outcome.LATE_START
    disputed = settled is not None and settled.is_disputed and not settled.is_decided
    return OutcomeView(
        booking_id=seat.booking_id,
        name=seat.student_name,
        initials=initials(seat.student_name),
        colour=avatar_colour(seat.student_id),
        badge="dispute" if disputed else "late" if late else seat.status.value,
        title=title,
        text=text,
        note=_case(settled),
        can_confirm=page.is_host and settled is not None and settled.may_object and not settled.is_confirmed,
        can_object=not page.is_staff and settled is not None and settled.may_object,
        object_until=viewer.moment(settled.dispute_until, now=page.now) if settled is not None else "",
        report=seat.report,
        homework=seat.homework,
        private_note=seat.private_note,
        student_note=seat.student_note,
        may_note=seat.may_note,
    )


def _outcome_words(page: JoinPage, seat: SeatHere, settled: Settled) -> tuple[str, str]:
    student = short_name(seat.student_name) if page.is_host or page.is_staff else "you"
    instructor = "you" if page.is_host else short_name(page.instructor_name)
    were = "were" if student == "you" else "was"
    minutes = settled.minutes_together
    together = f"{_capital(student)} and {instructor} were together for {minutes} minutes." if minutes else ""
    return {
        Outcome.COMPLETED: ("", together),
        Outcome.LATE_START: (
            "Late start",
            f"{together} It began {settled.late_minutes} minutes late.".strip(),
        ),
        Outcome.TECHNICAL: (
            "The connection broke off",
            f"{together} If you could not go on, tell us below.".strip(),
        ),
        Outcome.STUDENT_NO_SHOW: (
            f"{_capital(student)} did not come",
            f"{_capital(student)} {were} not in the room while {instructor} waited.",
        ),
        Outcome.INSTRUCTOR_NO_SHOW: (
            f"{_capital(instructor)} did not come",
            "Everything that was paid goes back.",
        ),
        Outcome.BOTH_NO_SHOW: ("Nobody came", "Everything that was paid goes back."),
    }[settled.outcome]


def _case(settled: Settled | None) -> str:
    if settled is None:
        return ""
    if settled.is_decided:
        return f"We looked into it. {settled.decision_note}".strip()
    return "We are looking into this and will write to you." if settled.is_disputed else ""


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
