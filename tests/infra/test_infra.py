"""What the suite stands on keeps its own promises."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from tests.doubles.mail_server import MailServer
from tests.infra import guarded, network
from tests.infra.ports import free_port, listens, wait_until_listening

LISTEN = (
    "import http.server, sys; http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"
)


def wait_until_gone(port: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not listens(port):
            return True
        time.sleep(0.05)
    return False


def test_a_guarded_server_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    guard = guarded.start([sys.executable, "-c", LISTEN, str(port)], owner=os.getpid(), log=tmp_path / "log")
    assert wait_until_listening(port)
    guarded.stop(guard)
    assert not listens(port)


def test_a_guarded_server_ends_with_its_owner(tmp_path: Path) -> None:
    port = free_port()
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    guard = guarded.start([sys.executable, "-c", LISTEN, str(port)], owner=owner.pid, log=tmp_path / "log")
    assert wait_until_listening(port)
    owner.kill()
    owner.wait()
    assert wait_until_gone(port)
    guard.wait()


def test_killing_leaves_the_server_no_time(tmp_path: Path) -> None:
    port, told = free_port(), tmp_path / "told"
    script = (
        f"import signal, pathlib; signal.signal(2, lambda *_: pathlib.Path({str(told)!r}).touch()); {LISTEN}"
    )
    guard = guarded.start([sys.executable, "-c", script, str(port)], owner=os.getpid(), log=tmp_path / "log")
    assert wait_until_listening(port)
    guarded.kill(guard)
    assert not listens(port)
    assert not told.exists()


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "http://example.invalid/"])
def test_the_outside_is_out_of_reach(address: str) -> None:
    with pytest.raises(network.UnexpectedNetwork):
        httpx.get(address)
    # This once it was meant, so the guard that watches every test has nothing to report.
    network.attempts.clear()


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def test_postgresql_is_real_and_holds_the_schema(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url.replace("+psycopg", "")) as connection:
        version = connection.execute("SHOW server_version").fetchone()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert version is not None
    assert int(str(version[0]).partition(".")[0]) >= 15
    assert tables is not None
    assert tables[0] > 10


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_database_empty(database_url: str, turn: int) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM subject")).scalar_one() == 0
        connection.execute(text(f"INSERT INTO subject (id, name, position) VALUES ('s{turn}', 'Left', 0)"))
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_valkey_empty(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", turn)


def test_the_mail_server_tells_what_was_sent_to_whom(mail_server: MailServer) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Grüße", "a@sessions.test", "b@sessions.test"
    message.set_content("Hello\n")
    with smtplib.SMTP("127.0.0.1", mail_server.port) as client:
        client.send_message(message)
    (delivery,) = mail_server.wait_for("b@sessions.test")
    assert (delivery.subject, delivery.text) == ("Grüße", "Hello\n")
    assert mail_server.sent_to("c@sessions.test") == []


def test_the_mail_server_refuses_when_asked(mail_server: MailServer) -> None:
    mail_server.refuse_next("451 try again later")
    with smtplib.SMTP("127.0.0.1", mail_server.port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@sessions.test", ["b@sessions.test"], b"Subject: x\r\n\r\nx")
        client.sendmail("a@sessions.test", ["b@sessions.test"], b"Subject: y\r\n\r\ny")
    assert refused.value.smtp_code == 451
    assert [each.subject for each in mail_server.all()] == ["y"]
