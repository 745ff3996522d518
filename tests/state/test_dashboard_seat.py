"""How one booking is worded: in the viewer's zone, with amounts, deadlines and reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Action, Relation
from sessions_app.domain.refunds import CancelledBy
from sessions_app.domain.rescheduling import Barrier, CancelVerdict, MoveVerdict
from sessions_app.domain.topics import TopicState
from sessions_app.models.catalogue import Modality, SessionType
from sessions_app.services.queries.dashboard import Learner
from sessions_app.state.dashboard_seat import SeatView, seat_view, why_not_moved
from tests.state.seats import EUR, NOW, PARIS, START, seat


def row(viewer: Viewer = PARIS, *, now: datetime = NOW, with_date: bool = False, **facts: Any) -> SeatView:
    return seat_view(seat(**facts), viewer, now, with_date=with_date)


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
    assert why_not_moved(verdict, PARIS, NOW) == "Rescheduling was possible until Sat 24 Oct, 21:00."


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


def test_a_proposed_time_is_put_before_the_student_with_what_was_asked() -> None:
    proposed = seat(
        status=BookingStatus.PENDING,
        asked_starts_at=datetime(2026, 12, 7, 9, 0, tzinfo=UTC),
        can=frozenset({Action.ANSWER, Action.CANCEL}),
    )
    view = seat_view(proposed, PARIS, NOW, with_date=True)
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
    view = seat_view(named, PARIS, NOW, with_date=True)
    assert (view.topic, view.topic_note, view.can_agree) == ("Eigenvalues", note, can_agree)


def test_who_was_cancelled_on_is_led_to_other_times_and_who_cancelled_is_not() -> None:
    by_host = seat(status=BookingStatus.CANCELLED, cancelled_by="instructor")
    assert seat_view(by_host, PARIS, NOW, with_date=True).again_href == "/book/usr_9?offering=off_1"
    own = seat(status=BookingStatus.CANCELLED, cancelled_by="student")
    assert seat_view(own, PARIS, NOW, with_date=True).again_href == ""


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
