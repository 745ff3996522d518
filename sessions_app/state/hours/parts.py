"""What several parts of the availability page share.

All times are in the instructor's own zone, which is what their hours are in. The modules of this package are pure:
from what was typed and what ``services`` read to the values of a draft and to frozen dataclasses of text and flags.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.local_labels import WEEKDAYS
from sessions_app.domain.month_grid import month_after, month_before

DAY_NAMES: Final = ("Sunday", *WEEKDAYS[:6])
"""By the number of the tables: 0 is Sunday."""


@dataclass(frozen=True)
class ChoiceView:
    """Something to choose; ``is_own`` is chosen already and fixed."""

    value: str
    label: str
    is_own: bool = False


@dataclass(frozen=True)
class MapHead:
    """A column of a map."""

    short: str
    number: str
    name: str


def weekday_heads(first_weekday: int) -> list[MapHead]:
    """The columns of a month's map from the first weekday on (Monday 0 … Sunday 6)."""
    names = [*WEEKDAYS[first_weekday:], *WEEKDAYS[:first_weekday]]
    return [MapHead(name[0], "", name) for name in names]


def whole_number(text: Any, field: str, sentence: str) -> int:
    """A whole number of at most five digits. Raises InvalidInput (``sentence``, at ``field``) for anything else."""
    written = str(text or "").strip()
    if not written.isdecimal() or len(written) > 5:
        raise InvalidInput(sentence, field=field)
    return int(written)


def month_beside(month: date, way: int) -> date:
    """The first of the month after (``way`` above 0) or before."""
    return month_after(month) if way > 0 else month_before(month)
