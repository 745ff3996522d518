"""The user guides: all are listed, and what they quote is what the rules say."""

from __future__ import annotations

import re

import pytest

from sessions_app.pages.help import FOLDER, ORDER, read_guide
from sessions_app.services.queries.board import ATTENTION, BoardState
from sessions_app.settings import parse_settings
from sessions_app.state.availability import HERE
from sessions_app.state.board_views import OUTCOMES


def test_every_guide_has_its_place() -> None:
    assert sorted(ORDER) == sorted(path.stem for path in FOLDER.glob("*.md"))


@pytest.mark.parametrize("slug", ORDER)
def test_a_guide_has_a_title_a_summary_and_no_figure_left_open(slug: str) -> None:
    guide = read_guide(slug, parse_settings())
    assert guide.title
    assert guide.summary
    assert "$" not in guide.html
    assert "<h2>" in guide.html


def test_figures_follow_the_settings() -> None:
    told = read_guide("board", parse_settings(dispute_window_hours=24)).html
    assert "object for 24 hours" in told


def test_the_guide_of_the_board_tells_of_every_filter_and_decision() -> None:
    told = read_guide("board", parse_settings()).html
    rows = re.findall(r"<tr>\s*<td>(.*?)</td>", told)
    assert len(rows) == len(BoardState) - 1  # what is over stands in one row
    assert "first five states" in told
    assert len(ATTENTION) == 5
    moving = [words for _, words, money in OUTCOMES if "Everything" in money]
    assert moving == ["The instructor did not come", "Nobody came", "The connection broke off"]


def test_the_guide_of_the_home_leads_where_time_is_blocked() -> None:
    assert f'href="{HERE}"' in read_guide("today", parse_settings()).html
