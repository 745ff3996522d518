"""What a browser fetches to show each page for the first time, gzipped."""

from __future__ import annotations

import gzip
import json
import re
import sys
from functools import cache
from pathlib import Path

import pytest

from sessions_app import lean_bundle
from sessions_app.frontend import CLIENT

MOST_BYTES = 250_000
MOST_SCRIPT_AND_STYLE = 200_000
_FETCHED = re.compile(r"""(?:src|href)=["'](/[^"']+\.(?:js|css|woff2))["']""")


def test_no_page_is_heavy_at_first(built_pages: None) -> None:
    weights = {route: weight(route) for route in routes()}
    lines = [
        f"{script:7.1f} kB of script and style, {whole:6.1f} kB in all  {route}"
        for route, (script, whole) in sorted(
            ((route, (code / 1000, whole / 1000)) for route, (code, whole) in weights.items()),
            key=lambda line: -line[1][1],
        )
    ]
    sys.stdout.write("\n".join(["", *lines, ""]))
    assert len(weights) > 20
    assert max(whole for _, whole in weights.values()) <= MOST_BYTES, lines[0]
    assert max(code for code, _ in weights.values()) <= MOST_SCRIPT_AND_STYLE, lines[0]


def test_the_style_engine_stays_out(built_pages: None) -> None:
    assert not [path.name for path in (CLIENT / "assets").glob("*.js") if "data-emotion" in path.read_text()]


def test_another_shape_of_the_bundlers_settings_is_refused() -> None:
    with pytest.raises(RuntimeError, match="lean_bundle"):
        lean_bundle.slimmed("export default {}")


def test_the_bundlers_settings_are_changed_once() -> None:
    once = lean_bundle.slimmed("    alias: [\n          groups: [\n")
    assert lean_bundle.slimmed(once) == once


def routes() -> list[str]:
    """The routes of the built app as its manifest names them."""
    return [name for name in manifest()["routes"] if name != "root"]


@cache
def manifest() -> dict[str, dict[str, dict[str, object]]]:
    """React Router's list of what each route is made of."""
    (file,) = (CLIENT / "assets").glob("manifest-*.js")
    text = file.read_text()
    loaded: dict[str, dict[str, dict[str, object]]] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return loaded


def weight(route: str) -> tuple[int, int]:
    """Gzipped bytes of script and style, and of all: the document and its fonts too."""
    parts = manifest()
    document = CLIENT / "__spa-fallback.html"
    # What the document names is the same for all but the scripts of the route, which the manifest holds.
    files = set(_FETCHED.findall(document.read_text()))
    for part in (parts["entry"], parts["routes"]["root"], parts["routes"][route]):
        files |= {str(part["module"]), *map(str, part.get("imports") or ()), *map(str, part.get("css") or ())}
    (listed,) = (CLIENT / "assets").glob("manifest-*.js")
    files.add(f"/assets/{listed.name}")
    sizes = {name: packed(CLIENT / name.lstrip("/")) for name in files}
    code = sum(size for name, size in sizes.items() if name.endswith((".js", ".css")))
    return code, sum(sizes.values()) + packed(document)


@cache
def packed(file: Path) -> int:
    """The size it travels in: fonts are packed already."""
    content = file.read_bytes()
    return len(content) if file.suffix == ".woff2" else len(gzip.compress(content))
