"""Typed settings, read from the environment and ``.env`` (``ENV_FILE`` names another file; empty: none).

Decides which values are acceptable: a contradictory or malformed value stops the start with one sentence that
names it, and production refuses the defaults that are only safe on a developer's machine.
"""

from __future__ import annotations

import os
import re
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sessions_app.domain.zones import is_zone

DEVELOPMENT_SECRET = "development-only-secret-never-use-it-in-production"  # noqa: S105 - refused in production


class SettingsError(SystemExit):
    """A setting is unusable; the message is one sentence that names it."""


class Settings(BaseSettings):
    """Everything a deployment may choose. Durations say their unit in the name; money is in minor units."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("ENV_FILE", ".env"), extra="ignore", env_ignore_empty=True, frozen=True
    )

    # Where it runs
    port: int = Field(8000, ge=1, le=65535)
    host: str = "127.0.0.1"
    app_url: str = ""
    app_name: str = Field("Sessions", min_length=1, max_length=60)
    app_env: Literal["development", "production"] = "development"
    secret_key: str = DEVELOPMENT_SECRET
    data_dir: Path = Path("./data")
    database_url: str = ""
    redis_url: str = ""
    workers: int = Field(1, ge=1, le=64)
    demo_data: bool | None = None
    instructor_label: str = Field("Instructor", min_length=1, max_length=40)
    support_email: str = "support@localhost"
    default_currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    default_timezone: str = "Europe/Paris"
    rate_limit_per_minute: int = Field(600, ge=0)
    trusted_proxy_hops: int = Field(0, ge=0, le=10)
    data_retention_days: int = Field(730, ge=1)

    # Payments
    stripe_secret_key: str = ""
    stripe_publishable_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_connect_webhook_secret: str = ""
    stripe_api_base: str = ""
    allow_test_payments: bool = False

    # Messages
    smtp_url: str = ""
    mail_from: str = "Sessions <sessions@localhost>"
    resend_api_key: str = ""
    resend_api_base: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from: str = ""
    twilio_api_base: str = ""
    vapid_private_key: str = ""

    # Video
    video_provider: Literal["jitsi", "link", "agora"] = "jitsi"
    session_recording: bool = False
    jitsi_domain: str = "meet.jit.si"
    jitsi_app_id: str = ""
    jitsi_app_secret: str = ""
    jitsi_private_key: str = ""
    jitsi_key_id: str = ""
    jitsi_token_subject: str = ""
    agora_app_id: str = ""
    agora_app_certificate: str = ""

    # Policy
    platform_fee_percentage: int = Field(10, ge=0, le=100)
    min_session_duration: int = Field(30, ge=5, le=1440)
    max_session_duration: int = Field(240, ge=5, le=1440)
    free_cancellation_hours: int = Field(24, ge=0)
    partial_refund_hours: int = Field(12, ge=0)
    no_refund_hours: int = Field(12, ge=0)
    partial_refund_percent: int = Field(50, ge=0, le=100)
    hold_minutes: int = Field(10, ge=1, le=120)
    payment_hold_minutes: int = Field(15, ge=1, le=120)
    request_ttl_hours: int = Field(48, ge=1)
    pay_after_accept_hours: int = Field(12, ge=1)
    min_lead_time_hours: int = Field(12, ge=0, le=720)
    max_ahead_days: int = Field(28, ge=1, le=730)
    buffer_minutes: int = Field(15, ge=0, le=240)
    slot_interval_minutes: int = Field(30, ge=5, le=240)
    max_sessions_per_day: int = Field(0, ge=0)
    max_active_bookings_per_student: int = Field(0, ge=0)
    reschedule_limit: int = Field(2, ge=0)
    reschedule_notice_hours: int = Field(12, ge=0)
    group_minimum_cutoff_hours: int = Field(24, ge=0, le=720)
    join_early_minutes: int = Field(10, ge=0)
    no_show_wait_minutes: int = Field(15, ge=0)
    dispute_window_hours: int = Field(72, ge=0)
    waitlist_offer_minutes: int = Field(30, ge=1)
    series_max_weeks: int = Field(26, ge=1)
    series_max_count: int = Field(52, ge=1)
    credit_expiry_days: int = Field(365, ge=1)
    max_material_mb: int = Field(20, ge=1, le=200)

    @field_validator("default_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not is_zone(value):
            raise ValueError("must be an IANA time zone such as Europe/Paris")
        return value

    @field_validator("app_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        return _checked_url(value, ("http", "https"), "must be an address such as https://sessions.example")

    @field_validator("jitsi_domain")
    @classmethod
    def _video_server(cls, value: str) -> str:
        host = re.sub(r"^https?://", "", value.strip()).rstrip("/")
        if not re.fullmatch(r"[\w.-]+(:\d{1,5})?", host):
            raise ValueError("must be a host such as meet.jit.si")
        return host

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        return _checked_url(value, ("smtp", "smtps"), "must read smtp[s]://user:password@host:port")

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", parseaddr(value)[1]) or len(value.splitlines()) != 1:
            raise ValueError("must be an address such as Sessions <no-reply@sessions.example>")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.free_cancellation_hours >= self.partial_refund_hours >= self.no_refund_hours:
            raise ValueError("FREE_CANCELLATION_HOURS >= PARTIAL_REFUND_HOURS >= NO_REFUND_HOURS must hold")
        if self.min_session_duration > self.max_session_duration:
            raise ValueError("MIN_SESSION_DURATION must not be above MAX_SESSION_DURATION")
        if self.workers > 1 and not self.redis_url:
            raise ValueError("WORKERS above 1 needs REDIS_URL")
        self._require_whole_video()
        if self.is_production:
            if self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < 32:
                raise ValueError("SECRET_KEY must be set to at least 32 random characters in production")
            if not self.app_url.startswith("https://"):
                raise ValueError("APP_URL must be the public https:// address in production")
            if not self.stripe_secret_key and not self.allow_test_payments:
                raise ValueError(
                    "STRIPE_SECRET_KEY is needed in production, or ALLOW_TEST_PAYMENTS=1 to move no money"
                )
        return self

    def _require_whole_video(self) -> None:
        has_key = bool(self.jitsi_app_secret or self.jitsi_private_key)
        if self.jitsi_app_secret and self.jitsi_private_key:
            raise ValueError("JITSI_APP_SECRET and JITSI_PRIVATE_KEY exclude each other")
        if has_key and not self.jitsi_app_id:
            raise ValueError("JITSI_APP_SECRET and JITSI_PRIVATE_KEY need JITSI_APP_ID")
        if self.jitsi_app_id and not has_key:
            raise ValueError("JITSI_APP_ID needs JITSI_APP_SECRET or JITSI_PRIVATE_KEY")
        if self.jitsi_private_key and not self.jitsi_key_id:
            raise ValueError("JITSI_PRIVATE_KEY needs JITSI_KEY_ID")
        if bool(self.agora_app_id) != bool(self.agora_app_certificate):
            raise ValueError("AGORA_APP_ID and AGORA_APP_CERTIFICATE belong together")
        if self.video_provider == "agora" and not self.agora_app_id:
            raise ValueError("VIDEO_PROVIDER=agora needs AGORA_APP_ID")

    @property
    def is_production(self) -> bool:
        """Whether the strict defaults apply."""
        return self.app_env == "production"

    @property
    def loads_demo_data(self) -> bool:
        """Whether an empty database is filled with the demo story (default: in development only)."""
        return not self.is_production if self.demo_data is None else self.demo_data

    @property
    def public_url(self) -> str:
        """The address used in mails, calendar files and gateway returns; no slash at the end."""
        return (self.app_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def own_origins(self) -> tuple[str, ...]:
        """Origins whose pages, sockets, form posts and return addresses are ours."""
        local = (
            () if self.is_production else (f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}")
        )
        return tuple(dict.fromkeys((self.public_url, *local)))

    @property
    def video_origin(self) -> str:
        """The Jitsi server's address; a server on this machine, for development, is asked without TLS."""
        is_local = self.jitsi_domain.partition(":")[0] in ("localhost", "127.0.0.1")
        return f"{'http' if is_local else 'https'}://{self.jitsi_domain}"

    @property
    def sqlalchemy_url(self) -> str:
        """``DATABASE_URL`` with the driver named, or SQLite inside ``DATA_DIR``."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.resolve() / 'sessions.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database_url.startswith(scheme):
                return "postgresql+psycopg://" + self.database_url.removeprefix(scheme)
        return self.database_url


def _checked_url(value: str, schemes: tuple[str, ...], expectation: str) -> str:
    """The value, when it is empty or a whole address; raise ValueError with the expectation otherwise."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        is_whole = False
    if not is_whole:
        raise ValueError(expectation)
    return value


def parse_settings(**overrides: Any) -> Settings:
    """Read the settings; raise ``SettingsError`` with one sentence that names the first unusable one."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {reason}." if name else f"{reason}.") from None


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process, read once."""
    return parse_settings()
