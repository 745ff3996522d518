"""What stands before every API call: the size of the body, the caller's share of calls, and a last net.

Pure ASGI, so that a large body is refused while it arrives and streams pass through untouched.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sessions_app.api import errors
from sessions_app.domain.errors import (
    DomainError,
    InvalidInput,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
)
from sessions_app.services import api_tokens, materials, rate_limits
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import Settings

MAX_BODY_BYTES = 1_000_000
MULTIPART_BYTES = 100_000
"""What a form adds around the file it sends."""

_UPLOAD = re.compile(r"/api/offerings/[^/]+/materials")


class ApiGuard:
    """Wraps the API; see the module."""

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self._app = app
        self._platform = platform
        self._limit = rate_limits.api_limit(platform)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, too_large = self._most(scope)
        exchange = _Exchange(receive, send, limit, too_large)
        try:
            self._require_sane(scope, limit, too_large)
            await self._count(scope)
            await self._app(scope, exchange.receive, exchange.send)
        except DomainError as refused:
            await exchange.refuse(errors.response_to(refused), scope)
        except Exception as error:  # the last net: nothing of ours may reach the caller
            await exchange.refuse(errors.unexpected(error), scope)

    def _most(self, scope: Scope) -> tuple[int, TooLarge]:
        """How many bytes the body may have, and the refusal of a larger one: uploads are larger than other calls."""
        if scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            limit = self._platform.settings.max_material_mb
            return limit * 1_000_000 + MULTIPART_BYTES, materials.too_large(limit)
        return MAX_BODY_BYTES, TooLarge()

    @staticmethod
    def _require_sane(scope: Scope, limit: int, too_large: TooLarge) -> None:
        # PostgreSQL stores no NUL, so nothing we have is named by one.
        if "\x00" in scope["path"]:
            raise NotFound("There is no such address.")
        if b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            raise InvalidInput("The query holds a character that is not text.")
        length = Headers(scope=scope).get("content-length", "")
        if length.isdigit() and int(length) > limit:
            raise too_large

    async def _count(self, scope: Scope) -> None:
        limiter = self._platform.limiter
        if limiter is None or self._limit is None:
            return
        key = self._caller(scope)
        if limiter.blocking:
            seconds = await asyncio.to_thread(limiter.spend, self._limit, key)
        else:
            seconds = limiter.spend(self._limit, key)
        if seconds:
            raise RateLimited(retry_after=seconds)

    def _caller(self, scope: Scope) -> str:
        """The person of a valid access token, else the address: a forged token buys no share of its own."""
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                settings, now = self._platform.settings, self._platform.clock.now()
                return f"person:{api_tokens.person_of(settings, token.strip(), now=now)}"
            except Unauthenticated:
                pass
        return f"address:{client_address(scope, self._platform.settings)}"


class _Exchange:
    """One request and its answer, watched: how many bytes came, and whether the answer has begun."""

    def __init__(self, receive: Receive, send: Send, limit: int, too_large: TooLarge) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._too_large = too_large
        self._received = 0
        self._has_begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._limit:
                raise self._too_large
        return message

    async def send(self, message: Message) -> None:
        self._has_begun = True
        await self._send(message)

    async def refuse(self, answer: Any, scope: Scope) -> None:
        if not self._has_begun:
            await answer(scope, self._receive, self._send)


def client_address(scope: Scope, settings: Settings) -> str:
    """Where a call comes from, as far as limits go: an IPv4 address, or the network of an IPv6 one.

    Anybody can send X-Forwarded-For, so only as many of its entries are believed, from the right, as there are
    proxies of our own (``TRUSTED_PROXY_HOPS``). One IPv6 household has 2^64 addresses and is counted as one.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    hops = settings.trusted_proxy_hops
    if hops:
        forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
        entries = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
        if len(entries) >= hops:
            address = entries[-hops]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
