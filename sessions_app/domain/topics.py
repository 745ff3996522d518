"""How student and instructor agree on the topic of a session whose offering leaves it open.

    open → by_student ⇄ by_instructor → locked

Whoever speaks last has a suggestion on the table; the other side agrees to it, which locks it, or answers with one
of their own. A topic that the offering sets is ``fixed``. Who may speak at all is decided in ``permissions.py``,
until when in ``services/topics.py``.
"""

from __future__ import annotations

from enum import StrEnum

from sessions_app.domain.errors import IllegalTransition


class TopicState(StrEnum):
    """Where the topic of one booking stands."""

    FIXED = "fixed"
    OPEN = "open"
    BY_STUDENT = "by_student"
    BY_INSTRUCTOR = "by_instructor"
    LOCKED = "locked"


class Side(StrEnum):
    """Who speaks: the student's side, guardians included, or the instructor's."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


_SUGGESTED = {Side.STUDENT: TopicState.BY_STUDENT, Side.INSTRUCTOR: TopicState.BY_INSTRUCTOR}
_ANSWERS = {Side.STUDENT: TopicState.BY_INSTRUCTOR, Side.INSTRUCTOR: TopicState.BY_STUDENT}
_ON_THE_TABLE = frozenset({TopicState.OPEN, *_SUGGESTED.values()})


def suggest(state: TopicState, side: Side) -> TopicState:
    """The state after this side names a topic. Raises IllegalTransition when it is fixed or locked."""
    if state not in _ON_THE_TABLE:
        raise IllegalTransition("The topic is settled.", topic_state=state.value)
    return _SUGGESTED[side]


def agree(state: TopicState, side: Side) -> TopicState:
    """The state after this side says yes. Raises IllegalTransition unless the other side's topic is on the table."""
    if not may_agree(state, side):
        raise IllegalTransition("There is no suggestion to agree to.", topic_state=state.value)
    return TopicState.LOCKED


def may_suggest(state: TopicState) -> bool:
    """Whether either side may still name a topic."""
    return state in _ON_THE_TABLE


def may_agree(state: TopicState, side: Side) -> bool:
    """Whether the other side's suggestion waits for this one."""
    return state is _ANSWERS[side]
