"""What an endpoint asks for by its annotations: the platform, who calls, and the Idempotency-Key.

Endpoints are plain ``def`` functions: FastAPI runs them in worker threads, where use cases may block. What waits for
a turn first is ``async``, so that waiting costs no thread. The functions here only look at the request, so they are
``async`` too; somebody unknown for five seconds is looked up in a thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sessions_app.api.forms import require_own_origin
from sessions_app.api.protection import client_address
from sessions_app.domain.errors import Unauthenticated
from sessions_app.domain.permissions import Actor
from sessions_app.services import api_tokens, idempotency
from sessions_app.services.identity import Identities, Identity
from sessions_app.services.unit_of_work import Platform

LOGIN_COOKIE = "sid"
SIGN_INS_AT_ONCE = 8

_bearer = HTTPBearer(auto_error=False, description="The access token of POST /api/auth/token.")


async def _platform(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


async def _identities(request: Request) -> Identities:
    identities: Identities = request.app.state.identities
    return identities


async def _address(request: Request) -> str:
    return client_address(request.scope, (await _platform(request)).settings)


async def sign_in_turn(request: Request) -> AsyncIterator[None]:
    """Let a few sign-ins work at a time. The others wait here, where waiting costs no thread: threads that wait to
    hash a password would be missing to everybody who is signed in already.
    """
    async with request.app.state.sign_in_turns:
        yield


async def _optional_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity | None:
    if credentials is None:
        if "authorization" in request.headers:
            raise Unauthenticated("Please send the access token as: Authorization: Bearer <token>.")
        return None
    platform, identities = await _platform(request), await _identities(request)
    person_id = api_tokens.person_of(platform.settings, credentials.credentials, now=platform.clock.now())
    is_kept, identity = identities.kept_for_person(person_id)
    if not is_kept:
        identity = await asyncio.to_thread(identities.for_person, person_id)
    if identity is None:
        raise Unauthenticated
    return identity


async def _required_identity(identity: Annotated[Identity | None, Depends(_optional_identity)]) -> Identity:
    if identity is None:
        raise Unauthenticated
    return identity


async def _identity_of_reader(
    request: Request, identity: Annotated[Identity | None, Depends(_optional_identity)]
) -> Identity:
    if identity is not None:
        return identity
    found = await identity_of_cookie(await _identities(request), request.cookies.get(LOGIN_COOKIE, ""))
    if found is None or request.method != "GET":
        raise Unauthenticated
    return found


async def identity_of_cookie(identities: Identities, token: str) -> Identity | None:
    """The person signed in with the cookie's token, looked up in a thread when not known already."""
    if not token:
        return None
    is_kept, identity = identities.kept_for_cookie(token)
    return identity if is_kept else await asyncio.to_thread(identities.for_cookie, token)


async def identity_of_browser(request: Request, platform: Platform) -> Identity:
    """The person whose browser sends this from a page of ours, by its cookie.

    Only for what our pages send by script, such as a file. Raises Unauthenticated, and NotAllowed for a request that
    another site made in our visitor's name.
    """
    token = request.cookies.get(LOGIN_COOKIE, "")
    found = await identity_of_cookie(await _identities(request), token) if token else None
    if found is None:
        raise Unauthenticated
    require_own_origin(request, platform.settings.own_origins)
    return found


async def _actor_or_anonymous(
    identity: Annotated[Identity | None, Depends(_optional_identity)],
) -> Actor:
    return Actor.anonymous() if identity is None else identity.actor


async def _actor(identity: Annotated[Identity, Depends(_required_identity)]) -> Actor:
    return identity.actor


async def _reader(identity: Annotated[Identity, Depends(_identity_of_reader)]) -> Actor:
    return identity.actor


async def _idempotent_request(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Repeating the request with the same key repeats the answer for 24 hours.",
        ),
    ] = None,
) -> idempotency.Request:
    body: Any = None
    if key is not None:
        raw = await request.body()
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = {"unreadable": raw.hex()}
    return idempotency.request(key, method=request.method, path=request.url.path, body=body)


PlatformDep = Annotated[Platform, Depends(_platform)]
IdentitiesDep = Annotated[Identities, Depends(_identities)]
AddressDep = Annotated[str, Depends(_address)]
"""The address the connection comes from, for rate limits."""

CallerDep = Annotated[Identity, Depends(_required_identity)]
"""The person of the bearer token; 401 without one."""

VisitorDep = Annotated[Identity | None, Depends(_optional_identity)]
"""The person of the bearer token, or nobody; 401 only for a token that is not valid."""

ActorDep = Annotated[Actor, Depends(_actor)]
"""Who acts, by bearer token; 401 without one."""

AnyoneDep = Annotated[Actor, Depends(_actor_or_anonymous)]
"""Who acts, by bearer token, or nobody; 401 only for a token that is not valid."""

ReaderDep = Annotated[Actor, Depends(_reader)]
"""Who reads: by bearer token or, for links opened in the browser, by its cookie. For GET alone."""

IdempotencyDep = Annotated[idempotency.Request, Depends(_idempotent_request)]
"""The request as ``services/idempotency`` wants it."""
