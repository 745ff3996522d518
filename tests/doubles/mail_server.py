"""A mail server that keeps what it is given, so that a test can ask what was sent to whom."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.infra.ports import free_port


@dataclass(frozen=True)
class Delivery:
    """One message as accepted: who it was for on the envelope, and the message itself."""

    to: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject as a reader sees it."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part."""
        return self._part("plain").replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html").replace("\r\n", "\n")

    @property
    def calendar(self) -> str:
        """The calendar part with its own line ends; raises AssertionError when there is none."""
        return self._part("calendar")

    def _part(self, subtype: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == f"text/{subtype}":
                return str(part.get_content())
        raise AssertionError(f"{self.subject!r} has no text/{subtype} part")


class MailServer:
    """SMTP on loopback. ``refuse_next`` makes it answer as a busy server would.

    ``answers_after`` seconds pass between taking a message and saying so, in which its sender may die.
    """

    def __init__(self) -> None:
        self._deliveries: list[Delivery] = []
        self._changed = threading.Condition()
        self._refusals: list[str] = []
        self.answers_after = 0.0
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """As ``SMTP_URL`` takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()

    def refuse_next(self, *answers: str) -> None:
        """Answer the next messages with these, such as ``451 try again later``, instead of taking them."""
        self._refusals.extend(answers)

    def all(self) -> list[Delivery]:
        """Everything accepted, in order."""
        with self._changed:
            return list(self._deliveries)

    def sent_to(self, address: str) -> list[Delivery]:
        """What was accepted for ``address``, in order."""
        return [delivery for delivery in self.all() if address in delivery.to]

    def wait_for(
        self,
        address: str,
        *,
        count: int = 1,
        where: Callable[[Delivery], bool] = lambda delivery: True,
        seconds: float = 30,
    ) -> list[Delivery]:
        """The messages to ``address`` that pass ``where``, once there are ``count``; else AssertionError."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [each for each in self._deliveries if address in each.to and where(each)]
                if len(found) >= count:
                    return found
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    subjects = [each.subject for each in self._deliveries if address in each.to]
                    raise AssertionError(f"{count} wanted for {address}, {len(found)} came; all: {subjects}")

    def forget(self) -> None:
        """Drop what was accepted so far."""
        with self._changed:
            self._deliveries.clear()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """What aiosmtpd calls for each message."""
        if self._refusals:
            return self._refusals.pop(0)
        content = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._changed:
            self._deliveries.append(Delivery(tuple(envelope.rcpt_tos), message))
            self._changed.notify_all()
        await asyncio.sleep(self.answers_after)
        return "250 OK"
