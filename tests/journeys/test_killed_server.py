"""``kill -9`` of the served product while programs book and pay: afterwards each booking is whole, each message sent.

What ``tests/services/test_killed.py`` does at every step of one process, this does at random moments to the process
tree that ``make run`` starts, over HTTP and the pages' socket, with real mail.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from simple_websocket import ConnectionClosed

from sessions_app.adapters.smtp import SmtpMailer
from sessions_app.models import Offering, Person
from sessions_app.models.catalogue import BookingMode
from sessions_app.services import api_tokens, mail
from sessions_app.services.slots import rfc3339
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.doubles.clock import StoppedClock
from tests.doubles.mail_server import MailServer
from tests.infra.platforms import platform_on
from tests.infra.ports import free_port
from tests.infra.raw_socket import RawSocket, Refused
from tests.infra.served import ServedApp
from tests.infra.shared_run import SharedRun
from tests.infra.stampede import overlaps
from tests.services.aftermath import assert_whole, left_to_do, recover
from tests.services.world import World, acting, sign_in

ROOT = "reflex___state____state"
TEST_PAY = (
    f"{ROOT}.sessions_app___state___base____app_state.sessions_app___state___test_pay____test_pay_state"
)
LEASE_SECONDS = 60  # after which what a killed process had begun is taken up by another
KILLS = 30
THE_END = "the end"
THINKS = 0.3  # seconds a program takes at most before a step, so that a kill meets each at another one
JOBS_TAKE = 2.5  # seconds until the last mail is out


class GaveUp(Exception):
    """A program does not want to wait any longer."""


GONE = (httpx.TransportError, OSError, Refused, ConnectionClosed, GaveUp)


@dataclass
class Program:
    """One student's program: books, pays and takes back, step by step. ``done`` steps were answered."""

    url: str
    platform: Platform
    student: Person
    offering: Offering
    start: datetime
    plan: tuple[str, ...]
    done: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def go_on(self) -> None:
        """Do what is left of the plan, until the server is gone. A step without an answer is done again."""
        try:
            with httpx.Client(base_url=self.url, timeout=30) as client:
                while self.done < len(self.plan) and not self.problems:
                    time.sleep(random.uniform(0, THINKS))
                    getattr(self, self.plan[self.done])(client)
                    self.done += 1
        except GONE:
            return

    @property
    def is_at(self) -> str:
        """The step that has had no answer yet."""
        return self.plan[self.done] if self.done < len(self.plan) else THE_END

    def book(self, client: httpx.Client) -> None:
        self.known["booked"] = self._post(
            client,
            "/api/sessions",
            {
                "st_id": self.offering.instructor_id,
                "offering_id": self.offering.id,
                "scheduled_start": rfc3339(self.start),
            },
        )

    def open_page(self, client: httpx.Client) -> None:
        booking_id = self.known["booked"]["booking_id"]
        body = {"booking_id": booking_id, "return_url": "/dashboard"}
        self.known["page"] = self._post(client, "/api/checkout/session", body)

    def pay(self, client: httpx.Client) -> None:
        path = "/test-pay/" + self.known["page"]["url"].rpartition("/")[2]
        with RawSocket(self.url, cookie=f"sid={sign_in(self.platform, self.student)}") as tab:
            tab.send(f"{ROOT}.hydrate_and_load", path=path, until=self.known["page"]["checkout_id"])
            tab.send(f"{TEST_PAY}.press", path=path, button="pay", until="_redirect")

    def confirm(self, client: httpx.Client) -> None:
        self._post(
            client,
            "/api/session-bookings/confirm",
            {
                "booking_id": self.known["booked"]["booking_id"],
                "stripe_session_id": self.known["page"]["checkout_id"],
            },
        )

    def accept(self, client: httpx.Client) -> None:
        answer = client.patch(
            f"/api/sessions/{self.known['booked']['session_id']}/status",
            json={"status": "accepted"},
            headers=self._headers(self.offering.instructor_id),
        )
        # The call has no key: said again after an answer that was lost, it is told that this was done.
        if answer.status_code != 200 and "invalid_transition" not in answer.text:
            self.problems.append(f"accept: {answer.status_code} {answer.text}")

    def cancel(self, client: httpx.Client) -> None:
        booking_id = self.known["booked"]["booking_id"]
        self._post(client, "/api/session-bookings/cancel", {"booking_id": booking_id})

    def _post(self, client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = self._headers(self.student.id) | {"Idempotency-Key": f"{self.student.id}:{self.done}"}
        answer = client.post(path, json=body, headers=headers)
        if answer.status_code == 503 and answer.json()["error"]["code"] == "temporarily_unavailable":
            # A key that a killed process took is free again after a minute; this program does not wait for that.
            raise GaveUp
        if not answer.is_success:
            self.problems.append(f"{self.is_at}: {answer.status_code} {answer.text}")
        content: dict[str, Any] = answer.json()
        return content

    def _headers(self, person_id: str) -> dict[str, str]:
        person = acting(self.student)
        token = self.platform.run(api_tokens._begin, person, person_id=person_id).access_token
        return {"Authorization": f"Bearer {token}"}


@dataclass
class Site:
    """The served product, the mail server it sends to, and what reaches its database from here."""

    app: ServedApp
    mail: MailServer
    platform: Platform
    clock: StoppedClock
    database_url: str
    random: random.Random
    world: World | None = None
    has_died: bool = False
    programs: list[Program] = field(default_factory=list)
    cut_at: Counter[str] = field(default_factory=Counter)

    def new_programs(self) -> list[Program]:
        """A program of every kind, with an instructor of their own."""
        self.clock.set(datetime.now(UTC).replace(microsecond=0))
        world = self.world = World(self.platform, self.clock, count=100 * (1 + len(self.programs)))
        by_card = world.offering(price_minor=3200)
        on_request = world.offering(price_minor=2600, booking_mode=BookingMode.REQUEST)
        by_credits = world.offering(price_minor=None, credits=1)
        plans = (
            (by_card, ("book", "open_page", "pay", "confirm")),
            (by_card, ("book", "open_page", "pay", "cancel")),
            (on_request, ("book", "open_page", "pay", "accept")),
            (on_request, ("book", "open_page", "pay", "cancel")),
            (by_credits, ("book", "cancel")),
        )
        made = []
        for number, (offering, plan) in enumerate(plans):
            student = world.student(f"Student {number}")
            world.give_credits(student, 2)
            start = (self.clock.now() + timedelta(days=3)).replace(hour=8 + 2 * number, minute=0, second=0)
            made.append(Program(self.app.url, self.platform, student, offering, start, plan))
        self.programs += made
        return made

    def run(self, programs: list[Program], *, is_killed: bool) -> None:
        """Run programs until they are done, or kill the server at a random moment on their way.

        The moment is a random number of answers and then a part of a step, or some time of the jobs' work at the
        end: a random second would mostly find a slow machine at its first step and a fast one at the last.
        """
        with ThreadPoolExecutor(len(programs)) as threads:
            before = sum(program.done for program in programs)
            answers = self.random.randint(0, sum(len(program.plan) for program in programs) - before)
            running = [threads.submit(program.go_on) for program in programs]
            if is_killed:
                while sum(program.done for program in programs) < before + answers:
                    if all(each.done() for each in running):
                        break
                    time.sleep(0.005)
                time.sleep(self.random.uniform(0, THINKS))
                if all(each.done() for each in running):
                    time.sleep(self.random.uniform(0, JOBS_TAKE))
                self.cut_at.update(program.is_at for program in programs)
                self.kill()
            for each in running:
                each.result()

    def kill(self) -> None:
        """Kill the whole tree, as a power cut would, or every third time the workers, as a lack of memory would."""
        self.has_died = self.random.random() < 2 / 3
        if self.has_died:
            self.app.kill()
        else:
            self.app.kill_workers()

    def revive(self) -> None:
        """Start the product again, on the same DATA_DIR, unless it does so by itself."""
        if self.has_died:
            self.app.start()
        else:
            self.app.wait_until_up()

    def let_the_server_finish(self) -> None:
        """Wait until its jobs have dealt with everything, leases of killed processes included."""
        until = time.monotonic() + 2 * LEASE_SECONDS
        while (left := left_to_do(self._known())) and time.monotonic() < until:
            time.sleep(0.5)
        assert left == 0

    def _known(self) -> World:
        assert self.world is not None
        return self.world

    def assert_whole(self) -> set[str]:
        """Everything about bookings, money and messages, once what was left behind has run out."""
        self.clock.set(datetime.now(UTC) + timedelta(seconds=LEASE_SECONDS))
        world = self._known()
        recover(world)
        assert [problem for program in self.programs for problem in program.problems] == []
        outcomes = assert_whole(world)
        assert overlaps(self.database_url) == 0
        return outcomes

    def assert_each_message_came(self, *, kills: int) -> int:
        """Each message once; again only where a kill fell between the mail server's yes and our commit.

        Decision 4: it then has the same Message-ID. Returns how often that was.
        """
        wanted = {
            mail.render(row, self.platform.settings, row.created_at).message_id: row.to_address
            for row in self._known().mails()
        }
        came = Counter(str(each.message["Message-ID"]) for each in self.mail.all())
        assert set(came) == set(wanted)
        for each in self.mail.all():
            assert each.to == (wanted[str(each.message["Message-ID"])],)
        again = sum(came.values()) - len(came)
        assert again <= kills  # one process sends, one message at a time
        return again


def live_through(site: Site, *, kills: int) -> None:
    """Kill the server ``kills`` times, each time with new programs at work.

    Half of the programs that were cut off go on beside the next ones, the others never come back.
    """
    back: list[Program] = []
    for _ in range(kills):
        programs = site.new_programs() + back
        site.run(programs, is_killed=True)
        site.revive()
        back = [each for each in programs if each.is_at != THE_END and site.random.random() < 0.5]
    if back:
        site.run(back, is_killed=False)


@pytest.fixture
def site(
    request: pytest.FixtureRequest, built_pages: None, shared_run: SharedRun, tmp_path: Path
) -> Iterator[Site]:
    seed = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 1_000_000)))
    sys.stdout.write(f"seed {seed}\n")
    is_postgres = request.param == "postgresql"
    with MailServer() as mail_server:
        mail_server.answers_after = 0.03
        settings = {"DEMO_DATA": "0", "SMTP_URL": mail_server.url, "RATE_LIMIT_PER_MINUTE": "0"}
        if is_postgres:
            settings["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
        app = ServedApp(tmp_path, free_port(), shared_run.owner, settings, is_whole=True)
        seen = parse_settings(
            port=app.port, data_dir=app.data_dir, database_url=settings.get("DATABASE_URL", "")
        )
        clock = StoppedClock(datetime.now(UTC))
        with (
            closing(SmtpMailer(mail_server.url, mail_from=seen.mail_from, clock=clock)) as mailer,
            platform_on(seen, clock, mailer=mailer) as platform,
            app,
        ):
            yield Site(app, mail_server, platform, clock, seen.sqlalchemy_url, random.Random(seed))


@pytest.mark.journey
@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_a_kill_of_the_server_leaves_every_booking_whole_and_every_message_sent(site: Site) -> None:
    live_through(site, kills=1)

    site.app.stop()
    site.assert_whole()
    site.assert_each_message_came(kills=1)


@pytest.mark.journey
@pytest.mark.soak
@pytest.mark.parametrize("site", ["sqlite", "postgresql"], indirect=True)
def test_thirty_kills_of_the_server_leave_every_booking_whole_and_every_message_sent(site: Site) -> None:
    live_through(site, kills=KILLS)

    site.let_the_server_finish()
    site.app.stop()
    outcomes = site.assert_whole()
    again = site.assert_each_message_came(kills=KILLS)

    assert {"scheduled and paid", "expired and nothing kept", "cancelled and nothing kept"} <= outcomes
    sys.stdout.write(
        f"{KILLS} kills, {len(site.programs)} programs, 0 overlaps; {len(site.mail.all())} messages, "
        f"{again} twice under one Message-ID; cut at {dict(site.cut_at)}; {sorted(outcomes)}\n"
    )
