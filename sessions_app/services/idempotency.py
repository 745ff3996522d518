"""Requests that may be repeated: the same Idempotency-Key of the same caller gets the same answer for 24 hours.

``once`` is for a change of one transaction: the answer is stored with the change itself, so that a crash leaves
both or neither. ``once_in_steps`` is for work of several transactions with a gateway between them: the key is taken
first and the answer stored last; after a crash in between, the repeat does the work again, which those use cases
survive because each of their steps may be repeated.

A refusal that answers the request (403, 404, 409) is kept like a success. Input errors, missing sign-in, rate limits
and outages are not: they did nothing and may be corrected.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sessions_app.domain.errors import DomainError, IdempotencyMismatch, InvalidInput, TemporarilyUnavailable
from sessions_app.domain.permissions import Actor
from sessions_app.models import IdempotencyRecord
from sessions_app.services import access
from sessions_app.services.unit_of_work import Platform, UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

KEPT_FOR = timedelta(hours=24)
STUCK_AFTER = timedelta(seconds=60)
MAX_KEY_LENGTH = 255
_KEPT_REFUSALS = frozenset({403, 404, 409})
_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and a JSON body. ``is_replay`` when it was given before."""

    status: int
    body: dict[str, Any]
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """The key a caller sent (None: none) and a fingerprint of everything they asked for."""

    key: str | None
    fingerprint: str = ""


def request(key: str | None, *, method: str, path: str, body: Mapping[str, Any] | None) -> Request:
    """A request to answer once. The order of a JSON object's members does not make it another request.

    Raises InvalidInput (``Idempotency-Key``) for an empty key or one of more than 255 characters.
    """
    if key is None:
        return Request(None)
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isprintable():
        raise InvalidInput("Please send a key of 1 to 255 characters.", field="Idempotency-Key")
    text = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"), default=str)
    return Request(key, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def refusal(error: DomainError) -> Answer:
    """How a refusal looks outside (contract.md, Errors)."""
    body = {
        "code": error.code,
        "message": error.message,
        "field": error.field,
        "details": error.details,
    }
    return Answer(error.status, {"error": body})


def once(
    platform: Platform,
    actor: Actor,
    request: Request,
    answer: Callable[[T], Answer],
    use_case: Callable[Concatenate[UnitOfWork, P], T],
    /,
    *args: P.args,
    **facts: P.kwargs,
) -> Answer:
    """Run a use case of one transaction, or repeat the answer it gave to the same key.

    ``answer`` turns its result into what is sent; it runs inside the transaction. A second request with the key
    waits for the first. Raises what the use case raises, and IdempotencyMismatch for another request with the key.
    """
    if request.key is None:
        return platform.run(lambda work: answer(use_case(work, *args, **facts)), actor)

    def keyed(work: UnitOfWork) -> Answer:
        caller = access.require_person(work)
        work.lock(idempotency=f"{caller}:{request.key}")
        record = _current(work, caller, request)
        if record is not None and record.status is not None:
            return Answer(record.status, record.body or {}, is_replay=True)
        given = answer(use_case(work, *args, **facts))
        _store(work, caller, request, given, record)
        return given

    try:
        return platform.run(keyed, actor)
    except DomainError as refused:
        return _kept_refusal(platform, actor, request, refused)


def once_in_steps(
    platform: Platform, actor: Actor, request: Request, perform: Callable[[], Answer]
) -> Answer:
    """Do work of several transactions, or repeat the answer given to the same key.

    A second request waits up to ten seconds for the first, then raises TemporarilyUnavailable. Raises what
    ``perform`` raises, and IdempotencyMismatch.
    """
    if request.key is None:
        return perform()
    deadline = time.monotonic() + _WAIT_SECONDS
    while (taken := platform.run(_take, actor, request=request)) is not None:
        if taken.status:
            return taken
        if time.monotonic() > deadline:
            raise TemporarilyUnavailable("The first request with this key is still being worked on.")
        time.sleep(0.05)
    try:
        given = perform()
    except DomainError as refused:
        if refused.status in _KEPT_REFUSALS:
            return _kept_refusal(platform, actor, request, refused)
        platform.run(_let_go, actor, request=request)
        raise
    except Exception:
        platform.run(_let_go, actor, request=request)
        raise
    platform.run(_finish, actor, request=request, given=given)
    return given


def _current(work: UnitOfWork, caller: str, request: Request) -> IdempotencyRecord | None:
    record = work.db.get(IdempotencyRecord, (caller, request.key))
    if record is not None and record.created_at <= work.now - KEPT_FOR:
        work.db.delete(record)
        work.db.flush()
        return None
    if record is not None and record.request_hash != request.fingerprint:
        raise IdempotencyMismatch
    return record


def _store(
    work: UnitOfWork, caller: str, request: Request, given: Answer, record: IdempotencyRecord | None
) -> None:
    if record is None:
        record = IdempotencyRecord(
            caller=caller, key=request.key or "", request_hash=request.fingerprint, created_at=work.now
        )
        work.db.add(record)
    record.status, record.body = given.status, given.body


def _kept_refusal(platform: Platform, actor: Actor, request: Request, refused: DomainError) -> Answer:
    if refused.status not in _KEPT_REFUSALS or isinstance(refused, IdempotencyMismatch):
        raise refused
    # The change was rolled back, so its answer is stored on its own; an answer stored meanwhile stands.
    given = platform.run(_finish, actor, request=request, given=refusal(refused))
    if given.is_replay:
        return given
    raise refused


def _take(work: UnitOfWork, *, request: Request) -> Answer | None:
    """None when the key is ours now; an Answer with status 0 while somebody else works on it."""
    caller = access.require_person(work)
    work.lock(idempotency=f"{caller}:{request.key}")
    record = _current(work, caller, request)
    if record is None:
        work.db.add(
            IdempotencyRecord(
                caller=caller, key=request.key or "", request_hash=request.fingerprint, created_at=work.now
            )
        )
        return None
    if record.status is not None:
        return Answer(record.status, record.body or {}, is_replay=True)
    if record.created_at <= work.now - STUCK_AFTER:
        record.created_at = work.now
        return None
    return Answer(0, {})


def _finish(work: UnitOfWork, *, request: Request, given: Answer) -> Answer:
    caller = access.require_person(work)
    work.lock(idempotency=f"{caller}:{request.key}")
    record = _current(work, caller, request)
    if record is not None and record.status is not None:
        return Answer(record.status, record.body or {}, is_replay=True)
    _store(work, caller, request, given, record)
    return given


def _let_go(work: UnitOfWork, *, request: Request) -> None:
    caller = access.require_person(work)
    record = work.db.get(IdempotencyRecord, (caller, request.key))
    if record is not None and record.status is None:
        work.db.delete(record)
