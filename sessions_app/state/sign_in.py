"""What the sign-in pages show: what was entered and refused, as the form's answer put it into the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class FormView:
    """What the address says about a form: what was entered, what is wrong with it, and where it leads.

    ``next_path`` is where signing in leads; the server decides whether it is a page of ours. ``query_for_other_form``
    takes it along between sign-in and sign-up. ``wrong_field`` is the field the ``refusal`` is about, or nothing when
    it is about the whole form. ``token`` is that of a mailed link.
    """

    email: str = ""
    name: str = ""
    role: str = "student"
    next_path: str = ""
    query_for_other_form: str = ""
    wrong_field: str = ""
    refusal: str = ""
    has_new_password: bool = False
    was_sent: bool = False
    token: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> FormView:
        """Read the query that the form's answer led to."""
        role, next_path, word = query.get("role", ""), query.get("next", ""), query.get("error", "")
        field, _, kind = word.partition("_")
        return cls(
            email=query.get("email", ""),
            name=query.get("name", ""),
            role=role if role in ("student", "guardian", "instructor") else "student",
            next_path=next_path,
            query_for_other_form=f"?{urlencode({'next': next_path})}" if next_path else "",
            wrong_field=field if field in _FIELDS and kind in ("invalid", "taken") else "",
            refusal=ERRORS.get(word, OTHERWISE) if word else "",
            has_new_password=query.get("notice") == "password_changed",
            was_sent=query.get("sent") == "1",
            token=query.get("token", ""),
        )


class SignInState(AppState):
    """The forms are native, so there is nothing to keep here: all of it is read from the address."""

    form: FormView = FormView()
    demo_email: str = ""
    demo_password: str = ""

    @rx.event
    @public
    async def open(self) -> None:
        """Read the address."""
        self.form = FormView.of(self.router.url.query_parameters)
        self.demo_email = self.demo_password = ""

    @rx.event
    @public
    async def use_demo_account(self, email: str) -> None:
        """Fill in a demo account; there are none in production."""
        known = {account.email for account in DEMO_ACCOUNTS}
        if email in known and not self._platform().settings.is_production:
            self.demo_email, self.demo_password = email, DEMO_PASSWORD
