"""People, how they sign in, and who may act for whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from sessions_app.domain.permissions import Role
from sessions_app.models.base import enum_field, instant, new_id, one_of


class Person(SQLModel, table=True):
    """Somebody who learns, teaches or helps. A child without an account has neither email nor password."""

    __table_args__ = (one_of("role", Role),)

    id: str = Field(default_factory=lambda: new_id("usr"), primary_key=True)
    email: str | None = Field(default=None, unique=True, max_length=254)
    password_hash: str | None = None
    name: str = Field(max_length=120)
    role: Role = enum_field(Role, Role.STUDENT)
    timezone: str = Field(max_length=64)
    hour_cycle: str = Field(default="", max_length=3)
    locale: str = Field(default="en", max_length=16)
    avatar_url: str | None = None
    created_at: datetime = instant()
    deactivated_at: datetime | None = instant(nullable=True)


class InstructorProfile(SQLModel, table=True):
    """What students see of an instructor, and the limits on their calendar.

    A limit of None follows the deployment's setting, so that changing the setting reaches everybody who never
    chose; no setting caps a week, so ``week_cap`` None is no limit. ``not_same_day`` takes the place of the notice.
    ``calendar_version`` counts every change of hours, dates, published times, limits and zone, so that two editors of
    one calendar notice each other.
    """

    __tablename__ = "instructor_profile"
    __table_args__ = (
        CheckConstraint(
            "hourly_rate_minor IS NULL OR hourly_rate_minor >= 0", name="hourly_rate_not_negative"
        ),
        CheckConstraint("buffer_minutes IS NULL OR buffer_minutes BETWEEN 0 AND 240", name="buffer_range"),
        CheckConstraint("notice_minutes IS NULL OR notice_minutes BETWEEN 0 AND 43200", name="notice_range"),
        CheckConstraint("horizon_days IS NULL OR horizon_days BETWEEN 1 AND 730", name="horizon_range"),
        CheckConstraint("step_minutes IS NULL OR step_minutes BETWEEN 5 AND 240", name="step_range"),
        CheckConstraint("day_cap IS NULL OR day_cap >= 0", name="day_cap_not_negative"),
        CheckConstraint("week_cap IS NULL OR week_cap >= 0", name="week_cap_not_negative"),
    )

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    headline: str = Field(default="", max_length=160)
    bio: str = ""
    hourly_rate_minor: int | None = None
    currency: str = Field(default="EUR", max_length=3)
    buffer_minutes: int | None = None
    notice_minutes: int | None = None
    horizon_days: int | None = None
    step_minutes: int | None = None
    day_cap: int | None = None
    week_cap: int | None = None
    not_same_day: bool = False
    is_listed: bool = True
    calendar_version: int = 0


class GuardianLink(SQLModel, table=True):
    """What a guardian may do for a child."""

    __tablename__ = "guardian_link"

    guardian_id: str = Field(primary_key=True, foreign_key="person.id")
    child_id: str = Field(primary_key=True, foreign_key="person.id", index=True)
    can_book: bool = True
    can_pay: bool = True
    can_view: bool = True
    can_cancel: bool = True

    @property
    def rights(self) -> frozenset[str]:
        """The rights as words of ``permissions.allowed``."""
        named = {"book": self.can_book, "pay": self.can_pay, "view": self.can_view, "cancel": self.can_cancel}
        return frozenset(right for right, given in named.items() if given)


class LoginSession(SQLModel, table=True):
    """A browser that is signed in; the cookie holds the token, we hold its SHA-256."""

    __tablename__ = "login_session"

    id: str = Field(default_factory=lambda: new_id("lgs"), primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class RefreshToken(SQLModel, table=True):
    """One link of an API client's rotating chain; using a link twice revokes its whole family."""

    __tablename__ = "refresh_token"

    id: str = Field(default_factory=lambda: new_id("rft"), primary_key=True)
    family_id: str = Field(index=True, max_length=32)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)


class PasswordReset(SQLModel, table=True):
    """A mailed, single-use permission to choose a new password."""

    __tablename__ = "password_reset"

    id: str = Field(default_factory=lambda: new_id("pwr"), primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = instant()
    expires_at: datetime = instant()
    used_at: datetime | None = instant(nullable=True)


class CalendarFeed(SQLModel, table=True):
    """The secret address under which a calendar program reads a person's sessions; one a person.

    The address is made from the id and our secret key, so it can be shown again; we hold its token's SHA-256. A new
    address is a new id.
    """

    __tablename__ = "calendar_feed"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    id: str = Field(default_factory=lambda: new_id("fed"), max_length=40)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = instant()


class Preference(SQLModel, table=True):
    """One choice of one person, such as ``reminder.email.24h`` = ``off``; absent means the default."""

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    name: str = Field(primary_key=True, max_length=60)
    value: str = Field(max_length=200)
