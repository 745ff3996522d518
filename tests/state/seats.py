"""A student's booking as the dashboard's query reads it, for the tests of how it is worded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.rescheduling import CancelVerdict, MoveVerdict
from sessions_app.domain.topics import TopicState
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.queries.dashboard import Learner, Seat
from sessions_app.services.terms import Deadlines

PARIS = Viewer("Europe/Paris", "h23")
ME = Learner("usr_1", "", Relation.OWN_SEAT, frozenset())
NOW = datetime(2026, 12, 3, 8, 41, tzinfo=UTC)
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
EUR = Money(2800, "EUR")


def seat(**facts: Any) -> Seat:
    """A session on the eighth of December that may be cancelled, moved and joined; ``facts`` differ from that."""
    start = facts.get("starts_at", START)
    usual: dict[str, Any] = {
        "booking_id": "bkg_1",
        "session_id": "ses_1",
        "offering_id": "off_1",
        "course_id": "crs_1",
        "status": BookingStatus.SCHEDULED,
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "title": "One-to-one lesson, Linear Algebra",
        "instructor_id": "usr_9",
        "instructor_name": "Ada Lindqvist",
        "instructor_zone": "Europe/Paris",
        "avatar_url": None,
        "learner": ME,
        "session_type": SessionType.INDIVIDUAL,
        "capacity": 1,
        "seats_taken": 1,
        "modality": Modality.ONLINE,
        "place": "",
        "pay_with": PayWith.CARD,
        "price": EUR,
        "credits": 0,
        "is_paying": False,
        "response": "",
        "topic": "",
        "topic_state": TopicState.FIXED,
        "asked_starts_at": None,
        "cancelled_by": None,
        "returned": Money.zero("EUR"),
        "returned_credits": 0,
        "is_return_done": True,
        "waits_from": NOW,
        "waits_until": None,
        "opens_at": start - timedelta(minutes=10),
        "move": MoveVerdict(None, start - timedelta(hours=12), 2),
        "cancel": CancelVerdict(is_allowed=True, until=start),
        "due": Deadlines(start - timedelta(hours=24), start - timedelta(hours=12), 50, None),
        "can": frozenset({Action.CANCEL, Action.RESCHEDULE, Action.JOIN}),
    }
    return Seat(**(usual | facts))
