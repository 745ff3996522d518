"""The booking wizard: ``/courses/[course_id]/book`` and ``/book/[instructor_id]``.

The address says where somebody is (``wizard/address.py``), so most controls only change it: ``load`` draws what it
asks for, after a click as after a reload, the back button or a shared link. Handlers of their own have what changes
something: choosing a time places the hold, "Book Session" confirms it.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from sessions_app.domain import plain_text
from sessions_app.domain.errors import (
    AlreadyBooked,
    Conflict,
    DomainError,
    HoldExpired,
    IllegalTransition,
    NotAllowed,
    NotEnrolled,
    NotFound,
    OutsideAvailability,
    StudentBusy,
)
from sessions_app.domain.local_labels import Viewer
from sessions_app.domain.permissions import Role
from sessions_app.domain.pricing import PayWith
from sessions_app.domain.zones import is_zone
from sessions_app.services import accounts, analytics, bookings, checkout, enrollments, live, zones
from sessions_app.services.bookings import Details
from sessions_app.services.queries import held, wizard
from sessions_app.services.queries.held import HeldStep, HoldState
from sessions_app.services.queries.wizard import Wanted
from sessions_app.state import surroundings
from sessions_app.state.base import AppState, public, require
from sessions_app.state.hub import hub
from sessions_app.state.wizard import choosing as choosing_views
from sessions_app.state.wizard import details as details_views
from sessions_app.state.wizard import later as later_views
from sessions_app.state.wizard import notices, visit
from sessions_app.state.wizard import times as times_views
from sessions_app.state.wizard.address import Address
from sessions_app.state.wizard.parts import (
    NO_HOLD,
    NO_NOTICE,
    HeadView,
    HoldView,
    Look,
    NoticeView,
    WhoView,
    parse_start,
)

BOOKERS = (Role.STUDENT, Role.GUARDIAN)
_EARLY = 2.0
_MOST_MISSED = 20


class BookState(AppState):
    """One tab's wizard. ``step`` is choose, when, confirm, later or gone; empty until the first answer."""

    step: str = ""
    head: HeadView = HeadView()
    who: WhoView = WhoView()
    notice: NoticeView = NO_NOTICE

    people: rx.Field[list[choosing_views.ChoiceView]] = rx.field(default_factory=list)
    course: choosing_views.CourseView = choosing_views.CourseView()

    summary: times_views.SummaryView = times_views.SummaryView()
    month: times_views.MonthView = times_views.MonthView()
    times: times_views.TimesView = times_views.TimesView()
    zone: times_views.ZoneView = times_views.ZoneView()
    own_hold: HoldView = NO_HOLD
    pending: str = ""
    why: str = ""

    details: details_views.DetailsView = details_views.DetailsView()
    message: str = ""
    topic: str = ""
    reminders: bool = True
    is_booking: bool = False

    _address: Address = rx.field(default_factory=Address, is_var=False)  # frozen: no proxy need watch it
    _settled: tuple[str, ...] = ()
    _viewed: str = ""
    _unmet_on: date | None = None
    _missed: frozenset[tuple[str, date]] = frozenset()
    _clock: str = ""
    _teacher_id: str = ""
    _offering_id: str = ""
    _course_id: str = ""
    _enrollment_id: str = ""
    _student_id: str = ""
    _draft_of: str = ""
    _held: HeldStep | None = None

    # ------------------------------------------------------------ where somebody is

    @rx.event
    @public
    async def load(self) -> AsyncIterator[Any]:
        """Draw what the address asks for."""
        here = Address.parse(self.router.url.path, self.router.url.query_parameters)
        if (written := here.written()) in self._settled:
            # The event that led here has drawn it already, and later ones may have led on since.
            self._settled = self._settled[self._settled.index(written) + 1 :]
            return
        before, self._address = self._address, here
        self._settled = ()
        self.is_booking, self.pending, self.why, self.notice = False, "", "", NO_NOTICE
        away = await self._draw(here)
        if away is not None:
            yield away
            return
        self._listen()
        yield
        await self._note_arrival(before, here)

    @rx.event
    @public
    async def refresh(self) -> Any:
        """Something about these times or this hold changed: look again, and leave everything else as it is.

        A tab that went elsewhere by its address bar told nobody that it left: it is led nowhere any more.
        """
        if self._is_elsewhere():
            hub.leave(self, BookState.refresh)
            return None
        if self.is_booking or self.pending:
            return None
        if self.step == "confirm" and self._held is not None:
            was = self._held.state
            step = await self._read(held.held, booking_id=self._held.booking_id)
            return await self._draw_held(step) if step.state is not was else None
        if self.step == "when":
            await self._draw_times()
        return None

    @rx.event
    @public
    async def miss(self, day: str) -> AsyncIterator[None]:
        """A day without times was pressed: say why it has none, and tell the instructor what is looked for."""
        try:
            on = date.fromisoformat(str(day))
        except ValueError:
            return
        if self.step == "when":
            self.why = times_views.day_in_vain(await self._times_on(on), asked=True)
            yield
            if events := self._missing():
                await self._note(*events)

    @rx.event
    @public
    async def leave(self) -> None:
        """The page is left: watch nothing, and start afresh next time."""
        if not self._is_elsewhere():
            return
        hub.leave(self, BookState.refresh)
        self.step, self.notice, self._viewed, self._settled = "", NO_NOTICE, "", ()

    def _is_elsewhere(self) -> bool:
        return Address.parse(self.router.url.path, {}).path != self._address.path

    async def _draw(self, here: Address) -> Any:
        if here.booking and self._identity is None:
            return self._sign_in(here)
        try:
            if here.booking:
                try:
                    step = await self._read(held.held, booking_id=here.booking)
                except (NotFound, NotAllowed):
                    self._address = replace(here, booking="")
                else:
                    return await self._draw_held(step)
            if here.later:
                return await self._draw_deferred()
            if here.teacher_id:
                await self._draw_times()
            else:
                await self._draw_choice()
        except NotFound:
            self.step = "gone"
            return None
        if here.slot and here.teacher_id and self._is_proven(here):
            return await self._hold(here.slot)
        return None

    async def _draw_choice(self) -> None:
        look = self._look()
        step = await self._read(
            wizard.choose_instructor,
            course_id=self._address.course_id,
            zone=look.viewer.known_zone,
            student_id=self._address.student or None,
        )
        self._student_id = step.student_id or ""
        self._put("who", WhoView.of(step.students, step.student_id))
        self._course_id = step.course.id
        self._enrollment_id = step.course.enrollment_id or ""
        self._put("head", choosing_views.head_of_choice(step))
        self._put("people", list(choosing_views.choices(step, look)))
        self._put("course", choosing_views.course_card(step, look))
        self.step = "choose"

    async def _times_on(self, on: date | None) -> wizard.TimeStep:
        here = self._address
        step = await self._read(
            wizard.choose_time,
            Wanted(
                zone=self._look().viewer.known_zone,
                instructor_id=here.teacher_id,
                course_id=here.course_id or None,
                offering_id=here.offering or None,
                student_id=here.student or self._student_id or None,
                month=here.month,
                on=on,
                slot=here.slot if on == here.on else None,
                first_weekday=self._first_weekday(),
            ),
        )
        self._unmet_on = visit.missed_day(step)
        return step

    async def _draw_times(self) -> None:
        look, here = self._look(), self._address
        step = await self._times_on(here.on)
        self._teacher_id, self._offering_id = step.instructor.id, step.offering.id
        self._student_id = step.student_id or ""
        self._course_id = step.course.id if step.course else ""
        self._enrollment_id = step.course.enrollment_id or "" if step.course else ""
        self._put("who", WhoView.of(step.students, step.student_id))
        self._put("head", times_views.head_of_times(step, look))
        self._put("summary", times_views.summary(step, look))
        self._put("month", times_views.month(step, look))
        self._put("times", times_views.times(step, look))
        self._put("zone", times_views.zone(step, look))
        self._put("own_hold", times_views.own_hold(step, look))
        if here.on:
            self._put("why", times_views.day_in_vain(step))
        if step.needs_enrollment and self.notice == NO_NOTICE:
            self.notice = self._notice_of(NotEnrolled())
        elif self.notice.code in ("", times_views.NOT_FREE):
            self._put("notice", times_views.time_in_vain(step, look))
        self.step = "when"

    async def _draw_held(self, step: HeldStep) -> Any:
        """The confirm step, or where its booking has gone to."""
        self._held = step
        if step.state is HoldState.DONE:
            return rx.redirect(f"/booking/confirmation?session={step.session_id}", replace=True)
        look = self._look()
        if step.state is HoldState.TAKEN:
            self._address = replace(
                self._address,
                instructor=step.instructor_id,
                offering=step.offering_id,
                on=look.viewer.date_of(step.span.start),
                month=None,
                booking="",
            )
            await self._draw_times()
            self.notice = notices.lost(step.alternatives, look)
            self._listen()
            return self._settle(replaces=True)
        if self._draft_of != step.booking_id:
            # What was typed for a time that got lost is kept for the next one.
            self._draft_of = step.booking_id
            self.message, self.topic = self.message or step.message, self.topic or step.topic
            self.reminders = self.reminders and step.reminders
        self._teacher_id, self._offering_id = step.instructor_id, step.offering_id
        self._course_id, self._student_id = step.course_id or "", step.student_id
        self._put("who", WhoView.of(step.students, step.student_id))
        self._put("head", details_views.head_of_details(step, look))
        self._put("details", details_views.details(step, look))
        if step.state is HoldState.ENDED:
            self.notice = notices.HOLD_ENDED
        elif self.notice.code == notices.HOLD_ENDED.code:
            self.notice = NO_NOTICE
        self.step = "confirm"
        return None

    async def _draw_deferred(self) -> Any:
        here = self._address
        step = await self._read(wizard.progress, course_id=here.later, student_id=here.student or None)
        if not step.is_deferred:
            return rx.redirect(here.to(later=""), replace=True)
        self._put("head", later_views.head_of_later(step, here))
        self.step = "later"
        return None

    # ------------------------------------------------------------ choosing a time

    @rx.event
    @public
    async def choose(self, start: str) -> AsyncIterator[Any]:
        """Hold the time and open the confirm step; a visitor signs in first and comes back to this very time."""
        try:
            at = parse_start(str(start))
        except ValueError:
            return
        if self.step != "when":
            return  # the second press of a double click
        self.pending, self.notice = start, NO_NOTICE
        chosen = visit.time_chosen(at, teacher_id=self._teacher_id)
        if self._identity is None:
            on = self._look().viewer.date_of(at)
            wanted = self._address.asking_for(at, offering=self._offering_id, on=on)
            self.pending = ""
            yield self._sign_in(replace(wanted, proof=self._proof(wanted)))
            await self._note(chosen)
            return
        yield
        away = await self._hold(at)
        self.pending = ""
        if away is not None:
            yield away
        else:
            yield
        await self._note(chosen)

    @rx.event
    @require(*BOOKERS)
    async def keep(self) -> Any:
        """Hold the time of the ended hold once more."""
        if self._held is None:
            return None
        self.notice = NO_NOTICE
        try:
            placed = await self._run(bookings.renew, booking_id=self._held.booking_id)
        except Conflict as refused:
            return await self._back_to_times(refused)
        return await self._open_confirm(placed.booking.id, replaces=True)

    @rx.event
    @require(*BOOKERS)
    async def let_go(self) -> Any:
        """Give the held time back and choose another."""
        if self._held is not None and self._held.state is HoldState.LIVE:
            await self._run(bookings.release, booking_id=self._held.booking_id)
        return rx.redirect(self.head.back_href)

    @rx.event
    @require(*BOOKERS)
    async def hold_ended(self) -> Any:
        """The countdown ran out in the browser; ask whether the time is still free."""
        if self.step == "when":
            await self._draw_times()
            return None
        if self._held is None or self.is_booking:
            return None
        step = await self._read(held.held, booking_id=self._held.booking_id)
        if step.state is HoldState.LIVE and step.expires_at is not None:
            left = (step.expires_at - step.now).total_seconds()
            if left > _EARLY:
                return await self._draw_held(step)
            await asyncio.sleep(left)
            step = await self._read(held.held, booking_id=self._held.booking_id)
        return await self._draw_held(step)

    @rx.event
    @require(*BOOKERS)
    async def choose_student(self, student_id: str) -> Any:
        """Have everything be for another child: instructors, times, and a time that is held already.

        Where that child cannot have the held time, it is let go and the times that are free for them are listed.
        """
        chosen = str(student_id)
        if chosen == self.who.student_id or chosen not in [option.value for option in self.who.options]:
            return None
        if self.step != "confirm":
            self._student_id = chosen
            return rx.redirect(
                self._address.to(student=chosen, slot=None, proof="", booking=""), replace=True
            )
        step = self._held
        if step is None or self.is_booking:
            return None
        self.notice = NO_NOTICE
        try:
            await self._run(bookings.hand_over, booking_id=step.booking_id, student_id=chosen)
        except (StudentBusy, NotEnrolled, OutsideAvailability) as refused:
            await self._run(bookings.release, booking_id=step.booking_id)
            self._student_id = chosen
            self._address = replace(
                self._address, student=chosen, on=self._look().viewer.date_of(step.span.start)
            )
            return await self._back_to_times(refused)
        except (HoldExpired, IllegalTransition):
            pass  # what is drawn next says so
        return await self._draw_held(await self._read(held.held, booking_id=step.booking_id))

    async def _hold(self, at: datetime) -> Any:
        try:
            placed = await self._run(
                bookings.hold,
                offering_id=self._offering_id,
                starts_at=at,
                student_id=self._student_id or None,
                replaces_former=True,
            )
        except (Conflict, NotAllowed) as refused:
            await self._note(visit.booking_failed(refused))
            return await self._back_to_times(refused)
        return await self._open_confirm(placed.booking.id)

    async def _open_confirm(self, booking_id: str, *, replaces: bool = False) -> Any:
        step = await self._read(held.held, booking_id=booking_id)
        self._address = self._address.holding(
            booking_id, instructor=step.instructor_id, offering=step.offering_id
        )
        away = await self._draw_held(step)
        if away is not None:
            return away
        self._listen()
        return self._settle(replaces=replaces)

    async def _back_to_times(self, refused: DomainError) -> Any:
        """The list anew, with what stands in the way; what was typed stays."""
        was_confirming = self.step == "confirm"
        self._address = self._address.without_hold()
        self.notice = self._notice_of(refused)
        await self._draw_times()
        if not was_confirming and self.router.url.query_parameters.get("slot") is None:
            return None
        return self._settle(replaces=True)

    def _settle(self, *, replaces: bool) -> Any:
        """Go to the address of what is drawn already; the page's load, whenever it comes, draws nothing again."""
        here = self._address.written()
        self._settled = (*(one for one in self._settled if one != here), here)
        return rx.redirect(here, replace=replaces)

    # ------------------------------------------------------------ booking

    @rx.event
    @require(*BOOKERS)
    async def book(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Confirm the hold: straight to the confirmation, or to the payment page."""
        if self.is_booking or self._held is None or self.step != "confirm":
            return
        self.is_booking, self.notice = True, NO_NOTICE
        yield
        step = self._held
        await self._note(visit.booking_tried(step))
        away = await self._confirm(step, form)
        if away is None:
            self.is_booking = False
        else:
            yield away

    async def _confirm(self, step: HeldStep, form: dict[str, Any]) -> Any:
        self.message, self.topic = _text(form, "message"), _text(form, "custom_topic")
        self.reminders = bool(form.get("reminders"))
        way = _text(form, "pay_with") or self.details.pay_with
        try:
            placed = await self._run(
                bookings.confirm,
                booking_id=step.booking_id,
                details=Details(message=self.message, topic=self.topic, reminders=self.reminders),
                student_id=_text(form, "student_id") or None,
                pay_with=details_views.way_of(step, way),
            )
            session_id = placed.booking.session_id
            if not placed.needs_card:
                await self._run(analytics.record_success_once, session_id=session_id)
                return rx.redirect(f"/booking/confirmation?session={session_id}", replace=True)
            page = await self._call(
                checkout.open_page,
                self._actor(),
                booking_id=placed.booking.id,
                return_url=f"/booking/confirmation?session={session_id}",
            )
            return rx.redirect(page.url)
        except DomainError as refused:
            await self._note(visit.booking_failed(refused))
            if isinstance(refused, (HoldExpired, IllegalTransition, AlreadyBooked)):
                return await self._draw_held(await self._read(held.held, booking_id=step.booking_id))
            self._show(refused)
            return None

    @rx.event
    @public
    async def save_message(self, text: str) -> None:
        """Keep what was typed, so that a reload or a lost time does not cost it."""
        self.message = str(text)[: plain_text.MESSAGE_LIMIT]

    @rx.event
    @public
    async def save_topic(self, text: str) -> None:
        """Keep the topic that was typed."""
        self.topic = str(text)[: plain_text.TOPIC_LIMIT]

    @rx.event
    @public
    async def pick_way(self, way: str) -> None:
        """Show the price in the way of paying that was chosen."""
        if self._held is not None and (chosen := details_views.way_of(self._held, way)) is not None:
            self._put("details", details_views.details(self._held, self._look(), pay_with=chosen))

    @rx.event
    @require(*BOOKERS)
    async def pay_by_card(self) -> None:
        """Pay by card what there are too few credits for, where the offering has a price."""
        if self._held is not None and PayWith.CARD in self._held.ways:
            self._put("details", details_views.details(self._held, self._look(), pay_with=PayWith.CARD))
            self.notice = NO_NOTICE

    # ------------------------------------------------------------ enrolling, scheduling later

    @rx.event
    @require(*BOOKERS)
    async def enroll(self) -> None:
        """Enroll the student in the course, and take the obstacle away."""
        course_id = self._course_id or self._address.course_id
        await self._run(enrollments.enroll, course_id=course_id, student_id=self._student_id or None)
        self.notice = NO_NOTICE
        self._say("You are enrolled", "Now choose a time.")
        if self.step == "choose":
            await self._draw_choice()
        else:
            await self._draw_times()

    @rx.event
    @require(*BOOKERS)
    async def schedule_later(self) -> Any:
        """Wait without a time; the student schedules from the dashboard when ready."""
        if not self._enrollment_id:
            self.notice = self._notice_of(NotEnrolled())
            return None
        await self._run(enrollments.defer, enrollment_id=self._enrollment_id)
        await self._note(visit.put_off(self._course_id))
        return rx.redirect(
            self._address.kept().to(instructor=self._address.instructor, later=self._course_id)
        )

    # ------------------------------------------------------------ how times are shown

    @rx.event
    @public
    async def set_clock(self, clock: str) -> None:
        """Show times with 12 or 24 hours; a person's choice is kept for the next visit."""
        if clock not in ("h12", "h23"):
            return
        self._clock = clock
        if self._identity is not None:
            await self._run(accounts.change_profile, hour_cycle=clock)
            surroundings.current().identities.forget()
        if self.step == "when":
            await self._draw_times()

    @rx.event
    @public
    async def set_zone(self, name: str) -> Any:
        """Show times in another zone, here and now; the day shown becomes the one that holds the time chosen."""
        if not is_zone(str(name)):
            return None
        here = self._address.in_zone(zones.canonical(str(name)), own=self.visitor.zone)
        return rx.redirect(here.written(), replace=True)

    # ------------------------------------------------------------ helpers

    def _look(self) -> Look:
        settings = self._platform().settings
        zone = self._address.tz or self.visitor.zone
        device = self._cookie("tz")
        return Look(
            viewer=Viewer(zone, self._clock or self.visitor.hour_cycle),
            address=self._address,
            label=settings.instructor_label,
            request_ttl_hours=settings.request_ttl_hours,
            own_zone=self.visitor.zone,
            device_zone=zones.canonical(device) if is_zone(device) and not self._address.tz else "",
        )

    def _put(self, name: str, value: Any) -> None:
        """Set a var only when it differs: what is set is sent."""
        if getattr(self, name) != value:
            setattr(self, name, value)

    def _listen(self) -> None:
        topics = {live.calendar_topic(self._teacher_id)} if self.step in ("when", "confirm") else set()
        if self._identity is not None:
            topics.add(live.person_topic(self._identity.person_id))
        hub.watch(self, BookState.refresh, topics)

    def _sign_in(self, back: Address) -> Any:
        return rx.redirect(f"/login?{urlencode({'next': back.written()})}")

    def _proof(self, wanted: Address) -> str:
        return wanted.proof_for(self.router.session.client_token, secret=self._platform().settings.secret_key)

    def _is_proven(self, here: Address) -> bool:
        return (
            self._identity is not None
            and self._identity.role in BOOKERS
            and hmac.compare_digest(here.proof, self._proof(here))
        )

    def _show(self, refused: DomainError) -> None:
        self.is_booking, self.pending = False, ""
        if notices.is_beside_a_field(refused):
            super()._show(refused)
        else:
            self.notice = self._notice_of(refused)

    def _notice_of(self, refused: DomainError) -> NoticeView:
        has_card = self._held is not None and PayWith.CARD in self._held.ways
        support = self._platform().settings.support_email
        return notices.notice_of(refused, self._look(), support=support, has_card=has_card)

    async def _note_arrival(self, before: Address, here: Address) -> None:
        """Store what the change of address tells: a page seen, an instructor or a day chosen."""
        events: list[visit.Event] = []
        if self._viewed != here.path:
            self._viewed, self._missed = here.path, frozenset()
            events.append(visit.page_seen(course_id=self._course_id, has_instructor=bool(here.teacher_id)))
        elif before.path == here.path:
            events += visit.chosen_between(before, here)
        if here.teacher_id and not here.booking:
            events += self._missing()
        if events:
            await self._note(*events)

    def _missing(self) -> list[visit.Event]:
        """The search in vain that was just made, once a page view."""
        on, self._unmet_on = self._unmet_on, None
        if on is None or (self._offering_id, on) in self._missed or len(self._missed) >= _MOST_MISSED:
            return []
        self._missed |= {(self._offering_id, on)}
        return [visit.searched_in_vain(on, teacher_id=self._teacher_id, offering_id=self._offering_id)]

    async def _note(self, *events: visit.Event) -> None:
        await self._run(analytics.record, *events)


def _text(form: dict[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
