"""Events from gateways: stored once, answered at once, handled by reading the object again."""

from __future__ import annotations

import logging
import random
import secrets
from datetime import timedelta

from sqlmodel import col, select

from sessions_app.domain.errors import TemporarilyUnavailable
from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import GatewayEvent, GatewayRefused
from sessions_app.models import InboundEvent, Payment
from sessions_app.models.messages import InboundState
from sessions_app.services import payments
from sessions_app.services.unit_of_work import Platform, UnitOfWork

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 20
_BATCH = 50

_log = logging.getLogger(__name__)


def receive(work: UnitOfWork, event: GatewayEvent, *, source: str) -> bool:
    """Store a verified event; return whether it was new."""
    work.lock(event=f"{source}:{event.id}")
    known = select(InboundEvent.id).where(
        col(InboundEvent.source) == source, col(InboundEvent.external_id) == event.id
    )
    if work.db.exec(known).first() is not None:
        return False
    work.db.add(
        InboundEvent(
            source=source,
            external_id=event.id,
            type=event.type,
            payload={"checkout_id": event.checkout_id, "intent_id": event.intent_id},
            available_at=work.now,
            received_at=work.now,
        )
    )
    return True


def handle_due(platform: Platform) -> int:
    """Handle every due event; return how many were. One that fails is tried again, later and later, then parked."""
    handled = 0
    for event_id in platform.run(_claim, Actor.system()):
        event = platform.read(_load, Actor.system(), event_id)
        try:
            checkout_id = platform.read(_checkout_of, Actor.system(), event)
            if checkout_id is not None:
                payments.sync(platform, checkout_id)
        except (TemporarilyUnavailable, GatewayRefused) as error:
            platform.run(_failed, Actor.system(), event_id, str(error))
        except (
            Exception
        ) as broken:  # a fault of ours: the events behind it must not wait, and it parks in the end
            _log.exception("event %s cannot be handled", event_id)
            platform.run(_failed, Actor.system(), event_id, f"{type(broken).__name__}: {broken}")
        else:
            platform.run(_handled, Actor.system(), event_id)
            handled += 1
    return handled


def _claim(work: UnitOfWork) -> list[str]:
    events = work.db.exec(
        select(InboundEvent)
        .where(col(InboundEvent.state) == InboundState.NEW, col(InboundEvent.available_at) <= work.now)
        .order_by(col(InboundEvent.received_at))
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for event in events:
        event.attempts += 1
        event.available_at = work.now + LEASE
        event.lease_token = secrets.token_hex(8)
        work.db.add(event)
    return [event.id for event in events]


def _load(work: UnitOfWork, event_id: str) -> InboundEvent:
    return work.db.get_one(InboundEvent, event_id)


def _checkout_of(work: UnitOfWork, event: InboundEvent) -> str | None:
    checkout_id = event.payload.get("checkout_id")
    if checkout_id:
        return str(checkout_id)
    intent = select(Payment.checkout_id).where(col(Payment.intent_id) == event.payload.get("intent_id"))
    return work.db.exec(intent).first()


def _handled(work: UnitOfWork, event_id: str) -> None:
    event = work.db.get_one(InboundEvent, event_id)
    event.state, event.handled_at = InboundState.HANDLED, work.now
    work.db.add(event)


def _failed(work: UnitOfWork, event_id: str, error: str) -> None:
    event = work.db.get_one(InboundEvent, event_id)
    event.last_error = error[:500]
    event.state = InboundState.PARKED if event.attempts >= MAX_ATTEMPTS else InboundState.NEW
    wait = min(2**event.attempts, 600) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
    event.available_at = work.now + timedelta(seconds=wait)
    work.db.add(event)
