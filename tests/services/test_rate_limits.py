"""Tries are counted across processes where there is Redis, and somewhere even where it is gone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sessions_app.adapters.rate_limits import CountingLimiter
from sessions_app.domain.ports import Limit
from tests.infra.ports import free_port

FEW = Limit("few", count=3, seconds=60)
MANY = Limit("many", count=200, seconds=60)


@pytest.fixture(params=["process", "redis"])
def limiter(request: pytest.FixtureRequest) -> CountingLimiter:
    return CountingLimiter("" if request.param == "process" else request.getfixturevalue("redis_url"))


@pytest.mark.parametrize("limit", [FEW, MANY], ids=["few", "many"])
def test_tries_beyond_the_limit_are_told_how_long_to_wait(limiter: CountingLimiter, limit: Limit) -> None:
    assert {limiter.spend(limit, "ada") for _ in range(limit.count)} == {0}
    assert 1 <= limiter.spend(limit, "ada") <= limit.seconds
    assert 1 <= limiter.wait(limit, "ada") <= limit.seconds


def test_keys_and_limits_are_counted_apart(limiter: CountingLimiter) -> None:
    for _ in range(4):
        limiter.spend(FEW, "ada")
    assert limiter.spend(FEW, "grace") == 0
    assert limiter.spend(Limit("other", count=3, seconds=60), "ada") == 0


def test_asking_does_not_count(limiter: CountingLimiter) -> None:
    assert {limiter.wait(FEW, "ada") for _ in range(9)} == {0}
    assert limiter.spend(FEW, "ada") == 0


def test_a_try_is_allowed_again_when_the_oldest_has_left_the_window(limiter: CountingLimiter) -> None:
    brief = Limit("brief", count=2, seconds=1)
    assert [limiter.spend(brief, "ada") for _ in range(3)] == [0, 0, 1]
    time.sleep(1.05)
    assert limiter.spend(brief, "ada") == 0


def test_parallel_tries_do_not_slip_past(limiter: CountingLimiter) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: limiter.spend(FEW, "ada"), range(32)))
    assert answers.count(0) == 3


def test_processes_share_their_counts_through_redis(redis_url: str) -> None:
    one, other = CountingLimiter(redis_url), CountingLimiter(redis_url)
    assert [one.spend(FEW, "ada"), other.spend(FEW, "ada"), one.spend(FEW, "ada")] == [0, 0, 0]
    assert other.spend(FEW, "ada") > 0


def test_without_redis_each_process_counts_for_itself() -> None:
    lost = CountingLimiter(f"redis://127.0.0.1:{free_port()}/0")
    assert [lost.spend(FEW, "ada") for _ in range(3)] == [0, 0, 0]
    assert lost.spend(FEW, "ada") > 0
