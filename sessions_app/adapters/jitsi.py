"""Jitsi rooms: a name nobody can guess and, where the server checks them, a signed token for each participant.

Three kinds of server: one that checks nothing (meet.jit.si: the name is the only protection), one with prosody's
token verification (HS256 by a shared secret, or RS256 with a key id), and JaaS (8x8), which is RS256 with its own
issuer, subject and address. What each accepts is written down in the tests' double: ``aud`` is one plain string, the
room is exact and lower-case, an end is always set, and every value in ``context`` is a string.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sessions_app.domain.ports import Entrance, Guest, Protection, VideoKind

VALID_AFTER_END: Final = timedelta(minutes=30)
"""How long after the session's end a token still lets somebody back in."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """What tokens are signed with: ``secret`` for HS256, or ``private_key`` (PEM) with ``key_id`` for RS256.

    Raises ValueError for a key that is not an RSA key in PEM.
    """

    app_id: str
    secret: str = ""
    private_key: str = ""
    key_id: str = ""

    def __post_init__(self) -> None:
        if self.private_key:
            load_pem_private_key(self._pem.encode(), password=None)

    @property
    def is_jaas(self) -> bool:
        """Whether it belongs to 8x8's service, whose key ids begin with the app's."""
        return self.key_id.startswith(f"{self.app_id}/")

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a signed token."""
        if self.private_key:
            return jwt.encode(claims, self._pem, algorithm="RS256", headers={"kid": self.key_id})
        return jwt.encode(claims, self.secret, algorithm="HS256")

    @property
    def _pem(self) -> str:
        # An environment variable often holds the line breaks of a key as \n.
        return self.private_key.replace("\\n", "\n")


class JitsiProvider:
    """Rooms on one Jitsi server. ``origin`` is its address, ``subject`` what its tokens are about."""

    kind = VideoKind.JITSI

    def __init__(
        self, *, origin: str, subject: str, key: TokenKey | None, can_record: bool, language: str = "en"
    ) -> None:
        self._origin = origin.rstrip("/")
        self._subject = subject
        self._key = key
        self._language = language
        self.protection = Protection.NAME if key is None else Protection.TOKEN
        self.can_record = can_record

    def new_room(self) -> str:
        """128 random bits; lower-case, since the server lowers names before it compares them."""
        return f"s-{secrets.token_hex(16)}"

    def entrance(self, room: str, guest: Guest) -> Entrance:
        """An address for a browser tab and for a frame; with a token where the server checks them."""
        token = "" if self._key is None else self._key.sign(self._claims(self._key, room, guest))
        is_jaas = self._key is not None and self._key.is_jaas
        tenant = f"{self._key.app_id}/" if self._key is not None and is_jaas else ""
        query = f"?{urlencode({'jwt': token})}" if token else ""
        url = f"{self._origin}/{tenant}{room}{query}"
        return Entrance(
            room=room,
            url=url,
            frame_url=f"{url}#{self._options(guest)}",
            token=token,
        )

    def _claims(self, key: TokenKey, room: str, guest: Guest) -> dict[str, Any]:
        moderator = "true" if guest.is_host else "false"
        records = "true" if guest.is_host and guest.may_record else "false"
        return {
            "aud": "jitsi",
            "iss": "chat" if key.is_jaas else key.app_id,
            "sub": key.app_id if key.is_jaas else self._subject,
            "room": room,
            "nbf": int(guest.opens_at.timestamp()),
            "exp": int((guest.closes_at + VALID_AFTER_END).timestamp()),
            "context": {
                "user": {
                    "id": guest.person_id,
                    "name": guest.name,
                    "email": guest.email,
                    "avatar": "",
                    "moderator": moderator,
                    "affiliation": "owner" if guest.is_host else "member",
                },
                "features": {
                    "recording": records,
                    "livestreaming": "false",
                    "transcription": "false",
                    "outbound-call": "false",
                },
            },
        }

    def _options(self, guest: Guest) -> str:
        # Jitsi reads the page's settings from the fragment, each value as JSON. Our page has been the waiting room.
        options: dict[str, Any] = {
            "config.prejoinConfig.enabled": False,
            "config.disableDeepLinking": True,
            "config.defaultLanguage": self._language,
            "userInfo.displayName": guest.name,
        }
        return "&".join(f"{name}={quote(json.dumps(value))}" for name, value in options.items())
