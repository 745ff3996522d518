"""The limits: what was typed, what it means, what holds when nothing is typed, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sessions_app.domain.errors import InvalidInput
from sessions_app.domain.schedules import LIMIT_RANGES, Limits, check_limits
from sessions_app.domain.slots import SlotRules

Typed = tuple[tuple[str, str], ...]
"""Each limit by its name with the text of its field, empty for the usual."""

_LONGEST: Final = 12
_LABELS: Final = {
    "notice_minutes": ("Notice", "hours"),
    "buffer_minutes": ("Buffer between sessions", "minutes"),
    "step_minutes": ("A start every", "minutes"),
    "horizon_days": ("Bookable ahead", "days"),
    "day_cap": ("Sessions a day", "at most"),
    "week_cap": ("Sessions a week", "at most"),
}


@dataclass(frozen=True)
class LimitView:
    """One limit: what was typed, what holds when nothing is, and what is wrong."""

    name: str
    label: str
    unit: str
    text: str
    usual: str
    error: str


def typed_of(limits: Limits) -> Typed:
    """Stored limits as the texts of their fields."""
    return tuple((name, _text(name, getattr(limits, name))) for name in LIMIT_RANGES)


def retyped(limits: Typed, name: str, text: str) -> Typed:
    """The limits with another text for one of them."""
    return tuple((one, text.strip()[:_LONGEST] if one == name else old) for one, old in limits)


def limits_of(typed: Typed, *, not_same_day: bool) -> Limits:
    """What the texts mean. Raises InvalidInput (the limit's name) for what is no number, or out of its range."""
    limits = Limits(**{name: _parsed(name, text) for name, text in typed}, not_same_day=not_same_day)
    check_limits(limits)
    return limits


def limits_view(typed: Typed, *, usual: SlotRules) -> list[LimitView]:
    """Every limit with its fault, and with what holds where nothing is typed."""
    return [_limit_view(name, text, usual) for name, text in typed]


def _limit_view(name: str, text: str, usual: SlotRules) -> LimitView:
    label, unit = _LABELS[name]
    error = ""
    try:
        check_limits(Limits(**{name: _parsed(name, text)}))
    except InvalidInput as refused:
        error = refused.message
    otherwise = _text(name, getattr(usual, name))
    if name.endswith("cap") and otherwise == "0":
        otherwise = "no limit"
    return LimitView(name, label, unit, text, otherwise, error)


def _parsed(name: str, text: str) -> int | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise InvalidInput("Please type a number.", field=name) from None
    value = 60 * value if name == "notice_minutes" else value
    if not 0 <= value <= 1e6 or value != round(value):
        raise InvalidInput("Please type a whole number.", field=name)
    return round(value)


def _text(name: str, value: int | None) -> str:
    if value is None:
        return ""
    return f"{value / 60:g}" if name == "notice_minutes" else str(value)
