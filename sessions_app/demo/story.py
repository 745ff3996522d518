"""What happened before today and what is about to happen, told through the services that would have done it.

The clock of the story stands at the instant of each act, so that a session of last week was booked the week before,
at the terms of that day. Times are found in the listing that a student would have seen; nothing is forced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.demo import card, past
from sessions_app.demo.stage import Stage
from sessions_app.demo.words import NOTES, OPINIONS, THREADS, Noted, Opinion, Thread
from sessions_app.domain.availability import local_date, to_utc
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.timespans import TimeSpan
from sessions_app.models import Booking, Offering, TeachingSession
from sessions_app.models.catalogue import Modality
from sessions_app.services import (
    bookings,
    cancellations,
    conversations,
    enrollments,
    gateway_tasks,
    lesson_notes,
    requests,
    reviews,
    sessions,
    slots,
)
from sessions_app.services.bookings import Details, Placed
from sessions_app.services.unit_of_work import Platform, UnitOfWork

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOME = "Europe/Paris"
FULL_DAY_STUDENTS = ("lukasz", "camille", "amara", "jonas", "mei")


class StoryClock:
    """Fulfils ``Clock``; stands where the story is."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The instant of the act being told."""
        return self.at


@dataclass(frozen=True)
class Seat:
    """Who books what: the acting person, the student where that is another, and the offering."""

    actor: str
    offering: Offering
    student: str | None = None

    @property
    def learner(self) -> str:
        """The key of the student."""
        return self.student or self.actor


class Story:
    """Tells the story once, relative to the present of ``platform``."""

    def __init__(self, platform: Platform, stage: Stage) -> None:
        self._now = platform.clock.now()
        self._clock = StoryClock(self._now)
        self._stage = stage
        self._takes_cards = platform.payments.name == SandboxGateway.name
        self._platform = replace(
            platform, clock=self._clock, payments=SandboxGateway(platform.engine, self._clock)
        )
        self._absent: dict[str, frozenset[str]] = {}

    def tell(self) -> None:
        """Everything, oldest first."""
        self._close_what_is_over()
        self._weeks_before()
        self._money_back()
        self._close_what_is_over()
        self._coming_days()
        self._full_day()
        self._waiting_for_answers()
        for noted in NOTES:
            self._note(noted)
        for opinion in OPINIONS:
            self._judge(opinion)
        for number, thread in enumerate(THREADS):
            self._write(number, thread)

    # ------------------------------------------------------------ acts

    def _weeks_before(self) -> None:
        offering = self._stage.offering
        for days, hour, seat in (
            (24, 16, Seat("noah", offering("ada", "First session"))),
            (19, 10, Seat("lukasz", offering("ada", "First session"))),
            (18, 15, Seat("amara", offering("max", "First session"))),
            (16, 13, Seat("camille", offering("ananya", "First session"))),
            (13, 14, Seat("isabelle", offering("ada", "First session"), student="theo")),
            (11, 9, Seat("mei", offering("yuki", "Trial conversation", None))),
            (9, 14, Seat("jonas", offering("kwame", "First look", None))),
            (6, 17, Seat("mei", offering("nomvula", "First session", None))),
        ):
            self._book(seat, around=self._on(-days, hour), ahead=3 * DAY)
        for days, hour, seat in (
            (17, 17, Seat("noah", offering("ada", "One-to-one lesson"))),
            (15, 11, Seat("noah", offering("yuki", "JLPT lesson", "jlpt"))),
            (12, 13, Seat("camille", offering("chloe", "Atelier d'écriture", None))),
            (10, 18, Seat("lukasz", offering("samira", "Statistics lesson", "statistics"))),
            (8, 15, Seat("noah", offering("theodora", "Statistics lesson", "statistics"))),
            (5, 16, Seat("noah", offering("ada", "One-to-one lesson"))),
        ):
            self._book_by_card(seat, around=self._on(-days, hour), ahead=4 * DAY)
        # The hold ended while the bank was thinking; the seat was still free when the money came.
        self._book_by_card(
            Seat("amara", offering("samira", "Statistics lesson", "statistics")),
            around=self._on(-7, 12),
            ahead=4 * DAY,
            is_late=True,
        )
        group = offering("ada", "Problem class")
        first = self._book(Seat("lukasz", group), around=self._on(-4, 14), ahead=6 * DAY)
        for student in ("camille", "jonas", "amara"):
            self._join(Seat(student, group), first)
        if first is not None:
            self._absent[first.session.id] = frozenset({self._stage.people["jonas"].id})

    def _money_back(self) -> None:
        offering = self._stage.offering
        early = self._book_by_card(
            Seat("noah", offering("ada", "One-to-one lesson")), around=self._on(-3, 10), ahead=5 * DAY
        )
        late = self._book_by_card(
            Seat("camille", offering("chloe", "Dissertation", "essay")),
            around=self._on(-4, 12),
            ahead=5 * DAY,
        )
        self._cancel("noah", early, notice=30 * HOUR, reason="I have an exam that day.")
        self._cancel("camille", late, notice=18 * HOUR, reason="Train strike.")
        declined = self._book(
            Seat("lukasz", offering("ananya", "A question of your own")),
            around=self._on(3, 13),
            ahead=5 * DAY,
            message="Could we look at a proof by induction?",
        )
        if declined is not None:
            self._clock.at += 5 * HOUR
            self._platform.run(
                requests.reject,
                self._stage.actor("ananya"),
                booking_id=declined.booking.id,
                response="I am travelling that day. Any evening next week is fine.",
            )

    def _coming_days(self) -> None:
        offering = self._stage.offering
        self._book_by_card(
            Seat("noah", offering("ada", "One-to-one lesson")),
            around=self._on(3, 16),
            ahead=5 * DAY,
            message="Could we redo exercise 7? I always lose a sign in the determinant.",
        )
        self._book(Seat("noah", offering("ananya", "First session")), around=self._on(6, 14), ahead=8 * DAY)
        self._book(
            Seat("isabelle", offering("ada", "First session"), student="theo"),
            around=self._on(2, 14),
            ahead=4 * DAY,
            message="Théo sits the brevet blanc in two weeks.",
        )
        self._book_by_card(
            Seat("lukasz", offering("samira", "Statistics lesson", "statistics")),
            around=self._on(1, 18),
            ahead=3 * DAY,
        )
        self._book(Seat("mei", offering("max", "First session")), around=self._on(4, 15), ahead=6 * DAY)
        group = offering("ada", "Problem class")
        first = self._book(Seat("amara", group), around=self._on(8, 17), ahead=10 * DAY)
        for student in ("lukasz", "camille", "jonas"):
            self._join(Seat(student, group), first)
        self._clock.at = self._now - DAY
        waiting = self._stage.enrollments["camille", "mechanics"]
        self._platform.run(enrollments.defer, self._stage.actor("camille"), enrollment_id=waiting.id)

    def _full_day(self) -> None:
        """One of Ada's weekdays on which nothing is left, not even a gap for the shortest offering."""
        self._clock.at = self._now - 2 * DAY
        zone = self._stage.people["ada"].timezone
        on = local_date(self._now, zone) + 10 * DAY
        while on.isoweekday() > 5:
            on += DAY
        day = TimeSpan(to_utc(on, 0, zone), to_utc(on + DAY, 0, zone))
        for title in ("First session", "A question of your own"):
            for student in FULL_DAY_STUDENTS * 3:
                seat = Seat(student, self._stage.offering("ada", title))
                start = self._first_free(seat, day)
                if start is not None:
                    self._accept_if_asked("ada", self._place(seat, start))

    def _waiting_for_answers(self) -> None:
        offering = self._stage.offering
        self._book(
            Seat("camille", offering("ada", "A question of your own")),
            around=self._on(5, 16),
            ahead=self._since(self._on(5, 16), 3 * HOUR),
            message="Bonjour ! Je bloque sur les systèmes à trois inconnues avant le partiel de vendredi.",
            topic="Systems with three unknowns",
        )
        self._book(
            Seat("noah", offering("max", "A question of your own")),
            around=self._on(7, 16),
            ahead=self._since(self._on(7, 16), 6 * HOUR),
            message="Where does the spectral theorem come from?",
            topic="The spectral theorem, in pictures",
        )

    def _last_of(self, query: Callable[..., Booking | None], learner: str, teacher: str) -> Booking | None:
        """The session of the two that this query still finds to be told about, as of now."""
        people = self._stage.people
        self._clock.at = self._now
        return self._platform.read(
            query,
            Actor.system(),
            student_id=people[learner].id,
            instructor_id=people[teacher].id,
        )

    def _note(self, noted: Noted) -> None:
        """What the teacher writes an hour after the last session of the two; once for ever."""
        booking = self._last_of(past.to_be_noted, noted.learner, noted.teacher)
        if booking is None:
            return
        self._clock.at = min(booking.ends_at + HOUR, self._now)
        self._platform.run(
            lesson_notes.write_report,
            self._stage.actor(noted.teacher),
            booking_id=booking.id,
            report=noted.report,
            homework=noted.homework,
        )

    def _judge(self, opinion: Opinion) -> None:
        """A review the day after the last session of the two, answered some hours later; once for ever."""
        booking = self._last_of(past.to_be_reviewed, opinion.learner, opinion.teacher)
        if booking is None:
            return
        self._clock.at = min(booking.ends_at + 20 * HOUR, self._now)
        review = self._platform.run(
            reviews.write,
            self._stage.actor(opinion.author),
            booking_id=booking.id,
            rating=opinion.rating,
            body=opinion.body,
        )
        if opinion.answer:
            self._clock.at = min(self._clock.at + 3 * HOUR, self._now)
            teacher = self._stage.actor(opinion.teacher)
            self._platform.run(reviews.answer, teacher, review_id=review.id, body=opinion.answer)

    def _write(self, number: int, thread: Thread) -> None:
        """What was said in a conversation. Its keys make it the same however often it is told."""
        people = self._stage.people
        self._clock.at = self._now
        conversation_id = self._platform.read(
            past.conversation,
            Actor.system(),
            instructor_id=people[thread.teacher].id,
            student_id=people[thread.learner].id if thread.learner else None,
        )
        if conversation_id is None:
            return
        for place, said in enumerate(thread.said):
            on = local_date(self._now, HOME) - said.days_ago * DAY
            self._clock.at = to_utc(on, said.clock.hour * 60 + said.clock.minute, HOME)
            self._platform.run(
                conversations.send,
                self._stage.actor(said.author),
                conversation_id=conversation_id,
                body=said.body,
                key=f"demo:{number}:{place}",
            )

    def _on(self, days: int, hour: int) -> datetime:
        """The wall time ``hour`` in the story's home town, so many days from today."""
        return to_utc(local_date(self._now, HOME) + days * DAY, hour * 60, HOME)

    def _since(self, around: datetime, ago: timedelta) -> timedelta:
        """How long before ``around`` it was so long ago."""
        return around - (self._now - ago)

    # ------------------------------------------------------------ what people do

    def _book(
        self, seat: Seat, *, around: datetime, ahead: timedelta, message: str = "", topic: str = ""
    ) -> Placed | None:
        """Take the first time from ``around`` on, so long before; None when there is none within a week."""
        self._clock.at = min(around - ahead, self._now)
        start = self._first_free(seat, TimeSpan(around, around + 7 * DAY))
        return None if start is None else self._place(seat, start, message=message, topic=topic)

    def _book_by_card(
        self,
        seat: Seat,
        *,
        around: datetime,
        ahead: timedelta,
        message: str = "",
        is_late: bool = False,
    ) -> Placed | None:
        """As ``_book``, paid with the test card; nothing where another gateway takes the cards."""
        if not self._takes_cards:
            return None
        self._clock.at = min(around - ahead, self._now)
        start = self._first_free(seat, TimeSpan(around, around + 7 * DAY))
        if start is None:
            return None
        return self._platform.run(
            card.book_and_pay,
            self._stage.actor(seat.actor),
            offering_id=seat.offering.id,
            starts_at=start,
            student_id=self._stage.people[seat.learner].id,
            details=Details(message=message),
            is_late=is_late,
        )

    def _join(self, seat: Seat, group: Placed | None) -> None:
        """Take another seat in a group session."""
        if group is not None:
            self._clock.at += HOUR
            self._place(seat, group.session.starts_at)

    def _cancel(self, who: str, placed: Placed | None, *, notice: timedelta, reason: str) -> None:
        """Cancel so long before the start, and let the gateway give back what is due."""
        if placed is None:
            return
        self._clock.at = min(placed.booking.starts_at - notice, self._now)
        self._platform.run(
            cancellations.cancel, self._stage.actor(who), booking_id=placed.booking.id, reason=reason
        )
        gateway_tasks.run_due(self._platform)

    def _accept_if_asked(self, teacher: str, placed: Placed) -> None:
        if placed.booking.respond_by is not None:
            self._platform.run(requests.accept, self._stage.actor(teacher), booking_id=placed.booking.id)

    def _place(self, seat: Seat, start: datetime, *, message: str = "", topic: str = "") -> Placed:
        student = self._stage.people[seat.learner]
        return self._platform.run(
            bookings.book,
            self._stage.actor(seat.actor),
            offering_id=seat.offering.id,
            starts_at=start,
            student_id=student.id,
            details=Details(message=message, topic=topic),
        )

    def _first_free(self, seat: Seat, window: TimeSpan) -> datetime | None:
        student = self._stage.people[seat.learner]

        def query(work: UnitOfWork) -> datetime | None:
            found = slots.listing(work, seat.offering, window, student_id=student.id).slots
            return found[0].span.start if found else None

        return self._platform.read(query, Actor.system())

    def _close_what_is_over(self) -> None:
        """Hold every session of the cast whose time has passed, without those who stayed away."""
        self._clock.at = self._now
        instructor_ids = [person.id for person in self._stage.people.values()]
        for session in self._platform.read(past.over_and_open, Actor.system(), instructor_ids=instructor_ids):
            self._hold(session)
        self._clock.at = self._now

    def _hold(self, session: TeachingSession) -> None:
        """One session as it went: started on time, joined by all but those who stayed away, ended on time."""
        host = Actor(session.instructor_id, Role.INSTRUCTOR)
        expected = self._platform.read(past.expected, Actor.system(), session_id=session.id)
        away = self._absent.get(session.id, frozenset())
        absent = [seat.id for seat in expected if seat.student_id in away]
        self._clock.at = session.starts_at
        self._platform.run(sessions.start, host, session_id=session.id)
        if self._platform.video and session.modality is not Modality.IN_PERSON:
            students = [Actor(seat.student_id, Role.STUDENT) for seat in expected if seat.id not in absent]
            for actor in (host, *students):
                self._platform.run(sessions.join, actor, session_id=session.id)
        self._clock.at = session.ends_at
        self._platform.run(sessions.end, host, session_id=session.id, absent=absent)
