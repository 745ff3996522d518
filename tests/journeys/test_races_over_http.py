"""Fifty programs ask for one time at once, over HTTP, of a server with as many processes as it may have."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.models.database import open_engine
from sessions_app.services import api_tokens
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.conftest import ServeApp
from tests.doubles.clock import StoppedClock
from tests.infra.stampede import overlaps
from tests.services.world import World, acting

CROWD = 50


@pytest.mark.journey
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_of_fifty_posts_gets_201_and_the_rest_three_times_that_are_free(
    kind: str, request: pytest.FixtureRequest, serve: ServeApp, tmp_path: Path
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    many = {"WORKERS": "2", "REDIS_URL": request.getfixturevalue("redis_url")} if kind == "postgresql" else {}
    app = serve(DATABASE_URL=url, RATE_LIMIT_PER_MINUTE="0", **many)
    now = datetime.now(UTC).replace(microsecond=0)
    start = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0)
    engine, clock = open_engine(url), StoppedClock(now)
    platform = Platform(
        engine=engine,
        settings=parse_settings(database_url=url, port=app.port, data_dir=tmp_path),
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=None,
    )
    world = World(platform, clock)
    offering = world.offering()
    tokens = [
        platform.run(api_tokens._begin, acting(student), person_id=student.id).access_token
        for student in world.crowd(CROWD)
    ]
    line = Barrier(CROWD)

    def post(client: httpx.Client, token: str) -> httpx.Response:
        line.wait()
        return client.post(
            "/api/sessions",
            headers={"Authorization": f"Bearer {token}"},
            json={
                "st_id": world.instructor.id,
                "offering_id": offering.id,
                "scheduled_start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            },
        )

    limits = httpx.Limits(max_connections=CROWD)
    with (
        httpx.Client(base_url=app.url, timeout=60, limits=limits) as client,
        ThreadPoolExecutor(CROWD) as threads,
    ):
        answers = list(threads.map(lambda token: post(client, token), tokens))
        free = client.get(
            f"/api/sts/{world.instructor.id}/slots",
            params={
                "offering_id": offering.id,
                "from": f"{now:%Y-%m-%dT%H:%M:%SZ}",
                "to": f"{now + timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}",
                "timezone": "UTC",
            },
            headers={"Authorization": f"Bearer {tokens[0]}"},
        ).json()["slots"]
    engine.dispose()

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CROWD - 1}
    free_ids = {slot["id"] for slot in free}
    for answer in answers:
        if answer.status_code == 409:
            error = answer.json()["error"]
            assert error["code"] == "slot_taken"
            assert len(error["details"]["alternatives"]) == 3
            assert {slot["id"] for slot in error["details"]["alternatives"]} <= free_ids
    assert overlaps(url) == 0
