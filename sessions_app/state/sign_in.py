"""What the sign-in pages show: what was entered and refused, as the form's answer put it into the address."""

from __future__ import annotations

from urllib.parse import urlencode

import reflex as rx

from sessions_app.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from sessions_app.state.base import AppState, public

ERRORS = {
    "unauthenticated": "The email or the password is not right.",
    "rate_limited": "Too many tries. Please wait a quarter of an hour, or choose a new password.",
    "temporarily_unavailable": "Something we need does not answer right now. Please try again.",
    "email_invalid": "Please enter an email address such as ada@example.org.",
    "email_taken": "There is an account with this address already. Sign in instead.",
    "password_invalid": "Please use 10 to 256 characters.",
    "name_invalid": "Please enter a name of up to 120 characters.",
    "role_invalid": "Please choose what you are here for.",
    "token_invalid": "This link has been used or has ended. Ask for a new one.",
}
"""The sentence for each word of ``api/forms.error_word``."""

_FIELDS = frozenset({"email", "password", "name", "role"})
OTHERWISE = "That did not work. Please check what you entered."


class SignInState(AppState):
    """The forms are native, so there is nothing to keep here: all of it is read from the address."""

    demo_email: str = ""

    @rx.var
    def email(self) -> str:
        """What stands in the email field."""
        return self.demo_email or self._asked("email")

    @rx.var
    def demo_password(self) -> str:
        """The password of the demo account that was pressed."""
        return DEMO_PASSWORD if self.demo_email else ""

    @rx.var
    def name(self) -> str:
        """What stands in the name field."""
        return self._asked("name")

    @rx.var
    def role(self) -> str:
        """The role chosen at sign-up."""
        asked = self._asked("role")
        return asked if asked in ("student", "guardian", "instructor") else "student"

    @rx.var
    def next_path(self) -> str:
        """Where signing in leads; the server decides whether it is a page of ours."""
        return self._asked("next")

    @rx.var
    def query_for_other_form(self) -> str:
        """The query that takes the destination along between sign-in and sign-up."""
        return f"?{urlencode({'next': self._asked('next')})}" if self._asked("next") else ""

    @rx.var
    def wrong_field(self) -> str:
        """The field the refusal is about, or nothing when it is about the whole form."""
        field, _, kind = self._asked("error").partition("_")
        return field if field in _FIELDS and kind in ("invalid", "taken") else ""

    @rx.var
    def refusal(self) -> str:
        """Why the form was refused, or nothing."""
        word = self._asked("error")
        return ERRORS.get(word, OTHERWISE) if word else ""

    @rx.var
    def has_new_password(self) -> bool:
        """Whether a password was just changed by a mailed link."""
        return self._asked("notice") == "password_changed"

    @rx.var
    def was_sent(self) -> bool:
        """Whether a link was just asked for."""
        return self._asked("sent") == "1"

    @rx.var
    def token(self) -> str:
        """The token of a mailed link."""
        return self._asked("token")

    @rx.event
    @public
    async def use_demo_account(self, email: str) -> None:
        """Fill in a demo account; there are none in production."""
        known = {account.email for account in DEMO_ACCOUNTS}
        if email in known and not self._platform().settings.is_production:
            self.demo_email = email

    def _asked(self, name: str) -> str:
        return str(self.router.url.query_parameters.get(name, ""))
