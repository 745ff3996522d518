"""Tokens of API clients: a short access token that needs no look-up, and a rotating refresh token.

A refresh token works once. When one comes back a second time, somebody has copied it: its whole family, the chain
of tokens that began with one sign-in, ends, and both the thief and the owner must sign in again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from sqlalchemy import update
from sqlmodel import col, select

from sessions_app.domain.errors import Unauthenticated
from sessions_app.domain.permissions import Actor
from sessions_app.models import Person, RefreshToken
from sessions_app.models.base import new_id
from sessions_app.services import accounts, audit
from sessions_app.services.identity import token_hash
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import Settings

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets; ``expires_in`` counts the access token's seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def sign_in(platform: Platform, *, email: str, password: str, address: str) -> TokenPair:
    """Begin an API session. Raises as ``accounts.check_password``."""
    identity = accounts.check_password(platform, email=email, password=password, address=address)
    return platform.run(_begin, identity.actor, person_id=identity.person_id)


def refresh(platform: Platform, *, refresh_token: str) -> TokenPair:
    """Trade a refresh token for a new pair, once. Raises Unauthenticated; a replay ends the whole family."""
    pair = platform.run(_rotate, Actor.anonymous(), token=refresh_token)
    # Raised here, outside the transaction, so that the end of the family is stored.
    if pair is None:
        raise Unauthenticated("This refresh token has been used, has ended or is unknown.")
    return pair


def person_of(settings: Settings, access_token: str, *, now: datetime) -> str:
    """The id of the person an access token was made for. Raises Unauthenticated for any other token."""
    try:
        claims = jwt.decode(
            access_token,
            _key(settings),
            algorithms=[_ALGORITHM],
            audience=_audience(settings),
            issuer=settings.public_url,
            # The time is judged below, by the platform's own clock.
            options={
                "require": ["exp", "iat", "sub", "aud", "iss"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        ends_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError):
        raise Unauthenticated("The access token is not valid.") from None
    if ends_at <= now:
        raise Unauthenticated("The access token has ended.")
    return str(claims["sub"])


def _begin(work: UnitOfWork, *, person_id: str) -> TokenPair:
    audit.record(work, "api_session.started", "person", person_id)
    return _issue(work, person_id=person_id, family_id=new_id("fam"))


def _rotate(work: UnitOfWork, *, token: str) -> TokenPair | None:
    row = work.db.exec(
        select(RefreshToken).where(col(RefreshToken.token_hash) == token_hash(token)).with_for_update()
    ).first()
    if row is None or row.revoked_at is not None or row.expires_at <= work.now:
        return None
    if row.used_at is not None:
        work.db.execute(
            update(RefreshToken)
            .where(col(RefreshToken.family_id) == row.family_id, col(RefreshToken.revoked_at).is_(None))
            .values(revoked_at=work.now)
        )
        audit.record(work, "api_session.replayed", "person", row.person_id)
        return None
    person = work.db.get(Person, row.person_id)
    if person is None or person.deactivated_at is not None:
        return None
    row.used_at = work.now
    return _issue(work, person_id=row.person_id, family_id=row.family_id)


def _issue(work: UnitOfWork, *, person_id: str, family_id: str) -> TokenPair:
    token = secrets.token_urlsafe(32)
    work.db.add(
        RefreshToken(
            family_id=family_id,
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=work.now,
            expires_at=work.now + REFRESH_LIFETIME,
        )
    )
    access_token = jwt.encode(
        {
            "iss": work.settings.public_url,
            "aud": _audience(work.settings),
            "sub": person_id,
            "iat": work.now,
            "exp": work.now + ACCESS_LIFETIME,
        },
        _key(work.settings),
        algorithm=_ALGORITHM,
    )
    return TokenPair(access_token, token, int(ACCESS_LIFETIME.total_seconds()))


def _audience(settings: Settings) -> str:
    return f"{settings.public_url}/api"


def _key(settings: Settings) -> bytes:
    # One secret, several uses: each derives its own key, so that no token of one use is good for another.
    return hashlib.sha256(f"api-access-token:{settings.secret_key}".encode()).digest()
