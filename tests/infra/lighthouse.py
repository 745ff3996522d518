"""Lighthouse on the running product: ``python -m tests.infra.lighthouse http://localhost:8000/ …``.

Desktop preset, three runs a page, the median of each category; ends with 1 when one of them is below 90. Lighthouse
comes from npm into the cache folder on the first run (about 20 s and 185 MB).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from sessions_app.settings import load_settings
from tests.infra import chromium
from tests.infra.cache import cache_dir, locked, npm

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = 90


def measure(url: str, *, cookie: str = "") -> dict[str, int]:
    """One run: the score of each category, 0 to 100.

    Raises RuntimeError with Lighthouse's words, or when the address led to another page (to sign in, say).
    """
    browser = chromium.find()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(Path(sys.prefix) / "bin" / "node"), str(_program()), url, "--quiet", "--preset=desktop",
            "--output=json", f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={' '.join(('--headless', *browser.arguments))}",
        ]  # fmt: skip
        if cookie:
            command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        environment = {**os.environ, **browser.environment, "CHROME_PATH": str(browser.path)}
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"Lighthouse failed on {url}:\n{done.stderr[-4000:]}")
        result = json.loads(report.read_text())
        ended = urlsplit(result["finalDisplayedUrl"]).path.rstrip("/")
        if ended != urlsplit(url).path.rstrip("/"):
            raise RuntimeError(f"{url} led to {ended}: another page would be measured")
        kept = Path(__file__).resolve().parents[2] / ".test-artifacts" / "lighthouse.json"
        kept.parent.mkdir(exist_ok=True)
        shutil.copyfile(report, kept)
    return {name: round(100 * (result["categories"][name]["score"] or 0)) for name in CATEGORIES}


def medians(url: str, *, runs: int = 3, cookie: str = "") -> dict[str, int]:
    """The median of each category over ``runs``."""
    results = [measure(url, cookie=cookie) for _ in range(runs)]
    return {name: int(statistics.median(result[name] for result in results)) for name in CATEGORIES}


def _program() -> Path:
    folder = cache_dir() / f"lighthouse-{VERSION}"
    program = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not program.exists():
            folder.mkdir(exist_ok=True)
            npm("install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts",
                f"lighthouse@{VERSION}", cwd=folder)  # fmt: skip
    return program


def main() -> int:
    """Measure each address and print a line for it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("urls", nargs="*", default=[f"http://localhost:{load_settings().port}/"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cookie", default="", help="NAME=VALUE, to measure as somebody signed in")
    arguments = parser.parse_args()
    lowest = 100
    for url in arguments.urls:
        scores = medians(url, runs=arguments.runs, cookie=arguments.cookie)
        lowest = min(lowest, *scores.values())
        sys.stdout.write("  ".join(f"{name} {score}" for name, score in scores.items()) + f"  {url}\n")
        sys.stdout.flush()
    return 0 if lowest >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
