"""``/login``, ``/signup`` and ``/forgot-password``: native forms, so that no script ever sees the cookie they bring.

They work before the page is alive, and password managers know them for what they are.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from sessions_app.components import layout, ui
from sessions_app.components.bound import toasts, visitor
from sessions_app.demo_accounts import DEMO_ACCOUNTS, DemoAccount
from sessions_app.settings import load_settings
from sessions_app.state.base import AppState
from sessions_app.state.sign_in import SignInState
from sessions_app.state.views import avatar_colour, initials

STEP = "mt-7 space-y-5"

_FORM = SignInState.form
_EMAIL = rx.cond(SignInState.demo_email != "", SignInState.demo_email, _FORM.email)


def sign_in() -> rx.Component:
    """Sign in; in development with the demo accounts below."""
    return _page(
        "Sign in",
        rx.cond(_FORM.next_path != "", "To go on where you were.", "Welcome back."),
        rx.cond(
            _FORM.has_new_password,
            ui.banner("Your password is changed", "Sign in with the new one.", kind="ok", class_name="mt-5"),
        ),
        rx.cond(AppState.visitor.signed_in, _already_signed_in()),
        _form_refusal(),
        _form(
            "login",
            _email(),
            ui.password_field(
                "Password",
                "password",
                required=True,
                aside=ui.text_link("Forgot it?", "/forgot-password", class_name="text-xs"),
                error=_error_of("password"),
                key=SignInState.demo_password,
                default_value=SignInState.demo_password,
            ),
            ui.checkbox("Keep me signed in on this device", "keep", default_checked=True),
            ui.submit_button("Sign in"),
        ),
        rx.el.p(
            "New here? ",
            ui.text_link("Create an account", "/signup" + _FORM.query_for_other_form),
            class_name="mt-5 text-center text-sm text-ink-2",
        ),
        *([] if load_settings().is_production else [_demo_accounts()]),
    )


def sign_up() -> rx.Component:
    """Create an account as a student, a guardian or an instructor."""
    return _page(
        "Create an account",
        "Free, and yours in a minute.",
        _form_refusal(),
        _form(
            "signup",
            ui.text_field(
                "Name",
                "name",
                required=True,
                max_length=120,
                auto_complete="name",
                error=_error_of("name"),
                key=_FORM.name,
                default_value=_FORM.name,
            ),
            _email(),
            ui.password_field(
                "Password",
                "password",
                new=True,
                required=True,
                min_length=10,
                max_length=256,
                hint="At least 10 characters.",
                error=_error_of("password"),
            ),
            ui.radio_group(
                "What are you here for?",
                "role",
                [
                    ("student", "To learn"),
                    ("guardian", "To book for my children"),
                    ("instructor", "To teach"),
                ],
                value=_FORM.role,
                on_change=rx.noop(),
            ),
            ui.submit_button("Create account"),
        ),
        rx.el.p(
            "Here before? ",
            ui.text_link("Sign in", "/login" + _FORM.query_for_other_form),
            class_name="mt-5 text-center text-sm text-ink-2",
        ),
    )


def forgot_password() -> rx.Component:
    """Ask for a link, hear that it was sent, or, with the link's token, choose a new password."""
    return rx.cond(
        _FORM.token != "",
        _page(
            "Choose a new password",
            "You will be signed out everywhere else.",
            _form_refusal(),
            _form(
                "reset",
                rx.el.input(type="hidden", name="token", value=_FORM.token, read_only=True),
                ui.password_field(
                    "New password",
                    "password",
                    new=True,
                    required=True,
                    min_length=10,
                    max_length=256,
                    hint="At least 10 characters.",
                    error=_error_of("password"),
                ),
                ui.submit_button("Change password"),
            ),
        ),
        _page(
            "Forgot your password?",
            "We mail you a link to choose a new one.",
            rx.cond(
                _FORM.was_sent,
                ui.banner(
                    "Look into your mailbox",
                    "If there is an account with this address, a link is on its way. It works once, for an hour.",
                    kind="ok",
                    class_name="mt-5",
                    role="status",
                ),
            ),
            _form_refusal(),
            _form("forgot", _email(), ui.submit_button("Send the link")),
            rx.el.p(
                ui.text_link("Back to signing in", "/login"),
                class_name="mt-5 text-center text-sm text-ink-2",
            ),
        ),
    )


def _page(heading: str, lead: ui.Children, *children: Any) -> rx.Component:
    return layout.focus_page(
        rx.el.h1(heading, class_name="text-xl font-semibold"),
        rx.el.p(lead, class_name="mt-1.5 text-sm text-ink-2"),
        *children,
        visitor=visitor(),
        toasts=toasts(),
    )


def _form(action: str, *fields: rx.Component) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="next", value=_FORM.next_path, read_only=True),
        *fields,
        action=f"/api/auth/{action}",
        method="post",
        # Reflex would keep the form from being sent otherwise.
        on_submit=None,
        class_name=STEP,
    )


def _email() -> rx.Component:
    return ui.text_field(
        "Email",
        "email",
        kind="email",
        required=True,
        max_length=254,
        auto_complete="email",
        input_mode="email",
        error=_error_of("email"),
        key=_EMAIL,
        default_value=_EMAIL,
    )


def _error_of(field: str) -> Any:
    return rx.cond(_FORM.wrong_field == field, _FORM.refusal, "")


def _form_refusal() -> rx.Component:
    """The refusal in an alert; where one field is wrong, the same words stand at the field too."""
    return ui.form_error(_FORM.refusal, class_name="mt-5")


def _already_signed_in() -> rx.Component:
    return ui.banner(
        "You are signed in as " + AppState.visitor.name,
        ui.text_link("Go to your start page", layout.home_of(AppState.visitor.role)),
        class_name="mt-5",
    )


def _demo_accounts() -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            "Demo accounts, development only",
            id=rx.Var.create("demo-accounts"),
            class_name="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-3",
        ),
        rx.el.ul(*(_demo_account(account) for account in DEMO_ACCOUNTS)),
        ui.live_text(rx.cond(SignInState.demo_email != "", SignInState.demo_email + " filled in", "")),
        aria_labelledby="demo-accounts",
        class_name="mt-10 rounded-card border border-dashed border-line-2 p-2",
    )


def _demo_account(account: DemoAccount) -> rx.Component:
    role = account.email.partition("@")[0].rstrip("0123456789").capitalize()
    return rx.el.li(
        rx.el.button(
            ui.avatar(initials(account.name), avatar_colour(account.email), size="xs"),
            rx.el.span(account.email, class_name="min-w-0 flex-1 truncate text-left"),
            rx.el.span(role, class_name="text-xs text-ink-3"),
            type="button",
            title=account.shows,
            on_click=SignInState.use_demo_account(account.email),
            class_name="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-[6px] px-2.5 text-sm "
            "hover:bg-surface-2 max-sm:min-h-12",
        )
    )
