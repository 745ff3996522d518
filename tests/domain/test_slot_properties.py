"""What holds for every calendar, whatever anybody asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.domain.availability import PublishedTime
from sessions_app.domain.slots import BusyKind, BusySpan, Reason, Slot, judge, open_slots
from sessions_app.domain.timespans import TimeSpan
from tests.domain.slot_cases import question_around, window_around
from tests.domain.slot_reference import Question

ORDER = list(Reason)
AROUND_SWITCHES = st.sampled_from(
    [
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("America/New_York", datetime(2027, 3, 14, 7, tzinfo=UTC)),
        ("Europe/Paris", datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2027, 3, 27, 22, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 12, 1, 3, 15, tzinfo=UTC)),
    ]
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, TimeSpan]:
    zone, at = draw(AROUND_SWITCHES)
    return question_around(Random(draw(st.integers(0, 2**32))), zone, at), window_around(at)


def answers(question: Question, window: TimeSpan, every: int) -> dict[datetime, Slot | tuple[Reason, ...]]:
    step = timedelta(minutes=every)
    count = (window.end - window.start) // step
    return {start: judge(question, start) for start in (window.start + step * i for i in range(count))}


@settings(max_examples=60, deadline=None)
@given(questions())
def test_listing_and_judging_always_agree(case: tuple[Question, TimeSpan]) -> None:
    question, window = case
    listing = open_slots(question, window)
    judged = answers(question, window, every=5)
    listed = {slot.span.start: slot for slot in listing.slots}
    assert {start: a for start, a in judged.items() if isinstance(a, Slot)} == {
        start: slot for start, slot in listed.items() if start in judged
    }
    assert all(judge(question, start) == slot for start, slot in listed.items())


@settings(max_examples=60, deadline=None)
@given(questions())
def test_an_empty_listing_gives_a_reason_that_some_start_has(case: tuple[Question, TimeSpan]) -> None:
    question, window = case
    listing = open_slots(question, window)
    assert (listing.reason is None) == bool(listing.slots)
    if listing.reason is not None:
        first = {a[0] for a in answers(question, window, every=5).values() if not isinstance(a, Slot)}
        assert listing.reason in first


@settings(max_examples=60, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_no_two_sessions_booked_one_after_the_other_are_closer_than_the_buffer(
    case: tuple[Question, TimeSpan], random: Random
) -> None:
    question, window = case
    question = replace(question, joinable=())
    buffer = timedelta(minutes=question.rules.buffer_minutes)
    booked: list[TimeSpan] = []
    while slots := open_slots(question, window).slots:
        chosen = random.choice(slots).span
        assert all(
            chosen.start - b.span.end >= buffer or b.span.start - chosen.end >= buffer for b in question.busy
        )
        booked.append(chosen)
        question = replace(question, busy=[*question.busy, BusySpan(chosen, BusyKind.SESSION)])
    booked.sort()
    assert all(later.start - earlier.end >= buffer for earlier, later in pairwise(booked))


def without(question: Question, reason: Reason, start: datetime) -> Question:
    """The same question with the rule behind a reason lifted."""
    rules, calendar = question.rules, question.calendar
    kind = {
        Reason.BUSY: BusyKind.SESSION,
        Reason.HELD: BusyKind.HELD,
        Reason.EXTERNAL_BUSY: BusyKind.EXTERNAL,
    }
    match reason:
        case Reason.PAST:
            return replace(question, now=start)
        case Reason.HORIZON:
            return replace(question, rules=replace(rules, horizon_days=730))
        case Reason.NOTICE:
            return replace(question, rules=replace(rules, notice_minutes=0, not_same_day=False))
        case Reason.DURATION:
            return replace(question, rules=replace(rules, min_duration=1, max_duration=1440))
        case Reason.OVERRIDE_DAY_OFF:
            kept = tuple(override for override in calendar.overrides if override.windows)
            return replace(question, calendar=replace(calendar, overrides=kept))
        case Reason.OUTSIDE_HOURS | Reason.OFF_GRID:
            span = TimeSpan(start, start + timedelta(minutes=question.duration_minutes))
            extra = PublishedTime("lifted", span, 20, question.session_type, question.offering_id)
            return replace(question, calendar=replace(calendar, published=(*calendar.published, extra)))
        case Reason.DAY_CAP:
            return replace(question, rules=replace(rules, day_cap=0))
        case Reason.WEEK_CAP:
            return replace(question, rules=replace(rules, week_cap=0))
        case Reason.SEAT_FULL:
            return replace(question, joinable=[replace(s, seats_left=1) for s in question.joinable])
        case Reason.BUFFER:
            return replace(question, rules=replace(rules, buffer_minutes=0))
        case Reason.STUDENT_BUSY:
            return replace(question, student_busy=())
    return replace(question, busy=[b for b in question.busy if b.kind is not kind[reason]])


@settings(max_examples=60, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_lifting_the_rule_of_a_reason_frees_the_start_or_brings_the_next_reason(
    case: tuple[Question, TimeSpan], random: Random
) -> None:
    question, window = case
    for _ in range(20):
        start = window.start + timedelta(minutes=5 * random.randrange(720))
        answer, asked, lifted = judge(question, start), question, 0
        while not isinstance(answer, Slot):
            first = answer[0]
            asked = without(asked, first, start)
            answer = judge(asked, start)
            lifted += 1
            if not isinstance(answer, Slot):
                assert ORDER.index(answer[0]) > ORDER.index(first)
                assert list(answer) == sorted(set(answer), key=ORDER.index)
        assert lifted <= len(ORDER)
