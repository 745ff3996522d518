"""Starting the product: one port, plain words when it cannot start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import ServeApp
from tests.infra.ports import free_port, listens
from tests.infra.served import ServedApp
from tests.infra.shared_run import SharedRun

PROJECT = Path(__file__).resolve().parents[2]


def run_serve(tmp_path: Path, **settings: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "ENV_FILE": "", "DATA_DIR": str(tmp_path), "DEMO_DATA": "0", **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "sessions_app.serve"],
        cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def test_it_says_where_it_runs_and_stops_whole(built_pages: None, tmp_path: Path) -> None:
    port = free_port()
    with run_serve(tmp_path, PORT=str(port), DEMO_DATA="1") as process:
        assert process.stdout is not None
        said = ""
        while "Stop with Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert f"http://localhost:{port}" in said
        assert "student@demo.test" in said
        assert httpx.get(f"http://localhost:{port}/").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    assert not listens(port)


def test_a_taken_port_is_named_before_anything_is_built(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run_serve(tmp_path, PORT=str(port)) as process:
            said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port} is taken" in said
    assert "Traceback" not in said


def test_an_unusable_setting_is_named_in_one_sentence(tmp_path: Path) -> None:
    with run_serve(tmp_path, HOLD_MINUTES="never") as process:
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("HOLD_MINUTES: ")
    assert len(said.splitlines()) == 1


def test_a_database_out_of_reach_ends_the_start_with_its_reason(built_pages: None, tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    with run_serve(tmp_path, PORT=str(free_port()), DATABASE_URL=nowhere) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Connection refused" in said
    assert said.rstrip().endswith("The server did not start; the reason stands above.")


def test_workers_killed_one_after_the_other_do_not_end_it(
    built_pages: None, tmp_path: Path, shared_run: SharedRun
) -> None:
    settings = {"DEMO_DATA": "0"}
    with ServedApp(tmp_path, free_port(), shared_run.owner, settings, is_whole=True) as app:
        while "Stop with Ctrl-C" not in app.log():
            time.sleep(0.1)
        killed: set[int] = set()
        while len(killed) < 2:
            _, _, *workers = app.processes()
            for worker in set(workers) - killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)
            time.sleep(0.02)
        app.wait_until_up()


@pytest.fixture
def origin(serve: ServeApp) -> str:
    return serve().url


def test_pages_data_and_errors_come_from_one_port(origin: str) -> None:
    page = httpx.get(f"{origin}/")
    assert page.status_code == 200
    assert "script-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert "unsafe-eval" not in page.headers["content-security-policy"]

    assert httpx.get(f"{origin}/nowhere").status_code == 404
    unknown = httpx.get(f"{origin}/api/nowhere")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "not_found"
    broken = httpx.get(f"{origin}/api/courses/two%0Alines")
    assert (broken.status_code, broken.json()["error"]["code"]) == (404, "not_found")
    assert httpx.get(f"{origin}/two%0Alines").headers["x-content-type-options"] == "nosniff"

    script = page.text.partition('rel="modulepreload" href="')[2].partition('"')[0]
    asset = httpx.get(f"{origin}{script}", headers={"accept-encoding": "gzip"})
    assert asset.headers["content-encoding"] == "gzip"
    assert asset.headers["cache-control"].endswith("immutable")
