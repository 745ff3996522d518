"""How the dashboard words what it shows: in the viewer's zone, with amounts, deadlines and reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain import refunds
from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.money import Money
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.refunds import CancelledBy, RefundPolicy
from sessions_app.domain.rescheduling import Barrier, CancelVerdict, MoveVerdict
from sessions_app.domain.topics import TopicState
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.queries.cancelling import CancelPreview
from sessions_app.services.queries.dashboard import (
    CourseStanding,
    Dashboard,
    HistoryEntry,
    Learner,
    MoneyBack,
    MoneyState,
    Seat,
    Tab,
)
from sessions_app.services.terms import Deadlines
from sessions_app.state import dashboard_views as views

PARIS = Viewer("Europe/Paris", "h23")
ME = Learner("usr_1", "", Relation.OWN_SEAT, frozenset())
NOW = datetime(2026, 12, 3, 8, 41, tzinfo=UTC)
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
EUR = Money(2800, "EUR")


def seat(**facts: Any) -> Seat:
    start = facts.get("starts_at", START)
    usual: dict[str, Any] = {
        "booking_id": "bkg_1",
        "session_id": "ses_1",
        "offering_id": "off_1",
        "course_id": "crs_1",
        "status": BookingStatus.SCHEDULED,
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "title": "One-to-one lesson, Linear Algebra",
        "instructor_id": "usr_9",
        "instructor_name": "Ada Lindqvist",
        "instructor_zone": "Europe/Paris",
        "avatar_url": None,
        "learner": ME,
        "session_type": SessionType.INDIVIDUAL,
        "capacity": 1,
        "seats_taken": 1,
        "modality": Modality.ONLINE,
        "place": "",
        "pay_with": PayWith.CARD,
        "price": EUR,
        "credits": 0,
        "is_paying": False,
        "response": "",
        "topic": "",
        "topic_state": TopicState.FIXED,
        "asked_starts_at": None,
        "cancelled_by": None,
        "returned": Money.zero("EUR"),
        "returned_credits": 0,
        "is_return_done": True,
        "waits_from": NOW,
        "waits_until": None,
        "opens_at": start - timedelta(minutes=10),
        "move": MoveVerdict(None, start - timedelta(hours=12), 2),
        "cancel": CancelVerdict(is_allowed=True, until=start),
        "due": Deadlines(start - timedelta(hours=24), start - timedelta(hours=12), 50, None),
        "can": frozenset({Action.CANCEL, Action.RESCHEDULE, Action.JOIN}),
    }
    return Seat(**(usual | facts))


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


def row(
    viewer: Viewer = PARIS, *, now: datetime = NOW, with_date: bool = False, **facts: Any
) -> views.SeatView:
    return views.seat_view(seat(**facts), viewer, now, with_date=with_date)


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


def test_the_other_clock_stands_beside_ones_own_where_it_differs() -> None:
    assert row().notes == ""
    assert row(instructor_zone="Asia/Kolkata").notes == "20:30 in Kolkata"
    assert row(instructor_zone="Pacific/Auckland").notes == "Wed 04:00 in Auckland"


def test_in_the_hour_that_clocks_repeat_times_carry_their_offset() -> None:
    shown = row(starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), now=datetime(2026, 10, 1, tzinfo=UTC))
    assert (shown.strong, shown.small) == ("02:30 UTC+2", "to 02:30 UTC+1")
    assert shown.spoken == "Sunday 25 October 2026, 02:30 UTC+2 to 02:30 UTC+1"


def test_across_a_change_of_clocks_the_deadline_is_right() -> None:
    verdict = MoveVerdict(Barrier.NOTICE, datetime(2026, 10, 24, 19, 0, tzinfo=UTC), 2)
    assert views.why_not_moved(verdict, PARIS, NOW) == "Rescheduling was possible until Sat 24 Oct, 21:00."


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (2, "Already rescheduled 2 times, which is the most."),
        (1, "Already rescheduled once, which is the most."),
        (0, "Sessions cannot be rescheduled here."),
    ],
)
def test_why_a_session_cannot_be_moved_is_said(limit: int, reason: str) -> None:
    assert row(move=MoveVerdict(Barrier.LIMIT, START, limit)).move_blocked == reason
    assert row().move_blocked == ""


def test_joining_opens_ten_minutes_before() -> None:
    assert (row().join, row().join_note) == ("soon", "Join opens at 15:50")
    assert row(now=START - timedelta(minutes=10)).join == "open"
    assert row(can=frozenset()).join == ""
    midnight = datetime(2026, 12, 7, 23, 0, tzinfo=UTC)
    assert row(starts_at=midnight).join_note == "Join opens at Mon 7 Dec, 23:50"


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


def test_what_waits_says_until_when() -> None:
    until = NOW + timedelta(hours=12)
    accepted = row(status=BookingStatus.ACCEPTED, waits_until=until, can=frozenset({Action.PAY}))
    assert (accepted.badge, accepted.can_pay, accepted.price) == ("Pay by 21:41", True, "€28.00")
    assert row(status=BookingStatus.ACCEPTED, waits_until=until + timedelta(days=1)).badge == (
        "Pay by Fri 4 Dec, 21:41"
    )
    held = row(status=BookingStatus.HELD, waits_until=NOW + timedelta(minutes=8))
    assert (held.wait.until, held.wait.total) == ("2026-12-03T08:49:00+00:00", 480)
    assert row(status=BookingStatus.HELD, is_paying=True).status == "processing"


def test_an_end_without_a_word_about_it_is_just_ended() -> None:
    shown = row(now=START + timedelta(hours=2), can=frozenset())
    assert (shown.status, shown.badge) == ("completed", "Ended")


def test_what_goes_back_and_who_ended_it_is_said() -> None:
    cancelled = {"status": BookingStatus.CANCELLED, "can": frozenset(), "returned": EUR}
    assert row(**cancelled, is_return_done=True).notes == "€28.00 refunded"
    assert row(**cancelled, is_return_done=False).notes == "€28.00 on its way back"
    by_her = row(**cancelled, cancelled_by=CancelledBy.INSTRUCTOR)
    assert by_her.notes == "cancelled by Ada · €28.00 refunded"
    assert row(status=BookingStatus.CANCELLED, returned_credits=1).notes == "1 credit returned"
    said = row(status=BookingStatus.REJECTED, response="I am\ntravelling.")
    assert said.said == "Ada: “I am travelling.”"


def test_a_group_shows_its_seats_and_a_place_itself() -> None:
    group = {"session_type": SessionType.GROUP, "capacity": 6, "seats_taken": 4}
    assert row(**group, modality=Modality.IN_PERSON, place="Room 4").notes == "4 of 6 seats taken · Room 4"


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


def preview(*, at: datetime = NOW, policy: RefundPolicy | None = None, **facts: Any) -> CancelPreview:
    policy = policy or refunds.tiered()
    paid = facts.pop("paid", EUR)
    credits_paid = facts.pop("credits_paid", 0)
    drawn = refunds.bands(policy, starts_at=START) if credits_paid or not paid.is_zero else ()
    usual: dict[str, Any] = {
        "booking_id": "bkg_1",
        "status": BookingStatus.SCHEDULED,
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "title": "Eigenvalues and eigenvectors",
        "instructor_name": "Ada Lindqvist",
        "student_name": None,
        "decision": refunds.refund_due(
            policy, starts_at=START, at=at, by=CancelledBy.STUDENT, paid=paid, credits_paid=credits_paid
        ),
        "paid": paid,
        "credits_paid": credits_paid,
        "reserved": Money.zero("EUR"),
        "method": "Visa •••• 4242",
        "bands": drawn,
        "now_at": 28,
        "can_move": True,
        "now": at,
    }
    return CancelPreview(**(usual | facts))


class TestTheCancelDialog:
    def test_it_names_the_session_and_what_goes_back(self) -> None:
        shown = views.cancel_view(preview(), PARIS)
        assert (shown.heading, shown.month, shown.day) == ("Cancel this session?", "Dec", "8")
        assert shown.when == "Tuesday, 16:00 – 17:00"
        assert shown.what == "Eigenvalues and eigenvectors, Ada Lindqvist"
        assert (shown.sentence, shown.amount) == ("You get all of it back, to Visa •••• 4242.", "€28.00")
        assert [(band.name, band.until) for band in shown.bands] == [
            ("All", "until Mon 7 Dec, 16:00"),
            ("Half", "Tue 04:00"),
            ("None", "then"),
        ]
        assert shown.bar_label == (
            "Refund by time: all until Monday 7 December 2026 16:00, half until Tuesday 8 December 2026 04:00, "
            "then nothing. Now: all."
        )
        assert shown.reason_label == "Reason, shared with Ada"

    @pytest.mark.parametrize(
        ("at", "sentence", "amount"),
        [
            (START - timedelta(hours=18), "You get half of it back, to Visa •••• 4242.", "€14.00"),
            (
                START - timedelta(hours=2),
                "You get nothing back: that was possible until Tue 8 Dec, 04:00.",
                "€0.00",
            ),
        ],
    )
    def test_later_it_is_less(self, at: datetime, sentence: str, amount: str) -> None:
        shown = views.cancel_view(preview(at=at), PARIS)
        assert (shown.sentence, shown.amount) == (sentence, amount)

    def test_another_share_is_said_in_per_cent(self) -> None:
        policy = refunds.tiered(partial_percent=40)
        shown = views.cancel_view(preview(at=START - timedelta(hours=18), policy=policy), PARIS)
        assert shown.sentence == "You get 40 % of it back, to Visa •••• 4242."

    def test_credits_come_back_as_credits(self) -> None:
        nothing = Money.zero("EUR")
        one = views.cancel_view(preview(paid=nothing, credits_paid=1), PARIS)
        assert (one.sentence, one.amount) == ("You get your credit back.", "1 credit")
        some = views.cancel_view(preview(paid=nothing, credits_paid=4, at=START - timedelta(hours=18)), PARIS)
        assert (some.sentence, some.amount) == ("You get 2 credits of 4 back.", "2 credits")

    def test_nothing_paid_gives_nothing_back(self) -> None:
        shown = views.cancel_view(preview(paid=Money.zero("EUR")), PARIS)
        assert shown.sentence == "Nothing was charged, so there is nothing to give back."
        assert shown.bands == ()

    def test_a_request_is_taken_back_and_released(self) -> None:
        shown = views.cancel_view(
            preview(status=BookingStatus.PENDING, paid=Money.zero("EUR"), reserved=EUR), PARIS
        )
        assert (shown.heading, shown.keep, shown.confirm) == (
            "Cancel this request?",
            "Keep request",
            "Cancel request",
        )
        assert shown.sentence == "Nothing was taken. We release what is reserved on Visa •••• 4242."

    def test_a_policy_that_gives_all_back_has_one_band(self) -> None:
        shown = views.cancel_view(preview(policy=refunds.FULL), PARIS)
        assert [(band.name, band.until, band.share) for band in shown.bands] == [
            ("All", "until the start", 100)
        ]


def test_a_proposed_time_is_put_before_the_student_with_what_was_asked() -> None:
    proposed = seat(
        status=BookingStatus.PENDING,
        asked_starts_at=datetime(2026, 12, 7, 9, 0, tzinfo=UTC),
        can=frozenset({Action.ANSWER, Action.CANCEL}),
    )
    view = views.seat_view(proposed, PARIS, NOW, with_date=True)
    assert (view.proposal, view.was) == (
        "Tuesday 8 December, 16:00 – 17:00",
        "instead of Mon 7 Dec, 10:00",
    )
    assert view.badge == "Your answer"


@pytest.mark.parametrize(
    ("state", "note", "can_agree"),
    [
        (TopicState.BY_STUDENT, "suggested by you", False),
        (TopicState.BY_INSTRUCTOR, "suggested by Ada", True),
        (TopicState.LOCKED, "agreed", False),
        (TopicState.FIXED, "", False),
    ],
)
def test_a_topic_says_who_named_it_and_can_be_agreed_to(
    state: TopicState, note: str, can_agree: bool
) -> None:
    named = seat(topic="Eigenvalues", topic_state=state, can=frozenset({Action.AGREE_TOPIC}))
    view = views.seat_view(named, PARIS, NOW, with_date=True)
    assert (view.topic, view.topic_note, view.can_agree) == ("Eigenvalues", note, can_agree)


def test_who_was_cancelled_on_is_led_to_other_times_and_who_cancelled_is_not() -> None:
    by_host = seat(status=BookingStatus.CANCELLED, cancelled_by="instructor")
    assert views.seat_view(by_host, PARIS, NOW, with_date=True).again_href == "/book/usr_9?offering=off_1"
    own = seat(status=BookingStatus.CANCELLED, cancelled_by="student")
    assert views.seat_view(own, PARIS, NOW, with_date=True).again_href == ""


def test_a_row_counts_its_materials_and_says_nothing_without_any() -> None:
    assert [row(files=count).files for count in (0, 1, 3)] == ["", "1 file", "3 files"]


def test_whether_one_comes_is_asked_and_told_in_the_words_of_who_reads() -> None:
    child = Learner("usr_2", "Théo Martin", Relation.OWN_CHILD, frozenset({"book", "view"}))
    asked = frozenset({Action.CONFIRM_ATTENDANCE})
    assert row(can=asked).attend == "I'll be there"
    assert row(can=asked, learner=child).attend == "Théo will be there"
    assert row(status=BookingStatus.CONFIRMED).notes == "You said you'll be there"
    assert row(status=BookingStatus.CONFIRMED, learner=child).notes == "Théo will be there"
    assert row(status=BookingStatus.CONFIRMED, now=START).notes == ""


def test_cancelling_that_is_not_possible_any_more_says_until_when_it_was() -> None:
    late = row(cancel=CancelVerdict(is_allowed=False, until=datetime(2026, 12, 2, 15, 0, tzinfo=UTC)))
    assert (late.can_cancel, late.cancel_blocked) == (True, "Cancelling was possible until Wed 2 Dec, 16:00.")
    assert row().cancel_blocked == ""
