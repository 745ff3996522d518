"""Hands mails to an SMTP server.

Decides how a ``Mail`` becomes MIME and which answers of a server mean "later" or "never". One connection is kept
and used again, since a handshake costs more than a message.
"""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
import threading
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from typing import Self
from urllib.parse import unquote, urlsplit

from sessions_app.domain.ports import Clock, Mail, MailRefused, MailUnavailable

TIMEOUT_SECONDS = 10
_INVITE = "invite.ics"
_ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed over, as ``SMTP_URL`` says: ``smtp[s]://user:password@host:port``."""

    host: str
    port: int
    encrypts_at_once: bool
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``SMTP_URL``; ports default to 465 (smtps), 587 (with a login) and 25. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must read smtp[s]://user:password@host:port")
        encrypts = parts.scheme == "smtps"
        usual = 465 if encrypts else 587 if parts.username else 25
        return cls(
            host=parts.hostname,
            port=parts.port or usual,
            encrypts_at_once=encrypts,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def is_this_machine(self) -> bool:
        """Whether the way to the server leaves this machine nowhere."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class SmtpMailer:
    """Fulfils ``Mailer``. Safe to share between threads: one message is sent at a time."""

    def __init__(self, url: str, *, mail_from: str, clock: Clock) -> None:
        """Remember where and as whom to send. Raises ValueError for a malformed ``url`` or ``mail_from``."""
        self._server = Server.parse(url)
        name, address = parseaddr(mail_from)
        self._sender = Address(display_name=name, addr_spec=address)
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: Mail) -> None:
        """Hand over one mail. Raises MailUnavailable (a 4xx, no connection, no login) or MailRefused (a 5xx)."""
        try:
            message = mime(mail, sender=self._sender, clock=self._clock)
        except (ValueError, IndexError, MessageError) as unfit:  # Python's parser runs off the end of some
            raise MailRefused(f"cannot be written as a mail: {unfit}") from unfit
        with self._lock:
            connection = self._connected()
            try:
                connection.send_message(message)
            except _ANSWERS as answer:
                raise _meaning(answer) from answer  # the connection is as good as before
            except (smtplib.SMTPException, OSError) as broken:
                self._drop()
                raise MailUnavailable(str(broken) or type(broken).__name__) from broken

    def close(self) -> None:
        """Say goodbye to the server, if connected."""
        with self._lock:
            if self._connection is not None:
                try:
                    self._connection.quit()
                except (smtplib.SMTPException, OSError):
                    self._drop()
                self._connection = None

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None:
            try:
                if self._connection.noop()[0] == 250:
                    return self._connection
            except (smtplib.SMTPException, OSError):
                pass  # the server has closed an idle connection, as servers do
            self._drop()
        try:
            return self._connect()
        except (smtplib.SMTPException, OSError) as error:
            # Whatever went wrong before a message was named says nothing about the message.
            self._drop()
            raise MailUnavailable(str(error)) from error

    def _connect(self) -> smtplib.SMTP:
        server, tls = self._server, _tls(self._server)
        ours = self._sender.domain  # said in EHLO; looking up this machine's own name may take many seconds
        if server.encrypts_at_once:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, ours, timeout=TIMEOUT_SECONDS, context=tls
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, ours, timeout=TIMEOUT_SECONDS)
        self._connection = connection
        connection.ehlo_or_helo_if_needed()
        is_encrypted = server.encrypts_at_once
        if not is_encrypted and connection.has_extn("starttls"):
            connection.starttls(context=tls)
            connection.ehlo()
            is_encrypted = True
        if server.user:
            if not is_encrypted and not server.is_this_machine:
                raise smtplib.SMTPNotSupportedError(
                    f"{server.host} offers no encryption, so the password was not sent; use smtps://"
                )
            connection.login(server.user, server.password)
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def mime(mail: Mail, *, sender: Address, clock: Clock) -> EmailMessage:
    """The message as it goes over the wire: mixed(alternative(text, html, calendar), the calendar file).

    The calendar part names the method that stands in the file, which is how mail programs know an invitation;
    the attachment is for programs and people that want a file. Raises ValueError for a line break in a header.
    """
    message = EmailMessage(policy=SMTP_POLICY)
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(clock.now())
    message["From"] = sender
    message["To"] = Address(display_name=mail.to_name, addr_spec=mail.to_address)
    message["Subject"] = mail.subject
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    for header, value in (mail.headers or {}).items():
        message[header] = value
    # Quoted-printable and base64 pass through servers that carry seven bits only.
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.calendar is not None and mail.calendar_method is not None:
        message.add_alternative(mail.calendar.decode(), subtype="calendar", charset="utf-8", cte="base64")
        part = list(message.iter_parts())[-1]
        part.set_param("method", mail.calendar_method)
        message.add_attachment(
            mail.calendar, maintype="application", subtype="ics", filename=_INVITE, cte="base64"
        )
    return message


def _tls(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.is_this_machine:
        # Nobody stands in between, and a certificate for "localhost" proves nothing.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _meaning(answer: smtplib.SMTPException) -> MailUnavailable | MailRefused:
    """What an answer to the message itself means: a 5xx is for good, everything else for now."""
    code: int
    text: bytes | str
    if isinstance(answer, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(answer.recipients.values()))
    elif isinstance(answer, smtplib.SMTPResponseException):
        code, text = answer.smtp_code, answer.smtp_error
    else:
        return MailRefused(str(answer))  # the address has letters that this server cannot carry
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return MailRefused(said) if 500 <= code < 600 else MailUnavailable(said)
