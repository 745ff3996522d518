"""What the development mailbox sends to the browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sessions_app.domain.local_labels import Viewer
from sessions_app.models.messages import OutboxState
from sessions_app.services.queries.mailbox import MailboxEntry, OpenedMail
from sessions_app.state.dev_mailbox import DevMailboxState, MessageView, OpenedView
from tests.services.world import World, tomorrow_at
from tests.state.conftest import Tab

PARIS = Viewer("Europe/Paris")
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
ENTRY = MailboxEntry(
    7,
    "noah@example.org",
    "[Booked] Maths",
    OutboxState.SENT,
    1,
    "",
    datetime(2026, 12, 1, 11, 30, tzinfo=UTC),
)


def test_a_line_says_what_to_whom_and_when_in_the_viewers_zone() -> None:
    assert MessageView.of(ENTRY, PARIS, NOW) == MessageView(
        id="7",
        href="/dev/mailbox?message=7",
        recipient="noah@example.org",
        subject="[Booked] Maths",
        when="Tue 1 Dec, 12:30",
        state="Sent",
        tone="ok",
    )


@pytest.mark.parametrize("state", list(OutboxState))
def test_every_state_has_its_words(state: OutboxState) -> None:
    entry = MailboxEntry(7, "a@b.c", "s", state, 3, "451 busy", NOW)
    shown = MessageView.of(entry, PARIS, NOW)
    assert shown.state
    assert shown.trouble == "451 busy (try 3)"


def test_addresses_in_the_plain_text_become_links_and_the_rest_stays() -> None:
    opened = OpenedMail(ENTRY, "<html><head></head></html>", "Join: https://a.example/x?y=1\nBye", "")
    shown = OpenedView.of(opened, PARIS, NOW)
    assert [(piece.text, piece.url) for piece in shown.text] == [
        ("Join: ", ""),
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("\nBye", ""),
    ]


def test_links_of_a_shown_mail_leave_its_frame() -> None:
    shown = OpenedView.of(OpenedMail(ENTRY, "<html><head><title>", "", ""), PARIS, NOW)
    assert '<head><base target="_blank"><title>' in shown.html


def test_the_address_names_the_opened_message(world: World, tab: Tab) -> None:
    world.book(world.student(), world.offering(), tomorrow_at(world.clock, 15))
    tab.send(DevMailboxState, "load")
    state = tab.state(DevMailboxState)
    assert state.is_loaded
    assert len(state.messages) == 2
    assert state.opened == OpenedView()

    tab.connect(path=state.messages[1].href)
    tab.send(DevMailboxState, "load")
    assert state.opened.head == state.messages[1]
    assert "Session booked" in state.opened.html

    for wrong in ("?message=999999", "?message=x", f"?message={'9' * 400}"):
        tab.connect(path=f"/dev/mailbox{wrong}")
        tab.send(DevMailboxState, "load")
        assert state.opened == OpenedView()
