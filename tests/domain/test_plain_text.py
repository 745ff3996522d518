"""Typed text in places that hold one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.plain_text import lines, one_line, short_name, title_within


@given(st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Lu", "Zs"]), max_size=300))
def test_one_line_is_one_line_that_every_encoding_can_carry(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 200
    line.encode("utf-8")


def test_a_line_break_cannot_begin_a_header() -> None:
    assert one_line("Maths\r\nBcc: everybody@example.org") == "Maths Bcc: everybody@example.org"


def test_turning_marks_are_left_out_and_letters_of_every_script_stay() -> None:
    assert one_line("Maths \u202eadA") == "Maths adA"
    assert one_line("  数学 עם  Ада é ") == "数学 עם Ада é"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert one_line("a" * 12, limit=10) == "aaaaaaaaa…"


def test_lines_keep_the_breaks_a_person_made() -> None:
    assert lines("\n Hello\x07 \r\n\r\nsecond  \n") == ["Hello", "", "second"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ada Byron", "Ada"),
        ("Ada", "Ada"),
        ("Dr. Ada Byron", "Dr. Ada Byron"),
        ("J Smith", "J Smith"),
        ("", ""),
    ],
)
def test_a_person_is_called_by_the_first_word_unless_that_is_a_title(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("course", "title", "shown"),
    [
        ("Algebra", "First session", "First session, Algebra"),
        ("Algebra: all of it", "First session", "First session, Algebra: all of it"),
        ("Algebra", "Algebra", "Algebra"),
        ("Algebra", "algebra: vectors", "algebra: vectors"),
        ("Algebra", "More algebra", "More algebra"),
        ("", "First session", "First session"),
    ],
)
def test_a_title_names_its_course_once(course: str, title: str, shown: str) -> None:
    assert title_within(course, title) == shown
