"""The running app sends its messages by itself, and in time (contract.md, Messages)."""

from __future__ import annotations

from sessions_app.adapters.clock import SystemClock
from sessions_app.adapters.sandbox_payments import SandboxGateway
from sessions_app.domain.permissions import Role
from sessions_app.models.database import open_engine
from sessions_app.services import accounts
from sessions_app.services.unit_of_work import Platform
from sessions_app.settings import parse_settings
from tests.conftest import ServeApp
from tests.doubles.mail_server import MailServer


def test_a_message_is_in_the_inbox_within_ten_seconds(serve: ServeApp, mail_server: MailServer) -> None:
    app = serve(SMTP_URL=mail_server.url)
    engine, clock = open_engine(f"sqlite:///{app.data_dir / 'sessions.db'}"), SystemClock()
    elsewhere = Platform(
        engine=engine,
        settings=parse_settings(app_url=app.url),
        clock=clock,
        payments=SandboxGateway(engine, clock),
        mailer=None,
    )
    accounts.sign_up(
        elsewhere,
        name="Noah Berger",
        email="noah@example.test",
        password="a good password",
        role=Role.STUDENT,
        timezone="Europe/Paris",
    )
    accounts.request_password_reset(elsewhere, email="noah@example.test", address="127.0.0.1")
    (mail,) = mail_server.wait_for("noah@example.test", seconds=10)
    engine.dispose()
    assert mail.subject == "Choose a new password for Sessions"
    assert f"{app.url}/forgot-password?token=" in mail.text
