"""What a search shows: the cards, how many there are, and the filters as links to the next search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import Money
from sessions_app.models import Subject
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services.queries.discovery import Found, InstructorCard, Sort
from sessions_app.state.discovery.filters import SORT_LABELS, Filters, price_steps
from sessions_app.state.people_views import (
    PersonView,
    WeekView,
    next_free_label,
    taught_label,
    unit_of,
)

_KINDS = {SessionType.INDIVIDUAL: "One-to-one", SessionType.GROUP: "Group"}


@dataclass(frozen=True)
class CardView:
    """An instructor in the results."""

    person: PersonView
    headline: str
    taught: str
    rating: str
    next_free: str
    week: WeekView
    price: str
    unit: str
    note: str
    book_href: str


@dataclass(frozen=True)
class LinkView:
    """A way to narrow or widen the search. ``is_on`` while it holds; following it then takes it away."""

    label: str = ""
    href: str = ""
    is_on: bool = False


@dataclass(frozen=True)
class FiltersView:
    """The filters as they stand. ``subject`` and ``price`` are the chosen ones, or what "any" is called."""

    text: str = ""
    when: str = ""
    from_on: str = ""
    to_on: str = ""
    today: str = ""
    subject: LinkView = LinkView("Any subject")
    subjects: tuple[LinkView, ...] = ()
    price: LinkView = LinkView("Any price")
    prices: tuple[LinkView, ...] = ()
    dates: LinkView = LinkView("Dates")
    kinds: tuple[LinkView, ...] = ()
    toggles: tuple[LinkView, ...] = ()
    sort: str = "Soonest first"
    sorts: tuple[LinkView, ...] = ()
    clear_href: str = ""
    is_any: bool = False


def cards(found: Iterable[InstructorCard], viewer: Viewer, *, now: datetime, today: date) -> list[CardView]:
    """The instructors of a page of results."""
    return [_card(card, viewer, now, today) for card in found]


def summary(found: Found) -> str:
    """Such as "24 with free times this week"."""
    if not found.page.total:
        return ""
    return f"{found.free_this_week} with free times this week"


def filters_view(filters: Filters, subjects: Iterable[Subject], *, currency: str, today: date) -> FiltersView:
    """The filters with a link for each change."""
    known = list(subjects)
    chosen = next((subject for subject in known if subject.id == filters.subject), None)
    top = None if filters.max_minor is None else Money(filters.max_minor, currency)
    dates = filters.dates_label(today)
    return FiltersView(
        text=filters.text,
        when=filters.when,
        from_on=filters.from_on.isoformat() if filters.from_on else "",
        to_on=filters.to_on.isoformat() if filters.to_on else "",
        today=today.isoformat(),
        subject=LinkView(
            chosen.name if chosen else "Any subject", filters.to(subject=""), chosen is not None
        ),
        subjects=tuple(
            LinkView(subject.name, filters.to(subject=subject.id), subject is chosen) for subject in known
        ),
        price=LinkView(_up_to(top) if top else "Any price", filters.to(max_minor=None), top is not None),
        prices=tuple(
            LinkView(_up_to(step), filters.to(max_minor=step.minor), step == top)
            for step in price_steps(currency)
        ),
        dates=LinkView(dates or "Dates", filters.to(from_on=None, to_on=None), bool(dates)),
        kinds=tuple(_kind(filters, kind, label) for kind, label in _KINDS.items()),
        toggles=_toggles(filters),
        sort=SORT_LABELS[filters.sort],
        sorts=tuple(
            LinkView(SORT_LABELS[sort], filters.to(sort=sort), filters.sort is sort) for sort in Sort
        ),
        clear_href=filters.path,
        is_any=filters.is_any,
    )


def _kind(filters: Filters, kind: SessionType, label: str) -> LinkView:
    is_on = filters.kind is kind
    return LinkView(label, filters.to(kind=None if is_on else kind), is_on)


def _toggles(filters: Filters) -> tuple[LinkView, ...]:
    at_once = filters.mode is BookingMode.INSTANT
    return (
        LinkView("Evenings", filters.to(evenings=not filters.evenings), filters.evenings),
        LinkView("Free", filters.to(is_free=not filters.is_free), filters.is_free),
        LinkView("Answers at once", filters.to(mode=None if at_once else BookingMode.INSTANT), at_once),
    )


def _card(card: InstructorCard, viewer: Viewer, now: datetime, today: date) -> CardView:
    return CardView(
        person=PersonView.of(card.id, card.name, card.avatar_url),
        headline=card.headline or ", ".join(card.subjects),
        taught=taught_label(card.students_taught),
        rating="" if card.rating is None else f"{card.rating:.1f}",
        next_free=next_free_label(card.next_free, viewer, now),
        week=WeekView.of(card.week, today),
        price=card.lead.price_label,
        unit=unit_of(card.lead),
        note="First session free" if card.has_free and not card.lead.is_free else "",
        book_href=f"/book/{card.id}?offering={card.lead.id}",
    )


def _up_to(price: Money) -> str:
    return f"Up to {price.label}"
