"""Chooses the adapters by the settings: the one place that knows both what is needed and who provides it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import redis

from sessions_app.adapters.agora import AgoraProvider
from sessions_app.adapters.clock import SystemClock
from sessions_app.adapters.disk_files import DiskFiles
from sessions_app.adapters.jitsi import JitsiProvider, TokenKey
from sessions_app.adapters.own_link import OwnLinkProvider
from sessions_app.adapters.rate_limits import CountingLimiter
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.adapters.smtp import SmtpMailer
from sessions_app.domain.ports import Clock, VideoKind, VideoProvider
from sessions_app.jobs.election import election_for
from sessions_app.models.database import open_engine
from sessions_app.services.health import Probe
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import Settings, SettingsError

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
        files=DiskFiles(settings.data_dir / "materials"),
        video=build_video(settings, clock),
    )


def build_video(settings: Settings, clock: Clock) -> Mapping[VideoKind, VideoProvider]:
    """The ways to meet that this deployment can offer. Raises SettingsError for a key that is none."""
    key = None
    if settings.jitsi_app_id:
        try:
            key = TokenKey(
                settings.jitsi_app_id,
                settings.jitsi_app_secret,
                settings.jitsi_private_key,
                settings.jitsi_key_id,
            )
        except ValueError:
            raise SettingsError("JITSI_PRIVATE_KEY: must be an RSA key in PEM.") from None
    providers: dict[VideoKind, VideoProvider] = {
        VideoKind.JITSI: JitsiProvider(
            origin=settings.video_origin,
            subject=settings.jitsi_token_subject or settings.jitsi_domain,
            key=key,
            can_record=settings.session_recording,
        ),
        VideoKind.LINK: OwnLinkProvider(),
    }
    if settings.agora_app_id:
        providers[VideoKind.AGORA] = AgoraProvider(
            app_id=settings.agora_app_id, certificate=settings.agora_app_certificate, clock=clock
        )
    return providers


def build_probes(settings: Settings) -> dict[str, Probe]:
    """How ``/api/health`` asks the parts beside the database."""
    probes: dict[str, Probe] = {"scheduler": election_for(settings).somebody_leads}
    if settings.redis_url:
        client = redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
        probes["redis"] = lambda: bool(client.ping())
    return probes
