"""A Jitsi server on this machine that lets in whom a real one lets in, and says who is there.

Its verdicts are those of a prosody 0.12 with Jitsi's token verification: ``aud`` must be one plain string, issuer,
subject and room must be exactly right, both ends of the validity are checked where they are given, and only the
agreed algorithm and, for RS256, a known key id are taken. What a real server forgives (no ``exp``, a room "*") is
refused here too, because we must never send it.
"""

from __future__ import annotations

import html
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt


@dataclass(frozen=True)
class Admission:
    """Who was let in, where."""

    room: str
    person_id: str
    name: str
    is_moderator: bool


@dataclass
class JitsiServer:
    """``domain`` is what ``JITSI_DOMAIN`` must say. Without an app id it checks nothing, as meet.jit.si."""

    app_id: str = ""
    secret: str = ""
    public_keys: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    is_jaas: bool = False
    admissions: list[Admission] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __enter__(self) -> JitsiServer:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = server.answer(self.path)
                content = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def domain(self) -> str:
        return f"localhost:{self._http.server_port}"

    def forget(self) -> None:
        """Know nothing of whom it let in or refused so far."""
        self.admissions.clear()
        self.refusals.clear()

    def verdict(self, room: str, token: str) -> Admission | str:
        """Who comes in with the token, or why nobody does."""
        if not self.app_id:
            return Admission(room, "", "", is_moderator=False)
        if not token:
            return "no token"
        try:
            header = jwt.get_unverified_header(token)
            key, algorithm = self.secret, "HS256"
            if self.public_keys:
                key, algorithm = self.public_keys.get(header.get("kid", ""), ""), "RS256"
            if header["alg"] != algorithm or not key:
                return "another algorithm or an unknown key"
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience="jitsi",
                issuer="chat" if self.is_jaas else self.app_id,
                options={"require": ["aud", "iss", "sub", "room", "exp", "nbf"], "strict_aud": True},
            )
        except jwt.InvalidTokenError as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        expected = self.app_id if self.is_jaas else self.subject or self.domain
        if claims["sub"] != expected or claims["room"] != room.lower():
            return "Room and token mismatched"
        user = claims["context"]["user"]
        if any(not isinstance(value, str) for value in user.values()):
            return "a value of the user is no text"
        return Admission(room, user["id"], user["name"], user["moderator"] == "true")

    def answer(self, path: str) -> tuple[int, str]:
        """The page behind an address, as a browser gets it."""
        parts = urlsplit(path)
        names = [name for name in parts.path.split("/") if name]
        if not names or names == ["favicon.ico"]:
            return 200, ""
        token = parse_qs(parts.query).get("jwt", [""])[0]
        verdict = self.verdict(names[-1], token)
        if isinstance(verdict, str):
            self.refusals.append(verdict)
            return 200, f"<title>Refused</title><p>Refused: {html.escape(verdict)}</p>"
        self.admissions.append(verdict)
        part = "moderator" if verdict.is_moderator else "participant"
        return 200, (
            f"<html lang=en><title>Video</title><body style='background:#111;color:#eee'>"
            f"<p>In {verdict.room} as {html.escape(verdict.name)}, {part}</p>"
        )
