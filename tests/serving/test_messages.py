"""The running app sends its messages by itself, and in time (contract.md, Messages)."""

from __future__ import annotations

from sessions_app.adapters.clock import SystemClock
from sessions_app.domain.permissions import Role
from sessions_app.services import accounts
from sessions_app.settings import parse_settings
from tests.conftest import ServeApp
from tests.doubles.mail_server import MailServer
from tests.infra.platforms import platform_on


def test_a_message_is_in_the_inbox_within_ten_seconds(serve: ServeApp, mail_server: MailServer) -> None:
    app = serve(SMTP_URL=mail_server.url)
    with platform_on(parse_settings(app_url=app.url, data_dir=app.data_dir), SystemClock()) as elsewhere:
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
    assert mail.subject == "Choose a new password for Sessions"
    assert f"{app.url}/forgot-password?token=" in mail.text
