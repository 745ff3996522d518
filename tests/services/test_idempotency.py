"""The same key of the same caller gets the same answer, whatever happens in between."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from sessions_app.domain.errors import (
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    SlotTaken,
    TemporarilyUnavailable,
    Unauthenticated,
)
from sessions_app.domain.permissions import Actor
from sessions_app.models import IdempotencyRecord, Subject
from sessions_app.services import idempotency
from sessions_app.services.idempotency import Answer, once, once_in_steps
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from tests.doubles.clock import StoppedClock
from tests.services.world import World, acting


def asked(key: str | None = "key-1", body: Any = None, path: str = "/api/sessions") -> idempotency.Request:
    return idempotency.request(key, method="POST", path=path, body=body or {"a": 1})


def add_subject(work: UnitOfWork, *, name: str) -> str:
    work.db.add(Subject(name=name))
    work.db.flush()
    return name


def created(name: str) -> Answer:
    return Answer(201, {"name": name})


def subjects(platform: Platform) -> list[str]:
    return platform.read(
        lambda work: [name for name in work.db.exec(select(Subject.name)) if name != "Mathematics"],
        Actor.system(),
    )


@pytest.fixture
def caller(world: World) -> Actor:
    return acting(world.student())


def test_a_repeat_gives_the_same_answer_and_changes_nothing(platform: Platform, caller: Actor) -> None:
    first = once(platform, caller, asked(), created, add_subject, name="Physics")
    again = once(platform, caller, asked(), created, add_subject, name="Physics")
    assert (first.status, first.body, first.is_replay) == (201, {"name": "Physics"}, False)
    assert (again.status, again.body, again.is_replay) == (201, {"name": "Physics"}, True)
    assert subjects(platform) == ["Physics"]


def test_without_a_key_every_request_counts(platform: Platform, caller: Actor) -> None:
    for name in ("Physics", "Music"):
        once(platform, caller, asked(None), created, add_subject, name=name)
    assert sorted(subjects(platform)) == ["Music", "Physics"]


@pytest.mark.parametrize("other", [asked(body={"a": 2}), asked(path="/api/other")], ids=["body", "path"])
def test_another_request_with_the_key_is_a_mismatch(
    platform: Platform, caller: Actor, other: idempotency.Request
) -> None:
    once(platform, caller, asked(), created, add_subject, name="Physics")
    with pytest.raises(IdempotencyMismatch):
        once(platform, caller, other, created, add_subject, name="Music")
    assert once(platform, caller, asked(), created, add_subject, name="Physics").is_replay


def test_the_order_of_members_does_not_make_another_request() -> None:
    assert asked(body={"a": 1, "b": 2}) == asked(body={"b": 2, "a": 1})


def test_two_callers_may_use_the_same_key(platform: Platform, world: World, caller: Actor) -> None:
    other = acting(world.student("Somebody Else"))
    once(platform, caller, asked(), created, add_subject, name="Physics")
    assert not once(platform, other, asked(), created, add_subject, name="Music").is_replay


def test_an_answer_is_kept_for_24_hours(platform: Platform, caller: Actor, clock: StoppedClock) -> None:
    once(platform, caller, asked(), created, add_subject, name="Physics")
    clock.advance(hours=23, minutes=59)
    assert once(platform, caller, asked(), created, add_subject, name="Physics").is_replay
    clock.advance(minutes=1)
    assert not once(platform, caller, asked(), created, add_subject, name="Music").is_replay


def test_a_refusal_is_repeated_with_its_facts(platform: Platform, caller: Actor) -> None:
    def refuse(work: UnitOfWork) -> str:
        raise SlotTaken(alternatives=["2026-12-02T09:00:00Z"])

    with pytest.raises(SlotTaken) as refused:
        once(platform, caller, asked(), created, refuse)
    again = once(platform, caller, asked(), created, add_subject, name="Physics")
    assert again == Answer(409, idempotency.refusal(refused.value).body, is_replay=True)
    assert subjects(platform) == []


def test_an_input_error_may_be_corrected_with_the_same_key(platform: Platform, caller: Actor) -> None:
    def refuse(work: UnitOfWork) -> str:
        raise InvalidInput(field="name")

    with pytest.raises(InvalidInput):
        once(platform, caller, asked(), created, refuse)
    assert once(platform, caller, asked(), created, add_subject, name="Physics").status == 201


def test_a_broken_change_leaves_no_key_behind(platform: Platform, caller: Actor) -> None:
    def break_down(work: UnitOfWork) -> str:
        add_subject(work, name="Half done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(platform, caller, asked(), created, break_down)
    assert subjects(platform) == []
    assert once(platform, caller, asked(), created, add_subject, name="Physics").status == 201


def test_parallel_requests_with_one_key_change_once_and_agree(platform: Platform, caller: Actor) -> None:
    def send(_: int) -> tuple[int, str]:
        given = once(platform, caller, asked(), created, add_subject, name="Physics")
        return given.status, given.body["name"]

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {(201, "Physics")}
    assert subjects(platform) == ["Physics"]


def test_nobody_has_no_keys(platform: Platform) -> None:
    with pytest.raises(Unauthenticated):
        once(platform, Actor.anonymous(), asked(), created, add_subject, name="Physics")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"], ids=["empty", "long", "line"])
def test_a_key_is_a_short_printable_word(key: str) -> None:
    with pytest.raises(InvalidInput):
        asked(key)


# work of several steps


def test_steps_are_done_once(platform: Platform, caller: Actor) -> None:
    done: list[int] = []

    def perform() -> Answer:
        done.append(1)
        return Answer(200, {"url": "/test-pay/x"})

    first = once_in_steps(platform, caller, asked(), perform)
    again = once_in_steps(platform, caller, asked(), perform)
    assert (again.status, again.body) == (first.status, first.body)
    assert done == [1]


def test_a_second_request_waits_for_the_steps_of_the_first(platform: Platform, caller: Actor) -> None:
    began, finish = threading.Event(), threading.Event()

    def slow() -> Answer:
        began.set()
        finish.wait(5)
        return Answer(200, {"from": "the first"})

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(once_in_steps, platform, caller, asked(), slow)
        began.wait(5)
        second = pool.submit(once_in_steps, platform, caller, asked(), lambda: Answer(200, {"from": "me"}))
        finish.set()
        assert first.result().body == second.result().body == {"from": "the first"}


def test_steps_interrupted_by_a_crash_are_done_again_after_a_minute(
    platform: Platform, caller: Actor, clock: StoppedClock
) -> None:
    platform.run(idempotency._take, caller, request=asked())
    clock.advance(seconds=59)
    assert platform.run(idempotency._take, caller, request=asked()) == Answer(0, {})
    clock.advance(seconds=1)
    assert once_in_steps(platform, caller, asked(), lambda: Answer(200, {"again": True})).status == 200


def test_refused_steps_repeat_their_refusal_and_broken_ones_may_be_tried_again(
    platform: Platform, caller: Actor
) -> None:
    def refuse() -> Answer:
        raise NotFound

    def break_down() -> Answer:
        raise ZeroDivisionError

    def be_down() -> Answer:
        raise TemporarilyUnavailable

    with pytest.raises(NotFound):
        once_in_steps(platform, caller, asked(), refuse)
    assert once_in_steps(platform, caller, asked(), break_down).status == 404
    with pytest.raises(ZeroDivisionError):
        once_in_steps(platform, caller, asked("key-2"), break_down)
    with pytest.raises(TemporarilyUnavailable):
        once_in_steps(platform, caller, asked("key-2"), be_down)
    assert once_in_steps(platform, caller, asked("key-2"), lambda: Answer(200, {})).status == 200


def test_another_request_with_the_key_of_steps_is_a_mismatch(platform: Platform, caller: Actor) -> None:
    once_in_steps(platform, caller, asked(), lambda: Answer(200, {}))
    with pytest.raises(IdempotencyMismatch):
        once_in_steps(platform, caller, asked(body={"a": 2}), lambda: Answer(200, {}))
    (record,) = platform.read(lambda work: work.db.exec(select(IdempotencyRecord)).all(), Actor.system())
    assert record.status == 200
