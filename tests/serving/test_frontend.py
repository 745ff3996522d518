"""When the pages are built again, and that a built page finds its server wherever it is served."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sessions_app import frontend
from sessions_app.settings import parse_settings

CHUNK = (
    "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`,UPLOAD:'http://localhost:8000/_upload',"
    "TRANSPORT:`websocket`};export{e as t};"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("rxconfig.py", "requirements.txt", "sessions_app/pages/home.py", "assets/tz.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}")
    monkeypatch.setattr(frontend, "PROJECT", tmp_path)
    return tmp_path


def digest(**settings: object) -> str:
    return frontend._digest_of_sources(parse_settings(_env_file=None, **settings))


@pytest.mark.parametrize(
    "name", ["rxconfig.py", "requirements.txt", "sessions_app/pages/home.py", "assets/tz.js"]
)
def test_a_changed_source_is_another_build(project: Path, name: str) -> None:
    before = digest()
    (project / name).write_text("changed")
    assert digest() != before


@pytest.mark.parametrize(
    "name", ["api/books.py", "jobs/books.py", "adapters/books.py", "demo/books.py", "serve.py"]
)
def test_code_that_pages_cannot_import_is_the_same_build(project: Path, name: str) -> None:
    before = digest()
    (project / "sessions_app" / name).parent.mkdir(exist_ok=True)
    (project / "sessions_app" / name).write_text("new")
    assert digest() == before


def test_a_new_and_a_renamed_source_are_other_builds(project: Path) -> None:
    before = digest()
    (project / "assets" / "new.js").write_text("")
    added = digest()
    (project / "assets" / "new.js").rename(project / "assets" / "other.js")
    assert len({before, added, digest()}) == 3


def test_touching_a_file_is_no_other_build(project: Path) -> None:
    before = digest()
    (project / "rxconfig.py").touch()
    assert digest() == before


@pytest.mark.parametrize("name", ["instructor_label", "app_name", "support_email"])
def test_a_setting_that_pages_show_is_another_build(project: Path, name: str) -> None:
    assert digest(**{name: "Coach"}) != digest()


@pytest.mark.parametrize(
    "settings",
    [
        {"port": 8123},
        {"database_url": "postgresql://h/d"},
        {"secret_key": "x" * 40},
        {"stripe_secret_key": "sk"},
    ],
)
def test_a_setting_of_the_server_alone_is_the_same_build(project: Path, settings: dict[str, object]) -> None:
    assert digest(**settings) == digest()


def test_built_pages_reach_the_server_they_came_from(tmp_path: Path) -> None:
    chunk = tmp_path / "reflex-env-Dfwd_-i3.js"
    chunk.write_text(CHUNK)
    chunk.with_name(f"{chunk.name}.gz").write_bytes(gzip.compress(CHUNK.encode()))
    frontend._point_at_own_origin(tmp_path)
    text = chunk.read_text()
    assert "8000" not in text
    assert 'EVENT:location.origin.replace(/^http/,"ws")+"/_event"' in text
    assert 'UPLOAD:location.origin+"/_upload"' in text
    assert gzip.decompress(chunk.with_name(f"{chunk.name}.gz").read_bytes()).decode() == text


def test_a_build_without_an_address_to_replace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reflex-env-Dfwd_-i3.js").write_text("export{}")
    with pytest.raises(frontend.BuildFailed, match="no server address"):
        frontend._point_at_own_origin(tmp_path)


def test_a_failed_build_shows_the_end_of_its_output(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontend, "SCRATCH", project / ".states")
    monkeypatch.setattr(frontend, "LOG", project / ".states" / "build.log")
    monkeypatch.setattr(frontend, "CLIENT", project / ".web" / "build" / "client")
    monkeypatch.setattr(frontend, "STAMP", project / ".web" / "build" / "built-from")
    (project / "rxconfig.py").write_text("raise RuntimeError('the config is broken')")
    with pytest.raises(frontend.BuildFailed, match="the config is broken"):
        frontend.build_if_needed(parse_settings(_env_file=None))
