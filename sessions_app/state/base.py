"""What every screen's state stands on: who looks, one use case an event, and how refusals are shown.

    class CancelState(AppState):
        receipt: ReceiptView = ReceiptView()

        @rx.event
        @require(Role.STUDENT, Role.GUARDIAN)
        async def confirm(self, booking_id: str) -> None:
            booking = await self._run(cancellations.cancel, booking_id=booking_id)   # own thread, one transaction
            self.receipt = ReceiptView.of(booking, self._viewer())              # after the commit
            self._say("Session cancelled")

Every public method of a state can be called by any connected client, whether a button shows it or not. So each
handler carries ``require(*roles)`` or ``public`` (a test walks them all), helpers begin with an underscore, and the
use cases authorise again. A handler that is refused needs no ``try``: the guard shows the refusal as ``problem``
(``components/bound.problem`` draws it) and the rest of the delta is still sent.

``AppState`` is the one child of ``rx.State`` and the parent of every other state, so all of them share its vars.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode

import reflex as rx
from reflex.istate.proxy import StateProxy

from sessions_app.domain.errors import DomainError, Unauthenticated
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.month_grid import MONDAY
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.zones import is_zone
from sessions_app.services import zones
from sessions_app.services.identity import Identity
from sessions_app.services.unit_of_work import Platform
from sessions_app.state import surroundings
from sessions_app.state.views import NO_PROBLEM, Problem, Toast, VisitorView

P = ParamSpec("P")
T = TypeVar("T")
Handler = Callable[..., Any]

LOGIN_COOKIE = "sid"
MOST_TOASTS = 3

did_a_person_ask: ContextVar[bool] = ContextVar("did_a_person_ask", default=True)
"""Whether this event came from the page itself, not from a page load, another handler or a live update."""

# Cookie "ws" (assets/tz.js): Monday is "1" there and 0 here.
_FIRST_WEEKDAYS = {str(weekday + 1): weekday for weekday in range(7)}

_logger = logging.getLogger(__name__)


def cookie_of(header: str, name: str) -> str:
    """One value of a Cookie header; nothing when it is absent or malformed."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value.strip('"')
    return ""


def public(handler: Handler) -> Handler:
    """Let anybody call this handler; it changes nothing but what they see. Refusals are shown."""
    return _guarded(handler, None)


def require(*roles: Role) -> Callable[[Handler], Handler]:
    """Let only these roles call this handler, or, without any, everybody who is signed in.

    Nobody signed in is led to the sign-in page and back; another role sees a refusal. Works on plain, async and
    generator functions and on background events; the result is always async. Put it right under ``@rx.event``.
    """
    if any(not isinstance(role, Role) for role in roles):
        raise TypeError("write @require() or @require(Role.STUDENT, …)")
    return lambda handler: _guarded(handler, frozenset(roles))


def guard_of(handler: Handler) -> frozenset[Role] | str | None:
    """``"public"``, the roles asked for (empty: everybody signed in), or None for an unguarded handler."""
    return getattr(handler, "_guard", None)


def _guarded(handler: Handler, roles: frozenset[Role] | None) -> Handler:
    if inspect.isasyncgenfunction(handler) or inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        async def guarded(self: AppState, *args: Any, **facts: Any) -> Any:
            if (away := await _begin(self, roles)) is not None:
                yield away
                return
            try:
                async for event in _steps(handler(self, *args, **facts)):
                    yield event
            except Exception as error:
                if (away := await _shown(self, error, handler)) is not None:
                    yield away

    else:

        @functools.wraps(handler)
        async def guarded(self: AppState, *args: Any, **facts: Any) -> Any:
            if (away := await _begin(self, roles)) is not None:
                return away
            try:
                result = handler(self, *args, **facts)
                return await result if inspect.isawaitable(result) else result
            except Exception as error:
                return await _shown(self, error, handler)

    guarded._guard = "public" if roles is None else roles
    return guarded


async def _steps(events: Any) -> AsyncIterator[Any]:
    if hasattr(events, "__aiter__"):
        async for event in events:
            yield event
    else:
        for event in events:
            yield event


async def _begin(state: AppState, roles: frozenset[Role] | None) -> Any:
    """What to do instead of the handler, or None; forgets the last refusal when a person starts something new."""
    identity = state._identity
    if roles is not None and identity is None:
        return _to_sign_in(state)
    if roles and identity is not None and identity.role not in roles:
        await _apply(state, lambda: state._say("That is not open to you.", kind="sun"))
        return rx.redirect("/")
    if did_a_person_ask.get() and state.problem != NO_PROBLEM:
        await _apply(state, lambda: setattr(state, "problem", NO_PROBLEM))
    return None


async def _shown(state: AppState, error: Exception, handler: Handler) -> Any:
    if isinstance(error, Unauthenticated):
        return _to_sign_in(state)
    if not isinstance(error, DomainError):
        reference = secrets.token_hex(6)
        _logger.error("Unexpected error %s in %s", reference, handler.__qualname__, exc_info=error)
        error = Unexpected(reference)
    await _apply(state, lambda: state._show(error))
    return None


class Unexpected(DomainError):
    """Something broke on our side; the reference finds it in the log."""

    code, status = "internal_error", 500

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Something went wrong on our side. Please try again. Reference {reference}.", reference=reference
        )


async def _apply(state: AppState, change: Callable[[], None]) -> None:
    """Make the change; in a background event the state must be locked for it."""
    if isinstance(state, StateProxy):
        async with state:
            change()
    else:
        change()


def _to_sign_in(state: AppState) -> Any:
    url = state.router.url
    here = f"{url.path}?{url.query}" if url.query else url.path
    return rx.redirect(f"/login?{urlencode({'next': here})}" if here not in ("", "/") else "/login")


class AppState(rx.State):
    """The parent of all screens: who looks, what went wrong, what to say."""

    visitor: VisitorView = VisitorView()
    problem: Problem = NO_PROBLEM
    toasts: rx.Field[list[Toast]] = rx.field(default_factory=list)

    # Whose state this is (a person's id, "" for nobody, None before the first event) and who that is now.
    # SessionBinding sets both before every event; a client cannot write them.
    _owner: str | None = None
    _identity: Identity | None = None

    def _platform(self) -> Platform:
        """What the process has: settings, clock, database."""
        return surroundings.current().platform

    def _actor(self) -> Actor:
        """Who acts in this event."""
        return Actor.anonymous() if self._identity is None else self._identity.actor

    def _viewer(self) -> Viewer:
        """How to show times to who is looking."""
        return Viewer(self.visitor.zone, self.visitor.hour_cycle)

    def _first_weekday(self) -> int:
        """The weekday with which the device begins a week (Monday 0 … Sunday 6); Monday where it does not say.

        Asked by the screens that draw weeks, when they do, so that no other event looks for it.
        """
        return _FIRST_WEEKDAYS.get(self._cookie("ws"), MONDAY)

    def _recognise(self, identity: Identity | None) -> None:
        """Have the state speak for this person, or nobody, from now on, and show it in the frame.

        Their own settings win over what the device reports (assets/tz.js).
        """
        cookies = self.router.headers.cookie
        device_zone = cookie_of(cookies, "tz")
        zone = (
            zones.canonical(device_zone)
            if is_zone(device_zone)
            else self._platform().settings.default_timezone
        )
        hour_cycle = {"12": "h12", "24": "h23"}.get(cookie_of(cookies, "hc"), "h23")
        if identity is not None:
            zone, hour_cycle = identity.timezone, identity.hour_cycle or hour_cycle
        visitor = VisitorView.of(identity, zone=zone, hour_cycle=hour_cycle)
        if self._identity != identity:
            self._identity = identity
        if self.visitor != visitor:
            self.visitor = visitor

    async def _run(self, use_case: Callable[..., T], /, *args: Any, **facts: Any) -> T:
        """Run a changing use case as who acts, in its own thread and one transaction."""
        return await asyncio.to_thread(self._platform().run, use_case, self._actor(), *args, **facts)

    async def _read(self, query: Callable[..., T], /, *args: Any, **facts: Any) -> T:
        """Run a query as who acts, in its own thread and one read-only transaction."""
        return await asyncio.to_thread(self._platform().read, query, self._actor(), *args, **facts)

    async def _call(self, steps: Callable[..., T], /, *args: Any, **facts: Any) -> T:
        """Run something of several transactions, a function of the Platform, in its own thread."""
        return await asyncio.to_thread(steps, self._platform(), *args, **facts)

    def _say(self, title: str, body: str = "", *, kind: str = "ok") -> None:
        """Show a short message: kind ok, info, sun or danger. It is state in a live region, not a script."""
        toast = Toast(id=secrets.token_hex(4), title=title, body=body, kind=kind)
        self.toasts = [*self.toasts, toast][-MOST_TOASTS:]

    def _show(self, refused: DomainError) -> None:
        """Show a refusal. A screen that wants its facts (alternatives, amounts) overrides this and calls up."""
        self.problem = Problem(code=refused.code, message=refused.message, field=refused.field or "")

    def _cookie(self, name: str) -> str:
        """A cookie of the connection, or nothing."""
        return cookie_of(self.router.headers.cookie, name)

    @rx.event
    @public
    async def dismiss_toast(self, toast_id: str) -> None:
        """Take a message away."""
        self.toasts = [toast for toast in self.toasts if toast.id != toast_id]

    @rx.event
    @public
    async def dismiss_problem(self) -> None:
        """Take the refusal away."""
        self.problem = NO_PROBLEM
