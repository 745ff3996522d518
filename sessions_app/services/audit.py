"""The audit trail: who changed what, written in the transaction of the change itself."""

from __future__ import annotations

from typing import Any

from sessions_app.models import AuditEntry
from sessions_app.services.unit_of_work import UnitOfWork


def record(work: UnitOfWork, action: str, subject_type: str, subject_id: str, **details: Any) -> None:
    """Append one entry. ``details`` hold plain JSON values; never a secret, a token or a message's text."""
    work.append(
        AuditEntry,
        at=work.now,
        actor_id=work.actor.person_id,
        actor_role=str(work.actor.role or ("system" if work.actor.is_system else "")),
        on_behalf_of_id=work.actor.on_behalf_of,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        details=details,
    )
