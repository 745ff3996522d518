"""Accounts: signing up, in and out, a forgotten password, and what people choose about themselves.

Decides who may get in and what a profile may hold. Functions that hash a password take the Platform, because
hashing must not happen inside a transaction; the others are ordinary use cases.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from sessions_app.domain.errors import InvalidInput, NotAllowed, RateLimited, Unauthenticated
from sessions_app.domain.permissions import Actor, Role
from sessions_app.domain.zones import is_zone
from sessions_app.models import (
    GuardianLink,
    InstructorProfile,
    LoginSession,
    PasswordReset,
    Person,
    Preference,
    RefreshToken,
)
from sessions_app.services import access, audit, live, notifications, passwords, rate_limits, zones
from sessions_app.services.identity import Identity, identity_of, token_hash
from sessions_app.services.notifications import NotificationKind
from sessions_app.services.unit_of_work import Platform, UnitOfWork
from sessions_app.settings import Settings

SIGN_UP_ROLES = frozenset({Role.STUDENT, Role.GUARDIAN, Role.INSTRUCTOR})
HOUR_CYCLES = frozenset({"h12", "h23", ""})
KEPT_LOGIN = timedelta(days=30)
PASSING_LOGIN = timedelta(hours=24)
RESET_LIFETIME = timedelta(hours=1)
RESETS_PER_HOUR = 5
MAX_CHILDREN = 20

REMINDERS: dict[str, str] = {
    "reminder.email.24h": "on",
    "reminder.email.1h": "on",
    "reminder.email.15m": "on",
}
"""The reminders a person may switch ``on`` or ``off``, with what holds until they do."""


@dataclass(frozen=True, slots=True)
class Login:
    """A browser that was just signed in. ``token`` goes into its cookie and is stored nowhere."""

    identity: Identity
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the acting guardian; ``has_account`` when they can sign in themselves."""

    person_id: str
    name: str
    timezone: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What the settings page shows."""

    identity: Identity
    reminders: dict[str, bool]
    children: tuple[Child, ...]


# --- names, addresses, zones


def normal_email(email: str) -> str:
    """The address as it is stored and looked up: valid, in lower case. Raises InvalidInput (``email``)."""
    try:
        # Reserved names such as demo.test can never receive mail, so they do no harm.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidInput("Please enter an email address such as ada@example.org.", field="email") from None
    return checked.normalized.lower()


def normal_name(name: str) -> str:
    """A person's name with single spaces, 1 to 120 characters. Raises InvalidInput (``name``)."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(tidy) <= 120 or any(unicodedata.category(character) == "Cc" for character in tidy):
        raise InvalidInput("Please enter a name of up to 120 characters.", field="name")
    return tidy


def require_zone(timezone: str) -> str:
    """Today's name of the zone, when it is an IANA name we know. Raises InvalidInput (``timezone``)."""
    if not is_zone(timezone):
        raise InvalidInput("Please choose a time zone such as Europe/Paris.", field="timezone")
    return zones.canonical(timezone)


# --- signing up, in and out


def sign_up(
    platform: Platform, *, name: str, email: str, password: str, role: Role, timezone: str
) -> Identity:
    """Create an account for the person who asks.

    Raises InvalidInput with the field; an address that has an account already is field ``email``.
    """
    if role not in SIGN_UP_ROLES:
        raise InvalidInput("Please choose what you are here for.", field="role")
    name, email = normal_name(name), normal_email(email)
    timezone = require_zone(timezone)
    passwords.require_acceptable(password)
    with passwords.turn():
        password_hash = passwords.hashed(password)
    person = platform.run(
        add_person,
        Actor.anonymous(),
        name=name,
        email=email,
        password_hash=password_hash,
        role=role,
        timezone=timezone,
    )
    return identity_of(person)


def add_person(
    work: UnitOfWork,
    *,
    name: str,
    email: str | None,
    password_hash: str | None,
    role: Role,
    timezone: str,
    hour_cycle: str = "",
) -> Person:
    """Store a person; anybody may become a student, guardian or instructor, only the platform makes staff.

    Raises InvalidInput (``email``) when the address has an account already, NotAllowed for other roles.
    """
    if role not in SIGN_UP_ROLES and not (work.actor.is_system or work.actor.role is Role.ADMIN):
        raise NotAllowed
    person = Person(
        name=normal_name(name),
        email=None if email is None else normal_email(email),
        password_hash=password_hash,
        role=role,
        timezone=require_zone(timezone),
        hour_cycle=_known_hour_cycle(hour_cycle),
        created_at=work.now,
    )
    work.db.add(person)
    try:
        work.db.flush()
    except IntegrityError:
        raise InvalidInput(
            "There is an account with this address already. Sign in instead.",
            field="email",
            reason="email_taken",
        ) from None
    if role is Role.INSTRUCTOR:
        work.db.add(InstructorProfile(person_id=person.id, currency=work.settings.default_currency))
    audit.record(work, "person.added", "person", person.id, role=role.value)
    return person


def check_password(platform: Platform, *, email: str, password: str, address: str) -> Identity:
    """The person with this address and password. ``address`` is where the try comes from.

    Unknown addresses take as long and are answered like wrong passwords. Raises Unauthenticated, and RateLimited
    after 10 failures of one account or 100 of one address in 15 minutes.
    """
    try:
        account = normal_email(email)
    except InvalidInput:
        account = email.strip().lower()[:254]
    identity, stored = platform.read(_identity_and_hash, Actor.anonymous(), email=account)
    with passwords.turn():
        # Asked within the turn: parallel tries must not all pass before the first failure is counted.
        rate_limits.require_left(platform, rate_limits.SIGN_IN_BY_ACCOUNT, account)
        rate_limits.require_left(platform, rate_limits.SIGN_IN_BY_ADDRESS, address)
        is_right, stronger = passwords.verified(password, stored)
    if not is_right or identity is None:
        _count_failure(platform, account=account, address=address)
        raise Unauthenticated("The email or the password is not right.", field="password")
    if stronger is not None:
        platform.run(_strengthen, identity.actor, person_id=identity.person_id, password_hash=stronger)
    return identity


def sign_in(platform: Platform, *, email: str, password: str, address: str, keep: bool = True) -> Login:
    """Sign a browser in, for 30 days or, without ``keep``, for one. Raises as ``check_password``."""
    identity = check_password(platform, email=email, password=password, address=address)
    return platform.run(start_login, identity.actor, identity=identity, keep=keep)


def start_login(work: UnitOfWork, *, identity: Identity, keep: bool = True) -> Login:
    """Open a login for a person who has proved to be who they are."""
    token = secrets.token_urlsafe(32)
    expires_at = work.now + (KEPT_LOGIN if keep else PASSING_LOGIN)
    work.db.add(
        LoginSession(
            token_hash=token_hash(token),
            person_id=identity.person_id,
            created_at=work.now,
            expires_at=expires_at,
        )
    )
    audit.record(work, "login.started", "person", identity.person_id)
    return Login(identity, token, expires_at)


def sign_out(work: UnitOfWork, *, token: str) -> None:
    """End the login of this cookie; nothing happens to an unknown one."""
    login = work.db.exec(
        select(LoginSession).where(col(LoginSession.token_hash) == token_hash(token))
    ).first()
    if login is not None and login.revoked_at is None:
        login.revoked_at = work.now
        audit.record(work, "login.ended", "person", login.person_id)


# --- a forgotten password


def request_password_reset(platform: Platform, *, email: str, address: str) -> None:
    """Mail a link to choose a new password, if there is such an account; nobody can tell from the answer.

    Raises RateLimited after 5 tries of one address in an hour, whatever they asked for.
    """
    rate_limits.spend(platform, rate_limits.FORGOTTEN_BY_ADDRESS, address)
    try:
        account = normal_email(email)
    except InvalidInput:
        return
    platform.run(_mail_reset, Actor.anonymous(), email=account)


def reset_url(settings: Settings, reset_id: str) -> str:
    """The link of a reset. It is computed for the mail and never stored: we keep its token's hash alone."""
    return f"{settings.public_url}/forgot-password?token={_reset_token(settings, reset_id)}"


def reset_password(platform: Platform, *, token: str, password: str) -> Identity:
    """Set a new password by a mailed token, once, and end every login and API session of the person.

    Raises InvalidInput: field ``token`` for a used, ended or unknown one, else field ``password``.
    """
    platform.read(_open_reset, Actor.anonymous(), token=token)
    passwords.require_acceptable(password)
    with passwords.turn():
        password_hash = passwords.hashed(password)
    return platform.run(_finish_reset, Actor.anonymous(), token=token, password_hash=password_hash)


def change_password(
    platform: Platform, actor: Actor, *, current: str, password: str, login_token: str
) -> None:
    """Set a new password for the acting person and end all their other logins and every API session.

    ``login_token`` is the cookie of the login that stays. Raises InvalidInput (``current_password``, ``password``),
    Unauthenticated, and RateLimited: wrong tries count as failures to sign in.
    """
    identity, stored = platform.read(_own_hash, actor)
    passwords.require_acceptable(password)
    account = identity.email or identity.person_id
    with passwords.turn():
        rate_limits.require_left(platform, rate_limits.SIGN_IN_BY_ACCOUNT, account)
        is_right, _ = passwords.verified(current, stored)
    if not is_right:
        rate_limits.spend(platform, rate_limits.SIGN_IN_BY_ACCOUNT, account)
        raise InvalidInput("This is not your present password.", field="current_password")
    with passwords.turn():
        password_hash = passwords.hashed(password)
    platform.run(_finish_change, actor, password_hash=password_hash, login_token=login_token)


# --- what people choose about themselves


def profile(work: UnitOfWork) -> Profile:
    """What the acting person has chosen. Raises Unauthenticated."""
    person = _acting_person(work)
    return Profile(
        identity=identity_of(person),
        reminders=reminders_of(work, person.id),
        children=children(work) if person.role is Role.GUARDIAN else (),
    )


def change_profile(
    work: UnitOfWork,
    *,
    name: str | None = None,
    timezone: str | None = None,
    hour_cycle: str | None = None,
) -> Identity:
    """Change what is given; ``hour_cycle`` is h12, h23 or empty (as the device). Raises InvalidInput."""
    person = _acting_person(work)
    before = {"name": person.name, "timezone": person.timezone, "hour_cycle": person.hour_cycle}
    if name is not None:
        person.name = normal_name(name)
    if timezone is not None:
        person.timezone = require_zone(timezone)
    if hour_cycle is not None:
        person.hour_cycle = _known_hour_cycle(hour_cycle)
    after = {"name": person.name, "timezone": person.timezone, "hour_cycle": person.hour_cycle}
    changed = sorted(field for field in after if after[field] != before[field])
    if changed:
        audit.record(work, "person.changed", "person", person.id, fields=changed)
    profile = work.db.get(InstructorProfile, person.id) if "timezone" in changed else None
    if profile is not None:
        # An instructor's hours are in their zone: the same hours are other instants now.
        profile.calendar_version += 1
        live.calendar_changed(work, person.id)
    return identity_of(person)


def reminders_of(work: UnitOfWork, person_id: str) -> dict[str, bool]:
    """Which reminders the person gets, by the names of ``REMINDERS``."""
    chosen = dict(REMINDERS)
    rows = work.db.exec(
        select(Preference).where(
            col(Preference.person_id) == person_id, col(Preference.name).in_(list(REMINDERS))
        )
    )
    chosen.update({row.name: row.value for row in rows})
    return {name: value == "on" for name, value in chosen.items()}


def choose_reminder(work: UnitOfWork, *, name: str, is_on: bool) -> None:
    """Switch one reminder of the acting person on or off. Raises InvalidInput (``name``)."""
    person_id = access.require_person(work)
    if name not in REMINDERS:
        raise InvalidInput("There is no such reminder.", field="name")
    value = "on" if is_on else "off"
    row = work.db.get(Preference, (person_id, name))
    if row is None:
        work.db.add(Preference(person_id=person_id, name=name, value=value))
    else:
        row.value = value
    audit.record(work, "preference.changed", "person", person_id, name=name, value=value)


def children(work: UnitOfWork) -> tuple[Child, ...]:
    """The children of the acting guardian, by name. Raises Unauthenticated."""
    guardian_id = access.require_person(work)
    rows = work.db.exec(
        select(Person)
        .join(GuardianLink, col(GuardianLink.child_id) == col(Person.id))
        .where(col(GuardianLink.guardian_id) == guardian_id)
        .order_by(col(Person.name), col(Person.id))
    )
    return tuple(Child(row.id, row.name, row.timezone, row.email is not None) for row in rows)


def add_child(work: UnitOfWork, *, name: str, timezone: str) -> Child:
    """Add a child without an account to the acting guardian. Raises NotAllowed, InvalidInput."""
    guardian = _acting_person(work)
    if guardian.role is not Role.GUARDIAN:
        raise NotAllowed("Only guardians add children.")
    if len(access.child_ids(work)) >= MAX_CHILDREN:
        raise InvalidInput(f"There is room for {MAX_CHILDREN} children.", field="name")
    child = Person(
        name=normal_name(name), role=Role.STUDENT, timezone=require_zone(timezone), created_at=work.now
    )
    work.db.add(child)
    work.db.flush()
    work.db.add(GuardianLink(guardian_id=guardian.id, child_id=child.id))
    audit.record(work, "child.added", "person", child.id)
    return Child(child.id, child.name, child.timezone, has_account=False)


# --- inside


def _identity_and_hash(work: UnitOfWork, *, email: str) -> tuple[Identity | None, str | None]:
    person = _active_person(work, email)
    return (None, None) if person is None else (identity_of(person), person.password_hash)


def _active_person(work: UnitOfWork, email: str) -> Person | None:
    statement = select(Person).where(col(Person.email) == email, col(Person.deactivated_at).is_(None))
    return work.db.exec(statement).first()


def _count_failure(platform: Platform, *, account: str, address: str) -> None:
    refusals: list[RateLimited] = []
    for limit, key in (
        (rate_limits.SIGN_IN_BY_ACCOUNT, account),
        (rate_limits.SIGN_IN_BY_ADDRESS, address),
    ):
        try:
            rate_limits.spend(platform, limit, key)
        except RateLimited as refused:
            refusals.append(refused)
    if refusals:
        raise refusals[0]


def _strengthen(work: UnitOfWork, *, person_id: str, password_hash: str) -> None:
    work.db.get_one(Person, person_id).password_hash = password_hash


def _mail_reset(work: UnitOfWork, *, email: str) -> None:
    person = _active_person(work, email)
    if person is None or _resets_in_last_hour(work, person.id) >= RESETS_PER_HOUR:
        return
    reset = PasswordReset(
        token_hash="", person_id=person.id, created_at=work.now, expires_at=work.now + RESET_LIFETIME
    )
    reset.token_hash = token_hash(_reset_token(work.settings, reset.id))
    work.db.add(reset)
    notifications.queue_to_person(
        work,
        NotificationKind.PASSWORD_RESET,
        person,
        key=reset.id,
        reset_id=reset.id,
        expires_at=f"{reset.expires_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    audit.record(work, "password.reset_requested", "person", person.id)


def _resets_in_last_hour(work: UnitOfWork, person_id: str) -> int:
    statement = select(func.count()).where(
        col(PasswordReset.person_id) == person_id,
        col(PasswordReset.created_at) > work.now - timedelta(hours=1),
    )
    return work.db.exec(statement).one()


def _reset_token(settings: Settings, reset_id: str) -> str:
    digest = hmac.new(settings.secret_key.encode(), f"password-reset:{reset_id}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def _open_reset(work: UnitOfWork, *, token: str, lock: bool = False) -> PasswordReset:
    statement = select(PasswordReset).where(col(PasswordReset.token_hash) == token_hash(token))
    reset = work.db.exec(statement.with_for_update() if lock else statement).first()
    if reset is None or reset.used_at is not None or reset.expires_at <= work.now:
        raise InvalidInput("This link has been used or has ended. Ask for a new one.", field="token")
    return reset


def _finish_reset(work: UnitOfWork, *, token: str, password_hash: str) -> Identity:
    reset = _open_reset(work, token=token, lock=True)
    person = work.db.get_one(Person, reset.person_id)
    person.password_hash = password_hash
    for other in work.db.exec(
        select(PasswordReset).where(
            col(PasswordReset.person_id) == person.id, col(PasswordReset.used_at).is_(None)
        )
    ):
        other.used_at = work.now
    end_everywhere(work, person_id=person.id)
    audit.record(work, "password.reset", "person", person.id)
    return identity_of(person)


def _own_hash(work: UnitOfWork) -> tuple[Identity, str | None]:
    person = _acting_person(work)
    return identity_of(person), person.password_hash


def _finish_change(work: UnitOfWork, *, password_hash: str, login_token: str) -> None:
    person = _acting_person(work)
    person.password_hash = password_hash
    end_everywhere(work, person_id=person.id, but=login_token)
    audit.record(work, "password.changed", "person", person.id)


def end_everywhere(work: UnitOfWork, *, person_id: str, but: str = "") -> None:
    """End every API session of a person and every login, except the one whose cookie is ``but``."""
    for table in (LoginSession, RefreshToken):
        work.db.execute(
            update(table)
            .where(
                col(table.person_id) == person_id,
                col(table.revoked_at).is_(None),
                col(table.token_hash) != token_hash(but),
            )
            .values(revoked_at=work.now)
        )


def _acting_person(work: UnitOfWork) -> Person:
    person = work.db.get(Person, access.require_person(work))
    if person is None:
        raise Unauthenticated
    return person


def _known_hour_cycle(hour_cycle: str) -> str:
    if hour_cycle not in HOUR_CYCLES:
        raise InvalidInput("Please choose 12 or 24 hours.", field="hour_cycle")
    return hour_cycle
