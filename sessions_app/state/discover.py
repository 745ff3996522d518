"""The state of the landing page and of the directory: one search at a time, the one in the address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import reflex as rx

from sessions_app.models import Subject
from sessions_app.services.queries import courses, discovery
from sessions_app.services.queries.discovery import DayRibbon, Found, Search
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.state.base import AppState, public
from sessions_app.state.discovery import results
from sessions_app.state.discovery.filters import Filters
from sessions_app.state.discovery.results import CardView, FiltersView, LinkView
from sessions_app.state.discovery.ribbon import RibbonView, ribbon_view

PAGE = 6
EXAMPLES = 4
RESULTS = "results"
"""The id of the results, where a search leads the eye."""


@dataclass(frozen=True)
class _Sight:
    """What one look at the database gave."""

    found: Found
    subjects: list[Subject]
    ribbon: DayRibbon | None
    examples: tuple[str, ...]


class DiscoverState(AppState):
    """Who is found, and how to look further."""

    loaded: bool = False
    busy: bool = False
    cards: rx.Field[list[CardView]] = rx.field(default_factory=list)
    summary: str = ""
    more: str = ""
    filters: FiltersView = FiltersView()
    ribbon: RibbonView = RibbonView()
    examples: rx.Field[list[LinkView]] = rx.field(default_factory=list)

    _asked: Search | None = None
    _cursor: str | None = None

    @rx.event
    @public
    async def open_landing(self) -> AsyncIterator[None]:
        """Show the search of the address, and who is free today."""
        async for _ in self._open(with_ribbon=True):
            yield

    @rx.event
    @public
    async def open_directory(self) -> AsyncIterator[None]:
        """Show the search of the address."""
        async for _ in self._open(with_ribbon=False):
            yield

    @rx.event
    @public
    async def search(self, form: dict[str, Any]) -> Any:
        """Look for the words and the time of the form; the other filters stay."""
        asked = {"q": str(form.get("q", "")), "when": str(form.get("when", ""))}
        changed = Filters.parse(self._filters().path, asked)
        return self._go(
            replace(self._filters(), text=changed.text, when=changed.when, from_on=None, to_on=None)
        )

    @rx.event
    @public
    async def choose_dates(self, form: dict[str, Any]) -> Any:
        """Look between the two dates of the form."""
        asked = {"from": str(form.get("from", "")), "to": str(form.get("to", ""))}
        changed = Filters.parse(self._filters().path, asked)
        return self._go(replace(self._filters(), from_on=changed.from_on, to_on=changed.to_on))

    @rx.event
    @public
    async def show_more(self) -> None:
        """Add the next page to the cards."""
        if self._asked is None or self._cursor is None:
            return
        found = await self._read(discovery.find, self._asked, limit=PAGE, cursor=self._cursor)
        self.cards = [*self.cards, *self._drawn(found)]
        self._keep(found)

    async def _open(self, *, with_ribbon: bool) -> AsyncIterator[None]:
        self.busy = True
        yield
        now = self._platform().clock.now()
        viewer, filters = self._viewer(), self._filters()
        today = viewer.date_of(now)
        self._asked = filters.search(zone=viewer.known_zone, today=today)
        try:
            sight = await self._read(_look, self._asked, with_ribbon=with_ribbon)
            self.cards = self._drawn(sight.found)
            self.summary = results.summary(sight.found)
            self.filters = results.filters_view(
                filters,
                sight.subjects,
                currency=self._platform().settings.default_currency,
                today=today,
            )
            self.examples = [
                LinkView(words, f"{Filters(path=filters.path, text=words).written()}#{RESULTS}")
                for words in (title.partition(":")[0] for title in sight.examples)
            ]
            if sight.ribbon is not None:
                self.ribbon = ribbon_view(sight.ribbon, viewer, now=now)
            self._keep(sight.found)
            self.loaded = True
        finally:
            self.busy = False

    def _filters(self) -> Filters:
        return Filters.parse(self.router.url.path, self.router.url.query_parameters)

    def _go(self, filters: Filters) -> Any:
        return rx.redirect(f"{filters.written()}#{RESULTS}")

    def _drawn(self, found: Found) -> list[CardView]:
        now = self._platform().clock.now()
        return results.cards(found.page.items, self._viewer(), now=now, today=found.today)

    def _keep(self, found: Found) -> None:
        """Remember where the next page begins."""
        self._cursor = found.page.next_cursor
        left = found.page.total - len(self.cards)
        self.more = f"Show {left} more" if self._cursor else ""


def _look(work: UnitOfWork, search: Search, *, with_ribbon: bool) -> _Sight:
    return _Sight(
        found=discovery.find(work, search, limit=PAGE),
        subjects=discovery.subjects(work),
        ribbon=discovery.day_ribbon(work, zone=search.zone) if with_ribbon else None,
        examples=courses.titles(work, limit=EXAMPLES) if with_ribbon else (),
    )
