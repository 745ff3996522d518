"""No test talks to the outside: whoever tries is told at once, and the test fails even if the error was caught."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

attempts: list[str] = []


class UnexpectedNetwork(AssertionError):
    """Code under test tried to reach something that is not this machine."""


def forbid_outside() -> None:
    """From now on, refuse look-ups and connections of this process that leave loopback. Cannot be undone."""
    sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a socket of this machine
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host and not _is_this_machine(host):
        attempts.append(f"{event} {host}")
        raise UnexpectedNetwork(f"A test tried to reach {host}. Use a double on loopback.")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
