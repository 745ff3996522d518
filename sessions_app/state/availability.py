"""``/instructor/availability``: the week, dates, limits and zone as one draft; published times and questions at once.

What is edited stays on the server as a draft of this tab until it is saved or discarded, and every edit can be
undone. After each edit the slot engine says what students would see. Coming back to the tab finds the draft as it was
left. What each part of the page edits and shows is decided in ``state/hours``, a module for each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import reflex as rx

from sessions_app.domain import instants, week_draft
from sessions_app.domain.availability import local_date
from sessions_app.domain.errors import DomainError, InvalidInput, ScheduleChanged
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Role
from sessions_app.domain.schedules import Limits
from sessions_app.domain.slots import SlotRules
from sessions_app.domain.week_draft import Day, Pattern
from sessions_app.services import accounts, availability, calendars, live, published_slots, zones
from sessions_app.services.availability import StoredSchedule
from sessions_app.services.published_slots import PublishedView
from sessions_app.services.queries import schedule_report, slot_explanations
from sessions_app.services.queries.schedule_report import Report
from sessions_app.state import surroundings
from sessions_app.state.base import AppState, require
from sessions_app.state.hours import dates, limits, preview, published, question, week
from sessions_app.state.hours.dates import DateRow, Dating, DatingView
from sessions_app.state.hours.draft import Draft, unsaved_words
from sessions_app.state.hours.limits import LimitView
from sessions_app.state.hours.parts import ChoiceView
from sessions_app.state.hours.preview import OutsideView, PreviewView
from sessions_app.state.hours.published import PublishingView, SlotRow
from sessions_app.state.hours.question import AnswerView
from sessions_app.state.hours.week import DayView
from sessions_app.state.hub import hub

HERE = "/instructor/availability"
MOST_UNDO = 50


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
        draft = self._drafted()
        await self._edit(replace(draft, week=week.put_right(draft.week, int(day), int(index))))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def copy_day(self, form: dict[str, Any]) -> None:
        """Copy the hours of the day ``from`` to the days ticked."""
        draft = self._drafted()
        await self._edit(replace(draft, week=week.copied(draft.week, form)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def use_pattern(self, name: str) -> None:
        """Start from a pattern: weekdays, evenings, or nothing."""
        draft = self._drafted()
        await self._edit(replace(draft, week=week_draft.patterned(draft.week, Pattern(str(name)))))

    # ---------------------------------------------------------------- limits and the zone

    @rx.event
    @require(Role.INSTRUCTOR)
    async def type_limit(self, name: str, text: str) -> None:
        """Take a limit as typed; empty is the usual."""
        draft = self._drafted()
        await self._edit(replace(draft, limits=limits.retyped(draft.limits, str(name), str(text))))

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

    # ---------------------------------------------------------------- undoing, discarding, saving

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
        self._show_dating(dates.turned(self._asked(), int(months), today=self._today()))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def toggle_date(self, iso: str) -> None:
        """Choose a date, or leave it out again."""
        dating, day = self._asked(), instants.parse_date(str(iso), field="dates")
        if day >= self._today():
            self._show_dating(dates.toggled(dating, day))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def add_range(self, form: dict[str, Any]) -> None:
        """Choose every date of a holiday, first and last included."""
        first = instants.parse_date(str(form.get("first", "")), field="first")
        last = instants.parse_date(str(form.get("last", "") or form.get("first", "")), field="last")
        dating = self._asked()
        if trouble := dates.range_trouble(first, last):
            self._show_dating(dating, trouble)
            return
        self._show_dating(dates.with_range(dating, first, last, today=self._today()))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def choose_away(self, value: str) -> None:
        """Away all day, or other hours, which begin as the weekly ones of the first date."""
        self._show_dating(dates.away_or_hours(self._asked(), value, self._drafted().week))

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
        if (trouble := dates.trouble_of(dating, minimum=self._minimum())) is not None:
            self._show_dating(dating, trouble)
            return
        draft = self._drafted()
        self._dating, self.dating = None, DatingView()
        await self._edit(replace(draft, overrides=dates.taken_over(draft.overrides, dating)))

    @rx.event
    @require(Role.INSTRUCTOR)
    async def remove_dates(self, key: str) -> None:
        """Let the weekly hours hold again on the dates of a row."""
        draft = self._drafted()
        await self._edit(replace(draft, overrides=dates.without(draft.overrides, str(key))))

    def _edit_dating(self, edit: Callable[[Day], Day]) -> None:
        dating = self._asked()
        self._show_dating(replace(dating, day=edit(dating.day)))

    def _open_dating(self, key: str) -> None:
        self._show_dating(dates.opened(self._drafted().overrides, key, today=self._today()))

    def _asked(self) -> Dating:
        if self._dating is None:
            raise InvalidInput("The dialog is closed.")
        return self._dating

    def _show_dating(self, dating: Dating, error: str = "") -> None:
        self._dating = dating
        self.dating = dates.dating_view(
            dating,
            self._drafted().overrides,
            today=self._today(),
            first_weekday=self._first_weekday(),
            clock=self.visitor.hour_cycle,
            minimum=self._minimum(),
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
        self.slot_offerings = published.offering_choices(fitting)
        found = next((one for one in self._published if one.id == slot_id), None)
        if found is None:
            tomorrow = self._today() + timedelta(days=1)
            self.publishing = published.new_time(tomorrow, clock=self.visitor.hour_cycle)
        else:
            self.publishing = published.changed_time(found, viewer)

    @rx.event
    @require(Role.INSTRUCTOR)
    async def close_slot(self) -> None:
        """Leave the dialog without a change."""
        self.publishing = PublishingView()

    @rx.event
    @require(Role.INSTRUCTOR)
    async def save_slot(self, form: dict[str, Any]) -> None:
        """Publish the time, or change it; refusals are shown at their fields."""
        zone = self._drafted().zone if self._stored is None else self._stored.schedule.zone
        facts = published.slot_facts(form, zone=zone)
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
        if self._shows == "month":
            self._month = preview.turned_month(report, self._shown_month(report), int(way))
        else:
            self._week_of = preview.turned_week(report, int(way))
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
        starts_at = question.asked_start(form, zone=stored.schedule.zone)
        offering = (
            str(form.get("ask_offering", ""))
            or self._kind
            or (self.preview.kind if self.preview.ready else "")
        )
        found = await self._read(
            slot_explanations.explanation,
            instructor_id=self._me(),
            offering_id=offering,
            starts_at=starts_at,
        )
        kind = next((one.label for one in self.preview.kinds if one.value == offering), "this offering")
        viewer = Viewer(stored.schedule.zone, self.visitor.hour_cycle)
        self.answer = question.answer_view(found, viewer, kind)

    # ---------------------------------------------------------------- helpers

    async def _edit_day(self, day: int, edit: Callable[[Day], Day]) -> None:
        draft, number = self._drafted(), week.weekday(day)
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
        viewer, order = self._there(), week.day_order(self._today(), self._first_weekday())
        self.revision += 1
        self.ready = True
        self.zone_name, self.zone_now = zones.canonical(draft.zone), viewer.time(now)
        self.days = week.days_view(draft.week, order, clock=clock, minimum=self._minimum())
        self.limits = limits.limits_view(draft.limits, usual=self._rules(Limits()))
        self.not_same_day = draft.not_same_day
        self.dates = dates.date_rows(draft.overrides, clock=clock, today=self._today())
        self.slots = published.slot_rows(self._published, viewer)
        self.unsaved = unsaved_words(draft, saved, order) if saved is not None else ""
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
            week_of=self._week_of or preview.telling_day(self._today()),
            first_weekday=self._first_weekday(),
        )
        self._report = report
        shown = preview.preview_view(
            report,
            shows=self._shows,
            month=self._shown_month(report),
            rules=self._rules(schedule.limits),
            now=self._platform().clock.now(),
            clock=self.visitor.hour_cycle,
        )
        self.preview, self.offerings = shown, [kind for kind in shown.kinds if kind.value]
        self.outside = preview.outside_view(report, self._there())

    def _rules(self, limits: Limits) -> SlotRules:
        return calendars.slot_rules(limits, self._platform().settings)

    def _faults(self) -> bool:
        return any(day.troubles for day in self.days) or any(limit.error for limit in self.limits)

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

    def _shown_month(self, report: Report) -> date:
        return self._month or report.today.replace(day=1)

    def _today(self) -> date:
        return local_date(self._platform().clock.now(), self._drafted().zone)
