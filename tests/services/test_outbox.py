"""Sending what is due: once where possible, in order, later when refused, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.permissions import Actor
from sessions_app.domain.ports import MailRefused, MailUnavailable
from sessions_app.models import OutboxMessage
from sessions_app.models.messages import OutboxState
from sessions_app.services import outbox
from sessions_app.services.notifications import NotificationKind as K
from sessions_app.services.outbox import LEASE, MAX_ATTEMPTS
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.doubles.postbox import Postbox
from tests.services.mail.examples import about_session, password_reset

SYSTEM = Actor.system()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def sending(platform: Platform, postbox: Postbox) -> Platform:
    """The platform with a mail transport."""
    return replace(platform, mailer=postbox)


def queue(platform: Platform, name: str, *, stream: str = "", kind: K = K.BOOKED, **facts: Any) -> int:
    """Put a message about a session titled ``name`` into the outbox; its id."""
    message = about_session(kind, course=name, **facts)

    def store(work: UnitOfWork) -> int:
        row = OutboxMessage(
            dedupe_key=name,
            stream=stream or name,
            kind=kind,
            to_address=message.to_address,
            facts=message.facts,
            available_at=work.now,
            created_at=work.now,
        )
        work.db.add(row)
        work.db.flush()
        assert row.id is not None
        return row.id

    return platform.run(store, SYSTEM)


def rows(platform: Platform) -> dict[str, OutboxMessage]:
    def query(work: UnitOfWork) -> dict[str, OutboxMessage]:
        return {
            row.dedupe_key: row for row in work.db.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
        }

    return platform.read(query, SYSTEM)


def test_what_is_due_is_sent_once_oldest_first(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    for name in ("Algebra", "Botany", "Calculus"):
        queue(sending, name)
        clock.advance(seconds=1)
    assert outbox.deliver_due(sending) == 3
    assert outbox.deliver_due(sending) == 0
    assert [subject.split()[1] for subject in postbox.subjects] == ["Algebra", "Botany", "Calculus"]
    for row in rows(sending).values():
        assert (row.state, row.sent_at, row.attempts, row.lease_token) == (
            OutboxState.SENT,
            clock.now(),
            1,
            None,
        )


def test_what_is_not_due_waits(sending: Platform, postbox: Postbox, clock: StoppedClock) -> None:
    queue(sending, "Algebra")
    clock.advance(seconds=-1)
    assert outbox.deliver_due(sending) == 0
    assert postbox.tries == 0


def test_a_busy_server_is_asked_again_later_and_later(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Algebra")
    for nominal in (5, 20, 80, 320):
        postbox.fail_next(MailUnavailable("451 busy"))
        outbox.deliver_due(sending)
        row = rows(sending)["Algebra"]
        wait = (row.available_at - clock.now()).total_seconds()
        assert 0.75 * nominal <= wait <= 1.25 * nominal
        assert (row.state, row.last_error) == (OutboxState.QUEUED, "451 busy")
        clock.set(row.available_at)
    outbox.deliver_due(sending)
    assert rows(sending)["Algebra"].state is OutboxState.SENT


def test_after_eight_tries_a_message_is_parked_and_says_why(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Algebra")
    postbox.fail_next(*[MailUnavailable("no answer")] * 20)
    for _ in range(20):
        outbox.deliver_due(sending)
        clock.advance(hours=6)
    row = rows(sending)["Algebra"]
    assert (row.state, row.attempts, row.last_error) == (OutboxState.FAILED, MAX_ATTEMPTS, "no answer")
    assert postbox.tries == MAX_ATTEMPTS
    assert row.sent_at is None


def test_a_refusal_for_good_is_not_tried_again(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Algebra")
    postbox.fail_next(MailRefused("550 no such mailbox"))
    outbox.deliver_due(sending)
    clock.advance(days=1)
    assert outbox.deliver_due(sending) == 0
    row = rows(sending)["Algebra"]
    assert (row.state, row.last_error) == (OutboxState.FAILED, "550 no such mailbox")


def test_a_later_message_of_a_stream_waits_for_the_earlier(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Invitation", stream="noah")
    queue(sending, "Cancellation", stream="noah", kind=K.CANCELLED)
    queue(sending, "Elsewhere", stream="mira")
    postbox.fail_next(MailUnavailable("451 busy"))
    outbox.deliver_due(sending)
    assert [subject.split()[1] for subject in postbox.subjects] == ["Elsewhere"]
    clock.advance(minutes=1)
    outbox.deliver_due(sending)
    assert [subject.split()[1] for subject in postbox.subjects] == ["Elsewhere", "Invitation", "Cancellation"]


def test_a_message_being_sent_holds_back_its_stream_and_is_sent_by_nobody_else(
    sending: Platform, postbox: Postbox
) -> None:
    queue(sending, "Invitation", stream="noah")
    queue(sending, "Cancellation", stream="noah", kind=K.CANCELLED)
    assert sending.run(outbox.claim, SYSTEM) is not None
    assert sending.run(outbox.claim, SYSTEM) is None
    assert outbox.deliver_due(sending) == 0
    assert postbox.tries == 0


def test_a_parked_message_does_not_hold_back_its_stream(sending: Platform, postbox: Postbox) -> None:
    queue(sending, "Invitation", stream="noah")
    queue(sending, "Cancellation", stream="noah", kind=K.CANCELLED)
    postbox.fail_next(MailRefused("554 spam"))
    outbox.deliver_due(sending)
    assert [subject.split()[1] for subject in postbox.subjects] == ["Cancellation"]


def test_the_lease_of_the_dead_ends_and_their_late_word_counts_for_nothing(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Algebra")
    died = sending.run(outbox.claim, SYSTEM)
    assert died is not None
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert sending.run(outbox.claim, SYSTEM) is None
    clock.advance(seconds=1)
    heir = sending.run(outbox.claim, SYSTEM)
    assert heir is not None
    assert heir.message.id == died.message.id

    slow = Postbox()
    slow.fail_next(MailUnavailable("timed out at last"))
    outbox._deliver(sending, slow, died)
    row = rows(sending)["Algebra"]
    assert (row.lease_token, row.last_error) == (heir.lease_token, "")
    outbox._deliver(sending, postbox, heir)
    outbox._deliver(sending, slow, died)
    assert rows(sending)["Algebra"].state is OutboxState.SENT
    assert postbox.mails[0].message_id == slow.mails[0].message_id


def test_a_server_that_is_down_is_not_asked_for_every_message(sending: Platform, postbox: Postbox) -> None:
    for number in range(10):
        queue(sending, f"Message {number}")
    postbox.fail_next(*[MailUnavailable("connection refused")] * 10)
    outbox.deliver_due(sending)
    assert postbox.tries == 3
    assert [row.attempts for row in rows(sending).values()].count(0) == 7


def test_a_message_that_cannot_be_worded_waits_alone(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    queue(sending, "Broken", starts_at="never")
    queue(sending, "Algebra")
    outbox.deliver_due(sending)
    assert [subject.split()[1] for subject in postbox.subjects] == ["Algebra"]
    broken = rows(sending)["Broken"]
    assert broken.state is OutboxState.QUEUED
    assert broken.available_at > clock.now()
    assert broken.last_error.startswith("ValueError")


def test_a_reset_link_that_has_ended_is_not_mailed_any_more(
    sending: Platform, postbox: Postbox, clock: StoppedClock
) -> None:
    message = password_reset()

    def store(work: UnitOfWork) -> None:
        for name, ends in (("late", work.now), ("in time", work.now + timedelta(minutes=1))):
            work.db.add(
                OutboxMessage(
                    dedupe_key=name,
                    stream=name,
                    kind=K.PASSWORD_RESET,
                    to_address=message.to_address,
                    facts={**message.facts, "expires_at": f"{ends:%Y-%m-%dT%H:%M:%SZ}"},
                    available_at=work.now,
                    created_at=work.now,
                )
            )

    sending.run(store, SYSTEM)
    outbox.deliver_due(sending)
    states = {key: row.state for key, row in rows(sending).items()}
    assert states == {"late": OutboxState.STALE, "in time": OutboxState.SENT}
    assert len(postbox.mails) == 1


def test_without_a_transport_a_message_is_sent_by_being_readable(platform: Platform) -> None:
    queue(platform, "Invitation", stream="noah")
    queue(platform, "Cancellation", stream="noah", kind=K.CANCELLED)
    assert outbox.deliver_due(platform) == 2
    assert outbox.deliver_due(platform) == 0
    assert {row.state for row in rows(platform).values()} == {OutboxState.SENT}
    assert all(row.sent_at == platform.clock.now() for row in rows(platform).values())


def test_in_production_without_a_transport_messages_wait(platform: Platform) -> None:
    queue(platform, "Invitation")
    production = parse_settings(
        app_env="production",
        secret_key="x" * 32,
        app_url="https://sessions.example",
        allow_test_payments=True,
    )
    assert outbox.deliver_due(replace(platform, settings=production)) == 0
    assert rows(platform)["Invitation"].state is OutboxState.QUEUED
