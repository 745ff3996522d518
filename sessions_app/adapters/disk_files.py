"""Files in a folder of ``DATA_DIR``: one file each, readable by this user alone, under names that we make up."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from sessions_app.domain.errors import TemporarilyUnavailable

_NAME = re.compile(r"[0-9a-f]{32,64}")


class DiskFiles:
    """A folder of files, spread over 256 folders inside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write beside, flush to the disk, then rename: a crash leaves the whole file or none."""
        target = self._path(name)
        unfinished = target.with_name(f".{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise TemporarilyUnavailable from error

    def get(self, name: str) -> bytes | None:
        """Read the file."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TemporarilyUnavailable from error

    def delete(self, name: str) -> None:
        """Remove the file."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise TemporarilyUnavailable from error

    def _path(self, name: str) -> Path:
        # Names come from our own rows; whatever else asked would not leave the folder either.
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of ours")
        return self._folder / name[:2] / name
