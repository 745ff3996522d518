"""The topic of a session: suggested in turns, agreed to by the other side, then settled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain import topics
from sessions_app.domain.errors import IllegalTransition
from sessions_app.domain.topics import Side, TopicState

SUGGESTIONS = {
    (TopicState.OPEN, Side.STUDENT): TopicState.BY_STUDENT,
    (TopicState.OPEN, Side.INSTRUCTOR): TopicState.BY_INSTRUCTOR,
    (TopicState.BY_STUDENT, Side.STUDENT): TopicState.BY_STUDENT,
    (TopicState.BY_STUDENT, Side.INSTRUCTOR): TopicState.BY_INSTRUCTOR,
    (TopicState.BY_INSTRUCTOR, Side.STUDENT): TopicState.BY_STUDENT,
    (TopicState.BY_INSTRUCTOR, Side.INSTRUCTOR): TopicState.BY_INSTRUCTOR,
}
AGREEMENTS = {(TopicState.BY_STUDENT, Side.INSTRUCTOR), (TopicState.BY_INSTRUCTOR, Side.STUDENT)}


@pytest.mark.parametrize("state", TopicState)
@pytest.mark.parametrize("side", Side)
def test_every_suggestion_either_is_on_the_table_or_refused(state: TopicState, side: Side) -> None:
    if (state, side) in SUGGESTIONS:
        assert topics.suggest(state, side) is SUGGESTIONS[state, side]
        assert topics.may_suggest(state)
    else:
        with pytest.raises(IllegalTransition):
            topics.suggest(state, side)
        assert not topics.may_suggest(state)


@pytest.mark.parametrize("state", TopicState)
@pytest.mark.parametrize("side", Side)
def test_only_the_other_sides_suggestion_can_be_agreed_to(state: TopicState, side: Side) -> None:
    assert topics.may_agree(state, side) == ((state, side) in AGREEMENTS)
    if (state, side) in AGREEMENTS:
        assert topics.agree(state, side) is TopicState.LOCKED
    else:
        with pytest.raises(IllegalTransition):
            topics.agree(state, side)


@given(st.lists(st.tuples(st.sampled_from([topics.suggest, topics.agree]), st.sampled_from(Side))))
def test_a_settled_topic_stays_settled(moves: list[tuple[object, Side]]) -> None:
    state = TopicState.OPEN
    for move, side in moves:
        was = state
        try:
            state = move(state, side)  # type: ignore[operator]
        except IllegalTransition:
            continue
        assert was is not TopicState.LOCKED
