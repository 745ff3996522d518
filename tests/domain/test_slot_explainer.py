"""The explainer: every reason names its cause, and what it names is truly what stands in the way."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from time import monotonic, time_ns

import pytest

from sessions_app.domain.availability import Calendar, DateOverride, PublishedTime, WeeklyRule
from sessions_app.domain.slot_explainer import NOTHING_FREE, POLITE, Finding, explain
from sessions_app.domain.slots import BusyKind, BusySpan, Reason, Slot, SlotRules, judge, open_slots
from sessions_app.domain.timespans import TimeSpan
from tests.domain.slot_cases import next_switches, question_around
from tests.domain.slot_reference import Question

CALENDARS = 300
CANDIDATES = 20
ZONES = (
    "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago",
    "Africa/Cairo", "Asia/Beirut", "Pacific/Chatham", "America/St_Johns", "Antarctica/Troll", "UTC",
)  # fmt: skip
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
ORDER = list(Reason)
MONDAY = datetime(2026, 12, 7, tzinfo=UTC)

# Every zone's clock changes, found once; a zone without any gets an ordinary Tuesday.
WEEKS = [
    (zone, at)
    for zone in ZONES
    for at in (next_switches(zone, FIRST) or [datetime(2026, 12, 15, 12, tzinfo=UTC)])
]


def lifted(question: Question, finding: Finding, start: datetime) -> Question:
    """The same question without what the finding names, and with everything else as it was."""
    rules, calendar = question.rules, question.calendar
    match finding.reason:
        case Reason.PAST:
            return replace(question, now=start)
        case Reason.HORIZON:
            assert finding.on is not None
            return replace(question, rules=replace(rules, horizon_days=1000))
        case Reason.NOTICE:
            assert finding.at is not None
            assert finding.at > start
            return replace(question, rules=replace(rules, notice_minutes=0, not_same_day=False))
        case Reason.DURATION:
            return replace(question, rules=replace(rules, min_duration=1, max_duration=1440))
        case Reason.OVERRIDE_DAY_OFF:
            assert finding.is_override
            kept = tuple(override for override in calendar.overrides if override.on != finding.on)
            assert len(kept) == len(calendar.overrides) - 1
            return replace(question, calendar=replace(calendar, overrides=kept))
        case Reason.OUTSIDE_HOURS | Reason.OFF_GRID:
            span = TimeSpan(start, start + timedelta(minutes=question.duration_minutes))
            extra = PublishedTime("lifted", span, 20, question.session_type, question.offering_id)
            return replace(question, calendar=replace(calendar, published=(*calendar.published, extra)))
        case Reason.DAY_CAP:
            assert len(finding.spans) >= rules.day_cap == finding.number
            return replace(question, rules=replace(rules, day_cap=0))
        case Reason.WEEK_CAP:
            assert len(finding.spans) >= rules.week_cap == finding.number
            return replace(question, rules=replace(rules, week_cap=0))
        case Reason.SEAT_FULL:
            return replace(question, joinable=[replace(s, seats_left=1) for s in question.joinable])
        case Reason.STUDENT_BUSY:
            return replace(
                question, student_busy=[s for s in question.student_busy if s not in finding.spans]
            )
    assert finding.spans
    return replace(question, busy=[taken for taken in question.busy if taken.span not in finding.spans])


def compare(random: Random, zone: str, at: datetime, candidates: int = CANDIDATES) -> int:
    """Ask one random calendar for random starts; how many of them were not offered."""
    question = question_around(random, zone, at)
    begin = at.replace(second=0, microsecond=0) - timedelta(minutes=1800)
    listed = {
        slot.span.start: slot
        for slot in open_slots(question, TimeSpan(begin, begin + timedelta(minutes=3600))).slots
    }
    starts = [begin + timedelta(minutes=5 * random.randrange(720)) for _ in range(candidates - 2)]
    starts += random.sample(sorted(listed), min(2, len(listed)))
    refused = 0
    for start in starts:
        answer, asked, place = explain(question, start), question, -1
        verdict = judge(question, start)
        if isinstance(answer, Slot):
            assert answer == verdict == listed[start]
            continue
        refused += 1
        assert start not in listed
        assert tuple(finding.reason for finding in answer) == verdict
        while not isinstance(answer, Slot):
            first = answer[0]
            assert ORDER.index(first.reason) > place, (first.reason, ORDER[place])
            place = ORDER.index(first.reason)
            asked = lifted(asked, first, start)
            answer = explain(asked, start)
    return refused


def test_without_the_rule_named_a_start_is_offered_or_the_next_rule_is_named() -> None:
    random = Random(20261121)
    refused = 0
    for number in range(CALENDARS):
        zone, at = WEEKS[number % len(WEEKS)]
        refused += compare(random, zone, at)
    assert refused > CALENDARS * CANDIDATES / 2


@pytest.mark.soak
def test_without_the_rule_named_10_000_calendars_say_the_same() -> None:
    seed = int(os.environ.get("SOAK_SEED") or time_ns())
    until = monotonic() + 60 * float(os.environ.get("SOAK_MINUTES") or 10)
    print(f"\nthe explainer against itself: SOAK_SEED={seed}")  # noqa: T201
    random, rounds = Random(seed), 0
    while rounds < 10_000 and monotonic() < until:
        compare(random, *random.choice(WEEKS))
        rounds += 1
    print(f"{rounds} random calendars of {CANDIDATES} starts each, all consistent")  # noqa: T201


# --- what each reason names


def asked(**facts: object) -> Question:
    usual: dict[str, object] = {
        "calendar": Calendar("Europe/Paris", tuple(WeeklyRule(day, 540, 1020) for day in range(1, 6))),
        "rules": SlotRules(30, 15, 0, 28, 0, 30, 240),
        "now": MONDAY - timedelta(days=3),
    }
    return Question(**(usual | facts))  # type: ignore[arg-type]


def first(question: Question, start: datetime) -> Finding:
    answer = explain(question, start)
    assert not isinstance(answer, Slot)
    return answer[0]


def paris(hour: int, minute: int = 0, day: int = 7) -> datetime:
    return datetime(2026, 12, day, hour - 1, minute, tzinfo=UTC)


def test_outside_the_hours_the_open_hours_of_that_date_are_named() -> None:
    found = first(asked(), paris(18))
    assert (found.reason, found.on, found.is_override) == (Reason.OUTSIDE_HOURS, date(2026, 12, 7), False)
    assert found.spans == (TimeSpan(paris(9), paris(17)),)


def test_a_date_with_other_hours_is_named_as_such() -> None:
    calendar = replace(asked().calendar, overrides=(DateOverride(date(2026, 12, 7), ((600, 720),)),))
    found = first(asked(calendar=calendar), paris(14))
    assert (found.reason, found.is_override) == (Reason.OUTSIDE_HOURS, True)
    assert found.spans == (TimeSpan(paris(10), paris(12)),)


def test_a_day_off_is_named_by_its_date() -> None:
    calendar = replace(asked().calendar, overrides=(DateOverride(date(2026, 12, 7), ()),))
    found = first(asked(calendar=calendar), paris(14))
    assert (found.reason, found.on, found.spans) == (Reason.OVERRIDE_DAY_OFF, date(2026, 12, 7), ())


def test_between_the_starts_the_next_one_is_named() -> None:
    found = first(asked(), paris(10, 10))
    assert (found.reason, found.number, found.at) == (Reason.OFF_GRID, 30, paris(10, 30))


def test_where_no_start_follows_none_is_named() -> None:
    found = first(asked(duration_minutes=240), paris(13, 0) - timedelta(minutes=10))
    assert (found.reason, found.at) == (Reason.OFF_GRID, paris(13))


def test_too_close_to_a_session_that_session_is_named() -> None:
    near, far = TimeSpan(paris(11), paris(12)), TimeSpan(paris(15), paris(16))
    found = first(asked(busy=[BusySpan(span, BusyKind.SESSION) for span in (near, far)]), paris(12))
    assert (found.reason, found.number, found.spans) == (Reason.BUFFER, 15, (near,))


def test_a_full_week_counts_from_monday_to_sunday_in_the_instructors_dates() -> None:
    # Sunday 23:30 in Paris is the end of the week, though it is Sunday 22:30 in UTC; Monday 00:30 is another week.
    last = TimeSpan(paris(23, 30, day=13), paris(23, 30, day=13) + timedelta(hours=1))
    question = asked(
        rules=SlotRules(30, 0, 0, 28, 0, 30, 240, week_cap=1), busy=[BusySpan(last, BusyKind.SESSION)]
    )
    found = first(question, paris(10))
    assert (found.reason, found.on, found.spans) == (Reason.WEEK_CAP, date(2026, 12, 7), (last,))
    assert isinstance(explain(question, paris(10, day=14)), Slot)


def test_imported_busy_time_counts_towards_no_cap() -> None:
    taken = BusySpan(TimeSpan(paris(15), paris(16)), BusyKind.EXTERNAL)
    question = asked(rules=SlotRules(30, 0, 0, 28, 1, 30, 240, week_cap=1), busy=[taken])
    assert isinstance(explain(question, paris(10)), Slot)


def test_too_soon_the_first_instant_that_would_do_is_named() -> None:
    found = first(asked(rules=SlotRules(30, 15, 720, 28, 0, 30, 240), now=paris(8)), paris(10))
    assert (found.reason, found.number, found.at) == (Reason.NOTICE, 720, paris(20))


def test_beyond_the_horizon_the_last_date_is_named() -> None:
    found = first(asked(rules=SlotRules(30, 15, 0, 2, 0, 30, 240)), paris(10))
    assert (found.reason, found.number, found.on) == (Reason.HORIZON, 2, date(2026, 12, 6))


def test_students_have_a_sentence_for_every_reason() -> None:
    assert set(POLITE) == set(NOTHING_FREE) == set(Reason)
    assert all(sentence.endswith(".") for sentence in (*POLITE.values(), *NOTHING_FREE.values()))
