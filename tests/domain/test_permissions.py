"""Who may do what to a booking; strangers do not even learn that it exists."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from sessions_app.domain.permissions import (
    GUARDIAN_NEEDS,
    PERMISSIONS,
    Action,
    Actor,
    Relation,
    Role,
    allowed,
    may_know,
)

NO_RIGHTS: frozenset[str] = frozenset()
ALL_RIGHTS = frozenset({"book", "pay", "view", "cancel"})
EVERY_SET_OF_RIGHTS = [
    frozenset(some) for some in chain.from_iterable(combinations(sorted(ALL_RIGHTS), n) for n in range(5))
]

STUDENTS_SIDE = "book view pay cancel reschedule confirm_attendance join message review answer agree_topic"
EVERYTHING = STUDENTS_SIDE + " accept reject propose start finish refund amend"
EXPECTED = {
    Relation.OWN_SEAT: STUDENTS_SIDE,
    Relation.OWN_CHILD: STUDENTS_SIDE,
    Relation.INSTRUCTOR: "view cancel reschedule join message accept reject propose agree_topic start finish",
    Relation.STAFF: EVERYTHING.replace(" review", ""),
    Relation.SYSTEM: EVERYTHING,
    Relation.PARTICIPANT: "",
    Relation.STRANGER: "",
}


@pytest.mark.parametrize("relation", Relation)
def test_each_relation_allows_exactly_its_actions(relation: Relation) -> None:
    may = {action for action in Action if allowed(action, relation, guardian_rights=ALL_RIGHTS)}
    assert may == set(EXPECTED[relation].split())
    assert set(PERMISSIONS) == set(Relation)


@pytest.mark.parametrize("rights", EVERY_SET_OF_RIGHTS, ids=lambda rights: "+".join(sorted(rights)) or "none")
@pytest.mark.parametrize("action", Action)
def test_a_guardian_may_do_what_the_link_gives_and_nothing_else(
    action: Action, rights: frozenset[str]
) -> None:
    may = allowed(action, Relation.OWN_CHILD, guardian_rights=rights)
    assert may == (action in GUARDIAN_NEEDS and GUARDIAN_NEEDS[action] <= rights)
    assert not may or rights


@pytest.mark.parametrize("relation", sorted(set(Relation) - {Relation.OWN_CHILD}))
@pytest.mark.parametrize("action", Action)
def test_guardian_rights_help_nobody_but_guardians(action: Action, relation: Relation) -> None:
    without = allowed(action, relation, guardian_rights=NO_RIGHTS)
    assert allowed(action, relation, guardian_rights=ALL_RIGHTS) == without


@pytest.mark.parametrize("relation", [Relation.OWN_SEAT, Relation.OWN_CHILD])
def test_nobody_answers_their_own_request_or_ends_their_own_lesson(relation: Relation) -> None:
    for action in (Action.ACCEPT, Action.REJECT, Action.START, Action.FINISH, Action.REFUND, Action.AMEND):
        assert not allowed(action, relation, guardian_rights=ALL_RIGHTS)


def test_an_instructor_neither_pays_nor_confirms_for_the_student() -> None:
    for action in (Action.PAY, Action.CONFIRM_ATTENDANCE, Action.BOOK, Action.REFUND):
        assert not allowed(action, Relation.INSTRUCTOR, guardian_rights=NO_RIGHTS)


def test_only_strangers_are_told_that_there_is_no_such_booking() -> None:
    assert [relation for relation in Relation if not may_know(relation)] == [Relation.STRANGER]


@pytest.mark.parametrize("role", Role)
def test_assistants_and_admins_are_staff(role: Role) -> None:
    assert Actor("p", role).is_staff == (role in {Role.ASSISTANT, Role.ADMIN})
    assert not Actor.system().is_staff
