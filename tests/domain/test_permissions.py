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
    relation_of,
)

NO_RIGHTS: frozenset[str] = frozenset()
ALL_RIGHTS = frozenset({"book", "pay", "view", "cancel"})
EVERY_SET_OF_RIGHTS = [
    frozenset(some) for some in chain.from_iterable(combinations(sorted(ALL_RIGHTS), n) for n in range(5))
]

STUDENTS_SIDE = "book view pay cancel reschedule confirm_attendance join message"
EVERYTHING = STUDENTS_SIDE + " accept reject start finish refund amend"
EXPECTED = {
    Relation.OWN_SEAT: STUDENTS_SIDE,
    Relation.OWN_CHILD: STUDENTS_SIDE,
    Relation.INSTRUCTOR: "view cancel reschedule join message accept reject start finish",
    Relation.STAFF: EVERYTHING,
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


def related(actor: Actor, *, guardian: bool = False, participant: bool = False) -> Relation:
    return relation_of(
        actor, student_id="student", instructor_id="teacher", is_guardian=guardian, is_participant=participant
    )


@pytest.mark.parametrize(
    ("person", "role", "relation"),
    [
        ("student", Role.STUDENT, Relation.OWN_SEAT),
        ("teacher", Role.INSTRUCTOR, Relation.INSTRUCTOR),
        ("other", Role.STUDENT, Relation.STRANGER),
        ("other", Role.INSTRUCTOR, Relation.STRANGER),
        ("other", Role.GUARDIAN, Relation.STRANGER),
        ("other", Role.ASSISTANT, Relation.STAFF),
        ("other", Role.ADMIN, Relation.STAFF),
        ("student", Role.ADMIN, Relation.OWN_SEAT),
    ],
)
def test_what_a_person_is_to_a_booking(person: str, role: Role, relation: Relation) -> None:
    assert related(Actor(person, role)) is relation


def test_a_guardian_is_one_by_the_link_and_not_by_the_role() -> None:
    assert related(Actor("other", Role.STUDENT), guardian=True) is Relation.OWN_CHILD
    assert related(Actor("other", Role.ADMIN), guardian=True) is Relation.OWN_CHILD


def test_another_seat_of_the_group_makes_a_participant() -> None:
    assert related(Actor("other", Role.STUDENT), participant=True) is Relation.PARTICIPANT


def test_nobody_signed_in_is_a_stranger_and_the_platform_is_not() -> None:
    assert related(Actor.anonymous()) is Relation.STRANGER
    assert related(Actor.system()) is Relation.SYSTEM
    assert Actor.anonymous().is_anonymous
    assert not Actor.system().is_anonymous
    assert not Actor("p", Role.STUDENT).is_anonymous


@pytest.mark.parametrize("role", Role)
def test_assistants_and_admins_are_staff(role: Role) -> None:
    assert Actor("p", role).is_staff == (role in {Role.ASSISTANT, Role.ADMIN})
    assert not Actor.system().is_staff
