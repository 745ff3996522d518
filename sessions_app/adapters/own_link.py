"""The instructor's own meeting address. We know nothing of it but that it is one, and give it to who takes part."""

from __future__ import annotations

from sessions_app.domain.ports import Entrance, Guest, Protection, VideoKind


class OwnLinkProvider:
    """Opens the address as it is, in a tab of its own: most meeting sites refuse to be embedded."""

    kind = VideoKind.LINK
    protection = Protection.OWNER
    can_record = False

    def new_room(self) -> str:
        """Nothing: the address is the instructor's, not ours to make."""
        return ""

    def entrance(self, room: str, guest: Guest) -> Entrance:
        """The same address for everybody."""
        return Entrance(room=room, url=room)
