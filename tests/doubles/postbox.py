"""A mailer that keeps what it is given, and that can be made to refuse."""

from __future__ import annotations

from sessions_app.domain.ports import Mail


class Postbox:
    """Fulfils ``Mailer``. ``fail_next`` makes the next calls raise what they are given."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.tries = 0
        self._failures: list[Exception] = []

    def send(self, mail: Mail) -> None:
        self.tries += 1
        if self._failures:
            raise self._failures.pop(0)
        self.mails.append(mail)

    def fail_next(self, *failures: Exception) -> None:
        self._failures.extend(failures)

    @property
    def subjects(self) -> list[str]:
        return [mail.subject for mail in self.mails]
