"""Courses as a visitor sees them: the list's cards, one course's page. Pure view values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions_app.domain.local_labels import Viewer
from sessions_app.services.accounts import Child
from sessions_app.services.queries.courses import CourseCard, CourseDetail, CourseInstructor
from sessions_app.state.people_views import (
    PersonView,
    WeekView,
    next_free_label,
    place_line,
    tag_of,
    taught_label,
    teachers_heading,
    unit_of,
)


@dataclass(frozen=True)
class CourseCardView:
    """A course in the list. ``from_label`` is said before a price that is not the only one."""

    id: str = ""
    href: str = ""
    title: str = ""
    subject: str = ""
    summary: str = ""
    sessions: str = ""
    taught_by: str = ""
    from_label: str = ""
    price: str = ""
    unit: str = ""
    note: str = ""
    is_enrolled: bool = False


@dataclass(frozen=True)
class UnitView:
    """One step of the content."""

    number: str
    title: str
    summary: str


@dataclass(frozen=True)
class TeacherView:
    """An instructor of the course, with the way to book them in it."""

    person: PersonView
    taught: str
    rating: str
    place: str
    tags: tuple[str, ...]
    next_free: str
    week: WeekView
    book_label: str
    book_href: str


@dataclass(frozen=True)
class ChildView:
    """A guardian's child, who may be enrolled."""

    id: str
    name: str


@dataclass(frozen=True)
class CoursePageView:
    """A course's page. ``to_enroll`` are the children of a guardian who are not in it yet."""

    card: CourseCardView = CourseCardView()
    description: str = ""
    units: tuple[UnitView, ...] = ()
    teachers: tuple[TeacherView, ...] = ()
    teachers_heading: str = ""
    to_enroll: tuple[ChildView, ...] = ()
    enrolled_label: str = ""
    book_href: str = ""


def card_view(card: CourseCard) -> CourseCardView:
    """A course of the list."""
    cheapest = card.cheapest
    return CourseCardView(
        id=card.id,
        href=f"/courses/{card.id}",
        title=card.title,
        subject=card.subject,
        summary=card.summary,
        sessions="1 session" if card.session_count == 1 else f"{card.session_count} sessions",
        taught_by=listed(card.instructors),
        from_label="" if card.has_one_price else "from",
        price=cheapest.price_label if cheapest else "",
        unit=unit_of(cheapest) if cheapest else "",
        note="First session free" if card.has_free and cheapest and not cheapest.is_free else "",
        is_enrolled=bool(card.enrolled),
    )


def page_view(
    found: CourseDetail, children: Iterable[Child], viewer: Viewer, *, now: datetime, label: str
) -> CoursePageView:
    """A course's page; ``label`` is what instructors are called, ``children`` are the acting guardian's."""
    in_it = {one.student_id for one in found.card.enrolled}
    family = list(children)
    return CoursePageView(
        card=card_view(found.card),
        description=found.description,
        units=tuple(
            UnitView(str(number), unit.title, unit.summary)
            for number, unit in enumerate(found.units, start=1)
        ),
        teachers=tuple(_teacher(teacher, found, viewer, now=now) for teacher in found.instructors),
        teachers_heading=teachers_heading(len(found.instructors), label),
        to_enroll=tuple(
            ChildView(child.person_id, child.name) for child in family if child.person_id not in in_it
        ),
        enrolled_label=_enrolled_label([child.name for child in family if child.person_id in in_it])
        if family
        else ("Enrolled" if in_it else ""),
        book_href=f"/courses/{found.card.id}/book",
    )


def listed(names: Sequence[str], most: int = 3) -> str:
    """Such as "Ada, Max and Ananya"; beyond ``most``: "Ada, Max and 4 more"."""
    shown = list(names) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}" if shown else ""


def _enrolled_label(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} enrolled"


def _teacher(teacher: CourseInstructor, found: CourseDetail, viewer: Viewer, *, now: datetime) -> TeacherView:
    return TeacherView(
        person=PersonView.of(teacher.id, teacher.name, teacher.avatar_url),
        taught=taught_label(teacher.students_taught),
        rating="" if teacher.rating is None else f"{teacher.rating:.1f}",
        place=place_line(teacher.timezone, viewer, now),
        tags=tuple(dict.fromkeys(tag_of(offering) for offering in teacher.offerings)),
        next_free=next_free_label(teacher.next_free, viewer, now),
        week=WeekView.of(teacher.week, found.today),
        book_label=f"Book with {teacher.name}",
        book_href=f"/courses/{found.card.id}/book?instructor={teacher.id}",
    )
