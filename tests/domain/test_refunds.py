"""The bands of a refund are inclusive, counted in elapsed time, and rounded for the payer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.money import Money
from sessions_app.domain.refunds import (
    FULL,
    CancelledBy,
    RefundPolicy,
    bands,
    percent_due,
    place_in,
    refund_due,
    tiered,
)

POLICY = tiered()
START = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
STUDENT, INSTRUCTOR, PLATFORM = CancelledBy
SECOND = timedelta(seconds=1)
PARIS = ZoneInfo("Europe/Paris")

hours = st.lists(st.integers(0, 240), min_size=3, max_size=3).map(lambda three: sorted(three, reverse=True))
policies = st.builds(lambda h, p: RefundPolicy("any", *h, p), hours, st.integers(0, 100))
notices = st.timedeltas(timedelta(days=-2), timedelta(days=20))


def percent(notice: timedelta, policy: RefundPolicy = POLICY, by: CancelledBy = STUDENT) -> int:
    return percent_due(policy, starts_at=START, at=START - notice, by=by)


@pytest.mark.parametrize(
    ("notice", "due"),
    [
        (timedelta(hours=24) + SECOND, 100), (timedelta(hours=24), 100), (timedelta(hours=24) - SECOND, 50),
        (timedelta(hours=12) + SECOND, 50), (timedelta(hours=12), 50), (timedelta(hours=12) - SECOND, 0),
        (timedelta(days=28), 100), (SECOND, 0), (timedelta(0), 0), (-SECOND, 0),
    ],
)  # fmt: skip
def test_exactly_24_hours_are_free_and_exactly_12_hours_are_partial(notice: timedelta, due: int) -> None:
    assert percent(notice) == due


@pytest.mark.parametrize("by", [INSTRUCTOR, PLATFORM])
@given(policy=policies, notice=notices)
def test_instructor_and_platform_always_give_all_back(
    by: CancelledBy, policy: RefundPolicy, notice: timedelta
) -> None:
    assert percent(notice, policy, by) == 100


@given(notices)
def test_the_full_policy_gives_all_back_whenever_the_student_cancels(notice: timedelta) -> None:
    assert percent(notice, FULL) == 100


@given(policies, notices, notices)
def test_more_notice_never_gives_less_back(policy: RefundPolicy, one: timedelta, other: timedelta) -> None:
    assert percent(min(one, other), policy) <= percent(max(one, other), policy)


@given(policies)
def test_not_coming_counts_as_cancelling_at_the_start(policy: RefundPolicy) -> None:
    assert percent(timedelta(hours=-1), policy) == percent(timedelta(0), policy)


@pytest.mark.parametrize(
    ("starts", "wall_of_24_hours_before"),
    [
        (datetime(2026, 10, 25, 12, tzinfo=PARIS), datetime(2026, 10, 24, 13, tzinfo=PARIS)),  # a 25-hour day
        (datetime(2027, 3, 28, 12, tzinfo=PARIS), datetime(2027, 3, 27, 11, tzinfo=PARIS)),  # a 23-hour day
    ],
)
def test_the_night_the_clocks_change_counts_its_real_hours(
    starts: datetime, wall_of_24_hours_before: datetime
) -> None:
    deadline = wall_of_24_hours_before
    assert percent_due(POLICY, starts_at=starts, at=deadline, by=STUDENT) == 100
    # Adding to an aware datetime moves its wall clock, which is right while no change lies between.
    assert percent_due(POLICY, starts_at=starts, at=deadline + SECOND, by=STUDENT) == 50


@given(notices, st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]))
def test_the_zone_in_which_an_instant_is_written_changes_nothing(notice: timedelta, zone: str) -> None:
    local = ZoneInfo(zone)
    at = (START - notice).astimezone(local)
    assert percent_due(POLICY, starts_at=START.astimezone(local), at=at, by=STUDENT) == percent(notice)


def test_an_instant_without_offset_is_no_instant() -> None:
    for starts_at, at in ((START.replace(tzinfo=None), START), (START, START.replace(tzinfo=None))):
        with pytest.raises(ValueError, match="offset"):
            percent_due(POLICY, starts_at=starts_at, at=at, by=STUDENT)


def test_the_decision_states_amount_credits_and_both_deadlines() -> None:
    decision = refund_due(
        POLICY,
        starts_at=START,
        at=START - timedelta(hours=13),
        by=STUDENT,
        paid=Money(3201, "EUR"),
        credits_paid=3,
    )
    assert (decision.percent, decision.amount, decision.credits) == (50, Money(1601, "EUR"), 2)
    assert decision.free_until == datetime(2026, 12, 7, 15, 0, tzinfo=UTC)
    assert decision.partial_until == datetime(2026, 12, 8, 3, 0, tzinfo=UTC)


@given(policies, notices)
def test_the_stated_deadlines_are_the_ones_applied(policy: RefundPolicy, notice: timedelta) -> None:
    decision = refund_due(
        policy, starts_at=START, at=START - notice, by=STUDENT, paid=Money(100, "EUR"), credits_paid=0
    )
    if START - notice <= decision.free_until:
        assert decision.percent == 100
    elif START - notice <= decision.partial_until:
        assert decision.percent == policy.partial_percent


@given(policies, notices, st.sampled_from(CancelledBy), st.integers(0, 10**9), st.integers(0, 1000))
def test_nobody_gets_more_back_than_was_paid_and_nothing_comes_of_nothing(
    policy: RefundPolicy, notice: timedelta, by: CancelledBy, minor: int, credits: int
) -> None:
    decision = refund_due(
        policy, starts_at=START, at=START - notice, by=by, paid=Money(minor, "EUR"), credits_paid=credits
    )
    assert 0 <= decision.amount.minor <= minor
    assert 0 <= decision.credits <= credits
    if decision.percent == 100:
        assert (decision.amount.minor, decision.credits) == (minor, credits)


@pytest.mark.parametrize(
    "numbers", [(12, 24, 12, 50), (24, 12, 13, 50), (24, 12, -1, 50), (24, 12, 12, 101), (24, 12, 12, -1)]
)
def test_a_policy_that_contradicts_itself_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="refund"):
        RefundPolicy("wrong", *numbers)


def test_a_policy_may_give_nothing_for_late_notice() -> None:
    assert percent(timedelta(hours=13), tiered(partial_percent=0)) == 0


@given(policies)
def test_a_policy_survives_being_frozen_as_json(policy: RefundPolicy) -> None:
    assert RefundPolicy.from_json(json.loads(json.dumps(policy.to_json()))) == policy


def test_bands_are_drawn_where_the_percentage_changes() -> None:
    drawn = bands(POLICY, starts_at=START)

    assert [(band.percent, band.ends_at, band.share) for band in drawn] == [
        (100, START - timedelta(hours=24), 60),
        (50, START - timedelta(hours=12), 22),
        (0, START, 18),
    ]


@pytest.mark.parametrize(
    ("policy", "percents"),
    [
        (FULL, [100]),
        (tiered(free_hours=12), [100, 0]),
        (tiered(partial_hours=0, no_refund_hours=0), [100, 50]),
        (tiered(partial_percent=100), [100, 100, 0]),
    ],
)
def test_a_band_without_length_is_not_drawn(policy: RefundPolicy, percents: list[int]) -> None:
    drawn = bands(policy, starts_at=START)
    assert [band.percent for band in drawn] == percents
    assert sum(band.share for band in drawn) == 100


@given(policies, notices)
def test_now_lies_in_the_band_whose_percentage_is_due(policy: RefundPolicy, notice: timedelta) -> None:
    begins_at, now = START - timedelta(days=30), min(START, START - notice)
    drawn = bands(policy, starts_at=START)
    place, before = place_in(drawn, begins_at=begins_at, at=now), 0
    for band in drawn:
        if now <= band.ends_at:
            assert before <= place <= before + band.share
            assert band.percent == percent(START - now, policy)
            break
        before += band.share
