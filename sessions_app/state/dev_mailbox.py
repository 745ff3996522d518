"""The development mailbox: the newest messages, and the one that the address names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from sessions_app.domain.local_labels import Viewer
from sessions_app.models.messages import OutboxState
from sessions_app.services.queries import mailbox
from sessions_app.services.queries.mailbox import MailboxEntry, OpenedMail
from sessions_app.state.base import AppState, public

ROUTE = "/dev/mailbox"
_ADDRESS = re.compile(r"(https?://[^\s<>]+)")
_STATES = {
    OutboxState.QUEUED: ("Waiting", "sun"),
    OutboxState.SENT: ("Sent", "ok"),
    OutboxState.STALE: ("Out of date", "neutral"),
    OutboxState.FAILED: ("Failed", "danger"),
}


@dataclass(frozen=True)
class MessageView:
    """One line of the list, and the head of an opened message. ``tone`` colours the state's badge."""

    id: str = ""
    href: str = ""
    recipient: str = ""
    subject: str = ""
    when: str = ""
    state: str = ""
    tone: str = "neutral"
    trouble: str = ""

    @classmethod
    def of(cls, entry: MailboxEntry, viewer: Viewer, now: datetime) -> MessageView:
        """The entry as this viewer sees it."""
        words, tone = _STATES[entry.state]
        return cls(
            id=str(entry.id),
            href=f"{ROUTE}?message={entry.id}",
            recipient=entry.to_address,
            subject=entry.subject,
            when=viewer.moment(entry.at, now=now),
            state=words,
            tone=tone,
            trouble=f"{entry.last_error} (try {entry.attempts})" if entry.last_error else "",
        )


@dataclass(frozen=True)
class Piece:
    """A piece of plain text; one with a ``url`` is a link."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class OpenedView:
    """An opened message; an empty ``head.id`` means that none is."""

    head: MessageView = MessageView()
    html: str = ""
    text: tuple[Piece, ...] = ()
    calendar: str = ""

    @classmethod
    def of(cls, opened: OpenedMail, viewer: Viewer, now: datetime) -> OpenedView:
        """The message as this viewer sees it."""
        return cls(
            head=MessageView.of(opened.entry, viewer, now),
            # Shown in a sandboxed frame, whose links would otherwise open inside it.
            html=opened.html.replace("<head>", '<head><base target="_blank">', 1),
            text=tuple(
                Piece(part, part if _ADDRESS.fullmatch(part) else "")
                for part in _ADDRESS.split(opened.text)
                if part
            ),
            calendar=opened.calendar,
        )


class DevMailboxState(AppState):
    """What ``/dev/mailbox`` shows."""

    messages: tuple[MessageView, ...] = ()
    opened: OpenedView = OpenedView()
    is_loaded: bool = False

    @rx.event
    @public
    async def load(self) -> None:
        """Read the newest messages, and the one that ``?message=`` names."""
        self.opened = OpenedView()
        now, viewer = self._platform().clock.now(), self._viewer()
        entries = await self._read(mailbox.messages)
        self.messages = tuple(MessageView.of(entry, viewer, now) for entry in entries)
        self.is_loaded = True
        wanted = self.router.url.query_parameters.get("message", "")
        if wanted.isdecimal():
            opened = await self._read(mailbox.message, message_id=int(wanted[:18]))
            self.opened = OpenedView.of(opened, viewer, now)
