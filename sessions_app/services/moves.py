"""Moving a seat, or a session with all its seats, to another time: id, price and payment stay.

The new time is judged by the engine that lists and books; how late and how often a student may move is decided in
``domain/rescheduling.py``.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sessions_app.domain.booking_lifecycle import TENTATIVE, BookingEvent, advance
from sessions_app.domain.errors import IllegalTransition, InvalidInput, NotAllowed, SlotTaken, TooLate
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.plain_text import MESSAGE_LIMIT, require_short
from sessions_app.domain.rescheduling import Barrier
from sessions_app.domain.slots import Slot
from sessions_app.models import Booking, TeachingSession
from sessions_app.models.catalogue import SessionType
from sessions_app.services import (
    access,
    audit,
    bookings,
    calendars,
    conversations,
    expiry,
    live,
    notifications,
    seats,
    slots,
    terms,
    video,
)
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork


def reschedule(
    work: UnitOfWork, *, booking_id: str, starts_at: datetime, reason: str = "", ignores_hours: bool = False
) -> bookings.Placed:
    """Move a booking to another start of the same offering; id, price and payment stay.

    The student's side is bound by RESCHEDULE_NOTICE_HOURS and RESCHEDULE_LIMIT (TooLate), the instructor by neither,
    and with ``ignores_hours`` not by their own hours either. Raises what ``hold`` raises about the new time, and
    IllegalTransition unless scheduled.
    """
    loaded = access.load_booking(work, booking_id, action=Action.RESCHEDULE, lock=True)
    booking, session = loaded.booking, loaded.session
    advance(booking.status, BookingEvent.RESCHEDULE)
    by_host = loaded.relation in (Relation.INSTRUCTOR, Relation.STAFF, Relation.SYSTEM)
    if not by_host:
        _require_may_move(work, booking)
    if starts_at == booking.starts_at:
        raise InvalidInput("This is the time it has already.", field="starts_at")
    was = slots.rfc3339(booking.starts_at)
    session = place_at(
        work, booking, session, starts_at, by_host=by_host, ignores_hours=by_host and ignores_hours
    )
    booking.status = advance(booking.status, BookingEvent.RESCHEDULE)
    booking.reschedule_count += 0 if by_host else 1
    booking.sequence += 1
    booking.updated_at = work.now
    work.db.add(booking)
    seats.refresh(work, session, booking)
    audit.record(work, "booking.rescheduled", "booking", booking.id, was=was, reason=reason[:200])
    notifications.queue(
        work, NotificationKind.RESCHEDULED, booking, session, was_starts_at=was, reason=reason[:MESSAGE_LIMIT]
    )
    live.booking_changed(work, booking)
    return bookings.Placed(booking, session)


def reschedule_session(
    work: UnitOfWork, *, session_id: str, starts_at: datetime, reason: str = "", ignores_hours: bool = False
) -> TeachingSession:
    """Move a session with all its seats, for its instructor and staff: all move, or nobody.

    Raises what ``reschedule`` raises, and StudentBusy when anybody seated has another session then.
    """
    session = access.load_session(work, session_id, action=Action.RESCHEDULE)
    work.lock(instructor=session.instructor_id)
    work.db.refresh(session)
    first = next(iter(seats.seats_of(work, session.id)), None)
    if first is None or session.starts_at <= work.now:
        raise IllegalTransition(status=session.status.value)
    if session.session_type is SessionType.INDIVIDUAL:
        moved = reschedule(
            work, booking_id=first.id, starts_at=starts_at, reason=reason, ignores_hours=ignores_hours
        )
        return moved.session
    if starts_at == session.starts_at:
        raise InvalidInput("This is the time it has already.", field="starts_at")
    require_short(reason)
    expiry.release_lapsed(work, instructor_id=session.instructor_id, student_id=first.student_id)
    everybody = seats.seats_of(work, session.id)
    offered = bookings.offered_of(work, session.offering_id)
    slot = slots.judge(
        work,
        offered.offering,
        starts_at,
        student_id=first.student_id,
        moving=first,
        by_host=True,
        ignores_hours=ignores_hours,
        leaving=session.id,
    )
    if slot.session_id is not None:
        raise SlotTaken
    was = slots.rfc3339(session.starts_at)
    seats.move_session(work, session, slot.span.start, slot.span.end)
    for seat in everybody:
        _moved_along(work, seat, session, was=was, reason=reason)
    audit.record(work, "session.rescheduled", "session", session.id, was=was, reason=reason[:200])
    return session


def ask_to_allow(work: UnitOfWork, *, booking_id: str) -> str:
    """Ask the instructor to change a one-to-one session that its student's side may not change any more.

    The request is a message in the conversation of both, sent once for the time that the session has; the
    instructor, whom no limit binds, moves it, cancels it or answers. Returns that conversation's id. Raises
    IllegalTransition where the student may do both, or there is nothing to move; TooLate once it has begun;
    NotAllowed in a group, where all would read it; and what ``conversations.send`` raises.
    """
    loaded = access.load_booking(work, booking_id, action=Action.RESCHEDULE)
    booking, session = loaded.booking, loaded.session
    advance(booking.status, BookingEvent.RESCHEDULE)
    if booking.starts_at <= work.now:
        raise TooLate("This session has begun.", until=slots.rfc3339(booking.starts_at))
    if loaded.relation not in (Relation.OWN_SEAT, Relation.OWN_CHILD):
        raise NotAllowed
    if session.session_type is SessionType.GROUP:
        raise NotAllowed("In a group, please write to the instructor yourself.")
    barred = [
        *(["move"] if terms.may_move(booking, work.settings, work.now).barrier is not None else []),
        *([] if terms.may_cancel(booking, work.now).is_allowed else ["cancel"]),
    ]
    if not barred:
        raise IllegalTransition("You can move or cancel this session yourself.")
    there = Viewer(session.timezone)
    when = f"{there.moment(booking.starts_at)} ({there.long_zone_label(booking.starts_at)})"
    wish = f"Please allow a change of “{booking.title}” on {when}"
    conversation_id = conversations.of_booking(work, booking_id=booking_id)
    conversations.send(
        work,
        conversation_id=conversation_id,
        body=f"{wish}: I can no longer {' or '.join(barred)} it myself.",
        key=f"allow-{booking.id}-{booking.sequence}",
        from_elsewhere=True,
    )
    return conversation_id


def place_at(
    work: UnitOfWork,
    booking: Booking,
    session: TeachingSession,
    starts_at: datetime,
    *,
    by_host: bool,
    ignores_hours: bool,
) -> TeachingSession:
    """Give a seat another start, as ``slots.judge`` allows; return the session that it is in now.

    A one-to-one session moves as it is, a group's seat changes sessions; either way the room that was known is given
    up. The caller refreshes the seats. Raises what ``slots.judge`` raises, with alternatives.
    """
    offered = bookings.offered_of(work, booking.offering_id)
    slots.offer_alternatives(
        work, slots.Wish(booking.offering_id, booking.student_id, starts_at, moving_booking_id=booking.id)
    )
    expiry.release_lapsed(work, instructor_id=booking.instructor_id, student_id=booking.student_id)
    slot = slots.judge(
        work,
        offered.offering,
        starts_at,
        student_id=booking.student_id,
        moving=booking,
        by_host=by_host,
        ignores_hours=ignores_hours,
    )
    video.forget_room(work, session.id)
    if session.session_type is SessionType.INDIVIDUAL:
        seats.move_session(work, session, slot.span.start, slot.span.end)
        work.db.refresh(booking)
    else:
        session = _change_group(work, booking, session, slot, offered)
    booking.wall_start = f"{booking.starts_at.astimezone(ZoneInfo(booking.timezone)):%Y-%m-%dT%H:%M}"
    return session


def _moved_along(
    work: UnitOfWork, booking: Booking, session: TeachingSession, *, was: str, reason: str
) -> None:
    work.db.refresh(booking)
    booking.wall_start = f"{booking.starts_at.astimezone(ZoneInfo(booking.timezone)):%Y-%m-%dT%H:%M}"
    booking.sequence += 1
    booking.updated_at = work.now
    if booking.status not in TENTATIVE:
        booking.status = advance(booking.status, BookingEvent.RESCHEDULE)
        notifications.queue(
            work, NotificationKind.RESCHEDULED, booking, session, was_starts_at=was, reason=reason
        )
    work.db.add(booking)
    seats.refresh(work, session, booking)
    live.booking_changed(work, booking)


def _require_may_move(work: UnitOfWork, booking: Booking) -> None:
    verdict = terms.may_move(booking, work.settings, work.now)
    if verdict.barrier is Barrier.NOTICE:
        raise TooLate("It is too late to move this session.", until=slots.rfc3339(verdict.until))
    if verdict.barrier is Barrier.LIMIT:
        raise TooLate(f"A session can be moved {verdict.limit} times.", limit=verdict.limit)


def _change_group(
    work: UnitOfWork, booking: Booking, left: TeachingSession, slot: Slot, offered: bookings.Offered
) -> TeachingSession:
    """Take a seat in another session of the group's offering; the session left may thereby end."""
    if left.seats_taken <= 1 and slot.session_id is None:
        seats.move_session(work, left, slot.span.start, slot.span.end)
        work.db.refresh(booking)
        return left
    joined = seats.session_at(
        work,
        slot,
        offered.offering,
        timezone=offered.host.timezone,
        buffer_minutes=calendars.slot_rules(offered.profile, work.settings).buffer_minutes,
        frees_at=None,
    )
    work.db.add(joined)
    work.db.flush()
    booking.session_id, booking.starts_at, booking.ends_at = joined.id, joined.starts_at, joined.ends_at
    work.db.add(booking)
    seats.refresh(work, left, booking)
    return joined
