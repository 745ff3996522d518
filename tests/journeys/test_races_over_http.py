"""Fifty programs at once over HTTP, of a server with several processes: the same stampedes, the same winners."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Offering
from sessions_app.services import api_tokens, slots
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import parse_settings
from tests.conftest import ServeApp
from tests.doubles.clock import StoppedClock
from tests.infra.platforms import platform_on
from tests.infra.soaking import rounds
from tests.infra.stampede import Attempt, Outcome, overlaps
from tests.services.races import STAMPEDES, Ground
from tests.services.world import World


@dataclass(frozen=True)
class OverHttp:
    """A ``Rush`` on the API: each attempt is a program with a token and a connection of its own.

    What the services call ``hold`` is the same request as ``book``: the offering decides whether a seat is booked
    at once or held until it is paid.
    """

    client: httpx.Client
    platform: Platform

    def __call__(self, attempts: Sequence[Attempt]) -> list[Outcome]:
        """Send one request for each attempt, all at the same moment."""
        requests = [self._request(attempt) for attempt in attempts]
        line = Barrier(len(requests))

        def send(request: httpx.Request) -> httpx.Response:
            line.wait()
            return self.client.send(request)

        with ThreadPoolExecutor(len(requests)) as threads:
            answers = list(threads.map(send, requests))
        return [_outcome(attempt, answer) for attempt, answer in zip(attempts, answers, strict=True)]

    def _request(self, attempt: Attempt) -> httpx.Request:
        person = Actor(attempt.person_id, Role.STUDENT)
        token = self.platform.run(api_tokens._begin, person, person_id=attempt.person_id).access_token
        path, body = self.platform.read(_asked, person, attempt)
        return self.client.build_request(
            "POST", path, json=body, headers={"Authorization": f"Bearer {token}"}
        )


def _asked(work: UnitOfWork, attempt: Attempt) -> tuple[str, dict[str, Any]]:
    start = attempt.facts["starts_at"]
    if attempt.verb == "reschedule":
        booking = work.db.get_one(Booking, attempt.facts["booking_id"])
        slot = slots.slot_id(
            booking.instructor_id, TimeSpan(start, start + (booking.ends_at - booking.starts_at))
        )
        return "/api/session-bookings/reschedule", {"booking_id": booking.id, "new_time_slot_id": slot}
    offering = work.db.get_one(Offering, attempt.facts["offering_id"])
    return "/api/sessions", {
        "st_id": offering.instructor_id,
        "offering_id": offering.id,
        "scheduled_start": slots.rfc3339(start),
    }


def _outcome(attempt: Attempt, answer: httpx.Response) -> Outcome:
    body = answer.json()
    if answer.is_success:
        assert answer.status_code == (200 if attempt.verb == "reschedule" else 201)
        assert body["status"] == ("held" if attempt.verb == "hold" else "scheduled")
        return Outcome("won")
    assert answer.status_code == 409, answer.text
    return Outcome(body["error"]["code"], body["error"]["details"])


@dataclass(frozen=True)
class Site:
    """A served app with two workers, and what reaches its database from here."""

    rush: OverHttp
    platform: Platform
    clock: StoppedClock
    database_url: str

    def round(self, number: int) -> None:
        """All stampedes once, among new people."""
        self.clock.set(datetime.now(UTC).replace(microsecond=0))
        world = World(self.platform, self.clock, count=1000 * number)
        for stampede in STAMPEDES.values():
            stampede(Ground(world, self.rush))
        assert overlaps(self.database_url) == 0


@pytest.fixture
def site(database_url: str, redis_url: str, serve: ServeApp, tmp_path: Path) -> Iterator[Site]:
    app = serve(DATABASE_URL=database_url, REDIS_URL=redis_url, WORKERS="2", RATE_LIMIT_PER_MINUTE="0")
    clock = StoppedClock(datetime.now(UTC))
    settings = parse_settings(database_url=database_url, port=app.port, data_dir=tmp_path)
    with (
        platform_on(settings, clock) as platform,
        httpx.Client(base_url=app.url, timeout=60, limits=httpx.Limits(max_connections=50)) as client,
    ):
        yield Site(OverHttp(client, platform), platform, clock, database_url)


@pytest.mark.journey
def test_of_fifty_requests_at_once_one_wins_and_the_rest_get_three_times_that_are_free(site: Site) -> None:
    site.round(0)


@pytest.mark.journey
@pytest.mark.soak
def test_many_rounds_of_fifty_requests_at_once_leave_no_overlap(site: Site) -> None:
    done = 0
    for number in rounds():
        site.round(number)
        done = number + 1
    sys.stdout.write(f"{done} rounds of {len(STAMPEDES)} stampedes over HTTP, 0 overlaps\n")
