"""Where an instructor meets: the deployment's video, or an address of their own."""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.domain.permissions import Role
from sessions_app.domain.ports import VideoKind
from sessions_app.services import video
from sessions_app.state.base import AppState, require


class MeetingPlaceState(AppState):
    """The choice in the settings of somebody who teaches."""

    link: str = ""

    @rx.event
    @require()
    async def open(self) -> None:
        """Show the address that is in force, if there is one."""
        self.link = await self._read(video.own_link)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save_link(self, form: dict[str, Any]) -> None:
        """Meet at this address from now on; without one, in the deployment's video."""
        link = str(form.get("link", "")).strip()
        await self._run(video.choose, provider=VideoKind.LINK if link else None, link=link)
        self.link = await self._read(video.own_link)
        self._say("Link saved" if link else "You meet in the built-in video")
