"""Sending what is due in the outbox: at least once, in order, by any number of processes.

A message is claimed in one transaction, handed over outside of any, and marked in another. The claim is a lease:
whoever dies leaves a message that is due again when its lease ends, and one that was handed over but not marked
goes out twice, with the same Message-ID. Messages of one ``stream`` go out in the order they were queued: a later
one cannot be claimed while an earlier one still waits.

What a mail says is decided in ``services/mail``; when to tell whom in ``notifications``.
"""

from __future__ import annotations

import logging
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import Mailer, MailRefused, MailUnavailable
from sessions_app.models import OutboxMessage
from sessions_app.models.messages import OutboxState
from sessions_app.services import freshness, mail
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import Platform, UnitOfWork

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=4)
_AT_ONCE = 500
_FAILURES_IN_A_ROW = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until the lease ends; ``lease_token`` proves it."""

    message: OutboxMessage
    lease_token: str


def deliver_due(platform: Platform, *, limit: int = _AT_ONCE) -> int:
    """Send what is due, oldest first, at most ``limit``; return how many messages were dealt with.

    Safe in several processes at once and when killed at any point. Stops early when the mail server fails several
    times in a row, so that a server that is down is not asked once for every message that waits. Without a mail
    transport a message counts as sent once it can be read in the development mailbox; in production, which has
    no such page, it waits until there is a transport.
    """
    if platform.mailer is None:
        if platform.settings.is_production:
            return 0
        return platform.run(_release_all, Actor.system(), limit=limit)
    done = failures = 0
    while done < limit and failures < _FAILURES_IN_A_ROW:
        claimed = platform.run(claim, Actor.system())
        if claimed is None:
            break
        if _deliver(platform, platform.mailer, claimed):
            done, failures = done + 1, 0
        else:
            failures += 1
    return done


def claim(work: UnitOfWork) -> Claimed | None:
    """Lease the oldest message that is due and behind no other of its stream; None when there is none.

    One that has nothing to say any more is settled as stale on the way.
    """
    while True:
        message = work.db.exec(
            select(OutboxMessage)
            .where(*_due(work.now))
            .order_by(col(OutboxMessage.available_at), col(OutboxMessage.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if message is None:
            return None
        work.db.add(message)
        if freshness.renew(work, message):
            break
        message.state = OutboxState.STALE
        work.db.flush()
    message.attempts += 1
    message.available_at = work.now + LEASE
    message.lease_token = secrets.token_hex(8)
    return Claimed(message, message.lease_token)


def _deliver(platform: Platform, mailer: Mailer, claimed: Claimed) -> bool:
    """Hand one message over and write down what came of it; False when the mail server cannot be worked with."""
    message = claimed.message
    if _is_stale(message, platform.clock.now()):
        platform.run(_settle, Actor.system(), claimed, state=OutboxState.STALE)
        return True
    try:
        mailer.send(mail.render(message, platform.settings, platform.clock.now()))
    except MailRefused as refused:
        platform.run(_settle, Actor.system(), claimed, state=OutboxState.FAILED, error=str(refused))
        return True  # the server is there and answers
    except MailUnavailable as unavailable:
        platform.run(_try_later, Actor.system(), claimed, error=str(unavailable))
        return False
    except Exception as broken:  # facts that cannot be worded: a later version may, and others must not wait
        _log.exception("message %s cannot be rendered", message.dedupe_key)
        platform.run(_try_later, Actor.system(), claimed, error=f"{type(broken).__name__}: {broken}")
        return True
    platform.run(_settle, Actor.system(), claimed, state=OutboxState.SENT)
    return True


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    earlier = aliased(OutboxMessage)
    waits = exists().where(
        col(earlier.stream) == col(OutboxMessage.stream),
        col(earlier.id) < col(OutboxMessage.id),
        col(earlier.state) == OutboxState.QUEUED,
    )
    return (
        col(OutboxMessage.state) == OutboxState.QUEUED,
        col(OutboxMessage.channel) == "email",
        col(OutboxMessage.available_at) <= now,
        ~waits,
    )


def _is_stale(message: OutboxMessage, now: datetime) -> bool:
    """Whether the message can no longer serve: the link in it has ended."""
    expires_at = message.facts.get("expires_at")
    if message.kind != NotificationKind.PASSWORD_RESET or expires_at is None:
        return False
    return datetime.fromisoformat(expires_at) <= now


def _settle(work: UnitOfWork, claimed: Claimed, *, state: OutboxState, error: str = "") -> None:
    """Write down the end of a message, unless another process has taken it over meanwhile."""
    work.db.execute(
        update(OutboxMessage)
        .where(*_ours(claimed))
        .values(
            state=state,
            lease_token=None,
            last_error=error[:500],
            sent_at=work.now if state is OutboxState.SENT else None,
        )
    )


def _try_later(work: UnitOfWork, claimed: Claimed, *, error: str) -> None:
    """Have the message wait longer after each try (5 s, 20 s, 80 s … 4 h); park it after the last."""
    attempts = claimed.message.attempts
    if attempts >= MAX_ATTEMPTS:
        _log.error("message %s is parked after %s tries: %s", claimed.message.dedupe_key, attempts, error)
        _settle(work, claimed, state=OutboxState.FAILED, error=error)
        return
    wait = min(_FIRST_WAIT * 4 ** (attempts - 1), _LONGEST_WAIT)
    wait *= random.uniform(0.75, 1.25)  # noqa: S311 - jitter, so that what failed together does not return together
    work.db.execute(
        update(OutboxMessage)
        .where(*_ours(claimed))
        .values(available_at=work.now + wait, lease_token=None, last_error=error[:500])
    )


def _ours(claimed: Claimed) -> tuple[ColumnElement[bool], ...]:
    return (
        col(OutboxMessage.id) == claimed.message.id,
        col(OutboxMessage.lease_token) == claimed.lease_token,
        col(OutboxMessage.state) == OutboxState.QUEUED,
    )


def _release_all(work: UnitOfWork, *, limit: int) -> int:
    due = select(OutboxMessage.id, OutboxMessage.kind).where(
        col(OutboxMessage.state) == OutboxState.QUEUED,
        col(OutboxMessage.channel) == "email",
        col(OutboxMessage.available_at) <= work.now,
    )
    rows = work.db.exec(
        due.order_by(col(OutboxMessage.id)).limit(limit).with_for_update(skip_locked=True)
    ).all()
    for message_id, kind in rows:
        if kind in freshness.LOOKING_AGAIN:
            message = work.db.get_one(OutboxMessage, message_id)
            if not freshness.renew(work, message):
                message.state = OutboxState.STALE
                work.db.add(message)
    work.db.flush()
    if rows:
        work.db.execute(
            update(OutboxMessage)
            .where(
                col(OutboxMessage.id).in_([message_id for message_id, _ in rows]),
                col(OutboxMessage.state) == OutboxState.QUEUED,
            )
            .values(state=OutboxState.SENT, sent_at=work.now, attempts=OutboxMessage.attempts + 1)
        )
    return len(rows)
