"""The booking page as people meet it: steps over the real socket, memory, and the time until it can be used.

A step is choosing another day: the page tells its new address, and what is drawn for it comes back. One client takes
step after step; a hundred, each somebody else, take one every three seconds, as people read before they choose. The
reference is an event that a bare socket.io server sends back, on the same server, in the same run. Memory is what the
server's processes grow by while the clients come, each with a page loaded.

"Can be used" is a cold visit in Chromium with the processor slowed four times: from the click on the link until the
first day of the month can be pressed.

    python -m benchmarks.screens
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import httpx
from simple_websocket import AioClient

from benchmarks import bare
from benchmarks.endpoints import bookable, running
from benchmarks.report import ms, table, verdict
from sessions_app.frontend import build_if_needed
from sessions_app.settings import parse_settings
from tests.infra import browser
from tests.infra.served import ServedApp

CROWD = 100
STEPS_ALONE = 600
STEPS_IN_CROWD = 5
READING_SECONDS = 3.0
VISITS = 5
SLOWDOWN = 4
TARGET_ALONE_MS = 15.0
TARGET_CROWD_MS = 100.0
TARGET_CLIENT_KB = 400.0
TARGET_USABLE_MS = 1500.0

_ROOT = "reflex___state____state"
_HYDRATE = f"{_ROOT}.hydrate_and_load"
_MOVE = f"{_ROOT}.reflex___state____on_load_internal_state.on_load_internal"
_DRAWN = "book____book_state"
_SETTLED = '"is_hydrated_rx_state_":true'
_WATCH = """
const look = () => {
    if (document.querySelector('main table button:not([aria-disabled="true"])')) window.usableAt = performance.now();
    else requestAnimationFrame(look);
};
look();
"""


@dataclass(frozen=True)
class Figures:
    """Milliseconds, and kilobytes a connected client."""

    echo_alone: float
    alone: float
    echo_crowd: float
    crowd: float
    client_kb: float
    usable: float


def main() -> int:
    """Measure and print; 1 when a target is missed."""
    build_if_needed(parse_settings())
    with tempfile.TemporaryDirectory() as folder, bare.served(Path(folder)) as port:
        echo_alone, echo_crowd = asyncio.run(_echoes(f"ws://localhost:{port}"))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as app:
        offering = bookable(f"sqlite:///{app.data_dir / 'sessions.db'}")
        page = f"/book/{offering.instructor_id}?offering={offering.id}"
        usable = _usable(f"{app.url}{page}")
        alone, crowd, client_kb = asyncio.run(_steps(app, page))
    figures = Figures(echo_alone, alone, echo_crowd, crowd, client_kb, usable)
    rows = [
        ("a step, 1 client, p95", figures.alone, TARGET_ALONE_MS, figures.echo_alone),
        (f"a step, {CROWD} clients, p95", figures.crowd, TARGET_CROWD_MS, figures.echo_crowd),
        (f"can be used, {SLOWDOWN} × slower, median", figures.usable, TARGET_USABLE_MS, None),
    ]
    table(
        "The booking page (SQLite, 1 worker)",
        ["", "measured", "target", "bare echo", "ratio", ""],
        [
            [
                name,
                ms(measured),
                f"≤ {target:,.0f} ms",
                "–" if reference is None else ms(reference),
                "–" if reference is None else f"{measured / reference:,.0f} ×",
                verdict(is_met=measured <= target),
            ]
            for name, measured, target, reference in rows
        ]
        + [
            [
                "memory a connected client",
                f"{figures.client_kb:,.0f} kB",
                f"≤ {TARGET_CLIENT_KB:,.0f} kB",
                "–",
                "–",
                verdict(is_met=figures.client_kb <= TARGET_CLIENT_KB),
            ]
        ],
    )
    is_met = all(measured <= target for _, measured, target, _ in rows)
    return 0 if is_met and figures.client_kb <= TARGET_CLIENT_KB else 1


class Tab:
    """One connection to a server's event socket."""

    def __init__(self, socket: AioClient, token: str) -> None:
        self._socket = socket
        self._token = token

    @classmethod
    async def opened(cls, address: str, *, origin: str = "", cookie: str = "") -> Tab:
        """Connect as a page of ``origin`` would."""
        token = secrets.token_hex(16)
        headers = {name: value for name, value in {"Origin": origin, "Cookie": cookie}.items() if value}
        socket = await AioClient.connect(
            f"{address}/_event/?EIO=4&transport=websocket&token={token}", headers=headers
        )
        tab = cls(socket, token)
        await socket.send("40/_event,")
        await tab.until("40/_event")
        return tab

    async def send(self, event: str, address: str) -> None:
        """Tell the server an event at an address of the booking page."""
        router = {"pathname": "/book/[instructor_id]", "asPath": address, "query": {}}
        packet = {"name": event, "payload": {}, "token": self._token, "router_data": router}
        await self._socket.send(f"42/_event,{json.dumps(['event', packet])}")

    async def until(self, *parts: str) -> None:
        """Wait for one message after the other that holds each of these."""
        for part in parts:
            while part not in (message := await asyncio.wait_for(self._socket.receive(), 30)):
                if message == "2":
                    await self._socket.send("3")

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()


async def _echoes(address: str) -> tuple[float, float]:
    """The p95 of an echo with one client, and with a crowd that sends as often as ours."""

    async def echo(tab: Tab, number: int) -> float:
        began = perf_counter()
        await tab.send("echo", f"/{number}")
        await tab.until("echo")
        return (perf_counter() - began) * 1000

    alone = await Tab.opened(address)
    one = [await echo(alone, number) for number in range(STEPS_ALONE)]
    await alone.close()
    tabs = [await Tab.opened(address) for _ in range(CROWD)]
    many = await _in_crowd(tabs, echo)
    return _p95(one), _p95(many)


async def _steps(app: ServedApp, page: str) -> tuple[float, float, float]:
    """The p95 of a step with one client and with a crowd, and the memory that a client takes."""
    with ThreadPoolExecutor(4) as threads:
        cookies = list(threads.map(_new_person, [app.url] * (CROWD + 1)))
    days = [date.today() + timedelta(days=ahead) for ahead in range(2, 12)]  # noqa: DTZ011 - any day will do

    async def arrive(cookie: str) -> Tab:
        tab = await Tab.opened(app.url.replace("http", "ws", 1), origin=app.url, cookie=cookie)
        await tab.send(_HYDRATE, page)
        await tab.until(_DRAWN, _SETTLED)
        return tab

    async def step(tab: Tab, number: int) -> float:
        began = perf_counter()
        await tab.send(_MOVE, f"{page}&date={days[number % len(days)]}")
        await tab.until(_DRAWN)
        taken = (perf_counter() - began) * 1000
        await tab.until(_SETTLED)
        return taken

    alone = await arrive(cookies[0])
    for number in range(20):
        await step(alone, number)
    one = [await step(alone, number) for number in range(STEPS_ALONE)]
    before = _memory_kb(app)
    tabs = [await arrive(cookie) for cookie in cookies[1:]]
    client_kb = (_memory_kb(app) - before) / CROWD
    many = await _in_crowd(tabs, step)
    return _p95(one), _p95(many), client_kb


async def _in_crowd(tabs: list[Tab], step: Callable[[Tab, int], Any]) -> list[float]:
    """The times of everybody's steps; they begin spread over the seconds of one reading."""

    async def person(tab: Tab, place: int) -> list[float]:
        await asyncio.sleep(READING_SECONDS * place / len(tabs))
        times = []
        for number in range(STEPS_IN_CROWD):
            times.append(await step(tab, place + number))
            await asyncio.sleep(max(0.0, READING_SECONDS - times[-1] / 1000))
        await tab.close()
        return times

    people = await asyncio.gather(*(person(tab, place) for place, tab in enumerate(tabs)))
    return [each for times in people for each in times]


def _new_person(url: str) -> str:
    """The cookie of somebody who just signed up."""
    form = {
        "name": "Some Body",
        "email": f"{secrets.token_hex(8)}@example.org",
        "password": secrets.token_hex(8),
    }
    answer = httpx.post(f"{url}/api/auth/signup", data=form, headers={"origin": url}, timeout=30)
    return f"sid={answer.cookies['sid']}"


def _usable(url: str) -> float:
    """The median of some cold visits on a slow machine, in milliseconds."""
    times = []
    with browser.opened() as chromium:
        for _ in range(VISITS):
            context = browser.new_context(chromium)
            page = context.new_page()
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
            page.add_init_script(_WATCH)
            page.goto(url)
            while (usable_at := page.evaluate("window.usableAt")) is None:
                page.wait_for_timeout(20)
            times.append(float(usable_at))
            context.close()
    return median(times)


def _memory_kb(app: ServedApp) -> int:
    """What the server's processes hold for themselves."""
    return sum(_private_kb(process) for process in app.processes())


def _private_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
