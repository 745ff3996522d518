"""What people typed, made safe for places that hold plain text: headers, subjects, calendar files.

Decides which characters may pass; how a place escapes what is left (HTML, iCalendar, quoted headers) is its own
matter.
"""

from __future__ import annotations

import unicodedata

from sessions_app.domain.errors import InvalidInput

MESSAGE_LIMIT = 1000
"""The longest message, reason or requirement that goes with a booking, in characters."""

TOPIC_LIMIT = 200
"""The longest topic of a session, in characters."""

# Marks that turn the direction of what follows: with them a name could rewrite the sentence around it.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_FORMULA = ("=", "+", "-", "@", "|", "%")


def one_line(text: str, *, limit: int = 200) -> str:
    """The text on one line without control characters, cut after ``limit`` characters with an ellipsis."""
    line = " ".join(_printable(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lines(text: str) -> list[str]:
    """The text as lines without control characters, blank lines at either end left out."""
    return [_printable(line).rstrip() for line in text.strip().splitlines()]


def short_name(name: str) -> str:
    """How a person is called in a sentence: the first word of the name, unless it is a title or an initial."""
    words = one_line(name).split()
    if len(words) < 2 or words[0].endswith(".") or len(words[0]) < 2:
        return " ".join(words)
    return words[0]


def title_within(course: str, title: str) -> str:
    """What is booked, then its course: "First session, Linear Algebra". A title that names its course is enough.

    A comma, because courses have colons of their own ("Linear Algebra: from vectors to eigenvalues").
    """
    if not course or course.casefold() in title.casefold():
        return title
    return f"{title}, {course}"


def spreadsheet_cell(text: str) -> str:
    """The text for a cell of a CSV file; what begins like a formula gets an apostrophe, or it would be run."""
    line = one_line(text, limit=1000)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _printable(text: str) -> str:
    return "".join(" " if _is_control(character) else character for character in text)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _TURNING


def require_short(reason: str) -> None:
    """Raise InvalidInput (``reason``) for one longer than MESSAGE_LIMIT."""
    if len(reason) > MESSAGE_LIMIT:
        raise InvalidInput(f"Please keep the reason under {MESSAGE_LIMIT} characters.", field="reason")
