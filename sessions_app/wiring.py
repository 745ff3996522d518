"""Chooses the adapters by the settings: the one place that knows both what is needed and who provides it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sessions_app.adapters.clock import SystemClock
from sessions_app.adapters.rate_limits import CountingLimiter
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.adapters.smtp import SmtpMailer
from sessions_app.models.database import open_engine
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import Settings

log = logging.getLogger(__name__)


def build_platform(
    settings: Settings, *, announce: Callable[[frozenset[str]], None] = lambda topics: None
) -> Platform:
    """What this process works with; ``announce`` is told the topics of every committed change where pages are open.

    Opens no connection yet, so that building the pages needs no database.
    """
    engine = open_engine(settings.sqlalchemy_url)
    clock = SystemClock()
    if settings.is_production and not settings.smtp_url:
        log.warning("SMTP_URL is not set: mails wait in the outbox until it is")
    return Platform(
        engine=engine,
        settings=settings,
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=SmtpMailer(settings.smtp_url, mail_from=settings.mail_from, clock=clock)
        if settings.smtp_url
        else None,
        announce=announce,
        limiter=CountingLimiter(settings.redis_url),
    )
