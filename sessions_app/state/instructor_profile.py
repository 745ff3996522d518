"""The state of an instructor's public profile."""

from __future__ import annotations

import reflex as rx

from sessions_app.domain.errors import NotFound
from sessions_app.services.queries import instructors
from sessions_app.state.base import AppState, public
from sessions_app.state.profile_views import ProfileView, profile_view


class InstructorProfileState(AppState):
    """The instructor of the address, or that there is none."""

    loaded: bool = False
    missing: bool = False
    profile: ProfileView = ProfileView()

    @rx.event
    @public
    async def open_profile(self) -> None:
        """Show the instructor of the address."""
        instructor_id = self.router.url.path.strip("/").rpartition("/")[2]
        viewer = self._viewer()
        if instructor_id != self.profile.person.id:
            self.loaded, self.profile = False, ProfileView()
        try:
            found = await self._read(instructors.detail, instructor_id=instructor_id, zone=viewer.known_zone)
        except NotFound:
            self.missing, self.profile = True, ProfileView()
        else:
            self.missing, self.profile = False, profile_view(found, viewer)
        self.loaded = True
