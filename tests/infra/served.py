"""The whole product as people meet it: the built pages served by granian on a free port, with data of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from sessions_app.serve import SERVER_ENVIRONMENT, server_command
from tests.infra import guarded

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass
class ServedApp:
    """One server process tree. ``settings`` are environment variables, such as ``{"HOLD_MINUTES": "1"}``.

    ``with ServedApp(...) as app`` starts it and stops it at the end.

    ``is_whole`` starts it as ``make run`` does; else the process that watches over granian is left out.
    """

    folder: Path
    port: int
    owner: int
    settings: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False
    _guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its origin, without a slash at the end."""
        return f"http://localhost:{self.port}"

    @property
    def data_dir(self) -> Path:
        """Its ``DATA_DIR``."""
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def log(self) -> str:
        """All it has printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with its log when it does not."""
        environment = {
            **SERVER_ENVIRONMENT,
            "ENV_FILE": "",
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            **self.settings,
        }
        workers = int(self.settings.get("WORKERS", "1"))
        command = server_command(host="127.0.0.1", port=self.port, workers=workers)
        if self.is_whole:
            command = [sys.executable, "-m", "sessions_app.serve"]
        self._guard = guarded.start(
            command, owner=self.owner, log=self._log, environment=environment, cwd=PROJECT
        )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until it answers. Raises RuntimeError with its log when it does not, having stopped it."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._guard is not None and self._guard.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"The app did not start:\n{self.log()[-6000:]}")

    def processes(self) -> list[int]:
        """The server and its workers, by id; without the guard that started them."""
        assert self._guard is not None
        found = [self._guard.pid]
        for process in found:
            with suppress(OSError):  # it may have ended meanwhile
                children = Path(f"/proc/{process}/task/{process}/children")
                found += [int(child) for child in children.read_text().split()]
        return found[1:]

    def stop(self) -> None:
        """Stop politely; safe to call twice."""
        if self._guard is not None:
            guarded.stop(self._guard)
            self._guard = None

    def kill(self) -> None:
        """End every process of it at once, as ``kill -9`` or a power cut would."""
        assert self._guard is not None
        guarded.kill(self._guard)
        self._guard = None

    def kill_workers(self) -> None:
        """``kill -9`` of the processes that answer; granian, which lives on, starts new ones."""
        assert self._guard is not None
        for process in _without_children(self._guard.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _without_children(process: int) -> list[int]:
    """The youngest descendants of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += _without_children(child) or [child]
    return found
