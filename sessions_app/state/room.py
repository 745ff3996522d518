"""``/session/[session_id]/room``: what, when and with whom, and the way into the room while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import reflex as rx

from sessions_app.domain.errors import NotFound
from sessions_app.domain.local_labels import Viewer, same_clock
from sessions_app.domain.plain_text import short_name
from sessions_app.models.catalogue import Modality
from sessions_app.services import live
from sessions_app.services.queries import joining
from sessions_app.services.queries.joining import JoinPage
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub
from sessions_app.state.views import avatar_colour, initials


@dataclass(frozen=True)
class RoomView:
    """The page. ``kind`` is soon, open, place (met in person), over or gone; empty until the first answer.

    ``until``, ``now`` and ``total`` count down to the opening within a day; ``wakes`` is when the page looks again.
    """

    kind: str = ""
    title: str = ""
    instructor: str = ""
    instructor_href: str = ""
    initials: str = ""
    colour: int = 1
    day: str = ""
    span: str = ""
    other: str = ""
    place: str = ""
    lead: str = ""
    room_url: str = ""
    until: str = ""
    now: str = ""
    total: int = 1


GONE = RoomView(kind="gone")
_A_DAY = timedelta(days=1)


class RoomState(AppState):
    """One tab's join page."""

    view: RoomView = RoomView()

    _session_id: str = ""

    @rx.event
    @require()
    async def load(self) -> None:
        """Show the session that the address names."""
        parts = [part for part in self.router.url.path.split("/") if part]
        self._session_id = parts[1][:64] if len(parts) == 3 else ""
        await self._draw()
        hub.watch(self, RoomState.refresh, [live.person_topic(self.visitor.person_id)])

    @rx.event
    @require()
    async def refresh(self) -> None:
        """The room opened, or something about the session changed."""
        if self._session_id:
            await self._draw()

    async def _draw(self) -> None:
        try:
            page = await self._read(joining.join_page, session_id=self._session_id)
        except NotFound:
            self.view = GONE
            return
        self.view = room_view(page, self._viewer())


def room_view(page: JoinPage, viewer: Viewer) -> RoomView:
    """The page as this person sees it."""
    kind, lead = _kind(page, viewer)
    waits_for = page.opens_at if page.now < page.opens_at else page.ends_at
    counts = page.is_on and waits_for - page.now < _A_DAY
    there = Viewer(page.other_zone, viewer.hour_cycle)
    differs = not same_clock(page.starts_at, viewer.zone, page.other_zone)
    return RoomView(
        kind=kind,
        title=page.title,
        instructor=page.instructor_name,
        instructor_href=f"/instructors/{page.instructor_id}",
        initials=initials(page.instructor_name),
        colour=avatar_colour(page.instructor_id),
        day=viewer.named_day(page.starts_at, now=page.now),
        span=f"{viewer.span(page.starts_at, page.ends_at)}, {viewer.long_zone_label(page.starts_at)}",
        other=f"{there.moment(page.starts_at)} in {there.city}" if differs else "",
        place=page.place,
        lead=lead,
        room_url=page.room_url,
        until=waits_for.isoformat(timespec="seconds") if counts else "",
        now=page.now.isoformat(timespec="seconds"),
        total=max(1, (waits_for - page.now) // timedelta(seconds=1)),
    )


def _kind(page: JoinPage, viewer: Viewer) -> tuple[str, str]:
    if not page.is_on:
        return "over", "This session is over or was cancelled, so there is nothing to join."
    if page.modality is Modality.IN_PERSON:
        return "place", f"You meet {short_name(page.instructor_name)} in person."
    if page.room_url:
        return "open", "The room is open. Your browser will ask for camera and microphone."
    return (
        "soon",
        f"The room opens on {viewer.moment(page.opens_at, now=page.now)}. Come back to this page then.",
    )
