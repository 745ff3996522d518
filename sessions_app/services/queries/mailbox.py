"""The development mailbox: what went out or waits, rendered as its recipients get it.

Anybody may read it, so it exists in development alone: in production every question is answered with NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from sessions_app.domain.errors import NotFound
from sessions_app.models import OutboxMessage
from sessions_app.models.messages import OutboxState
from sessions_app.services import mail
from sessions_app.services.unit_of_work import UnitOfWork

NEWEST = 100
_LARGEST_ID = 2**31 - 1  # what the column holds; PostgreSQL refuses to compare it with more


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """One message in the list. ``at`` is when it was sent, or queued while it waits."""

    id: int
    to_address: str
    subject: str
    state: OutboxState
    attempts: int
    last_error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """One message whole. ``calendar`` is the text of its calendar part, empty when it has none."""

    entry: MailboxEntry
    html: str
    text: str
    calendar: str


def messages(work: UnitOfWork, *, limit: int = NEWEST) -> tuple[MailboxEntry, ...]:
    """The newest messages first. Raises NotFound in production."""
    _require_development(work)
    newest = select(OutboxMessage).order_by(
        col(OutboxMessage.created_at).desc(), col(OutboxMessage.id).desc()
    )
    return tuple(_entry(work, row) for row in work.db.exec(newest.limit(limit)))


def message(work: UnitOfWork, *, message_id: int) -> OpenedMail:
    """One message, as it was sent or would be now. Raises NotFound, also for one that cannot be rendered."""
    _require_development(work)
    row = work.db.get(OutboxMessage, message_id) if 0 < message_id <= _LARGEST_ID else None
    if row is None:
        raise NotFound
    try:
        rendered = mail.render(row, work.settings, row.sent_at or work.now)
    except (KeyError, ValueError) as broken:
        raise NotFound(f"This message cannot be rendered: {broken}") from broken
    calendar = rendered.calendar.decode().replace("\r\n", "\n") if rendered.calendar else ""
    return OpenedMail(_entry(work, row), rendered.html, rendered.text, calendar)


def _entry(work: UnitOfWork, row: OutboxMessage) -> MailboxEntry:
    assert row.id is not None  # it was loaded
    try:
        subject = mail.subject_of(row, work.settings, row.sent_at or work.now)
    except (KeyError, ValueError):
        subject = f"{row.kind}: cannot be rendered"
    return MailboxEntry(
        id=row.id,
        to_address=row.to_address,
        subject=subject,
        state=row.state,
        attempts=row.attempts,
        last_error=row.last_error,
        at=row.sent_at or row.created_at,
    )


def _require_development(work: UnitOfWork) -> None:
    if work.settings.is_production:
        raise NotFound
