"""Lighthouse on the running product: ``python -m tests.infra.lighthouse http://localhost:8000/ …``.

Desktop preset, three runs a page, the median of each category; ends with 1 when one of them is below 90. ``--as``
measures what only somebody signed in sees. Lighthouse comes from npm into the cache folder on the first run (about
20 s and 185 MB).
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import sync_playwright

from sessions_app.demo_accounts import DEMO_PASSWORD
from sessions_app.settings import load_settings
from tests.infra import chromium
from tests.infra.cache import cache_dir, locked, npm
from tests.infra.ports import free_port

VERSION = "12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
WANTED = 90


@contextmanager
def browsing(origin: str, *, email: str = "", password: str = "") -> Iterator[int]:
    """A Chromium of its own, signed in on ``origin`` when given an ``email``; the port Lighthouse may drive it by.

    Through the form: the live connection of a page knows its person by the cookie alone, which a header added to
    the requests would not reach. Lighthouse empties the caches before each run and leaves the cookies.
    """
    found, port = chromium.find(), free_port()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=found.path,
            args=[*found.arguments, f"--remote-debugging-port={port}"],
            env={**os.environ, **found.environment},
            viewport=None,
        )
        try:
            if email:
                page = context.new_page()
                page.goto(urljoin(origin, "/login"))
                page.get_by_label("Email").fill(email)
                page.get_by_label("Password", exact=True).fill(password)
                page.get_by_role("button", name="Sign in", exact=True).click()
                page.wait_for_url(lambda address: urlsplit(address).path.rstrip("/") != "/login")
                page.close()
            yield port
        finally:
            context.close()


def measure(url: str, port: int) -> dict[str, int]:
    """One run in the browser of ``port``: the score of each category, 0 to 100.

    Raises RuntimeError with Lighthouse's words, or when the address led to another page (to sign in, say).
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [
            str(Path(sys.prefix) / "bin" / "node"), str(_program()), url, "--quiet", "--preset=desktop",
            "--output=json", f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
            f"--port={port}",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
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


def medians(url: str, port: int, *, runs: int = 3) -> dict[str, int]:
    """The median of each category over ``runs``."""
    results = [measure(url, port) for _ in range(runs)]
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
    parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="sign in first")
    parser.add_argument("--password", default=DEMO_PASSWORD, help="of EMAIL; by default the demo accounts'")
    arguments = parser.parse_args()
    lowest = 100
    with browsing(arguments.urls[0], email=arguments.email, password=arguments.password) as port:
        for url in arguments.urls:
            scores = medians(url, port, runs=arguments.runs)
            lowest = min(lowest, *scores.values())
            sys.stdout.write("  ".join(f"{name} {score}" for name, score in scores.items()) + f"  {url}\n")
            sys.stdout.flush()
    return 0 if lowest >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
