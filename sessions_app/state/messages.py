"""``/messages``: the list of conversations, and with ``?with=`` one of them opened.

``with`` is a conversation's id, or a booking's: then the address changes to the conversation it leads to. A message
is drawn before it is stored; one that could not be stored stays, with a way to send it again under the same key.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from sessions_app.domain.errors import DomainError, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.services import conversations, live, reviews
from sessions_app.services.queries import conversations as queries
from sessions_app.services.queries import reviews as review_queries
from sessions_app.services.queries.conversations import MOST_MESSAGES, MOST_ROWS, PAGE, THREAD_PAGE
from sessions_app.state import messages_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.messages_views import (
    NO_THREAD,
    InboxView,
    PendingView,
    ReportedView,
    ThreadView,
)

PATH = "/messages"
UNKNOWN = "We cannot find that conversation. It may belong to another account."
_STAFF = (Role.ASSISTANT, Role.ADMIN)
_LONGEST_ID = 64
_MOST_PENDING = 20


class MessagesState(AppState):
    """One tab's messages. ``busy`` names what is being changed."""

    inbox: InboxView = InboxView()
    thread: ThreadView = NO_THREAD
    pending: rx.Field[list[PendingView]] = rx.field(default_factory=list)
    reported: rx.Field[list[ReportedView]] = rx.field(default_factory=list)
    busy: str = ""

    _open_id: str = ""
    _limit: int = PAGE
    _thread_limit: int = THREAD_PAGE
    # What is on its way or did not go: key, conversation, text.
    _outgoing: list[tuple[str, str, str]] = []  # noqa: RUF012 - Reflex copies it for each tab

    # ------------------------------------------------------------ what is shown

    @rx.event
    @require()
    async def open(self) -> Any:
        """Show what the address asks for."""
        wanted = self.router.url.query_parameters.get("with", "")[:_LONGEST_ID]
        if wanted.startswith("bkg_"):
            try:
                found = await self._run(conversations.of_booking, booking_id=wanted)
            except NotFound:
                self._open_id, self.thread = "", NO_THREAD
                await self._load()
                raise
            return rx.redirect(f"{PATH}?with={found}", replace=True)
        if wanted != self._open_id:
            self._thread_limit, self.pending, self.thread = THREAD_PAGE, [], NO_THREAD
        self._open_id, self.busy = wanted, ""
        topics = await self._read(conversations.topics)
        if wanted:
            topics |= {live.conversation_topic(wanted)}
        if self._is_staff():
            topics |= {live.REPORTS_TOPIC}
            if wanted:
                await self._oversee()
        hub.watch(self, MessagesState.refresh, topics)
        self._draw_pending()
        await self._load()
        return None

    @rx.event
    @require()
    async def refresh(self) -> None:
        """Somebody wrote, read or closed something: look again."""
        if self.inbox.ready and self.router.url.path.rstrip("/") == PATH:
            await self._load()

    @rx.event
    @require()
    async def show_more(self) -> None:
        """Show more conversations."""
        self._limit = min(self._limit + PAGE, MOST_ROWS)
        await self._load()

    @rx.event
    @require()
    async def show_older(self) -> None:
        """Show earlier messages."""
        self._thread_limit = min(self._thread_limit + THREAD_PAGE, MOST_MESSAGES)
        await self._load()

    @rx.event
    @require()
    async def seen(self, last_id: int) -> None:
        """The person looks at the thread (``assets/messages.js``): what is in it has been read."""
        if self._open_id and isinstance(last_id, int):
            await self._run(conversations.mark_read, conversation_id=self._open_id, up_to=last_id)

    # ------------------------------------------------------------ writing

    @rx.event
    @require()
    async def send(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Draw the message at once, then store it."""
        conversation_id = str(form.get("conversation", ""))[:_LONGEST_ID]
        text = str(form.get("body", "")).strip()
        if not text or not conversation_id:
            return
        key = secrets.token_hex(8)
        self._outgoing = [*self._outgoing, (key, conversation_id, text)][-_MOST_PENDING:]
        self._draw_pending()
        yield
        await self._deliver(key)

    @rx.event
    @require()
    async def retry(self, key: str) -> AsyncIterator[Any]:
        """Send once more what did not go."""
        self._draw_pending(trying=key)
        yield
        await self._deliver(key)

    @rx.event
    @require()
    async def discard(self, key: str) -> None:
        """Give up what did not go."""
        self._forget(key)

    # ------------------------------------------------------------ ending

    @rx.event
    @require()
    async def block(self, blocked: bool) -> None:
        """Stop the open conversation, or allow it again."""
        await self._run(conversations.block, conversation_id=self._open_id, blocked=blocked is True)
        self._say("Conversation blocked" if blocked is True else "You can write to each other again")
        await self._load()

    @rx.event
    @require(*_STAFF)
    async def close(self, closed: bool) -> None:
        """Close the open conversation for everybody, or open it again."""
        await self._run(conversations.close, conversation_id=self._open_id, closed=closed is True)
        self._say("Conversation closed" if closed is True else "Conversation open again")
        await self._load()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def allow_replies(self, allowed: bool) -> None:
        """Let the others of the open group answer, or not."""
        await self._run(conversations.allow_replies, conversation_id=self._open_id, allowed=allowed is True)
        await self._load()

    @rx.event
    @require(*_STAFF)
    async def decide(self, review_id: str, hide: bool) -> None:
        """Hide a reported review, or keep it."""
        await self._run(reviews.decide, review_id=str(review_id)[:_LONGEST_ID], hide=hide is True)
        self._say("Review hidden" if hide is True else "Review kept")
        await self._load()

    # ------------------------------------------------------------ how

    def _is_staff(self) -> bool:
        return self._actor().is_staff

    async def _oversee(self) -> None:
        try:
            await self._run(conversations.oversee, conversation_id=self._open_id)
        except NotFound:
            self._open_id = ""
            raise NotFound(UNKNOWN) from None

    async def _load(self) -> None:
        viewer = self._viewer()
        inbox = views.inbox_view(await self._read(queries.inbox, limit=self._limit), viewer)
        if inbox != self.inbox:
            self.inbox = inbox
        if self._is_staff():
            waiting = await self._read(review_queries.reported)
            self.reported = [views.reported_view(one) for one in waiting]
        if not self._open_id:
            self.thread = NO_THREAD
            return
        try:
            found = await self._read(queries.thread, conversation_id=self._open_id, limit=self._thread_limit)
        except NotFound:
            self._open_id, self.thread = "", NO_THREAD
            raise NotFound(UNKNOWN) from None
        thread = views.thread_view(found, viewer)
        if thread != self.thread:
            self.thread = thread

    async def _deliver(self, key: str) -> None:
        waiting = next((one for one in self._outgoing if one[0] == key), None)
        if waiting is None:
            return
        _, conversation_id, text = waiting
        try:
            await self._run(conversations.send, conversation_id=conversation_id, body=text, key=key)
        except DomainError as refused:
            self._mark(key, refused.message)
            return
        except Exception:
            self._mark(key, "This message could not be sent.")
            raise
        await self._load()
        self._forget(key)

    def _draw_pending(self, *, trying: str = "") -> None:
        troubles = {one.key: one.trouble for one in self.pending if one.key != trying}
        self.pending = [
            PendingView(key, views.pieces_of(text), troubles.get(key, ""))
            for key, conversation_id, text in self._outgoing
            if conversation_id == self._open_id
        ]

    def _mark(self, key: str, trouble: str) -> None:
        self.pending = [
            PendingView(one.key, one.pieces, trouble) if one.key == key else one for one in self.pending
        ]

    def _forget(self, key: str) -> None:
        self._outgoing = [one for one in self._outgoing if one[0] != key]
        self.pending = [one for one in self.pending if one.key != key]
