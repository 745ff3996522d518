"""Messages are plain text: addresses can be followed, nothing else means anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.message_text import Span, spans, written


def links(text: str) -> list[str]:
    return [span.href for span in spans(text) if span.href]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://example.org/a?b=1#c please", ["https://example.org/a?b=1#c"]),
        ("Here: http://example.org.", ["http://example.org"]),
        ("(https://example.org/wiki/Set_(maths))", ["https://example.org/wiki/Set_(maths)"]),
        ("HTTPS://EXAMPLE.ORG and https://b.example", ["HTTPS://EXAMPLE.ORG", "https://b.example"]),
        ("javascript:alert(1) data:text/html,x vbscript:x", []),
        ("https://bank.example@evil.example/x", ["https://bank.example"]),
        ('https://example.org/"onmouseover="alert(1)', ["https://example.org/"]),
        ("https:// https://. http://[", []),
        ("https://example.org/@ada, read it", ["https://example.org/@ada"]),
        ("xhttps://example.org", ["https://example.org"]),
    ],
)
def test_only_web_addresses_are_links_and_lead_where_they_say(text: str, found: list[str]) -> None:
    assert links(text) == found


@given(st.text(max_size=300) | st.text(alphabet="htps:/.()[]@ a<>\"'", max_size=60))
def test_the_spans_are_the_text(text: str) -> None:
    parts = spans(text)
    assert "".join(span.text for span in parts) == text
    assert all(span.href in ("", span.text) for span in parts)
    assert all(span.href.lower().startswith(("http://", "https://")) for span in parts if span.href)


def test_markup_stays_words() -> None:
    assert spans("<b>bold</b> & co") == (Span("<b>bold</b> & co"),)


def test_lines_are_kept_and_control_characters_are_not() -> None:
    text = written("  one\r\n\x00two\u202e\n\n ", limit=100, field="body")
    assert text == "one\n two"


def test_a_text_beyond_the_limit_names_its_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        written("x" * 11, limit=10, field="body")
    assert refused.value.field == "body"
