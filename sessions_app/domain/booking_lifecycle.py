"""What may become of a booking (one student's seat) and of a teaching session (the instructor's time).

Two tables say it all: a pair of status and event that is not in them is refused. Guards that need facts (is
the seat still free, who asks, is it too late) belong to the services; who may cause an event is decided in
``permissions.py``, what it costs in ``refunds.py``.

    held → pending → accepted → scheduled → confirmed → in_progress → completed

is the longest way; an instant booking goes from held to scheduled, and nobody has to confirm. Instead of the
next step a request may be rejected, whatever waits for somebody expires, whatever is not over may be
cancelled, and a session can end as no_show. Money can still arrive for an expired hold: if the seat is free
it is given after all, see ``LATE_PAYMENT``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from sessions_app.domain.errors import IllegalTransition, InvalidInput


class BookingStatus(StrEnum):
    """Where one student's seat stands."""

    HELD = "held"  # a time was chosen; kept until ``hold_expires_at``
    PENDING = "pending"  # asked of the instructor, who answers until ``respond_by``
    ACCEPTED = "accepted"  # the instructor said yes, the money is due until ``pay_by``
    SCHEDULED = "scheduled"  # money or credits are final, the seat is real
    CONFIRMED = "confirmed"  # scheduled, and the student said "I'll be there"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class BookingEvent(StrEnum):
    """What happens to a seat."""

    SUBMIT = "submit"  # a free or credit request is sent to the instructor
    AUTHORISE = "authorise"  # the card of a request is authorised, which sends it
    PAY = "pay"  # the price is settled: captured, debited in credits, or nothing is due
    ACCEPT = "accept"  # the instructor says yes and the money is there
    ACCEPT_UNPAID = (
        "accept_unpaid"  # the instructor says yes, or made the booking, and the student must still pay
    )
    REJECT = "reject"
    PROPOSE = "propose"  # the instructor asks for another time; now the student answers
    TIME_OUT = "time_out"  # hold_expires_at, respond_by or pay_by has passed
    LATE_PAYMENT = "late_payment"  # paid after the time ran out, and the seat is still free
    LATE_AUTHORISATION = "late_authorisation"  # the same for the card of a request
    CONFIRM_ATTENDANCE = "confirm_attendance"
    RESCHEDULE = "reschedule"  # same booking, new time; a confirmation of the old time falls away
    START = "start"
    FINISH = "finish"  # the instructor or the sweeper ends a session that was started
    MARK_NO_SHOW = "mark_no_show"  # it was started and ended, and somebody was absent
    SWEEP_COMPLETED = "sweep_completed"  # never started, but attendance shows both
    SWEEP_NO_SHOW = "sweep_no_show"  # never started, and attendance does not show both
    CANCEL = "cancel"  # by the student or their guardian
    CANCEL_BY_INSTRUCTOR = "cancel_by_instructor"  # by the instructor or the platform
    UPHOLD_DISPUTE = "uphold_dispute"  # staff agree with the student: money goes back, history stays


_S, _E = BookingStatus, BookingEvent

TENTATIVE = frozenset({_S.HELD, _S.PENDING, _S.ACCEPTED})
"""The seat is kept for a while, but somebody has yet to pay or to answer."""

UPCOMING = frozenset({_S.SCHEDULED, _S.CONFIRMED, _S.IN_PROGRESS})
"""The seat is real and its session is not over."""

OCCUPYING = TENTATIVE | UPCOMING
"""What keeps both the instructor's and the student's time from being booked again."""

ATTENDED_OR_MISSED = frozenset({_S.COMPLETED, _S.NO_SHOW})
"""The session took place, or should have."""

FINAL = ATTENDED_OR_MISSED | {_S.REJECTED, _S.EXPIRED, _S.CANCELLED}
"""Nothing more is expected. Only money events lead on from here, each named in the table."""

_BEFORE_START = (_S.SCHEDULED, _S.CONFIRMED)

TRANSITIONS: Mapping[tuple[BookingStatus, BookingEvent], BookingStatus] = MappingProxyType(
    {
        (_S.HELD, _E.SUBMIT): _S.PENDING,
        (_S.HELD, _E.AUTHORISE): _S.PENDING,
        (_S.HELD, _E.PAY): _S.SCHEDULED,
        (_S.HELD, _E.ACCEPT_UNPAID): _S.ACCEPTED,
        (_S.PENDING, _E.ACCEPT): _S.SCHEDULED,
        (_S.PENDING, _E.ACCEPT_UNPAID): _S.ACCEPTED,
        (_S.PENDING, _E.REJECT): _S.REJECTED,
        (_S.PENDING, _E.PROPOSE): _S.PENDING,
        (_S.ACCEPTED, _E.PAY): _S.SCHEDULED,
        **{(waiting, _E.TIME_OUT): _S.EXPIRED for waiting in TENTATIVE},
        (_S.EXPIRED, _E.LATE_PAYMENT): _S.SCHEDULED,
        (_S.EXPIRED, _E.LATE_AUTHORISATION): _S.PENDING,
        (_S.SCHEDULED, _E.CONFIRM_ATTENDANCE): _S.CONFIRMED,
        **{(due, _E.RESCHEDULE): _S.SCHEDULED for due in _BEFORE_START},
        **{(due, _E.START): _S.IN_PROGRESS for due in _BEFORE_START},
        (_S.IN_PROGRESS, _E.FINISH): _S.COMPLETED,
        (_S.IN_PROGRESS, _E.MARK_NO_SHOW): _S.NO_SHOW,
        **{(due, _E.SWEEP_COMPLETED): _S.COMPLETED for due in _BEFORE_START},
        **{(due, _E.SWEEP_NO_SHOW): _S.NO_SHOW for due in _BEFORE_START},
        **{(open_, _E.CANCEL): _S.CANCELLED for open_ in (*TENTATIVE, *_BEFORE_START)},
        **{(open_, _E.CANCEL_BY_INSTRUCTOR): _S.CANCELLED for open_ in OCCUPYING},
        (_S.COMPLETED, _E.UPHOLD_DISPUTE): _S.COMPLETED,
    }
)
"""Every move a booking can make; it begins as ``held``. Source: product.md C."""


def advance(status: BookingStatus, event: BookingEvent) -> BookingStatus:
    """The status after the event. Raises IllegalTransition (details: status, event) for any other pair."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransition(status=status.value, event=event.value) from None


class SessionStatus(StrEnum):
    """Where a teaching session stands, as a whole."""

    TENTATIVE = "tentative"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SessionEvent(StrEnum):
    """What happens to a session, mostly because of what happens to its seats."""

    SECURE_SEAT = "secure_seat"  # a seat became scheduled
    LOSE_LAST_SECURED_SEAT = "lose_last_secured_seat"  # only held, pending or accepted seats are left
    LOSE_LAST_SEAT = "lose_last_seat"  # nobody is left: the time is free again
    REOPEN = "reopen"  # money arrived late for a hold whose end had freed the time
    RESCHEDULE = "reschedule"
    START = "start"
    FINISH = "finish"
    SWEEP = "sweep"  # it is over and was never started
    CANCEL = "cancel"  # by the instructor or the platform, for all seats


_T, _F = SessionStatus, SessionEvent

OCCUPYING_SESSION = frozenset({_T.TENTATIVE, _T.SCHEDULED, _T.IN_PROGRESS})
"""What keeps the instructor's time from being given away again."""

SESSION_TRANSITIONS: Mapping[tuple[SessionStatus, SessionEvent], SessionStatus] = MappingProxyType(
    {
        (_T.TENTATIVE, _F.SECURE_SEAT): _T.SCHEDULED,
        (_T.SCHEDULED, _F.SECURE_SEAT): _T.SCHEDULED,
        (_T.SCHEDULED, _F.LOSE_LAST_SECURED_SEAT): _T.TENTATIVE,
        (_T.TENTATIVE, _F.LOSE_LAST_SEAT): _T.CANCELLED,
        (_T.SCHEDULED, _F.LOSE_LAST_SEAT): _T.CANCELLED,
        (_T.CANCELLED, _F.REOPEN): _T.TENTATIVE,
        (_T.SCHEDULED, _F.RESCHEDULE): _T.SCHEDULED,
        (_T.SCHEDULED, _F.START): _T.IN_PROGRESS,
        (_T.IN_PROGRESS, _F.FINISH): _T.COMPLETED,
        (_T.SCHEDULED, _F.SWEEP): _T.COMPLETED,
        **{(open_, _F.CANCEL): _T.CANCELLED for open_ in OCCUPYING_SESSION},
    }
)
"""Every move a session can make; it begins as ``tentative``, with its first hold."""


def advance_session(status: SessionStatus, event: SessionEvent) -> SessionStatus:
    """The status after the event. Raises IllegalTransition (details: status, event) for any other pair."""
    try:
        return SESSION_TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransition(status=status.value, event=event.value) from None


def session_status_for(
    seat_statuses: Iterable[BookingStatus], *, started: bool, ended: bool
) -> SessionStatus:
    """The status a session must have, given its seats and whether it was started and ended.

    Tentative while no seat is scheduled or beyond, cancelled when no seat is left. ``ended`` is true once the
    instructor or the sweeper closed it, not when its time is merely over.
    """
    seats = frozenset(seat_statuses)
    if seats & (UPCOMING | ATTENDED_OR_MISSED):
        if ended:
            return SessionStatus.COMPLETED
        return SessionStatus.IN_PROGRESS if started else SessionStatus.SCHEDULED
    return SessionStatus.TENTATIVE if seats & TENTATIVE else SessionStatus.CANCELLED


def session_after(
    status: SessionStatus, seat_statuses: Iterable[BookingStatus], *, started: bool, ended: bool
) -> SessionStatus:
    """The status of a session once its seats have changed, see ``session_status_for``.

    One change may be several moves of the table: a late payment reopens the session and secures the seat. Raises
    IllegalTransition (details: status, event) where no moves lead there: a completed session stays completed.
    """
    after = session_status_for(seat_statuses, started=started, ended=ended)
    if after != status and after not in _ways_from(status):
        raise IllegalTransition(status=status.value, event=after.value)
    return after


@cache
def _ways_from(status: SessionStatus) -> frozenset[SessionStatus]:
    """All a session can still become."""
    found: set[SessionStatus] = set()
    ahead = {status}
    while ahead:
        ahead = {to for (start, _), to in SESSION_TRANSITIONS.items() if start in ahead} - found
        found |= ahead
    return frozenset(found)


# The source documents use fewer words than we do, each for more of our statuses. A word stands for all that
# any of them means by it: "accepted" is document 000's, "scheduled" 002's and 004's, "cancelled" 002's,
# "tentative" 003's.
_WORDS: Mapping[str, frozenset[BookingStatus]] = {
    **{status.value: frozenset({status}) for status in BookingStatus},
    "pending": frozenset({_S.HELD, _S.PENDING}),
    "accepted": frozenset({_S.ACCEPTED}) | UPCOMING,
    "scheduled": frozenset(_BEFORE_START),
    "completed": ATTENDED_OR_MISSED,
    "cancelled": frozenset({_S.CANCELLED, _S.REJECTED, _S.EXPIRED}),
    "tentative": TENTATIVE,
}


def parse_status(word: str) -> frozenset[BookingStatus]:
    """The statuses a word of a filter stands for, in any case, "in-progress" and "in progress" included.

    Raises InvalidInput (field ``status``, ``details.choices``) for any other word.
    """
    known = _WORDS.get("_".join(word.casefold().replace("-", " ").replace("_", " ").split()))
    if known is None:
        raise InvalidInput("There is no such status.", field="status", choices=sorted(_WORDS))
    return known
