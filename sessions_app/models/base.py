"""Column types and helpers that every table shares."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    String,
    TypeDecorator,
    literal_column,
)
from sqlalchemy.sql.expression import SQLColumnExpression
from sqlmodel import Field, SQLModel

E = TypeVar("E", bound=StrEnum)

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC instant. Naive values are refused: they are the root of wrong times.

    PostgreSQL stores ``timestamptz``; SQLite stores naive UTC text, which sorts like the instant it means.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware instant for the driver; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r} refused: instants are aware UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as its lower-case word, so that rows read well and new words need no type change."""

    impl = String(24)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Refuse a word outside the enum before it reaches the database."""
        return None if value is None else str(self.enum(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give back the enum member."""
        return None if value is None else self.enum(value)


def one_of(column: str, enum: type[StrEnum]) -> CheckConstraint:
    """A CHECK that ``column`` holds one of the enum's words."""
    words = ", ".join(f"'{member.value}'" for member in enum)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def words(members: frozenset[Any] | tuple[Any, ...]) -> str:
    """The members as an SQL list, for partial indexes and guards; sorted so that migrations are stable."""
    return ", ".join(f"'{member}'" for member in sorted(str(member) for member in members))


def is_one_of(column: SQLColumnExpression[E], members: Collection[E]) -> ColumnElement[bool]:
    """``column.in_(members)`` with the words in the SQL itself, for statements that are built once and run often.

    As parameters they are counted and written into the statement anew at each run; as words they cost nothing, and
    the database sees that a partial index serves.
    """
    return column.in_([literal_column(f"'{member.value}'") for member in sorted(members)])


def new_id(prefix: str) -> str:
    """An opaque, unguessable id such as ``bkg_6f1c…`` (80 random bits)."""
    return f"{prefix}_{secrets.token_hex(10)}"


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """A field holding an aware UTC instant."""
    if nullable:
        return Field(default=None, sa_type=UTCDateTime, nullable=True, index=index)
    return Field(sa_type=UTCDateTime, nullable=False, index=index)


def enum_field(enum: type[E], default: E | None = None) -> Any:
    """A field holding one word of ``enum``."""
    if default is None:
        return Field(sa_type=EnumText(enum), nullable=False)
    return Field(default=default, sa_type=EnumText(enum), nullable=False)
