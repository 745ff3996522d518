"""Throwing away what has done its service."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from sessions_app.domain.permissions import Actor
from sessions_app.models import IdempotencyRecord, LoginSession, PasswordReset, ProductEvent, RefreshToken
from sessions_app.services.unit_of_work import Platform, UnitOfWork

KEYS_ARE_KEPT = timedelta(hours=24)


def purge(platform: Platform) -> None:
    """Delete answers older than 24 hours, sign-ins and tokens that ended, and product events past retention."""
    platform.run(_purge, Actor.system())


def _purge(work: UnitOfWork) -> None:
    retention = timedelta(days=work.settings.data_retention_days)
    for statement in (
        delete(IdempotencyRecord).where(col(IdempotencyRecord.created_at) < work.now - KEYS_ARE_KEPT),
        delete(LoginSession).where(col(LoginSession.expires_at) < work.now),
        delete(RefreshToken).where(col(RefreshToken.expires_at) < work.now),
        delete(PasswordReset).where(col(PasswordReset.expires_at) < work.now),
        delete(ProductEvent).where(col(ProductEvent.at) < work.now - retention),
    ):
        work.db.execute(statement)
