"""How the dashboard words its page: the viewer's days, what is next, whose everything is, what was paid."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action
from sessions_app.services.queries.dashboard import (
    CourseStanding,
    Dashboard,
    HistoryEntry,
    MoneyBack,
    MoneyState,
    Tab,
)
from sessions_app.state import dashboard_views as views
from tests.state.seats import EUR, ME, NOW, PARIS, START, seat


def home(**facts: Any) -> Dashboard:
    usual: dict[str, Any] = {
        "learners": (ME,),
        "chosen_id": "",
        "tab": Tab.UPCOMING,
        "counts": dict.fromkeys(Tab, 0),
        "next": None,
        "seats": (),
        "has_more": False,
        "waiting": (),
        "recent": (),
        "courses": (),
        "credits": {ME.id: 0},
        "history": (),
        "has_more_history": False,
        "wakes_at": None,
        "now": NOW,
    }
    return Dashboard(**(usual | facts))


def page(viewer: Viewer = PARIS, **facts: Any) -> views.DashboardView:
    return views.page_of(home(**facts), viewer, first_name="Noah")


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(2, "Good evening"), (8, "Good morning"), (11, "Good afternoon"), (17, "Good evening")],
)
def test_the_greeting_follows_the_viewers_own_clock(hour: int, greeting: str) -> None:
    shown = page(now=NOW.replace(hour=hour))
    assert shown.greeting == f"{greeting}, Noah"
    assert shown.today == "Thursday 3 December, times shown in Europe/Paris (UTC+1)"


def test_rows_are_grouped_by_the_viewers_days() -> None:
    late = datetime(2026, 12, 4, 23, 30, tzinfo=UTC)
    shown = page(seats=(seat(starts_at=late), seat(booking_id="bkg_2", starts_at=START)))
    assert [(day.label, [one.id for one in day.seats]) for day in shown.days] == [
        ("Saturday 5 December", ["bkg_1"]),
        ("Tuesday 8 December", ["bkg_2"]),
    ]
    in_utc = page(Viewer("UTC"), seats=(seat(starts_at=late),))
    assert in_utc.days[0].label == "Tomorrow, Friday 4 December"


def test_what_is_over_says_its_date_in_the_row() -> None:
    (day,) = page(tab=Tab.PAST, seats=(seat(status=BookingStatus.COMPLETED, can=frozenset()),)).days
    assert (day.label, day.seats[0].strong, day.seats[0].small) == ("", "Tue 8 Dec", "16:00 – 17:00")


def test_the_next_session_counts_down_within_a_day() -> None:
    far = page(next=seat()).next
    assert (far.words, far.when, far.wait.until) == ("Next session in 5 days", "Tue 8 Dec, 16:00 – 17:00", "")
    near = page(next=seat(), now=START - timedelta(hours=3)).next
    assert (near.is_soon, near.when, near.wait.until) == (True, "16:00 – 17:00", "2026-12-08T15:00:00+00:00")
    running = page(next=seat(), now=START + timedelta(minutes=5)).next
    assert (running.words, running.wait.until, running.room) == (
        "Running until 17:00",
        "",
        "The room is open",
    )


@pytest.mark.parametrize(
    ("at", "facts", "said"),
    [
        (NOW, {}, "Free cancellation until Mon 7 Dec, 16:00"),
        (START - timedelta(hours=20), {}, "If you cancel until Tue 8 Dec, 04:00, you get 50 % back"),
        (START - timedelta(hours=2), {}, "This close to the start, cancelling gives nothing back"),
        (NOW, {"price": Money.zero("EUR")}, ""),
        (NOW, {"can": frozenset({Action.JOIN})}, ""),
    ],
)
def test_the_next_session_says_what_cancelling_gives_back_now(
    at: datetime, facts: dict[str, Any], said: str
) -> None:
    shown = page(next=seat(**facts), now=at)
    assert shown.next.policy == said


def test_a_guardian_sees_whose_everything_is() -> None:
    theo, nora = (replace(ME, id=f"usr_{name}", name=name) for name in ("Théo", "Nora"))
    course = CourseStanding("enr_1", "crs_1", "Algebra", nora, 4, 10, is_deferred=False, is_open=True)
    shown = page(
        learners=(nora, theo),
        credits={nora.id: 1, theo.id: 0},
        seats=(seat(learner=theo),),
        courses=(course,),
    )
    assert [one.label for one in shown.learners] == ["Everybody", "Nora", "Théo"]
    assert shown.days[0].seats[0].learner == "Théo"
    assert shown.credits == "Nora 1 credit, Théo 0 credits"
    assert (shown.courses[0].learner, shown.courses[0].percent, shown.courses[0].progress) == (
        "Nora",
        40,
        "4 of 10",
    )


def test_one_learner_needs_no_filter() -> None:
    assert page().learners == ()
    assert page(credits={ME.id: 1}).credits == "1 credit"


def test_the_history_says_amount_method_state_and_what_came_back() -> None:
    paid = HistoryEntry(
        id="pay_1",
        at=NOW,
        what="Algebra",
        learner=ME,
        amount=EUR,
        credits=0,
        method="Visa •••• 4242",
        state=MoneyState.PARTLY_REFUNDED,
        refunds=(
            MoneyBack(Money(1400, "EUR"), NOW, is_done=True),
            MoneyBack(Money(100, "EUR"), NOW, is_done=False),
        ),
    )
    spent = replace(
        paid, id="led_1", amount=None, credits=-1, method="Credits", state=MoneyState.SPENT, refunds=()
    )
    first, second = page(history=(paid, spent)).history
    assert (first.date, first.amount, first.detail) == (
        "Thu 3 Dec",
        "€28.00",
        "Visa •••• 4242 · Partly refunded",
    )
    assert first.backs == ("€14.00 back on Thu 3 Dec", "€1.00 on its way back")
    assert (second.amount, second.detail) == ("−1 credit", "Credits · Spent")
