"""The instructor's figures as a file: theirs alone, one row a date, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from sessions_app.domain.plain_text import spreadsheet_cell
from tests.api.calls import Caller, refusal
from tests.services.world import World, at, sign_in

PATH = "/api/instructor/figures.csv"
Call = Callable[..., Caller]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The query's own tests run on both databases."""
    return sqlite_url


def test_a_file_has_a_row_for_each_date_of_the_period(world: World, call: Call) -> None:
    world.book(world.student(), world.offering(), at(2, 10))
    world.clock.set(at(3, 12))
    answer = call(world.instructor).get(PATH, days=7)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="figures-2026-12-03-7-days.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["date"] for row in rows][-2:] == ["2026-12-02", "2026-12-03"]
    assert len(rows) == 7
    assert (rows[-2]["sessions"], rows[-2]["booked_minutes"], rows[-2]["offered_minutes"]) == (
        "1",
        "60",
        "720",
    )


def test_the_login_cookie_of_the_browser_is_enough(world: World, api: TestClient) -> None:
    token = sign_in(world.platform, world.instructor)
    assert api.get(PATH).status_code == 401
    assert api.get(PATH, headers={"cookie": f"sid={token}"}).status_code == 200


def test_only_instructors_have_figures(world: World, call: Call) -> None:
    assert refusal(call(world.student()).get(PATH)) == (403, "not_allowed")


def test_another_period_is_refused(world: World, call: Call) -> None:
    assert refusal(call(world.instructor).get(PATH, days=365)) == (422, "invalid_input")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=HYPERLINK(1)", "|cmd", "  =1"]
)
def test_what_begins_like_a_formula_is_only_text_to_a_spreadsheet(text: str) -> None:
    assert spreadsheet_cell(text).startswith("'")


def test_other_text_stays_as_it_is() -> None:
    assert [spreadsheet_cell(text) for text in ("2026-12-03", "Łukasz", "")] == ["2026-12-03", "Łukasz", ""]
