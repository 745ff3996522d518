"""One booking as the dashboard words it: its time, who and what, how it stands, and what may be done with it.

Pure. The same value is a row of a list, the next session, a request that waits and a proposed time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sessions_app.domain import topics
from sessions_app.domain.booking_lifecycle import TENTATIVE, UPCOMING, BookingStatus
from sessions_app.domain.local_labels import Viewer, counted, same_clock
from sessions_app.domain.money import price_label
from sessions_app.domain.permissions import Action
from sessions_app.domain.plain_text import one_line, short_name
from sessions_app.domain.refunds import CancelledBy
from sessions_app.domain.rescheduling import Barrier, CancelVerdict, MoveVerdict
from sessions_app.domain.topics import Side, TopicState
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.queries.dashboard import Seat
from sessions_app.state.views import NO_WAIT, WaitView, avatar_colour, initials

_BEFORE_START = (BookingStatus.SCHEDULED, BookingStatus.CONFIRMED)


@dataclass(frozen=True)
class SeatView:
    """One booking. ``strong`` and ``small`` are its time; ``spoken`` says it in full for assistive technology.

    ``notes`` stand behind the instructor's name, ``said`` below. ``proposal`` is a time that waits for an answer,
    ``was`` the one that was asked for; ``again_href`` leads to other times after the other side said no. An empty
    ``move_blocked`` or ``cancel_blocked`` means that it is possible, ``ask_change`` names the control that asks for
    it all the same; ``join`` is "", soon (``join_note`` says when) or open.
    ``attend`` and ``review`` name the controls that say "I'll be there" and that open the review; ``files`` says how
    many materials the session's page has.
    """

    id: str = ""
    session_id: str = ""
    status: str = ""
    badge: str = ""
    strong: str = ""
    small: str = ""
    spoken: str = ""
    title: str = ""
    instructor: str = ""
    instructor_href: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    notes: str = ""
    said: str = ""
    proposal: str = ""
    was: str = ""
    topic: str = ""
    topic_note: str = ""
    can_agree: bool = False
    can_suggest: bool = False
    again_href: str = ""
    learner: str = ""
    wait: WaitView = NO_WAIT
    price: str = ""
    can_pay: bool = False
    can_finish: bool = False
    can_cancel: bool = False
    can_move: bool = False
    move_blocked: str = ""
    cancel_blocked: str = ""
    ask_change: str = ""
    join: str = ""
    join_note: str = ""
    message_href: str = ""
    attend: str = ""
    review: str = ""
    files: str = ""


def seat_view(seat: Seat, viewer: Viewer, now: datetime, *, with_date: bool) -> SeatView:
    """One booking; ``with_date`` where no heading above it names the day."""
    begins, _, ends = viewer.span(seat.starts_at, seat.ends_at).partition(" – ")
    day = viewer.day(seat.starts_at, now=now)
    join, join_note = _join(seat, viewer, now)
    status, badge = _badge(seat, viewer, now)
    return SeatView(
        id=seat.booking_id,
        session_id=seat.session_id,
        status=status,
        badge=badge,
        strong=day if with_date else begins,
        small=f"{begins} – {ends}" if with_date else f"to {ends}",
        spoken=f"{viewer.long_day(seat.starts_at)}, {viewer.spoken_span(seat.starts_at, seat.ends_at)}",
        title=seat.title,
        instructor=seat.instructor_name,
        instructor_href=f"/instructors/{seat.instructor_id}",
        initials=initials(seat.instructor_name),
        colour=avatar_colour(seat.instructor_id),
        photo=seat.avatar_url or "",
        notes=" · ".join(_notes(seat, viewer, now)),
        said=_said(seat),
        proposal=f"{viewer.named_day(seat.starts_at, now=now)}, {begins} – {ends}"
        if Action.ANSWER in seat.can
        else "",
        was=f"instead of {viewer.moment(seat.asked_starts_at, now=now)}" if seat.asked_starts_at else "",
        again_href=f"/book/{seat.instructor_id}?offering={seat.offering_id}" if _is_owed(seat, now) else "",
        topic=seat.topic,
        topic_note=_topic_note(seat),
        can_agree=Action.AGREE_TOPIC in seat.can and topics.may_agree(seat.topic_state, Side.STUDENT),
        can_suggest=Action.AGREE_TOPIC in seat.can and topics.may_suggest(seat.topic_state),
        learner=seat.learner.name,
        wait=WaitView.of(seat.waits_from, seat.waits_until, now),
        price=price_label(seat.price, seat.credits),
        can_pay=Action.PAY in seat.can,
        can_finish=Action.BOOK in seat.can,
        can_cancel=Action.CANCEL in seat.can,
        can_move=Action.RESCHEDULE in seat.can,
        move_blocked=why_not_moved(seat.move, viewer, now),
        cancel_blocked=why_not_cancelled(seat.cancel, viewer, now),
        ask_change=_ask_change(seat),
        join=join,
        join_note=join_note,
        message_href=f"/messages?with={seat.booking_id}" if Action.MESSAGE in seat.can else "",
        files=counted(seat.files, "file"),
        attend=_will_be_there(seat) if Action.CONFIRM_ATTENDANCE in seat.can else "",
        review=_review_words(seat),
    )


def _ask_change(seat: Seat) -> str:
    may_not_move = Action.RESCHEDULE in seat.can and seat.move.barrier is not None
    may_not_cancel = Action.CANCEL in seat.can and not seat.cancel.is_allowed
    is_blocked = may_not_move or may_not_cancel
    # In a group everybody would read it, and only whole groups are moved.
    is_asked_alone = seat.session_type is SessionType.INDIVIDUAL and Action.MESSAGE in seat.can
    return f"Ask {short_name(seat.instructor_name)} to allow it" if is_blocked and is_asked_alone else ""


def _will_be_there(seat: Seat) -> str:
    return f"{short_name(seat.learner.name)} will be there" if seat.learner.name else "I'll be there"


def _review_words(seat: Seat) -> str:
    if Action.REVIEW not in seat.can or not seat.is_review_open:
        return ""
    return "Write a review" if seat.rating is None else "Edit review"


def why_not_moved(verdict: MoveVerdict, viewer: Viewer, now: datetime) -> str:
    """The reason, with the exact deadline, in the viewer's zone; empty when moving is possible."""
    if verdict.barrier is Barrier.NOTICE:
        return f"Rescheduling was possible until {viewer.moment(verdict.until, now=now)}."
    if verdict.barrier is Barrier.LIMIT:
        if verdict.limit == 0:
            return "Sessions cannot be rescheduled here."
        times = "once" if verdict.limit == 1 else f"{verdict.limit} times"
        return f"Already rescheduled {times}, which is the most."
    return ""


def why_not_cancelled(verdict: CancelVerdict, viewer: Viewer, now: datetime) -> str:
    """The reason, with the exact deadline, in the viewer's zone; empty when cancelling is possible."""
    if verdict.is_allowed:
        return ""
    return f"Cancelling was possible until {viewer.moment(verdict.until, now=now)}."


def _badge(seat: Seat, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if seat.is_paying and seat.status in (BookingStatus.HELD, BookingStatus.ACCEPTED):
        return "processing", ""
    if seat.status in _BEFORE_START and seat.ends_at <= now:
        return BookingStatus.COMPLETED.value, "Ended"
    if Action.ANSWER in seat.can:
        return seat.status.value, "Your answer"
    if seat.status is BookingStatus.ACCEPTED and seat.waits_until:
        is_today = viewer.date_of(seat.waits_until) == viewer.date_of(now)
        label = viewer.time(seat.waits_until) if is_today else viewer.moment(seat.waits_until)
        return seat.status.value, f"Pay by {label}"
    return seat.status.value, ""


def _notes(seat: Seat, viewer: Viewer, now: datetime) -> Iterable[str]:
    if seat.status in TENTATIVE | UPCOMING:
        if not same_clock(seat.starts_at, viewer.zone, seat.instructor_zone):
            yield _other_clock(seat, viewer)
        if seat.session_type is SessionType.GROUP:
            yield f"{seat.seats_taken} of {seat.capacity} seats taken"
        if seat.modality is not Modality.ONLINE and seat.place:
            yield one_line(seat.place)
    if seat.status is BookingStatus.CONFIRMED and seat.starts_at > now:
        yield _will_be_there(seat) if seat.learner.name else "You said you'll be there"
    if seat.status is BookingStatus.CANCELLED and seat.cancelled_by == CancelledBy.INSTRUCTOR:
        yield f"cancelled by {short_name(seat.instructor_name)}"
    if seat.rating is not None:
        yield f"You rated it {seat.rating}"
    if not seat.returned.is_zero:
        done = "refunded" if seat.is_return_done else "on its way back"
        yield f"{seat.returned.label} {done}"
    if seat.returned_credits:
        yield f"{price_label(None, seat.returned_credits)} returned"


def _other_clock(seat: Seat, viewer: Viewer) -> str:
    there = Viewer(seat.instructor_zone, viewer.hour_cycle)
    same_date = there.date_of(seat.starts_at) == viewer.date_of(seat.starts_at)
    day = "" if same_date else f"{there.day(seat.starts_at).split()[0]} "
    return f"{day}{there.time(seat.starts_at)} in {there.city}"


def _said(seat: Seat) -> str:
    said = one_line(seat.response)
    return f"{short_name(seat.instructor_name)}: “{said}”" if said else ""


def _is_owed(seat: Seat, now: datetime) -> bool:
    """Whether a session still ahead came to nothing by the other side's doing."""
    by_others = seat.cancelled_by in (CancelledBy.INSTRUCTOR, CancelledBy.PLATFORM)
    is_lost = seat.status is BookingStatus.REJECTED or (seat.status is BookingStatus.CANCELLED and by_others)
    return is_lost and seat.starts_at > now


def _topic_note(seat: Seat) -> str:
    by = {
        TopicState.BY_STUDENT: "suggested by you",
        TopicState.BY_INSTRUCTOR: f"suggested by {short_name(seat.instructor_name)}",
        TopicState.LOCKED: "agreed",
    }
    return by.get(seat.topic_state, "") if seat.topic else ""


def _join(seat: Seat, viewer: Viewer, now: datetime) -> tuple[str, str]:
    if Action.JOIN not in seat.can:
        return "", ""
    if seat.opens_at <= now:
        return "open", ""
    is_same_day = viewer.date_of(seat.opens_at) == viewer.date_of(seat.starts_at)
    at = viewer.time(seat.opens_at) if is_same_day else viewer.moment(seat.opens_at)
    return "soon", f"Join opens at {at}"
