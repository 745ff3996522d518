"""What the use cases need from the outside world. Adapters fulfil these; tests put doubles behind them.

All calls are plain and synchronous: services run in worker threads. Vendor errors never pass these doors:
an adapter raises ``GatewayUnavailable`` (unknown or later: ask again with the same key) or ``GatewayRefused``
(final: a person must look), and nothing else of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sessions_app.domain.money import Money


class Clock(Protocol):
    """Where the present instant comes from."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` tries in any ``seconds``; ``name`` keeps the counts of different limits apart."""

    name: str
    count: int
    seconds: int


class RateLimiter(Protocol):
    """Counts tries by a key such as an address or a person's id."""

    blocking: bool
    """Whether asking leaves the process, so that it must not be asked on the event loop."""

    def spend(self, limit: Limit, key: str) -> int:
        """Count one try. 0 while it is within the limit, else the whole seconds until one may be again."""
        ...

    def wait(self, limit: Limit, key: str) -> int:
        """The same answer without counting."""
        ...


class GatewayUnavailable(Exception):
    """The gateway did not answer, or asks to come later. Whether the work was done is unknown."""


class GatewayRefused(Exception):
    """The gateway answered no, finally. ``code`` is its word for why."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message or code)


class PageState(StrEnum):
    """Where a hosted payment page stands at the gateway."""

    OPEN = "open"
    PROCESSING = "processing"  # a slow method was chosen; the money comes later or not at all
    AUTHORISED = "authorised"
    PAID = "paid"
    VOIDED = "voided"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What the payer is to be asked for. ``reference`` is our payment's id."""

    reference: str
    booking_id: str
    amount: Money
    description: str
    captures_later: bool
    payer_email: str | None
    return_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class GatewayPayment:
    """A payment as the gateway tells it now. Amounts in the currency's minor units."""

    checkout_id: str
    intent_id: str | None
    reference: str
    state: PageState
    amount: Money
    captured_minor: int
    refunded_minor: int
    url: str
    method_label: str = ""


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A verified event: only its ids are believed, the object is read again."""

    id: str
    type: str
    checkout_id: str | None
    intent_id: str | None


class Payments(Protocol):
    """A payment gateway with hosted pages. Every write takes our idempotency key and may be repeated."""

    name: str

    def open_page(self, request: PageRequest, *, key: str) -> GatewayPayment:
        """Make a payment page; the same key gives the same page."""
        ...

    def read_page(self, checkout_id: str) -> GatewayPayment:
        """The payment behind the page, as it is now."""
        ...

    def close_page(self, checkout_id: str) -> GatewayPayment:
        """Expire an open page, so that it can no longer be paid; the state answered may be paid already."""
        ...

    def capture(self, checkout_id: str, amount: Money, *, key: str) -> GatewayPayment:
        """Take an authorised amount."""
        ...

    def void(self, checkout_id: str, *, key: str) -> GatewayPayment:
        """Release an authorised amount."""
        ...

    def refund(self, checkout_id: str, amount: Money, *, key: str) -> str:
        """Give back a part of what was taken; return the gateway's reference."""
        ...


@dataclass(frozen=True, slots=True)
class Mail:
    """One rendered message to one address. ``calendar`` is an iCalendar file with its METHOD."""

    message_id: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    calendar_method: str | None = None
    reply_to: str | None = None
    headers: Mapping[str, str] | None = None


class MailUnavailable(Exception):
    """The mail could not be handed over now; try again later."""


class MailRefused(Exception):
    """The mail server refused this message for good."""


class Mailer(Protocol):
    """Hands mails to the outside."""

    def send(self, mail: Mail) -> None:
        """Hand over one mail; raise ``MailUnavailable`` (later) or ``MailRefused`` (never)."""
        ...


class VideoKind(StrEnum):
    """The ways to meet online."""

    JITSI = "jitsi"
    LINK = "link"  # the instructor's own address
    AGORA = "agora"


class Protection(StrEnum):
    """What keeps others out of a room."""

    TOKEN = "token"  # noqa: S105 - a word: the provider checks a signed token of each participant
    NAME = "name"  # nobody can guess the room's name
    OWNER = "owner"  # whatever the owner of the address does


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is let in, until when, and as what. Instants are aware UTC. ``may_record`` once everybody consents."""

    person_id: str
    name: str
    email: str
    is_host: bool
    opens_at: datetime
    closes_at: datetime
    may_record: bool = False


@dataclass(frozen=True, slots=True)
class Entrance:
    """One person's way into a room.

    ``url`` is the address to open, empty where the provider has no screen of its own; ``frame_url`` the one to
    embed, empty where it cannot be. ``token`` is theirs alone and never written down; ``uid`` is who they are to a
    provider that counts people.
    """

    room: str
    url: str = ""
    frame_url: str = ""
    token: str = ""
    uid: int = 0


class VideoProvider(Protocol):
    """Rooms to meet in. Nothing here asks the provider: names are made and tokens signed by ourselves."""

    kind: VideoKind
    protection: Protection
    can_record: bool

    def new_room(self) -> str:
        """A name that nobody can guess."""
        ...

    def entrance(self, room: str, guest: Guest) -> Entrance:
        """The guest's way into the room, valid from ``opens_at`` until half an hour after ``closes_at``."""
        ...


JSONObject = dict[str, Any]


class FileStore(Protocol):
    """Keeps the content of files under names that we make up. Raises TemporarilyUnavailable when it cannot."""

    def put(self, name: str, content: bytes) -> None:
        """Store the content, wholly or not at all."""
        ...

    def get(self, name: str) -> bytes | None:
        """The content, or None where there is none."""
        ...

    def delete(self, name: str) -> bool:
        """Forget the content; return whether there was any, True to one of several who ask at once."""
        ...

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """The name of every content that is there, with the instant at which it was stored."""
        ...

    def forget_unfinished(self, *, before: datetime) -> int:
        """Remove what a killed process left half stored before this instant; return how much that was."""
        ...
