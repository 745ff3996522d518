"""Conversations begin with a booking, belong to its sides, and tell each of them once what they have not read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sessions_app.domain.errors import InvalidInput, NotAllowed, NotFound, RateLimited, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import AuditEntry, Conversation, GuardianLink, Message, Person
from sessions_app.models.catalogue import BookingMode, SessionType
from sessions_app.models.messages import OutboxState
from sessions_app.services import cancellations, conversations, outbox, requests
from sessions_app.services.bookings import Placed
from sessions_app.services.conversations import MAIL_AFTER, Barrier
from sessions_app.services.queries import conversations as queries
from sessions_app.services.queries.conversations import Inbox, Thread
from tests.doubles.limiter import ClockedLimiter
from tests.services.statements import counted
from tests.services.world import World, acting, at


def all_conversations(world: World) -> list[Conversation]:
    return world.platform.read(lambda work: list(work.db.exec(select(Conversation))), Actor.system())


def conversation_of(world: World, person: Person, placed: Placed) -> str:
    return world.platform.run(conversations.of_booking, acting(person), booking_id=placed.booking.id)


def talk(world: World, student: Person, day: int = 3) -> str:
    """A booked session of this student, and its conversation."""
    return conversation_of(world, student, world.book(student, world.offering(), at(day, 10)))


def send(world: World, person: Person, conversation_id: str, body: str = "Hello", key: str = "") -> int:
    world.count += 1
    return world.platform.run(
        conversations.send,
        acting(person),
        conversation_id=conversation_id,
        body=body,
        key=key or f"key{world.count}",
    )


def inbox(world: World, person: Person, **asked: Any) -> Inbox:
    return world.platform.read(queries.inbox, acting(person), **asked)


def thread(world: World, person: Person, conversation_id: str, **asked: Any) -> Thread:
    return world.platform.read(queries.thread, acting(person), conversation_id=conversation_id, **asked)


def read(world: World, person: Person, conversation_id: str, up_to: int) -> None:
    world.platform.run(conversations.mark_read, acting(person), conversation_id=conversation_id, up_to=up_to)


def bodies(shown: Thread) -> list[str]:
    return [message.body for message in shown.messages]


class TestBeginning:
    def test_the_first_scheduled_session_of_a_pair_begins_the_only_conversation(
        self, world: World, student: Person
    ) -> None:
        offering = world.offering()
        world.book(student, offering, at(3, 10))
        world.book(student, offering, at(4, 10))

        [only] = all_conversations(world)
        assert (only.instructor_id, only.student_id, only.session_id) == (
            world.instructor.id,
            student.id,
            None,
        )

    def test_a_hold_or_a_request_begins_none(self, world: World, student: Person) -> None:
        held = world.hold(student, world.offering(price_minor=2000), at(3, 10))
        asked = world.book(student, world.offering(booking_mode=BookingMode.REQUEST), at(4, 10))

        assert not all_conversations(world)
        for placed in (held, asked):
            with pytest.raises(NotFound):
                conversation_of(world, student, placed)

        world.platform.run(requests.accept, acting(world.instructor), booking_id=asked.booking.id)
        assert len(all_conversations(world)) == 1

    def test_a_group_session_has_one_for_all(self, world: World, student: Person) -> None:
        offering = world.offering(session_type=SessionType.GROUP, capacity=4)
        world.book(student, offering, at(3, 10))
        placed = world.book(world.student("Mira Berger"), offering, at(3, 10))

        [only] = all_conversations(world)
        assert (only.student_id, only.session_id) == (None, placed.session.id)

    def test_it_stays_when_the_session_is_cancelled(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(), at(3, 10))
        conversation_id = conversation_of(world, student, placed)
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="")

        send(world, world.instructor, conversation_id, "What a pity.")
        assert conversation_of(world, student, placed) == conversation_id


class TestWhoTakesPart:
    def test_both_sides_read_what_the_other_writes(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        send(world, student, conversation_id, "One")
        send(world, world.instructor, conversation_id, "Two")

        for person in (student, world.instructor):
            shown = thread(world, person, conversation_id)
            assert bodies(shown) == ["One", "Two"]
            assert shown.barrier is None
        assert [message.is_own for message in thread(world, student, conversation_id).messages] == [
            True,
            False,
        ]

    def test_nobody_else_learns_that_it_exists(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        strangers = [
            world.student("Other Student"),
            world.new_instructor("Other Instructor"),
            world.guardian_of(world.student("Other Child")),
        ]

        for person in strangers:
            for attempt in (
                lambda who: thread(world, who, conversation_id),
                lambda who: send(world, who, conversation_id),
                lambda who: read(world, who, conversation_id, 1),
                lambda who: world.platform.run(
                    conversations.block, acting(who), conversation_id=conversation_id, blocked=True
                ),
                lambda who: world.platform.run(
                    conversations.close, acting(who), conversation_id=conversation_id, closed=True
                ),
            ):
                with pytest.raises(NotFound):
                    attempt(person)
            assert not inbox(world, person).rows
        with pytest.raises(Unauthenticated):
            world.platform.read(queries.inbox, Actor.anonymous())

    def test_a_guardian_reads_and_writes_for_a_child_without_an_account(self, world: World) -> None:
        child = world.student("Lina Guard", email=None)
        guardian = world.guardian_of(child)
        placed = world.book(guardian, world.offering(), at(3, 10), student_id=child.id)
        conversation_id = conversation_of(world, guardian, placed)
        send(world, guardian, conversation_id, "She will be late.")
        send(world, world.instructor, conversation_id, "No problem.")

        assert bodies(thread(world, guardian, conversation_id)) == ["She will be late.", "No problem."]
        assert inbox(world, guardian).unread == 1
        told = {mail.to_address for mail in world.mails("message-received")}
        assert told == {guardian.email, world.instructor.email}

    def test_a_guardian_without_the_right_to_view_sees_nothing(self, world: World, student: Person) -> None:
        guardian = world.guardian_of()
        world.add(GuardianLink(guardian_id=guardian.id, child_id=student.id, can_view=False))
        conversation_id = talk(world, student)

        assert not inbox(world, guardian).rows
        with pytest.raises(NotFound):
            thread(world, guardian, conversation_id)

    def test_staff_read_with_a_trace_and_do_not_write(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        staff = world.person("Asha Assistant", Role.ASSISTANT)
        world.platform.run(conversations.oversee, acting(staff), conversation_id=conversation_id)

        shown = thread(world, staff, conversation_id)
        assert shown.barrier is Barrier.NOT_YOURS
        with pytest.raises(NotAllowed):
            send(world, staff, conversation_id)
        with pytest.raises(NotAllowed):
            world.platform.run(conversations.oversee, acting(student), conversation_id=conversation_id)
        traces = world.platform.read(
            lambda work: work.db.exec(
                select(AuditEntry.actor_id).where(col(AuditEntry.action) == "conversation.read")
            ).all(),
            Actor.system(),
        )
        assert traces == [staff.id]


class TestGroups:
    def test_the_instructor_writes_to_all_and_others_answer_only_where_invited(self, world: World) -> None:
        offering = world.offering(session_type=SessionType.GROUP, capacity=4)
        noah, mira = world.student(), world.student("Mira Berger")
        placed = world.book(noah, offering, at(3, 10))
        world.book(mira, offering, at(3, 10))
        conversation_id = conversation_of(world, noah, placed)
        send(world, world.instructor, conversation_id, "Bring paper.")

        assert thread(world, noah, conversation_id).barrier is Barrier.NO_REPLIES
        with pytest.raises(NotAllowed):
            send(world, noah, conversation_id)

        world.platform.run(
            conversations.allow_replies,
            acting(world.instructor),
            conversation_id=conversation_id,
            allowed=True,
        )
        send(world, noah, conversation_id, "Which kind?")
        names = {one.body: one.author_name for one in thread(world, mira, conversation_id).messages}
        assert names == {"Bring paper.": "Ada Lindqvist", "Which kind?": ""}
        assert not {one.author_id for one in thread(world, mira, conversation_id).messages} & {noah.id}
        shown = thread(world, world.instructor, conversation_id).messages
        assert [one.author_name for one in shown] == ["Ada Lindqvist", "Noah Berger"]

    def test_who_leaves_the_group_leaves_its_conversation(self, world: World, student: Person) -> None:
        offering = world.offering(session_type=SessionType.GROUP, capacity=4)
        placed = world.book(student, offering, at(3, 10))
        conversation_id = conversation_of(world, student, placed)
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="")

        assert not inbox(world, student).rows
        with pytest.raises(NotFound):
            thread(world, student, conversation_id)

    def test_nobody_blocks_a_group(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(session_type=SessionType.GROUP, capacity=4), at(3, 10))
        with pytest.raises(NotAllowed):
            world.platform.run(
                conversations.block,
                acting(student),
                conversation_id=conversation_of(world, student, placed),
                blocked=True,
            )


class TestSending:
    def test_the_same_key_sends_once(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        first = send(world, student, conversation_id, "Once", key="same")
        assert send(world, student, conversation_id, "Once", key="same") == first
        assert bodies(thread(world, student, conversation_id)) == ["Once"]

    @pytest.mark.parametrize("body", ["", "  \n ", "\x00\u202e", "x" * (conversations.MESSAGE_LENGTH + 1)])
    def test_nothing_and_too_much_are_refused_at_the_field(
        self, world: World, student: Person, body: str
    ) -> None:
        conversation_id = talk(world, student)
        with pytest.raises(InvalidInput) as refused:
            send(world, student, conversation_id, body)
        assert refused.value.field == "body"
        assert not thread(world, student, conversation_id).messages

    @pytest.mark.parametrize(
        "text", ["<script>alert(1)</script>", "'; DROP TABLE message; --", "{{7*7}} %s 日本 👩‍👩‍👧"]
    )
    def test_hostile_text_is_kept_as_it_was_written(self, world: World, student: Person, text: str) -> None:
        conversation_id = talk(world, student)
        send(world, student, conversation_id, text)
        assert bodies(thread(world, world.instructor, conversation_id)) == [text]

    def test_nobody_floods_a_conversation(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        world.platform = replace(world.platform, limiter=ClockedLimiter(world.clock))
        for _ in range(30):
            send(world, student, conversation_id)
        with pytest.raises(RateLimited):
            send(world, student, conversation_id)
        send(world, world.instructor, conversation_id)
        world.clock.advance(minutes=1)
        send(world, student, conversation_id)

    def test_a_block_stops_both_and_only_who_blocked_lifts_it(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)

        def block(person: Person, *, blocked: bool) -> None:
            world.platform.run(
                conversations.block, acting(person), conversation_id=conversation_id, blocked=blocked
            )

        block(student, blocked=True)
        assert thread(world, student, conversation_id).barrier is Barrier.BLOCKED_BY_YOU
        assert thread(world, world.instructor, conversation_id).barrier is Barrier.BLOCKED
        for person in (student, world.instructor):
            with pytest.raises(NotAllowed):
                send(world, person, conversation_id)

        block(world.instructor, blocked=False)
        assert thread(world, world.instructor, conversation_id).barrier is Barrier.BLOCKED
        block(student, blocked=False)
        send(world, world.instructor, conversation_id)

    def test_staff_close_it_and_open_it_again(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        staff = world.person("Asha Assistant", Role.ASSISTANT)

        def close(person: Person, *, closed: bool) -> None:
            world.platform.run(
                conversations.close, acting(person), conversation_id=conversation_id, closed=closed
            )

        with pytest.raises(NotAllowed):
            close(student, closed=True)
        close(staff, closed=True)
        assert thread(world, student, conversation_id).barrier is Barrier.CLOSED
        with pytest.raises(NotAllowed):
            send(world, student, conversation_id)
        close(staff, closed=False)
        send(world, student, conversation_id)


class TestReading:
    def test_what_others_wrote_is_unread_until_it_is_read(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        send(world, student, conversation_id)
        last = [send(world, world.instructor, conversation_id) for _ in range(3)][-1]
        assert [row.unread for row in inbox(world, student).rows] == [3]
        assert inbox(world, world.instructor).unread == 0  # who answers has read

        read(world, student, conversation_id, last - 1)
        assert inbox(world, student).unread == 1
        read(world, student, conversation_id, last - 2)
        assert inbox(world, student).unread == 1  # it never goes back
        read(world, student, conversation_id, 10**9)
        assert inbox(world, student).unread == 0
        send(world, world.instructor, conversation_id)
        assert inbox(world, student).unread == 1  # nothing that is still to come was read

    def test_older_messages_come_a_page_at_a_time(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        for number in range(7):
            send(world, student, conversation_id, str(number))

        shown = thread(world, student, conversation_id, limit=3)
        assert (bodies(shown), shown.has_older) == (["4", "5", "6"], True)
        shown = thread(world, student, conversation_id, limit=7)
        assert (bodies(shown), shown.has_older) == ([str(number) for number in range(7)], False)

    def test_the_newest_conversation_stands_first(self, world: World) -> None:
        first, second = world.student("First Student"), world.student("Second Student")
        talks = [talk(world, first, 3), talk(world, second, 4)]
        world.clock.advance(minutes=1)
        send(world, first, talks[0])

        assert [row.id for row in inbox(world, world.instructor).rows] == talks
        world.clock.advance(minutes=1)
        send(world, second, talks[1])
        assert [row.id for row in inbox(world, world.instructor).rows] == talks[::-1]
        shown = inbox(world, world.instructor, limit=1)
        assert (len(shown.rows), shown.has_more) == (1, True)

    @pytest.mark.parametrize("size", [1, 6])
    def test_the_list_and_a_thread_take_a_fixed_number_of_statements(self, world: World, size: int) -> None:
        talks = []
        for number in range(size):
            student = world.student(f"Student {number}")
            talks.append(talk(world, student, 3 + number))
            for _ in range(size):
                send(world, student, talks[-1])

        with counted(world.platform.engine) as statements:
            inbox(world, world.instructor)
        assert len(statements) == 3
        with counted(world.platform.engine) as statements:
            thread(world, world.instructor, talks[0])
        assert len(statements) == 5


class TestMail:
    def due(self, world: World) -> list[str]:
        outbox.deliver_due(world.platform)
        return [mail.to_address for mail in world.mails("message-received") if mail.state is OutboxState.SENT]

    def test_what_nobody_read_is_told_once_after_a_while_whatever_it_was(
        self, world: World, student: Person
    ) -> None:
        conversation_id = talk(world, student)
        for text in ("One", "Two", "Three", "Four"):
            send(world, student, conversation_id, text)
        assert self.due(world) == []

        world.clock.advance(seconds=MAIL_AFTER.total_seconds() + 1)
        send(world, student, conversation_id, "Five")
        assert self.due(world) == [world.instructor.email]
        [mail] = world.mails("message-received")
        assert (mail.facts["count"], mail.facts["texts"]) == (5, ["Three", "Four", "Five"])
        world.clock.advance(hours=1)
        send(world, student, conversation_id, "Six")
        world.clock.advance(hours=1)
        assert len(self.due(world)) == 1

    def test_what_was_read_meanwhile_is_not_told(self, world: World, student: Person) -> None:
        conversation_id = talk(world, student)
        read(world, world.instructor, conversation_id, send(world, student, conversation_id))
        world.clock.advance(minutes=2)
        send(world, student, conversation_id, "Later")

        world.clock.advance(minutes=4)
        assert self.due(world) == []
        world.clock.advance(minutes=2)
        assert self.due(world) == [world.instructor.email]
        states = [mail.state for mail in world.mails("message-received")]
        assert states == [OutboxState.STALE, OutboxState.SENT]

    def test_who_left_the_group_is_not_told(self, world: World, student: Person) -> None:
        placed = world.book(student, world.offering(session_type=SessionType.GROUP, capacity=4), at(3, 10))
        send(world, world.instructor, conversation_of(world, student, placed))
        world.platform.run(cancellations.cancel, acting(student), booking_id=placed.booking.id, reason="")
        world.clock.advance(hours=1)
        assert self.due(world) == []


def test_a_message_is_stored_once_even_without_the_lock(world: World, student: Person) -> None:
    conversation_id = talk(world, student)
    one = {
        "conversation_id": conversation_id,
        "author_id": student.id,
        "body": "x",
        "client_key": "k",
        "created_at": world.clock.now() + timedelta(0),
    }
    world.add(Message(**one))
    with pytest.raises(Exception, match=r"uq_message_sent_once|UNIQUE constraint failed"):
        world.add(Message(**one))
