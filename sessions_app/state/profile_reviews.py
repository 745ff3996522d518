"""The reviews on an instructor's profile: reading, the instructor's answer, and reporting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from sessions_app.domain.local_labels import Viewer
from sessions_app.services import reviews
from sessions_app.services.queries import reviews as queries
from sessions_app.services.queries.reviews import MOST_ROWS, PAGE, ReviewList
from sessions_app.state.base import AppState, public, require

_LONGEST_ID = 64


@dataclass(frozen=True)
class ReviewView:
    """One review as a visitor reads it."""

    id: str
    rating: int
    body: str
    author: str
    date: str
    answer: str
    answered: str
    can_answer: bool
    can_report: bool


@dataclass(frozen=True)
class ReviewsView:
    """The section; ``words`` say how many there are."""

    ready: bool = False
    words: str = ""
    rows: tuple[ReviewView, ...] = ()
    has_more: bool = False


@dataclass(frozen=True)
class AskedView:
    """What is being done with a review: ``what`` is "", report or answer."""

    what: str = ""
    review_id: str = ""
    answer: str = ""


NOTHING_ASKED = AskedView()


def reviews_view(found: ReviewList, viewer: Viewer) -> ReviewsView:
    """The section in the viewer's zone."""
    noun = "review" if found.total == 1 else "reviews"
    missing = reviews.ENOUGH - found.total
    words = f"{found.total} {noun}."
    if missing > 0:
        words += f" A rating stands above once there are {reviews.ENOUGH}."
    return ReviewsView(
        ready=True,
        words=words if found.total else "",
        rows=tuple(
            ReviewView(
                id=row.id,
                rating=row.rating,
                body=row.body,
                author=row.author,
                date=viewer.day(row.at),
                answer=row.answer,
                answered=viewer.day(row.answered_at) if row.answered_at else "",
                can_answer=row.can_answer,
                can_report=row.can_report,
            )
            for row in found.rows
        ),
        has_more=found.total > len(found.rows),
    )


class ProfileReviewsState(AppState):
    """One tab's section and its dialog."""

    view: ReviewsView = ReviewsView()
    asked: AskedView = NOTHING_ASKED

    _instructor: str = ""
    _limit: int = PAGE

    @rx.event
    @public
    async def open_reviews(self) -> None:
        """Show the reviews of the instructor in the address."""
        instructor = self.router.url.path.strip("/").rpartition("/")[2][:_LONGEST_ID]
        if instructor != self._instructor:
            self._instructor, self._limit, self.view = instructor, PAGE, ReviewsView()
        self.asked = NOTHING_ASKED
        await self._load()

    @rx.event
    @public
    async def show_more(self) -> None:
        """Show more reviews."""
        self._limit = min(self._limit + PAGE, MOST_ROWS)
        await self._load()

    @rx.event
    @require()
    async def ask(self, what: str, review_id: str) -> None:
        """Open the dialog to report or to answer a review."""
        row = next((row for row in self.view.rows if row.id == review_id), None)
        if row is not None and what in ("report", "answer"):
            self.asked = AskedView(what, row.id, row.answer)

    @rx.event
    @require()
    async def keep(self) -> None:
        """Close the dialog and change nothing."""
        self.asked = NOTHING_ASKED

    @rx.event
    @require()
    async def report(self, form: dict[str, Any]) -> None:
        """Have staff look at the review."""
        await self._run(reviews.report, review_id=self.asked.review_id, reason=str(form.get("reason", "")))
        self.asked = NOTHING_ASKED
        self._say("Thank you, we will look at it")

    @rx.event
    @require()
    async def answer(self, form: dict[str, Any]) -> None:
        """Publish the answer, or save its change."""
        await self._run(reviews.answer, review_id=self.asked.review_id, body=str(form.get("body", "")))
        self.asked = NOTHING_ASKED
        self._say("Your answer is published")
        await self._load()

    async def _load(self) -> None:
        found = await self._read(queries.of_instructor, instructor_id=self._instructor, limit=self._limit)
        self.view = reviews_view(found, self._viewer())
