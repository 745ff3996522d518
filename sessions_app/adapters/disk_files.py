"""Files in a folder of ``DATA_DIR``: one file each, readable by this user alone, under names that we make up."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sessions_app.domain.errors import TemporarilyUnavailable

_NAME = re.compile(r"[0-9a-f]{32,64}")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}")


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

    def delete(self, name: str) -> bool:
        """Remove the file; the operating system lets one of several succeed."""
        return self._remove(self._path(name))

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Walk the folders. Files that no name of ours could have are not ours to list."""
        return ((file.name, at) for file, at in self._files() if _NAME.fullmatch(file.name))

    def forget_unfinished(self, *, before: datetime) -> int:
        """Remove old files that were never renamed."""
        return sum(
            self._remove(file)
            for file, at in self._files()
            if _UNFINISHED.fullmatch(file.name) and at < before
        )

    def _files(self) -> Iterator[tuple[Path, datetime]]:
        try:
            for file in self._folder.glob("[0-9a-f][0-9a-f]/*"):
                # Gone meanwhile: removed by its offering or by another process.
                with suppress(FileNotFoundError):
                    yield file, datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError as error:
            raise TemporarilyUnavailable from error

    @staticmethod
    def _remove(file: Path) -> bool:
        try:
            file.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise TemporarilyUnavailable from error
        return True

    def _path(self, name: str) -> Path:
        # Names come from our own rows; whatever else asked would not leave the folder either.
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of ours")
        return self._folder / name[:2] / name
