"""How instructors look wherever they are listed: face, place, next free time, week, prices. Pure view values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sessions_app.domain.local_labels import WEEKDAYS, Viewer, duration_label
from sessions_app.domain.plain_text import short_name
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType
from sessions_app.services.queries.offers import OfferingFacts
from sessions_app.state.views import avatar_colour, initials

_LEVELS = (1, 4, 7, 11)
"""So many free starts a day make the bars of level 1 to 4."""

_MODALITIES = {
    Modality.ONLINE: "Video, in the session room",
    Modality.IN_PERSON: "In person",
    Modality.HYBRID: "Video or in person",
}


@dataclass(frozen=True)
class PersonView:
    """An instructor's face and name, and where more about them stands."""

    id: str = ""
    name: str = ""
    first_name: str = ""
    initials: str = ""
    colour: int = 1
    photo: str = ""
    href: str = ""

    @classmethod
    def of(cls, person_id: str, name: str, photo: str | None) -> PersonView:
        """The instructor, linked to their profile."""
        return cls(
            id=person_id,
            name=name,
            first_name=short_name(name),
            initials=initials(name),
            colour=avatar_colour(person_id),
            photo=photo or "",
            href=f"/instructors/{person_id}",
        )


NOBODY = PersonView()


@dataclass(frozen=True)
class BarView:
    """One day of a week's free times; ``level`` is 0 (none) to 4."""

    letter: str
    level: int


@dataclass(frozen=True)
class WeekView:
    """The next 7 days, drawn and in words."""

    bars: tuple[BarView, ...] = ()
    label: str = ""

    @classmethod
    def of(cls, counts: Sequence[int], today: date) -> WeekView:
        """The bars of ``counts``, today first. A height means the same in every card."""
        letters = [WEEKDAYS[(today + timedelta(days=day)).weekday()][0] for day in range(len(counts))]
        return cls(
            bars=tuple(
                BarView(letter, bisect_right(_LEVELS, count))
                for letter, count in zip(letters, counts, strict=True)
            ),
            label="Free times in the next 7 days: " + ", ".join(str(count) for count in counts),
        )


NO_WEEK = WeekView()


@dataclass(frozen=True)
class OfferingView:
    """Something to book: what it is, how it goes, and what it costs."""

    id: str
    title: str
    description: str
    requirements: str
    course: str
    price: str
    unit: str
    facts: tuple[str, ...]
    book_href: str


def offering_view(facts: OfferingFacts, *, book_href: str) -> OfferingView:
    """An offering as a profile shows it."""
    said = [duration_label(facts.duration_minutes), kind_label(facts), _MODALITIES[facts.modality]]
    said.append("On request" if facts.booking_mode is BookingMode.REQUEST else "Booked at once")
    if facts.topic_type is TopicType.FLEXIBLE:
        said.append("You suggest the topic")
    return OfferingView(
        id=facts.id,
        title=facts.title,
        description=facts.description,
        requirements=facts.requirements,
        course=facts.course_title,
        price=facts.price_label,
        unit=unit_of(facts),
        facts=tuple(said),
        book_href=book_href,
    )


def kind_label(facts: OfferingFacts) -> str:
    """Such as "One-to-one" or "Group of 6"."""
    return f"Group of {facts.capacity}" if facts.session_type is SessionType.GROUP else "One-to-one"


def unit_of(facts: OfferingFacts) -> str:
    """What the price is for: "/ 60 min"."""
    return f"/ {duration_label(facts.duration_minutes)}"


def tag_of(facts: OfferingFacts) -> str:
    """An offering in a few words: "€32.00, 50 min", "Group of 6, free", "On request, 30 min"."""
    minutes = duration_label(facts.duration_minutes)
    if facts.session_type is SessionType.GROUP:
        return f"Group of {facts.capacity}, {facts.price_label if not facts.is_free else 'free'}"
    if facts.booking_mode is BookingMode.REQUEST:
        return f"On request, {minutes}"
    return f"{facts.price_label}, {minutes}"


def taught_label(count: int) -> str:
    """Such as "212 students"; "New here" for somebody who has taught nobody yet."""
    if not count:
        return "New here"
    return "1 student" if count == 1 else f"{count} students"


def teachers_heading(count: int, label: str) -> str:
    """Such as "Three instructors teach this course"; ``label`` is what the deployment calls one."""
    word = label.lower()
    if count == 1:
        return f"One {word} teaches this course"
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return f"{words[count] if count < len(words) else count} {word}s teach this course"


def next_free_label(at: datetime | None, viewer: Viewer, now: datetime) -> str:
    """Such as "Today, 16:00", "Tomorrow, 08:15", "Fri 4 Dec, 10:00", "No times yet"."""
    if at is None:
        return "No times yet"
    ahead = (viewer.date_of(at) - viewer.date_of(now)).days
    day = viewer.relative_day(at, now=now) if ahead <= 1 else viewer.day(at)
    return f"{day}, {viewer.time(at)}"


def place_line(zone: str, viewer: Viewer, now: datetime) -> str:
    """Where somebody is and how far their clock is from the viewer's: "New York, 03:41 there · 6 h behind you"."""
    there = Viewer(zone, viewer.hour_cycle)
    return f"{there.city}, {there.time(now)} there · {_apart(there, viewer, now)}"


def _apart(there: Viewer, viewer: Viewer, now: datetime) -> str:
    theirs, ours = there.local(now).utcoffset(), viewer.local(now).utcoffset()
    minutes = round(((theirs or timedelta()) - (ours or timedelta())) / timedelta(minutes=1))
    if minutes == 0:
        return "same time as you"
    hours, rest = divmod(abs(minutes), 60)
    amount = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
    return f"{amount} {'ahead of' if minutes > 0 else 'behind'} you"
