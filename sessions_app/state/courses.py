"""The states of the course list and of one course's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from sessions_app.domain.errors import NotFound
from sessions_app.domain.permissions import Role
from sessions_app.models import Subject
from sessions_app.services import accounts, enrollments
from sessions_app.services.queries import courses, discovery
from sessions_app.services.queries.courses import CourseCard, CourseDetail
from sessions_app.services.queries.paging import Page
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.state.base import AppState, public, require
from sessions_app.state.course_views import CourseCardView, CoursePageView, card_view, page_view
from sessions_app.state.discovery.results import LinkView

TABS = ("overview", "content")
PAGE = 12
_LONGEST_TEXT = 100


class CourseListState(AppState):
    """The courses of the search in the address: ``/courses?q=algebra&subject=sub_1``."""

    loaded: bool = False
    text: str = ""
    cards: rx.Field[list[CourseCardView]] = rx.field(default_factory=list)
    subjects: rx.Field[list[LinkView]] = rx.field(default_factory=list)
    more: str = ""

    _cursor: str | None = None

    @rx.event
    @public
    async def open_courses(self) -> None:
        """Show the courses of the address."""
        text, subject = self._asked()
        page, subjects = await self._read(_list, text=text, subject_id=subject or None)
        self.text = text
        self.cards = [card_view(card) for card in page.items]
        self.subjects = [
            LinkView(one.name, _address(text, "" if one.id == subject else one.id), one.id == subject)
            for one in subjects
        ]
        self._keep(page)
        self.loaded = True

    @rx.event
    @public
    async def search(self, form: dict[str, Any]) -> Any:
        """Look for the words of the form."""
        return rx.redirect(_address(str(form.get("q", "")).strip()[:_LONGEST_TEXT], self._asked()[1]))

    @rx.event
    @public
    async def show_more(self) -> None:
        """Add the next page to the cards."""
        if self._cursor is None:
            return
        text, subject = self._asked()
        page = await self._read(
            courses.listing, text=text, subject_id=subject or None, limit=PAGE, cursor=self._cursor
        )
        self.cards = [*self.cards, *(card_view(card) for card in page.items)]
        self._keep(page)

    def _asked(self) -> tuple[str, str]:
        query = self.router.url.query_parameters
        return query.get("q", "").strip()[:_LONGEST_TEXT], query.get("subject", "")

    def _keep(self, page: Page[CourseCard]) -> None:
        """Remember where the next page begins."""
        self._cursor = page.next_cursor
        self.more = f"Show {page.total - len(self.cards)} more" if page.next_cursor else ""


class CourseState(AppState):
    """The course of the address, and enrolling in it."""

    loaded: bool = False
    missing: bool = False
    tab: str = TABS[0]
    page: CoursePageView = CoursePageView()

    @rx.event
    @public
    async def open_course(self) -> None:
        """Show the course of the address; ``?tab=content`` opens its content."""
        asked = self.router.url.query_parameters.get("tab", "")
        self.tab = asked if asked in TABS else TABS[0]
        if self._course_id() != self.page.card.id:
            self.loaded, self.page = False, CoursePageView()
        await self._show_course()

    @rx.event
    @public
    async def select_tab(self, key: str) -> None:
        """Show this tab."""
        if key in TABS:
            self.tab = key

    @rx.event
    @require(Role.STUDENT, Role.GUARDIAN)
    async def enroll(self, student_id: str = "") -> None:
        """Enroll the person who asks, or a guardian's child."""
        enrolled = await self._run(
            enrollments.enroll, course_id=self._course_id(), student_id=student_id or None
        )
        child = next((one.name for one in self.page.to_enroll if one.id == enrolled.student_id), "")
        await self._show_course()
        self._say(
            f"{child} is enrolled" if child else "You are enrolled", "Book the first session when it suits."
        )

    async def _show_course(self) -> None:
        viewer = self._viewer()
        try:
            found, children = await self._read(_open, course_id=self._course_id(), zone=viewer.known_zone)
        except NotFound:
            self.missing, self.page = True, CoursePageView()
        else:
            platform = self._platform()
            self.missing = False
            self.page = page_view(
                found,
                children,
                viewer,
                now=platform.clock.now(),
                label=platform.settings.instructor_label,
            )
        self.loaded = True

    def _course_id(self) -> str:
        return self.router.url.path.strip("/").rpartition("/")[2]


def _list(work: UnitOfWork, *, text: str, subject_id: str | None) -> tuple[Page[CourseCard], list[Subject]]:
    page = courses.listing(work, text=text, subject_id=subject_id, limit=PAGE)
    return page, discovery.subjects(work)


def _open(work: UnitOfWork, *, course_id: str, zone: str) -> tuple[CourseDetail, tuple[accounts.Child, ...]]:
    children = accounts.children(work) if work.actor.role is Role.GUARDIAN else ()
    return courses.detail(work, course_id=course_id, zone=zone), children


def _address(text: str, subject: str) -> str:
    query = urlencode({name: value for name, value in (("q", text), ("subject", subject)) if value})
    return f"/courses?{query}" if query else "/courses"
