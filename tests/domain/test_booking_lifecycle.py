"""Every move a booking and a session can make is in one table; every other is refused."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.booking_lifecycle import (
    FINAL,
    OCCUPYING,
    OCCUPYING_SESSION,
    SESSION_TRANSITIONS,
    TENTATIVE,
    TRANSITIONS,
    UPCOMING,
    BookingEvent,
    BookingStatus,
    SessionEvent,
    SessionStatus,
    advance,
    advance_session,
    parse_status,
    session_after,
    session_status_for,
)
from sessions_app.domain.errors import IllegalTransition, InvalidInput

# Part C of the product's specification, row by row, written down a second time on purpose.
SPECIFICATION = """
held                                            | submit, authorise        | pending
held, accepted                                  | pay                      | scheduled
held, pending, accepted                         | time_out                 | expired
pending                                         | accept                   | scheduled
held, pending                                   | accept_unpaid            | accepted
pending                                         | reject                   | rejected
pending                                         | propose                  | pending
scheduled                                       | confirm_attendance       | confirmed
scheduled, confirmed                            | reschedule               | scheduled
scheduled, confirmed                            | start                    | in_progress
in_progress                                     | finish                   | completed
in_progress                                     | mark_no_show             | no_show
scheduled, confirmed                            | sweep_completed          | completed
scheduled, confirmed                            | sweep_no_show            | no_show
held, pending, accepted, scheduled, confirmed   | cancel                   | cancelled
held, pending, accepted, scheduled, confirmed, in_progress | cancel_by_instructor | cancelled
completed                                       | uphold_dispute           | completed
expired                                         | late_payment             | scheduled
expired                                         | late_authorisation       | pending
"""


def specified() -> dict[tuple[str, str], str]:
    rows = [[cell.strip() for cell in line.split("|")] for line in SPECIFICATION.strip().splitlines()]
    return {
        (status, event): target
        for statuses, events, target in rows
        for status, event in product(statuses.split(", "), events.split(", "))
    }


def test_the_table_is_the_specification() -> None:
    assert dict(TRANSITIONS) == specified()


@pytest.mark.parametrize("event", BookingEvent)
@pytest.mark.parametrize("status", BookingStatus)
def test_every_pair_of_status_and_event_either_moves_or_is_refused(
    status: BookingStatus, event: BookingEvent
) -> None:
    if (status, event) in TRANSITIONS:
        assert advance(status, event) is TRANSITIONS[status, event]
    else:
        with pytest.raises(IllegalTransition) as refused:
            advance(status, event)
        assert refused.value.details == {"status": status.value, "event": event.value}


@pytest.mark.parametrize("event", SessionEvent)
@pytest.mark.parametrize("status", SessionStatus)
def test_every_pair_of_session_status_and_event_either_moves_or_is_refused(
    status: SessionStatus, event: SessionEvent
) -> None:
    if (status, event) in SESSION_TRANSITIONS:
        assert advance_session(status, event) is SESSION_TRANSITIONS[status, event]
    else:
        with pytest.raises(IllegalTransition):
            advance_session(status, event)


def test_a_booking_is_either_waiting_or_upcoming_or_final() -> None:
    assert set(BookingStatus) == TENTATIVE | UPCOMING | FINAL
    assert not TENTATIVE & UPCOMING
    assert not OCCUPYING & FINAL
    assert OCCUPYING == TENTATIVE | UPCOMING


def test_only_money_leads_out_of_a_final_status() -> None:
    ways_out = {(status.value, event.value) for status, event in TRANSITIONS if status in FINAL}
    assert ways_out == {
        ("expired", "late_payment"),
        ("expired", "late_authorisation"),
        ("completed", "uphold_dispute"),
    }


def test_every_status_is_reached_from_a_hold_and_every_event_happens_somewhere() -> None:
    reached = {BookingStatus.HELD}
    while more := {to for (status, _), to in TRANSITIONS.items() if status in reached} - reached:
        reached |= more
    assert reached == set(BookingStatus)
    assert {event for _, event in TRANSITIONS} == set(BookingEvent)
    assert {event for _, event in SESSION_TRANSITIONS} == set(SessionEvent)


def test_whoever_waits_can_always_time_out_be_withdrawn_or_be_refused() -> None:
    for status in TENTATIVE:
        assert advance(status, BookingEvent.TIME_OUT) is BookingStatus.EXPIRED
        assert advance(status, BookingEvent.CANCEL) is BookingStatus.CANCELLED


def test_the_instructor_can_call_off_whatever_occupies_their_time() -> None:
    for status in OCCUPYING:
        assert advance(status, BookingEvent.CANCEL_BY_INSTRUCTOR) is BookingStatus.CANCELLED
    for session in OCCUPYING_SESSION:
        assert advance_session(session, SessionEvent.CANCEL) is SessionStatus.CANCELLED


def test_a_student_cannot_cancel_a_session_that_has_begun() -> None:
    with pytest.raises(IllegalTransition):
        advance(BookingStatus.IN_PROGRESS, BookingEvent.CANCEL)


def test_a_confirmation_of_the_old_time_does_not_hold_for_the_new_one() -> None:
    assert advance(BookingStatus.CONFIRMED, BookingEvent.RESCHEDULE) is BookingStatus.SCHEDULED


@given(st.lists(st.sampled_from(BookingEvent)))
def test_a_booking_pays_before_it_is_upcoming_and_never_returns_to_a_hold(events: list[BookingEvent]) -> None:
    status, paid = BookingStatus.HELD, False
    settling = {BookingEvent.PAY, BookingEvent.ACCEPT, BookingEvent.LATE_PAYMENT}
    for event in events:
        if (status, event) in TRANSITIONS:
            status = advance(status, event)
            paid |= event in settling
            assert status is not BookingStatus.HELD
        assert paid or status not in UPCOMING


# A session follows its seats.


@pytest.mark.parametrize(
    ("seats", "status"),
    [
        ([], "cancelled"), (["held"], "tentative"), (["pending", "expired"], "tentative"),
        (["accepted"], "tentative"), (["held", "scheduled"], "scheduled"), (["confirmed"], "scheduled"),
        (["cancelled", "expired", "rejected"], "cancelled"), (["cancelled", "scheduled"], "scheduled"),
    ],
)  # fmt: skip
def test_before_its_start_a_session_is_what_its_seats_make_it(seats: list[str], status: str) -> None:
    assert session_status_for(map(BookingStatus, seats), started=False, ended=False) == status


def test_a_session_runs_and_ends_while_somebody_has_a_seat() -> None:
    seats = [BookingStatus.IN_PROGRESS, BookingStatus.CANCELLED]
    assert session_status_for(seats, started=True, ended=False) is SessionStatus.IN_PROGRESS
    ended = [BookingStatus.NO_SHOW, BookingStatus.COMPLETED]
    assert session_status_for(ended, started=True, ended=True) is SessionStatus.COMPLETED
    assert session_status_for(ended, started=False, ended=True) is SessionStatus.COMPLETED


def test_a_running_session_whose_seats_are_all_called_off_is_cancelled() -> None:
    assert session_status_for([BookingStatus.CANCELLED], started=True, ended=False) is SessionStatus.CANCELLED


def test_a_session_becomes_only_what_the_table_leads_to() -> None:
    late_payment = [BookingStatus.SCHEDULED]
    assert (
        session_after(SessionStatus.CANCELLED, late_payment, started=False, ended=False)
        is SessionStatus.SCHEDULED
    )
    with pytest.raises(IllegalTransition) as refused:
        session_after(SessionStatus.COMPLETED, [BookingStatus.CANCELLED], started=True, ended=True)
    assert refused.value.details == {"status": "completed", "event": "cancelled"}


seats_before_start = st.sampled_from(sorted(OCCUPYING - {BookingStatus.IN_PROGRESS} | FINAL))
of_the_session = {
    BookingEvent.START, BookingEvent.FINISH, BookingEvent.MARK_NO_SHOW,
    BookingEvent.SWEEP_COMPLETED, BookingEvent.SWEEP_NO_SHOW, BookingEvent.UPHOLD_DISPUTE,
}  # fmt: skip


@given(st.lists(seats_before_start, min_size=1, max_size=20), st.data())
def test_whatever_happens_to_a_seat_is_a_move_its_session_can_make(
    seats: list[BookingStatus], data: st.DataObject
) -> None:
    moves = [
        (seat, to)
        for seat, status in enumerate(seats)
        for (start, event), to in TRANSITIONS.items()
        if start is status and event not in of_the_session
    ]
    if not moves:
        return
    seat, to = data.draw(st.sampled_from(moves))
    before = session_status_for(seats, started=False, ended=False)
    after = session_status_for([*seats[:seat], to, *seats[seat + 1 :]], started=False, ended=False)
    one_step = {target for (start, _), target in SESSION_TRANSITIONS.items() if start is before}
    # A late payment both reopens the session and secures the seat.
    two_steps = {target for (start, _), target in SESSION_TRANSITIONS.items() if start in one_step}
    assert after == before or after in one_step or (before is SessionStatus.CANCELLED and after in two_steps)


# Words on input.


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("PENDING", "held pending"), ("ACCEPTED", "accepted scheduled confirmed in_progress"),
        ("REJECTED", "rejected"), ("EXPIRED", "expired"), ("CANCELLED", "cancelled rejected expired"),
        ("COMPLETED", "completed no_show"), ("SCHEDULED", "scheduled confirmed"), ("CONFIRMED", "confirmed"),
        ("IN_PROGRESS", "in_progress"), ("scheduled", "scheduled confirmed"), ("held", "held"),
        ("no_show", "no_show"), ("tentative", "held pending accepted"),
    ],
)  # fmt: skip
def test_a_word_of_a_document_stands_for_all_that_any_document_means_by_it(word: str, meant: str) -> None:
    assert parse_status(word) == set(meant.split())


@pytest.mark.parametrize("word", ["in_progress", "IN_PROGRESS", "In-Progress", " in progress "])
def test_a_word_is_understood_in_any_spelling(word: str) -> None:
    assert parse_status(word) == {BookingStatus.IN_PROGRESS}


@pytest.mark.parametrize("status", BookingStatus)
def test_each_status_finds_itself(status: BookingStatus) -> None:
    assert status in parse_status(status.value)


@given(st.text())
def test_any_other_word_is_refused_naming_the_field(word: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_status(f"not {word}")
    assert refused.value.field == "status"
    assert "scheduled" in refused.value.details["choices"]
