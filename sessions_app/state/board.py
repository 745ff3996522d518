"""``/assistant``: the live board of everybody who oversees; it changes nothing, but decides disputed outcomes.

The address says which filter is on and which session is open (``?show=late&instructor=…&session=…``), so that one can
send it to a colleague; the words of the search stay in the tab.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from sessions_app.domain.attendance import Outcome
from sessions_app.domain.errors import InvalidInput, NotFound
from sessions_app.domain.permissions import Role
from sessions_app.services import live, outcomes
from sessions_app.services.outcomes import REASON_LIMIT
from sessions_app.services.queries import board as queries
from sessions_app.services.queries.board import MOST_ROWS, PAGE
from sessions_app.state import board_views as views
from sessions_app.state.base import AppState, require
from sessions_app.state.board_views import CLOSED, FILTERS, BoardView, PanelView, Wrong
from sessions_app.state.hub import hub

_LONGEST_ID = 64
_LONGEST_TEXT = 100
UNKNOWN = "We cannot find that session."


class BoardPageState(AppState):
    """One tab's board."""

    view: BoardView = BoardView()
    panel: PanelView = CLOSED

    _filter: str = "all"
    _instructor: str = ""
    _text: str = ""
    _session: str = ""
    _limit: int = PAGE
    _wrong: Wrong | None = None

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def open(self) -> None:
        """Show what the address asks for."""
        query = self.router.url.query_parameters
        show, instructor = query.get("show", "all"), query.get("instructor", "")[:_LONGEST_ID]
        show = show if show in FILTERS else "all"
        if (show, instructor) != (self._filter, self._instructor):
            self._limit = PAGE
        self._filter, self._instructor = show, instructor
        self._session = query.get("session", "")[:_LONGEST_ID]
        self._wrong = None
        hub.watch(self, BoardPageState.refresh, {live.BOARD_TOPIC})
        await self._load()

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def refresh(self) -> None:
        """Something changed, or a minute went by: look again."""
        if self.view.ready:
            await self._load()

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def show(self, key: str) -> Any:
        """Keep only some states."""
        return self._go(show=key) if key in FILTERS else None

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def choose_instructor(self, instructor_id: str) -> Any:
        """Keep one instructor's, or with an empty id everybody's."""
        return self._go(instructor=str(instructor_id)[:_LONGEST_ID])

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def search(self, text: str) -> None:
        """Keep what has these words in its title or among its people."""
        self._text, self._limit = str(text)[:_LONGEST_TEXT], PAGE
        await self._load()

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def show_more(self) -> None:
        """Show more rows."""
        self._limit = min(self._limit + PAGE, MOST_ROWS)
        await self._load()

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def open_panel(self, session_id: str) -> Any:
        """Show a session's people and timeline."""
        return self._go(session=str(session_id)[:_LONGEST_ID])

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def decide(self, form: dict[str, Any]) -> None:
        """Say what a disputed seat's outcome was, and why; what the form lacks is said at its field."""
        booking_id = str(form.get("booking_id", ""))[:_LONGEST_ID]
        try:
            outcome = Outcome(str(form.get("outcome", "")))
            note = str(form.get("note", ""))[: REASON_LIMIT + 1]
            await self._run(outcomes.decide, booking_id=booking_id, outcome=outcome, note=note)
        except ValueError:
            self._wrong = Wrong(booking_id, "outcome", "Please choose what it was.")
        except InvalidInput as refused:
            self._wrong = Wrong(booking_id, refused.field or "note", refused.message)
        else:
            self._wrong = None
            self._say("Decided", "Both sides get your reason by mail.")
        finally:  # also where a colleague was quicker
            await self._load()

    @rx.event
    @require(Role.ASSISTANT, Role.ADMIN)
    async def close_panel(self) -> Any:
        """Show the board alone."""
        return self._go(session="")

    async def _load(self) -> None:
        viewer = self._viewer()
        found = await self._read(
            queries.board,
            zone=viewer.known_zone,
            states=FILTERS[self._filter][1],
            instructor_id=self._instructor,
            text=self._text,
            limit=self._limit,
        )
        view = views.board_view(
            found,
            viewer,
            chosen=self._filter,
            instructor=self._instructor,
            text=self._text,
            opened=self._session,
        )
        if view != self.view:
            self.view = view
        panel = CLOSED
        if self._session:
            try:
                found_panel = await self._read(queries.panel, session_id=self._session)
                panel = views.panel_view(found_panel, viewer, self._wrong)
            except NotFound:
                self._session = ""
                raise NotFound(UNKNOWN) from None
            finally:
                if panel != self.panel:
                    self.panel = panel
        elif self.panel != CLOSED:
            self.panel = CLOSED

    def _go(self, **changes: str) -> Any:
        asked = {"show": self._filter, "instructor": self._instructor, "session": self._session} | changes
        kept = {name: value for name, value in asked.items() if value and (name, value) != ("show", "all")}
        return rx.redirect(f"/assistant?{urlencode(kept)}" if kept else "/assistant", replace=True)
