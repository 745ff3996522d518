"""Whether words that somebody typed occur in a text, whatever the case and the accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Letters that Unicode does not take apart into a base letter and a mark.
_BASE_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The text in lower case, without accents, with single spaces: "Łukasz  Żółkiewski" → "lukasz zolkiewski"."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    return " ".join(plain.translate(_BASE_LETTERS).split())


def words_of(query: str) -> tuple[str, ...]:
    """The folded words of a query; empty for one that says nothing."""
    return tuple(word for word in folded(query[:200]).replace(",", " ").split() if word)


def occurs(words: Iterable[str], *texts: str) -> bool:
    """Whether every word occurs somewhere in one of the texts; always true for no words."""
    haystack = " ".join(folded(text) for text in texts)
    return all(word in haystack for word in words)
