"""The filters of discovery as an address, so that reload, back and sharing work.

    /?q=algebra&subject=sub_1&type=group&when=week&evenings=1&max=2500&free=1&mode=instant&sort=price

Whatever cannot be read is left out: an address is typed, shared and grows old.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from sessions_app.domain.local_labels import short_date
from sessions_app.domain.money import Money, minor_digits
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.services.queries.discovery import Search, Sort

E = TypeVar("E", bound=StrEnum)

PRICE_STEPS = (15, 25, 35, 50)
"""The upper prices offered, in whole units of the deployment's currency."""

_LONGEST_TEXT = 100
_LONGEST_ID = 64
_LONGEST_PRICE = 10**9


class When(StrEnum):
    """The spans of days that have a name."""

    ANY = ""
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"
    NEXT_WEEK = "next-week"


WHEN_LABELS = {
    When.ANY: "Any time",
    When.TODAY: "Today",
    When.TOMORROW: "Tomorrow",
    When.WEEK: "This week",
    When.NEXT_WEEK: "Next week",
}
SORT_LABELS = {Sort.SOONEST: "Soonest first", Sort.PRICE: "Lowest price first", Sort.NAME: "By name"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for. ``from_on`` and ``to_on`` win over ``when``."""

    path: str = "/"
    text: str = ""
    subject: str = ""
    kind: SessionType | None = None
    mode: BookingMode | None = None
    when: When = When.ANY
    from_on: date | None = None
    to_on: date | None = None
    evenings: bool = False
    max_minor: int | None = None
    is_free: bool = False
    sort: Sort = Sort.SOONEST

    @classmethod
    def parse(cls, path: str, query: Mapping[str, str]) -> Filters:
        """Read an address."""
        return cls(
            path=f"/{path.strip('/')}",
            text=query.get("q", "").strip()[:_LONGEST_TEXT],
            subject=query.get("subject", "")[:_LONGEST_ID],
            kind=_word(SessionType, query.get("type")),
            mode=_word(BookingMode, query.get("mode")),
            when=_word(When, query.get("when")) or When.ANY,
            from_on=_day(query.get("from", "")),
            to_on=_day(query.get("to", "")),
            evenings=query.get("evenings") == "1",
            max_minor=_price(query.get("max", "")),
            is_free=query.get("free") == "1",
            sort=_word(Sort, query.get("sort")) or Sort.SOONEST,
        )

    def to(self, **changes: Any) -> str:
        """The address with these changes."""
        return replace(self, **changes).written()

    def written(self) -> str:
        """The address."""
        facts = {
            "q": self.text,
            "subject": self.subject,
            "type": self.kind or "",
            "mode": self.mode or "",
            "when": "" if self.has_dates else self.when,
            "from": self.from_on.isoformat() if self.from_on else "",
            "to": self.to_on.isoformat() if self.to_on else "",
            "evenings": "1" if self.evenings else "",
            "max": "" if self.max_minor is None else str(self.max_minor),
            "free": "1" if self.is_free else "",
            "sort": "" if self.sort is Sort.SOONEST else self.sort,
        }
        query = urlencode({name: value for name, value in facts.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def has_dates(self) -> bool:
        """Whether dates were chosen one by one."""
        return self.from_on is not None or self.to_on is not None

    @property
    def is_any(self) -> bool:
        """Whether anything is asked for, apart from the order."""
        return replace(self, sort=Sort.SOONEST) != Filters(path=self.path)

    def search(self, *, zone: str, today: date) -> Search:
        """The question to ask, with the named days of somebody whose local date is ``today``."""
        from_on, to_on = self._days(today)
        return Search(
            zone=zone,
            text=self.text,
            subject_id=self.subject or None,
            session_type=self.kind,
            booking_mode=self.mode,
            from_on=from_on,
            to_on=to_on,
            evenings=self.evenings,
            max_minor=self.max_minor,
            is_free=self.is_free,
            sort=self.sort,
        )

    def dates_label(self, today: date) -> str:
        """Such as "Tue 1 Dec", "Tue 1 Dec to Fri 4 Dec", "From Tue 1 Dec"; empty without dates."""
        first = short_date(self.from_on, today=today) if self.from_on else ""
        last = short_date(self.to_on, today=today) if self.to_on else ""
        if first and last:
            return first if self.from_on == self.to_on else f"{first} to {last}"
        return f"From {first}" if first else f"Until {last}" if last else ""

    def _days(self, today: date) -> tuple[date | None, date | None]:
        if self.has_dates:
            ordered = sorted(day for day in (self.from_on, self.to_on) if day)
            # Two dates the wrong way round are meant the other way.
            return (ordered[0], ordered[1]) if len(ordered) == 2 else (self.from_on, self.to_on)
        monday = today - timedelta(days=today.weekday())
        named: dict[When, tuple[date | None, date | None]] = {
            When.ANY: (None, None),
            When.TODAY: (today, today),
            When.TOMORROW: (today + timedelta(days=1), today + timedelta(days=1)),
            When.WEEK: (today, today + timedelta(days=6)),
            When.NEXT_WEEK: (monday + timedelta(days=7), monday + timedelta(days=13)),
        }
        return named[self.when]


def price_steps(currency: str) -> list[Money]:
    """The upper prices offered, in a currency."""
    return [Money(units * 10 ** minor_digits(currency), currency) for units in PRICE_STEPS]


def _word(kind: type[E], text: str | None) -> E | None:
    try:
        return kind(text) if text else None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _price(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _LONGEST_PRICE else None
