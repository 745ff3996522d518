"""What is edited until it is saved or discarded: zone, week, dates and limits together, and what differs from the
saved ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.domain import week_draft
from sessions_app.domain.availability import DateOverride
from sessions_app.domain.schedules import Schedule
from sessions_app.domain.week_draft import Week
from sessions_app.state.hours import limits as hour_limits
from sessions_app.state.hours.limits import Typed
from sessions_app.state.hours.parts import DAY_NAMES


@dataclass(frozen=True)
class Draft:
    """What is being edited; ``limits`` are texts as typed, empty for the usual."""

    zone: str
    week: Week
    overrides: tuple[DateOverride, ...]
    limits: Typed
    not_same_day: bool = False

    @classmethod
    def of(cls, schedule: Schedule) -> Draft:
        """The schedule as a draft."""
        return cls(
            schedule.zone,
            week_draft.week_of(schedule.windows),
            schedule.overrides,
            hour_limits.typed_of(schedule.limits),
            schedule.limits.not_same_day,
        )

    def schedule(self) -> Schedule:
        """What would be saved. Raises InvalidInput (the limit's name) for a limit that is no number."""
        limits = hour_limits.limits_of(self.limits, not_same_day=self.not_same_day)
        return Schedule(self.zone, week_draft.windows_of(self.week), self.overrides, limits)


def unsaved_words(draft: Draft, saved: Draft, order: Sequence[int]) -> str:
    """What differs from what is saved: "Thursday and one override"."""
    parts = [DAY_NAMES[number] for number in order if draft.week[number] != saved.week[number]]
    if len(parts) > 3:
        parts = [f"{len(parts)} days"]
    changed = len(set(draft.overrides) ^ set(saved.overrides))
    if changed:
        dates = len({one.on for one in set(draft.overrides) ^ set(saved.overrides)})
        parts.append("one override" if dates == 1 else f"{dates} overrides")
    if (draft.limits, draft.not_same_day) != (saved.limits, saved.not_same_day):
        parts.append("limits")
    if draft.zone != saved.zone:
        parts.append("time zone")
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
