"""Finding an instructor: search, filters, the next free time of each, and who is free today.

Every query here takes the same number of statements however many instructors there are: one a table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlmodel import col, select

from sessions_app.domain import search_text
from sessions_app.domain.availability import MINUTES_A_DAY, local_date, to_utc
from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.slots import Slot
from sessions_app.domain.timespans import TimeSpan, merge
from sessions_app.models import Subject
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services import calendars, slots
from sessions_app.services.calendars import InstructorCalendar
from sessions_app.services.queries import offers, paging, reviews
from sessions_app.services.queries.offers import Instructor, Offer, OfferingFacts
from sessions_app.services.queries.paging import Page
from sessions_app.services.unit_of_work import UnitOfWork

WEEK = 7
EVENING_MINUTE = 17 * 60
RIBBON_ROWS = 4


class Sort(StrEnum):
    """In which order instructors are listed."""

    SOONEST = "soonest"
    PRICE = "price"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. Dates are local to ``zone``, both included; ``max_minor`` is in the default currency.

    ``evenings`` asks for a start from 17:00 on the wall clock of ``zone``.
    """

    zone: str
    text: str = ""
    subject_id: str | None = None
    course_id: str | None = None
    session_type: SessionType | None = None
    booking_mode: BookingMode | None = None
    from_on: date | None = None
    to_on: date | None = None
    evenings: bool = False
    max_minor: int | None = None
    is_free: bool = False
    sort: Sort = Sort.SOONEST

    @property
    def asks_for_time(self) -> bool:
        """Whether only instructors with a free start at some time are wanted."""
        return self.evenings or self.from_on is not None or self.to_on is not None


@dataclass(frozen=True, slots=True)
class InstructorCard:
    """An instructor as a list shows them.

    ``lead`` is what the price, ``next_free`` and ``week`` are about: of the offerings that match, the one most
    likely wanted. ``week`` counts its free starts on each of the next 7 local dates, today first. ``rating`` is
    None until there are three reviews.
    """

    id: str
    name: str
    avatar_url: str | None
    headline: str
    subjects: tuple[str, ...]
    timezone: str
    students_taught: int
    rating: float | None
    lead: OfferingFacts
    has_free: bool
    next_free: datetime | None
    week: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of instructors; ``free_this_week`` counts among all that match, and ``today`` begins each week."""

    page: Page[InstructorCard]
    free_this_week: int
    today: date


@dataclass(frozen=True, slots=True)
class RibbonRow:
    """One instructor's free time on the ribbon's day; each span ends with the last session that fits in it."""

    instructor_id: str
    name: str
    offering_id: str
    price_label: str
    spans: tuple[TimeSpan, ...]


@dataclass(frozen=True, slots=True)
class DayRibbon:
    """Who is free on ``on``: today, or the first later day on which anybody is. ``day`` is that whole local day."""

    on: date
    is_today: bool
    day: TimeSpan
    rows: tuple[RibbonRow, ...] = field(default=())


def find(work: UnitOfWork, search: Search, *, limit: int = 12, cursor: str | None = None) -> Found:
    """The instructors that match, a page at a time. Raises InvalidInput (``to``, ``limit``, ``cursor``)."""
    today = local_date(work.now, search.zone)
    wanted = _wanted(work, search, today)
    everybody = [
        person for person in offers.instructors(work, course_id=search.course_id) if person.is_listed
    ]
    ids = [person.id for person in everybody]
    qualified = offers.subjects_of(work, ids)
    taught = offers.students_taught(work, ids)
    ratings = reviews.averages(work, ids)
    loaded = calendars.load(work, ids, _reach(work))
    names = {subject.id: subject.name for subject in subjects(work)}
    words = search_text.words_of(search.text)
    cards = []
    for person in everybody:
        own = qualified[person.id]
        matching = [
            offer
            for offer in person.offers
            if _fits(work, search, offer.facts)
            and _is_in(search.subject_id, offer.facts, own)
            and _mentions(words, person, offer.facts, own, names)
        ]
        if not matching:
            continue
        lead, free, starts = _choose(work, loaded[person.id], matching, wanted)
        if search.asks_for_time and not starts:
            continue
        cards.append(
            InstructorCard(
                id=person.id,
                name=person.name,
                avatar_url=person.avatar_url,
                headline=person.headline,
                subjects=tuple(subject.name for subject in own),
                timezone=person.timezone,
                students_taught=taught[person.id],
                rating=ratings.get(person.id),
                lead=lead.facts,
                has_free=any(offer.facts.is_free for offer in person.offers),
                next_free=starts[0] if starts else None,
                week=week_of(free, today, search.zone),
            )
        )
    return Found(
        page=paging.page(cards, _ORDERS[search.sort], limit=limit, cursor=cursor),
        free_this_week=sum(any(card.week) for card in cards),
        today=today,
    )


def day_ribbon(work: UnitOfWork, *, zone: str, rows: int = RIBBON_ROWS) -> DayRibbon:
    """Who is free today in ``zone``, soonest first; when nobody is any more, on the first day somebody is."""
    everybody = [person for person in offers.instructors(work) if person.is_listed]
    today = local_date(work.now, zone)
    week = TimeSpan(work.now, to_utc(today + timedelta(days=WEEK), 0, zone))
    loaded = calendars.load(work, [person.id for person in everybody], week)
    found = []
    for person in everybody:
        lead = lead_of(person.offers)
        free = slots.list_with(loaded[person.id], lead.row, week, now=work.now).slots
        if free:
            found.append((person, lead, free))
    on = local_date(min(free[0].span.start for _, _, free in found), zone) if found else today
    day = TimeSpan(to_utc(on, 0, zone), to_utc(on + timedelta(days=1), 0, zone))
    drawn = [
        RibbonRow(person.id, person.name, lead.facts.id, lead.facts.price_label, merge(spans))
        for person, lead, free in found
        if (spans := [slot.span for slot in free if slot.span.start < day.end])
    ]
    drawn.sort(key=lambda row: (row.spans[0].start, row.name))
    return DayRibbon(on, on == today, day, tuple(drawn[:rows]))


def subjects(work: UnitOfWork) -> list[Subject]:
    """All subjects, in their order."""
    return list(work.db.exec(select(Subject).order_by(col(Subject.position), col(Subject.name))).all())


def week_of(free: Sequence[Slot], today: date, zone: str) -> tuple[int, ...]:
    """How many of the slots, which are sorted, start on each of the next 7 local dates, ``today`` first."""
    edges = [to_utc(today + timedelta(days=day), 0, zone) for day in range(WEEK + 1)]
    places = [_place(free, edge) for edge in edges]
    return tuple(later - earlier for earlier, later in pairwise(places))


def lead_of(offered: Iterable[Offer]) -> Offer:
    """The offering that stands for an instructor: one-to-one before groups, and the lowest price that is paid."""
    return min(offered, key=_preference)


def cheapest_of(offered: Iterable[Offer]) -> Offer:
    """The offering with the lowest price that is paid, one-to-one or not."""
    return min(offered, key=lambda offer: _preference(offer)[1:])


def _place(free: Sequence[Slot], instant: datetime) -> int:
    return bisect_left(free, instant, key=lambda slot: slot.span.start)


def _preference(offer: Offer) -> tuple[bool, int, int, int]:
    # A free first session stands beside a price, it does not stand for it.
    facts = offer.facts
    means = 2 if facts.is_free else 1 if facts.total.is_zero else 0
    return facts.session_type is SessionType.GROUP, means, *_amount(facts)


def _amount(facts: OfferingFacts) -> tuple[int, int]:
    return (1, facts.credits or 0) if facts.total.is_zero and facts.credits else (0, facts.total.minor)


def _soonest(card: InstructorCard) -> paging.Key:
    return f"{card.next_free:%Y-%m-%dT%H:%M}" if card.next_free else "never", *_by_name(card)


def _by_price(card: InstructorCard) -> paging.Key:
    return *_amount(card.lead), *_by_name(card)


def _by_name(card: InstructorCard) -> paging.Key:
    return search_text.folded(card.name), card.id


_ORDERS: dict[Sort, Callable[[InstructorCard], paging.Key]] = {
    Sort.SOONEST: _soonest,
    Sort.PRICE: _by_price,
    Sort.NAME: _by_name,
}


def _reach(work: UnitOfWork) -> TimeSpan:
    """As far ahead as anybody is looked at."""
    return TimeSpan(work.now, work.now + slots.MAX_RANGE)


def _wanted(work: UnitOfWork, search: Search, today: date) -> tuple[TimeSpan, ...]:
    """The spans in which a start must lie, sorted."""
    reach = _reach(work)
    last = local_date(reach.end, search.zone)
    first_on, last_on = max(search.from_on or today, today), min(search.to_on or last, last)
    if search.from_on and search.to_on and search.to_on < search.from_on:
        raise InvalidInput("The last date is before the first.", field="to")
    if not search.asks_for_time:
        return (reach,)
    if first_on > last_on:
        return ()
    if not search.evenings:
        return (
            TimeSpan(to_utc(first_on, 0, search.zone), to_utc(last_on + timedelta(days=1), 0, search.zone)),
        )
    days = [first_on + timedelta(days=day) for day in range((last_on - first_on).days + 1)]
    return tuple(
        TimeSpan(to_utc(day, EVENING_MINUTE, search.zone), to_utc(day, MINUTES_A_DAY, search.zone))
        for day in days
    )


def _choose(
    work: UnitOfWork, loaded: InstructorCalendar, matching: Sequence[Offer], wanted: Sequence[TimeSpan]
) -> tuple[Offer, tuple[Slot, ...], list[datetime]]:
    """The first offering, in order of preference, with a start that is wanted; its slots, and those starts."""
    in_order = sorted(matching, key=_preference)
    for offer in in_order:
        free = slots.list_with(loaded, offer.row, _reach(work), now=work.now).slots
        starts = [
            slot.span.start
            for span in wanted
            for slot in free[_place(free, span.start) : _place(free, span.end)]
        ]
        if starts:
            return offer, free, starts
    return in_order[0], (), []


def _fits(work: UnitOfWork, search: Search, facts: OfferingFacts) -> bool:
    if search.session_type is not None and facts.session_type is not search.session_type:
        return False
    if search.booking_mode is not None and facts.booking_mode is not search.booking_mode:
        return False
    if search.is_free:
        return facts.is_free
    if search.max_minor is None or facts.is_free:
        return True
    is_comparable = facts.total.currency == work.settings.default_currency and not facts.total.is_zero
    return is_comparable and facts.total.minor <= search.max_minor


def _is_in(subject_id: str | None, facts: OfferingFacts, own: Sequence[Subject]) -> bool:
    if subject_id is None or facts.subject_id == subject_id:
        return True
    return facts.subject_id is None and any(subject.id == subject_id for subject in own)


def _mentions(
    words: tuple[str, ...],
    person: Instructor,
    facts: OfferingFacts,
    own: Sequence[Subject],
    names: dict[str, str],
) -> bool:
    if not words:
        return True
    subject = names.get(facts.subject_id or "", "")
    return search_text.occurs(
        words,
        person.name,
        person.headline,
        *(subject.name for subject in own),
        facts.title,
        facts.course_title,
        subject,
    )
