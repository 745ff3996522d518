"""Agora's channel and token (AccessToken2, version "007"), computed here; the screen is the operator's own.

The form, all numbers little-endian, a text as its 16-bit length and its bytes:

    "007" + base64(zlib(text(signature) + signed))
    signed    = text(app id), issued at, seconds valid, salt (32 bit each), number of services (16 bit), services
    service   = type (16 bit, 1: RTC), number of privileges (16 bit), each: privilege (16 bit), seconds (32 bit);
                text(channel), text(uid)
    signature = HMAC(HMAC(salt, HMAC(issued at, certificate)), signed), each HMAC-SHA256(key, message)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import zlib
from datetime import timedelta
from typing import Final

from sessions_app.domain.ports import Clock, Entrance, Guest, Protection, VideoKind

VALID_AFTER_END: Final = timedelta(minutes=30)
_VERSION: Final = "007"
_RTC: Final = 1
_JOIN, _PUBLISH_AUDIO, _PUBLISH_VIDEO, _PUBLISH_DATA = 1, 2, 3, 4


class AgoraProvider:
    """Channels of one Agora project."""

    kind = VideoKind.AGORA
    protection = Protection.TOKEN
    can_record = False

    def __init__(self, *, app_id: str, certificate: str, clock: Clock) -> None:
        self._app_id = app_id
        self._certificate = certificate
        self._clock = clock

    def new_room(self) -> str:
        """A channel of 128 random bits; Agora allows 64 bytes."""
        return f"s-{secrets.token_hex(16)}"

    def entrance(self, room: str, guest: Guest) -> Entrance:
        """The channel, the person's number in it, and a token for exactly these two.

        Agora's tokens know no beginning, so whoever asks must be within the opening hours already.
        """
        now = self._clock.now()
        uid = uid_of(guest.person_id)
        token = rtc_token(
            app_id=self._app_id,
            certificate=self._certificate,
            channel=room,
            uid=uid,
            issued_at=int(now.timestamp()),
            seconds=max(60, int((guest.closes_at + VALID_AFTER_END - now).total_seconds())),
            salt=secrets.randbelow(99_999_999) + 1,
        )
        return Entrance(room=room, token=token, uid=uid)


def uid_of(person_id: str) -> int:
    """A person's number, 1 to 2³¹, the same in every channel."""
    digest = hashlib.blake2b(person_id.encode(), digest_size=4).digest()
    return (int.from_bytes(digest, "little") >> 1) + 1


def rtc_token(
    *, app_id: str, certificate: str, channel: str, uid: int, issued_at: int, seconds: int, salt: int
) -> str:
    """A token that lets one number join one channel and speak in it for so many seconds from ``issued_at``."""
    privileges = (_JOIN, _PUBLISH_AUDIO, _PUBLISH_VIDEO, _PUBLISH_DATA)
    service = (
        struct.pack("<HH", _RTC, len(privileges))
        + b"".join(struct.pack("<HI", privilege, seconds) for privilege in privileges)
        + _text(channel.encode())
        + _text(str(uid).encode())
    )
    signed = _text(app_id.encode()) + struct.pack("<IIIH", issued_at, seconds, salt, 1) + service
    signature = _hmac(signing_key(certificate, issued_at=issued_at, salt=salt), signed)
    return _VERSION + base64.b64encode(zlib.compress(_text(signature) + signed)).decode()


def signing_key(certificate: str, *, issued_at: int, salt: int) -> bytes:
    """What a token of that instant and salt is signed with."""
    return _hmac(struct.pack("<I", salt), _hmac(struct.pack("<I", issued_at), certificate.encode()))


def _text(content: bytes) -> bytes:
    return struct.pack("<H", len(content)) + content


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
