"""Avatars: a photo, or initials on a colour that never changes for that person.

Initials live in ``data-i`` and are drawn by CSS, so they never enter an accessible name or a copied text.
"""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from sessions_app.components.ui.values import Number, Text, when

AvatarSize = Literal["xs", "sm", "row", "md", "lg"]
SIZES: dict[AvatarSize, str] = {
    "xs": "size-6 text-xs",
    "sm": "size-8 text-xs",
    "row": "size-9 text-xs",
    "md": "size-10 text-sm",
    "lg": "size-12 text-base",
}


def avatar(
    initials: Text,
    colour: Number,
    *,
    size: AvatarSize = "md",
    photo: Text = "",
    class_name: str = "",
    **attrs: Any,
) -> rx.Component:
    """One person's picture.

    ``colour`` is 1 to 8, a stable hash of the person's id; ``photo`` an address or empty.

    Decorative: the name stands beside it, or is the label of the control around it.
    """
    face = rx.el.span(
        aria_hidden="true",
        class_name=[
            "inline-flex shrink-0 items-center justify-center rounded-full font-medium select-none "
            "before:content-[attr(data-i)]",
            SIZES[size],
            class_name,
        ],
        custom_attrs={"data-i": initials, "data-av": colour},
        **attrs,
    )
    if isinstance(photo, str) and photo == "":
        return face
    picture = rx.el.img(
        src=photo,
        alt="",
        loading="lazy",
        class_name=["shrink-0 rounded-full object-cover", SIZES[size], class_name],
    )
    return when(photo != "", picture, face)


def avatar_stack(*avatars: rx.Component) -> rx.Component:
    """Several people, overlapping; give each avatar ``class_name="ring-2 ring-bg"``."""
    return rx.el.span(*avatars, class_name="flex -space-x-2")
