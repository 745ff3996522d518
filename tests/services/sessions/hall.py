"""Given …: a booked session and those who come to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from sessions_app.domain.booking_lifecycle import BookingStatus
from sessions_app.domain.permissions import Actor
from sessions_app.models import LiveSession, Person, SeatOutcome
from sessions_app.services import checkout, sandbox_checkout, sessions
from sessions_app.services.bookings import Placed
from sessions_app.services.sandbox_checkout import Press
from sessions_app.services.sessions import Joined
from tests.services.world import World, acting, at

PRICE = 3200


class Hall:
    """A booked session on 3 December, 10:00 to 11:00, and those who come to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.student = world.student()
        self.placed = world.book(self.student, world.offering(), at(3, 10))

    @property
    def id(self) -> str:
        return self.placed.session.id

    def pay_for(self, student: Person, starts_at: datetime, **facts: Any) -> Placed:
        placed = self.world.book(student, self.world.offering(price_minor=PRICE, **facts), starts_at)
        opened = checkout.open_page(
            self.world.platform, acting(student), booking_id=placed.booking.id, return_url="/"
        )
        token = opened.url.rpartition("/")[2]
        sandbox_checkout.press(self.world.platform, acting(student), token=token, button=Press.PAY)
        self.student, self.placed = student, placed
        return placed

    def at(self, minute: float) -> Hall:
        self.world.clock.set(self.placed.session.starts_at + timedelta(minutes=minute))
        return self

    def join(self, person: Person | None = None, **facts: Any) -> Joined:
        return self.world.platform.run(
            sessions.join, acting(person or self.student), session_id=self.id, **facts
        )

    def leave(self, person: Person | None = None, **facts: Any) -> int:
        return self.world.platform.run(
            sessions.leave, acting(person or self.student), session_id=self.id, **facts
        )

    def start(self) -> None:
        self.world.platform.run(sessions.start, acting(self.world.instructor), session_id=self.id)

    def end(self, **facts: Any) -> list[SeatOutcome]:
        return self.world.platform.run(
            sessions.end, acting(self.world.instructor), session_id=self.id, **facts
        )

    def be_there(self, person: Person, since: int, until: int) -> None:
        """Join at a minute and leave at another."""
        self.at(since).join(person)
        self.at(until).leave(person)

    def status(self, placed: Placed | None = None) -> BookingStatus:
        return self.world.booking((placed or self.placed).booking.id).status

    def outcome(self, placed: Placed | None = None) -> SeatOutcome:
        return read(self.world, SeatOutcome, (placed or self.placed).booking.id)

    def room(self) -> LiveSession:
        return read(self.world, LiveSession, self.id)


def read(world: World, model: Any, key: Any) -> Any:
    return world.platform.read(lambda work: work.db.get(model, key), Actor.system())


def rows(world: World, model: Any) -> list[Any]:
    return world.platform.read(lambda work: list(work.db.exec(select(model))), Actor.system())
