"""GET /api/health: well, or which part is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from redis import RedisError
from starlette.testclient import TestClient

from sessions_app import __version__
from sessions_app.api.app import build_api
from sessions_app.jobs import scheduler
from sessions_app.models.database import open_engine
from sessions_app.services.health import Probe
from sessions_app.services.identity import Identities
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from sessions_app.wiring import build_probes
from tests.api.calls import details, refusal


def asked(platform: Platform, **probes: Probe) -> TestClient:
    return TestClient(build_api(platform, Identities(platform), probes=probes))


def out_of_reach() -> bool:
    raise RedisError("connection refused")


def test_all_is_well(platform: Platform) -> None:
    answer = asked(platform, redis=lambda: True, scheduler=lambda: True).get("/api/health")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": __version__,
        "database": "ok",
        "redis": "ok",
        "scheduler": "ok",
    }


def test_a_part_that_is_not_used_does_not_fail(platform: Platform) -> None:
    assert asked(platform, scheduler=lambda: True).get("/api/health").json()["redis"] == "off"


@pytest.mark.parametrize(
    ("probes", "part"),
    [({"scheduler": lambda: False}, "scheduler"), ({"redis": out_of_reach}, "redis")],
)
def test_a_part_that_is_down_is_named(platform: Platform, probes: dict[str, Probe], part: str) -> None:
    answer = asked(platform, **probes).get("/api/health")

    assert refusal(answer) == (503, "temporarily_unavailable")
    assert details(answer)[part] == "down"
    assert details(answer)["database"] == "ok"
    assert part in answer.json()["error"]["message"]


def test_a_lost_database_is_named(platform: Platform, tmp_path: Path) -> None:
    lost = open_engine(f"sqlite:///{tmp_path}")  # a folder is no database
    answer = asked(replace(platform, engine=lost)).get("/api/health")

    assert refusal(answer) == (503, "temporarily_unavailable")
    assert details(answer)["database"] == "down"
    lost.dispose()


def test_the_scheduler_is_well_while_some_process_runs_it(platform: Platform, tmp_path: Path) -> None:
    settings = parse_settings(data_dir=tmp_path)
    here = replace(platform, settings=settings)
    client = TestClient(build_api(here, Identities(here), probes=build_probes(settings)))
    assert details(client.get("/api/health"))["scheduler"] == "down"

    with scheduler.running(here, jobs=()):
        assert client.get("/api/health").json()["scheduler"] == "ok"


def test_redis_is_asked_where_there_is_one(redis_url: str, tmp_path: Path) -> None:
    probes = build_probes(parse_settings(data_dir=tmp_path, redis_url=redis_url))

    assert probes["redis"]() is True
    assert probes["scheduler"]() is False
