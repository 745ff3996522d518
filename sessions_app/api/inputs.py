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
Moment = Annotated[str, Field(min_length=10, max_length=40)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
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
