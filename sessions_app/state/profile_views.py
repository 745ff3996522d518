"""An instructor's profile as a visitor sees it. Pure view values."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.domain.local_labels import Viewer, month_label
from sessions_app.services.queries.instructors import InstructorDetail
from sessions_app.state.people_views import (
    NO_WEEK,
    NOBODY,
    OfferingView,
    PersonView,
    WeekView,
    next_free_label,
    offering_view,
    place_line,
    taught_label,
    unit_of,
)


@dataclass(frozen=True)
class TimeView:
    """A free time, linked to the day it stands on in the wizard."""

    label: str
    href: str


@dataclass(frozen=True)
class ProfileView:
    """The whole profile. ``price`` is empty for somebody with nothing to book."""

    person: PersonView = NOBODY
    headline: str = ""
    bio: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    taught: str = ""
    since: str = ""
    rating: str = ""
    place: str = ""
    offerings: tuple[OfferingView, ...] = ()
    price: str = ""
    unit: str = ""
    next_free: str = ""
    week: WeekView = NO_WEEK
    times: tuple[TimeView, ...] = ()
    book_href: str = ""


def profile_view(found: InstructorDetail, viewer: Viewer) -> ProfileView:
    """The profile in the viewer's zone."""
    lead = found.lead
    book = f"/book/{found.id}"
    return ProfileView(
        person=PersonView.of(found.id, found.name, found.avatar_url),
        headline=found.headline,
        bio=tuple(part.strip() for part in found.bio.split("\n\n") if part.strip()),
        subjects=found.subjects,
        taught=taught_label(found.students_taught),
        since=f"Here since {month_label(viewer.date_of(found.since))}",
        rating="" if found.rating is None else f"{found.rating:.1f}",
        place=place_line(found.timezone, viewer, found.now),
        offerings=tuple(
            offering_view(facts, book_href=f"{book}?offering={facts.id}") for facts in found.offerings
        ),
        price=lead.offering.price_label if lead else "",
        unit=unit_of(lead.offering) if lead else "",
        next_free=next_free_label(lead.starts[0] if lead and lead.starts else None, viewer, found.now),
        week=WeekView.of(lead.week if lead else (), found.today),
        times=tuple(
            TimeView(
                next_free_label(start, viewer, found.now),
                f"{book}?offering={lead.offering.id}&date={viewer.date_of(start).isoformat()}",
            )
            for start in lead.starts
        )
        if lead
        else (),
        book_href=f"{book}?offering={lead.offering.id}" if lead else book,
    )
