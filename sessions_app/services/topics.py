"""Agreeing on the topic of a session, until it starts; the moves are decided in ``domain/topics.py``."""

from __future__ import annotations

from datetime import timedelta

from sessions_app.domain import plain_text, topics
from sessions_app.domain.booking_lifecycle import TENTATIVE, BookingStatus
from sessions_app.domain.errors import Conflict, IllegalTransition, InvalidInput, TooLate
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.topics import Side
from sessions_app.models import Booking
from sessions_app.models.base import new_id
from sessions_app.services import access, audit, live, notifications
from sessions_app.services.access import Loaded
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import UnitOfWork

_OPEN = (TENTATIVE - {BookingStatus.HELD}) | {BookingStatus.SCHEDULED, BookingStatus.CONFIRMED}


MAIL_AFTER = timedelta(minutes=5)
"""How long a suggestion waits for an answer before a mail says so."""


class TopicChanged(Conflict):
    """Another topic is on the table than the one that was agreed to; ``details.topic`` is it."""

    code, default_message = "invalid_transition", "Another topic was suggested meanwhile. Please look again."


def suggest(work: UnitOfWork, *, booking_id: str, topic: str) -> Booking:
    """Name a topic, or another one; the other side then agrees or answers with its own.

    It hears of it by mail when it has not answered after MAIL_AFTER.

    Raises InvalidInput (``topic``) for none or a long one, IllegalTransition when it is settled, TooLate once begun.
    """
    topic = " ".join(topic.split())
    if not topic or len(topic) > plain_text.TOPIC_LIMIT:
        raise InvalidInput(f"Name a topic of at most {plain_text.TOPIC_LIMIT} characters.", field="topic")
    loaded = _load(work, booking_id)
    booking = loaded.booking
    booking.topic_state = topics.suggest(booking.topic_state, side_of(loaded.relation))
    booking.custom_topic = topic
    _store(work, booking, "booking.topic_suggested")
    notifications.queue(
        work,
        NotificationKind.TOPIC_SUGGESTED,
        booking,
        loaded.session,
        key=new_id("tpc"),
        wait=MAIL_AFTER,
    )
    return booking


def waits_for(work: UnitOfWork, booking: Booking, side: Side) -> bool:
    """Whether it is still for this side to answer a topic."""
    return (
        booking.status in _OPEN
        and booking.starts_at > work.now
        and topics.may_agree(booking.topic_state, side)
    )


def agree(work: UnitOfWork, *, booking_id: str, topic: str) -> Booking:
    """Say yes to ``topic``, which settles it. Raises TopicChanged when it is not what the other side says now."""
    loaded = _load(work, booking_id)
    booking = loaded.booking
    state = topics.agree(booking.topic_state, side_of(loaded.relation))
    if topic != booking.custom_topic:
        raise TopicChanged(topic=booking.custom_topic)
    booking.topic_state = state
    return _store(work, booking, "booking.topic_agreed")


def side_of(relation: Relation) -> Side:
    """Whose voice the actor's is; staff speak for the instructor."""
    is_students = relation in (Relation.OWN_SEAT, Relation.OWN_CHILD)
    return Side.STUDENT if is_students else Side.INSTRUCTOR


def _load(work: UnitOfWork, booking_id: str) -> Loaded:
    loaded = access.load_booking(work, booking_id, action=Action.AGREE_TOPIC, lock=True)
    if loaded.booking.status not in _OPEN:
        raise IllegalTransition(status=loaded.booking.status.value)
    if loaded.booking.starts_at <= work.now:
        raise TooLate("The session has begun.")
    return loaded


def _store(work: UnitOfWork, booking: Booking, action: str) -> Booking:
    booking.updated_at = work.now
    work.db.add(booking)
    audit.record(work, action, "booking", booking.id, topic=booking.custom_topic)
    live.booking_changed(work, booking)
    return booking
