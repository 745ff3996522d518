"""``/session/[session_id]/room``: the session's own page, from the booking until after its end.

A tab that joined stays in by its heartbeat (``assets/room.js`` presses ``beat``), comes back in after a reload, and
gets the room's address only when and as long as its person may be there.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import reflex as rx

from sessions_app.domain.attendance import BRIDGE
from sessions_app.domain.errors import DomainError, NotFound
from sessions_app.services import lesson_notes, live, outcomes, recording, sessions
from sessions_app.services.queries import joining
from sessions_app.services.queries.joining import JoinPage
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.room_views import GONE, RoomView, room_view

_TEXT = 8000


class RoomState(AppState):
    """One tab's join page."""

    view: RoomView = RoomView()
    frame_url: str = ""
    window_url: str = ""
    channel: str = ""
    objected: str = ""  # the seat whose objection was sent last; a refusal is shown beside it
    absent: rx.Field[list[str]] = rx.field(default_factory=list)
    is_working: bool = False

    _session_id: str = ""
    _is_in: bool = False
    _heard_at: datetime | None = None
    _room: datetime | None = None
    _may_record: bool = False
    _proposed: rx.Field[list[str]] = rx.field(default_factory=list)

    @rx.event
    @require()
    async def load(self) -> None:
        """Show the session that the address names, and go back in after a reload."""
        parts = [part for part in self.router.url.path.split("/") if part]
        session_id = parts[1][:64] if len(parts) == 3 else ""
        is_recent = self._heard_at is not None and self._platform().clock.now() - self._heard_at <= BRIDGE
        if session_id != self._session_id or not is_recent:
            self._go_out()
        if session_id != self._session_id:
            self._session_id, self.absent, self._proposed = session_id, [], []
            self.view = RoomView()
        await self._draw()
        topics = [live.room_topic(session_id), live.person_topic(self.visitor.person_id)]
        hub.watch(self, RoomState.refresh, topics)

    @rx.event
    @require()
    async def refresh(self) -> None:
        """The room opened, somebody came or went, or something about the session changed."""
        if self._session_id:
            await self._draw()

    @rx.event
    @require()
    async def join(self) -> None:
        """Come in with this tab."""
        await self._enter()
        await self._draw()

    @rx.event
    @require()
    async def beat(self) -> None:
        """This tab is still here."""
        if not self._is_in:
            return
        self._heard_at = self._platform().clock.now()
        await self._run(sessions.heartbeat, session_id=self._session_id, tab=self._tab())
        await self._draw()

    @rx.event
    @require()
    async def leave(self) -> None:
        """Go out with this tab."""
        if self._is_in:
            self._go_out()
            await self._run(sessions.leave, session_id=self._session_id, tab=self._tab())
        await self._draw()

    @rx.event
    @require()
    async def start(self) -> None:
        """The instructor begins, and is in."""
        await self._run(sessions.start, session_id=self._session_id)
        if self.view.kind != "place":
            await self._enter()
        await self._draw()

    @rx.event
    @require()
    async def end(self) -> None:
        """The instructor ends it for everybody."""
        missing = {who.booking_id for who in self.view.people if who.can_be_absent}
        absent = [one for one in self.absent if one in missing]
        await self._run(sessions.end, session_id=self._session_id, absent=absent)
        self._go_out()
        await self._draw()

    @rx.event
    @require()
    async def mark_absent(self, booking_id: str) -> None:
        """Say of one student that they did not come, or take it back; it counts when the session ends."""
        marked = [one for one in self.absent if one != booking_id]
        self.absent = marked if booking_id in self.absent else [*marked[-20:], str(booking_id)[:64]]

    @rx.event
    @require()
    async def ask_recording(self) -> None:
        """The instructor would like to record, or would not any more."""
        await self._run(recording.ask, session_id=self._session_id, wanted=not self.view.recording.wanted)
        await self._draw()

    @rx.event
    @require()
    async def answer_recording(self, agrees: bool) -> None:
        """Agree to be recorded, or not."""
        await self._run(recording.answer, session_id=self._session_id, agrees=agrees is True)
        await self._draw()

    @rx.event
    @require()
    async def save_report(self, form: dict[str, Any]) -> None:
        """Keep the instructor's notes on one seat."""
        await self._run(
            lesson_notes.write_report,
            booking_id=_text(form, "booking_id"),
            report=_text(form, "report"),
            homework=_text(form, "homework"),
            private_note=_text(form, "private_note"),
        )
        await self._draw()
        self._say("Notes saved")

    @rx.event
    @require()
    async def save_note(self, form: dict[str, Any]) -> None:
        """Keep the student's own note."""
        await self._run(
            lesson_notes.write_own_note,
            booking_id=_text(form, "booking_id"),
            note=_text(form, "note"),
        )
        await self._draw()
        self._say("Note saved", "Only you can read it.")

    @rx.event
    @require()
    async def confirm_outcome(self, booking_id: str) -> None:
        """The instructor agrees with what the log says."""
        await self._run(outcomes.confirm, booking_id=str(booking_id)[:64])
        await self._draw()

    @rx.event
    @require()
    async def dispute(self, form: dict[str, Any]) -> None:
        """Say that it was otherwise."""
        self.objected = _text(form, "booking_id")
        await self._run(outcomes.dispute, booking_id=self.objected, reason=_text(form, "reason"))
        await self._draw()
        self._say("Thank you. We look into it.")

    async def _enter(self) -> None:
        joined = await self._run(sessions.join, session_id=self._session_id, tab=self._tab())
        way = joined.entrance
        self._is_in, self._heard_at = True, self._platform().clock.now()
        self._room = joined.room_made_at if way is not None else None
        self.frame_url = way.frame_url if way is not None else ""
        self.window_url = way.url if way is not None else ""
        self.channel = way.room if way is not None and not way.url else ""

    def _go_out(self) -> None:
        self._is_in, self._heard_at, self._room = False, None, None
        self.frame_url = self.window_url = self.channel = ""

    async def _draw(self) -> None:
        try:
            page = await self._read(joining.join_page, session_id=self._session_id)
        except NotFound:
            self._go_out()
            self.view = GONE
            return
        if self._is_in and not page.can_join:
            self._go_out()
        if self._is_in and self._must_enter_again(page):
            try:
                await self._enter()
            except DomainError:
                self._go_out()
                raise
        self._may_record = page.is_recording_agreed
        label = self._platform().settings.instructor_label
        view = room_view(page, self._viewer(), is_in=self._is_in, label=label)
        if view != self.view:
            self.view = view
        self._propose_absent()

    def _propose_absent(self) -> None:
        """Mark, once, whoever never came when they have been waited for; the instructor may say otherwise."""
        never = [who.booking_id for who in self.view.people if who.can_be_absent and not who.here]
        new = [one for one in never if one not in self._proposed]
        if new:
            self._proposed = [*self._proposed, *new]
            self.absent = [*self.absent, *new]

    def _must_enter_again(self, page: JoinPage) -> bool:
        """Whether the way in is another now: let in from the lobby, another room, or the right to record."""
        is_let_in = page.is_host or page.started_at is not None
        is_other = self._room is None or page.room_made_at != self._room
        return is_let_in and (is_other or (page.is_host and page.is_recording_agreed != self._may_record))

    def _tab(self) -> str:
        # The tab's token opens its state, so the log gets only a name made from it.
        token = self.router.session.client_token
        return hashlib.blake2b(token.encode(), digest_size=8).hexdigest()


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value[:_TEXT] if isinstance(value, str) else ""
