"""Free ports on loopback, and waiting until something listens there."""

from __future__ import annotations

import socket
import time


def free_port() -> int:
    """A port nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something accepts connections on ``port``."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_listening(port: int, *, seconds: float = 20) -> bool:
    """Whether something accepted a connection within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if listens(port):
            return True
        time.sleep(0.02)
    return False
