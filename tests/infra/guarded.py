"""Servers that cannot outlive the test run, even when that is killed.

``start`` runs the command under a small guard process: it ends the command, with all its children, when the owner is
gone or when the guard itself is told to stop. Interrupt first (PostgreSQL's fast shutdown, granian's polite one),
kill after some seconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

POLITE_SECONDS = 6.0


def start(
    command: Sequence[str | Path],
    *,
    owner: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` for as long as process ``owner`` lives; its output is appended to ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-S", __file__, str(owner), user or "", *map(str, command)],
            env={**os.environ, **(environment or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def stop(guard: subprocess.Popen[bytes]) -> None:
    """End the guarded command and wait until it is gone."""
    if guard.poll() is None:
        guard.terminate()
    guard.wait()


def kill(guard: subprocess.Popen[bytes]) -> None:
    """End it the hard way, as a power cut would: no handler runs, no buffer is flushed."""
    if guard.poll() is None:
        guard.send_signal(signal.SIGUSR1)
    guard.wait()


def _guard(owner: int, user: str | None, command: Sequence[str]) -> int:
    child = subprocess.Popen(
        command, start_new_session=True, user=user, group=_group_of(user), extra_groups=[] if user else None
    )
    wanted = {"signal": 0}

    def remember(signum: int, frame: object) -> None:
        wanted["signal"] = signum

    signal.signal(signal.SIGTERM, remember)
    signal.signal(signal.SIGUSR1, remember)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches pytest, which then stops what it started.
    while child.poll() is None and not wanted["signal"] and _lives(owner):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
    if child.poll() is None and wanted["signal"] != signal.SIGUSR1:
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(POLITE_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    _wait_for_group(child.pid)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _wait_for_group(group: int) -> None:
    """Wait until no process of the group is left, so that its port is free again."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)


def _group_of(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(_guard(int(sys.argv[1]), sys.argv[2] or None, sys.argv[3:]))
