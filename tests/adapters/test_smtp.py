"""Handing mails to a real SMTP server on loopback."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sessions_app.adapters.smtp import Server, SmtpMailer
from sessions_app.domain.ports import Mail, MailRefused, MailUnavailable
from tests.doubles.clock import StoppedClock
from tests.doubles.mail_server import MailServer
from tests.infra.ports import free_port

CERTIFICATE = Path(__file__).parents[1] / "doubles" / "localhost.pem"
CLOCK = StoppedClock(datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
ICS = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Caf\xc3\xa9 " + b"x" * 60 + b"\r\n y\r\nEND:VCALENDAR\r\n"
)
MAIL = Mail(
    message_id="<abc@sessions.example>",
    to_address="noah@example.org",
    to_name="Noah Bergér, jun.",
    subject="[Booked] Maths with Ada — Tue 1 Dec, 16:00 (Paris)",
    text="Session booked: €28.00\n" + "a long line " * 200 + "\n",
    html="<p>Session booked: €28.00</p>",
    calendar=ICS,
    calendar_method="REQUEST",
    reply_to="ada@example.org",
    headers={"Auto-Submitted": "auto-generated"},
)


@contextmanager
def mailer_to(url: str, mail_from: str = "Sessions <no-reply@sessions.example>") -> Iterator[SmtpMailer]:
    mailer = SmtpMailer(url, mail_from=mail_from, clock=CLOCK)
    yield mailer
    mailer.close()


def test_an_invitation_arrives_in_the_structure_mail_programs_know(mail_server: MailServer) -> None:
    with mailer_to(mail_server.url) as mailer:
        mailer.send(MAIL)
    (delivery,) = mail_server.sent_to("noah@example.org")
    message = delivery.message
    assert [(part.get_content_type(), part.get_filename()) for part in message.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("application/ics", "invite.ics"),
    ]
    calendar, attachment = (
        part for part in message.walk() if part.get_content_subtype() in ("calendar", "ics")
    )
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_payload(decode=True) == attachment.get_payload(decode=True) == ICS
    assert delivery.text.splitlines() == MAIL.text.splitlines()
    assert delivery.html.strip() == MAIL.html


def test_the_headers_say_who_what_and_when(mail_server: MailServer) -> None:
    with mailer_to(mail_server.url) as mailer:
        mailer.send(MAIL)
    headers = mail_server.all()[0].message
    assert headers["Message-ID"] == "<abc@sessions.example>"
    assert headers["Subject"] == MAIL.subject
    assert headers["From"] == "Sessions <no-reply@sessions.example>"
    assert headers["To"].addresses[0].display_name == "Noah Bergér, jun."
    assert headers["To"].addresses[0].addr_spec == "noah@example.org"
    assert headers["Reply-To"] == "ada@example.org"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Date"].datetime == CLOCK.now()


def test_a_mail_without_an_invitation_has_two_parts(mail_server: MailServer) -> None:
    with mailer_to(mail_server.url) as mailer:
        mailer.send(replace(MAIL, calendar=None, calendar_method=None))
    message = mail_server.all()[0].message
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("answer", ["451 try again later", "452 too many", "421 going away"])
def test_a_4xx_means_later(mail_server: MailServer, answer: str) -> None:
    with mailer_to(mail_server.url) as mailer:
        mail_server.refuse_next(answer)
        with pytest.raises(MailUnavailable, match=answer[:3]):
            mailer.send(MAIL)
        mailer.send(MAIL)
    assert len(mail_server.all()) == 1


@pytest.mark.parametrize("answer", ["550 no such mailbox", "554 spam"])
def test_a_5xx_means_never_and_the_next_message_goes_through(mail_server: MailServer, answer: str) -> None:
    with mailer_to(mail_server.url) as mailer:
        mail_server.refuse_next(answer)
        with pytest.raises(MailRefused, match=answer):
            mailer.send(MAIL)
        mailer.send(MAIL)
    assert len(mail_server.all()) == 1


def test_no_server_means_later() -> None:
    with mailer_to(f"smtp://127.0.0.1:{free_port()}") as mailer, pytest.raises(MailUnavailable):
        mailer.send(MAIL)


def test_one_connection_carries_many_messages_of_many_threads() -> None:
    with _server(Counting()) as (url, server), mailer_to(url) as mailer:
        threads = [threading.Thread(target=mailer.send, args=(MAIL,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.messages == 20
        assert server.greetings == 1


def test_a_connection_the_server_has_closed_is_made_anew() -> None:
    with _server(Counting()) as (url, server), mailer_to(url) as mailer:
        mailer.send(MAIL)
        server.hang_up()
        mailer.send(MAIL)
        assert server.messages == 2
        assert server.greetings == 2


@pytest.mark.parametrize("address", ["noah@example.org\r\nBcc: all@example.org", "noah", "a@b c", ""])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(
    mail_server: MailServer, address: str
) -> None:
    with mailer_to(mail_server.url) as mailer, pytest.raises(MailRefused):
        mailer.send(replace(MAIL, to_address=address))
    assert mail_server.all() == []


@pytest.mark.parametrize("place", ["subject", "to_name", "message_id", "reply_to"])
def test_a_line_break_never_becomes_a_header(mail_server: MailServer, place: str) -> None:
    with mailer_to(mail_server.url) as mailer, pytest.raises(MailRefused):
        mailer.send(replace(MAIL, **{place: "x\r\nBcc: all@example.org"}))
    assert mail_server.all() == []


def test_the_login_is_used_and_a_wrong_one_keeps_the_message_for_later() -> None:
    with _server(Counting(), authenticator=_noah_only, auth_require_tls=False) as (url, server):
        address = url.removeprefix("smtp://")
        with mailer_to(f"smtp://noah%40example.org:p%2Fss@{address}") as mailer:
            mailer.send(MAIL)
        assert server.messages == 1
        wrong = f"smtp://noah%40example.org:wrong@{address}"
        with mailer_to(wrong) as mailer, pytest.raises(MailUnavailable, match="535"):
            mailer.send(MAIL)


def test_encryption_is_used_where_it_is_offered() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    with (
        _server(Counting(), tls_context=tls, require_starttls=True) as (url, server),
        mailer_to(url) as mailer,
    ):
        mailer.send(MAIL)
        assert server.was_encrypted


def test_smtps_encrypts_from_the_first_byte() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    with _server(Counting(), ssl_context=tls) as (url, server):
        with mailer_to(url.replace("smtp://", "smtps://")) as mailer:
            mailer.send(MAIL)
        assert server.messages == 1


def test_a_password_never_leaves_this_machine_in_clear() -> None:
    assert Server.parse("smtp://127.0.0.1:25").is_this_machine
    assert not Server.parse("smtp://mail.example:25").is_this_machine


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 25, False)),
        ("smtp://me:secret@mail.example", Server("mail.example", 587, False, "me", "secret")),
        ("smtps://me%40x:p%3As@mail.example", Server("mail.example", 465, True, "me@x", "p:s")),
        ("smtp://[::1]:2525", Server("::1", 2525, False)),
    ],
)
def test_smtp_url_is_read_whole(url: str, server: Server) -> None:
    assert Server.parse(url) == server


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://", "smtp://host:port"])
def test_a_malformed_smtp_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SMTP_URL|Port"):
        Server.parse(url)


class Counting:
    """Counts greetings and messages; can hang up on everybody."""

    def __init__(self) -> None:
        self.greetings = self.messages = 0
        self.was_encrypted = False
        self._open: list[SMTP] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.was_encrypted = session.ssl is not None
        self.greetings += not self.was_encrypted
        self._open.append(server)
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.messages += 1
        return "250 OK"

    def hang_up(self) -> None:
        for server in self._open:
            server.transport.get_extra_info("socket").shutdown(2)


def _noah_only(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"noah@example.org", b"p/ss")
    return AuthResult(success=known, handled=False)


@contextmanager
def _server(handler: Counting, **options: object) -> Iterator[tuple[str, Counting]]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", handler
    finally:
        controller.stop()
