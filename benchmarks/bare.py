"""The reference of what is served: the same server and libraries with nothing of ours behind them.

``/`` answers a few hundred bytes of JSON from Starlette; an ``event`` on the socket comes back as it went.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import socketio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.infra import guarded
from tests.infra.ports import free_port, wait_until_listening

_SLOTS = [{"id": f"slot_{number}", "start": "2026-12-01T12:00:00Z", "seats_left": 1} for number in range(8)]
_REQUESTS_A_CONNECTION = 50
_sockets = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")


async def _answer(request: Request) -> JSONResponse:
    return JSONResponse({"slots": _SLOTS})


@_sockets.on("event", namespace="/_event")  # type: ignore[untyped-decorator]
async def _echo(sid: str, packet: object) -> None:
    await _sockets.emit("event", packet, to=sid, namespace="/_event")


app = socketio.ASGIApp(_sockets, Starlette(routes=[Route("/", _answer)]), socketio_path="/_event")


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The bare app on granian with one worker; gives its port."""
    port, log = free_port(), folder / "bare.log"
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--log-level", "warning"),
        *("--host", "127.0.0.1", "--port", str(port), "benchmarks.bare:app"),
    ]
    guard: subprocess.Popen[bytes] = guarded.start(command, owner=os.getpid(), log=log)
    try:
        if not wait_until_listening(port):
            raise RuntimeError(f"The reference did not start:\n{log.read_text(errors='replace')}")
        yield port
    finally:
        guarded.stop(guard)


async def requests_per_second(port: int, paths: Iterator[str], *, clients: int, seconds: float) -> float:
    """How many requests a second ``clients`` get answered, each on a connection of its own, one after the other.

    After 50 requests a client takes a new connection: it stays with the worker that accepted it, and eight that stay
    for good may all be with one of two. The reference and the product are asked by the very same clients. Raises
    RuntimeError for an answer but 200.
    """
    loop = asyncio.get_running_loop()
    answered = 0

    async def client() -> None:
        while loop.time() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await ask(reader, writer)
            writer.close()

    async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        for _ in range(_REQUESTS_A_CONNECTION):
            if loop.time() >= until:
                return
            writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            answered += 1

    began = loop.time()
    until = began + seconds
    await asyncio.gather(*(client() for _ in range(clients)))
    return answered / (loop.time() - began)
