"""What the API reads and writes, as far as several routers share it."""

from __future__ import annotations

from typing import Any

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


def _both_spellings(name: str) -> AliasChoices:
    return AliasChoices(name, to_camel(name))


class Incoming(BaseModel):
    """A request body: snake_case or camelCase names, unknown ones ignored, every text storable.

    A field with other names too (product.md C-1) says so with its own ``validation_alias``.
    """

    model_config = ConfigDict(
        extra="ignore",
        populate_by_name=True,
        str_max_length=20_000,
        alias_generator=AliasGenerator(validation_alias=_both_spellings),
    )

    @model_validator(mode="before")
    @classmethod
    def _texts_are_storable(cls, value: Any) -> Any:
        require_storable(value)
        return value


def require_storable(value: Any) -> None:
    """Raise ValueError for a text that no database stores: NUL, or half of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value or (not value.isascii() and _has_lone_surrogate(value)):
            raise ValueError("The text holds a character that is not text")
    elif isinstance(value, dict):
        for key, item in value.items():
            require_storable(key)
            require_storable(item)
    elif isinstance(value, list):
        for item in value:
            require_storable(item)


def _has_lone_surrogate(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
