"""Starts the product: ``python -m sessions_app.serve``, which is what ``make run`` calls.

Builds the pages when something they are made of changed, then serves page, API and socket on one port with granian,
which starts a new worker when one dies. When workers die faster than that and granian gives up, it is started again.
Says what it does while it does it, and the address once that answers.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from types import FrameType

from sessions_app.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from sessions_app.frontend import PROJECT, BuildFailed, build_if_needed, needs_build
from sessions_app.settings import Settings, load_settings

START_SECONDS = 90
STOP_SECONDS = 8
PAUSE_SECONDS = 1
GAVE_UP = 1
"""granian's exit code when a worker died within seconds of its start: it takes that for one that cannot run."""

# Serve the pages already built, in the process that answers the API (Reflex 0.10.1, internal names).
SERVER_ENVIRONMENT = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
    "REFLEX_CHECK_LATEST_VERSION": "false",
}


def server_command(*, host: str, port: int, workers: int) -> list[str]:
    """The granian call that serves the built app."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"),
        "sessions_app.sessions_app:served",
    ]


class Server:
    """granian with its workers, what they print passed on to standard error."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lost_a_worker = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            server_command(host=settings.host, port=settings.port, workers=settings.workers),
            cwd=PROJECT,
            env={**os.environ, **SERVER_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._pass_on, daemon=True).start()

    def wait_until_up(self, *, seconds: float = START_SECONDS) -> bool:
        """Whether it answered within ``seconds``; False at once when a worker died instead.

        granian would start that worker again for ever, and print the same reason each time.
        """
        url = f"http://{_reachable(self._settings.host)}:{self._settings.port}/ping"
        deadline = time.monotonic() + seconds
        while (
            time.monotonic() < deadline and self._process.poll() is None and not self._lost_a_worker.is_set()
        ):
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    return bool(answer.status == 200)
            except OSError:
                time.sleep(0.1)
        return False

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End it and its workers, politely first."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _pass_on(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            if b"Unexpected exit from worker" in line:
                self._lost_a_worker.set()


def main() -> int:
    """Run until told to stop; 0 after Ctrl-C, 1 when something could not be done, with the reason printed."""
    settings = load_settings()
    if not _is_free(settings.host, settings.port):
        _complain(
            f"Port {settings.port} is taken. Stop what listens there, or choose another: PORT=8001 make run"
        )
        return 1
    if needs_build(settings):
        _say("Building the pages (about a minute the first time, less later)")
        try:
            seconds = build_if_needed(settings)
        except BuildFailed as error:
            _complain(str(error))
            return 1
        _say(f"Built the pages in {seconds or 0:.0f} s")
    else:
        _say("The pages are built already")
    _say("Bringing the database up to date and starting the server")
    # A shell that starts us in the background has Ctrl-C ignored; whoever sends it to us by hand means it.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _interrupt)
    server = Server(settings)
    try:
        if not server.wait_until_up():
            server.stop()
            _complain("The server did not start; the reason stands above.")
            return 1
        _announce(settings)
        while (code := server.wait()) == GAVE_UP:
            _say("Workers died one after the other: starting the server again")
            time.sleep(PAUSE_SECONDS)
            server = Server(settings)
        return code
    except KeyboardInterrupt:
        _say("Stopping")
        return 0
    finally:
        server.stop()


def _announce(settings: Settings) -> None:
    lines = ["", f"  {settings.app_name} is running: http://localhost:{settings.port}"]
    if settings.app_url:
        lines.append(f"  Public address: {settings.public_url}")
    if settings.loads_demo_data:
        lines += ["", f"  Demo accounts, all with the password {DEMO_PASSWORD}"]
        lines += [f"    {account.email:<24} {account.shows}" for account in DEMO_ACCOUNTS]
    lines += ["", "  Stop with Ctrl-C.", ""]
    _say("\n".join(lines), mark="")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _reachable(host: str) -> str:
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - an address to translate, not to bind
    return everywhere.get(host, f"[{host}]" if ":" in host else host)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(message: str, *, mark: str = "· ") -> None:
    sys.stdout.write(f"{mark}{message}\n")
    sys.stdout.flush()


def _complain(message: str) -> None:
    sys.stderr.write(f"\n{message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
