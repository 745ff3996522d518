"""An outbox message becomes a ``Mail``: letter, layout, calendar part, headers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sessions_app.domain.plain_text import one_line
from sessions_app.domain.ports import Mail
from sessions_app.services import calendar_files
from sessions_app.services.calendar_files import Attendee, Method
from sessions_app.services.mail import palette
from sessions_app.services.mail.facts import SessionFacts
from sessions_app.services.mail.letters import Letter, reset_letter, session_letter, unread_letter
from sessions_app.services.notifications import NotificationKind
from sessions_app.settings import Settings


class Renderable(Protocol):
    """What rendering reads of an outbox message."""

    @property
    def dedupe_key(self) -> str:
        """Unique to the message; gives the Message-ID."""
        ...

    @property
    def kind(self) -> str:
        """A word of ``NotificationKind``."""
        ...

    @property
    def to_address(self) -> str:
        """Where the mail goes."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What ``notifications`` froze."""
        ...


def render(message: Renderable, settings: Settings, now: datetime) -> Mail:
    """Word and lay out one message as it is sent at ``now``.

    Raises KeyError or ValueError when its facts are not those that ``notifications`` writes.
    """
    kind = NotificationKind(message.kind)
    facts = None if kind in _ABOUT_NO_SESSION else SessionFacts.of(kind, message.facts)
    letter = _letter(message, facts, settings, now)
    context = {"letter": letter, "settings": settings, "light": palette.LIGHT, "dark": palette.DARK}
    return Mail(
        message_id=_message_id(message.dedupe_key, settings),
        to_address=message.to_address,
        to_name=one_line(message.facts["recipient"]["name"]),
        subject=one_line(letter.subject),
        text=_tidy(_templates().get_template("letter.txt").render(context)),
        html=_templates().get_template("letter.html").render(context),
        calendar=None if facts is None else _calendar(facts, message.to_address, settings, now),
        calendar_method=None if facts is None or facts.method is None else facts.method.value,
        reply_to=_reply_to(facts, settings),
        # Tells vacation responders that nobody waits for their answer (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )


def subject_of(message: Renderable, settings: Settings, now: datetime) -> str:
    """The subject that ``render`` gives the message, without the work of laying it out."""
    kind = NotificationKind(message.kind)
    facts = None if kind in _ABOUT_NO_SESSION else SessionFacts.of(kind, message.facts)
    return one_line(_letter(message, facts, settings, now).subject)


_ABOUT_NO_SESSION = {
    NotificationKind.PASSWORD_RESET: reset_letter,
    NotificationKind.MESSAGE_RECEIVED: unread_letter,
}


def _letter(message: Renderable, facts: SessionFacts | None, settings: Settings, now: datetime) -> Letter:
    if facts is not None:
        return session_letter(facts, settings, now)
    return _ABOUT_NO_SESSION[NotificationKind(message.kind)](message.facts, settings)


def _calendar(facts: SessionFacts, address: str, settings: Settings, now: datetime) -> bytes | None:
    attendee = Attendee(address, facts.recipient.name)
    if facts.method is Method.REQUEST:
        return calendar_files.invitation(facts.event, attendee, settings=settings, now=now)
    if facts.method is Method.CANCEL:
        return calendar_files.cancellation(facts.event, attendee, settings=settings, now=now)
    return None


def _reply_to(facts: SessionFacts | None, settings: Settings) -> str:
    # The student's side reaches the instructor by answering; a child may have no address to answer to.
    if facts is None or facts.teaches or not facts.instructor.email:
        return settings.support_email
    return facts.instructor.email


def _message_id(dedupe_key: str, settings: Settings) -> str:
    # The same message sent twice, after a crash, has the same id, so that a careful receiver keeps one.
    digest = hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.public_url).hostname}>"


def _tidy(text: str) -> str:
    """No trailing blanks, at most one blank line in a row, one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
