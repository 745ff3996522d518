"""A process that does nothing but send what is due, until it is killed.

    python -m tests.doubles.outbox_worker DATABASE_URL SMTP_URL

Its clock runs 30 times as fast as the world's, so that a lease of a minute ends after two seconds.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from sessions_app.adapters.smtp import SmtpMailer
from sessions_app.services import outbox
from sessions_app.settings import parse_settings
from tests.infra.platforms import platform_on


class FastClock:
    """Fulfils ``Clock``, in step with every other process that uses it."""

    ORIGIN = datetime(2026, 11, 21, tzinfo=UTC)

    def now(self) -> datetime:
        return self.ORIGIN + 30 * (datetime.now(UTC) - self.ORIGIN)


def main(database_url: str, smtp_url: str) -> None:
    settings = parse_settings(
        app_url="https://sessions.example", database_url=database_url, smtp_url=smtp_url
    )
    clock = FastClock()
    mailer = SmtpMailer(smtp_url, mail_from=settings.mail_from, clock=clock)
    with platform_on(settings, clock, mailer=mailer) as platform:
        while True:
            outbox.deliver_due(platform)
            time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
