"""A client of the pages' socket that is not a browser: it says whatever it likes, under whatever name."""

from __future__ import annotations

import json
import socket
import time
import uuid
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from simple_websocket import Client, ConnectionClosed, ConnectionError
from simple_websocket.ws import Base
from wsproto.connection import ConnectionType
from wsproto.events import AcceptConnection, Request

NAMESPACE = "/_event"


def upgrade_status(url: str, *, origin: str, cookie: str = "") -> int:
    """The HTTP status that the server gives to a page of ``origin`` which asks for the socket; 101 is a yes."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    lines = (
        f"GET {NAMESPACE}/?EIO=4&transport=websocket&token={uuid.uuid4()} HTTP/1.1",
        f"Host: {host}:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Origin: {origin}",
        f"Cookie: {cookie}",
    )
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        return int(connection.recv(64).split(b" ")[1])


class Refused(Exception):
    """The server did not accept the connection."""


class _Connection(Client):
    """A ``Client`` that neither waits for ever nor leaves its socket open when the server dies under it."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname, parts.port, f"{parts.path}?{parts.query}"
        self.subprotocols: list[str] = []
        self.extra_headeers = list(headers.items())  # the library's spelling
        connection = socket.create_connection((self.host, self.port), timeout=10)
        try:
            Base.__init__(self, connection, connection_type=ConnectionType.CLIENT)
        except BaseException:
            connection.close()
            raise

    def handshake(self) -> None:
        """Ask for the socket; raise ConnectionError unless the server accepts."""
        asked = Request(host=self.host, target=self.path, extra_headers=self.extra_headeers)
        self.sock.sendall(self.ws.send(asked))
        while (event := next(self.ws.events(), None)) is None:
            received = self.sock.recv(self.receive_bytes)
            if not received:
                raise ConnectionClosed
            self.ws.receive_data(received)
        if not isinstance(event, AcceptConnection):
            raise ConnectionError(getattr(event, "status_code", 400))
        self.sock.settimeout(None)
        self.connected = True


class RawSocket:
    """One connection for one tab ``token``, with any cookie and origin.

    Raises ``Refused`` when it is not accepted.
    """

    def __init__(
        self, url: str, *, token: str | None = None, cookie: str = "", origin: str | None = None
    ) -> None:
        self.token = token or str(uuid.uuid4())
        headers = {"Origin": url if origin is None else origin, "Cookie": cookie}
        address = url.replace("http", "ws", 1)
        try:
            self._socket = _Connection(
                f"{address}{NAMESPACE}/?EIO=4&transport=websocket&token={self.token}",
                {name: value for name, value in headers.items() if value},
            )
            self._socket.send(f"40{NAMESPACE},")
            self._wait_for(f"40{NAMESPACE}")
        except (ConnectionError, ConnectionClosed) as refused:
            raise Refused(str(refused)) from refused

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, event: str, *, path: str = "/", until: str | None = None, **payload: Any) -> str:
        """Send an event by name and return all that comes back, as one text; as ``heard``."""
        self.say(event, path=path, **payload)
        return self.heard(quiet=0.6 if until is None else 5, until=until)

    def say(self, event: str, *, path: str = "/", **payload: Any) -> None:
        """Send an event by name and wait for nothing. The events of a tab are worked off in turn."""
        packet = {
            "name": event,
            "payload": payload,
            "token": self.token,
            "router_data": {"pathname": path, "asPath": path, "query": {}},
        }
        self._socket.send(f"42{NAMESPACE},{json.dumps(['event', packet])}")

    def heard(self, *, quiet: float = 0.6, until: str | None = None) -> str:
        """Everything that arrives until nothing has for ``quiet`` seconds, or a message holds ``until``."""
        messages = []
        ends = time.monotonic() + 15
        while time.monotonic() < ends and (message := self._next(quiet)) is not None:
            messages.append(message)
            if until is not None and until in message:
                break
        return "\n".join(messages)

    def _wait_for(self, beginning: str) -> None:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            message = self._next(1)
            if message is not None and message.startswith(beginning):
                return
            if message is not None and message.startswith("44"):
                raise Refused(message)
        raise Refused("no answer")

    def _next(self, seconds: float) -> str | None:
        while True:
            message = self._socket.receive(timeout=seconds)
            if message == "2":
                self._socket.send("3")
                continue
            return None if message is None else str(message)
