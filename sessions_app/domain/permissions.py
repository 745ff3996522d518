"""Who may do what to a booking.

One table: for each relation of the caller to the booking, the actions it allows. Whether the action is
possible now (status, notice, money) is decided elsewhere; this module only says who may ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person is here for; one each."""

    STUDENT = "student"
    GUARDIAN = "guardian"
    INSTRUCTOR = "instructor"
    ASSISTANT = "assistant"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``on_behalf_of`` names the person served when that is somebody else; an audit keeps both."""

    person_id: str | None
    role: Role | None
    on_behalf_of: str | None = None
    is_system: bool = False

    @classmethod
    def anonymous(cls) -> Actor:
        """Nobody is signed in."""
        return cls(person_id=None, role=None)

    @classmethod
    def system(cls) -> Actor:
        """The platform itself: jobs, webhooks, demo data."""
        return cls(person_id=None, role=None, is_system=True)

    @property
    def is_staff(self) -> bool:
        """Whether the person oversees everybody's sessions."""
        return self.role in (Role.ASSISTANT, Role.ADMIN)


class Action(StrEnum):
    """What can be asked of a booking; ``BOOK`` asks for a new one."""

    BOOK = "book"
    VIEW = "view"
    PAY = "pay"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    CONFIRM_ATTENDANCE = "confirm_attendance"
    JOIN = "join"
    MESSAGE = "message"
    REVIEW = "review"
    ACCEPT = "accept"
    REJECT = "reject"
    PROPOSE = "propose"  # another time than the one asked for
    ANSWER = "answer"  # yes or no to a time that was proposed
    AGREE_TOPIC = "agree_topic"  # suggest a topic, or agree to one
    START = "start"
    FINISH = "finish"
    REFUND = "refund"  # beyond what the policy gives back by itself
    AMEND = "amend"  # correct sealed attendance or decide a dispute


class Relation(StrEnum):
    """What the actor is to the booking, or for ``BOOK`` to the student it is for."""

    OWN_SEAT = "own_seat"
    OWN_CHILD = "own_child"
    INSTRUCTOR = "instructor"
    STAFF = "staff"
    SYSTEM = "system"
    PARTICIPANT = "participant"  # has another seat in the same group session
    STRANGER = "stranger"


GUARDIAN_NEEDS: Mapping[Action, frozenset[str]] = MappingProxyType(
    {
        Action.BOOK: frozenset({"book"}),
        Action.VIEW: frozenset({"view"}),
        Action.PAY: frozenset({"pay"}),
        Action.CANCEL: frozenset({"cancel"}),
        Action.RESCHEDULE: frozenset({"book", "cancel"}),
        Action.CONFIRM_ATTENDANCE: frozenset({"book"}),
        Action.JOIN: frozenset({"view"}),  # a child without an account joins through the guardian's
        Action.MESSAGE: frozenset({"view"}),
        Action.REVIEW: frozenset({"view"}),
        Action.ANSWER: frozenset({"book"}),
        Action.AGREE_TOPIC: frozenset({"book"}),
    }
)
"""What a guardian may do for a child, and the rights (book, pay, view, cancel) each action needs."""

PERMISSIONS: Mapping[Relation, frozenset[Action]] = MappingProxyType(
    {
        Relation.OWN_SEAT: frozenset(GUARDIAN_NEEDS),
        Relation.OWN_CHILD: frozenset(GUARDIAN_NEEDS),
        Relation.INSTRUCTOR: frozenset(
            {
                Action.VIEW, Action.CANCEL, Action.RESCHEDULE, Action.JOIN, Action.MESSAGE,
                Action.ACCEPT, Action.REJECT, Action.PROPOSE, Action.AGREE_TOPIC, Action.START, Action.FINISH,
            }
        ),
        Relation.STAFF: frozenset(Action) - {Action.REVIEW},  # it is the learner's own word
        Relation.SYSTEM: frozenset(Action),
        Relation.PARTICIPANT: frozenset(),  # who else is in the group is private
        Relation.STRANGER: frozenset(),
    }
)  # fmt: skip
"""Which actions each relation allows; what is not listed is refused."""


def allowed(action: Action, relation: Relation, *, guardian_rights: frozenset[str]) -> bool:
    """Whether the relation allows the action; ``guardian_rights`` are those of the link."""
    if action not in PERMISSIONS[relation]:
        return False
    return relation is not Relation.OWN_CHILD or GUARDIAN_NEEDS[action] <= guardian_rights


def may_know(relation: Relation) -> bool:
    """Whether a refusal may admit that the booking exists (403); if not, it looks unknown (404)."""
    return relation is not Relation.STRANGER
