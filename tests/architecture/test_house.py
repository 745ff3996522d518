"""What the house promises about itself: settings listed, dependencies explained, imports in one direction."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sessions_app.settings import DEVELOPMENT_SECRET, Settings, SettingsError, parse_settings

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLE = PROJECT / ".env.example"


def example_lines() -> list[str]:
    return EXAMPLE.read_text().splitlines()


def test_the_example_lists_every_setting_in_order() -> None:
    listed = [line.partition("=")[0] for line in example_lines() if re.match(r"[A-Z]", line)]
    assert listed == [name.upper() for name in Settings.model_fields]


def test_every_setting_in_the_example_is_explained() -> None:
    lines = example_lines()
    unexplained = [
        line
        for before, line in zip(["", *lines], lines, strict=False)
        if re.match(r"[A-Z]", line) and not re.match(r"# \w", before)
    ]
    assert not unexplained


def test_copying_the_example_changes_nothing() -> None:
    assert parse_settings(_env_file=EXAMPLE) == parse_settings(_env_file=None)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"port": 0}, "PORT"),
        ({"default_timezone": "Mars/Base"}, "DEFAULT_TIMEZONE"),
        ({"min_session_duration": 90, "max_session_duration": 60}, "MIN_SESSION_DURATION"),
        ({"free_cancellation_hours": 6}, "FREE_CANCELLATION_HOURS"),
        ({"max_ahead_days": 731}, "MAX_AHEAD_DAYS"),
        ({"workers": 2}, "REDIS_URL"),
        ({"app_env": "production"}, "SECRET_KEY"),
        ({"app_env": "production", "secret_key": DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({"app_env": "production", "secret_key": "x" * 32}, "APP_URL"),
        (
            {"app_env": "production", "secret_key": "x" * 32, "app_url": "https://a.example"},
            "STRIPE_SECRET_KEY",
        ),
    ],
)
def test_an_unusable_setting_stops_the_start_with_one_sentence_that_names_it(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingsError) as stopped:
        parse_settings(_env_file=None, **settings)
    assert named in str(stopped.value)
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_is_pinned_and_explained(name: str) -> None:
    explained = re.findall(
        r"^\| ([\w.-]+) \| .+ \| .+ \|$", (PROJECT / "docs" / "dependencies.md").read_text(), re.M
    )
    for line in (PROJECT / name).read_text().splitlines():
        if not re.match(r"[a-z]", line):
            continue
        package = re.fullmatch(r"([\w.-]+)(\[[\w,]+\])?==[\w.]+", line)
        assert package, f"{name}: {line} is not pinned exactly"
        assert package[1] in explained, f"{package[1]} has no row in docs/dependencies.md"


def test_no_row_explains_what_is_not_used() -> None:
    explained = re.findall(
        r"^\| ([\w.-]+) \| .+ \| .+ \|$", (PROJECT / "docs" / "dependencies.md").read_text(), re.M
    )
    used = "\n".join((PROJECT / name).read_text() for name in ("requirements.in", "requirements-dev.in"))
    assert {name for name in explained if name != "package"} <= set(re.findall(r"^([\w.-]+)", used, re.M))


def test_imports_point_inwards() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def python_files() -> list[Path]:
    folders = ("sessions_app", "tests", "benchmarks")
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def test_every_module_says_what_it_decides() -> None:
    silent = [
        str(path.relative_to(PROJECT))
        for path in python_files()
        if not path.name.startswith("test_")
        and path.read_text().strip()
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"#\s*(TODO|FIXME|HACK)\b")
    left = [str(path.relative_to(PROJECT)) for path in python_files() if marks.search(path.read_text())]
    assert left == []


def test_weekdays_are_counted_in_one_place() -> None:
    counting = re.compile(r"isoweekday\(\) *%|weekday\(\) *\+|strftime\([^)]*%[uw]")
    files = (path for path in python_files() if path.is_relative_to(PROJECT / "sessions_app"))
    assert [path.name for path in files if counting.search(path.read_text())] == []


def tracked_text() -> list[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = []
    for name in filter(None, listed.split("\0")):
        path = PROJECT / name
        if path.is_file():
            try:
                found.append((name, path.read_text()))
            except UnicodeDecodeError:
                continue
    return found


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "reflex.lock/package-lock.json"]
)
def test_lock_files_name_hashes_and_no_addresses(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert re.findall(r"--(?:extra-)?index-url.*|--find-links.*|\"resolved\".*", text) == []
    assert ("sha256:" if name.endswith(".txt") else '"integrity":') in text


def test_the_product_asks_nobody_over_plain_http() -> None:
    plain = re.compile(
        r"http://(?!localhost|127\.0\.0\.1|\[::1\]|www\.w3\.org/|www\.sitemaps\.org/|\{|\$)[\w.-]+"
    )
    asking = {
        name: plain.findall(text)
        for name, text in tracked_text()
        if name.startswith(("sessions_app/", "assets/"))
    }
    assert {name: found for name, found in asking.items() if found} == {}


def test_the_makefile_lists_its_targets() -> None:
    listed = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    wanted = ("run", "test", "check", "bench", "soak", "demo", "migration", "lint", "lock", "help")
    assert [name for name in wanted if f"make {name} " not in listed] == []


def test_ci_runs_the_same_as_everybody() -> None:
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("make check")
