"""Who is asking: the person behind a browser's cookie or an API caller's id.

Answers are kept for five seconds, because every event of every page asks. Within this process a sign-out or a
change of profile forgets them at once; other processes notice when the five seconds are over.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from sessions_app.domain.permissions import Actor, Role
from sessions_app.models import LoginSession, Person
from sessions_app.services.unit_of_work import Platform, UnitOfWork

KEPT_FOR = timedelta(seconds=5)
_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in person, as far as every screen and every call needs to know them."""

    person_id: str
    name: str
    email: str | None
    role: Role
    timezone: str
    hour_cycle: str

    @property
    def actor(self) -> Actor:
        """Who acts when this person does."""
        return Actor(person_id=self.person_id, role=self.role)


def identity_of(person: Person) -> Identity:
    """The person as an identity."""
    return Identity(
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        timezone=person.timezone,
        hour_cycle=person.hour_cycle,
    )


def token_hash(token: str) -> str:
    """What we store of a random token: its SHA-256, so that a stolen database signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def for_cookie(work: UnitOfWork, *, token: str) -> Identity | None:
    """The person signed in with this cookie; None for an unknown, ended or revoked login."""
    statement = (
        select(Person)
        .join(LoginSession, col(LoginSession.person_id) == col(Person.id))
        .where(
            col(LoginSession.token_hash) == token_hash(token),
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > work.now,
            col(Person.deactivated_at).is_(None),
        )
    )
    person = work.db.exec(statement).first()
    return None if person is None else identity_of(person)


def for_person(work: UnitOfWork, *, person_id: str) -> Identity | None:
    """The person with this id; None for an unknown or deactivated one."""
    person = work.db.get(Person, person_id)
    return None if person is None or person.deactivated_at is not None else identity_of(person)


class Identities:
    """The five-second memory of a process. Thread-safe; time comes from the platform's clock."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, Identity | None]] = {}
        self._generation = 0

    def kept_for_cookie(self, token: str) -> tuple[bool, Identity | None]:
        """Whether the answer is at hand, and the answer; never touches the database."""
        return self._look_up(f"cookie:{token_hash(token)}")

    def kept_for_person(self, person_id: str) -> tuple[bool, Identity | None]:
        """As ``kept_for_cookie``, for an API caller."""
        return self._look_up(f"person:{person_id}")

    def for_cookie(self, token: str) -> Identity | None:
        """The person signed in with this cookie, from memory or the database."""
        is_kept, identity = self.kept_for_cookie(token)
        if is_kept:
            return identity
        generation = self._generation
        found = self._platform.read(for_cookie, Actor.anonymous(), token=token)
        return self._keep(f"cookie:{token_hash(token)}", found, generation)

    def for_person(self, person_id: str) -> Identity | None:
        """The person with this id, from memory or the database."""
        is_kept, identity = self.kept_for_person(person_id)
        if is_kept:
            return identity
        generation = self._generation
        found = self._platform.read(for_person, Actor.anonymous(), person_id=person_id)
        return self._keep(f"person:{person_id}", found, generation)

    def forget(self) -> None:
        """Ask the database again from now on; call it after anything that changes who somebody is."""
        with self._lock:
            self._generation += 1
            self._kept.clear()

    def _look_up(self, key: str) -> tuple[bool, Identity | None]:
        kept = self._kept.get(key)
        if kept is None or kept[0] <= self._platform.clock.now():
            return False, None
        return True, kept[1]

    def _keep(self, key: str, identity: Identity | None, generation: int) -> Identity | None:
        with self._lock:
            # What was read before somebody called forget() may be what they wanted forgotten.
            if generation == self._generation:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = (self._platform.clock.now() + KEPT_FOR, identity)
        return identity
