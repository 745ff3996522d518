"""Several processes empty one outbox, and some of them are killed while they do."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from sessions_app.models import OutboxMessage
from sessions_app.models.database import open_engine
from sessions_app.models.messages import OutboxState
from sessions_app.services.notifications import NotificationKind as K
from tests.doubles.mail_server import MailServer
from tests.doubles.outbox_worker import FastClock
from tests.services.mail.examples import about_session

ROOT = Path(__file__).parents[2]
STREAMS, IN_EACH = 8, 3


class Workers:
    """Processes that send; each can be killed at any point."""

    def __init__(self, database_url: str, smtp_url: str) -> None:
        self._command = [sys.executable, "-m", "tests.doubles.outbox_worker", database_url, smtp_url]
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._running.append(subprocess.Popen(self._command, cwd=ROOT))

    def kill_one(self) -> None:
        process = self._running.pop(0)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        while self._running:
            self.kill_one()


@pytest.fixture
def workers(database_url: str, mail_server: MailServer) -> Iterator[Workers]:
    workers = Workers(database_url, mail_server.url)
    yield workers
    workers.end()


def queue_streams(database_url: str) -> None:
    """Messages "0" to "2" in each stream, interleaved, each to an address of its stream."""
    engine, now = open_engine(database_url), FastClock().now()
    with Session(engine) as db:
        for number in range(IN_EACH):
            for stream in range(STREAMS):
                message = about_session(K.CANCELLED if number else K.BOOKED, course=str(number))
                db.add(
                    OutboxMessage(
                        dedupe_key=f"{stream}/{number}",
                        stream=str(stream),
                        kind=message.kind,
                        to_address=f"stream{stream}@example.org",
                        facts=message.facts,
                        available_at=now,
                        created_at=now,
                    )
                )
        db.commit()
    engine.dispose()


def wait_until_sent(database_url: str, *, seconds: float = 60) -> None:
    engine, deadline = open_engine(database_url), time.monotonic() + seconds
    waiting = select(func.count()).where(col(OutboxMessage.state) == OutboxState.QUEUED)
    try:
        while True:
            with engine.connect().execution_options(read_only=True) as connection:
                left = connection.execute(waiting).scalar_one()
            if not left:
                return
            assert time.monotonic() < deadline, f"{left} messages still wait"
            time.sleep(0.1)
    finally:
        engine.dispose()


def arrivals(mail_server: MailServer) -> dict[str, list[str]]:
    """For each address the numbers of its messages, in the order of their first arrival."""
    found: dict[str, list[str]] = {}
    for delivery in mail_server.all():
        numbers = found.setdefault(delivery.to[0], [])
        number = delivery.subject.split()[1]
        if number not in numbers:
            numbers.append(number)
    return found


def test_two_processes_send_each_message_once_and_in_order(
    database_url: str, mail_server: MailServer, workers: Workers
) -> None:
    queue_streams(database_url)
    workers.start()
    workers.start()
    wait_until_sent(database_url)
    assert len(mail_server.all()) == STREAMS * IN_EACH
    assert len(arrivals(mail_server)) == STREAMS
    assert set(map(tuple, arrivals(mail_server).values())) == {("0", "1", "2")}


def test_killing_the_senders_loses_nothing_and_repeats_only_what_was_under_way(
    database_url: str, mail_server: MailServer, workers: Workers
) -> None:
    moments = random.Random(1)
    mail_server.answers_after = 0.1
    queue_streams(database_url)
    workers.start()
    workers.start()
    mail_server.wait_for("stream0@example.org", seconds=30)
    kills = 3
    for _ in range(kills):
        time.sleep(moments.uniform(0.05, 0.25))
        workers.kill_one()
        workers.start()
    wait_until_sent(database_url)
    sent = Counter(str(delivery.message["Message-ID"]) for delivery in mail_server.all())
    assert len(sent) == STREAMS * IN_EACH
    assert sent.total() - len(sent) <= kills
    assert set(map(tuple, arrivals(mail_server).values())) == {("0", "1", "2")}


def test_the_clock_of_the_workers_shortens_the_lease_to_seconds() -> None:
    before = FastClock().now()
    time.sleep(0.1)
    assert FastClock().now() - before >= timedelta(seconds=3)
