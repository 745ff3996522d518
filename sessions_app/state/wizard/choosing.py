"""The first step: who teaches the course, and when each is free next."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.services.queries.wizard import InstructorChoice, InstructorStep
from sessions_app.state.people_views import (
    PersonView,
    WeekView,
    next_free_label,
    place_line,
    tag_of,
    taught_label,
    teachers_heading,
)
from sessions_app.state.wizard.parts import INSTRUCTOR, HeadView, Look


@dataclass(frozen=True)
class ChoiceView:
    """An instructor to choose. ``select_href`` is the date step with them."""

    person: PersonView
    taught: str
    place: str
    tags: tuple[str, ...]
    next_free: str
    week: WeekView
    select_href: str


@dataclass(frozen=True)
class CourseView:
    """The course's own card: its title, how far the student is in it, and how many teach it."""

    title: str = ""
    progress: tuple[bool, ...] = ()
    progress_label: str = ""
    caption: str = ""
    teachers: str = ""


def head_of_choice(step: InstructorStep) -> HeadView:
    """The header while an instructor is chosen."""
    return HeadView(
        context=f"for {step.course.title}",
        back_label="Back to the course",
        back_href=f"/courses/{step.course.id}",
        step=INSTRUCTOR,
    )


def choices(step: InstructorStep, look: Look) -> tuple[ChoiceView, ...]:
    """The cards, soonest free first."""
    return tuple(_choice(choice, step, look) for choice in step.choices)


def course_card(step: InstructorStep, look: Look) -> CourseView:
    """How far the student is in the course."""
    course = step.course
    number = len(step.choices)
    teachers = f"{teachers_heading(number, look.label)}." if number else ""
    if number > 1:
        teachers += " You can change later."
    if course.enrollment_id is None:
        return CourseView(title=course.title, teachers=teachers)
    count, done = course.session_count, min(course.sessions_done, course.session_count)
    parts = [f"Session {min(done + 1, count)} of {count}"] if count else []
    if step.credits:
        parts.append("1 credit left" if step.credits == 1 else f"{step.credits} credits left")
    return CourseView(
        title=course.title,
        progress=tuple(index < done for index in range(count)),
        progress_label=f"{done} of {count} sessions done",
        caption=" · ".join(parts),
        teachers=teachers,
    )


def _choice(choice: InstructorChoice, step: InstructorStep, look: Look) -> ChoiceView:
    person = choice.instructor
    return ChoiceView(
        person=PersonView.of(person.id, person.name, person.avatar_url),
        taught=taught_label(choice.students_taught),
        place=place_line(person.timezone, look.viewer, step.now),
        tags=tuple(dict.fromkeys(tag_of(offer.facts) for offer in person.offers)),
        next_free=next_free_label(choice.next_free, look.viewer, step.now),
        week=WeekView.of(choice.week, step.today),
        select_href=look.address.kept().to(instructor=person.id),
    )
