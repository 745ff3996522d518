"""The development mailbox reads the outbox as its recipients would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Actor
from sessions_app.models import OutboxMessage
from sessions_app.models.messages import OutboxState
from sessions_app.services import outbox
from sessions_app.services.queries import mailbox
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.services.world import World, tomorrow_at

ANYBODY = Actor.anonymous()


@pytest.fixture
def told(world: World) -> World:
    """A world in which one session was booked and its messages went out."""
    world.book(world.student(), world.offering(), tomorrow_at(world.clock, 15))
    outbox.deliver_due(world.platform)
    return world


def test_the_newest_stands_first(told: World) -> None:
    told.clock.advance(minutes=1)
    told.book(told.student("Mira Berger"), told.offering(), tomorrow_at(told.clock, 17))
    entries = told.platform.read(mailbox.messages, ANYBODY)
    assert [(entry.state, entry.subject.split(" — ")[0]) for entry in entries] == [
        (OutboxState.QUEUED, "[Booked] Linear Algebra with Mira"),
        (OutboxState.QUEUED, "[Booked] Linear Algebra with Ada"),
        (OutboxState.SENT, "[Booked] Linear Algebra with Noah"),
        (OutboxState.SENT, "[Booked] Linear Algebra with Ada"),
    ]
    assert len(told.platform.read(mailbox.messages, ANYBODY, limit=3)) == 3


def test_a_message_is_opened_as_it_was_sent(told: World) -> None:
    entry = told.platform.read(mailbox.messages, ANYBODY)[0]
    told.clock.advance(days=30)  # by then "Free until" would be in the past
    opened = told.platform.read(mailbox.message, ANYBODY, message_id=entry.id)
    assert opened.entry == entry
    assert "Noah Berger booked Linear Algebra with you." in opened.text
    assert opened.html.startswith("<!doctype html>")
    assert "METHOD:REQUEST\n" in opened.calendar
    stamp = entry.at.strftime("%Y%m%dT%H%M%SZ")
    assert f"DTSTAMP:{stamp}" in opened.calendar


def test_what_is_not_there_is_not_found(told: World) -> None:
    with pytest.raises(NotFound):
        told.platform.read(mailbox.message, ANYBODY, message_id=10**15)


def test_a_message_that_cannot_be_rendered_spoils_no_list(told: World) -> None:
    now = told.clock.now()
    broken = told.add(
        OutboxMessage(
            dedupe_key="broken",
            stream="broken",
            kind="session-booked",
            to_address="noah@example.org",
            facts={},
            available_at=now,
            created_at=now,
        )
    )
    entries = told.platform.read(mailbox.messages, ANYBODY)
    assert entries[0].subject == "session-booked: cannot be rendered"
    assert broken.id is not None
    with pytest.raises(NotFound, match="cannot be rendered"):
        told.platform.read(mailbox.message, ANYBODY, message_id=broken.id)


def test_in_production_nobody_reads_the_mail_of_others(told: World) -> None:
    production = parse_settings(
        app_env="production",
        secret_key="x" * 32,
        app_url="https://sessions.example",
        allow_test_payments=True,
    )
    deployed: Platform = replace(told.platform, settings=production)
    with pytest.raises(NotFound):
        deployed.read(mailbox.messages, ANYBODY)
    with pytest.raises(NotFound):
        deployed.read(mailbox.message, ANYBODY, message_id=1)
