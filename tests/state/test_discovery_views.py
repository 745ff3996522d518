"""The address of a search, the cards, the ribbon and the course views, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import Money
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Subject
from sessions_app.models.catalogue import BookingMode, Modality, SessionType, TopicType
from sessions_app.services.accounts import Child
from sessions_app.services.queries.courses import CourseCard, CourseDetail, Enrolled
from sessions_app.services.queries.discovery import DayRibbon, InstructorCard, RibbonRow, Sort
from sessions_app.services.queries.offers import OfferingFacts
from sessions_app.state.course_views import card_view, listed, page_view
from sessions_app.state.discovery.filters import Filters, When
from sessions_app.state.discovery.results import cards, filters_view
from sessions_app.state.discovery.ribbon import ribbon_view
from sessions_app.state.people_views import (
    WeekView,
    next_free_label,
    offering_view,
    place_line,
    tag_of,
    taught_label,
)

NOW = datetime(2026, 12, 3, 8, 41, tzinfo=UTC)
PARIS = Viewer("Europe/Paris", "h23")
THURSDAY = date(2026, 12, 3)


def facts(**changes: object) -> OfferingFacts:
    usual: dict[str, object] = {
        "id": "off_1",
        "subject_id": None,
        "course_id": None,
        "course_title": "",
        "title": "Lesson",
        "description": "",
        "requirements": "",
        "duration_minutes": 60,
        "session_type": SessionType.INDIVIDUAL,
        "topic_type": TopicType.FIXED,
        "booking_mode": BookingMode.INSTANT,
        "modality": Modality.ONLINE,
        "capacity": 1,
        "total": Money(3200, "EUR"),
        "credits": None,
    }
    return OfferingFacts(**(usual | changes))  # type: ignore[arg-type]


class TestAddress:
    def test_says_everything_and_is_read_back(self) -> None:
        filters = Filters(
            path="/instructors",
            text="algebra & more",
            subject="sub_1",
            kind=SessionType.GROUP,
            mode=BookingMode.INSTANT,
            when=When.WEEK,
            evenings=True,
            max_minor=2500,
            is_free=True,
            sort=Sort.PRICE,
        )

        assert filters.written() == (
            "/instructors?q=algebra+%26+more&subject=sub_1&type=group&mode=instant&when=week&evenings=1"
            "&max=2500&free=1&sort=price"
        )
        assert (
            Filters.parse(
                "/instructors/",
                {
                    "q": "algebra & more",
                    "subject": "sub_1",
                    "type": "group",
                    "mode": "instant",
                    "when": "week",
                    "evenings": "1",
                    "max": "2500",
                    "free": "1",
                    "sort": "price",
                },
            )
            == filters
        )

    def test_leaves_out_what_cannot_be_read(self) -> None:
        odd = {"type": "duo", "mode": "?", "when": "someday", "from": "2026-13-45", "max": "−5", "sort": "x"}

        assert Filters.parse("/", odd | {"max": "9" * 30}) == Filters()
        assert Filters.parse("/", odd) == Filters()

    def test_cuts_endless_words(self) -> None:
        assert len(Filters.parse("/", {"q": "a" * 5000}).text) == 100

    @pytest.mark.parametrize(
        ("when", "first", "last"),
        [
            (When.TODAY, THURSDAY, THURSDAY),
            (When.TOMORROW, date(2026, 12, 4), date(2026, 12, 4)),
            (When.WEEK, THURSDAY, date(2026, 12, 9)),
            (When.NEXT_WEEK, date(2026, 12, 7), date(2026, 12, 13)),
            (When.ANY, None, None),
        ],
    )
    def test_names_days_by_the_visitors_today(self, when: When, first: date, last: date) -> None:
        search = Filters(when=when).search(zone="Europe/Paris", today=THURSDAY)

        assert (search.from_on, search.to_on) == (first, last)

    def test_takes_dates_before_a_named_span_and_in_either_order(self) -> None:
        later, sooner = date(2026, 12, 9), date(2026, 12, 5)
        filters = Filters(when=When.TODAY, from_on=later, to_on=sooner)

        search = filters.search(zone="UTC", today=THURSDAY)
        assert (search.from_on, search.to_on) == (sooner, later)
        assert "when=" not in filters.written()
        assert Filters(from_on=later).search(zone="UTC", today=THURSDAY).to_on is None

    def test_of_the_order_alone_is_no_filter(self) -> None:
        assert not Filters(sort=Sort.NAME).is_any
        assert Filters(text="x").is_any


class TestFilterLinks:
    def test_switch_on_and_off_and_keep_the_rest(self) -> None:
        subjects = [Subject(id="sub_1", name="Mathematics"), Subject(id="sub_2", name="Physics")]
        filters = Filters(text="x", subject="sub_1", kind=SessionType.GROUP, max_minor=2500)

        view = filters_view(filters, subjects, currency="EUR", today=THURSDAY)

        assert (view.subject.label, view.subject.href) == ("Mathematics", "/?q=x&type=group&max=2500")
        assert (view.price.label, view.price.is_on) == ("Up to €25.00", True)
        assert [(link.label, link.is_on) for link in view.kinds] == [("One-to-one", False), ("Group", True)]
        assert view.kinds[1].href == "/?q=x&subject=sub_1&max=2500"
        assert view.is_any

    def test_of_an_unknown_subject_are_as_without_one(self) -> None:
        view = filters_view(Filters(subject="sub_9"), [], currency="EUR", today=THURSDAY)

        assert (view.subject.label, view.subject.is_on) == ("Any subject", False)

    def test_offer_prices_in_whole_units_of_the_currency(self) -> None:
        view = filters_view(Filters(), [], currency="JPY", today=THURSDAY)

        assert [link.label for link in view.prices] == ["Up to ¥15", "Up to ¥25", "Up to ¥35", "Up to ¥50"]


class TestLabels:
    @pytest.mark.parametrize(
        ("at", "label"),
        [
            (NOW + timedelta(hours=2), "Today, 11:41"),
            (datetime(2026, 12, 4, 7, 15, tzinfo=UTC), "Tomorrow, 08:15"),
            (datetime(2026, 12, 11, 9, 0, tzinfo=UTC), "Fri 11 Dec, 10:00"),
            (None, "No times yet"),
        ],
    )
    def test_of_the_next_free_time(self, at: datetime | None, label: str) -> None:
        assert next_free_label(at, PARIS, NOW) == label

    @pytest.mark.parametrize(
        ("zone", "line"),
        [
            ("Europe/Berlin", "Berlin, 09:41 there · same time as you"),
            ("America/New_York", "New York, 03:41 there · 6 h behind you"),
            ("Asia/Kolkata", "Kolkata, 14:11 there · 4 h 30 min ahead of you"),
        ],
    )
    def test_of_a_place(self, zone: str, line: str) -> None:
        assert place_line(zone, PARIS, NOW) == line

    def test_of_how_many_were_taught(self) -> None:
        assert [taught_label(count) for count in (0, 1, 212)] == ["New here", "1 student", "212 students"]

    def test_of_offerings(self) -> None:
        group = facts(session_type=SessionType.GROUP, capacity=6, total=Money(0, "EUR"))
        asked = facts(booking_mode=BookingMode.REQUEST, topic_type=TopicType.FLEXIBLE, duration_minutes=30)

        assert [tag_of(one) for one in (facts(), group, asked)] == [
            "€32.00, 60 min",
            "Group of 6, free",
            "On request, 30 min",
        ]
        assert offering_view(asked, book_href="/book/x").facts == (
            "30 min",
            "One-to-one",
            "Video, in the session room",
            "On request",
            "You suggest the topic",
        )

    def test_of_a_week_say_the_counts_and_draw_levels(self) -> None:
        week = WeekView.of((0, 1, 3, 4, 6, 7, 11), THURSDAY)

        assert week.label == "Free times in the next 7 days: 0, 1, 3, 4, 6, 7, 11"
        assert [(bar.letter, bar.level) for bar in week.bars] == [
            ("T", 0), ("F", 1), ("S", 1), ("S", 2), ("M", 2), ("T", 3), ("W", 4),
        ]  # fmt: skip

    def test_of_several_names(self) -> None:
        assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"], list("ABCDE"))] == [
            "",
            "A",
            "A and B",
            "A, B and C",
            "A, B and 3 more",
        ]


class TestCard:
    def card(self, **changes: object) -> InstructorCard:
        usual: dict[str, object] = {
            "id": "usr_1",
            "name": "Ada Lindqvist",
            "avatar_url": None,
            "headline": "",
            "subjects": ("Mathematics", "Statistics"),
            "timezone": "Europe/Paris",
            "students_taught": 3,
            "rating": None,
            "lead": facts(),
            "has_free": True,
            "next_free": NOW,
            "week": (0,) * 7,
        }
        return InstructorCard(**(usual | changes))  # type: ignore[arg-type]

    def test_shows_the_price_that_leads_and_that_a_first_session_is_free(self) -> None:
        [card] = cards([self.card()], PARIS, now=NOW, today=THURSDAY)

        assert (card.price, card.unit, card.note) == ("€32.00", "/ 60 min", "First session free")
        assert card.headline == "Mathematics, Statistics"
        assert card.rating == ""
        assert card.book_href == "/book/usr_1?offering=off_1"

    def test_of_somebody_free_does_not_say_it_twice(self) -> None:
        [card] = cards([self.card(lead=facts(total=Money(0, "EUR")))], PARIS, now=NOW, today=THURSDAY)

        assert (card.price, card.note) == ("Free", "")


class TestRibbon:
    def day(self) -> TimeSpan:
        start = datetime(2026, 12, 2, 23, 0, tzinfo=UTC)
        return TimeSpan(start, start + timedelta(days=1))

    def row(self, *spans: tuple[float, float]) -> RibbonRow:
        start = self.day().start
        return RibbonRow(
            "usr_1",
            "Ada",
            "off_1",
            "€32.00",
            tuple(TimeSpan(start + timedelta(hours=a), start + timedelta(hours=b)) for a, b in spans),
        )

    def test_begins_now_and_ends_with_the_last_session(self) -> None:
        ribbon = DayRibbon(THURSDAY, True, self.day(), (self.row((16, 18), (19, 21)),))

        view = ribbon_view(ribbon, PARIS, now=NOW)

        assert (view.title, view.date_label, view.is_now) == ("Free today", "Thu 3 Dec, Europe/Paris", True)
        assert [tick.label for tick in view.ticks] == ["12:00", "15:00", "18:00"]
        [row] = view.rows
        assert [(block.start, block.spoken_after) for block in row.blocks] == [
            ("16:00", " to 18:00"),
            ("19:00", " to 21:00"),
        ]
        assert row.blocks[0].href == "/book/usr_1?offering=off_1&date=2026-12-03"
        lefts = [float(block.left.removeprefix("min(").partition("%")[0]) for block in row.blocks]
        widths = [float(block.width.removesuffix("%")) for block in row.blocks]
        assert lefts[-1] + widths[-1] == pytest.approx(100, abs=0.02)

    def test_of_tomorrow_begins_with_the_first_free_hour(self) -> None:
        on = date(2026, 12, 4)
        day = TimeSpan(self.day().end, self.day().end + timedelta(days=1))
        ribbon = DayRibbon(on, False, day, (self.row((33.5, 36)),))

        view = ribbon_view(ribbon, PARIS, now=NOW)

        assert (view.title, view.is_now) == ("Free tomorrow", False)
        assert float(view.rows[0].blocks[0].left.removeprefix("min(").partition("%")[0]) > 0

    def test_of_a_later_day_names_it(self) -> None:
        ribbon = DayRibbon(date(2026, 12, 7), False, self.day(), (self.row((9, 10)),))

        assert ribbon_view(ribbon, PARIS, now=NOW).title == "Free on Mon 7 Dec"

    def test_without_anybody_has_no_rows(self) -> None:
        view = ribbon_view(DayRibbon(THURSDAY, True, self.day()), PARIS, now=NOW)

        assert view.rows == ()


class TestCourse:
    def card(self, **changes: object) -> CourseCard:
        usual: dict[str, object] = {
            "id": "crs_1",
            "title": "Linear Algebra",
            "summary": "",
            "subject_id": "sub_1",
            "subject": "Mathematics",
            "session_count": 10,
            "instructors": ("Ada", "Max"),
            "cheapest": facts(total=Money(3000, "EUR")),
            "has_one_price": False,
            "has_free": True,
            "enrolled": (),
        }
        return CourseCard(**(usual | changes))  # type: ignore[arg-type]

    def test_card_says_from_where_prices_differ(self) -> None:
        assert (card_view(self.card()).from_label, card_view(self.card()).price) == ("from", "€30.00")
        assert card_view(self.card(has_one_price=True)).from_label == ""
        assert card_view(self.card(cheapest=None)).price == ""
        assert card_view(self.card(session_count=1)).sessions == "1 session"

    def test_page_of_a_guardian_names_who_is_in_it_and_who_is_not(self) -> None:
        children = [
            Child("usr_a", "Léa", "UTC", has_account=True),
            Child("usr_b", "Théo", "UTC", has_account=False),
        ]
        enrolled = (Enrolled("enr_1", "usr_a", None),)
        found = CourseDetail(self.card(enrolled=enrolled), "", (), (), THURSDAY)

        view = page_view(found, children, PARIS, now=NOW, label="Tutor")

        assert view.enrolled_label == "Léa is enrolled"
        assert [child.name for child in view.to_enroll] == ["Théo"]
        assert view.teachers_heading == "No tutors teach this course"

    def test_page_of_a_student_says_enrolled(self) -> None:
        found = CourseDetail(self.card(enrolled=(Enrolled("enr_1", "usr_a", None),)), "", (), (), THURSDAY)

        assert page_view(found, (), PARIS, now=NOW, label="Instructor").enrolled_label == "Enrolled"
