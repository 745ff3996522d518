"""Icons: Lucide line drawings, stroke 1.75 (set in ``theme.css``).

An icon is imported from its own module, so a page carries only those it shows. That needs a name known when
the page is compiled: a var would pull in the loader of the whole library, so it is refused. Icons are hidden
from assistive technology; the words beside them, or the ``aria-label`` of their button, speak.
"""

from __future__ import annotations

import reflex as rx
from reflex_components_lucide.icon import LUCIDE_ICON_LIST

CONTROL = "size-4"
NAVIGATION = "size-4.5"
BADGE = "size-3.5"


def icon(name: str, class_name: str = CONTROL) -> rx.Component:
    """Draw the Lucide icon ``name`` (kebab-case).

    Raises TypeError for a var, ValueError for a name Lucide does not have.
    """
    if not isinstance(name, str):
        raise TypeError("an icon's name must be known at compile time; choose between icons with rx.match")
    if name.replace("-", "_") not in LUCIDE_ICON_LIST:
        raise ValueError(f"there is no Lucide icon {name!r}")
    return rx.icon(name, class_name=class_name)


def spinner(class_name: str = CONTROL) -> rx.Component:
    """A turning arc for a control that waits; still, under reduced motion."""
    return rx.icon("loader-circle", class_name=f"{class_name} animate-spin motion-reduce:animate-none")
