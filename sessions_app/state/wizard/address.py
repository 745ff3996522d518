"""The wizard's address: everything about where somebody is in it, so that reload, back and sharing work.

    /courses/crs_1/book                       who
    …?instructor=usr_2&offering=off_3         when
    …&date=2026-12-08&tz=Europe/Paris         the times of a day, in a zone chosen here
    …&booking=bkg_4                           confirm
    …&student=usr_5                           for which of a guardian's children, from the first step on

Whatever cannot be read in it is left out: an address is typed, shared and grows old.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.zones import is_zone

_LONGEST_ID = 64
_INSTANT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is. ``course_id`` or ``entry_id`` (an instructor) come from the path, the rest from the query.

    ``slot`` is a start that was asked for and not held yet; ``proof`` shows that this very tab asked for it.
    ``later`` is the course for which the student chose "Schedule Later".
    """

    course_id: str = ""
    entry_id: str = ""
    instructor: str = ""
    offering: str = ""
    month: date | None = None
    on: date | None = None
    week: bool = False
    slot: datetime | None = None
    proof: str = ""
    tz: str = ""
    booking: str = ""
    later: str = ""
    student: str = ""

    @classmethod
    def parse(cls, path: str, query: Mapping[str, str]) -> Address:
        """Read ``/courses/{id}/book`` or ``/book/{id}`` with its query."""
        parts = [part for part in path.split("/") if part]
        course_id = parts[1] if len(parts) == 3 and parts[0] == "courses" else ""
        entry_id = parts[1] if len(parts) == 2 and parts[0] == "book" else ""
        return cls(
            course_id=course_id[:_LONGEST_ID],
            entry_id=entry_id[:_LONGEST_ID],
            instructor=query.get("instructor", "")[:_LONGEST_ID],
            offering=query.get("offering", "")[:_LONGEST_ID],
            month=_day(f"{query['month']}-01") if query.get("month") else None,
            on=_day(query.get("date", "")),
            week=query.get("week") == "1",
            slot=_instant(query.get("slot", "")),
            proof=query.get("proof", "")[:_LONGEST_ID],
            tz=query["tz"] if is_zone(query.get("tz", "")) else "",
            booking=query.get("booking", "")[:_LONGEST_ID],
            later=query.get("later", "")[:_LONGEST_ID],
            student=query.get("student", "")[:_LONGEST_ID],
        )

    @property
    def path(self) -> str:
        """The page of this wizard."""
        return f"/courses/{self.course_id}/book" if self.course_id else f"/book/{self.entry_id}"

    @property
    def teacher_id(self) -> str:
        """The instructor chosen, or empty."""
        return self.entry_id or self.instructor

    def to(self, **changes: Any) -> str:
        """The address with these changes, written out."""
        return replace(self, **changes).written()

    def day_links(self) -> Callable[[date], str]:
        """What gives the address of each day's times, written out."""
        anyday = replace(self, on=None, month=None, week=False, slot=None, proof="", booking="")
        return partial(_to_day, anyday)

    def written(self) -> str:
        """The address as text: a path with its query."""
        facts = {
            "instructor": "" if self.entry_id else self.instructor,
            "offering": self.offering,
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "date": self.on.isoformat() if self.on else "",
            "week": "1" if self.week else "",
            "slot": self.slot.strftime(_INSTANT) if self.slot else "",
            "proof": self.proof,
            "tz": self.tz,
            "booking": self.booking,
            "later": self.later,
            "student": self.student,
        }
        query = urlencode({name: value for name, value in facts.items() if value}, safe="/")
        return f"{self.path}?{query}" if query else self.path

    def kept(self) -> Address:
        """What stays whatever is chosen next: the wizard itself, the zone and whom it is for."""
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        return Address(**{name: kept[name] for name in ("course_id", "entry_id", "tz", "student")})

    def asking_for(self, slot: datetime, *, offering: str, on: date) -> Address:
        """Where somebody comes back to who has to sign in before ``slot`` can be held."""
        return replace(self, offering=offering, on=on, month=None, week=False, slot=slot)

    def holding(self, booking: str, *, instructor: str, offering: str) -> Address:
        """Where a hold is confirmed."""
        return replace(
            self,
            instructor=instructor,
            offering=offering,
            month=None,
            week=False,
            slot=None,
            proof="",
            booking=booking,
        )

    def without_hold(self) -> Address:
        """The times that the hold, or the start asked for, was chosen from."""
        return replace(self, booking="", slot=None, proof="")

    def in_zone(self, tz: str, *, own: str) -> Address:
        """The same in another zone: the day shown becomes the one that holds the start asked for there."""
        on = Viewer(tz).date_of(self.slot) if self.slot and self.on else self.on
        return replace(self, tz="" if tz == own else tz, on=on)

    def proof_for(self, token: str, *, secret: str) -> str:
        """Shows after signing in that the tab of this ``token``, and no link from elsewhere, asked for the start."""
        told = f"{token}|{self.teacher_id}|{self.offering}|{self.slot}"
        return hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=4096)
def _to_day(anyday: Address, on: date) -> str:
    # A month and its strip hold seventy of these, and stepping from day to day draws the same ones again.
    return anyday.to(on=on)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
    except ValueError:
        return None
