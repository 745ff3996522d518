"""What a person chooses about themselves, each choice stored at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Role
from sessions_app.services import accounts
from sessions_app.services.accounts import Child, Profile
from sessions_app.services.identity import Identity
from sessions_app.state import surroundings
from sessions_app.state.base import LOGIN_COOKIE, AppState, require
from sessions_app.state.views import avatar_colour, initials

REMINDER_LABELS = {
    "reminder.email.24h": "24 hours before, with the details",
    "reminder.email.1h": "1 hour before",
    "reminder.email.15m": "15 minutes before, with the link",
}


@dataclass(frozen=True)
class ReminderView:
    """One switch."""

    name: str
    label: str
    is_on: bool


@dataclass(frozen=True)
class ChildView:
    """One child in the list."""

    name: str
    initials: str
    colour: int
    note: str


class SettingsState(AppState):
    """The settings page."""

    name: str = ""
    email: str = ""
    zone: str = ""
    zone_label: str = ""
    clock: str = ""
    reminders: rx.Field[list[ReminderView]] = rx.field(default_factory=list)
    children: rx.Field[list[ChildView]] = rx.field(default_factory=list)
    child_count: int = 0
    password_changes: int = 0

    @rx.event
    @require()
    async def open(self) -> None:
        """Show what is chosen."""
        self._show_profile(await self._read(accounts.profile))

    @rx.event
    @require()
    async def save_name(self, form: dict[str, Any]) -> None:
        """Store the name."""
        await self._change(name=str(form.get("name", "")))
        self._say("Name saved")

    @rx.event
    @require()
    async def change_password(self, form: dict[str, Any]) -> None:
        """Set a new password; every other sign-in of the person ends."""
        await self._call(
            accounts.change_password,
            self._actor(),
            current=str(form.get("current_password", "")),
            password=str(form.get("password", "")),
            login_token=self._cookie(LOGIN_COOKIE),
        )
        surroundings.current().identities.forget()
        self.password_changes += 1
        self._say("Password changed", "You are signed out everywhere else.")

    @rx.event
    @require()
    async def choose_zone(self, zone: str) -> None:
        """Store the zone."""
        await self._change(timezone=str(zone))
        self._say("Time zone saved", f"All times are shown in {self.zone}.")

    @rx.event
    @require()
    async def choose_clock(self, hour_cycle: str) -> None:
        """Store the clock: h12, h23, or empty for what the device shows."""
        await self._change(hour_cycle=str(hour_cycle))

    @rx.event
    @require()
    async def switch_reminder(self, name: str) -> None:
        """Turn a reminder round."""
        is_on = any(reminder.is_on for reminder in self.reminders if reminder.name == name)
        await self._run(accounts.choose_reminder, name=str(name), is_on=not is_on)
        self._show_profile(await self._read(accounts.profile))

    @rx.event
    @require(Role.GUARDIAN)
    async def add_child(self, form: dict[str, Any]) -> None:
        """Add a child without an account, in the guardian's zone."""
        child = await self._run(
            accounts.add_child, name=str(form.get("child_name", "")), timezone=self.zone or self.visitor.zone
        )
        self._show_profile(await self._read(accounts.profile))
        self._say(f"{child.name} added", "You can now book for them.")

    async def _change(self, **facts: str) -> None:
        identity = await self._run(accounts.change_profile, **facts)
        surroundings.current().identities.forget()
        self._recognise(identity)
        self._show_identity(identity)

    def _show_profile(self, profile: Profile) -> None:
        self._show_identity(profile.identity)
        self.reminders = [
            ReminderView(name, REMINDER_LABELS[name], is_on) for name, is_on in profile.reminders.items()
        ]
        self.children = [_child_view(child) for child in profile.children]
        self.child_count = len(self.children)

    def _show_identity(self, identity: Identity) -> None:
        viewer = Viewer(identity.timezone, self.visitor.hour_cycle)
        self.name = identity.name
        self.email = identity.email or ""
        self.zone = identity.timezone
        self.zone_label = viewer.long_zone_label(self._platform().clock.now())
        self.clock = identity.hour_cycle


def _child_view(child: Child) -> ChildView:
    note = "Has an account of their own" if child.has_account else "No account; you book for them"
    return ChildView(child.name, initials(child.name), avatar_colour(child.person_id), note)
