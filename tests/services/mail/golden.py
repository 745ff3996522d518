"""The golden files: each mail as it should be, in ``golden/<kind>.<part>.<zone>.txt``.

    python -m tests.services.mail.golden

writes them anew; read the difference before committing it. A file holds the headers, the text part, the words and
links of the HTML part in their order, and the calendar part; how the HTML is laid out stands in one file more,
``session-booked.student.paris.html``, since all mails share it.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path

from sessions_app.domain.ports import Mail
from tests.services.mail.examples import Message, every_message

FOLDER = Path(__file__).parent / "golden"
LAID_OUT = "session-booked.student.paris"


def as_text(message: Message) -> str:
    """The golden form of one message."""
    mail = message.rendered()
    parts = [_headers(mail), "----- text", mail.text.rstrip(), "----- html", *words_of(mail.html)]
    if mail.calendar is not None:
        parts += ["----- calendar", mail.calendar.decode().replace("\r\n", "\n").rstrip()]
    return "\n".join(parts) + "\n"


def words_of(html: str) -> list[str]:
    """What a reader of the HTML part meets: its texts, each link with its target."""
    reader = _Reader()
    reader.feed(html)
    return reader.lines


def write_all() -> None:
    """Write every golden file and remove those that no message has any more."""
    FOLDER.mkdir(exist_ok=True)
    messages = {message.name: message for message in every_message()}
    wanted = {f"{name}.txt" for name in messages} | {f"{LAID_OUT}.html"}
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, message in messages.items():
        (FOLDER / f"{name}.txt").write_text(as_text(message), encoding="utf-8")
    (FOLDER / f"{LAID_OUT}.html").write_text(messages[LAID_OUT].rendered().html, encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} files in {FOLDER}\n")


def _headers(mail: Mail) -> str:
    facts = {
        "Message-ID": mail.message_id,
        "To": f"{mail.to_name} <{mail.to_address}>",
        "Reply-To": mail.reply_to,
        "Subject": mail.subject,
        "Calendar": mail.calendar_method,
        **(mail.headers or {}),
    }
    return "\n".join(f"{name}: {value}" for name, value in facts.items())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = 0
        self._target = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag == "style"
        if tag == "a":
            self._target = f" -> {dict(attributes)['href']}"

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag == "style"
        if tag == "a":
            self._target = ""

    def handle_data(self, data: str) -> None:
        # The preheader is followed by invisible joiners that keep the next words out of the inbox line.
        words = " ".join(data.replace("\u034f", "").replace("\u200c", "").split())
        if words and not self._silent:
            self.lines.append(words + self._target)


if __name__ == "__main__":
    write_all()
