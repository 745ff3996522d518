"""``/instructor/availability``: the week, dates, limits and zone as one draft; published times and questions at once.

What is edited stays on the server as a draft of this tab until it is saved or discarded, and every edit can be
undone. After each edit the slot engine says what students would see. Coming back to the tab finds the draft as it was
left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import reflex as rx

from sessions_app.domain import instants, week_draft
from sessions_app.domain.availability import DateOverride, dow_sunday0, local_date
from sessions_app.domain.errors import DomainError, InvalidInput, ScheduleChanged
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.month_grid import first_of_week, weeks_of
from sessions_app.domain.permissions import Role
from sessions_app.domain.schedules import LIMIT_RANGES, Limits, Schedule, check_limits
from sessions_app.domain.slots import SlotRules
from sessions_app.domain.week_draft import Day, Pattern, Week, parse_typed, typed_label
from sessions_app.models.catalogue import SessionType
from sessions_app.services import accounts, availability, calendars, live, published_slots, zones
from sessions_app.services.availability import StoredSchedule
from sessions_app.services.published_slots import PublishedView, SlotFacts
from sessions_app.services.queries import schedule_report, slot_explanations
from sessions_app.services.queries.schedule_report import Report
from sessions_app.state import availability_views as views
from sessions_app.state import surroundings
from sessions_app.state.availability_views import (
    DAY_NAMES,
    AnswerView,
    ChoiceView,
    DateCell,
    DateRow,
    DateWeek,
    DatingView,
    DayView,
    LimitView,
    OutsideView,
    PreviewView,
    PublishingView,
    SlotRow,
)
from sessions_app.state.base import AppState, require
from sessions_app.state.hub import hub

HERE = "/instructor/availability"
MOST_UNDO = 50
MOST_DATES_AT_ONCE = 120
_LIMIT_LABELS = {
    "notice_minutes": ("Notice", "hours"),
    "buffer_minutes": ("Buffer between sessions", "minutes"),
    "step_minutes": ("A start every", "minutes"),
    "horizon_days": ("Bookable ahead", "days"),
    "day_cap": ("Sessions a day", "at most"),
    "week_cap": ("Sessions a week", "at most"),
}


@dataclass(frozen=True)
class Draft:
    """What is being edited; ``limits`` are texts as typed, empty for the usual."""

    zone: str
    week: Week
    overrides: tuple[DateOverride, ...]
    limits: tuple[tuple[str, str], ...]
    not_same_day: bool = False

    @classmethod
    def of(cls, schedule: Schedule) -> Draft:
        """The schedule as a draft."""
        limits = tuple((name, _limit_text(name, getattr(schedule.limits, name))) for name in LIMIT_RANGES)
        return cls(
            schedule.zone,
            week_draft.week_of(schedule.windows),
            schedule.overrides,
            limits,
            schedule.limits.not_same_day,
        )

    def schedule(self) -> Schedule:
        """What would be saved. Raises InvalidInput (the limit's name) for a limit that is no number."""
        limits = Limits(
            **{name: _parsed_limit(name, text) for name, text in self.limits}, not_same_day=self.not_same_day
        )
        check_limits(limits)
        return Schedule(self.zone, week_draft.windows_of(self.week), self.overrides, limits)


@dataclass(frozen=True)
class Dating:
    """The dialog for dates: what is chosen so far; ``editing`` are the dates it was opened for."""

    month: date
    chosen: frozenset[date]
    is_away: bool
    day: Day
    editing: tuple[date, ...] = ()


class AvailabilityState(AppState):
    """The availability page."""

    ready: bool = False
    zone_name: str = ""
    zone_now: str = ""
    days: rx.Field[list[DayView]] = rx.field(default_factory=list)
    limits: rx.Field[list[LimitView]] = rx.field(default_factory=list)
    not_same_day: bool = False
    dates: rx.Field[list[DateRow]] = rx.field(default_factory=list)
    slots: rx.Field[list[SlotRow]] = rx.field(default_factory=list)
    slot_offerings: rx.Field[list[ChoiceView]] = rx.field(default_factory=list)
    offerings: rx.Field[list[ChoiceView]] = rx.field(default_factory=list)
    preview: PreviewView = PreviewView()
    outside: OutsideView = OutsideView()
    dating: DatingView = DatingView()
    publishing: PublishingView = PublishingView()
    answer: AnswerView = AnswerView()
    unsaved: str = ""
    can_undo: bool = False
    is_stale: bool = False
    saving: bool = False
    revision: int = 0

    _stored: StoredSchedule | None = None
    _draft: Draft | None = None
    _saved_draft: Draft | None = None
    _undo: tuple[Draft, ...] = ()
    _dating: Dating | None = None
    _published: tuple[PublishedView, ...] = ()
    _report: Report | None = None
    _week_of: date | None = None
    _month: date | None = None
    _shows: str = "week"
    _kind: str = ""

    # ---------------------------------------------------------------- opening and live updates

    @rx.event
    @require(Role.INSTRUCTOR)
    async def open(self) -> Any:
        """Show the schedule; a draft that this tab left unsaved is still there. ``?block=1`` opens the dates."""
        hub.watch(self, AvailabilityState.refresh, [live.calendar_topic(self._me())])
        await self._load(keeps_draft=True)
        if "block" not in self.router.url.query_parameters:
            return None
        self._open_dating("")
        # Once: a reload shows the page as it is.
        return rx.redirect(HERE, replace=True)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def refresh(self) -> None:
        """Look again after something changed: bookings in the preview, or hours saved in another tab."""
        await self._load(keeps_draft=True)

    async def _load(self, *, keeps_draft: bool) -> None:
        stored = await self._read(availability.stored, instructor_id=self._me())
        is_edited = self._draft is not None and self._draft != self._saved_draft
        if not (keeps_draft and is_edited and self._stored is not None):
            self._stored = stored
            self._draft = self._saved_draft = Draft.of(stored.schedule)
            self._undo = ()
            self.is_stale = False
        else:
            self.is_stale = stored.version != self._stored.version
        self._published = tuple(await self._read(published_slots.listed, instructor_id=self._me()))
        await self._redraw()

    # ---------------------------------------------------------------- the week

    @rx.event
    @require(Role.INSTRUCTOR)
    async def switch_day(self, day: int) -> None:
        """Switch a day off, keeping its hours, or on again."""
        await self._edit_day(day, week_draft.switched)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def add_hours(self, day: int) -> None:
        """One more interval on a day."""
        await self._edit_day(day, week_draft.added)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_hours(self, day: int, key: int) -> None:
        """Take an interval away."""
        await self._edit_day(day, lambda one: week_draft.removed(one, int(key)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def type_time(self, day: int, key: int, edge: str, text: str) -> None:
        """Understand a time that was typed into a row of hours."""
        await self._edit_day(day, lambda one: week_draft.typed(one, int(key), str(edge), str(text)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def fix_hours(self, day: int, index: int) -> None:
        """Join hours that overlap, or split those over midnight."""
        draft, day, index = self._drafted(), int(day), int(index)
        if not (0 <= day < 7 and 0 <= index < len(draft.week[day].intervals)):
            return
        one = draft.week[day].intervals[index]
        if one.start is not None and one.end is not None and one.end < one.start:
            week = week_draft.split_at_midnight(draft.week, day, index)
        else:
            week = week_draft.with_day(draft.week, day, week_draft.joined(draft.week[day], index))
        await self._edit(replace(draft, week=week))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def copy_day(self, form: dict[str, Any]) -> None:
        """Copy the hours of the day ``from`` to the days ticked."""
        targets = {number for number in range(7) if form.get(f"to-{number}")}
        draft, source = self._drafted(), _weekday(_whole(form.get("from"), "from", "There is no such day."))
        await self._edit(replace(draft, week=week_draft.copied(draft.week, source, targets)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def use_pattern(self, name: str) -> None:
        """Start from a pattern: weekdays, evenings, or nothing."""
        draft = self._drafted()
        await self._edit(replace(draft, week=week_draft.patterned(draft.week, Pattern(str(name)))))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def type_limit(self, name: str, text: str) -> None:
        """Take a limit as typed; empty is the usual."""
        draft, name = self._drafted(), str(name)
        limits = tuple((one, str(text).strip()[:12] if one == name else old) for one, old in draft.limits)
        await self._edit(replace(draft, limits=limits))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def close_same_day(self, is_closed: bool) -> None:
        """Take no sessions on the day they are booked on, instead of a notice in hours."""
        await self._edit(replace(self._drafted(), not_same_day=is_closed is True))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def choose_zone(self, zone: str) -> None:
        """Read the same hours in another zone."""
        await self._edit(replace(self._drafted(), zone=accounts.require_zone(str(zone))))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def undo(self) -> None:
        """Take the last edit back."""
        if self._undo:
            self._draft, self._undo = self._undo[-1], self._undo[:-1]
            await self._redraw()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def discard(self) -> None:
        """Show what is saved, as it is now; discarding can be undone."""
        edited = self._draft
        await self._load(keeps_draft=False)
        if edited is not None and edited != self._draft:
            self._undo = (edited,)
            self.can_undo = True

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save(self) -> Any:
        """Store the draft, unless a row is at fault or somebody else saved meanwhile."""
        if self._stored is None or self._draft == self._saved_draft:
            self._say("Nothing to save", "These hours are saved already.", kind="info")
            return
        if self._faults():
            self._say("Not saved yet", "Please put the marked hours right first.", kind="danger")
            return
        self.saving = True
        yield
        try:
            stored = await self._run(
                availability.save,
                instructor_id=self._me(),
                schedule=self._drafted().schedule(),
                version=self._stored.version,
            )
        except ScheduleChanged:
            self.is_stale = True
            raise
        finally:
            self.saving = False
        self._stored, self._undo, self.is_stale = stored, (), False
        self._draft = self._saved_draft = Draft.of(stored.schedule)
        surroundings.current().identities.forget()
        await self._redraw()
        self._say("Hours saved", "Students see them now.")

    # ---------------------------------------------------------------- dates

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_dates(self, key: str = "") -> None:
        """Open the dialog for new dates, or for those of a row."""
        self._open_dating(str(key))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def close_dates(self) -> None:
        """Leave the dialog without a change."""
        self._dating, self.dating = None, DatingView()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def turn_dates(self, months: int) -> None:
        """Show another month in the dialog."""
        dating = self._asked()
        ahead = dating.month.year * 12 + dating.month.month - 1 + (1 if int(months) > 0 else -1)
        month = date(ahead // 12, ahead % 12 + 1, 1)
        today = self._today()
        if today.replace(day=1) <= month <= today + timedelta(days=1100):
            self._dating = replace(dating, month=month)
        self._show_dating()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def toggle_date(self, iso: str) -> None:
        """Choose a date, or leave it out again."""
        dating, day = self._asked(), instants.parse_date(str(iso), field="dates")
        if day >= self._today():
            self._choose(dating.chosen ^ {day})

    @rx.event
    @require(Role.INSTRUCTOR)
    async def add_range(self, form: dict[str, Any]) -> None:
        """Choose every date of a holiday, first and last included."""
        first = instants.parse_date(str(form.get("first", "")), field="first")
        last = instants.parse_date(str(form.get("last", "") or form.get("first", "")), field="last")
        dating, today = self._asked(), self._today()
        if last < first:
            self._show_dating("The last day is before the first.")
            return
        if (last - first).days >= MOST_DATES_AT_ONCE:
            self._show_dating(f"Choose {MOST_DATES_AT_ONCE} days at most at a time.")
            return
        days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        self._dating = replace(dating, month=max(first, today).replace(day=1))
        self._choose(dating.chosen | {day for day in days if day >= today})

    @rx.event
    @require(Role.INSTRUCTOR)
    async def choose_away(self, value: str) -> None:
        """Away all day, or other hours, which begin as the weekly ones of the first date."""
        dating = self._asked()
        day = dating.day
        if value == "hours" and not day.intervals:
            first = min(dating.chosen, default=None)
            usual = self._drafted().week[dow_sunday0(first)].windows if first else ()
            day = replace(day, intervals=week_draft.intervals_of(usual or ((540, 1020),)))
        self._dating = replace(dating, is_away=value != "hours", day=day)
        self._show_dating()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def add_date_hours(self) -> None:
        """One more interval for these dates."""
        self._edit_dating(week_draft.added)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_date_hours(self, key: int) -> None:
        """Take an interval of these dates away."""
        self._edit_dating(lambda one: replace(week_draft.removed(one, int(key)), is_on=True))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def type_date_time(self, key: int, edge: str, text: str) -> None:
        """Understand a time that was typed for these dates."""
        self._edit_dating(lambda one: week_draft.typed(one, int(key), str(edge), str(text)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def fix_date_hours(self, index: int) -> None:
        """Join hours of these dates that overlap."""
        if 0 <= int(index) < len(self._asked().day.intervals):
            self._edit_dating(lambda one: week_draft.joined(one, int(index)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def apply_dates(self) -> None:
        """Take the dates over into the draft."""
        dating = self._asked()
        if not dating.chosen:
            self._show_dating("Choose at least one day.")
            return
        windows: tuple[tuple[int, int], ...] = ()
        if not dating.is_away:
            if week_draft.problems_of(dating.day, minimum_minutes=self._minimum()):
                self._show_dating()
                return
            windows = dating.day.windows
            if not windows:
                self._show_dating("Add hours, or choose away all day.")
                return
        draft = self._drafted()
        kept = {one.on: one for one in draft.overrides if one.on not in dating.editing}
        kept.update({day: DateOverride(day, tuple(sorted(windows))) for day in dating.chosen})
        self._dating, self.dating = None, DatingView()
        await self._edit(replace(draft, overrides=tuple(kept[day] for day in sorted(kept))))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_dates(self, key: str) -> None:
        """Let the weekly hours hold again on the dates of a row."""
        first, _, last = str(key).partition("_")
        draft = self._drafted()
        kept = tuple(one for one in draft.overrides if not first <= one.on.isoformat() <= last)
        await self._edit(replace(draft, overrides=kept))

    def _edit_dating(self, edit: Callable[[Day], Day]) -> None:
        dating = self._asked()
        self._dating = replace(dating, day=edit(dating.day))
        self._show_dating()

    def _open_dating(self, key: str) -> None:
        draft, today = self._drafted(), self._today()
        first, _, last = key.partition("_")
        edited = tuple(
            one for one in draft.overrides if key and first <= one.on.isoformat() <= (last or first)
        )
        windows = edited[0].windows if edited else ()
        month = (edited[0].on if edited else today).replace(day=1)
        self._dating = Dating(
            month=month,
            chosen=frozenset(one.on for one in edited),
            is_away=not windows,
            day=Day(is_on=True, intervals=week_draft.intervals_of(windows)),
            editing=tuple(one.on for one in edited),
        )
        self._show_dating()

    def _choose(self, chosen: frozenset[date]) -> None:
        self._dating = replace(self._asked(), chosen=chosen)
        self._show_dating()

    def _asked(self) -> Dating:
        if self._dating is None:
            raise InvalidInput("The dialog is closed.")
        return self._dating

    def _show_dating(self, error: str = "") -> None:
        dating, today = self._asked(), self._today()
        taken = {one.on for one in self._drafted().overrides}
        self.dating = DatingView(
            is_open=True,
            title="Change dates" if dating.editing else "Date override",
            month=views.month_label(dating.month),
            can_go_back=dating.month > today.replace(day=1),
            heads=views.weekday_heads(self._first_weekday()),
            weeks=[
                DateWeek(week[0].isoformat(), [_date_cell(day, dating, today, taken) for day in week])
                for week in weeks_of(dating.month, today=date.min, first_weekday=self._first_weekday())
            ],
            chosen=_chosen_words(dating.chosen, today),
            is_away=dating.is_away,
            day=views.day_view(
                dating.day, 9, "these dates", clock=self.visitor.hour_cycle, minimum=self._minimum()
            ),
            error=error,
        )
        self.revision += 1

    # ---------------------------------------------------------------- published times

    @rx.event
    @require(Role.INSTRUCTOR)
    async def ask_slot(self, slot_id: str = "") -> None:
        """Open the dialog for a new time, or for a published one."""
        viewer = self._there()
        fitting = await self._read(published_slots.offerings, instructor_id=self._me())
        self.slot_offerings = [ChoiceView("", "Any that fits"), *map(views.fitting_view, fitting)]
        found = next((one for one in self._published if one.id == slot_id), None)
        if found is None:
            tomorrow = self._today() + timedelta(days=1)
            self.publishing = PublishingView(
                is_open=True,
                title="Publish a time",
                on=tomorrow.isoformat(),
                start=typed_label(1080, self.visitor.hour_cycle),
            )
            return
        start = viewer.local(found.facts.starts_at)
        self.publishing = PublishingView(
            is_open=True,
            id=found.id,
            title="Change the time",
            on=start.date().isoformat(),
            start=typed_label(60 * start.hour + start.minute, self.visitor.hour_cycle),
            duration=str(found.facts.duration_minutes),
            kind=found.facts.session_type.value,
            seats=str(max(found.facts.seats, 2)),
            offering=found.facts.offering_id or "",
        )

    @rx.event
    @require(Role.INSTRUCTOR)
    async def close_slot(self) -> None:
        """Leave the dialog without a change."""
        self.publishing = PublishingView()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save_slot(self, form: dict[str, Any]) -> None:
        """Publish the time, or change it; refusals are shown at their fields."""
        facts = self._slot_facts(form)
        if self.publishing.id:
            await self._run(published_slots.change, slot_id=self.publishing.id, facts=facts)
        else:
            await self._run(published_slots.publish, instructor_id=self._me(), facts=facts)
        said = "Time changed" if self.publishing.id else "Time published"
        self.publishing = PublishingView()
        await self._after_slots(said)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_slot(self, slot_id: str) -> None:
        """Take a published time back."""
        await self._run(published_slots.remove, slot_id=str(slot_id))
        await self._after_slots("Time removed")

    async def _after_slots(self, said: str) -> None:
        was = self._stored
        stored = await self._read(availability.stored, instructor_id=self._me())
        if was is not None and stored.schedule == was.schedule:
            self._stored = stored  # this tab's own change: the draft still stands on what is saved
        self._published = tuple(await self._read(published_slots.listed, instructor_id=self._me()))
        await self._redraw()
        self._say(said, "Students see it now.")

    def _slot_facts(self, form: dict[str, Any]) -> SlotFacts:
        zone = self._drafted().zone if self._stored is None else self._stored.schedule.zone
        on = instants.parse_date(str(form.get("on", "")), field="on")
        minute = parse_typed(str(form.get("start", "")))
        if minute is None:
            raise InvalidInput("Please type a time such as 18:00.", field="start")
        is_group = form.get("kind") == "group"
        return SlotFacts(
            starts_at=instants.at_minute(on, minute, zone, field="start"),
            duration_minutes=_whole(form.get("duration"), "duration", "Please type minutes, such as 60."),
            session_type=SessionType.GROUP if is_group else SessionType.INDIVIDUAL,
            seats=_whole(form.get("seats"), "seats", "Please type a number of seats.") if is_group else 1,
            offering_id=str(form.get("offering", "")) or None,
        )

    # ---------------------------------------------------------------- the preview and the question

    @rx.event
    @require(Role.INSTRUCTOR)
    async def show_map(self, shows: str) -> None:
        """Show the week's or the month's map."""
        self._shows = "month" if shows == "month" else "week"
        await self._redraw()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def turn_map(self, way: int) -> None:
        """Show the week or month before or after."""
        report = self._report
        if report is None:
            return
        step = 1 if int(way) > 0 else -1
        if self._shows == "month":
            month = self._month or report.today.replace(day=1)
            ahead = month.year * 12 + month.month - 1 + step
            month = date(ahead // 12, ahead % 12 + 1, 1)
            self._month = min(max(month, report.today.replace(day=1)), report.last_day.replace(day=1))
        else:
            self._week_of = min(
                max(report.week_from + timedelta(days=7 * step), report.today), report.last_day
            )
        await self._redraw()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def choose_kind(self, offering_id: str) -> None:
        """Count starts of sessions of another length or type."""
        self._kind = str(offering_id)
        await self._redraw()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def explain(self, form: dict[str, Any]) -> None:
        """Why a time is offered or not, by what is saved."""
        stored = self._stored
        if stored is None:
            return
        on = instants.parse_date(str(form.get("ask_on", "")), field="ask_on")
        minute = parse_typed(str(form.get("ask_at", "")))
        if minute is None:
            raise InvalidInput("Please type a time such as 17:00.", field="ask_at")
        offering = (
            str(form.get("ask_offering", ""))
            or self._kind
            or (self.preview.kind if self.preview.ready else "")
        )
        found = await self._read(
            slot_explanations.explanation,
            instructor_id=self._me(),
            offering_id=offering,
            starts_at=instants.at_minute(on, minute, stored.schedule.zone, field="ask_at"),
        )
        kind = next((one.label for one in self.preview.kinds if one.value == offering), "this offering")
        viewer = Viewer(stored.schedule.zone, self.visitor.hour_cycle)
        self.answer = views.answer_view(found, viewer, kind)

    # ---------------------------------------------------------------- helpers

    async def _edit_day(self, day: int, edit: Callable[[Day], Day]) -> None:
        draft, number = self._drafted(), _weekday(day)
        await self._edit(
            replace(draft, week=week_draft.with_day(draft.week, number, edit(draft.week[number])))
        )

    async def _edit(self, draft: Draft) -> None:
        if draft == self._draft:
            self.revision += 1  # a field that was left unchanged shows its time as we write it
            return
        self._undo = (*self._undo, self._drafted())[-MOST_UNDO:]
        self._draft = draft
        await self._redraw()

    async def _redraw(self) -> None:
        draft, saved = self._drafted(), self._saved_draft
        now, clock = self._platform().clock.now(), self.visitor.hour_cycle
        viewer, order = self._there(), self._day_order()
        self.revision += 1
        self.ready = True
        self.zone_name, self.zone_now = zones.canonical(draft.zone), viewer.time(now)
        self.days = views.days_view(draft.week, order, clock=clock, minimum=self._minimum())
        self.limits = [self._limit_view(name, text) for name, text in draft.limits]
        self.not_same_day = draft.not_same_day
        self.dates = views.date_rows(draft.overrides, clock=clock, today=self._today())
        self.slots = views.slot_rows(self._published, viewer)
        self.unsaved = _unsaved_words(draft, saved, order) if saved is not None else ""
        self.can_undo = bool(self._undo)
        if self._faults():
            self.preview = replace(self.preview, note="Put the marked hours right to see what they offer.")
        else:
            await self._look_ahead(draft)

    async def _look_ahead(self, draft: Draft) -> None:
        """What students would see of the draft."""
        schedule = draft.schedule()
        report = await self._read(
            schedule_report.report,
            instructor_id=self._me(),
            draft=schedule,
            offering_id=self._kind or None,
            week_of=self._week_of or self._telling_day(),
            first_weekday=self._first_weekday(),
        )
        self._report = report
        self.offerings = [
            ChoiceView(k.offering_id, views.kind_words(k)) for k in report.kinds if k.offering_id
        ]
        self.preview = views.preview_view(
            report,
            shows=self._shows,
            month=self._month or report.today.replace(day=1),
            rules=self._rules(schedule.limits),
            now=self._platform().clock.now(),
            clock=self.visitor.hour_cycle,
        )
        self.outside = views.outside_view(report, self._there())

    def _rules(self, limits: Limits) -> SlotRules:
        return calendars.slot_rules(limits, self._platform().settings)

    def _faults(self) -> bool:
        return any(day.troubles for day in self.days) or any(limit.error for limit in self.limits)

    def _limit_view(self, name: str, text: str) -> LimitView:
        label, unit = _LIMIT_LABELS[name]
        error = ""
        try:
            check_limits(Limits(**{name: _parsed_limit(name, text)}))
        except InvalidInput as refused:
            error = refused.message
        usual = _limit_text(name, getattr(self._rules(Limits()), name))
        if name.endswith("cap") and usual == "0":
            usual = "no limit"
        return LimitView(name, label, unit, text, usual, error)

    def _drafted(self) -> Draft:
        if self._draft is None:
            raise DomainError("Please load the page again.")
        return self._draft

    def _me(self) -> str:
        return self.visitor.person_id

    def _minimum(self) -> int:
        return self._platform().settings.min_session_duration

    def _there(self) -> Viewer:
        return Viewer(self._drafted().zone, self.visitor.hour_cycle)

    def _day_order(self) -> tuple[int, ...]:
        """The weekdays by the numbers of the tables (0 is Sunday), in the order the person reads them."""
        first = first_of_week(self._today(), self._first_weekday())
        return tuple(dow_sunday0(first + timedelta(days=number)) for number in range(7))

    def _telling_day(self) -> date:
        """Today; on a weekend the Monday or Tuesday after, whose week says more than the one that is over."""
        today = self._today()
        return today + timedelta(days=2) if today.weekday() > 4 else today

    def _today(self) -> date:
        return local_date(self._platform().clock.now(), self._drafted().zone)


def _weekday(day: int) -> int:
    if not 0 <= int(day) <= 6:
        raise InvalidInput("There is no such day.")
    return int(day)


def _whole(text: Any, field: str, sentence: str) -> int:
    written = str(text or "").strip()
    if not written.isdecimal() or len(written) > 5:
        raise InvalidInput(sentence, field=field)
    return int(written)


def _parsed_limit(name: str, text: str) -> int | None:
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


def _limit_text(name: str, value: int | None) -> str:
    if value is None:
        return ""
    return f"{value / 60:g}" if name == "notice_minutes" else str(value)


def _date_cell(day: date, dating: Dating, today: date, taken: set[date]) -> DateCell:
    label = views.long_date(day)
    if day in taken and day not in dating.editing:
        label += ", has hours of its own"
    return DateCell(
        iso=day.isoformat(),
        number=day.day,
        label=label,
        is_chosen=day in dating.chosen,
        is_open=day >= today,
        is_in=day.month == dating.month.month,
    )


def _chosen_words(chosen: frozenset[date], today: date) -> str:
    days = sorted(chosen)
    if not days:
        return "No day chosen yet"
    if len(days) > 3:
        first, last = (views.short_date(day, today=today) for day in (days[0], days[-1]))
        return f"{len(days)} days, {first} to {last}"
    return ", ".join(views.short_date(day, today=today) for day in days)


def _unsaved_words(draft: Draft, saved: Draft, order: Sequence[int]) -> str:
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
