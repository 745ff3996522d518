"""The states of messages and reviews, driven by events as a browser would."""

from __future__ import annotations

from typing import Any

import pytest

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import Booking, Person
from sessions_app.services import conversations, reviews
from sessions_app.services.bookings import Placed
from sessions_app.services.unit_of_work import UnitOfWork
from sessions_app.state.base import AppState
from sessions_app.state.messages import UNKNOWN, MessagesState
from sessions_app.state.profile_reviews import ProfileReviewsState
from sessions_app.state.reviewing import ReviewState
from sessions_app.state.unread import UnreadState
from tests.services.world import World, acting
from tests.state.conftest import Tab, cookie_of


@pytest.fixture
def student(world: World) -> Person:
    return world.student("Noah Berger", zone="Europe/Paris")


@pytest.fixture
def conversation_id(world: World, student: Person, placed: Placed) -> str:
    return world.platform.run(conversations.of_booking, acting(student), booking_id=placed.booking.id)


def visit(tab: Tab, world: World, person: Person, path: str) -> None:
    tab.connect(cookie=cookie_of(world, person), path=path)


def write(world: World, person: Person, conversation_id: str, text: str) -> None:
    world.count += 1
    world.platform.run(
        conversations.send,
        acting(person),
        conversation_id=conversation_id,
        body=text,
        key=f"key{world.count}",
    )


def test_the_address_of_a_booking_leads_to_its_conversation(
    world: World, student: Person, placed: Placed, conversation_id: str, tab: Tab
) -> None:
    visit(tab, world, student, f"/messages?with={placed.booking.id}")
    events = tab.send(MessagesState, "open")
    assert conversation_id in str(events)


def test_a_conversation_of_others_is_unknown(world: World, conversation_id: str, tab: Tab) -> None:
    visit(tab, world, world.student("Other"), f"/messages?with={conversation_id}")
    tab.send(MessagesState, "open")
    state = tab.state(MessagesState)
    assert tab.state(AppState).problem.message == UNKNOWN
    assert (state.thread.id, state.inbox.rows) == ("", ())


def test_a_message_is_sent_and_the_other_side_counts_it(
    world: World, student: Person, conversation_id: str, tab: Tab
) -> None:
    visit(tab, world, student, f"/messages?with={conversation_id}")
    tab.send(MessagesState, "open")
    tab.send(MessagesState, "send", form={"conversation": conversation_id, "body": " See https://a.example "})
    state = tab.state(MessagesState)
    assert state.pending == []
    [message] = state.thread.messages
    assert [(piece.text, piece.href) for piece in message.pieces] == [
        ("See ", ""),
        ("https://a.example", "https://a.example"),
    ]

    other = Tab()
    visit(other, world, world.instructor, "/")
    other.send(UnreadState, "open")
    assert other.state(UnreadState).count == 1
    visit(other, world, world.instructor, f"/messages?with={conversation_id}")
    other.send(MessagesState, "open")
    other.send(MessagesState, "seen", last_id=other.state(MessagesState).thread.last_id)
    other.send(UnreadState, "refresh")
    assert other.state(UnreadState).count == 0


def test_what_did_not_go_stays_and_goes_with_the_next_try(
    world: World, student: Person, conversation_id: str, tab: Tab
) -> None:
    visit(tab, world, student, f"/messages?with={conversation_id}")
    tab.send(MessagesState, "open")
    host = acting(world.instructor)
    world.platform.run(conversations.block, host, conversation_id=conversation_id, blocked=True)
    tab.send(MessagesState, "send", form={"conversation": conversation_id, "body": "Hello"})
    [waiting] = tab.state(MessagesState).pending
    assert waiting.trouble

    world.platform.run(conversations.block, host, conversation_id=conversation_id, blocked=False)
    tab.send(MessagesState, "retry", key=waiting.key)
    state = tab.state(MessagesState)
    assert (state.pending, len(state.thread.messages)) == ([], 1)


@pytest.mark.parametrize(
    "form", [{}, {"body": "x"}, {"conversation": "cnv_x", "body": " "}, {"body": {"a": 1}}]
)
def test_a_broken_form_sends_nothing(
    world: World, student: Person, conversation_id: str, tab: Tab, form: dict[str, Any]
) -> None:
    visit(tab, world, student, f"/messages?with={conversation_id}")
    tab.send(MessagesState, "open")
    tab.send(MessagesState, "send", form=form)
    assert tab.state(MessagesState).thread.messages == ()


def test_staff_decide_about_reported_reviews_beside_the_list(
    world: World, student: Person, placed: Placed, tab: Tab
) -> None:
    completed(world, placed)
    review = world.platform.run(
        reviews.write, acting(student), booking_id=placed.booking.id, rating=1, body="Rude"
    )
    world.platform.run(reviews.report, acting(world.instructor), review_id=review.id, reason="Never met them")
    visit(tab, world, world.person("Asha", Role.ASSISTANT), "/messages")
    tab.send(MessagesState, "open")
    [waiting] = tab.state(MessagesState).reported
    assert (waiting.body, waiting.reasons) == ("Rude", ("Never met them",))
    tab.send(MessagesState, "decide", review_id=review.id, hide=True)
    assert tab.state(MessagesState).reported == []


def completed(world: World, placed: Placed) -> None:
    def end(work: UnitOfWork) -> None:
        work.db.get_one(Booking, placed.booking.id).status = BookingStatus.COMPLETED

    world.platform.run(end, Actor.system())


def test_a_review_is_written_changed_and_answered(
    world: World, student: Person, placed: Placed, tab: Tab
) -> None:
    completed(world, placed)
    visit(tab, world, student, f"/dashboard?tab=past&review={placed.booking.id}")
    tab.send(ReviewState, "open")
    assert tab.state(ReviewState).draft.confirm == "Publish review"
    tab.send(ReviewState, "write", form={"body": "no stars"})
    assert tab.state(AppState).problem.field == "rating"
    tab.send(ReviewState, "write", form={"rating": "5", "body": "Clear"})
    assert tab.state(ReviewState).draft.booking_id == ""
    tab.send(ReviewState, "ask", booking_id=placed.booking.id)
    assert (tab.state(ReviewState).draft.rating, tab.state(ReviewState).draft.body) == (5, "Clear")

    host = Tab()
    visit(host, world, world.instructor, f"/instructors/{world.instructor.id}")
    host.send(ProfileReviewsState, "open_reviews")
    [row] = host.state(ProfileReviewsState).view.rows
    assert (row.author, row.can_answer) == ("Noah B.", True)
    host.send(ProfileReviewsState, "ask", what="answer", review_id=row.id)
    host.send(ProfileReviewsState, "answer", form={"body": "Thank you"})
    assert host.state(ProfileReviewsState).view.rows[0].answer == "Thank you"
