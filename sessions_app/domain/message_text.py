"""What people write to each other: plain text of several lines, in which addresses of web pages can be followed.

Decides what is kept of a text and which parts of it are links. Nothing here makes markup: a page draws each span as
text, so that what looks like a tag stays words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.plain_text import lines

# No user names before the host: "https://bank.example@evil.example" leads elsewhere than it says.
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\^{|}@/?#]+(?:[/?#][^\s<>\"'`\\^{|}]*)?", re.IGNORECASE)
_TRAILING = ".,;:!?…"
_PAIRS = {")": "(", "]": "["}
_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text; with ``href`` it is a link to the very address it shows."""

    text: str
    href: str = ""


def written(text: str, *, limit: int, field: str, what: str = "message") -> str:
    """The text without control characters and blank ends. Raises InvalidInput (``field``) beyond ``limit``."""
    # Counted as it came, so that nobody sends a megabyte of blanks to be cleaned.
    if len(text) > limit:
        raise InvalidInput(f"Please keep your {what} under {limit:,} characters.", field=field, limit=limit)
    return "\n".join(lines(text)).strip()


def spans(text: str) -> tuple[Span, ...]:
    """The text in order, with addresses that begin with http:// or https:// as links."""
    found: list[Span] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        address = _without_sentence(match.group())
        if not _is_followed(address):
            continue
        if match.start() > end:
            found.append(Span(text[end : match.start()]))
        found.append(Span(address, address))
        end = match.start() + len(address)
    if end < len(text):
        found.append(Span(text[end:]))
    return tuple(found)


def _without_sentence(address: str) -> str:
    """The address without the punctuation of the sentence it stands in."""
    while address:
        last = address[-1]
        opening = _PAIRS.get(last)
        closes_nothing = opening is not None and address.count(last) > address.count(opening)
        if last not in _TRAILING and not closes_nothing:
            return address
        address = address[:-1]
    return address


def _is_followed(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and len(address) <= _LONGEST_ADDRESS
