"""Binds a tab's state to the person whose cookie the connection carries.

Reflex keeps a tab's state under a token that the browser holds in plain sight, also for an hour after the tab is
closed. Without this, whoever learns the token reads the state. So before every event: if the person behind the
connection's cookie is not the one this state belongs to (sign-in, sign-out, another person, a stolen token), the
state is emptied first, and the event meets a fresh one.
"""

from __future__ import annotations

import asyncio
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import BaseState, State, StateUpdate

from sessions_app.services.identity import Identities, Identity
from sessions_app.state import surroundings
from sessions_app.state.base import LOGIN_COOKIE, AppState, did_a_person_ask
from sessions_app.state.views import NO_PROBLEM

_DOCUMENT_LOADS = ("hydrate", "hydrate_and_load")
_PAGE_LOADS = (*_DOCUMENT_LOADS, "on_load_internal")


class SessionBinding(rx.Middleware):
    """Runs first of all middleware, before the state is sent anywhere."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Empty the state if it is somebody else's, and note who acts in this event."""
        # Only what a page sends brings the address it was sent from.
        did_a_person_ask.set(bool(event.router_data))
        root = state._get_root_state()
        own = await root.get_state(AppState)
        identity = await identity_of(own._cookie(LOGIN_COOKIE), surroundings.current().identities)
        owner = identity.person_id if identity is not None else ""
        if own._owner is None:
            own._owner = owner
        elif own._owner != owner:
            # reset() touches only what is loaded, and with Redis that is only what this event needs.
            for substate in all_states(State):
                await root.get_state(substate)
            root.reset()
            own = await root.get_state(AppState)
            own._owner = owner
        own._recognise(identity)
        handler = event.name.rpartition(".")[2]
        if handler in _PAGE_LOADS and own.problem != NO_PROBLEM:
            own.problem = NO_PROBLEM
        if handler in _DOCUMENT_LOADS and own.toasts:
            own.toasts = []  # said to the page that was there before; a change of page inside keeps them
        return None


async def identity_of(token: str, identities: Identities) -> Identity | None:
    """Who is signed in with the cookie's token: at once when known, else looked up in a thread."""
    if not token:
        return None
    is_kept, identity = identities.kept_for_cookie(token)
    return identity if is_kept else await asyncio.to_thread(identities.for_cookie, token)


def all_states(base: type[BaseState]) -> list[type[BaseState]]:
    """``base`` and every state below it."""
    found: list[Any] = [base]
    for substate in sorted(base.get_substates(), key=lambda state: state.get_full_name()):
        found.extend(all_states(substate))
    return found
