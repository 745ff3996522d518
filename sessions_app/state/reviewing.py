"""The dashboard's review dialog: ``/dashboard?review=…`` opens it too, as the link of a mail does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.domain.errors import InvalidInput, NotFound, TooLate
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Role
from sessions_app.domain.plain_text import short_name
from sessions_app.services import reviews
from sessions_app.services.queries import reviews as queries
from sessions_app.services.queries.reviews import Draft
from sessions_app.state.base import AppState, require
from sessions_app.state.dashboard import UNKNOWN

_LONGEST_ID = 64


@dataclass(frozen=True)
class DraftView:
    """The dialog; an empty ``booking_id`` means it is closed."""

    booking_id: str = ""
    heading: str = ""
    what: str = ""
    rating: int = 0
    body: str = ""
    hint: str = ""
    confirm: str = ""


CLOSED = DraftView()


def draft_view(found: Draft, viewer: Viewer) -> DraftView:
    """The form as it begins."""
    whose = f", for {found.learner}" if found.learner else ""
    return DraftView(
        booking_id=found.booking_id,
        heading=f"Your review of {short_name(found.instructor)}",
        what=f"{found.title}{whose}, {viewer.day(found.starts_at)}",
        rating=found.rating,
        body=found.body,
        hint="Everybody can read it, with your first name."
        if found.editable_until is None
        else f"You can change it until {viewer.day(found.editable_until)}.",
        confirm="Save review" if found.rating else "Publish review",
    )


class ReviewState(AppState):
    """One tab's dialog."""

    draft: DraftView = CLOSED
    busy: bool = False

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def open(self) -> None:
        """Show the dialog if the address asks for it."""
        asked = self.router.url.query_parameters.get("review", "")[:_LONGEST_ID]
        self.draft, self.busy = CLOSED, False
        if asked:
            await self._ask(asked)

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def ask(self, booking_id: str) -> None:
        """Open the dialog of a booking."""
        await self._ask(str(booking_id)[:_LONGEST_ID])

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def keep(self) -> Any:
        """Close the dialog and change nothing."""
        self.draft = CLOSED
        return self._clean_address()

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def write(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Publish the review, or save the change."""
        asked = self.draft
        if asked == CLOSED or self.busy:
            return
        rating, body = str(form.get("rating", "")), str(form.get("body", ""))
        if rating not in {str(value) for value in reviews.RATINGS}:
            raise InvalidInput("Please choose one to five stars.", field="rating")
        self.busy = True
        yield
        try:
            await self._run(reviews.write, booking_id=asked.booking_id, rating=int(rating), body=body)
        finally:
            self.busy = False
        self.draft = CLOSED
        self._say("Review saved" if asked.rating else "Thank you for your review")
        # The dashboard watches its own bookings and shows the rating by itself.
        if (away := self._clean_address()) is not None:
            yield away

    async def _ask(self, booking_id: str) -> None:
        try:
            found = await self._read(queries.draft, booking_id=booking_id)
        except NotFound:
            raise NotFound(UNKNOWN) from None
        if not found.is_open:
            raise TooLate("A review can be changed for 14 days.")
        self.draft = draft_view(found, self._viewer())

    def _clean_address(self) -> Any:
        query = dict(self.router.url.query_parameters)
        if "review" not in query:
            return None
        tab = query.get("tab", "")
        return rx.redirect(f"/dashboard?tab={tab}" if tab.isalpha() else "/dashboard", replace=True)
