"""What several routers read: ids under all their names (product.md C-1), words in any case, pages of lists."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import AliasChoices, BeforeValidator, Field
from pydantic.alias_generators import to_camel

from sessions_app.api.schemas import Incoming
from sessions_app.domain.pricing import PayWith


def names(*spellings: str) -> AliasChoices:
    """All that a field may be called, each in snake_case and camelCase; the first is the documented one."""
    return AliasChoices(*(way for name in spellings for way in dict.fromkeys((name, to_camel(name)))))


INSTRUCTOR_ID = names("st_id", "instructor_id", "coach_id", "teacher_id", "provider_id")
STUDENT_ID = names("student_id", "learner_id", "participant_id")
MESSAGE = names("message", "student_message", "notes")

Id = Annotated[str, Field(min_length=1, max_length=100)]
PathId = Annotated[str, Path(min_length=1, max_length=100)]
Moment = Annotated[
    str,
    Field(
        max_length=40,
        description="An instant with its offset, or a wall time.",
        # Only told, not checked here: domain/instants.py refuses with a sentence people understand.
        json_schema_extra={
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}"
            r"(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$",
            "examples": ["2026-12-03T10:00:00Z", "2026-12-03T11:00:00"],
        },
    ),
]
Edge = Annotated[
    str,
    Field(
        max_length=40,
        description="An instant, a wall time, or a date, which means its first instant.",
        json_schema_extra={"examples": ["2026-12-03", "2026-12-03T10:00:00Z"]},
    ),
]
Date = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date", "examples": ["2026-12-03"]})]
WallTime = Annotated[
    str,
    Field(
        max_length=8,
        description="HH:MM; 24:00 is the next midnight.",
        json_schema_extra={"pattern": "^([01][0-9]|2[0-4]):[0-5][0-9]$", "examples": ["14:00"]},
    ),
]
SlotId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=150,
        description="A slot's id, as GET /api/sts/{st_id}/slots gives it.",
        json_schema_extra={"pattern": "^slot_.+_[0-9]{8}T[0-9]{6}Z_[0-9]{1,4}$"},
    ),
]
Zone = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="An IANA time zone.",
        json_schema_extra={"examples": ["Europe/Paris"]},
    ),
]
Fold = Annotated[int, Field(ge=0, le=1, strict=True)]
Minutes = Annotated[int, Field(ge=1, le=1440, strict=True)]
Amount = Annotated[int, Field(ge=0, le=2**31 - 1, strict=True)]
Currency = Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")]
Flag = Annotated[bool, Field(strict=True)]


def lower_word(value: Any) -> Any:
    """A word of an enum as we write it, whatever case it came in."""
    return value.strip().lower() if isinstance(value, str) else value


PayWithWord = Annotated[PayWith, BeforeValidator(lower_word)]


class PageQuery(Incoming):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=300)


OPEN_TO_VISITORS: dict[str, Any] = {"security": [{}]}
"""For the document: the call also works without a token."""
